/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A forecast adds up what was counted of what would be asked, by budget; what
 * was never counted is unknown, and never nothing.
 */
#include "scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collect/forecast.h"

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
	"    doc: The toy's key\n"
	"    hint: Toy box\n"
	"    kind: header\n"
	"    secrets: [api_key]\n"
	"    header: Authorization\n"
	"    value: \"{api_key}\"\n"
	"  extra:\n"
	"    doc: Another key\n"
	"    hint: Toy box, More\n"
	"    kind: header\n"
	"    secrets: [api_key]\n"
	"    header: Authorization\n"
	"    value: \"{api_key}\"\n"
	"limits: {parallel: 2, requests: 100, window: 60, per: credential,\n"
	"  share_percent: 100}\n"
	"page: {kind: none}\n"
	"identity: {endpoint: root, path: id}\n"
	"endpoints:\n"
	"  root: {title: Root, doc: Who, path: /root, credential: [main]}\n"
	"  groups:\n"
	"    title: Groups\n"
	"    doc: Only for what is in them\n"
	"    path: /groups\n"
	"    credential: [main]\n"
	"    records: groups\n"
	"  users:\n"
	"    title: Users\n"
	"    doc: Users\n"
	"    path: \"/groups/{parent.id}/users\"\n"
	"    for_each: groups\n"
	"    credential: [main]\n"
	"    records: users\n"
	"    emit:\n"
	"      - kind: team\n"
	"        fields: {id: id, name: name}\n"
	"  keys:\n"
	"    title: Keys\n"
	"    doc: Keys\n"
	"    path: /keys\n"
	"    credential: [extra]\n"
	"    records: keys\n"
	"    emit:\n"
	"      - kind: team\n"
	"        fields: {id: id, name: name}\n";

static void set_up(struct scene *scene)
{
	static const struct fake_reply script[] = { { 0 } };
	static const char *const tenants[] = { "T1", "T2" };

	scene_init(scene, script);
	scene_connector(scene, toy);
	for (size_t i = 0; i < 2; i++) {
		struct ep_connection *connection =
			scene_connect(scene, "acme", "toy", tenants[i]);

		connection->enabled = true;
		scene_credential(scene, connection, "main", NULL, "api_key",
				 "sesame");
	}
}

static void take(struct ep_forecaster *f, const char *tenant,
		 const char *dataset, const char *budget, int64_t requests,
		 bool whole)
{
	struct ep_tally tally = {
		.connector = "toy", .home = tenant, .customer = "acme",
		.system = "toy", .tenant = tenant, .dataset = dataset,
		.requests = requests, .whole = whole,
	};

	memcpy(tally.budget, budget, strlen(budget) + 1);
	ep_forecaster_take(f, &tally);
}

static void test_nothing_known(void **state)
{
	struct ep_forecast forecast;
	struct scene scene;

	(void)state;
	set_up(&scene);
	ep_forecaster_finish(ep_forecaster_new(&scene.config, &scene.specs,
					       &scene.filter), &forecast);
	/* both listings of both tenancies; nobody could read the keys */
	assert_int_equal(forecast.unknown.n, 4);
	assert_int_equal(forecast.requests, 0);
	ep_forecast_release(&forecast);
	scene_release(&scene);
}

static void test_one_credential_for_two(void **state)
{
	struct ep_forecast forecast;
	struct ep_forecaster *f;
	struct scene scene;

	(void)state;
	set_up(&scene);
	f = ep_forecaster_new(&scene.config, &scene.specs, &scene.filter);
	take(f, "T1", "proof", "b", 1, true);
	take(f, "T1", "token main", "", 1, true);
	take(f, "T1", "toy.groups", "b", 1, true);
	take(f, "T1", "toy.users", "b", 150, true);
	take(f, "T2", "toy.groups", "b", 1, true);
	take(f, "T2", "toy.users", "b", 40, false);
	/* of a tenancy that is no longer configured */
	take(f, "T3", "toy.users", "b", 1000, true);
	ep_forecaster_finish(f, &forecast);
	assert_int_equal(forecast.requests, 194);
	assert_int_equal(forecast.tokens, 1);
	assert_int_equal(forecast.unknown.n, 0);
	assert_int_equal(forecast.partly.n, 1);
	assert_string_equal(forecast.partly.v[0], "toy.users of toy/T2");
	assert_int_equal(forecast.budget.n, 2);
	assert_int_equal(forecast.budget.v[0].requests, 193);
	/* 96 at once, 96 after a minute, one after two */
	assert_int_equal(forecast.budget.v[0].allowed, 96);
	assert_int_equal(forecast.budget.v[0].seconds, 120);
	assert_true(forecast.budget.v[0].rate);
	assert_string_equal(forecast.budget.v[0].whose,
			    "credential of toy/T1");
	ep_forecast_release(&forecast);
	scene_release(&scene);
}

/* Budgets of their own run beside each other. */
static void test_a_part_with_budgets_of_their_own(void **state)
{
	static const char *const tenants[] = { "toy/T2" };
	struct ep_forecast forecast;
	struct ep_forecaster *f;
	struct scene scene;

	(void)state;
	set_up(&scene);
	for (int part = 0; part < 2; part++) {
		if (part) {
			scene.filter.tenants = tenants;
			scene.filter.n_tenants = 1;
		}
		f = ep_forecaster_new(&scene.config, &scene.specs,
				      &scene.filter);
		take(f, "T1", "toy.groups", "b", 1, true);
		take(f, "T1", "toy.users", "b", 100, true);
		take(f, "T2", "toy.groups", "c", 1, true);
		take(f, "T2", "toy.users", "c", 10, true);
		ep_forecaster_finish(f, &forecast);
		assert_int_equal(forecast.requests, part ? 11 : 112);
		assert_int_equal(forecast.budget.n, part ? 1 : 2);
		assert_int_equal(forecast.budget.v[0].seconds, part ? 0 : 60);
		assert_false(part && forecast.budget.v[0].rate);
		ep_forecast_release(&forecast);
	}
	scene_release(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_known),
		cmocka_unit_test(test_one_credential_for_two),
		cmocka_unit_test(test_a_part_with_budgets_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
