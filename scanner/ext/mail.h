/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to libcurl's SMTP: one message to some addresses.  Guaranteed
 * whatever the caller passes:
 *  - TLS 1.2 or later with a verified server, from the start (smtps://) or by
 *    STARTTLS before anything is said; without it only to loopback, and only
 *    when that is allowed;
 *  - addresses are plain ones, and no text reaches a header line but encoded
 *    (RFC 2047): nothing can add a header, a recipient or a part;
 *  - the body is text in base64.
 */
#ifndef EP_MAIL_H
#define EP_MAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct ep_mail {
	const char *server;	/* smtps://host[:port] or smtp://host[:port] */
	const char *user;	/* NULL: no authentication */
	const char *password;
	const char *from;
	const char *const *to;
	size_t n_to;
	const char *subject;
	const char *text;
	const char *id;		/* left part of the Message-ID: [a-z0-9-] */
	int64_t date;
	bool allow_loopback;
	const char *ca_file;	/* NULL: the system's */
};

/* local@domain of letters, digits and . _ % + - alone. */
bool ep_mail_address_valid(const char *address);
/* smtps:// or smtp:// with a host and nothing behind it. */
bool ep_mail_server_valid(const char *server);
/* EP_EDATA for what would not be a message; EP_EUNAVAIL and EP_EDENIED when
 * the server was not reached or does not take it. */
int ep_mail_send(const struct ep_mail *mail, struct ep_err *err) EP_MUST_CHECK;
/* The message as it is sent, for tests and for looking at. */
int ep_mail_write(const struct ep_mail *mail, struct ep_buf *out,
		  struct ep_err *err) EP_MUST_CHECK;

#endif
