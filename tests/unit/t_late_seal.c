/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who was whose in a run: also when it is sealed days later it is what the
 * night itself would have sealed, not what the last check found, and a report
 * of the run says the same.
 */
#include "check_kit.h"

#include "evidence/evidence.h"
#include "report/linked.h"

#define NIGHT(email) \
	"customers: [{id: acme}]\n" \
	"tenants: [{tenant: printix/t1, customer: acme}]\n" \
	"datasets:\n" \
	"- tenant: register/leavers\n" \
	"  dataset: register.people\n" \
	"  kinds: [person, alias]\n" \
	"  rows:\n" \
	"  - person: {id: ana, name: Ana Lima, employer: acme, " \
	"left_at: 2025-11-01}\n" \
	"  - alias: {person: ana, address: ana@acme.example}\n" \
	"  - person: {id: bo, name: Bo Ray, employer: acme}\n" \
	"  - alias: {person: bo, address: bo@acme.example}\n" \
	"- tenant: printix/t1\n" \
	"  dataset: printix.users\n" \
	"  kinds: [account]\n" \
	"  rows: [{account: {id: u, email: " email "@acme.example, " \
	"state: active}}]\n"

static const char *const nights[] = {
	NIGHT("ana"), NIGHT("bo"), NIGHT("nobody"), NIGHT("ana"),
};

#define NIGHTS (sizeof(nights) / sizeof(*nights))

static void seal(struct kit *kit)
{
	struct ep_err err = EP_ERR_INIT;

	if (ep_evidence_seal(kit->store, kit->config, NULL, 0, NULL, NULL,
			     &err) < 0)
		fail_msg("%s", err.msg);
}

/* Whose the account was, by the number of the seal. */
static void assert_sealed(struct kit *kit)
{
	struct ep_err err = EP_ERR_INIT;

	assert_string_equal(
		kit_ask(kit, "SELECT group_concat(line, ', ') FROM (SELECT "
			     "(leaf ->> '$.person') || ' ' || first_seq || '-'"
			     " || coalesce(end_seq, '') AS line FROM "
			     "evidence_kept WHERE leaf <> '' AND grp GLOB "
			     "'context/*/person_link' ORDER BY first_seq)"),
		"ana 1-2, bo 2-3, ana 4-");
	assert_string_equal(kit_ask(kit, "SELECT group_concat(person) FROM "
					 "main.person_link"), "ana");
	if (ep_evidence_verify(kit->store, 0, NULL, NULL, NULL, &err) < 0)
		fail_msg("%s", err.msg);
}

/* sealed: by bit, after which nights. */
static void play(struct kit *kit, unsigned int sealed)
{
	kit_disabled_rule(kit);
	for (size_t i = 0; i < NIGHTS; i++) {
		kit_night(kit, nights[i]);
		kit_check(kit);
		if (sealed & 1u << i)
			seal(kit);
	}
}

static void test_each_night(void **state)
{
	play(*state, 15);
	assert_sealed(*state);
}

static void test_all_at_once(void **state)
{
	play(*state, 8);
	assert_sealed(*state);
}

/* The first was sealed in its night, the others were not. */
static void test_some_late(void **state)
{
	play(*state, 9);
	assert_sealed(*state);
}

/* What a query of a report of that run sees. */
static const char *reported(struct kit *kit, int64_t run, const char *sql)
{
	struct ep_err err = EP_ERR_INIT;

	if (ep_linked_make(kit->store, run, &err) < 0)
		fail_msg("%s", err.msg);
	return kit_ask(kit, sql);
}

#define WHOSE "SELECT group_concat(person || ' ' || tenant || ' ' || " \
	      "account || ' ' || certain || ' ' || coalesce(left_at, '')) " \
	      "FROM person_link"
#define ANA "ana printix/t1 u 1 1761955200"
#define NOTE "SELECT group_concat(note) FROM link_note"

static void test_reported(void **state)
{
	struct kit *kit = *state;

	play(kit, 15);
	assert_string_equal(reported(kit, 1, WHOSE), ANA);
	assert_string_equal(reported(kit, 2, WHOSE), "bo printix/t1 u 1 ");
	assert_string_equal(reported(kit, 3, WHOSE), "");
	kit_has(kit, NOTE, "sealed");
	assert_string_equal(reported(kit, 4, WHOSE), ANA);
	assert_string_equal(kit_ask(kit, NOTE), "");
}

/* What was not kept is said. */
static void test_reported_unsealed(void **state)
{
	struct kit *kit = *state;

	play(kit, 2);
	kit_has(kit, "SELECT count(*) FROM evidence_run", "2");
	assert_string_equal(reported(kit, 1, WHOSE), ANA);
	assert_string_equal(reported(kit, 2, WHOSE), "bo printix/t1 u 1 ");
	assert_string_equal(reported(kit, 3, WHOSE), ANA);
	kit_has(kit, NOTE, "the check of run 4");
	assert_string_equal(reported(kit, 4, NOTE), "");
}

#define WITH_KIT(f) cmocka_unit_test_setup_teardown(f, kit_up, kit_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_KIT(test_each_night),
		WITH_KIT(test_all_at_once),
		WITH_KIT(test_some_late),
		WITH_KIT(test_reported),
		WITH_KIT(test_reported_unsealed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
