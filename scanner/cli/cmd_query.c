/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exitproof query: read the views of exitproof-schema(5) with SQL.
 */
#include "cli/cmd.h"

#include <string.h>

#include "base/str.h"
#include "cli/moment.h"
#include "ext/db.h"
#include "ext/json.h"
#include "store/store.h"

enum format { FORMAT_TABLE, FORMAT_CSV, FORMAT_JSON };

static void cell_text(struct ep_stmt *stmt, int i, struct ep_buf *out)
{
	const char *text = ep_db_col_text(stmt, i);

	if (text)
		ep_buf_adds(out, text);
}

/* A cell that a spreadsheet could take for a formula is defused by an
 * apostrophe, as OWASP advises. */
static void add_csv(struct ep_buf *out, const char *s)
{
	ep_buf_addc(out, '"');
	if (*s && strchr("=+-@\t\r", *s))
		ep_buf_addc(out, '\'');
	for (; *s; s++) {
		if (*s == '"')
			ep_buf_addc(out, '"');
		ep_buf_addc(out, *s);
	}
	ep_buf_addc(out, '"');
}

static void add_json(struct ep_buf *out, struct ep_stmt *stmt, int i)
{
	ep_json_quote_shown(out, ep_db_col_name(stmt, i));
	ep_buf_addc(out, ':');
	if (ep_db_col_null(stmt, i))
		ep_buf_adds(out, "null");
	else if (ep_db_col_type(stmt, i) == EP_DB_INT)
		ep_buf_addf(out, "%lld", (long long)ep_db_col_int(stmt, i));
	else
		ep_json_quote_shown(out, ep_db_col_text(stmt, i));
}

static void add_row(struct ep_buf *out, struct ep_stmt *stmt,
		    enum format format)
{
	EP_AUTO(ep_buf_release) struct ep_buf cell;
	int n = ep_db_cols(stmt);

	ep_buf_init(&cell, EP_PAGE_BYTES_MAX);
	ep_buf_adds(out, format == FORMAT_JSON ? "{" : "");
	for (int i = 0; i < n; i++) {
		ep_buf_clear(&cell);
		cell_text(stmt, i, &cell);
		if (i)
			ep_buf_addc(out, format == FORMAT_TABLE ? '\t' : ',');
		if (format == FORMAT_JSON)
			add_json(out, stmt, i);
		else if (format == FORMAT_CSV)
			add_csv(out, cell.s ? cell.s : "");
		else
			ep_str_printable(out, cell.s ? cell.s : "", cell.len);
	}
	ep_buf_adds(out, format == FORMAT_JSON ? "}" : "");
	ep_buf_adds(out, format == FORMAT_CSV ? "\r\n" : "\n");
}

static void add_head(struct ep_buf *out, struct ep_stmt *stmt,
		     enum format format)
{
	int n = ep_db_cols(stmt);

	if (format == FORMAT_JSON)
		return;
	for (int i = 0; i < n; i++) {
		if (i)
			ep_buf_addc(out, format == FORMAT_CSV ? ',' : '\t');
		ep_str_printable(out, ep_db_col_name(stmt, i),
				 strlen(ep_db_col_name(stmt, i)));
	}
	ep_buf_adds(out, format == FORMAT_CSV ? "\r\n" : "\n");
}

static int print_rows(struct ep_app *app, const char *sql, enum format format)
{
	struct ep_db *db = ep_store_db(app->store);
	EP_AUTO(ep_buf_release) struct ep_buf out;
	struct ep_stmt *stmt = NULL;
	bool row = false, head = false;
	int rc;

	ep_buf_init(&out, 2 * EP_PAGE_BYTES_MAX);
	rc = ep_db_prepare(db, sql, &stmt, &app->err);
	while (rc == 0) {
		rc = ep_db_step(stmt, &row, &app->err);
		if (rc || (!row && head))
			break;
		if (!head)
			add_head(&out, stmt, format);
		head = true;
		if (!row)
			break;
		add_row(&out, stmt, format);
		if (ep_app_print(out.s, out.len))
			break;
		ep_buf_clear(&out);
	}
	if (out.len)
		ep_app_print(out.s, out.len);
	ep_db_done(stmt);
	return rc ? ep_app_fail(app) : ep_app_finish();
}

static int choose_run(struct ep_app *app, const char *at)
{
	int64_t run = 0;

	if (at && ep_moment_run(app->store, at, &run, &app->err))
		return app->err.code;
	return ep_store_as_of(app->store, run, &app->err);
}

int ep_cmd_query(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"query", "SQL",
		"Runs one SELECT over the views of exitproof-schema(5), as of "
		"the last run or of another one."
	};
	const char *at = NULL, *word = "table";
	const struct ep_opt table[] = {
		{ EP_OPT_TEXT, 0, "at", "RUN|TIME", &at,
		  "the state after that run, or at that time" },
		{ EP_OPT_TEXT, 'f', "format", "FORMAT", &word,
		  "table (tabs), csv or json (a line per row)" },
		EP_APP_OPTIONS(app)
	};
	struct ep_db_guard guard = { 0 };
	enum format format;
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands != 1)
		return ep_app_usage("query", "give one SQL text");
	if (ep_str_eq(word, "table"))
		format = FORMAT_TABLE;
	else if (ep_str_eq(word, "csv"))
		format = FORMAT_CSV;
	else if (ep_str_eq(word, "json"))
		format = FORMAT_JSON;
	else
		return ep_app_usage("query", "--format is table, csv or json");
	status = ep_app_main_file(app);
	if (status == 0)
		status = ep_app_store(app, false);
	if (status)
		return status;
	if (choose_run(app, at))
		return ep_app_fail(app);
	ep_db_guard_set(ep_store_db(app->store), &guard);
	status = print_rows(app, argv[0], format);
	ep_db_guard_set(ep_store_db(app->store), NULL);
	return status;
}
