/* SPDX-License-Identifier: Apache-2.0 */
/* Seeds, uuids and time notations; see the header. */
#include "util/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

uint64_t es_hash_str(const char *tag, const char *s)
{
	uint64_t h = es_hash(0, tag, 0, 0);

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3u;
	return mix(h);
}

uint64_t es_hash(uint64_t seed, const char *tag, uint64_t a, uint64_t b)
{
	uint64_t h = mix(seed);

	for (; *tag; tag++)
		h = (h ^ (unsigned char)*tag) * 0x100000001b3u;
	return mix(mix(h ^ a) ^ b);
}

void es_uuid(char out[ES_UUID_TEXT], uint64_t h)
{
	uint64_t a = mix(h), b = mix(a ^ 0x5bd1e995u);

	snprintf(out, ES_UUID_TEXT, "%08x-%04x-4%03x-%04x-%012llx",
		 (unsigned int)(a >> 32), (unsigned int)(a >> 16) & 0xffff,
		 (unsigned int)a & 0xfff,
		 ((unsigned int)(b >> 48) & 0x3fff) | 0x8000,
		 (unsigned long long)(b & 0xffffffffffffu));
}

void es_uuid_random(char out[ES_UUID_TEXT])
{
	uint64_t h = 0;

	if (getrandom(&h, sizeof(h), 0) != (ssize_t)sizeof(h))
		h = (uint64_t)es_mono_ms() ^ (uint64_t)(uintptr_t)out;
	es_uuid(out, h);
}

bool es_is_uuid(const char *s)
{
	int i;

	if (strlen(s) != 36)
		return false;
	for (i = 0; i < 36; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? s[i] != '-' : !isxdigit((unsigned char)s[i]))
			return false;
	}
	return true;
}

static bool digits(const char **s, int n, int *ret)
{
	int v = 0;

	for (; n > 0; n--, (*s)++) {
		if (!isdigit((unsigned char)**s))
			return false;
		v = v * 10 + (**s - '0');
	}
	*ret = v;
	return true;
}

bool es_time_parse(const char *s, int64_t *ret_ms)
{
	static const char between[] = "--T::";
	struct tm tm = { 0 };
	int part[6], i, ms = 0;

	for (i = 0; i < 6; i++) {
		if (!digits(&s, i ? 2 : 4, &part[i]))
			return false;
		if (i < 5 && *s++ != between[i])
			return false;
	}
	if (*s == '.') {
		s++;
		if (!digits(&s, 3, &ms))
			return false;
	}
	if (strcmp(s, "Z"))
		return false;
	tm.tm_year = part[0] - 1900;
	tm.tm_mon = part[1] - 1;
	tm.tm_mday = part[2];
	tm.tm_hour = part[3];
	tm.tm_min = part[4];
	tm.tm_sec = part[5];
	*ret_ms = (int64_t)timegm(&tm) * 1000 + ms;
	return true;
}

bool es_time_relative(const char *s, int64_t now_ms, int64_t *ret_ms)
{
	static const char units[] = "smhd";
	static const int64_t size[] = { 1000, 60000, 3600000, 86400000 };
	const char *unit;
	char *end;
	int64_t n;

	if (strncmp(s, "now", 3))
		return false;
	s += 3;
	if (!*s) {
		*ret_ms = now_ms;
		return true;
	}
	if ((*s != '+' && *s != '-') || !isdigit((unsigned char)s[1]))
		return false;
	n = strtoll(s, &end, 10);
	unit = *end ? strchr(units, *end) : NULL;
	if (!unit || end[1])
		return false;
	*ret_ms = now_ms + n * size[unit - units];
	return true;
}

static void split(int64_t ms, struct tm *tm, int *ret_frac)
{
	time_t t = (time_t)(ms / 1000);

	*ret_frac = (int)(ms % 1000);
	gmtime_r(&t, tm);
}

void es_time_iso(char out[ES_TIME_TEXT], int64_t ms)
{
	struct tm tm;
	size_t n;
	int frac;

	split(ms, &tm, &frac);
	n = strftime(out, ES_TIME_TEXT, "%Y-%m-%dT%H:%M:%S", &tm);
	if (frac)
		snprintf(out + n, ES_TIME_TEXT - n, ".%03dZ", frac);
	else
		snprintf(out + n, ES_TIME_TEXT - n, "Z");
}

/* The n-th Sunday of a month, at an hour UTC. */
static int64_t sunday(int year, int month, int nth, int hour)
{
	struct tm tm = { .tm_year = year, .tm_mon = month, .tm_mday = 1,
			 .tm_hour = hour };
	time_t t = timegm(&tm);

	tm.tm_mday = 1 + (7 - tm.tm_wday) % 7 + 7 * (nth - 1);
	tm.tm_hour = hour;
	t = timegm(&tm);
	return (int64_t)t * 1000;
}

void es_time_eastern(char out[ES_TIME_TEXT], int64_t ms)
{
	struct tm tm;
	int frac, hours = 5;
	size_t n;

	split(ms, &tm, &frac);
	if (ms >= sunday(tm.tm_year, 2, 2, 7) &&
	    ms < sunday(tm.tm_year, 10, 1, 6))
		hours = 4;
	split(ms - (int64_t)hours * 3600000, &tm, &frac);
	n = strftime(out, ES_TIME_TEXT, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(out + n, ES_TIME_TEXT - n, ".%03d-%02d:00", frac, hours);
}

void es_time_date(char out[ES_TIME_TEXT], int64_t ms)
{
	struct tm tm;
	int frac;

	split(ms, &tm, &frac);
	strftime(out, ES_TIME_TEXT, "%Y-%m-%d", &tm);
}

void es_time_http(char out[ES_TIME_TEXT], int64_t ms)
{
	static const char *const day[] = { "Sun", "Mon", "Tue", "Wed", "Thu",
					   "Fri", "Sat" };
	static const char *const mon[] = { "Jan", "Feb", "Mar", "Apr", "May",
					   "Jun", "Jul", "Aug", "Sep", "Oct",
					   "Nov", "Dec" };
	struct tm tm;
	int frac;

	split(ms, &tm, &frac);
	snprintf(out, ES_TIME_TEXT, "%s, %02d %s %04d %02d:%02d:%02d GMT",
		 day[tm.tm_wday % 7], tm.tm_mday, mon[tm.tm_mon % 12],
		 tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static int64_t read_clock(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t es_clock_ms(void)
{
	return read_clock(CLOCK_REALTIME);
}

static int64_t hurry = 1;

void es_hurry(int64_t times)
{
	hurry = times;
}

int64_t es_mono_ms(void)
{
	return read_clock(CLOCK_MONOTONIC) * hurry;
}

static int hex(int c)
{
	if (!isxdigit(c))
		return -1;
	return isdigit(c) ? c - '0' : tolower(c) - 'a' + 10;
}

void es_url_decode(struct es_buf *out, const char *s, size_t n, bool plus)
{
	size_t i;

	for (i = 0; i < n; i++) {
		char c = s[i];

		if (c == '%' && i + 2 < n && hex(s[i + 1]) >= 0 &&
		    hex(s[i + 2]) >= 0) {
			c = (char)(hex(s[i + 1]) * 16 + hex(s[i + 2]));
			i += 2;
		} else if (c == '+' && plus) {
			c = ' ';
		}
		es_buf_add(out, &c, 1);
	}
}
