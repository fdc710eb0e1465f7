/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One check as a whole: which rules it was asked for, from which severity on
 * a finding counts, and what it refuses to call a night.
 */
#include "check_kit.h"

#define TENANT \
	"customers: [{id: acme}]\n" \
	"tenants: [{tenant: printix/t1, customer: acme}]\n" \
	"datasets:\n" \
	"- tenant: printix/t1\n" \
	"  dataset: printix.users\n" \
	"  kinds: [account]\n"
#define BAD TENANT \
	"  rows: [{account: {id: u1, name: Ana, state: disabled}}]\n"

#define COUNT "SELECT tenant, count(*) AS n FROM account GROUP BY tenant"
#define STATES "SELECT group_concat(what) FROM (SELECT rule || ' ' || state " \
	"|| ' ' || rechecked AS what FROM finding ORDER BY rule)"

static struct ep_rule *second_rule(struct kit *kit)
{
	return kit_rule(kit, "second", KIT_PER_TENANT "-- needs: account\n",
			COUNT, "SELECT tenant, id AS subject, name, state AS "
			"seen, 'active' AS wanted FROM account WHERE state = "
			"'disabled'");
}

static int try(struct kit *kit, const struct ep_check_options *from,
	       struct ep_err *err)
{
	struct ep_check_options options = *from;

	options.now = kit->now;
	return ep_check_run(kit->store, kit->config, &kit->rules, &options,
			    &kit->sum, &kit->diag, err);
}

static void with(struct kit *kit, const struct ep_check_options *options)
{
	struct ep_err err = EP_ERR_INIT;

	if (try(kit, options, &err) < 0)
		fail_msg("%s", err.msg);
}

static void drop_rule(struct kit *kit, size_t i)
{
	ep_rule_free(kit->rules.rule.v[i]);
	kit->rules.rule.v[i] = kit->rules.rule.v[--kit->rules.rule.n];
}

static void turn_off(struct kit *kit, const char *rule)
{
	EP_VEC_ADD(&kit->config->rules) = (struct ep_rule_setting){
		.rule = ep_strdup(rule),
	};
}

/* --- which rules --------------------------------------------------------- */

static void test_one_rule_only(void **state)
{
	char id[] = "second", *second[] = { id };
	const struct ep_words only = { .v = second, .n = 1 };
	const struct ep_check_options options = { .only = &only };
	struct kit *kit = *state;

	kit_disabled_rule(kit);
	second_rule(kit);
	kit_night(kit, BAD);
	with(kit, &options);
	assert_int_equal(kit->sum.rules, 1);
	assert_string_equal(kit_ask(kit, STATES), "second open 1");
	/* The others were not asked, so nothing about them changes. */
	kit_check(kit);
	kit_night(kit, BAD);
	with(kit, &options);
	assert_string_equal(kit_ask(kit, STATES),
			    "disabled open 1,second open 1");
	assert_string_equal(kit_ask(kit, "SELECT group_concat(rule) FROM "
				    "rule_run WHERE run = 2"), "second");
}

static void test_no_rule_of_that_name(void **state)
{
	char id[] = "secund", *typo[] = { id };
	const struct ep_words only = { .v = typo, .n = 1 };
	const struct ep_check_options options = { .only = &only };
	struct kit *kit = *state;
	struct ep_err err = EP_ERR_INIT;

	second_rule(kit);
	kit_night(kit, BAD);
	assert_int_equal(try(kit, &options, &err), EP_ECONFIG);
	assert_non_null(strstr(err.msg, "there is none of that name"));
}

static void test_all_rules_disabled(void **state)
{
	struct kit *kit = *state;
	struct ep_err err = EP_ERR_INIT;

	second_rule(kit);
	kit_night(kit, BAD);
	turn_off(kit, "second");
	assert_int_equal(kit_try_check(kit, &err), EP_ECONFIG);
	assert_non_null(strstr(err.msg, "all are disabled"));
}

/* A rule that is taken away has not mended what it found, and says so once. */
static void test_rule_taken_away(void **state)
{
	struct kit *kit = *state;

	kit_disabled_rule(kit);
	second_rule(kit);
	kit_night(kit, BAD);
	kit_check(kit);
	drop_rule(kit, 1);
	kit_night(kit, BAD);
	kit_check(kit);
	assert_string_equal(kit_ask(kit, STATES),
			    "disabled open 1,second open 0");
	assert_string_equal(kit_ask(kit, "SELECT run || ' ' || rechecked "
				    "FROM finding_look"), "2 0");
	assert_string_equal(kit_ask(kit, "SELECT count(*) FROM finding_event "
				    "WHERE event = 'fixed'"), "0");
}

static void test_older_run_with_a_disabled_rule(void **state)
{
	struct kit *kit = *state;
	struct ep_err err = EP_ERR_INIT;

	kit_disabled_rule(kit);
	second_rule(kit);
	kit_night(kit, BAD);
	kit_check(kit);
	kit_night(kit, BAD);
	kit_check(kit);
	turn_off(kit, "second");
	assert_int_equal(ep_store_as_of(kit->store, 1, &err), 0);
	kit_check(kit);
	assert_int_equal(kit->sum.rules_disabled, 1);
	assert_int_equal(kit->sum.result[EP_RESULT_FAIL], 1);
	assert_string_equal(kit_ask(kit, "SELECT count(*) FROM rule_run "
				    "WHERE state = 'disabled'"), "0");
}

/* What is told of a rule and of a unit is as it was that night. */
static void test_names(void **state)
{
	struct kit *kit = *state;

	kit_rule(kit, "mapped", KIT_PER_TENANT "-- needs: account\n"
		 "-- maps: nowhere 7.1 direct \"Shows it\"\n", COUNT,
		 "SELECT tenant, id AS subject, name, state AS seen, 'active' "
		 "AS wanted FROM account WHERE state = 'disabled'");
	kit_night(kit, BAD);
	kit_check(kit);
	kit_has(kit, "SELECT maps FROM rule_text", "\"7.1\"");
	kit_night(kit, "customers: [{id: acme, name: Acme Printing}]\n"
		  "tenants: [{tenant: printix/t1, customer: acme}]\n"
		  "datasets:\n"
		  "- tenant: printix/t1\n"
		  "  dataset: printix.users\n"
		  "  kinds: [account]\n"
		  "  rows: [{account: {id: u1, name: Ana, state: "
		  "disabled}}]\n");
	kit_check(kit);
	assert_string_equal(kit_ask(kit, "SELECT group_concat(unit_name) FROM "
				    "(SELECT * FROM result_log ORDER BY id)"),
			    "acme,Acme Printing");
}

/* --- from which severity on ---------------------------------------------- */

static void test_threshold(void **state)
{
	static const struct {
		const char *asked, *configured;
		int status;
	} cases[] = {
		{ NULL, NULL, 1 },
		{ "high", NULL, 1 },
		{ "critical", NULL, 0 },
		{ NULL, "critical", 0 },
		{ "low", "critical", 1 },
	};
	struct kit *kit = *state;

	second_rule(kit);
	kit_night(kit, BAD);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct ep_check_options options = {
			.threshold = cases[i].asked,
		};

		ep_free(kit->config->threshold);
		kit->config->threshold = ep_strdup(cases[i].configured);
		with(kit, &options);
		assert_int_equal(kit->sum.status, cases[i].status);
	}
}

static void test_threshold_is_no_word(void **state)
{
	const struct ep_check_options options = { .threshold = "grave" };
	struct kit *kit = *state;
	struct ep_err err = EP_ERR_INIT;

	second_rule(kit);
	kit_night(kit, BAD);
	assert_int_equal(try(kit, &options, &err), EP_ECONFIG);
	assert_non_null(strstr(err.msg, "\"grave\" is none of"));
	assert_string_equal(kit_ask(kit, "SELECT count(*) FROM "
				    "sqlite_schema WHERE name = 'finding'"),
			    "0");
}

/* One that nobody can weigh is none that does not count. */
static void test_finding_of_unknown_severity(void **state)
{
	struct kit *kit = *state;
	struct ep_err err = EP_ERR_INIT;

	second_rule(kit);
	kit_night(kit, BAD);
	kit_check(kit);
	kit_ask(kit, "UPDATE finding SET severity = 'grave'");
	ep_free(kit->rules.rule.v[0]->violations);
	kit->rules.rule.v[0]->violations = ep_strdup("SELECT nonsense");
	assert_int_equal(kit_try_check(kit, &err), EP_EDATA);
	assert_non_null(strstr(err.msg, "\"grave\""));
}

/* --- what is no night ---------------------------------------------------- */

/* Who has left where nobody looks is no answer. */
static void test_register_alone(void **state)
{
	struct kit *kit = *state;
	struct ep_err err = EP_ERR_INIT;

	second_rule(kit);
	kit_night(kit, "customers: [{id: acme}]\n"
		  "datasets:\n"
		  "- tenant: register/leavers\n"
		  "  dataset: register.leavers\n"
		  "  kinds: [person]\n"
		  "  rows: [{person: {id: p1, name: Ana, employer: acme, "
		  "left_at: 2025-11-01}}]\n");
	assert_int_equal(kit_try_check(kit, &err), EP_ECONFIG);
	assert_non_null(strstr(err.msg, "no tenancy is known"));
}

#define WITH_KIT(f) cmocka_unit_test_setup_teardown(f, kit_up, kit_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_KIT(test_one_rule_only),
		WITH_KIT(test_no_rule_of_that_name),
		WITH_KIT(test_all_rules_disabled),
		WITH_KIT(test_rule_taken_away),
		WITH_KIT(test_older_run_with_a_disabled_rule),
		WITH_KIT(test_names),
		WITH_KIT(test_threshold),
		WITH_KIT(test_threshold_is_no_word),
		WITH_KIT(test_finding_of_unknown_severity),
		WITH_KIT(test_register_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
