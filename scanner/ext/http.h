/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to libcurl: one multi handle, many transfers, answers handed to a
 * callback.  What this door guarantees whatever the caller does:
 *  - https only, TLS 1.2 or later, peer and name verified; with loopback
 *    allowed, http to loopback works too;
 *  - no redirects, no proxy, no netrc, no cookies, no key log;
 *  - no connection to loopback or private addresses (checked on the address
 *    actually used) unless loopback is allowed, and never to link-local,
 *    metadata or reserved ones;
 *  - only GET, and POST where the request says it is a token or a search;
 *    two more POST kinds, EP_HTTP_TICKET and EP_HTTP_NOTICE, are each
 *    refused unless the door was opened with allow_ticket_write or
 *    allow_notice;
 *  - the body is counted after decompression and the transfer ended above
 *    max_bytes; only one layer of gzip; header bytes and count are bounded;
 *    two different Content-Length headers fail.  A body is whole as far as
 *    HTTP can tell: one that the server ends by closing the connection, or
 *    cut before it was packed, shows its loss only in its own syntax;
 *  - header names and values, URL and body come out of it in no log.
 */
#ifndef EP_HTTP_H
#define EP_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct ep_http;

struct ep_http_options {
	bool allow_loopback;
	bool allow_ticket_write;
	bool allow_notice;
	const char *ca_file;	/* NULL: the system's */
	const char *user_agent;
	long connections_per_host;	/* 0: 8 */
	long connections;		/* in all; 0: 64 */
	long answer_ms;		/* for each transfer; 0: what it says */
};

enum ep_http_kind {
	EP_HTTP_GET,
	EP_HTTP_TOKEN,	/* POST that asks for a token */
	EP_HTTP_SEARCH,	/* POST that only reads */
	EP_HTTP_TICKET,	/* the one write */
	EP_HTTP_NOTICE	/* tells a chat that something changed */
};

struct ep_http_header {
	const char *name;
	const char *value;	/* CR, LF and NUL are refused */
};

/* How a transfer ended below HTTP. */
enum ep_http_end {
	EP_HTTP_OK,		/* an answer with a whole body is there */
	EP_HTTP_CONNECT,	/* resolve, connect, send: nothing was answered */
	EP_HTTP_TLS,
	EP_HTTP_CUT,		/* the answer stopped before its end */
	EP_HTTP_TIMEOUT,	/* too slow or total time over */
	EP_HTTP_LIMIT,		/* body or headers above the limit */
	EP_HTTP_REFUSED		/* by this door: where it would have gone, or
				 * an answer that can be read in two ways */
};

struct ep_http_answer {
	enum ep_http_end end;
	long status;		/* 0 when no status line came */
	char why[512];		/* for end != OK: what happened, printable */
	struct ep_buf body;	/* owned by the answer; take it if you like;
				 * empty unless end is EP_HTTP_OK */
	int64_t wire_bytes;	/* received with headers, before
				 * decompression */
	int64_t ms;		/* from send to end */
	int64_t server_date;	/* Date header as time, 0 when none */
	void *headers;		/* private */
};

/* Case-insensitive; the last one of that name, but several Link lines as one
 * list; NULL when absent.  Lives as long as the answer. */
const char *ep_http_header(const struct ep_http_answer *answer,
			   const char *name);

struct ep_http_request {
	enum ep_http_kind kind;
	const char *url;		/* all strings are copied by submit */
	const struct ep_http_header *header;
	size_t headers;
	const char *body;		/* POST */
	size_t body_len;
	const char *content_type;	/* POST; needed there */
	size_t max_bytes;		/* 0: EP_PAGE_BYTES_MAX */
	long connect_seconds;		/* 0: 20 */
	long total_seconds;		/* 0: 120 */
	/* Called from ep_http_poll exactly once; the answer dies after it. */
	void (*done)(void *to, struct ep_http_answer *answer);
	void *to;
};

int ep_http_open(const struct ep_http_options *options, struct ep_http **ret,
		 struct ep_err *err) EP_MUST_CHECK;
/* Running and waiting transfers end without their callback.  Not from inside
 * a callback. */
void ep_http_close(struct ep_http *http);

/* Refusals by the door (URL, kind, header) come back here as EP_EPERM or
 * EP_EDATA and done is not called.  May be called from inside a callback. */
int ep_http_submit(struct ep_http *http, const struct ep_http_request *request,
		   struct ep_err *err) EP_MUST_CHECK;
size_t ep_http_running(const struct ep_http *http);
/* Drives transfers and calls done for finished ones; waits at most
 * timeout_ms for something to happen, also when nothing is running. */
int ep_http_poll(struct ep_http *http, int timeout_ms, struct ep_err *err)
	EP_MUST_CHECK;
/* A descriptor that ends the wait of ep_http_poll too once it is readable;
 * -1: none. */
void ep_http_watch(struct ep_http *http, int fd);
/* Totals of this door: requests sent, connections opened, bytes. */
struct ep_http_totals {
	int64_t requests;
	int64_t connections;
	int64_t wire_bytes;
};
void ep_http_totals(const struct ep_http *http, struct ep_http_totals *ret);

/* --- URLs --------------------------------------------------------------- */

/* Is url an acceptable base (https, or http to loopback when allowed; host,
 * no user part, no query, no fragment, no dot segments)? */
int ep_http_check_base(const char *url, bool allow_loopback,
		       struct ep_err *err) EP_MUST_CHECK;

/* A base that an answer of `from` named: as above, with the scheme and port
 * of `from`, on its host or on one of these domains or below. */
int ep_http_check_found(const char *url, const char *from,
			char *const *domains, size_t n, bool allow_loopback,
			struct ep_err *err) EP_MUST_CHECK;

/* Decides about a next link found in an answer to the request `from`, where
 * base is the connection's base URL: appends the absolute URL to request.
 * It has base's scheme, host and port, and base's path or one below it; a
 * relative link is resolved against `from`.  EP_EDATA names why it is refused;
 * an empty or NULL link is refused too, whether it ends the list is for the
 * caller to know.  URI templates ("{&page}") are the caller's to cut off.
 * Cases: tests/fixtures/hostile/next-links.json. */
int ep_http_next(const char *base, const char *from, const char *link,
		 struct ep_buf *ret_url, struct ep_err *err) EP_MUST_CHECK;

/* The target of rel=next in a Link header (RFC 8288), appended to out; false
 * when there is none. */
bool ep_http_link_next(const char *link_header, struct ep_buf *out);

const char *ep_http_version(void);

#endif
