/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What HaloPSA truly holds on a night, counted from the world and not from
 * the answers; and its applications, for the tests' configurations.
 */
#include "halopsa.h"

static void put(cJSON *o, const char *name, int64_t n)
{
	cJSON_AddNumberToObject(o, name, (double)n);
}

static void put_size(cJSON *o, const char *name, const cJSON *from,
		     const char *member)
{
	put(o, name, cJSON_GetArraySize(es_get(from, member)));
}

/* Records that hang on exit tickets. */
static void count_of_exits(const cJSON *ha, cJSON *o, const char *name,
			   const char *member)
{
	const cJSON *i;
	int64_t n = 0;

	cJSON_ArrayForEach(i, es_get(ha, "tickets"))
		if (es_int(i, "tickettype_id", 0) ==
		    es_int(ha, "exit_ticket_type", -1))
			n += cJSON_GetArraySize(es_get(i, member));
	put(o, name, n);
}

static void count_instance(const cJSON *ha, cJSON *o)
{
	const cJSON *i;
	int64_t open = 0, exits = 0;

	put(o, "instance", 1);
	put_size(o, "clients", ha, "clients");
	put_size(o, "agents", ha, "agents");
	put_size(o, "roles", ha, "roles");
	put_size(o, "application_list", ha, "applications");
	put_size(o, "applications", ha, "applications");
	put_size(o, "webhooks", ha, "webhooks");
	cJSON_ArrayForEach(i, es_get(ha, "statuses"))
		open += !es_true(i, "closed", false);
	put(o, "open_statuses", open);
	cJSON_ArrayForEach(i, es_get(ha, "tickets"))
		exits += es_int(i, "tickettype_id", 0) ==
			 es_int(ha, "exit_ticket_type", -1);
	put(o, "exit_tickets", exits);
	count_of_exits(ha, o, "exit_tasks", "todos");
	count_of_exits(ha, o, "exit_notes", "actions");
	count_of_exits(ha, o, "exit_files", "attachments");
	put_size(o, "integrations", ha, "integrations");
	put_size(o, "role_claims", ha, "roles");
}

void es_ha_truth(const struct es_world *w, cJSON *into)
{
	const cJSON *ha = es_get(w->doc, "halopsa"), *client;
	char id[32];
	cJSON *o;

	if (!ha)
		return;
	count_instance(ha, cJSON_AddObjectToObject(
				   into, es_str(ha, "tenant_id", "")));
	cJSON_ArrayForEach(client, es_get(ha, "clients")) {
		snprintf(id, sizeof(id), "%lld",
			 (long long)es_int(client, "id", 0));
		o = cJSON_AddObjectToObject(into, id);
		cJSON_AddStringToObject(o, "name",
					es_str(client, "name", ""));
		put_size(o, "users", client, "users");
		put_size(o, "assets", client, "assets");
		put_size(o, "contracts", client, "contracts");
		put_size(o, "recurring_invoices", client,
			 "recurring_invoices");
		put_size(o, "licences", client, "licences");
	}
}

void es_ha_credentials(const struct es_world *w, FILE *out)
{
	const cJSON *i;

	cJSON_ArrayForEach(i, es_at(w->doc, "halopsa/applications"))
		if (es_get(i, "secret"))
			fprintf(out, "halopsa\tinstance\t%s\t%s\t%s\n",
				es_str(i, "displayName", ""),
				es_str(i, "clientId", ""),
				es_str(i, "secret", ""));
}
