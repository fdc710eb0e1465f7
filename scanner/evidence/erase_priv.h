/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of an erasure share; nobody else includes it.
 */
#ifndef EP_ERASE_PRIV_H
#define EP_ERASE_PRIV_H

#include "evidence/erase.h"
#include "evidence/erase_text.h"

struct ep_db;
struct ep_store;

/* erase_who.c: all words for the person; EP_ENOENT when nobody is found. */
int ep_erase_who(struct ep_db *db, const char *person,
		 struct ep_called_all *ret, struct ep_err *err) EP_MUST_CHECK;

/* erase_rows.c; the rewriter is set.  Lists where the person is still listed,
 * and what was not read of the systems that ever listed him: EP_EPERM and
 * EP_EPURGED. */
int ep_erase_check(struct ep_db *db, struct ep_err *err) EP_MUST_CHECK;
/* Rewrites every text; *ret_rows: rows that were. */
int ep_erase_rows(struct ep_db *db, const struct ep_called_all *called,
		  int64_t *ret_rows, struct ep_err *err) EP_MUST_CHECK;
/* Texts that still hold a word: whoever did something answers for it. */
int ep_erase_left(struct ep_db *db, struct ep_buf *ret, struct ep_err *err)
	EP_MUST_CHECK;

/* What was said of purges and erasures, and what rules and lists are called,
 * is nobody's: the last word of their groups' names, with NULL behind. */
extern const char *const ep_erase_exempt[];

/* erase_leaf.c: keeps the hashes of what is about to be rewritten in all
 * sealed runs, and deletes the secrets behind its nonces. */
int ep_erase_leaves(struct ep_store *store, struct ep_called_all *called,
		    int64_t erasure, int64_t *ret_leaves, struct ep_err *err)
	EP_MUST_CHECK;

#endif
