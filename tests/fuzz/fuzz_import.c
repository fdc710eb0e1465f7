/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that people bring, as each import of the shipped connectors takes
 * them: the first byte chooses the import, the rest is the file.
 *
 * A file with a complaint hands over nothing; one without is handed over
 * whole, each tenancy with who looked and when, and never twice.
 *
 * fuzz_import --seeds=FOLDER writes a good file for each import.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "collect/import.h"
#include "import_seed.h"
#include "office.h"

#define NOON 1795305600	/* 2026-11-22T00:00:00Z */

struct choice {
	const struct ep_spec *spec;
	const struct ep_spec_import *import;
};

static struct ep_specs specs;
static EP_VEC(struct choice) choices;

struct tally {
	const struct ep_spec_import *import;
	unsigned kinds;
	size_t begun, ended;
	int64_t rows;
};

static int expect(void *to, const struct ep_dataset_ref *ref,
		  struct ep_err *err)
{
	(void)to;
	(void)ref;
	(void)err;
	return 0;
}

static int begin(void *to, const struct ep_dataset_ref *ref, void **ret,
		 struct ep_err *err)
{
	struct tally *tally = to;

	(void)err;
	must(ref->imported && ref->tenant && *ref->tenant);
	tally->kinds = ref->kinds;
	tally->begun++;
	*ret = tally;
	return 0;
}

static int row(void *to, void *dataset, const struct ep_row *row,
	       bool *ret_repeat, struct ep_err *err)
{
	struct tally *tally = to;
	struct ep_buf key;

	(void)dataset;
	must(tally->kinds & 1u << row->kind);
	ep_buf_init(&key, EP_ATTR_BYTES_MAX);
	must(ep_row_key(row, &key, err) == 0);
	ep_buf_release(&key);
	tally->rows++;
	*ret_repeat = false;
	return 0;
}

static int end(void *to, void *dataset, struct ep_coverage *coverage,
	       struct ep_err *err)
{
	struct tally *tally = to;

	(void)dataset;
	(void)err;
	must(coverage->captured_at > 0 && coverage->captured_by[0]);
	must(coverage->captured_at <= NOON + 86400);
	must(coverage->status != EP_COVERAGE_COMPLETE || tally->rows ||
	     tally->import->may_be_empty);
	tally->ended++;
	return 0;
}

/* Some tenancies are there, others are not. */
static int resolve(void *to, const char *system, const char *key,
		   bool by_domain, struct ep_import_tenancy *ret,
		   struct ep_err *err)
{
	(void)to;
	(void)system;
	(void)by_domain;
	if (key && strlen(key) >= sizeof(ret->tenant) / 2)
		return ep_err_set(err, EP_ENOENT, "there is no such tenancy");
	snprintf(ret->tenant, sizeof(ret->tenant), "%s",
		 key && *key ? key : OFFICE_TENANT);
	ret->customer = "northwind";
	return 0;
}

static void import_file(const struct choice *choice, char *path, bool told)
{
	struct tally tally = { .import = choice->import };
	struct ep_sink sink = { .to = &tally, .expect = expect,
				.begin = begin, .row = row, .end = end };
	struct ep_import_request request = {
		.spec = choice->spec,
		.import = choice->import,
		.files = &path,
		.n = 1,
		.captured_at = told ? NOON - 3600 : 0,
		.captured_by = told ? "ada@northwind.example" : NULL,
		.max_age = 604800,
		.resolve = resolve,
	};
	struct ep_import_totals totals = { .tenancies = 0 };
	struct ep_err err = EP_ERR_INIT;
	struct ep_diag diag;
	int rc;

	ep_diag_init(&diag);
	rc = ep_import(&request, &sink, &totals, &diag, &err);
	must((rc == 0) == (diag.n == 0));
	must(tally.begun == tally.ended);
	if (rc < 0)
		must(tally.begun == 0 && tally.rows == 0);
	else
		must(tally.begun == totals.tenancies &&
		     tally.rows == totals.rows);
	ep_diag_release(&diag);
}

static bool write_all(int fd, const uint8_t *data, size_t n)
{
	while (n) {
		ssize_t put = write(fd, data, n);

		if (put <= 0)
			return false;
		data += put;
		n -= (size_t)put;
	}
	return true;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	ep_clock_fix(NOON);
	office_load(&specs);
	for (size_t i = 0; i < specs.n; i++) {
		for (size_t k = 0; k < specs.v[i]->imports.n; k++)
			EP_VEC_ADD(&choices) = (struct choice){
				specs.v[i], &specs.v[i]->imports.v[k]
			};
	}
	must(choices.n > 0 && choices.n <= 127);
	for (int i = 1; i < *argc; i++) {
		if (!ep_str_starts((*argv)[i], "--seeds="))
			continue;
		for (size_t k = 0; k < choices.n; k++)
			import_seed_write(strchr((*argv)[i], '=') + 1, k,
					  choices.v[k].import);
		exit(0);
	}
	return 0;
}

/* The highest bit: nobody says on the command line who looked and when. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char path[32];
	int fd;

	if (n < 1)
		return 0;
	fd = memfd_create("import", MFD_CLOEXEC);
	must(fd >= 0 && write_all(fd, data + 1, n - 1));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	import_file(&choices.v[(data[0] & 127) % choices.n], path,
		    !(data[0] & 128));
	close(fd);
	return 0;
}
