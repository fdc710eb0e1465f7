/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NinjaOne's lists, of which there are four: whole arrays, arrays that go on
 * after an id, reports with a named cursor that expires, and activities that
 * go back from the newest.
 */
#include <stdlib.h>
#include <string.h>

#include "ninjaone.h"
#include "util/text.h"

#define SIZE_DEFAULT 1000
#define SIZE_MOST 10000
#define CURSOR_SECONDS 600

static const struct es_shape array = { .records = "" };
static const struct es_shape report_shape = { .records = "results" };
static const struct es_shape activity_shape = { .records = "activities" };

/* Nine decimals; the world knows three of them. */
static void epoch_text(char out[40], int64_t ms)
{
	snprintf(out, 40, "%lld.%03d000000", (long long)(ms / 1000),
		 (int)(ms % 1000));
}

void es_nj_epoch(cJSON *o)
{
	char text[40];
	int64_t ms;
	cJSON *i, *next;

	for (i = o ? o->child : NULL; i; i = next) {
		next = i->next;
		if (!cJSON_IsString(i) ||
		    !es_time_parse(i->valuestring, &ms)) {
			es_nj_epoch(i);
			continue;
		}
		epoch_text(text, ms);
		if (cJSON_IsArray(o))
			cJSON_ReplaceItemViaPointer(o, i,
						    cJSON_CreateRaw(text));
		else
			cJSON_ReplaceItemInObjectCaseSensitive(
				o, i->string, cJSON_CreateRaw(text));
	}
}

int64_t es_nj_arg(const struct es_nj_call *c, const char *name,
		  int64_t otherwise)
{
	const char *s = es_req_arg(c->req, name);
	int64_t n = s ? strtoll(s, NULL, 10) : 0;

	return n > 0 ? n : otherwise;
}

cJSON *es_nj_take(cJSON *records, int64_t bound, bool below)
{
	cJSON *i, *best = NULL;
	int64_t best_id = 0;

	cJSON_ArrayForEach(i, records) {
		int64_t id = es_int(i, "id", 0);

		if (below ? id >= bound : id <= bound)
			continue;
		if (best && (below ? id < best_id : id > best_id))
			continue;
		best = i;
		best_id = id;
	}
	return best ? cJSON_DetachItemViaPointer(records, best) : NULL;
}

static int64_t page_size(const struct es_nj_call *c, int64_t otherwise,
			 int64_t most)
{
	int64_t size = es_nj_arg(c, "pageSize", otherwise);

	return size > most ? most : size;
}

static void answer_array(struct es_nj_call *c, cJSON *records)
{
	c->ans->rows = cJSON_GetArraySize(records);
	c->ans->shape = &array;
	c->ans->pages = 1;
	es_answer_json(c->ans, 200, records);
}

void es_nj_all(struct es_nj_call *c, cJSON *records)
{
	answer_array(c, records);
}

void es_nj_after(struct es_nj_call *c, cJSON *records)
{
	int64_t size = page_size(c, SIZE_DEFAULT, SIZE_MOST);
	int64_t after = es_nj_arg(c, "after", 0);
	cJSON *page = cJSON_CreateArray(), *i;

	if (c->req->twist & ES_TWIST_ENDLESS)
		after = 0;
	while (size-- > 0 && (i = es_nj_take(records, after, false))) {
		after = es_int(i, "id", 0);
		cJSON_AddItemToArray(page, i);
	}
	cJSON_Delete(records);
	answer_array(c, page);
}

/* Where the report of that cursor goes on; -1 when it has expired. */
static int64_t cursor_at(struct es_nj_call *c, const char *report)
{
	const char *name = es_req_arg(c->req, "cursor");
	struct es_token t = { .text = "" };

	if (!name || !*name)
		return 0;
	if (!es_state_token(c->req->state, name, &t) ||
	    strcmp(t.kind, report))
		return -1;
	return strtoll(t.tenant, NULL, 10);
}

static void add_cursor(struct es_nj_call *c, cJSON *o, const char *report,
		       int64_t from, int64_t count)
{
	struct es_token t = { .text = "" };
	cJSON *cursor = cJSON_AddObjectToObject(o, "cursor");

	snprintf(t.kind, sizeof(t.kind), "%s", report);
	snprintf(t.tenant, sizeof(t.tenant), "%lld",
		 (long long)(from + count));
	es_state_issue(c->req->state, &t, CURSOR_SECONDS);
	cJSON_AddStringToObject(cursor, "name", t.text);
	cJSON_AddNumberToObject(cursor, "offset", (double)from);
	cJSON_AddNumberToObject(cursor, "count", (double)count);
	cJSON_AddNumberToObject(cursor, "expires",
				(double)(c->req->world->now_ms / 1000 +
					 CURSOR_SECONDS));
}

/* The cursor is left out when all fits into the first page. */
void es_nj_report(struct es_nj_call *c, cJSON *records, const char *report)
{
	int64_t size = page_size(c, SIZE_DEFAULT, SIZE_MOST);
	int64_t from = cursor_at(c, report), n = 0, i;
	int64_t total = cJSON_GetArraySize(records);
	cJSON *o, *page;

	if (from < 0) {
		cJSON_Delete(records);
		es_nj_error(c->ans, 400, "Cursor is unknown or has expired");
		return;
	}
	o = cJSON_CreateObject();
	page = cJSON_CreateArray();
	for (i = 0; i < from && cJSON_GetArraySize(records); i++)
		cJSON_DeleteItemFromArray(records, 0);
	for (; n < size && cJSON_GetArraySize(records); n++)
		cJSON_AddItemToArray(page,
				     cJSON_DetachItemFromArray(records, 0));
	if (from || total > size)
		add_cursor(c, o, report, from, n);
	cJSON_Delete(records);
	cJSON_AddItemToObject(o, "results", page);
	c->ans->rows = n;
	c->ans->shape = &report_shape;
	es_answer_json(c->ans, 200, o);
}

/* Newest first.  A page may hold less than was asked for although there is
 * more: the world's activity_page says how many. */
void es_nj_activities(struct es_nj_call *c, cJSON *records)
{
	int64_t size = page_size(c, 200, 1000);
	int64_t most = es_int(c->world, "activity_page", size);
	int64_t older = es_nj_arg(c, "olderThan", INT64_MAX);
	int64_t newer = es_nj_arg(c, "newerThan", 0), last = 0;
	cJSON *o = cJSON_CreateObject(), *page = cJSON_CreateArray(), *i;

	if (most < size)
		size = most;
	if (c->req->twist & ES_TWIST_ENDLESS)
		older = INT64_MAX;
	cJSON_ArrayForEach(i, es_get(c->world, "activities"))
		last = es_int(i, "id", 0) > last ? es_int(i, "id", 0) : last;
	while (size-- > 0 && (i = es_nj_take(records, older, true))) {
		older = es_int(i, "id", 0);
		if (older <= newer) {
			cJSON_Delete(i);
			break;
		}
		cJSON_AddItemToArray(page, i);
	}
	cJSON_Delete(records);
	c->ans->rows = cJSON_GetArraySize(page);
	c->ans->shape = &activity_shape;
	cJSON_AddNumberToObject(o, "lastActivityId", (double)last);
	cJSON_AddItemToObject(o, "activities", page);
	es_answer_json(c->ans, 200, o);
}
