/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The newest count of requests of each listing; earlier ones are not kept.
 *
 * Table in the store's database, written by ep_tally_put alone:
 *
 *  tally(connector, home, system, tenant, dataset, customer, budget,
 *        requests, ms, whole, run, PRIMARY KEY(connector, home, system,
 *        tenant, dataset))
 *          customer and budget may be ''; run: the one that counted.  A count
 *          of a listing that was not read to its end does not replace one of
 *          a listing that was.
 */
#ifndef EP_STORE_TALLY_H
#define EP_STORE_TALLY_H

#include "base/err.h"
#include "model/tally.h"

struct ep_db;

int ep_tally_schema(struct ep_db *db, struct ep_err *err) EP_MUST_CHECK;
/* Inside the caller's transaction. */
int ep_tally_put(struct ep_db *db, int64_t run, const struct ep_tally *tally,
		 struct ep_err *err) EP_MUST_CHECK;
/* Every count, by key; texts live during the call. */
int ep_tally_each(struct ep_db *db,
		  void (*row)(void *to, const struct ep_tally *tally),
		  void *to, struct ep_err *err) EP_MUST_CHECK;

#endif
