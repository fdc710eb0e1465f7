/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The growable string: always terminated, never above its cap, and honest
 * about what did not fit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/vec.h"

static void empty_is_a_string(void **state)
{
	struct ep_buf buf;
	char *s;

	(void)state;
	ep_buf_init(&buf, 10);
	assert_string_equal(buf.s, "");
	ep_buf_add(&buf, NULL, 0);
	assert_string_equal(buf.s, "");
	s = ep_buf_take(&buf);
	assert_string_equal(s, "");
	ep_free(s);
	ep_buf_release(&buf);
}

static void grows_and_keeps_every_byte(void **state)
{
	struct ep_buf buf;
	int i;

	(void)state;
	ep_buf_init(&buf, 1 << 20);
	for (i = 0; i < 5000; i++) {
		ep_buf_addc(&buf, (char)('a' + i % 26));
		ep_buf_addf(&buf, "%d", i % 10);
		ep_buf_adds(&buf, ";");
	}
	assert_int_equal(buf.len, 15000);
	assert_int_equal(strlen(buf.s), 15000);
	for (i = 0; i < 5000; i++) {
		assert_int_equal(buf.s[i * 3], 'a' + i % 26);
		assert_int_equal(buf.s[i * 3 + 1], '0' + i % 10);
	}
	assert_false(buf.overflow);
	ep_buf_release(&buf);
}

static void keeps_nul_bytes(void **state)
{
	struct ep_buf buf;

	(void)state;
	ep_buf_init(&buf, 100);
	ep_buf_add(&buf, "a\0b", 3);
	ep_buf_addc(&buf, '\0');
	assert_int_equal(buf.len, 4);
	assert_memory_equal(buf.s, "a\0b\0", 5);
	ep_buf_release(&buf);
}

/* What is too long is left out whole and marked, by each way of adding. */
static void cap_is_exact(void **state)
{
	struct ep_buf buf;

	(void)state;
	ep_buf_init(&buf, 4);
	ep_buf_adds(&buf, "abcd");
	assert_false(buf.overflow);
	ep_buf_addc(&buf, 'e');
	assert_true(buf.overflow);
	assert_string_equal(buf.s, "abcd");
	ep_buf_clear(&buf);
	assert_false(buf.overflow);
	assert_string_equal(buf.s, "");
	ep_buf_adds(&buf, "abcde");
	assert_true(buf.overflow);
	assert_int_equal(buf.len, 0);
	ep_buf_clear(&buf);
	ep_buf_addf(&buf, "%s", "abcd");
	assert_false(buf.overflow);
	ep_buf_addf(&buf, "%d", 1);
	assert_true(buf.overflow);
	assert_string_equal(buf.s, "abcd");
	ep_buf_release(&buf);
}

/* The memory is larger than the cap in the first step of growth. */
static void format_respects_the_cap_not_the_memory(void **state)
{
	struct ep_buf buf;

	(void)state;
	ep_buf_init(&buf, 80);
	ep_buf_adds(&buf, "x");
	ep_buf_addf(&buf, "%079d", 0);
	assert_false(buf.overflow);
	assert_int_equal(buf.len, 80);
	ep_buf_cut(&buf, 70);
	ep_buf_addf(&buf, "%s", "12345678901");
	assert_true(buf.overflow);
	assert_int_equal(buf.len, 70);
	assert_int_equal(strlen(buf.s), 70);
	ep_buf_release(&buf);
}

static void take_leaves_an_empty_buffer(void **state)
{
	struct ep_buf buf;
	char *s;

	(void)state;
	ep_buf_init(&buf, 100);
	ep_buf_adds(&buf, "mine");
	s = ep_buf_take(&buf);
	assert_string_equal(s, "mine");
	ep_free(s);
	assert_string_equal(buf.s, "");
	ep_buf_adds(&buf, "next");
	assert_string_equal(buf.s, "next");
	ep_buf_cut(&buf, 2);
	assert_string_equal(buf.s, "ne");
	ep_buf_cut(&buf, 99);
	assert_string_equal(buf.s, "ne");
	ep_buf_release(&buf);
}

static void unlimited_does_not_wrap(void **state)
{
	struct ep_buf buf;

	(void)state;
	ep_buf_init(&buf, SIZE_MAX);
	ep_buf_adds(&buf, "ok");
	assert_string_equal(buf.s, "ok");
	ep_buf_release(&buf);
}

static void vec_keeps_order(void **state)
{
	EP_VEC(int) list = { 0 };
	int i;

	(void)state;
	for (i = 0; i < 1000; i++)
		EP_VEC_ADD(&list) = i;
	assert_int_equal(list.n, 1000);
	for (i = 0; i < 1000; i++)
		assert_int_equal(list.v[i], i);
	ep_vec_release(&list);
	assert_null(list.v);
	assert_int_equal(list.n, 0);
}

static void copies_stop_at_the_nul(void **state)
{
	char *s = ep_strndup("ab\0cd", 5);

	(void)state;
	assert_string_equal(s, "ab");
	ep_free(s);
	assert_null(ep_strdup(NULL));
}

static void taking_leaves_null(void **state)
{
	char *s = ep_strdup("x"), *t = ep_take(&s);

	(void)state;
	assert_null(s);
	assert_string_equal(t, "x");
	ep_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_is_a_string),
		cmocka_unit_test(grows_and_keeps_every_byte),
		cmocka_unit_test(keeps_nul_bytes),
		cmocka_unit_test(cap_is_exact),
		cmocka_unit_test(format_respects_the_cap_not_the_memory),
		cmocka_unit_test(take_leaves_an_empty_buffer),
		cmocka_unit_test(unlimited_does_not_wrap),
		cmocka_unit_test(vec_keeps_order),
		cmocka_unit_test(copies_stop_at_the_nul),
		cmocka_unit_test(taking_leaves_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
