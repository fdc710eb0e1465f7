/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a connector would ask, one page of it, and the proof of its
 * credentials: what an engineer sees before the first night.
 */
#include "scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"

static const char toy[] =
	"connector: toy\n"
	"version: 2\n"
	"system: toy\n"
	"title: Toy API\n"
	"docs: https://toy.example/\n"
	"scope: msp\n"
	"base: {api: https://api.toy.example, auth: https://a.toy.example}\n"
	"credentials:\n"
	"  main:\n"
	"    doc: The application\n"
	"    hint: Toy box, Applications\n"
	"    kind: token\n"
	"    secrets: [client_secret]\n"
	"    url: \"{auth}/token\"\n"
	"    form: {secret: \"{client_secret}\"}\n"
	"    token: access_token\n"
	"    value: \"Bearer {token}\"\n"
	"  side:\n"
	"    doc: The key\n"
	"    hint: Toy box, Keys\n"
	"    kind: header\n"
	"    secrets: [api_key]\n"
	"    value: \"{api_key}\"\n"
	"limits: {requests: 100, window: 60, share_percent: 90, retries: 0}\n"
	"page: {kind: number, param: page, first: 1, size_param: n, size: 2}\n"
	"identity: {endpoint: me, path: id}\n"
	"endpoints:\n"
	"  me:\n"
	"    title: Me\n"
	"    doc: Me\n"
	"    path: /me\n"
	"    credential: [main]\n"
	"    page: {kind: none}\n"
	"  orgs:\n"
	"    title: Organisations\n"
	"    doc: All\n"
	"    path: /orgs\n"
	"    query: {of: \"{tenant}\"}\n"
	"    credential: [main]\n"
	"    records: data\n"
	"    tenants: true\n"
	"    emit:\n"
	"      - kind: tenant\n"
	"        fields: {of_system: {const: toy}, id: id}\n"
	"  users:\n"
	"    title: Users\n"
	"    doc: Users\n"
	"    path: /orgs/{tenant}/users\n"
	"    credential: [main]\n"
	"    for_each: orgs\n"
	"    records: data\n"
	"    emit:\n"
	"      - kind: team\n"
	"        fields:\n"
	"          id: id\n"
	"          name: {path: name, optional: true}\n"
	"  keys:\n"
	"    title: Keys\n"
	"    doc: Keys\n"
	"    path: /keys/{tenant}\n"
	"    credential: [side]\n"
	"    records: data\n"
	"    emit:\n"
	"      - kind: team\n"
	"        fields: {id: id, name: id}\n";

#define TOKEN { .to = "/token", .body = "{\"access_token\":\"tok\"}" }

static struct ep_connection *set_up(struct scene *scene,
				    const struct fake_reply *script)
{
	struct ep_connection *connection;

	scene_init(scene, script);
	scene_connector(scene, toy);
	connection = scene_connect(scene, "msp", "toy", "M1");
	scene_credential(scene, connection, "main", NULL, "client_secret",
			 "sesame-secret");
	return connection;
}

static void test_plan(void **state)
{
	struct ep_connection *connection;
	struct scene scene;
	struct ep_buf out;

	(void)state;
	connection = set_up(&scene, NULL);
	ep_buf_init(&out, 65536);
	ep_collect_plan(scene.specs.v[0], connection, &out);
	assert_string_equal(
		out.s,
		"connector toy version 2: Toy API\n"
		"customer msp, tenant M1\n"
		"limit: 100 requests in 60 seconds, of which 90 percent are "
		"used\n"
		"credential main: The application\n"
		"  POST https://a.toy.example/token (token)\n"
		"credential side: The key (not configured; Toy box, Keys)\n"
		"toy.me: Me\n"
		"  GET https://api.toy.example/me (identity, read first)\n"
		"toy.orgs: Organisations\n"
		"  GET https://api.toy.example/orgs?of=M1&n=2&page=1...\n"
		"toy.users: Users\n"
		"  GET https://api.toy.example/orgs/{tenant}/users?n=2&"
		"page=1... (for each record of orgs)\n"
		"toy.keys: Keys (skipped: no credential)\n"
		"  GET https://api.toy.example/keys/M1?n=2&page=1...\n");
	ep_buf_clear(&out);
	ep_collect_plan(scene.specs.v[0], NULL, &out);
	assert_non_null(strstr(out.s, "/keys/{tenant}?n=2"));
	assert_null(strstr(out.s, "skipped"));
	ep_buf_release(&out);
	scene_release(&scene);
}

static int try_it(struct scene *scene, const char *endpoint,
		  struct ep_buf *out)
{
	struct ep_transport transport;

	fake_net_transport(&scene->net, &transport);
	ep_buf_clear(out);
	return ep_collect_try_over(&scene->config, &scene->specs,
				   &scene->config.customers.v[0]
					    .connections.v[0],
				   endpoint, &transport, out, &scene->err);
}

static void test_try(void **state)
{
	static const struct fake_reply script[] = {
		TOKEN,
		{ .to = "/orgs?of=M1&n=2&page=1",
		  .body = "{\"data\":[{\"id\":7},{\"id\":8}]}" },
		{ .to = "/orgs/7/users?n=2&page=1",
		  .body = "{\"data\":[{\"id\":\"a\",\"name\":\"A\\u001b[2J\","
			  "\"pin\":\"CANARY\"},{\"name\":\"x\"}]}" },
		{ 0 }
	};
	struct scene scene;
	struct ep_buf out;

	(void)state;
	set_up(&scene, script);
	ep_buf_init(&out, 65536);
	assert_int_equal(try_it(&scene, "users", &out), 0);
	assert_non_null(strstr(out.s, "orgs: HTTP 200"));
	assert_non_null(strstr(out.s, "users: HTTP 200"));
	assert_non_null(strstr(out.s, ", 2 records\n"));
	assert_non_null(strstr(out.s, "team id=\"a\" name=\"A<U+001B>[2J\""));
	assert_non_null(strstr(out.s, "missing members: id"));
	/* what no field names is not shown */
	assert_null(strstr(out.s, "CANARY"));
	assert_null(strstr(out.s, "pin"));
	/* one page is one page */
	assert_int_equal(fake_net_count(&scene.net, "/orgs?of=M1&n=2&page=2"),
			 0);
	assert_int_equal(try_it(&scene, "nothing", &out), EP_EUSAGE);
	assert_int_equal(try_it(&scene, "keys", &out), EP_ECONFIG);
	assert_int_equal(try_it(&scene, "me", &out), EP_EUNAVAIL);
	assert_non_null(strstr(out.s, "could not be asked"));
	ep_buf_release(&out);
	scene_release(&scene);
}

static void note(void *to, const struct ep_collect_proof *proof)
{
	ep_buf_addf(to, "%s %s %s %s|", proof->credential,
		    proof->configured ? "there" : "absent",
		    proof->proven ? "proven" : "unproven", proof->reason);
}

static void prove(struct scene *scene, struct ep_buf *out)
{
	struct ep_transport transport;

	fake_net_transport(&scene->net, &transport);
	ep_buf_clear(out);
	assert_int_equal(
		ep_collect_test_over(&scene->config, &scene->specs,
				     &scene->config.customers.v[0]
					      .connections.v[0],
				     &transport, false, note, out,
				     &scene->err),
		0);
}

static void test_proofs(void **state)
{
	static const struct fake_reply good[] = {
		TOKEN, { .to = "/me", .body = "{\"id\":\"M1\"}" }, { 0 }
	};
	static const struct fake_reply other[] = {
		TOKEN, { .to = "/me", .body = "{\"id\":\"M2\"}" },
		{ .to = "/keys/M1?n=2&page=1", .body = "{\"data\":[]}" },
		{ 0 }
	};
	static const struct fake_reply refused[] = {
		{ .to = "/token", .status = 401 },
		{ .to = "/keys/M1?n=2&page=1", .status = 401 },
		{ 0 }
	};
	struct ep_connection *connection;
	struct scene scene;
	struct ep_buf out;

	(void)state;
	ep_buf_init(&out, 65536);
	set_up(&scene, good);
	prove(&scene, &out);
	assert_string_equal(out.s, "main there proven |"
				   "side absent unproven not configured|");
	scene_release(&scene);

	connection = set_up(&scene, other);
	scene_credential(&scene, connection, "side", NULL, "api_key", "kkk");
	prove(&scene, &out);
	assert_non_null(strstr(out.s, "main there unproven credential 'main' "
				      "answers for tenancy M2, not for the "
				      "configured M1|"));
	assert_non_null(strstr(out.s, "side there proven"));
	scene_release(&scene);

	connection = set_up(&scene, refused);
	scene_credential(&scene, connection, "side", NULL, "api_key", "kkk");
	prove(&scene, &out);
	assert_non_null(strstr(out.s, "main there unproven"));
	assert_non_null(strstr(out.s, "the token URL was denied (HTTP 401)"));
	assert_non_null(strstr(out.s, "side there unproven"));
	scene_release(&scene);
	ep_buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plan),
		cmocka_unit_test(test_try),
		cmocka_unit_test(test_proofs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
