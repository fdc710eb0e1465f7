/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From pages to rows with every shipped connector: the first two bytes choose
 * a dataset, the rest is what its vendor answers (vendor.h), parents first.
 *
 * Whatever the answers are, each dataset ends exactly once, only kinds that it
 * declared come out of it, and it is complete only where every answer that
 * was read for it was a whole JSON document and none of them a refusal.
 *
 * fuzz_page --seeds=FOLDER writes an input for each dataset, made of what its
 * connector says about the vendor's answers.
 */
#include "base/clock.h"
#include "base/str.h"
#include "office.h"
#include "page_seed.h"
#include "vendor.h"

#define NOON 1795305600	/* 2026-11-22T00:00:00Z */

struct dataset {
	const struct ep_spec *spec;
	const struct ep_spec_endpoint *endpoint;
};

static struct ep_specs specs;
static struct ep_config *configs;	/* of each connector */
static EP_VEC(struct dataset) datasets;

/* --- the sink ------------------------------------------------------------ */

struct book {
	struct book *next;
	char *tenant;
	char *name;
	unsigned kinds;
	int expected, begun, ended;
	int64_t rows;
	struct ep_coverage coverage;
};

static struct book *book_of(struct book **books,
			    const struct ep_dataset_ref *ref)
{
	struct book *book = *books;

	while (book && !(ep_str_eq(book->tenant, ref->tenant) &&
			 ep_str_eq(book->name, ref->name)))
		book = book->next;
	if (!book) {
		book = ep_calloc(1, sizeof(*book));
		book->tenant = ep_strdup(ref->tenant);
		book->name = ep_strdup(ref->name);
		book->next = *books;
		*books = book;
	}
	must(book->expected == 0 || book->kinds == ref->kinds);
	book->kinds = ref->kinds;
	return book;
}

static int expect(void *to, const struct ep_dataset_ref *ref,
		  struct ep_err *err)
{
	(void)err;
	book_of(to, ref)->expected++;
	return 0;
}

static int begin(void *to, const struct ep_dataset_ref *ref, void **ret,
		 struct ep_err *err)
{
	struct book *book = book_of(to, ref);

	(void)err;
	must(book->expected > 0 && book->begun == 0);
	book->begun++;
	*ret = book;
	return 0;
}

static int row(void *to, void *dataset, const struct ep_row *row,
	       bool *ret_repeat, struct ep_err *err)
{
	struct book *book = dataset;
	struct ep_buf key;

	(void)to;
	must(book->begun == 1 && book->ended == 0);
	must(book->kinds & 1u << row->kind);
	ep_buf_init(&key, EP_ATTR_BYTES_MAX);
	must(ep_row_key(row, &key, err) == 0);
	must(ep_utf8_valid(key.s, key.len));
	ep_buf_release(&key);
	book->rows++;
	*ret_repeat = false;
	return 0;
}

static int end(void *to, void *dataset, struct ep_coverage *coverage,
	       struct ep_err *err)
{
	struct book *book = dataset;

	(void)to;
	(void)err;
	must(book->begun == 1 && book->ended == 0);
	book->ended++;
	book->coverage = *coverage;
	ep_buf_init(&book->coverage.page_sha256, 0);
	return 0;
}

/* --- what must hold ------------------------------------------------------ */

static void judge(const struct book *book, const struct fuzz_vendor *vendor,
		  const struct ep_spec_endpoint *endpoint)
{
	const struct ep_coverage *coverage = &book->coverage;

	must(book->expected > 0 && book->begun == 1 && book->ended == 1);
	if (coverage->status != EP_COVERAGE_COMPLETE) {
		must(coverage->reason[0]);
		return;
	}
	must(coverage->reason[0] == '\0');
	must(vendor->answers > 0 && vendor->broken == 0);
	/* What a parent has beyond such an answer is asked for nothing. */
	must(vendor->broken_else == 0 || endpoint->for_each);
	/* A refusal may mean "none of it", where the connector says so. */
	must(vendor->refused == 0 || endpoint->absent.n ||
	     endpoint->for_each);
	must(coverage->total < 0 || book->rows || coverage->total == 0 ||
	     endpoint->emits.n == 0 || coverage->pages);
}

static void settle(struct book *books, const struct fuzz_vendor *vendor,
		   const struct ep_spec_endpoint *endpoint)
{
	while (books) {
		struct book *book = books;

		judge(book, vendor, endpoint);
		books = book->next;
		ep_free(book->tenant);
		ep_free(book->name);
		ep_free(book);
	}
}

static void play(const struct dataset *dataset, const struct ep_config *config,
		 const uint8_t *data, size_t n)
{
	struct book *books = NULL;
	struct ep_sink sink = { .to = &books, .expect = expect,
				.begin = begin, .row = row, .end = end };
	struct ep_collect_totals totals = { .datasets = 0 };
	struct ep_err err = EP_ERR_INIT;
	struct ep_transport transport;
	struct fuzz_vendor vendor;
	char name[256];
	const char *word = name;
	struct ep_collect_filter filter = { .datasets = &word,
					    .n_datasets = 1 };

	snprintf(name, sizeof(name), "%s.%s", dataset->spec->id,
		 dataset->endpoint->name);
	fuzz_vendor_init(&vendor, dataset->endpoint->path, data, n);
	fuzz_vendor_transport(&vendor, &transport);
	must(ep_collect_over(config, &specs, &filter, &sink, &transport, NULL,
			     &totals, &err) == 0);
	fuzz_vendor_release(&vendor);
	settle(books, &vendor, dataset->endpoint);
}

/* --- the target ---------------------------------------------------------- */

static void list_datasets(void)
{
	configs = ep_calloc(specs.n, sizeof(*configs));
	for (size_t i = 0; i < specs.n; i++) {
		office_config(specs.v[i], &configs[i]);
		for (size_t k = 0; k < specs.v[i]->endpoints.n; k++)
			EP_VEC_ADD(&datasets) = (struct dataset){
				specs.v[i], &specs.v[i]->endpoints.v[k]
			};
	}
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	ep_clock_fix(NOON);
	office_load(&specs);
	list_datasets();
	for (int i = 1; i < *argc; i++) {
		if (!ep_str_starts((*argv)[i], "--seeds="))
			continue;
		for (size_t k = 0; k < datasets.n; k++)
			page_seed_write(strchr((*argv)[i], '=') + 1, k,
					datasets.v[k].spec,
					datasets.v[k].endpoint);
		exit(0);
	}
	return 0;
}

static const struct ep_config *config_of(const struct ep_spec *spec)
{
	for (size_t i = 0; i < specs.n; i++) {
		if (specs.v[i] == spec)
			return &configs[i];
	}
	return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct dataset *dataset;

	if (n < 2)
		return 0;
	dataset = &datasets.v[((size_t)data[0] << 8 | data[1]) % datasets.n];
	play(dataset, config_of(dataset->spec), data + 2, n - 2);
	return 0;
}
