/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A coverage only gets worse, and keeps the first cause of its worst word.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "model/coverage.h"

static void starts_complete_without_a_total(void **state)
{
	struct ep_coverage c;

	(void)state;
	ep_coverage_init(&c);
	assert_int_equal(c.status, EP_COVERAGE_COMPLETE);
	assert_int_equal(c.total, -1);
	assert_int_equal(c.rows, 0);
	assert_string_equal(c.reason, "");
	ep_coverage_release(&c);
}

static void never_gets_better(void **state)
{
	static const enum ep_coverage_status order[] = {
		EP_COVERAGE_COMPLETE, EP_COVERAGE_HELD,	  EP_COVERAGE_PARTIAL,
		EP_COVERAGE_SKIPPED,  EP_COVERAGE_DENIED, EP_COVERAGE_FAILED,
	};
	size_t n = sizeof(order) / sizeof(order[0]);

	(void)state;
	for (size_t a = 0; a < n; a++) {
		for (size_t b = 0; b < n; b++) {
			struct ep_coverage c;

			ep_coverage_init(&c);
			ep_coverage_spoil(&c, order[a], "", "first");
			ep_coverage_spoil(&c, order[b], "", "second");
			assert_int_equal(c.status, order[a > b ? a : b]);
			ep_coverage_release(&c);
		}
	}
}

static void keeps_the_first_cause(void **state)
{
	struct ep_coverage c;

	(void)state;
	ep_coverage_init(&c);
	ep_coverage_spoil(&c, EP_COVERAGE_PARTIAL, "run again", "page %d of %d",
			  3, 7);
	ep_coverage_spoil(&c, EP_COVERAGE_PARTIAL, "other", "later");
	assert_string_equal(c.reason, "page 3 of 7");
	assert_string_equal(c.advice, "run again");
	ep_coverage_spoil(&c, EP_COVERAGE_DENIED, NULL, "HTTP 403");
	assert_string_equal(c.reason, "HTTP 403");
	assert_string_equal(c.advice, "");
	ep_coverage_release(&c);
}

static void cuts_long_reasons_between_characters(void **state)
{
	char text[800];
	struct ep_coverage c;

	(void)state;
	for (size_t i = 0; i + 2 < sizeof(text); i += 2)
		memcpy(text + i, "\xc3\xa9", 3);
	text[798] = '\0';
	ep_coverage_init(&c);
	ep_coverage_spoil(&c, EP_COVERAGE_FAILED, text, "%s", text);
	assert_int_equal(strlen(c.reason), 510);
	assert_true(ep_utf8_valid(c.reason, strlen(c.reason)));
	assert_true(ep_utf8_valid(c.advice, strlen(c.advice)));
	ep_coverage_release(&c);
}

static void words_go_both_ways(void **state)
{
	(void)state;
	for (int i = EP_COVERAGE_COMPLETE; i <= EP_COVERAGE_HELD; i++) {
		const char *word = ep_coverage_word((enum ep_coverage_status)i);

		assert_int_equal(ep_coverage_from_word(word), i);
	}
	assert_string_equal(ep_coverage_word(EP_COVERAGE_HELD), "held");
	assert_int_equal(ep_coverage_from_word("ok"), -1);
	assert_int_equal(ep_coverage_from_word(""), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starts_complete_without_a_total),
		cmocka_unit_test(never_gets_better),
		cmocka_unit_test(keeps_the_first_cause),
		cmocka_unit_test(cuts_long_reasons_between_characters),
		cmocka_unit_test(words_go_both_ways),
	};

	return cmocka_run_group_tests_name("coverage", tests, NULL, NULL);
}
