/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What ConnectWise PSA truly holds on a night, counted from the world and
 * not from the answers; and every key, for the tests' configurations.
 */
#include <string.h>

#include "connectwise.h"

static int64_t size_of(const cJSON *o, const char *member)
{
	return cJSON_GetArraySize(es_get(o, member));
}

static int64_t inside(const cJSON *list, const char *member)
{
	const cJSON *i;
	int64_t n = 0;

	cJSON_ArrayForEach(i, list)
		n += size_of(i, member);
	return n;
}

static void put(cJSON *o, const char *name, int64_t n)
{
	cJSON_AddNumberToObject(o, name, (double)n);
}

/* Tickets of the board for exits, where a ticket is put when the world does
 * not say where. */
static void count_tickets(const cJSON *psa, cJSON *o)
{
	int64_t tickets = 0, tasks = 0, notes = 0, files = 0;
	const cJSON *t;

	cJSON_ArrayForEach(t, es_get(psa, "tickets")) {
		if (strcmp(es_str(es_get(t, "board"), "name", "Offboarding"),
			   "Offboarding"))
			continue;
		tickets++;
		tasks += size_of(t, "tasks");
		notes += size_of(t, "notes");
		files += size_of(t, "documents");
	}
	put(o, "exit_tickets", tickets);
	put(o, "exit_tasks", tasks);
	put(o, "exit_notes", notes);
	put(o, "exit_files", files);
}

/* The configuration beside the world asks for those that are no vendors. */
static int64_t companies(const cJSON *psa)
{
	const cJSON *i;
	int64_t n = 0;

	cJSON_ArrayForEach(i, es_get(psa, "companies"))
		n += !es_true(i, "isVendorFlag", false);
	return n;
}

static void count_contacts(const cJSON *psa, cJSON *into)
{
	const cJSON *company, *i;
	char id[32];

	cJSON_ArrayForEach(company, es_get(psa, "companies")) {
		int64_t n = 0;

		if (es_true(company, "isVendorFlag", false))
			continue;
		cJSON_ArrayForEach(i, es_get(psa, "contacts"))
			n += es_int(i, "company", -1) ==
			     es_int(company, "id", -2);
		snprintf(id, sizeof(id), "%lld",
			 (long long)es_int(company, "id", 0));
		put(cJSON_AddObjectToObject(into, id), "contacts", n);
	}
}

void es_cw_truth(const struct es_world *w, cJSON *into)
{
	static const char *const sets[] = {
		"company_statuses", "security_roles", "sso_users",
		"api_members", "callbacks", "integrator_logins",
		"agreements", "configurations", "members"
	};
	const cJSON *psa = es_get(w->doc, "connectwise-psa");
	cJSON *o;
	size_t i;

	if (!psa)
		return;
	o = cJSON_AddObjectToObject(into, es_str(psa, "company_id", ""));
	cJSON_AddStringToObject(o, "name", es_str(psa, "company_name", ""));
	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		put(o, sets[i], size_of(psa, sets[i]));
	put(o, "companies", companies(psa));
	put(o, "role_settings", inside(es_get(psa, "security_roles"),
				       "settings"));
	put(o, "additions", inside(es_get(psa, "agreements"), "additions"));
	count_tickets(psa, o);
	count_contacts(psa, into);
}

static void list_keys(const cJSON *psa, const char *list, FILE *out)
{
	const cJSON *m, *k;

	cJSON_ArrayForEach(m, es_get(psa, list))
		cJSON_ArrayForEach(k, es_get(m, "keys"))
			fprintf(out, "connectwise-psa\t%s\t%s\t%s\t%s\n",
				es_str(psa, "company_id", ""),
				es_str(m, "identifier", ""),
				es_str(k, "public_key", ""),
				es_str(k, "private_key", ""));
}

void es_cw_credentials(const struct es_world *w, FILE *out)
{
	const cJSON *psa = es_get(w->doc, "connectwise-psa");

	list_keys(psa, "api_members", out);
	list_keys(psa, "members", out);
}
