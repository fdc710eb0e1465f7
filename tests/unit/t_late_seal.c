/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs that are sealed days later: who was whose in each of them is what the
 * night itself would have sealed, not what the last check found.
 */
#include "check_kit.h"

#include "evidence/evidence.h"

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

static void test_each_night(void **state)
{
	struct kit *kit = *state;

	kit_disabled_rule(kit);
	for (size_t i = 0; i < NIGHTS; i++) {
		kit_night(kit, nights[i]);
		kit_check(kit);
		seal(kit);
	}
	assert_sealed(kit);
}

static void test_all_at_once(void **state)
{
	struct kit *kit = *state;

	kit_disabled_rule(kit);
	for (size_t i = 0; i < NIGHTS; i++) {
		kit_night(kit, nights[i]);
		kit_check(kit);
	}
	seal(kit);
	assert_sealed(kit);
}

/* The first was sealed in its night, the others were not. */
static void test_some_late(void **state)
{
	struct kit *kit = *state;

	kit_disabled_rule(kit);
	for (size_t i = 0; i < NIGHTS; i++) {
		kit_night(kit, nights[i]);
		kit_check(kit);
		if (i == 0)
			seal(kit);
	}
	seal(kit);
	assert_sealed(kit);
}

#define WITH_KIT(f) cmocka_unit_test_setup_teardown(f, kit_up, kit_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_KIT(test_each_night),
		WITH_KIT(test_all_at_once),
		WITH_KIT(test_some_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
