/* SPDX-License-Identifier: Apache-2.0 */
/* What the faults do to requests and answers; see the header. */
#include "lies.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

void es_lie_before(const struct es_hits *hits, struct es_req *req)
{
	if (es_hits_find(hits, ES_FAULT_TOKEN_DIES))
		req->twist |= ES_TWIST_KILL_TOKEN;
	if (es_hits_find(hits, ES_FAULT_FOREIGN_TENANT))
		req->twist |= ES_TWIST_FOREIGN;
	if (es_hits_find(hits, ES_FAULT_EXTRA_PAGE))
		req->twist |= ES_TWIST_ENDLESS;
}

static void verbatim(struct es_answer *ans, int status, const char *type,
		     const char *body)
{
	ans->status = status;
	ans->type = type;
	es_buf_clear(&ans->body);
	es_buf_str(&ans->body, body);
}

static void sign_in_page(struct es_answer *ans)
{
	verbatim(ans, 200, "text/html; charset=utf-8",
		 "<!DOCTYPE html><html><head><title>Sign in</title></head>"
		 "<body><form method=\"post\"><input name=\"user\"><input "
		 "name=\"password\" type=\"password\"></form></body></html>");
}

bool es_lie_instead(const struct es_hits *hits, const struct es_vendor *v,
		    const struct es_req *req, struct es_answer *ans)
{
	const cJSON *a = NULL;
	enum es_fault_kind kind = ES_FAULT_STATUS;
	int i;

	for (i = 0; i < hits->n && !a; i++) {
		if (hits->v[i].phase != ES_INSTEAD)
			continue;
		a = hits->v[i].args;
		kind = hits->v[i].kind;
	}
	if (!a)
		return false;
	if (kind == ES_FAULT_STATUS) {
		v->error(ans, (int)es_int(a, "status", 500),
			 es_str(a, "text", "Simulated failure"));
	} else if (kind == ES_FAULT_THROTTLE) {
		v->throttle(ans, req, (int)es_int(a, "seconds", 1),
			    es_true(a, "date", false));
	} else if (kind == ES_FAULT_HTML) {
		sign_in_page(ans);
	} else if (kind == ES_FAULT_REDIRECT) {
		verbatim(ans, (int)es_int(a, "status", 302), NULL, "");
		es_answer_header(ans, "Location", "%s",
				 es_str(a, "to", "https://evil.example/"));
	} else {
		verbatim(ans, (int)es_int(a, "status", 200),
			 NULL,
			 kind == ES_FAULT_BODY ? es_str(a, "body", "") : "");
	}
	return true;
}

static void set_number(cJSON *doc, const char *path, double value)
{
	cJSON *at = path ? es_at(doc, path) : NULL;

	if (at)
		cJSON_SetNumberHelper(at, value);
}

/* "." is the document itself. */
static cJSON *records_of(cJSON *doc, const struct es_shape *s)
{
	return strcmp(s->records, ".") ? es_at(doc, s->records) : doc;
}

static cJSON *links_of(cJSON *doc, const struct es_shape *s)
{
	return s->links ? es_at(doc, s->links) : NULL;
}

static const char *href_of(const cJSON *link)
{
	if (cJSON_IsArray(link))
		link = cJSON_GetArrayItem(link, 0);
	if (cJSON_IsObject(link))
		return es_str(link, "href", "");
	return cJSON_IsString(link) ? link->valuestring : "";
}

/* url NULL takes the next link away. */
static void set_next(cJSON *doc, const struct es_shape *s, const char *url)
{
	const char *name = s->link ? s->link : "next";
	cJSON *links = links_of(doc, s), *o;

	if (s->next) {
		cJSON_DeleteItemFromObjectCaseSensitive(doc, s->next);
		if (url)
			cJSON_AddStringToObject(doc, s->next, url);
	}
	if (!links)
		return;
	cJSON_DeleteItemFromObjectCaseSensitive(links, name);
	if (s->hal && url) {
		o = cJSON_AddObjectToObject(links, name);
		cJSON_AddStringToObject(o, "href", url);
	} else if (url) {
		cJSON_AddStringToObject(links, name, url);
	} else if (!s->hal) {
		cJSON_AddNullToObject(links, name);
	}
}

static void repeat_cursor(cJSON *doc, const struct es_shape *s)
{
	struct es_buf self = ES_BUF_INIT;

	es_buf_str(&self, href_of(es_get(links_of(doc, s), "self")));
	set_next(doc, s, self.p);
	es_buf_release(&self);
}

/* The self link with its page number raised by one. */
static void next_after_self(cJSON *doc, const struct es_shape *s)
{
	static const char *const forms[] = { "page%5Bnumber%5D=", "?page=",
					     "&page=" };
	const char *self = href_of(es_get(links_of(doc, s), "self"));
	struct es_buf url = ES_BUF_INIT;
	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		const char *at = strstr(self, forms[i]);
		char *rest;
		long n;

		if (!at)
			continue;
		at += strlen(forms[i]);
		n = strtol(at, &rest, 10);
		es_buf_fmt(&url, "%.*s%ld%s", (int)(at - self), self, n + 1,
			   rest);
		set_next(doc, s, url.p);
		break;
	}
	es_buf_release(&url);
}

static void extra_page(cJSON *doc, const struct es_answer *ans)
{
	next_after_self(doc, ans->shape);
	set_number(doc, ans->shape->pages, (double)(ans->page + 2));
}

static void empty_list(cJSON *doc, const struct es_shape *s)
{
	cJSON *list = records_of(doc, s);

	while (cJSON_GetArraySize(list))
		cJSON_DeleteItemFromArray(list, 0);
	set_number(doc, s->total, 0);
	set_number(doc, s->pages, 0);
	set_next(doc, s, NULL);
}

/* The member itself, or the one among a record's attributes. */
static cJSON *holder(cJSON *record, const char *field)
{
	cJSON *inner = cJSON_GetObjectItemCaseSensitive(record, "attributes");

	return !es_get(record, field) && inner ? inner : record;
}

static void rename_field(cJSON *doc, const struct es_shape *s,
			 const cJSON *args)
{
	const char *field = es_str(args, "field", "email");
	const char *to = es_str(args, "to", "renamed");
	cJSON *i;

	cJSON_ArrayForEach(i, records_of(doc, s)) {
		cJSON *in = holder(i, field);
		cJSON *v = cJSON_DetachItemFromObjectCaseSensitive(in, field);

		if (v)
			cJSON_AddItemToObject(in, to, v);
	}
}

static void set_field(cJSON *doc, const struct es_shape *s,
		      const char *field, const cJSON *value, bool all)
{
	cJSON *i;

	cJSON_ArrayForEach(i, records_of(doc, s)) {
		cJSON *in = holder(i, field);

		cJSON_DeleteItemFromObjectCaseSensitive(in, field);
		if (value)
			cJSON_AddItemToObject(in, field,
					      cJSON_Duplicate(value, 1));
		if (!all)
			return;
	}
}

static void unknown_role(cJSON *doc, const struct es_shape *s,
			 const cJSON *args)
{
	cJSON *v = cJSON_CreateString(es_str(args, "value", "WIZARD"));

	if (s->role)
		set_field(doc, s, s->role, v, es_true(args, "all", false));
	cJSON_Delete(v);
}

static void drop_records(cJSON *doc, const struct es_shape *s,
			 const cJSON *args)
{
	cJSON *list = records_of(doc, s);
	int64_t n = es_int(args, "count", 1);

	for (; n > 0 && cJSON_GetArraySize(list); n--)
		cJSON_DeleteItemFromArray(list, 0);
}

static void repeat_record(cJSON *doc, const struct es_shape *s)
{
	cJSON *list = records_of(doc, s);
	const cJSON *first = cJSON_GetArrayItem(list, 0);

	if (first)
		cJSON_AddItemToArray(list, cJSON_Duplicate(first, 1));
}

static void lower_total(cJSON *doc, const struct es_shape *s,
			const cJSON *args)
{
	const cJSON *total = s->total ? es_at(doc, s->total) : NULL;

	if (total)
		set_number(doc, s->total, total->valuedouble -
			   (double)es_int(args, "by", 1));
}

static void links_lie(const struct es_hit *h, cJSON *doc,
		      const struct es_answer *ans)
{
	const struct es_shape *s = ans->shape;

	if (h->kind == ES_FAULT_REPEAT_CURSOR)
		repeat_cursor(doc, s);
	else if (h->kind == ES_FAULT_FOREIGN_NEXT)
		set_next(doc, s, es_str(h->args, "to",
					"https://evil.example/v1/next"));
	else if (h->kind == ES_FAULT_EXTRA_PAGE)
		extra_page(doc, ans);
	else if (h->kind == ES_FAULT_MISSING_LAST_PAGE &&
		 ans->page + 2 >= ans->pages)
		set_next(doc, s, NULL);
}

static void records_lie(const struct es_hit *h, cJSON *doc,
			const struct es_shape *s)
{
	if (h->kind == ES_FAULT_EMPTY)
		empty_list(doc, s);
	else if (h->kind == ES_FAULT_LOWER_TOTAL)
		lower_total(doc, s, h->args);
	else if (h->kind == ES_FAULT_RENAME_FIELD)
		rename_field(doc, s, h->args);
	else if (h->kind == ES_FAULT_SET_FIELD)
		set_field(doc, s, es_str(h->args, "field", "id"),
			  es_get(h->args, "value"),
			  es_true(h->args, "all", false));
	else if (h->kind == ES_FAULT_UNKNOWN_ROLE)
		unknown_role(doc, s, h->args);
	else if (h->kind == ES_FAULT_DROP_RECORDS)
		drop_records(doc, s, h->args);
	else if (h->kind == ES_FAULT_REPEAT_RECORD)
		repeat_record(doc, s);
}

/* Takes what stands in Link headers as the next page away, and keeps the
 * first link, which is the page itself. */
static void drop_next_header(struct es_answer *ans, char self[768])
{
	int i, n = 0;

	*self = '\0';
	for (i = 0; i < ans->nheaders; i++) {
		struct es_header *h = &ans->headers[i];
		bool link = !strcasecmp(h->name, "Link");
		char *comma = link ? strstr(h->value, ", <") : NULL;

		if (comma)
			*comma = '\0';
		if (link && strstr(h->value, "rel=\"next\""))
			continue;
		if (link)
			snprintf(self, 768, "%.*s",
				 (int)strcspn(h->value + 1, ">"),
				 h->value + 1);
		ans->headers[n++] = *h;
	}
	ans->nheaders = n;
}

static void headers_lie(const struct es_hit *h, struct es_answer *ans)
{
	char self[768];

	if (h->kind == ES_FAULT_MISSING_LAST_PAGE &&
	    ans->page + 2 >= ans->pages) {
		drop_next_header(ans, self);
	} else if (h->kind == ES_FAULT_REPEAT_CURSOR) {
		drop_next_header(ans, self);
		es_answer_header(ans, "Link", "<%s>; rel=\"next\"", self);
	} else if (h->kind == ES_FAULT_FOREIGN_NEXT) {
		drop_next_header(ans, self);
		es_answer_header(ans, "Link", "<%s>; rel=\"next\"",
				 es_str(h->args, "to",
					"https://evil.example/v1/next"));
	}
}

void es_lie_after(const struct es_hits *hits, struct es_answer *ans)
{
	cJSON *doc;
	int i, wanted = 0;

	for (i = 0; i < hits->n; i++)
		wanted += hits->v[i].phase == ES_AFTER ||
			  hits->v[i].kind == ES_FAULT_EXTRA_PAGE;
	if (!wanted || !ans->shape || ans->status != 200)
		return;
	doc = cJSON_Parse(es_buf_text(&ans->body));
	for (i = 0; i < hits->n; i++) {
		if (ans->shape->links || ans->shape->next)
			links_lie(&hits->v[i], doc, ans);
		else
			headers_lie(&hits->v[i], ans);
		records_lie(&hits->v[i], doc, ans->shape);
	}
	ans->rows = cJSON_GetArraySize(records_of(doc, ans->shape));
	es_buf_clear(&ans->body);
	es_buf_take(&ans->body, doc);
}
