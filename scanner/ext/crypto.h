/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to libcrypto (SHA-256, HMAC, RS256, random bytes) and base64.
 */
#ifndef EP_CRYPTO_H
#define EP_CRYPTO_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define EP_SHA256_BYTES 32

struct ep_sha256;
struct ep_sha256 *ep_sha256_new(void);
void ep_sha256_add(struct ep_sha256 *sha, const void *p, size_t n);
/* Finishes and frees. */
void ep_sha256_end(struct ep_sha256 *sha, uint8_t ret[EP_SHA256_BYTES]);
void ep_sha256_of(const void *p, size_t n, uint8_t ret[EP_SHA256_BYTES]);

void ep_hmac_sha256(const void *key, size_t key_len, const void *p, size_t n,
		    uint8_t ret[EP_SHA256_BYTES]);

/* Before anything else here: libcrypto does not look whether its own start
 * failed, and dies of it later.  Ends the process if it did. */
void ep_crypto_init(void);
void ep_random(void *p, size_t n);	/* ends the process if impossible */

void ep_base64(struct ep_buf *out, const void *p, size_t n);
void ep_base64url(struct ep_buf *out, const void *p, size_t n); /* unpadded */
/* Either alphabet, padded or not; nothing else, white space included. */
int ep_base64_decode(const char *s, size_t n, struct ep_buf *out,
		     struct ep_err *err) EP_MUST_CHECK;

/* Signs with a PEM private RSA key, PKCS#1 v1.5 with SHA-256. */
int ep_rs256_sign(const char *pem, size_t pem_len, const void *p, size_t n,
		  struct ep_buf *out, struct ep_err *err) EP_MUST_CHECK;

#endif
