/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to xxHash.
 */
#include "ext/hash.h"

#include <xxhash.h>

_Static_assert(EP_HASH_SECRET_BYTES >= XXH3_SECRET_SIZE_MIN,
	       "xxHash wants a longer secret");

struct ep_hash128 ep_hash128(const uint8_t *secret, const void *p, size_t n)
{
	XXH128_hash_t hash = XXH3_128bits_withSecret(p, n, secret,
						     EP_HASH_SECRET_BYTES);

	return (struct ep_hash128){ .lo = hash.low64, .hi = hash.high64 };
}
