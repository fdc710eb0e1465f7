/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors: set once, given context from outside in, never cut inside a
 * character, and each code ends in the exit status the manual promises.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>

#include "base/err.h"
#include "base/str.h"

static void sets_code_and_text(void **state)
{
	struct ep_err err = EP_ERR_INIT;

	(void)state;
	assert_int_equal(ep_err_set(&err, EP_EDATA, "line %d", 7), EP_EDATA);
	assert_int_equal(err.code, EP_EDATA);
	assert_string_equal(err.msg, "line 7");
}

static void context_comes_first(void **state)
{
	struct ep_err err = EP_ERR_INIT;

	(void)state;
	ep_err_set(&err, EP_EUNAVAIL, "no answer");
	assert_int_equal(ep_err_context(&err, "page %d", 3), EP_EUNAVAIL);
	assert_int_equal(ep_err_context(&err, "acme/printix"), EP_EUNAVAIL);
	assert_string_equal(err.msg, "acme/printix: page 3: no answer");
}

static void says_what_errno_meant(void **state)
{
	struct ep_err err = EP_ERR_INIT;

	(void)state;
	errno = ENOSPC;
	assert_int_equal(ep_err_errno(&err, EP_EIO, "%s", "out.xml"), EP_EIO);
	assert_string_equal(err.msg, "out.xml: No space left on device");
}

static void may_quote_itself(void **state)
{
	struct ep_err err = EP_ERR_INIT;

	(void)state;
	ep_err_set(&err, EP_EDATA, "first");
	ep_err_set(&err, EP_EIO, "again: %s", err.msg);
	assert_string_equal(err.msg, "again: first");
	ep_err_context(&err, "<%s>", err.msg);
	assert_string_equal(err.msg, "<again: first>: again: first");
}

static void without_err_keeps_the_code(void **state)
{
	(void)state;
	assert_int_equal(ep_err_set(NULL, EP_EPERM, "x"), EP_EPERM);
	assert_int_equal(ep_err_errno(NULL, EP_EIO, "x"), EP_EIO);
	assert_true(ep_err_context(NULL, "x") < 0);
}

/* Each offset of a two-byte character against the end of the message. */
static void cuts_between_characters(void **state)
{
	struct ep_err err = EP_ERR_INIT;
	char text[EP_ERR_MSG_MAX + 8];
	int shift;

	(void)state;
	for (shift = 0; shift < 2; shift++) {
		size_t i;

		memset(text, 'x', sizeof(text));
		for (i = (size_t)shift; i + 2 < sizeof(text); i += 2)
			memcpy(text + i, "\xc3\xa9", 2);
		text[i] = '\0';
		ep_err_set(&err, EP_EDATA, "%s", text);
		assert_true(strlen(err.msg) >= EP_ERR_MSG_MAX - 3);
		assert_true(ep_utf8_valid(err.msg, strlen(err.msg)));
		ep_err_context(&err, "in");
		assert_true(strlen(err.msg) < EP_ERR_MSG_MAX);
		assert_true(ep_utf8_valid(err.msg, strlen(err.msg)));
	}
}

static void exit_statuses_are_those_of_the_manual(void **state)
{
	static const struct {
		enum ep_code code;
		int status;
	} want[] = {
		{ EP_OK, 0 },	     { EP_EUSAGE, 64 },	  { EP_EDATA, 65 },
		{ EP_ENOENT, 66 },   { EP_EUNAVAIL, 69 }, { EP_EBUG, 70 },
		{ EP_EIO, 73 },	     { EP_EBUSY, 75 },	  { EP_EPERM, 77 },
		{ EP_ECONFIG, 78 },  { EP_ELIMIT, 65 },	  { EP_EDENIED, 77 },
		{ EP_EPURGED, 2 },
		{ EP_ETLS, 69 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		assert_int_equal(ep_err_exit_status(want[i].code),
				 want[i].status);
	/* What nobody knows is a fault of ours, never success. */
	assert_int_equal(ep_err_exit_status((enum ep_code)-99), 70);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_code_and_text),
		cmocka_unit_test(context_comes_first),
		cmocka_unit_test(says_what_errno_meant),
		cmocka_unit_test(may_quote_itself),
		cmocka_unit_test(without_err_keeps_the_code),
		cmocka_unit_test(cuts_between_characters),
		cmocka_unit_test(exit_statuses_are_those_of_the_manual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
