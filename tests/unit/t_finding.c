/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of findings over nights: only what was looked at can be fixed.
 */
#include "check_kit.h"

#include "check/eval.h"

#define TENANT \
	"customers: [{id: acme}]\n" \
	"tenants: [{tenant: printix/t1, customer: acme}]\n" \
	"datasets:\n" \
	"- tenant: printix/t1\n" \
	"  dataset: printix.users\n" \
	"  kinds: [account]\n"
#define BAD TENANT \
	"  rows:\n" \
	"  - account: {id: u1, name: Ana, state: disabled}\n" \
	"  - account: {id: u2, state: active}\n"
#define GOOD TENANT \
	"  rows:\n" \
	"  - account: {id: u1, name: Ana, state: active}\n" \
	"  - account: {id: u2, state: active}\n"

#define STATE "SELECT state || ' ' || rechecked || ' ' || times FROM finding"

static void night(struct kit *kit, const char *yaml)
{
	kit_night(kit, yaml);
	kit_check(kit);
}

static void test_open_fixed_came_back(void **state)
{
	struct kit *kit = *state;
	char first[40];

	kit_disabled_rule(kit);
	night(kit, BAD);
	assert_string_equal(kit_ask(kit, STATE), "open 1 1");
	assert_int_equal(kit->sum.opened, 1);
	snprintf(first, sizeof(first), "%lld", (long long)kit->now);
	night(kit, BAD);
	assert_int_equal(kit->sum.opened, 0);
	assert_string_equal(kit_ask(kit, STATE), "open 1 1");
	assert_string_equal(kit_ask(kit, "SELECT first_seen FROM finding"),
			    first);
	assert_string_equal(kit_ask(kit, "SELECT (last_seen - first_seen) / "
				    "86400 FROM finding"), "1");
	night(kit, GOOD);
	assert_string_equal(kit_ask(kit, STATE), "fixed 1 1");
	assert_int_equal(kit->sum.fixed, 1);
	assert_int_equal(kit->sum.open[EP_SEVERITY_HIGH], 0);
	night(kit, BAD);
	assert_string_equal(kit_ask(kit, STATE), "came_back 1 2");
	assert_int_equal(kit->sum.came_back, 1);
	assert_int_equal(kit->sum.opened, 0);
	assert_int_equal(kit->sum.open[EP_SEVERITY_HIGH], 1);
	assert_string_equal(kit_ask(kit, "SELECT group_concat(event) FROM "
				    "(SELECT event FROM finding_event "
				    "ORDER BY run)"),
			    "open,fixed,came_back");
}

#define LEAVERS(people) \
	"customers: [{id: acme}]\n" \
	"tenants: [{tenant: printix/t1, customer: acme}]\n" \
	"datasets:\n" \
	"- tenant: register/leavers\n" \
	"  dataset: register.leavers\n" \
	"  kinds: [person]\n" \
	"  rows: [" people "]\n" \
	"- tenant: printix/t1\n" \
	"  dataset: printix.users\n" \
	"  kinds: [account]\n"
#define GONE "{person: {id: p1, name: Ana, left_at: 2025-11-01}}"
#define HELD "  rows: [{account: {id: p1, state: active}}]\n"
#define ENDED "SELECT group_concat(event) FROM (SELECT event FROM " \
	"finding_event WHERE run = (SELECT max(run) FROM finding_event) " \
	"ORDER BY event)"

/* Whoever has left has no account; its id is the person's. */
static void leaver_rule(struct kit *kit)
{
	kit_rule(kit, "leavers", KIT_PER_TENANT "-- needs: account, person\n",
		 "SELECT tenant, count(*) AS n FROM account GROUP BY tenant",
		 "SELECT a.tenant, a.id AS subject, a.name, a.state AS seen, "
		 "'none' AS wanted, p.id AS person, p.left_at FROM account a "
		 "JOIN person p ON p.id = a.id WHERE p.left_at <= :now "
		 "AND a.state = 'active'");
}

static void test_withdrawn_is_not_fixed(void **state)
{
	static const char *const after[] = {
		/* The leave date moved, and the register forgot him. */
		LEAVERS("{person: {id: p1, name: Ana, left_at: 2026-11-01}}")
			HELD,
		LEAVERS("{person: {id: p2, name: Bo, left_at: 2025-11-01}}")
			HELD,
	};
	struct kit *kit = *state;

	leaver_rule(kit);
	for (size_t i = 0; i < 2; i++) {
		night(kit, LEAVERS(GONE) HELD);
		assert_int_equal(kit->sum.open[EP_SEVERITY_HIGH], 1);
		night(kit, after[i]);
		assert_string_equal(kit_ask(kit, ENDED), "fixed,withdrawn");
		assert_int_equal(kit->sum.fixed, 0);
		assert_int_equal(kit->sum.open[EP_SEVERITY_HIGH], 0);
	}
	/* Another check of the same run takes all of it back. */
	ep_rule_free(kit->rules.rule.v[0]);
	kit->rules.rule.n = 0;
	kit_rule(kit, "leavers", KIT_PER_TENANT "-- needs: account, person\n",
		 "SELECT tenant, count(*) AS n FROM account GROUP BY tenant",
		 "SELECT tenant, id AS subject, name, state AS seen, 'none' "
		 "AS wanted, (SELECT max(id) FROM person) AS person, 1 AS "
		 "left_at FROM account");
	kit_check(kit);
	assert_string_equal(kit_ask(kit, "SELECT count(*) FROM finding_event "
				    "WHERE run = 4"), "0");
}

/* A rule that waits some days has nothing to say while a later date is new;
 * nobody took anything from him. */
static void test_later_date_is_not_fixed(void **state)
{
	struct kit *kit = *state;

	kit_rule(kit, "leavers", KIT_PER_TENANT "-- needs: account, person\n",
		 "SELECT tenant, count(*) AS n FROM account GROUP BY tenant",
		 "SELECT a.tenant, a.id AS subject, a.name, a.state AS seen, "
		 "'none' AS wanted, p.id AS person, p.left_at FROM account a "
		 "JOIN person p ON p.id = a.id WHERE p.left_at + 7 * 86400 "
		 "<= :now AND a.state = 'active'");
	night(kit, LEAVERS(GONE) HELD);
	assert_int_equal(kit->sum.open[EP_SEVERITY_HIGH], 1);
	night(kit, LEAVERS("{person: {id: p1, name: Ana, "
			   "left_at: 2025-11-16}}") HELD);
	assert_int_equal(kit->sum.open[EP_SEVERITY_HIGH], 0);
	assert_string_equal(kit_ask(kit, ENDED), "fixed,withdrawn");
	assert_int_equal(kit->sum.fixed, 0);
}

/* One of two who share it was not taken anything from. */
static void test_fixed_for_everybody(void **state)
{
	static const char *const two[] = {
		"{person: {id: p1, name: Ana, left_at: 2025-11-01}}, "
		"{person: {id: p2, name: Bo, left_at: 2025-11-02}}",
		"{person: {id: p1, name: Ana, left_at: 2025-11-01}}, "
		"{person: {id: p2, name: Bo, left_at: 2026-11-02}}",
	};
	struct kit *kit = *state;

	kit_rule(kit, "leavers", KIT_PER_TENANT "-- needs: account, person\n",
		 "SELECT tenant, count(*) AS n FROM account GROUP BY tenant",
		 "SELECT a.tenant, 'shared' AS subject, a.name, p.id AS seen, "
		 "'none' AS wanted, p.id AS person, p.left_at FROM account a "
		 "JOIN person p ON p.left_at <= :now WHERE a.state = 'active'");
	for (size_t i = 0; i < 2; i++) {
		char night_two[1024];

		snprintf(night_two, sizeof(night_two), LEAVERS("%s") HELD,
			 two[0]);
		night(kit, night_two);
		assert_string_equal(kit_ask(kit, "SELECT seen FROM finding"),
				    "p1; also p2");
		snprintf(night_two, sizeof(night_two), LEAVERS("%s")
			 "  rows: [{account: {id: p1, state: disabled}}]\n",
			 two[i]);
		night(kit, night_two);
		assert_string_equal(kit_ask(kit, ENDED),
				    i ? "fixed,withdrawn" : "fixed");
	}
}

static void test_revoked_is_fixed(void **state)
{
	struct kit *kit = *state;

	leaver_rule(kit);
	night(kit, LEAVERS(GONE) HELD);
	night(kit, LEAVERS(GONE) "  rows: [{account: {id: p1, state: "
	      "disabled}}]\n");
	assert_string_equal(kit_ask(kit, ENDED), "fixed");
	assert_int_equal(kit->sum.fixed, 1);
}

static void test_dark_night_fixes_nothing(void **state)
{
	struct kit *kit = *state;

	kit_disabled_rule(kit);
	night(kit, BAD);
	night(kit, TENANT "  status: partial\n  reason: page 2\n"
	      "  rows: [{account: {id: u1, state: active}}]\n");
	assert_string_equal(kit_ask(kit, STATE), "open 0 1");
	assert_int_equal(kit->sum.fixed, 0);
	assert_int_equal(kit->sum.open[EP_SEVERITY_HIGH], 1);
	assert_int_equal(kit->sum.status, 2);
	night(kit, GOOD);
	assert_string_equal(kit_ask(kit, STATE), "fixed 1 1");
}

#define DARK TENANT "  status: denied\n  reason: 403\n"
#define SEEN_AT "SELECT state || ' ' || rechecked || ' ' || " \
	"((last_seen - first_seen) / 86400) FROM finding"

/* The row of the night before is still there, and nobody looked at it. */
static void test_unread_is_not_seen(void **state)
{
	struct kit *kit = *state;

	kit_disabled_rule(kit);
	night(kit, BAD);
	night(kit, DARK);
	assert_int_equal(kit->sum.result[EP_RESULT_FAIL], 1);
	assert_int_equal(kit->sum.open[EP_SEVERITY_HIGH], 1);
	assert_string_equal(kit_ask(kit, SEEN_AT), "open 0 0");
	assert_string_equal(kit_ask(kit, "SELECT run || ' ' || rechecked "
				    "FROM finding_look"), "2 0");
	/* Nor on another check of the same night. */
	kit_check(kit);
	assert_string_equal(kit_ask(kit, SEEN_AT), "open 0 0");
	night(kit, BAD);
	assert_string_equal(kit_ask(kit, SEEN_AT), "open 1 2");
	assert_string_equal(kit_ask(kit, "SELECT group_concat(event) FROM "
				    "finding_event"), "open");
}

/* Who turns out to have left while nobody could look. */
static void test_opened_unread(void **state)
{
	struct kit *kit = *state;

	leaver_rule(kit);
	night(kit, LEAVERS("") HELD);
	assert_string_equal(kit_ask(kit, STATE), "");
	night(kit, LEAVERS(GONE) "  status: denied\n");
	assert_string_equal(kit_ask(kit, STATE), "open 0 1");
	assert_string_equal(kit_ask(kit, "SELECT group_concat(event) FROM "
				    "finding_event"), "open");
	assert_string_equal(kit_ask(kit, "SELECT rechecked FROM "
				    "finding_look"), "0");
	night(kit, LEAVERS(GONE) HELD);
	assert_string_equal(kit_ask(kit, STATE), "open 1 1");
}

/* The accounts are there tonight; that he left is what was known before. */
static void test_unread_register_is_not_seen(void **state)
{
	struct kit *kit = *state;
	const char *dark =
		"customers: [{id: acme}]\n"
		"tenants: [{tenant: printix/t1, customer: acme}]\n"
		"datasets:\n"
		"- {tenant: register/leavers, dataset: register.leavers, "
		"kinds: [person], status: failed}\n"
		"- tenant: printix/t1\n"
		"  dataset: printix.users\n"
		"  kinds: [account]\n" HELD;

	leaver_rule(kit);
	night(kit, LEAVERS(GONE) HELD);
	night(kit, dark);
	assert_int_equal(kit->sum.result[EP_RESULT_FAIL], 1);
	assert_string_equal(kit_ask(kit, STATE), "open 0 1");
}

#define TWO(t1, t2, o1) \
	"customers: [{id: acme}, {id: zed}]\n" \
	"tenants:\n" \
	"- {tenant: printix/t1, customer: acme}\n" \
	"- {tenant: printix/t2, customer: zed}\n" \
	"- {tenant: okta/o1, customer: acme}\n" \
	"datasets:\n" \
	"- tenant: printix/t1\n" \
	"  dataset: printix.users\n" \
	"  kinds: [account]\n" t1 \
	"- tenant: printix/t1\n" \
	"  dataset: printix.admins\n" \
	"  kinds: [account]\n" \
	"  rows: [{account: {id: a1, state: active}}]\n" \
	"- tenant: printix/t2\n" \
	"  dataset: printix.users\n" \
	"  kinds: [account]\n" t2 \
	"- tenant: okta/o1\n" \
	"  dataset: okta.users\n" \
	"  kinds: [account]\n" o1
#define OFF "  rows: [{account: {id: u1, state: disabled}}]\n"
#define ON "  rows: [{account: {id: o1, state: active}}]\n"
#define DENIED "  status: denied\n"
#define WHICH "SELECT group_concat(what) FROM (SELECT subject || ' ' || " \
	"rechecked AS what FROM finding ORDER BY subject)"

static void fleet_rule(struct kit *kit, const char *needs, const char *row)
{
	char head[200];
	char sql[400];

	snprintf(head, sizeof(head), "-- severity: high\n-- per: fleet\n"
		 "-- needs: %s\n", needs);
	snprintf(sql, sizeof(sql), "SELECT %s, name, state AS seen, 'active' "
		 "AS wanted FROM account WHERE state = 'disabled'", row);
	kit_rule(kit, "fleet", head, "SELECT count(*) AS n FROM account",
		 sql);
}

/* One tenancy's trouble is no other's, and what a row is compared with is
 * behind it whoever has it. */
static void test_unread_of_another_tenancy(void **state)
{
	static const char *const row[] = {
		"tenant || ' ' || id AS subject, 1 AS one",
		"tenant || '/' || id AS subject, tenant",
		"tenant || '/' || id AS subject, tenant, dataset",
	};
	struct kit *kit = *state;

	for (size_t i = 0; i < 3; i++) {
		fleet_rule(kit, "account[printix.users]", row[i]);
		night(kit, TWO(OFF, OFF, ON));
		night(kit, TWO(DENIED, OFF, DENIED));
		assert_string_equal(kit_ask(kit, WHICH),
				    i ? "printix/t1/u1 0,printix/t2/u1 1" :
					"printix/t1 u1 0,printix/t2 u1 1");
		ep_rule_free(kit->rules.rule.v[0]);
		kit->rules.rule.n = 0;
		kit_ask(kit, "DELETE FROM finding");
	}
}

static void test_unread_that_is_compared_with(void **state)
{
	struct kit *kit = *state;

	fleet_rule(kit, "account[printix.users okta.users]",
		   "tenant || ' ' || id AS subject, tenant");
	night(kit, TWO(OFF, OFF, ON));
	/* The need is one, and printix/t1 and t2 answer it. */
	night(kit, TWO(OFF, OFF, DENIED));
	assert_string_equal(kit_ask(kit, WHICH),
			    "printix/t1 u1 1,printix/t2 u1 1");
	ep_rule_free(kit->rules.rule.v[0]);
	kit->rules.rule.n = 0;
	kit_ask(kit, "DELETE FROM finding");
	/* A row that tells nobody's tenancy may hang on each. */
	fleet_rule(kit, "account[printix.users okta.users]",
		   "'x' || tenant AS subject, '?' AS tenant");
	night(kit, TWO(OFF, OFF, ON));
	night(kit, TWO(OFF, OFF, DENIED));
	assert_string_equal(kit_ask(kit, WHICH),
			    "xprintix/t1 0,xprintix/t2 0");
}

/* A rule that fails has decided nothing. */
static void test_broken_rule_fixes_nothing(void **state)
{
	struct kit *kit = *state;

	kit_disabled_rule(kit);
	night(kit, BAD);
	ep_free(kit->rules.rule.v[0]->violations);
	kit->rules.rule.v[0]->violations = ep_strdup("SELECT nonsense");
	night(kit, GOOD);
	assert_string_equal(kit_ask(kit, STATE), "open 0 1");
}

/* A tenancy that is no longer there was not mended. */
static void test_gone_tenancy_fixes_nothing(void **state)
{
	struct kit *kit = *state;

	kit_disabled_rule(kit);
	night(kit, BAD);
	ep_free(kit->rules.rule.v[0]->population);
	EP_VEC_ADD(&kit->rules.rule.v[0]->systems) = ep_strdup("okta");
	kit->rules.rule.v[0]->population =
		ep_strdup("SELECT tenant, 1 AS n FROM account");
	night(kit, GOOD);
	assert_string_equal(kit_ask(kit, STATE), "open 0 1");
	assert_string_equal(kit_ask(kit, "SELECT unit || ' ' || result FROM "
				    "result"), "fleet NOT-APPLICABLE");
}

/* What is seen per customer goes on without a tenancy that was retired; its
 * findings were not mended by that. */
static void test_retired_tenancy_fixes_nothing(void **state)
{
	static const char other[] =
		"customers: [{id: acme}]\n"
		"tenants: [{tenant: printix/t2, customer: acme}]\n"
		"datasets:\n"
		"- tenant: printix/t2\n"
		"  dataset: printix.users\n"
		"  kinds: [account]\n"
		"  rows:\n"
		"  - account: {id: u9, state: active}\n";
	struct kit *kit = *state;
	struct ep_err err = EP_ERR_INIT;

	kit_rule(kit, "anywhere", "-- severity: high\n-- per: customer\n"
		 "-- needs: account\n",
		 "SELECT customer, count(*) AS n FROM account "
		 "GROUP BY customer",
		 "SELECT customer, tenant || ' ' || id AS subject, name, "
		 "state AS seen, 'active' AS wanted, email FROM account "
		 "WHERE state = 'disabled'");
	night(kit, BAD);
	assert_string_equal(kit_ask(kit, STATE), "open 1 1");
	assert_int_equal(ep_store_retire(kit->store, "printix/t1", "ana",
					 "sold", &err), 0);
	night(kit, other);
	assert_string_equal(kit_ask(kit, "SELECT unit || ' ' || result FROM "
				    "result"), "acme PASS");
	assert_string_equal(kit_ask(kit, STATE), "open 0 1");
}

static void test_same_run_again(void **state)
{
	struct kit *kit = *state;

	kit_disabled_rule(kit);
	night(kit, BAD);
	kit_check(kit);
	assert_int_equal(kit->sum.opened, 0);
	assert_string_equal(kit_ask(kit, STATE), "open 1 1");
	assert_string_equal(kit_ask(kit, "SELECT count(*) FROM result_log"),
			    "1");
	assert_string_equal(kit_ask(kit, "SELECT count(*) FROM "
				    "finding_event"), "1");
}

/* A rule corrected in the same night takes its mistake back. */
static void test_same_run_other_rule(void **state)
{
	struct kit *kit = *state;
	struct ep_rule *rule = kit_disabled_rule(kit);
	char *right = ep_strdup(rule->violations);

	night(kit, BAD);
	ep_free(rule->violations);
	rule->violations = ep_strdup("SELECT tenant, id AS subject, name, '' "
				     "AS seen, '' AS wanted FROM account "
				     "WHERE 0");
	kit_check(kit);
	assert_string_equal(kit_ask(kit, STATE), "fixed 1 1");
	ep_free(rule->violations);
	rule->violations = right;
	kit_check(kit);
	assert_string_equal(kit_ask(kit, STATE), "open 1 1");
	assert_string_equal(kit_ask(kit, "SELECT group_concat(event) FROM "
				    "finding_event"), "open");
	assert_string_equal(kit_ask(kit, "SELECT count(*) || result FROM "
				    "result_log"), "1FAIL");
}

/* Results are intervals: an unchanged night adds nothing, a changed one ends
 * the old row. */
static void test_result_intervals(void **state)
{
	struct kit *kit = *state;

	kit_disabled_rule(kit);
	night(kit, GOOD);
	night(kit, GOOD);
	night(kit, BAD);
	assert_string_equal(kit_ask(kit, "SELECT group_concat(first_run || "
				    "'-' || coalesce(end_run, '') || ' ' || "
				    "result) FROM (SELECT * FROM result_log "
				    "ORDER BY id)"), "1-3 PASS,3- FAIL");
}

static void test_older_run_keeps_nothing(void **state)
{
	struct kit *kit = *state;
	struct ep_err err = EP_ERR_INIT;

	kit_disabled_rule(kit);
	night(kit, BAD);
	night(kit, GOOD);
	assert_int_equal(ep_store_as_of(kit->store, 1, &err), 0);
	kit_check(kit);
	assert_int_equal(kit->sum.run, 1);
	assert_int_equal(kit->sum.result[EP_RESULT_FAIL], 1);
	assert_int_equal(kit->sum.status, 1);
	assert_string_equal(kit_ask(kit, STATE), "fixed 1 1");
	assert_string_equal(kit_ask(kit, "SELECT result FROM result"),
			    "PASS");
}

#define LEAVER \
	"- tenant: register/leavers\n" \
	"  dataset: register.leavers\n" \
	"  kinds: [person, alias]\n" \
	"  rows:\n" \
	"  - person: {id: p1, employer: acme, left_at: 2025-11-01}\n" \
	"  - alias: {person: p1, address: ana@acme.example}\n"

/* One account, and a row for each of those who may sign in with it. */
static void shared_rule(struct kit *kit)
{
	kit_rule(kit, "shared", KIT_PER_TENANT "-- needs: account, alias\n",
		 "SELECT tenant, count(*) AS n FROM account GROUP BY tenant",
		 "SELECT a.tenant, a.id AS subject, a.name, 'used by ' || "
		 "m.person AS seen, 'one person' AS wanted, m.person "
		 "FROM account AS a JOIN alias AS m ON m.address = a.email");
}

static void shared_night(struct kit *kit, int people)
{
	struct ep_buf yaml = EP_BUF_INIT(65536);

	ep_buf_adds(&yaml, TENANT "  rows: [{account: {id: u1, email: "
		    "front@acme.example}}]\n"
		    "- tenant: register/msp\n"
		    "  dataset: register.leavers\n"
		    "  kinds: [person, alias]\n"
		    "  rows:\n");
	for (int i = 0; i < people; i++)
		ep_buf_addf(&yaml, "  - person: {id: p%02d, employer: acme}\n"
			    "  - alias: {person: p%02d, address: "
			    "front@acme.example}\n", i, i);
	night(kit, yaml.s);
	ep_buf_release(&yaml);
}

#define SEEN "SELECT seen FROM finding"
#define ALSO "SELECT group_concat(j.value ->> '$.person') FROM finding, " \
	     "json_each(evidence, '$.also') AS j"

#define LEFT "SELECT coalesce(evidence ->> '$.also_left', 'none') FROM finding"

/* 8,000 bytes. */
#define BIG "replace('11111111', '1', replace('1111111111', '1', " \
	"replace('11111', '1', 'twenty bytes of text'))) AS "

/* Whose evidence does not fit is counted, and no sentence names him. */
static void test_large_evidence_is_counted(void **state)
{
	struct kit *kit = *state;

	kit_rule(kit, "shared", KIT_PER_TENANT "-- needs: account, person\n",
		 "SELECT tenant, count(*) AS n FROM account GROUP BY tenant",
		 "SELECT a.tenant, a.id AS subject, a.name, 'used by ' || p.id "
		 "AS seen, 'none' AS wanted, p.id AS person, "
		 BIG "a, " BIG "b, " BIG "c, " BIG "d, " BIG "e, " BIG "f "
		 "FROM account a JOIN person p");
	shared_night(kit, 4);
	assert_string_equal(kit_ask(kit, SEEN), "used by p00; also used by "
			    "p01; and 2 more");
	assert_string_equal(kit_ask(kit, ALSO), "p01");
	assert_string_equal(kit_ask(kit, LEFT), "2");
}

static void test_everybody_is_named(void **state)
{
	struct kit *kit = *state;

	shared_rule(kit);
	shared_night(kit, 1);
	assert_string_equal(kit_ask(kit, SEEN), "used by p00");
	assert_string_equal(kit_ask(kit, "SELECT evidence FROM finding"),
			    "{\"person\":\"p00\"}");
	shared_night(kit, 3);
	assert_string_equal(kit_ask(kit, "SELECT count(*) FROM finding"), "1");
	assert_string_equal(kit_ask(kit, SEEN), "used by p00; also used by "
			    "p01; also used by p02");
	assert_string_equal(kit_ask(kit, "SELECT evidence ->> '$.person' FROM "
				    "finding"), "p00");
	assert_string_equal(kit_ask(kit, ALSO), "p01,p02");
	assert_string_equal(kit_ask(kit, LEFT), "none");
	shared_night(kit, 12);
	kit_has(kit, SEEN, "; also used by p08; and 3 more");
	assert_string_equal(kit_ask(kit, ALSO),
			    "p01,p02,p03,p04,p05,p06,p07,p08");
	assert_string_equal(kit_ask(kit, LEFT), "3");
	shared_night(kit, 1);
	assert_string_equal(kit_ask(kit, SEEN), "used by p00");
}

/* Looking back does not change who is behind an account tonight. */
static void test_older_run_keeps_links(void **state)
{
	struct kit *kit = *state;
	struct ep_err err = EP_ERR_INIT;

	kit_disabled_rule(kit);
	night(kit, TENANT "  rows: [{account: {id: u1, "
	      "email: ana@acme.example}}]\n" LEAVER);
	assert_string_equal(kit_ask(kit, "SELECT account FROM person_link"),
			    "u1");
	night(kit, TENANT "  rows: [{account: {id: u2}}]\n" LEAVER);
	assert_int_equal(ep_store_as_of(kit->store, 1, &err), 0);
	kit_check(kit);
	assert_string_equal(kit_ask(kit, "SELECT account FROM person_link"),
			    "");
}

static void test_fingerprint(void **state)
{
	char a[33];
	char b[33];

	(void)state;
	/* sha256("r\0u\0s\0") by an independent program. */
	ep_fingerprint("r", "u", "s", a);
	assert_string_equal(a, "0a458779b67926fd9b9cda12553f46d9");
	ep_fingerprint("ru", "", "s", b);
	assert_string_not_equal(a, b);
}

#define WITH_KIT(f) cmocka_unit_test_setup_teardown(f, kit_up, kit_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_KIT(test_open_fixed_came_back),
		WITH_KIT(test_withdrawn_is_not_fixed),
		WITH_KIT(test_later_date_is_not_fixed),
		WITH_KIT(test_fixed_for_everybody),
		WITH_KIT(test_revoked_is_fixed),
		WITH_KIT(test_dark_night_fixes_nothing),
		WITH_KIT(test_unread_is_not_seen),
		WITH_KIT(test_opened_unread),
		WITH_KIT(test_unread_register_is_not_seen),
		WITH_KIT(test_unread_of_another_tenancy),
		WITH_KIT(test_unread_that_is_compared_with),
		WITH_KIT(test_broken_rule_fixes_nothing),
		WITH_KIT(test_gone_tenancy_fixes_nothing),
		WITH_KIT(test_retired_tenancy_fixes_nothing),
		WITH_KIT(test_same_run_again),
		WITH_KIT(test_same_run_other_rule),
		WITH_KIT(test_result_intervals),
		WITH_KIT(test_older_run_keeps_nothing),
		WITH_KIT(test_older_run_keeps_links),
		WITH_KIT(test_everybody_is_named),
		WITH_KIT(test_large_evidence_is_counted),
		cmocka_unit_test(test_fingerprint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
