/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Okta's other listings: the org and its settings, applications with their
 * secrets and grants, tokens, agents, devices, and where data leaves to.
 */
#include <string.h>

#include "okta.h"
#include "util/text.h"

/* A member of the org that is served record by record. */
struct table {
	const char *path;
	const char *member;
	const char *form;	/* of a quiet record */
	int64_t size;		/* 0: not paged */
	int64_t max;
};

static const struct table tables[] = {
	{ "api/v1/api-tokens", "api_tokens",
	  "{\"id\":\"\",\"name\":\"\",\"userId\":null,\"clientName\":"
	  "\"Okta API\",\"tokenWindow\":null,\"network\":{\"connection\":"
	  "\"ANYWHERE\"},\"created\":\"2024-09-16T05:34:42.000Z\","
	  "\"lastUpdated\":null,\"expiresAt\":null,\"_links\":{}}", 0, 0 },
	{ "api/v1/apps", "apps",
	  "{\"id\":\"\",\"name\":\"template_saml_2_0\",\"label\":\"\","
	  "\"status\":\"ACTIVE\",\"created\":\"2023-08-09T20:12:19.000Z\","
	  "\"lastUpdated\":\"2024-08-09T20:12:19.000Z\",\"signOnMode\":"
	  "\"SAML_2_0\",\"features\":[],\"visibility\":{\"hide\":{\"iOS\":"
	  "true,\"web\":true}},\"accessibility\":{\"errorRedirectUrl\":null,"
	  "\"loginRedirectUrl\":null},\"settings\":{},\"_links\":{}}",
	  20, 200 },
	{ "integrations/api/v1/api-services", "api_services",
	  "{\"id\":\"\",\"type\":\"\",\"name\":\"\",\"createdAt\":"
	  "\"2024-02-21T20:08:24.000Z\",\"createdBy\":null,\"configGuideUrl\":"
	  "\"https://docs.vendor.example/okta\",\"grantedScopes\":[]}",
	  100, 100 },
	{ "api/v1/idps", "idps",
	  "{\"id\":\"\",\"type\":\"SAML2\",\"name\":\"\",\"status\":\"ACTIVE\","
	  "\"created\":\"2024-02-21T20:08:24.000Z\",\"lastUpdated\":"
	  "\"2024-02-21T20:08:24.000Z\",\"protocol\":{\"type\":\"OIDC\","
	  "\"credentials\":{\"client\":{\"client_id\":\"x\","
	  "\"client_secret\":\"CANARY-okta-idp\"}}}}", 20, 200 },
	{ "api/v1/eventHooks", "event_hooks",
	  "{\"id\":\"\",\"status\":\"ACTIVE\",\"verificationStatus\":"
	  "\"VERIFIED\",\"name\":\"\",\"created\":\"2024-02-21T20:08:24.000Z\","
	  "\"createdBy\":null,\"lastUpdated\":\"2024-02-21T20:08:24.000Z\","
	  "\"events\":{\"type\":\"EVENT_TYPE\",\"items\":"
	  "[\"user.lifecycle.create\"]},\"channel\":{}}", 0, 0 },
	{ "api/v1/logStreams", "log_streams",
	  "{\"id\":\"\",\"type\":\"splunk_cloud_logstreaming\",\"name\":\"\","
	  "\"status\":\"ACTIVE\",\"created\":\"2024-02-21T20:08:24.000Z\","
	  "\"lastUpdated\":\"2024-02-21T20:08:24.000Z\",\"settings\":{"
	  "\"host\":\"logs.example\",\"edition\":\"aws\",\"token\":"
	  "\"CANARY-okta-stream\"},\"_links\":{\"self\":{\"href\":"
	  "\"https://org.example/s\"},\"deactivate\":{\"href\":"
	  "\"https://org.example/d\"}}}", 20, 200 },
};

/* Which members only the world's reader sees. */
static const char *const own[] = { "key", "uri", "users", "secrets", "grants",
				   "client_id", NULL };

static void add_channel(cJSON *o, const cJSON *rec)
{
	cJSON *channel = cJSON_CreateObject(), *config, *in;

	cJSON_AddStringToObject(channel, "type", "HTTP");
	cJSON_AddStringToObject(channel, "version", "1.0.0");
	config = cJSON_AddObjectToObject(channel, "config");
	cJSON_AddStringToObject(config, "uri", es_str(rec, "uri", ""));
	in = cJSON_AddArrayToObject(config, "headers");
	cJSON_AddItemToArray(in, cJSON_Parse(
		"{\"key\":\"X-Key\",\"value\":\"CANARY-okta-header\"}"));
	in = cJSON_AddObjectToObject(config, "authScheme");
	cJSON_AddStringToObject(in, "type", "HEADER");
	cJSON_AddStringToObject(in, "key", "Authorization");
	cJSON_AddStringToObject(in, "value", "CANARY-okta-hook");
	cJSON_ReplaceItemInObjectCaseSensitive(o, "channel", channel);
}

/* Applications that speak OpenID Connect have a client. */
static void add_client(cJSON *o, const cJSON *rec)
{
	cJSON *in = cJSON_AddObjectToObject(o, "credentials");

	in = cJSON_AddObjectToObject(in, "oauthClient");
	cJSON_AddStringToObject(in, "client_id", es_str(rec, "id", ""));
	cJSON_AddStringToObject(in, "token_endpoint_auth_method",
				"client_secret_basic");
	cJSON_AddTrueToObject(in, "autoKeyRotation");
}

static cJSON *record(const struct table *t, const cJSON *rec)
{
	cJSON *o = es_overlay(t->form, rec, own);

	if (!strcmp(t->member, "event_hooks"))
		add_channel(o, rec);
	else if (!strcmp(es_str(rec, "name", ""), "oidc_client"))
		add_client(o, rec);
	return o;
}

/* Inactive applications are shown on request only. */
static bool left_out(const struct es_ok_call *c, const struct table *t,
		     const cJSON *rec)
{
	const char *all = es_req_arg(c->req, "includeNonDeleted");

	return !strcmp(t->member, "apps") && (!all || strcmp(all, "true")) &&
	       strcmp(es_str(rec, "status", "ACTIVE"), "ACTIVE");
}

static bool from_table(struct es_ok_call *c)
{
	const struct table *t = tables;
	const cJSON *rec;
	cJSON *docs;
	size_t i;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++, t++) {
		if (!es_ok_is(c, t->path))
			continue;
		docs = cJSON_CreateArray();
		cJSON_ArrayForEach(rec, es_get(c->shown, t->member))
			if (!left_out(c, t, rec))
				cJSON_AddItemToArray(docs, record(t, rec));
		if (t->size)
			es_ok_list(c, docs, t->size, t->max);
		else
			es_ok_whole(c, docs);
		return true;
	}
	return false;
}

static void app_users(struct es_ok_call *c, const cJSON *app)
{
	static const char form[] =
		"{\"id\":\"\",\"externalId\":null,\"created\":"
		"\"2024-05-11T09:12:44.000Z\",\"lastUpdated\":"
		"\"2024-05-11T09:12:44.000Z\",\"scope\":\"USER\",\"status\":"
		"\"ACTIVE\",\"statusChanged\":\"2024-05-11T09:12:44.000Z\","
		"\"passwordChanged\":null,\"syncState\":\"DISABLED\","
		"\"credentials\":{\"userName\":\"u\",\"password\":{\"value\":"
		"\"CANARY-okta-app-password\"}},\"profile\":{},\"_links\":{}}";
	cJSON *docs = cJSON_CreateArray();
	const cJSON *u;

	cJSON_ArrayForEach(u, es_get(app, "users"))
		cJSON_AddItemToArray(docs, es_overlay(form, u, NULL));
	es_ok_list(c, docs, 50, 500);
}

/* The secret itself comes in clear text. */
static void app_secrets(struct es_ok_call *c, const cJSON *app)
{
	static const char form[] =
		"{\"id\":\"\",\"status\":\"ACTIVE\",\"client_secret\":"
		"\"CANARY-okta-client-secret\",\"secret_hash\":"
		"\"CANARY-okta-secret-hash\",\"created\":"
		"\"2024-02-21T20:08:24.000Z\",\"lastUpdated\":"
		"\"2024-02-21T20:08:24.000Z\",\"_links\":{}}";
	cJSON *docs = cJSON_CreateArray();
	const cJSON *s;

	cJSON_ArrayForEach(s, es_get(app, "secrets"))
		cJSON_AddItemToArray(docs, es_overlay(form, s, NULL));
	es_ok_whole(c, docs);
}

static void app_grants(struct es_ok_call *c, const cJSON *app)
{
	static const char form[] =
		"{\"id\":\"\",\"status\":\"ACTIVE\",\"created\":"
		"\"2024-02-21T16:54:00.000Z\",\"createdBy\":null,"
		"\"lastUpdated\":\"2024-02-21T16:54:00.000Z\",\"issuer\":"
		"\"https://org.example\",\"clientId\":\"\",\"scopeId\":\"\","
		"\"source\":\"ADMIN\"}";
	static const char *const by[] = { "createdBy", NULL };
	cJSON *docs = cJSON_CreateArray(), *o, *who;
	const cJSON *g;

	cJSON_ArrayForEach(g, es_get(app, "grants")) {
		o = es_overlay(form, g, by);
		who = cJSON_CreateObject();
		cJSON_AddStringToObject(who, "id", es_str(g, "createdBy", ""));
		cJSON_AddStringToObject(who, "type", "User");
		cJSON_ReplaceItemInObjectCaseSensitive(o, "createdBy", who);
		cJSON_AddItemToArray(docs, o);
	}
	es_ok_whole(c, docs);
}

static bool of_app(struct es_ok_call *c)
{
	const cJSON *app;

	if (c->nparts < 4 || strcmp(c->parts[2], "apps"))
		return false;
	app = es_ok_find(es_get(c->shown, "apps"), c->parts[3]);
	if (!app)
		es_ok_not_found(c, "AppInstance");
	else if (es_ok_is(c, "api/v1/apps/*/users"))
		app_users(c, app);
	else if (es_ok_is(c, "api/v1/apps/*/credentials/secrets"))
		app_secrets(c, app);
	else if (es_ok_is(c, "api/v1/apps/*/grants"))
		app_grants(c, app);
	else
		return false;
	return true;
}

/* The one place where Okta writes an instant as a number. */
static void in_milliseconds(cJSON *agent)
{
	int64_t ms;

	if (es_time_parse(es_str(agent, "lastConnection", ""), &ms))
		cJSON_ReplaceItemInObjectCaseSensitive(
			agent, "lastConnection",
			cJSON_CreateNumber((double)ms));
}

static void agent_pools(struct es_ok_call *c)
{
	static const char form[] =
		"{\"id\":\"\",\"name\":\"\",\"type\":\"AD\","
		"\"operationalStatus\":\"OPERATIONAL\",\"disruptedAgents\":0,"
		"\"inactiveAgents\":0,\"agents\":[]}";
	cJSON *docs = cJSON_CreateArray(), *o, *agent;
	const cJSON *p;

	cJSON_ArrayForEach(p, es_get(c->shown, "agent_pools")) {
		o = es_overlay(form, p, NULL);
		cJSON_ArrayForEach(agent,
				   cJSON_GetObjectItemCaseSensitive(o,
								    "agents"))
			in_milliseconds(agent);
		cJSON_AddItemToArray(docs, o);
	}
	es_ok_list(c, docs, 5, 200);
}

static void add_device_users(const struct es_ok_call *c, cJSON *o,
			     const cJSON *rec)
{
	cJSON *list = cJSON_CreateArray(), *in;
	const cJSON *id, *u;

	cJSON_ArrayForEach(id, es_get(rec, "users")) {
		u = es_ok_find(es_get(c->shown, "users"), id->valuestring);
		if (!u)
			continue;
		in = cJSON_CreateObject();
		cJSON_AddStringToObject(in, "managementStatus", "MANAGED");
		cJSON_AddStringToObject(in, "created",
					"2024-10-01T16:52:41.000Z");
		cJSON_AddItemToObject(in, "user", es_ok_user(c, u));
		cJSON_AddItemToArray(list, in);
	}
	in = cJSON_AddObjectToObject(o, "_embedded");
	cJSON_AddItemToObject(in, "users", list);
}

static void devices(struct es_ok_call *c)
{
	static const char form[] =
		"{\"id\":\"\",\"status\":\"ACTIVE\",\"created\":"
		"\"2024-10-01T16:52:41.000Z\",\"lastUpdated\":"
		"\"2025-10-02T23:06:31.000Z\",\"profile\":{},"
		"\"resourceType\":\"UDDevice\",\"resourceAlternateId\":null}";
	static const char *const hidden[] = { "users", NULL };
	cJSON *docs, *o;
	const cJSON *d;

	if (!es_get(c->shown, "devices")) {
		es_ok_error(c->ans, 404, "Not found: Resource not found: "
					 "devices (Feature)");
		return;
	}
	docs = cJSON_CreateArray();
	cJSON_ArrayForEach(d, es_get(c->shown, "devices")) {
		o = es_overlay(form, d, hidden);
		if (es_req_arg(c->req, "expand"))
			add_device_users(c, o, d);
		cJSON_AddItemToArray(docs, o);
	}
	es_ok_list(c, docs, 200, 200);
}

static void org(struct es_ok_call *c)
{
	static const char form[] =
		"{\"id\":\"\",\"subdomain\":\"\",\"companyName\":\"\","
		"\"status\":\"ACTIVE\",\"created\":\"2020-01-08T09:00:00.000Z\","
		"\"lastUpdated\":\"2026-01-08T09:00:00.000Z\",\"expiresAt\":"
		"null,\"website\":null,\"phoneNumber\":null,"
		"\"endUserSupportHelpURL\":null,\"_links\":{}}";
	static const char *const shown[] = {
		"id", "subdomain", "companyName", "status", "expiresAt",
		"website", "endUserSupportHelpURL", NULL
	};
	cJSON *o = cJSON_Parse(form);
	int i;

	for (i = 0; shown[i]; i++)
		if (es_get(c->shown, shown[i]))
			cJSON_ReplaceItemInObjectCaseSensitive(
				o, shown[i],
				cJSON_Duplicate(es_get(c->shown, shown[i]),
						1));
	c->ans->rows = 1;
	es_answer_json(c->ans, 200, es_ok_stamped(o));
}

static void support(struct es_ok_call *c)
{
	cJSON *o = cJSON_CreateObject();
	const char *ends = es_str(c->shown, "support_expiration", NULL);

	cJSON_AddStringToObject(o, "support",
				es_str(c->shown, "support", "DISABLED"));
	if (ends)
		cJSON_AddStringToObject(o, "expiration", ends);
	else
		cJSON_AddNullToObject(o, "expiration");
	cJSON_AddObjectToObject(o, "_links");
	es_answer_json(c->ans, 200, es_ok_stamped(o));
}

static void third_party(struct es_ok_call *c)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddBoolToObject(o, "thirdPartyAdmin",
			      es_true(c->shown, "thirdPartyAdmin", false));
	es_answer_json(c->ans, 200, o);
}

static void contact_types(struct es_ok_call *c)
{
	es_ok_whole(c, cJSON_Parse("[{\"contactType\":\"BILLING\"},"
				   "{\"contactType\":\"TECHNICAL\"}]"));
}

static void contact(struct es_ok_call *c)
{
	const cJSON *who = es_get(es_get(c->shown, "contacts"), c->parts[4]);
	cJSON *o;

	if (!who) {
		es_ok_not_found(c, "OrgContactType");
		return;
	}
	o = cJSON_CreateObject();
	cJSON_AddStringToObject(o, "userId", who->valuestring);
	cJSON_AddObjectToObject(o, "_links");
	c->ans->rows = 1;
	es_answer_json(c->ans, 200, o);
}

bool es_ok_rest(struct es_ok_call *c)
{
	static const struct {
		const char *path;
		void (*answer)(struct es_ok_call *c);
	} routes[] = {
		{ "api/v1/org", org },
		{ "api/v1/org/privacy/oktaSupport", support },
		{ "api/v1/org/orgSettings/thirdPartyAdminSetting",
		  third_party },
		{ "api/v1/org/contacts", contact_types },
		{ "api/v1/org/contacts/*", contact },
		{ "api/v1/agentPools", agent_pools },
		{ "api/v1/devices", devices },
	};
	size_t i;

	for (i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
		if (es_ok_is(c, routes[i].path)) {
			routes[i].answer(c);
			return true;
		}
	return from_table(c) || of_app(c);
}
