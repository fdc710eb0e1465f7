/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads by changes in the store: what they leave, what makes them doubtful,
 * and when the place to go on from is lost.
 */
#include "store_kit.h"

#include "base/alloc.h"

#define KEYS "SELECT group_concat(key || '=' || name) FROM " \
	     "(SELECT key, name FROM account ORDER BY key)"

static struct ep_dataset_ref ref_of(bool changes)
{
	struct ep_dataset_ref ref = kit_ref("printix.users", KIT_ACCOUNTS);

	ref.changes = changes;
	return ref;
}

static void row(struct kit *kit, void *dataset, const char *id,
		const char *name)
{
	struct ep_row row = kit_account(id, NULL, name, 0);

	kit_row(kit, dataset, &row);
}

static void gone(struct kit *kit, void *dataset, const char *id)
{
	struct ep_row key = kit_account(id, NULL, NULL, 0);

	kit_ok(kit, kit->sink.gone(kit->sink.to, dataset, &key, &kit->err));
}

static void mark(struct kit *kit, void *dataset, const char *token)
{
	kit_ok(kit, kit->sink.mark(kit->sink.to, dataset, "basis", token,
				   &kit->err));
}

/* A night that reads everything: ids are single letters. */
static void full(struct kit *kit, const char *ids, const char *token,
		 enum ep_coverage_status status)
{
	struct ep_dataset_ref ref = ref_of(false);
	void *dataset;

	kit_begin(kit);
	dataset = kit_start(kit, &ref);
	for (; *ids; ids++) {
		char id[2] = { *ids, '\0' };

		row(kit, dataset, id, "full");
	}
	if (token)
		mark(kit, dataset, token);
	kit_finish(kit, dataset, status);
	kit_end(kit);
}

static void *start_changes(struct kit *kit)
{
	struct ep_dataset_ref ref = ref_of(true);

	kit_begin(kit);
	return kit_start(kit, &ref);
}

static enum ep_coverage_status end_changes(struct kit *kit, void *dataset,
					   const char *token,
					   enum ep_coverage_status status)
{
	if (token)
		mark(kit, dataset, token);
	status = kit_finish(kit, dataset, status);
	kit_end(kit);
	kit_ok(kit, ep_store_as_of(kit->store, 0, &kit->err));
	return status;
}

/* What the next read by changes would go on from; "-" nothing. */
static void assert_token(struct kit *kit, const char *basis, int version,
			 const char *want)
{
	struct ep_dataset_ref ref = ref_of(false);
	struct ep_bookmark mark;

	ref.connector_version = version;
	kit_begin(kit);
	kit_ok(kit, kit->sink.bookmark(kit->sink.to, &ref, basis, &mark,
				       &kit->err));
	assert_string_equal(mark.token ? mark.token : "-", want);
	ep_free(mark.token);
	kit_ok(kit, ep_store_run_end(kit->store, false, 0, 0, 0, &kit->err));
}

static void test_what_is_not_mentioned_stays(void **state)
{
	struct kit *kit = *state;
	void *dataset;

	full(kit, "abc", "t1", EP_COVERAGE_COMPLETE);
	dataset = start_changes(kit);
	row(kit, dataset, "b", "new");
	row(kit, dataset, "d", "new");
	gone(kit, dataset, "a");
	assert_null(kit->sink.doubt(kit->sink.to, dataset));
	assert_int_equal(end_changes(kit, dataset, "t2", EP_COVERAGE_COMPLETE),
			 EP_COVERAGE_COMPLETE);
	kit_assert_dump(kit, KEYS, "b=new,c=full,d=new\n");
	kit_assert_dump(kit, "SELECT status, rows, changes, since_run, "
			"full_run, stale FROM coverage",
			"complete|3|1|1|1|0\n");
	kit_assert_dump(kit, "SELECT op, key FROM moved WHERE run = 2 "
			"ORDER BY key", "close|a\nchange|b\nopen|d\n");
	assert_token(kit, "basis", 1, "t2");
	/* The past is still the past. */
	kit_ok(kit, ep_store_as_of(kit->store, 1, &kit->err));
	kit_assert_dump(kit, KEYS, "a=full,b=full,c=full\n");
}

static void test_nothing_changed_is_no_collapse(void **state)
{
	struct kit *kit = *state;

	full(kit, "ab", "t1", EP_COVERAGE_COMPLETE);
	assert_int_equal(end_changes(kit, start_changes(kit), "t2",
				     EP_COVERAGE_COMPLETE),
			 EP_COVERAGE_COMPLETE);
	kit_assert_dump(kit, KEYS, "a=full,b=full\n");
	assert_int_equal(kit_int(kit, "SELECT rows FROM coverage"), 2);
}

static void test_partial_changes_close_nothing(void **state)
{
	struct kit *kit = *state;
	void *dataset;

	full(kit, "ab", "t1", EP_COVERAGE_COMPLETE);
	dataset = start_changes(kit);
	row(kit, dataset, "c", "new");
	gone(kit, dataset, "a");
	end_changes(kit, dataset, "t2", EP_COVERAGE_PARTIAL);
	kit_assert_dump(kit, KEYS, "a=full,b=full,c=new\n");
	/* The next one tells all of it again. */
	assert_token(kit, "basis", 1, "t1");
}

static void test_a_failed_read_keeps_the_place(void **state)
{
	struct kit *kit = *state;

	full(kit, "ab", "t1", EP_COVERAGE_COMPLETE);
	end_changes(kit, start_changes(kit), NULL, EP_COVERAGE_FAILED);
	assert_token(kit, "basis", 1, "t1");
	full(kit, "", NULL, EP_COVERAGE_DENIED);
	assert_token(kit, "basis", 1, "t1");
}

static void test_other_reads_take_the_place_away(void **state)
{
	static const struct {
		const char *ids;
		const char *token;
		enum ep_coverage_status status;
		const char *left;
	} other[] = {
		{ "ab", NULL, EP_COVERAGE_COMPLETE, "-" },
		{ "abc", "t9", EP_COVERAGE_PARTIAL, "-" },
		{ "", "t9", EP_COVERAGE_COMPLETE, "-" },	/* held */
		{ "ab", "t9", EP_COVERAGE_COMPLETE, "t9" },
	};
	struct kit *kit = *state;

	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		full(kit, "ab", "t1", EP_COVERAGE_COMPLETE);
		assert_token(kit, "basis", 1, "t1");
		full(kit, other[i].ids, other[i].token, other[i].status);
		assert_token(kit, "basis", 1, other[i].left);
	}
}

static void test_another_basis_has_no_place(void **state)
{
	struct kit *kit = *state;

	full(kit, "ab", "t1", EP_COVERAGE_COMPLETE);
	assert_token(kit, "other", 1, "-");
	assert_token(kit, "basis", 2, "-");
	assert_token(kit, "basis", 1, "t1");
}

static void test_a_killed_run_keeps_the_place(void **state)
{
	struct kit *kit = *state;
	void *dataset;

	full(kit, "ab", "t1", EP_COVERAGE_COMPLETE);
	dataset = start_changes(kit);
	row(kit, dataset, "c", "new");
	mark(kit, dataset, "t2");
	kit_close(kit);	/* the dataset in flight is lost, nothing else */
	kit_open(kit, true);
	assert_token(kit, "basis", 1, "t1");
	kit_ok(kit, ep_store_as_of(kit->store, 0, &kit->err));
	kit_assert_dump(kit, KEYS, "a=full,b=full\n");
}

static void test_changes_need_something_to_change(void **state)
{
	struct kit *kit = *state;
	struct ep_dataset_ref ref = ref_of(true);
	void *dataset = NULL;

	kit_begin(kit);
	assert_int_equal(kit->sink.begin(kit->sink.to, &ref, &dataset,
					 &kit->err), EP_EBUG);
	kit_end(kit);
	full(kit, "a", NULL, EP_COVERAGE_COMPLETE);
	ref.connector_version = 2;
	kit_begin(kit);
	assert_int_equal(kit->sink.begin(kit->sink.to, &ref, &dataset,
					 &kit->err), EP_EBUG);
}

static void assert_doubt(struct kit *kit, void *dataset, const char *part)
{
	const char *why = kit->sink.doubt(kit->sink.to, dataset);

	assert_non_null(why);
	if (!strstr(why, part))
		fail_msg("\"%s\" does not say \"%s\"", why, part);
	/* Whoever ends it all the same gets no complete dataset. */
	assert_int_equal(end_changes(kit, dataset, "t2", EP_COVERAGE_COMPLETE),
			 EP_COVERAGE_FAILED);
	assert_token(kit, "basis", 1, "t1");
}

static void test_contradictions(void **state)
{
	struct kit *kit = *state;
	void *dataset;

	full(kit, "abc", "t0", EP_COVERAGE_COMPLETE);
	full(kit, "ab", "t1", EP_COVERAGE_COMPLETE);
	dataset = start_changes(kit);
	gone(kit, dataset, "c");	/* is gone, and that is known */
	gone(kit, dataset, "a");
	gone(kit, dataset, "a");
	row(kit, dataset, "b", "same");
	row(kit, dataset, "b", "same");
	assert_null(kit->sink.doubt(kit->sink.to, dataset));
	row(kit, dataset, "b", "other");
	assert_doubt(kit, dataset, "two different things");
	dataset = start_changes(kit);
	gone(kit, dataset, "x");
	assert_doubt(kit, dataset, "never seen (x)");
	dataset = start_changes(kit);
	row(kit, dataset, "a", "new");
	gone(kit, dataset, "a");
	assert_doubt(kit, dataset, "there and that it is gone");
	dataset = start_changes(kit);
	gone(kit, dataset, "a");
	row(kit, dataset, "a", "new");
	assert_doubt(kit, dataset, "there and that it is gone");
	full(kit, "ab", "t1", EP_COVERAGE_COMPLETE);
	dataset = start_changes(kit);
	gone(kit, dataset, "a");
	gone(kit, dataset, "b");
	assert_doubt(kit, dataset, "removes all 2 records");
	kit_assert_dump(kit, KEYS, "a=full,b=full\n");
}

static void test_a_dropped_read_leaves_nothing(void **state)
{
	struct kit *kit = *state;
	struct ep_dataset_ref ref = ref_of(false);
	void *dataset;

	full(kit, "ab", "t1", EP_COVERAGE_COMPLETE);
	dataset = start_changes(kit);
	row(kit, dataset, "c", "new");
	gone(kit, dataset, "a");
	kit->sink.drop(kit->sink.to, dataset);
	dataset = kit_start(kit, &ref);
	row(kit, dataset, "a", "again");
	row(kit, dataset, "b", "full");
	end_changes(kit, dataset, "t2", EP_COVERAGE_COMPLETE);
	kit_assert_dump(kit, KEYS, "a=again,b=full\n");
	assert_int_equal(kit_int(kit, "SELECT changes FROM coverage"), 0);
	assert_token(kit, "basis", 1, "t2");
}

/* Where nobody tells of removals, the rows are as old as the last read that
 * would have missed one. */
static void test_bounded_reads_age(void **state)
{
	struct kit *kit = *state;

	full(kit, "ab", "t1", EP_COVERAGE_COMPLETE);
	for (int night = 2; night <= 3; night++) {
		void *dataset = start_changes(kit);
		struct ep_coverage coverage;

		ep_coverage_init(&coverage);
		coverage.bounded = true;
		coverage.started_at = coverage.ended_at = ep_clock_now();
		mark(kit, dataset, "t2");
		kit_ok(kit, kit->sink.end(kit->sink.to, dataset, &coverage,
					  &kit->err));
		ep_coverage_release(&coverage);
		kit_end(kit);
		kit_ok(kit, ep_store_as_of(kit->store, 0, &kit->err));
		/* Allowed are 26 hours. */
		assert_int_equal(kit_int(kit, "SELECT age FROM coverage"),
				 (night - 1) * KIT_NIGHT);
		assert_int_equal(kit_int(kit, "SELECT stale FROM coverage"),
				 night == 3);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
		T(test_what_is_not_mentioned_stays),
		T(test_nothing_changed_is_no_collapse),
		T(test_partial_changes_close_nothing),
		T(test_a_failed_read_keeps_the_place),
		T(test_other_reads_take_the_place_away),
		T(test_another_basis_has_no_place),
		T(test_a_killed_run_keeps_the_place),
		T(test_changes_need_something_to_change),
		T(test_contradictions),
		T(test_a_dropped_read_leaves_nothing),
		T(test_bounded_reads_age),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
