/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a dataset on the writer's side: its differences, what it no
 * longer lists, and its coverage, all in one transaction.
 */
#ifndef EP_APPLY_H
#define EP_APPLY_H

#include <stdbool.h>

#include "model/coverage.h"
#include "store/inside.h"
#include "store/rowindex.h"
#include "store/stage.h"
#include "store/volatile.h"

struct ep_apply {
	struct ep_store *store;
	int64_t run;
	int64_t dataset;
	int64_t connector_version;
	bool rows;	/* differences are taken over */
	bool close;	/* what was not seen is gone */
	bool changes;	/* only what it is told of is gone */
	bool relist;	/* fingerprints are other than those that are stored */
	bool forget;	/* no read by changes may go on from this one */
	char *basis;	/* of the bookmark to keep, or NULL */
	char *token;
	bool quiet;	/* the begin of an epoch */
	bool epoch;	/* which this read starts */
	bool settles;	/* and this read ends */
	struct ep_rowindex index;
	struct ep_stage stage;
	struct ep_coverage coverage;

	struct ep_buf json;
	struct ep_volatile *undo[EP_KINDS];
};

/* Puts it into the writer's queue; owns apply from here on. */
int ep_apply_put(struct ep_apply *apply, struct ep_err *err) EP_MUST_CHECK;
void ep_apply_free(struct ep_apply *apply);

#endif
