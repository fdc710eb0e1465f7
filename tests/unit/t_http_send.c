/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the HTTP door sends and what it refuses to send, how it queues and
 * keeps connections, and what of the environment it ignores.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "ext/http.h"
#include "http_client.h"

#define OK "HTTP/1.1 200 OK\r\n"

static bool plain(struct peer *peer, const char *request)
{
	(void)request;
	return peer_puts(peer, OK "Date: Tue, 17 Nov 2026 02:00:00 GMT\r\n"
			 "X-Twice: a\r\nx-twice:  b \r\nEmpty:\r\n"
			 "Link: </a>; rel=\"self\"\r\n"
			 "Link: </b>; rel=\"next\"\r\n"
			 "Content-Length: 2\r\n\r\n{}");
}

static bool redirect(struct peer *peer, const char *request)
{
	(void)request;
	return peer_puts(peer, "HTTP/1.1 307 Temporary Redirect\r\n"
			 "Location: /plain\r\nContent-Length: 0\r\n\r\n");
}

static bool unauthorized(struct peer *peer, const char *request)
{
	(void)request;
	return peer_puts(peer, "HTTP/1.1 401 Unauthorized\r\n"
			 "WWW-Authenticate: Basic realm=\"x\"\r\n"
			 "Set-Cookie: s=1\r\nContent-Length: 2\r\n\r\n{}");
}

static bool silent(struct peer *peer, const char *request)
{
	(void)peer;
	(void)request;
	peer_wait_ms(2500);
	return false;
}

/* One answer for each connection; then the connection is dead. */
static bool once(struct peer *peer, const char *request)
{
	(void)request;
	peer_puts(peer, OK "Content-Length: 2\r\n\r\n{}");
	return false;
}

static const struct server_route routes[] = {
	{ "/plain", plain },
	{ "/redirect", redirect },
	{ "/unauthorized", unauthorized },
	{ "/silent", silent },
	{ "/once", once },
	{ NULL, NULL },
};

/* --- what is sent ----------------------------------------------------------------- */

static void test_no_redirect(void **state)
{
	static const struct ep_http_header header[] = {
		{ "Authorization", "Bearer CANARY" },
	};

	(void)state;
	get("/redirect");
	ended(EP_HTTP_OK, "");
	assert_int_equal(got.status, 307);
	send_request((struct ep_http_request){
		.kind = EP_HTTP_TOKEN,
		.url = url_of("/redirect"),
		.header = header,
		.headers = 1,
		.body = "client_secret=CANARY",
		.body_len = 20,
		.content_type = "application/x-www-form-urlencoded",
	});
	finish_all();
	assert_int_equal(got.status, 307);
	assert_int_equal(server_requests(server), 2);
	assert_false(log_has("/plain"));
}

static void test_no_authentication(void **state)
{
	(void)state;
	get("/unauthorized");
	ended(EP_HTTP_OK, "");
	assert_int_equal(got.status, 401);
	get("/plain");
	assert_int_equal(server_requests(server), 2);
	assert_false(log_has("\r\nCookie:"));
	assert_false(log_has("\r\nAuthorization:"));
}

static void test_post(void **state)
{
	static const struct ep_http_header header[] = {
		{ "X-Key", "k" },
		{ "X-Blank", "" },
	};

	(void)state;
	send_request((struct ep_http_request){
		.kind = EP_HTTP_SEARCH,
		.url = url_of("/plain"),
		.header = header,
		.headers = 2,
		.body = "{\"a\":1}",
		.body_len = 7,
		.content_type = "application/json",
	});
	finish_all();
	ended(EP_HTTP_OK, "");
	assert_true(log_has("POST /plain HTTP/1.1\r\n"));
	assert_true(log_has("\r\nX-Key: k\r\n"));
	assert_true(log_has("\r\nX-Blank:\r\n"));
	assert_true(log_has("\r\nContent-Type: application/json\r\n"));
	assert_true(log_has("\r\n\r\n{\"a\":1}"));
	assert_false(log_has("\r\nExpect:"));
}

static void refused_header(const char *name, const char *value, int code,
			   const char *why)
{
	struct ep_http_header header = { name, value };

	refused(http, (struct ep_http_request){ .url = url_of("/plain"),
						.header = &header,
						.headers = 1 }, code, why);
}

static void test_refused_headers(void **state)
{
	(void)state;
	refused_header("X-Key", "a\r\nX-Evil: 1", EP_EDATA, "line break");
	refused_header("X-Key", "a\nX-Evil: 1", EP_EDATA, "line break");
	refused_header("X-Key", "a\x01", EP_EDATA, "control");
	refused_header("X-Key", NULL, EP_EDATA, "missing");
	refused_header("X-Key\r\nX-Evil", "1", EP_EDATA, "token");
	refused_header("X-Key: 1\r\nX", "1", EP_EDATA, "token");
	refused_header("", "1", EP_EDATA, "token");
	refused_header("Host", "evil.example", EP_EPERM, "host");
	refused_header("content-LENGTH", "0", EP_EPERM, "content-length");
	refused_header("Transfer-Encoding", "chunked", EP_EPERM, "transfer");
	refused_header("Cookie", "a=b", EP_EPERM, "cookie");
	/* The message must not carry the credential. */
	refused_header("Authorization", "Bearer CANARY\n", EP_EDATA,
		       "Authorization");
	assert_null(strstr(err.msg, "CANARY"));
	assert_int_equal(server_requests(server), 0);
	assert_int_equal(got.calls, 0);
}

static void test_refused_kinds(void **state)
{
	const struct ep_http_options options = {
		.allow_loopback = true, .allow_ticket_write = true,
	};
	struct ep_http_request note = {
		.kind = EP_HTTP_TICKET, .url = url_of("/plain"),
		.content_type = "application/json", .body = "{}",
		.body_len = 2,
	};

	(void)state;
	refused(http, note, EP_EPERM, "switched off");
	note.kind = EP_HTTP_NOTICE;
	refused(http, note, EP_EPERM, "notices are switched off");
	refused(http, (struct ep_http_request){ .url = url_of("/plain"),
						.body = "x", .body_len = 1 },
		EP_EPERM, "GET with a body");
	refused(http, (struct ep_http_request){ .url = url_of("/plain"),
						.kind = (enum ep_http_kind)9 },
		EP_EPERM, "unknown kind");
	refused(http, (struct ep_http_request){ .url = url_of("/plain"),
						.kind = EP_HTTP_TOKEN },
		EP_EDATA, "content type");
	refused(http, (struct ep_http_request){ .url = url_of("/plain"),
						.kind = EP_HTTP_TOKEN,
						.content_type = "a\r\nb: c" },
		EP_EDATA, "content type");
	assert_int_equal(server_requests(server), 0);
	client_reopen(&options);
	/* Who may write to a ticket may not tell a chat. */
	refused(http, note, EP_EPERM, "notices are switched off");
	note.kind = EP_HTTP_TICKET;
	send_request(note);
	finish_all();
	ended(EP_HTTP_OK, "");
	assert_true(log_has("POST /plain"));
}

static void test_refused_urls(void **state)
{
	static const struct {
		const char *url;
		const char *why;
	} bad[] = {
		{ "ftp://127.0.0.1/", "only https" },
		{ "file:///etc/passwd", "refused" },
		{ "http://api.vendor.example/", "loopback" },
		{ "http://169.254.169.254/latest/meta-data", "link-local" },
		{ "https://u:p@api.vendor.example/", "refused" },
		{ "https://api.vendor.example/a/../token", "dot segments" },
		{ "https://api.vendor.example/u/..%2F..%2Ftoken",
		  "dot segments" },
		{ "https://api.vendor.example/a\r\nX: y", "control" },
		{ "", "empty" },
	};
	char url[60];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused(http, (struct ep_http_request){ .url = bad[i].url },
			EP_EDATA, bad[i].why);
	snprintf(url, sizeof(url), "http://127.1:%d/plain",
		 server_port(server));
	refused(http, (struct ep_http_request){ .url = url }, EP_EDATA,
		"two ways");
}

/* Without the switch for tests the very same server is out of reach. */
static void test_loopback_refused(void **state)
{
	const struct ep_http_options options = { .allow_loopback = false };
	struct ep_http *closed = NULL;
	char url[80];

	(void)state;
	assert_int_equal(ep_http_open(&options, &closed, &err), 0);
	snprintf(url, sizeof(url), "https://127.0.0.1:%d/plain",
		 server_port(server));
	refused(closed, (struct ep_http_request){ .url = url_of("/plain") },
		EP_EDATA, "clear text");
	refused(closed, (struct ep_http_request){ .url = url }, EP_EDATA,
		"loopback address");
	snprintf(url, sizeof(url), "https://localhost:%d/plain",
		 server_port(server));
	refused(closed, (struct ep_http_request){ .url = url }, EP_EDATA,
		"loopback address");
	ep_http_close(closed);
	assert_int_equal(server_connections(server), 0);
}

/* --- environment -------------------------------------------------------------------- */

static void test_environment(void **state)
{
	static const char *const bad[] = {
		"http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY",
		"no_proxy", "SSLKEYLOGFILE", "CURL_CA_BUNDLE", "CURL_HOME",
		"SSL_CERT_FILE", "SSL_CERT_DIR",
	};
	const struct ep_http_options options = { .allow_loopback = true };
	struct ep_http *other = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		setenv(bad[i], "http://127.0.0.1:1/", 1);
	setenv("proxy_of_mine", "stays", 1);
	assert_int_equal(ep_http_open(&options, &other, &err), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (getenv(bad[i]))
			fail_msg("%s is still set", bad[i]);
	assert_string_equal(getenv("proxy_of_mine"), "stays");
	ep_http_close(other);
	/* Set later, it is not obeyed either. */
	setenv("http_proxy", "http://127.0.0.1:1/", 1);
	get("/plain");
	ended(EP_HTTP_OK, "");
	unsetenv("http_proxy");
}

static void test_options(void **state)
{
	struct ep_http_options options = { .user_agent = "a\r\nX-Evil: 1" };
	struct ep_http *other = NULL;

	(void)state;
	assert_int_equal(ep_http_open(&options, &other, &err), EP_ECONFIG);
	options = (struct ep_http_options){ .ca_file = "no/such/ca.pem" };
	assert_int_equal(ep_http_open(&options, &other, &err), EP_ECONFIG);
	assert_non_null(strstr(err.msg, "no/such/ca.pem"));
	assert_null(other);
}

/* --- many at once --------------------------------------------------------------------- */

static void test_reuse(void **state)
{
	struct ep_http_totals totals;

	(void)state;
	for (int i = 0; i < 20; i++)
		get("/plain");
	ep_http_totals(http, &totals);
	assert_int_equal(totals.requests, 20);
	assert_int_equal(totals.connections, 1);
	assert_true(totals.wire_bytes > 20 * 100);
	assert_int_equal(server_connections(server), 1);
}

/* A kept connection that has died is no failure; a ticket is never sent on
 * one, since libcurl would send it again by itself. */
static void test_dead_connection(void **state)
{
	const struct ep_http_options options = {
		.allow_loopback = true, .allow_ticket_write = true,
	};

	(void)state;
	get("/once");
	get("/once");
	ended(EP_HTTP_OK, "");
	client_reopen(&options);
	get("/plain");
	for (int i = 0; i < 2; i++) {
		int before = server_connections(server);

		send_request((struct ep_http_request){
			.kind = EP_HTTP_TICKET, .url = url_of("/plain"),
			.content_type = "text/plain", .body = "x",
			.body_len = 1,
		});
		finish_all();
		ended(EP_HTTP_OK, "");
		assert_int_equal(server_connections(server), before + 1);
	}
}

static void done_again(void *to, struct ep_http_answer *answer)
{
	int *left = to;
	struct ep_http_request request = {
		.url = url_of("/plain"), .done = done_again, .to = to,
	};

	assert_int_equal(answer->end, EP_HTTP_OK);
	/* The door is driven from outside only. */
	assert_int_equal(ep_http_poll(http, 0, &err), EP_EBUG);
	if (--*left > 0)
		assert_int_equal(ep_http_submit(http, &request, &err), 0);
}

static void test_submit_in_callback(void **state)
{
	int left = 5;
	struct ep_http_request request = {
		.url = url_of("/plain"), .done = done_again, .to = &left,
	};

	(void)state;
	assert_int_equal(ep_http_submit(http, &request, &err), 0);
	finish_all();
	assert_int_equal(left, 0);
	assert_int_equal(server_requests(server), 5);
}

/* More than may run at once: all come, within the number of connections,
 * and waiting here does not count against a request's time. */
static void test_queue(void **state)
{
	const struct ep_http_options options = {
		.allow_loopback = true, .connections_per_host = 2,
	};

	(void)state;
	client_reopen(&options);
	for (int i = 0; i < 50; i++)
		send_request((struct ep_http_request){
			.url = url_of("/plain") });
	assert_int_equal(ep_http_running(http), 50);
	finish_all();
	assert_int_equal(got.calls, 50);
	assert_true(server_connections(server) <= 2);
	/* Two hang for their second; the third waits for both and is fine. */
	for (int i = 0; i < 2; i++)
		send_request((struct ep_http_request){
			.url = url_of("/silent"), .total_seconds = 1 });
	send_request((struct ep_http_request){ .url = url_of("/plain"),
					       .total_seconds = 1 });
	finish_all();
	assert_int_equal(got.calls, 53);
	ended(EP_HTTP_OK, "");
}

/* Closing drops what runs and what waits, without a callback. */
static void test_close_running(void **state)
{
	const struct ep_http_options options = {
		.allow_loopback = true, .connections_per_host = 1,
	};

	(void)state;
	client_reopen(&options);
	for (int i = 0; i < 3; i++)
		send_request((struct ep_http_request){
			.url = url_of("/silent") });
	assert_int_equal(ep_http_poll(http, 10, &err), 0);
	ep_http_close(http);
	http = NULL;
	assert_int_equal(got.calls, 0);
}

static void test_poll_waits(void **state)
{
	int64_t before = ep_clock_mono_ms();

	(void)state;
	assert_int_equal(ep_http_poll(http, 120, &err), 0);
	assert_true(ep_clock_mono_ms() - before >= 100);
	assert_true(strncmp(ep_http_version(), "7.", 2) == 0 ||
		    strncmp(ep_http_version(), "8.", 2) == 0);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, client_set_up, \
						client_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_no_redirect),
		CASE(test_no_authentication),
		CASE(test_post),
		CASE(test_refused_headers),
		CASE(test_refused_kinds),
		CASE(test_refused_urls),
		CASE(test_loopback_refused),
		CASE(test_environment),
		CASE(test_options),
		CASE(test_reuse),
		CASE(test_dead_connection),
		CASE(test_submit_in_callback),
		CASE(test_queue),
		CASE(test_close_running),
		CASE(test_poll_waits),
	};

	client_routes = routes;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
