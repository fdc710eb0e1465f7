/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree over the groups of one run.
 */
#ifndef EP_ROOTS_H
#define EP_ROOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "evidence/merkle.h"

struct ep_store;

/* A name's and a head's part of ep_roots.packed. */
#define EP_ROOTS_NAME_BYTES 4
#define EP_ROOTS_HASH_BYTES 8
#define EP_ROOTS_ENTRY_BYTES (EP_ROOTS_NAME_BYTES + EP_ROOTS_HASH_BYTES)

struct ep_roots {
	struct ep_merkle tree;
	int64_t records;
	int64_t erased;		/* of them */
	struct ep_buf packed;	/* beginnings of the hashes, group by group */
	struct ep_words names;	/* in the same order */
};

void ep_roots_init(struct ep_roots *roots);
void ep_roots_release(struct ep_roots *roots);

/* The views must show the run; make as for ep_walk. */
int ep_roots_of(struct ep_store *store, int64_t seq, int64_t run, bool make,
		struct ep_roots *ret, struct ep_err *err) EP_MUST_CHECK;

#endif
