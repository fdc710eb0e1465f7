/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exitproof exit status: all exits under way, what is open, who waits for
 * whom, and how long it took until access was gone.
 */
#include "cli/cmd_exit.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "cli/exit_open.h"
#include "exit/ground.h"
#include "exit/under_way.h"
#include "ext/json.h"

#define DAY 86400

struct status {
	struct ep_app *app;
	struct ep_exit_open *open;
	bool json;
	size_t exits;
	size_t count[EP_EXIT_STATES];
	struct ep_buf out;
};

/* One exit with all that is said about it. */
struct view {
	const struct ep_exit *exit;
	struct ep_exit_look look;
	struct ep_exit_gones gone;
	const char *blind;	/* why it could not be looked at, or NULL */
};

static void put(struct ep_buf *out, const char *before, const char *s,
		const char *after)
{
	ep_buf_adds(out, before);
	ep_str_printable(out, s, strlen(s));
	ep_buf_adds(out, after);
}

/* "3 days", "9 h"; before the date nothing was overdue. */
static void span(struct ep_buf *out, int64_t seconds)
{
	if (seconds < 0)
		ep_buf_adds(out, "0 h");
	else if (seconds < 2 * DAY)
		ep_buf_addf(out, "%" PRId64 " h", seconds / 3600);
	else
		ep_buf_addf(out, "%" PRId64 " days", seconds / DAY);
}

/* --- text --------------------------------------------------------------- */

static void text_waits(struct status *st, const struct view *v)
{
	for (size_t i = 0; i < v->exit->ticket.n; i++) {
		const struct ep_exit_ticket *it = &v->exit->ticket.v[i];

		put(&st->out, "  ticket  ", it->system, "/");
		put(&st->out, "", it->id, ", ");
		put(&st->out, "", it->state, "");
		if (it->owner && !ep_str_eq(it->state, "closed"))
			put(&st->out, ", waits for ", it->owner, "");
		ep_buf_addc(&st->out, '\n');
	}
	for (size_t i = 0; i < v->exit->problem.n; i++)
		put(&st->out, "  but     ", v->exit->problem.v[i].text, "\n");
	for (size_t i = 0; i < v->look.item.n; i++) {
		const struct ep_exit_item *it = &v->look.item.v[i];

		if (!it->end->attest || it->state == EP_EXIT_DONE)
			continue;
		put(&st->out, "  waits   for ", it->end->who, ": ");
		put(&st->out, "", it->end->id, "\n");
	}
}

static const struct ep_exit_item *next_step(const struct view *v)
{
	for (size_t i = 0; i < v->look.item.n; i++) {
		const struct ep_exit_item *it = &v->look.item.v[i];

		if (it->state == EP_EXIT_OPEN && it->blocked_by.n == 0 &&
		    !it->end->attest)
			return it;
	}
	return NULL;
}

/* From leaving to gone: at least until the last read that saw it, at most
 * until the read that did not. */
static void text_gone(struct status *st, const struct view *v,
		      const struct ep_exit_gone *gone)
{
	int64_t left = v->exit->leave_at;

	put(&st->out, "  ", gone->what, "");
	ep_buf_addf(&st->out, "%*s", (int)(8 - strlen(gone->what)), "");
	put(&st->out, "", gone->name, " in ");
	put(&st->out, "", gone->tenant, ", ");
	put(&st->out, "", gone->dataset, ": ");
	if (ep_str_eq(gone->what, "there")) {
		span(&st->out, st->open->ctx.now - left);
		ep_buf_adds(&st->out, " after leaving\n");
		return;
	}
	if (!gone->until) {
		ep_buf_adds(&st->out, "before the first read\n");
		return;
	}
	if (gone->after) {
		span(&st->out, gone->after - left);
		ep_buf_adds(&st->out, " to ");
	} else {
		ep_buf_adds(&st->out, "at most ");
	}
	span(&st->out, gone->until - left);
	ep_buf_adds(&st->out, " after leaving\n");
}

static void text_exit(struct status *st, const struct view *v)
{
	const struct ep_exit_item *next = next_step(v);
	char day[EP_TIME_TEXT];

	put(&st->out, "", v->exit->key, "  ");
	put(&st->out, "", v->exit->name, "");
	if (v->exit->customer)
		put(&st->out, " (", v->exit->customer, ")");
	ep_buf_addf(&st->out, ", leaves %s, profile %s\n",
		    v->exit->leave_at ? ep_time_format(v->exit->leave_at, day)
				      : "at no date on record",
		    v->exit->profile->id);
	if (v->blind)
		put(&st->out, "  steps   cannot be told: ", v->blind, "\n");
	else
		ep_buf_addf(&st->out, "  steps   %zu open, %zu pending, %zu "
			    "cannot be told, %zu done\n",
			    v->look.count[EP_EXIT_OPEN],
			    v->look.count[EP_EXIT_PENDING],
			    v->look.count[EP_EXIT_UNKNOWN],
			    v->look.count[EP_EXIT_DONE]);
	text_waits(st, v);
	if (next) {
		put(&st->out, "  next    ", next->end->title, "");
		if (next->name)
			put(&st->out, ": ", next->name, "");
		ep_buf_addc(&st->out, '\n');
	}
	for (size_t i = 0; v->exit->leave_at && i < v->gone.n; i++)
		text_gone(st, v, &v->gone.v[i]);
	ep_buf_addc(&st->out, '\n');
}

/* --- JSON --------------------------------------------------------------- */

static void member(struct ep_buf *out, const char *name, const char *value)
{
	ep_buf_addf(out, "%s\"%s\":", out->s[out->len - 1] == '{' ? "" : ",",
		    name);
	if (value)
		ep_json_quote_shown(out, value);
	else
		ep_buf_adds(out, "null");
}

static void moment(struct ep_buf *out, const char *name, int64_t at)
{
	char day[EP_TIME_TEXT];

	member(out, name, at ? ep_time_format(at, day) : NULL);
}

static void json_lists(struct status *st, const struct view *v)
{
	ep_buf_adds(&st->out, ",\"waits_for\":[");
	for (size_t i = 0, n = 0; i < v->look.item.n; i++) {
		const struct ep_exit_item *it = &v->look.item.v[i];

		if (!it->end->attest || it->state == EP_EXIT_DONE)
			continue;
		ep_buf_adds(&st->out, n++ ? ",{" : "{");
		member(&st->out, "what", it->end->id);
		member(&st->out, "who", it->end->who);
		ep_buf_addc(&st->out, '}');
	}
	ep_buf_adds(&st->out, "],\"tickets\":[");
	for (size_t i = 0; i < v->exit->ticket.n; i++) {
		const struct ep_exit_ticket *it = &v->exit->ticket.v[i];

		ep_buf_adds(&st->out, i ? ",{" : "{");
		member(&st->out, "system", it->system);
		member(&st->out, "id", it->id);
		member(&st->out, "state", it->state);
		member(&st->out, "owner", it->owner);
		ep_buf_addc(&st->out, '}');
	}
	ep_buf_adds(&st->out, "],\"access\":[");
	for (size_t i = 0; i < v->gone.n; i++) {
		const struct ep_exit_gone *it = &v->gone.v[i];

		ep_buf_adds(&st->out, i ? ",{" : "{");
		member(&st->out, "tenant", it->tenant);
		member(&st->out, "dataset", it->dataset);
		member(&st->out, "name", it->name);
		member(&st->out, "state", it->what);
		moment(&st->out, "seen_until", it->after);
		moment(&st->out, "gone_by", it->until);
		ep_buf_addc(&st->out, '}');
	}
	ep_buf_addc(&st->out, ']');
}

static void json_exit(struct status *st, const struct view *v)
{
	ep_buf_addc(&st->out, '{');
	member(&st->out, "exit", v->exit->key);
	member(&st->out, "name", v->exit->name);
	member(&st->out, "customer", v->exit->customer);
	member(&st->out, "profile", v->exit->profile->id);
	moment(&st->out, "leave_at", v->exit->leave_at);
	member(&st->out, "cannot_look", v->blind);
	ep_buf_addf(&st->out, ",\"open\":%zu,\"pending\":%zu,"
		    "\"cannot_tell\":%zu,\"done\":%zu",
		    v->look.count[EP_EXIT_OPEN],
		    v->look.count[EP_EXIT_PENDING],
		    v->look.count[EP_EXIT_UNKNOWN],
		    v->look.count[EP_EXIT_DONE]);
	json_lists(st, v);
	ep_buf_adds(&st->out, "}\n");
}

/* --- all of them -------------------------------------------------------- */

/* One that cannot be looked at is listed with the reason, and counts. */
static int view_exit(struct status *st, const struct ep_exit *exit)
{
	struct ep_exit_context *ctx = &st->open->ctx;
	struct view v = { .exit = exit };
	struct ep_err why = EP_ERR_INIT;
	int rc = ep_exit_look(ctx, exit, &v.look, &why);

	if (rc == EP_ENOENT) {
		v.blind = why.msg;
		v.look.count[EP_EXIT_UNKNOWN] = 1;
	} else if (rc < 0) {
		st->app->err = why;
		return rc;
	}
	rc = ep_exit_gone_list(ctx, exit, &v.gone, &st->app->err);
	if (rc == 0) {
		(st->json ? json_exit : text_exit)(st, &v);
		for (int i = 0; i < EP_EXIT_STATES; i++)
			st->count[i] += v.look.count[i];
		ep_exit_gones_release(&v.gone);
	}
	ep_exit_look_release(&v.look);
	return rc;
}

static void print_stray(struct status *st, const char *what, const char *why)
{
	st->count[EP_EXIT_UNKNOWN]++;
	if (st->json) {
		ep_buf_addc(&st->out, '{');
		member(&st->out, "exit", NULL);
		member(&st->out, "ticket", what);
		member(&st->out, "cannot_look", why);
		ep_buf_adds(&st->out, "}\n");
		return;
	}
	put(&st->out, "", what, "\n");
	put(&st->out, "  steps   cannot be told: ", why, "\n\n");
}

static int print_one(struct status *st, const struct ep_under_way *it)
{
	struct ep_exit_ask ask = { .person = it->person,
				   .customer = it->customer };
	struct ep_err why = EP_ERR_INIT;
	struct ep_exit *exit = NULL;
	int rc;

	st->exits++;
	if (it->ticket) {
		print_stray(st, it->ticket, "nobody in the leaver register "
			    "and no customer's file says who leaves and when");
		return 0;
	}
	rc = ep_exit_find(&st->open->ctx, &ask, &exit, &why);
	if (rc == EP_EDATA || rc == EP_ENOENT) {
		print_stray(st, it->person ? it->person : it->customer,
			    why.msg);
		return 0;
	}
	if (rc < 0) {
		st->app->err = why;
		return rc;
	}
	rc = view_exit(st, exit);
	ep_exit_free(exit);
	return rc;
}

static int print_list(struct status *st, int64_t since, const char *customer)
{
	struct ep_under_ways list;
	int rc = ep_exit_under_way(&st->open->ctx, since, customer, &list,
				   &st->app->err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; rc == 0 && i < list.n; i++)
		rc = print_one(st, &list.v[i]);
	ep_under_ways_release(&list);
	return rc;
}

/* All of them stand on the same state. */
static int print_on_ground(struct status *st, int64_t since,
			   const char *customer)
{
	struct ep_exit_context *ctx = &st->open->ctx;
	int rc = ep_exit_ground_load(ctx, &ctx->ground, &st->app->err);

	if (rc < 0)
		return rc;
	rc = ep_exit_ground_tickets(ctx, ctx->ground, &st->app->err);
	if (rc == 0)
		rc = print_list(st, since, customer);
	ep_exit_ground_free(ctx->ground);
	ctx->ground = NULL;
	return rc;
}

static int print_all(struct status *st, int64_t days, const char *customer)
{
	const struct ep_exit_context *ctx = &st->open->ctx;
	int rc = print_on_ground(st, ctx->now - days * DAY, customer);

	if (rc == 0 && st->out.overflow)
		rc = ep_err_set(&st->app->err, EP_ELIMIT, "the list is larger "
				"than %d bytes (EP_IMPORT_BYTES_MAX)",
				EP_IMPORT_BYTES_MAX);
	if (rc < 0)
		return ep_app_fail(st->app);
	ep_app_print(st->out.s, st->out.len);
	if (!st->json)
		ep_app_printf("%zu exits under way: %zu open, %zu pending, "
			      "%zu cannot be told\n", st->exits,
			      st->count[EP_EXIT_OPEN],
			      st->count[EP_EXIT_PENDING],
			      st->count[EP_EXIT_UNKNOWN]);
	return ep_app_finish();
}

static int worth(const struct status *st)
{
	if (st->count[EP_EXIT_UNKNOWN] || st->count[EP_EXIT_PENDING])
		return 2;
	return st->count[EP_EXIT_OPEN] ? 1 : 0;
}

int ep_cmd_exit_status(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"exit status", "",
		"Prints the exits under way, what is open, who waits for whom "
		"and how long it took until access was gone. Exit status 1 "
		"when something is open, 2 when something could not be told."
	};
	const char *customer = NULL, *format = "text";
	int64_t days = 90;
	struct ep_exit_open open = { .may_copy = true };
	const struct ep_opt table[] = {
		{ EP_OPT_TEXT, 0, "customer", "ID", &customer,
		  "of one customer" },
		{ EP_OPT_INT, 0, "days", "N", &days,
		  "people who left within N days (90)" },
		{ EP_OPT_TEXT, 'f', "format", "FORMAT", &format,
		  "text, or json (a line each)" },
		EP_APP_OPTIONS(app)
	};
	struct status st = { .app = app, .open = &open,
			     .out = EP_BUF_INIT(EP_IMPORT_BYTES_MAX) };
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands || days < 1 || days > 36500)
		return ep_app_usage("exit status", operands
				    ? "takes no operand"
				    : "--days is from 1 to 36500");
	if (!ep_str_eq(format, "text") && !ep_str_eq(format, "json"))
		return ep_app_usage("exit status", "--format is text or json");
	st.json = ep_str_eq(format, "json");
	status = ep_exit_open_store(app, &open);
	if (status == 0)
		status = print_all(&st, days, customer);
	if (status == 0)
		status = worth(&st);
	ep_buf_release(&st.out);
	ep_exit_open_release(&open);
	return status;
}
