/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The collection as a whole, over a network of paper: what is asked, what
 * is stored, and above all what every dataset says in the end.
 */
#include "scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
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
		{ { .status = 206, .body = PAGE(U("z"), 2, 3) },
		  EP_COVERAGE_FAILED, EP_COVERAGE_PARTIAL, "HTTP 206" },
		{ { .status = 204 }, EP_COVERAGE_FAILED, EP_COVERAGE_PARTIAL,
		  "HTTP 204" },
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
		    cases[i].reply.status > 200)
			scene_is(&scene, USERS, cases[i].second, "page 2 of 2");
		scene_release(&scene);
	}
}

/* --- trouble that is overcome ------------------------------------------ */

static void test_retries_and_goes_on(void **state)
{
	static const struct fake_reply script[] = {
		TOKEN, ROOT,
		{ .to = LIST "0", .status = 502, .times = 1 },
		{ .to = LIST "0", .end = EP_HTTP_CONNECT, .times = 1 },
		{ .to = LIST "0", .body = PAGE(U("a"), 1, 1) },
		{ 0 }
	};
	struct scene scene;

	(void)state;
	play(&scene, script);
	scene_is(&scene, USERS, EP_COVERAGE_COMPLETE, NULL);
	assert_int_equal(scene_find(&scene, USERS)->coverage.retries, 2);
	assert_int_equal(scene_find(&scene, USERS)->coverage.pages, 1);
	/* half a second to one, then one to two */
	assert_in_range(scene.net.now - 1000000, 1500, 3100);
	scene_release(&scene);
}

static void test_waits_as_told(void **state)
{
	static const struct fake_reply script[] = {
		TOKEN, ROOT,
		{ .to = LIST "0", .status = 429, .headers = "X-Wait: 42\n",
		  .times = 3 },
		{ .to = LIST "0", .body = PAGE(U("a"), 1, 1) },
		{ 0 }
	};
	struct scene scene;

	(void)state;
	play(&scene, script);
	scene_is(&scene, USERS, EP_COVERAGE_COMPLETE, NULL);
	assert_in_range(scene.net.now - 1000000, 126000, 127000);
	assert_in_range(scene_find(&scene, USERS)->coverage.waited_ms, 126000,
			127000);
	scene_release(&scene);
}

static void test_wait_is_told_to_all_of_the_budget(void **state)
{
	static const struct fake_reply script[] = {
		TOKEN,
		{ .to = "/v1/root", .body = "{\"l\":[\"/t/T1\",\"/t/T2\"]}" },
		{ .to = LIST "0", .status = 429, .headers = "X-Wait: 30\n",
		  .times = 1 },
		{ .to = LIST "0", .body = PAGE(U("a"), 1, 1) },
		/* the second page comes due while the vendor wants silence */
		{ .to = "/v1/t/T2/users?size=2&page=0", .ms = 500,
		  .body = "{\"success\":true,\"users\":[{\"id\":\"x\","
			  "\"name\":\"n\",\"tenantId\":\"T2\"}],\"page\":{"
			  "\"totalPages\":2,\"total\":2}}" },
		{ .to = "/v1/t/T2/users?size=2&page=1",
		  .body = "{\"success\":true,\"users\":[{\"id\":\"y\","
			  "\"name\":\"n\",\"tenantId\":\"T2\"}],\"page\":{"
			  "\"totalPages\":2,\"total\":2}}" },
		{ 0 }
	};
	static const char *const tenants[] = { "T1", "T2" };
	struct ep_connection *connection;
	struct scene scene;
	const char *sent;

	(void)state;
	scene_init(&scene, script);
	scene_connector(&scene, toy);
	for (int i = 0; i < 2; i++) {
		connection = scene_connect(&scene, "acme", "toy", tenants[i]);
		scene_credential(&scene, connection, "main", "cid",
				 "client_secret", "sesame-secret");
	}
	scene_run(&scene);
	scene_is(&scene, USERS, EP_COVERAGE_COMPLETE, NULL);
	scene_is(&scene, "toy/T2 toy.users", EP_COVERAGE_COMPLETE, NULL);
	/* one credential: one token, one budget */
	assert_int_equal(fake_net_count(&scene.net, "/token"), 1);
	sent = strstr(scene.net.log.s, " GET /v1/t/T2/users?size=2&page=1");
	assert_non_null(sent);
	while (sent > scene.net.log.s && sent[-1] != '\n')
		sent--;
	assert_in_range(strtol(sent, NULL, 10), 30000, 31500);
	assert_true(scene.events[EP_STEP_WAIT] > 0);
	assert_string_equal(scene.wait_why,
			    "the vendor asked for it (HTTP 429)");
	scene_release(&scene);
}

/* A request that waits for room in the window must not go when the vendor
 * has asked for silence meanwhile. */
static void test_window_and_wait_both_hold(void **state)
{
	static const struct fake_reply script[] = {
		TOKEN,
		{ .to = "/v1/root", .body = "{\"l\":[\"/t/T1\",\"/t/T2\"]}" },
		{ .to = LIST "0", .body = PAGE(U("a"), 2, 2) },
		{ .to = LIST "1", .body = PAGE(U("b"), 2, 2) },
		{ .to = "/v1/t/T2/users?size=2&page=0", .ms = 500,
		  .status = 429, .headers = "X-Wait: 90\n", .times = 1 },
		{ .to = "/v1/t/T2/users?size=2&page=0",
		  .body = "{\"success\":true,\"users\":[],\"page\":{"
			  "\"totalPages\":0,\"total\":0}}" },
		{ 0 }
	};
	static const char *const tenants[] = { "T1", "T2" };
	struct ep_connection *connection;
	struct scene scene;
	struct ep_spec *spec;
	const char *sent;

	(void)state;
	scene_init(&scene, script);
	spec = scene_connector(&scene, toy);
	spec->limits.requests = 4;	/* two roots, two first pages */
	for (int i = 0; i < 2; i++) {
		connection = scene_connect(&scene, "acme", "toy", tenants[i]);
		scene_credential(&scene, connection, "main", "cid",
				 "client_secret", "sesame-secret");
	}
	scene_run(&scene);
	scene_is(&scene, USERS, EP_COVERAGE_COMPLETE, NULL);
	scene_is(&scene, "toy/T2 toy.users", EP_COVERAGE_COMPLETE, NULL);
	sent = strstr(scene.net.log.s, " GET " LIST "1");
	assert_non_null(sent);
	while (sent > scene.net.log.s && sent[-1] != '\n')
		sent--;
	assert_in_range(strtol(sent, NULL, 10), 90500, 92000);
	scene_release(&scene);
}

static void test_wait_too_long_ends(void **state)
{
	static const struct fake_reply script[] = {
		TOKEN, ROOT,
		{ .to = LIST "0", .status = 429,
		  .headers = "X-Wait: 99999999999999999999\n" },
		{ 0 }
	};
	struct scene scene;

	(void)state;
	play(&scene, script);
	scene_is(&scene, USERS, EP_COVERAGE_FAILED, "EP_WAIT_SECONDS_MAX");
	assert_int_equal(fake_net_count(&scene.net, LIST "0"), 1);
	scene_release(&scene);
}

static void test_throttled_for_ever_ends(void **state)
{
	static const struct fake_reply script[] = {
		TOKEN, ROOT, { .to = LIST "0", .status = 429 }, { 0 }
	};
	struct scene scene;

	(void)state;
	play(&scene, script);
	scene_is(&scene, USERS, EP_COVERAGE_FAILED, "HTTP 429");
	assert_int_equal(fake_net_count(&scene.net, LIST "0"),
			 EP_THROTTLES_MAX + 1);
	scene_release(&scene);
}

static void test_token_ends_in_the_middle(void **state)
{
	static const struct fake_reply script[] = {
		{ .to = "/token", .times = 1,
		  .body = "{\"access_token\":\"tok-one\",\"expires_in\":999}" },
		{ .to = "/token", .times = 1,
		  .body = "{\"access_token\":\"tok-two\",\"expires_in\":999}" },
		ROOT,
		{ .to = LIST "0", .body = PAGE(U("a") "," U("b"), 2, 3) },
		{ .to = LIST "1", .body = PAGE(U("c"), 2, 3),
		  .needs = "Bearer tok-two" },
		{ .to = LIST "1", .status = 401 },
		{ 0 }
	};
	struct scene scene;

	(void)state;
	play(&scene, script);
	scene_is(&scene, USERS, EP_COVERAGE_COMPLETE, NULL);
	assert_int_equal(fake_net_count(&scene.net, "/token"), 2);
	scene_release(&scene);
}

static void test_token_refused_for_good(void **state)
{
	static const struct fake_reply script[] = {
		TOKEN, ROOT,
		{ .to = LIST "0", .body = PAGE(U("a") "," U("b"), 2, 3) },
		{ .to = LIST "1", .status = 401 },
		{ 0 }
	};
	struct scene scene;

	(void)state;
	play(&scene, script);
	scene_is(&scene, USERS, EP_COVERAGE_DENIED, "page 2 of 2 was denied");
	scene_is(&scene, USERS, EP_COVERAGE_DENIED, "Toy box, Applications");
	/* one new token, no loop */
	assert_int_equal(fake_net_count(&scene.net, "/token"), 2);
	assert_int_equal(fake_net_count(&scene.net, LIST "1"), 2);
	scene_release(&scene);
}

static void test_token_is_renewed_in_time(void **state)
{
	static const struct fake_reply script[] = {
		{ .to = "/token",
		  .body = "{\"access_token\":\"t\",\"expires_in\":100}" },
		ROOT,
		{ .to = LIST "0", .body = PAGE(U("a") "," U("b"), 3, 5),
		  .ms = 50000 },
		{ .to = LIST "1", .body = PAGE(U("c") "," U("d"), 3, 5),
		  .ms = 50000 },
		{ .to = LIST "2", .body = PAGE(U("e"), 3, 5) },
		{ 0 }
	};
	struct scene scene;

	(void)state;
	play(&scene, script);
	scene_is(&scene, USERS, EP_COVERAGE_COMPLETE, NULL);
	assert_int_equal(fake_net_count(&scene.net, "/token"), 2);
	scene_release(&scene);
}

static void test_no_token(void **state)
{
	static const struct {
		struct fake_reply reply;
		enum ep_coverage_status status;
		const char *says;
		int asked;
	} cases[] = {
		{ { .to = "/token", .status = 401,
		    .body = "{\"error\":\"x\",\"error_description\":"
			    "\"unknown sesame-secret\"}" },
		  EP_COVERAGE_DENIED, "unknown *************", 1 },
		{ { .to = "/token", .status = 400 }, EP_COVERAGE_DENIED,
		  "HTTP 400", 1 },
		{ { .to = "/token", .body = "{\"token\":\"t\"}" },
		  EP_COVERAGE_FAILED, "holds no token", 1 },
		{ { .to = "/token", .body = "<html>" }, EP_COVERAGE_FAILED,
		  "no JSON", 1 },
		{ { .to = "/token",
		    .body = "{\"access_token\":\"a\\r\\nX: y\"}" },
		  EP_COVERAGE_FAILED, "cannot stand in a header", 1 },
		{ { .to = "/token", .status = 503 }, EP_COVERAGE_FAILED,
		  "asked 3 times", 3 },
		{ { .to = "/token", .end = EP_HTTP_TLS }, EP_COVERAGE_FAILED,
		  "TLS", 1 },
	};
	struct fake_reply script[] = { { 0 }, ROOT, { 0 } };
	struct scene scene;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		script[0] = cases[i].reply;
		play(&scene, script);
		scene_is(&scene, USERS, cases[i].status, cases[i].says);
		assert_null(strstr(
			scene_find(&scene, USERS)->coverage.reason, "sesame"));
		assert_int_equal(fake_net_count(&scene.net, "/token"),
				 cases[i].asked);
		assert_int_equal(fake_net_count(&scene.net, "/v1/root"), 0);
		scene_release(&scene);
	}
}

/* --- counts ------------------------------------------------------------ */

static void test_total_disagrees(void **state)
{
	static const struct fake_reply script[] = {
		TOKEN, ROOT,
		{ .to = LIST "0", .body = PAGE(U("a") "," U("b"), 2, 5) },
		{ .to = LIST "1", .body = PAGE(U("c"), 2, 5) },
		{ 0 }
	};
	struct scene scene;

	(void)state;
	play(&scene, script);
	scene_is(&scene, USERS, EP_COVERAGE_PARTIAL,
		 "the source counts 5 records, 3 were read (twice)");
	assert_int_equal(fake_net_count(&scene.net, LIST "0"), 2);
	scene_release(&scene);
}

/* Somebody of the first page went while it was read: whoever stood first on
 * the second moved up unseen, and the last count is right all the same. */
static void test_total_changes(void **state)
{
	static const struct fake_reply script[] = {
		TOKEN, ROOT,
		{ .to = LIST "0", .body = PAGE(U("a") "," U("b"), 2, 4) },
		{ .to = LIST "1", .body = PAGE(U("d"), 2, 3) },
		{ 0 }
	};
	struct scene scene;

	(void)state;
	play(&scene, script);
	scene_is(&scene, USERS, EP_COVERAGE_PARTIAL,
		 "counts 4 records on one page and 3 on a later one");
	assert_int_equal(fake_net_count(&scene.net, LIST "0"), 2);
	scene_release(&scene);
}

/* A source that ignores the page number gives the first page for ever. */
static void test_page_repeats(void **state)
{
	static const struct fake_reply script[] = {
		TOKEN, ROOT,
		{ .to = "/v1/t/T1/users*",
		  .body = PAGE(U("a") "," U("b"), 1000, 2000) },
		{ 0 }
	};
	struct scene scene;

	(void)state;
	play(&scene, script);
	scene_is(&scene, USERS, EP_COVERAGE_PARTIAL,
		 "page 2 of 1000 is the same as one before");
	assert_int_equal(scene_find(&scene, USERS)->rows, 2);
	assert_true(scene.net.requests < 6);
	scene_release(&scene);
}

static void test_records_moved_once(void **state)
{
	static const struct fake_reply script[] = {
		TOKEN, ROOT,
		{ .to = LIST "0", .body = PAGE(U("a") "," U("b"), 2, 3),
		  .times = 1 },
		/* "x" came in at the top: b is seen again, c is not */
		{ .to = LIST "1", .body = PAGE(U("b"), 2, 3), .times = 1 },
		{ .to = LIST "0", .body = PAGE(U("x") "," U("a"), 2, 4) },
		{ .to = LIST "1", .body = PAGE(U("b") "," U("c"), 2, 4) },
		{ 0 }
	};
	struct scene scene;

	(void)state;
	play(&scene, script);
	scene_is(&scene, USERS, EP_COVERAGE_COMPLETE, NULL);
	assert_int_equal(scene_find(&scene, USERS)->coverage.rows, 4);
	assert_int_equal(scene_find(&scene, USERS)->coverage.pages, 4);
	scene_release(&scene);
}

/* --- whole runs -------------------------------------------------------- */

static void test_time_over(void **state)
{
	static const struct fake_reply script[] = {
		TOKEN, ROOT,
		{ .to = LIST "0", .body = PAGE(U("a") "," U("b"), 2, 3) },
		{ .to = LIST "1", .status = 429, .headers = "X-Wait: 600\n" },
		{ 0 }
	};
	struct ep_connection *connection;
	struct scene scene;

	(void)state;
	scene_init(&scene, script);
	scene_connector(&scene, toy);
	connection = scene_connect(&scene, "acme", "toy", "T1");
	scene_credential(&scene, connection, "main", "cid", "client_secret",
			 "sesame-secret");
	scene.config.run_seconds = 60;
	scene_run(&scene);
	scene_is(&scene, USERS, EP_COVERAGE_PARTIAL, "time was over");
	assert_true(scene.totals.time_over);
	assert_in_range(scene.net.now - 1000000, 60000, 61000);
	scene_all_ended(&scene);
	scene_release(&scene);
}

static void test_time_over_before_identity(void **state)
{
	static const struct fake_reply script[] = {
		{ .to = "/token", .status = 503 }, { 0 }
	};
	struct ep_connection *connection;
	struct scene scene;

	(void)state;
	scene_init(&scene, script);
	scene_connector(&scene, toy);
	connection = scene_connect(&scene, "acme", "toy", "T1");
	scene_credential(&scene, connection, "main", "cid", "client_secret",
			 "sesame-secret");
	scene.config.run_seconds = 1;
	scene_run(&scene);
	scene_is(&scene, USERS, EP_COVERAGE_FAILED, NULL);
	scene_all_ended(&scene);
	scene_release(&scene);
}

static void test_sink_fails(void **state)
{
	static const struct fake_reply script[] = {
		TOKEN, ROOT,
		{ .to = LIST "0", .body = PAGE(U("a") "," U("b"), 2, 3) },
		{ .to = LIST "1", .body = PAGE(U("c"), 2, 3) },
		{ 0 }
	};
	struct ep_connection *connection;
	struct scene scene;

	(void)state;
	for (int i = 1; i <= 3; i++) {
		scene_init(&scene, script);
		scene_connector(&scene, toy);
		connection = scene_connect(&scene, "acme", "toy", "T1");
		scene_credential(&scene, connection, "main", "cid",
				 "client_secret", "sesame-secret");
		scene.row_fails = i;
		scene_run(&scene);
		assert_int_equal(scene.rc, EP_EIO);
		assert_non_null(strstr(scene.err.msg, "the disk is full"));
		/* a dataset in flight is never called complete */
		assert_int_equal(scene_find(&scene, USERS)->ended, 0);
		scene_release(&scene);
	}
}

static void test_network_fails(void **state)
{
	static const struct fake_reply script[] = { TOKEN, ROOT, { 0 } };
	struct ep_connection *connection;
	struct scene scene;

	(void)state;
	scene_init(&scene, script);
	scene_connector(&scene, toy);
	connection = scene_connect(&scene, "acme", "toy", "T1");
	scene_credential(&scene, connection, "main", "cid", "client_secret",
			 "sesame-secret");
	scene.net.submit_fails = 1;
	scene_run(&scene);
	assert_int_equal(scene.rc, 0);
	scene_is(&scene, USERS, EP_COVERAGE_FAILED, "the door does not open");
	scene_release(&scene);
}

static void test_other_connections_go_on(void **state)
{
	static const struct fake_reply script[] = {
		TOKEN,
		{ .to = "/v1/root", .body = "{\"h\":\"/t/T1 /t/T2\"}",
		  .times = 0 },
		{ .to = LIST "0", .body = PAGE(U("a"), 1, 1) },
		{ 0 }
	};
	struct ep_connection *connection;
	struct scene scene;

	(void)state;
	scene_init(&scene, script);
	scene_connector(&scene, toy);
	scene_connect(&scene, "msp", "nowhere", "N1");
	connection = scene_connect(&scene, "beta", "toy", "T2");
	scene_credential(&scene, connection, "main", "cid2", "client_secret",
			 "");
	connection = scene_connect(&scene, "acme", "toy", "T1");
	scene_credential(&scene, connection, "main", "cid", "client_secret",
			 "sesame-secret");
	scene_run(&scene);
	assert_int_equal(scene.totals.unusable, 1);
	assert_string_equal(scene.totals.unusable_names, "nowhere");
	scene_is(&scene, "toy/T2 toy.users", EP_COVERAGE_FAILED, "it is empty");
	scene_is(&scene, USERS, EP_COVERAGE_COMPLETE, NULL);
	scene_all_ended(&scene);
	scene_release(&scene);
}

/* One vendor hangs; the others are not slower for it. */
static void test_one_host_hangs(void **state)
{
	static const struct fake_reply script[] = {
		{ .to = "/token", .body = "{\"access_token\":\"t\"}" },
		{ .to = "/v1/root", .body = "{\"l\":\"/t/T1\"}" },
		{ .to = "/slow/root", .end = EP_HTTP_TIMEOUT, .ms = 120000 },
		{ .to = LIST "0", .body = PAGE(U("a"), 1, 1) },
		{ 0 }
	};
	struct ep_connection *connection;
	struct scene scene;
	char tenant[16];
	const char *sent;

	(void)state;
	scene_init(&scene, script);
	scene_connector(&scene, toy);
	for (int i = 0; i < EP_TRANSFERS_MAX * 2; i++) {
		snprintf(tenant, sizeof(tenant), "S%d", i);
		connection = scene_connect(&scene, "slow", "toy", tenant);
		EP_VEC_ADD(&connection->bases) = (struct ep_setting){
			ep_strdup("api"), ep_strdup("https://s.example/slow")
		};
		scene_credential(&scene, connection, "main", tenant,
				 "client_secret", "sesame-secret");
	}
	connection = scene_connect(&scene, "acme", "toy", "T1");
	scene_credential(&scene, connection, "main", "cid", "client_secret",
			 "sesame-secret");
	scene_run(&scene);
	scene_is(&scene, USERS, EP_COVERAGE_COMPLETE, NULL);
	scene_is(&scene, "toy/S0 toy.users", EP_COVERAGE_FAILED, "too long");
	scene_is(&scene, "toy/S127 toy.users", EP_COVERAGE_FAILED, NULL);
	/* after a while nobody insists any more */
	assert_in_range(scene.totals.retries, 8, EP_HOST_FAILURES_MAX * 2);
	sent = strstr(scene.net.log.s, " GET " LIST "0");
	assert_non_null(sent);
	while (sent > scene.net.log.s && sent[-1] != '\n')
		sent--;
	assert_in_range(strtol(sent, NULL, 10), 0, 1000);
	scene_all_ended(&scene);
	scene_release(&scene);
}

/* With a fixed clock a night is the same night again, request by request. */
static void test_same_night_twice(void **state)
{
	static const struct fake_reply script[] = {
		TOKEN, ROOT,
		{ .to = LIST "0", .status = 502, .times = 2 },
		{ .to = LIST "0", .body = PAGE(U("a") "," U("b"), 2, 3) },
		{ .to = LIST "1", .status = 500, .times = 1 },
		{ .to = LIST "1", .body = PAGE(U("c"), 2, 3) },
		{ 0 }
	};
	struct scene one;
	struct scene two;

	(void)state;
	play(&one, script);
	play(&two, script);
	assert_string_equal(one.net.log.s, two.net.log.s);
	scene_release(&one);
	scene_release(&two);
}

/* Ages are computed with our clock from the vendor's times. */
static void test_clock_skew(void **state)
{
	static const struct {
		int64_t skew;
		enum ep_coverage_status status;
		const char *says;	/* in reason or advice; NULL: nothing */
	} cases[] = {
		{ 0, EP_COVERAGE_COMPLETE, NULL },
		{ -500, EP_COVERAGE_COMPLETE, NULL },
		{ -3600, EP_COVERAGE_COMPLETE, "correct the clock" },
		{ 3600, EP_COVERAGE_COMPLETE, "correct the clock" },
		{ 90000, EP_COVERAGE_PARTIAL, "ages cannot be trusted" },
		{ -90000, EP_COVERAGE_PARTIAL, "ages cannot be trusted" },
	};
	struct fake_reply script[] = {
		TOKEN, ROOT, { .to = LIST "0", .body = PAGE(U("a"), 1, 1) },
		{ 0 }
	};
	struct ep_connection *connection;
	struct scene scene;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		scene_init(&scene, script);
		scene_connector(&scene, toy);
		connection = scene_connect(&scene, "acme", "toy", "T1");
		scene_credential(&scene, connection, "main", "cid",
				 "client_secret", "sesame-secret");
		ep_clock_fix(0);
		script[2].date = ep_clock_now() + cases[i].skew;
		scene_run(&scene);
		scene_is(&scene, USERS, cases[i].status, cases[i].says);
		if (!cases[i].says)
			assert_string_equal(
				scene_find(&scene, USERS)->coverage.advice, "");
		scene_release(&scene);
	}
}

static void test_filter(void **state)
{
	static const char *const only[] = { "toy/T1" };
	static const char *const names[] = { "toy.keys" };
	static const struct fake_reply script[] = {
		TOKEN, ROOT, { .to = LIST "0", .body = PAGE(U("a"), 1, 1) },
		{ 0 }
	};
	struct ep_connection *connection;
	struct scene scene;

	(void)state;
	scene_init(&scene, script);
	scene_connector(&scene, toy);
	scene_connect(&scene, "beta", "toy", "T2");
	connection = scene_connect(&scene, "acme", "toy", "T1");
	scene_credential(&scene, connection, "main", "cid", "client_secret",
			 "sesame-secret");
	scene.filter.tenants = only;
	scene.filter.n_tenants = 1;
	scene_run(&scene);
	scene_is(&scene, USERS, EP_COVERAGE_COMPLETE, NULL);
	assert_null(scene_find(&scene, "toy/T2 toy.users"));
	scene_release(&scene);

	scene_init(&scene, script);
	scene_connector(&scene, toy);
	scene_connect(&scene, "beta", "toy", "T2");
	scene.filter.datasets = names;
	scene.filter.n_datasets = 1;
	scene_run(&scene);
	assert_int_equal(scene.totals.datasets, 1);
	scene_is(&scene, "toy/T2 toy.keys", EP_COVERAGE_SKIPPED, NULL);
	scene_release(&scene);
}

/* A vendor that wraps its list on one day and not on the other. */
static const char bare[] =
	"connector: bare\n"
	"version: 1\n"
	"system: bare\n"
	"title: Bare\n"
	"docs: https://bare.example/\n"
	"scope: tenant\n"
	"base:\n"
	"  api: https://api.bare.example/v1\n"
	"page: {kind: next_url, next: links.next, next_required: true,\n"
	"  size_param: size, size: 2}\n"
	"endpoints:\n"
	"  users:\n"
	"    title: Users\n"
	"    doc: Users\n"
	"    path: /users\n"
	"    records: data\n"
	"    records_bare: true\n"
	"    emit:\n"
	"      - kind: team\n"
	"        fields: {id: id, name: {first: [a.name, name]}}\n";

static void test_bare_and_wrapped_lists(void **state)
{
	static const struct {
		const char *body;
		enum ep_coverage_status status;
		const char *keys;
		const char *reason;
	} answers[] = {
		{ "{\"data\":[{\"id\":\"a\",\"a\":{\"name\":\"n\"}}],"
		  "\"links\":{\"next\":null}}",
		  EP_COVERAGE_COMPLETE, "team:a;", NULL },
		{ "[{\"id\":\"a\",\"name\":\"n\"}]",
		  EP_COVERAGE_COMPLETE, "team:a;", NULL },
		/* A full page that cannot say whether there is another. */
		{ "[{\"id\":\"a\",\"name\":\"n\"},{\"id\":\"b\",\"name\":\"n\"}]",
		  EP_COVERAGE_PARTIAL, "team:a;team:b;", "links.next" },
		{ "{\"items\":[]}", EP_COVERAGE_FAILED, "", "data" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		const struct fake_reply script[] = {
			{ .to = "/v1/users*", .body = answers[i].body }, { 0 }
		};
		const struct scene_dataset *users;
		struct scene scene;

		scene_init(&scene, script);
		scene_connector(&scene, bare);
		scene_connect(&scene, "acme", "bare", "T1");
		scene_run(&scene);
		scene_is(&scene, "bare/T1 bare.users", answers[i].status,
			 answers[i].reason);
		users = scene_find(&scene, "bare/T1 bare.users");
		assert_string_equal(users->keys.s ? users->keys.s : "",
				    answers[i].keys);
		scene_release(&scene);
	}
}

/* A record that names two tenancies, or none, is not known to be ours. */
static void test_tenancy_is_told_badly(void **state)
{
	static const struct {
		const char *members;
		const char *reason;
	} said[] = {
		{ "\"tenantId\":\"T2\",\"tenantId\":\"T1\"",
		  "another tenancy" },
		{ "\"tenantId\":{\"id\":\"T2\"}", "another tenancy" },
		{ "\"tenantId\":[\"T2\"]", "another tenancy" },
		{ "\"tenantId\":null", "without 'tenantId'" },
		{ "\"tenantID\":\"T1\"", "without 'tenantId'" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		struct ep_buf body;
		struct scene scene;

		ep_buf_init(&body, 4096);
		ep_buf_addf(&body, "{\"success\":true,\"users\":[" U("a")
			    ",{\"id\":\"b\",\"name\":\"n\",%s}],\"page\":"
			    "{\"totalPages\":1,\"total\":2}}", said[i].members);
		{
			const struct fake_reply script[] = {
				TOKEN, ROOT, { .to = LIST "0", .body = body.s },
				{ 0 }
			};

			play(&scene, script);
		}
		scene_is(&scene, USERS, EP_COVERAGE_FAILED, said[i].reason);
		assert_int_equal(scene_find(&scene, USERS)->rows, 0);
		scene_release(&scene);
		ep_buf_release(&body);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tenancy_is_told_badly),
		cmocka_unit_test(test_bare_and_wrapped_lists),
		cmocka_unit_test(test_reads_all_pages),
		cmocka_unit_test(test_no_credential_is_skipped),
		cmocka_unit_test(test_switched_off_is_skipped),
		cmocka_unit_test(test_other_tenancy_answers),
		cmocka_unit_test(test_identity_says_nothing),
		cmocka_unit_test(test_bad_pages),
		cmocka_unit_test(test_retries_and_goes_on),
		cmocka_unit_test(test_waits_as_told),
		cmocka_unit_test(test_wait_is_told_to_all_of_the_budget),
		cmocka_unit_test(test_window_and_wait_both_hold),
		cmocka_unit_test(test_wait_too_long_ends),
		cmocka_unit_test(test_throttled_for_ever_ends),
		cmocka_unit_test(test_token_ends_in_the_middle),
		cmocka_unit_test(test_token_refused_for_good),
		cmocka_unit_test(test_token_is_renewed_in_time),
		cmocka_unit_test(test_no_token),
		cmocka_unit_test(test_total_disagrees),
		cmocka_unit_test(test_total_changes),
		cmocka_unit_test(test_page_repeats),
		cmocka_unit_test(test_records_moved_once),
		cmocka_unit_test(test_time_over),
		cmocka_unit_test(test_time_over_before_identity),
		cmocka_unit_test(test_sink_fails),
		cmocka_unit_test(test_network_fails),
		cmocka_unit_test(test_other_connections_go_on),
		cmocka_unit_test(test_one_host_hangs),
		cmocka_unit_test(test_same_night_twice),
		cmocka_unit_test(test_clock_skew),
		cmocka_unit_test(test_filter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
