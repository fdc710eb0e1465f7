/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Microsoft Graph: from a request to the collection that answers it, with
 * the token's tenancy, permissions, plans, budgets and the errors of OData.
 */
#include "entra.h"

#include <string.h>

#include "util/text.h"

void es_en_fail(struct es_answer *ans, int status, const char *code,
		const char *text)
{
	cJSON *o = cJSON_CreateObject(), *error, *inner;
	char uuid[ES_UUID_TEXT], at[ES_TIME_TEXT];

	es_uuid_random(uuid);
	es_time_iso(at, es_clock_ms());
	at[19] = '\0';
	error = cJSON_AddObjectToObject(o, "error");
	cJSON_AddStringToObject(error, "code", code);
	cJSON_AddStringToObject(error, "message", text);
	/* The spelling of this member varies in the service too. */
	inner = cJSON_AddObjectToObject(error, status == 403 ? "innererror" :
							       "innerError");
	cJSON_AddStringToObject(inner, "date", at);
	cJSON_AddStringToObject(inner, "request-id", uuid);
	cJSON_AddStringToObject(inner, "client-request-id", uuid);
	es_answer_json(ans, status, o);
}

static const char *code_of(int status)
{
	switch (status) {
	case 400:
		return "Request_BadRequest";
	case 401:
		return "InvalidAuthenticationToken";
	case 403:
		return "Authorization_RequestDenied";
	case 404:
		return "Request_ResourceNotFound";
	case 429:
		return "TooManyRequests";
	default:
		return "UnknownError";
	}
}

void es_en_error(struct es_answer *ans, int status, const char *text)
{
	es_en_fail(ans, status, code_of(status),
		   text ? text : "Resource could not be found.");
}

void es_en_throttle(struct es_answer *ans, const struct es_req *req,
		    int seconds, bool date)
{
	(void)req;
	es_en_error(ans, 429, "Too many requests");
	/* The service has no date here, but fractions of a second. */
	if (date)
		es_answer_header(ans, "Retry-After", "%d.128",
				 seconds > 1 ? seconds - 1 : 0);
	else
		es_answer_header(ans, "Retry-After", "%d", seconds);
	es_answer_header(ans, "x-ms-throttle-scope",
			 "Tenant_Application/ReadWrite");
	es_answer_header(ans, "x-ms-throttle-information",
			 "ResourceUnitLimitExceeded");
}

bool es_en_may(const struct es_en_call *c, const char *permissions)
{
	const cJSON *given = es_get(c->app, "permissions"), *p;

	if (!given)
		return true;
	while (*permissions) {
		size_t n = strcspn(permissions, "|");

		cJSON_ArrayForEach(p, given)
			if (cJSON_IsString(p) &&
			    strlen(p->valuestring) == n &&
			    !strncmp(p->valuestring, permissions, n))
				return true;
		permissions += n + (permissions[n] == '|');
	}
	return false;
}

bool es_en_has_plan(const cJSON *tenant, const char *plan)
{
	const cJSON *p;

	cJSON_ArrayForEach(p, es_get(tenant, "plans")) {
		if (!cJSON_IsString(p))
			continue;
		if (!strcmp(p->valuestring, plan) ||
		    (!strcmp(plan, "p1") && !strcmp(p->valuestring, "p2")))
			return true;
	}
	return false;
}

static bool spend(struct es_en_call *c, const char *kind, int64_t size,
		  int64_t window)
{
	char budget[ES_NAME_MAX * 2];
	int64_t left, wait;

	snprintf(budget, sizeof(budget), "%s:%s:%s", kind, c->client,
		 es_str(c->tenant, "id", ""));
	if (es_state_spend(c->req->state, budget, size, window, &left, &wait))
		return true;
	es_en_throttle(c->ans, c->req, (int)wait, false);
	return false;
}

static const cJSON *neighbour(const struct es_en_call *c)
{
	const cJSON *t;

	cJSON_ArrayForEach(t, es_en_tenants(c->req->world))
		if (t != c->tenant)
			return t;
	return c->tenant;
}

static bool admit(struct es_en_call *c)
{
	const cJSON *rate = es_at(c->req->world->doc, "entra/rate"), *a;
	const char *bearer = c->req->authorization;
	char path[96], uuid[ES_UUID_TEXT];
	struct es_token t;

	es_uuid_random(uuid);
	es_answer_header(c->ans, "request-id", "%s", uuid);
	es_answer_header(c->ans, "client-request-id", "%s", uuid);
	bearer = strncmp(bearer, "Bearer ", 7) ?
			 "" :
			 es_en_token_opaque(bearer + 7);
	if (c->req->twist & ES_TWIST_KILL_TOKEN)
		es_state_revoke(c->req->state, bearer);
	if (!es_state_token(c->req->state, bearer, &t) ||
	    strcmp(t.kind, "entra")) {
		es_en_error(c->ans, 401, "Access token has expired or is not "
			    "yet valid.");
		return false;
	}
	snprintf(c->req->who, sizeof(c->req->who), "%s", t.client);
	snprintf(c->client, sizeof(c->client), "%s", t.client);
	snprintf(path, sizeof(path), "entra/tenants/%s", t.tenant);
	c->tenant = es_at(c->req->world->doc, path);
	cJSON_ArrayForEach(a, es_get(c->tenant, "apps"))
		if (!strcmp(es_str(a, "client_id", ""), t.client))
			c->app = a;
	if (!c->app) {
		es_en_fail(c->ans, 401, "Authorization_IdentityNotFound",
			   "The identity of the calling application could "
			   "not be established.");
		return false;
	}
	return spend(c, "en", es_int(rate, "size", 3500),
		     es_int(rate, "window", 10));
}

static cJSON *organization(const struct es_en_call *c)
{
	cJSON *o = cJSON_CreateObject(), *list, *domain;

	cJSON_AddStringToObject(o, "id", es_str(c->tenant, "id", ""));
	cJSON_AddStringToObject(o, "displayName",
				es_str(c->tenant, "name", ""));
	list = cJSON_AddArrayToObject(o, "verifiedDomains");
	domain = cJSON_CreateObject();
	cJSON_AddStringToObject(domain, "capabilities",
				"Email, OfficeCommunicationsOnline");
	cJSON_AddTrueToObject(domain, "isDefault");
	cJSON_AddFalseToObject(domain, "isInitial");
	cJSON_AddStringToObject(domain, "name",
				es_str(c->tenant, "domain", ""));
	cJSON_AddStringToObject(domain, "type", "Managed");
	cJSON_AddItemToArray(list, domain);
	cJSON_AddNullToObject(o, "onPremisesSyncEnabled");
	cJSON_AddNullToObject(o, "onPremisesLastSyncDateTime");
	cJSON_AddItemToObject(o, "technicalNotificationMails",
			      cJSON_CreateArray());
	return o;
}

static void answer_organization(struct es_en_call *c)
{
	static const struct es_shape shape = { .records = "value" };
	cJSON *o = cJSON_CreateObject(), *list;

	cJSON_AddStringToObject(o, "@odata.context",
				"https://graph.microsoft.com/v1.0/"
				"$metadata#organization");
	list = cJSON_AddArrayToObject(o, "value");
	cJSON_AddItemToArray(list, organization(c));
	c->ans->rows = 1;
	c->ans->shape = &shape;
	es_answer_json(c->ans, 200, o);
}

static bool plan_fits(struct es_en_call *c, const char *plan)
{
	if (!plan || es_en_has_plan(c->tenant, plan))
		return true;
	if (!strcmp(plan, "intune"))
		es_en_fail(c->ans, 400, "BadRequest",
			   "Request not applicable to target tenant.");
	else if (!strcmp(plan, "p2"))
		es_en_fail(c->ans, 403, "AadPremiumLicenseRequired",
			   "The tenant needs to have Microsoft Entra ID P2 "
			   "license.");
	else
		es_en_fail(c->ans, 403, "Authentication_RequestFromNonPremium"
			   "TenantOrB2CTenant", "Neither tenant is B2C or "
			   "tenant does not have premium license");
	return false;
}

/* Last sign-ins are the one member of a user that has a price. */
static bool sign_ins_fit(struct es_en_call *c, const struct es_en_set *set)
{
	if (strcmp(set->member, "users") ||
	    !es_en_names(es_req_arg(c->req, "$select"), "signInActivity"))
		return true;
	if (!plan_fits(c, "p1"))
		return false;
	if (es_en_may(c, "AuditLog.Read.All"))
		return true;
	es_en_error(c->ans, 403, "Calling principal does not have required "
		    "MSGraph permissions AuditLog.Read.All");
	return false;
}

static void put_record(struct es_buf *out, void *ctx,
		       const struct es_seg *seg, int64_t index)
{
	struct es_en_call *c = ctx;

	(void)index;
	es_buf_take(out, es_en_object(c, c->set, seg->rec,
				      es_req_arg(c->req, "$select")));
}

static const struct es_en_set *delta_set(const char *path)
{
	static const char *const told[] = { "users", "groups", "applications",
					    "servicePrincipals", "devices",
					    "oauth2PermissionGrants", NULL };
	const struct es_en_set *s;
	int i;

	for (i = 0; told[i]; i++) {
		size_t n = strlen(told[i]);

		if (strncmp(path, told[i], n) || strcmp(path + n, "/delta"))
			continue;
		for (s = es_en_sets; s->path; s++)
			if (!strcmp(s->path, told[i]))
				return s;
	}
	return NULL;
}

/* The one filter that is asked for here. */
static bool passes(const struct es_en_call *c, const struct es_en_set *set,
		   const cJSON *record)
{
	const char *filter = es_req_arg(c->req, "$filter");

	return !filter || strcmp(set->member, "users") ||
	       strcmp(filter, "accountEnabled eq false") ||
	       !es_true(record, "accountEnabled", true);
}

static void answer_set(struct es_en_call *c, const struct es_en_set *set,
		       bool delta)
{
	const cJSON *from = set->global ? es_get(c->req->world->doc, "entra") :
					  c->tenant;
	struct es_list list = ES_LIST_INIT;
	const cJSON *i;

	c->set = set;
	if (!es_en_may(c, set->permission)) {
		es_en_error(c->ans, 403, "Insufficient privileges to complete "
			    "the operation.");
		return;
	}
	if (!plan_fits(c, set->plan) || !sign_ins_fit(c, set) ||
	    (set->report && !spend(c, "enr", 5, 10)) ||
	    (!delta && !es_en_query_fits(c, set)))
		return;
	if (delta) {
		es_en_delta(c);
		return;
	}
	cJSON_ArrayForEach(i, es_get(from, set->member))
		if (passes(c, set, i))
			es_list_add(&list, i, from);
	es_en_list(c, &list, put_record);
	es_list_release(&list);
}

static void route(struct es_en_call *c)
{
	static const char root[] = "/v1.0/";
	struct es_buf room = ES_BUF_INIT;
	const struct es_en_set *s;
	const char *parts[12];
	int n;

	if (strncmp(c->req->path, root, sizeof(root) - 1)) {
		es_en_error(c->ans, 404, NULL);
		return;
	}
	for (s = es_en_sets; s->path; s++) {
		if (!strcmp(c->req->path + sizeof(root) - 1, s->path)) {
			answer_set(c, s, false);
			return;
		}
	}
	s = delta_set(c->req->path + sizeof(root) - 1);
	if (s) {
		answer_set(c, s, true);
		return;
	}
	n = es_req_parts(c->req->path, &room, parts, 12);
	if (n == 2 && !strcmp(parts[1], "organization"))
		answer_organization(c);
	else if (n < 2 || !es_en_nested(c, parts + 1, n - 1))
		es_en_error(c->ans, 404, NULL);
	es_buf_release(&room);
}

void es_en_handle(struct es_req *req, struct es_answer *ans)
{
	struct es_en_call c = { .req = req, .ans = ans };

	if (!admit(&c))
		return;
	if (req->twist & ES_TWIST_FOREIGN)
		c.tenant = neighbour(&c);
	route(&c);
}
