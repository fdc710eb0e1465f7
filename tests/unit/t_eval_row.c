/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows that a rule may return: what is told of them, and that a row which
 * belongs nowhere makes the rule undecided instead of being lost.
 */
#include "check_kit.h"

#define NIGHT \
	"customers: [{id: acme}, {id: zed}]\n" \
	"tenants:\n" \
	"- {tenant: printix/t1, customer: acme}\n" \
	"- {tenant: okta/o1, customer: zed}\n" \
	"datasets:\n" \
	"- tenant: printix/t1\n" \
	"  dataset: printix.users\n" \
	"  kinds: [account]\n" \
	"  rows: [{account: {id: u1, name: Ana, state: disabled}}]\n" \
	"- tenant: okta/o1\n" \
	"  dataset: okta.users\n" \
	"  kinds: [account]\n" \
	"  rows: [{account: {id: o1, state: active}}]\n"

#define PER(unit) "-- severity: high\n-- per: " unit "\n-- needs: account\n"
#define OF_PRINTIX "-- systems: printix\n"
#define COUNT "SELECT tenant, count(*) AS n FROM account GROUP BY tenant"
#define NONE "SELECT tenant, id AS subject, name, '' AS seen, '' AS wanted " \
	"FROM account WHERE 0"
#define ONE(columns) "SELECT " columns ", '' AS wanted FROM account WHERE " \
	"id = 'u1'"

static void play(struct kit *kit, const char *head, const char *population,
		 const char *violations)
{
	kit_rule(kit, "r", head, population, violations);
	kit_night(kit, NIGHT);
	kit_check(kit);
}

static void undecided(struct kit *kit, const char *head,
		      const char *population, const char *violations,
		      const char *said)
{
	play(kit, head, population, violations);
	assert_int_equal(kit->sum.rules_error, 1);
	assert_int_equal(kit->sum.status, 2);
	assert_int_equal(kit->sum.result[EP_RESULT_PASS], 0);
	assert_int_equal(kit->sum.result[EP_RESULT_EMPTY], 0);
	kit_has(kit, "SELECT text FROM check_note WHERE kind = 'rule_error'",
		said);
}

/* --- units --------------------------------------------------------------- */

static void test_violation_of_no_unit(void **state)
{
	undecided(*state, PER("tenant") OF_PRINTIX, COUNT,
		  ONE("NULL AS tenant, id AS subject, name, '' AS seen"),
		  "a violation in \"no unit\"");
}

static void test_violation_of_misspelt_unit(void **state)
{
	undecided(*state, PER("tenant") OF_PRINTIX, COUNT,
		  ONE("'t1' AS tenant, id AS subject, name, '' AS seen"),
		  "a violation in \"t1\"");
}

static void test_violation_of_a_like_system(void **state)
{
	/* "print" is no other system's name because "printix" begins so. */
	undecided(*state, PER("tenant") OF_PRINTIX, COUNT,
		  ONE("'printix/t9' AS tenant, id AS subject, name, '' AS "
		      "seen"), "a violation in \"printix/t9\"");
}

static void test_violation_of_another_system(void **state)
{
	struct kit *kit = *state;

	play(kit, PER("tenant") OF_PRINTIX, COUNT,
	     ONE("'print/t1' AS tenant, id AS subject, name, '' AS seen"));
	assert_int_equal(kit->sum.rules_error, 0);
	assert_int_equal(kit->sum.result[EP_RESULT_PASS], 1);
}

static void test_violation_of_a_foreign_customer(void **state)
{
	undecided(*state, PER("customer") OF_PRINTIX,
		  "SELECT customer, count(*) AS n FROM account GROUP BY "
		  "customer",
		  ONE("'acme ltd' AS customer, id AS subject, name, '' AS "
		      "seen"), "a violation in \"acme ltd\"");
}

/* Of a customer without a tenancy of the rule's systems. */
static void test_violation_where_it_does_not_apply(void **state)
{
	undecided(*state, PER("customer") OF_PRINTIX,
		  "SELECT customer, count(*) AS n FROM account GROUP BY "
		  "customer",
		  ONE("'zed' AS customer, id AS subject, name, '' AS seen"),
		  "a violation in \"zed\"");
}

static void test_violation_of_a_fleet_without(void **state)
{
	struct kit *kit = *state;

	play(kit, PER("fleet") "-- systems: dnsfilter\n",
	     "SELECT count(*) AS n FROM account",
	     ONE("id AS subject, name, '' AS seen"));
	assert_int_equal(kit->sum.rules_error, 1);
	assert_int_equal(kit->sum.status, 2);
	kit_has(kit, "SELECT text FROM check_note",
		"a violation in \"no unit\"");
}

/* Things that are counted under a name that is nobody's would leave the unit
 * with nothing to check. */
static void test_population_of_no_unit(void **state)
{
	undecided(*state, PER("tenant"),
		  "SELECT 'Printix' AS tenant, count(*) AS n FROM account",
		  NONE, "things in \"Printix\", which is no unit");
}

static void test_population_without_unit(void **state)
{
	undecided(*state, PER("tenant"),
		  "SELECT NULL AS tenant, count(*) AS n FROM account", NONE,
		  "things in \"no unit\"");
}

static void test_population_of_a_foreign_customer(void **state)
{
	undecided(*state, PER("customer"),
		  "SELECT 'acme ltd' AS customer, count(*) AS n FROM account",
		  "SELECT customer, id AS subject, name, '' AS seen, '' AS "
		  "wanted FROM account WHERE 0", "things in \"acme ltd\"");
}

static void test_population_of_others(void **state)
{
	struct kit *kit = *state;

	play(kit, PER("tenant") OF_PRINTIX, COUNT
	     " UNION ALL SELECT 'register/leavers', 3", NONE);
	assert_int_equal(kit->sum.rules_error, 0);
	assert_string_equal(kit_ask(kit, "SELECT unit || population FROM "
				    "result"), "printix/t11");
}

/* --- what is told -------------------------------------------------------- */

static void test_subject_is_empty(void **state)
{
	undecided(*state, PER("tenant"), COUNT,
		  ONE("tenant, '' AS subject, name, '' AS seen"),
		  "has no subject");
}

static void test_kinds_of_values(void **state)
{
	struct kit *kit = *state;

	play(kit, PER("tenant"), COUNT,
	     ONE("tenant, id AS subject, NULL AS name, NULL AS seen, "
		 "0.25 AS part, 9e999 AS endless, x'00ff' AS bytes, "
		 "NULL AS none, -7 AS number"));
	assert_string_equal(kit_ask(kit, "SELECT evidence FROM finding"),
			    "{\"part\":0.25,\"endless\":null,\"bytes\":null,"
			    "\"none\":null,\"number\":-7}");
	assert_string_equal(kit_ask(kit, "SELECT name IS NULL AND seen IS "
				    "NULL FROM finding"), "1");
}

/* Cut where a letter ends. */
static void test_long_text(void **state)
{
	struct kit *kit = *state;

	play(kit, PER("tenant"), COUNT,
	     ONE("tenant, id AS subject, 'a' || replace(printf('%.*c', 5000, "
		 "'x'), 'x', 'é') AS name, '' AS seen"));
	assert_string_equal(kit_ask(kit, "SELECT length(CAST(name AS BLOB)) "
				    "|| ' ' || substr(name, -1) FROM finding"),
			    "8191 é");
}

/* Rows of one subject that say nothing stand before those that do, whatever
 * order they come in. */
static void test_rows_that_say_nothing(void **state)
{
	static const char *const order[] = { "", " DESC" };
	struct kit *kit = *state;

	for (size_t i = 0; i < 2; i++) {
		char sql[400];

		snprintf(sql, sizeof(sql), "SELECT tenant, id AS subject, "
			 "name, w.seen, '' AS wanted FROM account JOIN "
			 "(SELECT NULL AS seen, 1 AS at UNION ALL SELECT "
			 "NULL, 2 UNION ALL SELECT 'key', 3) AS w WHERE id = "
			 "'u1' ORDER BY w.at%s", order[i]);
		play(kit, PER("tenant"), COUNT, sql);
		assert_string_equal(kit_ask(kit, "SELECT seen FROM finding"),
				    "key");
		assert_string_equal(kit_ask(kit, "SELECT count(*) FROM "
					    "finding"), "1");
		ep_rule_free(kit->rules.rule.v[0]);
		kit->rules.rule.n = 0;
	}
}

static void test_column_twice(void **state)
{
	undecided(*state, PER("tenant"), COUNT,
		  ONE("tenant, id AS subject, name, '' AS seen, 1 AS x, 2 AS "
		      "x"), "returns two columns \"x\"");
}

static void test_parameters_without_a_name(void **state)
{
	static const char *const spelling[] = { "?", "?5", "@days" };
	struct kit *kit = *state;

	for (size_t i = 0; i < 3; i++) {
		char sql[200];

		snprintf(sql, sizeof(sql), NONE " OR id = %s", spelling[i]);
		undecided(kit, PER("tenant"), COUNT, sql,
			  "only parameters like :name");
		ep_rule_free(kit->rules.rule.v[0]);
		kit->rules.rule.n = 0;
	}
}

/* Two at once; the first is named. */
static void test_inner_tables(void **state)
{
	undecided(*state, PER("tenant"), COUNT,
		  "SELECT 'printix/t1' AS tenant, a.key AS subject, '' AS "
		  "name, '' AS seen, '' AS wanted FROM now_account AS a, "
		  "now_role AS r, account AS x", "which is no view for rules");
}

#define WITH_KIT(f) cmocka_unit_test_setup_teardown(f, kit_up, kit_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_KIT(test_violation_of_no_unit),
		WITH_KIT(test_violation_of_misspelt_unit),
		WITH_KIT(test_violation_of_a_like_system),
		WITH_KIT(test_violation_of_another_system),
		WITH_KIT(test_violation_of_a_foreign_customer),
		WITH_KIT(test_violation_where_it_does_not_apply),
		WITH_KIT(test_violation_of_a_fleet_without),
		WITH_KIT(test_population_of_no_unit),
		WITH_KIT(test_population_without_unit),
		WITH_KIT(test_population_of_a_foreign_customer),
		WITH_KIT(test_population_of_others),
		WITH_KIT(test_subject_is_empty),
		WITH_KIT(test_kinds_of_values),
		WITH_KIT(test_long_text),
		WITH_KIT(test_rows_that_say_nothing),
		WITH_KIT(test_column_twice),
		WITH_KIT(test_parameters_without_a_name),
		WITH_KIT(test_inner_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
