/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text: numbers are whole or nothing, UTF-8 is strict, and nothing that is
 * printed can act on a terminal or start a line of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/str.h"
#include "ext/json.h"
#include "fixture.h"

static void compares(void **state)
{
	struct ep_str view = { .p = "abcdef", .n = 3 };

	(void)state;
	assert_true(ep_str_eq("a", "a"));
	assert_false(ep_str_eq("a", "A"));
	assert_true(ep_str_eq(NULL, NULL));
	assert_false(ep_str_eq(NULL, ""));
	assert_false(ep_str_eq("", NULL));
	assert_true(ep_str_eqn(view, "abc"));
	assert_false(ep_str_eqn(view, "abcd"));
	assert_false(ep_str_eqn(view, "ab"));
	assert_true(ep_str_eqcase("Next", "nEXT"));
	assert_false(ep_str_eqcase("next", "nex"));
	assert_false(ep_str_eqcase("\xc3\x89", "\xc3\xa9"));
	assert_true(ep_str_starts("https://x", "https://"));
	assert_false(ep_str_starts("http", "https://"));
	assert_true(ep_str_ends("a.yaml", ".yaml"));
	assert_false(ep_str_ends("yaml", ".yaml"));
}

static void trims_and_cuts(void **state)
{
	struct ep_str rest = ep_str("a,,b,"), part;
	static const char *const want[] = { "a", "", "b", "" };
	size_t i;

	(void)state;
	assert_true(ep_str_eqn(ep_str_trim(ep_str(" \t\r\na b\v\f ")), "a b"));
	assert_true(ep_str_eqn(ep_str_trim(ep_str("  ")), ""));
	for (i = 0; i < 4; i++) {
		assert_true(ep_str_cut(&rest, ',', &part));
		assert_true(ep_str_eqn(part, want[i]));
	}
	assert_false(ep_str_cut(&rest, ',', &part));
	rest = ep_str("");
	assert_true(ep_str_cut(&rest, ',', &part));
	assert_int_equal(part.n, 0);
	assert_false(ep_str_cut(&rest, ',', &part));
}

static void numbers_are_whole_strings(void **state)
{
	static const char *const bad[] = { "",	   "-",	   "+1",  " 1",
					   "1 ",   "1x",   "0x1", "1.0",
					   "--1",  "1e3",
					   "9223372036854775808",
					   "-9223372036854775809",
					   "99999999999999999999999999" };
	int64_t v = 42;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (ep_str_int(bad[i], &v))
			fail_msg("'%s' taken for a number", bad[i]);
	assert_false(ep_str_int(NULL, &v));
	assert_int_equal(v, 42);
	assert_true(ep_str_int("9223372036854775807", &v));
	assert_true(v == INT64_MAX);
	assert_true(ep_str_int("-9223372036854775808", &v));
	assert_true(v == INT64_MIN);
	assert_true(ep_str_int("007", &v));
	assert_int_equal(v, 7);
	assert_true(ep_str_intn((struct ep_str){ "12345", 2 }, &v));
	assert_int_equal(v, 12);
}

static void booleans_are_four_words(void **state)
{
	bool v = false;

	(void)state;
	assert_true(ep_str_bool("yes", &v) && v);
	assert_true(ep_str_bool("no", &v) && !v);
	assert_true(ep_str_bool("true", &v) && v);
	assert_true(ep_str_bool("false", &v) && !v);
	assert_false(ep_str_bool("on", &v));
	assert_false(ep_str_bool("True", &v));
	assert_false(ep_str_bool("1", &v));
	assert_false(ep_str_bool("", &v));
}

static void nearest_word(void **state)
{
	static const char *const known[] = { "connector", "customer",
					     "threshold", "id", NULL };

	(void)state;
	assert_string_equal(ep_str_nearest("conector", known), "connector");
	assert_string_equal(ep_str_nearest("costumer", known), "customer");
	assert_string_equal(ep_str_nearest("treshhold", known), "threshold");
	assert_string_equal(ep_str_nearest("di", known), "id");
	assert_null(ep_str_nearest("bananas", known));
	assert_null(ep_str_nearest("", known));
	assert_null(ep_str_nearest("xy", known));
}

static const struct {
	const char *s;
	bool valid;
} utf8[] = {
	{ "", true },
	{ "plain ascii of more than sixteen bytes", true },
	{ "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", true },
	{ "\xf4\x8f\xbf\xbf", true },		/* U+10FFFF */
	{ "\xef\xbf\xbf", true },		/* U+FFFF */
	{ "\xf4\x90\x80\x80", false },		/* above it */
	{ "\xc0\x80", false },			/* overlong NUL */
	{ "\xc1\xbf", false },
	{ "\xe0\x9f\xbf", false },
	{ "\xf0\x8f\xbf\xbf", false },
	{ "\xed\xa0\x80", false },		/* surrogate */
	{ "\xed\xbf\xbf", false },
	{ "\x80", false },
	{ "12345678\xff", false },
	{ "1234567\xc3", false },
	{ "a\xe2\x82", false },
	{ "\xf8\x88\x80\x80\x80", false },
	{ "\xc3(", false },
};

static void utf8_is_strict(void **state)
{
	struct ep_buf buf;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(utf8) / sizeof(utf8[0]); i++) {
		size_t n = strlen(utf8[i].s), bad;

		if (ep_utf8_valid(utf8[i].s, n) != utf8[i].valid)
			fail_msg("case %zu", i);
		ep_buf_init(&buf, 1000);
		bad = ep_utf8_scrub(&buf, utf8[i].s, n);
		assert_true(utf8[i].valid ? bad == 0 : bad > 0);
		assert_true(ep_utf8_valid(buf.s, buf.len));
		if (utf8[i].valid)
			assert_string_equal(buf.s, utf8[i].s);
		ep_buf_release(&buf);
	}
}

static void scrub_replaces_each_bad_byte(void **state)
{
	struct ep_buf buf;

	(void)state;
	ep_buf_init(&buf, 100);
	assert_int_equal(ep_utf8_scrub(&buf, "a\xe2\x82z\xff", 5), 3);
	assert_string_equal(buf.s, "a\xef\xbf\xbd\xef\xbf\xbdz\xef\xbf\xbd");
	ep_buf_release(&buf);
}

static void cut_keeps_characters_whole(void **state)
{
	const char *s = "a\xe2\x82\xac" "b\xf0\x9f\x98\x80";
	static const size_t want[] = { 0, 1, 1, 1, 4, 5, 5, 5, 5, 9 };
	size_t n;

	(void)state;
	for (n = 0; n <= 9; n++)
		assert_int_equal(ep_utf8_cut(s, n), want[n]);
	/* What is broken anyway is not shortened further. */
	assert_int_equal(ep_utf8_cut("\x80\x80\x80\x80", 4), 4);
}

static void percent_and_hex(void **state)
{
	struct ep_buf buf;

	(void)state;
	ep_buf_init(&buf, 200);
	ep_str_percent(&buf, "aZ9-._~ /?#%&+\xc3\xa9", 16);
	assert_string_equal(buf.s, "aZ9-._~%20%2F%3F%23%25%26%2B%C3%A9");
	ep_buf_clear(&buf);
	ep_str_hex(&buf, "\x00\xab\xff", 3);
	assert_string_equal(buf.s, "00abff");
	ep_buf_release(&buf);
}

static void printable(const char *s, size_t n, const char *want)
{
	struct ep_buf buf;

	ep_buf_init(&buf, 1000);
	ep_str_printable(&buf, s, n);
	assert_string_equal(buf.s, want);
	ep_buf_release(&buf);
}

static void nothing_printed_acts(void **state)
{
	(void)state;
	printable("caf\xc3\xa9 \xe6\xbc\xa2", 9, "caf\xc3\xa9 \xe6\xbc\xa2");
	printable("\x1b[2J", 4, "<U+001B>[2J");
	printable("a\nb\r\t\0c", 7, "a<U+000A>b<U+000D><U+0009><U+0000>c");
	printable("\x7f\xc2\x9b", 3, "<U+007F><U+009B>");
	printable("\xe2\x80\xae\xe2\x81\xa6", 6, "<U+202E><U+2066>");
	printable("a\xe2\x80\x8b\xef\xbb\xbf", 7, "a<U+200B><U+FEFF>");
	printable("\xe2\x80\xa8", 3, "<U+2028>");
	printable("\xff\xc3", 2, "<FF><C3>");
	printable("\xf3\xa0\x81\x81", 4, "<U+E0041>");
	printable("\xf0\x9f\xbf\xbe", 4, "<U+1FFFE>");
}

/* Every name a tenant was ever seen or feared to choose. */
static void hostile_names_stay_on_one_line(void **state)
{
	EP_AUTO_FREE char *path = fixture("hostile/names.json");
	struct ep_err err = EP_ERR_INIT;
	const struct ep_json *cases, *item;
	struct ep_buf file, out;
	struct ep_json *json;
	size_t n = 0;

	(void)state;
	ep_buf_init(&file, 1 << 20);
	ep_buf_init(&out, 1 << 20);
	assert_int_equal(ep_file_read(path, 1 << 20, &file, &err), 0);
	assert_int_equal(ep_json_parse(file.s, file.len, &json, NULL, &err), 0);
	assert_int_equal(ep_json_get(json, "cases", &cases), EP_JSON_PRESENT);
	for (item = ep_json_first(cases); item; item = ep_json_next(item)) {
		const struct ep_json *value;
		const char *p;

		assert_int_equal(ep_json_get(item, "value", &value),
				 EP_JSON_PRESENT);
		ep_buf_clear(&out);
		ep_str_printable(&out, ep_json_text(value),
				 strlen(ep_json_text(value)));
		assert_false(out.overflow);
		for (p = out.s; *p; p++)
			assert_true((unsigned char)*p >= ' ' && *p != 0x7f);
		assert_null(strstr(out.s, "\xe2\x80\xae"));
		assert_null(strstr(out.s, "\xc2\x9b"));
		n++;
	}
	assert_true(n >= 50);
	ep_json_free(json);
	ep_buf_release(&file);
	ep_buf_release(&out);
}

static void lower_is_ascii_only(void **state)
{
	char s[] = "ABC\xc3\x89z";

	(void)state;
	ep_str_lower(s);
	assert_string_equal(s, "abc\xc3\x89z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares),
		cmocka_unit_test(trims_and_cuts),
		cmocka_unit_test(numbers_are_whole_strings),
		cmocka_unit_test(booleans_are_four_words),
		cmocka_unit_test(nearest_word),
		cmocka_unit_test(utf8_is_strict),
		cmocka_unit_test(scrub_replaces_each_bad_byte),
		cmocka_unit_test(cut_keeps_characters_whole),
		cmocka_unit_test(percent_and_hex),
		cmocka_unit_test(nothing_printed_acts),
		cmocka_unit_test(hostile_names_stay_on_one_line),
		cmocka_unit_test(lower_is_ascii_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
