/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exitproof waive add, list and end.
 */
#include "cli/cmd.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "check/waiver_write.h"
#include "cli/decided.h"
#include "cli/night.h"
#include "ext/db.h"
#include "ext/json.h"
#include "store/store.h"

#define DAY 86400

static int load(struct ep_app *app, struct ep_waivers *ret)
{
	size_t before;
	int status = ep_app_config(app);

	if (status == 0)
		status = ep_decided_folder(app, "waivers",
					   app->config->waivers);
	if (status)
		return status;
	before = app->diag.n;
	ep_waivers_load(ret, app->config->waivers, &app->diag);
	return app->diag.n > before ? ep_app_fail_diag(app, EP_ECONFIG) : 0;
}

/* The database when there is one: nothing was checked without it. */
static int open_store(struct ep_app *app)
{
	if (access(app->config->database, F_OK) != 0)
		return 0;
	return ep_app_store(app, false);
}

/* --- add ---------------------------------------------------------------------- */

static bool tenancy_known(struct ep_app *app, const char *uid)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	struct ep_err err = EP_ERR_INIT;
	bool row = false;

	if (!app->store ||
	    ep_db_prepare(ep_store_db(app->store), "SELECT 1 FROM "
			  "main.tenancy WHERE uid = ?1", &stmt, &err))
		return false;
	ep_db_text(stmt, 1, uid);
	return ep_db_step(stmt, &row, &err) == 0 && row;
}

/* A waiver that can never match would look like one that does. */
static int check_place(struct ep_app *app, const struct ep_rule *rule,
		       const struct ep_waiver *waiver)
{
	const char *place = waiver->place;
	bool known;

	if (rule->per == EP_PER_FLEET) {
		known = !waiver->customer && ep_str_eq(place, "fleet");
		return known ? 0 : ep_app_usage("waive add", "rule '%s' looks "
						"at the fleet: --unit fleet",
						rule->id);
	}
	if (waiver->customer || rule->per == EP_PER_CUSTOMER)
		known = ep_config_customer(app->config, place) != NULL;
	else
		known = tenancy_known(app, place);
	if (known)
		return 0;
	if (rule->per == EP_PER_CUSTOMER)
		return ep_app_usage("waive add", "there is no customer '%s', "
				    "and rule '%s' looks at customers",
				    place, rule->id);
	return ep_app_usage("waive add", "there is no %s '%s'; 'exitproof "
			    "tenant list' has the names",
			    waiver->customer ? "customer" : "tenancy", place);
}

static int add(struct ep_app *app, struct ep_waiver *waiver)
{
	struct ep_night night = { .app = app };
	struct ep_waivers known = { 0 };
	const struct ep_rule *rule;
	char *path = NULL;
	int status = load(app, &known);

	if (status == 0)
		status = ep_night_rules(&night);
	if (status == 0)
		status = open_store(app);
	if (status == 0) {
		rule = ep_rules_find(night.rules, waiver->rule);
		status = rule ? check_place(app, rule, waiver)
			      : ep_app_usage("waive add", "there is no rule "
					     "'%s'; see 'exitproof rule list'",
					     waiver->rule);
	}
	waiver->said.approved = ep_clock_now() / DAY * DAY;
	if (status == 0 &&
	    ep_waiver_add(app->config->waivers, &known, waiver,
			  ep_clock_now(), &path, &app->err))
		status = ep_app_fail(app);
	if (status == 0) {
		ep_app_printf("%s\n", path);
		status = ep_app_finish();
	}
	ep_free(path);
	ep_waivers_release(&known);
	ep_night_release(&night);
	return status;
}

/* The words of the command line as a waiver that borrows them. */
struct wish {
	const char *rule, *tenant, *customer, *unit, *subject;
	const char *reason, *approver, *expires;
};

static bool whole(const struct wish *wish)
{
	return wish->rule && wish->subject && wish->reason && wish->approver &&
	       wish->expires;
}

static int take_wish(const struct wish *wish, struct ep_waiver *ret)
{
	int64_t day;

	if (!whole(wish))
		return ep_app_usage("waive add", "--rule, --subject, --reason, "
				    "--approver and --expires are all "
				    "needed");
	if (!!wish->tenant + !!wish->customer + !!wish->unit != 1)
		return ep_app_usage("waive add", "give one of --tenant, "
				    "--customer and --unit");
	if (strlen(wish->expires) != 10 ||
	    !ep_time_iso(wish->expires, false, &day))
		return ep_app_usage("waive add", "--expires '%s' is no date "
				    "such as 2026-12-31", wish->expires);
	*ret = (struct ep_waiver){
		.rule = (char *)wish->rule,
		.subject = (char *)wish->subject,
		.customer = wish->customer != NULL,
		.scope = wish->tenant ? "tenant" : wish->unit ? "unit"
							      : "customer",
		.place = (char *)(wish->tenant ? wish->tenant :
				  wish->unit   ? wish->unit :
						 wish->customer),
		.said = {
			.reason = (char *)wish->reason,
			.approver = (char *)wish->approver,
			.expires = day + DAY,
		},
	};
	return 0;
}

static int waive_add(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"waive add", "",
		"Writes a waiver into the folder of waivers: what is accepted, "
		"where, why, by whom and until when. Put it under version "
		"control."
	};
	struct wish wish = { .rule = NULL };
	const struct ep_opt table[] = {
		{ EP_OPT_TEXT, 0, "rule", "ID", &wish.rule, "of this rule" },
		{ EP_OPT_TEXT, 0, "tenant", "ID", &wish.tenant,
		  "in this tenancy (system/id)" },
		{ EP_OPT_TEXT, 0, "customer", "ID", &wish.customer,
		  "or in all tenancies of this customer" },
		{ EP_OPT_TEXT, 0, "unit", "ID", &wish.unit,
		  "or of this unit of the rule (fleet)" },
		{ EP_OPT_TEXT, 0, "subject", "PATTERN", &wish.subject,
		  "a finding's fingerprint or subject, with * and ?" },
		{ EP_OPT_TEXT, 0, "reason", "TEXT", &wish.reason, "why" },
		{ EP_OPT_TEXT, 0, "approver", "NAME", &wish.approver,
		  "who answers for it" },
		{ EP_OPT_TEXT, 0, "expires", "DATE", &wish.expires,
		  "the last day on which it holds" },
		EP_APP_OPTIONS(app)
	};
	struct ep_waiver waiver;
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands)
		return ep_app_usage("waive add", "takes no operand");
	status = take_wish(&wish, &waiver);
	return status ? status : add(app, &waiver);
}

/* --- list --------------------------------------------------------------------- */

/* Open findings that it covers; -1 when nothing was checked yet. */
static int count_matches(struct ep_app *app, const struct ep_waiver *waiver,
			 int64_t *ret)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	int64_t checked = 0;
	bool row = false;
	int rc;

	*ret = -1;
	if (!app->store)
		return 0;
	rc = ep_db_one_int(ep_store_db(app->store), "SELECT count(*) FROM "
			   "main.sqlite_schema WHERE name = 'finding'",
			   &checked, &app->err);
	if (rc || !checked)
		return rc;
	rc = ep_db_prepare(ep_store_db(app->store), "SELECT unit, customer, "
			   "subject, fingerprint FROM main.finding WHERE "
			   "rule = ?1 AND state <> 'fixed'", &stmt, &app->err);
	if (rc)
		return rc;
	ep_db_text(stmt, 1, waiver->rule);
	*ret = 0;
	while ((rc = ep_db_step(stmt, &row, &app->err)) == 0 && row) {
		struct ep_unit unit = {
			.uid = ep_db_col_text(stmt, 0),
			.customer = ep_db_col_text(stmt, 1),
		};

		*ret += ep_waiver_covers(waiver, waiver->rule, &unit,
					 ep_db_col_text(stmt, 2),
					 ep_db_col_text(stmt, 3));
	}
	return rc;
}

static void print_text(const struct ep_waiver *waiver, int64_t matches)
{
	EP_AUTO(ep_buf_release) struct ep_buf line = EP_BUF_INIT(65536);
	EP_AUTO(ep_buf_release) struct ep_buf safe = EP_BUF_INIT(8 * 65536);
	char day[EP_TIME_TEXT];

	ep_buf_addf(&line, "%-8s  %s  %s  %s  until %s  by %s  ",
		    ep_decided_state(&waiver->said, ep_clock_now()), waiver->rule,
		    waiver->place, waiver->subject ? waiver->subject : "*",
		    ep_time_date(waiver->said.expires - 1, day), waiver->said.approver);
	if (waiver->said.ended_by)
		ep_buf_addf(&line, "ended by %s  ", waiver->said.ended_by);
	if (matches < 0)
		ep_buf_adds(&line, "nothing was checked yet");
	else if (matches == 0)
		ep_buf_adds(&line, "matches nothing");
	else
		ep_buf_addf(&line, "%" PRId64 " open", matches);
	ep_buf_addf(&line, "  %s  (%s:%d)", waiver->said.reason, waiver->said.file,
		    waiver->said.line);
	ep_str_printable(&safe, line.s, line.len);
	ep_app_printf("%s\n", safe.s);
}

static void print_json(const struct ep_waiver *waiver, int64_t matches)
{
	EP_AUTO(ep_buf_release) struct ep_buf out = EP_BUF_INIT(8 * 65536);
	char day[EP_TIME_TEXT];

	ep_buf_addc(&out, '{');
	ep_json_member(&out, "state", ep_decided_state(&waiver->said, ep_clock_now()));
	ep_json_member(&out, "rule", waiver->rule);
	ep_json_member(&out, waiver->scope, waiver->place);
	ep_json_member(&out, "subject", waiver->subject);
	ep_json_member(&out, "reason", waiver->said.reason);
	ep_json_member(&out, "approver", waiver->said.approver);
	ep_json_member(&out, "approved", ep_time_date(waiver->said.approved, day));
	ep_json_member(&out, "expires", ep_time_date(waiver->said.expires - 1, day));
	ep_json_member(&out, "ended",
		   waiver->said.ended ? ep_time_date(waiver->said.ended, day) : NULL);
	ep_json_member(&out, "ended_by", waiver->said.ended_by);
	ep_json_member(&out, "file", waiver->said.file);
	ep_buf_addf(&out, ",\"line\":%d,\"open\":", waiver->said.line);
	if (matches < 0)
		ep_buf_adds(&out, "null}\n");
	else
		ep_buf_addf(&out, "%" PRId64 "}\n", matches);
	ep_app_print(out.s, out.len);
}

static int list(struct ep_app *app, const struct ep_waivers *waivers, bool json)
{
	int64_t matches;

	for (size_t i = 0; i < waivers->n; i++) {
		if (count_matches(app, &waivers->v[i], &matches))
			return ep_app_fail(app);
		if (json)
			print_json(&waivers->v[i], matches);
		else
			print_text(&waivers->v[i], matches);
	}
	if (!json && waivers->n == 0)
		ep_app_printf("nothing is waived\n");
	return ep_app_finish();
}

static int waive_list(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"waive list", "",
		"Lists the waivers: in force or not, for what, until when, and "
		"how many open findings each matches."
	};
	struct ep_waivers waivers = { 0 };
	const char *format = "text";
	const struct ep_opt table[] = {
		{ EP_OPT_TEXT, 'f', "format", "FORMAT", &format,
		  "text, or json (a line each)" },
		EP_APP_OPTIONS(app)
	};
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands)
		return ep_app_usage("waive list", "takes no operand");
	if (!ep_str_eq(format, "text") && !ep_str_eq(format, "json"))
		return ep_app_usage("waive list", "--format is text or json");
	status = load(app, &waivers);
	if (status == 0)
		status = open_store(app);
	if (status == 0)
		status = list(app, &waivers, ep_str_eq(format, "json"));
	ep_waivers_release(&waivers);
	return status;
}

/* --- end ---------------------------------------------------------------------- */

static int end_one(struct ep_app *app, const struct ep_waivers *waivers,
		   const char *word, const char *by_user)
{
	struct ep_decided all = { 0 };
	int status;

	for (size_t i = 0; i < waivers->n; i++)
		EP_VEC_ADD(&all) = &waivers->v[i].said;
	status = ep_decided_end(app, "waive end", "waive list", "waiver", &all,
				word, by_user);
	ep_vec_release(&all);
	return status;
}

static int waive_end(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"waive end", "FILE[:LINE]",
		"Takes a waiver back from today on: who and when is written "
		"into its file, nothing else of it is changed."
	};
	struct ep_waivers waivers = { 0 };
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
		return ep_app_usage("waive end", "give FILE or FILE:LINE, and "
				    "--by NAME");
	status = load(app, &waivers);
	if (status == 0)
		status = end_one(app, &waivers, argv[0], by_user);
	ep_waivers_release(&waivers);
	return status;
}

int ep_cmd_waive(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_cmd subs[] = {
		{ "add", waive_add, "accept something until a day" },
		{ "list", waive_list, "what is waived, and what it matches" },
		{ "end", waive_end, "take a waiver back" },
		{ NULL, NULL, NULL },
	};

	app->guard.edits = true;
	return ep_cmd_sub(app, subs, argc, argv);
}
