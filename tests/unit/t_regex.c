/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regular expressions: a match is a match, and a pattern that gives up or a
 * subject that is no text is an error, never "no match".
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "ext/regex.h"

static struct ep_err err;

static struct ep_regex *compile(const char *pattern, bool ignore_case)
{
	struct ep_regex *regex = NULL;

	if (ep_regex_compile(pattern, ignore_case, &regex, &err))
		fail_msg("%s: %s", pattern, err.msg);
	return regex;
}

static bool matches(const char *pattern, bool ignore_case, const char *s)
{
	struct ep_regex *regex = compile(pattern, ignore_case);
	bool match = false;

	assert_int_equal(ep_regex_match(regex, s, strlen(s), &match, &err), 0);
	ep_regex_free(regex);
	return match;
}

static void finds(void **state)
{
	(void)state;
	assert_true(matches("^svc-", false, "svc-backup"));
	assert_false(matches("^svc-", false, "x svc-backup"));
	assert_false(matches("^svc-", false, "SVC-backup"));
	assert_true(matches("^svc-", true, "SVC-backup"));
	assert_true(matches("^.$", false, "\xc3\xa9"));
	assert_true(matches("STRASSE|\xc3\x89t\xc3\xa9", true,
			    "\xc3\xa9t\xc3\x89"));
	assert_true(matches("", false, ""));
}

static void subject_has_a_length(void **state)
{
	struct ep_regex *regex = compile("^ab$", false);
	bool match = false;

	(void)state;
	assert_int_equal(ep_regex_match(regex, "abc", 2, &match, &err), 0);
	assert_true(match);
	assert_int_equal(ep_regex_match(regex, "ab\0c", 4, &match, &err), 0);
	assert_false(match);
	ep_regex_free(regex);
}

static void bad_patterns_are_refused(void **state)
{
	static const char *const bad[] = { "(", "[a", "a{2,1}", "\\C",
					   "(?<n>a)(?<n>b)", "\xff", "\\",
					   "*a" };
	struct ep_regex *regex = NULL;
	static char longest[EP_REGEX_BYTES_MAX + 2];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (ep_regex_compile(bad[i], false, &regex, &err) != EP_EDATA)
			fail_msg("%s accepted", bad[i]);
	assert_int_equal(ep_regex_compile("ab(", false, &regex, &err),
			 EP_EDATA);
	assert_non_null(strstr(err.msg, "character 3"));
	memset(longest, 'a', EP_REGEX_BYTES_MAX + 1);
	assert_int_equal(ep_regex_compile(longest, false, &regex, &err),
			 EP_EDATA);
	assert_null(regex);
	ep_regex_free(NULL);
}

static void giving_up_is_an_error(const char *pattern)
{
	struct ep_regex *regex = compile(pattern, false);
	/* About a million steps: below PCRE2's own limit, above ours. */
	const char *s = "aaaaaaaaaaaaaaaaaaaa!";
	int64_t start = ep_clock_mono_ms();
	bool match = true;

	assert_int_equal(ep_regex_match(regex, s, strlen(s), &match, &err),
			 EP_ELIMIT);
	/* Untouched: nobody can take the error for an answer. */
	assert_true(match);
	assert_true(ep_clock_mono_ms() - start < 2000);
	ep_regex_free(regex);
}

static void catastrophes_end_soon(void **state)
{
	(void)state;
	giving_up_is_an_error("^(a+)+$");
	giving_up_is_an_error("^(a|a|b)+$");
	/* The interpreter, which a machine without JIT uses, does the same. */
	giving_up_is_an_error("(*NO_JIT)^(a+)+$");
	giving_up_is_an_error("(*NO_JIT)^(a|a|b)+$");
}

static void a_pattern_cannot_lift_the_limit(void **state)
{
	(void)state;
	giving_up_is_an_error("(*LIMIT_MATCH=4000000000)^(a+)+$");
}

static void invalid_text_is_an_error(void **state)
{
	struct ep_regex *regex = compile("a", false);
	bool match = false;

	(void)state;
	assert_int_equal(ep_regex_match(regex, "a\xff", 2, &match, &err),
			 EP_EDATA);
	assert_false(match);
	ep_regex_free(regex);
}

static void replaces(const char *pattern, const char *s, const char *with,
		     const char *want)
{
	struct ep_regex *regex = compile(pattern, true);
	bool match = false;
	struct ep_buf out;

	ep_buf_init(&out, 1 << 20);
	assert_int_equal(ep_regex_replace(regex, s, strlen(s), with, &out,
					  &match, &err), 0);
	assert_int_equal(match, want != NULL);
	assert_string_equal(out.s, want ? want : "");
	ep_buf_release(&out);
	ep_regex_free(regex);
}

static void replacing_gives_the_template_only(void **state)
{
	(void)state;
	replaces("^(\\w+)\\.(\\w+)@old\\.example$", "Ann.Lee@old.example",
		 "$2.$1@new.example", "Lee.Ann@new.example");
	replaces("(?<user>\\w+)@", "to: ann@x.example", "${user}!", "ann!");
	replaces("(a)|(b)", "b", "[$1$2]", "[b]");
	replaces("z", "abc", "x", NULL);
	replaces("a", "a", "", "");
}

static void replacing_is_bounded(void **state)
{
	static char s[EP_TEXT_BYTES_MAX];
	struct ep_regex *regex = compile("^(.*)$", false);
	bool match = false;
	struct ep_buf out;

	(void)state;
	memset(s, 'x', sizeof(s));
	ep_buf_init(&out, 1 << 20);
	/* Longer than the first guess, and exactly as long as allowed. */
	assert_int_equal(ep_regex_replace(regex, s, EP_TEXT_BYTES_MAX - 1, "$1",
					  &out, &match, &err), 0);
	assert_int_equal(out.len, EP_TEXT_BYTES_MAX - 1);
	ep_buf_clear(&out);
	assert_int_equal(ep_regex_replace(regex, s, sizeof(s), "$1$1", &out,
					  &match, &err), EP_ELIMIT);
	assert_int_equal(out.len, 0);
	assert_int_equal(ep_regex_replace(regex, "a", 1, "$7", &out, &match,
					  &err), EP_EDATA);
	assert_int_equal(ep_regex_replace(regex, "a", 1, "${", &out, &match,
					  &err), EP_EDATA);
	ep_buf_release(&out);
	ep_regex_free(regex);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds),
		cmocka_unit_test(subject_has_a_length),
		cmocka_unit_test(bad_patterns_are_refused),
		cmocka_unit_test(catastrophes_end_soon),
		cmocka_unit_test(a_pattern_cannot_lift_the_limit),
		cmocka_unit_test(invalid_text_is_an_error),
		cmocka_unit_test(replacing_gives_the_template_only),
		cmocka_unit_test(replacing_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
