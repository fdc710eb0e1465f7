/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What changed in what was read, for queries of reports: the log of a night
 * is ordered by nothing that a page of one customer could look up, so it is
 * passed over once for all pages.
 *
 *  changed(customer, tenant, dataset, kind, key, op, old)
 *           rows of `moved` since the checked run before
 *  changed_quarter(customer, kind, came, went, changed)
 *           how many in the 90 days up to the run, as far as they are kept
 */
#ifndef EP_CHANGED_H
#define EP_CHANGED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct ep_store;

/* Makes both as temporary ones, anew for each report: tables for many pages,
 * views for one, which asks once. */
int ep_changed_make(struct ep_store *store, int64_t run, bool many,
		    struct ep_err *err) EP_MUST_CHECK;

#endif
