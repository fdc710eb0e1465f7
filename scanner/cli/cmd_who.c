/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exitproof who: who held a role at a moment, and which roles a person held
 * since a day.
 */
#include "cli/cmd.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "cli/moment.h"
#include "cli/who_print.h"
#include "ext/db.h"
#include "store/purged.h"
#include "store/store.h"
#include "store/who.h"

struct ask {
	struct ep_who_query query;
	const char *at;
	const char *since;
	char *person;	/* folded, owned */
	bool json;
};

/* --- the moment ---------------------------------------------------------------- */

static int run_end(struct ep_app *app, int64_t run, int64_t *ret)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(ep_store_db(app->store),
			       "SELECT coalesce(ended_at, started_at) FROM "
			       "main.run WHERE id = ?1", &stmt, &app->err);

	if (rc)
		return rc;
	ep_db_int(stmt, 1, run);
	rc = ep_db_step(stmt, &row, &app->err);
	if (rc)
		return rc;
	if (!row)
		return ep_err_set(&app->err, EP_ENOENT,
				  "there is no run %" PRId64
				  "; 'exitproof status' lists them", run);
	*ret = ep_db_col_int(stmt, 0);
	return 0;
}

static int choose_moment(struct ep_app *app, const char *word,
			 struct ep_who_moment *ret)
{
	ret->run = 0;
	if (!word)
		ret->run = ep_store_run(app->store);
	else if (!ep_str_int(word, &ret->run) &&
		 !ep_time_iso(word, false, &ret->at))
		return ep_err_set(&app->err, EP_EUSAGE,
				  "'%s' is neither a run nor a time", word);
	if (ret->run && run_end(app, ret->run, &ret->at))
		return app->err.code;
	return ep_purged_refuse_time(ep_store_db(app->store), ret->at,
				     &app->err);
}

/* --- answers ------------------------------------------------------------------- */

/* A word that nobody ever had may be a slip, and a person nobody knows too:
 * neither is an answer. */
static bool answerable(const struct ask *ask, const struct ep_who *who,
		       struct ep_buf *why_not)
{
	if (ask->query.person && who->accounts == 0)
		ep_buf_addf(why_not, "no account of '%s' was ever listed "
			    "there", ask->query.person);
	else if (ask->query.role && who->holding.n == 0 &&
		 who->other_roles.n) {
		ep_buf_addf(why_not, "no role '%s' was ever listed there; "
			    "listed are", ask->query.role);
		for (size_t i = 0; i < who->other_roles.n; i++)
			ep_buf_addf(why_not, "%s '%s'", i ? "," : "",
				    who->other_roles.v[i]);
	}
	return why_not->len == 0;
}

static void print_head(const struct ask *ask,
		       const struct ep_who_moment *moment)
{
	EP_AUTO(ep_buf_release) struct ep_buf line = EP_BUF_INIT(4096);
	EP_AUTO(ep_buf_release) struct ep_buf safe = EP_BUF_INIT(8 * 4096);
	char at[EP_TIME_TEXT];

	if (ask->query.person && !ask->query.role)
		ep_buf_addf(&line, "Roles of %s", ask->query.person);
	else if (ask->query.person)
		ep_buf_addf(&line, "%s as %s", ask->query.person,
			    ask->query.role);
	else
		ep_buf_addf(&line, "Who held %s", ask->query.role);
	if (ask->since)
		ep_buf_addf(&line, " since %s", ask->since);
	else if (moment->run)
		ep_buf_addf(&line, " when run %" PRId64 " looked", moment->run);
	else
		ep_buf_addf(&line, " at %s", ep_time_format(moment->at, at));
	ep_str_printable(&safe, line.s, line.len);
	ep_app_printf("%s\n", safe.s);
}

static int say(const struct ask *ask, const struct ep_who *who,
	       const struct ep_who_moment *moment)
{
	EP_AUTO(ep_buf_release) struct ep_buf why_not = EP_BUF_INIT(65536);
	EP_AUTO(ep_buf_release) struct ep_buf safe = EP_BUF_INIT(8 * 65536);
	struct ep_who_tally tally;

	if (!ask->json)
		print_head(ask, moment);
	if (ask->since)
		ep_who_print_since(who, moment->at, ask->json, &tally);
	else
		ep_who_print_at(who, moment, ask->query.person != NULL,
				ask->json, &tally);
	if (!answerable(ask, who, &why_not)) {
		tally.open++;
		ep_str_printable(&safe, why_not.s, why_not.len);
		fprintf(stderr, "exitproof: %s\n", safe.s);
	}
	if (who->uncertain) {
		tally.open++;
		fprintf(stderr, "exitproof: %" PRId64 " more accounts may be "
			"the person's: exitproof person match\n",
			who->uncertain);
	}
	if (tally.open)
		return 2;
	return tally.held ? 1 : ep_app_finish();
}

static int who(struct ep_app *app, struct ask *ask)
{
	struct ep_who_moment moment = { .run = 0 };
	struct ep_who found;
	int status;

	if (ep_store_as_of(app->store, 0, &app->err))
		return ep_app_fail(app);
	if (choose_moment(app, ask->since ? ask->since : ask->at, &moment) ||
	    ep_who_load(ep_store_db(app->store), &ask->query, &found,
			&app->err))
		return ep_app_fail(app);
	status = say(ask, &found, &moment);
	ep_who_release(&found);
	return status;
}

static int check_words(struct ep_app *app, const struct ask *ask,
		       const char *format)
{
	if (!ask->query.role && !ask->query.person)
		return ep_app_usage("who", "give --role, --person or both");
	if (ask->at && ask->since)
		return ep_app_usage("who", "give --at or --since, not both");
	if (!ep_str_eq(format, "text") && !ep_str_eq(format, "json"))
		return ep_app_usage("who", "--format is text or json");
	if (ask->query.customer &&
	    !ep_config_customer(app->config, ask->query.customer))
		return ep_app_usage("who", "there is no customer '%s'",
				    ask->query.customer);
	return 0;
}

int ep_cmd_who(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"who", "",
		"Says who held a role at a moment, or what roles a person held "
		"since a day: certainly, certainly not, or between two reads, "
		"with both reads. Exit status 1 when somebody certainly did, 2 "
		"when something is not known."
	};
	const char *format = "text", *person = NULL;
	struct ask ask = { .json = false };
	const struct ep_opt table[] = {
		{ EP_OPT_TEXT, 0, "role", "WORD", &ask.query.role,
		  "the role, in the vendor's word or ours" },
		{ EP_OPT_TEXT, 0, "person", "ADDRESS", &person,
		  "of this person; with --role, whether he held it" },
		{ EP_OPT_TEXT, 0, "tenant", "ID", &ask.query.tenant,
		  "in this tenancy (system/id, or the id)" },
		{ EP_OPT_TEXT, 0, "system", "WORD", &ask.query.system,
		  "in this system" },
		{ EP_OPT_TEXT, 0, "customer", "ID", &ask.query.customer,
		  "in the tenancies of this customer" },
		{ EP_OPT_TEXT, 0, "at", "RUN|TIME", &ask.at,
		  "at that moment; the newest run by default" },
		{ EP_OPT_TEXT, 0, "since", "TIME", &ask.since,
		  "all spans since then instead of one moment" },
		{ EP_OPT_TEXT, 'f', "format", "FORMAT", &format,
		  "text, or json (a line each)" },
		EP_APP_OPTIONS(app)
	};
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands)
		return ep_app_usage("who", "takes no operand");
	/* Whether there is such a customer is for all files to say. */
	status = ask.query.customer ? ep_app_config(app) :
				      ep_app_main_file(app);
	if (person) {
		ask.person = ep_strdup(person);
		ep_str_lower(ask.person);
		ask.query.person = ask.person;
	}
	ask.json = ep_str_eq(format, "json");
	if (status == 0)
		status = check_words(app, &ask, format);
	if (status == 0)
		status = ep_app_store(app, false);
	if (status == 0)
		status = who(app, &ask);
	ep_free(ask.person);
	return status;
}
