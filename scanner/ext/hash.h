/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to xxHash: keyed 128-bit fingerprints for change detection inside
 * one database.  Not evidence: that is SHA-256 (ext/crypto.h).
 */
#ifndef EP_HASH_H
#define EP_HASH_H

#include <stddef.h>
#include <stdint.h>

#define EP_HASH_SECRET_BYTES 192

struct ep_hash128 {
	uint64_t lo;
	uint64_t hi;
};

/* secret: EP_HASH_SECRET_BYTES random bytes, kept with the database. */
struct ep_hash128 ep_hash128(const uint8_t *secret, const void *p, size_t n);

#endif
