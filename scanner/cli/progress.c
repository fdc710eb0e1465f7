/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a collection is going, without a word into standard output.
 */
#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "ext/json.h"

/* Redrawing more often than this only costs time. */
#define REDRAW_MS 200

int ep_progress_init(struct ep_progress *progress, const char *word, bool quiet,
		     struct ep_err *err)
{
	*progress = (struct ep_progress){ .kind = EP_PROGRESS_NONE };
	if (word && !ep_str_eq(word, "plain") && !ep_str_eq(word, "json") &&
	    !ep_str_eq(word, "none"))
		return ep_err_set(err, EP_EUSAGE,
				  "--progress is plain, json or none");
	if (ep_str_eq(word, "plain"))
		progress->kind = EP_PROGRESS_PLAIN;
	else if (ep_str_eq(word, "json"))
		progress->kind = EP_PROGRESS_JSON;
	else if (!word && !quiet && isatty(STDERR_FILENO))
		progress->kind = EP_PROGRESS_TERMINAL;
	return 0;
}

void ep_progress_end(struct ep_progress *progress)
{
	if (progress->line)
		fputs("\r\033[K", stderr);
	progress->line = false;
}

void ep_progress_bound(struct ep_progress *progress,
		       const struct ep_collect_totals *totals)
{
	EP_AUTO(ep_buf_release) struct ep_buf out = EP_BUF_INIT(2048);

	if (progress->kind == EP_PROGRESS_NONE || !totals->bound[0])
		return;
	ep_progress_end(progress);
	if (progress->kind == EP_PROGRESS_JSON) {
		ep_buf_addf(&out, "{\"step\":\"bound\",\"wait_ms\":%" PRId64
			    ",\"budget\":", totals->bound_ms);
		ep_json_quote_shown(&out, totals->bound);
		ep_buf_addc(&out, '}');
	} else {
		ep_buf_addf(&out, "bound by the budget of ");
		ep_str_printable(&out, totals->bound, strlen(totals->bound));
		ep_buf_addf(&out, ": %" PRId64 " s of waiting",
			    (totals->bound_ms + 999) / 1000);
	}
	fprintf(stderr, "%s\n", out.s);
}

static void print_terminal(struct ep_progress *progress,
			   const struct ep_collect_event *event)
{
	EP_AUTO(ep_buf_release) struct ep_buf source = EP_BUF_INIT(256);
	int64_t now = ep_clock_mono_ms();

	if (now - progress->shown_ms < REDRAW_MS)
		return;
	progress->shown_ms = now;
	progress->line = true;
	ep_str_printable(&source, event->dataset, strlen(event->dataset));
	fprintf(stderr,
		"\r\033[K%zu of %zu datasets, %" PRId64 " pages, %" PRId64
		" objects",
		event->ended, event->expected, progress->pages,
		progress->objects);
	if (event->step == EP_STEP_WAIT)
		fprintf(stderr, "; waiting %" PRId64 " s: %s",
			(event->wait_ms + 999) / 1000,
			event->why ? event->why : "budget");
	else
		fprintf(stderr, "; %s", source.s);
}

static void add_place(struct ep_buf *out, const struct ep_collect_event *event)
{
	ep_str_printable(out, event->dataset, strlen(event->dataset));
	ep_buf_adds(out, " of ");
	if (event->customer) {
		ep_str_printable(out, event->customer, strlen(event->customer));
		ep_buf_adds(out, ", ");
	}
	ep_str_printable(out, event->tenant, strlen(event->tenant));
}

static void print_plain(const struct ep_collect_event *event)
{
	EP_AUTO(ep_buf_release) struct ep_buf out;
	const struct ep_coverage *coverage = event->coverage;

	ep_buf_init(&out, 4096);
	add_place(&out, event);
	if (event->step == EP_STEP_END) {
		ep_buf_addf(&out, ": %s, %" PRId64 " pages, %" PRId64 " rows",
			    ep_coverage_word(coverage->status), coverage->pages,
			    coverage->rows);
		if (*coverage->reason)
			ep_buf_adds(&out, ": ");
		ep_str_printable(&out, coverage->reason,
				 strlen(coverage->reason));
	} else if (event->step == EP_STEP_WAIT) {
		ep_buf_addf(&out, ": waiting %" PRId64 " ms: %s",
			    event->wait_ms, event->why ? event->why : "budget");
	} else {
		return;
	}
	fprintf(stderr, "%s\n", out.s);
}

static void add_member(struct ep_buf *out, const char *name, const char *text)
{
	ep_buf_addf(out, ",\"%s\":", name);
	if (text)
		ep_json_quote_shown(out, text);
	else
		ep_buf_adds(out, "null");
}

static void print_json(const struct ep_collect_event *event)
{
	static const char *const step[] = { "expected", "page", "wait", "end" };
	EP_AUTO(ep_buf_release) struct ep_buf out;

	ep_buf_init(&out, 16384);
	ep_buf_addf(&out, "{\"step\":\"%s\"", step[event->step]);
	add_member(&out, "customer", event->customer);
	add_member(&out, "system", event->system);
	add_member(&out, "tenant", event->tenant);
	add_member(&out, "dataset", event->dataset);
	ep_buf_addf(&out,
		    ",\"pages\":%" PRId64 ",\"objects\":%" PRId64
		    ",\"total\":%" PRId64 ",\"wait_ms\":%" PRId64
		    ",\"ended\":%zu,\"expected\":%zu",
		    event->pages, event->objects, event->total, event->wait_ms,
		    event->ended, event->expected);
	if (event->step == EP_STEP_WAIT)
		add_member(&out, "why", event->why);
	if (event->coverage) {
		add_member(&out, "status",
			   ep_coverage_word(event->coverage->status));
		add_member(&out, "reason", event->coverage->reason);
	}
	ep_buf_adds(&out, "}\n");
	fputs(out.s, stderr);
}

void ep_progress_event(void *to, const struct ep_collect_event *event)
{
	struct ep_progress *progress = to;

	if (event->step == EP_STEP_PAGE)
		progress->pages++;
	if (event->step == EP_STEP_END)
		progress->objects += event->objects;
	if (progress->kind == EP_PROGRESS_TERMINAL)
		print_terminal(progress, event);
	else if (progress->kind == EP_PROGRESS_PLAIN)
		print_plain(event);
	else if (progress->kind == EP_PROGRESS_JSON)
		print_json(event);
}
