/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Link response header (RFC 8288): which target is rel=next.
 */
#include "ext/http.h"

#include <string.h>

#include "base/str.h"

struct link {
	struct ep_str target;
	struct ep_str rel;	/* the first rel parameter; p NULL without */
	bool anchored;		/* about another resource */
};

static void skip_space(struct ep_str *s)
{
	while (s->n > 0 && (*s->p == ' ' || *s->p == '\t')) {
		s->p++;
		s->n--;
	}
}

static void advance(struct ep_str *s, size_t n)
{
	s->p += n;
	s->n -= n;
}

static bool take(struct ep_str *s, char c)
{
	skip_space(s);
	if (s->n == 0 || *s->p != c)
		return false;
	advance(s, 1);
	return true;
}

/* Up to one of the bytes in stop or the end. */
static struct ep_str take_until(struct ep_str *s, const char *stop)
{
	struct ep_str part = { s->p, 0 };

	while (part.n < s->n && !strchr(stop, s->p[part.n]))
		part.n++;
	advance(s, part.n);
	return part;
}

/* A quoted string after its opening quote; escapes stay in it, since no
 * relation type needs one. */
static struct ep_str take_quoted(struct ep_str *s)
{
	struct ep_str part = { s->p, 0 };

	while (part.n < s->n && s->p[part.n] != '"') {
		bool pair = s->p[part.n] == '\\' && part.n + 1 < s->n;

		part.n += pair ? 2 : 1;
	}
	advance(s, part.n);
	take(s, '"');
	return part;
}

static bool name_is(struct ep_str name, const char *want)
{
	name = ep_str_trim(name);
	return name.n == strlen(want) &&
	       strncasecmp(name.p, want, name.n) == 0;
}

static void take_parameter(struct ep_str *s, struct link *link)
{
	struct ep_str name = take_until(s, "=;,");
	struct ep_str value = { NULL, 0 };

	if (take(s, '=')) {
		if (take(s, '"'))
			value = take_quoted(s);
		else
			value = ep_str_trim(take_until(s, ";,"));
	}
	if (name_is(name, "rel") && !link->rel.p)
		link->rel = value;
	if (name_is(name, "anchor"))
		link->anchored = true;
}

/* One link; false at the end or where the text is no longer understood. */
static bool take_link(struct ep_str *s, struct link *ret)
{
	*ret = (struct link){ 0 };
	while (take(s, ','))
		;
	if (!take(s, '<'))
		return false;
	ret->target = take_until(s, ">");
	if (!take(s, '>'))
		return false;
	while (take(s, ';'))
		take_parameter(s, ret);
	skip_space(s);
	return s->n == 0 || *s->p == ',';
}

/* rel holds one or more relation types between blanks. */
static bool rel_is_next(struct ep_str rel)
{
	struct ep_str part;

	while (rel.p && ep_str_cut(&rel, ' ', &part))
		if (name_is(part, "next"))
			return true;
	return false;
}

bool ep_http_link_next(const char *link_header, struct ep_buf *out)
{
	struct ep_str s = ep_str(link_header ? link_header : "");
	struct link link;

	while (take_link(&s, &link)) {
		if (link.anchored || !rel_is_next(link.rel))
			continue;
		ep_buf_add(out, link.target.p, link.target.n);
		return true;
	}
	return false;
}
