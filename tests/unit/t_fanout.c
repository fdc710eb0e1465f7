/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listings that lead to further calls: tenancies of a partner connection,
 * records that have to be asked for one by one, and tenancies that nobody
 * configured.
 */
#include "scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"

#define ORGS "hub/M1 hub.orgs"

/* A partner's API: organisations, teams of each, and for each team of each
 * organisation a call of its own. */
static const char hub[] =
	"connector: hub\n"
	"version: 3\n"
	"system: hub\n"
	"title: Hub\n"
	"docs: https://hub.example/\n"
	"scope: msp\n"
	"base:\n"
	"  api: https://api.hub.example\n"
	"credentials:\n"
	"  key:\n"
	"    doc: The key\n"
	"    hint: Hub, Keys\n"
	"    kind: header\n"
	"    secrets: [api_key]\n"
	"    header: Authorization\n"
	"    value: \"{tenant} {api_key}\"\n"
	"limits: {parallel: 2, requests: 1000, window: 60,\n"
	"  per: organisation, share_percent: 50, retries: 1}\n"
	"page: {kind: next_url, next: next}\n"
	"endpoints:\n"
	"  orgs:\n"
	"    title: Organisations\n"
	"    doc: All of them\n"
	"    path: /orgs\n"
	"    credential: [key]\n"
	"    records: data\n"
	"    tenants: true\n"
	"    emit:\n"
	"      - kind: tenant\n"
	"        fields: {of_system: {const: hub}, id: id}\n"
	"  teams:\n"
	"    title: Teams\n"
	"    doc: Teams\n"
	"    path: /orgs/{parent.id}/teams\n"
	"    credential: [key]\n"
	"    for_each: orgs\n"
	"    records: data\n"
	"    emit:\n"
	"      - kind: team\n"
	"        fields: {id: id, name: {parent: id}}\n"
	"  members:\n"
	"    title: Members\n"
	"    doc: Members\n"
	"    path: /orgs/{tenant}/teams/{parent.id}/members\n"
	"    credential: [key]\n"
	"    for_each: teams\n"
	"    records: data\n"
	"    absent: [404]\n"
	"    emit:\n"
	"      - kind: membership\n"
	"        fields: {team: {parent: id}, account: id, via: {const: direct}}\n";

static void set_up(struct scene *scene, const struct fake_reply *script)
{
	struct ep_connection *connection;

	scene_init(scene, script);
	scene_connector(scene, hub);
	connection = scene_connect(scene, "msp", "hub", "M1");
	scene_credential(scene, connection, "key", NULL, "api_key", "open-it");
	scene_claim(scene, "acme", "hub", "1");
}

/* What is known of a dataset stays in memory until it has ended: those that
 * were begun are read to their end before others begin. */
static void test_begun_listings_go_first(void **state)
{
	static const struct fake_reply script[] = {
		{ .to = "/orgs", .body = "{\"data\":[{\"id\":1}]}" },
		{ .to = "/orgs/1/teams",
		  .body = "{\"data\":[{\"id\":\"a\"},{\"id\":\"b\"},"
			  "{\"id\":\"c\"},{\"id\":\"d\"}]}" },
		{ .to = "/orgs/1/teams/a/members",
		  .body = "{\"data\":[{\"id\":\"u1\"}],"
			  "\"next\":\"/orgs/1/teams/a/members?p=2\"}" },
		{ .to = "/orgs/1/teams/a/members?p=2",
		  .body = "{\"data\":[{\"id\":\"u2\"}]}" },
		{ .to = "/orgs/1/teams/*", .body = "{\"data\":[]}" },
		{ 0 }
	};
	const char *second, *last;
	struct scene scene;

	(void)state;
	set_up(&scene, script);
	scene_run(&scene);
	scene_all_ended(&scene);
	second = strstr(scene.net.log.s, "/teams/a/members?p=2");
	last = strstr(scene.net.log.s, "/teams/d/members");
	assert_non_null(second);
	assert_non_null(last);
	assert_true(second < last);
	scene_release(&scene);
}

static void test_tenancies_and_their_records(void **state)
{
	static const struct fake_reply script[] = {
		{ .to = "/orgs", .body = "{\"data\":[{\"id\":1},{\"id\":2}],"
					 "\"next\":\"/orgs?p=2\"}" },
		/* 2 comes twice: records move */
		{ .to = "/orgs?p=2", .body = "{\"data\":[{\"id\":2},{\"id\":"
					     "\"../x\"}],\"next\":null}" },
		{ .to = "/orgs/1/teams", .body = "{\"data\":[{\"id\":\"a\"},{"
						 "\"id\":\"b\"}]}" },
		{ .to = "/orgs/2/teams", .body = "{\"data\":[]}" },
		{ .to = "/orgs/..%2Fx/teams", .body = "{\"data\":[]}" },
		/* the key is the connection's, the listing another's */
		{ .to = "/orgs/1/teams/a/members", .needs = "M1 open-it",
		  .body = "{\"data\":[{\"id\":\"u1\"},{\"id\":\"u2\"}]}" },
		{ .to = "/orgs/1/teams/b/members", .status = 404 },
		{ 0 }
	};
	struct scene scene;

	(void)state;
	set_up(&scene, script);
	scene_run(&scene);
	scene_all_ended(&scene);
	/* without a count, what came twice leaves doubt: PARTIAL */
	scene_is(&scene, ORGS, EP_COVERAGE_PARTIAL, "came twice");
	scene_is(&scene, "hub/1 hub.teams", EP_COVERAGE_COMPLETE, NULL);
	assert_string_equal(scene_find(&scene, "hub/1 hub.teams")->customer,
			    "acme");
	assert_null(scene_find(&scene, "hub/2 hub.teams")->customer);
	scene_is(&scene, "hub/2 hub.teams", EP_COVERAGE_COMPLETE, NULL);
	scene_is(&scene, "hub/../x hub.teams", EP_COVERAGE_COMPLETE, NULL);
	scene_is(&scene, "hub/1 hub.members", EP_COVERAGE_COMPLETE, NULL);
	assert_string_equal(scene_find(&scene, "hub/1 hub.members")->keys.s,
			    "membership:a|u1;membership:a|u2;");
	scene_is(&scene, "hub/2 hub.members", EP_COVERAGE_COMPLETE, NULL);
	assert_int_equal(fake_net_count(&scene.net, "/orgs/2/teams"), 1);
	scene_release(&scene);
}

static void test_one_of_many_calls_fails(void **state)
{
	static const struct fake_reply script[] = {
		{ .to = "/orgs", .body = "{\"data\":[{\"id\":1}]}" },
		{ .to = "/orgs/1/teams",
		  .body = "{\"data\":[{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":"
			  "\"c\"}]}" },
		{ .to = "/orgs/1/teams/b/members", .status = 403 },
		{ .to = "/orgs/1/teams/*", .body = "{\"data\":[]}" },
		{ 0 }
	};
	struct scene scene;

	(void)state;
	set_up(&scene, script);
	scene_run(&scene);
	scene_is(&scene, ORGS, EP_COVERAGE_COMPLETE, NULL);
	scene_is(&scene, "hub/1 hub.members", EP_COVERAGE_PARTIAL,
		 "1 of 3 calls did not end well");
	scene_is(&scene, "hub/1 hub.members", EP_COVERAGE_PARTIAL, "HTTP 403");
	scene_all_ended(&scene);
	scene_release(&scene);
}

static void test_children_of_a_cut_parent(void **state)
{
	static const struct fake_reply script[] = {
		{ .to = "/orgs", .body = "{\"data\":[{\"id\":1}]}" },
		{ .to = "/orgs/1/teams", .body = "{\"data\":[{\"id\":\"a\"}],"
						 "\"next\":\"//evil.example/\"}" },
		{ .to = "/orgs/1/teams/a/members", .body = "{\"data\":[]}" },
		{ 0 }
	};
	struct scene scene;

	(void)state;
	set_up(&scene, script);
	scene_run(&scene);
	scene_is(&scene, "hub/1 hub.teams", EP_COVERAGE_PARTIAL,
		 "not followed");
	scene_is(&scene, "hub/1 hub.members", EP_COVERAGE_PARTIAL,
		 "for each record of hub.teams");
	scene_all_ended(&scene);
	scene_release(&scene);
}

/* The listing of tenancies is cut: those it showed are read, those that only
 * the configuration knows are not clean. */
static void test_cut_list_of_tenancies(void **state)
{
	static const struct fake_reply script[] = {
		{ .to = "/orgs", .body = "{\"data\":[{\"id\":2}],"
					 "\"next\":\"/orgs?p=2\"}" },
		{ .to = "/orgs?p=2", .status = 500 },
		{ .to = "/orgs/2/teams", .body = "{\"data\":[]}" },
		{ 0 }
	};
	struct scene scene;

	(void)state;
	set_up(&scene, script);
	scene_run(&scene);
	scene_is(&scene, ORGS, EP_COVERAGE_PARTIAL, "HTTP 500, 2 times");
	scene_is(&scene, "hub/2 hub.teams", EP_COVERAGE_COMPLETE, NULL);
	scene_is(&scene, "hub/1 hub.teams", EP_COVERAGE_FAILED,
		 "hub.orgs, which lists the tenancies");
	scene_is(&scene, "hub/1 hub.members", EP_COVERAGE_FAILED, NULL);
	scene_all_ended(&scene);
	scene_release(&scene);
}

static void test_claimed_and_not_listed(void **state)
{
	static const struct fake_reply script[] = {
		{ .to = "/orgs", .body = "{\"data\":[{\"id\":2}]}" },
		{ .to = "/orgs/2/teams", .body = "{\"data\":[]}" },
		{ 0 }
	};
	struct scene scene;

	(void)state;
	set_up(&scene, script);
	scene_run(&scene);
	scene_is(&scene, ORGS, EP_COVERAGE_COMPLETE, NULL);
	scene_is(&scene, "hub/1 hub.teams", EP_COVERAGE_FAILED,
		 "does not list this tenancy");
	assert_string_equal(scene_find(&scene, "hub/1 hub.teams")->customer,
			    "acme");
	scene_all_ended(&scene);
	scene_release(&scene);
}

static void test_parent_denied_or_off(void **state)
{
	static const struct fake_reply script[] = {
		{ .to = "/orgs", .status = 401 }, { 0 }
	};
	struct scene scene;

	(void)state;
	set_up(&scene, script);
	scene_run(&scene);
	scene_is(&scene, ORGS, EP_COVERAGE_DENIED, "Hub, Keys");
	scene_is(&scene, "hub/1 hub.teams", EP_COVERAGE_DENIED, NULL);
	scene_is(&scene, "hub/1 hub.members", EP_COVERAGE_DENIED, NULL);
	assert_int_equal(fake_net_count(&scene.net, "/orgs"), 1);
	scene_release(&scene);

	set_up(&scene, script);
	scene_customer(&scene, "msp")->connections.v[0].enabled = false;
	scene_run(&scene);
	scene_is(&scene, ORGS, EP_COVERAGE_SKIPPED, "switched off");
	scene_is(&scene, "hub/1 hub.teams", EP_COVERAGE_SKIPPED, NULL);
	assert_int_equal(scene.net.requests, 0);
	scene_all_ended(&scene);
	scene_release(&scene);
}

/* A record without an id makes no tenancy; it must not vanish either. */
static void test_tenancy_without_id(void **state)
{
	static const struct fake_reply script[] = {
		{ .to = "/orgs", .body = "{\"data\":[{\"name\":\"x\"}]}" },
		{ 0 }
	};
	struct scene scene;

	(void)state;
	set_up(&scene, script);
	scene_run(&scene);
	scene_is(&scene, ORGS, EP_COVERAGE_PARTIAL, "id");
	scene_release(&scene);
}

static void test_filter_reads_the_parent_only_to_know(void **state)
{
	static const char *const only[] = { "hub/2" };
	static const struct fake_reply script[] = {
		{ .to = "/orgs", .body = "{\"data\":[{\"id\":1},{\"id\":2}]}" },
		{ .to = "/orgs/2/teams", .body = "{\"data\":[]}" },
		{ 0 }
	};
	struct scene scene;

	(void)state;
	set_up(&scene, script);
	scene.filter.tenants = only;
	scene.filter.n_tenants = 1;
	scene_run(&scene);
	assert_null(scene_find(&scene, ORGS));
	assert_null(scene_find(&scene, "hub/1 hub.teams"));
	scene_is(&scene, "hub/2 hub.teams", EP_COVERAGE_COMPLETE, NULL);
	scene_is(&scene, "hub/2 hub.members", EP_COVERAGE_COMPLETE, NULL);
	assert_int_equal(fake_net_count(&scene.net, "/orgs/1/teams"), 0);
	scene_release(&scene);
}

static void test_filter_by_customer(void **state)
{
	static const char *const only[] = { "acme" };
	static const struct fake_reply script[] = {
		{ .to = "/orgs", .body = "{\"data\":[{\"id\":1},{\"id\":2}]}" },
		{ .to = "/orgs/1/teams", .body = "{\"data\":[]}" },
		{ 0 }
	};
	struct scene scene;

	(void)state;
	set_up(&scene, script);
	scene.filter.tenants = only;
	scene.filter.n_tenants = 1;
	scene_run(&scene);
	assert_null(scene_find(&scene, ORGS));
	assert_null(scene_find(&scene, "hub/2 hub.teams"));
	scene_is(&scene, "hub/1 hub.teams", EP_COVERAGE_COMPLETE, NULL);
	scene_release(&scene);
}

/* "None of it" is an answer to the first page only. */
static void test_absent_in_the_middle(void **state)
{
	static const struct fake_reply script[] = {
		{ .to = "/orgs", .body = "{\"data\":[{\"id\":1}]}" },
		{ .to = "/orgs/1/teams", .body = "{\"data\":[{\"id\":\"a\"}]}" },
		{ .to = "/orgs/1/teams/a/members",
		  .body = "{\"data\":[{\"id\":\"u\"}],\"next\":\"?p=2\"}" },
		{ .to = "/orgs/1/teams/a/members?p=2", .status = 404 },
		{ 0 }
	};
	struct scene scene;

	(void)state;
	set_up(&scene, script);
	scene_run(&scene);
	scene_is(&scene, "hub/1 hub.members", EP_COVERAGE_PARTIAL,
		 "HTTP 404 after others had answered");
	scene_release(&scene);
}

/* A parent that is read a second time asks its children once. */
static void test_reread_parent_feeds_once(void **state)
{
	static const struct fake_reply script[] = {
		{ .to = "/orgs", .body = "{\"data\":[{\"id\":1}]}" },
		{ .to = "/orgs/1/teams", .times = 1,
		  .body = "{\"data\":[{\"id\":\"a\"}],\"next\":\"?p=2\"}" },
		{ .to = "/orgs/1/teams?p=2", .times = 1,
		  .body = "{\"data\":[{\"id\":\"a\"}]}" },
		{ .to = "/orgs/1/teams",
		  .body = "{\"data\":[{\"id\":\"a\"}],\"next\":\"?p=2\"}" },
		{ .to = "/orgs/1/teams?p=2",
		  .body = "{\"data\":[{\"id\":\"b\"}]}" },
		{ .to = "/orgs/1/teams/*", .body = "{\"data\":[]}" },
		{ 0 }
	};
	struct scene scene;

	(void)state;
	set_up(&scene, script);
	scene_run(&scene);
	scene_is(&scene, "hub/1 hub.teams", EP_COVERAGE_COMPLETE, NULL);
	scene_is(&scene, "hub/1 hub.members", EP_COVERAGE_COMPLETE, NULL);
	assert_int_equal(
		fake_net_count(&scene.net, "/orgs/1/teams/a/members"), 1);
	assert_int_equal(
		fake_net_count(&scene.net, "/orgs/1/teams/b/members"), 1);
	scene_release(&scene);
}

/* A vendor that fails everywhere is not asked for ever: retries are counted
 * over the whole connection. */
static void test_retries_of_a_connection(void **state)
{
	struct fake_reply script[] = {
		{ .to = "/orgs", .body = "{\"data\":[{\"id\":1}]}" },
		{ .to = "/orgs/1/teams" },
		{ .to = "/orgs/1/teams/*", .status = 500 },
		{ 0 }
	};
	struct scene scene;
	struct ep_buf teams;

	(void)state;
	ep_buf_init(&teams, 65536);
	ep_buf_adds(&teams, "{\"data\":[{\"id\":0}");
	for (int i = 1; i < EP_CONNECTION_RETRIES_MAX * 2; i++)
		ep_buf_addf(&teams, ",{\"id\":%d}", i);
	ep_buf_adds(&teams, "]}");
	script[1].body = teams.s;
	set_up(&scene, script);
	scene_run(&scene);
	scene_is(&scene, "hub/1 hub.members", EP_COVERAGE_FAILED,
		 "200 of 200 calls");
	assert_int_equal(scene.totals.retries, EP_CONNECTION_RETRIES_MAX);
	assert_int_equal(scene.net.requests,
			 2 + EP_CONNECTION_RETRIES_MAX * 3);
	assert_true(scene.net.most <= 2);
	ep_buf_release(&teams);
	scene_release(&scene);
}

/* A partner's list shows tenancies of another connector's system. */
static const char list[] =
	"connector: list\n"
	"version: 1\n"
	"system: list\n"
	"title: List\n"
	"docs: https://list.example/\n"
	"scope: msp\n"
	"base: {api: https://api.list.example}\n"
	"endpoints:\n"
	"  tenants:\n"
	"    title: Tenants\n"
	"    doc: Tenants\n"
	"    path: /tenants\n"
	"    records: data\n"
	"    tenants: true\n"
	"    page: {kind: none}\n"
	"    emit:\n"
	"      - kind: tenant\n"
	"        fields: {of_system: {const: leaf}, id: id}\n";

static const char leaf[] =
	"connector: leaf\n"
	"version: 1\n"
	"system: leaf\n"
	"title: Leaf\n"
	"docs: https://leaf.example/\n"
	"scope: tenant\n"
	"base: {api: https://api.leaf.example}\n"
	"credentials:\n"
	"  key:\n"
	"    doc: The key\n"
	"    hint: Leaf, Keys\n"
	"    kind: header\n"
	"    secrets: [api_key]\n"
	"    header: Authorization\n"
	"    value: \"{api_key}\"\n"
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

static void test_listed_and_not_configured(void **state)
{
	static const struct fake_reply script[] = {
		{ .to = "/tenants", .body = "{\"data\":[{\"id\":\"L1\"},{\"id\""
					    ":\"L2\"}]}" },
		{ .to = "/L1/teams", .body = "{\"data\":[]}" },
		{ 0 }
	};
	struct ep_connection *connection;
	struct scene scene;

	(void)state;
	scene_init(&scene, script);
	scene_connector(&scene, list);
	scene_connector(&scene, leaf);
	scene_connect(&scene, "msp", "list", "P");
	connection = scene_connect(&scene, "acme", "leaf", "L1");
	scene_credential(&scene, connection, "key", NULL, "api_key", "open-it");
	scene_run(&scene);
	scene_is(&scene, "list/P list.tenants", EP_COVERAGE_COMPLETE, NULL);
	scene_is(&scene, "leaf/L1 leaf.teams", EP_COVERAGE_COMPLETE, NULL);
	scene_is(&scene, "leaf/L2 leaf.teams", EP_COVERAGE_SKIPPED,
		 "list.tenants lists this tenancy");
	assert_null(scene_find(&scene, "leaf/L2 leaf.teams")->customer);
	scene_all_ended(&scene);
	scene_release(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_begun_listings_go_first),
		cmocka_unit_test(test_tenancies_and_their_records),
		cmocka_unit_test(test_one_of_many_calls_fails),
		cmocka_unit_test(test_children_of_a_cut_parent),
		cmocka_unit_test(test_cut_list_of_tenancies),
		cmocka_unit_test(test_claimed_and_not_listed),
		cmocka_unit_test(test_parent_denied_or_off),
		cmocka_unit_test(test_tenancy_without_id),
		cmocka_unit_test(test_filter_reads_the_parent_only_to_know),
		cmocka_unit_test(test_filter_by_customer),
		cmocka_unit_test(test_absent_in_the_middle),
		cmocka_unit_test(test_reread_parent_feeds_once),
		cmocka_unit_test(test_retries_of_a_connection),
		cmocka_unit_test(test_listed_and_not_configured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
