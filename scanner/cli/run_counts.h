/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counts of requests of one collection, until the store can take them.
 */
#ifndef EP_RUN_COUNTS_H
#define EP_RUN_COUNTS_H

#include "base/err.h"
#include "base/vec.h"
#include "model/tally.h"

struct ep_store;

struct ep_run_counts {
	EP_VEC(struct ep_tally) tally;	/* texts are their own */
};

/* As ep_collect_progress.tally; to is a struct ep_run_counts. */
void ep_run_counts_take(void *to, const struct ep_tally *tally);
/* Writes and forgets them, when nothing of the sink is under way. */
int ep_run_counts_keep(struct ep_run_counts *counts, struct ep_store *store,
		       int64_t run, struct ep_err *err) EP_MUST_CHECK;
void ep_run_counts_release(struct ep_run_counts *counts);

#endif
