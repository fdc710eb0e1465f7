/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to libcrypto, for hashes and signatures, with random bytes of the
 * kernel beside it.  Base64 needs no library and is in ext/crypto_base64.c.
 */
#include "ext/crypto.h"

#include <errno.h>
#include <limits.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <sys/random.h>

#include "base/alloc.h"

/* Vendors ask for 2048; below that a signature proves little. */
#define RSA_BITS_MIN 2048

struct ep_sha256 {
	EVP_MD_CTX *ctx;
};

struct ep_sha256 *ep_sha256_new(void)
{
	struct ep_sha256 *sha = ep_calloc(1, sizeof(*sha));

	sha->ctx = EVP_MD_CTX_new();
	if (!sha->ctx || EVP_DigestInit_ex(sha->ctx, EVP_sha256(), NULL) != 1)
		ep_die("libcrypto has no SHA-256");
	return sha;
}

void ep_sha256_add(struct ep_sha256 *sha, const void *p, size_t n)
{
	if (EVP_DigestUpdate(sha->ctx, p, n) != 1)
		ep_die("libcrypto cannot hash");
}

void ep_sha256_end(struct ep_sha256 *sha, uint8_t ret[EP_SHA256_BYTES])
{
	if (EVP_DigestFinal_ex(sha->ctx, ret, NULL) != 1)
		ep_die("libcrypto cannot hash");
	EVP_MD_CTX_free(sha->ctx);
	ep_free(sha);
}

void ep_sha256_of(const void *p, size_t n, uint8_t ret[EP_SHA256_BYTES])
{
	if (EVP_Digest(p, n, ret, NULL, EVP_sha256(), NULL) != 1)
		ep_die("libcrypto cannot hash");
}

void ep_hmac_sha256(const void *key, size_t key_len, const void *p, size_t n,
		    uint8_t ret[EP_SHA256_BYTES])
{
	if (key_len > INT_MAX ||
	    !HMAC(EVP_sha256(), key_len ? key : "", (int)key_len, p, n, ret,
		  NULL))
		ep_die("libcrypto cannot make an HMAC");
}

/* From the kernel: libcrypto would keep a generator of its own. */
void ep_random(void *p, size_t n)
{
	uint8_t *to = p;
	ssize_t got;

	for (; n > 0; to += got, n -= (size_t)got) {
		got = getrandom(to, n, 0);
		if (got < 0 && errno == EINTR)
			got = 0;
		else if (got <= 0)
			ep_die("no random bytes");
	}
}

void ep_crypto_init(void)
{
	if (!OSSL_LIB_CTX_get0_global_default())
		ep_die("libcrypto does not start: out of memory");
}

static void free_bio(BIO **bio)
{
	BIO_free(*bio);
}

static void free_key(EVP_PKEY **key)
{
	EVP_PKEY_free(*key);
}

static void free_ctx(EVP_MD_CTX **ctx)
{
	EVP_MD_CTX_free(*ctx);
}

/* libcrypto would ask on the terminal. */
static int no_password(char *buffer, int size, int writing, void *unused)
{
	(void)buffer;
	(void)size;
	(void)writing;
	(void)unused;
	return -1;
}

/* libcrypto's own texts stay unread: they could quote the input. */
static int key_failed(const char *what, struct ep_err *err)
{
	ERR_clear_error();
	return ep_err_set(err, EP_ECONFIG, "private key: %s", what);
}

static int read_key(const char *pem, size_t pem_len, EVP_PKEY **ret,
		    struct ep_err *err)
{
	EP_AUTO(free_bio) BIO *bio = NULL;

	if (pem_len > EP_SECRET_BYTES_MAX)
		return key_failed("longer than EP_SECRET_BYTES_MAX", err);
	bio = BIO_new_mem_buf(pem, (int)pem_len);
	if (!bio)
		ep_die("libcrypto is out of memory");
	*ret = PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);
	if (!*ret)
		return key_failed("not an unencrypted PEM private key", err);
	if (EVP_PKEY_get_base_id(*ret) != EVP_PKEY_RSA)
		return key_failed("not an RSA key", err);
	if (EVP_PKEY_get_bits(*ret) < RSA_BITS_MIN)
		return key_failed("RSA key below 2048 bits", err);
	return EP_OK;
}

int ep_rs256_sign(const char *pem, size_t pem_len, const void *p, size_t n,
		  struct ep_buf *out, struct ep_err *err)
{
	EP_AUTO(free_key) EVP_PKEY *key = NULL;
	EP_AUTO(free_ctx) EVP_MD_CTX *ctx = NULL;
	EP_AUTO_FREE uint8_t *sig = NULL;
	size_t len;
	int rc = read_key(pem, pem_len, &key, err);

	if (rc)
		return rc;
	ctx = EVP_MD_CTX_new();
	len = (size_t)EVP_PKEY_get_size(key);
	sig = ep_alloc(len);
	if (!ctx ||
	    EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) != 1 ||
	    EVP_DigestSign(ctx, sig, &len, p, n) != 1)
		return key_failed("libcrypto cannot sign with it", err);
	ep_buf_add(out, sig, len);
	return EP_OK;
}
