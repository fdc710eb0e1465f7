/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Microsoft Graph's lists and records: $select, $expand and $top, and next
 * links with a token that only the service can read.
 */
#include <stdlib.h>
#include <string.h>

#include "entra.h"
#include "util/text.h"

/* With last sign-ins selected a page holds at most so many users. */
#define SIGN_INS_MAX 500

static const struct es_shape shape = { .records = "value",
				       .next = "@odata.nextLink" };

bool es_en_names(const char *names, const char *name)
{
	size_t want = strlen(name);

	while (names && *names) {
		size_t n = strcspn(names, ",");

		if (n == want && !strncmp(names, name, n))
			return true;
		names += n + (names[n] == ',');
	}
	return false;
}

static void unknown_name(struct es_en_call *c, const char *name, size_t n)
{
	struct es_buf text = ES_BUF_INIT;

	es_buf_fmt(&text, "Could not find a property named '%.*s'.", (int)n,
		   name);
	es_en_error(c->ans, 400, text.p);
	es_buf_release(&text);
}

static bool select_fits(struct es_en_call *c, const struct es_en_set *set)
{
	const char *names = es_req_arg(c->req, "$select");
	cJSON *all = cJSON_Parse(set->defaults);
	char name[64];

	while (names && *names) {
		size_t n = strcspn(names, ",");

		snprintf(name, sizeof(name), "%.*s", (int)n, names);
		if (!es_get(all, name) && !es_en_names(set->rare, name)) {
			unknown_name(c, names, n);
			break;
		}
		names += n + (names[n] == ',');
	}
	cJSON_Delete(all);
	return !names || !*names;
}

bool es_en_query_fits(struct es_en_call *c, const struct es_en_set *set)
{
	const char *expand = es_req_arg(c->req, "$expand");
	size_t n = expand ? strcspn(expand, "(") : 0;

	if (es_req_arg(c->req, "$count") || es_req_arg(c->req, "$search")) {
		es_en_fail(c->ans, 400, "Request_UnsupportedQuery",
			   "Request with $search or $count only works with "
			   "a ConsistencyLevel header.");
		return false;
	}
	if (expand && (!set->expand || strlen(set->expand) != n ||
		       strncmp(set->expand, expand, n))) {
		unknown_name(c, expand, n);
		return false;
	}
	return select_fits(c, set);
}

/* "owners($select=id,mail)" gives "id,mail" in room, else NULL. */
static const char *inner_select(const char *expand, char *room, size_t size)
{
	const char *at = strstr(expand, "($select=");

	if (!at)
		return NULL;
	at += strlen("($select=");
	snprintf(room, size, "%.*s", (int)strcspn(at, ");"), at);
	return room;
}

static void add_expanded(struct es_en_call *c, const struct es_en_set *set,
			 const cJSON *rec, cJSON *o)
{
	const char *expand = es_req_arg(c->req, "$expand"), *select;
	cJSON *list, *ref;
	char room[128];
	const cJSON *i;

	if (!expand || !set->expand)
		return;
	select = inner_select(expand, room, sizeof(room));
	if (!strcmp(set->expand, "principal")) {
		ref = es_en_reference(c, es_str(rec, "principalId", ""),
				      select, NULL);
		cJSON_AddItemToObject(o, "principal",
				      ref ? ref : cJSON_CreateNull());
		return;
	}
	list = cJSON_AddArrayToObject(o, set->expand);
	cJSON_ArrayForEach(i, es_get(rec, set->expand)) {
		ref = cJSON_IsString(i) && cJSON_GetArraySize(list) < 20 ?
			      es_en_reference(c, i->valuestring, select,
					      NULL) : NULL;
		if (ref)
			cJSON_AddItemToArray(list, ref);
	}
}

/* The first characters of a secret and the bytes of a key: nobody has to
 * keep them. */
static void plant(cJSON *o)
{
	cJSON *i;

	cJSON_ArrayForEach(i, es_at(o, "passwordCredentials")) {
		cJSON_AddStringToObject(i, "hint", "CANARY-hint");
		cJSON_AddNullToObject(i, "secretText");
		cJSON_AddNullToObject(i, "customKeyIdentifier");
	}
	cJSON_ArrayForEach(i, es_at(o, "keyCredentials")) {
		cJSON_AddStringToObject(i, "customKeyIdentifier",
					"Q0FOQVJZLXRodW1i");
		cJSON_AddStringToObject(i, "key", "CANARY-key");
	}
}

static const char *const inside[] = { "members", "owners", "federated",
				      "registeredOwners", "assignments",
				      "rules", NULL };

cJSON *es_en_object(struct es_en_call *c, const struct es_en_set *set,
		    const cJSON *rec, const char *select)
{
	cJSON *all = es_overlay(set->defaults, rec, inside), *o, *i, *next;

	plant(all);
	if (!select)
		select = set->always;
	o = cJSON_CreateObject();
	for (i = all->child; i; i = next) {
		next = i->next;
		if (select ? !es_en_names(select, i->string) :
			     es_en_names(set->rare, i->string))
			continue;
		cJSON_DetachItemViaPointer(all, i);
		cJSON_AddItemToObject(o, i->string, i);
	}
	cJSON_Delete(all);
	add_expanded(c, set, rec, o);
	return o;
}

/* The offset under a seal: a client can only hand it back. */
static void seal(char out[64], const struct es_en_call *c, int64_t at)
{
	uint64_t h = es_hash(11, es_str(c->tenant, "id", ""), (uint64_t)at,
			     es_hash_str("path", c->req->path));

	snprintf(out, 64, "m~%llx.%016llx", (unsigned long long)at,
		 (unsigned long long)h);
}

static bool unseal(const struct es_en_call *c, int64_t *ret)
{
	const char *token = es_req_arg(c->req, "$skiptoken");
	char want[64];

	*ret = 0;
	if (!token)
		return true;
	if (strncmp(token, "m~", 2))
		return false;
	*ret = (int64_t)strtoll(token + 2, NULL, 16);
	seal(want, c, *ret);
	return !strcmp(want, token);
}

static void add_next(struct es_en_call *c, int64_t at)
{
	const struct es_req *req = c->req;
	struct es_buf url = ES_BUF_INIT;
	char token[64];
	int i;

	es_buf_fmt(&url, "%s%s?", req->base, req->path);
	for (i = 0; i < req->nargs; i++) {
		if (!strcmp(req->args[i].name, "$skiptoken"))
			continue;
		es_buf_str(&url, req->args[i].name);
		es_buf_str(&url, "=");
		es_buf_url(&url, req->args[i].value);
		es_buf_str(&url, "&");
	}
	seal(token, c, at);
	es_buf_fmt(&url, "$skiptoken=%s", token);
	es_buf_str(&c->ans->body, "\"@odata.nextLink\":");
	es_buf_json(&c->ans->body, url.p);
	es_buf_str(&c->ans->body, ",");
	es_buf_release(&url);
}

static int64_t size_max(const struct es_en_call *c)
{
	return es_en_names(es_req_arg(c->req, "$select"), "signInActivity") ?
		       SIGN_INS_MAX : c->set->size_max;
}

static bool page_size(struct es_en_call *c, int64_t *ret)
{
	const char *top = es_req_arg(c->req, "$top");
	struct es_buf text = ES_BUF_INIT;

	*ret = c->set->size ? c->set->size : INT32_MAX;
	if (!top || !c->set->size)
		return true;
	*ret = strtoll(top, NULL, 10);
	if (*ret >= 1 && *ret <= size_max(c))
		return true;
	es_buf_fmt(&text, "Invalid page size specified: '%.20s'. Must be "
		   "between 1 and %lld inclusive.", top,
		   (long long)size_max(c));
	es_en_error(c->ans, 400, text.p);
	es_buf_release(&text);
	return false;
}

/* Where this page begins and ends.  A tenancy of the world may have small
 * pages, whatever is asked for, and an empty one in the middle: the lowest
 * bit of a token says that it was served. */
struct cut {
	int64_t at;
	int64_t count;
	int64_t next;	/* what the next link carries */
};

static bool cut_page(struct es_en_call *c, struct cut *ret)
{
	int64_t small = es_int(c->tenant, "short_pages", 0), size, token;
	bool empty;

	if (!page_size(c, &size))
		return false;
	if (!unseal(c, &token)) {
		es_en_fail(c->ans, 400, "Directory_ExpiredPageToken",
			   "The specified page token value has expired and "
			   "can no longer be included in your request.");
		return false;
	}
	if (small && c->set->size && size > small)
		size = small;
	empty = small && token > 0 && !(token & 1);
	ret->at = token >> 1;
	ret->count = empty ? 0 : size;
	ret->next = (ret->at + ret->count) * 2;
	if (empty || !small || token > 0)
		ret->next++;
	return true;
}

void es_en_list(struct es_en_call *c, const struct es_list *list,
		es_put_fn *put)
{
	struct es_answer *ans = c->ans;
	struct cut cut;

	if (!cut_page(c, &cut))
		return;
	if ((c->req->twist & ES_TWIST_ENDLESS) &&
	    cut.next >> 1 >= list->total)
		cut.next = 0;
	ans->status = 200;
	ans->shape = &shape;
	ans->page = cut.at > 0;
	ans->pages = cut.next >> 1 < list->total ? ans->page + 2 :
						   ans->page + 1;
	es_buf_fmt(&ans->body, "{\"@odata.context\":\"https://graph.microsoft"
		   ".com/v1.0/$metadata#%s\",", c->set->path);
	if (cut.next >> 1 < list->total)
		add_next(c, cut.next);
	es_buf_str(&ans->body, "\"value\":[");
	ans->rows = es_list_write(list, cut.at, cut.count, put, c,
				  &ans->body);
	es_buf_str(&ans->body, "]}");
}
