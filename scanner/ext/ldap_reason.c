/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a server says when it refuses, in words.
 */
#include "ext/ldap_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

/* Of the server's own text; its first line tells all there is. */
#define SAID_MAX 200

void ep_ldap_end_set(struct ep_ldap_answer *answer, enum ep_ldap_end end,
		     const char *fmt, ...)
{
	va_list ap;

	answer->end = end;
	va_start(ap, fmt);
	if (vsnprintf(answer->why, sizeof(answer->why), fmt, ap) < 0)
		answer->why[0] = '\0';
	va_end(ap);
}

/* "80090308: LdapErr: DSID-0C090449, comment: AcceptSecurityContext error,
 * data 52e, v4563" */
enum ep_ldap_account ep_ldap_account_of(const char *diagnostic)
{
	static const struct {
		const char *data;
		enum ep_ldap_account account;
	} known[] = {
		{ "525", EP_LDAP_UNKNOWN },
		{ "52e", EP_LDAP_WRONG_PASSWORD },
		{ "530", EP_LDAP_HOURS },
		{ "531", EP_LDAP_WORKSTATION },
		{ "532", EP_LDAP_PASSWORD_EXPIRED },
		{ "533", EP_LDAP_DISABLED },
		{ "701", EP_LDAP_ACCOUNT_EXPIRED },
		{ "773", EP_LDAP_MUST_CHANGE },
		{ "775", EP_LDAP_LOCKED },
	};
	const char *at = diagnostic ? strstr(diagnostic, "data ") : NULL;
	size_t n;

	if (!at)
		return EP_LDAP_UNTOLD;
	at += strlen("data ");
	n = strspn(at, "0123456789abcdefABCDEF");
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (n == strlen(known[i].data) &&
		    strncasecmp(at, known[i].data, n) == 0)
			return known[i].account;
	}
	return EP_LDAP_UNTOLD;
}

void ep_ldap_end_result(struct ep_ldap_answer *answer, enum ep_ldap_end end,
			int result, const char *diagnostic)
{
	struct ep_buf text;
	size_t n = diagnostic ? strcspn(diagnostic, "\r\n") : 0;

	ep_buf_init(&text, SAID_MAX * 8);
	if (n > SAID_MAX)
		n = ep_utf8_cut(diagnostic, SAID_MAX);
	if (n)
		ep_str_printable(&text, diagnostic, n);
	answer->result = result;
	if (end == EP_LDAP_BIND)
		answer->account = ep_ldap_account_of(diagnostic);
	ep_ldap_end_set(answer, end, "LDAP result %d, %s%s%s%s", result,
			ldap_err2string(result), n ? " \"" : "",
			n ? text.s : "", n ? "\"" : "");
	ep_buf_release(&text);
}
