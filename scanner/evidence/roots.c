/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks a run and hashes the heads of its groups.
 */
#include "evidence/roots.h"

#include <string.h>

#include "base/alloc.h"
#include "evidence/walk.h"
#include "ext/crypto.h"

/* 10,000 tenancies with forty groups each. */
#define PACKED_BYTES_MAX (400000u * 2 * EP_ROOTS_ENTRY_BYTES)

void ep_roots_init(struct ep_roots *roots)
{
	memset(roots, 0, sizeof(*roots));
	ep_buf_init(&roots->packed, PACKED_BYTES_MAX);
}

void ep_roots_release(struct ep_roots *roots)
{
	ep_buf_release(&roots->packed);
	ep_words_release(&roots->names);
}

static int take_group(void *to, const struct ep_walk_group *group,
		      struct ep_err *err)
{
	struct ep_roots *roots = to;
	uint8_t name[EP_SHA256_BYTES];

	ep_merkle_add(&roots->tree, &group->hash);
	roots->records += (int64_t)group->count;
	roots->erased += (int64_t)group->erased;
	ep_sha256_of(group->name, strlen(group->name), name);
	ep_buf_add(&roots->packed, name, EP_ROOTS_NAME_BYTES);
	ep_buf_add(&roots->packed, group->hash.b, EP_ROOTS_HASH_BYTES);
	EP_VEC_ADD(&roots->names) = ep_strdup(group->name);
	if (roots->packed.overflow)
		return ep_err_set(err, EP_ELIMIT, "a run has more groups than "
				  "can be sealed (PACKED_BYTES_MAX)");
	return 0;
}

int ep_roots_of(struct ep_store *store, int64_t seq, int64_t run, bool make,
		struct ep_roots *ret, struct ep_err *err)
{
	struct ep_walk_visitor visitor = { .to = ret, .end = take_group };

	return ep_walk(store, seq, run, make, &visitor, err);
}
