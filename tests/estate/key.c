/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys of service accounts and apps: computed from a name, so that the server and
 * the tests' configuration have the same one and no key lies in any file of
 * the tree.
 */
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "key.h"
#include "util/text.h"

#define BITS 2048
#define SEED_BYTES 28

static bool compute(const char *address, gnutls_x509_privkey_t key)
{
	uint64_t words[4];
	gnutls_keygen_data_st seed = { .type = GNUTLS_KEYGEN_SEED,
				       .data = (unsigned char *)words,
				       .size = SEED_BYTES };
	uint64_t i;

	for (i = 0; i < 4; i++)
		words[i] = es_hash(i, "google", es_hash_str("key", address),
				   i);
	return gnutls_x509_privkey_generate2(key, GNUTLS_PK_RSA, BITS,
					     GNUTLS_PRIVKEY_FLAG_PROVABLE,
					     &seed, 1) == 0;
}

/* Once more by its numbers, since the computed one remembers its seed and
 * would say so in the file. */
static bool plain(const char *address, gnutls_x509_privkey_t key)
{
	gnutls_datum_t m = { 0 }, e = { 0 }, d = { 0 }, p = { 0 }, q = { 0 };
	gnutls_datum_t u = { 0 };
	gnutls_x509_privkey_t computed;
	bool good;

	if (gnutls_x509_privkey_init(&computed))
		return false;
	good = compute(address, computed) &&
	       !gnutls_x509_privkey_export_rsa_raw(computed, &m, &e, &d, &p,
						   &q, &u) &&
	       !gnutls_x509_privkey_import_rsa_raw(key, &m, &e, &d, &p, &q,
						   &u);
	gnutls_free(m.data);
	gnutls_free(e.data);
	gnutls_free(d.data);
	gnutls_free(p.data);
	gnutls_free(q.data);
	gnutls_free(u.data);
	gnutls_x509_privkey_deinit(computed);
	return good;
}

bool es_key_pem(const char *address, struct es_buf *out)
{
	gnutls_x509_privkey_t key;
	gnutls_datum_t pem = { 0 };
	bool good;

	if (gnutls_x509_privkey_init(&key))
		return false;
	good = plain(address, key) &&
	       !gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM,
						  NULL, GNUTLS_PKCS_PLAIN,
						  &pem);
	if (good)
		es_buf_add(out, pem.data, pem.size);
	gnutls_free(pem.data);
	gnutls_x509_privkey_deinit(key);
	return good;
}

/* Public halves by name.  To compute a key takes longer than all the rest of
 * an answer, and the same few sign every night. */
#define KNOWN_MAX 64

static struct known {
	char address[ES_NAME_MAX];
	gnutls_datum_t m, e;
} known[KNOWN_MAX];
static size_t n_known;
static pthread_mutex_t known_lock = PTHREAD_MUTEX_INITIALIZER;

static bool add_known(const char *address, struct known *slot)
{
	gnutls_x509_privkey_t key;
	bool good;

	if (gnutls_x509_privkey_init(&key))
		return false;
	good = compute(address, key) &&
	       !gnutls_x509_privkey_export_rsa_raw2(key, &slot->m, &slot->e,
						    NULL, NULL, NULL, NULL,
						    NULL, NULL);
	gnutls_x509_privkey_deinit(key);
	snprintf(slot->address, sizeof(slot->address), "%s", address);
	return good;
}

/* The one that is known, or the given one, computed anew: of a fleet with
 * more keys than there is room for. */
static const struct known *find_known(const char *address, struct known *own)
{
	const struct known *ret = NULL;
	size_t i;

	if (strlen(address) >= sizeof(own->address))
		return NULL;
	pthread_mutex_lock(&known_lock);
	for (i = 0; i < n_known && !ret; i++)
		if (!strcmp(known[i].address, address))
			ret = &known[i];
	if (!ret && n_known < KNOWN_MAX &&
	    add_known(address, &known[n_known]))
		ret = &known[n_known++];
	pthread_mutex_unlock(&known_lock);
	if (!ret && add_known(address, own))
		ret = own;
	return ret;
}

bool es_key_verifies(const char *address, const char *data, size_t n,
			const void *signature, size_t signature_len)
{
	gnutls_datum_t signed_data = { (unsigned char *)(uintptr_t)data,
				       (unsigned int)n };
	gnutls_datum_t sign = { (unsigned char *)(uintptr_t)signature,
				(unsigned int)signature_len };
	struct known own = { .m = { 0 }, .e = { 0 } };
	const struct known *key = find_known(address, &own);
	gnutls_pubkey_t public = NULL;
	bool good;

	good = key && !gnutls_pubkey_init(&public) &&
	       !gnutls_pubkey_import_rsa_raw(public, &key->m, &key->e) &&
	       gnutls_pubkey_verify_data2(public, GNUTLS_SIGN_RSA_SHA256, 0,
					  &signed_data, &sign) >= 0;
	if (public)
		gnutls_pubkey_deinit(public);
	gnutls_free(own.m.data);
	gnutls_free(own.e.data);
	return good;
}

void es_key_print(const char *vendor, const char *tenant, const char *app,
		  const char *client, const char *name, FILE *out)
{
	struct es_buf pem = ES_BUF_INIT;
	const char *p;

	if (es_key_pem(name, &pem)) {
		fprintf(out, "%s\t%s\t%s\t%s\tCANARY-%s-key\\n", vendor,
			tenant, app, client, vendor);
		/* In one line, as vendors' own key files have it. */
		for (p = es_buf_text(&pem); *p; p++) {
			if (*p != '\n')
				fputc(*p, out);
			else if (p[1])
				fputs("\\n", out);
		}
		fputc('\n', out);
	}
	es_buf_release(&pem);
}
