/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The strict check of a JSON document: RFC 8259 grammar, UTF-8, nesting and
 * number of values, in one pass over the bytes.  Every page of every vendor
 * goes through it, so plain text is skipped eight bytes at a time and all
 * else is decided by a table of byte classes.
 */
#include "ext/json_priv.h"

#include <stdint.h>
#include <string.h>

#include "base/str.h"
#include "ext/json_skip.h"

_Static_assert(EP_JSON_DEPTH_MAX <= 64, "one bit of nesting a level");

enum class {
	OTHER,
	SPACE,
	QUOTE,
	DIGIT,
	MINUS,
	WORD,
	OPEN_OBJECT,
	OPEN_ARRAY,
	CLOSE_OBJECT,
	CLOSE_ARRAY,
	COMMA,
	COLON
};

static const unsigned char class_of[256] = {
	[' '] = SPACE,	      ['\t'] = SPACE,	    ['\n'] = SPACE,
	['\r'] = SPACE,	      ['"'] = QUOTE,	    ['-'] = MINUS,
	['0' ... '9'] = DIGIT, ['t'] = WORD,	    ['f'] = WORD,
	['n'] = WORD,	      ['{'] = OPEN_OBJECT,  ['['] = OPEN_ARRAY,
	['}'] = CLOSE_OBJECT, [']'] = CLOSE_ARRAY,  [','] = COMMA,
	[':'] = COLON,
};

/* Hex digits: 16 + value, so that 0 means none. */
static const unsigned char hex_digit[256] = {
	['0'] = 16, ['1'] = 17, ['2'] = 18, ['3'] = 19, ['4'] = 20, ['5'] = 21,
	['6'] = 22, ['7'] = 23, ['8'] = 24, ['9'] = 25, ['a'] = 26, ['b'] = 27,
	['c'] = 28, ['d'] = 29, ['e'] = 30, ['f'] = 31, ['A'] = 26, ['B'] = 27,
	['C'] = 28, ['D'] = 29, ['E'] = 30, ['F'] = 31,
};

/* What may come next. */
enum state {
	WANT_VALUE,
	WANT_VALUE_OR_CLOSE,	/* after '[' */
	WANT_NAME,
	WANT_NAME_OR_CLOSE,	/* after '{' */
	WANT_COLON,
	WANT_COMMA_OR_CLOSE,	/* in a container */
	WANT_END
};

static const char *const wanted[] = {
	[WANT_VALUE] = "a value is missing",
	[WANT_VALUE_OR_CLOSE] = "a value or ']' is missing",
	[WANT_NAME] = "a member name is missing",
	[WANT_NAME_OR_CLOSE] = "a member name or '}' is missing",
	[WANT_COLON] = "':' is missing after a member name",
	[WANT_COMMA_OR_CLOSE] = "',' or the closing bracket is missing",
	[WANT_END] = "something follows the document",
};

struct scan {
	const char *start;
	const char *p;
	const char *end;
	enum state state;
	uint64_t objects;	/* bit per level, the innermost lowest */
	int depth;
	long values;
	bool rewrite;
	const char *why;	/* what is wrong at p */
	enum ep_code code;
	struct ep_json_splitter *split;	/* NULL: nobody wants to know */
	bool escaped;	/* the string at hand has an escape */
};

static bool wrong(struct scan *scan, const char *why)
{
	scan->why = why;
	scan->code = EP_EDATA;
	return false;
}

static bool too_much(struct scan *scan, const char *why)
{
	scan->why = why;
	scan->code = EP_ELIMIT;
	return false;
}

unsigned int ep_json_hex4(const char *s)
{
	unsigned int unit = 0;
	int i;

	for (i = 0; i < 4; i++)
		unit = unit << 4 | (hex_digit[(unsigned char)s[i]] & 15u);
	return unit;
}

static bool hex4(struct scan *scan)
{
	int i;

	for (i = 0; i < 4; i++, scan->p++)
		if (scan->p == scan->end ||
		    !hex_digit[(unsigned char)*scan->p])
			return wrong(scan, "\\u needs four hex digits");
	return true;
}

/* The code unit after "\u", and its second half when there is one. */
static bool unicode_escape(struct scan *scan)
{
	unsigned int unit;

	if (!hex4(scan))
		return false;
	unit = ep_json_hex4(scan->p - 4);
	if (!unit || ep_json_low_surrogate(unit))
		scan->rewrite = true;
	if (!ep_json_high_surrogate(unit))
		return true;
	if (scan->end - scan->p < 2 || scan->p[0] != '\\' ||
	    scan->p[1] != 'u') {
		scan->rewrite = true;
		return true;
	}
	scan->p += 2;
	if (!hex4(scan))
		return false;
	if (!ep_json_low_surrogate(ep_json_hex4(scan->p - 4)))
		scan->rewrite = true;
	return true;
}

static bool escape(struct scan *scan)
{
	char c;

	scan->escaped = true;
	scan->p++;
	if (scan->p == scan->end)
		return wrong(scan, "the document stops inside a string");
	c = *scan->p++;
	if (c == 'u')
		return unicode_escape(scan);
	if (c == '"' || c == '\\' || c == '/' || c == 'b' || c == 'f' ||
	    c == 'n' || c == 'r' || c == 't')
		return true;
	scan->p--;
	return wrong(scan, "no such escape in a string");
}

/* From the opening quote to behind the closing one. */
static bool string(struct scan *scan)
{
	uint32_t cp;
	size_t len;

	for (scan->p++;;) {
		scan->p = ep_json_skip(scan->p, scan->end);
		if (scan->p == scan->end)
			return wrong(scan, "the document stops inside a "
					   "string");
		if (*scan->p == '"') {
			scan->p++;
			return true;
		}
		if (*scan->p == '\\') {
			if (!escape(scan))
				return false;
			continue;
		}
		if ((unsigned char)*scan->p < 0x20)
			return wrong(scan, "control character in a string");
		len = ep_utf8_next(scan->p, (size_t)(scan->end - scan->p),
				   &cp);
		if (!len)
			return wrong(scan, "invalid UTF-8 in a string");
		scan->p += len;
	}
}

static bool digits(struct scan *scan)
{
	const char *from = scan->p;

	while (scan->p < scan->end &&
	       class_of[(unsigned char)*scan->p] == DIGIT)
		scan->p++;
	return scan->p > from || wrong(scan, "a digit is missing");
}

static bool at(const struct scan *scan, char c)
{
	return scan->p < scan->end && *scan->p == c;
}

/* The optional exponent. */
static bool exponent(struct scan *scan, bool *ret_there)
{
	*ret_there = at(scan, 'e') || at(scan, 'E');
	if (!*ret_there)
		return true;
	scan->p++;
	if (at(scan, '+') || at(scan, '-'))
		scan->p++;
	return digits(scan);
}

static bool number(struct scan *scan)
{
	const char *from = scan->p;
	bool power;

	if (at(scan, '-'))
		scan->p++;
	if (at(scan, '0'))
		scan->p++;
	else if (!digits(scan))
		return false;
	if (at(scan, '.')) {
		scan->p++;
		if (!digits(scan))
			return false;
	}
	if (!exponent(scan, &power))
		return false;
	/* Up to 15 digits always fit. */
	if ((power || scan->p - from > 15) && !scan->rewrite &&
	    !ep_json_number_exact(from, (size_t)(scan->p - from)))
		scan->rewrite = true;
	return true;
}

static bool word(struct scan *scan)
{
	static const char *const words[] = { "true", "false", "null" };
	size_t left = (size_t)(scan->end - scan->p), i;

	for (i = 0; i < 3; i++) {
		size_t n = strlen(words[i]);

		if (left >= n && memcmp(scan->p, words[i], n) == 0) {
			scan->p += n;
			return true;
		}
	}
	return wrong(scan, "neither true, false nor null");
}

/* --- the grammar, on ----------------------------------------------------- */

static void after_value(struct scan *scan)
{
	scan->state = scan->depth ? WANT_COMMA_OR_CLOSE : WANT_END;
}

static bool open_container(struct scan *scan, bool object)
{
	if (scan->depth == EP_JSON_DEPTH_MAX)
		return too_much(scan, "nesting deeper than EP_JSON_DEPTH_MAX");
	scan->depth++;
	scan->objects = scan->objects << 1 | object;
	scan->state = object ? WANT_NAME_OR_CLOSE : WANT_VALUE_OR_CLOSE;
	if (scan->split)
		ep_json_split_open(scan->split, scan->p, scan->depth, object);
	scan->p++;
	return true;
}

static bool close_container(struct scan *scan, bool object)
{
	bool empty = scan->state ==
		     (object ? WANT_NAME_OR_CLOSE : WANT_VALUE_OR_CLOSE);

	if (!scan->depth || (scan->objects & 1) != object ||
	    (!empty && scan->state != WANT_COMMA_OR_CLOSE))
		return wrong(scan, wanted[scan->state]);
	if (scan->split)
		ep_json_split_close(scan->split, scan->p, scan->depth);
	scan->depth--;
	scan->objects >>= 1;
	scan->p++;
	after_value(scan);
	return true;
}

/* One scalar or the opening of a container. */
static bool value(struct scan *scan, enum class class)
{
	const char *from = scan->p;
	bool good;

	if (scan->state != WANT_VALUE && scan->state != WANT_VALUE_OR_CLOSE)
		return wrong(scan, wanted[scan->state]);
	if (++scan->values > EP_JSON_VALUES_MAX)
		return too_much(scan, "more values than EP_JSON_VALUES_MAX");
	if (class == OPEN_OBJECT || class == OPEN_ARRAY)
		return open_container(scan, class == OPEN_OBJECT);
	switch (class) {
	case QUOTE:
		good = string(scan);
		break;
	case WORD:
		good = word(scan);
		break;
	default:
		good = number(scan);
		break;
	}
	if (good && scan->split)
		ep_json_split_scalar(scan->split, from, scan->p, scan->depth);
	after_value(scan);
	return good;
}

static bool quoted(struct scan *scan)
{
	const char *from = scan->p;

	if (scan->state != WANT_NAME && scan->state != WANT_NAME_OR_CLOSE)
		return value(scan, QUOTE);
	scan->state = WANT_COLON;
	scan->escaped = false;
	if (!string(scan))
		return false;
	if (scan->split)
		ep_json_split_name(scan->split, from + 1,
				   (size_t)(scan->p - from) - 2, scan->depth,
				   scan->escaped);
	if (at(scan, ':')) {
		scan->p++;
		scan->state = WANT_VALUE;
	}
	return true;
}

static bool punctuation(struct scan *scan, enum class class)
{
	if (class == COLON && scan->state == WANT_COLON)
		scan->state = WANT_VALUE;
	else if (class == COMMA && scan->state == WANT_COMMA_OR_CLOSE)
		scan->state = scan->objects & 1 ? WANT_NAME : WANT_VALUE;
	else
		return wrong(scan, wanted[scan->state]);
	scan->p++;
	return true;
}

static bool token(struct scan *scan)
{
	enum class class = class_of[(unsigned char)*scan->p];

	switch (class) {
	case SPACE:
		scan->p++;
		return true;
	case QUOTE:
		return quoted(scan);
	case COMMA:
	case COLON:
		return punctuation(scan, class);
	case CLOSE_OBJECT:
	case CLOSE_ARRAY:
		return close_container(scan, class == CLOSE_OBJECT);
	case OTHER:
		return wrong(scan, wanted[scan->state]);
	default:
		return value(scan, class);
	}
}

static int report(const struct scan *scan, struct ep_err *err)
{
	size_t n = (size_t)(scan->p - scan->start);

	if (scan->start == scan->end)
		return ep_err_set(err, EP_EDATA, "not JSON: empty");
	/* By far the commonest reason: a sign-in or error page. */
	if (scan->start < scan->end && *scan->start == '<')
		return ep_err_set(err, EP_EDATA,
				  "not JSON but a page that starts with '<'");
	if (scan->code == EP_ELIMIT)
		return ep_err_set(err, EP_ELIMIT, "JSON at byte %zu: %s", n,
				  scan->why);
	return ep_err_set(err, EP_EDATA, "not JSON at byte %zu: %s%s", n,
			  scan->why,
			  scan->p == scan->end ? " (the document ends)" : "");
}

static int run(struct scan *scan, struct ep_json_scan *ret, struct ep_err *err)
{
	while (scan->p < scan->end && !scan->why)
		if (!token(scan))
			return report(scan, err);
	if (scan->state != WANT_END) {
		wrong(scan, wanted[scan->state]);
		return report(scan, err);
	}
	ret->rewrite = scan->rewrite;
	return EP_OK;
}

/* The length of a byte-order mark. */
static size_t mark_of(const char *s, size_t n)
{
	return n >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

int ep_json_scan(const char *s, size_t n, struct ep_json_scan *ret,
		 struct ep_err *err)
{
	size_t mark = mark_of(s, n);
	struct scan scan = {
		.start = s, .p = s + mark, .end = s + n, .state = WANT_VALUE,
	};

	ret->start = mark;
	return run(&scan, ret, err);
}

int ep_json_check(const char *s, size_t n, struct ep_err *err)
{
	struct ep_json_scan scan;

	return ep_json_scan(s, n, &scan, err);
}

int ep_json_check_parts(const char *s, size_t n, struct ep_json_splitter *split,
			bool *ret_rewrite, struct ep_err *err)
{
	struct scan scan = {
		.start = s, .p = s, .end = s + n, .state = WANT_VALUE,
		.split = split,
	};
	struct ep_json_scan said = { 0 };
	int rc = run(&scan, &said, err);

	*ret_rewrite = said.rewrite;
	return rc;
}
