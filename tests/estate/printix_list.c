/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Printix's list envelope: page and pageSize, the page object, HAL links in
 * the shapes the service uses.
 */
#include <stdlib.h>
#include <string.h>

#include "printix.h"

#define SIZE_DEFAULT 100
#define SIZE_MAX_PX 1000

static bool number_arg(const struct es_req *req, const char *name,
		       int64_t otherwise, int64_t *ret)
{
	const char *s = es_req_arg(req, name);

	*ret = otherwise;
	if (!s)
		return true;
	if (!*s || strspn(s, "0123456789") != strlen(s) || strlen(s) > 9)
		return false;
	*ret = strtoll(s, NULL, 10);
	return true;
}

static bool own_arg(const char *name)
{
	return !strcmp(name, "page") || !strcmp(name, "pageSize");
}

/* The request again with another page; the service writes its links as
 * templates. */
static cJSON *page_link(const struct es_px_call *c, int64_t page,
			int64_t size)
{
	bool templated = es_true(c->shown.rec, "templated", true);
	struct es_buf query = ES_BUF_INIT;
	cJSON *o;
	int i;

	es_buf_str(&query, "");
	for (i = 0; i < c->req->nargs; i++) {
		if (own_arg(c->req->args[i].name))
			continue;
		es_buf_url(&query, c->req->args[i].name);
		es_buf_str(&query, "=");
		es_buf_url(&query, c->req->args[i].value);
		es_buf_str(&query, "&");
	}
	o = es_px_link(c, "%s?%.500spage=%lld&pageSize=%lld%s",
		       c->req->path, query.p, (long long)page,
		       (long long)size, templated ? "{&query}" : "");
	if (templated)
		cJSON_AddTrueToObject(o, "templated");
	es_buf_release(&query);
	return o;
}

/* A relation is an object, or an array of one: both occur. */
static void add_relation(const struct es_px_call *c, cJSON *links,
			 const char *name, cJSON *link)
{
	cJSON *list;

	if (strcmp(es_str(c->shown.rec, "links", "object"), "array")) {
		cJSON_AddItemToObject(links, name, link);
		return;
	}
	list = cJSON_AddArrayToObject(links, name);
	cJSON_AddItemToArray(list, link);
}

static cJSON *links_of(const struct es_px_call *c, int64_t page,
		       int64_t size, int64_t pages)
{
	cJSON *links = cJSON_CreateObject();
	bool quirk = es_true(c->shown.rec, "page_number_quirk", false);

	add_relation(c, links, "self", page_link(c, page, size));
	if (page > 0 || quirk)
		add_relation(c, links, "prev",
			     page_link(c, page > 0 ? page - 1 : 0, size));
	if (page + 1 < pages)
		add_relation(c, links, "next", page_link(c, page + 1, size));
	return links;
}

static cJSON *page_object(const struct es_px_call *c, int64_t page,
			  int64_t size, int64_t pages, int64_t total)
{
	cJSON *o = cJSON_CreateObject();

	if (es_true(c->shown.rec, "page_number_quirk", false))
		page++;
	cJSON_AddNumberToObject(o, "size", (double)size);
	cJSON_AddNumberToObject(o, "totalElements", (double)total);
	cJSON_AddNumberToObject(o, "totalPages", (double)pages);
	cJSON_AddNumberToObject(o, "number", (double)page);
	return o;
}

static struct es_shape *shape_of(const char *name)
{
	static struct es_shape shapes[] = {
		{ "users", "page/totalElements", "page/totalPages", "_links",
		  true, "role", NULL, NULL },
		{ "groups", "page/totalElements", "page/totalPages",
		  "_links", true, NULL, NULL, NULL },
		{ "sites", "page/totalElements", "page/totalPages", "_links",
		  true, NULL, NULL, NULL },
		{ "networks", "page/totalElements", "page/totalPages",
		  "_links", true, NULL, NULL, NULL },
		{ "printers", "page/totalElements", "page/totalPages",
		  "_links", true, NULL, NULL, NULL },
		{ "workstations", "page/totalElements", "page/totalPages",
		  "_links", true, NULL, NULL, NULL },
		{ "jobs", "page/totalElements", "page/totalPages", "_links",
		  true, NULL, NULL, NULL },
		{ "cards", "page/totalElements", "page/totalPages", "_links",
		  true, NULL, NULL, NULL },
	};
	size_t i;

	for (i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		if (!strcmp(shapes[i].records, name))
			return &shapes[i];
	return NULL;
}

void es_px_list(struct es_px_call *c, const char *name,
		const struct es_list *list, es_put_fn *put)
{
	struct es_answer *ans = c->ans;
	int64_t page, size, pages, at;

	if (!number_arg(c->req, "page", 0, &page) ||
	    !number_arg(c->req, "pageSize", SIZE_DEFAULT, &size) || !size) {
		es_px_error(ans, 400, "page and pageSize must be numbers");
		return;
	}
	size = size > SIZE_MAX_PX ? SIZE_MAX_PX : size;
	pages = (list->total + size - 1) / size;
	at = page;
	if ((c->req->twist & ES_TWIST_ENDLESS) && pages)
		at = page % pages;
	ans->status = 200;
	ans->shape = shape_of(name);
	ans->page = page;
	ans->pages = pages;
	es_buf_str(&ans->body, "{\"_links\":");
	es_buf_take(&ans->body, links_of(c, page, size, pages));
	es_buf_fmt(&ans->body, ",\"tenantId\":\"%s\",\"sortOrder\":null,"
		   "\"success\":true,\"message\":\"OK\",\"%s\":[",
		   c->shown.id, name);
	ans->rows = es_list_write(list, at * size, size, put, c, &ans->body);
	es_buf_str(&ans->body, "],\"page\":");
	es_buf_take(&ans->body, page_object(c, page, size, pages,
					    list->total));
	es_buf_str(&ans->body, "}");
}
