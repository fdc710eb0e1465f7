/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hash tree against the known roots and proofs of Certificate
 * Transparency, most of which must be refused, and against itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/file.h"
#include "evidence/merkle.h"
#include "ext/json.h"
#include "fixture.h"

#define VECTOR_BYTES_MAX (1 << 20)
#define LEAVES 8

static struct ep_json *vectors;

static int load(void **state)
{
	struct ep_err err = EP_ERR_INIT;
	EP_AUTO_FREE char *path = fixture("merkle/merkle-vectors.json");
	struct ep_buf text;

	(void)state;
	ep_buf_init(&text, VECTOR_BYTES_MAX);
	if (ep_file_read(path, VECTOR_BYTES_MAX, &text, &err) < 0 ||
	    ep_json_parse(text.s, text.len, &vectors, NULL, &err) < 0)
		fail_msg("%s", err.msg);
	ep_buf_release(&text);
	return 0;
}

static int unload(void **state)
{
	(void)state;
	ep_json_free(vectors);
	return 0;
}

static const struct ep_json *member(const struct ep_json *of, const char *name)
{
	const struct ep_json *value = NULL;

	assert_int_equal(ep_json_get(of, name, &value), EP_JSON_PRESENT);
	return value;
}

/* Digits above int64 stay text; as unsigned they are one. */
static uint64_t number(const struct ep_json *of, const char *name)
{
	struct ep_buf digits;
	unsigned long long n = 0;

	ep_buf_init(&digits, 64);
	assert_true(ep_json_scalar(member(of, name), &digits));
	for (size_t i = 0; i < digits.len; i++)
		n = n * 10 + (unsigned long long)(digits.s[i] - '0');
	ep_buf_release(&digits);
	return n;
}

/* False when it has no 32 bytes: the vectors hold such. */
static bool hash_of(const struct ep_json *json, struct ep_hash *ret)
{
	const char *text = ep_json_text(json);
	struct ep_buf bytes;
	bool right;

	ep_buf_init(&bytes, 1024);
	right = text &&
		ep_base64_decode(text, strlen(text), &bytes, NULL) == 0 &&
		bytes.len == EP_SHA256_BYTES;
	if (right)
		memcpy(ret->b, bytes.s, EP_SHA256_BYTES);
	ep_buf_release(&bytes);
	return right;
}

/* Some roots of the vectors are words: of two equal ones nothing more is
 * asked, so that they only have to stay equal here. */
static void root_of_text(const struct ep_json *json, struct ep_hash *ret)
{
	const char *text = ep_json_text(json);
	struct ep_buf bytes;

	memset(ret, 0, sizeof(*ret));
	ep_buf_init(&bytes, 1024);
	assert_int_equal(ep_base64_decode(text, strlen(text), &bytes, NULL), 0);
	for (size_t i = 0; i < bytes.len; i++)
		ret->b[i % sizeof(ret->b)] ^= (uint8_t)bytes.s[i];
	ep_buf_release(&bytes);
}

static bool proof_of(const struct ep_json *json, struct ep_hashes *ret)
{
	const struct ep_json *one;

	if (ep_json_type(json) != EP_JSON_ARRAY)
		return true;
	for (one = ep_json_first(json); one; one = ep_json_next(one))
		if (!hash_of(one, &EP_VEC_ADD(ret)))
			return false;
	return true;
}

static void unhex(const char *hex, struct ep_buf *out)
{
	for (; hex[0] && hex[1]; hex += 2) {
		unsigned int byte = 0;
		char pair[3] = { hex[0], hex[1], 0 };

		for (int i = 0; i < 2; i++)
			byte = byte << 4 |
			       (unsigned int)(pair[i] <= '9' ? pair[i] - '0'
							: pair[i] - 'a' + 10);
		ep_buf_addc(out, (char)byte);
	}
}

static void known_leaves(struct ep_hashes *ret)
{
	const struct ep_json *one = ep_json_first(member(vectors,
							 "leaves_hex"));

	for (; one; one = ep_json_next(one)) {
		struct ep_buf bytes;

		ep_buf_init(&bytes, 64);
		unhex(ep_json_text(one), &bytes);
		ep_merkle_leaf(bytes.s, bytes.len, &EP_VEC_ADD(ret));
		ep_buf_release(&bytes);
	}
	assert_int_equal(ret->n, LEAVES);
}

static void test_roots(void **state)
{
	const struct ep_json *one = ep_json_first(member(vectors, "roots"));
	struct ep_hashes leaves = { 0 };
	struct ep_merkle tree = { .n = 0 };

	(void)state;
	known_leaves(&leaves);
	for (size_t i = 0; one; one = ep_json_next(one), i++) {
		struct ep_buf hex;
		struct ep_hash root;

		assert_int_equal(number(one, "size"), i);
		ep_merkle_root(&tree, &root);
		ep_buf_init(&hex, 128);
		ep_str_hex(&hex, root.b, sizeof(root.b));
		assert_string_equal(hex.s,
				    ep_json_text(member(one, "root_hex")));
		ep_buf_release(&hex);
		if (i < leaves.n)
			ep_merkle_add(&tree, &leaves.v[i]);
	}
	assert_int_equal(tree.n, LEAVES);
	ep_vec_release(&leaves);
}

static bool inclusion_holds(const struct ep_json *one)
{
	struct ep_hashes proof = { 0 };
	struct ep_hash leaf, root;
	bool holds = hash_of(member(one, "leafHash"), &leaf) &&
		     hash_of(member(one, "root"), &root) &&
		     proof_of(member(one, "proof"), &proof) &&
		     ep_merkle_path_check(number(one, "leafIdx"),
					  number(one, "treeSize"), &leaf,
					  &proof, &root, NULL) == 0;

	ep_vec_release(&proof);
	return holds;
}

static bool growth_holds(const struct ep_json *one)
{
	struct ep_hashes proof = { 0 };
	struct ep_hash from, to;
	bool holds;

	root_of_text(member(one, "root1"), &from);
	root_of_text(member(one, "root2"), &to);
	holds = proof_of(member(one, "proof"), &proof) &&
		ep_merkle_growth_check(number(one, "size1"),
				       number(one, "size2"), &from, &to,
				       &proof, NULL) == 0;
	ep_vec_release(&proof);
	return holds;
}

static void try_all(const char *list,
		    bool (*holds)(const struct ep_json *one))
{
	const struct ep_json *one = ep_json_first(member(vectors, list));
	int right = 0, wrong = 0;

	for (; one; one = ep_json_next(one)) {
		bool want = !ep_json_true(member(one, "wantErr"));

		if (holds(one) != want)
			fail_msg("%s %s", list,
				 ep_json_text(member(one, "source")));
		right += want;
		wrong += !want;
	}
	assert_true(right > 0 && wrong > 0);
	assert_int_equal(right + wrong, 98);
}

static void test_inclusion(void **state)
{
	(void)state;
	try_all("inclusion", inclusion_holds);
}

static void test_growth(void **state)
{
	(void)state;
	try_all("consistency", growth_holds);
}

/* Every proof we make holds, and none holds for a neighbour. */
static void test_own_proofs(void **state)
{
	struct ep_hashes leaves = { 0 };

	(void)state;
	for (size_t n = 1; n <= 33; n++) {
		struct ep_merkle tree = { .n = 0 };
		struct ep_hash root;

		ep_merkle_leaf(&n, sizeof(n), &EP_VEC_ADD(&leaves));
		for (size_t i = 0; i < n; i++)
			ep_merkle_add(&tree, &leaves.v[i]);
		ep_merkle_root(&tree, &root);
		for (size_t i = 0; i < n; i++) {
			struct ep_hashes path = { 0 };

			ep_merkle_path(&leaves, i, &path);
			assert_int_equal(ep_merkle_path_check(i, n,
				&leaves.v[i], &path, &root, NULL), 0);
			assert_int_not_equal(ep_merkle_path_check(i, n,
				&leaves.v[(i + 1) % n], &path, &root, NULL),
				n == 1 ? -1 : 0);
			ep_vec_release(&path);
		}
	}
	ep_vec_release(&leaves);
}

static void root_of_first(const struct ep_hashes *leaves, size_t n,
			  struct ep_hash *ret)
{
	struct ep_merkle tree = { .n = 0 };

	for (size_t i = 0; i < n; i++)
		ep_merkle_add(&tree, &leaves->v[i]);
	ep_merkle_root(&tree, ret);
}

static void test_own_growth(void **state)
{
	struct ep_hashes leaves = { 0 };

	(void)state;
	for (size_t n = 1; n <= 33; n++) {
		struct ep_hash root, forged;

		ep_merkle_leaf(&n, sizeof(n), &EP_VEC_ADD(&leaves));
		root_of_first(&leaves, n, &root);
		for (size_t old = 1; old <= n; old++) {
			struct ep_hashes proof = { 0 };
			struct ep_hash was;

			root_of_first(&leaves, old, &was);
			ep_merkle_growth(&leaves, old, &proof);
			assert_int_equal(ep_merkle_growth_check(old, n, &was,
				&root, &proof, NULL), 0);
			forged = was;
			forged.b[0] ^= 1;
			assert_int_equal(ep_merkle_growth_check(old, n,
				&forged, &root, &proof, NULL), EP_EDATA);
			ep_vec_release(&proof);
		}
	}
	ep_vec_release(&leaves);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_roots),
		cmocka_unit_test(test_inclusion),
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_own_proofs),
		cmocka_unit_test(test_own_growth),
	};

	return cmocka_run_group_tests_name("merkle", tests, load, unload);
}
