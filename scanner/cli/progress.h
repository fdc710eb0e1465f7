/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Progress of a collection on standard error: a status line on a terminal,
 * plain lines, or JSON lines; and the last word on each dataset that was not
 * complete.
 */
#ifndef EP_PROGRESS_H
#define EP_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "collect/collect.h"

enum ep_progress_kind {
	EP_PROGRESS_NONE,
	EP_PROGRESS_TERMINAL,
	EP_PROGRESS_PLAIN,
	EP_PROGRESS_JSON
};

struct ep_progress {
	enum ep_progress_kind kind;
	int64_t shown_ms;	/* last redraw */
	int64_t pages;
	int64_t objects;
	bool line;		/* a status line stands on the terminal */
};

/* word: plain, json, none or NULL (the terminal decides).  quiet wins. */
int ep_progress_init(struct ep_progress *progress, const char *word, bool quiet,
		     struct ep_err *err) EP_MUST_CHECK;
void ep_progress_event(void *to, const struct ep_collect_event *event);
/* What the collection was bound by, once it is over. */
void ep_progress_bound(struct ep_progress *progress,
		       const struct ep_collect_totals *totals);
/* Removes the status line. */
void ep_progress_end(struct ep_progress *progress);

#endif
