/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Roots, proofs and their checks.  merkle.h says which tree it is.
 */
#include "evidence/merkle.h"

#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"

static void hash_node(const struct ep_hash *left, const struct ep_hash *right,
		      struct ep_hash *ret)
{
	uint8_t bytes[1 + 2 * EP_SHA256_BYTES];

	bytes[0] = 1;
	memcpy(bytes + 1, left->b, EP_SHA256_BYTES);
	memcpy(bytes + 1 + EP_SHA256_BYTES, right->b, EP_SHA256_BYTES);
	ep_sha256_of(bytes, sizeof(bytes), ret->b);
}

static bool same(const struct ep_hash *a, const struct ep_hash *b)
{
	return memcmp(a->b, b->b, EP_SHA256_BYTES) == 0;
}

void ep_merkle_leaf(const void *p, size_t n, struct ep_hash *ret)
{
	struct ep_sha256 *sha = ep_sha256_new();

	ep_sha256_add(sha, "", 1);
	ep_sha256_add(sha, p, n);
	ep_sha256_end(sha, ret->b);
}

/* node[i] is the root of a full tree of 2^i leaves while bit i of n is set. */
void ep_merkle_add(struct ep_merkle *tree, const struct ep_hash *leaf)
{
	struct ep_hash up = *leaf;
	int level = 0;

	for (; tree->n >> level & 1; level++)
		hash_node(&tree->node[level], &up, &up);
	tree->node[level] = up;
	tree->n++;
}

void ep_merkle_root(const struct ep_merkle *tree, struct ep_hash *ret)
{
	bool any = false;

	for (int level = 0; level < 64; level++) {
		if (!(tree->n >> level & 1))
			continue;
		if (any)
			hash_node(&tree->node[level], ret, ret);
		else
			*ret = tree->node[level];
		any = true;
	}
	if (!any)
		ep_sha256_of("", 0, ret->b);
}

static void root_of(const struct ep_hash *leaf, size_t n, struct ep_hash *ret)
{
	struct ep_merkle tree = { .n = 0 };

	for (size_t i = 0; i < n; i++)
		ep_merkle_add(&tree, &leaf[i]);
	ep_merkle_root(&tree, ret);
}

/* The largest power of two below n; n > 1. */
static size_t split(size_t n)
{
	size_t k = 1;

	while (k << 1 < n)
		k <<= 1;
	return k;
}

void ep_merkle_path(const struct ep_hashes *leaves, size_t index,
		    struct ep_hashes *ret)
{
	const struct ep_hash *leaf = leaves->v;
	size_t n = leaves->n;
	size_t first = ret->n;

	while (n > 1) {
		size_t k = split(n);
		struct ep_hash *sibling = &EP_VEC_ADD(ret);

		if (index < k) {
			root_of(leaf + k, n - k, sibling);
			n = k;
		} else {
			root_of(leaf, k, sibling);
			leaf += k;
			index -= k;
			n -= k;
		}
	}
	/* Found from the top, wanted from the leaf. */
	for (size_t i = first, j = ret->n; i + 1 < j; i++) {
		struct ep_hash swap = ret->v[i];

		ret->v[i] = ret->v[--j];
		ret->v[j] = swap;
	}
}

int ep_merkle_path_check(uint64_t index, uint64_t size,
			 const struct ep_hash *leaf,
			 const struct ep_hashes *proof,
			 const struct ep_hash *root, struct ep_err *err)
{
	struct ep_hash up = *leaf;
	uint64_t last;

	if (index >= size)
		return ep_err_set(err, EP_EDATA, "there is no leaf %llu in a "
				  "tree of %llu", (unsigned long long)index,
				  (unsigned long long)size);
	last = size - 1;
	for (size_t i = 0; i < proof->n; i++) {
		if (last == 0)
			return ep_err_set(err, EP_EDATA, "the proof has more "
					  "hashes than the tree has levels");
		if ((index & 1) || index == last) {
			hash_node(&proof->v[i], &up, &up);
			while (!(index & 1) && index != 0) {
				index >>= 1;
				last >>= 1;
			}
		} else {
			hash_node(&up, &proof->v[i], &up);
		}
		index >>= 1;
		last >>= 1;
	}
	if (last != 0)
		return ep_err_set(err, EP_EDATA, "the proof has fewer hashes "
				  "than the tree has levels");
	if (!same(&up, root))
		return ep_err_set(err, EP_EDATA, "the proof leads to another "
				  "root");
	return 0;
}

void ep_merkle_growth(const struct ep_hashes *leaves, size_t old,
		      struct ep_hashes *ret)
{
	const struct ep_hash *leaf = leaves->v;
	struct ep_hashes down = { 0 };
	size_t n = leaves->n;
	bool whole = true;	/* the old tree is a subtree so far */

	while (old != n) {
		size_t k = split(n);
		struct ep_hash *sibling = &EP_VEC_ADD(&down);

		if (old <= k) {
			root_of(leaf + k, n - k, sibling);
			n = k;
		} else {
			root_of(leaf, k, sibling);
			leaf += k;
			old -= k;
			n -= k;
			whole = false;
		}
	}
	if (!whole)
		root_of(leaf, n, &EP_VEC_ADD(&down));
	for (size_t i = down.n; i > 0; i--)
		EP_VEC_ADD(ret) = down.v[i - 1];
	ep_vec_release(&down);
}

/* Walks both roots up from what they share (RFC 9162, 2.1.4.2). */
static int walk_growth(uint64_t old, uint64_t size, const struct ep_hash *start,
		       const struct ep_hashes *proof, size_t next,
		       struct ep_hash *ret_old, struct ep_hash *ret_new)
{
	uint64_t index = old - 1;
	uint64_t last = size - 1;

	while (index & 1) {
		index >>= 1;
		last >>= 1;
	}
	*ret_old = *start;
	*ret_new = *start;
	for (size_t i = next; i < proof->n; i++) {
		if (last == 0)
			return -1;
		if ((index & 1) || index == last) {
			hash_node(&proof->v[i], ret_old, ret_old);
			hash_node(&proof->v[i], ret_new, ret_new);
			while (!(index & 1) && index != 0) {
				index >>= 1;
				last >>= 1;
			}
		} else {
			hash_node(ret_new, &proof->v[i], ret_new);
		}
		index >>= 1;
		last >>= 1;
	}
	return last == 0 ? 0 : -1;
}

static int same_size(const struct ep_hash *old_root,
		     const struct ep_hash *root,
		     const struct ep_hashes *proof, struct ep_err *err)
{
	if (proof->n == 0 && same(old_root, root))
		return 0;
	return ep_err_set(err, EP_EDATA, "two trees of one size have "
			  "different roots");
}

int ep_merkle_growth_check(uint64_t old, uint64_t size,
			   const struct ep_hash *old_root,
			   const struct ep_hash *root,
			   const struct ep_hashes *proof, struct ep_err *err)
{
	bool power = old != 0 && (old & (old - 1)) == 0;
	struct ep_hash from_old, from_new;
	int rc;

	if (old == 0 || old > size)
		return ep_err_set(err, EP_EDATA, "a tree of %llu cannot have "
				  "grown from one of %llu",
				  (unsigned long long)size,
				  (unsigned long long)old);
	if (old == size)
		return same_size(old_root, root, proof, err);
	if (proof->n == 0)
		return ep_err_set(err, EP_EDATA, "the proof is empty");
	/* Where the old tree is a subtree its root is not repeated. */
	rc = walk_growth(old, size, power ? old_root : &proof->v[0], proof,
			 power ? 0 : 1, &from_old, &from_new);
	if (rc < 0 || !same(&from_old, old_root) || !same(&from_new, root))
		return ep_err_set(err, EP_EDATA, "the older tree is no "
				  "beginning of the newer one");
	return 0;
}
