/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Baselines as files: complete or refused, what goes in comes out, and a new
 * approval ends the old one.  Values against worlds: tests/rules.
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
#include "check/baseline.h"

#define DAY 86400
#define NOW (INT64_C(20400) * DAY + 7000)	/* 2025-11-08 */
#define TODAY (INT64_C(20400) * DAY)

static void complains(const char *text, const char *said)
{
	struct ep_baselines baselines = { 0 };
	struct ep_diag diag;
	struct ep_buf out;

	ep_diag_init(&diag);
	ep_buf_init(&out, 65536);
	ep_baselines_text(&baselines, "b.yaml", text, strlen(text), &diag);
	ep_diag_print(&diag, &out);
	assert_int_equal(baselines.n, 0);
	if (!out.s || !strstr(out.s, said))
		fail_msg("\"%s\" is not in \"%s\"", said, out.s);
	ep_buf_release(&out);
	ep_diag_release(&diag);
	ep_baselines_release(&baselines);
}

#define WHO "  reason: r\n  approver: p\n  approved: 2025-11-01\n"

static void test_refused(void **state)
{
	(void)state;
	complains("- role: x\n  value: []\n" WHO, "needs \"tenant\"");
	complains("- tenant: a/b\n  value: []\n" WHO, "needs one of");
	complains("- tenant: a/b\n  role: x\n  team: y\n  value: []\n" WHO,
		  "needs one of");
	complains("- tenant: a/b\n  role: x\n" WHO, "needs \"value\"");
	complains("- tenant: a/b\n  role: x\n  value: one\n" WHO,
		  "needs \"value\"");
	complains("- tenant: a/b\n  role: x\n  value: [[x]]\n" WHO,
		  "expected a text");
	complains("- tenant: a/b\n  role: x\n  value: []\n  reason: r\n"
		  "  approved: 2025-11-01\n", "needs \"approver\"");
	complains("- tenant: a/b\n  role: x\n  column: name\n  value: []\n"
		  WHO, "goes with \"row\"");
	complains("- tenant: a/b\n  row: account\n  column: name\n"
		  "  value: []\n" WHO, "KIND:KEY");
	complains("- tenant: a/b\n  row: resource:9\n  column: name\n"
		  "  value: []\n" WHO, "KIND:KEY");
	complains("- tenant: a/b\n  row: account:9\n  value: []\n" WHO,
		  "needs \"column\"");
	complains("- tenant: a/b\n  row: account:9\n  column: nme\n"
		  "  value: []\n" WHO, "none of");
	complains("- tenant: a/b\n  row: account:9\n  column: attr.a\"b\n"
		  "  value: []\n" WHO, "none of");
	complains("- tenant: a/b\n  row: account:9\n  column: last_seen_at\n"
		  "  value: []\n" WHO, "moves every night");
	complains("- tenant: a/b\n  role: x\n  value: []\n" WHO
		  "  expires: 2025-10-01\n", "expires before");
	complains("- tenant: a/b\n  role: x\n  value: []\n" WHO
		  "  ended: 2025-11-10\n", "go together");
}

static void test_key(void **state)
{
	static const struct {
		const char *name;
		int kind;
		const char *key;
	} cases[] = {
		{ "account:1:2:3", 1, "1:2:3" },
		{ "resource:policy:9:9", 8, "policy\x1f" "9:9" },
		{ "role:1:owner:", 2, "1\x1fowner\x1f" },
		{ "nothing:1", -1, "" },
		{ "account", -1, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ep_baseline it = { .name = (char *)cases[i].name };
		struct ep_buf key;

		ep_buf_init(&key, 256);
		assert_int_equal(ep_baseline_key(&it, &key), cases[i].kind);
		if (cases[i].kind >= 0)
			assert_string_equal(key.s, cases[i].key);
		ep_buf_release(&key);
	}
}

/* --- files ------------------------------------------------------------------ */

struct place {
	char folder[64];
	struct ep_baselines baselines;
	struct ep_diag diag;
	struct ep_err err;
};

static int setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	snprintf(place->folder, sizeof(place->folder), "%s",
		 "t_baseline-XXXXXX");
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
	ep_baselines_release(&place->baselines);
	ep_diag_release(&place->diag);
	free(place);
	return 0;
}

static void load(struct place *place)
{
	ep_baselines_release(&place->baselines);
	ep_baselines_load(&place->baselines, place->folder, &place->diag);
	assert_int_equal(place->diag.n, 0);
}

static int approve(struct place *place, const char *value, int64_t now)
{
	EP_AUTO_FREE char *path = NULL;
	struct ep_baseline it = {
		.tenant = (char *)"dnsfilter/2",
		.what = EP_BASELINE_SETTING,
		.name = (char *)"mode",
		.said = {
			.reason = (char *)"the \"review\"\n# of spring",
			.approver = (char *)"mia: m",
			.approved = now / DAY * DAY,
			.expires = TODAY + 100 * DAY,
		},
	};
	int rc;

	EP_VEC_ADD(&it.value) = ep_strdup(value);
	rc = ep_baseline_approve(place->folder, &place->baselines, &it, now,
				 &path, &place->err);
	ep_words_release(&it.value);
	return rc;
}

static void test_comes_back(void **state)
{
	static const char *const hard[] = {
		"plain", "a: b # c", "\"q\" \\", "two\nlines", "- x", "[a]",
		"null", "~", "yes", "", " ", "\xc3\xbc\xf0\x9f\x94\x91",
	};
	struct place *place = *state;

	for (size_t i = 0; i < sizeof(hard) / sizeof(hard[0]); i++) {
		const struct ep_baseline *got = NULL;
		int in_force = 0;

		assert_int_equal(approve(place, hard[i], NOW), 0);
		load(place);
		assert_int_equal(place->baselines.n, i + 1);
		for (size_t j = 0; j <= i; j++) {
			if (!ep_baseline_in_force(&place->baselines.v[j], NOW))
				continue;
			got = &place->baselines.v[j];
			in_force++;
		}
		assert_int_equal(in_force, 1);
		assert_string_equal(got->value.v[0], hard[i]);
		assert_string_equal(got->said.reason, "the \"review\"\n# of spring");
		assert_string_equal(got->said.approver, "mia: m");
		assert_int_equal(got->said.expires, TODAY + 100 * DAY);
	}
}

/* Yesterday's approval counted yesterday, and does no more. */
static void test_a_new_one_ends_the_old(void **state)
{
	struct place *place = *state;

	assert_int_equal(approve(place, "strict", NOW - 3 * DAY), 0);
	load(place);
	assert_int_equal(approve(place, "lax", NOW), 0);
	load(place);
	assert_int_equal(place->baselines.n, 2);
	assert_string_equal(place->baselines.v[0].value.v[0], "strict");
	assert_false(ep_baseline_in_force(&place->baselines.v[0], NOW));
	assert_true(ep_baseline_in_force(&place->baselines.v[0], NOW - DAY));
	assert_string_equal(place->baselines.v[0].said.ended_by, "mia: m");
	assert_true(ep_baseline_in_force(&place->baselines.v[1], NOW));
	assert_false(ep_baseline_in_force(&place->baselines.v[1], NOW - DAY));
	assert_int_equal(ep_decision_end(&place->baselines.v[0].said, "baseline",
					 NOW, "x", &place->err), EP_EUSAGE);
	assert_int_equal(ep_decision_end(&place->baselines.v[1].said, "baseline",
					 NOW, " ", &place->err), EP_EUSAGE);
}

/* Several in one file, written by hand: one ends, nothing else changes. */
static void test_end_keeps_the_rest(void **state)
{
	static const char before[] =
		"# of spring\n"
		"- tenant: a/b  # ours\n"
		"  role: x\n"
		"  value: []\n"
		"  reason: r\n"
		"  approver: p\n"
		"  approved: 2025-11-01\n";
	static const char after[] =
		"- tenant: a/b\n"
		"  role: y\n"
		"  value: [b, a, b]\n"
		WHO;
	struct place *place = *state;
	EP_AUTO_FREE char *path = ep_file_join(place->folder, "b.yaml");
	FILE *file = fopen(path, "w");
	struct ep_buf got;

	assert_non_null(file);
	fputs(before, file);
	fputs(after, file);
	fclose(file);
	load(place);
	assert_int_equal(place->baselines.v[1].value.n, 2);
	assert_int_equal(ep_decision_end(&place->baselines.v[0].said, "baseline",
					 NOW, "mia", &place->err), 0);
	ep_buf_init(&got, 65536);
	assert_int_equal(ep_file_read(path, 65536, &got, &place->err), 0);
	assert_int_equal(strncmp(got.s, before, strlen(before)), 0);
	assert_string_equal(got.s + strlen(before),
			    "  ended: 2025-11-08\n  ended_by: \"mia\"\n"
			    "- tenant: a/b\n  role: y\n  value: [b, a, b]\n"
			    WHO);
	ep_buf_release(&got);
}

#define IN_PLACE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_key),
		IN_PLACE(test_comes_back),
		IN_PLACE(test_a_new_one_ends_the_old),
		IN_PLACE(test_end_keeps_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
