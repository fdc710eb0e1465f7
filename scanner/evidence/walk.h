/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All groups of a sealed run in the order of their names, each with its leaves
 * and its head: what sealing hashes, a check hashes again, a proof picks from
 * and a package copies.  There is this one walk, so they cannot differ.
 *
 * A group is one dataset's records of one kind ("<system>/<tenant>/<dataset>/
 * <kind>", tenant and words percent-encoded), the values of these that move
 * every night (".../seen"), the holders of one privileged role (".../role/
 * <word>", also when nobody holds it), or a kept list (evidence/kept.h).  A
 * dataset that was not read has its groups as well, with the coverage that
 * says so in the head.
 *
 * Head: {"count":n,"coverage":{..} or null,"dataset":..,"entity":..,
 * "flat_sha256":hex,"name":..,"root":hex,"tenant":..}; flat_sha256 is over the
 * leaves, each followed by a line end; root is that of the tree of the leaves.
 */
#ifndef EP_WALK_H
#define EP_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "evidence/merkle.h"

struct ep_store;

struct ep_walk_group {
	const char *name;
	const char *entity;	/* kind, or the list's name */
	const char *tenant;	/* uid; NULL: a kept list */
	const char *dataset;	/* NULL: a kept list */
	uint64_t count;
	const char *head;
	struct ep_hash hash;	/* of the head, as a leaf of the run's tree */
	struct ep_hash flat;
	uint64_t erased;	/* of count */
};

/* Any may be NULL.  A negative return ends the walk with it. */
struct ep_walk_visitor {
	void *to;
	/* Before a group's leaves; false leaves them unread, and then neither
	 * leaf nor end is called. */
	bool (*wants)(void *to, const char *name);
	int (*leaf)(void *to, const char *group, const char *key,
		    const char *text, size_t n, struct ep_err *err);
	/* In the place of a leaf whose person was erased; and what is shown
	 * for one of these, in no order and not hashed (evidence/erased.h). */
	int (*erased)(void *to, const char *group, const struct ep_hash *hash,
		      struct ep_err *err);
	int (*shell)(void *to, const char *group, const char *text, size_t n,
		     struct ep_err *err);
	int (*end)(void *to, const struct ep_walk_group *group,
		   struct ep_err *err);
};

/* The views must show the run.  make: records without a secret get one. */
int ep_walk(struct ep_store *store, int64_t seq, int64_t run, bool make,
	    const struct ep_walk_visitor *visitor, struct ep_err *err)
	EP_MUST_CHECK;

#endif
