/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listings that came without any complaint, and of which nothing is left of
 * what was there: held until somebody says that it is so.
 */
#include "store_kit.h"

/* A night in which the dataset lists ana and ben. */
static void both(struct kit *kit)
{
	struct ep_dataset_ref ref = kit_ref("printix.users", KIT_ACCOUNTS);
	struct ep_row ana = kit_account("1", "ana@acme.example", "Ana", 0);
	struct ep_row ben = kit_account("2", "ben@acme.example", "Ben", 0);
	void *dataset;

	kit_begin(kit);
	dataset = kit_start(kit, &ref);
	assert_false(kit_row(kit, dataset, &ana));
	assert_false(kit_row(kit, dataset, &ben));
	kit_finish(kit, dataset, EP_COVERAGE_COMPLETE);
	kit_end(kit);
	kit_ok(kit, ep_store_as_of(kit->store, 0, &kit->err));
}

static enum ep_coverage_status empty_night(struct kit *kit, bool transient,
					   bool held_ok)
{
	struct ep_dataset_ref ref = kit_ref("printix.users", KIT_ACCOUNTS);
	enum ep_coverage_status status;
	void *dataset;

	ref.transient = transient;
	ref.held_ok = held_ok;
	kit_begin(kit);
	dataset = kit_start(kit, &ref);
	status = kit_finish(kit, dataset, EP_COVERAGE_COMPLETE);
	kit_end(kit);
	kit_ok(kit, ep_store_as_of(kit->store, 0, &kit->err));
	return status;
}

static void test_collapse_is_held(void **state)
{
	struct kit *kit = *state;

	both(kit);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(empty_night(kit, false, false),
				 EP_COVERAGE_HELD);
		assert_int_equal(kit_int(kit, "SELECT count(*) FROM account"),
				 2);
		kit_assert_dump(kit, "SELECT status, reason, advice FROM "
				"coverage", "held|empty, but 2 records were "
				"known before; they are kept until this is "
				"confirmed|look into the portal; if it is "
				"really empty: exitproof run --accept-empty "
				"printix.users\n");
	}
	assert_int_equal(empty_night(kit, false, true), EP_COVERAGE_COMPLETE);
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM account"), 0);
	/* Nothing there before: an empty listing is believed. */
	assert_int_equal(empty_night(kit, false, false),
			 EP_COVERAGE_COMPLETE);
}

/* A night in which the dataset lists the accounts of these letters. */
static enum ep_coverage_status letters(struct kit *kit, const char *ids,
				       void (*how)(struct ep_dataset_ref *))
{
	struct ep_dataset_ref ref = kit_ref("printix.users", KIT_ACCOUNTS);
	enum ep_coverage_status status;
	void *dataset;

	if (how)
		how(&ref);
	kit_begin(kit);
	dataset = kit_start(kit, &ref);
	for (; *ids; ids++) {
		char id[] = { *ids, '\0' };
		struct ep_row row = kit_account(id, "x@acme.example", "X", 0);

		assert_false(kit_row(kit, dataset, &row));
	}
	status = kit_finish(kit, dataset, EP_COVERAGE_COMPLETE);
	kit_end(kit);
	kit_ok(kit, ep_store_as_of(kit->store, 0, &kit->err));
	return status;
}

static void accept(struct ep_dataset_ref *ref)
{
	ref->held_ok = true;
}

static void may_change(struct ep_dataset_ref *ref)
{
	ref->transient = true;
}

static void from_file(struct ep_dataset_ref *ref)
{
	ref->imported = true;
}

static void new_version(struct ep_dataset_ref *ref)
{
	ref->connector_version++;
}

static void test_replacement_is_held(void **state)
{
	static void (*const believed[])(struct ep_dataset_ref *) = {
		accept, may_change, from_file, new_version,
	};
	struct kit *kit = *state;

	letters(kit, "abcde", NULL);
	assert_int_equal(letters(kit, "vwxyz", NULL), EP_COVERAGE_HELD);
	kit_assert_dump(kit, "SELECT reason, advice FROM coverage", "none of "
			"the 5 records that were known before is among the 5 "
			"that were read, as if they were another tenancy's; "
			"nothing is taken over until this is confirmed|look "
			"into the portal; if it is really so: exitproof run "
			"--accept-empty printix.users\n");
	kit_assert_dump(kit, "SELECT group_concat(id, '') FROM account",
			"abcde\n");
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM moved"), 0);
	/* One that is known says that it is the same tenancy. */
	assert_int_equal(letters(kit, "evwxyz", NULL), EP_COVERAGE_COMPLETE);
	assert_int_equal(letters(kit, "abcde", NULL), EP_COVERAGE_COMPLETE);
	for (size_t i = 0; i < sizeof(believed) / sizeof(believed[0]); i++)
		assert_int_equal(letters(kit, i & 1 ? "abcde" : "vwxyz",
					 believed[i]), EP_COVERAGE_COMPLETE);
}

/* Of a handful all may have changed. */
static void test_few_are_replaced(void **state)
{
	struct kit *kit = *state;

	letters(kit, "abcd", NULL);
	assert_int_equal(letters(kit, "wxyz", NULL), EP_COVERAGE_COMPLETE);
	kit_assert_dump(kit, "SELECT group_concat(id, '') FROM account",
			"wxyz\n");
}

static void test_transient_may_be_empty(void **state)
{
	struct kit *kit = *state;

	both(kit);
	assert_int_equal(empty_night(kit, true, false), EP_COVERAGE_COMPLETE);
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM account"), 0);
}

/* A night in which the vendor listed so many records and nothing was kept of
 * any. */
static enum ep_coverage_status unkept(struct kit *kit, int64_t received,
				      enum ep_coverage_status status,
				      void (*how)(struct ep_dataset_ref *))
{
	struct ep_dataset_ref ref = kit_ref("printix.users", KIT_ACCOUNTS);
	struct ep_coverage coverage;
	void *dataset;

	if (how)
		how(&ref);
	kit_begin(kit);
	dataset = kit_start(kit, &ref);
	ep_coverage_init(&coverage);
	coverage.status = status;
	coverage.rows = received;
	coverage.started_at = coverage.ended_at = ep_clock_now();
	kit_ok(kit, kit->sink.end(kit->sink.to, dataset, &coverage,
				  &kit->err));
	status = coverage.status;
	ep_coverage_release(&coverage);
	kit_end(kit);
	kit_ok(kit, ep_store_as_of(kit->store, 0, &kit->err));
	return status;
}

/* Contacts without an address, say: nothing of theirs is stored, and still
 * somebody has to be told when all of them are gone. */
static void test_unkept_are_missed(void **state)
{
	struct kit *kit = *state;

	assert_int_equal(unkept(kit, 0, EP_COVERAGE_COMPLETE, NULL),
			 EP_COVERAGE_COMPLETE);
	assert_int_equal(unkept(kit, 3, EP_COVERAGE_COMPLETE, NULL),
			 EP_COVERAGE_COMPLETE);
	assert_int_equal(unkept(kit, 1, EP_COVERAGE_COMPLETE, NULL),
			 EP_COVERAGE_COMPLETE);
	/* Neither a second night nor one that failed makes it true. */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(unkept(kit, 0, EP_COVERAGE_COMPLETE, NULL),
				 EP_COVERAGE_HELD);
		kit_assert_dump(kit, "SELECT status, reason, advice FROM "
				"coverage", "held|empty, but 1 record of "
				"which nothing is kept was listed before|look "
				"into the portal; if it is really empty: "
				"exitproof run --accept-empty "
				"printix.users\n");
		unkept(kit, 0, EP_COVERAGE_FAILED, NULL);
	}
	assert_int_equal(unkept(kit, 0, EP_COVERAGE_COMPLETE, accept),
			 EP_COVERAGE_COMPLETE);
	assert_int_equal(unkept(kit, 0, EP_COVERAGE_COMPLETE, NULL),
			 EP_COVERAGE_COMPLETE);
}

/* What a read that was cut off had seen by then was there. */
static void test_unkept_of_a_partial_read(void **state)
{
	struct kit *kit = *state;

	unkept(kit, 0, EP_COVERAGE_COMPLETE, NULL);
	unkept(kit, 2, EP_COVERAGE_PARTIAL, NULL);
	unkept(kit, 0, EP_COVERAGE_PARTIAL, NULL);
	assert_int_equal(unkept(kit, 0, EP_COVERAGE_COMPLETE, NULL),
			 EP_COVERAGE_HELD);
	assert_int_equal(unkept(kit, 0, EP_COVERAGE_COMPLETE, may_change),
			 EP_COVERAGE_COMPLETE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
		T(test_collapse_is_held),
		T(test_replacement_is_held),
		T(test_few_are_replaced),
		T(test_transient_may_be_empty),
		T(test_unkept_are_missed),
		T(test_unkept_of_a_partial_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
