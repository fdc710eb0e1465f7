/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waivers: complete or refused, in force or not, and never out of sight.
 */
#include "check_kit.h"

#include "base/file.h"
#include "check/waiver.h"

#define GOOD \
	"- rule: disabled\n" \
	"  tenant: printix/t1\n" \
	"  subject: u*\n" \
	"  reason: kept for the audit\n" \
	"  approver: bo@acme.example\n" \
	"  approved: 2025-11-01\n" \
	"  expires: 2025-11-17\n"

static void complains(const char *text, const char *said)
{
	struct ep_waivers waivers = { 0 };
	struct ep_diag diag;
	struct ep_buf out;

	ep_diag_init(&diag);
	ep_buf_init(&out, 65536);
	ep_waivers_text(&waivers, "w.yaml", text, strlen(text), &diag);
	ep_diag_print(&diag, &out);
	assert_int_equal(waivers.n, 0);
	if (!out.s || !strstr(out.s, said))
		fail_msg("\"%s\" is not in \"%s\"", said, out.s);
	ep_buf_release(&out);
	ep_diag_release(&diag);
	ep_waivers_release(&waivers);
}

static void test_incomplete(void **state)
{
	(void)state;
	complains("- rule: x\n  tenant: a/b\n  reason: r\n  approver: p\n"
		  "  approved: 2025-11-01\n", "w.yaml:1:3: a waiver needs "
		  "\"expires\"");
	complains("- rule: x\n  tenant: a/b\n  approver: p\n"
		  "  approved: 2025-11-01\n  expires: 2025-11-02\n",
		  "needs \"reason\"");
	complains("- rule: x\n  tenant: a/b\n  reason: r\n"
		  "  approved: 2025-11-01\n  expires: 2025-11-02\n",
		  "needs \"approver\"");
	complains("- rule: x\n  reason: r\n  approver: p\n"
		  "  approved: 2025-11-01\n  expires: 2025-11-02\n",
		  "needs one of");
	complains("- rule: x\n  tenant: a/b\n  customer: c\n  reason: r\n"
		  "  approver: p\n  approved: 2025-11-01\n"
		  "  expires: 2025-11-02\n", "needs one of");
	complains("- rule: x\n  tenant: a/b\n  reason: r\n  approver: p\n"
		  "  approved: soon\n  expires: 2025-11-02\n",
		  "w.yaml:5:13: approved: expected a date");
	complains("- rule: x\n  tenant: a/b\n  reason: r\n  approver: p\n"
		  "  approved: 2025-11-05\n  expires: 2025-11-02\n",
		  "expires before");
	complains("- rule: x\n  tenant: a/b\n  reason: r\n  approver: p\n"
		  "  approved: 2025-11-05\n  expires: 2099-11-02\n",
		  "EP_WAIVER_DAYS_MAX");
	complains("- rule: x\n  tenant: a/b\n  reason: r\n  approver: p\n"
		  "  approved: 2025-11-05\n  expires: 2025-12-02\n"
		  "  ended: 2025-11-10\n", "go together");
}

/* One that is wrong takes no other with it. */
static void test_wrong_beside_right(void **state)
{
	static const char text[] =
		"- rule: x\n  tenant: a/b\n  reason: r\n  approver: p\n"
		"  approved: soon\n  expires: 2025-11-02\n"
		"- rule: y\n  tenant: a/b\n  reason: r\n  approver: p\n"
		"  approved: 2025-11-01\n  expires: 2025-11-02\n";
	struct ep_waivers waivers = { 0 };
	struct ep_diag diag;

	(void)state;
	ep_diag_init(&diag);
	ep_waivers_text(&waivers, "w.yaml", text, strlen(text), &diag);
	assert_int_equal(diag.n, 1);
	assert_int_equal(waivers.n, 1);
	assert_string_equal(waivers.v[0].rule, "y");
	ep_diag_release(&diag);
	ep_waivers_release(&waivers);
}

static void test_glob(void **state)
{
	(void)state;
	assert_true(ep_waiver_glob("u*", "u1"));
	assert_true(ep_waiver_glob("*", ""));
	assert_true(ep_waiver_glob("a?c*e", "abcde"));
	assert_true(ep_waiver_glob("*ab", "aab"));
	assert_false(ep_waiver_glob("u", "u1"));
	assert_false(ep_waiver_glob("u?", "u"));
	assert_false(ep_waiver_glob("", "u"));
	assert_false(ep_waiver_glob("a*b", "ac"));
}

/* --- in a check --------------------------------------------------------- */

#define NIGHT \
	"customers: [{id: acme}]\n" \
	"tenants: [{tenant: printix/t1, customer: acme}]\n" \
	"datasets:\n" \
	"- tenant: printix/t1\n" \
	"  dataset: printix.users\n" \
	"  kinds: [account]\n"
#define BAD NIGHT "  rows: [{account: {id: u1, state: disabled}}]\n"

static void waive(struct kit *kit, const char *text)
{
	char folder[] = "t_waiver.XXXXXX";
	EP_AUTO_FREE char *path = NULL;
	FILE *file;

	assert_non_null(mkdtemp(folder));
	path = ep_file_join(folder, "w.yaml");
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	ep_free(kit->config->waivers);
	kit->config->waivers = ep_strdup(folder);
	kit_check(kit);
	unlink(path);
	rmdir(folder);
}

#define RESULT "SELECT result FROM result"
#define NOTE "SELECT kind || ': ' || text FROM check_note"

static void test_in_force(void **state)
{
	struct kit *kit = *state;

	kit_disabled_rule(kit);
	kit_night(kit, BAD);
	waive(kit, GOOD);
	assert_string_equal(kit_ask(kit, RESULT), "WAIVED");
	assert_int_equal(kit->sum.open[EP_SEVERITY_HIGH], 0);
	assert_int_equal(kit->sum.status, 0);
	assert_int_equal(kit->sum.waived, 1);
	assert_string_equal(kit_ask(kit, "SELECT state || waived || "
				    "waiver_reason || waiver_approver || "
				    "iso(waiver_until) FROM finding"),
			    "open1kept for the auditbo@acme.example"
			    "2025-11-18T00:00:00Z");
	assert_string_equal(kit_ask(kit, NOTE), "");
}

static void test_expired(void **state)
{
	struct kit *kit = *state;

	kit_disabled_rule(kit);
	kit_night(kit, BAD);
	waive(kit, GOOD);
	kit_night(kit, BAD);
	waive(kit, GOOD);
	assert_string_equal(kit_ask(kit, RESULT), "FAIL");
	kit_has(kit, "SELECT reason FROM result", "waiver expired");
	kit_has(kit, "SELECT waiver_note FROM finding", "until 2025-11-17");
	kit_has(kit, NOTE, "waiver_expired: ");
	assert_string_equal(kit_ask(kit, "SELECT event FROM finding_event "
				    "WHERE run = 2"), "waiver_ended");
	assert_int_equal(kit->sum.status, 1);
}

/* Taken back by somebody: it fails again, and says who. */
static void test_ended(void **state)
{
	struct kit *kit = *state;

	kit_disabled_rule(kit);
	kit_night(kit, BAD);
	waive(kit, GOOD "  ended: 2025-11-05\n  ended_by: mia\n");
	assert_string_equal(kit_ask(kit, RESULT), "FAIL");
	kit_has(kit, "SELECT waiver_note FROM finding",
		"mia ended the waiver on 2025-11-05");
	kit_has(kit, NOTE, "was ended by mia on 2025-11-05");
	/* What it was about is gone: nothing is left to say. */
	waive(kit, "- rule: disabled\n  customer: zed\n  reason: r\n"
	      "  approver: p\n  approved: 2025-11-01\n"
	      "  expires: 2026-11-17\n  ended: 2025-11-05\n"
	      "  ended_by: mia\n");
	assert_string_equal(kit_ask(kit, NOTE), "");
}

/* Somebody will take it back; it ran out before that. */
static void test_ends_later(void **state)
{
	struct kit *kit = *state;

	kit_disabled_rule(kit);
	kit_night(kit, BAD);
	waive(kit, GOOD "  ended: 2025-11-30\n  ended_by: mia\n");
	assert_string_equal(kit_ask(kit, RESULT), "WAIVED");
	kit_night(kit, BAD);
	waive(kit, GOOD "  ended: 2025-11-30\n  ended_by: mia\n");
	assert_string_equal(kit_ask(kit, RESULT), "FAIL");
	kit_has(kit, "SELECT waiver_note FROM finding",
		"the waiver is not in force");
	kit_has(kit, NOTE, "expired on 2025-11-17");
}

/* Two results that differ in nothing but how much somebody accepted. */
static void test_waived_one_more(void **state)
{
	static const char all[] = "- rule: disabled\n  customer: acme\n"
		"  reason: r\n  approver: p\n  approved: 2025-11-01\n"
		"  expires: 2026-10-17\n";
	struct kit *kit = *state;

	kit_disabled_rule(kit);
	kit_night(kit, NIGHT "  rows: [{account: {id: u1, state: disabled}}, "
		  "{account: {id: u2, state: active}}]\n");
	waive(kit, all);
	kit_night(kit, NIGHT "  rows: [{account: {id: u1, state: disabled}}, "
		  "{account: {id: u2, state: disabled}}]\n");
	waive(kit, all);
	assert_string_equal(kit_ask(kit, "SELECT group_concat(violations || "
				    "' ' || waived) FROM (SELECT * FROM "
				    "result_log ORDER BY id)"), "0 1,0 2");
}

static void test_unused_and_expired(void **state)
{
	struct kit *kit = *state;

	kit_disabled_rule(kit);
	kit_night(kit, BAD);
	waive(kit, "- rule: disabled\n  customer: zed\n  reason: r\n"
	      "  approver: p\n  approved: 2025-10-01\n"
	      "  expires: 2025-11-01\n");
	kit_has(kit, NOTE, "waiver_unused: ");
	kit_has(kit, NOTE, "expired on 2025-11-01 and matches nothing");
}

static void test_unused(void **state)
{
	struct kit *kit = *state;

	kit_disabled_rule(kit);
	kit_night(kit, BAD);
	waive(kit, "- rule: disabled\n  customer: zed\n  reason: r\n"
	      "  approver: p\n  approved: 2025-11-01\n"
	      "  expires: 2026-11-17\n");
	assert_string_equal(kit_ask(kit, RESULT), "FAIL");
	kit_has(kit, NOTE, "waiver_unused: ");
	kit_has(kit, NOTE, "matches nothing");
}

static void test_customer_and_fingerprint(void **state)
{
	struct kit *kit = *state;
	char text[400];

	kit_disabled_rule(kit);
	kit_night(kit, BAD);
	kit_check(kit);
	snprintf(text, sizeof(text), "- rule: disabled\n  customer: acme\n"
		 "  subject: %s\n  reason: r\n  approver: p\n"
		 "  approved: 2025-11-01\n  expires: 2026-11-17\n",
		 kit_ask(kit, "SELECT fingerprint FROM finding"));
	waive(kit, text);
	assert_string_equal(kit_ask(kit, RESULT), "WAIVED");
}

/* A waiver accepts what was seen, not what could not be seen. */
static void test_waived_in_the_dark(void **state)
{
	struct kit *kit = *state;

	kit_disabled_rule(kit);
	kit_night(kit, NIGHT "  status: partial\n"
		  "  rows: [{account: {id: u1, state: disabled}}]\n");
	waive(kit, GOOD);
	assert_string_equal(kit_ask(kit, RESULT), "UNDECIDED");
}

static void test_unknown_rule(void **state)
{
	struct kit *kit = *state;
	struct ep_err err = EP_ERR_INIT;
	char folder[] = "t_waiver.XXXXXX";
	EP_AUTO_FREE char *path = NULL;
	FILE *file;

	kit_rule(kit, "other", KIT_PER_TENANT "-- needs: account\n",
		 "SELECT tenant, 1 AS n FROM account",
		 "SELECT tenant, id AS subject, name, '' AS seen, '' AS "
		 "wanted FROM account");
	kit_night(kit, BAD);
	assert_non_null(mkdtemp(folder));
	path = ep_file_join(folder, "w.yaml");
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(GOOD, file);
	fclose(file);
	kit->config->waivers = ep_strdup(folder);
	assert_int_equal(kit_try_check(kit, &err), EP_ECONFIG);
	assert_int_equal(kit->diag.n, 1);
	unlink(path);
	rmdir(folder);
}

#define WITH_KIT(f) cmocka_unit_test_setup_teardown(f, kit_up, kit_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_incomplete),
		cmocka_unit_test(test_wrong_beside_right),
		cmocka_unit_test(test_glob),
		WITH_KIT(test_in_force),
		WITH_KIT(test_expired),
		WITH_KIT(test_ended),
		WITH_KIT(test_ends_later),
		WITH_KIT(test_waived_one_more),
		WITH_KIT(test_unused_and_expired),
		WITH_KIT(test_unused),
		WITH_KIT(test_customer_and_fingerprint),
		WITH_KIT(test_waived_in_the_dark),
		WITH_KIT(test_unknown_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
