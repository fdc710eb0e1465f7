/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exitproof drift: what moved between two runs, by natural key.
 */
#include "cli/cmd.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "cli/baseline_print.h"
#include "cli/drift_key.h"
#include "cli/drift_line.h"
#include "cli/moment.h"
#include "cli/table.h"
#include "ext/db.h"
#include "store/purged.h"
#include "store/store.h"

/* By key and time, so that the moves of one key stand together.  Quiet rows
 * (first reads, upgraded connectors) are not in `moved` at all. */
static const char moves_sql[] =
	"SELECT coalesce(customer, '(nobody)'), tenant, dataset, kind, key, op,"
	" old, run FROM temp.moved WHERE run > ?1 AND run <= ?2"
	" AND (?3 IS NULL OR customer = ?3)"
	" ORDER BY customer IS NULL, customer, tenant, dataset, kind, key, run";

#define GAPS(view)                                                         \
	"SELECT coalesce(customer, '(nobody)') AS customer, tenant AS "     \
	"tenancy, dataset, CASE WHEN status = 'complete' THEN 'stale' ELSE " \
	"status END AS state, reason FROM temp." view " WHERE (status <> "  \
	"'complete' OR stale) AND (?1 IS NULL OR customer = ?1) "           \
	"ORDER BY 1, 2, 3"

struct span {
	int64_t from;
	int64_t to;
	const char *customer;
	bool json;
};

static int choose(struct ep_app *app, const char *from, const char *to,
		  struct span *span)
{
	struct ep_store *store = app->store;

	/* Without it the views show the newest run already. */
	if (to && (ep_moment_run(store, to, &span->to, &app->err) ||
		   ep_store_as_of(store, span->to, &app->err)))
		return app->err.code;
	span->to = ep_store_run(store);
	if (from) {
		if (ep_moment_run(store, from, &span->from, &app->err))
			return app->err.code;
		return ep_purged_refuse(ep_store_db(store), span->from,
					&app->err);
	}
	if (ep_store_round_before(store, span->to, &span->from, &app->err))
		return app->err.code;
	if (span->from == 0)
		return ep_err_set(&app->err, EP_ENOENT,
				  "there is no run before run %" PRId64
				  " to compare it with",
				  span->to);
	return ep_purged_refuse(ep_store_db(store), span->from, &app->err);
}

static int print_moves(struct ep_app *app, const struct span *span,
		       int64_t *ret_n)
{
	struct ep_db *db = ep_store_db(app->store);
	struct ep_drift_key key = { .run = 0 };
	struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc;

	*ret_n = 0;
	rc = ep_db_prepare(db, moves_sql, &stmt, &app->err);
	if (rc)
		return rc;
	ep_db_int(stmt, 1, span->from);
	ep_db_int(stmt, 2, span->to);
	ep_db_text(stmt, 3, span->customer);
	while ((rc = ep_db_step(stmt, &row, &app->err)) == 0 && row) {
		if (!ep_drift_key_same(&key, stmt))
			rc = ep_drift_key_print(db, &key, span->json, ret_n,
						&app->err);
		if (rc == 0)
			rc = ep_drift_key_add(&key, stmt, &app->err);
		if (rc)
			break;
	}
	if (rc == 0)
		rc = ep_drift_key_print(db, &key, span->json, ret_n, &app->err);
	ep_drift_key_release(&key);
	ep_db_done(stmt);
	return rc;
}

/* A listing that was not complete at either end hides what moved in it. */
static int print_gaps(struct ep_app *app, const struct span *span,
		      int64_t run, int64_t *ret_n)
{
	const char *sql = run == span->to ? GAPS("coverage") :
					    GAPS("coverage_then");

	if (span->json)
		return ep_drift_print_gaps(ep_store_db(app->store), sql,
					   span->customer, run, ret_n,
					   &app->err);
	ep_app_printf("\nNot complete in run %" PRId64
		      ", so more may have moved:\n",
		      run);
	if (ep_table_print(ep_store_db(app->store), sql, span->customer, ret_n,
			   &app->err))
		return app->err.code;
	if (*ret_n == 0)
		ep_app_printf("  nothing, every listing was complete\n");
	return 0;
}

static int drift(struct ep_app *app, const struct span *span)
{
	int64_t moved, before, after;

	if (!span->json)
		ep_app_printf("From run %" PRId64 " to run %" PRId64 "\n",
			      span->from, span->to);
	if (print_moves(app, span, &moved))
		return ep_app_fail(app);
	if (!span->json && moved == 0)
		ep_app_printf("  nothing moved in what was read\n");
	/* Rows as they were then are not asked for: to rebuild them would
	 * take longer than all the rest. */
	if (print_gaps(app, span, span->to, &after) ||
	    ep_store_coverage_then(app->store, span->from, &app->err) ||
	    print_gaps(app, span, span->from, &before))
		return ep_app_fail(app);
	if (before || after)
		return 2;
	return moved ? 1 : ep_app_finish();
}

static int from_baseline(struct ep_app *app, const char *to,
			 const struct span *span)
{
	struct ep_baselines baselines = { 0 };
	int64_t run = 0;
	int status = ep_baseline_app(app, &baselines);

	if (status == 0 &&
	    ((to && ep_moment_run(app->store, to, &run, &app->err)) ||
	     ep_store_as_of(app->store, run, &app->err)))
		status = ep_app_fail(app);
	if (status == 0 && !span->json)
		ep_app_printf("From what was accepted to run %" PRId64 "\n",
			      ep_store_run(app->store));
	if (status == 0)
		status = ep_baseline_diff(app, &baselines, span->customer,
					  span->json);
	ep_baselines_release(&baselines);
	return status;
}

static int open_store(struct ep_app *app, const char *customer, bool accepted)
{
	int status = customer || accepted ? ep_app_config(app) :
					    ep_app_main_file(app);

	if (status)
		return status;
	/* Of nobody nothing would have moved. */
	if (customer && !ep_config_customer(app->config, customer))
		return ep_app_usage("drift", "there is no customer '%s'",
				    customer);
	return ep_app_store(app, false);
}

int ep_cmd_drift(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"drift", "",
		"Prints what appeared, changed and went between two runs. Exit "
		"status 1 when something did, 2 when a listing was not "
		"complete at either end."
	};
	const char *from = NULL, *to = NULL, *format = "text";
	struct span span = { .from = 0 };
	const struct ep_opt table[] = {
		{ EP_OPT_TEXT, 0, "from", "RUN|TIME|baseline", &from,
		  "the run before by default; baseline: what was accepted" },
		{ EP_OPT_TEXT, 0, "to", "RUN|TIME", &to,
		  "the newest run by default" },
		{ EP_OPT_TEXT, 0, "customer", "ID", &span.customer,
		  "of one customer" },
		{ EP_OPT_TEXT, 'f', "format", "FORMAT", &format,
		  "text, or json (a line each)" },
		EP_APP_OPTIONS(app)
	};
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands)
		return ep_app_usage("drift", "takes no operand");
	span.json = ep_str_eq(format, "json");
	if (!span.json && !ep_str_eq(format, "text"))
		return ep_app_usage("drift", "--format is text or json");
	status = open_store(app, span.customer,
			    ep_str_eq(from, "baseline"));
	if (status)
		return status;
	if (ep_str_eq(from, "baseline"))
		return from_baseline(app, to, &span);
	if (choose(app, from, to, &span))
		return ep_app_fail(app);
	if (span.from >= span.to)
		return ep_app_usage("drift", "run %" PRId64
					     " is not before run %" PRId64,
				    span.from, span.to);
	return drift(app, &span);
}
