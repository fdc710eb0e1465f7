/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One transfer: its options, the callbacks that watch it, and the verdict on
 * how it ended.
 */
#include "ext/http_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"

/* Compressed bytes may exceed unpacked ones by the framing of the coding. */
#define WIRE_SLACK (64 * 1024)

static long or_default(long value, long otherwise)
{
	return value > 0 ? value : otherwise;
}

struct ep_http_transfer *
ep_http_transfer_new(const struct ep_http_settings *settings,
		     const struct ep_http_request *request)
{
	struct ep_http_transfer *t = ep_calloc(1, sizeof(*t));

	t->settings = settings;
	t->kind = request->kind;
	t->url = ep_strdup(request->url);
	t->max_bytes = request->max_bytes ? request->max_bytes
					  : EP_PAGE_BYTES_MAX;
	t->connect_seconds = or_default(request->connect_seconds,
					EP_HTTP_CONNECT_SECONDS);
	t->total_seconds = or_default(request->total_seconds,
				      EP_HTTP_TOTAL_SECONDS);
	t->done = request->done;
	t->to = request->to;
	ep_buf_init(&t->answer.body, t->max_bytes);
	if (request->kind != EP_HTTP_GET) {
		t->body = ep_calloc(request->body_len + 1, 1);
		t->body_len = request->body_len;
		if (request->body)
			memcpy(t->body, request->body, t->body_len);
	}
	if (!ep_http_request_lines(request, &t->lines)) {
		ep_http_transfer_free(t);
		return NULL;
	}
	return t;
}

void ep_http_transfer_free(struct ep_http_transfer *t)
{
	ep_http_request_lines_free(t->lines);
	ep_wipe(t->body, t->body_len);
	ep_free(t->body);
	ep_free(t->url);
	ep_http_head_release(&t->head);
	ep_buf_release(&t->answer.body);
	ep_free(t);
}

/* --- callbacks ----------------------------------------------------------- */

static size_t on_header(char *s, size_t size, size_t n, void *to)
{
	struct ep_http_transfer *t = to;

	if (ep_http_head_line(&t->head, s, size * n, &t->stop) < 0)
		return 0;
	return size * n;
}

static size_t on_body(char *s, size_t size, size_t n, void *to)
{
	struct ep_http_transfer *t = to;

	ep_buf_add(&t->answer.body, s, size * n);
	if (!t->answer.body.overflow)
		return size * n;
	ep_err_set(&t->stop, EP_ELIMIT, "the body is above %zu bytes "
		   "(EP_PAGE_BYTES_MAX)", t->max_bytes);
	return 0;
}

/* Catches a coding that eats bytes and yields none. */
static int on_progress(void *to, curl_off_t total, curl_off_t now,
		       curl_off_t up_total, curl_off_t up)
{
	struct ep_http_transfer *t = to;

	(void)total;
	(void)up_total;
	(void)up;
	if (now < 0 || (uint64_t)now <= (uint64_t)t->max_bytes + WIRE_SLACK)
		return 0;
	ep_err_set(&t->stop, EP_ELIMIT, "more than %zu bytes came over the "
		   "wire (EP_PAGE_BYTES_MAX)", t->max_bytes);
	return 1;
}

/* Looks at the address itself, after every name resolution. */
static curl_socket_t on_socket(void *to, curlsocktype purpose,
			       struct curl_sockaddr *address)
{
	struct ep_http_transfer *t = to;
	enum ep_http_address class = ep_http_address_class(&address->addr);

	if (purpose != CURLSOCKTYPE_IPCXN ||
	    !ep_http_address_allowed(class, t->https,
				     t->settings->options.allow_loopback)) {
		ep_err_set(&t->refused, EP_EPERM, "the host's name leads to a "
			   "%s address; nothing was sent",
			   ep_http_address_word(class));
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC,
		      address->protocol);
}

/* --- options ------------------------------------------------------------- */

/* The type check of curl_easy_setopt needs the literal option. */
#define SET(option, value)                                                \
	do {                                                              \
		if (rc == CURLE_OK)                                       \
			rc = curl_easy_setopt(t->easy, option, value);    \
	} while (0)

static CURLcode set_rules(struct ep_http_transfer *t)
{
	CURLcode rc = CURLE_OK;

	SET(CURLOPT_PROTOCOLS_STR, t->https ? "https" : "http");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_QUICK_EXIT, 1L);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	SET(CURLOPT_ACCEPT_ENCODING, "gzip");
	SET(CURLOPT_HTTP09_ALLOWED, 0L);
	SET(CURLOPT_MAXFILESIZE_LARGE,
	    (curl_off_t)(t->max_bytes + WIRE_SLACK));
	SET(CURLOPT_CONNECTTIMEOUT, t->connect_seconds);
	if (t->settings->options.answer_ms > 0)
		SET(CURLOPT_TIMEOUT_MS, t->settings->options.answer_ms);
	else
		SET(CURLOPT_TIMEOUT, t->total_seconds);
	SET(CURLOPT_LOW_SPEED_LIMIT, (long)EP_HTTP_SLOW_BYTES);
	SET(CURLOPT_LOW_SPEED_TIME, (long)EP_HTTP_SLOW_SECONDS);
	/* Better one more stream than one more connection; without TLS there
	 * are no streams to wait for. */
	SET(CURLOPT_PIPEWAIT, t->https ? 1L : 0L);
	return rc;
}

static CURLcode set_callbacks(struct ep_http_transfer *t)
{
	CURLcode rc = CURLE_OK;

	SET(CURLOPT_PRIVATE, t);
	SET(CURLOPT_ERRORBUFFER, t->curl_error);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, t);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, t);
	SET(CURLOPT_XFERINFOFUNCTION, on_progress);
	SET(CURLOPT_XFERINFODATA, t);
	SET(CURLOPT_NOPROGRESS, 0L);
	SET(CURLOPT_OPENSOCKETFUNCTION, on_socket);
	SET(CURLOPT_OPENSOCKETDATA, t);
	return rc;
}

static CURLcode set_request(struct ep_http_transfer *t)
{
	const struct ep_http_options *options = &t->settings->options;
	CURLcode rc = CURLE_OK;

	SET(CURLOPT_SHARE, t->settings->share);
	SET(CURLOPT_URL, t->url);
	SET(CURLOPT_HTTPHEADER, t->lines);
	SET(CURLOPT_USERAGENT, options->user_agent);
	if (options->ca_file) {
		SET(CURLOPT_CAINFO, options->ca_file);
		SET(CURLOPT_CAPATH, NULL);
	}
	if (t->kind == EP_HTTP_GET) {
		SET(CURLOPT_HTTPGET, 1L);
		return rc;
	}
	SET(CURLOPT_POST, 1L);
	SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->body_len);
	SET(CURLOPT_POSTFIELDS, t->body);
	/* libcurl sends again by itself when a kept connection turns out dead.
	 * That must not write a note into a ticket twice. */
	if (t->kind == EP_HTTP_TICKET || t->kind == EP_HTTP_NOTICE)
		SET(CURLOPT_FRESH_CONNECT, 1L);
	return rc;
}

int ep_http_transfer_prepare(struct ep_http_transfer *t, struct ep_err *err)
{
	CURLcode rc = set_rules(t);

	if (rc == CURLE_OK)
		rc = set_callbacks(t);
	if (rc == CURLE_OK)
		rc = set_request(t);
	if (rc != CURLE_OK)
		return ep_err_set(err, EP_EBUG, "libcurl refuses an option: "
				  "%s; nothing was sent",
				  curl_easy_strerror(rc));
	return 0;
}

/* --- the end --------------------------------------------------------------- */

static enum ep_http_end end_of_tls(CURLcode result)
{
	switch (result) {
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_CRL_BADFILE:
	case CURLE_SSL_INVALIDCERTSTATUS:
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
	case CURLE_SSL_CLIENTCERT:
	case CURLE_SSL_ENGINE_INITFAILED:
	case CURLE_USE_SSL_FAILED:
		return EP_HTTP_TLS;
	default:
		return EP_HTTP_OK;
	}
}

static enum ep_http_end end_of(const struct ep_http_transfer *t,
			       CURLcode result)
{
	enum ep_http_end tls = end_of_tls(result);

	if (tls != EP_HTTP_OK)
		return tls;
	switch (result) {
	case CURLE_OK:
		return EP_HTTP_OK;
	case CURLE_OPERATION_TIMEDOUT:
		return EP_HTTP_TIMEOUT;
	case CURLE_FILESIZE_EXCEEDED:
	case CURLE_OUT_OF_MEMORY:	/* also a header line above 100 KB */
		return EP_HTTP_LIMIT;
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_BAD_CONTENT_ENCODING:
		return EP_HTTP_CUT;
	default:
		/* Without a status line there was no answer to cut. */
		return t->head.status ? EP_HTTP_CUT : EP_HTTP_CONNECT;
	}
}

static void set_why(struct ep_http_answer *answer, const char *what,
		    const char *detail)
{
	struct ep_buf text;

	ep_buf_init(&text, sizeof(answer->why) - 1);
	ep_buf_adds(&text, what);
	if (detail) {
		ep_buf_adds(&text, ": ");
		ep_str_printable(&text, detail, strlen(detail));
	}
	snprintf(answer->why, sizeof(answer->why), "%s", text.s);
	ep_buf_release(&text);
}

static const char *word_of(enum ep_http_end end)
{
	switch (end) {
	case EP_HTTP_CONNECT:
		return "no answer";
	case EP_HTTP_TLS:
		return "the TLS connection is not trusted";
	case EP_HTTP_CUT:
		return "the answer was cut short or is malformed";
	case EP_HTTP_TIMEOUT:
		return "too slow";
	case EP_HTTP_LIMIT:
		return "the answer is above a limit";
	default:
		return "refused";
	}
}

static void judge(struct ep_http_transfer *t, CURLcode result)
{
	struct ep_http_answer *answer = &t->answer;

	if (t->stop.code != EP_OK) {
		answer->end = t->stop.code == EP_ELIMIT ? EP_HTTP_LIMIT
							: EP_HTTP_REFUSED;
		set_why(answer, t->stop.msg, NULL);
		return;
	}
	answer->end = end_of(t, result);
	if (answer->end == EP_HTTP_OK)
		return;
	if (result == CURLE_FILESIZE_EXCEEDED) {
		snprintf(answer->why, sizeof(answer->why), "the body is "
			 "announced above %zu bytes (EP_PAGE_BYTES_MAX)",
			 t->max_bytes);
		return;
	}
	if (answer->end == EP_HTTP_CONNECT && t->refused.code != EP_OK) {
		answer->end = EP_HTTP_REFUSED;
		set_why(answer, t->refused.msg, NULL);
		return;
	}
	set_why(answer, word_of(answer->end),
		t->curl_error[0] ? t->curl_error : curl_easy_strerror(result));
}

static void measure(struct ep_http_transfer *t)
{
	struct ep_http_answer *answer = &t->answer;
	curl_off_t bytes = 0;
	curl_off_t us = 0;
	const char *date = ep_http_head_get(&t->head, "date");

	curl_easy_getinfo(t->easy, CURLINFO_SIZE_DOWNLOAD_T, &bytes);
	curl_easy_getinfo(t->easy, CURLINFO_TOTAL_TIME_T, &us);
	answer->wire_bytes = bytes + (int64_t)t->head.bytes;
	answer->ms = us / 1000;
	answer->status = t->head.status;
	if (!date || !ep_time_http(date, &answer->server_date))
		answer->server_date = 0;
}

static void trace(const struct ep_http_transfer *t)
{
	static const char *const end[] = { "ok", "connect", "tls", "cut",
					   "timeout", "limit", "refused" };
	struct ep_buf url;

	if (!ep_log_tracing("http"))
		return;
	ep_buf_init(&url, EP_URL_BYTES_MAX);
	ep_http_url_trace(&url, t->url);
	/* The path of a webhook is what lets one post to it. */
	if (t->kind == EP_HTTP_NOTICE)
		ep_buf_cut(&url, (size_t)(strcspn(url.s + 8, "/") + 8));
	ep_log(EP_LOG_TRACE, "http", "%s %s %ld %s %" PRId64 " bytes %" PRId64
	       " ms", t->kind == EP_HTTP_GET ? "GET" : "POST", url.s,
	       t->answer.status, end[t->answer.end], t->answer.wire_bytes,
	       t->answer.ms);
	ep_buf_release(&url);
}

void ep_http_transfer_finish(struct ep_http_transfer *t, CURLcode result)
{
	measure(t);
	judge(t, result);
	/* Half a body must not be mistaken for one. */
	if (t->answer.end != EP_HTTP_OK)
		ep_buf_clear(&t->answer.body);
	t->answer.headers = &t->head;
	trace(t);
}

void ep_http_transfer_fail(struct ep_http_transfer *t,
			   const struct ep_err *err)
{
	t->answer.end = EP_HTTP_REFUSED;
	set_why(&t->answer, err->msg, NULL);
	t->answer.headers = &t->head;
	trace(t);
}

const char *ep_http_header(const struct ep_http_answer *answer,
			   const char *name)
{
	return answer->headers ? ep_http_head_get(answer->headers, name)
			       : NULL;
}
