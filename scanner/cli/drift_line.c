/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints moves.
 */
#include "cli/drift_line.h"

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "cli/app.h"
#include "ext/db.h"
#include "ext/json.h"
#include "model/entity.h"

#define LINE_MAX (4 * EP_ATTR_BYTES_MAX)

/* Members of an undo record that are no facts of the vendor. */
static bool is_inner(const char *name)
{
	static const char *const inner[] = { "absent", "first_run",
					     "changed_run", "fingerprint" };

	for (size_t i = 0; i < sizeof(inner) / sizeof(*inner); i++)
		if (strcmp(name, inner[i]) == 0)
			return true;
	return false;
}

static int open_row(struct ep_db *db, const struct ep_drift_line *line,
		    struct ep_stmt **ret, bool *ret_row, struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf sql = EP_BUF_INIT(256);

	*ret_row = false;
	/* The kind becomes SQL text: only a name of entity.def does. */
	if (ep_entity_kind(line->kind) < 0)
		return ep_err_set(err, EP_EBUG, "no kind '%s'", line->kind);
	ep_buf_addf(&sql,
		    "SELECT * FROM temp.\"%s\" WHERE tenant = ?1 AND dataset ="
		    " ?2 AND key = ?3",
		    line->kind);
	if (ep_db_prepare(db, sql.s, ret, err))
		return err->code;
	ep_db_text(*ret, 1, line->tenant);
	ep_db_text(*ret, 2, line->dataset);
	ep_db_text(*ret, 3, line->key);
	return ep_db_step(*ret, ret_row, err);
}

static const char *column(struct ep_stmt *stmt, const char *name)
{
	for (int i = 0; i < ep_db_cols(stmt); i++)
		if (strcmp(ep_db_col_name(stmt, i), name) == 0)
			return ep_db_col_text(stmt, i);
	return NULL;
}

/* --- who or what --------------------------------------------------------------- */

static void add_name(struct ep_buf *out, const struct ep_drift_line *line,
		     const struct ep_json *old, struct ep_stmt *row)
{
	static const char *const names[] = { "email", "name", "role", "login",
					     "subject" };
	const struct ep_json *value;
	const char *s = NULL;

	for (size_t i = 0; !s && i < sizeof(names) / sizeof(*names); i++) {
		if (row)
			s = column(row, names[i]);
		else if (old && ep_json_get(old, names[i], &value) ==
					EP_JSON_PRESENT)
			s = ep_json_text(value);
	}
	if (s)
		ep_buf_adds(out, s);
	else
		for (s = line->key; *s; s++)
			ep_buf_addc(out, *s == '\037' ? ' ' : *s);
}

/* --- text --------------------------------------------------------------------- */

static void add_change(struct ep_buf *out, const struct ep_json *was,
		       struct ep_stmt *row)
{
	EP_AUTO(ep_buf_release) struct ep_buf text = EP_BUF_INIT(LINE_MAX);
	const char *now = row ? column(row, ep_json_name(was)) : NULL;

	if (!ep_json_scalar(was, &text))
		ep_buf_adds(&text, "nothing");
	ep_buf_addf(out, "; %s was %s, is %s", ep_json_name(was), text.s,
		    now ? now : "nothing");
}

static void print_text(const struct ep_drift_line *line,
		       const struct ep_json *old, struct ep_stmt *row)
{
	EP_AUTO(ep_buf_release) struct ep_buf out = EP_BUF_INIT(LINE_MAX);
	EP_AUTO(ep_buf_release) struct ep_buf safe = EP_BUF_INIT(8 * LINE_MAX);
	const struct ep_json *was = NULL;

	ep_buf_addf(&out, "%-8s  %s  %s  %s  ", line->what, line->customer,
		    line->dataset, line->kind);
	add_name(&out, line, old, row);
	if (old && strcmp(line->what, "changed") == 0)
		was = ep_json_first(old);
	for (; was; was = ep_json_next(was))
		if (!is_inner(ep_json_name(was)))
			add_change(&out, was, row);
	ep_buf_addf(&out, "  (%s, run %" PRId64 ")", line->tenant, line->run);
	ep_str_printable(&safe, out.s, out.len);
	ep_app_printf("  %s\n", safe.s);
}

/* --- JSON --------------------------------------------------------------------- */

static void add_changes(struct ep_buf *out, const struct ep_json *old,
			struct ep_stmt *row)
{
	const char *comma = "";

	ep_buf_adds(out, ",\"changes\":{");
	for (const struct ep_json *was = ep_json_first(old); was;
	     was = ep_json_next(was)) {
		EP_AUTO(ep_buf_release) struct ep_buf value =
			EP_BUF_INIT(2 * EP_ATTR_BYTES_MAX);
		const char *now = row ? column(row, ep_json_name(was)) : NULL;

		if (is_inner(ep_json_name(was)))
			continue;
		ep_buf_adds(out, comma);
		ep_json_quote_shown(out, ep_json_name(was));
		ep_buf_adds(out, ":{\"was\":");
		ep_json_canon(&value, was);
		ep_json_shown(out, value.s);
		ep_buf_adds(out, ",\"is\":");
		if (now)
			ep_json_quote_shown(out, now);
		else
			ep_buf_adds(out, "null");
		ep_buf_addc(out, '}');
		comma = ",";
	}
	ep_buf_addc(out, '}');
}

static void print_json(const struct ep_drift_line *line,
		       const struct ep_json *old, struct ep_stmt *row)
{
	EP_AUTO(ep_buf_release) struct ep_buf out = EP_BUF_INIT(LINE_MAX);
	EP_AUTO(ep_buf_release) struct ep_buf name = EP_BUF_INIT(LINE_MAX);

	add_name(&name, line, old, row);
	ep_buf_addc(&out, '{');
	ep_json_member(&out, "what", line->what);
	ep_json_member(&out, "customer", line->customer);
	ep_json_member(&out, "tenant", line->tenant);
	ep_json_member(&out, "dataset", line->dataset);
	ep_json_member(&out, "kind", line->kind);
	ep_json_member(&out, "key", line->key);
	ep_json_member(&out, "name", name.s);
	ep_buf_addf(&out, ",\"run\":%" PRId64, line->run);
	if (old && strcmp(line->what, "changed") == 0)
		add_changes(&out, old, row);
	ep_buf_adds(&out, "}\n");
	ep_app_print(out.s, out.len);
}

int ep_drift_print(struct ep_db *db, const struct ep_drift_line *line,
		   bool json, struct ep_err *err)
{
	struct ep_json *old = NULL;
	struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = 0;

	if (line->old)
		rc = ep_json_parse(line->old, strlen(line->old), &old, NULL,
				   err);
	if (rc == 0 && strcmp(line->what, "gone") != 0)
		rc = open_row(db, line, &stmt, &row, err);
	if (rc == 0 && json)
		print_json(line, old, row ? stmt : NULL);
	else if (rc == 0)
		print_text(line, old, row ? stmt : NULL);
	ep_db_done(stmt);
	ep_json_free(old);
	return rc;
}

int ep_drift_print_gaps(struct ep_db *db, const char *sql,
			const char *customer, int64_t run, int64_t *ret_n,
			struct ep_err *err)
{
	static const char *const names[] = { "customer", "tenant", "dataset",
					     "state", "reason" };
	struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(db, sql, &stmt, err);

	*ret_n = 0;
	if (rc)
		return rc;
	ep_db_text(stmt, 1, customer);
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		EP_AUTO(ep_buf_release) struct ep_buf out =
			EP_BUF_INIT(LINE_MAX);

		ep_buf_addc(&out, '{');
		ep_json_member(&out, "what", "not complete");
		for (int i = 0; i < 5; i++)
			ep_json_member(&out, names[i], ep_db_col_text(stmt, i));
		ep_buf_addf(&out, ",\"run\":%" PRId64 "}\n", run);
		ep_app_print(out.s, out.len);
		++*ret_n;
	}
	ep_db_done(stmt);
	return rc;
}
