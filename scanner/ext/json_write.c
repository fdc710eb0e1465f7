/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing JSON: quoted strings, and values in one canonical form.
 */
#include "ext/json_priv.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* Needs an escape although the grammar (or UTF-8) would let it pass: what
 * JavaScript and terminals take for line ends, and DEL. */
static bool needs_escape(uint32_t cp)
{
	return cp < 0x20 || cp == '"' || cp == '\\' || cp == 0x7f ||
	       cp == 0x2028 || cp == 0x2029;
}

static void add_escape(struct ep_buf *out, uint32_t cp)
{
	static const char letter[] = "btn\0fr";

	if (cp == '"' || cp == '\\') {
		ep_buf_addc(out, '\\');
		ep_buf_addc(out, (char)cp);
	} else if (cp >= '\b' && cp <= '\r' && letter[cp - '\b']) {
		ep_buf_addc(out, '\\');
		ep_buf_addc(out, letter[cp - '\b']);
	} else if (cp > 0xffff) {
		ep_buf_addf(out, "\\u%04x\\u%04x",
			    (unsigned int)(0xd7c0 + (cp >> 10)),
			    (unsigned int)(0xdc00 + (cp & 0x3ff)));
	} else {
		ep_buf_addf(out, "\\u%04x", (unsigned int)cp);
	}
}

static bool shown_needs_escape(uint32_t cp)
{
	return needs_escape(cp) || (cp > '~' && ep_utf8_acts(cp));
}

/* What is in a text of JSON but in none of its strings is ASCII, and a line
 * end is one between them. */
static bool acts_in_json(uint32_t cp)
{
	return cp > '~' && ep_utf8_acts(cp);
}

static void add_escaped(struct ep_buf *out, const char *s,
			bool (*escape)(uint32_t cp))
{
	size_t n = strlen(s), i = 0, from = 0;

	while (i < n) {
		uint32_t cp;
		size_t len = ep_utf8_next(s + i, n - i, &cp);

		if (len && !escape(cp)) {
			i += len;
			continue;
		}
		ep_buf_add(out, s + from, i - from);
		if (len)
			add_escape(out, cp);
		else
			ep_buf_adds(out, "\xef\xbf\xbd");
		i += len ? len : 1;
		from = i;
	}
	ep_buf_add(out, s + from, n - from);
}

void ep_json_quote(struct ep_buf *out, const char *s)
{
	ep_buf_addc(out, '"');
	add_escaped(out, s, needs_escape);
	ep_buf_addc(out, '"');
}

void ep_json_quote_shown(struct ep_buf *out, const char *s)
{
	ep_buf_addc(out, '"');
	add_escaped(out, s, shown_needs_escape);
	ep_buf_addc(out, '"');
}

void ep_json_shown(struct ep_buf *out, const char *json)
{
	add_escaped(out, json, acts_in_json);
}

void ep_json_member(struct ep_buf *out, const char *name, const char *value)
{
	bool first = out->len && out->s[out->len - 1] == '{';

	ep_buf_addf(out, "%s\"%s\":", first ? "" : ",", name);
	if (value)
		ep_json_quote_shown(out, value);
	else
		ep_buf_adds(out, "null");
}

struct member {
	const struct ep_json *value;
	size_t position;
};

static int compare(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	int order = strcmp(ep_json_name(x->value), ep_json_name(y->value));

	if (order)
		return order;
	/* Equal names stay in the order of the document. */
	return x->position < y->position ? -1 : 1;
}

static void add_object(struct ep_buf *out, const struct ep_json *json)
{
	size_t n = ep_json_count(json), i = 0;
	EP_AUTO_FREE struct member *member = ep_calloc(n, sizeof(*member));
	const struct ep_json *value;

	for (value = ep_json_first(json); value; value = ep_json_next(value)) {
		member[i].value = value;
		member[i].position = i;
		i++;
	}
	if (n > 1)
		qsort(member, n, sizeof(*member), compare);
	ep_buf_addc(out, '{');
	for (i = 0; i < n; i++) {
		if (i)
			ep_buf_addc(out, ',');
		ep_json_quote(out, ep_json_name(member[i].value));
		ep_buf_addc(out, ':');
		ep_json_canon(out, member[i].value);
	}
	ep_buf_addc(out, '}');
}

static void add_array(struct ep_buf *out, const struct ep_json *json)
{
	const struct ep_json *value;
	bool first = true;

	ep_buf_addc(out, '[');
	for (value = ep_json_first(json); value; value = ep_json_next(value)) {
		if (!first)
			ep_buf_addc(out, ',');
		first = false;
		ep_json_canon(out, value);
	}
	ep_buf_addc(out, ']');
}

void ep_json_canon(struct ep_buf *out, const struct ep_json *json)
{
	switch (ep_json_type(json)) {
	case EP_JSON_OBJECT:
		add_object(out, json);
		break;
	case EP_JSON_ARRAY:
		add_array(out, json);
		break;
	case EP_JSON_STRING:
		ep_json_quote(out, ep_json_text(json));
		break;
	case EP_JSON_NULL:
		ep_buf_adds(out, "null");
		break;
	default:
		/* A number that is not finite was made a string before. */
		if (!ep_json_scalar(json, out))
			ep_buf_adds(out, "null");
		break;
	}
}
