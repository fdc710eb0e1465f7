/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HaloPSA's configuration, in bare arrays: agents, roles, applications with
 * their tokens, webhooks, ticket types and statuses.
 */
#include <string.h>

#include "halopsa.h"

static const struct es_shape bare = { .records = "" };

void es_ha_bare(struct es_ha_call *c, cJSON *records)
{
	c->ans->rows = cJSON_GetArraySize(records);
	c->ans->pages = 1;
	c->ans->shape = &bare;
	es_answer_json(c->ans, 200, es_ha_stamped(records));
}

/* Roles are written by name and served with the id that Roles has. */
static void add_roles(const struct es_ha_call *c, cJSON *o, const cJSON *agent)
{
	cJSON *roles = cJSON_AddArrayToObject(o, "roles"), *role;
	const cJSON *name, *i;

	cJSON_ArrayForEach(name, es_get(agent, "roles")) {
		role = cJSON_CreateObject();
		cJSON_ArrayForEach(i, es_get(c->world, "roles"))
			if (!strcmp(es_str(i, "name", ""), name->valuestring))
				cJSON_AddStringToObject(
					role, "id", es_str(i, "id", ""));
		cJSON_AddStringToObject(role, "name", name->valuestring);
		cJSON_AddItemToArray(roles, role);
	}
}

/* Disabled and API-only agents are hidden unless they are asked for. */
static bool agent_wanted(const struct es_ha_call *c, const cJSON *agent)
{
	if (es_true(agent, "isdisabled", false) &&
	    !es_ha_asked(c, "includedisabled"))
		return false;
	return !es_true(agent, "isapiagent", false) ||
	       es_ha_asked(c, "includeapiagents");
}

static cJSON *agents(const struct es_ha_call *c)
{
	static const char *const skip[] = { "roles", NULL };
	cJSON *list = cJSON_CreateArray(), *o;
	const cJSON *i;

	cJSON_ArrayForEach(i, es_get(c->world, "agents")) {
		if (!agent_wanted(c, i))
			continue;
		o = es_overlay("{\"isdisabled\":false,\"isapiagent\":false,"
			       "\"licence_type\":1,\"twofactor_enabled\":true,"
			       "\"authenticatorapp_configured\":true,"
			       "\"delegation_activated\":false,"
			       "\"delegation_user_id\":0,\"delegation_start\":"
			       "\"1899-12-30T00:00:00\",\"delegation_end\":"
			       "\"1899-12-30T00:00:00\",\"lastlogindate\":"
			       "\"1900-01-01T00:00:00\",\"datecreated\":"
			       "\"2022-09-26T16:15:38Z\",\"teams\":[],"
			       "\"clients\":[],\"password\":"
			       "\"CANARY-agent-password\",\"oauth_code\":"
			       "\"CANARY-agent-code\"}", i, skip);
		if (es_ha_asked(c, "includeroles"))
			add_roles(c, o, i);
		cJSON_AddItemToArray(list, o);
	}
	return list;
}

static void add_scopes(cJSON *o, const cJSON *app)
{
	cJSON *list = cJSON_AddArrayToObject(o, "scopes"), *scope;
	const cJSON *i;
	int n = 0;

	cJSON_ArrayForEach(i, es_get(app, "scopes")) {
		scope = cJSON_CreateObject();
		cJSON_AddNumberToObject(scope, "id", ++n);
		cJSON_AddStringToObject(scope, "name", i->valuestring);
		cJSON_AddItemToArray(list, scope);
	}
}

static cJSON *application(const cJSON *app, bool details)
{
	static const char *const skip[] = { "scopes", "secret", "tokens",
					    "writes", NULL };
	cJSON *o = es_overlay("{\"grant_type\":\"client_credentials\","
			      "\"inactive\":false,\"allowagents\":false,"
			      "\"allowusers\":false,\"system_use\":\"\","
			      "\"_issystem\":false,\"loginas_client_id\":0}",
			      app, skip);
	cJSON *list, *token;
	const cJSON *i;

	cJSON_AddStringToObject(o, "clientSecret",
				es_str(app, "secret", "CANARY-halo-secret"));
	if (!details)
		return o;
	add_scopes(o, app);
	list = cJSON_AddArrayToObject(o, "tokens");
	cJSON_ArrayForEach(i, es_get(app, "tokens")) {
		token = es_overlay("{\"status\":\"valid\",\"type\":"
				   "\"access_token\",\"payload\":"
				   "\"CANARY-halo-payload\",\"referenceId\":"
				   "\"CANARY-halo-reference\"}", i, NULL);
		cJSON_AddItemToArray(list, token);
	}
	return o;
}

static cJSON *applications(const struct es_ha_call *c)
{
	cJSON *list = cJSON_CreateArray();
	const cJSON *i;

	cJSON_ArrayForEach(i, es_get(c->world, "applications"))
		cJSON_AddItemToArray(list, application(i, false));
	return list;
}

static void one_application(struct es_ha_call *c)
{
	const cJSON *i;

	cJSON_ArrayForEach(i, es_get(c->world, "applications")) {
		if (strcmp(es_str(i, "id", ""), c->parts[1]))
			continue;
		c->ans->rows = 1;
		es_answer_json(c->ans, 200, es_ha_stamped(application(
			i, es_ha_asked(c, "includedetails"))));
		return;
	}
	es_ha_error(c->ans, 404, NULL);
}

static cJSON *written(const struct es_ha_call *c, const char *member,
		      const char *defaults)
{
	cJSON *list = cJSON_CreateArray();
	const cJSON *i;

	cJSON_ArrayForEach(i, es_get(c->world, member))
		cJSON_AddItemToArray(list, es_overlay(defaults, i, NULL));
	return list;
}

static cJSON *statuses(const struct es_ha_call *c)
{
	static const char *const skip[] = { "closed", NULL };
	cJSON *list = cJSON_CreateArray();
	const cJSON *i;

	cJSON_ArrayForEach(i, es_get(c->world, "statuses"))
		if (!es_true(i, "closed", false) ||
		    !es_ha_asked(c, "excludeclosed"))
			cJSON_AddItemToArray(list, es_overlay("{\"type\":0}",
							      i, skip));
	return list;
}

static cJSON *role(const cJSON *rec, bool details)
{
	static const char *const skip[] = { "claims", NULL };
	cJSON *o = es_overlay("{\"is_integration\":false,\"notes\":\"\"}", rec,
			      skip);
	const cJSON *claims = es_get(rec, "claims");

	if (details)
		cJSON_AddItemToObject(o, "claims",
				      claims ? cJSON_Duplicate(claims, 1) :
					       cJSON_CreateArray());
	return o;
}

static cJSON *roles(const struct es_ha_call *c)
{
	cJSON *list = cJSON_CreateArray();
	const cJSON *i;

	cJSON_ArrayForEach(i, es_get(c->world, "roles"))
		cJSON_AddItemToArray(list, role(i, false));
	return list;
}

static void one_role(struct es_ha_call *c)
{
	const cJSON *i;

	cJSON_ArrayForEach(i, es_get(c->world, "roles")) {
		if (strcmp(es_str(i, "id", ""), c->parts[1]))
			continue;
		c->ans->rows = 1;
		es_answer_json(c->ans, 200,
			       role(i, es_ha_asked(c, "includedetails")));
		return;
	}
	es_ha_error(c->ans, 404, NULL);
}

/* Connections to other systems. */
static cJSON *integrations(const struct es_ha_call *c)
{
	return written(c, "integrations",
		       "{\"application_url\":\"https://other.example/\","
		       "\"client_id\":\"\",\"new_client_secret\":"
		       "\"CANARY-halo-integration\",\"new_access_token\":"
		       "\"CANARY-halo-integration-token\",\"webhook_username\":"
		       "\"CANARY-halo-webhook-user\",\"token_expiry\":"
		       "\"1900-01-01T00:00:00\",\"_isauthorized\":true,"
		       "\"client_credentials\":true}");
}

/* Applications, webhooks, agents and roles are for administrators. */
static void of_administrators(struct es_ha_call *c)
{
	const char *name = c->parts[0];

	if (!es_ha_may(c, "admin"))
		es_ha_error(c->ans, 403, "You do not have permission");
	else if (!strcmp(name, "Agent"))
		es_ha_bare(c, agents(c));
	else if (!strcmp(name, "Roles"))
		es_ha_bare(c, roles(c));
	else if (!strcmp(name, "IntegrationConfiguration"))
		es_ha_bare(c, integrations(c));
	else if (!strcmp(name, "Application"))
		es_ha_bare(c, applications(c));
	else
		es_ha_bare(c, written(c, "webhooks",
				      "{\"active\":true,\"disabled\":false,"
				      "\"type\":0,\"systemuse\":\"\","
				      "\"basic_password\":\"CANARY-hook\","
				      "\"authentication_header\":"
				      "\"CANARY-hook-header\",\"url\":"
				      "\"https://hooks.example/CANARY-url\"}"));
}

bool es_ha_config(struct es_ha_call *c)
{
	static const char *const guarded[] = { "Agent", "Roles",
					       "Application", "Webhook",
					       "IntegrationConfiguration" };
	size_t i;

	if (c->nparts == 2 && es_ha_may(c, "admin") &&
	    (!strcmp(c->parts[0], "Application") ||
	     !strcmp(c->parts[0], "Roles"))) {
		if (*c->parts[0] == 'A')
			one_application(c);
		else
			one_role(c);
		return true;
	}
	if (c->nparts != 1)
		return false;
	for (i = 0; i < sizeof(guarded) / sizeof(guarded[0]); i++)
		if (!strcmp(c->parts[0], guarded[i])) {
			of_administrators(c);
			return true;
		}
	if (!strcmp(c->parts[0], "ToDo"))
		es_ha_bare(c, es_ha_may(c, "read:tickets") ?
				      es_ha_paged(c, "ToDo") :
				      cJSON_CreateArray());
	else if (!strcmp(c->parts[0], "Status"))
		es_ha_bare(c, statuses(c));
	else
		return false;
	return true;
}
