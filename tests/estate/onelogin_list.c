/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OneLogin's two ways to page: headers with a cursor in version 2, a wrapper
 * with a whole link in version 1.
 */
#include <stdlib.h>
#include <string.h>

#include "onelogin.h"
#include "util/text.h"

/* Fewer than a client asks for: nobody is to depend on the size. */
#define PAGE_CAP 50

static const struct es_shape bare = { .records = "." };
static const struct es_shape wrapped = { .records = "data" };

static int64_t number_arg(const struct es_req *req, const char *name,
			  int64_t otherwise)
{
	const char *s = es_req_arg(req, name);

	return s ? strtoll(s, NULL, 10) : otherwise;
}

/* Where the page starts, as the cursor says. */
static bool start_of(struct es_ol_call *c, const char *name, int64_t *ret)
{
	const char *s = es_req_arg(c->req, name);
	char *end = NULL;

	*ret = s ? strtoll(s + strcspn(s, "0123456789"), &end, 10) : 0;
	if (*ret >= 0 && *ret < 100000000 && (!end || !*end))
		return true;
	es_ol_refuse(c, 400, "Invalid cursor");
	return false;
}

/* Leaves the records [from, from + size); the next start, or 0. */
static int64_t cut(struct es_ol_call *c, cJSON *docs, int64_t from,
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

static void stamp(cJSON *doc)
{
	char text[ES_TIME_TEXT];
	int64_t ms;
	cJSON *i;

	cJSON_ArrayForEach(i, doc) {
		if (cJSON_IsString(i) && es_time_parse(i->valuestring, &ms)) {
			es_time_iso(text, ms);
			cJSON_SetValuestring(i, text);
		} else {
			stamp(i);
		}
	}
}

void es_ol_list(struct es_ol_call *c, cJSON *docs)
{
	int64_t size = number_arg(c->req, "limit", PAGE_CAP);
	int64_t total = cJSON_GetArraySize(docs), from, next;
	struct es_answer *ans = c->ans;

	if (!start_of(c, "cursor", &from)) {
		cJSON_Delete(docs);
		return;
	}
	size = size < 1 || size > PAGE_CAP ? PAGE_CAP : size;
	next = cut(c, docs, from, size);
	es_answer_header(ans, "Current-Page", "%lld",
			 (long long)(from / size + 1));
	es_answer_header(ans, "Page-Items", "%lld", (long long)ans->rows);
	es_answer_header(ans, "Total-Pages", "%lld", (long long)ans->pages);
	es_answer_header(ans, "Total-Count", "%lld", (long long)total);
	if (next)
		es_answer_header(ans, "After-Cursor", "curs_%lld",
				 (long long)next);
	else
		es_answer_header(ans, "After-Cursor", "%s", "");
	ans->shape = &bare;
	stamp(docs);
	es_answer_json(ans, 200, docs);
}

void es_ol_whole(struct es_ol_call *c, cJSON *docs)
{
	c->ans->rows = cJSON_GetArraySize(docs);
	c->ans->pages = 1;
	c->ans->shape = &bare;
	stamp(docs);
	es_answer_json(c->ans, 200, docs);
}

static void add_status(cJSON *o)
{
	cJSON *in = cJSON_AddObjectToObject(o, "status");

	cJSON_AddFalseToObject(in, "error");
	cJSON_AddNumberToObject(in, "code", 200);
	cJSON_AddStringToObject(in, "type", "success");
	cJSON_AddStringToObject(in, "message", "Success");
}

static void add_pagination(const struct es_ol_call *c, cJSON *o, int64_t next)
{
	struct es_buf cursor = ES_BUF_INIT, url = ES_BUF_INIT;
	cJSON *in = cJSON_AddObjectToObject(o, "pagination");

	cJSON_AddNullToObject(in, "before_cursor");
	cJSON_AddNullToObject(in, "previous_link");
	if (!next) {
		cJSON_AddNullToObject(in, "after_cursor");
		cJSON_AddNullToObject(in, "next_link");
		return;
	}
	es_buf_fmt(&cursor, "curs_%lld", (long long)next);
	es_buf_fmt(&url, "%s%s?after_cursor=%s", c->req->base, c->req->path,
		   cursor.p);
	if (es_req_arg(c->req, "since")) {
		es_buf_str(&url, "&since=");
		es_buf_url(&url, es_req_arg(c->req, "since"));
	}
	cJSON_AddStringToObject(in, "after_cursor", cursor.p);
	cJSON_AddStringToObject(in, "next_link", url.p);
	es_buf_release(&cursor);
	es_buf_release(&url);
}

void es_ol_wrapped(struct es_ol_call *c, cJSON *docs, int64_t size)
{
	cJSON *o = cJSON_CreateObject();
	int64_t from, next;

	cJSON_AddItemToObject(o, "data", docs);
	if (!start_of(c, "after_cursor", &from)) {
		cJSON_Delete(o);
		return;
	}
	next = cut(c, docs, from, size);
	add_status(o);
	add_pagination(c, o, next);
	c->ans->shape = &wrapped;
	stamp(docs);
	es_answer_json(c->ans, 200, o);
}
