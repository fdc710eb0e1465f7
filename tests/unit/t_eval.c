/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules over a stored night: results, evidence, what a rule may see, and that
 * nothing that goes wrong with a rule looks like a pass.
 */
#include "check_kit.h"

#define ONE_TENANT \
	"customers: [{id: acme}]\n" \
	"tenants: [{tenant: printix/t1, customer: acme}]\n" \
	"datasets:\n"

#define TWO_ACCOUNTS ONE_TENANT \
	"- tenant: printix/t1\n" \
	"  dataset: printix.users\n" \
	"  kinds: [account]\n" \
	"  rows:\n" \
	"  - account: {id: u1, name: Ana, email: ana@acme.example, " \
	"state: disabled}\n" \
	"  - account: {id: u2, name: Bo, state: active}\n"

#define RESULT "SELECT result FROM result"
#define REASON "SELECT reason FROM result"

static void test_fail_with_evidence(void **state)
{
	struct kit *kit = *state;

	kit_disabled_rule(kit);
	kit_night(kit, TWO_ACCOUNTS);
	kit_check(kit);
	assert_string_equal(kit_ask(kit, RESULT), "FAIL");
	assert_string_equal(kit_ask(kit, "SELECT population FROM result"),
			    "2");
	assert_string_equal(kit_ask(kit, "SELECT evidence FROM finding"),
			    "{\"email\":\"ana@acme.example\"}");
	assert_string_equal(kit_ask(kit, "SELECT unit || ' ' || customer || "
				    "' ' || subject || ' ' || name || ' ' || "
				    "seen || ' ' || wanted FROM finding"),
			    "printix/t1 acme u1 Ana disabled active");
	assert_int_equal(kit->sum.result[EP_RESULT_FAIL], 1);
	assert_int_equal(kit->sum.open[EP_SEVERITY_HIGH], 1);
	assert_int_equal(kit->sum.status, 1);
}

static void test_pass_and_empty(void **state)
{
	struct kit *kit = *state;

	kit_disabled_rule(kit);
	kit_night(kit, ONE_TENANT
		  "- tenant: printix/t1\n"
		  "  dataset: printix.users\n"
		  "  kinds: [account]\n"
		  "  rows: [{account: {id: u2, state: active}}]\n");
	kit_check(kit);
	assert_string_equal(kit_ask(kit, RESULT), "PASS");
	assert_int_equal(kit->sum.status, 0);
	kit_night(kit, ONE_TENANT
		  "- {tenant: printix/t1, dataset: printix.users, "
		  "kinds: [account], rows: []}\n");
	kit_check(kit);
	assert_string_equal(kit_ask(kit, RESULT), "EMPTY");
	assert_int_equal(kit->sum.result[EP_RESULT_PASS], 0);
}

static void test_undecided_beats_findings(void **state)
{
	struct kit *kit = *state;

	kit_disabled_rule(kit);
	kit_night(kit, "customers: [{id: acme}]\n"
		  "tenants:\n"
		  "- {tenant: printix/t1, customer: acme}\n"
		  "- {tenant: printix/t2, customer: acme}\n"
		  "datasets:\n"
		  "- tenant: printix/t1\n"
		  "  dataset: printix.users\n"
		  "  kinds: [account]\n"
		  "  rows: [{account: {id: u1, state: disabled}}]\n"
		  "- {tenant: printix/t2, dataset: printix.users, "
		  "kinds: [account], status: denied, reason: no scope}\n");
	kit_check(kit);
	assert_int_equal(kit->sum.result[EP_RESULT_FAIL], 1);
	assert_int_equal(kit->sum.result[EP_RESULT_UNDECIDED], 1);
	assert_int_equal(kit->sum.status, 2);
}

static void needs_wrong(struct kit *kit, const char *needs, const char *said)
{
	char head[200];

	snprintf(head, sizeof(head), KIT_PER_TENANT "-- needs: %s\n", needs);
	kit_rule(kit, "disabled", head,
		 "SELECT tenant, count(*) AS n FROM account GROUP BY tenant",
		 "SELECT tenant, id AS subject, name, '' AS seen, '' AS "
		 "wanted FROM account WHERE 0");
	kit_night(kit, TWO_ACCOUNTS);
	kit_check(kit);
	assert_string_equal(kit_ask(kit, RESULT), "UNDECIDED");
	kit_has(kit, REASON, said);
	assert_int_equal(kit->sum.status, 2);
	assert_int_equal(kit->sum.rules_error, 1);
}

static void test_need_not_read(void **state)
{
	needs_wrong(*state, "account, setting", "never read");
}

static void test_read_not_needed(void **state)
{
	needs_wrong(*state, "setting", "reads \"account\"");
}

/* Views inside CTEs and sub-queries are found, a CTE itself is none. */
static void test_trace_through_cte(void **state)
{
	struct kit *kit = *state;

	kit_rule(kit, "disabled",
		 KIT_PER_TENANT "-- needs: account, tenancy\n",
		 "WITH all_of AS (SELECT tenant FROM account), "
		 "n AS (SELECT count(*) AS n FROM all_of) "
		 "SELECT t.tenant, n.n FROM tenancy AS t, n",
		 "SELECT tenant, id AS subject, name, '' AS seen, '' AS "
		 "wanted FROM (SELECT * FROM account WHERE id = 'u2')");
	kit_night(kit, TWO_ACCOUNTS);
	kit_check(kit);
	assert_string_equal(kit_ask(kit, "SELECT coalesce(reason, '') FROM "
				    "result"), "");
	assert_string_equal(kit_ask(kit, "SELECT subject FROM finding"),
			    "u2");
}

static void moved(struct kit *kit, const char *where, const char *result)
{
	char sql[300];

	snprintf(sql, sizeof(sql), "SELECT tenant, key AS subject, kind AS "
		 "name, op AS seen, '' AS wanted FROM moved WHERE op = "
		 "'close'%s", where);
	kit_rule(kit, "disabled", KIT_PER_TENANT "-- needs: account, moved\n",
		 "SELECT tenant, count(*) AS n FROM account GROUP BY tenant",
		 sql);
	kit_night(kit, TWO_ACCOUNTS);
	kit_check(kit);
	assert_string_equal(kit_ask(kit, "SELECT result FROM result"),
			    result);
}

static void test_all_history(void **state)
{
	moved(*state, "", "UNDECIDED");
	kit_has(*state, "SELECT reason FROM result", "restrict moved");
}

static void test_some_history(void **state)
{
	moved(*state, " AND run = :run", "PASS");
}

static void broken(struct kit *kit, const char *population,
		   const char *violations, const char *said)
{
	kit_rule(kit, "disabled", KIT_PER_TENANT "-- needs: account\n",
		 population, violations);
	kit_night(kit, TWO_ACCOUNTS);
	kit_check(kit);
	assert_string_equal(kit_ask(kit, RESULT), "UNDECIDED");
	kit_has(kit, REASON, said);
	assert_string_equal(kit_ask(kit, "SELECT state FROM rule_run"),
			    "error");
}

#define COUNT "SELECT tenant, count(*) AS n FROM account GROUP BY tenant"
#define COLUMNS "name, '' AS seen, '' AS wanted FROM account"

static void test_sql_error(void **state)
{
	broken(*state, COUNT, "SELECT tenant, nothing AS subject, " COLUMNS,
	       "nothing");
}

static void test_inner_table(void **state)
{
	broken(*state, COUNT, "SELECT 'printix/t1' AS tenant, key AS subject, "
	       "name, '' AS seen, '' AS wanted FROM now_account",
	       "now_account");
}

static void test_write_refused(void **state)
{
	broken(*state, COUNT, "DELETE FROM main.now_account", "only SELECT");
}

static void test_null_subject(void **state)
{
	broken(*state, COUNT, "SELECT tenant, NULL AS subject, " COLUMNS,
	       "no subject");
}

static void test_no_unit(void **state)
{
	broken(*state, COUNT, "SELECT NULL AS tenant, id AS subject, " COLUMNS,
	       "no unit");
}

static void test_long_subject(void **state)
{
	broken(*state, COUNT, "SELECT tenant, printf('%.*c', 8193, 'x') AS "
	       "subject, " COLUMNS, "EP_TEXT_BYTES_MAX");
}

static void test_negative_count(void **state)
{
	broken(*state, "SELECT tenant, -1 AS n FROM account",
	       "SELECT tenant, id AS subject, " COLUMNS, "negative");
}

static void test_foreign_unit(void **state)
{
	broken(*state, COUNT, "SELECT 'okta/x' AS tenant, id AS subject, "
	       COLUMNS, "okta/x");
}

/* A rule for Printix alone says nothing about an Okta tenancy, whatever its
 * query returns; and it is no error of the rule. */
static void test_other_system(void **state)
{
	struct kit *kit = *state;

	kit_disabled_rule(kit);
	EP_VEC_ADD(&kit->rules.rule.v[0]->systems) = ep_strdup("printix");
	kit_night(kit, "customers: [{id: acme}]\n"
		  "tenants:\n"
		  "- {tenant: printix/t1, customer: acme}\n"
		  "- {tenant: okta/o1, customer: acme}\n"
		  "datasets:\n"
		  "- {tenant: printix/t1, dataset: printix.users, "
		  "kinds: [account], rows: [{account: {id: u2, "
		  "state: active}}]}\n"
		  "- {tenant: okta/o1, dataset: okta.users, "
		  "kinds: [account], rows: [{account: {id: o9, "
		  "state: disabled}}]}\n");
	kit_check(kit);
	assert_string_equal(kit_ask(kit, "SELECT group_concat(unit || ' ' || "
				    "result) FROM result"),
			    "printix/t1 PASS");
	assert_int_equal(kit->sum.rules_error, 0);
}

static void test_no_column(void **state)
{
	broken(*state, COUNT, "SELECT tenant, id AS subject, name, "
	       "'' AS seen FROM account", "wanted");
}

static void test_count_is_text(void **state)
{
	broken(*state, "SELECT tenant, 'many' AS n FROM account",
	       "SELECT tenant, id AS subject, " COLUMNS " WHERE 0",
	       "whole number");
}

static void test_unknown_parameter(void **state)
{
	broken(*state, COUNT, "SELECT tenant, id AS subject, " COLUMNS
	       " WHERE id = :days", "days");
}

/* A pattern that runs away is an error, never "no match". */
static void test_regex_runs_away(void **state)
{
	broken(*state, COUNT, "SELECT tenant, id AS subject, " COLUMNS
	       " WHERE 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab' "
	       "REGEXP '^(a|a|aa)+$'", "limit");
}

/* What was seen before a rule failed stays a violation. */
static void test_error_after_violation(void **state)
{
	struct kit *kit = *state;

	kit_rule(kit, "disabled", KIT_PER_TENANT "-- needs: account\n", COUNT,
		 "SELECT tenant, CASE id WHEN 'u1' THEN id END AS subject, "
		 COLUMNS " ORDER BY id");
	kit_night(kit, TWO_ACCOUNTS);
	kit_check(kit);
	assert_string_equal(kit_ask(kit, RESULT), "FAIL");
	kit_has(kit, REASON, "no subject");
	assert_int_equal(kit->sum.status, 2);
}

/* Two rows for one subject are one finding, and always the same one. */
static void test_one_row_per_subject(void **state)
{
	struct kit *kit = *state;

	kit_rule(kit, "disabled", KIT_PER_TENANT "-- needs: account\n", COUNT,
		 "SELECT tenant, 'all' AS subject, name, id AS seen, '' AS "
		 "wanted FROM account ORDER BY id DESC");
	kit_night(kit, TWO_ACCOUNTS);
	kit_check(kit);
	assert_int_equal(kit->sum.opened, 1);
	assert_string_equal(kit_ask(kit, "SELECT violations FROM result"),
			    "1");
	assert_string_equal(kit_ask(kit, "SELECT seen FROM finding"),
			    "u1; also u2");
}

/* A rule sees the datasets it declared and no others. */
static void test_narrowed(void **state)
{
	struct kit *kit = *state;

	kit_rule(kit, "disabled",
		 KIT_PER_TENANT "-- needs: account[printix.users]\n", COUNT,
		 "SELECT tenant, id AS subject, " COLUMNS);
	kit_disabled_rule(kit)->id[0] = 'D';
	kit_night(kit, TWO_ACCOUNTS
		  "- tenant: printix/t1\n"
		  "  dataset: printix-portal.managers\n"
		  "  kinds: [account]\n"
		  "  rows: [{account: {id: m1, state: disabled}}]\n");
	kit_check(kit);
	assert_string_equal(kit_ask(kit, "SELECT group_concat(subject) FROM "
				    "(SELECT subject FROM finding WHERE rule "
				    "= 'disabled' ORDER BY subject)"),
			    "u1,u2");
	/* The next rule, without a list, sees both again. */
	assert_string_equal(kit_ask(kit, "SELECT group_concat(subject) FROM "
				    "(SELECT subject FROM finding WHERE rule "
				    "= 'Disabled' ORDER BY subject)"),
			    "m1,u1");
}

/* Of what is gone, too. */
static void test_narrowed_past(void **state)
{
	static const char there[] = ONE_TENANT
		"- tenant: printix/t1\n"
		"  dataset: printix.users\n"
		"  kinds: [account]\n"
		"  rows: [{account: {id: u1}}, {account: {id: u2}}]\n"
		"- tenant: printix/t1\n"
		"  dataset: printix-portal.managers\n"
		"  kinds: [account]\n"
		"  rows: [{account: {id: m1}}, {account: {id: m2}}]\n";
	static const char left[] = ONE_TENANT
		"- tenant: printix/t1\n"
		"  dataset: printix.users\n"
		"  kinds: [account]\n"
		"  rows: [{account: {id: u2}}]\n"
		"- tenant: printix/t1\n"
		"  dataset: printix-portal.managers\n"
		"  kinds: [account]\n"
		"  rows: [{account: {id: m2}}]\n";
	struct kit *kit = *state;

	kit_rule(kit, "disabled",
		 KIT_PER_TENANT "-- needs: gone_account[printix.users]\n",
		 "SELECT tenant, count(*) AS n FROM gone_account GROUP BY "
		 "tenant",
		 "SELECT tenant, id AS subject, id AS name, '' AS seen, "
		 "'' AS wanted FROM GONE_ACCOUNT");
	kit_night(kit, there);
	kit_night(kit, left);
	kit_check(kit);
	assert_string_equal(kit_ask(kit, "SELECT group_concat(subject) FROM "
				    "finding"), "u1");
}

static void test_disabled_rule_and_settings(void **state)
{
	struct kit *kit = *state;
	struct ep_rule_setting off = { .rule = ep_strdup("off") };

	off.reason = ep_strdup("nobody prints");
	kit_rule(kit, "disabled", KIT_PER_TENANT "-- needs: account\n"
		 "-- param: word disabled \"State that is wrong\"\n", COUNT,
		 "SELECT tenant, id AS subject, " COLUMNS
		 " WHERE state = :word");
	kit_rule(kit, "off", KIT_PER_TENANT "-- needs: account\n", COUNT,
		 "SELECT tenant, id AS subject, " COLUMNS);
	kit_night(kit, "params: {word: active}\n" TWO_ACCOUNTS);
	EP_VEC_ADD(&kit->config->rules) = off;
	kit->config->rules.v[0].severity = ep_strdup("info");
	kit_check(kit);
	assert_string_equal(kit_ask(kit, "SELECT subject FROM finding"),
			    "u2");
	assert_int_equal(kit->sum.rules_disabled, 1);
	assert_string_equal(kit_ask(kit, "SELECT reason FROM rule_run WHERE "
				    "rule = 'off'"), "nobody prints");
	/* Below the threshold, which is low without a word. */
	assert_int_equal(kit->sum.open[EP_SEVERITY_INFO], 1);
	assert_int_equal(kit->sum.status, 0);
}

static void test_no_rule(void **state)
{
	struct kit *kit = *state;
	struct ep_err err = EP_ERR_INIT;

	kit_night(kit, TWO_ACCOUNTS);
	assert_int_equal(kit_try_check(kit, &err), EP_ECONFIG);
	assert_non_null(strstr(err.msg, "no rule"));
}

static void test_no_tenancy(void **state)
{
	struct kit *kit = *state;
	struct ep_err err = EP_ERR_INIT;

	kit_disabled_rule(kit);
	kit_night(kit, "customers: [{id: acme}]\n");
	assert_int_equal(kit_try_check(kit, &err), EP_ECONFIG);
	assert_non_null(strstr(err.msg, "no tenancy"));
}

#define WITH_KIT(f) cmocka_unit_test_setup_teardown(f, kit_up, kit_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_KIT(test_fail_with_evidence),
		WITH_KIT(test_pass_and_empty),
		WITH_KIT(test_undecided_beats_findings),
		WITH_KIT(test_need_not_read),
		WITH_KIT(test_read_not_needed),
		WITH_KIT(test_trace_through_cte),
		WITH_KIT(test_all_history),
		WITH_KIT(test_some_history),
		WITH_KIT(test_sql_error),
		WITH_KIT(test_inner_table),
		WITH_KIT(test_write_refused),
		WITH_KIT(test_null_subject),
		WITH_KIT(test_no_unit),
		WITH_KIT(test_long_subject),
		WITH_KIT(test_negative_count),
		WITH_KIT(test_foreign_unit),
		WITH_KIT(test_other_system),
		WITH_KIT(test_no_column),
		WITH_KIT(test_count_is_text),
		WITH_KIT(test_unknown_parameter),
		WITH_KIT(test_regex_runs_away),
		WITH_KIT(test_error_after_violation),
		WITH_KIT(test_one_row_per_subject),
		WITH_KIT(test_narrowed),
		WITH_KIT(test_narrowed_past),
		WITH_KIT(test_disabled_rule_and_settings),
		WITH_KIT(test_no_rule),
		WITH_KIT(test_no_tenancy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
