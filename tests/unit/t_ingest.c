/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a night's rows do to the store: new, unchanged, changed, moved, gone,
 * and everything that is no complete read.
 */
#include "store_kit.h"

#include <sys/resource.h>

#include "base/alloc.h"

static const char all[] = "SELECT key, email, name, last_seen_at, first_run, "
			  "changed_run FROM account ORDER BY key";

/* A night in which the dataset lists ana and, if wanted, ben. */
static enum ep_coverage_status night(struct kit *kit, const char *ben,
				     int64_t seen,
				     enum ep_coverage_status status)
{
	struct ep_dataset_ref ref = kit_ref("printix.users", KIT_ACCOUNTS);
	struct ep_row ana = kit_account("1", "Ana@Acme.example", "Ana", seen);
	void *dataset;

	kit_begin(kit);
	dataset = kit_start(kit, &ref);
	assert_false(kit_row(kit, dataset, &ana));
	if (ben) {
		struct ep_row row = kit_account("2", "ben@acme.example", ben,
						0);

		assert_false(kit_row(kit, dataset, &row));
	}
	status = kit_finish(kit, dataset, status);
	kit_end(kit);
	kit_ok(kit, ep_store_as_of(kit->store, 0, &kit->err));
	return status;
}

static void test_first_sight_is_no_drift(void **state)
{
	struct kit *kit = *state;

	night(kit, "Ben", 100, EP_COVERAGE_COMPLETE);
	kit_assert_dump(kit, all, "1|ana@acme.example|Ana|100|1|1\n"
				  "2|ben@acme.example|Ben|-|1|1\n");
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM moved"), 0);
	kit_assert_dump(kit, "SELECT customer, tenant, system, dataset, id, "
			"state, email_key, first_seen_at = changed_at "
			"FROM account WHERE key = '1'",
			"-|printix/t1|printix|printix.users|1|active|"
			"acme.example\x1f" "ana|1\n");
}

static void test_unchanged_writes_nothing(void **state)
{
	struct kit *kit = *state;
	int64_t before;

	night(kit, "Ben", 100, EP_COVERAGE_COMPLETE);
	before = kit_int(kit, "SELECT sum(rid * 1000 + changed_run) FROM "
			 "now_account");
	night(kit, "Ben", 100, EP_COVERAGE_COMPLETE);
	assert_int_equal(before, kit_int(kit, "SELECT sum(rid * 1000 + "
					 "changed_run) FROM now_account"));
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM history"), 0);
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM "
				 "volatile_history"), 0);
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM main.coverage"),
			 2);
}

static void test_change_is_kept(void **state)
{
	struct kit *kit = *state;

	night(kit, "Ben", 100, EP_COVERAGE_COMPLETE);
	night(kit, "Benno", 100, EP_COVERAGE_COMPLETE);
	kit_assert_dump(kit, "SELECT kind, key, op, run, old FROM moved",
			"account|2|change|2|"
			"{\"name\":\"Ben\"}\n");
	assert_int_equal(kit_int(kit, "SELECT changed_run FROM account "
				 "WHERE id = '2'"), 2);
	kit_ok(kit, ep_store_as_of(kit->store, 1, &kit->err));
	kit_assert_dump(kit, all, "1|ana@acme.example|Ana|100|1|1\n"
				  "2|ben@acme.example|Ben|-|1|1\n");
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM moved"), 0);
}

static void test_volatile_makes_no_version(void **state)
{
	struct kit *kit = *state;

	night(kit, "Ben", 100, EP_COVERAGE_COMPLETE);
	night(kit, "Ben", 0, EP_COVERAGE_COMPLETE);
	night(kit, "Ben", 300, EP_COVERAGE_COMPLETE);
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM history"), 0);
	kit_assert_dump(kit, all, "1|ana@acme.example|Ana|300|1|1\n"
				  "2|ben@acme.example|Ben|-|1|1\n");
	kit_ok(kit, ep_store_as_of(kit->store, 2, &kit->err));
	assert_int_equal(kit_int(kit, "SELECT last_seen_at IS NULL FROM "
				 "account WHERE id = '1'"), 1);
	kit_ok(kit, ep_store_as_of(kit->store, 1, &kit->err));
	assert_int_equal(kit_int(kit, "SELECT last_seen_at FROM account "
				 "WHERE id = '1'"), 100);
}

static void test_gone_and_back(void **state)
{
	struct kit *kit = *state;

	night(kit, "Ben", 100, EP_COVERAGE_COMPLETE);
	night(kit, NULL, 100, EP_COVERAGE_COMPLETE);
	kit_assert_dump(kit, "SELECT id, email, name, first_run, closed_run "
			"FROM gone_account", "2|ben@acme.example|Ben|1|2\n");
	night(kit, "Ben", 100, EP_COVERAGE_COMPLETE);
	kit_assert_dump(kit, "SELECT id FROM gone_account", "");
	kit_assert_dump(kit, "SELECT key, op, run FROM moved "
			"ORDER BY run DESC", "2|open|3\n2|close|2\n");
	assert_int_equal(kit_int(kit, "SELECT first_run FROM account "
				 "WHERE id = '2'"), 3);
	kit_ok(kit, ep_store_as_of(kit->store, 2, &kit->err));
	kit_assert_dump(kit, "SELECT id FROM account", "1\n");
	kit_assert_dump(kit, "SELECT id FROM gone_account", "2\n");
	kit_ok(kit, ep_store_as_of(kit->store, 1, &kit->err));
	kit_assert_dump(kit, "SELECT id, first_run FROM account ORDER BY id",
			"1|1\n2|1\n");
}

static void test_incomplete_never_closes(void **state)
{
	static const enum ep_coverage_status words[] = {
		EP_COVERAGE_PARTIAL, EP_COVERAGE_DENIED, EP_COVERAGE_FAILED,
		EP_COVERAGE_SKIPPED
	};
	struct kit *kit = *state;

	night(kit, "Ben", 100, EP_COVERAGE_COMPLETE);
	for (size_t i = 0; i < 4; i++) {
		night(kit, NULL, 100, words[i]);
		kit_assert_dump(kit, "SELECT id FROM account ORDER BY id",
				"1\n2\n");
		kit_assert_dump(kit, "SELECT status FROM coverage",
				i == 0 ? "partial\n" :
				i == 1 ? "denied\n" :
				i == 2 ? "failed\n" : "skipped\n");
	}
}

static void test_only_usable_reads_are_taken(void **state)
{
	struct kit *kit = *state;

	night(kit, "Ben", 100, EP_COVERAGE_COMPLETE);
	night(kit, "Denied", 100, EP_COVERAGE_DENIED);
	night(kit, "Failed", 100, EP_COVERAGE_FAILED);
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM account WHERE "
				 "name = 'Ben'"), 1);
	night(kit, "Partial", 100, EP_COVERAGE_PARTIAL);
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM account WHERE "
				 "name = 'Partial'"), 1);
}

/* What a first, partial read left out is not new in the next one. */
static void test_epoch_lasts_until_complete(void **state)
{
	struct kit *kit = *state;

	night(kit, NULL, 100, EP_COVERAGE_PARTIAL);
	night(kit, "Ben", 100, EP_COVERAGE_COMPLETE);
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM moved"), 0);
	night(kit, NULL, 100, EP_COVERAGE_COMPLETE);
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM moved"), 1);
}

static void test_new_connector_is_no_drift(void **state)
{
	struct kit *kit = *state;
	struct ep_dataset_ref ref = kit_ref("printix.users", KIT_ACCOUNTS);
	struct ep_row row = kit_account("3", "cem@acme.example", "Cem", 7);
	void *dataset;

	night(kit, "Ben", 100, EP_COVERAGE_COMPLETE);
	kit_begin(kit);
	ref.connector_version = 2;
	dataset = kit_start(kit, &ref);
	kit_row(kit, dataset, &row);
	kit_finish(kit, dataset, EP_COVERAGE_COMPLETE);
	kit_end(kit);
	kit_ok(kit, ep_store_as_of(kit->store, 0, &kit->err));
	kit_assert_dump(kit, "SELECT id FROM account", "3\n");
	kit_assert_dump(kit, "SELECT key FROM moved", "");
	kit_assert_dump(kit, "SELECT key FROM gone_account", "");
	/* Exact all the same. */
	kit_ok(kit, ep_store_as_of(kit->store, 1, &kit->err));
	kit_assert_dump(kit, "SELECT id FROM account ORDER BY id", "1\n2\n");
}

/* Rows of a kind that a connector no longer emits would stay for ever. */
static void test_dropped_kind_is_closed(void **state)
{
	struct kit *kit = *state;
	struct ep_dataset_ref ref =
		kit_ref("printix.users", KIT_ACCOUNTS | 1u << EP_KIND_team);
	struct ep_row ana = kit_account("1", NULL, "Ana", 0);
	struct ep_row team = { .kind = EP_KIND_team };
	enum ep_coverage_status status[] = { EP_COVERAGE_COMPLETE,
					     EP_COVERAGE_PARTIAL,
					     EP_COVERAGE_COMPLETE };

	kit_set(&team, "id", "g");
	for (int n = 0; n < 3; n++) {
		void *dataset;

		if (n) {
			ref.connector_version = 2;
			ref.kinds = KIT_ACCOUNTS;
		}
		kit_begin(kit);
		dataset = kit_start(kit, &ref);
		kit_row(kit, dataset, &ana);
		if (!n)
			kit_row(kit, dataset, &team);
		kit_finish(kit, dataset, status[n]);
		kit_end(kit);
		assert_int_equal(kit_int(kit, "SELECT count(*) FROM now_team"),
				 n < 2);
	}
}

/* Listings shift while they are read: the later row of a key counts. */
static void test_repeats(void **state)
{
	struct kit *kit = *state;
	struct ep_dataset_ref ref = kit_ref("printix.users", KIT_ACCOUNTS);
	struct ep_row first = kit_account("1", NULL, "Ana", 0);
	struct ep_row second = kit_account("1", NULL, "Anna", 0);
	void *dataset;

	for (int i = 0; i < 2; i++) {
		kit_begin(kit);
		dataset = kit_start(kit, &ref);
		assert_false(kit_row(kit, dataset, &first));
		assert_true(kit_row(kit, dataset, &second));
		kit_finish(kit, dataset, EP_COVERAGE_COMPLETE);
		kit_end(kit);
	}
	kit_ok(kit, ep_store_as_of(kit->store, 0, &kit->err));
	/* In the second night "Ana" came and went within the listing. */
	kit_assert_dump(kit, "SELECT name, changed_run FROM account",
			"Anna|1\n");
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM history"), 0);
}

/* The vendor's word stays beside ours; absent, null and value differ. */
static void test_cells_stay_apart(void **state)
{
	struct kit *kit = *state;
	struct ep_dataset_ref ref = kit_ref("printix.users", KIT_ACCOUNTS);
	struct ep_row row = { .kind = EP_KIND_account };
	int seen_column = ep_entity_column(ep_entity(EP_KIND_account),
					   "last_seen_at");
	int state_column = ep_entity_column(ep_entity(EP_KIND_account),
					    "state");
	void *dataset;

	kit_set(&row, "id", "1");
	kit_set(&row, "name", NULL);
	kit_set(&row, "state", "unknown");
	row.cell[state_column].word = "FROZEN";
	row.attr = "{\"a\":1}";
	kit_begin(kit);
	dataset = kit_start(kit, &ref);
	kit_row(kit, dataset, &row);
	kit_finish(kit, dataset, EP_COVERAGE_COMPLETE);
	kit_end(kit);
	kit_ok(kit, ep_store_as_of(kit->store, 0, &kit->err));
	kit_assert_dump(kit, "SELECT state, state_word, name, email, attr "
			"FROM account", "unknown|FROZEN|-|-|{\"a\":1}\n");
	/* id, name and state were sent; bit per column. */
	assert_int_equal(kit_int(kit, "SELECT absent FROM now_account"),
			 ((1 << 12) - 1) & ~(1 << 0 | 1 << 3 | 1 << 4) &
			 ~(1 << seen_column));
	/* Nothing that moves was. */
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM moving_account"),
			 0);
	/* From null to absent is a change, and it leads back. */
	row.cell[3].state = EP_CELL_ABSENT;
	kit_begin(kit);
	dataset = kit_start(kit, &ref);
	kit_row(kit, dataset, &row);
	kit_finish(kit, dataset, EP_COVERAGE_COMPLETE);
	kit_end(kit);
	kit_ok(kit, ep_store_as_of(kit->store, 1, &kit->err));
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM history"), 1);
	assert_int_equal(kit_int(kit, "SELECT absent & 8 FROM "
				 "temp.then_account"), 0);
}

static void test_wrong_kind_is_refused(void **state)
{
	struct kit *kit = *state;
	struct ep_dataset_ref ref = kit_ref("printix.users", KIT_ACCOUNTS);
	struct ep_row row = { .kind = EP_KIND_team };
	struct ep_err err = EP_ERR_INIT;
	bool repeat;
	void *dataset;

	kit_set(&row, "id", "1");
	kit_begin(kit);
	dataset = kit_start(kit, &ref);
	assert_int_equal(kit->sink.row(kit->sink.to, dataset, &row, &repeat,
				       &err), EP_EBUG);
	kit_finish(kit, dataset, EP_COVERAGE_COMPLETE);
	kit_end(kit);
}

/* A record without its key may be one that is stored already. */
static void test_refused_row_spoils(void **state)
{
	struct kit *kit = *state;
	struct ep_dataset_ref ref = kit_ref("printix.users", KIT_ACCOUNTS);
	struct ep_row row = kit_account("1", NULL, "Ana", 0);
	struct ep_row keyless = { .kind = EP_KIND_account };
	struct ep_err err = EP_ERR_INIT;
	bool repeat;
	void *dataset;

	night(kit, "Ben", 100, EP_COVERAGE_COMPLETE);
	kit_begin(kit);
	dataset = kit_start(kit, &ref);
	kit_row(kit, dataset, &row);
	assert_int_equal(kit->sink.row(kit->sink.to, dataset, &keyless,
				       &repeat, &err), EP_EDATA);
	assert_int_equal(kit_finish(kit, dataset, EP_COVERAGE_COMPLETE),
			 EP_COVERAGE_PARTIAL);
	kit_assert_dump(kit, "SELECT status, reason GLOB "
			"'a record was refused: *' FROM coverage",
			"partial|1\n");
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM account"), 2);
	kit_end(kit);
}

/* A run may not end well over a dataset that never did. */
static void test_open_dataset_spoils_the_run(void **state)
{
	struct kit *kit = *state;
	struct ep_dataset_ref ref = kit_ref("printix.users", KIT_ACCOUNTS);
	struct ep_row row = kit_account("1", NULL, "Ana", 0);

	kit_begin(kit);
	kit_row(kit, kit_start(kit, &ref), &row);
	assert_int_equal(ep_store_run_end(kit->store, true, 0, 0, 0,
					  &kit->err), EP_EBUG);
	kit_assert_dump(kit, "SELECT state FROM run", "aborted\n");
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM now_account"), 0);
}

#define MANY 100000

#ifndef __has_feature
#define __has_feature(x) 0	/* clang's way to tell */
#endif

/* Sanitizers and valgrind use memory of their own. */
static bool is_instrumented(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || \
	__has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
	return true;
#else
	const char *preload = getenv("LD_PRELOAD");

	return preload && strstr(preload, "vgpreload");
#endif
}

static void many_night(struct kit *kit, int64_t *ret_changes)
{
	struct ep_dataset_ref ref = kit_ref("printix.users", KIT_ACCOUNTS);
	int64_t before;
	void *dataset;

	kit_begin(kit);
	before = kit_int(kit, "SELECT total_changes()");
	dataset = kit_start(kit, &ref);
	for (int i = 0; i < MANY; i++) {
		char id[40], email[40], name[40];
		struct ep_row row;

		snprintf(id, sizeof(id), "%08x-0000",
			 (unsigned int)i * 2654435761u);
		snprintf(email, sizeof(email), "u%d@acme.example", i);
		snprintf(name, sizeof(name), "User Number %d", i);
		row = kit_account(id, email, name, 1000 + i);
		kit_row(kit, dataset, &row);
	}
	kit_finish(kit, dataset, EP_COVERAGE_COMPLETE);
	*ret_changes = kit_int(kit, "SELECT total_changes()") - before;
	kit_end(kit);
}

/* What did not change is not written, and nothing is held in memory that
 * grows with what is: the differences of the first night go to a file. */
static void test_many_rows(void **state)
{
	struct kit *kit = *state;
	struct rusage before, after;
	int64_t changes = 0;

	getrusage(RUSAGE_SELF, &before);
	many_night(kit, &changes);
	assert_true(changes >= MANY);
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM now_account"),
			 MANY);
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM now_account JOIN "
				 "moving_account USING(rid) WHERE "
				 "email_key = 'acme.example' || char(31) || 'u' || "
				 "(last_seen_at - 1000) AND name = 'User Number ' "
				 "|| (last_seen_at - 1000)"), MANY);
	many_night(kit, &changes);
	/* The coverage, and how far the log and the row ids came. */
	assert_true(changes <= 4);
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM now_account"),
			 MANY);
	getrusage(RUSAGE_SELF, &after);
	if (!is_instrumented())
		assert_true(after.ru_maxrss - before.ru_maxrss < 80 * 1024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
		T(test_first_sight_is_no_drift),
		T(test_unchanged_writes_nothing),
		T(test_change_is_kept),
		T(test_volatile_makes_no_version),
		T(test_gone_and_back),
		T(test_incomplete_never_closes),
		T(test_only_usable_reads_are_taken),
		T(test_epoch_lasts_until_complete),
		T(test_new_connector_is_no_drift),
		T(test_dropped_kind_is_closed),
		T(test_repeats),
		T(test_cells_stay_apart),
		T(test_wrong_kind_is_refused),
		T(test_refused_row_spoils),
		T(test_open_dataset_spoils_the_run),
		T(test_many_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
