/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The views that are no entity: tenancies and their settings, customers,
 * coverage, and what moved.
 */
#ifndef EP_VIEW_FIXED_H
#define EP_VIEW_FIXED_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct ep_store;

int ep_view_fixed(struct ep_store *store, struct ep_err *err) EP_MUST_CHECK;
/* The view coverage_then, see store.h. */
int ep_view_coverage_then(struct ep_store *store, int64_t run,
			  struct ep_err *err) EP_MUST_CHECK;
/* " WHERE ...": tenancy t was known and in use as of the run. */
void ep_view_add_alive(int64_t run, struct ep_buf *sql);
/* When the complete read before that of log entry h and its run r began: what
 * moved did so after that. */
#define EP_VIEW_PREVIOUS_AT \
	"(SELECT b.started_at FROM main.coverage p " \
	"JOIN main.run b ON b.id = p.run WHERE p.dataset = h.dataset " \
	"AND p.run < r.id AND p.status = 'complete' " \
	"ORDER BY p.run DESC LIMIT 1)"

/* Begins a transaction for temporary objects, which a connection that may
 * only read must make, too. */
int ep_view_unlock(struct ep_store *store, struct ep_err *err) EP_MUST_CHECK;
/* Commits when rc is 0, else rolls back.  Returns rc, or what went wrong
 * here when rc was 0. */
int ep_view_lock(struct ep_store *store, int rc, struct ep_err *err)
	EP_MUST_CHECK;

#endif
