/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What OneLogin truly holds on a night, counted from the world and not from
 * the answers; and every API credential, for the tests' configurations.
 */
#include <string.h>

#include "onelogin.h"

static void put(cJSON *o, const char *name, int64_t n)
{
	cJSON_AddNumberToObject(o, name, (double)n);
}

static int64_t size_of(const cJSON *o, const char *member)
{
	return cJSON_GetArraySize(es_get(o, member));
}

/* Elements of inner lists of all records of a list. */
static int64_t inside(const cJSON *account, const char *list,
		      const char *member)
{
	const cJSON *i;
	int64_t n = 0;

	cJSON_ArrayForEach(i, es_get(account, list))
		n += size_of(i, member);
	return n;
}

static void count(const cJSON *account, cJSON *o)
{
	static const char *const same[] = { "roles", "groups", "privileges",
					    "apps", "api_authorizations",
					    "mappings", "hooks", NULL };
	int i;

	cJSON_AddStringToObject(o, "name", es_str(account, "name", ""));
	for (i = 0; same[i]; i++)
		put(o, same[i], size_of(account, same[i]));
	put(o, "users", size_of(account, "users") +
	    es_int(account, "bulk_users", 0));
	put(o, "role_users", inside(account, "roles", "users"));
	put(o, "role_admins", inside(account, "roles", "admins"));
	put(o, "privilege_users", inside(account, "privileges", "users"));
	put(o, "privilege_roles", inside(account, "privileges", "roles"));
	put(o, "api_clients", inside(account, "api_authorizations",
				     "clients"));
}

void es_ol_truth(const struct es_world *w, cJSON *into)
{
	const cJSON *a;
	char id[32];

	cJSON_ArrayForEach(a, es_at(w->doc, "onelogin/accounts")) {
		snprintf(id, sizeof(id), "%lld",
			 (long long)es_int(a, "id", 0));
		count(a, cJSON_AddObjectToObject(into, id));
	}
}

void es_ol_credentials(const struct es_world *w, FILE *out)
{
	const cJSON *a, *k;

	cJSON_ArrayForEach(a, es_at(w->doc, "onelogin/accounts"))
		cJSON_ArrayForEach(k, es_get(a, "credentials"))
			fprintf(out, "onelogin\t%lld\t%s\t%s\t%s\n",
				(long long)es_int(a, "id", 0),
				es_str(k, "name", ""),
				es_str(k, "client_id", ""),
				es_str(k, "client_secret", ""));
}
