/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Views, comparisons, whole-string numbers and the escapings that know
 * nothing of UTF-8.
 */
#include "base/str.h"

#include <string.h>
#include <strings.h>

/* Longer words are not compared for nearness: they are no typing slip. */
#define NEAR_MAX 48

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

struct ep_str ep_str(const char *s)
{
	return (struct ep_str){ .p = s, .n = s ? strlen(s) : 0 };
}

bool ep_str_eq(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	return strcmp(a, b) == 0;
}

bool ep_str_eqn(struct ep_str a, const char *b)
{
	if (!a.p || !b)
		return a.p == b;
	return strlen(b) == a.n && memcmp(a.p, b, a.n) == 0;
}

bool ep_str_eqcase(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	while (*a && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return lower(*a) == lower(*b);
}

bool ep_str_starts(const char *s, const char *prefix)
{
	return s && prefix && strncmp(s, prefix, strlen(prefix)) == 0;
}

bool ep_str_ends(const char *s, const char *suffix)
{
	size_t n, m;

	if (!s || !suffix)
		return false;
	n = strlen(s);
	m = strlen(suffix);
	return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

struct ep_str ep_str_trim(struct ep_str s)
{
	while (s.n && is_space(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool ep_str_cut(struct ep_str *rest, char sep, struct ep_str *ret_part)
{
	const char *at;

	if (!rest->p)
		return false;
	at = rest->n ? memchr(rest->p, sep, rest->n) : NULL;
	if (!at) {
		*ret_part = *rest;
		*rest = (struct ep_str){ .p = NULL, .n = 0 };
		return true;
	}
	ret_part->p = rest->p;
	ret_part->n = (size_t)(at - rest->p);
	rest->n -= ret_part->n + 1;
	rest->p = at + 1;
	return true;
}

bool ep_str_intn(struct ep_str s, int64_t *ret)
{
	bool negative = s.n && s.p[0] == '-';
	int64_t value = 0;
	size_t i = negative;

	if (i == s.n)
		return false;
	for (; i < s.n; i++) {
		if (!is_digit(s.p[i]))
			return false;
		/* Towards the sign, so that INT64_MIN needs no case. */
		if (__builtin_mul_overflow(value, 10, &value))
			return false;
		if (negative
		    ? __builtin_sub_overflow(value, s.p[i] - '0', &value)
		    : __builtin_add_overflow(value, s.p[i] - '0', &value))
			return false;
	}
	*ret = value;
	return true;
}

bool ep_str_int(const char *s, int64_t *ret)
{
	return s && ep_str_intn(ep_str(s), ret);
}

bool ep_str_bool(const char *s, bool *ret)
{
	if (ep_str_eq(s, "true") || ep_str_eq(s, "yes")) {
		*ret = true;
		return true;
	}
	if (ep_str_eq(s, "false") || ep_str_eq(s, "no")) {
		*ret = false;
		return true;
	}
	return false;
}

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/* Insertions, deletions, replacements and swaps of neighbours. */
static size_t distance(const char *a, size_t an, const char *b, size_t bn)
{
	size_t row[3][NEAR_MAX + 1] = { { 0 } };
	size_t *before = row[0], *last = row[1], *now = row[2], *spare;
	size_t i, j;

	for (j = 0; j <= bn; j++)
		last[j] = j;
	for (i = 1; i <= an; i++) {
		now[0] = i;
		for (j = 1; j <= bn; j++) {
			char p = lower(a[i - 1]), q = lower(b[j - 1]);

			now[j] = min3(last[j] + 1, now[j - 1] + 1,
				      last[j - 1] + (p != q));
			if (i > 1 && j > 1 && p == lower(b[j - 2]) &&
			    q == lower(a[i - 2]) && before[j - 2] < now[j])
				now[j] = before[j - 2] + 1;
		}
		spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return last[bn];
}

const char *ep_str_nearest(const char *word, const char *const *known)
{
	const char *best = NULL;
	size_t n = strlen(word), least;

	if (!n || n > NEAR_MAX)
		return NULL;
	least = n / 3 + 2;
	for (; *known; known++) {
		size_t m = strlen(*known), d;

		if (m > NEAR_MAX)
			continue;
		d = distance(word, n, *known, m);
		if (d < least && d < m) {
			least = d;
			best = *known;
		}
	}
	return best;
}

static bool is_unreserved(unsigned char c)
{
	return is_digit((char)c) || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_' ||
	       c == '~';
}

void ep_str_percent(struct ep_buf *out, const char *s, size_t n)
{
	static const char digit[] = "0123456789ABCDEF";
	size_t i;

	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (is_unreserved(c)) {
			ep_buf_addc(out, s[i]);
		} else {
			char code[3] = { '%', digit[c >> 4], digit[c & 15] };

			ep_buf_add(out, code, sizeof(code));
		}
	}
}

void ep_str_hex(struct ep_buf *out, const void *p, size_t n)
{
	static const char digit[] = "0123456789abcdef";
	const unsigned char *c = p;
	size_t i;

	for (i = 0; i < n; i++) {
		char code[2] = { digit[c[i] >> 4], digit[c[i] & 15] };

		ep_buf_add(out, code, sizeof(code));
	}
}

void ep_str_lower(char *s)
{
	for (; *s; s++)
		*s = lower(*s);
}
