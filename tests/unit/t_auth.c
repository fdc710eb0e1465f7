/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each kind of credential sends, how one is told from another, and
 * that a broken one is named without being shown.
 */
#include "scene.h"

#include <fcntl.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "ext/crypto.h"

#define TEAMS "leaf/T1 leaf.teams"
#define OK_BODY "{\"data\":[{\"id\":\"a\"}]}"

extern char **environ;

static const char head[] =
	"connector: leaf\n"
	"version: 1\n"
	"system: leaf\n"
	"title: Leaf\n"
	"docs: https://leaf.example/\n"
	"scope: tenant\n"
	"base: {api: https://api.leaf.example/v1, auth: https://a.leaf.example}\n"
	"headers: {X-App: exitproof}\n"
	"credentials:\n"
	"  key:\n"
	"    doc: The key\n"
	"    hint: Leaf, Keys\n"
	"    secrets: [secret]\n";

static const char tail[] =
	"limits: {retries: 0}\n"
	"endpoints:\n"
	"  teams:\n"
	"    title: Teams\n"
	"    doc: Teams\n"
	"    path: /{tenant}/teams\n"
	"    credential: [key]\n"
	"    records: data\n"
	"    page: {kind: none}\n"
	"    emit:\n"
	"      - kind: team\n"
	"        fields: {id: id, name: id}\n";

static void play(struct scene *scene, const char *kind, const char *id,
		 const char *secret, const struct fake_reply *script)
{
	struct ep_connection *connection;
	struct ep_buf yaml;

	ep_buf_init(&yaml, 65536);
	ep_buf_addf(&yaml, "%s%s%s", head, kind, tail);
	scene_init(scene, script);
	scene_connector(scene, yaml.s);
	ep_buf_release(&yaml);
	connection = scene_connect(scene, "acme", "leaf", "T1");
	scene_credential(scene, connection, "key", id, "secret", secret);
	scene_run(scene);
	assert_int_equal(scene->rc, 0);
	scene_all_ended(scene);
}

static void test_basic(void **state)
{
	static const struct fake_reply script[] = {
		/* cid:open:it */
		{ .to = "/v1/T1/teams", .needs = "Basic Y2lkOm9wZW46aXQ=",
		  .body = OK_BODY },
		{ 0 }
	};
	struct scene scene;

	(void)state;
	play(&scene,
	     "    kind: basic\n    params: [client_id]\n"
	     "    user: \"{client_id}\"\n    password: \"{secret}\"\n",
	     "cid", "open:it\n", script);
	scene_is(&scene, TEAMS, EP_COVERAGE_COMPLETE, NULL);
	scene_release(&scene);
}

static void test_header(void **state)
{
	static const struct fake_reply script[] = {
		{ .to = "/v1/T1/teams", .needs = "SSWS open-it",
		  .body = OK_BODY },
		{ 0 }
	};
	struct scene scene;

	(void)state;
	play(&scene, "    kind: header\n    value: \"SSWS {secret}\"\n", NULL,
	     "open-it", script);
	scene_is(&scene, TEAMS, EP_COVERAGE_COMPLETE, NULL);
	scene_release(&scene);
}

static void test_query(void **state)
{
	static const struct fake_reply script[] = {
		{ .to = "/v1/T1/teams?api%20key=open%26it", .body = OK_BODY },
		{ 0 }
	};
	struct scene scene;

	(void)state;
	play(&scene,
	     "    kind: query\n    header: api key\n    value: \"{secret}\"\n",
	     NULL, "open&it", script);
	scene_is(&scene, TEAMS, EP_COVERAGE_COMPLETE, NULL);
	scene_release(&scene);
}

static void test_token_as_json(void **state)
{
	static const struct fake_reply script[] = {
		{ .to = "/tok", .body = "{\"a\":{\"t\":\"tt\"}}" },
		{ .to = "/v1/T1/teams", .needs = "tt!", .body = OK_BODY },
		{ 0 }
	};
	struct scene scene;

	(void)state;
	play(&scene,
	     "    kind: token\n    url: \"{auth}/tok\"\n    json: true\n"
	     "    form: {grant: x, s: \"{secret}\"}\n"
	     "    token: a.t\n    value: \"{token}!\"\n",
	     NULL, "open\"it", script);
	scene_is(&scene, TEAMS, EP_COVERAGE_COMPLETE, NULL);
	assert_string_equal(scene.net.bodies.s,
			    "{\"grant\":\"x\",\"s\":\"open\\\"it\"}\n");
	scene_release(&scene);
}

/* A secret that breaks a line would add a header of its own. */
static void test_broken_secret(void **state)
{
	static const struct fake_reply script[] = { { 0 } };
	struct scene scene;

	(void)state;
	play(&scene, "    kind: header\n    value: \"{secret}\"\n", NULL,
	     "open-it\nX-Evil: 1", script);
	scene_is(&scene, TEAMS, EP_COVERAGE_FAILED, "line break");
	assert_null(strstr(scene_find(&scene, TEAMS)->coverage.reason,
			   "X-Evil"));
	assert_int_equal(scene.net.requests, 0);
	scene_release(&scene);
}

static void test_parts_are_missing(void **state)
{
	static const struct fake_reply script[] = { { 0 } };
	struct scene scene;

	(void)state;
	play(&scene,
	     "    kind: header\n    params: [client_id]\n"
	     "    value: \"{client_id}{secret}\"\n",
	     NULL, "open-it", script);
	scene_is(&scene, TEAMS, EP_COVERAGE_FAILED,
		 "'client_id' is missing in the configuration");
	assert_int_equal(scene.net.requests, 0);
	scene_release(&scene);
}

static void test_vendor_echoes_the_secret(void **state)
{
	static const struct fake_reply script[] = {
		{ .to = "/v1/T1/teams", .status = 403,
		  .body = "{\"message\":\"open-it-now may not\"}" },
		{ 0 }
	};
	struct scene scene;

	(void)state;
	play(&scene, "    kind: header\n    value: \"{secret}\"\n", NULL,
	     "open-it-now", script);
	scene_is(&scene, TEAMS, EP_COVERAGE_DENIED, "*********** may not");
	scene_release(&scene);
}

/* --- a signed assertion ------------------------------------------------ */

static void make_key(const char *path)
{
	char *argv[] = { (char *)"openssl", (char *)"genpkey",
			 (char *)"-algorithm", (char *)"RSA", (char *)"-out",
			 (char *)(uintptr_t)path, NULL };
	posix_spawn_file_actions_t quiet;
	int status;
	pid_t pid;

	assert_int_equal(posix_spawn_file_actions_init(&quiet), 0);
	posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY, 0);
	assert_int_equal(posix_spawnp(&pid, "openssl", &quiet, NULL, argv,
				      environ),
			 0);
	posix_spawn_file_actions_destroy(&quiet);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void decode(const char *s, size_t n, char out[512])
{
	struct ep_err err;
	struct ep_buf text;
	struct ep_buf plain;

	ep_buf_init(&text, 4096);
	ep_buf_init(&plain, 4096);
	for (size_t i = 0; i < n; i++)
		ep_buf_addc(&text, s[i] == '-' ? '+' :
				   s[i] == '_' ? '/' :
						 s[i]);
	while (text.len % 4)
		ep_buf_addc(&text, '=');
	assert_int_equal(ep_base64_decode(text.s, text.len, &plain, &err), 0);
	snprintf(out, 512, "%s", plain.s);
	ep_buf_release(&plain);
	ep_buf_release(&text);
}

static void test_jwt_bearer(void **state)
{
	static const struct fake_reply script[] = {
		{ .to = "/tok", .body = "{\"access_token\":\"tt\"}" },
		{ .to = "/v1/T1/teams", .needs = "Bearer tt",
		  .body = OK_BODY },
		{ 0 }
	};
	char path[] = "t_auth.XXXXXX";
	struct scene scene;
	struct ep_buf pem;
	char text[512];
	const char *jwt;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	make_key(path);
	ep_buf_init(&pem, 65536);
	assert_int_equal(ep_file_read(path, 65536, &pem, NULL), 0);
	unlink(path);
	play(&scene,
	     "    kind: jwt_bearer\n    url: \"{auth}/tok\"\n"
	     "    params: [client_id]\n    key: secret\n    lifetime: 120\n"
	     "    claims: {iss: \"{client_id}\", aud: \"{auth}/tok\"}\n"
	     "    jose: {kid: k1}\n"
	     "    form: {assertion: \"{assertion}\"}\n"
	     "    token: access_token\n    value: \"Bearer {token}\"\n",
	     "cid", pem.s, script);
	scene_is(&scene, TEAMS, EP_COVERAGE_COMPLETE, NULL);
	jwt = scene.net.bodies.s + strlen("assertion=");
	decode(jwt, strcspn(jwt, "."), text);
	assert_string_equal(text, "{\"alg\":\"RS256\",\"typ\":\"JWT\","
				  "\"kid\":\"k1\"}");
	jwt += strcspn(jwt, ".") + 1;
	decode(jwt, strcspn(jwt, "."), text);
	assert_non_null(strstr(text, "\"iss\":\"cid\",\"aud\":"
				     "\"https://a.leaf.example/tok\""));
	assert_non_null(strstr(text, "\"iat\":1795305600,\"exp\":1795305720"));
	/* the private key itself went nowhere */
	assert_null(strstr(scene.net.bodies.s, "PRIVATE"));
	ep_buf_release(&pem);
	scene_release(&scene);
}

/* More tenancies than there are connections wait for tokens of one host that
 * says nothing: another host's listing is asked for all the same, and once it
 * is clear that nobody is there, nobody is asked again. */
#define SILENT_TENANCIES 100

static void connect_silent(struct scene *scene)
{
	char tenant[16], secret[16];

	for (int i = 0; i < SILENT_TENANCIES; i++) {
		struct ep_connection *connection;

		snprintf(tenant, sizeof(tenant), "S%d", i);
		snprintf(secret, sizeof(secret), "own-%d", i);
		connection = scene_connect(scene, "acme", "leaf", tenant);
		scene_credential(scene, connection, "key", tenant, "secret",
				 secret);
	}
}

static void test_silent_token_host(void **state)
{
	static const struct fake_reply script[] = {
		{ .to = "/tok", .end = EP_HTTP_TIMEOUT, .ms = 30000 },
		{ .to = "/v1/T1/teams", .body = OK_BODY },
		{ 0 }
	};
	struct ep_connection *connection;
	struct scene scene;
	struct ep_buf yaml;

	(void)state;
	ep_buf_init(&yaml, 65536);
	scene_init(&scene, script);
	ep_buf_addf(&yaml, "%s    kind: token\n    params: [client_id]\n"
		    "    url: \"{auth}/tok\"\n"
		    "    form: {id: \"{client_id}\", s: \"{secret}\"}\n"
		    "    token: t\n    value: \"Bearer {token}\"\n"
		    "limits: {retries: 3}\n%s", head,
		    strchr(tail, '\n') + 1);
	scene_connector(&scene, yaml.s);
	ep_buf_clear(&yaml);
	ep_buf_addf(&yaml, "connector: tree\nversion: 1\nsystem: tree\n"
		    "title: Tree\ndocs: https://tree.example/\n"
		    "scope: tenant\nbase: {api: https://tree.example/v1}\n"
		    "credentials:\n  key:\n    doc: The key\n"
		    "    hint: Tree, Keys\n    secrets: [secret]\n"
		    "    kind: header\n    value: \"SSWS {secret}\"\n%s",
		    tail);
	scene_connector(&scene, yaml.s);
	ep_buf_release(&yaml);
	connect_silent(&scene);
	connection = scene_connect(&scene, "acme", "tree", "T1");
	scene_credential(&scene, connection, "key", NULL, "secret", "open-it");
	scene_run(&scene);
	assert_int_equal(scene.rc, 0);
	scene_all_ended(&scene);
	scene_is(&scene, "tree/T1 tree.teams", EP_COVERAGE_COMPLETE, NULL);
	scene_is(&scene, "leaf/S99 leaf.teams", EP_COVERAGE_FAILED, "token");
	assert_true(scene.net.most <= 9);
	/* Those whose turn came before it was clear. */
	assert_int_equal(fake_net_count(&scene.net, "/tok"),
			 SILENT_TENANCIES + EP_HOST_FAILURES_MAX);
	scene_release(&scene);
}

/* A tenancy without a token does not keep the connection that it was woken
 * for: whoever stands behind it gets it. */
static void test_refused_token_passes_the_connection_on(void **state)
{
	static const struct fake_reply script[] = {
		{ .to = "/tok", .body = "{\"t\":\"tt\"}", .times = 1 },
		{ .to = "/tok", .status = 401, .body = "{}", .times = 1 },
		{ .to = "/tok", .body = "{\"t\":\"tt\"}" },
		{ .to = "/v1/*", .body = OK_BODY, .ms = 5000 },
		{ 0 }
	};
	static const char *const tenants[] = { "T1", "T2", "T3" };
	struct scene scene;
	struct ep_buf yaml;

	(void)state;
	ep_buf_init(&yaml, 65536);
	scene_init(&scene, script);
	scene.config.connections_per_host = 1;
	ep_buf_addf(&yaml, "%s    kind: token\n    params: [client_id]\n"
		    "    url: \"{auth}/tok\"\n"
		    "    form: {id: \"{client_id}\", s: \"{secret}\"}\n"
		    "    token: t\n    value: \"Bearer {token}\"\n%s", head,
		    tail);
	scene_connector(&scene, yaml.s);
	ep_buf_release(&yaml);
	for (size_t i = 0; i < 3; i++)
		scene_credential(&scene,
				 scene_connect(&scene, "acme", "leaf",
					       tenants[i]),
				 "key", tenants[i], "secret", tenants[i]);
	scene_run(&scene);
	assert_int_equal(scene.rc, 0);
	scene_all_ended(&scene);
	scene_is(&scene, "leaf/T1 leaf.teams", EP_COVERAGE_COMPLETE, NULL);
	scene_is(&scene, "leaf/T2 leaf.teams", EP_COVERAGE_DENIED, "token");
	scene_is(&scene, "leaf/T3 leaf.teams", EP_COVERAGE_COMPLETE, NULL);
	scene_release(&scene);
}

/* When the time is over nobody is asked any more, and who waited for a
 * connection to ask for a token ends as well. */
static void test_time_is_over_while_tokens_wait(void **state)
{
	static const struct fake_reply script[] = {
		{ .to = "/tok", .body = "{\"t\":\"tt\"}", .ms = 5000 },
		{ .to = "/v1/*", .body = OK_BODY },
		{ 0 }
	};
	static const char *const tenants[] = { "T1", "T2", "T3" };
	struct scene scene;
	struct ep_buf yaml;

	(void)state;
	ep_buf_init(&yaml, 65536);
	scene_init(&scene, script);
	scene.config.connections_per_host = 1;
	scene.config.run_seconds = 1;
	ep_buf_addf(&yaml, "%s    kind: token\n    params: [client_id]\n"
		    "    url: \"{auth}/tok\"\n"
		    "    form: {id: \"{client_id}\", s: \"{secret}\"}\n"
		    "    token: t\n    value: \"Bearer {token}\"\n%s", head,
		    tail);
	scene_connector(&scene, yaml.s);
	ep_buf_release(&yaml);
	for (size_t i = 0; i < 3; i++)
		scene_credential(&scene,
				 scene_connect(&scene, "acme", "leaf",
					       tenants[i]),
				 "key", tenants[i], "secret", tenants[i]);
	scene_run(&scene);
	assert_int_equal(scene.rc, 0);
	scene_all_ended(&scene);
	assert_true(scene.totals.time_over);
	assert_int_equal(fake_net_count(&scene.net, "/tok"), 1);
	scene_is(&scene, "leaf/T2 leaf.teams", EP_COVERAGE_FAILED,
		 "time was over");
	scene_is(&scene, "leaf/T3 leaf.teams", EP_COVERAGE_FAILED,
		 "time was over");
	scene_release(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_basic),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_query),
		cmocka_unit_test(test_token_as_json),
		cmocka_unit_test(test_silent_token_host),
		cmocka_unit_test(
			test_refused_token_passes_the_connection_on),
		cmocka_unit_test(test_time_is_over_while_tokens_wait),
		cmocka_unit_test(test_broken_secret),
		cmocka_unit_test(test_parts_are_missing),
		cmocka_unit_test(test_vendor_echoes_the_secret),
		cmocka_unit_test(test_jwt_bearer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
