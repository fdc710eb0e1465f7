/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exitproof run, collect, check and report.
 */
#include "cli/cmd.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "cli/moment.h"
#include "cli/night.h"
#include "cli/run_plan.h"
#include "ext/db.h"
#include "store/store.h"

/* False when the verb is over, with its status. */
static bool started(struct ep_night *night, int argc, char **argv,
		    const struct ep_opt *table,
		    const struct ep_opt_usage *usage, int *ret_status)
{
	int operands;

	ep_app_options(night->app, argc, argv, table, usage, &operands,
		       ret_status);
	if (*ret_status >= 0)
		return false;
	*ret_status = operands ? ep_app_usage(usage->verb, "takes no operand") :
				 ep_night_check_reports(night, usage->verb);
	return *ret_status == 0;
}

static int night_run(struct ep_night *night)
{
	int status = ep_night_rules(night), verdict = 2, ended;

	if (status == 0)
		status = ep_night_collect(night, "night");
	if (status)
		return status;
	status = ep_night_check(night, &verdict);
	ended = ep_night_end(night, status == 0);
	if (status == 0)
		status = ended;
	if (status == 0)
		status = ep_night_report(night, true);
	if (status)
		return status;
	if (night->totals.requests > 0 && night->totals.answers == 0)
		return ep_err_exit_status(EP_EUNAVAIL);
	return verdict;
}

int ep_cmd_run(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"run", "",
		"The night: reads every tenancy, imports waiting evidence, runs "
		"the rules, writes the reports."
	};
	struct ep_night night = { .app = app };
	bool plan = false;
	const struct ep_opt table[] = { EP_NIGHT_REPORT(&night),
					EP_NIGHT_COLLECT(&night),
					EP_NIGHT_CHECK(&night),
					{ EP_OPT_FLAG, 0, "plan", NULL, &plan,
					  "say what it would send and how long "
					  "that takes; send nothing" },
					EP_APP_OPTIONS(app) };
	int status;

	if (started(&night, argc, argv, table, &usage, &status))
		status = plan ? ep_run_plan(&night) : night_run(&night);
	ep_night_release(&night);
	return status;
}

/* Asked of the store: the totals are those of the last pass alone, and an
 * accepted collapse is a pass of its own. */
static int count_read(struct ep_night *night, int64_t *ret_all,
		      int64_t *ret_complete)
{
	struct ep_app *app = night->app;
	struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc;

	*ret_all = *ret_complete = 0;
	rc = ep_db_prepare(ep_store_db(app->store),
			   "SELECT count(*), coalesce(sum(status = 'complete'),"
			   " 0) FROM main.coverage WHERE run = ?1",
			   &stmt, &app->err);
	if (rc)
		return rc;
	ep_db_int(stmt, 1, night->run);
	rc = ep_db_step(stmt, &row, &app->err);
	if (rc == 0 && row) {
		*ret_all = ep_db_col_int(stmt, 0);
		*ret_complete = ep_db_col_int(stmt, 1);
	}
	ep_db_done(stmt);
	return rc;
}

static int collect_status(struct ep_night *night)
{
	const struct ep_collect_totals *totals = &night->totals;
	int64_t all, complete;

	if (totals->requests > 0 && totals->answers == 0)
		return ep_err_exit_status(EP_EUNAVAIL);
	if (count_read(night, &all, &complete))
		return ep_app_fail(night->app);
	return all > 0 && complete == all && !totals->unusable &&
			       !night->bad_imports ?
		       0 :
		       2;
}

int ep_cmd_collect(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"collect", "",
		"Reads tenancies into the database. Exit status 0 when every "
		"dataset was read completely, else 2."
	};
	struct ep_night night = { .app = app };
	const struct ep_opt table[] = { EP_NIGHT_COLLECT(&night),
					EP_APP_OPTIONS(app) };
	int status;

	if (started(&night, argc, argv, table, &usage, &status)) {
		status = ep_night_collect(&night, "night");
		if (status == 0)
			status = ep_night_end(&night, true);
		if (status == 0)
			status = collect_status(&night);
	}
	ep_night_release(&night);
	return status;
}

static int check_now(struct ep_night *night)
{
	int status = ep_night_rules(night), verdict = 2;

	if (status == 0)
		status = ep_app_store(night->app, true);
	if (status == 0)
		status = ep_night_check(night, &verdict);
	if (status == 0)
		status = ep_night_report(night, true);
	return status ? status : verdict;
}

/* --- the past ------------------------------------------------------------------ */

static int choose_past(struct ep_night *night, const char *word)
{
	struct ep_app *app = night->app;
	struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc;

	if (ep_moment_run(app->store, word, &night->run, &app->err) ||
	    ep_store_as_of(app->store, night->run, &app->err) ||
	    ep_db_prepare(ep_store_db(app->store), "SELECT coalesce(ended_at, "
			  "started_at) FROM main.run WHERE id = ?1", &stmt,
			  &app->err))
		return app->err.code;
	ep_db_int(stmt, 1, night->run);
	rc = ep_db_step(stmt, &row, &app->err);
	if (rc == 0 && row)
		night->now = ep_db_col_int(stmt, 0);
	else if (rc == 0)
		rc = ep_err_set(&app->err, EP_ENOENT, "there is no run %"
				PRId64, night->run);
	ep_db_done(stmt);
	return rc;
}

/* In one transaction that is taken back, so that also a kill leaves nothing
 * of it. */
static int check_kept_nowhere(struct ep_night *night)
{
	struct ep_app *app = night->app;
	struct ep_db *db = ep_store_db(app->store);
	char at[EP_TIME_TEXT];
	int status, verdict = 2;

	if (ep_db_begin(db, &app->err) || ep_check_forget(db, &app->err)) {
		ep_db_rollback(db);
		return ep_app_fail(app);
	}
	fprintf(stderr, "exitproof: today's rules, waivers and configuration "
		"on the state after run %" PRId64 " (%s); nothing of it is "
		"kept\n", night->run, ep_time_format(night->now, at));
	status = ep_night_check(night, &verdict);
	if (status == 0)
		status = ep_night_report(night, true);
	ep_db_rollback(db);
	return status ? status : verdict;
}

static int check_past(struct ep_night *night, const char *word)
{
	int status = ep_night_rules(night);

	if (status == 0)
		status = ep_app_store(night->app, true);
	if (status)
		return status;
	if (choose_past(night, word))
		return ep_app_fail(night->app);
	return check_kept_nowhere(night);
}

int ep_cmd_check(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"check", "",
		"Runs the rules over what the database holds, and prints or "
		"writes reports. With --as-of, over what it held then; nothing "
		"is kept of that."
	};
	struct ep_night night = { .app = app };
	const char *as_of = NULL;
	const struct ep_opt table[] = { EP_NIGHT_REPORT(&night),
					EP_NIGHT_CHECK(&night),
					{ EP_OPT_TEXT, 0, "as-of", "RUN|TIME",
					  &as_of,
					  "the state after that run, or at "
					  "that time" },
					EP_APP_OPTIONS(app) };
	int status;

	if (started(&night, argc, argv, table, &usage, &status))
		status = as_of ? check_past(&night, as_of) : check_now(&night);
	ep_night_release(&night);
	return status;
}

int ep_cmd_report(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"report", "",
		"Writes reports of a run that was checked, the newest by "
		"default."
	};
	struct ep_night night = { .app = app };
	const struct ep_opt table[] = {
		EP_NIGHT_REPORT(&night),
		{ EP_OPT_INT, 0, "run", "N", &night.run, "of this run" },
		EP_APP_OPTIONS(app)
	};
	int status;

	if (started(&night, argc, argv, table, &usage, &status)) {
		status = ep_app_store(app, false);
		if (status == 0)
			status = ep_night_report(&night, true);
	}
	ep_night_release(&night);
	return status;
}
