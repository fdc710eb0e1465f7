/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ConnectWise PSA: from a request to the resource that answers it, and the
 * service's errors.
 */
#include "connectwise.h"

#include <string.h>
#include <strings.h>

#include "util/text.h"

static const char *code_of(int status)
{
	static const struct {
		int status;
		const char *code;
	} codes[] = {
		{ 400, "ApiFindCondition" }, { 401, "Unauthorized" },
		{ 403, "ConnectWiseApi" },   { 404, "NotFound" },
	};
	size_t i;

	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].status == status)
			return codes[i].code;
	return "InternalError";
}

void es_cw_error(struct es_answer *ans, int status, const char *text)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddStringToObject(o, "code", code_of(status));
	cJSON_AddStringToObject(o, "message", text ? text :
				"An unexpected error occurred.");
	cJSON_AddNullToObject(o, "errors");
	es_answer_json(ans, status, o);
}

void es_cw_throttle(struct es_answer *ans, const struct es_req *req,
		    int seconds, bool date)
{
	char when[ES_TIME_TEXT];

	es_cw_error(ans, 429, "Too many requests");
	es_time_http(when, req->world->now_ms + seconds * 1000LL);
	if (date)
		es_answer_header(ans, "Retry-After", "%s", when);
	else
		es_answer_header(ans, "Retry-After", "%d", seconds);
}

/* Needs no key, and answers null for a company that does not exist. */
static void company_info(struct es_req *req, struct es_answer *ans,
			 const char *id)
{
	const cJSON *psa = es_get(req->world->doc, "connectwise-psa");
	cJSON *o;

	snprintf(req->who, sizeof(req->who), "nobody");
	if (strcasecmp(id, es_str(psa, "company_id", ""))) {
		es_answer_json(ans, 200, cJSON_CreateNull());
		return;
	}
	o = cJSON_Parse("{\"VersionCode\":\"v2025.1\",\"VersionNumber\":"
			"\"v4.6.99999\",\"IsCloud\":true,\"SiteUrl\":"
			"\"api-na.myconnectwise.net\"}");
	cJSON_AddStringToObject(o, "CompanyName",
				es_str(psa, "company_name", ""));
	cJSON_AddStringToObject(o, "CompanyID",
				es_str(psa, "company_id", ""));
	cJSON_AddStringToObject(o, "Codebase",
				es_str(psa, "codebase", "v2025_1/"));
	es_answer_json(ans, 200, o);
}

/* The alias that stays, or the code base of the release. */
static bool is_code_base(const struct es_cw_call *c, const char *part)
{
	const char *now = es_str(c->psa, "codebase", "v2025_1/");
	size_t n = strcspn(now, "/");

	return !strcmp(part, "v4_6_release") ||
	       (strlen(part) == n && !strncmp(part, now, n));
}

static bool spend(struct es_cw_call *c)
{
	const cJSON *rate = es_get(c->psa, "rate");
	int64_t left, wait;

	if (es_state_spend(c->req->state, "cw", es_int(rate, "size", 0),
			   es_int(rate, "window", 60), &left, &wait))
		return true;
	es_cw_throttle(c->ans, c->req, (int)wait, false);
	return false;
}

/* What the role may not inquire at all, as the world names the paths. */
static bool permitted(struct es_cw_call *c)
{
	const cJSON *denied;
	char path[96];

	snprintf(path, sizeof(path), "%.40s/%.40s",
		 c->nparts > 0 ? c->parts[0] : "",
		 c->nparts > 1 ? c->parts[1] : "");
	cJSON_ArrayForEach(denied, es_get(c->role, "denies")) {
		if (!cJSON_IsString(denied) ||
		    strcasecmp(denied->valuestring, path))
			continue;
		es_cw_error(c->ans, 403, "You do not have security permission "
					 "to perform this action.");
		return false;
	}
	return true;
}

static void serve(struct es_cw_call *c)
{
	es_answer_header(c->ans, "api-current-version", "2025.1");
	if (!es_cw_desk(c) && !es_cw_data(c))
		es_cw_error(c->ans, 404, "Not found");
}

void es_cw_handle(struct es_req *req, struct es_answer *ans)
{
	struct es_cw_call c = { .req = req, .ans = ans };
	struct es_buf room = ES_BUF_INIT;
	const char *parts[12];
	int n = es_req_parts(req->path, &room, parts, 12);

	c.psa = es_get(req->world->doc, "connectwise-psa");
	c.parts = parts + 3;
	c.nparts = n - 3;
	ans->type = "application/vnd.connectwise.com+json; version=2025.1";
	if (n == 3 && !strcmp(parts[0], "login") &&
	    !strcmp(parts[1], "companyinfo")) {
		ans->type = "application/json";
		company_info(req, ans, parts[2]);
	} else if (n < 3 || !is_code_base(&c, parts[0]) ||
		   strcmp(parts[1], "apis") || strcmp(parts[2], "3.0")) {
		es_cw_error(ans, 404, "Not found");
	} else if (es_cw_identify(&c) && spend(&c) && permitted(&c)) {
		serve(&c);
	}
	es_buf_release(&room);
}
