/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hash tree of RFC 6962: leaf = SHA-256(00 || bytes), node = SHA-256(01 ||
 * left || right), the root of nothing = SHA-256 of nothing; where a level is
 * odd, the left part is the largest power of two.  Proofs are lists of
 * hashes, from the leaf up, as RFC 9162 describes them (2.1.3, 2.1.4).
 */
#ifndef EP_MERKLE_H
#define EP_MERKLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "ext/crypto.h"

struct ep_hash {
	uint8_t b[EP_SHA256_BYTES];
};
EP_VEC_TYPE(ep_hashes, struct ep_hash);

/* A root over leaves that come one after the other, in the memory of one
 * path.  A zeroed struct is the empty tree. */
struct ep_merkle {
	uint64_t n;
	struct ep_hash node[64];
};

void ep_merkle_leaf(const void *p, size_t n, struct ep_hash *ret);
void ep_merkle_add(struct ep_merkle *tree, const struct ep_hash *leaf);
void ep_merkle_root(const struct ep_merkle *tree, struct ep_hash *ret);

/* The proof that leaf `index` is in the tree of all leaves; index < n. */
void ep_merkle_path(const struct ep_hashes *leaves, size_t index,
		    struct ep_hashes *ret);
/* EP_EDATA with the reason when the proof does not lead to the root. */
int ep_merkle_path_check(uint64_t index, uint64_t size,
			 const struct ep_hash *leaf,
			 const struct ep_hashes *proof,
			 const struct ep_hash *root, struct ep_err *err)
	EP_MUST_CHECK;

/* The proof that the first `old` leaves are the tree of old; 0 < old <= n. */
void ep_merkle_growth(const struct ep_hashes *leaves, size_t old,
		      struct ep_hashes *ret);
/* Nothing can be proven to have grown from the empty tree: old 0 is
 * EP_EDATA. */
int ep_merkle_growth_check(uint64_t old, uint64_t size,
			   const struct ep_hash *old_root,
			   const struct ep_hash *root,
			   const struct ep_hashes *proof, struct ep_err *err)
	EP_MUST_CHECK;

#endif
