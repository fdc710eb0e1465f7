/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rewriting copy of a checked JSON document, so that cJSON loses nothing:
 * numbers that a double cannot hold turn into strings, and the escapes that
 * would cut a text or stop the parser into visible characters.  Works on
 * documents of valid grammar only and therefore checks none.
 */
#include "ext/json_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* cJSON copies a literal into 64 bytes and silently stops there. */
#define LITERAL_MAX 40
/* Digits that survive decimal -> double -> decimal always, and at best. */
#define DIGITS_SAFE 15
#define DIGITS_MAX 17
/* Decimal exponents between which no double is subnormal or infinite. */
#define EXPONENT_SAFE 290

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A literal as significant digits and the power of ten of the first one. */
struct decimal {
	char digit[LITERAL_MAX + 1];
	size_t n;
	long exponent;
	bool whole;	/* written without '.' and exponent */
};

/* The written exponent, kept small enough to add to. */
static long power_of(const char *s)
{
	const long far = 100000;
	long power = strtol(s, NULL, 10);

	if (power > far)
		return far;
	return power < -far ? -far : power;
}

/* Leading zeros count for the exponent only, and only behind the point. */
static void decimal_digit(struct decimal *decimal, char digit, bool point)
{
	if (decimal->n || digit != '0')
		decimal->digit[decimal->n++] = digit;
	if (decimal->n && !point)
		decimal->exponent++;
	else if (!decimal->n && point)
		decimal->exponent--;
}

static void decimal_of(const char *s, size_t n, struct decimal *ret)
{
	bool point = false;
	size_t i;

	*ret = (struct decimal){ .exponent = -1, .whole = true };
	for (i = s[0] == '-'; i < n && s[i] != 'e' && s[i] != 'E'; i++) {
		if (s[i] == '.')
			point = true;
		else
			decimal_digit(ret, s[i], point);
	}
	ret->whole = !point && i == n;
	if (i < n)
		ret->exponent += power_of(s + i + 1);
	while (ret->n && ret->digit[ret->n - 1] == '0')
		ret->n--;
	ret->digit[ret->n] = '\0';
}

/* The long way: is it what the double prints, with as many digits? */
static bool prints_same(const char *literal, const struct decimal *decimal)
{
	struct decimal printed;
	char text[64];
	int n = snprintf(text, sizeof(text), "%.*e", (int)decimal->n - 1,
			 strtod(literal, NULL));

	if (n < 0 || n > LITERAL_MAX || !strchr(text, 'e'))
		return false;
	decimal_of(text, (size_t)n, &printed);
	return printed.exponent == decimal->exponent &&
	       strcmp(printed.digit, decimal->digit) == 0;
}

bool ep_json_number_exact(const char *s, size_t n)
{
	char literal[LITERAL_MAX + 1];
	struct decimal decimal;

	if (n > LITERAL_MAX)
		return false;
	memcpy(literal, s, n);
	literal[n] = '\0';
	decimal_of(literal, n, &decimal);
	if (!decimal.n)
		return true;
	if (decimal.exponent > EXPONENT_SAFE ||
	    decimal.exponent < -EXPONENT_SAFE)
		return false;
	/* Beyond 2^53 neighbours share a double, even where one is exact. */
	if (decimal.whole)
		return decimal.exponent < 15 ||
		       (decimal.exponent == 15 &&
			strtod(literal, NULL) <= 9007199254740992.0 &&
			strtod(literal, NULL) >= -9007199254740992.0 &&
			prints_same(literal, &decimal));
	return decimal.n <= DIGITS_SAFE ||
	       (decimal.n <= DIGITS_MAX && prints_same(literal, &decimal));
}

/* One escape at s; returns its length and says whether out differs. */
static size_t rewrite_escape(const char *s, struct ep_buf *out, bool *altered)
{
	unsigned int unit;

	if (s[1] != 'u') {
		ep_buf_add(out, s, 2);
		return 2;
	}
	unit = ep_json_hex4(s + 2);
	/* The closing quote is still to come, so s[6] is there. */
	if (ep_json_high_surrogate(unit) && s[6] == '\\' && s[7] == 'u' &&
	    ep_json_low_surrogate(ep_json_hex4(s + 8))) {
		ep_buf_add(out, s, 12);
		return 12;
	}
	if (unit && !ep_json_high_surrogate(unit) &&
	    !ep_json_low_surrogate(unit)) {
		ep_buf_add(out, s, 6);
		return 6;
	}
	ep_buf_adds(out, unit ? "\\ufffd" : "\\u2400");
	*altered = true;
	return 6;
}

/* The string that starts at s; returns its length with both quotes. */
static size_t rewrite_string(const char *s, struct ep_buf *out,
			     size_t *altered)
{
	bool changed = false;
	size_t i = 1, from = 0;

	while (s[i] != '"') {
		if (s[i] != '\\') {
			i++;
			continue;
		}
		ep_buf_add(out, s + from, i - from);
		i += rewrite_escape(s + i, out, &changed);
		from = i;
	}
	i++;
	ep_buf_add(out, s + from, i - from);
	*altered += changed;
	return i;
}

static size_t rewrite_number(const char *s, size_t left, struct ep_buf *out)
{
	size_t n = 1;
	bool exact;

	while (n < left && (is_digit(s[n]) || strchr("+-.eE", s[n])))
		n++;
	exact = ep_json_number_exact(s, n);
	if (!exact)
		ep_buf_addc(out, '"');
	ep_buf_add(out, s, n);
	if (!exact)
		ep_buf_addc(out, '"');
	return n;
}

size_t ep_json_rewrite(const char *s, size_t n, struct ep_buf *out)
{
	size_t i = 0, altered = 0;

	while (i < n) {
		if (s[i] == '"')
			i += rewrite_string(s + i, out, &altered);
		else if (s[i] == '-' || is_digit(s[i]))
			i += rewrite_number(s + i, n - i, out);
		else
			ep_buf_addc(out, s[i++]);
	}
	return altered;
}
