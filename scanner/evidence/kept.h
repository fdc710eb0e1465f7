/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run was judged by and with: the configuration's facts, who is whose,
 * the rules' texts and their results.  Unlike the records of the vendors the
 * database keeps no history of these, so their leaves are kept here, each for
 * the runs it held for.
 *
 *  evidence_kept(grp, id, leaf, first_seq, end_seq)
 *          id: hash of the record without its nonce; end_seq NULL: still.
 *          grp: "context/<customer or ~>/<list>"
 */
#ifndef EP_KEPT_H
#define EP_KEPT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"

struct ep_db;
struct ep_store;

/* A role word that a connector knows to be privileged. */
struct ep_evidence_role {
	const char *dataset;
	const char *word;
};

int ep_kept_schema(struct ep_db *db, struct ep_err *err) EP_MUST_CHECK;

/* Brings all lists up to what the views and the check say now, as of sealed
 * run number seq.  In the caller's transaction. */
int ep_kept_update(struct ep_db *db, int64_t run, int64_t seq,
		   const struct ep_evidence_role *roles, size_t n_roles,
		   struct ep_err *err) EP_MUST_CHECK;

/* Names of the groups that hold anything, or held anything before, at seq. */
int ep_kept_groups(struct ep_db *db, int64_t seq, struct ep_words *ret,
		   struct ep_err *err) EP_MUST_CHECK;

/* The leaves of a group at seq, in the order of their ids. */
int ep_kept_leaves(struct ep_db *db, int64_t seq, const char *group,
		   int (*leaf)(void *to, const char *key, const char *text,
			       size_t n, struct ep_err *err),
		   void *to, struct ep_err *err) EP_MUST_CHECK;

#endif
