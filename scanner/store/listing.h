/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fingerprints of a dataset's rows, packed beside them: what a night
 * compares with is read in a few pieces and without looking at any row.
 */
#ifndef EP_LISTING_H
#define EP_LISTING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "store/rowindex.h"

struct ep_db;

/* Appends what is stored to an empty index, by kind and row number; the
 * entries have no keys.  *ret_found false: there is none, since the dataset
 * has no rows or somebody who wrote them took it away. */
int ep_listing_load(struct ep_db *db, int64_t dataset,
		    struct ep_rowindex *index, bool *ret_found,
		    struct ep_err *err) EP_MUST_CHECK;
/* Puts the entries that have a row number in the place of what was stored, in
 * the transaction that wrote their rows. */
int ep_listing_store(struct ep_db *db, int64_t dataset,
		     const struct ep_rowindex *index, struct ep_err *err)
	EP_MUST_CHECK;

#endif
