/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fingerprints beside the rows must say what the rows say: random nights are
 * read into two databases, one of which loses its fingerprints before each,
 * and all that is stored has to be equal.
 */
#include "store_kit.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "base/str.h"
#include "store/inside.h"
#include "store/listing.h"
#include "store/rowload.h"

#define USERS 40

static uint64_t state_of_dice;

static unsigned dice(unsigned sides)
{
	state_of_dice = state_of_dice * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(state_of_dice >> 33) % sides;
}

/* --- with and without --------------------------------------------------- */

static void put_account(struct kit *kit, void *dataset, unsigned id,
			unsigned look, unsigned seen)
{
	char text[3][32];
	struct ep_row row;

	snprintf(text[0], sizeof(text[0]), "u%u", id);
	snprintf(text[1], sizeof(text[1]), "u%u@hub.example", id);
	snprintf(text[2], sizeof(text[2]), "name %u", look);
	row = kit_account(text[0], text[1], text[2], seen);
	kit_row(kit, dataset, &row);
}

static void put_team(struct kit *kit, void *dataset, unsigned id)
{
	struct ep_row row = { .kind = EP_KIND_team };
	char text[32];

	snprintf(text, sizeof(text), "t%u", id);
	kit_set(&row, "id", text);
	kit_set(&row, "name", text);
	kit_row(kit, dataset, &row);
}

static void read_night(struct kit *kit, uint64_t seed, unsigned news)
{
	struct ep_dataset_ref ref = kit_ref("printix.users", KIT_ACCOUNTS |
					    1u << EP_KIND_team);
	void *dataset;
	bool whole;

	state_of_dice = seed;
	whole = dice(4) > 0;
	kit_begin(kit);
	dataset = kit_start(kit, &ref);
	for (unsigned i = 0; i < USERS; i++) {
		if (dice(news) == 0)
			continue;
		put_account(kit, dataset, i, dice(news) ? 0 : dice(3),
			    1000 + (dice(2) ? 0 : dice(5)));
		if (dice(5) == 0)
			put_team(kit, dataset, dice(8));
		/* One key twice, the later word holds. */
		if (dice(20) == 0)
			put_account(kit, dataset, i, dice(3), 1000);
	}
	kit_finish(kit, dataset,
		   whole ? EP_COVERAGE_COMPLETE : EP_COVERAGE_PARTIAL);
	kit_end(kit);
}

static const char *const dumps[] = {
	"SELECT rid, dataset, key, name, last_seen_at, still, absent, first_run, "
	"changed_run FROM account_rows ORDER BY key",
	"SELECT rid, dataset, key, name, first_run, changed_run "
	"FROM main.now_team ORDER BY key",
	"SELECT run, kind, rid, op, quiet, changed_run, key, old FROM "
	"main.history ORDER BY run, kind, op, rid",
	"SELECT run, kind, hex(undo) FROM main.volatile_history ORDER BY id",
	"SELECT dataset, part, length(prints) FROM main.listing ORDER BY 1, 2",
};

static void show_rows(struct kit *kit)
{
	kit_ok(kit, ep_db_exec(ep_store_db(kit->store),
			       "DROP VIEW IF EXISTS temp.account_rows; "
			       "CREATE TEMP VIEW account_rows AS SELECT n.*, "
			       "m.last_seen_at, m.absent AS still FROM "
			       "main.now_account n LEFT JOIN "
			       "main.moving_account m ON m.rid = n.rid", &kit->err));
}

static void compare(struct kit *with, struct kit *without, int night)
{
	show_rows(with);
	show_rows(without);
	for (size_t i = 0; i < sizeof(dumps) / sizeof(dumps[0]); i++) {
		char *got = kit_dump(with, dumps[i]);
		char *want = kit_dump(without, dumps[i]);

		if (!ep_str_eq(got, want))
			fail_msg("night %d: %s\n%s\nin place of\n%s", night,
				 dumps[i], got, want);
		ep_free(got);
		ep_free(want);
	}
}

/* What each night showed, its moving values too. */
static void compare_past(struct kit *with, struct kit *without, int nights)
{
	static const char past[] = "SELECT key, name, last_seen_at, first_run, "
				   "changed_run FROM account ORDER BY key";

	for (int run = 1; run <= nights; run++) {
		char *got, *want;

		kit_ok(with, ep_store_as_of(with->store, run, &with->err));
		kit_ok(without, ep_store_as_of(without->store, run,
					       &without->err));
		got = kit_dump(with, past);
		want = kit_dump(without, past);
		assert_string_equal(got, want);
		assert_true(strlen(got) > USERS);
		ep_free(got);
		ep_free(want);
	}
}

static void take_listings(struct kit *kit)
{
	kit_ok(kit, ep_store_flush(kit->store, &kit->err));
	kit_ok(kit, ep_db_exec(ep_store_db(kit->store),
			       "DELETE FROM main.listing", &kit->err));
}

static void test_same_rows_either_way(void **state)
{
	struct kit with, without;

	(void)state;
	for (uint64_t seed = 1; seed <= 12; seed++) {
		kit_init(&with);
		kit_init(&without);
		kit_open(&with, true);
		kit_open(&without, true);
		for (int night = 1; night <= 6; night++) {
			uint64_t of = seed * 1000 + (uint64_t)night;
			unsigned news = seed % 2 ? 3 : 30;

			ep_clock_fix(KIT_FIRST + night * KIT_NIGHT);
			read_night(&with, of, news);
			ep_clock_fix(KIT_FIRST + night * KIT_NIGHT);
			take_listings(&without);
			read_night(&without, of, news);
			compare(&with, &without, night);
		}
		compare_past(&with, &without, 6);
		kit_release(&with);
		kit_release(&without);
	}
}

/* --- what is written ------------------------------------------------------ */

static void many(struct kit *kit, unsigned n, unsigned look)
{
	struct ep_dataset_ref ref = kit_ref("printix.users", KIT_ACCOUNTS);
	void *dataset;

	kit_begin(kit);
	dataset = kit_start(kit, &ref);
	for (unsigned i = 0; i < n; i++)
		put_account(kit, dataset, i, look, 1);
	kit_finish(kit, dataset, EP_COVERAGE_COMPLETE);
	kit_end(kit);
}

/* Every row is in a pack, also when they become fewer; a night without news
 * writes none. */
static void test_packs_hold_all_rows(void **state)
{
	struct kit *kit = *state;
	struct ep_rowindex index;
	bool found;

	many(kit, 2 * EP_LISTING_ROWS_MAX + 1, 0);
	kit_assert_dump(kit, "SELECT part FROM main.listing ORDER BY 1",
			"0\n1\n2\n");
	kit_ok(kit, ep_db_exec(ep_store_db(kit->store), "CREATE TEMP TRIGGER "
			       "no_write BEFORE INSERT ON main.listing BEGIN "
			       "SELECT raise(FAIL, 'written'); END",
			       &kit->err));
	many(kit, 2 * EP_LISTING_ROWS_MAX + 1, 0);
	kit_ok(kit, ep_db_exec(ep_store_db(kit->store),
			       "DROP TRIGGER temp.no_write", &kit->err));
	many(kit, EP_LISTING_ROWS_MAX, 0);
	kit_assert_dump(kit, "SELECT part FROM main.listing", "0\n");
	ep_rowindex_init(&index);
	kit_ok(kit, ep_listing_load(kit->store->reader, 1, &index, &found,
				    &kit->err));
	assert_true(found);
	assert_int_equal(index.n, EP_LISTING_ROWS_MAX);
	for (size_t i = 1; i < index.n; i++)
		assert_true(index.v[i].rid > index.v[i - 1].rid);
	ep_rowindex_release(&index);
	ep_rowindex_init(&index);
	kit_ok(kit, ep_listing_load(kit->store->reader, 77, &index, &found,
				    &kit->err));
	assert_false(found);
}

/* --- keys ----------------------------------------------------------------- */

static struct ep_rowkey key_of(struct kit *kit, const char *text)
{
	struct ep_buf scratch = EP_BUF_INIT(256);
	struct ep_rowkey key = { .kind = EP_KIND_account, .text = text,
				 .len = strlen(text) };

	key.hash = ep_print_key(kit->store->secret, key.kind, text, key.len,
				&scratch);
	ep_buf_release(&scratch);
	return key;
}

static int find(struct kit *kit, struct ep_rowindex *index, const char *text,
		struct ep_entry **ret)
{
	struct ep_rowkey key = key_of(kit, text);

	return ep_rowload_find(kit->store->reader, kit->store->secret, 1, &key,
			       index, ret, &kit->err);
}

/* Asked for one by one or, once they are many, all at once: the same rows. */
static void test_keys_are_found(void **state)
{
	struct kit *kit = *state;
	struct ep_rowindex index;
	struct ep_entry *entry;
	char text[32];

	many(kit, 200, 0);
	ep_rowindex_init(&index);
	kit_ok(kit, ep_rowload(kit->store->reader, kit->store->secret, 1,
			       KIT_ACCOUNTS, &index, &kit->err));
	assert_int_equal(index.keyless, 200);
	kit_ok(kit, find(kit, &index, "nobody", &entry));
	assert_null(entry);
	kit_ok(kit, find(kit, &index, "u7", &entry));
	assert_int_equal(index.keyless, 199);
	for (unsigned i = 0; i < 200; i++) {
		snprintf(text, sizeof(text), "u%u", i);
		kit_ok(kit, find(kit, &index, text, &entry));
		assert_non_null(entry);
		assert_int_equal(entry->rid, i + 1);
	}
	assert_int_equal(index.keyless, 0);
	assert_true(index.sought < 100);
	kit_ok(kit, find(kit, &index, "nobody", &entry));
	assert_null(entry);
	ep_rowindex_release(&index);
}

/* --- damage --------------------------------------------------------------- */

static int load(struct kit *kit)
{
	struct ep_rowindex index;
	bool found;
	int rc;

	ep_rowindex_init(&index);
	rc = ep_listing_load(kit->store->reader, 1, &index, &found, &kit->err);
	ep_rowindex_release(&index);
	return rc;
}

static void damage(struct kit *kit, const char *sql)
{
	take_listings(kit);
	kit_ok(kit, ep_db_exec(ep_store_db(kit->store), sql, &kit->err));
}

static void test_damage_is_told(void **state)
{
	static const char *const bad[] = {
		"INSERT INTO main.listing VALUES(1, 0, x'')",
		"INSERT INTO main.listing VALUES(1, 0, x'02')",
		/* Another format, another kind. */
		"INSERT INTO main.listing VALUES(1, 0, x'0300')",
		"INSERT INTO main.listing VALUES(1, 0, x'02ff')",
		/* A row cut short, a row at no distance, one too far. */
		"INSERT INTO main.listing VALUES(1, 0, "
		"x'020102' || zeroblob(15))",
		"INSERT INTO main.listing VALUES(1, 0, "
		"x'020100' || zeroblob(16))",
		"INSERT INTO main.listing VALUES(1, 0, "
		"CAST(x'0201feffffffffffffffff7f' || zeroblob(16) || x'02' || "
		"zeroblob(16) AS BLOB))",
		/* The second pack begins before the first one ends. */
		"INSERT INTO main.listing VALUES(1, 0, "
		"CAST(x'020104' || zeroblob(16) AS BLOB)), "
		"(1, 1, CAST(x'020104' || zeroblob(16) AS BLOB))",
	};
	struct kit *kit = *state;

	many(kit, 3, 0);
	assert_int_equal(load(kit), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		damage(kit, bad[i]);
		if (load(kit) != EP_EDATA)
			fail_msg("taken for sound: %s", bad[i]);
	}
	damage(kit, "INSERT INTO main.listing VALUES(1, 0, "
	       "CAST(x'020104' || zeroblob(16) AS BLOB))");
	assert_int_equal(load(kit), 0);
	/* As version 4 wrote it. */
	damage(kit, "INSERT INTO main.listing VALUES(1, 0, "
	       "CAST(x'010104' || zeroblob(24) AS BLOB))");
	assert_int_equal(load(kit), 0);
}

/* A row that is in no pack: whoever comes across it says so, and nothing is
 * taken for read. */
static void test_row_without_print_is_told(void **state)
{
	struct ep_dataset_ref ref = kit_ref("printix.users", KIT_ACCOUNTS);
	struct kit *kit = *state;
	struct ep_row row = kit_account("u1", "u1@hub.example", "name 0", 1);
	struct ep_coverage coverage;
	bool repeat;
	void *dataset;

	many(kit, 3, 0);
	damage(kit, "INSERT INTO main.listing VALUES(1, 0, "
	       "CAST(x'020102' || zeroblob(16) AS BLOB))");
	kit_begin(kit);
	dataset = kit_start(kit, &ref);
	assert_int_equal(kit->sink.row(kit->sink.to, dataset, &row, &repeat,
				       &kit->err), EP_EDATA);
	ep_coverage_init(&coverage);
	coverage.status = EP_COVERAGE_COMPLETE;
	assert_int_equal(kit->sink.end(kit->sink.to, dataset, &coverage,
				       &kit->err), EP_EDATA);
	ep_coverage_release(&coverage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
		cmocka_unit_test(test_same_rows_either_way),
		T(test_packs_hold_all_rows),
		T(test_keys_are_found),
		T(test_damage_is_told),
		T(test_row_without_print_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
