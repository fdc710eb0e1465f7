/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exitproof rule list, explain, lint and test.
 */
#include "cli/cmd.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "check/check.h"
#include "check/rule_test.h"
#include "cli/cmd_rule_cost.h"
#include "cli/guard.h"
#include "cli/scratch.h"
#include "store/store.h"

/* Rule verbs work without a configuration too: then with the shipped rules
 * alone. */
static int load_rules(struct ep_app *app, const char *folder,
		      struct ep_rules **ret)
{
	EP_AUTO(ep_buf_release) struct ep_buf shipped = { .s = NULL };
	const char *one[1];
	int status;

	ep_buf_init(&shipped, EP_URL_BYTES_MAX);
	ep_buf_addf(&shipped, "%s/rules", ep_app_data_folder());
	one[0] = folder ? folder : shipped.s;
	if (!folder && app->config_path) {
		status = ep_app_config(app);
		if (status)
			return status;
		*ret = ep_rules_load((const char *const *)
					     app->config->rule_folders.v,
				     app->config->rule_folders.n, &app->diag);
	} else {
		*ret = ep_rules_load(one, 1, &app->diag);
	}
	return *ret ? 0 : ep_app_fail_diag(app, EP_ECONFIG);
}

static int start(struct ep_app *app, int *argc, char **argv,
		 const struct ep_opt *table, const struct ep_opt_usage *usage,
		 struct ep_rules **ret, bool *ret_go)
{
	int operands, status;

	*ret_go = false;
	ep_app_options(app, *argc, argv, table, usage, &operands, &status);
	if (status >= 0)
		return status;
	*argc = operands;
	status = load_rules(app, NULL, ret);
	*ret_go = status == 0;
	return status;
}

/* --- list, explain ------------------------------------------------------------ */

static int rule_list(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"rule list", "", "Prints one line per rule."
	};
	const struct ep_opt table[] = { EP_APP_OPTIONS(app) };
	struct ep_rules *rules = NULL;
	bool go;
	int status = start(app, &argc, argv, table, &usage, &rules, &go);

	if (!go)
		return status;
	for (size_t i = 0; i < rules->rule.n; i++) {
		const struct ep_rule *rule = rules->rule.v[i];

		ep_app_printf("%-9s %-9s %-8s %-38s %s\n", rule->group,
			      ep_severity_word(rule->severity),
			      ep_rule_per_word(rule->per), rule->id,
			      rule->title);
	}
	ep_app_printf("%zu rule%s\n", rules->rule.n, EP_S(rules->rule.n));
	ep_rules_free(rules);
	return ep_app_finish();
}

static void print_remedy(const struct ep_rules *rules,
			 const struct ep_rule *rule)
{
	const struct ep_remedy *remedy =
		ep_remedies_find(&rules->remedies, rule->fix);

	if (!remedy)
		return;
	ep_app_printf("\nRemedy: %s\n", remedy->title);
	for (size_t i = 0; i < remedy->step.n; i++) {
		const struct ep_remedy_step *step = &remedy->step.v[i];

		ep_app_printf("  %zu. %s%s%s\n", i + 1,
			      step->system ? step->system : "",
			      step->system ? ": " : "", step->act);
		if (step->only_after)
			ep_app_printf("     only after: %s\n",
				      step->only_after);
	}
}

static void print_rule(const struct ep_rules *rules,
		       const struct ep_rule *rule)
{
	ep_app_printf("%s (revision %" PRId64 ", %s, per %s)\n%s\n\n%s\n",
		      rule->id, rule->revision,
		      ep_severity_word(rule->severity),
		      ep_rule_per_word(rule->per), rule->title, rule->why);
	ep_app_printf("\nNeeds: %s\n", rule->needs_text);
	for (size_t i = 0; i < rule->systems.n; i++)
		ep_app_printf("%s%s%s", i ? ", " : "Systems: ",
			      rule->systems.v[i],
			      i + 1 == rule->systems.n ? "\n" : "");
	for (size_t i = 0; i < rule->param.n; i++)
		ep_app_printf("Parameter %s = %s: %s\n", rule->param.v[i].name,
			      rule->param.v[i].value, rule->param.v[i].doc);
	print_remedy(rules, rule);
	for (size_t i = 0; i < rule->map.n; i++)
		ep_app_printf("%s%s %s (%s): %s\n", i ? "" : "\nControls:\n",
			      rule->map.v[i].framework, rule->map.v[i].control,
			      rule->map.v[i].direct ? "direct" : "supporting",
			      rule->map.v[i].sentence);
	ep_app_printf("\nFile: %s, SHA-256 %s\n\nWhat is examined:\n%s\n"
		      "What is wrong:\n%s",
		      rule->file, rule->sha256, rule->population,
		      rule->violations);
}

static int rule_explain(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"rule explain", "ID",
		"Prints all of a rule.  With --cost, what rules (all without "
		"an ID) cost on the database of the last run."
	};
	bool cost = false;
	const struct ep_opt table[] = {
		{ EP_OPT_FLAG, 0, "cost", NULL, &cost,
		  "measure instead: rows, work, time and query plan" },
		EP_APP_OPTIONS(app)
	};
	struct ep_rules *rules = NULL;
	const struct ep_rule *rule;
	bool go;
	int status = start(app, &argc, argv, table, &usage, &rules, &go);

	if (!go)
		return status;
	if (cost) {
		status = ep_rule_cost_print(app, rules, argc, argv);
		ep_rules_free(rules);
		return status;
	}
	rule = argc == 1 ? ep_rules_find(rules, argv[0]) : NULL;
	if (rule)
		print_rule(rules, rule);
	else
		status = argc == 1 ? ep_app_usage("rule explain",
						  "there is no rule '%s'",
						  argv[0]) :
				     ep_app_usage("rule explain",
						  "give one rule id");
	ep_rules_free(rules);
	return status ? status : ep_app_finish();
}

/* --- lint, test --------------------------------------------------------------- */

static int lint_in(struct ep_app *app, const struct ep_rules *rules,
		   const char *scratch)
{
	EP_AUTO_FREE char *path = NULL;
	struct ep_store *store = NULL;
	struct ep_buf name;
	size_t before = app->diag.n;
	int rc;

	ep_buf_init(&name, EP_URL_BYTES_MAX);
	ep_buf_addf(&name, "%s/lint.db", scratch);
	path = ep_buf_take(&name);
	rc = ep_store_open(path, true, &store, &app->err);
	if (rc == 0)
		rc = ep_check_lint(store, rules, &app->diag, &app->err);
	ep_store_close(store);
	if (app->diag.n > before)
		return ep_app_fail_diag(app, EP_ECONFIG);
	return rc ? ep_app_fail(app) : 0;
}

static int rule_lint(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"rule lint", "[FOLDER]",
		"Judges every rule: its header, its SQL, and that what it "
		"reads is what it declares."
	};
	const struct ep_opt table[] = { EP_APP_OPTIONS(app) };
	struct ep_rules *rules = NULL;
	char *scratch = NULL;
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	ep_guard_writes(app, ep_scratch_root());
	status = load_rules(app, operands ? argv[0] : NULL, &rules);
	if (status)
		return status;
	if (ep_scratch_make(&scratch, &app->err))
		status = ep_app_fail(app);
	else
		status = lint_in(app, rules, scratch);
	ep_scratch_remove(scratch);
	if (status == 0)
		ep_app_printf("%zu rule%s, nothing to complain about\n",
			      rules->rule.n, EP_S(rules->rule.n));
	ep_rules_free(rules);
	return status ? status : ep_app_finish();
}

static int test_all(struct ep_app *app, const struct ep_rules *rules, int n,
		    char **ids, const char *worlds, const char *scratch)
{
	struct ep_rule_test test;
	size_t before = app->diag.n;
	int rc = 0, status;

	ep_rule_test_init(&test);
	for (size_t i = 0; rc == 0 && i < rules->rule.n; i++) {
		const struct ep_rule *rule = rules->rule.v[i];
		bool wanted = n == 0;

		for (int k = 0; k < n; k++)
			wanted = wanted || ep_str_eq(ids[k], rule->id);
		if (wanted)
			rc = ep_rule_test_run(rules, rule, worlds, scratch,
					      true, &test, &app->diag,
					      &app->err);
	}
	if (test.report.len)
		ep_app_print(test.report.s, test.report.len);
	ep_app_printf("%" PRId64 " cases, %" PRId64 " failed\n", test.cases,
		      test.failed);
	status = test.failed || test.cases == 0 ? 1 : 0;
	ep_rule_test_release(&test);
	if (app->diag.n > before)
		status = ep_app_fail_diag(app, EP_ECONFIG);
	return rc ? ep_app_fail(app) : status;
}

static int rule_test(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"rule test", "[ID...]",
		"Runs rules over their test worlds: one that passes, one that "
		"fails, an empty, an incomplete and one with nulls."
	};
	const char *worlds = "tests/rules", *folder = NULL;
	const struct ep_opt table[] = {
		{ EP_OPT_TEXT, 'w', "worlds", "FOLDER", &worlds,
		  "where the test files lie (tests/rules)" },
		{ EP_OPT_TEXT, 0, "rules", "FOLDER", &folder,
		  "rules to test" },
		EP_APP_OPTIONS(app)
	};
	struct ep_rules *rules = NULL;
	char *scratch = NULL;
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	ep_guard_writes(app, ep_scratch_root());
	status = load_rules(app, folder, &rules);
	if (status)
		return status;
	if (ep_scratch_make(&scratch, &app->err))
		status = ep_app_fail(app);
	else
		status = test_all(app, rules, operands, argv,
				  worlds, scratch);
	ep_scratch_remove(scratch);
	ep_rules_free(rules);
	return status ? status : ep_app_finish();
}

int ep_cmd_rule(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_cmd subs[] = {
		{ "list", rule_list, "one line per rule" },
		{ "explain", rule_explain, "all of a rule" },
		{ "lint", rule_lint, "judge rule files" },
		{ "test", rule_test, "try rules on their test worlds" },
		{ NULL, NULL, NULL },
	};

	return ep_cmd_sub(app, subs, argc, argv);
}
