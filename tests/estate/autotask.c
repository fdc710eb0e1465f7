/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Autotask: who asks in which zone, the pages of a query, and errors; a lack
 * of permission comes as 500, and a part for all of a listing.
 */
#include "autotask.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/text.h"

#define RECORDS_MOST 500
/* The service refuses a longer query in a URL. */
#define QUERY_URL_MOST 2100

static const struct es_shape items = { .records = "items",
				       .links = "pageDetails",
				       .link = "nextPageUrl" };

void es_at_error(struct es_answer *ans, int status, const char *text)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddItemToArray(cJSON_AddArrayToObject(o, "errors"),
			     cJSON_CreateString(text ? text : "Error"));
	es_answer_json(ans, status, o);
}

void es_at_throttle(struct es_answer *ans, const struct es_req *req,
		    int seconds, bool date)
{
	(void)req;
	(void)date;
	es_at_error(ans, 429, "The external request threshold was exceeded.");
	es_answer_header(ans, "Retry-After", "%d", seconds);
}

static const char *sent(const struct es_req *req, const char *name)
{
	const char *v = req->header(req->to, name);

	return v ? v : "";
}

static const cJSON *user_of(struct es_req *req)
{
	const cJSON *i;

	cJSON_ArrayForEach(i, es_at(req->world->doc, "autotask/users"))
		if (!strcmp(es_str(i, "user_name", ""),
			    sent(req, "UserName")) &&
		    !strcmp(es_str(i, "integration_code", ""),
			    sent(req, "ApiIntegrationCode")) &&
		    !strcmp(es_str(i, "secret", ""), sent(req, "Secret")))
			return i;
	return NULL;
}

/* The budget is that of the database, whoever asks. */
static bool within_budget(struct es_req *req, struct es_answer *ans,
			  int64_t *ret_left)
{
	const cJSON *rate = es_at(req->world->doc, "autotask/rate");
	int64_t wait;

	if (es_state_spend(req->state, "autotask", es_int(rate, "size", 10000),
			   es_int(rate, "window", 3600), ret_left, &wait))
		return true;
	es_at_throttle(ans, req, (int)wait, false);
	return false;
}

/* Is the entity in this list of the user's security level? */
static bool in_list(const cJSON *user, const char *list, const char *entity)
{
	const cJSON *i;

	cJSON_ArrayForEach(i, es_get(user, list))
		if (!strcmp(i->valuestring, entity))
			return true;
	return false;
}

/* Leaves the records that pass in list; false: the filter was refused. */
static bool sift(const cJSON *filter, cJSON *list)
{
	bool known = true;
	int i;

	if (!cJSON_GetArraySize(filter))
		return false;
	for (i = 0; known && i < cJSON_GetArraySize(list);)
		if (es_at_matches(filter, cJSON_GetArrayItem(list, i),
				  &known))
			i++;
		else
			cJSON_DeleteItemFromArray(list, i);
	return known;
}

/* Only the fields that were asked for; without such a list all of them. */
static void pick(const cJSON *fields, cJSON *record)
{
	cJSON *i, *next;
	const cJSON *f;

	for (i = record->child; fields && i; i = next) {
		bool keep = false;

		next = i->next;
		cJSON_ArrayForEach(f, fields)
			keep |= cJSON_IsString(f) &&
				!strcmp(f->valuestring, i->string);
		if (!keep)
			cJSON_Delete(cJSON_DetachItemViaPointer(record, i));
	}
}

static void next_url(cJSON *details, const struct es_req *req, int64_t from)
{
	const char *search = es_req_arg(req, "search");
	struct es_buf url = ES_BUF_INIT;
	char token[64];

	snprintf(token, sizeof(token), "{\"pageSize\":%d,\"nextIds\":[%lld]}",
		 RECORDS_MOST, (long long)from);
	es_buf_fmt(&url, "%s%s?paging=", req->base, req->path);
	es_buf_url(&url, token);
	es_buf_str(&url, "&search=");
	es_buf_url(&url, search ? search : "");
	cJSON_AddStringToObject(details, "nextPageUrl", url.p);
	es_buf_release(&url);
}

static int64_t page_from(const struct es_req *req)
{
	const char *token = es_req_arg(req, "paging");
	const char *at = token ? strchr(token, '[') : NULL;

	return at ? strtoll(at + 1, NULL, 10) : 0;
}

static void answer(struct es_req *req, struct es_answer *ans, cJSON *list,
		   const cJSON *search)
{
	int64_t top = es_int(es_get(req->world->doc, "autotask"),
			     "page_most", RECORDS_MOST);
	int64_t most = es_int(search, "MaxRecords", top), i;
	int64_t from = page_from(req), n = cJSON_GetArraySize(list);
	cJSON *o = cJSON_CreateObject(), *details, *record;

	most = most > 0 && most < top ? most : top;
	if (req->twist & ES_TWIST_ENDLESS)
		from = 0;
	for (i = 0; i < from && cJSON_GetArraySize(list); i++)
		cJSON_DeleteItemFromArray(list, 0);
	while (cJSON_GetArraySize(list) > most)
		cJSON_DeleteItemFromArray(list, (int)most);
	cJSON_ArrayForEach(record, list)
		pick(es_get(search, "IncludeFields"), record);
	ans->rows = cJSON_GetArraySize(list);
	ans->shape = &items;
	ans->page = from / most;
	ans->pages = (n + most - 1) / most;
	details = cJSON_CreateObject();
	cJSON_AddNumberToObject(details, "count", (double)ans->rows);
	cJSON_AddNumberToObject(details, "requestCount", (double)most);
	cJSON_AddNullToObject(details, "prevPageUrl");
	if (from + most < n)
		next_url(details, req, from + most);
	else
		cJSON_AddNullToObject(details, "nextPageUrl");
	cJSON_AddItemToObject(o, "items", list);
	cJSON_AddItemToObject(o, "pageDetails", details);
	es_answer_json(ans, 200, o);
}

/* What only some may see is left out without a word. */
static void restrict_to_own(const cJSON *user, const char *entity, cJSON *list)
{
	int n = cJSON_GetArraySize(list);

	if (n > 1 && in_list(user, "restricted", entity))
		cJSON_DeleteItemFromArray(list, n - 1);
}

static void query(struct es_req *req, struct es_answer *ans, const cJSON *user,
		  const char *entity)
{
	const char *text = es_req_arg(req, "search");
	cJSON *search = text ? cJSON_Parse(text) : NULL;
	cJSON *list = es_at_records(es_get(req->world->doc, "autotask"),
				    entity);

	es_at_written(req, entity, &list);
	if (!list) {
		ans->type = "text/html";
		ans->status = 404;
		es_buf_str(&ans->body, "<html>No HTTP resource</html>");
	} else if (!sift(es_get(search, "filter"), list)) {
		es_at_error(ans, 500, "Unable to find the field in the "
				      "Entity, or no filter.");
		cJSON_Delete(list);
	} else {
		restrict_to_own(user, entity, list);
		answer(req, ans, list, search);
	}
	cJSON_Delete(search);
}

/* What this user may do with an entity; this may always be asked. */
static void information(struct es_answer *ans, const cJSON *user,
			const char *entity)
{
	cJSON *o = cJSON_CreateObject();
	cJSON *info = cJSON_AddObjectToObject(o, "info");
	bool none = in_list(user, "not_permitted", entity);

	cJSON_AddStringToObject(info, "name", entity);
	cJSON_AddBoolToObject(info, "canCreate", true);
	cJSON_AddBoolToObject(info, "canDelete", false);
	cJSON_AddBoolToObject(info, "canQuery", true);
	cJSON_AddBoolToObject(info, "canUpdate", true);
	cJSON_AddStringToObject(info, "userAccessForCreate", "None");
	cJSON_AddStringToObject(info, "userAccessForDelete", "None");
	cJSON_AddStringToObject(
		info, "userAccessForQuery",
		none ? "None" :
		in_list(user, "restricted", entity) ? "Restricted" : "All");
	cJSON_AddStringToObject(info, "userAccessForUpdate", "None");
	cJSON_AddBoolToObject(info, "hasUserDefinedFields", false);
	cJSON_AddBoolToObject(info, "supportsWebhookCallouts", false);
	es_answer_json(ans, 200, o);
}

static void threshold(const struct es_req *req, struct es_answer *ans,
		      int64_t left)
{
	const cJSON *rate = es_at(req->world->doc, "autotask/rate");
	int64_t size = es_int(rate, "size", 10000);
	cJSON *o = cJSON_CreateObject();

	cJSON_AddNumberToObject(o, "externalRequestThreshold", (double)size);
	cJSON_AddNumberToObject(o, "requestThresholdTimeframe",
				(double)es_int(rate, "window", 3600) / 60);
	cJSON_AddNumberToObject(
		o, "currentTimeframeRequestCount",
		(double)(size - left + es_int(rate, "others", 0)));
	es_answer_json(ans, 200, o);
}

/* Anybody may ask where the database of a user is. */
static void zone_information(struct es_req *req, struct es_answer *ans)
{
	const cJSON *at = es_get(req->world->doc, "autotask"), *i, *found = NULL;
	const char *user = es_req_arg(req, "user");
	struct es_buf url = ES_BUF_INIT;
	cJSON *o;

	cJSON_ArrayForEach(i, es_get(at, "users"))
		if (user && !strcmp(es_str(i, "user_name", ""), user))
			found = i;
	if (!found) {
		es_at_error(ans, 500, "Zone information could not be "
				      "determined");
		return;
	}
	o = cJSON_CreateObject();
	es_buf_fmt(&url, "%s/%s/atservicesrest/", req->base,
		   es_str(at, "zone", ""));
	cJSON_AddStringToObject(o, "zoneName", "Simulated");
	cJSON_AddStringToObject(o, "url", url.p);
	cJSON_AddStringToObject(o, "webUrl", req->base);
	cJSON_AddNumberToObject(o, "ci", 12345);
	es_buf_release(&url);
	es_answer_json(ans, 200, o);
}

static void one(struct es_req *req, struct es_answer *ans, const char *entity,
		const char *id)
{
	cJSON *list = es_at_records(es_get(req->world->doc, "autotask"),
				    entity);
	cJSON *o = cJSON_CreateObject(), *i, *found = NULL;

	cJSON_ArrayForEach(i, list)
		if (es_int(i, "id", -1) == strtoll(id, NULL, 10))
			found = i;
	if (found)
		cJSON_AddItemToObject(o, "item", cJSON_Duplicate(found, 1));
	else
		cJSON_AddNullToObject(o, "item");
	cJSON_Delete(list);
	ans->rows = found != NULL;
	es_answer_json(ans, 200, o);
}

/* parts: zone, "atservicesrest", "V1.0", entity, and what of it. */
static void dispatch(struct es_req *req, struct es_answer *ans,
		     const cJSON *user, const char **parts, int n,
		     int64_t left)
{
	if (n == 4 && !strcmp(parts[3], "ThresholdInformation"))
		threshold(req, ans, left);
	else if (n != 5)
		es_at_error(ans, 404, "Not found");
	else if (!strcmp(parts[4], "entityInformation"))
		information(ans, user, parts[3]);
	else if (in_list(user, "not_permitted", parts[3]))
		es_at_error(ans, 500, "The logged in Resource does not have "
				      "the adequate permissions to query this "
				      "entity type.");
	else if (!strcmp(parts[4], "query") &&
		 strlen(req->path) + strlen(req->query) > QUERY_URL_MOST)
		es_at_error(ans, 404, "The query string is too long");
	else if (!strcmp(parts[4], "query"))
		query(req, ans, user, parts[3]);
	else
		one(req, ans, parts[3], parts[4]);
}

void es_at_handle(struct es_req *req, struct es_answer *ans)
{
	const char *zone = es_str(es_get(req->world->doc, "autotask"), "zone",
				  "");
	const cJSON *user = user_of(req);
	struct es_buf room = ES_BUF_INIT;
	const char *parts[8];
	int n = es_req_parts(req->path, &room, parts, 8);
	int64_t left = 0;

	snprintf(req->who, sizeof(req->who), "%s",
		 es_str(user, "user_name", "?"));
	if (n == 3 && !strcasecmp(parts[2], "zoneInformation"))
		zone_information(req, ans);
	else if (!user || n < 1 || strcmp(parts[0], zone) ||
		 (req->twist & ES_TWIST_KILL_TOKEN))
		es_at_error(ans, 401, "Unauthorized");
	else if (within_budget(req, ans, &left) &&
		 !es_at_desk(req, ans, user, parts, n))
		dispatch(req, ans, user, parts, n, left);
	es_buf_release(&room);
}
