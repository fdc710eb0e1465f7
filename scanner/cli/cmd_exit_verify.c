/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exitproof exit verify: may this ticket be closed?
 */
#include "cli/cmd.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "cli/exit_attach.h"
#include "cli/exit_read.h"
#include "exit/verdict.h"
#include "ext/db.h"
#include "report/out.h"
#include "store/store.h"

struct verify {
	struct ep_app *app;
	struct ep_exit_open open;
	struct ep_exit_reading reading;
	struct ep_verdict verdict;
	struct ep_opt_list reports;
	const char *progress;
	bool attach;
};

static const char *const formats[] = { "text", "html", "junit", NULL };

/* The format's number and its path; -1 when it is none. */
static int parse_report(const char *wish, const char **ret_path)
{
	const char *eq = strchr(wish, '=');

	if (!eq || !eq[1])
		return -1;
	*ret_path = eq + 1;
	for (int i = 0; formats[i]; i++)
		if (strlen(formats[i]) == (size_t)(eq - wish) &&
		    strncmp(wish, formats[i], (size_t)(eq - wish)) == 0)
			return i;
	return -1;
}

static int write_report(struct verify *v, const char *wish)
{
	EP_AUTO(ep_buf_release)
	struct ep_buf text = EP_BUF_INIT(EP_IMPORT_BYTES_MAX);
	struct ep_err *err = &v->app->err;
	struct ep_report_out out;
	const char *path = "-";
	int rc = 0;

	switch (parse_report(wish, &path)) {
	case 1:
		rc = ep_verdict_html(&v->verdict, &text, err);
		break;
	case 2:
		rc = ep_verdict_junit(&v->verdict, &text, err);
		break;
	default:
		ep_verdict_text(&v->verdict, &text);
		break;
	}
	if (rc == 0)
		rc = ep_report_out_open(&out, path, err);
	if (rc)
		return ep_app_fail(v->app);
	rc = ep_report_out_write(&out, text.s, text.len);
	return ep_report_out_close(&out, rc, err) ? ep_app_fail(v->app) : 0;
}

static int write_reports(struct verify *v)
{
	int status = v->reports.n ? 0 : write_report(v, "text=-");

	for (int i = 0; i < v->reports.n; i++) {
		int one = write_report(v, v->reports.v[i]);

		status = one ? one : status;
	}
	return status;
}

/* --- what the reading could not do ------------------------------------------- */

/* Was the ticket's listing read to its end just now? */
static int ticket_read(struct verify *v, const struct ep_exit_ticket *ticket,
		       bool *ret, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(ep_store_db(v->app->store),
			       "SELECT 1 FROM temp.ticket t"
			       " JOIN temp.coverage c USING (tenant, dataset)"
			       " WHERE t.tenant = ?1 AND t.id = ?2"
			       " AND c.status = 'complete' AND c.run = ?3",
			       &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, ticket->tenant);
	ep_db_text(stmt, 2, ticket->id);
	ep_db_int(stmt, 3, v->reading.run);
	rc = ep_db_step(stmt, &row, err);
	*ret = rc == 0 && row;
	return rc;
}

/* A ticket that is not asked for may say what it likes; the one that is to be
 * closed must have been looked at. */
static int check_tickets(struct verify *v)
{
	const struct ep_exit *exit = v->open.exit;
	bool any = false;
	int rc = 0;

	if (!v->open.ask.ticket)
		return 0;
	for (size_t i = 0; rc == 0 && !any && i < exit->ticket.n; i++)
		rc = ticket_read(v, &exit->ticket.v[i], &any, &v->app->err);
	if (rc)
		return ep_app_fail(v->app);
	if (!any) {
		struct ep_buf text = EP_BUF_INIT(400);

		ep_buf_addf(&text,
			    "ticket %.100s could not be read just now: "
			    "whether it is open and whose it is is not known",
			    v->open.ask.ticket);
		EP_VEC_ADD(&v->verdict.unread) = ep_buf_take(&text);
	}
	return 0;
}

static int run_time(struct verify *v)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;

	if (ep_db_prepare(ep_store_db(v->app->store),
			  "SELECT started_at,"
			  " testing FROM main.run WHERE id = ?1",
			  &stmt, &v->app->err))
		return ep_app_fail(v->app);
	ep_db_int(stmt, 1, v->reading.run);
	if (ep_db_step(stmt, &row, &v->app->err))
		return ep_app_fail(v->app);
	v->verdict.read_at = row ? ep_db_col_int(stmt, 0) : 0;
	v->verdict.testing = row && ep_db_col_int(stmt, 1);
	return 0;
}

/* What was posted is remembered in the database, and a copy forgets it: it
 * would be posted twice. */
static int cannot_attach(struct ep_app *app)
{
	ep_err_set(&app->err, EP_EBUSY, "nothing is attached while another "
		   "run is writing the database; verify again with --attach "
		   "when it has ended");
	return ep_app_fail(app);
}

/* --- the verb ------------------------------------------------------------------ */

static int judge(struct verify *v)
{
	struct ep_app *app = v->app;
	const char *ticket = v->open.ask.ticket;
	int status, attached = 0;

	v->verdict.exit = v->open.exit;
	v->verdict.look = &v->reading.look;
	v->verdict.run = v->open.copied ? 0 : v->reading.run;
	status = run_time(v);
	if (status == 0)
		status = check_tickets(v);
	if (status)
		return status;
	status = write_reports(v);
	if (ep_app_finish())
		return ep_err_exit_status(EP_EIO);
	if (v->attach)
		attached = v->open.copied
				   ? cannot_attach(app)
				   : ep_exit_attach(app, &v->verdict, ticket);
	if (status || attached)
		return status ? status : attached;
	return ep_verdict_status(&v->verdict);
}

static int verify(struct verify *v)
{
	struct ep_app *app = v->app;
	int status = ep_app_specs(app);

	if (status == 0)
		status = ep_exit_open_store(app, &v->open);
	if (status == 0)
		status = ep_exit_read(app, &v->open, v->progress, &v->reading);
	/* Who wants it on the ticket is told before he reads on. */
	if (status == 0 && v->attach)
		status = ep_exit_attach_check(app, v->open.exit,
					      v->open.ask.ticket);
	if (status == 0)
		status = judge(v);
	return status;
}

static bool asks(const struct ep_exit_ask *ask)
{
	return ask->ticket || ask->person || ask->device || ask->customer;
}

static int check_options(const struct verify *v)
{
	const char *path;

	if (!asks(&v->open.ask))
		return ep_app_usage("exit verify", "say which exit: --ticket, "
						   "--person, --device or "
						   "--customer");
	for (int i = 0; i < v->reports.n; i++)
		if (parse_report(v->reports.v[i], &path) < 0)
			return ep_app_usage("exit verify",
					    "--report '%s' is not FORMAT=PATH "
					    "with text, html or junit",
					    v->reports.v[i]);
	return 0;
}

int ep_cmd_exit_verify(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"exit verify", "",
		"Reads now what an exit needs, and only that, and says SAFE TO "
		"CLOSE (exit status 0), NOT SAFE (1), or CANNOT TELL (2, also "
		"when something is open besides)."
	};
	struct verify v = { .app = app, .open = { .may_copy = true } };
	const struct ep_opt table[] = {
		EP_EXIT_OPTIONS(&v.open),
		{ EP_OPT_LIST, 'r', "report", "FORMAT=PATH", &v.reports,
		  "text, html or junit; '-' is the output" },
		{ EP_OPT_FLAG, 0, "attach", NULL, &v.attach,
		  "post the verdict to the ticket, as an internal note and a "
		  "file" },
		{ EP_OPT_TEXT, 0, "progress", "KIND", &v.progress,
		  "plain, json or none" },
		EP_APP_OPTIONS(app)
	};
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	status = operands ? ep_app_usage("exit verify", "takes no operand")
			  : check_options(&v);
	if (status == 0)
		status = verify(&v);
	ep_verdict_release(&v.verdict);
	ep_exit_reading_release(&v.reading);
	ep_exit_open_release(&v.open);
	ep_opt_list_release(&v.reports);
	return status;
}
