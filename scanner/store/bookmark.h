/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the next read of a dataset by changes goes on.  A bookmark is written
 * in the transaction of the rows that it stands for, and goes with the first
 * one that changes them otherwise.
 */
#ifndef EP_BOOKMARK_H
#define EP_BOOKMARK_H

#include "model/sink.h"
#include "store/apply.h"

/* As ep_sink's bookmark. */
int ep_bookmark_get(void *to, const struct ep_dataset_ref *ref,
		    const char *basis, struct ep_bookmark *ret,
		    struct ep_err *err) EP_MUST_CHECK;
/* The run and the begin of the read of everything that a read by changes
 * goes back to; since_run 0 when there is no bookmark. */
int ep_bookmark_runs(struct ep_store *store, int64_t dataset,
		     struct ep_coverage *coverage, struct ep_err *err)
	EP_MUST_CHECK;
/* On the writer's side. */
int ep_bookmark_store(struct ep_apply *apply, struct ep_err *err)
	EP_MUST_CHECK;

#endif
