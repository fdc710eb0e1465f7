/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading times as vendors write them: ISO 8601 with its dialects, and the
 * three HTTP date forms.  Never strptime: it depends on the locale.
 */
#include "base/clock.h"

#include <string.h>

#include "base/str.h"

struct fields {
	int year, month, day;
	int hour, minute, second;
	int offset;	/* seconds east of UTC */
};

/* Exactly n digits at *s. */
static bool digits(const char **s, int n, int *ret)
{
	int value = 0;

	for (; n > 0; n--, (*s)++) {
		if (**s < '0' || **s > '9')
			return false;
		value = value * 10 + (**s - '0');
	}
	*ret = value;
	return true;
}

static bool literal(const char **s, const char *word)
{
	size_t n = strlen(word);

	if (strncmp(*s, word, n) != 0)
		return false;
	*s += n;
	return true;
}

static int month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30,
				    31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month == 2 && leap ? 29 : days[month - 1];
}

static int64_t days_of(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = y / 400;
	int64_t of_era = y - era * 400;
	int64_t m = month <= 2 ? month + 9 : month - 3;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	       (153 * m + 2) / 5 + day - 1 - 719468;
}

static bool seconds_of(const struct fields *f, int64_t *ret)
{
	/* 9999-12-31T23:59:59Z: the last one that prints with four digits */
	const int64_t last = INT64_C(253402300799);
	int64_t t;

	if (f->year < 1970 || f->year > 9999 || f->month < 1 || f->month > 12)
		return false;
	if (f->day < 1 || f->day > month_days(f->year, f->month))
		return false;
	/* 60 is a leap second; it counts as the next one. */
	if (f->hour > 23 || f->minute > 59 || f->second > 60)
		return false;
	t = days_of(f->year, f->month, f->day) * 86400 + f->hour * 3600 +
	    f->minute * 60 + f->second - f->offset;
	if (t < 0 || t > last)
		return false;
	*ret = t;
	return true;
}

static bool clock_time(const char **s, struct fields *f)
{
	return digits(s, 2, &f->hour) && literal(s, ":") &&
	       digits(s, 2, &f->minute) && literal(s, ":") &&
	       digits(s, 2, &f->second);
}

static bool fraction(const char **s)
{
	const char *p = *s;

	if (*p != '.' && *p != ',')
		return true;
	p++;
	if (*p < '0' || *p > '9')
		return false;
	while (*p >= '0' && *p <= '9')
		p++;
	*s = p;
	return true;
}

/* "+hh:mm" or "+hhmm" and the end. */
static bool offset(const char *s, int *ret)
{
	int hour, minute, sign = *s == '-' ? -1 : 1;

	if (*s != '+' && *s != '-')
		return false;
	s++;
	if (!digits(&s, 2, &hour))
		return false;
	if (*s == ':')
		s++;
	if (!digits(&s, 2, &minute) || *s || hour > 23 || minute > 59)
		return false;
	*ret = sign * (hour * 3600 + minute * 60);
	return true;
}

/* A zone, or the end when none is needed. */
static bool zone(const char *s, bool needed, int *ret_offset)
{
	if (!*s)
		return !needed;
	if (*s == ' ')
		s++;
	if (ep_str_eq(s, "Z") || ep_str_eq(s, "z") || ep_str_eq(s, "UTC"))
		return true;
	return offset(s, ret_offset);
}

static bool calendar_date(const char **s, struct fields *f)
{
	return digits(s, 4, &f->year) && literal(s, "-") &&
	       digits(s, 2, &f->month) && literal(s, "-") &&
	       digits(s, 2, &f->day);
}

bool ep_time_iso(const char *s, bool zone_needed, int64_t *ret)
{
	struct fields f = { 0 };

	if (!s || !calendar_date(&s, &f))
		return false;
	if (!*s)
		return seconds_of(&f, ret);
	if (*s != 'T' && *s != 't' && *s != ' ')
		return false;
	s++;
	if (!clock_time(&s, &f) || !fraction(&s) ||
	    !zone(s, zone_needed, &f.offset))
		return false;
	return seconds_of(&f, ret);
}

static bool month_name(const char **s, int *ret)
{
	static const char *const name[] = { "Jan", "Feb", "Mar", "Apr",
					    "May", "Jun", "Jul", "Aug",
					    "Sep", "Oct", "Nov", "Dec" };
	int i;

	for (i = 0; i < 12; i++)
		if (literal(s, name[i])) {
			*ret = i + 1;
			return true;
		}
	return false;
}

/* The day name, cut or whole; that it fits the date is not checked. */
static bool day_name(const char **s, bool *ret_whole)
{
	static const char *const name[] = { "Sunday",	"Monday",
					    "Tuesday",	"Wednesday",
					    "Thursday", "Friday",
					    "Saturday" };
	size_t i;

	for (i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		if (literal(s, name[i])) {
			*ret_whole = true;
			return true;
		}
		if (strncmp(*s, name[i], 3) == 0) {
			*s += 3;
			*ret_whole = false;
			return true;
		}
	}
	return false;
}

/* RFC 9110, 5.6.7: a two-digit year that would be more than 50 years ahead
 * lies in the past. */
static int century(int year)
{
	char now[EP_TIME_TEXT];
	int this_year = 0;
	const char *p = ep_time_date(ep_clock_now(), now);

	if (!digits(&p, 4, &this_year))
		this_year = 2000;
	year += this_year - this_year % 100;
	return year > this_year + 50 ? year - 100 : year;
}

/* "06 Nov 1994 08:49:37 GMT" or "06-Nov-94 08:49:37 GMT" */
static bool http_date(const char *s, bool old_form, struct fields *f)
{
	const char *sep = old_form ? "-" : " ";

	if (!literal(&s, ", ") || !digits(&s, 2, &f->day) ||
	    !literal(&s, sep) || !month_name(&s, &f->month) ||
	    !literal(&s, sep) || !digits(&s, old_form ? 2 : 4, &f->year))
		return false;
	if (old_form)
		f->year = century(f->year);
	return literal(&s, " ") && clock_time(&s, f) &&
	       ep_str_eq(s, " GMT");
}

/* "Nov  6 08:49:37 1994" */
static bool asctime_date(const char *s, struct fields *f)
{
	if (!literal(&s, " ") || !month_name(&s, &f->month) ||
	    !literal(&s, " "))
		return false;
	if (literal(&s, " ") ? !digits(&s, 1, &f->day)
			     : !digits(&s, 2, &f->day))
		return false;
	return literal(&s, " ") && clock_time(&s, f) && literal(&s, " ") &&
	       digits(&s, 4, &f->year) && !*s;
}

bool ep_time_http(const char *s, int64_t *ret)
{
	struct fields f = { 0 };
	bool whole;

	if (!s || !day_name(&s, &whole))
		return false;
	if (*s == ',' ? !http_date(s, whole, &f)
		      : whole || !asctime_date(s, &f))
		return false;
	return seconds_of(&f, ret);
}
