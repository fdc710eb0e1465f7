/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is indexed ahead must be what would be indexed when it is needed, and
 * nothing may depend on whether it was.
 */
#include "store_kit.h"

#include "store/inside.h"
#include "store/preload.h"
#include "store/rowload.h"

#define ROWS 500
#define SETS 8

static int64_t dataset_id(struct kit *kit, int i)
{
	char sql[96];

	snprintf(sql, sizeof(sql), "SELECT id FROM dataset WHERE name = "
		 "'printix.users%d'", i);
	return kit_int(kit, sql);
}

static void fill(struct kit *kit)
{
	kit_begin(kit);
	for (int i = 0; i < SETS; i++) {
		char name[32];
		struct ep_dataset_ref ref;
		void *dataset;

		snprintf(name, sizeof(name), "printix.users%d", i);
		ref = kit_ref(name, KIT_ACCOUNTS);
		dataset = kit_start(kit, &ref);
		for (int k = 0; k < ROWS; k++) {
			char id[32];
			struct ep_row row;

			snprintf(id, sizeof(id), "%d-%d", i, k);
			row = kit_account(id, "a@b.example", id, k);
			kit_row(kit, dataset, &row);
		}
		kit_finish(kit, dataset, EP_COVERAGE_COMPLETE);
	}
	kit_end(kit);
}

static void assert_same(const struct ep_rowindex *got,
			const struct ep_rowindex *want)
{
	assert_int_equal(got->n, want->n);
	for (size_t i = 0; i < want->n; i++) {
		const struct ep_entry *entry =
			ep_rowindex_by_rid(got, want->v[i].kind,
					   want->v[i].rid);

		assert_non_null(entry);
		assert_memory_equal(&entry->print, &want->v[i].print,
				    sizeof(entry->print));
	}
}

/* True when the thread had it. */
static bool compare(struct kit *kit, struct ep_preload *preload, int64_t id)
{
	struct ep_rowindex got, want;
	bool taken;

	ep_rowindex_init(&got);
	ep_rowindex_init(&want);
	kit_ok(kit, ep_rowload(kit->store->db, kit->store->secret, id,
			       KIT_ACCOUNTS, &want, &kit->err));
	assert_int_equal(want.n, ROWS);
	taken = ep_preload_take(preload, id, KIT_ACCOUNTS, &got);
	if (taken)
		assert_same(&got, &want);
	assert_false(ep_preload_take(preload, id, KIT_ACCOUNTS, &got));
	ep_rowindex_release(&got);
	ep_rowindex_release(&want);
	return taken;
}

static void test_it_is_what_is_stored(void **state)
{
	struct ep_preload *preload;
	struct ep_rowindex none;
	struct kit kit;
	int taken = 0;

	(void)state;
	kit_init(&kit);
	kit_open(&kit, true);
	fill(&kit);
	preload = ep_preload_new(kit.path, kit.store->secret);
	assert_non_null(preload);
	for (int round = 0; round < 200 && !taken; round++) {
		for (int i = 0; i < SETS; i++)
			ep_preload_ask(preload, dataset_id(&kit, i),
				       KIT_ACCOUNTS);
		for (int i = 0; i < SETS; i++)
			taken += compare(&kit, preload, dataset_id(&kit, i));
	}
	assert_true(taken > 0);
	/* Of other kinds, never asked for, or by nobody. */
	ep_rowindex_init(&none);
	ep_preload_ask(preload, dataset_id(&kit, 0), 0);
	assert_false(ep_preload_take(preload, dataset_id(&kit, 0),
				     KIT_ACCOUNTS, &none));
	assert_false(ep_preload_take(preload, 12345, KIT_ACCOUNTS, &none));
	assert_false(ep_preload_take(NULL, 1, KIT_ACCOUNTS, &none));
	assert_int_equal(none.n, 0);
	/* Wishes that nobody takes go with it. */
	ep_preload_ask(preload, dataset_id(&kit, 1), KIT_ACCOUNTS);
	ep_preload_free(preload);
	ep_preload_free(NULL);
	kit_release(&kit);
}

static void test_without_a_database_there_is_none(void **state)
{
	uint8_t secret[EP_HASH_SECRET_BYTES] = { 0 };

	(void)state;
	assert_null(ep_preload_new("t_preload-nowhere/x.db", secret));
}

/* Where there can be none it is found out once in a run. */
static void test_it_is_tried_once(void **state)
{
	struct ep_dataset_ref ref = kit_ref("printix.users0", KIT_ACCOUNTS);
	char *path;
	struct kit kit;

	(void)state;
	kit_init(&kit);
	kit_open(&kit, true);
	fill(&kit);
	kit_begin(&kit);
	path = kit.store->path;
	kit.store->path = ep_strdup("t_preload-nowhere/x.db");
	kit.sink.prepare(kit.sink.to, &ref);
	assert_null(kit.store->preload);
	ep_free(kit.store->path);
	kit.store->path = path;
	kit.sink.prepare(kit.sink.to, &ref);
	assert_null(kit.store->preload);
	kit_end(&kit);
	kit_begin(&kit);
	kit.sink.prepare(kit.sink.to, &ref);
	assert_non_null(kit.store->preload);
	kit_end(&kit);
	kit_release(&kit);
}

/* A dataset that this very run has written is read after that. */
static void test_what_this_run_wrote_is_seen(void **state)
{
	struct ep_dataset_ref ref = kit_ref("printix.users0", KIT_ACCOUNTS);
	struct ep_row old = kit_account("0-1", "a@b.example", "0-1", 1);
	struct ep_row new = kit_account("new", "n@b.example", "New", 1);
	struct kit kit;
	void *dataset;

	(void)state;
	kit_init(&kit);
	kit_open(&kit, true);
	fill(&kit);
	kit_begin(&kit);
	for (int i = 0; i < 2; i++) {
		kit.sink.prepare(kit.sink.to, &ref);
		dataset = kit_start(&kit, &ref);
		kit_row(&kit, dataset, &old);
		kit_row(&kit, dataset, &new);
		kit_finish(&kit, dataset, EP_COVERAGE_COMPLETE);
	}
	kit_end(&kit);
	kit_assert_dump(&kit, "SELECT count(*), max(n.key) FROM now_account n "
			"JOIN dataset d ON d.id = n.dataset WHERE d.name = "
			"'printix.users0'", "2|new\n");
	kit_assert_dump(&kit, "SELECT op, count(*) FROM history WHERE run = 2 "
			"GROUP BY 1", "1|1\n3|499\n");
	kit_release(&kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_is_what_is_stored),
		cmocka_unit_test(test_without_a_database_there_is_none),
		cmocka_unit_test(test_it_is_tried_once),
		cmocka_unit_test(test_what_this_run_wrote_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
