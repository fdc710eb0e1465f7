/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who held a role: random nights against a keeper that remembers every look
 * whole, and the cases that a reader of the manual would try.
 */
#include "store_kit.h"

#include "base/alloc.h"
#include "store/who.h"

#define NIGHTS 30
#define KEYS 10
#define SETS 2
#define HOUR 3600

/* One look at one listing, as the keeper remembers it. */
struct look {
	bool there;	/* there was one in this run */
	int64_t run;
	int64_t from;
	int64_t to;
	enum ep_coverage_status status;
	bool present[KEYS];	/* stored after it */
	bool opened[KEYS];	/* became present in it */
	bool quiet[KEYS];	/* and that was an epoch's begin */
	bool sighted[KEYS];	/* opened or changed in it */
};

struct keeper {
	struct look look[NIGHTS + 1];
	bool present[KEYS];
	int word[KEYS];
	bool begun;
	bool settled;
	int version;
};

static struct keeper keepers[SETS];
static const int64_t max_age[SETS] = { 26 * HOUR, 7 * KIT_NIGHT };
static const char *const set_names[SETS] = { "a.roles", "b.roles" };

static uint64_t dice_state;

static unsigned dice(unsigned sides)
{
	dice_state = dice_state * UINT64_C(6364136223846793005) +
		     UINT64_C(1442695040888963407);
	return (unsigned)(dice_state >> 33) % sides;
}

/* --- nights --------------------------------------------------------------- */

struct vendor {
	bool there[KEYS];
	int word[KEYS];
};

static struct ep_row role_row(int i, int word, char account[16])
{
	static const char *const words[] = { "yes", "no", "unknown" };
	struct ep_row row = { .kind = EP_KIND_role };

	snprintf(account, 16, "k%02d", i);
	kit_set(&row, "account", account);
	kit_set(&row, "role", i % 3 ? "SITE_MANAGER" : "SYSTEM_MANAGER");
	kit_set(&row, "scope", i % 2 ? "north" : "");
	kit_set(&row, "privileged", words[word]);
	return row;
}

static void note_row(struct keeper *keeper, struct look *look, int i,
		     int word, bool quiet)
{
	if (!keeper->present[i]) {
		look->opened[i] = true;
		look->quiet[i] = quiet;
		look->sighted[i] = true;
	} else if (keeper->word[i] != word) {
		look->sighted[i] = true;
	}
	keeper->present[i] = true;
	keeper->word[i] = word;
}

static void note_look(struct keeper *keeper, struct look *look,
		      const struct vendor *vendor, const bool handed[KEYS],
		      const struct ep_dataset_ref *ref)
{
	bool complete = look->status == EP_COVERAGE_COMPLETE;
	bool quiet;

	memcpy(look->present, keeper->present, sizeof(look->present));
	if (!complete && look->status != EP_COVERAGE_PARTIAL)
		return;
	if (!keeper->begun || keeper->version != ref->connector_version)
		keeper->settled = false;
	quiet = !keeper->settled;
	keeper->begun = true;
	keeper->version = ref->connector_version;
	keeper->settled = keeper->settled || complete;
	for (int i = 0; i < KEYS; i++) {
		if (handed[i])
			note_row(keeper, look, i, vendor->word[i], quiet);
		else if (complete)
			keeper->present[i] = false;
	}
	memcpy(look->present, keeper->present, sizeof(look->present));
}

static enum ep_coverage_status roll_status(void)
{
	unsigned how = dice(100);

	if (how < 14)
		return EP_COVERAGE_PARTIAL;
	if (how < 20)
		return EP_COVERAGE_DENIED;
	return how < 24 ? EP_COVERAGE_FAILED : EP_COVERAGE_COMPLETE;
}

static void finish(struct kit *kit, void *dataset, int set, struct look *look)
{
	struct ep_coverage coverage;

	ep_coverage_init(&coverage);
	coverage.status = look->status;
	coverage.started_at = ep_clock_now();
	coverage.ended_at = ep_clock_now() + dice(2) * 600;
	look->from = coverage.started_at;
	look->to = coverage.ended_at;
	/* Somebody looked days before, perhaps before the file before. */
	if (set == 1) {
		coverage.captured_at = ep_clock_now() -
				       (int64_t)dice(4) * 20 * HOUR;
		look->from = look->to = coverage.captured_at;
	}
	kit_ok(kit, kit->sink.end(kit->sink.to, dataset, &coverage,
				  &kit->err));
	look->status = coverage.status;
	ep_coverage_release(&coverage);
}

static void look_at(struct kit *kit, int set, const struct vendor *vendor)
{
	struct ep_dataset_ref ref = kit_ref(set_names[set],
					    1u << EP_KIND_role);
	struct keeper *keeper = &keepers[set];
	struct look *look = &keeper->look[kit->run];
	bool handed[KEYS] = { false };
	unsigned chance;
	void *dataset;

	ref.connector_version = 1 + (int)(kit->run / 11);
	ref.max_age = max_age[set];
	ref.imported = set == 1;
	look->there = true;
	look->run = kit->run;
	look->status = roll_status();
	chance = look->status == EP_COVERAGE_COMPLETE ? 100 : 50;
	dataset = kit_start(kit, &ref);
	for (int i = 0; i < KEYS; i++) {
		char account[16];
		struct ep_row row = role_row(i, vendor->word[i], account);

		handed[i] = vendor->there[i] && dice(100) < chance;
		if (handed[i])
			kit_row(kit, dataset, &row);
	}
	finish(kit, dataset, set, look);
	note_look(keeper, look, vendor, handed, &ref);
}

static void live(struct vendor *vendor)
{
	for (int i = 0; i < KEYS; i++) {
		if (dice(6) == 0)
			vendor->there[i] = !vendor->there[i];
		if (dice(10) == 0)
			vendor->word[i] = (int)dice(3);
	}
	/* Now and then nobody is left, which the store does not believe. */
	if (dice(15) == 0)
		memset(vendor->there, 0, sizeof(vendor->there));
}

static void run_night(struct kit *kit, struct vendor vendor[SETS])
{
	kit_begin(kit);
	for (int set = 0; set < SETS; set++) {
		live(&vendor[set]);
		if (dice(set ? 3 : 8) == 0)
			continue;
		look_at(kit, set, &vendor[set]);
		if (dice(9) == 0) {
			live(&vendor[set]);
			look_at(kit, set, &vendor[set]);
		}
	}
	kit_end(kit);
	if (dice(5) == 0)
		ep_clock_fix(ep_clock_now() + KIT_NIGHT);
}

/* --- what the keeper says ------------------------------------------------- */

enum says { YES, NO, HIDDEN, NOTHING };

static enum says says(const struct keeper *keeper, const struct look *look,
		      int i)
{
	if (look->status != EP_COVERAGE_COMPLETE)
		return look->sighted[i] ? YES : NOTHING;
	if (look->present[i])
		return YES;
	for (int n = (int)look->run + 1; n <= NIGHTS; n++)
		if (keeper->look[n].opened[i])
			return keeper->look[n].quiet[i] ? HIDDEN : NO;
	return NO;
}

static bool earlier(const struct look *a, const struct look *b)
{
	if (a->to != b->to)
		return a->to < b->to;
	if (a->from != b->from)
		return a->from < b->from;
	return a->run < b->run;
}

/* The last look that ended by t, or the first that began at t or later. */
static const struct look *side(const struct keeper *keeper, int i, int64_t t,
			       bool before)
{
	const struct look *best = NULL;

	for (int n = 1; n <= NIGHTS; n++) {
		const struct look *look = &keeper->look[n];

		if (!look->there || says(keeper, look, i) == NOTHING ||
		    (before ? look->to > t : look->from < t))
			continue;
		if (!best || (before ? earlier(best, look)
				     : earlier(look, best)))
			best = look;
	}
	return best;
}

static bool within(const struct look *look, const struct look *a,
		   const struct look *b)
{
	return look->there && !earlier(look, a) && !earlier(b, look);
}

/* No look between a and b says otherwise than a, none is silent, and each
 * has another close by. */
static bool agreed(const struct keeper *keeper, int i, int64_t age,
		   const struct look *a, const struct look *b)
{
	const struct look *at = a;

	for (int n = 1; n <= NIGHTS; n++) {
		const struct look *look = &keeper->look[n];

		if (within(look, a, b) &&
		    says(keeper, look, i) != says(keeper, a, i))
			return false;
	}
	if (says(keeper, a, i) == HIDDEN)
		return false;
	while (at != b) {
		const struct look *next = NULL;

		for (int n = 1; n <= NIGHTS; n++) {
			const struct look *look = &keeper->look[n];

			if (within(look, at, b) && look != at &&
			    (!next || earlier(look, next)))
				next = look;
		}
		if (next->from - at->to > age)
			return false;
		at = next;
	}
	return true;
}

static void expect_at(const struct ep_who_holding *holding, int set, int i,
		      int64_t t)
{
	const struct keeper *keeper = &keepers[set];
	const struct look *before = side(keeper, i, t, true);
	const struct look *after = side(keeper, i, t, false);
	struct ep_who_moment moment = { .at = t };
	enum ep_who_answer want = EP_WHO_BETWEEN;
	struct ep_who_verdict got;

	if (before && after) {
		bool turned = earlier(after, before);

		if (agreed(keeper, i, max_age[set], turned ? after : before,
			   turned ? before : after))
			want = says(keeper, before, i) == YES ? EP_WHO_YES
							      : EP_WHO_NO;
	}
	ep_who_at(holding->listing, holding, &moment, &got);
	if (got.answer != want)
		fail_msg("%s k%02d at %lld: %d, kept is %d (run %d to %d)",
			 set_names[set], i, (long long)t, (int)got.answer,
			 (int)want, before ? (int)before->run : 0,
			 after ? (int)after->run : 0);
	assert_int_equal(got.before ? got.before->run : 0,
			 before ? before->run : 0);
	assert_int_equal(got.after ? got.after->run : 0,
			 after ? after->run : 0);
	if (before)
		assert_int_equal(got.before_held,
				 says(keeper, before, i) == YES);
	if (want == EP_WHO_BETWEEN)
		assert_int_not_equal(got.why, EP_WHO_AGREED);
}

/* Every look lies in exactly the span that it should. */
static void expect_spans(const struct ep_who_holding *holding, int set, int i)
{
	const struct keeper *keeper = &keepers[set];
	struct ep_who_spans spans = { 0 };

	ep_who_spans(holding, &spans);
	for (int n = 1; n <= NIGHTS; n++) {
		const struct look *look = &keeper->look[n];
		int in = 0;

		if (!look->there || says(keeper, look, i) == NOTHING)
			continue;
		for (size_t s = 0; s < spans.n; s++) {
			const struct look *first =
				&keeper->look[spans.v[s].first->run];
			const struct look *last =
				&keeper->look[spans.v[s].last->run];

			in += !earlier(look, first) && !earlier(last, look);
		}
		assert_int_equal(in, says(keeper, look, i) == YES);
	}
	for (size_t s = 0; s < spans.n; s++) {
		const struct ep_who_span *span = &spans.v[s];

		if (span->before)
			assert_int_equal(says(keeper, &keeper->look[
				span->before->run], i), NO);
		assert_int_equal(span->not_before, !span->before);
		if (span->after)
			assert_int_not_equal(says(keeper, &keeper->look[
				span->after->run], i), YES);
	}
	ep_vec_release(&spans);
}

static void check_holding(const struct ep_who_holding *holding)
{
	int set = strcmp(holding->listing->name, set_names[1]) == 0;
	int i = (holding->account[1] - '0') * 10 + holding->account[2] - '0';

	for (int n = 1; n <= NIGHTS; n++) {
		const struct look *look = &keepers[set].look[n];

		if (!look->there)
			continue;
		expect_at(holding, set, i, look->from);
		expect_at(holding, set, i, look->to);
		expect_at(holding, set, i, look->from - 1);
		expect_at(holding, set, i, look->to + 1);
	}
	for (int n = 0; n < 50; n++)
		expect_at(holding, set, i,
			  KIT_FIRST - 5 * KIT_NIGHT +
				  (int64_t)dice(45 * 24) * HOUR);
	expect_spans(holding, set, i);
}

static void random_history(uint64_t seed)
{
	struct ep_who_query query = { .system = "printix" };
	struct vendor vendor[SETS] = { 0 };
	struct ep_who who;
	size_t ever = 0;
	struct kit kit;

	dice_state = seed;
	memset(keepers, 0, sizeof(keepers));
	kit_init(&kit);
	kit_open(&kit, true);
	for (int n = 1; n <= NIGHTS; n++)
		run_night(&kit, vendor);
	kit_ok(&kit, ep_store_as_of(kit.store, 0, &kit.err));
	kit_ok(&kit, ep_who_load(ep_store_db(kit.store), &query, &who,
				 &kit.err));
	for (int set = 0; set < SETS; set++) {
		for (int i = 0; i < KEYS; i++) {
			bool any = false;

			for (int n = 1; n <= NIGHTS; n++)
				any = any || keepers[set].look[n].opened[i];
			ever += any;
		}
	}
	assert_int_equal(who.holding.n, ever);
	for (size_t i = 0; i < who.holding.n; i++)
		check_holding(who.holding.v[i]);
	ep_who_release(&who);
	kit_release(&kit);
}

static void test_random_histories(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 5; seed++)
		random_history(seed);
}

/* --- cases ---------------------------------------------------------------- */

/* A night with k00 (a system manager) there or not. */
static void night(struct kit *kit, enum ep_coverage_status status, bool there)
{
	struct ep_dataset_ref ref = kit_ref("a.roles", 1u << EP_KIND_role);
	char account[16], other[16];
	struct ep_row row = role_row(0, 0, account);
	struct ep_row rest = role_row(1, 0, other);
	void *dataset;

	kit_begin(kit);
	dataset = kit_start(kit, &ref);
	if (there)
		kit_row(kit, dataset, &row);
	kit_row(kit, dataset, &rest);
	kit_finish(kit, dataset, status);
	kit_end(kit);
}

static int64_t noon(int n)
{
	return KIT_FIRST + (n - 1) * KIT_NIGHT + 12 * HOUR;
}

static struct ep_who_verdict ask(struct kit *kit, const char *role, int64_t at,
				 int64_t run)
{
	struct ep_who_query query = { .role = role };
	struct ep_who_moment moment = { .at = at, .run = run };
	struct ep_who_verdict verdict;
	struct ep_who who;

	kit_ok(kit, ep_store_as_of(kit->store, 0, &kit->err));
	kit_ok(kit, ep_who_load(ep_store_db(kit->store), &query, &who,
				&kit->err));
	assert_int_equal(who.holding.n, 1);
	ep_who_at(who.holding.v[0]->listing, who.holding.v[0], &moment,
		  &verdict);
	/* The reads go with it. */
	verdict.before = verdict.after = verdict.gap = NULL;
	ep_who_release(&who);
	return verdict;
}

static void expect(struct kit *kit, int64_t at, enum ep_who_answer answer,
		   enum ep_who_why why)
{
	struct ep_who_verdict got = ask(kit, "system manager", at, 0);

	assert_int_equal(got.answer, answer);
	assert_int_equal(got.why, why);
}

static void test_certain_only_between_two_looks(void **state)
{
	struct kit *kit = *state;

	night(kit, EP_COVERAGE_COMPLETE, false);
	night(kit, EP_COVERAGE_COMPLETE, false);
	night(kit, EP_COVERAGE_COMPLETE, true);
	night(kit, EP_COVERAGE_COMPLETE, true);
	night(kit, EP_COVERAGE_COMPLETE, false);
	expect(kit, noon(0), EP_WHO_BETWEEN, EP_WHO_NOT_BEFORE);
	expect(kit, noon(1), EP_WHO_NO, EP_WHO_AGREED);
	expect(kit, noon(2), EP_WHO_BETWEEN, EP_WHO_MOVED);
	expect(kit, noon(3), EP_WHO_YES, EP_WHO_AGREED);
	expect(kit, noon(4), EP_WHO_BETWEEN, EP_WHO_MOVED);
	expect(kit, noon(5), EP_WHO_BETWEEN, EP_WHO_NOT_AFTER);
	assert_int_equal(ask(kit, "System-Manager", 0, 3).answer, EP_WHO_YES);
	assert_int_equal(ask(kit, "SYSTEM_MANAGER", 0, 5).answer, EP_WHO_NO);
}

/* What broke off, was refused or left out is never a no, nor a yes. */
static void test_gaps_are_no_answer(void **state)
{
	static const enum ep_coverage_status gaps[] = {
		EP_COVERAGE_PARTIAL, EP_COVERAGE_DENIED, EP_COVERAGE_FAILED,
		EP_COVERAGE_SKIPPED,
	};
	struct kit *kit = *state;
	int n = 2;

	night(kit, EP_COVERAGE_COMPLETE, true);
	night(kit, EP_COVERAGE_COMPLETE, false);
	for (size_t i = 0; i < 4; i++, n += 2) {
		night(kit, gaps[i], false);
		night(kit, EP_COVERAGE_COMPLETE, false);
		expect(kit, noon(n), EP_WHO_BETWEEN, EP_WHO_GAP);
		expect(kit, noon(n + 1), EP_WHO_BETWEEN, EP_WHO_GAP);
	}
	/* Nobody looked for two nights: nothing broke off, and yet. */
	ep_clock_fix(ep_clock_now() + 2 * KIT_NIGHT);
	night(kit, EP_COVERAGE_COMPLETE, false);
	expect(kit, noon(n), EP_WHO_BETWEEN, EP_WHO_FAR);
}

/* A read of changes that does not tell removals has not seen that it is still
 * there. */
static void test_changes_without_removals_are_a_gap(void **state)
{
	struct ep_dataset_ref ref = kit_ref("a.roles", 1u << EP_KIND_role);
	struct kit *kit = *state;

	night(kit, EP_COVERAGE_COMPLETE, true);
	for (int bounded = 0; bounded < 2; bounded++) {
		struct ep_coverage coverage;
		void *dataset;

		ref.changes = true;
		kit_begin(kit);
		dataset = kit_start(kit, &ref);
		kit_ok(kit, kit->sink.mark(kit->sink.to, dataset, "b", "t",
					   &kit->err));
		ep_coverage_init(&coverage);
		coverage.bounded = bounded != 0;
		coverage.started_at = coverage.ended_at = ep_clock_now();
		kit_ok(kit, kit->sink.end(kit->sink.to, dataset, &coverage,
					  &kit->err));
		ep_coverage_release(&coverage);
		kit_end(kit);
		kit_ok(kit, ep_db_exec(ep_store_db(kit->store),
				       "UPDATE main.bookmark SET full_at = 1",
				       &kit->err));
	}
	night(kit, EP_COVERAGE_COMPLETE, false);
	expect(kit, noon(1), EP_WHO_YES, EP_WHO_AGREED);
	expect(kit, noon(2), EP_WHO_BETWEEN, EP_WHO_MOVED);
	expect(kit, noon(3), EP_WHO_BETWEEN, EP_WHO_MOVED);
}

static void test_held_is_a_gap(void **state)
{
	struct ep_dataset_ref ref = kit_ref("a.roles", 1u << EP_KIND_role);
	struct kit *kit = *state;
	void *dataset;

	night(kit, EP_COVERAGE_COMPLETE, true);
	kit_begin(kit);
	dataset = kit_start(kit, &ref);
	assert_int_equal(kit_finish(kit, dataset, EP_COVERAGE_COMPLETE),
			 EP_COVERAGE_HELD);
	kit_end(kit);
	night(kit, EP_COVERAGE_COMPLETE, true);
	expect(kit, noon(1), EP_WHO_BETWEEN, EP_WHO_GAP);
}

/* A new version of a connector sees what the old one may not have seen. */
static void test_new_connector_is_no_grant(void **state)
{
	struct ep_dataset_ref ref = kit_ref("a.roles", 1u << EP_KIND_role);
	struct kit *kit = *state;
	char account[16], other[16];
	struct ep_row row = role_row(0, 0, account);
	struct ep_row rest = role_row(1, 0, other);
	void *dataset;

	night(kit, EP_COVERAGE_COMPLETE, false);
	night(kit, EP_COVERAGE_COMPLETE, false);
	ref.connector_version = 2;
	kit_begin(kit);
	dataset = kit_start(kit, &ref);
	kit_row(kit, dataset, &row);
	kit_row(kit, dataset, &rest);
	kit_finish(kit, dataset, EP_COVERAGE_COMPLETE);
	kit_end(kit);
	expect(kit, noon(1), EP_WHO_BETWEEN, EP_WHO_NOT_BEFORE);
}

/* A night goes by the newest evidence that was in, while it is young. */
static void test_evidence_of_a_night(void **state)
{
	struct ep_dataset_ref ref = kit_ref("b.roles", 1u << EP_KIND_role);
	struct kit *kit = *state;
	struct ep_coverage coverage;
	char account[16];
	struct ep_row row = role_row(0, 0, account);
	int64_t begin = ep_clock_now();
	void *dataset;

	ref.imported = true;
	ref.max_age = 7 * KIT_NIGHT;
	kit_begin(kit);
	dataset = kit_start(kit, &ref);
	kit_row(kit, dataset, &row);
	ep_coverage_init(&coverage);
	coverage.captured_at = begin - 2 * KIT_NIGHT;
	kit_ok(kit, kit->sink.end(kit->sink.to, dataset, &coverage,
				  &kit->err));
	ep_coverage_release(&coverage);
	kit_end(kit);
	for (int n = 2; n <= 9; n++) {
		kit_begin(kit);
		kit_end(kit);
	}
	for (int n = 1; n <= 9; n++) {
		struct ep_who_verdict got =
			ask(kit, "System Manager",
			    begin + (n - 1) * KIT_NIGHT, n);

		assert_int_equal(got.answer, n <= 6 ? EP_WHO_YES
						    : EP_WHO_BETWEEN);
	}
}

static void test_nothing_known_is_an_error(void **state)
{
	struct ep_who_query query = { .role = "x", .tenant = "t9" };
	struct ep_err err = EP_ERR_INIT;
	struct kit *kit = *state;
	struct ep_who who;

	night(kit, EP_COVERAGE_COMPLETE, true);
	kit_ok(kit, ep_store_as_of(kit->store, 0, &kit->err));
	assert_int_equal(ep_who_load(ep_store_db(kit->store), &query, &who,
				     &err), EP_ENOENT);
	query.tenant = "t1";
	kit_ok(kit, ep_who_load(ep_store_db(kit->store), &query, &who,
				&kit->err));
	assert_int_equal(who.holding.n, 0);
	assert_int_equal(who.other_roles.n, 2);
	ep_who_release(&who);
}

/* A person's accounts are found by what they were called once, too. */
static void test_person(void **state)
{
	struct ep_dataset_ref users = kit_ref("a.users", KIT_ACCOUNTS);
	struct ep_who_query query = { .person = "old@acme.example" };
	struct kit *kit = *state;
	struct ep_row row;
	struct ep_who who;
	void *dataset;

	for (int n = 0; n < 2; n++) {
		night(kit, EP_COVERAGE_COMPLETE, true);
		kit_begin(kit);
		dataset = kit_start(kit, &users);
		row = kit_account("k00", n ? "new@acme.example"
					   : "old@acme.example", "Ana", 0);
		kit_row(kit, dataset, &row);
		row = kit_account("k01", "ben@acme.example", "Ben", 0);
		kit_row(kit, dataset, &row);
		kit_finish(kit, dataset, EP_COVERAGE_COMPLETE);
		kit_end(kit);
	}
	kit_ok(kit, ep_store_as_of(kit->store, 0, &kit->err));
	kit_ok(kit, ep_who_load(ep_store_db(kit->store), &query, &who,
				&kit->err));
	assert_int_equal(who.accounts, 1);
	assert_int_equal(who.holding.n, 1);
	assert_string_equal(who.holding.v[0]->account_name,
			    "new@acme.example");
	assert_int_equal(who.listing.n, 2);
	ep_who_release(&who);
	query.person = "new@acme.example";
	kit_ok(kit, ep_who_load(ep_store_db(kit->store), &query, &who,
				&kit->err));
	assert_int_equal(who.accounts, 1);
	assert_int_equal(who.holding.n, 1);
	ep_who_release(&who);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_histories),
		cmocka_unit_test_setup_teardown(
			test_certain_only_between_two_looks, kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(test_gaps_are_no_answer,
						kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(
			test_changes_without_removals_are_a_gap, kit_setup,
			kit_teardown),
		cmocka_unit_test_setup_teardown(test_held_is_a_gap, kit_setup,
						kit_teardown),
		cmocka_unit_test_setup_teardown(test_new_connector_is_no_grant,
						kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(test_evidence_of_a_night,
						kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(test_nothing_known_is_an_error,
						kit_setup, kit_teardown),
		cmocka_unit_test_setup_teardown(test_person, kit_setup, kit_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
