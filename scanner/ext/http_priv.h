/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files behind the doors to libcurl share; nobody else includes it.
 */
#ifndef EP_HTTP_PRIV_H
#define EP_HTTP_PRIV_H

#include <curl/curl.h>
#include <sys/socket.h>

#include "base/str.h"
#include "base/vec.h"
#include "ext/http.h"
#include "ext/http_address.h"

/* --- http_guard.c: addresses and environment ---------------------------- */

/* Removes every variable that libcurl or its TLS library would obey. */
void ep_http_clean_environment(void);

/* --- http_url.c --------------------------------------------------------- */

/* A URL that the door may send a request to.  *ret_https and the host with
 * its port, owned by the caller. */
int ep_http_url_check(const char *url, bool allow_loopback, bool *ret_https,
		      char **ret_host, struct ep_err *err) EP_MUST_CHECK;
/* The URL with query values left out, for a trace. */
void ep_http_url_trace(struct ep_buf *out, const char *url);

/* --- http_head.c: the response's header lines ---------------------------- */

struct ep_http_field {
	char *name;	/* lower case */
	char *value;
};

struct ep_http_head {
	EP_VEC(struct ep_http_field) field;
	size_t bytes;	/* of all lines, interim answers included */
	size_t lines;
	long status;
	bool complete;	/* the final answer's header has ended */
};

void ep_http_head_release(struct ep_http_head *head);
/* One line as libcurl hands it over.  An error ends the transfer: EP_ELIMIT
 * or EP_EDATA. */
int ep_http_head_line(struct ep_http_head *head, const char *s, size_t n,
		      struct ep_err *err) EP_MUST_CHECK;
const char *ep_http_head_get(const struct ep_http_head *head,
			     const char *name);

/* --- http_request.c: what may be sent ------------------------------------ */

/* Refuses a request that this door never sends, whoever asks. */
int ep_http_request_check(const struct ep_http_request *request,
			  const struct ep_http_options *options,
			  struct ep_err *err) EP_MUST_CHECK;
/* The header lines as libcurl wants them; false when memory is exhausted. */
bool ep_http_request_lines(const struct ep_http_request *from,
			   struct curl_slist **ret);
/* Overwrites before it frees: a line may hold a credential. */
void ep_http_request_lines_free(struct curl_slist *lines);

/* --- http_transfer.c ------------------------------------------------------ */

/* What every transfer of one door shares. */
struct ep_http_settings {
	struct ep_http_options options;
	CURLSH *share;
};

struct ep_http_host;

struct ep_http_transfer {
	const struct ep_http_settings *settings;
	struct ep_http_host *host;
	struct ep_http_transfer *next;	/* in a queue or the active list */
	struct ep_http_transfer *prev;	/* in the active list */
	CURL *easy;			/* NULL while it waits */
	bool https;
	enum ep_http_kind kind;
	char *url;
	struct curl_slist *lines;
	char *body;
	size_t body_len;
	size_t max_bytes;
	long connect_seconds;
	long total_seconds;
	void (*done)(void *to, struct ep_http_answer *answer);
	void *to;

	struct ep_http_head head;
	struct ep_http_answer answer;
	struct ep_err refused;	/* an address that was not connected to */
	struct ep_err stop;	/* why a callback of ours ended it */
	char curl_error[CURL_ERROR_SIZE];
};

/* NULL when memory is exhausted. */
struct ep_http_transfer *
ep_http_transfer_new(const struct ep_http_settings *settings,
		     const struct ep_http_request *request);
void ep_http_transfer_free(struct ep_http_transfer *t);
/* Puts every option on t->easy. */
int ep_http_transfer_prepare(struct ep_http_transfer *t, struct ep_err *err)
	EP_MUST_CHECK;
/* Fills the answer from how libcurl ended it, and traces it. */
void ep_http_transfer_finish(struct ep_http_transfer *t, CURLcode result);
/* Fills the answer of a transfer that could not even be started. */
void ep_http_transfer_fail(struct ep_http_transfer *t,
			   const struct ep_err *err);

#endif
