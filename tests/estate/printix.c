/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Printix's API host: which tenants there are, admission, errors and the
 * way from a path to the dataset that answers it.
 */
#include "printix.h"

#include <stdarg.h>
#include <string.h>

#include "util/text.h"
#include "world/gen.h"

int64_t es_px_tenants(const struct es_world *w)
{
	return cJSON_GetArraySize(es_at(w->doc, "printix/tenants")) +
	       (es_get(w->doc, "printix") ? w->gen.customers : 0);
}

static void fill_written(struct es_px_tenant *t, const cJSON *rec)
{
	t->rec = rec;
	t->number = -1;
	snprintf(t->id, sizeof(t->id), "%s", es_str(rec, "id", ""));
	snprintf(t->domain, sizeof(t->domain), "%s",
		 es_str(rec, "domain", ""));
	snprintf(t->name, sizeof(t->name), "%s", es_str(rec, "name", ""));
}

static void fill_generated(const struct es_world *w, struct es_px_tenant *t,
			   int64_t number)
{
	char key[ES_GEN_KEY];

	t->rec = NULL;
	t->number = number;
	es_gen_key(key, number);
	es_gen_tenant(t->id, w, "px-tenant", number);
	snprintf(t->domain, sizeof(t->domain), "%s.printix.net", key);
	snprintf(t->name, sizeof(t->name), "Customer %s", key);
}

bool es_px_tenant_at(const struct es_world *w, int64_t index,
		     struct es_px_tenant *ret)
{
	const cJSON *list = es_at(w->doc, "printix/tenants");
	int64_t written = cJSON_GetArraySize(list);

	if (index < 0 || index >= es_px_tenants(w))
		return false;
	if (index < written)
		fill_written(ret, cJSON_GetArrayItem(list, (int)index));
	else
		fill_generated(w, ret, index - written);
	return true;
}

bool es_px_tenant_find(const struct es_world *w, const char *id,
		       struct es_px_tenant *ret)
{
	const cJSON *i;
	int64_t n;

	cJSON_ArrayForEach(i, es_at(w->doc, "printix/tenants")) {
		if (!strcmp(es_str(i, "id", ""), id)) {
			fill_written(ret, i);
			return true;
		}
	}
	n = es_gen_find(w, "px-tenant", id);
	if (n >= 0)
		fill_generated(w, ret, n);
	return n >= 0;
}

static const char *code_of(int status)
{
	if (status == 404)
		return "RESOURCE_NOT_FOUND";
	return status == 400 ? "BAD_REQUEST" : NULL;
}

void es_px_error(struct es_answer *ans, int status, const char *text)
{
	cJSON *o = cJSON_CreateObject();
	char uuid[ES_UUID_TEXT], at[ES_TIME_TEXT];

	es_uuid_random(uuid);
	es_time_iso(at, es_clock_ms());
	if (code_of(status))
		cJSON_AddStringToObject(o, "errorCode", code_of(status));
	if (text)
		cJSON_AddStringToObject(o, "errorText", text);
	uuid[6] = '\0';
	cJSON_AddStringToObject(o, "printix-errorId", uuid);
	cJSON_AddFalseToObject(o, "success");
	cJSON_AddStringToObject(o, "message", text ? text : "Error");
	cJSON_AddStringToObject(o, "timestamp", at);
	es_answer_json(ans, status, o);
}

void es_px_throttle(struct es_answer *ans, const struct es_req *req,
		    int seconds, bool date)
{
	(void)req;
	(void)date;
	es_px_error(ans, 429, "Too many requests");
	es_answer_header(ans, "X-Rate-Limit-Retry-After-Seconds", "%d",
			 seconds);
}

static void trace_headers(struct es_answer *ans)
{
	char uuid[ES_UUID_TEXT];

	es_uuid_random(uuid);
	es_answer_header(ans, "X-Printix-Request-ID", "%s", uuid);
	es_uuid_random(uuid);
	es_answer_header(ans, "X-Printix-Trace-ID", "%s", uuid);
}

bool es_px_admit(struct es_req *req, struct es_answer *ans,
		 struct es_token *ret)
{
	const cJSON *rate = es_at(req->world->doc, "printix/rate");
	const char *bearer = req->authorization;
	char budget[ES_NAME_MAX + 8];
	int64_t left, wait;

	trace_headers(ans);
	bearer = strncmp(bearer, "Bearer ", 7) ? "" : bearer + 7;
	if (req->twist & ES_TWIST_KILL_TOKEN)
		es_state_revoke(req->state, bearer);
	if (!es_state_token(req->state, bearer, ret) || ret->refresh) {
		es_px_error(ans, 401, "Invalid or expired access token");
		return false;
	}
	snprintf(req->who, sizeof(req->who), "%s", ret->client);
	snprintf(budget, sizeof(budget), "px:%s", ret->client);
	if (!es_state_spend(req->state, budget, es_int(rate, "size", 100),
			    es_int(rate, "window", 60), &left, &wait)) {
		es_px_throttle(ans, req, (int)wait, false);
		return false;
	}
	/* Without a limit there is nothing that could be left. */
	if (es_int(rate, "size", 100) > 0)
		es_answer_header(ans, "X-Rate-Limit-Remaining", "%lld",
				 (long long)left);
	return true;
}

cJSON *es_px_link(const struct es_px_call *c, const char *fmt, ...)
{
	cJSON *o = cJSON_CreateObject();
	char path[768];
	struct es_buf href = ES_BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	es_buf_fmt(&href, "%s%s", c->req->base, path);
	cJSON_AddStringToObject(o, "href", href.p);
	es_buf_release(&href);
	return o;
}

/* The 2021 shape names each tenant by its domain, the later one lists them
 * under "tenants"; the world says which one a tenant answers with. */
static void root(struct es_px_call *c)
{
	cJSON *o = cJSON_CreateObject(), *links, *list, *link;
	const char *shape;

	if (strcmp(c->token.kind, ES_PX_CLOUDPRINT)) {
		cJSON_Delete(o);
		es_px_error(c->ans, 401, "Access is denied");
		return;
	}
	links = cJSON_AddObjectToObject(o, "_links");
	shape = es_str(c->shown.rec, "root", "domain");
	if (!strcmp(shape, "domain")) {
		link = es_px_link(c, "/cloudprint/tenants/%s/printers?page=0"
				  "&pageSize=10{&query}", c->shown.id);
		cJSON_AddTrueToObject(link, "templated");
		cJSON_AddItemToObject(links, c->shown.domain, link);
	} else {
		cJSON_AddItemToObject(links, "self",
				      es_px_link(c, "/cloudprint"));
		list = cJSON_AddArrayToObject(links, "tenants");
		cJSON_AddItemToArray(list, es_px_link(c,
				     "/cloudprint/tenants/%s", c->shown.id));
		cJSON_AddTrueToObject(o, "success");
		cJSON_AddStringToObject(o, "message", "OK");
	}
	es_answer_json(c->ans, 200, o);
}

/* A fault may have the tenant's answers come from its neighbour. */
static void choose_shown(struct es_px_call *c)
{
	int64_t i;

	c->shown = c->tenant;
	if (!(c->req->twist & ES_TWIST_FOREIGN))
		return;
	for (i = 0; es_px_tenant_at(c->req->world, i, &c->shown); i++)
		if (strcmp(c->shown.id, c->tenant.id))
			return;
}

static void tenant_call(struct es_px_call *c)
{
	if (!es_is_uuid(c->parts[0])) {
		es_px_error(c->ans, 400, "The tenant id could not be "
			    "converted to an identifier");
		return;
	}
	if (!es_px_tenant_find(c->req->world, c->parts[0], &c->tenant) ||
	    strcmp(c->token.tenant, c->tenant.id)) {
		es_px_error(c->ans, 404, "Tenant not found");
		return;
	}
	c->parts++;
	c->nparts--;
	choose_shown(c);
	if (c->nparts && !strcmp(c->parts[0], "users"))
		es_px_users(c);
	else
		es_px_dataset(c);
}

static void cloudprint(struct es_req *req, struct es_answer *ans,
		       const char **parts, int nparts)
{
	struct es_px_call c = { .req = req, .ans = ans, .parts = parts,
				.nparts = nparts };

	if (!es_px_admit(req, ans, &c.token))
		return;
	if (!strcmp(c.token.kind, ES_PX_PARTNER)) {
		es_px_error(ans, 401, "Access is denied");
		return;
	}
	if (nparts == 0) {
		if (es_px_tenant_find(req->world, c.token.tenant, &c.tenant)) {
			choose_shown(&c);
			root(&c);
		} else {
			es_px_error(ans, 401, "Access is denied");
		}
		return;
	}
	if (strcmp(parts[0], "tenants") || nparts < 2) {
		es_px_error(ans, 404, "Not Found");
		return;
	}
	c.parts++;
	c.nparts--;
	tenant_call(&c);
}

void es_px_api_handle(struct es_req *req, struct es_answer *ans)
{
	struct es_buf room = ES_BUF_INIT;
	const char *parts[12];
	int n = es_req_parts(req->path, &room, parts, 12);

	if (n >= 1 && !strcmp(parts[0], "cloudprint"))
		cloudprint(req, ans, parts + 1, n - 1);
	else if (n >= 2 && !strcmp(parts[0], "public") &&
		 !strcmp(parts[1], "partners"))
		es_px_partner_handle(req, ans, parts + 2, n - 2);
	else
		es_px_error(ans, 404, "Not Found");
	es_buf_release(&room);
}
