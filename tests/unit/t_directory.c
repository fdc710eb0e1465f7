/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Endpoints with ldap: from the connector to the coverage.  Whatever the
 * directory does, fewer entries are never taken for fewer people.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "ldap_server.h"
#include "scene.h"

#define USERS "ad/S-1-5-21-1-2-3 ad.users"

static const char connector[] =
	"connector: ad\nversion: 1\nsystem: ad\ntitle: x\nscope: tenant\n"
	"params:\n"
	"  dc: {doc: x}\n"
	"  base_dn: {doc: x}\n"
	"base: {dc: \"{dc}\"}\n"
	"credentials:\n"
	"  reader: {doc: x, hint: x, kind: bind, params: [client_id], "
	"secrets: [password], user: \"{client_id}\", "
	"password: \"{password}\"}\n"
	"limits: {parallel: 1, retries: 0}\n"
	"identity: {endpoint: domain, path: objectSid}\n"
	"endpoints:\n"
	"  domain:\n"
	"    title: x\n"
	"    credential: [reader]\n"
	"    ldap: {base: \"{base_dn}\", scope: base, filter: (a=b), "
	"attributes: [objectSid]}\n"
	"  users:\n"
	"    title: x\n"
	"    credential: [reader]\n"
	"    never_empty: ask for the right\n"
	"    ldap:\n"
	"      base: \"{base_dn}\"\n"
	"      filter: (cn={client_id})\n"
	"      attributes: [cn, flags, ends, born, guid]\n"
	"      lists: [mail]\n"
	"      beyond: [\"*CN=Configuration,*\"]\n"
	"    emit:\n"
	"      - kind: account\n"
	"        fields:\n"
	"          id: cn\n"
	"          state: {path: flags, as: bit, mark: \"2\", "
	"disabled: [\"yes\"], active: [\"no\"], optional: true}\n"
	"          expires_at: {path: ends, as: filetime, none: [\"0\"], "
	"optional: true}\n"
	"          created_at: {path: born, as: generalized, "
	"optional: true}\n"
	"          external_id: {path: guid, as: immutable_id, "
	"optional: true}\n";

#define ATTRIBUTES(...) ((const char *const[]){ __VA_ARGS__, NULL, NULL })
#define DOMAIN                                                            \
	{ .kind = LDAP_SAYS_ENTRY, .dn = "DC=x",                          \
	  .attribute = ATTRIBUTES("objectSid", "S-1-5-21-1-2-3") },       \
	{ .kind = LDAP_SAYS_RESULT }
#define USER(cn)                                                          \
	{ .kind = LDAP_SAYS_ENTRY, .dn = "CN=" cn ",DC=x",                \
	  .attribute = ATTRIBUTES("cn", cn) }

struct play {
	struct scene scene;
	struct ldap_server *server;
	struct ep_buf log;
};

/* One run against a directory with that script. */
static void play(struct play *play, const struct ldap_reply *script,
		 int bind_result, const char *now)
{
	static const struct fake_reply nothing[] = { { .to = NULL } };
	const struct ep_http_options options = { .allow_loopback = true };
	struct scene *scene = &play->scene;
	struct ep_connection *connection;
	struct ep_http *http;

	scene_init(scene, nothing);
	ep_clock_fix(0);
	ep_buf_init(&play->log, 65536);
	play->server = ldap_server_start(script, bind_result, NULL);
	if (now)
		ldap_server_clock(play->server, now);
	scene->config.testing.allow_loopback = true;
	scene_connector(scene, connector);
	scene_customer(scene, "acme");
	connection = scene_connect(scene, "acme", "ad", "S-1-5-21-1-2-3");
	EP_VEC_ADD(&connection->params) = (struct ep_setting){
		ep_strdup("dc"), ep_strdup(ldap_server_url(play->server))
	};
	EP_VEC_ADD(&connection->params) = (struct ep_setting){
		ep_strdup("base_dn"), ep_strdup("DC=x")
	};
	scene_credential(scene, connection, "reader", "a(b)*", "password",
			 "secret");
	assert_int_equal(ep_http_open(&options, &http, &scene->err), 0);
	assert_int_equal(ep_collect_run(&scene->config, &scene->specs, NULL,
					&scene->sink, http, NULL,
					&scene->totals, &scene->err),
			 0);
	ep_http_close(http);
	ldap_server_stop(play->server, &play->log);
}

static void end(struct play *play)
{
	ep_buf_release(&play->log);
	scene_release(&play->scene);
}

/* Plays it and looks at what became of the users. */
static void play_users(const struct ldap_reply *script,
		       enum ep_coverage_status status, const char *part,
		       size_t rows)
{
	struct play p;

	play(&p, script, 0, NULL);
	scene_is(&p.scene, USERS, status, part);
	assert_int_equal(scene_find(&p.scene, USERS)->rows, rows);
	end(&p);
}

/* Ages mean nothing when the two clocks are far apart. */
static void test_clock(void **state)
{
	const struct ldap_reply script[] = {
		DOMAIN,
		USER("ada"),
		{ .kind = LDAP_SAYS_RESULT, .cookie = "" },
		{ .kind = LDAP_SAYS_END },
	};

	struct play p;

	(void)state;
	play(&p, script, 0, "20200101000000.0Z");
	scene_is(&p.scene, USERS, EP_COVERAGE_PARTIAL,
		 "ages cannot be trusted");
	end(&p);
	play_users(script, EP_COVERAGE_COMPLETE, NULL, 1);
}

static void test_pages(void **state)
{
	const struct ldap_reply script[] = {
		DOMAIN,
		{ .kind = LDAP_SAYS_ENTRY, .dn = "CN=ada,DC=x",
		  .attribute = ATTRIBUTES("cn", "ada", NULL, "flags", "514",
					  NULL, "ends", "0", NULL, "born",
					  "20210412081530.0Z", NULL, "guid",
					  "43fbc232-643f-464d-8c10-"
					  "7b95aa937b52") },
		{ .kind = LDAP_SAYS_REFERENCE,
		  .dn = "ldap://x/CN=Configuration,DC=x" },
		{ .kind = LDAP_SAYS_RESULT, .cookie = "1" },
		USER("bo"),
		{ .kind = LDAP_SAYS_RESULT, .cookie = "" },
		{ .kind = LDAP_SAYS_END },
	};
	struct play p;

	(void)state;
	play(&p, script, 0, NULL);
	scene_all_ended(&p.scene);
	assert_string_equal(scene_find(&p.scene, USERS)->keys.s,
			    "account:ada;account:bo;");
	assert_int_equal(scene_find(&p.scene, USERS)->coverage.pages, 2);
	/* Values are escaped, and nothing but searches was asked. */
	assert_non_null(strstr(p.log.s, "search \"DC=x\" cn flags ends"));
	assert_null(strstr(p.log.s, "abandon"));
	end(&p);
}

static void test_cuts(void **state)
{
	const struct ldap_reply limit[] = {
		DOMAIN,
		USER("ada"),
		{ .kind = LDAP_SAYS_RESULT, .cookie = "1" },
		USER("bo"),
		{ .kind = LDAP_SAYS_RESULT, .result = 4 },
		{ .kind = LDAP_SAYS_END },
	};
	const struct ldap_reply forgotten[] = {
		DOMAIN,
		USER("ada"),
		{ .kind = LDAP_SAYS_RESULT, .cookie = "1" },
		{ .kind = LDAP_SAYS_RESULT, .result = 53 },
		{ .kind = LDAP_SAYS_END },
	};
	const struct ldap_reply closed[] = {
		DOMAIN,
		USER("ada"),
		{ .kind = LDAP_SAYS_RESULT, .cookie = "1" },
		{ .kind = LDAP_SAYS_CLOSE },
		{ .kind = LDAP_SAYS_END },
	};

	(void)state;
	play_users(limit, EP_COVERAGE_PARTIAL, "LDAP result 4", 1);
	play_users(limit, EP_COVERAGE_PARTIAL, "smaller pages", 1);
	play_users(forgotten, EP_COVERAGE_PARTIAL, "LDAP result 53", 1);
	play_users(closed, EP_COVERAGE_PARTIAL, "was cut off", 1);
}

static void test_referrals(void **state)
{
	const struct ldap_reply below[] = {
		DOMAIN,
		USER("ada"),
		{ .kind = LDAP_SAYS_REFERENCE,
		  .dn = "ldap://east.x/DC=east,DC=x" },
		{ .kind = LDAP_SAYS_RESULT, .cookie = "" },
		{ .kind = LDAP_SAYS_END },
	};
	const struct ldap_reply elsewhere[] = {
		DOMAIN,
		{ .kind = LDAP_SAYS_RESULT, .result = 10 },
		{ .kind = LDAP_SAYS_END },
	};

	(void)state;
	play_users(below, EP_COVERAGE_PARTIAL, "ldap://east.x/DC=east", 1);
	play_users(elsewhere, EP_COVERAGE_FAILED, "LDAP result 10", 0);
}

static void test_refusals(void **state)
{
	const struct ldap_reply nothing[] = {
		DOMAIN,
		{ .kind = LDAP_SAYS_RESULT, .cookie = "" },
		{ .kind = LDAP_SAYS_END },
	};
	const struct ldap_reply access[] = {
		DOMAIN,
		{ .kind = LDAP_SAYS_RESULT, .result = 50 },
		{ .kind = LDAP_SAYS_END },
	};
	const struct ldap_reply plain[] = {
		DOMAIN,
		{ .kind = LDAP_SAYS_RESULT, .result = 13 },
		{ .kind = LDAP_SAYS_END },
	};
	const struct ldap_reply stranger[] = {
		{ .kind = LDAP_SAYS_ENTRY, .dn = "DC=y",
		  .attribute = ATTRIBUTES("objectSid", "S-1-5-21-7-7-7") },
		{ .kind = LDAP_SAYS_RESULT },
		{ .kind = LDAP_SAYS_END },
	};
	const struct ldap_reply busy[] = {
		DOMAIN,
		{ .kind = LDAP_SAYS_RESULT, .result = 51 },
		{ .kind = LDAP_SAYS_END },
	};

	(void)state;
	play_users(nothing, EP_COVERAGE_DENIED, "ask for the right", 0);
	play_users(access, EP_COVERAGE_DENIED, "list and read", 0);
	play_users(plain, EP_COVERAGE_DENIED, "ldaps://", 0);
	play_users(stranger, EP_COVERAGE_DENIED, "S-1-5-21-7-7-7", 0);
	play_users(busy, EP_COVERAGE_FAILED, "busy", 0);
}

static void test_bind(void **state)
{
	const struct ldap_reply script[] = { { .kind = LDAP_SAYS_END } };
	struct play p;

	(void)state;
	play(&p, script, 49, NULL);
	scene_is(&p.scene, USERS, EP_COVERAGE_DENIED, "LDAP result 49");
	assert_string_equal(p.log.s, "bind\n");
	end(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clock),
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_referrals),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_bind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
