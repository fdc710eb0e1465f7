/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one collection counts, and as whom it asked, until the store can take
 * it.
 */
#ifndef EP_RUN_COUNTS_H
#define EP_RUN_COUNTS_H

#include "base/err.h"
#include "base/vec.h"
#include "model/caller.h"
#include "model/tally.h"

struct ep_store;

struct ep_run_counts {
	EP_VEC(struct ep_tally) tally;	/* texts are their own */
	EP_VEC(struct ep_caller) caller;	/* the same */
};

/* As ep_collect_progress.tally; to is a struct ep_run_counts. */
void ep_run_counts_take(void *to, const struct ep_tally *tally);
/* As ep_collect_progress.caller. */
void ep_run_counts_call(void *to, const struct ep_caller *caller);
/* Writes and forgets them, when nothing of the sink is under way. */
int ep_run_counts_keep(struct ep_run_counts *counts, struct ep_store *store,
		       int64_t run, struct ep_err *err) EP_MUST_CHECK;
void ep_run_counts_release(struct ep_run_counts *counts);

#endif
