/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints differences to the baseline.
 */
#include "cli/baseline_print.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/str.h"
#include "cli/decided.h"
#include "ext/db.h"
#include "ext/json.h"
#include "store/store.h"

#define LINE_MAX (8 * EP_FILE_BYTES_MAX)

int ep_baseline_app(struct ep_app *app, struct ep_baselines *ret)
{
	int status = ep_app_config(app);
	size_t before;

	if (status == 0)
		status = ep_decided_folder(app, "baselines",
					   app->config->baselines);
	if (status)
		return status;
	before = app->diag.n;
	ep_baselines_load(ret, app->config->baselines, &app->diag);
	return app->diag.n > before ? ep_app_fail_diag(app, EP_ECONFIG) : 0;
}

static const char *state_word(const struct ep_baseline_seen *seen)
{
	return seen->same < 0 ? "unknown" : seen->same ? "same" : "differs";
}

static void print_text(const struct ep_baseline *baseline,
		       const struct ep_baseline_seen *seen)
{
	EP_AUTO(ep_buf_release) struct ep_buf line = EP_BUF_INIT(LINE_MAX);
	EP_AUTO(ep_buf_release) struct ep_buf safe = EP_BUF_INIT(LINE_MAX);
	char day[EP_TIME_TEXT];

	ep_buf_addf(&line, "%-7s  %s  %s  is %s; accepted was %s, by %s on "
		    "%s: %s", state_word(seen), baseline->tenant,
		    seen->what.s, seen->seen.s, seen->accepted.s,
		    baseline->said.approver,
		    ep_time_date(baseline->said.approved, day), baseline->said.reason);
	if (seen->unread.len)
		ep_buf_addf(&line, "; %s", seen->unread.s);
	ep_str_printable(&safe, line.s, line.len);
	ep_app_printf("  %s\n", safe.s);
}

static void print_json(const struct ep_baseline *baseline,
		       const struct ep_baseline_seen *seen)
{
	EP_AUTO(ep_buf_release) struct ep_buf out = EP_BUF_INIT(LINE_MAX);
	char day[EP_TIME_TEXT];

	ep_buf_addc(&out, '{');
	ep_json_member(&out, "what", "baseline");
	ep_json_member(&out, "state", state_word(seen));
	ep_json_member(&out, "tenant", baseline->tenant);
	ep_json_member(&out, "of", seen->what.s);
	ep_json_member(&out, "is", seen->seen.s);
	ep_json_member(&out, "accepted", seen->accepted.s);
	ep_json_member(&out, "approver", baseline->said.approver);
	ep_json_member(&out, "approved", ep_time_date(baseline->said.approved, day));
	ep_json_member(&out, "expires", baseline->said.expires
		   ? ep_time_date(baseline->said.expires - 1, day) : NULL);
	ep_json_member(&out, "reason", baseline->said.reason);
	ep_json_member(&out, "unread", seen->unread.len ? seen->unread.s : NULL);
	ep_json_member(&out, "file", baseline->said.file);
	ep_buf_addf(&out, ",\"line\":%d}\n", baseline->said.line);
	ep_app_print(out.s, out.len);
}

/* *ret: nobody's for a tenancy that is not known, which is of no customer
 * and so is shown for all of them. */
static int is_of(struct ep_app *app, const struct ep_baseline *baseline,
		 const char *customer, bool *ret)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc;

	*ret = true;
	if (!customer)
		return 0;
	rc = ep_db_prepare(ep_store_db(app->store), "SELECT customer FROM "
			   "temp.tenancy WHERE tenant = ?1", &stmt,
			   &app->err);
	if (rc)
		return rc;
	ep_db_text(stmt, 1, baseline->tenant);
	rc = ep_db_step(stmt, &row, &app->err);
	if (rc == 0 && row)
		*ret = ep_str_eq(ep_db_col_text(stmt, 0), customer);
	return rc;
}

static int diff_one(struct ep_app *app, const struct ep_baseline *baseline,
		    bool json, int *worst)
{
	struct ep_baseline_seen seen;

	if (ep_baseline_look(ep_store_db(app->store), baseline, &seen,
			     &app->err))
		return app->err.code;
	if (seen.same < 0 || seen.unread.len)
		*worst = 2;
	else if (seen.same == 0 && *worst == 0)
		*worst = 1;
	if (json)
		print_json(baseline, &seen);
	else if (seen.same != 1)
		print_text(baseline, &seen);
	ep_baseline_seen_release(&seen);
	return 0;
}

int ep_baseline_diff(struct ep_app *app, const struct ep_baselines *baselines,
		     const char *customer, bool json)
{
	int64_t now = ep_clock_now();
	bool any = false, of = false;
	int worst = 0;

	for (size_t i = 0; i < baselines->n; i++) {
		if (!ep_baseline_in_force(&baselines->v[i], now))
			continue;
		if (is_of(app, &baselines->v[i], customer, &of))
			return ep_app_fail(app);
		if (!of)
			continue;
		any = true;
		if (diff_one(app, &baselines->v[i], json, &worst))
			return ep_app_fail(app);
	}
	if (!json && !any)
		ep_app_printf("  nothing is accepted that could be compared\n");
	else if (!json && worst == 0)
		ep_app_printf("  everything is as it was accepted\n");
	return worst ? worst : ep_app_finish();
}
