/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Not looked at is never clean: every way in which something was not read
 * makes a unit UNDECIDED, and the reason says which and why.
 */
#include "check_kit.h"

#include "check/baseline.h"

#define CUSTOMERS \
	"customers: [{id: acme}, {id: msp, msp: true}, {id: zed}]\n" \
	"tenants:\n" \
	"- {tenant: printix/t1, customer: acme}\n" \
	"- {tenant: okta/o1, customer: acme}\n" \
	"- {tenant: entra/m1, customer: msp}\n" \
	"datasets:\n"
#define USERS(more) \
	"- tenant: printix/t1\n" \
	"  dataset: printix.users\n" \
	"  kinds: [account]\n" more
#define A_ROW "  rows: [{account: {id: u1, state: active}}]\n"
#define OKTA(more) \
	"- tenant: okta/o1\n" \
	"  dataset: okta.users\n" \
	"  kinds: [account]\n" \
	"  rows: [{account: {id: o, state: active}}]\n" more
#define REGISTER(more) \
	"- tenant: register/leavers\n" \
	"  dataset: register.people\n" \
	"  kinds: [person, alias]\n" more
#define A_PERSON "  rows: [{person: {id: p1, name: Ana Lima, " \
	"employer: acme, left_at: 2025-11-01}}, " \
	"{alias: {person: p1, address: ana@acme.example}}]\n"

#define HEAD(more) "-- severity: high\n" more
#define NO_ROW "SELECT tenant, id AS subject, name, '' AS seen, '' AS " \
	"wanted FROM account WHERE 0"
#define COUNT "SELECT tenant, count(*) AS n FROM account GROUP BY tenant"

static void expect(struct kit *kit, const char *unit, const char *result,
		   const char *reason)
{
	char sql[200];

	snprintf(sql, sizeof(sql), "SELECT result FROM result WHERE "
		 "unit = '%s'", unit);
	assert_string_equal(kit_ask(kit, sql), result);
	snprintf(sql, sizeof(sql), "SELECT reason || ' (' || "
		 "coalesce(advice, '') || ')' FROM result WHERE unit = '%s'",
		 unit);
	kit_has(kit, sql, reason);
}

static void one(struct kit *kit, const char *needs, const char *yaml)
{
	char head[300];

	snprintf(head, sizeof(head), "-- severity: high\n-- per: tenant\n"
		 "-- systems: printix\n-- needs: %s\n", needs);
	kit_rule(kit, "r", head, COUNT, NO_ROW);
	kit_night(kit, yaml);
	kit_check(kit);
}

static void bad_status(struct kit *kit, const char *more, const char *reason)
{
	char yaml[1000];

	snprintf(yaml, sizeof(yaml), CUSTOMERS USERS("%s"), more);
	one(kit, "account", yaml);
	expect(kit, "printix/t1", "UNDECIDED", reason);
	assert_int_equal(kit->sum.status, 2);
	assert_int_equal(kit->sum.result[EP_RESULT_PASS], 0);
}

static void test_partial(void **state)
{
	bad_status(*state, "  status: partial\n  reason: page 2 is missing\n"
		   "  advice: try again\n" A_ROW,
		   "printix.users of acme (printix/t1) is partial: page 2 is "
		   "missing (try again)");
}

static void test_denied(void **state)
{
	bad_status(*state, "  status: denied\n", "is denied");
}

/* Nothing to advise and nothing to say is no empty sentence. */
static void test_denied_without_words(void **state)
{
	bad_status(*state, "  status: denied\n  reason: ''\n  advice: ''\n",
		   "printix.users of acme (printix/t1) is denied ()");
}

/* Nobody claims it, and it is looked at all the same. */
static void test_unclaimed(void **state)
{
	struct kit *kit = *state;

	one(kit, "account", "customers: [{id: acme}]\ndatasets:\n"
	    USERS("  status: denied\n"));
	expect(kit, "printix/t1", "UNDECIDED", "is denied");
	assert_string_equal(kit_ask(kit, "SELECT coalesce(customer, 'nobody') "
				    "FROM result"), "nobody");
}

static void test_failed(void **state)
{
	bad_status(*state, "  status: failed\n", "is failed");
}

static void test_skipped(void **state)
{
	bad_status(*state, "  status: skipped\n", "is skipped");
}

static void test_held(void **state)
{
	bad_status(*state, "  status: held\n", "is held");
}

static void test_missing(void **state)
{
	bad_status(*state, "  status: missing\n", "never read");
}

static void test_stale(void **state)
{
	bad_status(*state, "  imported: true\n"
		   "  captured_at: 2025-11-01T00:00:00Z\n" A_ROW,
		   "is stale: 16 days old");
}

static void test_nothing_configured(void **state)
{
	struct kit *kit = *state;

	one(kit, "account", CUSTOMERS
	    "- {tenant: printix/t1, dataset: printix.printers, "
	    "kinds: [resource]}\n");
	expect(kit, "printix/t1", "UNDECIDED",
	       "nothing configured provides account for printix/t1");
}

static void test_complete(void **state)
{
	struct kit *kit = *state;

	one(kit, "account", CUSTOMERS USERS(A_ROW));
	assert_int_equal(kit->sum.result[EP_RESULT_PASS], 1);
	assert_int_equal(kit->sum.status, 0);
}

/* Every name of the list must be there; alternatives are any of. */
static void test_each_dataset(void **state)
{
	struct kit *kit = *state;

	one(kit, "account[printix.users printix-portal.managers]",
	    CUSTOMERS USERS(A_ROW));
	expect(kit, "printix/t1", "UNDECIDED",
	       "provides printix-portal.managers");
}

static void test_alternatives(void **state)
{
	struct kit *kit = *state;

	one(kit, "account[printix.users|printix-portal.managers]",
	    CUSTOMERS USERS(A_ROW));
	assert_int_equal(kit->sum.result[EP_RESULT_PASS], 1);
}

/* What a rule does not name does not stand in its way. */
static void test_other_dataset_is_dark(void **state)
{
	struct kit *kit = *state;

	one(kit, "account[printix.users]", CUSTOMERS USERS(A_ROW)
	    "- {tenant: printix/t1, dataset: printix.guests, "
	    "kinds: [account], status: failed}\n");
	assert_int_equal(kit->sum.result[EP_RESULT_PASS], 1);
	/* The night as a whole was not read whole. */
	assert_int_equal(kit->sum.status, 2);
	assert_int_equal(kit->sum.datasets_bad, 1);
}

static void test_customer_scope(void **state)
{
	struct kit *kit = *state;

	one(kit, "account, account@customer[okta.users|entra.users]",
	    CUSTOMERS USERS(A_ROW) OKTA("  status: denied\n"));
	expect(kit, "printix/t1", "UNDECIDED",
	       "okta.users of acme (okta/o1) is denied");
}

static void test_msp_scope(void **state)
{
	struct kit *kit = *state;

	one(kit, "account@msp[entra.users]", CUSTOMERS USERS(A_ROW) OKTA(""));
	expect(kit, "printix/t1", "UNDECIDED",
	       "provides entra.users for the MSP");
}

static void test_five_and_more(void **state)
{
	struct kit *kit = *state;
	struct ep_buf yaml;

	ep_buf_init(&yaml, 65536);
	ep_buf_adds(&yaml, CUSTOMERS USERS(A_ROW));
	for (int i = 0; i < 8; i++)
		ep_buf_addf(&yaml, "- {tenant: printix/x%d, dataset: "
			    "printix.users, kinds: [account], status: "
			    "failed}\n", i);
	one(kit, "account@fleet", yaml.s);
	expect(kit, "printix/t1", "UNDECIDED", "; and 3 more");
	ep_buf_release(&yaml);
}

/* --- the leaver register ------------------------------------------------ */

static void people(struct kit *kit, const char *yaml)
{
	kit_rule(kit, "r", HEAD("-- per: tenant\n-- systems: printix\n"
		 "-- needs: account, person_link\n"), COUNT,
		 "SELECT a.tenant, a.id AS subject, a.name, '' AS seen, '' "
		 "AS wanted FROM account AS a JOIN person_link AS l ON "
		 "l.tenant = a.tenant AND l.account = a.id WHERE "
		 "l.certain = 1 AND l.left_at < :now");
	kit_night(kit, yaml);
}

static void test_no_register(void **state)
{
	struct kit *kit = *state;

	people(kit, CUSTOMERS USERS(A_ROW));
	kit_check(kit);
	expect(kit, "printix/t1", "UNDECIDED",
	       "no leaver register is configured");
}

static void test_empty_register(void **state)
{
	struct kit *kit = *state;

	people(kit, CUSTOMERS USERS(A_ROW) REGISTER("  rows: []\n"));
	kit_check(kit);
	expect(kit, "printix/t1", "UNDECIDED",
	       "the leaver register is empty");
}

static void test_old_register(void **state)
{
	struct kit *kit = *state;

	people(kit, CUSTOMERS USERS(A_ROW)
	       REGISTER("  imported: true\n  max_age: 99999999\n"
			"  captured_at: 2025-11-01T00:00:00Z\n" A_PERSON));
	kit->config->leavers_max_age = 10 * 86400;
	kit_check(kit);
	expect(kit, "printix/t1", "UNDECIDED",
	       "the leaver register is 16 days old, at most 10");
	kit->config->leavers_max_age = 20 * 86400;
	kit_check(kit);
	assert_int_equal(kit->sum.result[EP_RESULT_PASS], 1);
}

static void test_uncertain_link(void **state)
{
	struct kit *kit = *state;

	people(kit, CUSTOMERS USERS("  rows: [{account: {id: u1, "
	       "name: ana lima, state: active}}]\n") REGISTER(A_PERSON));
	kit_check(kit);
	expect(kit, "printix/t1", "UNDECIDED",
	       "1 accounts may belong to people who left");
}

/* --- what was accepted --------------------------------------------------- */

#define ACCEPTED \
	"- {tenant: printix/t1, role: owner, value: [], reason: r, " \
	"approver: p, approved: 2025-11-01}\n"
#define ROLES(more) \
	"- tenant: printix/t1\n" \
	"  dataset: printix.roles\n" \
	"  kinds: [role]\n" more

static void against_baseline(struct kit *kit, const char *per,
			     const char *column, const char *yaml)
{
	struct ep_baselines baselines = { 0 };
	const struct ep_check_options options = { .now = kit->now,
						  .baselines = &baselines };
	struct ep_err err = EP_ERR_INIT;
	char head[200];
	char sql[300];

	ep_baselines_text(&baselines, "b.yaml", ACCEPTED, strlen(ACCEPTED),
			  &kit->diag);
	snprintf(head, sizeof(head), "-- severity: high\n-- per: %s\n"
		 "-- needs: baseline_seen\n", per);
	snprintf(sql, sizeof(sql), "SELECT %scount(*) AS n FROM "
		 "baseline_seen%s", column, *column ? " GROUP BY 1" : "");
	kit_rule(kit, "r", head, sql, "SELECT 'printix/t1' AS tenant, 'acme' "
		 "AS customer, 'x' AS subject, '' AS name, '' AS seen, '' AS "
		 "wanted FROM baseline_seen WHERE 0");
	kit_night(kit, yaml);
	if (ep_check_run(kit->store, kit->config, &kit->rules, &options,
			 &kit->sum, &kit->diag, &err) < 0)
		fail_msg("%s", err.msg);
	ep_baselines_release(&baselines);
}

/* Whatever the rule is per: what was accepted was not compared. */
static void test_baseline_unread(void **state)
{
	static const struct {
		const char *per, *column, *unit;
	} cases[] = {
		{ "tenant", "tenant, ", "printix/t1" },
		{ "customer", "'acme' AS customer, ", "acme" },
		{ "fleet", "", "fleet" },
	};
	struct kit *kit = *state;

	for (size_t i = 0; i < 3; i++) {
		char sql[100];

		against_baseline(kit, cases[i].per, cases[i].column,
				 CUSTOMERS USERS(A_ROW)
				 ROLES("  status: denied\n"));
		expect(kit, cases[i].unit, "UNDECIDED", "printix.roles");
		expect(kit, cases[i].unit, "UNDECIDED",
		       "cannot be compared until it is read again");
		assert_int_equal(kit->sum.status, 2);
		ep_rule_free(kit->rules.rule.v[0]);
		kit->rules.rule.n = 0;
		against_baseline(kit, cases[i].per, cases[i].column,
				 CUSTOMERS USERS(A_ROW)
				 ROLES("  rows: []\n"));
		snprintf(sql, sizeof(sql), "SELECT result FROM result WHERE "
			 "unit = '%s'", cases[i].unit);
		assert_string_equal(kit_ask(kit, sql), "PASS");
		ep_rule_free(kit->rules.rule.v[0]);
		kit->rules.rule.n = 0;
	}
}

/* Another customer's listing is in nobody else's way. */
static void test_baseline_of_another(void **state)
{
	struct kit *kit = *state;

	against_baseline(kit, "customer", "'zed' AS customer, ",
			 CUSTOMERS USERS(A_ROW)
			 "- {tenant: printix/t2, dataset: printix.users, "
			 "kinds: [account], rows: []}\n"
			 ROLES("  status: denied\n"));
	assert_string_equal(kit_ask(kit, "SELECT result FROM result WHERE "
				    "unit = 'zed'"), "PASS");
	assert_string_equal(kit_ask(kit, "SELECT result FROM result WHERE "
				    "unit = 'acme'"), "UNDECIDED");
}

/* --- units -------------------------------------------------------------- */

static void test_not_applicable(void **state)
{
	struct kit *kit = *state;

	kit_rule(kit, "r", HEAD("-- per: customer\n-- systems: printix\n"
		 "-- needs: account\n"),
		 "SELECT customer, count(*) AS n FROM account WHERE "
		 "system = 'printix' GROUP BY customer",
		 "SELECT customer, id AS subject, name, '' AS seen, '' AS "
		 "wanted FROM account WHERE 0");
	kit_night(kit, CUSTOMERS USERS(A_ROW) OKTA("  status: failed\n")
		  "- {tenant: printix/lost, dataset: printix.users, "
		  "kinds: [account], rows: []}\n");
	kit_check(kit);
	/* okta is none of the rule's systems, so acme is decided. */
	assert_string_equal(kit_ask(kit, "SELECT group_concat(unit || ' ' || "
				    "result) FROM (SELECT * FROM result "
				    "ORDER BY unit)"),
			    "- EMPTY,acme PASS,msp NOT-APPLICABLE,"
			    "zed NOT-APPLICABLE");
}

/* A violation in a tenancy that nobody claims is not lost. */
static void test_nobody(void **state)
{
	struct kit *kit = *state;

	kit_rule(kit, "r", HEAD("-- per: customer\n-- systems: printix\n"
		 "-- needs: account\n"),
		 "SELECT customer, count(*) AS n FROM account GROUP BY "
		 "customer",
		 "SELECT customer, id AS subject, name, '' AS seen, '' AS "
		 "wanted FROM account WHERE system = 'printix'");
	kit_night(kit, CUSTOMERS
		  "- {tenant: printix/lost, dataset: printix.users, "
		  "kinds: [account], rows: [{account: {id: x}}]}\n");
	kit_check(kit);
	assert_string_equal(kit_ask(kit, "SELECT unit || ' ' || subject || "
				    "coalesce(customer, '') FROM finding"),
			    "- x");
}

#define WITH_KIT(f) cmocka_unit_test_setup_teardown(f, kit_up, kit_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_KIT(test_partial),
		WITH_KIT(test_denied),
		WITH_KIT(test_denied_without_words),
		WITH_KIT(test_unclaimed),
		WITH_KIT(test_failed),
		WITH_KIT(test_skipped),
		WITH_KIT(test_held),
		WITH_KIT(test_missing),
		WITH_KIT(test_stale),
		WITH_KIT(test_nothing_configured),
		WITH_KIT(test_complete),
		WITH_KIT(test_each_dataset),
		WITH_KIT(test_alternatives),
		WITH_KIT(test_other_dataset_is_dark),
		WITH_KIT(test_customer_scope),
		WITH_KIT(test_msp_scope),
		WITH_KIT(test_five_and_more),
		WITH_KIT(test_no_register),
		WITH_KIT(test_empty_register),
		WITH_KIT(test_old_register),
		WITH_KIT(test_uncertain_link),
		WITH_KIT(test_baseline_unread),
		WITH_KIT(test_baseline_of_another),
		WITH_KIT(test_not_applicable),
		WITH_KIT(test_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
