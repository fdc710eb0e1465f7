/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Complaints come out all together, in the order of the files, one a line
 * whatever a file's name or text holds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/diag.h"

static void prints(struct ep_diag *diag, const char *want)
{
	struct ep_buf out;

	ep_buf_init(&out, 1 << 20);
	ep_diag_print(diag, &out);
	assert_string_equal(out.s, want);
	ep_buf_release(&out);
}

static void sorted_by_place(void **state)
{
	struct ep_diag diag;

	(void)state;
	ep_diag_init(&diag);
	prints(&diag, "");
	ep_diag_add(&diag, "b.yaml", 10, 3, "tenth");
	ep_diag_add(&diag, "b.yaml", 2, 9, "second, late");
	ep_diag_add(&diag, "a.yaml", 99, 1, "other %s", "file");
	ep_diag_add(&diag, "b.yaml", 2, 1, "second, early");
	ep_diag_add(&diag, "b.yaml", 0, 0, "whole");
	ep_diag_add(&diag, "b.yaml", 3, 0, "no column");
	prints(&diag, "a.yaml:99:1: other file\n"
		      "b.yaml: whole\n"
		      "b.yaml:2:1: second, early\n"
		      "b.yaml:2:9: second, late\n"
		      "b.yaml:3: no column\n"
		      "b.yaml:10:3: tenth\n");
	ep_diag_release(&diag);
}

static void one_line_each(void **state)
{
	struct ep_diag diag;

	(void)state;
	ep_diag_init(&diag);
	ep_diag_add(&diag, "a\nb.yaml", 1, 1, "key '%s'", "x\nevil.yaml:1: y");
	prints(&diag, "a<U+000A>b.yaml:1:1: key 'x<U+000A>evil.yaml:1: y'\n");
	ep_diag_release(&diag);
}

static void says_how_many_were_left_out(void **state)
{
	struct ep_diag diag;
	struct ep_buf out;
	int i;

	(void)state;
	ep_diag_init(&diag);
	ep_buf_init(&out, 1 << 20);
	for (i = 0; i < EP_DIAG_MAX + 7; i++)
		ep_diag_add(&diag, "f", i + 1, 1, "x");
	assert_int_equal(diag.n, EP_DIAG_MAX);
	ep_diag_print(&diag, &out);
	assert_non_null(strstr(out.s, "\nand 7 more\n"));
	ep_buf_release(&out);
	ep_diag_release(&diag);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorted_by_place),
		cmocka_unit_test(one_line_each),
		cmocka_unit_test(says_how_many_were_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
