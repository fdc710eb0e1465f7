/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fills the index of a dataset from what is stored.
 */
#ifndef EP_ROWLOAD_H
#define EP_ROWLOAD_H

#include "base/err.h"
#include "model/entity.h"
#include "store/rowindex.h"

struct ep_db;

/* Its fingerprints, without keys; or, where there are none, the keys of its
 * rows, so that each record counts as changed and its columns decide.  kinds:
 * bit set of 1u << enum ep_kind, of which rows are looked for. */
int ep_rowload(struct ep_db *db, const uint8_t *secret, int64_t dataset,
	       unsigned kinds, struct ep_rowindex *index, struct ep_err *err)
	EP_MUST_CHECK;

/* A natural key and its hash. */
struct ep_rowkey {
	enum ep_kind kind;
	const char *text;
	size_t len;
	struct ep_hash128 hash;
};

/* The entry of that key, NULL when there is none; asks the database as long
 * as some entries have no key. */
int ep_rowload_find(struct ep_db *db, const uint8_t *secret, int64_t dataset,
		    const struct ep_rowkey *key, struct ep_rowindex *index,
		    struct ep_entry **ret, struct ep_err *err) EP_MUST_CHECK;

#endif
