/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The word of a verdict, and its short text.  Every list is cut with the
 * number of what is left out, and the sum of all parts stays below
 * EP_VERDICT_LINES.
 */
#include "exit/verdict.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "ext/crypto.h"

/* Entries of each list; one takes two lines at most, and a list one more for
 * its title and one for what is left out: 4 + (2 + 2 * 2) + (2 + 6 * 2) +
 * (1 + 2) + (2 + 4 * 2) lines in all. */
#define PROBLEMS_MAX 2
#define OPEN_MAX     6
#define PENDING_MAX  2
#define UNREAD_MAX   4
/* Bytes of one value: an address with its domain has less. */
#define VALUE_MAX 120

void ep_verdict_release(struct ep_verdict *verdict)
{
	ep_words_release(&verdict->unread);
}

static size_t bad_datasets(const struct ep_exit_look *look)
{
	size_t n = 0;

	for (size_t i = 0; i < look->dataset.n; i++)
		n += !look->dataset.v[i].good;
	return n;
}

int ep_verdict_status(const struct ep_verdict *verdict)
{
	const struct ep_exit_look *look = verdict->look;

	if (look->count[EP_EXIT_UNKNOWN] || look->count[EP_EXIT_PENDING] ||
	    verdict->unread.n || bad_datasets(look))
		return 2;
	if (look->count[EP_EXIT_OPEN])
		return 1;
	/* Nothing to look at is nothing looked at. */
	return look->item.n && look->dataset.n ? 0 : 2;
}

const char *ep_verdict_word(const struct ep_verdict *verdict)
{
	switch (ep_verdict_status(verdict)) {
	case 0:
		return "SAFE TO CLOSE";
	case 1:
		return "NOT SAFE";
	default:
		return verdict->look->count[EP_EXIT_OPEN]
			       ? "NOT SAFE, AND CANNOT TELL ALL"
			       : "CANNOT TELL";
	}
}

/* --- text ---------------------------------------------------------------- */

static void put(struct ep_buf *out, const char *s)
{
	size_t n = s ? strlen(s) : 0;
	size_t keep = n > VALUE_MAX ? ep_utf8_cut(s, VALUE_MAX) : n;

	if (!s)
		return;
	ep_str_printable(out, s, keep);
	if (keep < n)
		ep_buf_adds(out, "...");
}

void ep_verdict_read_in(const struct ep_verdict *verdict, struct ep_buf *out)
{
	if (verdict->run)
		ep_buf_addf(out, "Read in run %" PRId64 " at ", verdict->run);
	else
		ep_buf_adds(out, "Read beside a run that was writing the "
			    "database, not kept there, at ");
}

static void put_head(const struct ep_verdict *v, struct ep_buf *out)
{
	const struct ep_exit *exit = v->exit;
	char time[EP_TIME_TEXT];

	ep_buf_addf(out, "%s: exit of ", ep_verdict_word(v));
	put(out, exit->name);
	ep_buf_addf(out, " (%s)\n", exit->profile->id);
	if (exit->customer_name) {
		ep_buf_adds(out, "Customer ");
		put(out, exit->customer_name);
		ep_buf_adds(out, ", ");
	}
	ep_buf_addf(out, "leaves %s",
		    exit->leave_at ? ep_time_format(exit->leave_at, time)
				   : "at no known date");
	for (size_t i = 0; i < exit->ticket.n && i < 2; i++) {
		ep_buf_adds(out, ", ticket ");
		put(out, exit->ticket.v[i].system);
		ep_buf_addc(out, '/');
		put(out, exit->ticket.v[i].id);
	}
	ep_buf_addc(out, '\n');
	ep_verdict_read_in(v, out);
	ep_buf_addf(out, "%s%s: %zu of %zu listings whole and fresh\n",
		    ep_time_format(v->read_at, time),
		    v->testing ? " (testing)" : "",
		    v->look->dataset.n - bad_datasets(v->look),
		    v->look->dataset.n);
	ep_buf_addf(out,
		    "%zu done, %zu left, %zu pending, %zu that nobody can "
		    "tell\n",
		    v->look->count[EP_EXIT_DONE], v->look->count[EP_EXIT_OPEN],
		    v->look->count[EP_EXIT_PENDING],
		    v->look->count[EP_EXIT_UNKNOWN] + v->unread.n);
}

static void put_more(struct ep_buf *out, size_t n, size_t shown)
{
	if (n > shown)
		ep_buf_addf(out, "  and %zu more\n", n - shown);
}

static void put_problems(const struct ep_verdict *v, struct ep_buf *out)
{
	const struct ep_exit *exit = v->exit;

	if (exit->problem.n)
		ep_buf_adds(out, "In the way of any end:\n");
	for (size_t i = 0; i < exit->problem.n && i < PROBLEMS_MAX; i++) {
		ep_buf_adds(out, "  - ");
		put(out, exit->problem.v[i].text);
		ep_buf_addc(out, '\n');
		if (!exit->problem.v[i].advice)
			continue;
		ep_buf_adds(out, "    ");
		put(out, exit->problem.v[i].advice);
		ep_buf_addc(out, '\n');
	}
	put_more(out, exit->problem.n, PROBLEMS_MAX);
}

static void put_place(const struct ep_exit_item *item, struct ep_buf *out)
{
	put(out, item->end->title);
	if (item->name && !item->end->attest) {
		ep_buf_adds(out, ": ");
		put(out, item->name);
	}
	if (item->tenant) {
		ep_buf_adds(out, " in ");
		put(out, item->tenant_name ? item->tenant_name : item->tenant);
		if (item->system)
			ep_buf_addf(out, " (%s)", item->system);
	}
}

static void put_open(const struct ep_verdict *v, struct ep_buf *out)
{
	size_t n = 0;

	for (size_t i = 0; i < v->look->item.n; i++) {
		const struct ep_exit_item *item = &v->look->item.v[i];

		if (item->state != EP_EXIT_OPEN)
			continue;
		if (n++ == 0)
			ep_buf_adds(out, "Left, in this order:\n");
		if (n > OPEN_MAX)
			continue;
		ep_buf_addf(out, "  %zu. %s", n,
			    item->end->broken ? "order broken: " : "");
		put_place(item, out);
		ep_buf_adds(out, item->seen ? "; seen: " : "");
		put(out, item->seen);
		ep_buf_addc(out, '\n');
		if (item->step.n) {
			ep_buf_adds(out, "     > ");
			put(out, item->step.v[0].act);
			ep_buf_addc(out, '\n');
		}
	}
	put_more(out, n, OPEN_MAX);
}

static void put_pending(const struct ep_verdict *v, struct ep_buf *out)
{
	char time[EP_TIME_TEXT];
	size_t n = 0;

	for (size_t i = 0; i < v->look->item.n; i++) {
		const struct ep_exit_item *item = &v->look->item.v[i];

		if (item->state != EP_EXIT_PENDING || n++ >= PENDING_MAX)
			continue;
		ep_time_format(item->until, time);
		ep_buf_addf(out,
			    "Pending sync, look again at %.5s UTC on "
			    "%.10s: ",
			    time + 11, time);
		put_place(item, out);
		ep_buf_addc(out, '\n');
	}
	put_more(out, n, PENDING_MAX);
}

/* --- what could not be read ------------------------------------------------ */

static void put_reason(struct ep_buf *out, const char *reason,
		       const char *advice)
{
	put(out, reason);
	ep_buf_addc(out, '\n');
	if (!advice)
		return;
	ep_buf_adds(out, "    ");
	put(out, advice);
	ep_buf_addc(out, '\n');
}

static bool in_bad_dataset(const struct ep_exit_look *look,
			   const struct ep_exit_item *item)
{
	for (size_t i = 0; i < look->dataset.n; i++)
		if (!look->dataset.v[i].good &&
		    ep_str_eq(look->dataset.v[i].tenant, item->tenant))
			return true;
	return false;
}

void ep_verdict_reason(const struct ep_exit_dataset *set,
		       char ret[EP_VERDICT_REASON])
{
	char time[EP_TIME_TEXT];

	if (set->good)
		ret[0] = '\0';
	else if (set->reason && *set->reason)
		snprintf(ret, EP_VERDICT_REASON, "%s", set->reason);
	else if (set->imported && set->read_at)
		snprintf(ret, EP_VERDICT_REASON,
			 "it shows what was there at "
			 "%s, which is too long ago to close a ticket on",
			 ep_time_format(set->read_at, time));
	else
		snprintf(ret, EP_VERDICT_REASON, "it was not read just now");
}

static void put_dataset(const struct ep_exit_dataset *set, struct ep_buf *out)
{
	char reason[EP_VERDICT_REASON];

	ep_buf_adds(out, "  - ");
	put(out, set->dataset);
	ep_buf_adds(out, " of ");
	put(out, set->tenant);
	ep_buf_addf(out, " (%s): ", set->status);
	ep_verdict_reason(set, reason);
	put_reason(out, reason, set->advice);
}

/* Listings first: one of them may hide many end states. */
static size_t put_unread_data(const struct ep_verdict *v, struct ep_buf *out)
{
	size_t n = 0;

	for (size_t i = 0; i < v->unread.n; i++) {
		if (n++ >= UNREAD_MAX)
			continue;
		ep_buf_adds(out, "  - ");
		put_reason(out, v->unread.v[i], NULL);
	}
	for (size_t i = 0; i < v->look->dataset.n; i++) {
		if (!v->look->dataset.v[i].good && n++ < UNREAD_MAX)
			put_dataset(&v->look->dataset.v[i], out);
	}
	return n;
}

static void put_unread(const struct ep_verdict *v, struct ep_buf *out)
{
	size_t n;

	if (!v->look->count[EP_EXIT_UNKNOWN] && !v->unread.n &&
	    !bad_datasets(v->look))
		return;
	ep_buf_adds(out, "Cannot be told, since it could not be read:\n");
	n = put_unread_data(v, out);
	for (size_t i = 0; i < v->look->item.n; i++) {
		const struct ep_exit_item *item = &v->look->item.v[i];

		if (item->state != EP_EXIT_UNKNOWN ||
		    in_bad_dataset(v->look, item) || n++ >= UNREAD_MAX)
			continue;
		ep_buf_adds(out, "  - ");
		put(out, item->end->title);
		ep_buf_adds(out, ": ");
		put_reason(out, item->reason, item->advice);
	}
	put_more(out, n, UNREAD_MAX);
}

void ep_verdict_text(const struct ep_verdict *verdict, struct ep_buf *out)
{
	put_head(verdict, out);
	put_problems(verdict, out);
	put_open(verdict, out);
	put_pending(verdict, out);
	put_unread(verdict, out);
	if (ep_verdict_status(verdict) == 0)
		ep_buf_adds(out, "Everything was looked at, and nothing is "
				 "left.\n");
}

/* --- digest ------------------------------------------------------------------ */

static void add(struct ep_sha256 *sha, const char *s)
{
	ep_sha256_add(sha, s ? s : "-", s ? strlen(s) : 1);
	ep_sha256_add(sha, "\n", 1);
}

void ep_verdict_digest(const struct ep_verdict *verdict, char ret[65])
{
	struct ep_sha256 *sha = ep_sha256_new();
	uint8_t sum[EP_SHA256_BYTES];
	struct ep_buf hex;

	add(sha, ep_verdict_word(verdict));
	add(sha, verdict->exit->key);
	for (size_t i = 0; i < verdict->exit->problem.n; i++)
		add(sha, verdict->exit->problem.v[i].id);
	for (size_t i = 0; i < verdict->look->item.n; i++) {
		const struct ep_exit_item *item = &verdict->look->item.v[i];

		if (item->state == EP_EXIT_DONE)
			continue;
		add(sha, item->end->id);
		add(sha, ep_exit_state_word(item->state));
		add(sha, item->tenant);
		add(sha, item->object);
		add(sha, item->subject);
	}
	for (size_t i = 0; i < verdict->look->dataset.n; i++) {
		if (verdict->look->dataset.v[i].good)
			continue;
		add(sha, verdict->look->dataset.v[i].tenant);
		add(sha, verdict->look->dataset.v[i].dataset);
	}
	ep_sha256_end(sha, sum);
	ep_buf_init(&hex, 65);
	ep_str_hex(&hex, sum, sizeof(sum));
	memcpy(ret, hex.s, 65);
	ep_buf_release(&hex);
}
