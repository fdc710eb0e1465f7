/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP door against a server that misbehaves: what is cut, too large,
 * too slow or ambiguous is told apart from an answer, and nothing is sent
 * that was not asked for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ext/http.h"
#include "http_client.h"

#define OK "HTTP/1.1 200 OK\r\n"

/* {"users":["ann","bob"]} */
static const unsigned char gz_small[] = {
	0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xab, 0x56,
	0x2a, 0x2d, 0x4e, 0x2d, 0x2a, 0x56, 0xb2, 0x8a, 0x56, 0x4a, 0xcc, 0xcb,
	0x53, 0xd2, 0x51, 0x4a, 0xca, 0x4f, 0x52, 0x8a, 0xad, 0x05, 0x00, 0x07,
	0x1d, 0xc7, 0xbe, 0x17, 0x00, 0x00, 0x00,
};

/* 65,536 NUL bytes, packed once and twice */
static const unsigned char gz_bomb[] = {
	0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xed, 0xc1,
	0x01, 0x01, 0x00, 0x00, 0x00, 0x80, 0x90, 0xfe, 0xaf, 0xee, 0x08, 0x0a,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x6a, 0xeb, 0x8e, 0x97, 0xd7, 0x00, 0x00, 0x01, 0x00,
};

static const unsigned char gz_twice[] = {
	0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x93, 0xef,
	0xe6, 0x60, 0x00, 0x01, 0x26, 0xe6, 0xb7, 0x07, 0x19, 0x19, 0x81, 0x8c,
	0x86, 0x09, 0xff, 0xd6, 0xbf, 0xe3, 0xe0, 0x62, 0xa0, 0x0c, 0x64, 0xbd,
	0xee, 0x9b, 0x7e, 0x9d, 0x81, 0x81, 0x91, 0x01, 0x00, 0xf7, 0xa2, 0x1c,
	0xd9, 0x60, 0x00, 0x00, 0x00,
};

static bool send_packed(struct peer *peer, const char *coding, const void *p,
			size_t n, size_t announced)
{
	char head[200];

	snprintf(head, sizeof(head), OK "Content-Encoding: %s\r\n"
		 "Content-Length: %zu\r\n\r\n", coding, announced);
	return peer_puts(peer, head) && peer_send(peer, p, n);
}

static bool plain(struct peer *peer, const char *request)
{
	(void)request;
	return peer_puts(peer, OK "Date: Tue, 17 Nov 2026 02:00:00 GMT\r\n"
			 "X-Twice: a\r\nx-twice:  b \r\nEmpty:\r\n"
			 "Link: </a>; rel=\"self\"\r\n"
			 "Link: </b>; rel=\"next\"\r\n"
			 "Content-Length: 2\r\n\r\n{}");
}

static bool gzip_whole(struct peer *peer, const char *request)
{
	(void)request;
	return send_packed(peer, "gzip", gz_small, sizeof(gz_small),
			   sizeof(gz_small));
}

static bool gzip_cut(struct peer *peer, const char *request)
{
	(void)request;
	send_packed(peer, "gzip", gz_small, sizeof(gz_small) - 12,
		    sizeof(gz_small));
	return false;
}

static bool gzip_broken(struct peer *peer, const char *request)
{
	(void)request;
	return send_packed(peer, "gzip", "not gzip at all", 15, 15);
}

static bool gzip_bomb(struct peer *peer, const char *request)
{
	(void)request;
	return send_packed(peer, "gzip", gz_bomb, sizeof(gz_bomb),
			   sizeof(gz_bomb));
}

/* Empty stored blocks for ever: bytes come in, none come out. */
static bool gzip_hungry(struct peer *peer, const char *request)
{
	static const unsigned char start[] = { 0x1f, 0x8b, 8, 0, 0,
					       0,    0,	   0, 0, 3 };
	unsigned char blocks[5 * 1000];
	bool alive;

	(void)request;
	for (size_t i = 0; i < sizeof(blocks); i += 5)
		memcpy(blocks + i, "\x00\x00\x00\xff\xff", 5);
	alive = peer_puts(peer, "HTTP/1.0 200 OK\r\n"
			  "Content-Encoding: gzip\r\n\r\n") &&
		peer_send(peer, start, sizeof(start));
	for (int i = 0; i < 2000 && alive; i++)
		alive = peer_send(peer, blocks, sizeof(blocks));
	return false;
}

static bool gzip_twice(struct peer *peer, const char *request)
{
	(void)request;
	return send_packed(peer, "gzip, gzip", gz_twice, sizeof(gz_twice),
			   sizeof(gz_twice));
}

static bool gzip_two_lines(struct peer *peer, const char *request)
{
	(void)request;
	return send_packed(peer, "gzip\r\nContent-Encoding: gzip", gz_twice,
			   sizeof(gz_twice), sizeof(gz_twice));
}

static bool deflate(struct peer *peer, const char *request)
{
	(void)request;
	return send_packed(peer, "deflate", "x", 1, 1);
}

static bool transfer_gzip(struct peer *peer, const char *request)
{
	(void)request;
	return peer_puts(peer, OK "Transfer-Encoding: gzip, chunked\r\n\r\n"
			 "0\r\n\r\n");
}

static bool length_cut(struct peer *peer, const char *request)
{
	(void)request;
	peer_puts(peer, OK "Content-Length: 100\r\n\r\n{\"users\":[]}");
	return false;
}

static bool chunked(struct peer *peer, const char *request)
{
	(void)request;
	return peer_puts(peer, OK "Transfer-Encoding: chunked\r\n\r\n"
			 "3\r\n[1,\r\n2\r\n2]\r\n0\r\nX-Trailer: late\r\n"
			 "Link: </evil>; rel=next\r\n\r\n");
}

static bool chunked_cut(struct peer *peer, const char *request)
{
	(void)request;
	peer_puts(peer, OK "Transfer-Encoding: chunked\r\n\r\n3\r\n[1]\r\n");
	return false;
}

static bool chunked_endless(struct peer *peer, const char *request)
{
	(void)request;
	peer_puts(peer, OK "Transfer-Encoding: chunked\r\n\r\n");
	for (int i = 0; i < 100000; i++)
		if (!peer_puts(peer, "20\r\n0000000000000000"
			       "0000000000000000\r\n"))
			break;
	return false;
}

static bool until_close(struct peer *peer, const char *request)
{
	(void)request;
	peer_puts(peer, "HTTP/1.0 200 OK\r\n\r\n{\"users\":[\"ann\"");
	return false;
}

static bool two_lengths(struct peer *peer, const char *request)
{
	(void)request;
	return peer_puts(peer, OK "Content-Length: 5\r\nContent-Length: 2\r\n"
			 "\r\n{}   ");
}

static bool same_length_twice(struct peer *peer, const char *request)
{
	(void)request;
	return peer_puts(peer, OK "Content-Length: 2\r\nContent-Length: 2\r\n"
			 "\r\n{}");
}

static bool odd_length(struct peer *peer, const char *request)
{
	(void)request;
	return peer_puts(peer, OK "Content-Length: 2, 5\r\n\r\n{}   ");
}

static bool large_announced(struct peer *peer, const char *request)
{
	(void)request;
	return peer_puts(peer, OK "Content-Length: 99999999999\r\n\r\n");
}

static bool endless_headers(struct peer *peer, const char *request)
{
	(void)request;
	peer_puts(peer, OK);
	while (peer_puts(peer, "X: y\r\n"))
		;
	return false;
}

static bool wide_headers(struct peer *peer, const char *request)
{
	static char line[8 * 1024];

	(void)request;
	memset(line, 'x', sizeof(line) - 1);
	memcpy(line, "X: ", 3);
	peer_puts(peer, OK);
	while (peer_puts(peer, line) && peer_puts(peer, "\r\n"))
		;
	return false;
}

static bool endless_interim(struct peer *peer, const char *request)
{
	(void)request;
	while (peer_puts(peer, "HTTP/1.1 100 Continue\r\n\r\n"))
		;
	return false;
}

static bool interim(struct peer *peer, const char *request)
{
	(void)request;
	return peer_puts(peer, "HTTP/1.1 103 Early Hints\r\nLink: </h>\r\n"
			 "X-Early: 1\r\n\r\n" OK "Content-Length: 2\r\n\r\n"
			 "{}");
}

static bool folded(struct peer *peer, const char *request)
{
	(void)request;
	return peer_puts(peer, OK "X-Fold: a\r\n b: c\r\nContent-Length: 2\r\n"
			 "\r\n{}");
}

static bool http09(struct peer *peer, const char *request)
{
	(void)request;
	peer_puts(peer, "{\"users\":[]}\n");
	return false;
}

static bool hang_up(struct peer *peer, const char *request)
{
	(void)peer;
	(void)request;
	return false;
}

static bool silent(struct peer *peer, const char *request)
{
	(void)peer;
	(void)request;
	peer_wait_ms(2500);
	return false;
}

static bool drip(struct peer *peer, const char *request)
{
	(void)request;
	peer_puts(peer, OK "Content-Length: 1000\r\n\r\n");
	for (int i = 0; i < 25 && peer_puts(peer, " "); i++)
		peer_wait_ms(100);
	return false;
}

static bool empty(struct peer *peer, const char *request)
{
	(void)request;
	return peer_puts(peer, "HTTP/1.1 204 No Content\r\n\r\n");
}

static const struct server_route routes[] = {
	{ "/plain", plain },
	{ "/gzip_whole", gzip_whole },
	{ "/gzip_cut", gzip_cut },
	{ "/gzip_broken", gzip_broken },
	{ "/gzip_bomb", gzip_bomb },
	{ "/gzip_hungry", gzip_hungry },
	{ "/gzip_twice", gzip_twice },
	{ "/gzip_two_lines", gzip_two_lines },
	{ "/deflate", deflate },
	{ "/transfer_gzip", transfer_gzip },
	{ "/length_cut", length_cut },
	{ "/chunked", chunked },
	{ "/chunked_cut", chunked_cut },
	{ "/chunked_endless", chunked_endless },
	{ "/until_close", until_close },
	{ "/two_lengths", two_lengths },
	{ "/same_length_twice", same_length_twice },
	{ "/odd_length", odd_length },
	{ "/large_announced", large_announced },
	{ "/endless_headers", endless_headers },
	{ "/wide_headers", wide_headers },
	{ "/endless_interim", endless_interim },
	{ "/interim", interim },
	{ "/folded", folded },
	{ "/http09", http09 },
	{ "/hang_up", hang_up },
	{ "/silent", silent },
	{ "/drip", drip },
	{ "/empty", empty },
	{ NULL, NULL },
};

/* --- answers ------------------------------------------------------------------ */

static void test_plain(void **state)
{
	(void)state;
	get("/plain?page=1");
	ended(EP_HTTP_OK, "");
	assert_int_equal(got.status, 200);
	assert_string_equal(got.body, "{}");
	assert_string_equal(got.twice, "b");
	assert_string_equal(got.link, "</a>; rel=\"self\", </b>; rel=\"next\"");
	assert_int_equal(got.date, 1794880800);
	assert_true(got.wire_bytes > 100 && got.wire_bytes < 400);
	assert_true(log_has("GET /plain?page=1 HTTP/1.1\r\n"));
	assert_true(log_has("User-Agent: exitproof-test/1\r\n"));
	assert_true(log_has("Accept-Encoding: gzip\r\n"));
	assert_false(log_has("\r\nCookie"));
}

static void test_empty(void **state)
{
	(void)state;
	get("/empty");
	ended(EP_HTTP_OK, "");
	assert_int_equal(got.status, 204);
	assert_int_equal(got.body_len, 0);
}

static void test_gzip(void **state)
{
	(void)state;
	get("/gzip_whole");
	ended(EP_HTTP_OK, "");
	assert_string_equal(got.body, "{\"users\":[\"ann\",\"bob\"]}");
	get("/gzip_cut");
	ended(EP_HTTP_CUT, "cut short");
	get("/gzip_broken");
	ended(EP_HTTP_CUT, "");
}

static void test_chunked(void **state)
{
	(void)state;
	get("/chunked");
	ended(EP_HTTP_OK, "");
	assert_string_equal(got.body, "[1,2]");
	/* What comes behind the body is not believed. */
	assert_string_equal(got.late, "(none)");
	assert_string_equal(got.link, "(none)");
}

static void test_interim(void **state)
{
	(void)state;
	get("/interim");
	ended(EP_HTTP_OK, "");
	assert_int_equal(got.status, 200);
	assert_string_equal(got.early, "(none)");
	assert_string_equal(got.link, "(none)");
}

static void test_cut(void **state)
{
	(void)state;
	get("/length_cut");
	ended(EP_HTTP_CUT, "");
	assert_int_equal(got.status, 200);
	get("/chunked_cut");
	ended(EP_HTTP_CUT, "");
	get("/hang_up");
	ended(EP_HTTP_CONNECT, "no answer");
	assert_int_equal(got.status, 0);
	get("/http09");
	ended(EP_HTTP_CUT, "");
	/* HTTP cannot tell here; the half document arrives and does not
	 * parse. */
	get("/until_close");
	ended(EP_HTTP_OK, "");
	assert_string_equal(got.body, "{\"users\":[\"ann\"");
}

/* --- limits --------------------------------------------------------------------- */

static void test_body_limit(void **state)
{
	(void)state;
	get_limited("/gzip_bomb", 65535, 0);
	ended(EP_HTTP_LIMIT, "EP_PAGE_BYTES_MAX");
	get_limited("/gzip_bomb", 65536, 0);
	ended(EP_HTTP_OK, "");
	assert_int_equal(got.body_len, 65536);
	get_limited("/gzip_hungry", 1000, 0);
	ended(EP_HTTP_LIMIT, "over the wire");
	get_limited("/chunked_endless", 100000, 0);
	ended(EP_HTTP_LIMIT, "EP_PAGE_BYTES_MAX");
	get_limited("/large_announced", 1000, 0);
	ended(EP_HTTP_LIMIT, "EP_PAGE_BYTES_MAX");
	get("/large_announced");
	ended(EP_HTTP_LIMIT, "EP_PAGE_BYTES_MAX");
}

static void test_codings(void **state)
{
	(void)state;
	get("/gzip_twice");
	ended(EP_HTTP_LIMIT, "more than one layer");
	get("/gzip_two_lines");
	ended(EP_HTTP_LIMIT, "more than one layer");
	get("/deflate");
	ended(EP_HTTP_REFUSED, "not asked for");
	get("/transfer_gzip");
	ended(EP_HTTP_REFUSED, "other than chunked");
}

static void test_header_limits(void **state)
{
	(void)state;
	get("/endless_headers");
	ended(EP_HTTP_LIMIT, "EP_HEADERS_MAX");
	get("/wide_headers");
	ended(EP_HTTP_LIMIT, "EP_HEADER_BYTES_MAX");
	get("/endless_interim");
	ended(EP_HTTP_LIMIT, "EP_HEADERS_MAX");
}

static void test_ambiguous(void **state)
{
	(void)state;
	get("/two_lengths");
	ended(EP_HTTP_REFUSED, "two different Content-Length");
	get("/odd_length");
	ended(EP_HTTP_REFUSED, "no number");
	get("/same_length_twice");
	ended(EP_HTTP_OK, "");
	get("/folded");
	ended(EP_HTTP_REFUSED, "malformed header");
}

static void test_slow(void **state)
{
	(void)state;
	get_limited("/silent", 0, 1);
	ended(EP_HTTP_TIMEOUT, "too slow");
	assert_true(got.ms >= 900 && got.ms < 2400);
	get_limited("/drip", 0, 1);
	ended(EP_HTTP_TIMEOUT, "too slow");
	assert_int_equal(got.status, 200);
}

static void test_impatient(void **state)
{
	const struct ep_http_options options = {
		.allow_loopback = true, .answer_ms = 100,
	};

	(void)state;
	client_reopen(&options);
	get_limited("/silent", 0, 60);
	ended(EP_HTTP_TIMEOUT, "too slow");
	assert_true(got.ms >= 90 && got.ms < 20000);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, client_set_up, \
						client_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_plain),
		CASE(test_empty),
		CASE(test_gzip),
		CASE(test_chunked),
		CASE(test_interim),
		CASE(test_cut),
		CASE(test_body_limit),
		CASE(test_codings),
		CASE(test_header_limits),
		CASE(test_ambiguous),
		CASE(test_slow),
		CASE(test_impatient),
	};

	client_routes = routes;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
