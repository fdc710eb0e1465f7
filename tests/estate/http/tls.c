/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates made at start with GnuTLS; see the header. */
#include "http/tls.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "util/alloc.h"
#include "util/buf.h"
#include "util/text.h"

#define DAY ((time_t)86400)

struct pair {
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t crt;
};

static int pair_init(struct pair *p)
{
	unsigned int bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1);
	int rc = gnutls_x509_privkey_init(&p->key);

	rc = rc ? rc : gnutls_x509_crt_init(&p->crt);
	return rc ? rc : gnutls_x509_privkey_generate(p->key, GNUTLS_PK_ECDSA,
						      bits, 0);
}

static void pair_release(struct pair *p)
{
	if (p->key)
		gnutls_x509_privkey_deinit(p->key);
	if (p->crt)
		gnutls_x509_crt_deinit(p->crt);
}

static int basics(struct pair *p, const char *name, bool ca, time_t from,
		  time_t to)
{
	char serial[8];
	uint64_t h = es_hash_str(name, name) ^ (uint64_t)es_mono_ms();
	int rc;

	memcpy(serial, &h, sizeof(serial));
	serial[0] &= 0x7f;
	rc = gnutls_x509_crt_set_version(p->crt, 3);
	rc = rc ? rc : gnutls_x509_crt_set_serial(p->crt, serial,
						  sizeof(serial));
	rc = rc ? rc : gnutls_x509_crt_set_activation_time(p->crt, from);
	rc = rc ? rc : gnutls_x509_crt_set_expiration_time(p->crt, to);
	rc = rc ? rc : gnutls_x509_crt_set_dn_by_oid(
			       p->crt, GNUTLS_OID_X520_COMMON_NAME, 0, name,
			       (unsigned int)strlen(name));
	rc = rc ? rc : gnutls_x509_crt_set_ca_status(p->crt, ca);
	rc = rc ? rc : gnutls_x509_crt_set_key(p->crt, p->key);
	return rc;
}

static int make_ca(struct pair *ca, time_t now)
{
	int rc = pair_init(ca);

	rc = rc ? rc : basics(ca, "estate test authority", true,
			      now - 400 * DAY, now + 3650 * DAY);
	rc = rc ? rc : gnutls_x509_crt_set_key_usage(
			       ca->crt, GNUTLS_KEY_KEY_CERT_SIGN |
					GNUTLS_KEY_CRL_SIGN);
	return rc ? rc : gnutls_x509_crt_sign2(ca->crt, ca->crt, ca->key,
					       GNUTLS_DIG_SHA256, 0);
}

static int add_names(struct pair *p, bool wrong_host)
{
	static const unsigned char loopback[] = { 127, 0, 0, 1 };
	const char *dns = wrong_host ? "elsewhere.example" : "localhost";
	int rc = gnutls_x509_crt_set_subject_alt_name(
		p->crt, GNUTLS_SAN_DNSNAME, dns, (unsigned int)strlen(dns),
		GNUTLS_FSAN_SET);

	if (rc || wrong_host)
		return rc;
	return gnutls_x509_crt_set_subject_alt_name(
		p->crt, GNUTLS_SAN_IPADDRESS, loopback, sizeof(loopback),
		GNUTLS_FSAN_APPEND);
}

static int make_server(struct pair *p, const struct pair *ca,
		       const char *wrong, time_t now)
{
	time_t from = now - DAY, to = now + 365 * DAY;
	int rc = pair_init(p);

	if (wrong && !strcmp(wrong, "expired")) {
		from = now - 100 * DAY;
		to = now - DAY;
	} else if (wrong && !strcmp(wrong, "not-yet")) {
		from = now + 30 * DAY;
	}
	rc = rc ? rc : basics(p, "estate", false, from, to);
	rc = rc ? rc : add_names(p, wrong && !strcmp(wrong, "host"));
	rc = rc ? rc : gnutls_x509_crt_set_key_usage(
			       p->crt, GNUTLS_KEY_DIGITAL_SIGNATURE);
	rc = rc ? rc : gnutls_x509_crt_set_key_purpose_oid(
			       p->crt, GNUTLS_KP_TLS_WWW_SERVER, 0);
	return rc ? rc : gnutls_x509_crt_sign2(p->crt, ca->crt, ca->key,
					       GNUTLS_DIG_SHA256, 0);
}

static char *text_of(gnutls_datum_t *d)
{
	char *s = es_alloc((size_t)d->size + 1);

	memcpy(s, d->data, d->size);
	gnutls_free(d->data);
	return s;
}

static int export(const struct pair *p, char **ret_cert, char **ret_key)
{
	gnutls_datum_t cert, key;
	int rc = gnutls_x509_crt_export2(p->crt, GNUTLS_X509_FMT_PEM, &cert);

	if (rc)
		return rc;
	*ret_cert = text_of(&cert);
	rc = gnutls_x509_privkey_export2(p->key, GNUTLS_X509_FMT_PEM, &key);
	if (!rc)
		*ret_key = text_of(&key);
	return rc;
}

static int write_ca(const struct pair *ca, const char *dir)
{
	struct es_buf path = ES_BUF_INIT;
	char *cert = NULL, *key = NULL;
	FILE *f = NULL;
	int rc = export(ca, &cert, &key);

	if (mkdir(dir, 0755) && errno != EEXIST)
		rc = rc ? rc : -1;
	es_buf_fmt(&path, "%s/ca.pem", dir);
	if (!rc)
		f = fopen(path.p, "we");
	if (!f || fputs(cert, f) < 0)
		rc = -1;
	if (f && fclose(f))
		rc = -1;
	es_buf_release(&path);
	es_free(cert);
	es_free(key);
	return rc;
}

int es_tls_make(struct es_tls *t, const char *dir, const char *wrong,
		char msg[ES_MSG_MAX])
{
	struct pair ca = { NULL, NULL }, server = { NULL, NULL };
	time_t now = time(NULL);
	int rc = make_ca(&ca, now);

	memset(t, 0, sizeof(*t));
	rc = rc ? rc : make_server(&server, &ca, wrong, now);
	rc = rc ? rc : export(&server, &t->cert_pem, &t->key_pem);
	if (rc)
		snprintf(msg, ES_MSG_MAX, "certificate: %s",
			 gnutls_strerror(rc));
	else if ((rc = write_ca(&ca, dir)))
		snprintf(msg, ES_MSG_MAX, "%s/ca.pem: cannot be written",
			 dir);
	pair_release(&ca);
	pair_release(&server);
	return rc ? -1 : 0;
}

void es_tls_release(struct es_tls *t)
{
	es_free(t->cert_pem);
	es_free(t->key_pem);
	memset(t, 0, sizeof(*t));
}
