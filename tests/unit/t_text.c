/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names in one spelling.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "ext/text.h"

static void is(const char *name, const char *want)
{
	EP_AUTO_FREE char *got = ep_text_fold(name);

	if (!want) {
		assert_null(got);
		return;
	}
	assert_non_null(got);
	assert_string_equal(got, want);
}

static void test_forms(void **state)
{
	(void)state;
	/* Composed and decomposed. */
	is("Jos\xc3\xa9 N\xc3\xba\xc3\xb1" "ez", "jos\xc3\xa9 n\xc3\xba\xc3\xb1" "ez");
	is("Jose\xcc\x81 Nu\xcc\x81n\xcc\x83" "ez",
	   "jos\xc3\xa9 n\xc3\xba\xc3\xb1" "ez");
	/* Full width letters, a ligature, sharp s. */
	is("\xef\xbc\xa1na", "ana");
	is("\xef\xac\x81ona", "fiona");
	is("Gro\xc3\x9f", "gross");
	/* An accent tells two people apart. */
	is("Jose", "jose");
}

static void test_blanks(void **state)
{
	(void)state;
	is("  Ana\t  LIMA ", "ana lima");
	is("Ana\xc2\xa0Lima", "ana lima");
	is("Ana\xe2\x80\x8b Li\xc2\xadma", "ana lima");
	is("", NULL);
	is(" \t\xc2\xa0", NULL);
	is(NULL, NULL);
}

static void test_no_text(void **state)
{
	char *longer = ep_alloc(EP_TEXT_BYTES_MAX + 2);

	(void)state;
	is("A\xff" "B  C", "a\xff" "b c");
	is("A\xc3", "a\xc3");
	memset(longer, 'a', EP_TEXT_BYTES_MAX + 1);
	longer[EP_TEXT_BYTES_MAX + 1] = '\0';
	is(longer, NULL);
	ep_free(longer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_blanks),
		cmocka_unit_test(test_no_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
