/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random nights against a keeper that copies everything: whatever the vendor
 * did, and however the reads went, the store must show every night again
 * exactly as it was.
 */
#include "store_kit.h"

#include "base/alloc.h"
#include "store/inside.h"
#include "store/layout.h"

#define NIGHTS 25
#define RECORDS 30
#define DATASETS 3	/* accounts; accounts and agents; agents */

enum field { NAME, ADDRESS, WORD, SEEN, USER, ATTR, FIELDS };

/* 0 absent, 1 null, above: values. */
struct record {
	bool there;
	int field[FIELDS];
};

struct kept {
	bool there;
	int field[FIELDS];
	int64_t first_run;
	int64_t changed_run;
};

static struct record vendor[DATASETS][2][RECORDS];
static struct kept keeper[DATASETS][2][RECORDS];
static const enum ep_kind kinds[2] = { EP_KIND_account, EP_KIND_agent };
static const unsigned dataset_kinds[DATASETS] = { 1, 3, 2 };
static const char *const dataset_names[DATASETS] = { "a.users", "b.all",
						     "c.agents" };

static uint64_t dice_state;

static unsigned dice(unsigned sides)
{
	dice_state = dice_state * UINT64_C(6364136223846793005) +
		     UINT64_C(1442695040888963407);
	return (unsigned)(dice_state >> 33) % sides;
}

/* --- the vendor --------------------------------------------------------- */

static void live_record(struct record *r)
{
	if (dice(10) == 0)
		r->there = !r->there;
	for (int f = 0; f < FIELDS; f++) {
		bool often = f == SEEN || f == USER;

		if (dice(often ? 2 : 12) == 0)
			r->field[f] = (int)dice(5);
	}
}

static void live(void)
{
	for (int d = 0; d < DATASETS; d++)
		for (int k = 0; k < 2; k++)
			for (int i = 0; i < RECORDS; i++)
				live_record(&vendor[d][k][i]);
}

struct texts {
	char key[16];
	char field[FIELDS][64];
};

static void set_field(struct ep_row *row, struct texts *texts, enum field f,
		      const char *column, int value)
{
	static const char *const mail[] = { "x@a.example", "y@b.example",
					    "login" };

	if (value == 0)
		return;
	snprintf(texts->field[f], sizeof(texts->field[f]), "%c%d", "NAWSUT"[f],
		 value);
	kit_set(row, column, value == 1 ? NULL :
		f == ADDRESS ? mail[value - 2] : texts->field[f]);
}

static struct ep_row make_row(enum ep_kind kind, int i,
			      const struct record *r, struct texts *texts)
{
	struct ep_row row = { .kind = kind };
	bool account = kind == EP_KIND_account;
	int word = ep_entity_column(ep_entity(kind), "state");

	snprintf(texts->key, sizeof(texts->key), "k%02d", i);
	kit_set(&row, "id", texts->key);
	set_field(&row, texts, NAME, "name", r->field[NAME]);
	if (account)
		set_field(&row, texts, ADDRESS, "email", r->field[ADDRESS]);
	else
		set_field(&row, texts, USER, "user", r->field[USER]);
	if (r->field[WORD]) {
		set_field(&row, texts, WORD, "state", r->field[WORD]);
		row.cell[word].word = row.cell[word].text;
		if (row.cell[word].text)
			row.cell[word].text = "unknown";
	}
	if (r->field[SEEN] == 1)
		kit_set(&row, "last_seen_at", NULL);
	else if (r->field[SEEN])
		kit_set_int(&row, "last_seen_at", r->field[SEEN] * 1000);
	snprintf(texts->field[ATTR], sizeof(texts->field[ATTR]), "{\"q\":%d}",
		 r->field[ATTR]);
	row.attr = r->field[ATTR] ? texts->field[ATTR] : NULL;
	return row;
}

/* --- the keeper --------------------------------------------------------- */

static bool same_version(const struct kept *kept, const struct record *r,
			 bool account)
{
	return kept->field[NAME] == r->field[NAME] &&
	       (!account || kept->field[ADDRESS] == r->field[ADDRESS]) &&
	       kept->field[WORD] == r->field[WORD] &&
	       kept->field[ATTR] == r->field[ATTR];
}

static void keep(struct kept *kept, const struct record *r, bool account,
		 int64_t run)
{
	bool same = kept->there && same_version(kept, r, account);

	if (!kept->there)
		kept->first_run = run;
	if (!same)
		kept->changed_run = run;
	kept->there = true;
	memcpy(kept->field, r->field, sizeof(kept->field));
}

static void add_value(struct ep_buf *out, enum field f, int value)
{
	static const char *const mail[] = { "x@a.example", "y@b.example",
					    "login" };
	static const char *const lookup[] = { "a.example\x1fx",
					      "b.example\x1fy", "login" };

	if (f == ATTR && value)
		ep_buf_addf(out, "|{\"q\":%d}", value);
	else if (value < 2)
		ep_buf_adds(out, "|-");
	else if (f == ADDRESS)
		ep_buf_addf(out, "|%s|%s", mail[value - 2], lookup[value - 2]);
	else if (f == SEEN)
		ep_buf_addf(out, "|%d", value * 1000);
	else if (f == WORD)
		ep_buf_addf(out, "|unknown|W%d", value);
	else
		ep_buf_addf(out, "|%c%d", "NAWSUT"[f], value);
	if ((f == ADDRESS || f == WORD) && value < 2)
		ep_buf_adds(out, "|-");
}

/* id is column 0; the others as entity.def has them. */
static uint32_t absent_bits(const struct kept *kept, enum ep_kind kind)
{
	const struct ep_entity *entity = ep_entity(kind);
	bool account = kind == EP_KIND_account;
	static const struct {
		enum field field;
		const char *column;
		int only;	/* 0 both, 1 account, 2 agent */
	} sent[] = {
		{ NAME, "name", 0 }, { ADDRESS, "email", 1 },
		{ WORD, "state", 0 }, { SEEN, "last_seen_at", 0 },
		{ USER, "user", 2 },
	};
	uint32_t bits = (UINT32_C(1) << entity->columns) - 2;

	for (size_t i = 0; i < sizeof(sent) / sizeof(sent[0]); i++) {
		if (sent[i].only == (account ? 2 : 1) ||
		    kept->field[sent[i].field] == 0)
			continue;
		bits &= ~(UINT32_C(1) << ep_entity_column(entity,
							  sent[i].column));
	}
	return bits;
}

static char *keeper_dump(int k)
{
	struct ep_buf out;
	bool account = kinds[k] == EP_KIND_account;

	ep_buf_init(&out, 1 << 20);
	for (int d = 0; d < DATASETS; d++) {
		for (int i = 0; i < RECORDS; i++) {
			const struct kept *kept = &keeper[d][k][i];

			if (!kept->there)
				continue;
			ep_buf_addf(&out, "%s|k%02d", dataset_names[d], i);
			add_value(&out, NAME, kept->field[NAME]);
			if (account)
				add_value(&out, ADDRESS, kept->field[ADDRESS]);
			else
				add_value(&out, USER, kept->field[USER]);
			add_value(&out, WORD, kept->field[WORD]);
			add_value(&out, SEEN, kept->field[SEEN]);
			add_value(&out, ATTR, kept->field[ATTR]);
			ep_buf_addf(&out, "|%d|%d|%u\n", (int)kept->first_run,
				    (int)kept->changed_run,
				    absent_bits(kept, kinds[k]));
		}
	}
	return ep_buf_take(&out);
}

static char *store_dump(struct kit *kit, int k)
{
	const char *kind = ep_entity(kinds[k])->name;
	bool then = kit->store->rebuilt[kinds[k]];
	char absent[160] = "n.absent";
	char sql[1024];

	if (!then)
		snprintf(absent, sizeof(absent), "n.absent | coalesce((SELECT "
			 "m.absent FROM moving_%s m WHERE m.rid = n.rid), %u)",
			 kind, ep_layout_moving_bits(ep_layout(kinds[k])));
	snprintf(sql, sizeof(sql), "SELECT v.dataset, v.key, v.name, %s, "
		 "v.state, v.state_word, v.last_seen_at, v.attr, "
		 "v.first_run, v.changed_run, %s FROM %s v "
		 "JOIN dataset d ON d.name = v.dataset "
		 "JOIN %s_%s n ON n.dataset = d.id AND n.key = v.key "
		 "ORDER BY v.dataset, v.key",
		 k == 0 ? "v.email, v.email_key" : "v.user", absent, kind,
		 then ? "temp.then" : "main.now", kind);
	return kit_dump(kit, sql);
}

/* --- nights ------------------------------------------------------------- */

/* Reads each record with the given chance in a hundred, some twice. */
static void read_rows(struct kit *kit, void *dataset, int d, unsigned chance,
		     bool taken)
{
	for (int k = 0; k < 2; k++) {
		for (int i = 0; i < RECORDS; i++) {
			struct record *r = &vendor[d][k][i];
			struct texts texts;
			struct ep_row row;

			if (!(dataset_kinds[d] & 1u << k) || !r->there ||
			    dice(100) >= chance)
				continue;
			if (dice(20) == 0) {
				struct record other = *r;

				/* It was another way a page before. */
				live_record(&other);
				row = make_row(kinds[k], i, &other, &texts);
				kit_row(kit, dataset, &row);
			}
			row = make_row(kinds[k], i, r, &texts);
			kit_row(kit, dataset, &row);
			if (taken)
				keep(&keeper[d][k][i], r,
				     kinds[k] == EP_KIND_account, kit->run);
		}
	}
}

static void forget_unseen(int d)
{
	for (int k = 0; k < 2; k++)
		for (int i = 0; i < RECORDS; i++)
			if (!vendor[d][k][i].there)
				keeper[d][k][i].there = false;
}

static void read_dataset(struct kit *kit, int d)
{
	struct ep_dataset_ref ref =
		kit_ref(dataset_names[d],
			(dataset_kinds[d] & 1 ? 1u << kinds[0] : 0) |
				(dataset_kinds[d] & 2 ? 1u << kinds[1] : 0));
	unsigned how = dice(100);
	enum ep_coverage_status status = EP_COVERAGE_COMPLETE;
	void *dataset;

	if (how < 6)
		return;
	if (how < 20)
		status = EP_COVERAGE_PARTIAL;
	else if (how < 26)
		status = EP_COVERAGE_FAILED;
	/* A new version of the connector now and then. */
	ref.connector_version = 1 + (int)(kit->run / 13);
	ref.transient = true;
	dataset = kit_start(kit, &ref);
	read_rows(kit, dataset, d, status == EP_COVERAGE_COMPLETE ? 100 : 60,
		  status != EP_COVERAGE_FAILED);
	assert_int_equal(kit_finish(kit, dataset, status), status);
	if (status == EP_COVERAGE_COMPLETE)
		forget_unseen(d);
}

static void check_night(struct kit *kit, int64_t run, char *const want[2])
{
	kit_ok(kit, ep_store_as_of(kit->store, run, &kit->err));
	for (int k = 0; k < 2; k++) {
		char *got = store_dump(kit, k);

		if (strcmp(got, want[k]) != 0)
			fail_msg("night %d, %s\n--- kept\n%s--- store\n%s",
				 (int)run, ep_entity(kinds[k])->name, want[k],
				 got);
		ep_free(got);
	}
}

static void random_history(uint64_t seed)
{
	static char *want[NIGHTS + 1][2];
	struct kit kit;

	dice_state = seed;
	memset(vendor, 0, sizeof(vendor));
	memset(keeper, 0, sizeof(keeper));
	kit_init(&kit);
	kit_open(&kit, true);
	for (int n = 1; n <= NIGHTS; n++) {
		live();
		kit_begin(&kit);
		for (int d = 0; d < DATASETS; d++) {
			read_dataset(&kit, d);
			/* Some are read twice in one night. */
			if (dice(8) == 0) {
				live();
				read_dataset(&kit, d);
			}
		}
		want[n][0] = keeper_dump(0);
		want[n][1] = keeper_dump(1);
		check_night(&kit, kit.run, want[n]);
		kit_end(&kit);
		if (dice(6) == 0) {
			kit_close(&kit);
			kit_open(&kit, true);
		}
	}
	for (int n = NIGHTS; n >= 1; n--)
		check_night(&kit, n, want[n]);
	for (int n = 0; n < NIGHTS; n++) {
		int any = 1 + (int)dice(NIGHTS);

		check_night(&kit, any, want[any]);
	}
	for (int n = 1; n <= NIGHTS; n++) {
		ep_free(want[n][0]);
		ep_free(want[n][1]);
	}
	kit_release(&kit);
}

static void test_every_night_comes_back(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 5; seed++)
		random_history(seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_night_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
