/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HaloPSA: from a request to the listing that answers it, and its errors,
 * which have four forms and sometimes none.
 */
#include "halopsa.h"

#include <string.h>

#include "util/text.h"

static void plain(struct es_answer *ans, int status, const char *text)
{
	ans->status = status;
	ans->type = "text/plain";
	es_buf_clear(&ans->body);
	es_buf_str(&ans->body, text);
}

void es_ha_error(struct es_answer *ans, int status, const char *text)
{
	cJSON *o;

	if (status == 401 || status == 404) {
		plain(ans, status, status == 404 ? "Not found" : "");
		return;
	}
	o = cJSON_CreateObject();
	if (status >= 500)
		cJSON_AddStringToObject(o, "ClassName", "System.Exception");
	cJSON_AddStringToObject(o, "Message", text ? text : "Error");
	es_answer_json(ans, status, o);
}

void es_ha_throttle(struct es_answer *ans, const struct es_req *req,
		    int seconds, bool date)
{
	char at[ES_TIME_TEXT];

	es_ha_error(ans, 429, "Too many requests");
	es_time_http(at, req->world->now_ms + (int64_t)seconds * 1000);
	if (date)
		es_answer_header(ans, "Retry-After", "%s", at);
	else
		es_answer_header(ans, "Retry-After", "%d", seconds);
}

bool es_ha_may_post(const char *path)
{
	return !strcmp(path, "/auth/token") ||
	       !strcmp(path, "/api/Actions") ||
	       !strcmp(path, "/api/Attachment") ||
	       !strcmp(path, "/api/Tickets");
}

bool es_ha_asked(const struct es_ha_call *c, const char *name)
{
	const char *s = es_req_arg(c->req, name);

	return s && !strcmp(s, "true");
}

/* Seven decimals; before 2023 three and no zone. */
static void stamp(cJSON *text, int64_t ms)
{
	static const int64_t zones_since = 1672531200000;
	char iso[ES_TIME_TEXT], out[ES_TIME_TEXT + 16];

	es_time_iso(iso, ms);
	snprintf(out, sizeof(out), "%.19s.%03d%s", iso, (int)(ms % 1000),
		 ms < zones_since ? "" : "9746Z");
	cJSON_SetValuestring(text, out);
}

cJSON *es_ha_stamped(cJSON *doc)
{
	cJSON *i;
	int64_t ms;

	cJSON_ArrayForEach(i, doc) {
		if (cJSON_IsString(i) && es_time_parse(i->valuestring, &ms))
			stamp(i, ms);
		else
			es_ha_stamped(i);
	}
	return doc;
}

/* Who asks may find out where tokens are made, without having one. */
static void authinfo(struct es_ha_call *c)
{
	const char *id = es_str(c->world, "tenant_id", "");
	cJSON *o = cJSON_CreateObject();
	char url[512];

	snprintf(url, sizeof(url), "%s/auth", c->req->base);
	cJSON_AddStringToObject(o, "auth_url", url);
	cJSON_AddStringToObject(o, "tenant_id", id);
	es_answer_json(c->ans, 200, o);
	c->ans->rows = 1;
}

static void route(struct es_ha_call *c)
{
	if (c->nparts == 1 && !strcmp(c->parts[0], "authinfo"))
		authinfo(c);
	else if (es_ha_admit(c) && !es_ha_desk(c) && !es_ha_data(c) && !es_ha_config(c))
		es_ha_error(c->ans, 404, NULL);
}

void es_ha_handle(struct es_req *req, struct es_answer *ans)
{
	struct es_token token = { .text = "" };
	struct es_ha_call c = { .req = req, .ans = ans, .token = &token };
	struct es_buf room = ES_BUF_INIT;
	const char *parts[8];
	int n = es_req_parts(req->path, &room, parts, 8);

	c.world = es_get(req->world->doc, "halopsa");
	c.parts = parts + 1;
	c.nparts = n - 1;
	if (!strcmp(req->path, "/auth/token"))
		es_ha_token(req, ans);
	else if (n > 1 && !strcmp(parts[0], "api"))
		route(&c);
	else
		es_ha_error(ans, 404, NULL);
	es_buf_release(&room);
}
