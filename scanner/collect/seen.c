/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open addressing over fingerprints; the key is drawn once per process, so
 * that nobody outside can construct two texts that look alike to us.
 */
#include "collect/seen.h"

#include <string.h>

#include "base/alloc.h"
#include "ext/crypto.h"
#include "ext/hash.h"

static uint64_t fingerprint(const void *p, size_t n)
{
	static uint8_t secret[EP_HASH_SECRET_BYTES];
	static bool drawn;
	uint64_t hash;

	if (!drawn) {
		ep_random(secret, sizeof(secret));
		drawn = true;
	}
	hash = ep_hash128(secret, p, n).lo;
	return hash ? hash : 1;
}

void ep_seen_release(struct ep_seen *seen)
{
	ep_free(seen->slot);
	memset(seen, 0, sizeof(*seen));
}

static bool put(uint64_t *slot, size_t slots, uint64_t hash)
{
	size_t i = (size_t)hash & (slots - 1);

	for (; slot[i]; i = (i + 1) & (slots - 1)) {
		if (slot[i] == hash)
			return false;
	}
	slot[i] = hash;
	return true;
}

static void grow(struct ep_seen *seen)
{
	size_t slots = seen->slots ? seen->slots * 2 : 16;
	uint64_t *slot = ep_calloc(slots, sizeof(*slot));

	for (size_t i = 0; i < seen->slots; i++) {
		if (seen->slot[i])
			put(slot, slots, seen->slot[i]);
	}
	ep_free(seen->slot);
	seen->slot = slot;
	seen->slots = slots;
}

bool ep_seen_add(struct ep_seen *seen, const void *p, size_t n)
{
	if ((seen->n + 1) * 4 > seen->slots * 3)
		grow(seen);
	if (!put(seen->slot, seen->slots, fingerprint(p, n)))
		return false;
	seen->n++;
	return true;
}
