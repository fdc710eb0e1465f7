/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a credential may be sent: base URLs, next links in bodies, and next
 * links in Link headers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "ext/http.h"
#include "ext/json.h"

#define BASE "https://api.vendor.example/v1"
#define FROM "https://api.vendor.example/v1/users?page=1"

static struct ep_err err;

/* --- next links ----------------------------------------------------------- */

static void follows(const char *base, const char *from, const char *link,
		    const char *want)
{
	struct ep_buf url;

	ep_buf_init(&url, EP_URL_BYTES_MAX);
	if (ep_http_next(base, from, link, &url, &err) < 0)
		fail_msg("%s: %s", link, err.msg);
	assert_string_equal(url.s, want);
	ep_buf_release(&url);
}

static void refuses_from(const char *base, const char *from, const char *link,
			 const char *why)
{
	struct ep_buf url;

	ep_buf_init(&url, EP_URL_BYTES_MAX);
	err.msg[0] = '\0';
	if (ep_http_next(base, from, link, &url, &err) != EP_EDATA)
		fail_msg("%.200s was followed: %s", link, url.s);
	assert_int_equal(url.len, 0);
	if (!strstr(err.msg, why))
		fail_msg("%.200s: %s; wanted '%s'", link, err.msg, why);
	ep_buf_release(&url);
}

static void refuses(const char *link, const char *why)
{
	refuses_from(BASE, FROM, link, why);
}

static const char *member(const struct ep_json *json, const char *name)
{
	const struct ep_json *value = NULL;

	ep_json_get(json, name, &value);
	return value ? ep_json_text(value) : NULL;
}

static void check_case(const struct ep_json *c)
{
	const char *expect = member(c, "expect");
	const char *link = member(c, "next");
	struct ep_buf url;
	int rc;

	ep_buf_init(&url, EP_URL_BYTES_MAX);
	rc = ep_http_next(BASE, member(c, "base"), link, &url, &err);
	if (ep_str_eq(expect, "follow") ? rc != 0 : rc != EP_EDATA)
		fail_msg("%.100s should be %s (%s)", link, expect,
			 member(c, "why"));
	if (rc == 0)
		assert_string_equal(
			url.s, "https://api.vendor.example/v1/users?page=2");
	else
		assert_int_equal(url.len, 0);
	ep_buf_release(&url);
}

/* The shared list of hostile links; "stop" is the caller's to tell apart. */
static void test_hostile_list(void **state)
{
	const char *src = getenv("EP_SRC");
	char *path = ep_file_join(src ? src : ".", "tests/fixtures/hostile/"
				  "next-links.json");
	const struct ep_json *cases = NULL;
	struct ep_json *json = NULL;
	struct ep_buf text;
	size_t n = 0;

	(void)state;
	ep_buf_init(&text, EP_FILE_BYTES_MAX);
	if (ep_file_read(path, EP_FILE_BYTES_MAX, &text, &err) < 0 ||
	    ep_json_parse(text.s, text.len, &json, NULL, &err) < 0)
		fail_msg("%s: %s", path, err.msg);
	assert_int_equal(ep_json_get(json, "cases", &cases), EP_JSON_PRESENT);
	for (const struct ep_json *c = ep_json_first(cases); c;
	     c = ep_json_next(c)) {
		check_case(c);
		n++;
	}
	assert_true(n >= 28);
	ep_json_free(json);
	ep_buf_release(&text);
	free(path);
}

static void test_follow(void **state)
{
	(void)state;
	follows(BASE, FROM, "?page=2",
		"https://api.vendor.example/v1/users?page=2");
	follows(BASE, FROM, "../v1/users?page=2",
		"https://api.vendor.example/v1/users?page=2");
	follows(BASE, FROM, "./a%20b?c=%2F..%2F",
		"https://api.vendor.example/v1/a%20b?c=%2F..%2F");
	follows(BASE, FROM, "../v1/a%20b",
		"https://api.vendor.example/v1/a%20b");
	follows(BASE, FROM, "HTTPS://API.vendor.example/v1?a[b]=c&$skip='x'",
		"https://API.vendor.example/v1?a[b]=c&$skip='x'");
	follows(BASE "/", FROM, "/v1/x", "https://api.vendor.example/v1/x");
	follows("https://api.vendor.example", FROM, "/oauth/token",
		"https://api.vendor.example/oauth/token");
	follows("https://api.vendor.example:8443/v1",
		"https://api.vendor.example:8443/v1/u", "u?page=2",
		"https://api.vendor.example:8443/v1/u?page=2");
	follows("http://127.0.0.1:8080/printix-api",
		"http://127.0.0.1:8080/printix-api/t", "t?page=2",
		"http://127.0.0.1:8080/printix-api/t?page=2");
	follows("https://[2001:db9::1]/v1", "https://[2001:db9::1]/v1/u",
		"https://[2001:db9::1]/v1/u?page=2",
		"https://[2001:db9::1]/v1/u?page=2");
}

static void test_refuse(void **state)
{
	(void)state;
	refuses(NULL, "no next link");
	refuses("", "empty");
	refuses("https://api.vendor.example/v12/users", "base path");
	refuses("https://api.vendor.example/v1users", "base path");
	refuses("https://api.vendor.example/", "base path");
	refuses("https://api.vendor.example", "base path");
	refuses("https://api.vendor.example/V1/users", "base path");
	refuses("https://api.vendor.example/%76%31/users", "base path");
	refuses("../../oauth/token", "base path");
	refuses("/v1/../oauth/token", "base path");
	refuses("/v1/..;/oauth/token", "hides dot");
	refuses("/v1/%2e./oauth/token", "hides dot");
	refuses("/v1/..%2foauth/token", "hides dot");
	refuses("/v1/..%5coauth/token", "hides dot");
	refuses("/v1/%252e%252e/oauth/token", "hides dot");
	refuses("/v1/%2e%2e;a/oauth/token", "hides dot");
	refuses("/v1/%25252525252525252541", "hides dot");
	refuses("/v1/users%00/%2e%2e/x", "control bytes");
	refuses("/v1/users%0d%0aX-Evil:1", "control bytes");
	refuses("/v1/users%2500", "control bytes");
	refuses("https://api.vendor.example:444/v1/users", "port");
	refuses("https://api.vendor.example:80/v1/users", "port");
	refuses("https://api.vendor.example:/v1/users", "host");
	refuses("https://api.vendor.example:443x/v1/users", "refused");
	refuses("https://api.vendor.example:99999/v1/users", "refused");
	refuses("https://user@api.vendor.example/v1/users", "refused");
	refuses("https://api.vendor.example/v1/users#x", "fragment");
	refuses("/v1/users?page=2{&size}", "brace");
	refuses("/v1/users?q=a b", "blank");
	refuses("/v1/users\t", "blank");
	refuses("/v1/users?q=\x7f", "blank");
	refuses("/v1/\xc3\xa9", "ASCII");
	refuses("\\\\evil.example\\v1", "backslash");
	refuses("//evil.example/v1/users", "another host");
	refuses("///evil.example/v1/users", "host");
	refuses("https:///api.vendor.example/v1", "no host");
	refuses("https:/v1/users", "no host");
	refuses("javascript:alert(1)", "no host");
	refuses("ftp://api.vendor.example/v1/users", "refused");
	refuses("http://api.vendor.example:443/v1/users", "scheme");
	refuses("https://api%2evendor.example/v1/users", "percent-coded");
	refuses("https://api..vendor.example/v1/users", "plain");
	refuses("https://api_vendor.example/v1/users", "plain");
	/* The same address in other words is another text. */
	refuses_from("https://127.0.0.1/v1", "https://127.0.0.1/v1/u",
		     "https://127.1/v1/u", "two ways");
	refuses_from("https://127.0.0.1/v1", "https://127.0.0.1/v1/u",
		     "https://0x7f000001/v1/u", "two ways");
	refuses_from("https://127.0.0.1/v1", "https://127.0.0.1/v1/u",
		     "https://017700000001/v1/u", "two ways");
	refuses_from("https://[2001:db9::1]/v1", "https://[2001:db9::1]/v1/u",
		     "https://[2001:db9::2]/v1/u", "another host");
	/* Resolved against the request, judged by the base. */
	refuses_from(BASE, "https://evil.example/v1/u", "?page=2",
		     "another host");
}

static void test_length(void **state)
{
	char link[EP_URL_BYTES_MAX + 2];

	(void)state;
	memset(link, 'a', sizeof(link));
	memcpy(link, "/v1/", 4);
	link[sizeof(link) - 1] = '\0';
	refuses(link, "EP_URL_BYTES_MAX");
	/* Short as a link, too long once resolved. */
	link[EP_URL_BYTES_MAX] = '\0';
	refuses(link, "EP_URL_BYTES_MAX");
}

/* --- base URLs ------------------------------------------------------------ */

static void test_base_accepted(void **state)
{
	static const char *const good[] = {
		"https://api.vendor.example",
		"https://api.vendor.example/",
		"https://api.vendor.example/v1",
		"https://api.vendor.example:8443/v1/x-y_z~/",
		"https://93.184.216.34/v1",
		"https://[2606:4700::1]/",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (ep_http_check_base(good[i], false, &err) < 0)
			fail_msg("%s: %s", good[i], err.msg);
}

static void test_base_refused(void **state)
{
	static const struct {
		const char *url;
		const char *why;
	} bad[] = {
		{ "", "empty" },
		{ "api.vendor.example", "absolute" },
		{ "//api.vendor.example", "absolute" },
		{ "https:api.vendor.example", "absolute" },
		{ "https:///evil.example", "refused" },
		{ "http://api.vendor.example", "clear text" },
		{ "ftp://api.vendor.example", "only https" },
		{ "file:///etc/passwd", "refused" },
		{ "https://user:pw@api.vendor.example", "refused" },
		{ "https://api.vendor.example/v1?x=1", "query" },
		{ "https://api.vendor.example/v1?", "query" },
		{ "https://api.vendor.example/#x", "fragment" },
		{ "https://api.vendor.example./", "plain" },
		{ "https://.vendor.example/", "plain" },
		{ "https://api.vendor.example/a/../b", "dot segments" },
		{ "https://api.vendor.example/a/%2E%2e/b", "dot segments" },
		{ "https://api.vendor.example/{tenant}", "brace" },
		{ "https://api.vendor.example/v 1", "blank" },
		{ "https://localhost/", "loopback" },
		{ "https://LOCALHOST:1/", "loopback" },
		{ "https://a.localhost/", "loopback" },
		{ "https://127.0.0.1/", "loopback" },
		{ "https://127.8.8.8/", "loopback" },
		{ "https://[::1]/", "loopback" },
		{ "https://[::ffff:127.0.0.1]/", "refused" },
		{ "https://10.0.0.1/", "private" },
		{ "https://172.31.255.255/", "private" },
		{ "https://192.168.1.1/", "private" },
		{ "https://[fd00::1]/", "private" },
		{ "https://169.254.169.254/latest", "link-local" },
		{ "https://100.100.100.200/", "link-local" },
		{ "https://0.0.0.0/", "link-local" },
		{ "https://224.0.0.1/", "link-local" },
		{ "https://255.255.255.255/", "link-local" },
		{ "https://[fe80::1]/", "link-local" },
		{ "https://[fe80::1%25eth0]/", "refused" },
		{ "https://[::]/", "link-local" },
		{ "https://2130706433/", "two ways" },
		{ "https://0x7f.1/", "two ways" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		err.msg[0] = '\0';
		if (ep_http_check_base(bad[i].url, false, &err) != EP_EDATA ||
		    !strstr(err.msg, bad[i].why))
			fail_msg("%s: '%s'; wanted '%s'", bad[i].url, err.msg,
				 bad[i].why);
	}
}

/* Loopback allowed: that and no more. */
static void test_base_testing(void **state)
{
	static const char *const good[] = {
		"http://127.0.0.1:8080/printix", "https://127.0.0.1:8443/x",
		"http://localhost:1/", "http://[::1]:80/", "https://10.1.2.3/",
		"https://api.vendor.example/",
	};
	static const char *const bad[] = {
		"http://api.vendor.example/", "http://10.1.2.3/",
		"https://169.254.169.254/", "http://169.254.169.254/",
		"ftp://127.0.0.1/", "http://0.0.0.0/", "http://2130706433/",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (ep_http_check_base(good[i], true, &err) < 0)
			fail_msg("%s: %s", good[i], err.msg);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (ep_http_check_base(bad[i], true, &err) != EP_EDATA)
			fail_msg("%s was accepted", bad[i]);
}

/* --- Link header ------------------------------------------------------------ */

static void test_link_header(void **state)
{
	static const struct {
		const char *header;
		const char *target;	/* NULL: none */
	} cases[] = {
		{ "<https://x.example/?after=1>; rel=\"next\"",
		  "https://x.example/?after=1" },
		{ "</a>; rel=\"self\", </b>; rel=\"next\"", "/b" },
		{ "</a>;rel=next", "/a" },
		{ "</a> ; REL = NEXT", "/a" },
		{ "</a>; rel=\"prev next\"", "/a" },
		{ "</a>; title=\"x, <y>; rel=next\"; rel=prev, </b>; rel=next",
		  "/b" },
		{ "</a>; title=\"q\\\"; rel=next\"; rel=\"next\"", "/a" },
		{ "</a?x=1,2;3>; rel=next", "/a?x=1,2;3" },
		{ ", ,</a>; rel=next", "/a" },
		{ "</a>; rel=self; rel=next", NULL },
		{ "</a>; rel=\"next\"; anchor=\"#other\"", NULL },
		{ "</a>; rel=nextish", NULL },
		{ "</a>; rel*=UTF-8''next", NULL },
		{ "</a>; title=next", NULL },
		{ "</a>", NULL },
		{ "/a; rel=next", NULL },
		{ "</a; rel=next", NULL },
		{ "</a>; rel=\"self\" </b>; rel=next", NULL },
		{ "", NULL },
		{ NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ep_buf out;
		bool found;

		ep_buf_init(&out, EP_URL_BYTES_MAX);
		found = ep_http_link_next(cases[i].header, &out);
		if (found != (cases[i].target != NULL))
			fail_msg("%s: %d", cases[i].header, found);
		assert_string_equal(out.s, found ? cases[i].target : "");
		ep_buf_release(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hostile_list),
		cmocka_unit_test(test_follow),
		cmocka_unit_test(test_refuse),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_base_accepted),
		cmocka_unit_test(test_base_refused),
		cmocka_unit_test(test_base_testing),
		cmocka_unit_test(test_link_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
