/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Habits of vendors that must not be mistaken for others: an empty list whose
 * member is left out, too many requests that read like a refusal, and a
 * refusal that reads like a fault of the server.
 */
#include "scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static const char toy[] =
	"connector: toy\n"
	"version: 1\n"
	"system: toy\n"
	"title: Toy API\n"
	"docs: https://toy.example/\n"
	"scope: tenant\n"
	"base: {api: https://api.toy.example}\n"
	"credentials:\n"
	"  key:\n"
	"    doc: The key\n"
	"    hint: Toy box, Keys\n"
	"    kind: header\n"
	"    secrets: [api_key]\n"
	"    value: \"{api_key}\"\n"
	"limits:\n"
	"  retries: 2\n"
	"  throttled: {path: \"error.errors[0].reason\", words: [tooFast]}\n"
	"  denied: {path: \"errors[0]\", words: [adequate permissions]}\n"
	"page: {kind: cursor, param: after, next: next}\n"
	"identity: {endpoint: me, path: id}\n"
	"endpoints:\n"
	"  me:\n"
	"    title: Me\n"
	"    doc: Me\n"
	"    path: /me\n"
	"    credential: [key]\n"
	"    page: {kind: none}\n"
	"  users:\n"
	"    title: Users\n"
	"    doc: All\n"
	"    path: /users\n"
	"    credential: [key]\n"
	"    records: users\n"
	"    records_absent: {kind: \"toy#users\"}\n"
	"    emit:\n"
	"      - kind: team\n"
	"        fields: {id: id}\n";

#define USERS "toy/T1 toy.users"
#define ME { .to = "/me", .body = "{\"id\":\"T1\"}" }
#define REASON(word) \
	"{\"error\":{\"message\":\"no\",\"errors\":[{\"reason\":\"" word \
	"\"}]}}"

static void play(struct scene *scene, const struct fake_reply *script)
{
	struct ep_connection *connection;

	scene_init(scene, script);
	scene_connector(scene, toy);
	connection = scene_connect(scene, "acme", "toy", "T1");
	scene_credential(scene, connection, "key", NULL, "api_key",
			 "sesame-secret");
	scene_run(scene);
	assert_int_equal(scene->rc, 0);
	scene_all_ended(scene);
}

/* One answer of the list and what the dataset says then. */
static void expect(const char *body, enum ep_coverage_status status,
		   const char *part)
{
	const struct fake_reply script[] = {
		ME, { .to = "/users", .body = body }, { 0 }
	};
	struct scene scene;

	play(&scene, script);
	scene_is(&scene, USERS, status, part);
	assert_int_equal(scene_find(&scene, USERS)->rows, 0);
	scene_release(&scene);
}

static void vouched_absence_is_empty(void **state)
{
	(void)state;
	expect("{\"kind\":\"toy#users\",\"etag\":\"x\"}",
	       EP_COVERAGE_COMPLETE, NULL);
}

static void other_absence_is_not(void **state)
{
	(void)state;
	expect("{}", EP_COVERAGE_FAILED, "no member 'users'");
	expect("{\"kind\":\"toy#groups\"}", EP_COVERAGE_FAILED,
	       "no member 'users'");
	expect("{\"kind\":null}", EP_COVERAGE_FAILED, "no member 'users'");
	expect("{\"kind\":\"toy#users\",\"users\":null}", EP_COVERAGE_FAILED,
	       "something else than a list");
	expect("{\"kind\":\"toy#users\",\"error\":{\"code\":500}}",
	       EP_COVERAGE_FAILED, "carries an error");
}

/* A page without records in the middle is not the end. */
static void cursor_goes_on_past_an_absent_page(void **state)
{
	static const struct fake_reply script[] = {
		ME,
		{ .to = "/users",
		  .body = "{\"kind\":\"toy#users\",\"next\":\"n2\"}" },
		{ .to = "/users?after=n2",
		  .body = "{\"kind\":\"toy#users\",\"users\":[{\"id\":\"a\"}]}" },
		{ 0 }
	};
	struct scene scene;

	(void)state;
	play(&scene, script);
	scene_is(&scene, USERS, EP_COVERAGE_COMPLETE, NULL);
	assert_string_equal(scene_find(&scene, USERS)->keys.s, "team:a;");
	scene_release(&scene);
}

#define RIGHTS "{\"errors\":[\"You lack adequate permissions here\"]}"

static void refusal_in_a_500_is_denied_at_once(void **state)
{
	static const struct fake_reply script[] = {
		ME, { .to = "/users", .status = 500, .body = RIGHTS }, { 0 }
	};
	struct scene scene;

	(void)state;
	play(&scene, script);
	scene_is(&scene, USERS, EP_COVERAGE_DENIED, "was denied (HTTP 500");
	scene_release(&scene);
}

static void other_500_is_tried_again(void **state)
{
	static const struct fake_reply script[] = {
		ME,
		{ .to = "/users", .status = 500, .times = 2,
		  .body = "{\"errors\":[\"A timeout\"]}" },
		{ .to = "/users",
		  .body = "{\"kind\":\"toy#users\",\"users\":[{\"id\":\"a\"}]}" },
		{ 0 }
	};
	struct scene scene;

	(void)state;
	play(&scene, script);
	scene_is(&scene, USERS, EP_COVERAGE_COMPLETE, NULL);
	scene_release(&scene);
}

static void throttling_refusal_is_tried_again(void **state)
{
	static const struct fake_reply script[] = {
		ME,
		{ .to = "/users", .status = 403, .times = 2,
		  .body = REASON("tooFast") },
		{ .to = "/users",
		  .body = "{\"kind\":\"toy#users\",\"users\":[{\"id\":\"a\"}]}" },
		{ 0 }
	};
	struct scene scene;

	(void)state;
	play(&scene, script);
	scene_is(&scene, USERS, EP_COVERAGE_COMPLETE, NULL);
	assert_int_equal(fake_net_count(&scene.net, "/users"), 3);
	scene_release(&scene);
}

static void throttling_for_ever_is_no_refusal(void **state)
{
	static const struct fake_reply script[] = {
		ME, { .to = "/users", .status = 403, .body = REASON("tooFast") },
		{ 0 }
	};
	struct scene scene;

	(void)state;
	play(&scene, script);
	scene_is(&scene, USERS, EP_COVERAGE_FAILED, "HTTP 403");
	assert_int_equal(fake_net_count(&scene.net, "/users"), 3);
	scene_release(&scene);
}

static void plain_refusal_stays_one(void **state)
{
	static const struct fake_reply script[] = {
		ME,
		{ .to = "/users", .status = 403, .body = REASON("forbidden") },
		{ 0 }
	};
	struct scene scene;

	(void)state;
	play(&scene, script);
	scene_is(&scene, USERS, EP_COVERAGE_DENIED, "HTTP 403");
	assert_int_equal(fake_net_count(&scene.net, "/users"), 1);
	scene_release(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vouched_absence_is_empty),
		cmocka_unit_test(other_absence_is_not),
		cmocka_unit_test(cursor_goes_on_past_an_absent_page),
		cmocka_unit_test(refusal_in_a_500_is_denied_at_once),
		cmocka_unit_test(other_500_is_tried_again),
		cmocka_unit_test(throttling_refusal_is_tried_again),
		cmocka_unit_test(throttling_for_ever_is_no_refusal),
		cmocka_unit_test(plain_refusal_stays_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
