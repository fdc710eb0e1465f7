/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The import's main line: read and check all files, then hand them over.
 */
#include "collect/import.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "collect/import_priv.h"
#include "ext/crypto.h"

int ep_import_json(struct ep_import_run *run, const struct ep_buf *text,
		   struct ep_err *err)
{
	const struct ep_spec_import *im = run->request->import;
	struct ep_err why = EP_ERR_INIT;
	const struct ep_json *list = NULL;
	struct ep_json *doc = NULL;
	int rc = 0;

	if (ep_json_parse(text->s ? text->s : "", text->len, &doc, NULL,
			  &why) < 0) {
		ep_import_complain(run, NULL, "%s", why.msg);
		return 0;
	}
	if (ep_str_eq(im->records, "."))
		list = doc;
	else if (ep_json_path(doc, im->records, &list) != EP_JSON_PRESENT)
		list = NULL;
	if (!list || ep_json_type(list) != EP_JSON_ARRAY) {
		ep_import_complain(run, NULL, "there is no list at %s",
				   im->records);
		ep_json_free(doc);
		return 0;
	}
	for (const struct ep_json *r = ep_json_first(list); r && rc == 0;
	     r = ep_json_next(r)) {
		run->record++;
		rc = ep_import_record(run, r, false, err);
	}
	ep_json_free(doc);
	return rc;
}

/* What is handed over is what was checked. */
static int check_sum(struct ep_import_run *run, const struct ep_buf *text,
		     size_t at, struct ep_err *err)
{
	uint8_t sum[EP_SHA256_BYTES];

	ep_sha256_of(text->s ? text->s : "", text->len, sum);
	if (!run->handing) {
		ep_buf_add(&run->sums, sum, sizeof(sum));
		return 0;
	}
	if (memcmp(run->sums.s + at * sizeof(sum), sum, sizeof(sum)) != 0)
		return ep_err_set(err, EP_EDATA,
				  "%s changed while it was read; import it "
				  "again",
				  run->file);
	return 0;
}

static int read_as(struct ep_import_run *run, const struct ep_buf *text,
		   struct ep_err *err)
{
	switch (run->request->import->format) {
	case EP_IMPORT_CSV:
		return ep_import_csv(run, text, err);
	case EP_IMPORT_LDIF:
		return ep_import_ldif(run, text, err);
	default:
		return ep_import_json(run, text, err);
	}
}

static int read_file(struct ep_import_run *run, size_t at, struct ep_err *err)
{
	const char *path = run->request->files[at];
	struct ep_buf text;
	int rc;

	run->file = path;
	run->line = 0;
	run->record = 0;
	ep_buf_init(&text, EP_IMPORT_BYTES_MAX);
	rc = ep_file_read(path, EP_IMPORT_BYTES_MAX, &text, err);
	if (rc == 0)
		rc = check_sum(run, &text, at, err);
	if (rc < 0)
		run->totals->unread = path;
	else
		rc = read_as(run, &text, err);
	ep_buf_release(&text);
	return rc;
}

static int read_files(struct ep_import_run *run, struct ep_err *err)
{
	for (size_t i = 0; i < run->request->n; i++) {
		int rc = read_file(run, i, err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

/* A file without a record: about whom, and may it be? */
static void check_speaks(struct ep_import_run *run, size_t before)
{
	const struct ep_import_request *rq = run->request;
	struct ep_import_part *part;

	run->line = 0;
	run->record = 0;
	if (run->parts.n || run->diag->n + run->diag->dropped > before)
		return;
	if (!rq->import->may_be_empty) {
		ep_import_complain(run, NULL,
				   "there is not one record in it; nothing was "
				   "imported");
		return;
	}
	if (!rq->import->one_tenant) {
		ep_import_complain(run, NULL,
				   "there is not one record in it; a tenancy "
				   "that has none has a line of its %s, when "
				   "and by whom it was looked at",
				   rq->import->tenant_column);
		return;
	}
	part = ep_import_one(run);
	part->captured_at = rq->captured_at;
	if (!rq->captured_at || rq->captured_at > run->now + 86400)
		ep_import_complain(run, NULL,
				   "an empty file does not say when it was "
				   "captured; use --captured-at");
	/* Columns to fill in are of no help where there is no line. */
	if (!rq->captured_by || !*rq->captured_by)
		ep_import_complain(run, NULL,
				   "an empty file does not say who captured "
				   "it; use --captured-by");
	else
		ep_import_captured_by(run, part, rq->captured_by);
}

static int begin_parts(struct ep_import_run *run, struct ep_err *err)
{
	const struct ep_import_request *rq = run->request;
	struct ep_import_label label;
	struct ep_dataset_ref ref;
	int rc = ep_import_ref(rq->spec, rq->import, rq->max_age, &label, &ref,
			       err);

	for (size_t i = 0; i < run->parts.n && rc == 0; i++) {
		struct ep_import_part *part = run->parts.v[i];

		ref.customer = part->tenancy.customer;
		ref.tenant = part->tenancy.tenant;
		rc = run->sink->begin(run->sink->to, &ref, &part->dataset,
				      err);
		part->begun = rc == 0;
	}
	return rc;
}

static int end_part(struct ep_import_run *run, struct ep_import_part *part,
		    bool whole, struct ep_err *err)
{
	struct ep_coverage coverage;
	int rc;

	ep_coverage_init(&coverage);
	coverage.pages = (int64_t)run->request->n;
	coverage.rows = part->records;
	coverage.captured_at = part->captured_at;
	snprintf(coverage.captured_by, sizeof(coverage.captured_by), "%s",
		 part->captured_by);
	coverage.started_at = run->now;
	coverage.ended_at = ep_clock_now();
	ep_buf_add(&coverage.page_sha256, run->sums.s, run->sums.len);
	ep_mapper_report(&run->mapper, &coverage);
	if (!whole)
		ep_coverage_spoil(&coverage, EP_COVERAGE_FAILED,
				  "import the file again",
				  "the file changed while it was read");
	rc = run->sink->end(run->sink->to, part->dataset, &coverage, err);
	ep_coverage_release(&coverage);
	part->begun = false;
	run->totals->rows += part->rows;
	return rc;
}

static void start_mapper(struct ep_import_run *run)
{
	const struct ep_spec_import *im = run->request->import;

	ep_mapper_init(&run->mapper, im->emits.v, im->emits.n);
	run->mapper.flat = im->format == EP_IMPORT_CSV;
	run->mapper.lookup = ep_import_lookup;
	run->mapper.row = ep_import_row;
	run->mapper.complain = ep_import_trouble;
	run->mapper.to = run;
}

static int hand_over(struct ep_import_run *run, struct ep_err *err)
{
	int rc;

	ep_mapper_release(&run->mapper);
	start_mapper(run);
	run->handing = true;
	rc = begin_parts(run, err);
	if (rc == 0)
		rc = read_files(run, err);
	for (size_t i = 0; i < run->parts.n; i++) {
		struct ep_err other = EP_ERR_INIT;

		if (!run->parts.v[i]->begun)
			continue;
		if (end_part(run, run->parts.v[i], rc == 0, &other) < 0 &&
		    rc == 0) {
			*err = other;
			rc = other.code;
		}
	}
	run->totals->tenancies = run->parts.n;
	run->totals->unmapped = run->mapper.unmapped;
	return rc;
}

static void run_release(struct ep_import_run *run)
{
	for (size_t i = 0; i < run->parts.n; i++) {
		ep_map_release(&run->parts.v[i]->seen, ep_free);
		ep_free(run->parts.v[i]->key);
		ep_free(run->parts.v[i]);
	}
	ep_vec_release(&run->parts);
	ep_vec_release(&run->met);
	ep_map_release(&run->by_key, NULL);
	ep_mapper_release(&run->mapper);
	ep_buf_release(&run->sums);
}

int ep_import(const struct ep_import_request *request, struct ep_sink *sink,
	      struct ep_import_totals *ret, struct ep_diag *diag,
	      struct ep_err *err)
{
	struct ep_import_run run = { .request = request,
				     .sink = sink,
				     .totals = ret,
				     .diag = diag,
				     .now = ep_clock_now() };
	size_t before = diag->n + diag->dropped;
	int rc;

	memset(ret, 0, sizeof(*ret));
	ep_map_init(&run.by_key);
	ep_buf_init(&run.sums, (size_t)EP_FOLDER_FILES_MAX * EP_SHA256_BYTES);
	start_mapper(&run);
	rc = read_files(&run, err);
	if (rc == 0)
		check_speaks(&run, before);
	if (rc == 0 && diag->n + diag->dropped == before)
		ep_import_whole_check(&run);
	if (rc == 0 && diag->n + diag->dropped > before)
		rc = ep_err_set(err, EP_EDATA,
				"nothing was imported from %s: %zu errors",
				request->n ? request->files[0] : "no file",
				diag->n + diag->dropped - before);
	if (rc == 0)
		rc = hand_over(&run, err);
	run_release(&run);
	return rc;
}

static bool is_named(const struct ep_spec *spec,
		     const struct ep_spec_import *im, const char *name,
		     const char *file)
{
	size_t n = strlen(spec->id);

	if (ep_str_eq(im->file, file))
		return true;
	return strncmp(name, spec->id, n) == 0 && name[n] == '.' &&
	       ep_str_eq(name + n + 1, im->name);
}

/* A name that is given exactly goes before a pattern that fits it too. */
static const struct ep_spec_import *find(const struct ep_specs *specs,
					 const char *name, bool pattern,
					 const struct ep_spec **ret_spec)
{
	const char *slash = strrchr(name, '/');
	const char *file = slash ? slash + 1 : name;

	for (size_t i = 0; i < specs->n; i++) {
		const struct ep_spec *spec = specs->v[i];

		for (size_t k = 0; k < spec->imports.n; k++) {
			const struct ep_spec_import *im = &spec->imports.v[k];

			if (pattern ? fnmatch(im->file, file, 0) != 0 :
				      !is_named(spec, im, name, file))
				continue;
			*ret_spec = spec;
			return im;
		}
	}
	return NULL;
}

const struct ep_spec_import *ep_import_find(const struct ep_specs *specs,
					    const char *name,
					    const struct ep_spec **ret_spec)
{
	const struct ep_spec_import *im = find(specs, name, false, ret_spec);

	return im ? im : find(specs, name, true, ret_spec);
}
