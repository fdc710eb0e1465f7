/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Okta's listings: bare arrays, Link headers in two layouts with an opaque
 * cursor, and the few operators that filter and search understand.
 */
#include <stdlib.h>
#include <string.h>

#include "okta.h"
#include "util/text.h"

/* So that nobody reads a position out of a cursor. */
#define CURSOR_MASK 0x5eed2026u

static const struct es_shape bare = { .records = "." };
static const struct es_shape valued = { .records = "value",
					.links = "_links", .hal = true };

cJSON *es_ok_stamped(cJSON *doc)
{
	char text[ES_TIME_TEXT];
	int64_t ms;
	cJSON *i;

	cJSON_ArrayForEach(i, doc) {
		if (cJSON_IsString(i) && es_time_parse(i->valuestring, &ms)) {
			es_time_iso(text, ms);
			cJSON_SetValuestring(i, text);
		} else {
			es_ok_stamped(i);
		}
	}
	return doc;
}

static const char *value_at(const cJSON *doc, const char *path, size_t n)
{
	char slashed[64];
	const cJSON *v;
	size_t i;

	if (n >= sizeof(slashed))
		return NULL;
	for (i = 0; i < n; i++)
		slashed[i] = path[i] == '.' ? '/' : path[i];
	slashed[n] = '\0';
	v = es_at(doc, slashed);
	return cJSON_IsString(v) ? v->valuestring : NULL;
}

static bool compare(const char *have, const char *op, size_t n,
		    const char *want, size_t len, bool *ret_known)
{
	int c;

	if (!have)
		return false;
	c = strncmp(have, want, len);
	if (!c && have[len])
		c = 1;
	if (n == 2 && !strncmp(op, "eq", 2))
		return c == 0;
	if (n == 2 && !strncmp(op, "gt", 2))
		return c > 0;
	if (n == 2 && !strncmp(op, "lt", 2))
		return c < 0;
	*ret_known = false;
	return false;
}

/* One `path op "value"` or `path pr` of an expression; moves *at behind. */
static bool term(const cJSON *doc, const char **at, bool *ret_known)
{
	const char *path = *at, *op, *want;
	size_t np = strcspn(path, " "), no, nw;
	const char *have = value_at(doc, path, np);

	op = path + np + (path[np] == ' ');
	no = strcspn(op, " ");
	if (no == 2 && !strncmp(op, "pr", 2)) {
		*at = op + no;
		return have != NULL;
	}
	want = op + no + (op[no] == ' ');
	if (*want != '"') {
		*ret_known = false;
		return false;
	}
	want++;
	nw = strcspn(want, "\"");
	*at = want + nw + (want[nw] == '"');
	return compare(have, op, no, want, nw, ret_known);
}

/* Terms joined by `and` or `or`, from the left. */
static bool matches(const cJSON *doc, const char *at, bool *ret_known)
{
	bool yes = term(doc, &at, ret_known);

	while (*ret_known && *at) {
		bool or = !strncmp(at, " or ", 4);
		bool next;

		if (!or && strncmp(at, " and ", 5)) {
			*ret_known = false;
			return false;
		}
		at += or ? 4 : 5;
		next = term(doc, &at, ret_known);
		yes = or ? yes || next : yes && next;
	}
	return yes;
}

/* False: the expression was not understood, and the answer says so. */
static bool sift(struct es_ok_call *c, cJSON *docs)
{
	const char *filter = es_req_arg(c->req, "filter");
	bool known = true;
	int i;

	if (!filter)
		filter = es_req_arg(c->req, "search");
	for (i = 0; filter && known && i < cJSON_GetArraySize(docs);)
		if (matches(cJSON_GetArrayItem(docs, i), filter, &known))
			i++;
		else
			cJSON_DeleteItemFromArray(docs, i);
	if (!known)
		es_ok_error(c->ans, 400, "Invalid search criteria.");
	return known;
}

static void add_url(struct es_buf *out, const struct es_ok_call *c,
		    int64_t from)
{
	const struct es_req *req = c->req;
	char mark = '?';
	int i;

	es_buf_fmt(out, "%s%s", req->base, req->path);
	if (from > 0) {
		es_buf_fmt(out, "?after=%08llx",
			   (unsigned long long)from ^ CURSOR_MASK);
		mark = '&';
	}
	for (i = 0; i < req->nargs; i++) {
		if (!strcmp(req->args[i].name, "after"))
			continue;
		es_buf_fmt(out, "%c", mark);
		mark = '&';
		es_buf_url(out, req->args[i].name);
		es_buf_str(out, "=");
		es_buf_url(out, req->args[i].value);
	}
}

/* Two header lines, or one with a comma, as the org's world says. */
static void add_links(struct es_ok_call *c, int64_t from, int64_t next)
{
	bool comma = !strcmp(es_str(c->org, "links", "lines"), "comma");
	const char *name = comma ? "link" : "Link";
	struct es_buf self = ES_BUF_INIT, more = ES_BUF_INIT;

	add_url(&self, c, from);
	if (next > 0)
		add_url(&more, c, next);
	if (comma && next > 0) {
		es_answer_header(c->ans, name,
				 "<%s>; rel=\"self\", <%s>; rel=\"next\"",
				 self.p, more.p);
	} else {
		es_answer_header(c->ans, name, "<%s>; rel=\"self\"", self.p);
		if (next > 0)
			es_answer_header(c->ans, name, "<%s>; rel=\"next\"",
					 more.p);
	}
	es_buf_release(&self);
	es_buf_release(&more);
}

/* The page asked for: false when limit or cursor is no such thing. */
static bool window(struct es_ok_call *c, int64_t *size, int64_t max,
		   int64_t *ret_from)
{
	const char *limit = es_req_arg(c->req, "limit");
	const char *after = es_req_arg(c->req, "after");
	char *end = NULL;

	*ret_from = 0;
	if (limit)
		*size = strtoll(limit, NULL, 10);
	if (*size > max)
		*size = max;
	if (after)
		*ret_from = (int64_t)(strtoull(after, &end, 16) ^ CURSOR_MASK);
	if (*size > 0 && *ret_from >= 0 && *ret_from < 100000000 &&
	    (!end || !*end))
		return true;
	es_ok_error(c->ans, 400, "The request is missing a valid limit or "
				 "after parameter.");
	return false;
}

/* Leaves the records [from, from + size) in docs; returns where the next
 * page starts, 0 at the end. */
static int64_t cut(const struct es_ok_call *c, cJSON *docs, int64_t from,
		   int64_t size)
{
	int64_t n = cJSON_GetArraySize(docs), at = from, i;
	bool endless = (c->req->twist & ES_TWIST_ENDLESS) && n > 0;

	if (endless)
		at = from % n;
	c->ans->page = from / size;
	c->ans->pages = (n + size - 1) / size;
	for (i = 0; i < at && cJSON_GetArraySize(docs); i++)
		cJSON_DeleteItemFromArray(docs, 0);
	while (cJSON_GetArraySize(docs) > size)
		cJSON_DeleteItemFromArray(docs, (int)size);
	c->ans->rows = cJSON_GetArraySize(docs);
	return endless || from + size < n ? from + size : 0;
}

void es_ok_list(struct es_ok_call *c, cJSON *docs, int64_t size, int64_t max)
{
	int64_t from, next;

	if (!sift(c, docs) || !window(c, &size, max, &from)) {
		cJSON_Delete(docs);
		return;
	}
	next = cut(c, docs, from, size);
	add_links(c, from, next);
	c->ans->shape = &bare;
	es_answer_json(c->ans, 200, es_ok_stamped(docs));
}

void es_ok_whole(struct es_ok_call *c, cJSON *docs)
{
	c->ans->rows = cJSON_GetArraySize(docs);
	c->ans->pages = 1;
	c->ans->shape = &bare;
	es_answer_json(c->ans, 200, es_ok_stamped(docs));
}

static void add_link(cJSON *links, const struct es_ok_call *c,
		     const char *name, int64_t from)
{
	struct es_buf url = ES_BUF_INIT;

	add_url(&url, c, from);
	cJSON_AddStringToObject(cJSON_AddObjectToObject(links, name), "href",
				url.p);
	es_buf_release(&url);
}

void es_ok_values(struct es_ok_call *c, cJSON *docs, int64_t size)
{
	cJSON *o = cJSON_CreateObject(), *links;
	int64_t from, next;

	cJSON_AddItemToObject(o, "value", docs);
	if (!window(c, &size, size, &from)) {
		cJSON_Delete(o);
		return;
	}
	next = cut(c, docs, from, size);
	links = cJSON_AddObjectToObject(o, "_links");
	add_link(links, c, "self", from);
	if (next > 0)
		add_link(links, c, "next", next);
	c->ans->shape = &valued;
	es_answer_json(c->ans, 200, es_ok_stamped(o));
}
