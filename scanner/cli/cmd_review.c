/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exitproof review: freezes who holds powerful access, takes decisions about
 * each of them, and closes when all are decided.
 */
#include "cli/cmd.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/whoami.h"
#include "check/check.h"
#include "check/review.h"
#include "cli/table.h"
#include "ext/db.h"
#include "store/store.h"

static const char list_sql[] =
	"SELECT r.id AS review, coalesce(r.customer, '(all)') AS customer,"
	" r.items AS items, (SELECT count(DISTINCT d.n) FROM"
	" main.review_decision d WHERE d.review = r.id) AS decided,"
	" (SELECT count(*) FROM main.review_gap g WHERE g.review = r.id) AS"
	" gaps, iso(r.started_at) AS started, r.started_by AS by,"
	" coalesce('closed ' || iso(r.closed_at) || ' by ' || r.closed_by,"
	" 'open') AS state FROM main.review r ORDER BY r.started_at, r.id";

static const char items_sql[] =
	"SELECT i.n AS item, coalesce(i.tenant_name, i.tenant) AS tenancy,"
	" i.kind, coalesce(i.address, i.name, i.account, '(nobody)') AS who,"
	" i.what, coalesce((SELECT d.decision || ' by ' || d.reviewer FROM"
	" main.review_decision d WHERE d.review = i.review AND d.n = i.n"
	" ORDER BY d.id DESC LIMIT 1), '-') AS decision, coalesce((SELECT"
	" d.note FROM main.review_decision d WHERE d.review = i.review AND"
	" d.n = i.n ORDER BY d.id DESC LIMIT 1), '') AS note"
	" FROM main.review_item i WHERE i.review = ?1 ORDER BY i.n";

static const char gaps_sql[] =
	"SELECT tenant AS tenancy, dataset, status AS state, coalesce(reason,"
	" '') AS reason FROM main.review_gap WHERE review = ?1"
	" ORDER BY tenant, dataset";

static struct ep_review_hand hand_of(const char *by)
{
	return (struct ep_review_hand){ .address = by,
					.user = ep_whoami_user(),
					.host = ep_whoami_host(),
					.at = ep_clock_now() };
}

/* The store, showing the newest run, with the tables of reviews there. */
static int open_store(struct ep_app *app, bool write)
{
	int status = ep_app_store(app, write);

	if (status)
		return status;
	if (ep_store_as_of(app->store, 0, &app->err) < 0 ||
	    (write && ep_check_schema(ep_store_db(app->store), &app->err) < 0))
		return ep_app_fail(app);
	return 0;
}

/* --- start -------------------------------------------------------------------- */

static int start(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"review start", "ID",
		"Freezes who holds privileged roles and working credentials, "
		"as the newest run saw them, with a hash."
	};
	const char *customer = NULL, *by = NULL;
	const struct ep_opt table[] = {
		{ EP_OPT_TEXT, 0, "customer", "ID", &customer,
		  "of one customer" },
		{ EP_OPT_TEXT, 0, "by", "ADDRESS", &by, "who starts it" },
		EP_APP_OPTIONS(app)
	};
	struct ep_review_status at = { .items = 0 };
	struct ep_review_hand hand;
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands != 1 || !by)
		return ep_app_usage("review start",
				    "give an id and --by ADDRESS");
	status = open_store(app, true);
	if (status)
		return status;
	if (customer && !ep_config_customer(app->config, customer))
		return ep_app_usage("review start", "there is no customer '%s'",
				    customer);
	hand = hand_of(by);
	if (ep_review_start(app->store, argv[0], customer, &hand, &app->err) ||
	    ep_review_status(app->store, argv[0], &at, &app->err))
		return ep_app_fail(app);
	ep_app_printf("review %s: %" PRId64 " items", argv[0], at.items);
	if (at.gaps)
		ep_app_printf("; %" PRId64 " lists were not whole, so that it "
			      "cannot be closed", at.gaps);
	ep_app_printf("\n");
	return ep_app_finish();
}

/* --- decide ------------------------------------------------------------------- */

static int numbers_of(struct ep_app *app, const struct ep_opt_list *words,
		      int64_t *ret, size_t max, size_t *ret_n)
{
	if ((size_t)words->n > max)
		return ep_err_set(&app->err, EP_EUSAGE, "at most %zu items at "
				  "once", max);
	for (int i = 0; i < words->n; i++)
		if (!ep_str_int(words->v[i], &ret[i]))
			return ep_err_set(&app->err, EP_EUSAGE, "'%s' is no "
					  "number of an item", words->v[i]);
	*ret_n = (size_t)words->n;
	return 0;
}

static int decide_with(struct ep_app *app, const char *id,
		       const struct ep_opt_list *items,
		       struct ep_review_choice *choice, const char *by)
{
	struct ep_review_hand hand = hand_of(by);
	struct ep_review_status at = { .items = 0 };
	int64_t number[256];
	int status = open_store(app, true);

	if (status)
		return status;
	if (numbers_of(app, items, number, 256, &choice->n))
		return ep_app_fail(app);
	choice->item = number;
	if (ep_review_decide(app->store, id, choice, &hand, &app->err) ||
	    ep_review_status(app->store, id, &at, &app->err))
		return ep_app_fail(app);
	ep_app_printf("review %s: %" PRId64 " of %" PRId64 " decided\n", id,
		      at.decided, at.items);
	return ep_app_finish();
}

static int decide(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"review decide", "ID",
		"Puts a decision about items on record. Nobody decides about "
		"his own access; a later decision replaces an earlier one and "
		"both are kept."
	};
	struct ep_opt_list items = { .n = 0 };
	struct ep_review_choice choice = { .n = 0 };
	const char *by = NULL;
	const struct ep_opt table[] = {
		{ EP_OPT_LIST, 0, "item", "N", &items,
		  "an item; repeatable" },
		{ EP_OPT_TEXT, 0, "holder", "ADDRESS", &choice.address,
		  "all items of this holder" },
		{ EP_OPT_TEXT, 0, "decision", "WORD", &choice.decision,
		  "keep, revoke or change" },
		{ EP_OPT_TEXT, 0, "note", "TEXT", &choice.note,
		  "why; needed for revoke and change" },
		{ EP_OPT_TEXT, 0, "by", "ADDRESS", &by, "who decides" },
		EP_APP_OPTIONS(app)
	};
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status < 0 && (operands != 1 || !by || !choice.decision ||
			   (items.n == 0) == (choice.address == NULL)))
		status = ep_app_usage("review decide",
				      "give an id, --by, --decision, and "
				      "--item or --holder");
	if (status < 0)
		status = decide_with(app, argv[0], &items, &choice, by);
	ep_opt_list_release(&items);
	return status;
}

/* --- status, close, list --------------------------------------------------------- */

static int print_status(struct ep_app *app, const char *id,
			const struct ep_review_status *at)
{
	struct ep_db *db = ep_store_db(app->store);
	int64_t rows;

	if (ep_table_print(db, items_sql, id, &rows, &app->err))
		return ep_app_fail(app);
	ep_app_printf("\n%" PRId64 " of %" PRId64 " decided: %" PRId64
		      " keep, %" PRId64 " revoke, %" PRId64 " change\n",
		      at->decided, at->items, at->keep, at->revoke,
		      at->change);
	if (at->revoke)
		ep_app_printf("of what is to be revoked %" PRId64 " are gone, "
			      "%" PRId64 " are still there, %" PRId64
			      " cannot be told\n", at->revoked_gone,
			      at->revoked_there, at->revoke -
			      at->revoked_gone - at->revoked_there);
	if (at->per_minute > EP_REVIEW_PER_MINUTE_MAX)
		ep_app_printf("%" PRId64 " decisions were made in one minute: "
			      "nobody can have looked\n", at->per_minute);
	if (at->gaps)
		ep_app_printf("\nNot whole when it began, so that it cannot be "
			      "closed:\n");
	if (ep_table_print(db, gaps_sql, id, &rows, &app->err))
		return ep_app_fail(app);
	return 0;
}

static int status_of(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"review status", "ID",
		"Prints the items with what was decided, what happened since, "
		"and what is in the way of its end. Exit status 0 when it is "
		"closed and done, 1 when something is left, 2 when its lists "
		"were not whole."
	};
	const struct ep_opt table[] = { EP_APP_OPTIONS(app) };
	struct ep_review_status at = { .items = 0 };
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands != 1)
		return ep_app_usage("review status", "give an id");
	status = open_store(app, false);
	if (status)
		return status;
	if (ep_review_status(app->store, argv[0], &at, &app->err))
		return ep_app_fail(app);
	status = print_status(app, argv[0], &at);
	if (status == 0)
		status = ep_app_finish();
	if (status)
		return status;
	if (at.gaps)
		return 2;
	return at.closed && at.revoked_gone == at.revoke ? 0 : 1;
}

static int close_it(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"review close", "ID",
		"Ends a review: every item has to be decided, and the lists it "
		"came from have to have been whole."
	};
	const char *by = NULL;
	const struct ep_opt table[] = {
		{ EP_OPT_TEXT, 0, "by", "ADDRESS", &by, "who answers for it" },
		EP_APP_OPTIONS(app)
	};
	struct ep_review_hand hand;
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands != 1 || !by)
		return ep_app_usage("review close",
				    "give an id and --by ADDRESS");
	status = open_store(app, true);
	if (status)
		return status;
	hand = hand_of(by);
	if (ep_review_close(app->store, argv[0], &hand, &app->err))
		return ep_app_fail(app);
	ep_app_printf("review %s is closed\n", argv[0]);
	return ep_app_finish();
}

static int list(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"review list", "", "Lists the reviews."
	};
	const struct ep_opt table[] = { EP_APP_OPTIONS(app) };
	int64_t rows = 0;
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands)
		return ep_app_usage("review list", "takes no operand");
	status = open_store(app, false);
	if (status)
		return status;
	if (ep_table_print(ep_store_db(app->store), list_sql, NULL, &rows,
			   &app->err))
		return ep_app_fail(app);
	if (rows == 0)
		ep_app_printf("there is no review\n");
	return ep_app_finish();
}

int ep_cmd_review(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_cmd subs[] = {
		{ "start", start, "freeze who holds what" },
		{ "list", list, "all reviews" },
		{ "status", status_of, "items, decisions, what followed" },
		{ "decide", decide, "keep, revoke or change" },
		{ "close", close_it, "when all is decided" },
		{ NULL, NULL, NULL },
	};

	return ep_cmd_sub(app, subs, argc, argv);
}
