/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing waivers: what goes in comes out of the loader, what nobody may
 * accept is refused, and the end of one leaves every other byte alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/limits.h"
#include "check/waiver_write.h"

#define DAY 86400
#define NOW (INT64_C(20400) * DAY + 7000)	/* 2025-11-08 */
#define TODAY (INT64_C(20400) * DAY)

struct place {
	char folder[64];
	struct ep_waivers waivers;
	struct ep_diag diag;
	struct ep_err err;
};

static int setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	snprintf(place->folder, sizeof(place->folder), "%s",
		 "t_waiver_write-XXXXXX");
	assert_non_null(mkdtemp(place->folder));
	ep_diag_init(&place->diag);
	*state = place;
	return 0;
}

static int teardown(void **state)
{
	struct place *place = *state;
	char **names;
	size_t n;

	assert_int_equal(ep_file_list(place->folder, "", &names, &n,
				      &place->err), 0);
	for (size_t i = 0; i < n; i++) {
		EP_AUTO_FREE char *path = ep_file_join(place->folder,
						       names[i]);

		unlink(path);
	}
	ep_file_list_free(names, n);
	assert_int_equal(rmdir(place->folder), 0);
	ep_waivers_release(&place->waivers);
	ep_diag_release(&place->diag);
	free(place);
	return 0;
}

static void load(struct place *place)
{
	ep_waivers_release(&place->waivers);
	ep_waivers_load(&place->waivers, place->folder, &place->diag);
	assert_int_equal(place->diag.n, 0);
}

static struct ep_waiver wish(void)
{
	return (struct ep_waiver){
		.rule = (char *)"key-owner-departed",
		.place = (char *)"printix/t1",
		.scope = "tenant",
		.subject = (char *)"k*",
		.said = {
			.reason = (char *)"kept for the audit",
			.approver = (char *)"bo@acme.example",
			.approved = TODAY,
			.expires = TODAY + 30 * DAY,
		},
	};
}

static int add(struct place *place, const struct ep_waiver *waiver)
{
	EP_AUTO_FREE char *path = NULL;

	return ep_waiver_add(place->folder, &place->waivers, waiver, NOW,
			     &path, &place->err);
}

/* --- add ------------------------------------------------------------------ */

static void test_comes_back(void **state)
{
	static const char *const hard[] = {
		"plain", "with: a colon # and a hash", "\"quoted\" \\ back",
		"two\nlines\tand a tab", "- a list", "{a: b}", "yes", "",
		"\xc3\xbc\xe2\x82\xac\xf0\x9f\x94\x91", "'", "*a &b !c",
		"  spaces  ", "2025-11-01",
	};
	struct place *place = *state;

	for (size_t i = 0; i < sizeof(hard) / sizeof(hard[0]); i++) {
		struct ep_waiver waiver = wish();
		const struct ep_waiver *got = NULL;

		waiver.said.reason = (char *)(*hard[i] ? hard[i] : "none");
		waiver.subject = (char *)(*hard[i] ? hard[i] : "*");
		assert_int_equal(add(place, &waiver), 0);
		load(place);
		assert_int_equal(place->waivers.n, i + 1);
		for (size_t j = 0; j <= i; j++)
			if (strcmp(place->waivers.v[j].subject,
				   waiver.subject) == 0)
				got = &place->waivers.v[j];
		assert_non_null(got);
		assert_string_equal(got->said.reason, waiver.said.reason);
		assert_string_equal(got->said.approver, waiver.said.approver);
		assert_string_equal(got->place, waiver.place);
		assert_int_equal(got->said.approved, waiver.said.approved);
		assert_int_equal(got->said.expires, waiver.said.expires);
		assert_true(ep_waiver_in_force(got, NOW));
	}
}

static void refused(struct place *place, struct ep_waiver waiver,
		    const char *said)
{
	assert_int_equal(add(place, &waiver), EP_EUSAGE);
	if (!strstr(place->err.msg, said))
		fail_msg("\"%s\" is not in \"%s\"", said, place->err.msg);
	load(place);
	assert_int_equal(place->waivers.n, 0);
}

static void test_refused(void **state)
{
	struct place *place = *state;
	struct ep_waiver waiver;

	waiver = wish();
	waiver.said.expires = TODAY;
	refused(place, waiver, "is over already");
	waiver = wish();
	waiver.said.expires = TODAY + (EP_WAIVER_DAYS_MAX + 2) * DAY;
	refused(place, waiver, "EP_WAIVER_DAYS_MAX");
	waiver = wish();
	waiver.said.reason = (char *)" \t";
	refused(place, waiver, "a reason");
	waiver = wish();
	waiver.said.approver = NULL;
	refused(place, waiver, "approver");
	waiver = wish();
	waiver.subject = (char *)"";
	refused(place, waiver, "a subject");
	/* The longest that is allowed is. */
	waiver = wish();
	waiver.said.expires = TODAY + (EP_WAIVER_DAYS_MAX + 1) * DAY;
	assert_int_equal(add(place, &waiver), 0);
	load(place);
}

static void test_twice(void **state)
{
	struct place *place = *state;
	struct ep_waiver waiver = wish();

	assert_int_equal(add(place, &waiver), 0);
	/* The file alone stops it, and so does what was loaded. */
	assert_int_equal(add(place, &waiver), EP_EUSAGE);
	load(place);
	waiver.said.approved = TODAY - DAY;
	assert_int_equal(add(place, &waiver), EP_EUSAGE);
	assert_non_null(strstr(place->err.msg, "already"));
}

/* --- end ------------------------------------------------------------------ */

#define BEFORE \
	"# Waivers of the spring, reviewed by mia.\n" \
	"- rule: one   # a comment\n" \
	"  tenant: printix/t1\n" \
	"  reason: r\n" \
	"  approver: p\n" \
	"  approved: 2025-11-01\n" \
	"  expires: 2025-12-01   # the review\n"
#define AFTER \
	"  # and one more\n" \
	"- expires: 2025-12-01\n" \
	"  approved: 2025-11-08\n" \
	"  rule: two\n" \
	"  customer: acme\n" \
	"  reason: >\n" \
	"    long\n" \
	"    text\n" \
	"  approver: p\n"

static char *write_text(struct place *place, const char *text)
{
	char *path = ep_file_join(place->folder, "w.yaml");
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	load(place);
	return path;
}

static void assert_text(const char *path, const char *want)
{
	struct ep_err err = EP_ERR_INIT;
	struct ep_buf got;

	ep_buf_init(&got, 65536);
	assert_int_equal(ep_file_read(path, 65536, &got, &err), 0);
	assert_string_equal(got.s, want);
	ep_buf_release(&got);
}

static void test_end_keeps_the_rest(void **state)
{
	struct place *place = *state;
	EP_AUTO_FREE char *path = write_text(place, BEFORE AFTER);

	assert_int_equal(ep_decision_end(&place->waivers.v[0].said, "waiver",
					 NOW, "mia \"m\"", &place->err), 0);
	assert_text(path, BEFORE "  ended: 2025-11-08\n"
		    "  ended_by: \"mia \\\"m\\\"\"\n" AFTER);
	load(place);
	assert_false(ep_waiver_in_force(&place->waivers.v[0], NOW));
	assert_true(ep_waiver_in_force(&place->waivers.v[0], NOW - 2 * DAY));
	assert_true(ep_waiver_in_force(&place->waivers.v[1], NOW));
	/* Its first key is the one to write below. */
	assert_int_equal(ep_decision_end(&place->waivers.v[1].said, "waiver",
					 NOW, "mia", &place->err), 0);
	load(place);
	assert_false(ep_waiver_in_force(&place->waivers.v[1], NOW));
	assert_int_equal(ep_decision_end(&place->waivers.v[1].said, "waiver",
					 NOW, "mia", &place->err), EP_EUSAGE);
}

static void test_end_of_a_file_without_an_end(void **state)
{
	struct place *place = *state;
	EP_AUTO_FREE char *path = NULL;

	path = write_text(place, "- rule: one\n  tenant: a/b\n  reason: r\n"
			  "  approver: p\n  approved: 2025-11-01\n"
			  "  expires: 2025-12-01");
	assert_int_equal(ep_decision_end(&place->waivers.v[0].said, "waiver",
					 NOW, "mia", &place->err), 0);
	load(place);
	assert_string_equal(place->waivers.v[0].said.ended_by, "mia");
}

static void test_end_does_not_guess(void **state)
{
	static const char flow[] =
		"- {rule: one, tenant: a/b, reason: r, approver: p,\n"
		"   approved: 2025-11-01, expires: 2025-12-01}\n";
	struct place *place = *state;
	EP_AUTO_FREE char *path = write_text(place, flow);

	assert_int_equal(ep_decision_end(&place->waivers.v[0].said, "waiver",
					 NOW, "mia", &place->err), EP_EDATA);
	assert_text(path, flow);
	assert_int_equal(ep_decision_end(&place->waivers.v[0].said, "waiver",
					 NOW, " ", &place->err), EP_EUSAGE);
}

#define IN_PLACE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_PLACE(test_comes_back),
		IN_PLACE(test_refused),
		IN_PLACE(test_twice),
		IN_PLACE(test_end_keeps_the_rest),
		IN_PLACE(test_end_of_a_file_without_an_end),
		IN_PLACE(test_end_does_not_guess),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
