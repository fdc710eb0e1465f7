/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exitproof purge: deletes what runs read when it was kept long enough, as
 * retention: of the configuration says.  Shows first, does with --yes.
 */
#include "cli/cmd.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/whoami.h"
#include "evidence/purge.h"
#include "store/store.h"

struct wish {
	const char *by;
	const char *reason;
	bool yes;
};

static void print_plan(const struct ep_app *app,
		       const struct ep_purge_plan *plan)
{
	EP_AUTO(ep_buf_release) struct ep_buf safe = EP_BUF_INIT(8 * 4096);
	char day[EP_TIME_TEXT];

	ep_app_printf("what runs read is kept for %" PRId64 " days: back to "
		      "%s\n", app->config->retention.days,
		      ep_time_format(plan->before, day));
	if (plan->kept_from) {
		ep_str_printable(&safe, plan->why.s, plan->why.len);
		ep_app_printf("kept in any case: run %" PRId64 " and what "
			      "came after it, since %s\n", plan->kept_from,
			      safe.s);
	}
	if (plan->last_run == 0)
		ep_app_printf("nothing is to be purged\n");
	else
		ep_app_printf("runs %" PRId64 " to %" PRId64 ": %" PRId64
			      " runs, %" PRId64 " entries of their history\n",
			      plan->first_run, plan->last_run, plan->runs,
			      plan->entries);
}

/* What an earlier one could not finish. */
static int finish_older(struct ep_app *app)
{
	bool owed = false;

	if (ep_purge_owes_scrub(ep_store_db(app->store), &owed, &app->err) ||
	    (owed && ep_purge_scrub(app->store, &app->err)))
		return ep_app_fail(app);
	return ep_app_finish();
}

static int do_it(struct ep_app *app, const struct ep_purge_plan *plan,
		 const struct wish *wish)
{
	EP_AUTO(ep_buf_release) struct ep_buf reason = EP_BUF_INIT(4096);
	int64_t rows = 0;

	ep_buf_addf(&reason, "retention of %" PRId64 " days",
		    app->config->retention.days);
	if (wish->reason)
		ep_buf_addf(&reason, ", %.3000s", wish->reason);
	if (ep_purge(app->store, plan, wish->by, reason.s, &rows, &app->err))
		return ep_app_fail(app);
	ep_app_printf("purged: %" PRId64 " row%s; copies of the database, "
		      "reports and exported packages are not touched\n", rows,
		      EP_S(rows));
	return ep_app_finish();
}

static int purge(struct ep_app *app, const struct wish *wish)
{
	struct ep_purge_plan plan;
	int status = ep_app_config(app);

	if (status == 0)
		status = ep_app_store(app, wish->yes);
	if (status)
		return status;
	if (ep_purge_plan(app->store, app->config, ep_clock_now(), &plan,
			  &app->err)) {
		ep_purge_release(&plan);
		return ep_app_fail(app);
	}
	print_plan(app, &plan);
	if (!wish->yes) {
		if (plan.last_run)
			ep_app_printf("nothing was deleted; --yes does it, and "
				      "it cannot be taken back\n");
		status = ep_app_finish();
	} else if (plan.last_run) {
		status = do_it(app, &plan, wish);
	} else {
		status = finish_older(app);
	}
	ep_purge_release(&plan);
	return status;
}

int ep_cmd_purge(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"purge", "",
		"Says what runs read longer ago than 'retention' of the "
		"configuration allows, and with --yes deletes it. Who, when "
		"and why stays, and so do the seals: checkpoints and the "
		"growth of the log can be proven as before."
	};
	struct wish wish = { .by = ep_whoami_user() };
	const struct ep_opt table[] = {
		{ EP_OPT_FLAG, 0, "yes", NULL, &wish.yes,
		  "do it; else it is only shown" },
		{ EP_OPT_TEXT, 0, "reason", "TEXT", &wish.reason,
		  "why, beside the retention" },
		{ EP_OPT_TEXT, 0, "by", "WHO", &wish.by,
		  "who says so, else whoever runs this" },
		EP_APP_OPTIONS(app)
	};
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands)
		return ep_app_usage("purge", "takes no operand");
	if (!wish.by || !*wish.by || strlen(wish.by) > 200)
		return ep_app_usage("purge", "--by is a name of up to 200 "
				    "bytes");
	return purge(app, &wish);
}
