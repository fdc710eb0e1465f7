/* SPDX-License-Identifier: Apache-2.0 */
/* What Entra's tenancies truly hold on a night, counted without the
 * handlers.  Names are those of datasets, numbers those of records. */
#include <string.h>

#include "entra.h"

static int64_t inner(const cJSON *list, const char *member)
{
	const cJSON *i;
	int64_t n = 0;

	cJSON_ArrayForEach(i, list)
		n += cJSON_GetArraySize(es_get(i, member));
	return n;
}

static const cJSON *with_id(const cJSON *list, const cJSON *id)
{
	const cJSON *i;

	cJSON_ArrayForEach(i, list)
		if (cJSON_IsString(id) &&
		    !strcmp(es_str(i, "id", ""), id->valuestring))
			return i;
	return NULL;
}

/* Owners that are still there: a deleted one is in no list. */
static int64_t owners(const cJSON *tenant)
{
	static const char *const who[] = { "users", "groups",
					   "service_principals", NULL };
	const cJSON *app, *i;
	int64_t n = 0;
	int k;

	cJSON_ArrayForEach(app, es_get(tenant, "applications"))
		cJSON_ArrayForEach(i, es_get(app, "owners"))
			for (k = 0; who[k]; k++)
				n += with_id(es_get(tenant, who[k]), i) !=
				     NULL;
	return n;
}

static bool reaches(const cJSON *tenant, const cJSON *group, const char *id,
		    int depth)
{
	const cJSON *m;

	cJSON_ArrayForEach(m, es_get(group, "members")) {
		if (cJSON_IsString(m) && !strcmp(m->valuestring, id))
			return true;
		if (depth < 16 &&
		    reaches(tenant, with_id(es_get(tenant, "groups"), m), id,
			    depth + 1))
			return true;
	}
	return false;
}

/* Pairs of a group and an object that it reaches. */
static int64_t memberships(const cJSON *tenant)
{
	static const char *const who[] = { "users", "groups", "devices",
					   "service_principals", NULL };
	const cJSON *g, *i;
	int64_t n = 0;
	int k;

	cJSON_ArrayForEach(g, es_get(tenant, "groups"))
		for (k = 0; who[k]; k++)
			cJSON_ArrayForEach(i, es_get(tenant, who[k]))
				n += reaches(tenant, g, es_str(i, "id", "?"),
					     0);
	return n;
}

/* Rules in the inboxes of users who are blocked. */
static int64_t mailbox_rules(const cJSON *tenant)
{
	const cJSON *u;
	int64_t n = 0;

	cJSON_ArrayForEach(u, es_get(tenant, "users"))
		if (!es_true(u, "accountEnabled", true))
			n += cJSON_GetArraySize(es_get(u, "rules"));
	return n;
}

static void count(const struct es_world *w, const cJSON *tenant, cJSON *o)
{
	static const char *const plain[] = {
		"users", "deleted_users", "role_assignments",
		"conditional_access", "role_eligibility", "role_schedules",
		"groups", "grants", "registrations", "devices", "managed_devices", "licences",
		"subscriptions", "applications", "service_principals", NULL
	};
	const cJSON *apps = es_get(tenant, "applications");
	int i;

	cJSON_AddStringToObject(o, "name", es_str(tenant, "name", ""));
	cJSON_AddNumberToObject(o, "organization", 1);
	for (i = 0; plain[i]; i++)
		cJSON_AddNumberToObject(o, plain[i], cJSON_GetArraySize(
					es_get(tenant, plain[i])));
	cJSON_AddNumberToObject(o, "sign_ins", cJSON_GetArraySize(
				es_get(tenant, "users")));
	cJSON_AddNumberToObject(o, "role_definitions", cJSON_GetArraySize(
				es_at(w->doc, "entra/role_definitions")));
	cJSON_AddNumberToObject(o, "application_owners",
				(double)owners(tenant));
	cJSON_AddNumberToObject(o, "federated_credentials",
				(double)inner(apps, "federated"));
	cJSON_AddNumberToObject(o, "group_members",
				(double)memberships(tenant));
	cJSON_AddNumberToObject(o, "mailbox_rules",
				(double)mailbox_rules(tenant));
}

void es_en_truth(const struct es_world *w, cJSON *into)
{
	const cJSON *t;

	cJSON_ArrayForEach(t, es_en_tenants(w))
		count(w, t, cJSON_AddObjectToObject(into,
						    es_str(t, "id", "")));
}
