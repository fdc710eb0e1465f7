/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Running the test worlds of a rule.
 */
#include "check/rule_test.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "check/baseline.h"
#include "check/check.h"
#include "check/rule_expect.h"
#include "check/world.h"
#include "ext/db.h"
#include "store/store.h"

struct tester {
	const struct ep_rule *rule;
	struct ep_rules one;	/* the rule alone */
	const char *scratch;
	struct ep_rule_test *test;
	struct ep_diag *diag;
	struct ep_world world;
	const char *name;	/* of the case */
};

void ep_rule_test_init(struct ep_rule_test *test)
{
	*test = (struct ep_rule_test){ 0 };
	ep_buf_init(&test->report, EP_FILE_BYTES_MAX);
}

void ep_rule_test_release(struct ep_rule_test *test)
{
	ep_buf_release(&test->report);
}

static char *database_path(const struct tester *tr)
{
	struct ep_buf path;

	ep_buf_init(&path, EP_URL_BYTES_MAX);
	ep_buf_addf(&path, "%s/%s.%ld.db", tr->scratch, tr->rule->id,
		    (long)getpid());
	return ep_buf_take(&path);
}

static void remove_database(const char *path)
{
	static const char *const ends[] = { "", "-wal", "-shm", ".lock",
					    NULL };

	for (int i = 0; ends[i]; i++) {
		struct ep_buf name;

		ep_buf_init(&name, EP_URL_BYTES_MAX);
		ep_buf_addf(&name, "%s%s", path, ends[i]);
		unlink(name.s);
		ep_buf_release(&name);
	}
}

/* --- one case ----------------------------------------------------------- */

static int check_world(struct tester *tr, struct ep_store *store,
		       struct ep_err *err)
{
	const struct ep_yaml *list =
		ep_yaml_get(tr->world.world, "baselines");
	struct ep_baselines baselines = { 0 };
	struct ep_check_options options = { .now = tr->world.now,
					    .baselines = &baselines };
	struct ep_check_summary summary;
	int rc = ep_world_play(&tr->world, store, err);

	if (list)
		ep_baselines_list(&baselines, tr->world.file, list, tr->diag);
	if (rc == 0)
		rc = ep_check_run(store, tr->world.config, &tr->one, &options,
				  &summary, tr->diag, err);
	if (rc == 0)
		rc = ep_rule_expect(tr->rule, tr->name, &tr->world,
				    ep_store_db(store), tr->test, err);
	ep_baselines_release(&baselines);
	return rc;
}

static int run_case(struct tester *tr, struct ep_err *err)
{
	EP_AUTO_FREE char *path = database_path(tr);
	struct ep_store *store = NULL;
	int rc;

	tr->test->cases++;
	tr->world.config = ep_world_config(&tr->world, tr->rule->id);
	if (!tr->world.config)
		return 0;
	ep_rules_check_config(&tr->one, tr->world.config, tr->diag);
	remove_database(path);
	rc = ep_store_open(path, true, &store, err);
	if (rc == 0)
		rc = check_world(tr, store, err);
	ep_store_close(store);
	remove_database(path);
	ep_clock_fix(0);
	ep_config_free(tr->world.config);
	tr->world.config = NULL;
	return rc;
}

static void try_case(struct tester *tr, const struct ep_yaml *node)
{
	static const char *const known[] = {
		"case", "about", "customers", "tenants", "datasets",
		"without", "earlier", "params", "baselines", "expect", NULL
	};
	const struct ep_yaml *name =
		node->type == EP_YAML_MAP ? ep_yaml_get(node, "case") : NULL;
	struct ep_err err = EP_ERR_INIT;

	/* Read bare: one of the names is null. */
	tr->name = name ? name->text : NULL;
	if (!tr->name) {
		ep_diag_add(tr->diag, tr->world.file, node->line, node->col,
			    "a case is a mapping with \"case\"");
		return;
	}
	ep_yaml_known(node, known, "case", tr->world.file, tr->diag);
	tr->world.world = node;
	if (run_case(tr, &err) < 0) {
		tr->test->failed++;
		ep_buf_addf(&tr->test->report, "%s %s: %s\n", tr->rule->id,
			    tr->name, err.msg);
	}
}

/* --- the file ----------------------------------------------------------- */

static void need_cases(struct tester *tr, const struct ep_yaml *cases)
{
	static const char *const must[] = { "pass", "fail", "empty",
					    "incomplete", "null", NULL };

	for (int i = 0; must[i]; i++) {
		bool found = false;

		for (const struct ep_yaml *it = cases->child; it;
		     it = it->next) {
			const struct ep_yaml *name = ep_yaml_get(it, "case");

			found = found || (name &&
					  ep_str_eq(name->text, must[i]));
		}
		if (!found)
			ep_diag_add(tr->diag, tr->world.file, cases->line,
				    cases->col, "no case \"%s\"", must[i]);
	}
}

static void read_now(struct tester *tr, const struct ep_yaml *root)
{
	const char *now = NULL;

	if (!ep_yaml_str(root, "now", tr->world.file, tr->diag, &now) ||
	    !ep_time_iso(now, false, &tr->world.now))
		ep_diag_add(tr->diag, tr->world.file, root->line, root->col,
			    "now: expected a time like 2026-11-17T02:00:00Z");
}

static void run_file(struct tester *tr, const struct ep_yaml *root,
		     bool shipped)
{
	static const char *const known[] = { "rule", "now", "base", "cases",
					     NULL };
	static const char *const base_known[] = { "customers", "tenants",
						  "datasets", NULL };
	const struct ep_yaml *cases = ep_yaml_get(root, "cases");
	size_t before = tr->diag->n + tr->diag->dropped;
	const char *id = NULL;

	ep_yaml_known(root, known, "test file", tr->world.file, tr->diag);
	read_now(tr, root);
	if (!ep_yaml_str(root, "rule", tr->world.file, tr->diag, &id) ||
	    !ep_str_eq(id, tr->rule->id))
		ep_diag_add(tr->diag, tr->world.file, root->line, root->col,
			    "rule: expected \"%s\"", tr->rule->id);
	tr->world.base = ep_yaml_get(root, "base");
	if (tr->world.base)
		ep_yaml_known(tr->world.base, base_known, "base",
			      tr->world.file, tr->diag);
	if (!cases || cases->type != EP_YAML_LIST) {
		ep_diag_add(tr->diag, tr->world.file, root->line, root->col,
			    "cases: expected a list");
		return;
	}
	if (shipped)
		need_cases(tr, cases);
	if (tr->diag->n + tr->diag->dropped != before)
		return;
	for (const struct ep_yaml *it = cases->child; it; it = it->next)
		try_case(tr, it);
}

int ep_rule_test_run(const struct ep_rules *rules, const struct ep_rule *rule,
		     const char *folder, const char *scratch, bool shipped,
		     struct ep_rule_test *test, struct ep_diag *diag,
		     struct ep_err *err)
{
	struct tester tr = { .rule = rule, .one = *rules, .scratch = scratch,
			     .test = test, .diag = diag };
	EP_AUTO(ep_buf_release) struct ep_buf path;
	struct ep_rule *alone[1];
	struct ep_yaml *root;

	ep_buf_init(&path, EP_URL_BYTES_MAX);
	ep_buf_addf(&path, "%s/%s.yaml", folder, rule->id);
	if (access(path.s, R_OK) < 0) {
		if (shipped)
			ep_diag_add(diag, path.s, 0, 0, "rule \"%s\" has no "
				    "test worlds: %s", rule->id,
				    strerror(errno));
		return 0;
	}
	/* The list is shown one rule, none of it is owned. */
	alone[0] = ep_rules_find(rules, rule->id);
	if (!alone[0])
		return ep_err_set(err, EP_EBUG, "rule \"%s\" is in no list",
				  rule->id);
	tr.one.rule.v = alone;
	tr.one.rule.n = 1;
	root = ep_yaml_file(path.s, diag);
	if (!root)
		return 0;
	tr.world = (struct ep_world){ .file = path.s, .diag = diag };
	run_file(&tr, root, shipped);
	ep_yaml_free(root);
	return 0;
}
