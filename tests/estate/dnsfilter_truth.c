/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What DNSFilter truly holds on a night, counted without the handlers; and
 * every key, for the tests' configurations.
 */
#include <string.h>

#include "dnsfilter.h"

static int64_t live(const cJSON *list)
{
	const cJSON *i;
	int64_t n = 0;

	cJSON_ArrayForEach(i, list)
		n += !es_str(i, "deleted_at", NULL);
	return n;
}

static int64_t relays(const cJSON *list)
{
	const cJSON *i;
	int64_t n = 0;

	cJSON_ArrayForEach(i, list)
		n += !strcmp(es_str(i, "agent_type", ""), "proxy") &&
		     !es_str(i, "deleted_at", NULL);
	return n;
}

static void count_written(const cJSON *org, cJSON *o)
{
	static const char *const sets[] = {
		"users", "networks", "policies", "agent_local_users",
		"block_pages", "enterprise_connections",
		"scheduled_reports", "scheduled_policies", NULL
	};
	const cJSON *agents = es_get(org, "user_agents");
	int i;

	cJSON_AddStringToObject(o, "name", es_str(org, "name", ""));
	for (i = 0; sets[i]; i++)
		cJSON_AddNumberToObject(o, sets[i],
					(double)live(es_get(org, sets[i])));
	cJSON_AddNumberToObject(o, "user_agents",
				(double)(live(agents) - relays(agents)));
	cJSON_AddNumberToObject(o, "relays", (double)relays(agents));
}

static void count_generated(const struct es_gen *g, cJSON *o)
{
	cJSON_AddNumberToObject(o, "users", 1);
	cJSON_AddNumberToObject(o, "networks", 1);
	cJSON_AddNumberToObject(o, "policies", 1);
	cJSON_AddNumberToObject(o, "user_agents", (double)g->agents_per_org);
	cJSON_AddNumberToObject(o, "agent_local_users",
				(double)g->local_users_per_org);
}

void es_df_truth(const struct es_world *w, cJSON *into)
{
	const cJSON *org;
	char id[32];
	int64_t i;

	cJSON_ArrayForEach(org, es_at(w->doc, "dnsfilter/organizations")) {
		snprintf(id, sizeof(id), "%lld",
			 (long long)es_int(org, "id", 0));
		count_written(org, cJSON_AddObjectToObject(into, id));
	}
	for (i = 0; i < w->gen.customers; i++) {
		snprintf(id, sizeof(id), "%lld",
			 (long long)(ES_DF_ORG_GEN + i));
		count_generated(&w->gen, cJSON_AddObjectToObject(into, id));
	}
	cJSON_AddNumberToObject(into, "api_keys", cJSON_GetArraySize(
				es_at(w->doc, "dnsfilter/api_keys")));
}

static const cJSON *home_of(const struct es_world *w, int64_t user)
{
	const cJSON *org, *u;

	cJSON_ArrayForEach(org, es_at(w->doc, "dnsfilter/organizations"))
		cJSON_ArrayForEach(u, es_get(org, "users"))
			if (es_int(u, "id", -1) == user)
				return org;
	return NULL;
}

void es_df_credentials(const struct es_world *w, FILE *out)
{
	const cJSON *k;

	cJSON_ArrayForEach(k, es_at(w->doc, "dnsfilter/api_keys")) {
		int64_t user = es_int(k, "user_id", 0);

		if (es_str(k, "key", NULL))
			fprintf(out, "dnsfilter\t%lld\t%s\t%lld\t%s\n",
				(long long)es_int(home_of(w, user), "id", 0),
				es_str(k, "name", ""), (long long)user,
				es_str(k, "key", ""));
	}
}
