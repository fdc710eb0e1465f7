/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The clocks, and printing times; reading the vendors' notations is in
 * base/clock_parse.c.
 */
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

#define DAY_SECONDS 86400

static int64_t fixed;

int64_t ep_clock_now(void)
{
	struct timespec now;

	if (fixed)
		return fixed;
	if (clock_gettime(CLOCK_REALTIME, &now) != 0)
		return 0;
	return now.tv_sec;
}

void ep_clock_fix(int64_t now)
{
	fixed = now;
}

bool ep_clock_is_fixed(void)
{
	return fixed != 0;
}

int64_t ep_clock_mono_ms(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		return 0;
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct date {
	int64_t year;
	int month;
	int day;
};

/* Proleptic Gregorian; years are counted from March, so that the leap day is
 * the last day of one. */
static struct date date_of(int64_t days)
{
	int64_t shifted = days + 719468;
	int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	int of_era = (int)(shifted - era * 146097);
	int years = (of_era - of_era / 1460 + of_era / 36524 -
		     of_era / 146096) / 365;
	int of_year = of_era - (365 * years + years / 4 - years / 100);
	int month = (5 * of_year + 2) / 153;
	struct date date;

	date.day = of_year - (153 * month + 2) / 5 + 1;
	date.month = month < 10 ? month + 3 : month - 9;
	date.year = years + era * 400 + (date.month <= 2);
	return date;
}

/* Days since 1970, rounded down, and the seconds left over. */
static int64_t split_days(int64_t t, int *ret_seconds)
{
	int64_t days = t / DAY_SECONDS;
	int seconds = (int)(t % DAY_SECONDS);

	if (seconds < 0) {
		seconds += DAY_SECONDS;
		days--;
	}
	*ret_seconds = seconds;
	return days;
}

const char *ep_time_format(int64_t t, char out[EP_TIME_TEXT])
{
	int s;
	struct date date = date_of(split_days(t, &s));

	snprintf(out, EP_TIME_TEXT, "%04lld-%02d-%02dT%02d:%02d:%02dZ",
		 (long long)date.year, date.month, date.day, s / 3600,
		 s / 60 % 60, s % 60);
	return out;
}

const char *ep_time_date(int64_t t, char out[EP_TIME_TEXT])
{
	int s;
	struct date date = date_of(split_days(t, &s));

	snprintf(out, EP_TIME_TEXT, "%04lld-%02d-%02d", (long long)date.year,
		 date.month, date.day);
	return out;
}
