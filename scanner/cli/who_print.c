/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines about holdings, moments and spans.
 */
#include "cli/who_print.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "cli/app.h"
#include "ext/json.h"
#include "model/entity.h"

/* Seven texts at their caps, each byte of which may become eight. */
#define LINE_MAX (8 * 8 * EP_TEXT_BYTES_MAX)

/* --- parts of a text line -------------------------------------------------- */

static void add_read(struct ep_buf *out, const struct ep_who_read *read)
{
	char at[EP_TIME_TEXT];

	ep_buf_addf(out, "run %" PRId64 " (%s%s)", read->run,
		    read->captured ? "captured " : "",
		    ep_time_format(read->to, at));
}

static void add_gap(struct ep_buf *out, const struct ep_who_read *gap,
		    int gaps)
{
	add_read(out, gap);
	ep_buf_addf(out, " was %s%s%s", gap->status ? gap->status : "unknown",
		    gap->reason ? ": " : "", gap->reason ? gap->reason : "");
	if (gaps > 1)
		ep_buf_addf(out, " (and %d more)", gaps - 1);
}

static const char *held_word(bool held)
{
	return held ? "held in " : "not held in ";
}

static void add_side(struct ep_buf *out, const struct ep_who_read *read,
		     bool held)
{
	ep_buf_adds(out, held_word(held));
	add_read(out, read);
}

static void add_open_end(struct ep_buf *out,
			 const struct ep_who_verdict *verdict)
{
	if (verdict->why == EP_WHO_NOT_AFTER) {
		add_side(out, verdict->before, verdict->before_held);
		ep_buf_adds(out, ", not read completely since");
	} else if (verdict->after && verdict->after_held) {
		ep_buf_adds(out, "first read in ");
		add_read(out, verdict->after);
		ep_buf_adds(out, ", not known before");
	} else if (verdict->after) {
		add_side(out, verdict->after, false);
		ep_buf_adds(out, ", not known before");
	} else {
		ep_buf_adds(out, "never read completely");
	}
}

static void add_why(struct ep_buf *out, const struct ep_who_verdict *verdict)
{
	if (verdict->why == EP_WHO_NOT_BEFORE ||
	    verdict->why == EP_WHO_NOT_AFTER) {
		add_open_end(out, verdict);
	} else {
		add_side(out, verdict->before, verdict->before_held);
		if (verdict->after != verdict->before) {
			ep_buf_adds(out, ", ");
			add_side(out, verdict->after, verdict->after_held);
		}
	}
	if (verdict->why == EP_WHO_FAR)
		ep_buf_adds(out, "; nobody looked in between for longer than "
				 "the listing may be old");
	if (verdict->gap) {
		ep_buf_adds(out, "; ");
		add_gap(out, verdict->gap, verdict->gaps);
	}
}

static void print_line(const struct ep_buf *line)
{
	EP_AUTO(ep_buf_release) struct ep_buf safe = EP_BUF_INIT(LINE_MAX);

	ep_str_printable(&safe, line->s, line->len);
	ep_app_printf("  %s\n", safe.s);
}

static void add_holding(struct ep_buf *out,
			const struct ep_who_holding *holding)
{
	const struct ep_who_listing *listing = holding->listing;

	ep_buf_addf(out, "%s  %s (%s)  %s  ",
		    listing->customer ? listing->customer : "(nobody)",
		    listing->tenant_name, listing->tenant,
		    holding->account_name ? holding->account_name
					  : holding->account);
	ep_buf_addf(out, "%s%s%s", holding->role, *holding->scope ? " of " : "",
		    holding->scope);
}

/* --- JSON -------------------------------------------------------------------- */

static void add_member(struct ep_buf *out, const char *name, const char *value)
{
	ep_buf_addf(out, "%s\"%s\":", out->s[out->len - 1] == '{' ? "" : ",",
		    name);
	if (value)
		ep_json_quote_shown(out, value);
	else
		ep_buf_adds(out, "null");
}

static void add_time(struct ep_buf *out, const char *name, int64_t t)
{
	char at[EP_TIME_TEXT];

	add_member(out, name, ep_time_format(t, at));
}

static void add_json_read(struct ep_buf *out, const char *name,
			  const struct ep_who_read *read)
{
	ep_buf_addf(out, ",\"%s\":", name);
	if (!read) {
		ep_buf_adds(out, "null");
		return;
	}
	ep_buf_addf(out, "{\"run\":%" PRId64, read->run);
	add_time(out, "from", read->from);
	add_time(out, "to", read->to);
	ep_buf_addf(out, ",\"captured\":%s",
		    read->captured ? "true" : "false");
	add_member(out, "status", read->status);
	add_member(out, "reason", read->reason);
	ep_buf_addc(out, '}');
}

static void add_held(struct ep_buf *out, const char *name,
		     const struct ep_who_read *read, bool held)
{
	if (read)
		ep_buf_addf(out, ",\"%s\":%s", name, held ? "true" : "false");
	else
		ep_buf_addf(out, ",\"%s\":null", name);
}

static void add_json_where(struct ep_buf *out,
			   const struct ep_who_listing *listing)
{
	add_member(out, "customer", listing->customer);
	add_member(out, "tenant", listing->tenant);
	add_member(out, "tenant_name", listing->tenant_name);
	add_member(out, "dataset", listing->name);
}

static void add_json_holding(struct ep_buf *out,
			     const struct ep_who_holding *holding)
{
	add_json_where(out, holding->listing);
	add_member(out, "account", holding->account);
	add_member(out, "name", holding->account_name);
	add_member(out, "role", holding->role);
	add_member(out, "scope", holding->scope);
	add_member(out, "privileged", holding->privileged);
}

static void add_json_verdict(struct ep_buf *out,
			     const struct ep_who_verdict *verdict)
{
	static const char *const answers[] = { "yes", "no", "between" };
	static const char *const whys[] = { "agreed", "moved", "gap", "far",
					    "not_before", "not_after" };

	add_member(out, "answer", answers[verdict->answer]);
	add_member(out, "why", whys[verdict->why]);
	add_json_read(out, "before", verdict->before);
	add_held(out, "held_before", verdict->before, verdict->before_held);
	add_json_read(out, "after", verdict->after);
	add_held(out, "held_after", verdict->after, verdict->after_held);
	ep_buf_addf(out, ",\"gaps\":%d", verdict->gaps);
	add_json_read(out, "gap", verdict->gap);
}

static void print_json(struct ep_buf *out)
{
	ep_buf_adds(out, "}\n");
	ep_app_print(out->s, out->len);
}

/* --- one moment -------------------------------------------------------------- */

static void print_holding_at(const struct ep_who_holding *holding,
			     const struct ep_who_verdict *verdict, bool json)
{
	static const char *const words[] = { "yes", "no", "between" };
	EP_AUTO(ep_buf_release) struct ep_buf out = EP_BUF_INIT(LINE_MAX);

	if (json) {
		ep_buf_adds(&out, "{");
		add_json_holding(&out, holding);
		add_json_verdict(&out, verdict);
		print_json(&out);
		return;
	}
	ep_buf_addf(&out, "%-7s  ", words[verdict->answer]);
	add_holding(&out, holding);
	ep_buf_adds(&out, "  ");
	add_why(&out, verdict);
	print_line(&out);
}

/* Somebody whom neither read shows is not worth a line for each of them: the
 * listing's own line says that it was not read. */
static bool worth(const struct ep_who_verdict *verdict)
{
	return verdict->answer == EP_WHO_YES || verdict->before_held ||
	       verdict->after_held ||
	       (verdict->why == EP_WHO_NOT_BEFORE && verdict->before);
}

static void print_listing_at(const struct ep_who_listing *listing,
			     const struct ep_who_verdict *verdict, bool json)
{
	EP_AUTO(ep_buf_release) struct ep_buf out = EP_BUF_INIT(LINE_MAX);

	if (json) {
		ep_buf_adds(&out, "{\"not known\":true");
		add_json_where(&out, listing);
		add_json_verdict(&out, verdict);
		print_json(&out);
		return;
	}
	ep_buf_addf(&out, "%s  %s (%s)  %s: ",
		    listing->customer ? listing->customer : "(nobody)",
		    listing->tenant_name, listing->tenant, listing->name);
	if (verdict->before) {
		ep_buf_adds(&out, "complete in ");
		add_read(&out, verdict->before);
	}
	if (verdict->after) {
		ep_buf_addf(&out, "%scomplete in ",
			    verdict->before ? ", then " : "first ");
		add_read(&out, verdict->after);
	}
	if (!verdict->before && !verdict->after)
		ep_buf_adds(&out, "never read completely");
	else if (!verdict->after)
		ep_buf_adds(&out, ", not since");
	if (verdict->gap) {
		ep_buf_adds(&out, "; ");
		add_gap(&out, verdict->gap, verdict->gaps);
	}
	print_line(&out);
}

static void print_unknown_at(const struct ep_who *who,
			     const struct ep_who_moment *moment, bool json,
			     struct ep_who_tally *tally)
{
	bool head = json;

	for (size_t i = 0; i < who->listing.n; i++) {
		struct ep_who_verdict verdict;

		ep_who_at(who->listing.v[i], NULL, moment, &verdict);
		if (verdict.answer == EP_WHO_YES)
			continue;
		tally->open++;
		if (!head)
			ep_app_printf("\nNot known at that moment, so there "
				      "may be more:\n");
		head = true;
		print_listing_at(who->listing.v[i], &verdict, json);
	}
	if (!json && tally->open == 0)
		ep_app_printf("\nEvery listing was read completely on both "
			      "sides of that moment.\n");
}

void ep_who_print_at(const struct ep_who *who,
		     const struct ep_who_moment *moment, bool all, bool json,
		     struct ep_who_tally *tally)
{
	int64_t open = 0;

	*tally = (struct ep_who_tally){ 0 };
	for (size_t i = 0; i < who->holding.n; i++) {
		const struct ep_who_holding *it = who->holding.v[i];
		struct ep_who_verdict verdict;

		ep_who_at(it->listing, it, moment, &verdict);
		tally->held += verdict.answer == EP_WHO_YES;
		open += verdict.answer == EP_WHO_BETWEEN;
		if (all || worth(&verdict))
			print_holding_at(it, &verdict, json);
	}
	if (!json && tally->held + open == 0)
		ep_app_printf("  nobody in what was read\n");
	print_unknown_at(who, moment, json, tally);
	tally->open += open;
}

/* --- spans -------------------------------------------------------------------- */

static void add_span(struct ep_buf *out, const struct ep_who_span *span)
{
	ep_buf_adds(out, "from ");
	if (span->before) {
		ep_buf_adds(out, "between ");
		add_read(out, span->before);
		ep_buf_adds(out, " and ");
	}
	add_read(out, span->first);
	if (span->not_before)
		ep_buf_adds(out, ", not known before");
	ep_buf_adds(out, span->after ? "; to between " : "; still in ");
	add_read(out, span->last);
	if (span->after) {
		ep_buf_adds(out, " and ");
		add_read(out, span->after);
	}
	if (span->gap) {
		ep_buf_adds(out, "; ");
		add_gap(out, span->gap, span->gaps);
	}
}

static void print_span(const struct ep_who_holding *holding,
		       const struct ep_who_span *span, bool json)
{
	EP_AUTO(ep_buf_release) struct ep_buf out = EP_BUF_INIT(LINE_MAX);

	if (json) {
		ep_buf_adds(&out, "{");
		add_json_holding(&out, holding);
		add_json_read(&out, "before", span->before);
		ep_buf_addf(&out, ",\"known_before\":%s",
			    span->not_before ? "false" : "true");
		add_json_read(&out, "first", span->first);
		add_json_read(&out, "last", span->last);
		add_json_read(&out, "after", span->after);
		ep_buf_addf(&out, ",\"gaps\":%d", span->gaps);
		add_json_read(&out, "gap", span->gap);
		print_json(&out);
		return;
	}
	add_holding(&out, holding);
	ep_buf_adds(&out, "  ");
	add_span(&out, span);
	print_line(&out);
}

static void print_spans(const struct ep_who_holding *holding, int64_t since,
			bool json, struct ep_who_tally *tally)
{
	struct ep_who_spans spans = { 0 };

	ep_who_spans(holding, &spans);
	for (size_t i = 0; i < spans.n; i++) {
		const struct ep_who_span *span = &spans.v[i];

		if (span->after && span->after->from < since)
			continue;
		tally->held++;
		print_span(holding, span, json);
	}
	ep_vec_release(&spans);
}

/* --- what was not read since -------------------------------------------------- */

/* The first hole of a listing since then, as its two sides and what broke
 * off: none when it was known at every moment up to its newest read. */
static bool hole(const struct ep_who_listing *listing, int64_t since,
		 struct ep_who_verdict *ret)
{
	struct ep_who_moment moment = { .at = since };

	ep_who_at(listing, NULL, &moment, ret);
	if (ret->answer == EP_WHO_BETWEEN)
		return true;
	for (size_t i = 0; i < listing->read.n; i++) {
		const struct ep_who_read *read = &listing->read.v[i];

		if (read->to < since)
			continue;
		moment.at = read->to + 1;
		/* Up to the newest read, not past it. */
		moment.run = i + 1 < listing->read.n ? 0 : read->run;
		ep_who_at(listing, NULL, &moment, ret);
		if (ret->answer == EP_WHO_BETWEEN)
			return true;
	}
	return false;
}

void ep_who_print_since(const struct ep_who *who, int64_t since, bool json,
			struct ep_who_tally *tally)
{
	bool head = json;

	*tally = (struct ep_who_tally){ 0 };
	for (size_t i = 0; i < who->holding.n; i++)
		print_spans(who->holding.v[i], since, json, tally);
	if (!json && tally->held == 0)
		ep_app_printf("  none in what was read\n");
	for (size_t i = 0; i < who->listing.n; i++) {
		struct ep_who_verdict verdict;

		if (!hole(who->listing.v[i], since, &verdict))
			continue;
		tally->open++;
		if (!head)
			ep_app_printf("\nNot read all the time since, so "
				      "there may be more:\n");
		head = true;
		print_listing_at(who->listing.v[i], &verdict, json);
	}
}
