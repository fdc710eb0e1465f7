/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of what was kept long enough.  The records of old runs are deleted;
 * that the runs were, their counts, their seals and a tombstone stay, so that
 * every checkpoint, and the growth between any two, can be proven as before.
 *
 * Runs go from the oldest on, since each state is rebuilt from the one after
 * it.  Kept in any case is what the newest run needs, what is not sealed, what
 * an open review was begun over, what a hold of the configuration names; and
 * records that are gone in tenancies where a rule that looks at what is gone
 * has something that is not right.
 */
#ifndef EP_PURGE_H
#define EP_PURGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "model/config.h"

struct ep_store;

struct ep_purge_plan {
	int64_t before;		/* what ended before this time may go */
	int64_t first_run;
	int64_t last_run;	/* 0: nothing is to go */
	int64_t last_seq;	/* sealed number of the newest of them */
	int64_t runs;
	int64_t entries;	/* of the history */
	int64_t kept_from;	/* the run that a hold keeps; 0 none */
	struct ep_buf why;	/* what holds it, in words */
};

int ep_purge_schema(struct ep_store *store, struct ep_err *err) EP_MUST_CHECK;

/* What is to go at `now`.  The store may be open for reading. */
int ep_purge_plan(struct ep_store *store, const struct ep_config *config,
		  int64_t now, struct ep_purge_plan *ret, struct ep_err *err)
	EP_MUST_CHECK;
void ep_purge_release(struct ep_purge_plan *plan);

/* Does it, and writes the tombstone, in one transaction; then nothing of it
 * is left in free pages either.  *ret_rows: what was deleted. */
int ep_purge(struct ep_store *store, const struct ep_purge_plan *plan,
	     const char *by, const char *reason, int64_t *ret_rows,
	     struct ep_err *err) EP_MUST_CHECK;

/* Of purge_sweep.c: deletes the payload of the runs up to plan->last_run. */
struct ep_db;
int ep_purge_sweep(struct ep_db *db, const struct ep_purge_plan *plan,
		   int64_t *ret_rows, struct ep_err *err) EP_MUST_CHECK;

/* Nothing that was deleted stays in free pages or in the log: also what an
 * interrupted earlier one left. */
int ep_purge_scrub(struct ep_store *store, struct ep_err *err) EP_MUST_CHECK;
/* Says in the transaction that deletes that the next is owed. */
int ep_purge_owe_scrub(struct ep_db *db, struct ep_err *err) EP_MUST_CHECK;
int ep_purge_owes_scrub(struct ep_db *db, bool *ret, struct ep_err *err)
	EP_MUST_CHECK;

#endif
