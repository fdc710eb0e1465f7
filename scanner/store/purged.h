/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs whose records were deleted when their time was over.  What is known of
 * them is that they were, when they ran, their counts, their seals, and who
 * deleted the rest: nothing may be answered from them any more.
 *
 *  purge(id, at, by_user, host, reason, first_run, last_run, last_seq,
 *        log_size, log_root, entries)
 *          the runs first_run to last_run; last_seq: the newest sealed of
 *          them, 0 none; log_size, log_root: the log as it was then (hex);
 *          entries: rows that were deleted.  View: purged
 */
#ifndef EP_PURGED_H
#define EP_PURGED_H

#include <stdint.h>

#include "base/err.h"

struct ep_db;

int ep_purged_schema(struct ep_db *db, struct ep_err *err) EP_MUST_CHECK;

/* The newest purged run and when it had ended; 0 when none is. */
int ep_purged_last(struct ep_db *db, int64_t *ret_run, int64_t *ret_ended,
		   struct ep_err *err) EP_MUST_CHECK;

/* EP_EPURGED, with when, by whom and why, for a run that is. */
int ep_purged_refuse(struct ep_db *db, int64_t run, struct ep_err *err)
	EP_MUST_CHECK;
/* The same for a time that only purged runs could tell of. */
int ep_purged_refuse_time(struct ep_db *db, int64_t at, struct ep_err *err)
	EP_MUST_CHECK;

#endif
