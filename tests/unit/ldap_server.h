/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A directory on loopback that answers by a script, for what a real one does
 * not do when it is asked to: ranges, size limits, forgotten cookies, silence.
 * It speaks what liblber packs and knows nothing of the scanner.
 */
#ifndef LDAP_SERVER_H
#define LDAP_SERVER_H

#include "base/buf.h"

enum ldap_reply_kind {
	LDAP_SAYS_END = 0,	/* of the script: searches find nothing */
	LDAP_SAYS_ENTRY,
	LDAP_SAYS_REFERENCE,	/* dn: the URL */
	LDAP_SAYS_RESULT,	/* ends a search */
	LDAP_SAYS_CLOSE,	/* ends the connection instead */
	LDAP_SAYS_NOTHING	/* and goes on to say nothing */
};

struct ldap_reply {
	enum ldap_reply_kind kind;
	const char *dn;
	/* ENTRY: name and values, all ended by NULL: "cn", "x", NULL, NULL */
	const char *const *attribute;
	int result;
	const char *text;
	const char *cookie;	/* RESULT: paged control with it; "" is the end */
};

struct ldap_server;

/* The script must outlive it.  bind_result and bind_text answer each bind. */
struct ldap_server *ldap_server_start(const struct ldap_reply *script,
				      int bind_result, const char *bind_text);
/* What it says the time is, before anything is asked; else it tells the
 * truth. */
void ldap_server_clock(struct ldap_server *server, const char *text);
/* ldap://127.0.0.1:PORT */
const char *ldap_server_url(const struct ldap_server *server);
/* Stops it; what it was asked, one line each, to log. */
void ldap_server_stop(struct ldap_server *server, struct ep_buf *log);

#endif
