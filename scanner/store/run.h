/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the writer does for the current run at the end of a transaction.
 */
#ifndef EP_RUN_H
#define EP_RUN_H

#include "base/err.h"

/* to: struct ep_store.  Records how far the log and the row ids have come,
 * so that a run that is killed later is still a range of the log. */
int ep_run_progress(void *to, struct ep_err *err) EP_MUST_CHECK;

#endif
