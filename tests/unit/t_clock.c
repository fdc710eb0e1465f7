/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times: every notation a vendor uses gives the right second, and what is no
 * time is refused instead of becoming 1970.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

/* 2026-11-17T02:00:00Z */
#define THEN INT64_C(1794880800)

static void iso_forms(void **state)
{
	static const char *const same[] = {
		"2026-11-17T02:00:00Z",	      "2026-11-17t02:00:00z",
		"2026-11-17 02:00:00Z",	      "2026-11-17T02:00:00.9999999Z",
		"2026-11-17T02:00:00,5Z",     "2026-11-17T03:30:00+01:30",
		"2026-11-16T21:00:00.000-05:00", "2026-11-16 21:00:00 -0500",
		"2026-11-17 02:00:00 UTC",    "2026-11-17T02:00:00UTC",
		"2026-11-17T02:00:00-00:00",
	};
	int64_t t;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		t = 0;
		if (!ep_time_iso(same[i], true, &t) || t != THEN)
			fail_msg("%s: %lld", same[i], (long long)t);
	}
	assert_true(ep_time_iso("2026-11-17", true, &t));
	assert_true(t == THEN - 7200);
}

static void iso_without_zone(void **state)
{
	int64_t t = 5;

	(void)state;
	assert_false(ep_time_iso("2026-11-17T02:00:00", true, &t));
	assert_int_equal(t, 5);
	assert_true(ep_time_iso("2026-11-17T02:00:00", false, &t));
	assert_true(t == THEN);
	assert_true(ep_time_iso("2026-11-17T02:00:00.123", false, &t));
	assert_true(t == THEN);
}

static void iso_refuses(void **state)
{
	static const char *const bad[] = {
		"",
		"0001-01-01T00:00:00Z",
		"1969-12-31T23:59:59Z",
		"1970-01-01T00:00:00+00:01",
		"9999-12-31T23:59:59-00:01",
		"10000-01-01T00:00:00Z",
		"2026-02-29",
		"2026-13-01",
		"2026-00-01",
		"2026-11-00",
		"2026-11-31T00:00:00Z",
		"2026-11-17T24:00:00Z",
		"2026-11-17T02:60:00Z",
		"2026-11-17T02:00:61Z",
		"2026-11-17T02:00:00.Z",
		"2026-11-17T02:00:00Zx",
		"2026-11-17T02:00:00 ",
		"2026-11-17T02:00:00+1",
		"2026-11-17T02:00:00+24:00",
		"2026-11-17T02:00:00+01:60",
		"2026-11-17T2:00:00Z",
		"2026-11-17X02:00:00Z",
		" 2026-11-17",
		"2026-11-17T",
		"1794880800",
		"17/11/2026",
		"2026-11-17T02:00:00EST",
		"-026-11-17",
	};
	int64_t t = 5;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (ep_time_iso(bad[i], false, &t))
			fail_msg("%s taken for a time", bad[i]);
	assert_false(ep_time_iso(NULL, false, &t));
	assert_int_equal(t, 5);
}

static void leap_days(void **state)
{
	int64_t a, b;

	(void)state;
	assert_true(ep_time_iso("2024-02-29", true, &a));
	assert_true(ep_time_iso("2024-03-01", true, &b));
	assert_true(b - a == 86400);
	assert_true(ep_time_iso("2000-02-29", true, &a));
	assert_false(ep_time_iso("2100-02-29", true, &a));
}

static void http_forms(void **state)
{
	int64_t t = 0;

	(void)state;
	assert_true(ep_time_http("Sun, 06 Nov 1994 08:49:37 GMT", &t));
	assert_true(t == 784111777);
	assert_true(ep_time_http("Sunday, 06-Nov-94 08:49:37 GMT", &t));
	assert_true(t == 784111777);
	assert_true(ep_time_http("Sun Nov  6 08:49:37 1994", &t));
	assert_true(t == 784111777);
	assert_true(ep_time_http("Tue, 17 Nov 2026 02:00:00 GMT", &t));
	assert_true(t == THEN);
	assert_false(ep_time_http("Tue, 17 Nov 2026 02:00:00 EST", &t));
	assert_false(ep_time_http("Tue, 17 Nov 2026 02:00:00", &t));
	assert_false(ep_time_http("17 Nov 2026 02:00:00 GMT", &t));
	assert_false(ep_time_http("Tue, 31 Feb 2026 02:00:00 GMT", &t));
	assert_false(ep_time_http("60", &t));
	assert_false(ep_time_http("", &t));
	assert_false(ep_time_http(NULL, &t));
	assert_true(t == THEN);
}

/* A two-digit year means the nearest one that is at most 50 years ahead. */
static void two_digit_years(void **state)
{
	int64_t t, late;

	(void)state;
	ep_clock_fix(THEN);
	assert_true(ep_time_http("Sunday, 01-Jan-76 00:00:00 GMT", &t));
	assert_true(ep_time_iso("2076-01-01", true, &late));
	assert_true(t == late);
	assert_true(ep_time_http("Sunday, 01-Jan-77 00:00:00 GMT", &t));
	assert_true(ep_time_iso("1977-01-01", true, &late));
	assert_true(t == late);
	ep_clock_fix(0);
}

static void formats(void **state)
{
	char out[EP_TIME_TEXT];

	(void)state;
	assert_string_equal(ep_time_format(THEN, out), "2026-11-17T02:00:00Z");
	assert_string_equal(ep_time_date(THEN, out), "2026-11-17");
	assert_string_equal(ep_time_format(0, out), "1970-01-01T00:00:00Z");
	assert_string_equal(ep_time_format(-1, out), "1969-12-31T23:59:59Z");
	/* Whatever the value, it fits. */
	assert_true(strlen(ep_time_format(INT64_MAX, out)) < EP_TIME_TEXT);
	assert_true(strlen(ep_time_format(INT64_MIN, out)) < EP_TIME_TEXT);
}

static void every_day_there_and_back(void **state)
{
	char out[EP_TIME_TEXT];
	int64_t t, back;

	(void)state;
	for (t = 0; t < INT64_C(253402300800); t += 86400 * 3 + 12345) {
		assert_true(ep_time_iso(ep_time_format(t, out), true, &back));
		if (back != t)
			fail_msg("%s", out);
	}
}

static void can_be_fixed(void **state)
{
	int64_t before = ep_clock_mono_ms();

	(void)state;
	assert_false(ep_clock_is_fixed());
	assert_true(ep_clock_now() > THEN - 86400 * 3650);
	ep_clock_fix(THEN);
	assert_true(ep_clock_is_fixed());
	assert_true(ep_clock_now() == THEN);
	assert_true(ep_clock_mono_ms() >= before);
	ep_clock_fix(0);
	assert_false(ep_clock_is_fixed());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(iso_forms),
		cmocka_unit_test(iso_without_zone),
		cmocka_unit_test(iso_refuses),
		cmocka_unit_test(leap_days),
		cmocka_unit_test(http_forms),
		cmocka_unit_test(two_digit_years),
		cmocka_unit_test(formats),
		cmocka_unit_test(every_day_there_and_back),
		cmocka_unit_test(can_be_fixed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
