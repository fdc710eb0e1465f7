/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fills the index of a dataset from its stored rows.
 */
#ifndef EP_ROWLOAD_H
#define EP_ROWLOAD_H

#include "base/err.h"
#include "store/rowindex.h"

struct ep_db;

/* kinds: bit set of 1u << enum ep_kind. */
int ep_rowload(struct ep_db *db, const uint8_t *secret, int64_t dataset,
	       unsigned kinds, struct ep_rowindex *index, struct ep_err *err)
	EP_MUST_CHECK;

#endif
