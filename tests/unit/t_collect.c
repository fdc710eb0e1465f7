/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The collection as a whole, over a network of paper: what is asked, what
 * is stored, and above all what every dataset says in the end.
 */
#include "scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"

#define LIST "/v1/t/T1/users?size=2&page="
#define USERS "toy/T1 toy.users"

/* One tenant, one token, numbered pages. */
static const char toy[] =
	"connector: toy\n"
	"version: 1\n"
	"system: toy\n"
	"title: Toy\n"
	"docs: https://toy.example/\n"
	"scope: tenant\n"
	"base:\n"
	"  api: https://api.toy.example/v1\n"
	"credentials:\n"
	"  main:\n"
	"    doc: The toy's application\n"
	"    hint: Toy box, Applications\n"
	"    kind: token\n"
	"    params: [client_id]\n"
	"    secrets: [client_secret]\n"
	"    url: https://auth.toy.example/token\n"
	"    form: {client_id: \"{client_id}\", secret: \"{client_secret}\"}\n"
	"    token: access_token\n"
	"    expires: expires_in\n"
	"    header: Authorization\n"
	"    value: \"Bearer {token}\"\n"
	"  extra:\n"
	"    doc: The other application\n"
	"    hint: Toy box, More\n"
	"    kind: header\n"
	"    secrets: [api_key]\n"
	"    header: Authorization\n"
	"    value: \"{api_key}\"\n"
	"limits: {parallel: 2, requests: 100, window: 60, per: credential,\n"
	"  share_percent: 100, retries: 2,\n"
	"  wait: [{header: X-Wait, as: seconds}], remaining: X-Left}\n"
	"page: {kind: number, param: page, first: 0, size_param: size,\n"
	"  size: 2, pages: page.totalPages}\n"
	"identity:\n"
	"  endpoint: root\n"
	"  find: \"/t/([A-Z0-9]+)\"\n"
	"endpoints:\n"
	"  root:\n"
	"    title: Root\n"
	"    doc: Who\n"
	"    path: /root\n"
	"    credential: [main]\n"
	"    page: {kind: none}\n"
	"  users:\n"
	"    title: Users\n"
	"    doc: Users\n"
	"    path: /t/{tenant}/users\n"
	"    credential: [main]\n"
	"    records: users\n"
	"    total: page.total\n"
	"    success: success\n"
	"    tenant_path: tenantId\n"
	"    emit:\n"
	"      - kind: team\n"
	"        fields: {id: id, name: name}\n"
	"  keys:\n"
	"    title: Keys\n"
	"    doc: Keys\n"
	"    path: /t/{tenant}/keys\n"
	"    credential: [extra]\n"
	"    records: keys\n"
	"    page: {kind: none}\n"
	"    optional: true\n"
	"    emit:\n"
	"      - kind: team\n"
	"        fields: {id: id, name: name}\n";

#define TOKEN \
	{ .to = "/token", \
	  .body = "{\"access_token\":\"tok-one\",\"expires_in\":3600}" }
#define ROOT { .to = "/v1/root", .body = "{\"l\":{\"h\":\"x/t/T1/y\"}}" }
#define PAGE(ids, pages, total) \
	"{\"success\":true,\"users\":[" ids "],\"page\":{\"totalPages\":" \
	#pages ",\"total\":" #total "}}"
#define U(id) "{\"id\":\"" id "\",\"name\":\"n\",\"tenantId\":\"T1\"}"

static void play(struct scene *scene, const struct fake_reply *script)
{
	struct ep_connection *connection;

	scene_init(scene, script);
	scene_connector(scene, toy);
	connection = scene_connect(scene, "acme", "toy", "T1");
	scene_credential(scene, connection, "main", "cid", "client_secret",
			 "sesame-secret");
	scene_run(scene);
	assert_int_equal(scene->rc, 0);
	scene_all_ended(scene);
}

static void test_reads_all_pages(void **state)
{
	static const struct fake_reply script[] = {
		TOKEN, ROOT,
		{ .to = LIST "0", .body = PAGE(U("a") "," U("b"), 2, 3) },
		{ .to = LIST "1", .body = PAGE(U("c"), 2, 3) },
		{ 0 }
	};
	struct scene scene;
	const struct scene_dataset *users;

	(void)state;
	play(&scene, script);
	scene_is(&scene, USERS, EP_COVERAGE_COMPLETE, NULL);
	users = scene_find(&scene, USERS);
	assert_string_equal(users->keys.s, "team:a;team:b;team:c;");
	assert_int_equal(users->coverage.pages, 2);
	assert_int_equal(users->coverage.rows, 3);
	assert_int_equal(users->coverage.total, 3);
	assert_int_equal(users->coverage.page_sha256.len, 64);
	assert_string_equal(users->customer, "acme");
	/* one token for all, then identity before anything else */
	assert_int_equal(fake_net_count(&scene.net, "/token"), 1);
	assert_non_null(strstr(scene.net.log.s, "GET /v1/root\n"));
	assert_true(strstr(scene.net.log.s, "/v1/root") <
		    strstr(scene.net.log.s, LIST "0"));
	assert_string_equal(scene.net.bodies.s,
			    "client_id=cid&secret=sesame-secret\n");
	/* the endpoint that nothing is emitted from is no dataset */
	assert_null(scene_find(&scene, "toy/T1 toy.root"));
	assert_int_equal(scene.totals.datasets, 2);
	scene_release(&scene);
}

static void test_no_credential_is_skipped(void **state)
{
	static const struct fake_reply script[] = {
		TOKEN, ROOT,
		{ .to = LIST "0", .body = PAGE("", 0, 0) },
		{ 0 }
	};
	struct scene scene;

	(void)state;
	play(&scene, script);
	scene_is(&scene, USERS, EP_COVERAGE_COMPLETE, NULL);
	scene_is(&scene, "toy/T1 toy.keys", EP_COVERAGE_SKIPPED,
		 "no credential for it is configured (extra)");
	scene_is(&scene, "toy/T1 toy.keys", EP_COVERAGE_SKIPPED,
		 "Toy box, More");
	scene_release(&scene);
}

static void test_switched_off_is_skipped(void **state)
{
	static const struct fake_reply script[] = { { 0 } };
	struct ep_connection *connection;
	struct scene scene;

	(void)state;
	scene_init(&scene, script);
	scene_connector(&scene, toy);
	connection = scene_connect(&scene, "acme", "toy", "T1");
	scene_credential(&scene, connection, "main", "cid", "client_secret",
			 "sesame-secret");
	connection->enabled = false;
	scene_run(&scene);
	scene_is(&scene, USERS, EP_COVERAGE_SKIPPED, "switched off");
	assert_int_equal(scene.net.requests, 0);
	scene_release(&scene);
}

static void test_other_tenancy_answers(void **state)
{
	static const struct fake_reply script[] = {
		TOKEN,
		{ .to = "/v1/root", .body = "{\"h\":\"x/t/T9/y\"}" },
		{ .to = LIST "0", .body = PAGE(U("a"), 1, 1) },
		{ 0 }
	};
	struct scene scene;

	(void)state;
	play(&scene, script);
	scene_is(&scene, USERS, EP_COVERAGE_DENIED, "T9");
	scene_is(&scene, USERS, EP_COVERAGE_DENIED, "T1");
	assert_int_equal(scene_find(&scene, USERS)->rows, 0);
	assert_int_equal(fake_net_count(&scene.net, LIST "0"), 0);
	scene_release(&scene);
}

static void test_identity_says_nothing(void **state)
{
	static const struct fake_reply script[] = {
		TOKEN, { .to = "/v1/root", .body = "{\"h\":\"nothing\"}" },
		{ .to = LIST "0", .body = PAGE(U("a"), 1, 1) }, { 0 }
	};
	struct scene scene;

	(void)state;
	play(&scene, script);
	scene_is(&scene, USERS, EP_COVERAGE_FAILED, "does not say whose");
	scene_release(&scene);
}

/* Every way a page can go wrong, first and second. */
static void test_bad_pages(void **state)
{
	static const struct {
		struct fake_reply reply;
		enum ep_coverage_status first;	/* when it is page 1 */
		enum ep_coverage_status second;
		const char *says;
	} cases[] = {
		{ { .body = "<html>sign in</html>",
		    .headers = "Content-Type: text/html" },
		  EP_COVERAGE_FAILED, EP_COVERAGE_PARTIAL, "web page" },
		{ { .body = "" }, EP_COVERAGE_FAILED, EP_COVERAGE_PARTIAL,
		  "without a body" },
		{ { .body = "{\"users\":[" }, EP_COVERAGE_FAILED,
		  EP_COVERAGE_PARTIAL, "no valid JSON" },
		{ { .body = "{\"success\":false,\"users\":[],\"errorText\":"
			    "\"no luck\"}" },
		  EP_COVERAGE_FAILED, EP_COVERAGE_PARTIAL, "no luck" },
		{ { .body = "{\"users\":[]}" }, EP_COVERAGE_FAILED,
		  EP_COVERAGE_PARTIAL, "does not say that it succeeded" },
		{ { .body = "{\"success\":true}" }, EP_COVERAGE_FAILED,
		  EP_COVERAGE_PARTIAL, "has no member 'users'" },
		{ { .body = "{\"success\":true,\"users\":null}" },
		  EP_COVERAGE_FAILED, EP_COVERAGE_PARTIAL, "else than a list" },
		{ { .body = "{\"success\":true,\"users\":[],\"errors\":[{"
			    "\"message\":\"half\"}]}" },
		  EP_COVERAGE_FAILED, EP_COVERAGE_PARTIAL, "half" },
		{ { .body = "{\"success\":true,\"users\":[{\"id\":\"x\","
			    "\"name\":\"n\",\"tenantId\":\"T2\"}]}" },
		  EP_COVERAGE_FAILED, EP_COVERAGE_PARTIAL, "T2 in place of T1" },
		{ { .status = 403, .body = "{\"message\":\"scope\"}" },
		  EP_COVERAGE_DENIED, EP_COVERAGE_DENIED, "HTTP 403 \"scope\"" },
		{ { .status = 404 }, EP_COVERAGE_FAILED, EP_COVERAGE_PARTIAL,
		  "HTTP 404" },
		{ { .status = 400 }, EP_COVERAGE_FAILED, EP_COVERAGE_PARTIAL,
		  "HTTP 400" },
		{ { .status = 302 }, EP_COVERAGE_FAILED, EP_COVERAGE_PARTIAL,
		  "redirect" },
		{ { .status = 502 }, EP_COVERAGE_FAILED, EP_COVERAGE_PARTIAL,
		  "HTTP 502, 3 times" },
		{ { .status = 401 }, EP_COVERAGE_DENIED, EP_COVERAGE_DENIED,
		  "HTTP 401" },
		{ { .end = EP_HTTP_TLS }, EP_COVERAGE_FAILED,
		  EP_COVERAGE_PARTIAL, "TLS" },
		{ { .end = EP_HTTP_CUT }, EP_COVERAGE_FAILED,
		  EP_COVERAGE_PARTIAL, "cut off" },
		{ { .end = EP_HTTP_TIMEOUT }, EP_COVERAGE_FAILED,
		  EP_COVERAGE_PARTIAL, "too long" },
		{ { .end = EP_HTTP_LIMIT }, EP_COVERAGE_FAILED,
		  EP_COVERAGE_PARTIAL, "larger than allowed" },
		{ { .end = EP_HTTP_CONNECT }, EP_COVERAGE_FAILED,
		  EP_COVERAGE_PARTIAL, "could not be asked" },
	};
	struct fake_reply script[] = {
		TOKEN, ROOT, { 0 }, { 0 }, { 0 }
	};
	struct scene scene;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		script[2] = cases[i].reply;
		script[2].to = LIST "0";
		script[3].to = NULL;
		play(&scene, script);
		scene_is(&scene, USERS, cases[i].first, cases[i].says);
		assert_int_equal(scene_find(&scene, USERS)->rows, 0);
		scene_release(&scene);

		script[2] = (struct fake_reply){
			.to = LIST "0", .body = PAGE(U("a") "," U("b"), 2, 3)
		};
		script[3] = cases[i].reply;
		script[3].to = LIST "1";
		play(&scene, script);
		scene_is(&scene, USERS, cases[i].second, cases[i].says);
		assert_int_equal(scene_find(&scene, USERS)->rows, 2);
		if (cases[i].reply.end != EP_HTTP_OK ||
		    cases[i].reply.status >= 300)
			scene_is(&scene, USERS, cases[i].second, "page 2 of 2");
		scene_release(&scene);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_all_pages),
		cmocka_unit_test(test_no_credential_is_skipped),
		cmocka_unit_test(test_switched_off_is_skipped),
		cmocka_unit_test(test_other_tenancy_answers),
		cmocka_unit_test(test_identity_says_nothing),
		cmocka_unit_test(test_bad_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
