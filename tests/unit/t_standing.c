/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings as they stood at a run: what happened later changes nothing of
 * what a report of that run says.
 */
#include "check_kit.h"

#include "report/standing.h"

#define TENANT \
	"customers: [{id: acme}]\n" \
	"tenants: [{tenant: printix/t1, customer: acme}]\n" \
	"datasets:\n" \
	"- tenant: printix/t1\n" \
	"  dataset: printix.users\n" \
	"  kinds: [account]\n"
#define BAD TENANT "  rows: [{account: {id: u1, state: disabled}}]\n"
#define GOOD TENANT "  rows: [{account: {id: u1, state: active}}]\n"
#define DARK TENANT "  status: partial\n  reason: page 2\n" \
	"  rows: [{account: {id: u1, state: active}}]\n"

static void change(struct kit *kit, const char *sql)
{
	struct ep_err err = EP_ERR_INIT;

	if (ep_db_exec(ep_store_db(kit->store), sql, &err))
		fail_msg("%s: %s", sql, err.msg);
}

static void stand(struct kit *kit, int64_t run)
{
	struct ep_err err = EP_ERR_INIT;

	if (ep_standing_make(kit->store, run, &err))
		fail_msg("%s", err.msg);
}

#define SEEN "SELECT coalesce(group_concat(times || ' ' || rechecked), '')" \
	     " FROM temp.open_finding"

static void test_nights(void **state)
{
	static const char *const then[] = { "1 1", "1 0", "", "2 1" };
	struct kit *kit = *state;

	kit_disabled_rule(kit);
	kit_night(kit, BAD);
	kit_check(kit);
	kit_night(kit, DARK);
	kit_check(kit);
	kit_night(kit, GOOD);
	kit_check(kit);
	kit_night(kit, BAD);
	kit_check(kit);
	for (int run = 1; run <= 4; run++) {
		stand(kit, run);
		assert_string_equal(kit_ask(kit, SEEN), then[run - 1]);
	}
	stand(kit, 1);
	assert_string_equal(kit_ask(kit, "SELECT seen || note FROM "
				    "open_finding"),
			    "disabled (as it was seen on 2025-11-20)");
	stand(kit, 4);
	assert_string_equal(kit_ask(kit, "SELECT seen || ': ' || note FROM "
				    "open_finding"),
			    "disabled: came back, opened 2 times");
}

/* A later waiver hides nothing of a night before it, and the end of one does
 * not make the night fail in which it held. */
static void test_waiver(void **state)
{
	struct kit *kit = *state;

	kit_disabled_rule(kit);
	for (int night = 0; night < 3; night++) {
		kit_night(kit, BAD);
		kit_check(kit);
	}
	change(kit, "INSERT INTO finding_event SELECT 2, fingerprint,"
		    " 'waived', 0 FROM finding UNION ALL SELECT 3,"
		    " fingerprint, 'waiver_ended', 0 FROM finding");
	for (int run = 1; run <= 3; run++) {
		stand(kit, run);
		assert_string_equal(
			kit_ask(kit, "SELECT waived FROM open_finding"),
			run == 2 ? "1" : "0");
	}
	stand(kit, 2);
	assert_string_equal(kit_ask(kit, "SELECT note FROM open_finding"),
			    "waived then, by a waiver that is over now");
	/* Another waiver may have taken over since. */
	change(kit, "UPDATE finding SET waiver_reason = 'moving', "
		    "waiver_approver = 'Mia', waiver_until = 1767225600");
	stand(kit, 2);
	assert_string_equal(kit_ask(kit, "SELECT note FROM open_finding"),
			    "waived until 2025-12-31 by Mia: moving (the "
			    "waiver as it was on 2025-11-19)");
	change(kit, "INSERT INTO finding_event SELECT 3, fingerprint,"
		    " 'waived', 1 FROM finding; DELETE FROM finding_event"
		    " WHERE event = 'waiver_ended'");
	stand(kit, 3);
	assert_string_equal(kit_ask(kit, "SELECT note FROM open_finding"),
			    "waived until 2025-12-31 by Mia: moving");
}

/* --- random lives ------------------------------------------------------------ */

#define LIVES 60
#define RUNS 14

struct life {
	bool open, waived, left;
	int times;
};

static unsigned int draw(unsigned int *seed, unsigned int n)
{
	*seed = *seed * 1103515245u + 12345u;
	return (*seed >> 16) % n;
}

static void tell(struct kit *kit, int run, int life, const char *word)
{
	char sql[200];

	/* The clock does not order events of one run. */
	snprintf(sql, sizeof(sql), "INSERT INTO finding_event VALUES(%d, "
		 "'f%02d', '%s', 7)", run, life, word);
	change(kit, sql);
}

static void look(struct kit *kit, int run, int life, bool rechecked)
{
	char sql[200];

	snprintf(sql, sizeof(sql), "INSERT INTO finding_look VALUES(%d, "
		 "'f%02d', %d)", run, life, rechecked);
	change(kit, sql);
}

static void live(struct kit *kit, int run, int i, struct life *it,
		 unsigned int *seed)
{
	bool flip = draw(seed, 3) == 0;

	if (flip && !it->open) {
		tell(kit, run, i, it->times ? "came_back" : "open");
		it->times++;
		it->open = true;
		it->left = false;
		/* Another check of the run may see it gone. */
		if (draw(seed, 4) == 0) {
			tell(kit, run, i, "fixed");
			it->open = false;
		}
	} else if (flip) {
		tell(kit, run, i, "fixed");
		it->open = false;
	}
	if (it->open && !flip && draw(seed, 3) == 0) {
		it->left = !it->left;
		look(kit, run, i, !it->left);
	}
	if (it->open && draw(seed, 4) == 0) {
		it->waived = !it->waived;
		tell(kit, run, i, it->waived ? "waived" : "waiver_ended");
	}
}

static void add_line(struct ep_buf *out, const char *lead, int i,
		     const struct life *it)
{
	if (it->open)
		ep_buf_addf(out, "%s%sf%02d %d%d", out->len ? "," : "", lead,
			    i, it->waived, !it->left);
}

static void test_random_lives(void **state)
{
	static struct life then[RUNS + 1][LIVES];
	struct kit *kit = *state;
	unsigned int seed = 20;

	kit_disabled_rule(kit);
	kit_night(kit, GOOD);
	kit_check(kit);
	for (int i = 0; i < LIVES; i++) {
		char sql[300];

		snprintf(sql, sizeof(sql), "INSERT INTO finding(fingerprint,"
			 " rule, unit, subject, severity, state, rechecked,"
			 " first_run, first_seen, last_run, last_seen, times,"
			 " waived) VALUES('f%02d', 'disabled', 'x/%d', 's',"
			 " 'low', 'open', 1, 1, 1, 1, 1, 1, 0)", i, i);
		change(kit, sql);
	}
	for (int run = 1; run <= RUNS; run++) {
		memcpy(then[run], then[run - 1], sizeof(then[run]));
		for (int i = 0; i < LIVES; i++)
			live(kit, run, i, &then[run][i], &seed);
	}
	for (int run = 1; run <= RUNS; run++) {
		EP_AUTO(ep_buf_release) struct ep_buf want = EP_BUF_INIT(65536);
		EP_AUTO(ep_buf_release) struct ep_buf spans =
			EP_BUF_INIT(65536);
		char sql[300];

		stand(kit, run);
		for (int i = 0; i < LIVES; i++) {
			add_line(&want, "", i, &then[run][i]);
			add_line(&spans, "s", i, &then[run][i]);
		}
		assert_true(want.len > 0);
		assert_string_equal(kit_ask(kit, "SELECT group_concat("
					    "fingerprint || ' ' || waived || rechecked) FROM "
					    "(SELECT * FROM open_finding "
					    "ORDER BY fingerprint)"), want.s);
		/* The spans are of all runs, whatever run is looked at. */
		stand(kit, RUNS);
		snprintf(sql, sizeof(sql), "SELECT group_concat('s' || "
			 "fingerprint || ' ' || waived || rechecked) FROM (SELECT * FROM "
			 "open_span WHERE first_run <= %d AND (end_run IS NULL "
			 "OR end_run > %d) ORDER BY fingerprint)", run, run);
		assert_string_equal(kit_ask(kit, sql), spans.s);
	}
}

#define WITH_KIT(f) cmocka_unit_test_setup_teardown(f, kit_up, kit_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_KIT(test_nights),
		WITH_KIT(test_waiver),
		WITH_KIT(test_random_lives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
