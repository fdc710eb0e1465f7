/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exitproof ticket: findings as tickets of the PSA.
 */
#include "cli/cmd.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "cli/desk.h"
#include "cli/table.h"
#include "exit/sync.h"
#include "ext/db.h"
#include "store/store.h"

/* --- the door --------------------------------------------------------------- */

struct door {
	struct ep_desk *desk; /* NULL: only say what would be written */
	bool quiet;
};

static int prepare(const struct door *door, const struct ep_sync_item *item,
		   struct ep_writer **ret_writer, struct ep_write *write,
		   struct ep_err *err)
{
	*write = (struct ep_write){
		.kind = item->ticket ? EP_WRITE_NOTE : EP_WRITE_TICKET,
		.ticket = item->ticket,
		.company = item->company,
		.title = item->title,
		.text = item->text,
		.mark = item->mark,
	};
	if ((item->ticket && !ep_desk_number_valid(item->ticket)) ||
	    (item->company && !ep_desk_number_valid(item->company)))
		return ep_err_set(err, EP_EDATA,
				  "a number of ticket or company for %s is "
				  "none",
				  item->through);
	return ep_desk_writer(door->desk, item->through, ret_writer, err);
}

static void take(const struct ep_write_result *result,
		 struct ep_sync_answer *ret)
{
	ret->there =
		result->end == EP_WRITE_THERE || result->end == EP_WRITE_DONE;
	ret->written = result->end == EP_WRITE_DONE;
	ret->closed = result->closed;
	snprintf(ret->ticket, sizeof(ret->ticket), "%s", result->ticket);
	snprintf(ret->why, sizeof(ret->why), "%s", result->why);
}

static void say(const struct door *door, const char *what,
		const struct ep_sync_item *item, const char *number)
{
	EP_AUTO(ep_buf_release)
	struct ep_buf title = EP_BUF_INIT(EP_TEXT_BYTES_MAX);

	if (door->quiet)
		return;
	if (item->title)
		ep_str_printable(&title, item->title, strlen(item->title));
	ep_app_printf("%s %s %s%s%s\n", item->through,
		      item->ticket ? "note on" : "ticket", number,
		      title.len ? ": " : what, title.len ? title.s : "");
}

static int write_item(void *to, const struct ep_sync_item *item,
		      struct ep_sync_answer *ret, struct ep_err *err)
{
	const struct door *door = to;
	struct ep_write_result result;
	struct ep_writer *writer;
	struct ep_write write;
	int rc;

	if (!door->desk) {
		say(door, "", item, item->ticket ? item->ticket : "to open");
		ret->there = true;
		ret->written = true;
		return 0;
	}
	rc = prepare(door, item, &writer, &write, err);
	if (rc == 0)
		rc = ep_writer_write(writer, &write, &result, err);
	if (rc < 0)
		return ep_err_context(err, "%s", item->through);
	take(&result, ret);
	if (ret->there)
		say(door, result.end == EP_WRITE_DONE ? "" : " (was there)",
		    item, item->ticket ? item->ticket : ret->ticket);
	return 0;
}

static int look_for(void *to, const struct ep_sync_item *item,
		    struct ep_sync_answer *ret, struct ep_err *err)
{
	const struct door *door = to;
	struct ep_write_result result;
	struct ep_writer *writer;
	struct ep_write write;
	int rc;

	if (!door->desk) {
		ret->there = true;
		return 0;
	}
	rc = prepare(door, item, &writer, &write, err);
	if (rc == 0)
		rc = ep_writer_look(writer, &write, &result, err);
	if (rc < 0)
		return ep_err_context(err, "%s", item->through);
	take(&result, ret);
	return 0;
}

/* --- the verb ---------------------------------------------------------------- */

static int report(struct ep_app *app, const struct ep_sync_totals *totals,
		  bool dry)
{
	EP_AUTO(ep_buf_release) struct ep_buf why;

	ep_buf_init(&why, 8 * sizeof(totals->why));
	ep_str_printable(&why, totals->why, strlen(totals->why));
	if (!app->quiet)
		ep_app_printf("%s%zu tickets and %zu notes written, %zu were "
			      "there, %zu wait, %zu left for the next time\n",
			      dry ? "(nothing was sent) " : "", totals->tickets,
			      totals->notes, totals->found, totals->waiting,
			      totals->left);
	if (totals->waiting)
		fprintf(stderr, "exitproof: not written, or not seen: %s\n",
			why.len ? why.s : "");
	if (ep_app_finish())
		return ep_err_exit_status(EP_EIO);
	return totals->waiting || totals->left ? 2 : 0;
}

static bool anybody_wants(const struct ep_config *config)
{
	for (size_t i = 0; i < config->customers.n; i++)
		if (config->customers.v[i].tickets.through)
			return true;
	return false;
}

/* What a dry run decides is forgotten again. */
static int sync_tickets(struct ep_app *app, struct ep_desk *desk)
{
	struct door door = { .desk = desk, .quiet = app->quiet };
	const struct ep_sync_door to = { &door, write_item, look_for };
	struct ep_db *db = ep_store_db(app->store);
	struct ep_sync_totals totals = { .tickets = 0 };
	int rc = 0;

	if (!desk)
		rc = ep_db_begin(db, &app->err);
	if (rc == 0)
		rc = ep_sync_run(db, app->config, ep_clock_now(), &to, &totals,
				 &app->err);
	if (!desk)
		ep_db_rollback(db);
	return rc < 0 ? ep_app_fail(app) : report(app, &totals, !desk);
}

static int cmd_sync(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"ticket sync", "",
		"Opens one ticket in the PSA for each finding of the customers "
		"whose files say tickets:, and writes one note for each real "
		"change of it. Exit status 2 when something waits."
	};
	bool dry = false;
	const struct ep_opt table[] = {
		{ EP_OPT_FLAG, 'n', "dry-run", NULL, &dry,
		  "say what would be written, and write nothing" },
		EP_APP_OPTIONS(app)
	};
	struct ep_desk *desk = NULL;
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands)
		return ep_app_usage("ticket sync", "takes no operand");
	status = ep_app_specs(app);
	if (status)
		return status;
	if (!anybody_wants(app->config)) {
		ep_err_set(&app->err, EP_ECONFIG,
			   "no customer wants tickets; see tickets: in "
			   "exitproof.yaml(5)");
		return ep_app_fail(app);
	}
	status = ep_app_store(app, true);
	if (status)
		return status;
	if (!dry && ep_desk_open(app, &desk, &app->err))
		return ep_app_fail(app);
	status = sync_tickets(app, desk);
	ep_desk_close(desk);
	return status;
}

static const char list_sql[] =
	"SELECT p.through, coalesce(p.ticket, '(none yet)') AS ticket,"
	" p.state, f.severity, f.rule, coalesce(f.name, f.subject) AS name,"
	" (SELECT count(*) FROM psa_note n WHERE n.fingerprint = p.fingerprint"
	" AND n.through = p.through AND n.round = p.round"
	" AND n.done_at IS NULL) AS notes_waiting"
	" FROM psa_ticket p JOIN finding f USING (fingerprint)"
	" WHERE ?1 IS NULL OR f.customer = ?1 ORDER BY 1, 2, 5, 6";

static int cmd_list(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"ticket list", "",
		"Lists the tickets that ticket sync keeps, by the last sync."
	};
	const char *customer = NULL;
	const struct ep_opt table[] = { { EP_OPT_TEXT, 0, "customer", "ID",
					  &customer, "of one customer" },
					EP_APP_OPTIONS(app) };
	int operands, status;
	int64_t n = 0;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands)
		return ep_app_usage("ticket list", "takes no operand");
	status = ep_app_store(app, false);
	if (status)
		return status;
	if (ep_db_one_int(ep_store_db(app->store),
			  "SELECT count(*) FROM"
			  " sqlite_master WHERE name = 'psa_ticket'",
			  &n, &app->err))
		return ep_app_fail(app);
	if (n == 0) {
		ep_app_printf("no ticket sync ran yet\n");
		return ep_app_finish();
	}
	if (ep_table_print(ep_store_db(app->store), list_sql, customer, &n,
			   &app->err))
		return ep_app_fail(app);
	return ep_app_finish();
}

int ep_cmd_ticket(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_cmd subs[] = {
		{ "sync", cmd_sync, "open tickets and write notes" },
		{ "list", cmd_list, "the tickets that are kept" },
		{ NULL, NULL, NULL },
	};

	return ep_cmd_sub(app, subs, argc, argv);
}
