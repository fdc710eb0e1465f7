/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exitproof status: the last runs and, for the newest, every dataset that
 * is not complete and fresh.
 */
#include "cli/cmd.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "ext/db.h"
#include "store/store.h"

static void print_cell(struct ep_stmt *stmt, int i)
{
	EP_AUTO(ep_buf_release) struct ep_buf out;
	const char *text = ep_db_col_text(stmt, i);

	ep_buf_init(&out, EP_TEXT_BYTES_MAX);
	if (text)
		ep_str_printable(&out, text, strlen(text));
	ep_app_printf("%s", out.s ? out.s : "");
}

static int print_runs(struct ep_app *app)
{
	struct ep_stmt *stmt = NULL;
	char begin[EP_TIME_TEXT];
	bool row = false;
	int rc;

	rc = ep_db_prepare(ep_store_db(app->store),
			   "SELECT id, kind, state, started_at, "
			   "coalesce(ended_at - started_at, 0), testing "
			   "FROM run ORDER BY id DESC LIMIT 10",
			   &stmt, &app->err);
	while (rc == 0) {
		rc = ep_db_step(stmt, &row, &app->err);
		if (rc || !row)
			break;
		ep_app_printf("run %-5" PRId64 " %s  ", ep_db_col_int(stmt, 0),
			      ep_time_format(ep_db_col_int(stmt, 3), begin));
		print_cell(stmt, 1);
		ep_app_printf("  ");
		print_cell(stmt, 2);
		ep_app_printf("  %" PRId64 " s%s\n", ep_db_col_int(stmt, 4),
			      ep_db_col_int(stmt, 5) ? "  (testing)" : "");
	}
	ep_db_done(stmt);
	return rc;
}

/* *ret_open counts the datasets that are not complete and fresh. */
static int print_gaps(struct ep_app *app, int64_t *ret_open, int64_t *ret_all)
{
	struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc;

	rc = ep_db_prepare(ep_store_db(app->store),
			   "SELECT dataset, tenant, coalesce(customer, "
			   "'(nobody)'), CASE WHEN status = 'complete' AND "
			   "stale THEN 'stale' ELSE status END, reason, "
			   "status <> 'complete' OR stale FROM coverage "
			   "ORDER BY customer, tenant, dataset",
			   &stmt, &app->err);
	*ret_open = *ret_all = 0;
	while (rc == 0) {
		rc = ep_db_step(stmt, &row, &app->err);
		if (rc || !row)
			break;
		++*ret_all;
		if (!ep_db_col_int(stmt, 5))
			continue;
		++*ret_open;
		ep_app_printf("%-9s ", ep_db_col_text(stmt, 3));
		for (int i = 2; i >= 0; i--) {
			print_cell(stmt, i);
			ep_app_printf(i ? "  " : ": ");
		}
		print_cell(stmt, 4);
		ep_app_printf("\n");
	}
	ep_db_done(stmt);
	return rc;
}

static int print_retired(struct ep_app *app)
{
	struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(ep_store_db(app->store),
			       "SELECT tenant, name, substr(iso(retired_at), 1, "
			       "10), by_user, reason FROM retired "
			       "ORDER BY tenant", &stmt, &app->err);

	while (rc == 0) {
		rc = ep_db_step(stmt, &row, &app->err);
		if (rc || !row)
			break;
		ep_app_printf("retired   ");
		print_cell(stmt, 0);
		ep_app_printf(" (");
		print_cell(stmt, 1);
		ep_app_printf(") on ");
		print_cell(stmt, 2);
		ep_app_printf(" by ");
		print_cell(stmt, 3);
		ep_app_printf(": ");
		print_cell(stmt, 4);
		ep_app_printf("\n");
	}
	ep_db_done(stmt);
	return rc;
}

int ep_cmd_status(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"status", "",
		"Prints the last ten runs and every dataset that is not "
		"complete and fresh. Exit status 2 when there is one, or no "
		"run at all."
	};
	const struct ep_opt table[] = { EP_APP_OPTIONS(app) };
	int64_t gaps = 0, all = 0;
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands)
		return ep_app_usage("status", "takes no operand");
	status = ep_app_main_file(app);
	if (status == 0)
		status = ep_app_store(app, false);
	if (status)
		return status;
	if (ep_store_as_of(app->store, 0, &app->err) || print_runs(app))
		return ep_app_fail(app);
	ep_app_printf("\n");
	if (print_gaps(app, &gaps, &all) || print_retired(app))
		return ep_app_fail(app);
	ep_app_printf("%" PRId64 " of %" PRId64 " dataset%s complete and "
		      "fresh\n", all - gaps, all, EP_S(all));
	return gaps || !all ? 2 : ep_app_finish();
}
