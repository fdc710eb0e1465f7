/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to libldap: searches in directories, page by page, answered
 * through a callback like those of the HTTP door.  libldap blocks, so each
 * directory in use has a thread of its own and a slow one holds up nobody
 * else; callbacks are called by ep_ldap_poll in the thread of the caller.
 *
 * What this door guarantees whatever the caller does:
 *  - only bind, StartTLS, search and abandon are ever sent;
 *  - nothing but TLS 1.2 or later with certificate and host name verified:
 *    ldaps://, or ldap:// with StartTLS before the bind.  The one exception
 *    is ldap:// to a loopback address literal where loopback is allowed;
 *  - no connection to link-local, metadata or reserved addresses (checked on
 *    the address actually used), to loopback only where allowed.  Private
 *    addresses are fine: directories live there;
 *  - referrals are reported and never followed; no configuration file or
 *    environment variable of libldap is obeyed;
 *  - an empty user or password is refused: a server would take it for an
 *    anonymous bind;
 *  - a refused bind is not tried again with the same credential: five wrong
 *    passwords lock an account;
 *  - entries, bytes, values and seconds of one answer are bounded;
 *  - attributes that the server hands out in ranges are whole, or the answer
 *    is an error.
 */
#ifndef EP_LDAP_H
#define EP_LDAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"

struct ep_ldap;

struct ep_ldap_options {
	bool allow_loopback;
	const char *ca_file;	/* of searches that name none; NULL: system's */
};

enum ep_ldap_scope { EP_LDAP_SUBTREE, EP_LDAP_ONE, EP_LDAP_BASE };

/* How a search ended. */
enum ep_ldap_end {
	EP_LDAP_OK,
	EP_LDAP_CONNECT,	/* no connection */
	EP_LDAP_TLS,		/* no trusted one */
	EP_LDAP_BIND,		/* the credential is not taken; see result */
	EP_LDAP_RESULT,		/* the search is not; see result */
	EP_LDAP_CUT,		/* the connection ended */
	EP_LDAP_LOST,		/* the server forgot where the listing is */
	EP_LDAP_TIMEOUT,
	EP_LDAP_LIMIT,
	EP_LDAP_REFUSED		/* by this door */
};

/* An account that may not bind although the password may be right, as the
 * diagnostic text of Active Directory tells. */
enum ep_ldap_account {
	EP_LDAP_UNTOLD,
	EP_LDAP_UNKNOWN,
	EP_LDAP_WRONG_PASSWORD,
	EP_LDAP_HOURS,
	EP_LDAP_WORKSTATION,
	EP_LDAP_PASSWORD_EXPIRED,
	EP_LDAP_DISABLED,
	EP_LDAP_ACCOUNT_EXPIRED,
	EP_LDAP_MUST_CHANGE,
	EP_LDAP_LOCKED
};

struct ep_ldap_answer {
	enum ep_ldap_end end;
	int result;		/* LDAP result code of BIND and RESULT */
	enum ep_ldap_account account;	/* of BIND */
	char why[512];		/* for end != OK: what happened, printable */
	/* {"entries":[{"dn":"...","mail":"...","member":["...",...]},...]}:
	 * one value is a string, several are an array, those of lists always
	 * are one.  objectGUID and objectSid are text; other values that are
	 * no UTF-8 are {"base64":"..."}.  Empty unless end is OK. */
	struct ep_buf body;
	char cursor[24];	/* of the next page; empty at the end */
	struct ep_words referrals;	/* URLs that were not followed */
	int64_t bytes;		/* of names and values received */
	int64_t ms;
	int64_t server_time;	/* the directory's clock, 0 unknown */
};

/* Result codes that callers tell apart (RFC 4511, appendix A). */
enum {
	EP_LDAP_OPERATIONS_ERROR = 1,
	EP_LDAP_TIME_LIMIT = 3,
	EP_LDAP_SIZE_LIMIT = 4,
	EP_LDAP_STRONGER_AUTH = 8,
	EP_LDAP_REFERRAL = 10,
	EP_LDAP_ADMIN_LIMIT = 11,
	EP_LDAP_UNAVAILABLE_CRITICAL = 12,
	EP_LDAP_CONFIDENTIALITY = 13,
	EP_LDAP_NO_OBJECT = 32,
	EP_LDAP_INVALID_CREDENTIALS = 49,
	EP_LDAP_NO_ACCESS = 50,
	EP_LDAP_BUSY = 51,
	EP_LDAP_UNAVAILABLE = 52
};

struct ep_ldap_search {
	const char *url;	/* ldaps://host[:port], ldap://host[:port]; all
				 * strings are copied by submit */
	const char *user;	/* DN, user@domain or DOMAIN\user */
	const char *password;
	const char *ca_file;	/* NULL: that of the options */
	const char *base;
	enum ep_ldap_scope scope;
	const char *filter;
	const char *const *attributes;
	size_t n_attributes;
	const char *const *lists;	/* attributes with many values */
	size_t n_lists;
	const char *const *links;	/* of both, those whose values are DNs:
					 * {"dn":"...","guid":"...","sid":"..."} */
	size_t n_links;
	bool deleted;		/* show deleted objects too */
	int page_size;		/* 0: the answer is one page */
	const char *cursor;	/* of the answer before; NULL: first page */
	size_t max_bytes;	/* 0: EP_PAGE_BYTES_MAX */
	int connect_seconds;	/* 0: EP_HTTP_CONNECT_SECONDS */
	int total_seconds;	/* 0: EP_HTTP_TOTAL_SECONDS */
	/* Called from ep_ldap_poll exactly once; the answer dies after it. */
	void (*done)(void *to, struct ep_ldap_answer *answer);
	void *to;
};

int ep_ldap_open(const struct ep_ldap_options *options, struct ep_ldap **ret,
		 struct ep_err *err) EP_MUST_CHECK;
/* Searches that wait or run end without their callback.  NULL is fine. */
void ep_ldap_close(struct ep_ldap *ldap);

/* Is url an acceptable place of a directory?  *ret_plain (may be NULL): it
 * is a loopback literal to which no TLS is spoken. */
int ep_ldap_check_url(const char *url, bool allow_loopback, bool *ret_plain,
		      struct ep_err *err) EP_MUST_CHECK;

/* Refusals by the door come back here and done is not called. */
int ep_ldap_submit(struct ep_ldap *ldap, const struct ep_ldap_search *search,
		   struct ep_err *err) EP_MUST_CHECK;
size_t ep_ldap_running(const struct ep_ldap *ldap);
/* A file descriptor that is readable while an answer waits for poll. */
int ep_ldap_fd(const struct ep_ldap *ldap);
/* Calls done for what ended, and ends handshakes that last too long, for
 * which it is to be called about once a second; never waits. */
void ep_ldap_poll(struct ep_ldap *ldap);

/* Appends a value as it stands in a filter (RFC 4515). */
void ep_ldap_escape(struct ep_buf *out, const char *s);

#endif
