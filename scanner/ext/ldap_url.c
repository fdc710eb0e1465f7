/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places of directories, and values inside filters.
 */
#include "ext/ldap.h"

#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "ext/http_address.h"

static int refuse(struct ep_err *err, const char *why)
{
	return ep_err_set(err, EP_EDATA, "the directory's address: %s", why);
}

static bool is_host(struct ep_str host)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789.-_:[]";

	for (size_t i = 0; i < host.n; i++) {
		if (!host.p[i] || !strchr(allowed, host.p[i]))
			return false;
	}
	return host.n > 0 && host.n < 254 && host.p[0] != '.' &&
	       host.p[0] != '-';
}

/* Cuts the port off; false when it is none. */
static bool cut_port(struct ep_str *host)
{
	const char *end = host->p + host->n;
	const char *colon = memrchr(host->p, ':', host->n);
	int64_t port;

	if (!colon || (host->n && host->p[0] == '[' && end[-1] == ']'))
		return true;
	if (!ep_str_intn((struct ep_str){ colon + 1,
					  (size_t)(end - colon - 1) },
			 &port) ||
	    port < 1 || port > 65535)
		return false;
	host->n = (size_t)(colon - host->p);
	return true;
}

static int check_literal(const char *host, bool secure, bool allow_loopback,
			 bool *ret_plain, struct ep_err *err)
{
	enum ep_http_address class;

	*ret_plain = false;
	if (!ep_http_address_literal(host, &class))
		return 0;
	if (class == EP_HTTP_NEVER ||
	    (class == EP_HTTP_LOOPBACK && !allow_loopback))
		return ep_err_set(err, EP_EPERM,
				  "the directory's address: %s is a %s one, "
				  "which is never connected to",
				  host, ep_http_address_word(class));
	*ret_plain = class == EP_HTTP_LOOPBACK && !secure;
	return 0;
}

int ep_ldap_check_url(const char *url, bool allow_loopback, bool *ret_plain,
		      struct ep_err *err)
{
	EP_AUTO_FREE char *name = NULL;
	bool secure = ep_str_starts(url, "ldaps://");
	struct ep_str host;
	bool plain;
	int rc;

	if (!secure && !ep_str_starts(url, "ldap://"))
		return refuse(err, "it must start with ldaps:// or ldap:// "
				   "(with StartTLS)");
	host = ep_str(strchr(url, '/') + 2);
	if (!cut_port(&host))
		return refuse(err, "its port is no number from 1 to 65535");
	if (!is_host(host))
		return refuse(err, "after the scheme comes a host name, "
				   "perhaps a port, and nothing else");
	name = ep_strndup(host.p, host.n);
	rc = check_literal(name, secure, allow_loopback, &plain, err);
	if (rc == 0 && ret_plain)
		*ret_plain = plain;
	return rc;
}

void ep_ldap_escape(struct ep_buf *out, const char *s)
{
	for (; *s; s++) {
		if (strchr("*()\\", *s) || (unsigned char)*s < ' ')
			ep_buf_addf(out, "\\%02x", (unsigned char)*s);
		else
			ep_buf_addc(out, *s);
	}
}
