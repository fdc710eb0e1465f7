/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vendor that shows part of a listing as if it were all: what tells the
 * difference is asked, waited for and heeded.
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
#include "base/str.h"

static const char hub[] =
	"connector: hub\nversion: 1\nsystem: hub\ntitle: Hub\n"
	"docs: https://hub.example/\nscope: msp\n"
	"base: {api: https://api.hub.example}\n"
	"credentials:\n"
	"  key: {doc: The key, hint: Keys, kind: header,\n"
	"    secrets: [api_key], value: \"{api_key}\"}\n"
	"limits: {retries: 0, parallel: 1}\n"
	"endpoints:\n"
	"  orgs:\n"
	"    title: Organisations\n"
	"    path: /orgs\n"
	"    credential: key\n"
	"    records: \".\"\n"
	"    tenants: true\n"
	"    rights: {ask: /orgs/info, path: info.access, words: [All]}\n"
	"    emit:\n"
	"      - {kind: tenant, fields: {of_system: {const: hub}, id: id}}\n"
	"  people:\n"
	"    title: People\n"
	"    path: /orgs/{tenant}/people\n"
	"    credential: key\n"
	"    for_each: orgs\n"
	"    records: \".\"\n"
	"    rights: {ask: /people/info, path: info.access, words: [All]}\n"
	"    emit:\n"
	"      - {kind: team, fields: {id: id}}\n"
	"  notes:\n"
	"    title: Notes\n"
	"    path: /orgs/{tenant}/people/{parent.id}/notes\n"
	"    credential: key\n"
	"    for_each: people\n"
	"    records: \".\"\n"
	"    emit:\n"
	"      - {kind: team, fields: {id: id}}\n";

#define NOTES "hub/1 hub.notes"
#define ORGS "hub/M1 hub.orgs"
#define PEOPLE "hub/1 hub.people"
#define SAYS(word) "{\"info\":{\"access\":\"" word "\"}}"

/* What is said about both, late, and what the two datasets are then; only:
 * the one that is wanted, or NULL. */
static void play_only(struct scene *scene, const char *orgs,
		      const char *people, long people_status,
		      const char *const *only)
{
	const struct fake_reply script[] = {
		{ .to = "/orgs", .body = "[{\"id\":1}]" },
		{ .to = "/orgs/1/people", .body = "[{\"id\":\"a\"}]" },
		{ .to = "/orgs/1/people/a/notes", .body = "[]" },
		{ .to = "/orgs/info", .body = orgs, .ms = 5000 },
		{ .to = "/people/info", .body = people,
		  .status = people_status, .ms = 9000 },
		{ 0 }
	};
	struct ep_connection *connection;

	scene_init(scene, script);
	scene_connector(scene, hub);
	connection = scene_connect(scene, "msp", "hub", "M1");
	scene_credential(scene, connection, "key", NULL, "api_key", "open-it");
	scene_claim(scene, "acme", "hub", "1");
	scene->filter.datasets = only;
	scene->filter.n_datasets = only != NULL;
	scene_run(scene);
	assert_int_equal(scene->rc, 0);
	scene_all_ended(scene);
}

static void play(struct scene *scene, const char *orgs, const char *people,
		 long people_status)
{
	play_only(scene, orgs, people, people_status, NULL);
}

/* Who wants the notes alone has to know that all people are seen. */
static void what_is_below_needs_it_too(void **state)
{
	static const char *const only[] = { "hub.notes" };
	struct scene scene;

	(void)state;
	play_only(&scene, SAYS("All"), SAYS("All"), 0, only);
	scene_is(&scene, NOTES, EP_COVERAGE_COMPLETE, NULL);
	assert_int_equal(fake_net_count(&scene.net, "/people/info"), 1);
	scene_release(&scene);
	play_only(&scene, SAYS("All"), SAYS("Restricted"), 0, only);
	scene_is(&scene, NOTES, EP_COVERAGE_PARTIAL, "Restricted");
	scene_release(&scene);
}

static void all_is_complete(void **state)
{
	struct scene scene;

	(void)state;
	play(&scene, SAYS("All"), SAYS("All"), 0);
	scene_is(&scene, ORGS, EP_COVERAGE_COMPLETE, NULL);
	scene_is(&scene, PEOPLE, EP_COVERAGE_COMPLETE, NULL);
	assert_int_equal(fake_net_count(&scene.net, "/people/info"), 1);
	scene_release(&scene);
}

static void part_of_one_spoils_that_one(void **state)
{
	struct scene scene;

	(void)state;
	play(&scene, SAYS("All"), SAYS("Restricted"), 0);
	scene_is(&scene, ORGS, EP_COVERAGE_COMPLETE, NULL);
	scene_is(&scene, PEOPLE, EP_COVERAGE_PARTIAL,
		 "info.access is Restricted");
	assert_int_equal(scene_find(&scene, PEOPLE)->rows, 1);
	scene_release(&scene);
	play(&scene, SAYS("Restricted"), SAYS("All"), 0);
	scene_is(&scene, ORGS, EP_COVERAGE_PARTIAL, "Restricted");
	scene_is(&scene, PEOPLE, EP_COVERAGE_COMPLETE, NULL);
	scene_release(&scene);
}

static void what_is_not_told_is_not_granted(void **state)
{
	struct scene scene;

	(void)state;
	play(&scene, "{\"info\":{}}", SAYS("all"), 0);
	scene_is(&scene, ORGS, EP_COVERAGE_PARTIAL, "nowhere");
	scene_is(&scene, PEOPLE, EP_COVERAGE_PARTIAL, "info.access is all");
	scene_release(&scene);
	play(&scene, "{\"info\":{\"access\":null}}", "{}", 403);
	scene_is(&scene, ORGS, EP_COVERAGE_PARTIAL, "is not sure");
	scene_is(&scene, PEOPLE, EP_COVERAGE_PARTIAL, "HTTP 403");
	scene_release(&scene);
	play(&scene, SAYS("All"), "<html>", 200);
	scene_is(&scene, PEOPLE, EP_COVERAGE_PARTIAL, "is not sure");
	scene_release(&scene);
}

static void refuse(const char *rights, const char *part)
{
	char folder[] = "t_rights.XXXXXX";
	EP_AUTO_FREE char *path = NULL;
	struct ep_diag diag;
	bool found = false;
	FILE *f;

	assert_non_null(mkdtemp(folder));
	path = ep_file_join(folder, "x.yaml");
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f,
		"connector: x\nversion: 1\nsystem: x\ntitle: x\n"
		"scope: tenant\nbase: {api: https://x.example}\n"
		"endpoints: {a: {title: a, path: /a, rights: %s, emit: "
		"[{kind: team, fields: {id: id}}]}, b: {title: b, path: /b, "
		"emit: [{kind: team, fields: {id: id}}]}, a_%s: {title: c, "
		"path: /c, emit: [{kind: team, fields: {id: id}}]}}\n",
		rights, ep_str_eq(part, "two endpoints") ? "rights" : "x");
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

static void a_connector_must_ask_properly(void **state)
{
	(void)state;
	refuse("{ask: /i, path: x}", "words:");
	refuse("{ask: /i, words: [All]}", "path:");
	refuse("{path: x, words: [All]}", "ask");
	refuse("{ask: i?x, path: x, words: [All]}", "starts with a slash");
	refuse("{ask: /i, path: x, words: [All], other: 1}", "other");
	refuse("{ask: \"/{parent.id}\", path: x, words: [All]}",
	       "set nowhere");
	refuse("{ask: /i, path: x, words: [All]}", "two endpoints");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_is_complete),
		cmocka_unit_test(what_is_below_needs_it_too),
		cmocka_unit_test(part_of_one_spoils_that_one),
		cmocka_unit_test(what_is_not_told_is_not_granted),
		cmocka_unit_test(a_connector_must_ask_properly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
