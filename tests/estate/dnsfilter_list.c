/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DNSFilter's documents and pages: ids as text outside and numbers inside,
 * pages by page[number] and page[size], links that echo every parameter,
 * times in US Eastern.
 */
#include <stdlib.h>
#include <string.h>

#include "dnsfilter.h"
#include "util/text.h"

#define SIZE_MAX_DF 1500

static const struct es_shape paged = { .records = "data", .links = "links",
				       .role = "role" };
static const struct es_shape unpaged = { .records = "data" };

void es_df_eastern(cJSON *o)
{
	char text[ES_TIME_TEXT];
	int64_t ms;
	cJSON *i;

	cJSON_ArrayForEach(i, o) {
		if (cJSON_IsString(i) && es_time_parse(i->valuestring, &ms)) {
			es_time_eastern(text, ms);
			cJSON_SetValuestring(i, text);
		} else {
			es_df_eastern(i);
		}
	}
}

static void add_uuid(cJSON *o, const char *type, const char *id,
		     const cJSON *rec)
{
	char uuid[ES_UUID_TEXT];

	es_uuid(uuid, es_hash_str(type, id));
	cJSON_AddStringToObject(o, "uuid", es_str(rec, "uuid", uuid));
}

cJSON *es_df_document(const char *type, const cJSON *rec, const char *id,
		      cJSON *attributes, cJSON *relationships)
{
	cJSON *o = cJSON_CreateObject();

	es_df_eastern(attributes);
	cJSON_AddStringToObject(o, "id", id);
	cJSON_AddStringToObject(o, "type", type);
	add_uuid(o, type, id, rec);
	cJSON_AddItemToObject(o, "attributes", attributes);
	if (relationships)
		cJSON_AddItemToObject(o, "relationships", relationships);
	return o;
}

cJSON *es_df_reference(const char *type, int64_t id)
{
	cJSON *o = cJSON_CreateObject(), *data;
	char text[32];

	if (id <= 0) {
		cJSON_AddNullToObject(o, "data");
		return o;
	}
	snprintf(text, sizeof(text), "%lld", (long long)id);
	data = cJSON_AddObjectToObject(o, "data");
	cJSON_AddStringToObject(data, "id", text);
	cJSON_AddStringToObject(data, "type", type);
	add_uuid(data, type, text, NULL);
	return o;
}

void es_df_collect(const struct es_df_call *c, const char *member,
		   es_df_filter_fn *filter, int64_t gen,
		   struct es_list *list)
{
	const cJSON *i;
	int k;

	for (k = 0; k < c->norgs; k++) {
		const struct es_df_org *o = &c->orgs[k];

		if (!es_df_org_wanted(c, o))
			continue;
		cJSON_ArrayForEach(i, es_get(o->rec, member))
			if (!filter || filter(c, i))
				es_list_add(list, i, o->rec);
		if (!o->rec)
			es_list_add_range(list, o->number, 0, gen);
	}
}

static int64_t page_arg(const struct es_req *req, const char *name,
			int64_t otherwise, int64_t max)
{
	const char *s = es_req_arg(req, name);
	int64_t n = s ? strtoll(s, NULL, 10) : otherwise;

	return n < 1 || n > max ? otherwise : n;
}

/* page < 1: there is no such page, null. */
static void add_link(struct es_buf *out, const struct es_df_call *c,
		     const char *name, int64_t page, int64_t size)
{
	const struct es_req *req = c->req;
	int i;

	es_buf_fmt(out, "\"%s\":", name);
	if (page < 1) {
		es_buf_str(out, "null");
		return;
	}
	es_buf_fmt(out, "\"%s%s?", req->base, req->path);
	for (i = 0; i < req->nargs; i++) {
		if (!strncmp(req->args[i].name, "page[", 5))
			continue;
		es_buf_url(out, req->args[i].name);
		es_buf_str(out, "=");
		es_buf_url(out, req->args[i].value);
		es_buf_str(out, "&");
	}
	es_buf_fmt(out, "page%%5Bnumber%%5D=%lld&page%%5Bsize%%5D=%lld\"",
		   (long long)page, (long long)size);
}

static void add_links(struct es_df_call *c, int64_t page, int64_t size,
		      int64_t pages)
{
	struct es_buf *out = &c->ans->body;

	es_buf_str(out, "\"links\":{");
	add_link(out, c, "self", page, size);
	es_buf_str(out, ",");
	add_link(out, c, "first", 1, size);
	es_buf_str(out, ",");
	add_link(out, c, "prev", page - 1, size);
	es_buf_str(out, ",");
	add_link(out, c, "next", page < pages ? page + 1 : 0, size);
	es_buf_str(out, ",");
	add_link(out, c, "last", pages ? pages : 1, size);
	es_buf_str(out, "}");
}

void es_df_list(struct es_df_call *c, const struct es_list *list,
		es_put_fn *put)
{
	struct es_answer *ans = c->ans;
	int64_t size = page_arg(c->req, "page[size]", SIZE_MAX_DF,
				SIZE_MAX_DF);
	int64_t page = page_arg(c->req, "page[number]", 1, 1000000000);
	int64_t pages = (list->total + size - 1) / size, at = page - 1;

	if ((c->req->twist & ES_TWIST_ENDLESS) && pages)
		at %= pages;
	ans->status = 200;
	ans->shape = &paged;
	ans->page = page - 1;
	ans->pages = pages;
	if (c->bare) {
		ans->shape = NULL;
		es_buf_str(&ans->body, "[");
		ans->rows = es_list_write(list, at * size, size, put, c,
					  &ans->body);
		es_buf_str(&ans->body, "]");
		return;
	}
	es_buf_str(&ans->body, "{\"data\":[");
	ans->rows = es_list_write(list, at * size, size, put, c, &ans->body);
	es_buf_str(&ans->body, "],");
	add_links(c, page, size, pages);
	es_buf_str(&ans->body, "}");
}

void es_df_unpaged(struct es_df_call *c, const struct es_list *list,
		   es_put_fn *put)
{
	struct es_answer *ans = c->ans;

	ans->status = 200;
	ans->shape = &unpaged;
	ans->pages = 1;
	es_buf_str(&ans->body, "{\"data\":[");
	ans->rows = es_list_write(list, 0, list->total, put, c, &ans->body);
	es_buf_str(&ans->body, "]}");
}

void es_df_single(struct es_df_call *c, const struct es_seg *seg,
		  es_put_fn *put, int64_t index)
{
	c->ans->status = 200;
	c->ans->rows = 1;
	es_buf_str(&c->ans->body, "{\"data\":");
	put(&c->ans->body, c, seg, index);
	es_buf_str(&c->ans->body, "}");
}
