/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exitproof baseline approve, show, diff and expire.
 */
#include "cli/cmd.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/str.h"
#include "cli/baseline_print.h"
#include "cli/decided.h"
#include "ext/db.h"
#include "store/store.h"

#define DAY 86400

/* --- approve ------------------------------------------------------------------ */

struct wish {
	const char *tenant, *role, *team, *setting, *row, *column, *dataset;
	const char *reason, *approver, *expires;
};

/* Which of the four was said; -1 none or several. */
static int what_of(const struct wish *wish, const char **ret_name)
{
	const char *const said[] = { wish->role, wish->team, wish->setting,
				     wish->row };
	int what = -1, n = 0;

	for (int i = 0; i < 4; i++) {
		if (!said[i])
			continue;
		what = i;
		*ret_name = said[i];
		n++;
	}
	return n == 1 ? what : -1;
}

/* The words of the command line as a baseline that borrows them. */
static int take_wish(const struct wish *wish, struct ep_baseline *ret)
{
	const char *name = NULL;
	int what = what_of(wish, &name);
	int64_t day = 0;

	if (!wish->tenant || !wish->reason || !wish->approver)
		return ep_app_usage("baseline approve", "--tenant, --reason "
				    "and --approver are all needed");
	if (what < 0)
		return ep_app_usage("baseline approve", "give one of --role, "
				    "--team, --setting and --row");
	if (wish->expires && (strlen(wish->expires) != 10 ||
			      !ep_time_iso(wish->expires, false, &day)))
		return ep_app_usage("baseline approve", "--expires '%s' is no "
				    "date such as 2026-12-31", wish->expires);
	*ret = (struct ep_baseline){
		.tenant = (char *)wish->tenant,
		.what = (enum ep_baseline_what)what,
		.name = (char *)name,
		.column = (char *)wish->column,
		.dataset = (char *)wish->dataset,
		.said = {
			.reason = (char *)wish->reason,
			.approver = (char *)wish->approver,
			.approved = ep_clock_now() / DAY * DAY,
			.expires = wish->expires ? day + DAY : 0,
			.file = (char *)"(new)",
		},
	};
	if (ep_baseline_wrong(ret))
		return ep_app_usage("baseline approve", "%s",
				    ep_baseline_wrong(ret));
	return 0;
}

static int tenancy_known(struct ep_app *app, const char *uid)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(ep_store_db(app->store), "SELECT 1 FROM "
			       "temp.tenancy WHERE tenant = ?1", &stmt,
			       &app->err);

	if (rc)
		return rc;
	ep_db_text(stmt, 1, uid);
	rc = ep_db_step(stmt, &row, &app->err);
	if (rc == 0 && !row)
		return ep_err_set(&app->err, EP_ENOENT, "there is no tenancy "
				  "'%s'; 'exitproof tenant list' has the "
				  "names", uid);
	return rc;
}

/* What was not read cannot be accepted: nobody saw it.  Nor what a misspelt
 * key means, which would be as accepted for ever. */
static int look(struct ep_app *app, struct ep_baseline *baseline,
		struct ep_baseline_seen *seen)
{
	struct ep_db *db = ep_store_db(app->store);

	if (tenancy_known(app, baseline->tenant) ||
	    ep_baseline_value(db, baseline, &baseline->value, &app->err) ||
	    ep_baseline_look(db, baseline, seen, &app->err))
		return app->err.code;
	if (seen->unread.len)
		ep_err_set(&app->err, EP_EDATA, "it was not read completely, "
			   "so nobody can tell what would be accepted: %s",
			   seen->unread.s);
	else if (baseline->what == EP_BASELINE_ROW && !baseline->value.n)
		ep_err_set(&app->err, EP_ENOENT, "there is no %.300s in %.300s",
			   baseline->name, baseline->tenant);
	else
		return 0;
	ep_baseline_seen_release(seen);
	return app->err.code;
}

static int write_it(struct ep_app *app, const struct ep_baselines *known,
		    struct ep_baseline *baseline)
{
	EP_AUTO(ep_buf_release) struct ep_buf safe =
		EP_BUF_INIT(8 * EP_FILE_BYTES_MAX);
	struct ep_baseline_seen seen;
	char *path = NULL;
	int rc;

	if (ep_store_as_of(app->store, 0, &app->err) ||
	    look(app, baseline, &seen))
		return ep_app_fail(app);
	ep_str_printable(&safe, seen.seen.s, seen.seen.len);
	ep_baseline_seen_release(&seen);
	rc = ep_baseline_approve(app->config->baselines, known, baseline,
				 ep_clock_now(), &path, &app->err);
	if (rc)
		return ep_app_fail(app);
	ep_app_printf("accepted: %s\n%s\n", safe.s, path);
	ep_free(path);
	return ep_app_finish();
}

static int baseline_approve(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"baseline approve", "",
		"Accepts a value as the newest run shows it, and writes that "
		"into the folder of baselines: whatever differs from it later "
		"fails. What was accepted about the same before is ended."
	};
	struct wish wish = { .tenant = NULL };
	struct ep_baselines known = { 0 };
	struct ep_baseline baseline = { .tenant = NULL };
	const struct ep_opt table[] = {
		{ EP_OPT_TEXT, 0, "tenant", "ID", &wish.tenant,
		  "in this tenancy (system/id)" },
		{ EP_OPT_TEXT, 0, "role", "WORD", &wish.role,
		  "who holds this role" },
		{ EP_OPT_TEXT, 0, "team", "ID", &wish.team,
		  "or who is in this team" },
		{ EP_OPT_TEXT, 0, "setting", "NAME", &wish.setting,
		  "or a fact of the configuration" },
		{ EP_OPT_TEXT, 0, "row", "KIND:KEY", &wish.row,
		  "or a column of a row (resource:policy:12)" },
		{ EP_OPT_TEXT, 0, "column", "NAME", &wish.column,
		  "that column, or attr.NAME" },
		{ EP_OPT_TEXT, 0, "dataset", "NAME", &wish.dataset,
		  "as this listing shows it" },
		{ EP_OPT_TEXT, 0, "reason", "TEXT", &wish.reason, "why" },
		{ EP_OPT_TEXT, 0, "approver", "NAME", &wish.approver,
		  "who answers for it" },
		{ EP_OPT_TEXT, 0, "expires", "DATE", &wish.expires,
		  "the last day on which the approval counts" },
		EP_APP_OPTIONS(app)
	};
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands)
		return ep_app_usage("baseline approve", "takes no operand");
	status = ep_baseline_app(app, &known);
	if (status == 0)
		status = take_wish(&wish, &baseline);
	if (status == 0)
		status = ep_app_store(app, false);
	if (status == 0)
		status = write_it(app, &known, &baseline);
	ep_words_release(&baseline.value);
	ep_baselines_release(&known);
	return status;
}

/* --- show --------------------------------------------------------------------- */

static void print_baseline(const struct ep_baseline *it)
{
	EP_AUTO(ep_buf_release) struct ep_buf line =
		EP_BUF_INIT(EP_FILE_BYTES_MAX);
	EP_AUTO(ep_buf_release) struct ep_buf safe =
		EP_BUF_INIT(8 * EP_FILE_BYTES_MAX);
	char day[EP_TIME_TEXT];

	ep_buf_addf(&line, "%-8s  %s  ", ep_decided_state(&it->said, ep_clock_now()),
		    it->tenant);
	ep_baseline_label(it, &line);
	ep_buf_adds(&line, it->value.n ? "  is " : "  is nothing");
	for (size_t i = 0; i < it->value.n; i++)
		ep_buf_addf(&line, "%s%s", i ? ", " : "", it->value.v[i]);
	ep_buf_addf(&line, "  by %s on %s", it->said.approver,
		    ep_time_date(it->said.approved, day));
	if (it->said.expires)
		ep_buf_addf(&line, " until %s",
			    ep_time_date(it->said.expires - 1, day));
	if (it->said.ended_by)
		ep_buf_addf(&line, ", ended by %s on %s", it->said.ended_by,
			    ep_time_date(it->said.ended, day));
	ep_buf_addf(&line, ": %s  (%s:%d)", it->said.reason, it->said.file, it->said.line);
	ep_str_printable(&safe, line.s, line.len);
	ep_app_printf("%s\n", safe.s);
}

static int baseline_show(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"baseline show", "",
		"Lists what is or was accepted: where, what, by whom, when, "
		"why."
	};
	struct ep_baselines baselines = { 0 };
	const struct ep_opt table[] = { EP_APP_OPTIONS(app) };
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands)
		return ep_app_usage("baseline show", "takes no operand");
	status = ep_baseline_app(app, &baselines);
	if (status == 0) {
		for (size_t i = 0; i < baselines.n; i++)
			print_baseline(&baselines.v[i]);
		if (baselines.n == 0)
			ep_app_printf("nothing is accepted\n");
		status = ep_app_finish();
	}
	ep_baselines_release(&baselines);
	return status;
}

/* --- diff --------------------------------------------------------------------- */

static int baseline_diff(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"baseline diff", "",
		"Compares the newest run with what was accepted. Exit status 1 "
		"when something differs, 2 when a listing that it is about was "
		"not read."
	};
	struct ep_baselines baselines = { 0 };
	const char *customer = NULL, *format = "text";
	const struct ep_opt table[] = {
		{ EP_OPT_TEXT, 0, "customer", "ID", &customer,
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
		return ep_app_usage("baseline diff", "takes no operand");
	if (!ep_str_eq(format, "text") && !ep_str_eq(format, "json"))
		return ep_app_usage("baseline diff",
				    "--format is text or json");
	status = ep_baseline_app(app, &baselines);
	if (status == 0 && customer &&
	    !ep_config_customer(app->config, customer))
		status = ep_app_usage("baseline diff", "there is no customer "
				      "'%s'", customer);
	if (status == 0)
		status = ep_app_store(app, false);
	if (status == 0 && ep_store_as_of(app->store, 0, &app->err))
		status = ep_app_fail(app);
	if (status == 0)
		status = ep_baseline_diff(app, &baselines, customer,
					  ep_str_eq(format, "json"));
	ep_baselines_release(&baselines);
	return status;
}

/* --- expire ------------------------------------------------------------------- */

static int expire_one(struct ep_app *app, const struct ep_baselines *baselines,
		      const char *word, const char *by_user)
{
	struct ep_decided all = { 0 };
	int status;

	for (size_t i = 0; i < baselines->n; i++)
		EP_VEC_ADD(&all) = &baselines->v[i].said;
	status = ep_decided_end(app, "baseline expire", "baseline show",
				"baseline", &all, word, by_user);
	ep_vec_release(&all);
	return status;
}

static int baseline_expire(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"baseline expire", "FILE[:LINE]",
		"Ends an approval from today on: who and when is written into "
		"its file, nothing else of it is changed."
	};
	struct ep_baselines baselines = { 0 };
	const char *by_user = NULL;
	const struct ep_opt table[] = {
		{ EP_OPT_TEXT, 0, "by", "NAME", &by_user, "who ends it" },
		EP_APP_OPTIONS(app)
	};
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands != 1 || !by_user)
		return ep_app_usage("baseline expire", "give FILE or "
				    "FILE:LINE, and --by NAME");
	status = ep_baseline_app(app, &baselines);
	if (status == 0)
		status = expire_one(app, &baselines, argv[0], by_user);
	ep_baselines_release(&baselines);
	return status;
}

int ep_cmd_baseline(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_cmd subs[] = {
		{ "approve", baseline_approve, "accept a value as it is now" },
		{ "show", baseline_show, "what is accepted, by whom and why" },
		{ "diff", baseline_diff, "what differs from it" },
		{ "expire", baseline_expire, "end an approval" },
		{ NULL, NULL, NULL },
	};

	app->guard.edits = true;
	return ep_cmd_sub(app, subs, argc, argv);
}
