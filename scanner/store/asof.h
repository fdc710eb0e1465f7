/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rebuilding the state after an earlier run in temporary tables.
 */
#ifndef EP_ASOF_H
#define EP_ASOF_H

#include <stdint.h>

#include "base/err.h"

struct ep_store;

/* Fills store->rebuilt; 0 is the state before the first run.  The views are
 * not made again here. */
int ep_asof_rebuild(struct ep_store *store, int64_t run, struct ep_err *err)
	EP_MUST_CHECK;

#endif
