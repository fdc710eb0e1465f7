/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which addresses the HTTP door connects to, whatever name led there.
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "ext/http_priv.h"
#include "http_client.h"

/* --- a resolver that lies -------------------------------------------------- */

static const char *lie;

/* libcurl resolves through this one: names below vendor.example lead where
 * the test wants. */
int getaddrinfo(const char *node, const char *service,
		const struct addrinfo *hints, struct addrinfo **res)
{
	int (*real)(const char *, const char *, const struct addrinfo *,
		    struct addrinfo **);
	void *found = dlsym(RTLD_NEXT, "getaddrinfo");
	struct addrinfo any = *hints;

	memcpy(&real, &found, sizeof(real));
	if (!node || !lie || !strstr(node, "vendor.example"))
		return real(node, service, hints, res);
	any.ai_family = AF_UNSPEC;
	return real(lie, service, &any, res);
}

static bool plain(struct peer *peer, const char *request)
{
	(void)request;
	return peer_puts(peer, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
			 "{}");
}

static const struct server_route routes[] = {
	{ "/plain", plain },
	{ NULL, NULL },
};

/* Each time another name, since libcurl keeps what it has resolved. */
static void get_named(const char *address)
{
	static int names;
	char url[100];

	lie = address;
	snprintf(url, sizeof(url), "https://api%d.vendor.example:%d/plain",
		 names++, server_port(server));
	send_request((struct ep_http_request){ .url = url,
					       .total_seconds = 2 });
	finish_all();
	lie = NULL;
}

/* The server behind the name is there and would answer. */
static void test_rebinding(void **state)
{
	static const struct {
		const char *address;
		const char *why;
	} cases[] = {
		{ "127.0.0.1", "loopback" },
		{ "::ffff:127.0.0.1", "loopback" },
		{ "::1", "loopback" },
		{ "10.11.12.13", "private" },
		{ "169.254.169.254", "link-local" },
	};
	const struct ep_http_options options = { .allow_loopback = false };

	(void)state;
	client_reopen(&options);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		get_named(cases[i].address);
		ended(EP_HTTP_REFUSED, cases[i].why);
		ended(EP_HTTP_REFUSED, "nothing was sent");
	}
	assert_int_equal(got.calls, 5);
	assert_int_equal(server_connections(server), 0);
}

/* With loopback allowed the connection is made (and fails at TLS, which the
 * server does not speak), but metadata stays out of reach. */
static void test_testing_mode(void **state)
{
	(void)state;
	get_named("127.0.0.1");
	assert_true(got.end == EP_HTTP_TLS || got.end == EP_HTTP_TIMEOUT);
	assert_int_equal(server_connections(server), 1);
	get_named("169.254.169.254");
	ended(EP_HTTP_REFUSED, "link-local");
	get("/plain");
	ended(EP_HTTP_OK, "");
}

/* --- the table ---------------------------------------------------------------- */

static enum ep_http_address class_of(const char *text)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
		return ep_http_address_class((struct sockaddr *)&in);
	if (inet_pton(AF_INET6, text, &in6.sin6_addr) != 1)
		fail_msg("%s is no address", text);
	return ep_http_address_class((struct sockaddr *)&in6);
}

static void test_classes(void **state)
{
	static const struct {
		const char *address;
		enum ep_http_address class;
	} cases[] = {
		{ "8.8.8.8", EP_HTTP_PUBLIC },
		{ "11.0.0.0", EP_HTTP_PUBLIC },
		{ "9.255.255.255", EP_HTTP_PUBLIC },
		{ "172.15.255.255", EP_HTTP_PUBLIC },
		{ "172.32.0.0", EP_HTTP_PUBLIC },
		{ "192.167.255.255", EP_HTTP_PUBLIC },
		{ "100.63.255.255", EP_HTTP_PUBLIC },
		{ "100.128.0.0", EP_HTTP_PUBLIC },
		{ "126.255.255.255", EP_HTTP_PUBLIC },
		{ "128.0.0.1", EP_HTTP_PUBLIC },
		{ "198.17.255.255", EP_HTTP_PUBLIC },
		{ "198.20.0.0", EP_HTTP_PUBLIC },
		{ "223.255.255.255", EP_HTTP_PUBLIC },
		{ "127.0.0.1", EP_HTTP_LOOPBACK },
		{ "127.255.255.255", EP_HTTP_LOOPBACK },
		{ "10.0.0.0", EP_HTTP_PRIVATE },
		{ "10.255.255.255", EP_HTTP_PRIVATE },
		{ "172.16.0.0", EP_HTTP_PRIVATE },
		{ "172.31.255.255", EP_HTTP_PRIVATE },
		{ "192.168.0.0", EP_HTTP_PRIVATE },
		{ "0.0.0.0", EP_HTTP_NEVER },
		{ "0.1.2.3", EP_HTTP_NEVER },
		{ "100.64.0.0", EP_HTTP_NEVER },
		{ "100.127.255.255", EP_HTTP_NEVER },
		{ "169.254.0.1", EP_HTTP_NEVER },
		{ "192.0.0.192", EP_HTTP_NEVER },
		{ "192.0.2.1", EP_HTTP_NEVER },
		{ "198.18.0.0", EP_HTTP_NEVER },
		{ "198.19.255.255", EP_HTTP_NEVER },
		{ "224.0.0.1", EP_HTTP_NEVER },
		{ "239.255.255.255", EP_HTTP_NEVER },
		{ "240.0.0.1", EP_HTTP_NEVER },
		{ "255.255.255.255", EP_HTTP_NEVER },
		{ "2606:4700::1", EP_HTTP_PUBLIC },
		{ "2001:4860::8888", EP_HTTP_PUBLIC },
		{ "::1", EP_HTTP_LOOPBACK },
		{ "fc00::1", EP_HTTP_PRIVATE },
		{ "fdff:ffff::1", EP_HTTP_PRIVATE },
		{ "::", EP_HTTP_NEVER },
		{ "::2", EP_HTTP_NEVER },
		{ "::7f00:1", EP_HTTP_NEVER },
		{ "fe80::1", EP_HTTP_NEVER },
		{ "febf::1", EP_HTTP_NEVER },
		{ "fec0::1", EP_HTTP_NEVER },
		{ "ff02::1", EP_HTTP_NEVER },
		{ "100::1", EP_HTTP_NEVER },
		{ "2001::1", EP_HTTP_NEVER },
		{ "2001:db8::1", EP_HTTP_NEVER },
		{ "::ffff:8.8.8.8", EP_HTTP_PUBLIC },
		{ "::ffff:127.0.0.1", EP_HTTP_LOOPBACK },
		{ "::ffff:10.0.0.1", EP_HTTP_PRIVATE },
		{ "::ffff:169.254.169.254", EP_HTTP_NEVER },
		{ "64:ff9b::8.8.8.8", EP_HTTP_PUBLIC },
		{ "64:ff9b::127.0.0.1", EP_HTTP_LOOPBACK },
		{ "64:ff9b::169.254.169.254", EP_HTTP_NEVER },
		{ "64:ff9b:1::1", EP_HTTP_NEVER },
		{ "2002:7f00:1::", EP_HTTP_LOOPBACK },
		{ "2002:a9fe:a9fe::", EP_HTTP_NEVER },
		{ "2002:808:808::", EP_HTTP_PUBLIC },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (class_of(cases[i].address) != cases[i].class)
			fail_msg("%s: class %d", cases[i].address,
				 (int)class_of(cases[i].address));
}

static void test_allowed(void **state)
{
	(void)state;
	/* class, https, loopback allowed */
	assert_true(ep_http_address_allowed(EP_HTTP_PUBLIC, true, false));
	assert_false(ep_http_address_allowed(EP_HTTP_PUBLIC, false, true));
	assert_false(ep_http_address_allowed(EP_HTTP_LOOPBACK, true, false));
	assert_true(ep_http_address_allowed(EP_HTTP_LOOPBACK, false, true));
	assert_false(ep_http_address_allowed(EP_HTTP_PRIVATE, true, false));
	assert_true(ep_http_address_allowed(EP_HTTP_PRIVATE, true, true));
	assert_false(ep_http_address_allowed(EP_HTTP_PRIVATE, false, true));
	assert_false(ep_http_address_allowed(EP_HTTP_NEVER, true, true));
}

static void test_trace_hides_values(void **state)
{
	static const struct {
		const char *url;
		const char *trace;
	} cases[] = {
		{ "https://a.example/x", "https://a.example/x" },
		{ "https://a.example/x?k=CANARY&b=2&flag&c=",
		  "https://a.example/x?k=&b=&flag&c=" },
		{ "https://a.example/x?a=1=2?d=3", "https://a.example/x?a=" },
		{ "https://a.example/x?", "https://a.example/x?" },
		{ "https://a.example/x?&&", "https://a.example/x?&&" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ep_buf out;

		ep_buf_init(&out, 1000);
		ep_http_url_trace(&out, cases[i].url);
		assert_string_equal(out.s, cases[i].trace);
		ep_buf_release(&out);
	}
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, client_set_up, \
						client_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_rebinding),
		CASE(test_testing_mode),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_allowed),
		cmocka_unit_test(test_trace_hides_values),
	};

	client_routes = routes;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
