/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plan for reading: what is in the way, then the steps in their order.
 */
#include "cli/exit_plan.h"

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"

/* Blockers that are listed one by one. */
#define BLOCKERS_NAMED 6

struct writer {
	const struct ep_exit_plan *plan;
	struct ep_buf *out;
	size_t *number;
};

size_t *ep_exit_plan_numbers(const struct ep_exit_look *look)
{
	size_t *number = ep_calloc(look->item.n + 1, sizeof(*number));
	size_t n = 0;

	for (size_t i = 0; i < look->item.n; i++)
		if (look->item.v[i].state != EP_EXIT_DONE)
			number[i] = ++n;
	return number;
}

/* One line that cannot act on a terminal. */
static void put(const struct writer *w, const char *s)
{
	ep_str_printable(w->out, s, strlen(s));
}

static void line(const struct writer *w, const char *before, const char *s)
{
	if (!s)
		return;
	ep_buf_adds(w->out, before);
	put(w, s);
	ep_buf_addc(w->out, '\n');
}

/* --- head --------------------------------------------------------------- */

static void write_tickets(const struct writer *w)
{
	const struct ep_exit *exit = w->plan->exit;

	for (size_t i = 0; i < exit->ticket.n; i++) {
		const struct ep_exit_ticket *it = &exit->ticket.v[i];

		ep_buf_adds(w->out, "  ticket    ");
		put(w, it->system);
		ep_buf_addc(w->out, '/');
		put(w, it->id);
		ep_buf_adds(w->out, ", ");
		put(w, it->state);
		if (it->owner) {
			ep_buf_adds(w->out, ", with ");
			put(w, it->owner);
		}
		line(w, ": ", it->subject ? it->subject : "");
	}
}

static void write_head(const struct writer *w)
{
	const struct ep_exit *exit = w->plan->exit;
	char day[EP_TIME_TEXT];

	ep_buf_adds(w->out, "Exit of ");
	put(w, exit->name);
	line(w, ": ", exit->profile->title);
	ep_buf_addf(w->out, "  profile   %s, revision %" PRId64 "\n",
		    exit->profile->id, exit->profile->revision);
	line(w, "  customer  ", exit->customer_name);
	line(w, "  leaves    ",
	     exit->leave_at ? ep_time_format(exit->leave_at, day)
			    : "no date on record");
	line(w, "  source    ", exit->source);
	if (exit->approver) {
		ep_buf_adds(w->out, "  approved  by ");
		put(w, exit->approver);
		line(w, ", ", ep_time_format(exit->approved_at, day));
	}
	write_tickets(w);
	ep_buf_addf(w->out, "  read      run %" PRId64 " of %s\n\n",
		    w->plan->run, ep_time_format(w->plan->run_at, day));
}

static void write_problems(const struct writer *w)
{
	const struct ep_exit *exit = w->plan->exit;

	if (exit->problem.n == 0)
		return;
	ep_buf_adds(w->out, "In the way of any end\n");
	for (size_t i = 0; i < exit->problem.n; i++) {
		line(w, "  - ", exit->problem.v[i].text);
		line(w, "    ", exit->problem.v[i].advice);
	}
	ep_buf_addc(w->out, '\n');
}

/* --- steps -------------------------------------------------------------- */

static void write_blockers(const struct writer *w,
			   const struct ep_exit_item *item)
{
	size_t n = item->blocked_by.n;

	if (n == 0)
		return;
	ep_buf_adds(w->out, "     not before ");
	for (size_t i = 0; i < n && i < BLOCKERS_NAMED; i++)
		ep_buf_addf(w->out, "%s%zu", i ? ", " : "",
			    w->number[item->blocked_by.v[i]]);
	if (n > BLOCKERS_NAMED)
		ep_buf_addf(w->out, " and %zu more are", n - BLOCKERS_NAMED);
	else
		ep_buf_adds(w->out, n == 1 ? " is" : " are");
	ep_buf_adds(w->out, " confirmed done\n");
}

static void write_seen(const struct writer *w, const struct ep_exit_item *item)
{
	char day[EP_TIME_TEXT];

	line(w, "     seen: ", item->seen);
	if (item->dataset || item->read_at) {
		ep_buf_adds(w->out, "       in ");
		put(w, item->dataset ? item->dataset : "several lists");
		if (item->read_at)
			ep_buf_addf(w->out, " as of %s",
				    ep_time_format(item->read_at, day));
		ep_buf_addc(w->out, '\n');
	}
	line(w, "     needed: ", item->needed);
	if (item->state == EP_EXIT_PENDING)
		ep_buf_addf(w->out, "     pending sync, look again at %s\n",
			    ep_time_format(item->until, day));
}

static void write_acts(const struct writer *w, const struct ep_exit_item *item)
{
	for (size_t i = 0; i < item->step.n; i++) {
		line(w, "     > ", item->step.v[i].act);
		line(w, "       only after: ", item->step.v[i].only_after);
	}
}

static const char *mark_of(const struct ep_exit_item *item)
{
	if (item->state == EP_EXIT_PENDING)
		return "WAIT";
	if (item->blocked_by.n)
		return "BLOCKED";
	return item->end->broken ? "ORDER BROKEN" : "NOW";
}

static void write_step(const struct writer *w, size_t i)
{
	const struct ep_exit_item *item = &w->plan->look->item.v[i];

	ep_buf_addf(w->out, "%3zu. [%s] ", w->number[i], mark_of(item));
	put(w, item->end->title);
	if (item->name && !item->end->attest) {
		ep_buf_adds(w->out, ": ");
		put(w, item->name);
	}
	ep_buf_addc(w->out, '\n');
	if (item->tenant) {
		ep_buf_adds(w->out, "     where: ");
		put(w, item->tenant_name);
		ep_buf_adds(w->out, " (");
		put(w, item->tenant);
		ep_buf_adds(w->out, ")\n");
	}
	write_seen(w, item);
	write_blockers(w, item);
	if (item->end->broken && item->state == EP_EXIT_OPEN)
		ep_buf_adds(w->out,
			    "     the order was broken; the way back:\n");
	write_acts(w, item);
}

/* --- what cannot be told ------------------------------------------------ */

static bool same_gap(const struct ep_exit_item *a,
		     const struct ep_exit_item *b)
{
	return a->state == EP_EXIT_UNKNOWN && b->state == EP_EXIT_UNKNOWN &&
	       a->end == b->end;
}

/* The same end state in many places: its places, then each advice once.
 * Returns the first item behind them. */
static size_t write_gaps(const struct writer *w, size_t from)
{
	const struct ep_exit_item *v = w->plan->look->item.v;
	size_t to = from + 1;

	while (to < w->plan->look->item.n && same_gap(&v[from], &v[to]))
		to++;
	if (to == from + 1)
		ep_buf_addf(w->out, "%3zu. ", w->number[from]);
	else
		ep_buf_addf(w->out, "%3zu to %zu. ", w->number[from],
			    w->number[to - 1]);
	ep_buf_adds(w->out, "[CANNOT TELL] ");
	line(w, "", v[from].end->title);
	for (size_t i = from; i < to; i++)
		line(w, "     could not be read: ", v[i].reason);
	for (size_t i = from; i < to; i++) {
		size_t j = from;

		while (j < i && !ep_str_eq(v[i].advice, v[j].advice))
			j++;
		if (j == i)
			write_acts(w, &v[i]);
	}
	return to;
}

void ep_exit_plan_text(const struct ep_exit_plan *plan, struct ep_buf *out)
{
	const struct ep_exit_look *look = plan->look;
	struct writer w = { .plan = plan, .out = out };
	size_t left = look->item.n;

	w.number = ep_exit_plan_numbers(look);
	write_head(&w);
	write_problems(&w);
	for (size_t i = 0; i < look->item.n; i++)
		left -= look->item.v[i].state == EP_EXIT_DONE;
	ep_buf_adds(out, left ? "Steps, in this order\n"
			      : "No step is left\n");
	for (size_t i = 0; i < look->item.n;) {
		if (look->item.v[i].state == EP_EXIT_UNKNOWN) {
			i = write_gaps(&w, i);
			continue;
		}
		if (w.number[i])
			write_step(&w, i);
		i++;
	}
	ep_buf_addf(out, "\n%zu done, %zu open, %zu pending, %zu cannot be "
		    "told\n",
		    look->count[EP_EXIT_DONE], look->count[EP_EXIT_OPEN],
		    look->count[EP_EXIT_PENDING],
		    look->count[EP_EXIT_UNKNOWN]);
	ep_free(w.number);
}
