/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Autotask truly holds on a night, counted from the world and not from
 * the answers; and its API users, for the tests' configurations.
 */
#include <ctype.h>
#include <string.h>

#include "autotask.h"

static void put_size(cJSON *o, const char *name, const cJSON *from,
		     const char *member)
{
	cJSON_AddNumberToObject(o, name,
				cJSON_GetArraySize(es_get(from, member)));
}

static bool is_exit(const cJSON *ticket)
{
	return strstr(es_str(ticket, "title", ""), "ffboarding") != NULL;
}

/* Records of exit tickets. */
static void count_of_exits(const cJSON *at, cJSON *o, const char *name,
			   const char *member, const char *link)
{
	const cJSON *i, *ticket;
	int64_t n = 0;

	cJSON_ArrayForEach(i, es_get(at, member))
		cJSON_ArrayForEach(ticket, es_get(at, "tickets"))
			n += is_exit(ticket) &&
			     es_int(ticket, "id", 0) == es_int(i, link, -1) &&
			     es_int(i, "parentType", 4) == 4;
	cJSON_AddNumberToObject(o, name, (double)n);
}

static void count_database(const cJSON *at, cJSON *o)
{
	static const char *const sets[] = { "companies", "resources",
					    "comanaged", "company_webhooks",
					    "contact_webhooks",
					    "portal_users", "services" };
	const cJSON *i;
	int64_t exits = 0;
	size_t k;

	for (k = 0; k < sizeof(sets) / sizeof(sets[0]); k++)
		put_size(o, sets[k], at, sets[k]);
	cJSON_ArrayForEach(i, es_get(at, "tickets"))
		exits += is_exit(i);
	cJSON_AddNumberToObject(o, "exit_tickets", (double)exits);
	count_of_exits(at, o, "exit_notes", "ticket_notes", "ticketID");
	count_of_exits(at, o, "exit_tasks", "ticket_checklist", "ticketID");
	count_of_exits(at, o, "exit_files", "attachments", "parentID");
	cJSON_AddNumberToObject(o, "threshold", 1);
}

void es_at_truth(const struct es_world *w, cJSON *into)
{
	const cJSON *at = es_get(w->doc, "autotask"), *company;
	char id[96];
	size_t i;
	cJSON *o;

	if (!at)
		return;
	snprintf(id, sizeof(id), "%s",
		 es_str(cJSON_GetArrayItem(es_get(at, "companies"), 0),
			"companyName", ""));
	for (i = 0; id[i]; i++)
		id[i] = (char)tolower((unsigned char)id[i]);
	count_database(at, cJSON_AddObjectToObject(into, id));
	cJSON_ArrayForEach(company, es_get(at, "companies")) {
		snprintf(id, sizeof(id), "%lld",
			 (long long)es_int(company, "id", 0));
		o = cJSON_AddObjectToObject(into, id);
		put_size(o, "contacts", company, "contacts");
		put_size(o, "contracts", company, "contracts");
		put_size(o, "configuration_items", company,
			 "configuration_items");
	}
}

void es_at_credentials(const struct es_world *w, FILE *out)
{
	const cJSON *i;

	cJSON_ArrayForEach(i, es_at(w->doc, "autotask/users"))
		fprintf(out, "autotask\tdatabase\t%s\t%s\t%s\n",
			es_str(i, "name", ""), es_str(i, "user_name", ""),
			es_str(i, "secret", ""));
}
