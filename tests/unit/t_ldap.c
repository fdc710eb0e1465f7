/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The LDAP door: whole answers, and what it makes of those that are not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "ext/ldap.h"
#include "ldap_server.h"

struct asked {
	struct ep_ldap *ldap;
	struct ldap_server *server;
	struct ep_ldap_search search;
	int answers;
	struct ep_ldap_answer last;	/* its body, cursor and referrals kept */
	char body[4096];
	char referrals[512];
	struct ep_buf log;
};

static const char *const attributes[] = { "cn", "objectSid" };
static const char *const lists[] = { "member" };

static void keep(void *to, struct ep_ldap_answer *answer)
{
	struct asked *asked = to;

	asked->answers++;
	asked->last = *answer;
	asked->body[0] = '\0';
	asked->referrals[0] = '\0';
	if (answer->body.len)
		memcpy(asked->body, answer->body.s, answer->body.len + 1);
	if (answer->referrals.n)
		snprintf(asked->referrals, sizeof(asked->referrals), "%zu %s",
			 answer->referrals.n, answer->referrals.v[0]);
}

static void start(struct asked *asked, const struct ldap_reply *script,
		  int bind_result, const char *bind_text)
{
	const struct ep_ldap_options options = { .allow_loopback = true };
	struct ep_err err = EP_ERR_INIT;

	memset(asked, 0, sizeof(*asked));
	ep_buf_init(&asked->log, 65536);
	asked->server = ldap_server_start(script, bind_result, bind_text);
	assert_int_equal(ep_ldap_open(&options, &asked->ldap, &err), 0);
	asked->search = (struct ep_ldap_search){
		.url = ldap_server_url(asked->server),
		.user = "svc@corp.example",
		.password = "secret",
		.base = "DC=corp,DC=example",
		.filter = "(objectClass=user)",
		.attributes = attributes,
		.n_attributes = 2,
		.lists = lists,
		.n_lists = 1,
		.page_size = 500,
		.done = keep,
		.to = asked,
	};
}

static void stop(struct asked *asked)
{
	ep_ldap_close(asked->ldap);
	if (asked->server)
		ldap_server_stop(asked->server, &asked->log);
	ep_buf_release(&asked->log);
}

static void ask(struct asked *asked)
{
	struct ep_err err = EP_ERR_INIT;
	int64_t until = ep_clock_mono_ms() + 30000;
	int before = asked->answers;

	assert_int_equal(ep_ldap_submit(asked->ldap, &asked->search, &err), 0);
	while (asked->answers == before) {
		struct pollfd p = { .fd = ep_ldap_fd(asked->ldap),
				    .events = POLLIN };

		assert_true(ep_clock_mono_ms() < until);
		poll(&p, 1, 200);
		ep_ldap_poll(asked->ldap);
	}
	assert_int_equal(ep_ldap_running(asked->ldap), 0);
}

static void test_pages(void **state)
{
	const struct ldap_reply script[] = {
		{ .kind = LDAP_SAYS_ENTRY, .dn = "CN=a",
		  .attribute = (const char *const[]){ "CN", "Ada", NULL,
						      "other", "x", NULL,
						      NULL } },
		{ .kind = LDAP_SAYS_REFERENCE, .dn = "ldap://east.corp.example/DC=e" },
		{ .kind = LDAP_SAYS_RESULT, .cookie = "more" },
		{ .kind = LDAP_SAYS_ENTRY, .dn = "CN=b",
		  .attribute = (const char *const[]){ "cn", "Bo", "Bob", NULL,
						      "member", "CN=a", NULL,
						      NULL } },
		{ .kind = LDAP_SAYS_RESULT, .cookie = "" },
		{ .kind = LDAP_SAYS_END },
	};
	struct asked asked;
	char cursor[24];

	(void)state;
	start(&asked, script, 0, NULL);
	ldap_server_clock(asked.server, "20261121075304.0Z");
	ask(&asked);
	assert_int_equal(asked.last.end, EP_LDAP_OK);
	/* The name that was asked for, and nothing that was not. */
	assert_string_equal(asked.body, "{\"entries\":[{\"dn\":\"CN=a\","
					"\"cn\":\"Ada\",\"member\":[]}]}");
	assert_string_equal(asked.referrals, "1 ldap://east.corp.example/DC=e");
	assert_int_equal(asked.last.server_time / 60, 1795247584 / 60);
	assert_string_not_equal(asked.last.cursor, "");
	memcpy(cursor, asked.last.cursor, sizeof(cursor));
	asked.search.cursor = cursor;
	ask(&asked);
	assert_string_equal(asked.body,
			    "{\"entries\":[{\"dn\":\"CN=b\",\"cn\":[\"Bo\","
			    "\"Bob\"],\"member\":[\"CN=a\"]}]}");
	assert_string_equal(asked.last.cursor, "");
	/* A cursor is good for one page. */
	ask(&asked);
	assert_int_equal(asked.last.end, EP_LDAP_LOST);
	ep_ldap_close(asked.ldap);
	ldap_server_stop(asked.server, &asked.log);
	asked.ldap = NULL;
	asked.server = NULL;
	assert_non_null(strstr(asked.log.s, "cookie \"\""));
	assert_non_null(strstr(asked.log.s, "cookie \"more\""));
	assert_null(strstr(strstr(asked.log.s, "bind") + 1, "bind"));
	stop(&asked);
}

static void test_ranges(void **state)
{
	const struct ldap_reply script[] = {
		{ .kind = LDAP_SAYS_ENTRY, .dn = "CN=g",
		  .attribute = (const char *const[]){
			  "member", NULL, "member;range=0-1", "CN=a", "CN=b",
			  NULL, NULL } },
		{ .kind = LDAP_SAYS_RESULT, .cookie = "" },
		{ .kind = LDAP_SAYS_ENTRY, .dn = "CN=g",
		  .attribute = (const char *const[]){ "Member;Range=2-3",
						      "CN=c", "CN=d", NULL,
						      NULL } },
		{ .kind = LDAP_SAYS_RESULT },
		{ .kind = LDAP_SAYS_ENTRY, .dn = "CN=g",
		  .attribute = (const char *const[]){ "member;range=4-*",
						      "CN=e", NULL, NULL } },
		{ .kind = LDAP_SAYS_RESULT },
		{ .kind = LDAP_SAYS_END },
	};
	struct asked asked;

	(void)state;
	start(&asked, script, 0, NULL);
	ask(&asked);
	assert_int_equal(asked.last.end, EP_LDAP_OK);
	assert_string_equal(asked.body,
			    "{\"entries\":[{\"dn\":\"CN=g\",\"member\":["
			    "\"CN=a\",\"CN=b\",\"CN=c\",\"CN=d\",\"CN=e\"]}]}");
	stop(&asked);
}

/* Some members are not all members. */
static void test_range_that_stops(void **state)
{
	const struct ldap_reply script[] = {
		{ .kind = LDAP_SAYS_ENTRY, .dn = "CN=g",
		  .attribute = (const char *const[]){ "member;range=0-1",
						      "CN=a", "CN=b", NULL,
						      NULL } },
		{ .kind = LDAP_SAYS_RESULT, .cookie = "" },
		{ .kind = LDAP_SAYS_RESULT },
		{ .kind = LDAP_SAYS_END },
	};
	struct asked asked;

	(void)state;
	start(&asked, script, 0, NULL);
	ask(&asked);
	assert_int_equal(asked.last.end, EP_LDAP_CUT);
	assert_string_equal(asked.body, "");
	assert_non_null(strstr(asked.last.why, "member"));
	stop(&asked);
}

static void test_bytes(void **state)
{
	const struct ldap_reply script[] = {
		{ .kind = LDAP_SAYS_ENTRY, .dn = "CN=a",
		  .attribute = (const char *const[]){ "cn", "\xff\xfe", NULL,
						      NULL } },
		{ .kind = LDAP_SAYS_ENTRY, .dn = "CN=b",
		  .attribute = (const char *const[]){
			  "objectSid",
			  "\x01\x01\x01\x01\x01\x01\x01\x05\x20\x01\x01\x01",
			  NULL, NULL } },
		{ .kind = LDAP_SAYS_RESULT, .cookie = "" },
		{ .kind = LDAP_SAYS_END },
	};
	struct asked asked;

	(void)state;
	start(&asked, script, 0, NULL);
	ask(&asked);
	assert_non_null(strstr(asked.body, "\"cn\":{\"base64\":\"//4=\"}"));
	assert_non_null(strstr(asked.body,
			       "\"objectSid\":\"S-1-1103823438085-16843040\""));
	stop(&asked);
}

static void test_results(void **state)
{
	const struct ldap_reply script[] = {
		{ .kind = LDAP_SAYS_ENTRY, .dn = "CN=a",
		  .attribute = (const char *const[]){ "cn", "a", NULL, NULL } },
		{ .kind = LDAP_SAYS_RESULT, .result = EP_LDAP_SIZE_LIMIT },
		{ .kind = LDAP_SAYS_RESULT, .result = EP_LDAP_NO_ACCESS,
		  .text = "00002098: \x1b[31mno\nsecond line" },
		{ .kind = LDAP_SAYS_CLOSE },
		{ .kind = LDAP_SAYS_RESULT },	/* no word on whether there is more */
		{ .kind = LDAP_SAYS_END },
	};
	struct asked asked;

	(void)state;
	start(&asked, script, 0, NULL);
	ask(&asked);
	assert_int_equal(asked.last.end, EP_LDAP_RESULT);
	assert_int_equal(asked.last.result, EP_LDAP_SIZE_LIMIT);
	assert_string_equal(asked.body, "");
	ask(&asked);
	assert_int_equal(asked.last.result, EP_LDAP_NO_ACCESS);
	assert_null(strchr(asked.last.why, '\x1b'));
	assert_null(strstr(asked.last.why, "second"));
	/* Once more over a new connection, since it may have been idle. */
	ask(&asked);
	assert_int_equal(asked.last.end, EP_LDAP_LOST);
	assert_non_null(strstr(asked.last.why, "whether there is more"));
	stop(&asked);
}

static void test_silence(void **state)
{
	const struct ldap_reply script[] = {
		{ .kind = LDAP_SAYS_NOTHING },
		{ .kind = LDAP_SAYS_END },
	};
	struct asked asked;

	(void)state;
	start(&asked, script, 0, NULL);
	asked.search.total_seconds = 1;
	ask(&asked);
	assert_int_equal(asked.last.end, EP_LDAP_TIMEOUT);
	stop(&asked);
}

static void test_too_large(void **state)
{
	const struct ldap_reply script[] = {
		{ .kind = LDAP_SAYS_ENTRY, .dn = "CN=a",
		  .attribute = (const char *const[]){
			  "cn", "0123456789012345678901234567890123456789",
			  NULL, NULL } },
		{ .kind = LDAP_SAYS_RESULT, .cookie = "" },
		{ .kind = LDAP_SAYS_END },
	};
	struct asked asked;

	(void)state;
	start(&asked, script, 0, NULL);
	asked.search.max_bytes = 40;
	ask(&asked);
	assert_int_equal(asked.last.end, EP_LDAP_LIMIT);
	assert_string_equal(asked.body, "");
	stop(&asked);
}

/* One refusal is enough: the next one might lock the account. */
static void test_bind_once(void **state)
{
	const struct ldap_reply script[] = { { .kind = LDAP_SAYS_END } };
	struct asked asked;

	(void)state;
	start(&asked, script, EP_LDAP_INVALID_CREDENTIALS,
	      "80090308: LdapErr: DSID-0C09, comment: AcceptSecurityContext "
	      "error, data 533, v4563");
	for (int i = 0; i < 3; i++) {
		ask(&asked);
		assert_int_equal(asked.last.end, EP_LDAP_BIND);
		assert_int_equal(asked.last.account, EP_LDAP_DISABLED);
	}
	ep_ldap_close(asked.ldap);
	ldap_server_stop(asked.server, &asked.log);
	asked.ldap = NULL;
	asked.server = NULL;
	assert_string_equal(asked.log.s, "bind\n");
	stop(&asked);
}

static void test_refused_here(void **state)
{
	const struct ldap_reply script[] = { { .kind = LDAP_SAYS_END } };
	struct ep_err err = EP_ERR_INIT;
	struct asked asked;

	(void)state;
	start(&asked, script, 0, NULL);
	asked.search.password = "";
	assert_int_equal(ep_ldap_submit(asked.ldap, &asked.search, &err),
			 EP_EPERM);
	asked.search.password = "secret";
	asked.search.user = "";
	assert_int_equal(ep_ldap_submit(asked.ldap, &asked.search, &err),
			 EP_EPERM);
	asked.search.user = "svc";
	asked.search.filter = "(unbalanced";
	ask(&asked);
	assert_int_equal(asked.last.end, EP_LDAP_REFUSED);
	stop(&asked);
}

/* A name is not a literal: StartTLS comes before the bind, and a server
 * without it is not spoken to. */
static void test_no_plain(void **state)
{
	const struct ldap_reply script[] = { { .kind = LDAP_SAYS_END } };
	struct asked asked;
	char url[64];

	(void)state;
	start(&asked, script, 0, NULL);
	snprintf(url, sizeof(url), "ldap://localhost%s",
		 strrchr(asked.search.url, ':'));
	asked.search.url = url;
	ask(&asked);
	assert_true(asked.last.end == EP_LDAP_TLS ||
		    asked.last.end == EP_LDAP_CUT);
	ep_ldap_close(asked.ldap);
	ldap_server_stop(asked.server, &asked.log);
	asked.ldap = NULL;
	asked.server = NULL;
	assert_true(!asked.log.s || !strstr(asked.log.s, "bind"));
	stop(&asked);
}

/* A firewall that swallows everything behind the connection. */
static void test_silent_handshake(void **state)
{
	const struct ep_ldap_options options = { .allow_loopback = true };
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct ep_err err = EP_ERR_INIT;
	socklen_t n = sizeof(in);
	struct asked asked;
	char url[64];
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)state;
	memset(&asked, 0, sizeof(asked));
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &n), 0);
	snprintf(url, sizeof(url), "ldaps://127.0.0.1:%u",
		 (unsigned)ntohs(in.sin_port));
	assert_int_equal(ep_ldap_open(&options, &asked.ldap, &err), 0);
	asked.search = (struct ep_ldap_search){
		.url = url, .user = "svc", .password = "secret",
		.base = "DC=x", .filter = "(a=b)", .attributes = attributes,
		.n_attributes = 2, .connect_seconds = 1, .done = keep,
		.to = &asked,
	};
	ask(&asked);
	assert_int_equal(asked.last.end, EP_LDAP_TIMEOUT);
	assert_non_null(strstr(asked.last.why, "nothing was said"));
	ep_ldap_close(asked.ldap);
	close(fd);
}

static void test_urls(void **state)
{
	static const struct {
		const char *url;
		bool loopback;
		int code;
		bool plain;
	} cases[] = {
		{ "ldaps://dc1.corp.example", false, 0, false },
		{ "ldaps://dc1.corp.example:3269", false, 0, false },
		{ "ldap://dc1.corp.example", false, 0, false },
		{ "ldap://10.1.2.3", false, 0, false },
		{ "ldap://127.0.0.1:389", true, 0, true },
		{ "ldaps://127.0.0.1:636", true, 0, false },
		{ "ldap://[::1]", true, 0, true },
		{ "ldap://127.0.0.1", false, EP_EPERM, false },
		{ "ldap://169.254.169.254", true, EP_EPERM, false },
		{ "ldapi:///var/run/ldapi", false, EP_EDATA, false },
		{ "https://dc1.corp.example", false, EP_EDATA, false },
		{ "ldaps://", false, EP_EDATA, false },
		{ "ldaps://a b", false, EP_EDATA, false },
		{ "ldaps://dc1/DC=x", false, EP_EDATA, false },
		{ "ldaps://dc1 ldap://evil", false, EP_EDATA, false },
		{ "ldaps://dc1:99999", false, EP_EDATA, false },
		{ "ldaps://user@dc1", false, EP_EDATA, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ep_err err = EP_ERR_INIT;
		bool plain = false;
		int rc = ep_ldap_check_url(cases[i].url, cases[i].loopback,
					   &plain, &err);

		if (rc != cases[i].code || plain != cases[i].plain)
			fail_msg("%s: %d %s", cases[i].url, rc, err.msg);
	}
}

static void test_escape(void **state)
{
	struct ep_buf out = EP_BUF_INIT(200);

	(void)state;
	ep_ldap_escape(&out, "CN=Finch\\, Ada (x)*");
	assert_string_equal(out.s, "CN=Finch\\5c, Ada \\28x\\29\\2a");
	ep_buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_range_that_stops),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_results),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_bind_once),
		cmocka_unit_test(test_refused_here),
		cmocka_unit_test(test_no_plain),
		cmocka_unit_test(test_silent_handshake),
		cmocka_unit_test(test_urls),
		cmocka_unit_test(test_escape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
