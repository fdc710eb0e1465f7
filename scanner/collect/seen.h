/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of texts that were met before, by their keyed 64-bit fingerprints:
 * cursors, next links, natural keys of a listing.  Two million entries make
 * a false "seen" once in ten million listings, and what follows from one is
 * an unneeded PARTIAL, never a clean result.
 */
#ifndef EP_SEEN_H
#define EP_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ep_seen {
	uint64_t *slot;	/* 0: free */
	size_t slots;
	size_t n;
};

/* A zeroed struct is an empty set. */
void ep_seen_release(struct ep_seen *seen);
/* True when it was not there before. */
bool ep_seen_add(struct ep_seen *seen, const void *p, size_t n);

#endif
