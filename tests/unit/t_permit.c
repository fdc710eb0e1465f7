/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Permissions of a credential: how each source tells, what lacks, what is
 * too much, and what must not be taken for a pass.
 */
#include "scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "collect/permit.h"
#include "ext/crypto.h"

/* %s: granted:, members of the form. */
#define TOY                                               \
	"connector: toy\n"                                \
	"version: 2\n"                                    \
	"system: toy\n"                                   \
	"title: Toy API\n"                                \
	"docs: https://toy.example/\n"                    \
	"scope: tenant\n"                                 \
	"base: {api: https://api.toy.example}\n"          \
	"credentials:\n"                                  \
	"  main:\n"                                       \
	"    doc: The application\n"                      \
	"    hint: Toy box, Applications\n"               \
	"    kind: token\n"                               \
	"    secrets: [client_secret]\n"                  \
	"    url: \"{api}/token\"\n"                      \
	"    form: {secret: \"{client_secret}\", scope: \"p/users p/keys\"}\n" \
	"    token: access_token\n"                       \
	"    value: \"Bearer {token}\"\n"                 \
	"    granted: %s\n"                               \
	"limits: {retries: 0}\n"                          \
	"identity: {endpoint: me, path: id}\n"            \
	"endpoints:\n"                                    \
	"  me:\n"                                         \
	"    title: Me\n"                                 \
	"    path: /me\n"                                 \
	"    credential: [main]\n"                        \
	"    permissions: []\n"                           \
	"    page: {kind: none}\n"                        \
	"  users:\n"                                      \
	"    title: Users\n"                              \
	"    path: /users\n"                              \
	"    credential: [main]\n"                        \
	"    permissions: [users|everything]\n"           \
	"    records: data\n"                             \
	"    page: {kind: none}\n"                        \
	"    emit: [{kind: team, fields: {id: id}}]\n"    \
	"  keys:\n"                                       \
	"    title: Keys\n"                               \
	"    path: /keys\n"                               \
	"    credential: [main]\n"                        \
	"%s"                                              \
	"    records: data\n"                             \
	"    page: {kind: none}\n"                        \
	"    emit: [{kind: team, fields: {id: id}}]\n"

#define KEYS "    permissions: [keys]\n"
#define ME { .to = "/me", .body = "{\"id\":\"T1\",\"may\":\"users, keys\"}" }

static void note(void *to, const struct ep_collect_proof *proof)
{
	const struct ep_permit *p = proof->permit;

	ep_buf_addf(to, "%s", proof->proven ? "proven" : "unproven");
	if (!p || !p->told_by) {
		ep_buf_adds(to, p ? " unclear" : " untold");
		return;
	}
	ep_buf_addf(to, " by %s:", p->told_by);
	for (size_t i = 0; i < p->lacks.n; i++)
		ep_buf_addf(to, " -%s(%s)", p->lacks.v[i].permission,
			    p->lacks.v[i].datasets);
	for (size_t i = 0; i < p->extras.n; i++)
		ep_buf_addf(to, " +%s%s", p->extras.v[i].permission,
			    p->extras.v[i].writes ? "!" : "");
	for (size_t i = 0; i < p->unclear.n; i++)
		ep_buf_addf(to, " ?%s", p->unclear.v[i]);
	for (size_t i = 0; i < p->unstated.n; i++)
		ep_buf_addf(to, " ~%s", p->unstated.v[i]);
	for (size_t i = 0; i < proof->refused->n; i++)
		ep_buf_addf(to, " %.*s",
			    (int)strcspn(proof->refused->v[i], "\n"),
			    proof->refused->v[i]);
}

/* What a test of the connection says, with that granted: and that network. */
static const char *said(const char *granted, const char *keys,
			const struct fake_reply *script, bool each)
{
	static char text[2000];
	struct ep_transport transport;
	struct scene scene;
	struct ep_buf out;
	char yaml[4000];

	snprintf(yaml, sizeof(yaml), TOY, granted, keys);
	scene_init(&scene, script);
	scene_connector(&scene, yaml);
	scene_credential(&scene, scene_connect(&scene, "acme", "toy", "T1"),
			 "main", NULL, "client_secret", "sesame-secret");
	fake_net_transport(&scene.net, &transport);
	ep_buf_init(&out, sizeof(text));
	assert_int_equal(
		ep_collect_test_over(&scene.config, &scene.specs,
				     &scene.config.customers.v[0]
					      .connections.v[0],
				     &transport, each, note, &out, &scene.err),
		0);
	snprintf(text, sizeof(text), "%s", out.s ? out.s : "");
	ep_buf_release(&out);
	scene_release(&scene);
	return text;
}

/* The answer with a token whose claims these are. */
static const char *jwt(const char *claims)
{
	static char body[1000];
	struct ep_buf out;

	ep_buf_init(&out, sizeof(body));
	ep_buf_adds(&out, "{\"access_token\":\"e30.");
	ep_base64url(&out, claims, strlen(claims));
	ep_buf_adds(&out, ".c2ln\"}");
	snprintf(body, sizeof(body), "%s", out.s);
	ep_buf_release(&out);
	return body;
}

static const char *by_token(const char *body)
{
	const struct fake_reply script[] = {
		{ .to = "/token", .body = body }, ME, { 0 }
	};

	return said("{token: roles, harmless: [openid], writes: \"Write\"}",
		    KEYS, script, false);
}

static void test_token(void **state)
{
	(void)state;
	assert_string_equal(by_token(jwt("{\"roles\":[\"users\",\"keys\"]}")),
			    "proven by the token:");
	assert_string_equal(by_token(jwt("{\"roles\":[\"everything\",\"keys\","
					 "\"openid\"]}")),
			    "proven by the token:");
	assert_string_equal(by_token(jwt("{\"roles\":[\"users\",\"AllWrite\","
					 "\"more\"]}")),
			    "proven by the token: -keys(toy.keys) "
			    "+AllWrite! +more");
	/* Nothing granted: no claim. */
	assert_string_equal(by_token(jwt("{\"aud\":\"x\"}")),
			    "proven by the token: -users|everything(toy.users)"
			    " -keys(toy.keys)");
}

/* A token that cannot be read tells nothing, which is no pass. */
static void test_token_tells_nothing(void **state)
{
	(void)state;
	assert_string_equal(by_token("{\"access_token\":\"opaque\"}"),
			    "proven unclear");
	assert_string_equal(by_token("{\"access_token\":\"a.!!.c\"}"),
			    "proven unclear");
	assert_string_equal(by_token(jwt("[]")), "proven unclear");
	assert_string_equal(by_token(jwt("{\"roles\":7}")), "proven unclear");
	assert_string_equal(by_token(jwt("{\"roles\":[7]}")),
			    "proven unclear");
}

static void test_answer(void **state)
{
	static const struct fake_reply told[] = {
		{ .to = "/token", .body = "{\"access_token\":\"t\",\"scope\":"
					  "\"p/users p/admin\"}" },
		ME, { 0 }
	};
	static const struct fake_reply silent[] = {
		{ .to = "/token", .body = "{\"access_token\":\"t\"}" },
		ME, { 0 }
	};

	(void)state;
	assert_string_equal(said("{answer: scope, prefix: p/}", KEYS, told,
				 false),
			    "proven by the answer with the token: "
			    "-keys(toy.keys) +admin");
	assert_string_equal(said("{answer: scope}", KEYS, silent, false),
			    "proven unclear");
	/* What was asked for was given when nothing else is said. */
	assert_string_equal(said("{answer: scope, ask: scope, prefix: p/}",
				 KEYS, silent, false),
			    "proven by asking for each:");
}

static void test_endpoint(void **state)
{
	static const struct fake_reply script[] = {
		{ .to = "/token", .body = "{\"access_token\":\"t\"}" },
		ME, { 0 }
	};

	(void)state;
	assert_string_equal(said("{endpoint: me, path: may}", KEYS, script,
				 false),
			    "proven by me:");
	assert_string_equal(said("{endpoint: me, path: nothing}", KEYS, script,
				 false),
			    "proven unclear");
	assert_string_equal(said("{endpoint: me, path: may}", "", script,
				 false),
			    "proven by me: +keys ~keys");
}

/* The token URL takes the words one after the other: all, users, keys. */
static void test_asking(void **state)
{
	static const struct fake_reply one[] = {
		{ .to = "/token", .status = 400, .times = 1 },
		{ .to = "/token", .body = "{\"access_token\":\"t\"}",
		  .times = 1 },
		{ .to = "/token", .status = 400 }, ME, { 0 }
	};
	static const struct fake_reply none[] = {
		{ .to = "/token", .status = 401 }, ME, { 0 }
	};
	static const struct fake_reply down[] = {
		{ .to = "/token", .status = 400, .times = 1 },
		{ .to = "/token", .body = "{\"access_token\":\"t\"}",
		  .times = 1 },
		{ .to = "/token", .status = 500 }, ME, { 0 }
	};
	static const struct fake_reply wide[] = {
		{ .to = "/token", .body = "{\"access_token\":\"t\"}" },
		ME, { 0 }
	};

	(void)state;
	assert_string_equal(said("{ask: scope, prefix: p/}", KEYS, one, false),
			    "unproven by asking for each: -keys(toy.keys)");
	assert_string_equal(said("{ask: scope, prefix: p/}", KEYS, none,
				 false),
			    "unproven unclear");
	assert_string_equal(said("{ask: scope, prefix: p/}", KEYS, down,
				 false),
			    "unproven by asking for each: ?keys");
	assert_string_equal(said("{ask: scope, prefix: p/, unwanted: [rule], "
				 "writes: rule}", KEYS, wide, false),
			    "proven by asking for each: +rule!");
}

static void test_listings(void **state)
{
	static const struct fake_reply script[] = {
		{ .to = "/token", .body = "{\"access_token\":\"t\"}" }, ME,
		{ .to = "/users", .body = "{\"data\":[]}" },
		{ .to = "/keys", .status = 403 }, { 0 }
	};

	(void)state;
	assert_string_equal(said("{endpoint: me, path: may}", KEYS, script,
				 true),
			    "proven by me: keys: the answer was denied "
			    "(HTTP 403)");
}

static void test_wrong(void **state)
{
	static const char *const wrong[] = {
		"{}", "{token: a, answer: b}", "{endpoint: me}",
		"{endpoint: nowhere, path: x}", "{ask: nothing}",
		"{token: a, unwanted: [b]}", "{token: a, writes: \"(\"}",
		"{token: a, odd: b}", NULL
	};

	(void)state;
	for (int i = 0; wrong[i]; i++) {
		struct ep_diag diag = { 0 };
		char path[] = "toy-XXXXXX";
		char file[64], yaml[4000];
		FILE *f;

		assert_non_null(mkdtemp(path));
		snprintf(file, sizeof(file), "%s/toy.yaml", path);
		snprintf(yaml, sizeof(yaml), TOY, wrong[i], KEYS);
		f = fopen(file, "w");
		assert_non_null(f);
		fputs(yaml, f);
		fclose(f);
		if (ep_spec_load(file, &diag))
			fail_msg("%s was taken", wrong[i]);
		assert_int_not_equal(diag.n, 0);
		ep_diag_release(&diag);
		unlink(file);
		rmdir(path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_token),
		cmocka_unit_test(test_token_tells_nothing),
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_endpoint),
		cmocka_unit_test(test_asking),
		cmocka_unit_test(test_listings),
		cmocka_unit_test(test_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
