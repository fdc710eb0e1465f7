/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vendor that says where it keeps a customer's data: it is asked first and
 * without a credential, and whoever names a foreign place gets nothing.
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

#include "base/file.h"

#define TOY(locate, where)                                               \
	"connector: toy\nversion: 1\nsystem: toy\ntitle: Toy API\n"      \
	"docs: https://toy.example/\nscope: tenant\n"                    \
	"base: {api: \"{located}/V1\", where: https://all.toy.example}\n" \
	"credentials:\n"                                                 \
	"  key: {doc: The key, hint: Keys, kind: header,\n"             \
	"    secrets: [api_key], value: \"{api_key}\"}\n"               \
	"limits: {retries: 1}\n"                                         \
	"locate: " locate "\n"                                           \
	"identity: {endpoint: me, path: id}\n"                           \
	"endpoints:\n"                                                   \
	"  zone: " where "\n"                                            \
	"  me: {title: Me, path: /me, credential: key}\n"                \
	"  users:\n"                                                     \
	"    title: Users\n"                                             \
	"    path: /users\n"                                             \
	"    credential: key\n"                                          \
	"    records: \".\"\n"                                           \
	"    emit: [{kind: team, fields: {id: id}}]\n"
#define LOCATE "{endpoint: zone, path: url, below: [toy.example]}"
#define ZONE "{title: Zone, base: where, path: /zone}"
#define USERS "toy/T1 toy.users"

static void set_up(struct scene *scene, const struct fake_reply *script)
{
	struct ep_connection *connection;

	scene_init(scene, script);
	scene_connector(scene, TOY(LOCATE, ZONE));
	connection = scene_connect(scene, "acme", "toy", "T1");
	scene_credential(scene, connection, "key", NULL, "api_key",
			 "sesame-secret");
}

static void play(struct scene *scene, const struct fake_reply *script)
{
	set_up(scene, script);
	scene_run(scene);
	assert_int_equal(scene->rc, 0);
	scene_all_ended(scene);
}

static void reads_where_it_is_sent(void **state)
{
	/* The question itself fits only without a credential. */
	static const struct fake_reply script[] = {
		{ .to = "/zone", .needs = "sesame-secret", .status = 500,
		  .body = "{}" },
		{ .to = "/zone",
		  .body = "{\"url\":\"https://z3.toy.example/rest/\"}" },
		{ .to = "/rest/V1/me", .needs = "sesame-secret",
		  .body = "{\"id\":\"T1\"}" },
		{ .to = "/rest/V1/users", .needs = "sesame-secret",
		  .body = "[{\"id\":\"a\"}]" },
		{ 0 }
	};
	struct scene scene;

	(void)state;
	play(&scene, script);
	scene_is(&scene, USERS, EP_COVERAGE_COMPLETE, NULL);
	assert_string_equal(scene_find(&scene, USERS)->keys.s, "team:a;");
	assert_int_equal(fake_net_count(&scene.net, "/zone"), 1);
	scene_release(&scene);
}

/* Nothing is asked for besides the place. */
static void expect_nothing(const char *answer, long status, const char *part)
{
	const struct fake_reply script[] = {
		{ .to = "/zone", .status = status, .body = answer }, { 0 }
	};
	struct scene scene;

	play(&scene, script);
	scene_is(&scene, USERS, EP_COVERAGE_FAILED, part);
	assert_int_equal(fake_net_count(&scene.net, "/zone"),
			 (int)scene.net.requests);
	scene_release(&scene);
}

static void believes_the_vendors_domains_only(void **state)
{
	(void)state;
	expect_nothing("{\"url\":\"https://evil.example/rest\"}", 0,
		       "none of the vendor's");
	expect_nothing("{\"url\":\"https://eviltoy.example/rest\"}", 0,
		       "none of the vendor's");
	expect_nothing("{\"url\":\"https://toy.example.evil.example/\"}", 0,
		       "none of the vendor's");
	expect_nothing("{\"url\":\"http://z3.toy.example/rest\"}", 0,
		       "not believed");
	expect_nothing("{\"url\":\"https://z3.toy.example:8443/rest\"}", 0,
		       "scheme or port");
	expect_nothing("{\"url\":\"https://a@z3.toy.example/\"}", 0,
		       "not believed");
	expect_nothing("{\"url\":\"\"}", 0, "not believed");
	expect_nothing("{\"uri\":1}", 0, "not believed");
}

static void without_a_place_nothing_is_clean(void **state)
{
	(void)state;
	expect_nothing("{\"errors\":[\"No such user\"]}", 500, "No such user");
	expect_nothing("<html>", 200, "could not be read");
	expect_nothing("{}", 404, "HTTP 404");
}

static void a_place_in_the_configuration_is_not_asked_for(void **state)
{
	static const struct fake_reply script[] = {
		{ .to = "/own/me", .body = "{\"id\":\"T1\"}" },
		{ .to = "/own/users", .body = "[]" },
		{ 0 }
	};
	struct ep_setting *base;
	struct scene scene;

	(void)state;
	set_up(&scene, script);
	base = &EP_VEC_ADD(&scene.config.customers.v[0]
				    .connections.v[0].bases);
	memset(base, 0, sizeof(*base));
	base->name = ep_strdup("api");
	base->value = ep_strdup("https://z9.toy.example/own");
	scene_run(&scene);
	scene_is(&scene, USERS, EP_COVERAGE_COMPLETE, NULL);
	assert_int_equal(scene.net.requests, 2);
	scene_release(&scene);
}

static void one_question_finds_its_place(void **state)
{
	static const struct fake_reply script[] = {
		{ .to = "/zone",
		  .body = "{\"url\":\"https://z3.toy.example/rest\"}" },
		{ .to = "/rest/V1/users", .body = "[{\"id\":\"a\"}]" },
		{ 0 }
	};
	struct ep_transport net;
	struct scene scene;
	struct ep_buf out;

	(void)state;
	set_up(&scene, script);
	fake_net_transport(&scene.net, &net);
	ep_buf_init(&out, 100000);
	assert_int_equal(ep_collect_try_over(
				 &scene.config, &scene.specs,
				 &scene.config.customers.v[0].connections.v[0],
				 "users", &net, &out, &scene.err),
			 0);
	assert_non_null(strstr(out.s, "1 record\n"));
	ep_buf_release(&out);
	scene_release(&scene);
}

static void proof(void *to, const struct ep_collect_proof *proof)
{
	struct ep_collect_proof *copy = to;

	*copy = *proof;
}

static struct ep_collect_proof prove(const struct fake_reply *script)
{
	struct ep_collect_proof said = { 0 };
	struct ep_transport net;
	struct scene scene;

	set_up(&scene, script);
	fake_net_transport(&scene.net, &net);
	assert_int_equal(ep_collect_test_over(
				 &scene.config, &scene.specs,
				 &scene.config.customers.v[0].connections.v[0],
				 &net, false, proof, &said, &scene.err),
			 0);
	scene_release(&scene);
	return said;
}

static void a_proof_needs_the_place(void **state)
{
	static const struct fake_reply good[] = {
		{ .to = "/zone",
		  .body = "{\"url\":\"https://z3.toy.example/rest\"}" },
		{ .to = "/rest/V1/me", .body = "{\"id\":\"T1\"}" },
		{ 0 }
	};
	static const struct fake_reply bad[] = {
		{ .to = "/zone", .body = "{\"url\":\"https://evil.example\"}" },
		{ 0 }
	};
	struct ep_collect_proof said;

	(void)state;
	assert_true(prove(good).proven);
	said = prove(bad);
	assert_false(said.proven);
	assert_non_null(strstr(said.reason, "none of the vendor's"));
}

static void refuse(const char *yaml, const char *part)
{
	char folder[] = "t_locate.XXXXXX";
	EP_AUTO_FREE char *path = NULL;
	struct ep_diag diag;
	bool found = false;
	FILE *f;

	assert_non_null(mkdtemp(folder));
	path = ep_file_join(folder, "toy.yaml");
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(yaml, f);
	assert_int_equal(fclose(f), 0);
	ep_diag_init(&diag);
	assert_null(ep_spec_load(path, &diag));
	for (size_t i = 0; i < diag.n; i++)
		found |= strstr(diag.item[i].msg, part) != NULL;
	assert_true(found);
	ep_diag_release(&diag);
	unlink(path);
	rmdir(folder);
}

static void a_connector_must_bind_it(void **state)
{
	(void)state;
	refuse(TOY("{endpoint: zone, path: url}", ZONE), "below:");
	refuse(TOY("{endpoint: zone, path: url, below: [example]}", ZONE),
	       "no domain");
	refuse(TOY("{endpoint: zone, path: url, below: [.example]}", ZONE),
	       "no domain");
	refuse(TOY("{endpoint: nowhere, path: url, below: [toy.example]}",
		   "{title: Z, path: /z, credential: key, emit: "
		   "[{kind: team, fields: {id: id}}]}"),
	       "there is no endpoint");
	refuse(TOY(LOCATE, "{title: Zone, base: where, path: /zone, "
			   "credential: key}"),
	       "no credential");
	refuse(TOY(LOCATE, "{title: Zone, base: api, path: /zone}"),
	       "waits for itself");
	refuse("connector: toy\nversion: 1\nsystem: toy\ntitle: Toy\n"
	       "scope: tenant\n"
	       "base: {api: \"{located}/V1\", where: https://all.toy.example}\n"
	       "locate: " LOCATE "\n"
	       "credentials: {key: {doc: d, hint: h, kind: token, "
	       "url: \"{api}/token\", secrets: [s], form: {s: \"{s}\"}, "
	       "token: t, value: \"{token}\"}}\n"
	       "endpoints: {zone: " ZONE "}\n",
	       "cannot wait");
	refuse("connector: toy\nversion: 1\nsystem: toy\ntitle: Toy\n"
	       "scope: tenant\nbase: {api: \"{located}/V1\"}\n"
	       "endpoints: {a: {title: a, path: /a, emit: [{kind: team, "
	       "fields: {id: id}}]}}\n",
	       "set nowhere");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_where_it_is_sent),
		cmocka_unit_test(believes_the_vendors_domains_only),
		cmocka_unit_test(without_a_place_nothing_is_clean),
		cmocka_unit_test(a_place_in_the_configuration_is_not_asked_for),
		cmocka_unit_test(one_question_finds_its_place),
		cmocka_unit_test(a_proof_needs_the_place),
		cmocka_unit_test(a_connector_must_bind_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
