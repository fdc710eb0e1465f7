/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Okta truly holds on a night, counted from the world and not from the
 * answers; and every token, for the tests' configurations.
 */
#include <string.h>

#include "key.h"
#include "okta.h"

static void put(cJSON *o, const char *name, int64_t n)
{
	cJSON_AddNumberToObject(o, name, (double)n);
}

static int64_t size_of(const cJSON *o, const char *member)
{
	return cJSON_GetArraySize(es_get(o, member));
}

static void count_users(const cJSON *org, cJSON *o)
{
	int64_t gone = 0, admins = 0, roles = 0, factors = 0;
	const cJSON *u;

	cJSON_ArrayForEach(u, es_get(org, "users")) {
		gone += !strcmp(es_str(u, "status", ""), "DEPROVISIONED");
		if (!size_of(u, "roles"))
			continue;
		admins++;
		roles += size_of(u, "roles");
		factors += size_of(u, "factors");
	}
	put(o, "users", size_of(org, "users") - gone +
	    es_int(org, "bulk_users", 0));
	put(o, "users_deactivated", gone);
	put(o, "admins", admins);
	put(o, "user_roles", roles);
	put(o, "factors", factors);
}

static void count_groups(const cJSON *org, cJSON *o)
{
	int64_t groups = 0, members = 0;
	const cJSON *g;

	cJSON_ArrayForEach(g, es_get(org, "groups")) {
		if (!strcmp(es_str(g, "type", ""), "BUILT_IN"))
			continue;
		groups++;
		members += size_of(g, "members");
	}
	put(o, "groups", groups);
	put(o, "group_members", members);
	put(o, "group_rules", size_of(org, "group_rules"));
}

static void count_apps(const cJSON *org, cJSON *o)
{
	int64_t users = 0, secrets = 0, grants = 0;
	const cJSON *a;

	cJSON_ArrayForEach(a, es_get(org, "apps")) {
		users += size_of(a, "users");
		secrets += size_of(a, "secrets");
		grants += size_of(a, "grants");
	}
	put(o, "apps", size_of(org, "apps"));
	put(o, "app_users", users);
	put(o, "app_secrets", secrets);
	put(o, "app_grants", grants);
}

static void count_org(const cJSON *org, cJSON *o)
{
	static const struct {
		const char *name, *member;
	} sets[] = {
		{ "api_tokens", "api_tokens" },
		{ "api_services", "api_services" },
		{ "agent_pools", "agent_pools" },
		{ "devices", "devices" },
		{ "identity_providers", "idps" },
		{ "event_hooks", "event_hooks" },
		{ "log_streams", "log_streams" },
	};
	size_t i;

	cJSON_AddStringToObject(o, "name", es_str(org, "companyName", ""));
	count_users(org, o);
	count_groups(org, o);
	count_apps(org, o);
	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		put(o, sets[i].name, size_of(org, sets[i].member));
	put(o, "org", 1);
	put(o, "support_access", 1);
	put(o, "third_party_admins", 1);
	put(o, "contacts", cJSON_GetArraySize(es_get(org, "contacts")));
}

void es_ok_truth(const struct es_world *w, cJSON *into)
{
	const cJSON *org;

	cJSON_ArrayForEach(org, es_at(w->doc, "okta/orgs"))
		count_org(org, cJSON_AddObjectToObject(
				       into, es_str(org, "id", "")));
}

void es_ok_credentials(const struct es_world *w, FILE *out)
{
	const cJSON *org, *t;

	cJSON_ArrayForEach(org, es_at(w->doc, "okta/orgs")) {
		cJSON_ArrayForEach(t, es_get(org, "service_apps"))
			es_key_print("okta", es_str(org, "id", ""),
				     es_str(t, "name", ""),
				     es_str(t, "client_id", ""),
				     es_str(t, "client_id", ""), out);
		cJSON_ArrayForEach(t, es_get(org, "api_tokens"))
			if (es_str(t, "key", NULL))
				fprintf(out, "okta\t%s\t%s\t%s\t%s\n",
					es_str(org, "id", ""),
					es_str(t, "name", ""),
					es_str(t, "userId", ""),
					es_str(t, "key", ""));
	}
}
