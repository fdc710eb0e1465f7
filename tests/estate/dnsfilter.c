/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DNSFilter: from a request to the resource that answers it, with the key,
 * the budget of the organisation, and the service's errors.
 */
#include "dnsfilter.h"

#include <string.h>

#include "util/alloc.h"
#include "util/text.h"

void es_df_error(struct es_answer *ans, int status, const char *text)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddStringToObject(o, "error", text ? text : "Error");
	es_answer_json(ans, status, o);
}

/* The second version of the interface nests its message. */
static void error_v2(struct es_answer *ans, int status, const char *text)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddStringToObject(cJSON_AddObjectToObject(o, "error"),
				"message", text);
	es_answer_json(ans, status, o);
}

void es_df_not_found(struct es_df_call *c)
{
	es_df_error(c->ans, 404,
		    "Unable to find the object that you requested.");
}

static int64_t rate_size(const struct es_world *w)
{
	return es_int(es_at(w->doc, "dnsfilter/rate"), "size", 2000);
}

static int64_t rate_window(const struct es_world *w)
{
	return es_int(es_at(w->doc, "dnsfilter/rate"), "window", 300);
}

void es_df_throttle(struct es_answer *ans, const struct es_req *req,
		    int seconds, bool date)
{
	char at[ES_TIME_TEXT];
	long long size = (long long)rate_size(req->world);
	long long window = (long long)rate_window(req->world);

	es_df_error(ans, 429, "Rate limit exceeded");
	es_time_http(at, req->world->now_ms + (int64_t)seconds * 1000);
	if (date)
		es_answer_header(ans, "Retry-After", "%s", at);
	else
		es_answer_header(ans, "Retry-After", "%d", seconds);
	es_answer_header(ans, "RateLimit-Policy",
			 "\"default\";q=%lld;w=%lld", size, window);
	es_answer_header(ans, "RateLimit", "\"default\";r=0;t=%d", seconds);
	es_answer_header(ans, "RateLimit-Limit", "%lld", size);
	es_answer_header(ans, "RateLimit-Remaining", "0");
	es_answer_header(ans, "RateLimit-Reset", "%d", seconds);
}

static bool admit(struct es_df_call *c)
{
	const struct es_world *w = c->req->world;
	int64_t left, wait;
	char budget[64];

	if (!es_df_identify(c)) {
		es_df_error(c->ans, 401, "Not authorized");
		return false;
	}
	snprintf(budget, sizeof(budget), "df:%lld",
		 (long long)es_int(c->home, "id", 0));
	if (es_state_spend(c->req->state, budget, rate_size(w),
			   rate_window(w), &left, &wait))
		return true;
	es_df_throttle(c->ans, c->req, (int)wait, false);
	return false;
}

/* Reads that a read-only client must not make. */
static bool forbidden(struct es_df_call *c)
{
	const char *path = c->req->path;
	cJSON *o;

	if (!strcmp(path, "/v1/psa_integrations/redirect_link"))
		c->req->forbidden = "creates-integration";
	else if (!strcmp(path, "/v1/user_agents/uninstall_pin"))
		c->req->forbidden = "uninstall-pin";
	else
		return false;
	o = cJSON_CreateObject();
	cJSON_AddStringToObject(o, "data", "CANARY-forbidden");
	es_answer_json(c->ans, 200, o);
	return true;
}

static void route(struct es_df_call *c)
{
	if (forbidden(c) || es_df_organizations(c) || es_df_users(c) ||
	    es_df_agents(c) || es_df_rest(c))
		return;
	es_df_not_found(c);
}

void es_df_handle(struct es_req *req, struct es_answer *ans)
{
	struct es_df_call c = { .req = req, .ans = ans };
	struct es_buf room = ES_BUF_INIT;
	const char *parts[8];
	int n = es_req_parts(req->path, &room, parts, 8);

	c.parts = parts + 1;
	c.nparts = n - 1;
	if (n < 2 || (strcmp(parts[0], "v1") && strcmp(parts[0], "v2"))) {
		es_df_not_found(&c);
	} else if (admit(&c)) {
		es_df_see(&c);
		if (!strcmp(parts[0], "v1"))
			route(&c);
		else
			error_v2(ans, 404, "Unable to find the object that "
				 "you requested.");
	}
	es_free(c.orgs);
	es_buf_release(&room);
}
