/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV files of an import: the header against the connector, and each record
 * as an object whose members are the columns.
 */
#include "collect/import_priv.h"

#include <string.h>

#include "base/limits.h"
#include "base/str.h"
#include "collect/csv.h"

struct table {
	struct ep_csv csv;
	struct ep_words columns;	/* as the header has them */
	struct ep_buf object;
};

static bool in_words(const struct ep_words *words, const char *s)
{
	for (size_t i = 0; i < words->n; i++) {
		if (ep_str_eq(words->v[i], s))
			return true;
	}
	return false;
}

/* Spreadsheets of some languages write semicolons and call it CSV. */
static const char *hint(const char *name)
{
	if (strchr(name, ';'))
		return "; columns are separated by commas, not semicolons";
	if (strchr(name, '\t'))
		return "; columns are separated by commas, not tabs";
	return "";
}

static void check_column(struct ep_import_run *run, struct table *t, size_t i)
{
	const struct ep_spec_import *im = run->request->import;
	const struct ep_csv_field *f = &t->csv.fields.v[i];
	const char *name = ep_csv_text(&t->csv, i);

	if (in_words(&t->columns, name))
		ep_diag_add(run->diag, run->file, f->line, f->col,
			    "column \"%.100s\" is there twice", name);
	else if (!im->other_columns && !in_words(&im->columns, name) &&
		 !in_words(&im->optional_columns, name))
		ep_diag_add(run->diag, run->file, f->line, f->col,
			    "unknown column \"%.100s\"%s", name, hint(name));
	EP_VEC_ADD(&t->columns) = ep_strdup(name);
}

static bool read_header(struct ep_import_run *run, struct table *t)
{
	const struct ep_spec_import *im = run->request->import;
	size_t before = run->diag->n + run->diag->dropped;

	if (!ep_csv_next(&t->csv)) {
		ep_diag_add(run->diag, run->file, 1, 1,
			    "the file is empty; its first line must name the "
			    "columns");
		return false;
	}
	for (size_t i = 0; i < t->csv.fields.n; i++)
		check_column(run, t, i);
	for (size_t i = 0; i < im->columns.n; i++) {
		if (!in_words(&t->columns, im->columns.v[i]))
			ep_diag_add(run->diag, run->file, t->csv.line, 1,
				    "column \"%.100s\" is missing",
				    im->columns.v[i]);
	}
	return run->diag->n + run->diag->dropped == before;
}

static int col_of(void *to, const char *name)
{
	const struct table *t = to;

	for (size_t i = 0; i < t->columns.n && i < t->csv.fields.n; i++) {
		if (ep_str_eq(t->columns.v[i], name))
			return t->csv.fields.v[i].col;
	}
	return 0;
}

/* Which columns say whose and when, and nothing else. */
static bool is_frame(const struct ep_spec_import *im, const char *name)
{
	return ep_str_eq(name, im->tenant_column) ||
	       ep_str_eq(name, im->captured_at) ||
	       ep_str_eq(name, im->captured_by);
}

/* An empty cell is null; there is no way to write an empty text in CSV. */
static bool build_object(const struct ep_spec_import *im, struct table *t)
{
	const char *sep = "{";
	bool empty = true;

	ep_buf_clear(&t->object);
	for (size_t i = 0; i < t->csv.fields.n; i++) {
		const char *name = t->columns.v[i];
		const char *text = ep_csv_text(&t->csv, i);

		ep_buf_adds(&t->object, sep);
		ep_json_quote(&t->object, name);
		ep_buf_addc(&t->object, ':');
		sep = ",";
		if (!*text) {
			ep_buf_adds(&t->object, "null");
			continue;
		}
		ep_json_quote(&t->object, text);
		if (!is_frame(im, name))
			empty = false;
	}
	ep_buf_addc(&t->object, '}');
	return empty;
}

static int read_record(struct ep_import_run *run, struct table *t,
		       struct ep_err *err)
{
	struct ep_json *record = NULL;
	bool empty;
	int rc;

	run->line = t->csv.line;
	if (t->csv.fields.n != t->columns.n) {
		ep_import_complain(run, NULL,
				   "%zu fields where the header names %zu "
				   "columns", t->csv.fields.n, t->columns.n);
		return 0;
	}
	empty = build_object(run->request->import, t);
	rc = ep_json_parse(t->object.s, t->object.len, &record, NULL, err);
	if (rc == 0)
		rc = ep_import_record(run, record, empty, err);
	ep_json_free(record);
	return rc;
}

int ep_import_csv(struct ep_import_run *run, const struct ep_buf *text,
		  struct ep_err *err)
{
	struct table t = { .columns = { 0 } };
	int rc = 0;

	ep_buf_init(&t.object, (size_t)EP_CSV_RECORD_BYTES_MAX * 7);
	run->col_of = col_of;
	run->col_to = &t;
	if (ep_csv_init(&t.csv, run->file, text->s ? text->s : "", text->len,
			run->diag) &&
	    read_header(run, &t)) {
		while (rc == 0 && ep_csv_next(&t.csv))
			rc = read_record(run, &t, err);
	}
	run->col_of = NULL;
	for (size_t i = 0; i < t.columns.n; i++)
		ep_free(t.columns.v[i]);
	ep_vec_release(&t.columns);
	ep_buf_release(&t.object);
	ep_csv_release(&t.csv);
	return rc;
}
