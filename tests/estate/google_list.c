/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Google's lists and records: page tokens, partial answers, and the members
 * that are left out when they say nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "google.h"
#include "util/text.h"

#define FIELDS_DEPTH_MAX 8

/* --- fields=a,b(c,d),e/f ------------------------------------------------ */

/* The names at one level: each with what it wants inside.  Returns where the
 * level ends, or NULL when it is malformed. */
static const char *keep(const char *spec, cJSON *o, int depth);

static const char *keep_in_all(const char *spec, cJSON *value, int depth)
{
	const char *end = NULL, *at;
	cJSON *i;

	if (!cJSON_IsArray(value))
		return keep(spec, value, depth);
	cJSON_ArrayForEach(i, value) {
		at = keep(spec, i, depth);
		if (!at)
			return NULL;
		end = at;
	}
	return end ? end : keep(spec, NULL, depth);
}

static const char *keep_one(const char *spec, cJSON *o, cJSON *kept, int depth)
{
	size_t n = strcspn(spec, ",()/");
	char name[64];
	cJSON *v;

	if (n == 0 || n >= sizeof(name))
		return NULL;
	snprintf(name, sizeof(name), "%.*s", (int)n, spec);
	v = o ? cJSON_DetachItemFromObjectCaseSensitive(o, name) : NULL;
	spec += n;
	if (*spec == '(') {
		spec = keep_in_all(spec + 1, v, depth + 1);
		if (spec && *spec++ != ')')
			spec = NULL;
	} else if (*spec == '/') {
		spec = keep_in_all(spec + 1, v, depth + 1);
	}
	if (v)
		cJSON_AddItemToObject(kept, name, v);
	return spec;
}

static const char *keep(const char *spec, cJSON *o, int depth)
{
	cJSON *kept = cJSON_CreateObject(), *all = kept;

	if (depth > FIELDS_DEPTH_MAX)
		spec = NULL;
	while (spec) {
		spec = keep_one(spec, o, kept, depth);
		if (!spec || *spec != ',')
			break;
		spec++;
	}
	if (cJSON_IsObject(o)) {
		while (o->child)
			cJSON_DeleteItemFromObjectCaseSensitive(
				o, o->child->string);
		while (kept->child) {
			cJSON *v = cJSON_DetachItemViaPointer(kept,
							      kept->child);

			cJSON_AddItemToObject(o, v->string, v);
		}
	}
	cJSON_Delete(all);
	return spec;
}

bool es_go_fields(struct es_go_call *c, cJSON *answer)
{
	const char *fields = es_req_arg(c->req, "fields"), *end;
	struct es_buf text = ES_BUF_INIT;

	if (!fields)
		return true;
	end = keep(fields, answer, 0);
	if (end && !*end)
		return true;
	es_buf_fmt(&text, "Invalid field selection %.40s", fields);
	es_go_fail(c->ans, 400, "global", "invalidParameter", text.p);
	es_buf_release(&text);
	return false;
}

/* --- one record ---------------------------------------------------------- */

static bool says_nothing(const cJSON *v, bool falses_too)
{
	if (cJSON_IsArray(v))
		return !v->child;
	if (cJSON_IsString(v))
		return !*v->valuestring;
	return cJSON_IsNull(v) || (cJSON_IsFalse(v) && falses_too);
}

/* Empty members are left out, and false ones in every other record. */
static void leave_out(cJSON *o, bool falses_too)
{
	cJSON *i, *next;

	for (i = o->child; i; i = next) {
		next = i->next;
		if (says_nothing(i, falses_too))
			cJSON_Delete(cJSON_DetachItemViaPointer(o, i));
	}
}

static cJSON *record(const struct es_go_call *c, const struct es_go_set *set,
		     const cJSON *rec)
{
	cJSON *o = cJSON_CreateObject();
	cJSON *all = es_overlay(set->defaults, rec, set->skip), *i;
	char *text = cJSON_PrintUnformatted(all);
	uint64_t h = es_hash_str("etag", text);
	char etag[40];

	cJSON_free(text);
	leave_out(all, es_hash_str("out", cJSON_IsString(all->child) ?
					  all->child->valuestring : "") & 1);
	cJSON_AddStringToObject(o, "kind", set->record);
	snprintf(etag, sizeof(etag), "\"%llx\"", (unsigned long long)h);
	if (set->etag)
		cJSON_AddStringToObject(o, set->etag, etag);
	while ((i = all->child)) {
		cJSON_DetachItemViaPointer(all, i);
		cJSON_AddItemToObject(o, i->string, i);
	}
	cJSON_Delete(all);
	if (!strcmp(set->member, "users"))
		cJSON_AddStringToObject(o, "customerId",
					es_str(c->tenant, "id", ""));
	return o;
}

/* --- a page --------------------------------------------------------------- */

/* The offset under a seal with all other parameters: they may not change. */
static void seal(char out[64], const struct es_go_call *c, int64_t at)
{
	uint64_t h = es_hash_str("google", c->req->path);
	int i;

	for (i = 0; i < c->req->nargs; i++)
		if (strcmp(c->req->args[i].name, "pageToken"))
			h = es_hash(h, c->req->args[i].name, h,
				    es_hash_str("v", c->req->args[i].value));
	snprintf(out, 64, "~!!~%llx.%016llx", (unsigned long long)at,
		 (unsigned long long)es_hash(h, es_str(c->tenant, "id", ""),
					     (uint64_t)at, 7));
}

static bool unseal(struct es_go_call *c, int64_t *ret)
{
	const char *token = es_req_arg(c->req, "pageToken");
	char want[64];

	*ret = 0;
	if (!token)
		return true;
	if (!strncmp(token, "~!!~", 4)) {
		*ret = (int64_t)strtoll(token + 4, NULL, 16);
		seal(want, c, *ret);
		if (!strcmp(want, token))
			return true;
	}
	es_go_fail(c->ans, 400, "global", "invalid",
		   "Invalid Input: pageToken");
	return false;
}

static bool page_size(struct es_go_call *c, const struct es_go_set *set,
		      int64_t *ret)
{
	const char *asked = es_req_arg(c->req, "maxResults");
	int64_t small = es_int(c->tenant, "short_pages", 0);

	*ret = set->size ? set->size : INT32_MAX;
	if (asked && set->size)
		*ret = strtoll(asked, NULL, 10);
	if (set->size && (*ret < 1 || *ret > set->size_max)) {
		es_go_fail(c->ans, 400, "global", "invalid",
			   "Invalid Input: maxResults");
		return false;
	}
	if (set->size && small && *ret > small)
		*ret = small;
	return true;
}

/* The head of an answer; no array yet. */
static cJSON *head(const struct es_go_set *set, const struct es_list *list,
		   int64_t at)
{
	cJSON *o = cJSON_CreateObject();
	char etag[40];

	cJSON_AddStringToObject(o, "kind", set->kind);
	snprintf(etag, sizeof(etag), "\"%llx\"", (unsigned long long)
		 es_hash((uint64_t)at, set->path, (uint64_t)list->total, 3));
	if (set->etag)
		cJSON_AddStringToObject(o, "etag", etag);
	return o;
}

void es_go_list(struct es_go_call *c, const struct es_go_set *set,
		const struct es_list *list)
{
	cJSON *o, *array = NULL;
	int64_t size, at, i;
	char token[64];

	if (!page_size(c, set, &size) || !unseal(c, &at))
		return;
	o = head(set, list, at);
	if (at < list->n)
		array = cJSON_AddArrayToObject(o, set->array);
	for (i = at; i < at + size && i < list->n; i++)
		cJSON_AddItemToArray(array, record(c, set,
						   list->segs[i].rec));
	c->ans->rows = cJSON_GetArraySize(array);
	if (array)
		c->ans->shape = &set->shape;
	if ((c->req->twist & ES_TWIST_ENDLESS) && array && i >= list->n)
		i = 0;
	if (i < list->n) {
		seal(token, c, i);
		cJSON_AddStringToObject(o, "nextPageToken", token);
	}
	if (es_go_fields(c, o))
		es_answer_json(c->ans, 200, o);
	else
		cJSON_Delete(o);
}
