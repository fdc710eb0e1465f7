/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of sealed runs whose person was erased.  The hash that was sealed
 * stays in the place where the record stood in its group, and so does the
 * group's flat_sha256, which nobody could compute any more.  What the
 * database shows instead is a shell: the record with a word of the erasure
 * for everything that named the person.  Shells are no evidence, and are
 * known by that word.
 *
 *  erasure(id, at, by_user, host, reason, word, leaves, rows, log_size,
 *          log_root)
 *          word: what stands for the person, "erased-<random>-"; nothing
 *          leads back from it
 *  evidence_erased(grp, pos, first_seq, last_seq, hash, erasure)
 *          hash of the leaf at place pos (from 0) of a group, for which
 *          sealed runs
 *  evidence_flat(grp, first_seq, last_seq, flat)
 */
#ifndef EP_ERASED_H
#define EP_ERASED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "evidence/merkle.h"

struct ep_db;

struct ep_erased {
	struct ep_words words;	/* of the erasures that are met */
	EP_VEC(struct ep_erased_leaf {
		uint64_t pos;
		struct ep_hash hash;
	}) leaf;	/* by place */
	bool flat_known;
	struct ep_hash flat;
};

int ep_erased_schema(struct ep_db *db, struct ep_err *err) EP_MUST_CHECK;

/* What is erased of a group at a sealed run; nothing in most.  known: the
 * database has these tables. */
int ep_erased_load(struct ep_db *db, bool known, int64_t seq,
		   const char *group, struct ep_erased *ret,
		   struct ep_err *err) EP_MUST_CHECK;
void ep_erased_release(struct ep_erased *erased);

bool ep_erased_is_shell(const struct ep_erased *erased, const char *text,
			size_t n);

/* Remembers a leaf, or a group, of a run that is erased now. */
int ep_erased_leaf(struct ep_db *db, int64_t seq, const char *group,
		   uint64_t pos, const struct ep_hash *hash, int64_t erasure,
		   struct ep_err *err) EP_MUST_CHECK;
int ep_erased_flat(struct ep_db *db, int64_t seq, const char *group,
		   const struct ep_hash *flat, struct ep_err *err)
	EP_MUST_CHECK;

#endif
