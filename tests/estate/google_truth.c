/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Google's customers truly hold on a night, counted from the world and
 * not from the answers; and the key that the tests' configuration needs.
 */
#include <string.h>

#include "google.h"
#include "key.h"

static int64_t inner(const cJSON *list, const char *member)
{
	const cJSON *i;
	int64_t n = 0;

	cJSON_ArrayForEach(i, list)
		n += cJSON_GetArraySize(es_get(i, member));
	return n;
}

static int64_t of_product(const cJSON *licences, const char *product)
{
	const cJSON *i;
	int64_t n = 0;

	cJSON_ArrayForEach(i, licences)
		n += !strcmp(es_str(i, "productId", ""), product);
	return n;
}

static void put(cJSON *o, const char *name, int64_t n)
{
	cJSON_AddNumberToObject(o, name, (double)n);
}

static void count(const cJSON *t, cJSON *o)
{
	static const char *const plain[] = { "users", "roles",
					     "role_assignments", "groups",
					     "mobile_devices",
					     "chromeos_devices", NULL };
	const cJSON *users = es_get(t, "users");
	int i;

	cJSON_AddStringToObject(o, "name", es_str(t, "name", ""));
	put(o, "customer", 1);
	for (i = 0; plain[i]; i++)
		put(o, plain[i], cJSON_GetArraySize(es_get(t, plain[i])));
	put(o, "users_deleted",
	    cJSON_GetArraySize(es_get(t, "deleted_users")));
	put(o, "group_members", inner(es_get(t, "groups"), "members"));
	put(o, "tokens", inner(users, "tokens"));
	put(o, "app_passwords", inner(users, "asps"));
	put(o, "licences", of_product(es_get(t, "licences"), "Google-Apps"));
	put(o, "licences_archived", of_product(es_get(t, "licences"),
					       "101034"));
}

void es_go_truth(const struct es_world *w, cJSON *into)
{
	const cJSON *t;

	cJSON_ArrayForEach(t, es_go_customers(w))
		count(t, cJSON_AddObjectToObject(into, es_str(t, "id", "")));
}

void es_go_reseller_truth(const struct es_world *w, cJSON *into)
{
	const cJSON *r = es_get(w->doc, "google-reseller");

	put(cJSON_AddObjectToObject(into, es_str(r, "id", "")),
	    "subscriptions", cJSON_GetArraySize(es_get(r, "subscriptions")));
}

void es_go_credentials(const struct es_world *w, FILE *out)
{
	const cJSON *a;

	cJSON_ArrayForEach(a, es_at(w->doc, "google/service_accounts"))
		es_key_print("google", es_str(a, "name", "account"), "key",
			     es_str(a, "email", ""), es_str(a, "email", ""),
			     out);
}
