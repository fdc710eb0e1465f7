/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Printix's Partner API: all tenants of the MSP with their billing counters,
 * in one unpaged HAL document; true counts and credentials for the tests.
 */
#include <string.h>

#include "printix.h"
#include "util/text.h"

static cJSON *period(const struct es_world *w, int64_t days_ago,
		     int64_t licenses, int64_t users)
{
	cJSON *o = cJSON_CreateObject();
	char at[ES_TIME_TEXT];

	es_time_iso(at, w->now_ms - days_ago * 86400000);
	cJSON_AddStringToObject(o, "period_start", at);
	es_time_iso(at, w->now_ms - (days_ago - 30) * 86400000);
	cJSON_AddStringToObject(o, "period_end", at);
	cJSON_AddNumberToObject(o, "user_licenses", (double)licenses);
	cJSON_AddNumberToObject(o, "printing_users", (double)users);
	return o;
}

cJSON *es_px_billing(const struct es_world *w, const struct es_px_tenant *t)
{
	const cJSON *written = es_get(t->rec, "billing_info");
	int64_t n = w->gen.users_per_tenant;
	cJSON *o;

	if (t->rec)
		return written ? cJSON_Duplicate(written, 1) : NULL;
	o = cJSON_CreateObject();
	cJSON_AddItemToObject(o, "current_billing_period",
			      period(w, 16, n, n - n / 5));
	cJSON_AddItemToObject(o, "previous_billing_period",
			      period(w, 46, n, n - n / 4));
	return o;
}

static cJSON *href(const struct es_req *req, const char *partner,
		   const char *tenant, const char *more)
{
	struct es_buf b = ES_BUF_INIT;
	cJSON *o = cJSON_CreateObject();

	es_buf_fmt(&b, "%s/public/partners/%s%s%s%s", req->base, partner,
		   tenant ? "/tenants/" : "", tenant ? tenant : "", more);
	cJSON_AddStringToObject(o, "href", b.p);
	es_buf_release(&b);
	return o;
}

static cJSON *tenant_object(const struct es_req *req, const char *partner,
			    const struct es_px_tenant *t)
{
	cJSON *o = cJSON_CreateObject(), *links, *billing;

	cJSON_AddStringToObject(o, "tenant_name", t->name);
	cJSON_AddStringToObject(o, "tenant_domain", t->domain);
	billing = es_px_billing(req->world, t);
	if (billing)
		cJSON_AddItemToObject(o, "billing_info", billing);
	links = cJSON_AddObjectToObject(o, "_links");
	cJSON_AddItemToObject(links, "self", href(req, partner, t->id, ""));
	cJSON_AddItemToObject(links, "px:dataextract",
			      href(req, partner, t->id, "/dataextracts"));
	return o;
}

static bool listed(const struct es_px_tenant *t)
{
	return es_true(t->rec, "in_partner_list", true);
}

static void list_tenants(struct es_req *req, struct es_answer *ans,
			 const char *partner)
{
	static const struct es_shape shape = { .records = "tenants" };
	struct es_px_tenant t;
	cJSON *links = cJSON_CreateObject();
	int64_t i;

	cJSON_AddItemToObject(links, "self",
			      href(req, partner, NULL, "/tenants"));
	es_buf_str(&ans->body, "{\"_links\":");
	es_buf_take(&ans->body, links);
	es_buf_str(&ans->body, ",\"tenants\":[");
	for (i = 0; es_px_tenant_at(req->world, i, &t); i++) {
		if (!listed(&t))
			continue;
		if (ans->rows++)
			es_buf_str(&ans->body, ",");
		es_buf_take(&ans->body, tenant_object(req, partner, &t));
	}
	es_buf_str(&ans->body, "]}");
	ans->status = 200;
	ans->pages = 1;
	ans->shape = &shape;
}

static void one_tenant(struct es_req *req, struct es_answer *ans,
		       const char **parts, int nparts)
{
	struct es_px_tenant t;
	cJSON *billing;

	if (!es_px_tenant_find(req->world, parts[2], &t) || !listed(&t)) {
		es_px_error(ans, 404, "Tenant not found");
	} else if (nparts == 3) {
		es_answer_json(ans, 200, tenant_object(req, parts[0], &t));
	} else if (nparts == 4 && !strcmp(parts[3], "billing-info")) {
		billing = es_px_billing(req->world, &t);
		es_answer_json(ans, 200,
			       billing ? billing : cJSON_CreateObject());
	} else {
		es_px_error(ans, 404, "Not Found");
	}
}

static void partner_object(struct es_req *req, struct es_answer *ans,
			   const cJSON *p)
{
	const char *id = es_str(p, "id", "");
	cJSON *o = cJSON_CreateObject(), *links;

	cJSON_AddStringToObject(o, "name", es_str(p, "name", ""));
	cJSON_AddStringToObject(o, "email", es_str(p, "email", ""));
	links = cJSON_AddObjectToObject(o, "_links");
	cJSON_AddItemToObject(links, "self", href(req, id, NULL, ""));
	cJSON_AddItemToObject(links, "px:tenants",
			      href(req, id, NULL, "/tenants"));
	es_answer_json(ans, 200, o);
}

void es_px_partner_handle(struct es_req *req, struct es_answer *ans,
			  const char **parts, int nparts)
{
	const cJSON *p = es_at(req->world->doc, "printix/partner");
	struct es_token token;

	if (!es_px_admit(req, ans, &token))
		return;
	if (strcmp(token.kind, ES_PX_PARTNER)) {
		es_px_error(ans, 401, "Access is denied");
		return;
	}
	ans->type = "application/hal+json";
	if (nparts < 1 || strcmp(parts[0], es_str(p, "id", "")))
		es_px_error(ans, 404, "Partner not found");
	else if (nparts == 1)
		partner_object(req, ans, p);
	else if (strcmp(parts[1], "tenants"))
		es_px_error(ans, 404, "Not Found");
	else if (nparts == 2)
		list_tenants(req, ans, parts[0]);
	else
		one_tenant(req, ans, parts, nparts);
}

static void add_count(cJSON *o, const char *name, int64_t n)
{
	cJSON_AddNumberToObject(o, name, (double)n);
}

static void count_users(const struct es_world *w,
			const struct es_px_tenant *t, cJSON *o)
{
	int64_t users = es_int(t->rec, "bulk_users", 0);
	int64_t guests = 0, hidden = 0;
	const cJSON *u;

	cJSON_ArrayForEach(u, es_get(t->rec, "users")) {
		const char *role = es_str(u, "role", "USER");

		if (!strcmp(role, "USER"))
			users++;
		else if (!strcmp(role, "GUEST_USER"))
			guests++;
		else
			hidden++;
	}
	if (!t->rec) {
		users = w->gen.users_per_tenant;
		guests = w->gen.guests_per_tenant;
	}
	add_count(o, "users", users + guests);
	add_count(o, "users.USER", users);
	add_count(o, "users.GUEST_USER", guests);
	add_count(o, "users.hidden_managers", hidden);
}

void es_px_truth(const struct es_world *w, cJSON *into)
{
	static const char *const sets[] = { "groups", "sites", "networks",
					    "printers", "jobs", NULL };
	struct es_px_tenant t;
	int64_t i, n, in_list = 0;
	int k;

	for (i = 0; es_px_tenant_at(w, i, &t); i++) {
		cJSON *o = cJSON_AddObjectToObject(into, t.id);

		cJSON_AddStringToObject(o, "domain", t.domain);
		count_users(w, &t, o);
		for (k = 0; sets[k]; k++)
			add_count(o, sets[k],
				  cJSON_GetArraySize(es_get(t.rec, sets[k])));
		n = t.rec ? cJSON_GetArraySize(es_get(t.rec, "workstations")) :
			    w->gen.workstations_per_tenant;
		add_count(o, "workstations", n);
		in_list += listed(&t);
	}
	add_count(cJSON_AddObjectToObject(into, "partner"), "tenants",
		  in_list);
}

void es_px_credentials(const struct es_world *w, FILE *out)
{
	static const char *const apps[] = { ES_PX_CLOUDPRINT, ES_PX_USERS,
					    ES_PX_CARDS, ES_PX_WORKSTATION };
	const cJSON *p = es_at(w->doc, "printix/partner");
	char id[ES_NAME_MAX], secret[ES_NAME_MAX];
	struct es_px_tenant t;
	int64_t i;
	size_t a;

	if (p)
		fprintf(out, "printix\t%s\t%s\t%s\t%s\n", es_str(p, "id", ""),
			ES_PX_PARTNER, es_str(p, "client_id", ""),
			es_str(p, "client_secret", ""));
	for (i = 0; es_px_tenant_at(w, i, &t); i++)
		for (a = 0; a < sizeof(apps) / sizeof(apps[0]); a++)
			if (es_px_app(w, &t, apps[a], id, secret))
				fprintf(out, "printix\t%s\t%s\t%s\t%s\n",
					t.id, apps[a], id, secret);
}
