/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ConnectWise PSA's lists: bare arrays with conditions, the fields that were
 * asked for, and two ways of paging, by number and forward only.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "connectwise.h"

#define SIZE_DEFAULT 25
#define SIZE_MOST 1000

static const struct es_shape bare = { .records = "" };

/* One name of `fields`, with slashes between: copied from one object into
 * the other, with the objects on the way. */
static void copy_field(const cJSON *from, cJSON *to, const char *path,
		       size_t n)
{
	size_t first = strcspn(path, "/,");
	char name[64];
	const cJSON *in;
	cJSON *out;

	if (first > n)
		first = n;
	snprintf(name, sizeof(name), "%.*s", (int)first, path);
	in = es_get(from, name);
	if (!in)
		return;
	out = cJSON_GetObjectItemCaseSensitive(to, name);
	if (first == n && !out) {
		cJSON_AddItemToObject(to, name, cJSON_Duplicate(in, 1));
	} else if (first < n && cJSON_IsObject(in)) {
		if (!out)
			out = cJSON_AddObjectToObject(to, name);
		copy_field(in, out, path + first + 1, n - first - 1);
	}
}

/* Takes doc. */
static cJSON *only_fields(const struct es_cw_call *c, cJSON *doc)
{
	const char *fields = es_req_arg(c->req, "fields");
	cJSON *to;

	if (!fields || !*fields)
		return doc;
	to = cJSON_CreateObject();
	while (*fields) {
		size_t n = strcspn(fields, ",");

		copy_field(doc, to, fields, n);
		fields += n + (fields[n] == ',');
	}
	cJSON_Delete(doc);
	return to;
}

/* Leaves the records that meet the conditions; false with the answer
 * written when there is something that is not understood. */
static bool sift(struct es_cw_call *c, cJSON *docs)
{
	const char *text = es_req_arg(c->req, "conditions");
	cJSON *empty = cJSON_CreateObject(), *i, *next;
	bool bad = false;

	if (text && *text)
		es_cw_meets(empty, text, &bad);
	cJSON_Delete(empty);
	if (bad || es_req_arg(c->req, "childConditions") ||
	    es_req_arg(c->req, "customFieldConditions")) {
		es_cw_error(c->ans, 400, "The conditions are not valid.");
		return false;
	}
	for (i = docs->child; text && *text && i; i = next) {
		next = i->next;
		if (!es_cw_meets(i, text, &bad))
			cJSON_Delete(cJSON_DetachItemViaPointer(docs, i));
	}
	return true;
}

static bool forward_only(const struct es_cw_call *c)
{
	return !strcasecmp(es_req_header(c->req, "pagination-type"),
			   "forward-only");
}

static void sort_by_id(cJSON *docs, bool down)
{
	cJSON *rest = cJSON_CreateArray(), *i, *best;

	while (docs->child)
		cJSON_AddItemToArray(rest,
				     cJSON_DetachItemFromArray(docs, 0));
	while (rest->child) {
		best = rest->child;
		cJSON_ArrayForEach(i, rest)
			if ((es_int(i, "id", 0) < es_int(best, "id", 0)) !=
			    down)
				best = i;
		cJSON_AddItemToArray(docs,
				     cJSON_DetachItemViaPointer(rest, best));
	}
	cJSON_Delete(rest);
}

/* Only by id, either way; without orderBy rows come as they lie. */
static bool sort(struct es_cw_call *c, cJSON *docs)
{
	const char *by = es_req_arg(c->req, "orderBy");
	bool forward = forward_only(c), down;

	down = by && !strcasecmp(by, "id desc");
	if (by && (forward || (!down && strcasecmp(by, "id") &&
			       strcasecmp(by, "id asc")))) {
		es_cw_error(c->ans, 400, "orderBy is not valid here.");
		return false;
	}
	if (by || forward)
		sort_by_id(docs, down);
	return true;
}

static int64_t number(const struct es_cw_call *c, const char *name,
		      int64_t otherwise)
{
	const char *s = es_req_arg(c->req, name);
	int64_t n = s ? strtoll(s, NULL, 10) : 0;

	return n > 0 ? n : otherwise;
}

/* A link as the server prints it: another host is as good to it. */
static void add_link(struct es_cw_call *c, const char *name, int64_t to)
{
	struct es_buf url = ES_BUF_INIT;
	int i;

	es_buf_fmt(&url, "%s%s?%s=%lld",
		   es_str(c->psa, "link_host", c->req->base), c->req->path,
		   name, (long long)to);
	for (i = 0; i < c->req->nargs; i++) {
		if (!strcmp(c->req->args[i].name, name))
			continue;
		es_buf_str(&url, "&");
		es_buf_url(&url, c->req->args[i].name);
		es_buf_str(&url, "=");
		es_buf_url(&url, c->req->args[i].value);
	}
	es_answer_header(c->ans, "Link", "<%s>; rel=\"next\"", url.p);
	es_buf_release(&url);
}

/* Where the page starts in docs. */
static int64_t start_of(const struct es_cw_call *c, const cJSON *docs,
			int64_t size)
{
	int64_t at = 0, after = number(c, "pageId", 0);
	const cJSON *i;

	if (!forward_only(c))
		return (number(c, "page", 1) - 1) * size;
	cJSON_ArrayForEach(i, docs)
		at += es_int(i, "id", 0) <= after;
	return at;
}

static void answer_page(struct es_cw_call *c, cJSON *docs)
{
	int64_t size = number(c, "pageSize", SIZE_DEFAULT);
	int64_t n = cJSON_GetArraySize(docs), from, i, last = 0;
	cJSON *page = cJSON_CreateArray(), *doc;

	if (size > SIZE_MOST)
		size = SIZE_MOST;
	from = start_of(c, docs, size);
	c->ans->page = from / size;
	c->ans->pages = (n + size - 1) / size;
	if ((c->req->twist & ES_TWIST_ENDLESS) && n)
		from %= n;
	for (i = from; i < from + size && i < n; i++) {
		doc = cJSON_Duplicate(cJSON_GetArrayItem(docs, (int)i), 1);
		last = es_int(doc, "id", 0);
		cJSON_AddItemToArray(page, only_fields(c, doc));
	}
	if (from + size < n && forward_only(c))
		add_link(c, "pageId", last);
	else if (from + size < n)
		add_link(c, "page", from / size + 2);
	c->ans->rows = cJSON_GetArraySize(page);
	c->ans->shape = &bare;
	es_answer_json(c->ans, 200, page);
}

void es_cw_list(struct es_cw_call *c, cJSON *docs)
{
	if (sift(c, docs) && sort(c, docs))
		answer_page(c, docs);
	cJSON_Delete(docs);
}

void es_cw_count(struct es_cw_call *c, cJSON *docs)
{
	cJSON *o;

	if (sift(c, docs)) {
		o = cJSON_CreateObject();
		cJSON_AddNumberToObject(o, "count", cJSON_GetArraySize(docs));
		es_answer_json(c->ans, 200, o);
	}
	cJSON_Delete(docs);
}

void es_cw_single(struct es_cw_call *c, cJSON *doc)
{
	es_answer_json(c->ans, 200, only_fields(c, doc));
}
