/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proofs and checkpoints from bytes.  A checkpoint that is read says what its
 * bytes say.  In a tree of any size the proof of a leaf, and the proof that
 * it grew from a smaller one, hold; and none holds any more once a bit of it,
 * of the leaf or of a root was turned, or for another place.
 */
#include "base/limits.h"
#include "base/str.h"
#include "evidence/evidence.h"
#include "evidence/merkle.h"
#include "fuzz.h"

#define LEAVES_MAX 70

static void check_checkpoint(const uint8_t *data, size_t n)
{
	struct ep_checkpoint read = { .size = 0 }, again = { .size = 0 };
	struct ep_err err = EP_ERR_INIT;
	struct ep_buf text;

	if (ep_checkpoint_parse((const char *)data, n, &read, &err) < 0) {
		must(err.code == EP_EDATA && err.msg[0]);
		return;
	}
	must(read.size > 0 && read.size <= INT64_MAX && read.origin[0]);
	ep_buf_init(&text, EP_CHECKPOINT_BYTES_MAX);
	ep_buf_addf(&text, "%s\n%llu\n", read.origin,
		    (unsigned long long)read.size);
	ep_base64(&text, read.root.b, sizeof(read.root.b));
	ep_buf_addc(&text, '\n');
	/* An origin may end at a NUL: then it is not the same text. */
	if (ep_checkpoint_parse(text.s, text.len, &again, &err) == 0)
		must(again.size == read.size &&
		     memcmp(&again.root, &read.root, sizeof(read.root)) == 0);
	else
		must(memchr(data, '\0', n) != NULL);
	ep_buf_release(&text);
}

struct trial {
	struct ep_hashes leaves;
	struct ep_hashes proof;
	struct ep_hash root;
	size_t at;	/* leaf, or size before */
	uint8_t turn;	/* which bit */
	uint8_t where;	/* of what */
};

static void turn_bit(struct trial *t, struct ep_hash *hash)
{
	hash->b[(t->turn >> 3) % EP_SHA256_BYTES] ^= (uint8_t)(1 << (t->turn & 7));
}

static void check_path(struct trial *t)
{
	struct ep_err err = EP_ERR_INIT;
	struct ep_hash leaf = t->leaves.v[t->at];
	uint64_t size = t->leaves.n;
	uint64_t at = t->at;

	ep_merkle_path(&t->leaves, t->at, &t->proof);
	must(ep_merkle_path_check(at, size, &leaf, &t->proof, &t->root,
				  &err) == 0);
	if (t->where < t->proof.n)
		turn_bit(t, &t->proof.v[t->where]);
	else if (t->where % 3 == 0)
		turn_bit(t, &leaf);
	else if (t->where % 3 == 1)
		turn_bit(t, &t->root);
	else
		at = (at + 1) % size == at ? size : (at + 1) % size;
	must(ep_merkle_path_check(at, size, &leaf, &t->proof, &t->root,
				  &err) == EP_EDATA);
}

static void check_growth(struct trial *t)
{
	struct ep_merkle smaller = { .n = 0 };
	struct ep_err err = EP_ERR_INIT;
	struct ep_hash old_root;
	size_t old = t->at + 1;

	for (size_t i = 0; i < old; i++)
		ep_merkle_add(&smaller, &t->leaves.v[i]);
	ep_merkle_root(&smaller, &old_root);
	ep_merkle_growth(&t->leaves, old, &t->proof);
	must(ep_merkle_growth_check(old, t->leaves.n, &old_root, &t->root,
				    &t->proof, &err) == 0);
	if (t->where < t->proof.n)
		turn_bit(t, &t->proof.v[t->where]);
	else if (t->where % 2)
		turn_bit(t, &old_root);
	else
		turn_bit(t, &t->root);
	must(ep_merkle_growth_check(old, t->leaves.n, &old_root, &t->root,
				    &t->proof, &err) == EP_EDATA);
}

/* How many leaves, which, which bit of what; the rest goes into the leaves. */
static void check_tree(const uint8_t *data, size_t n)
{
	struct trial t = { .turn = data[2], .where = data[3] };
	struct ep_merkle tree = { .n = 0 };
	size_t leaves = 1 + data[0] % LEAVES_MAX;

	t.at = data[1] % leaves;
	for (size_t i = 0; i < leaves; i++) {
		struct ep_hash *leaf = &EP_VEC_ADD(&t.leaves);

		ep_merkle_leaf(data, n - i % n, leaf);
		/* Leaves that differ, so that places do. */
		leaf->b[0] = (uint8_t)i;
		ep_merkle_add(&tree, leaf);
	}
	ep_merkle_root(&tree, &t.root);
	if (data[4] & 1)
		check_path(&t);
	else
		check_growth(&t);
	ep_vec_release(&t.leaves);
	ep_vec_release(&t.proof);
}

/* A proof of somebody else's making leads nowhere, and not astray. */
static void check_foreign(const uint8_t *data, size_t n)
{
	struct ep_hash leaf, root;
	struct ep_err err = EP_ERR_INIT;
	struct ep_hashes proof = { .n = 0 };
	uint64_t at, size;

	memcpy(&at, data, sizeof(at));
	memcpy(&size, data + 8, sizeof(size));
	memset(&leaf, 1, sizeof(leaf));
	memset(&root, 2, sizeof(root));
	for (size_t i = 16; i + EP_SHA256_BYTES <= n; i += EP_SHA256_BYTES)
		memcpy(EP_VEC_ADD(&proof).b, data + i, EP_SHA256_BYTES);
	must(ep_merkle_path_check(at, size, &leaf, &proof, &root, &err) ==
	     EP_EDATA);
	must(ep_merkle_growth_check(at, size, &leaf, &root, &proof, &err) ==
	     EP_EDATA);
	ep_vec_release(&proof);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (n < 1)
		return 0;
	if (data[0] == '\0' && n > 5)
		check_tree(data + 1, n - 1);
	else if (data[0] == '\1' && n > 16)
		check_foreign(data + 1, n - 1);
	else
		check_checkpoint(data, n);
	return 0;
}
