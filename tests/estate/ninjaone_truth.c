/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What NinjaOne truly holds on a night, counted without the handlers; and
 * its client apps, for the tests' configurations.
 */
#include <ctype.h>
#include <string.h>

#include "ninjaone.h"

static int64_t with_code(const cJSON *list, const char *code)
{
	const cJSON *i;
	int64_t n = 0;

	cJSON_ArrayForEach(i, list)
		n += !strcmp(es_str(i, "statusCode", ""), code);
	return n;
}

static void add(cJSON *o, const char *name, int64_t n)
{
	cJSON_AddNumberToObject(o, name, (double)n);
}

static int64_t technician_roles(const cJSON *list)
{
	const cJSON *i;
	int64_t n = 0;

	cJSON_ArrayForEach(i, list)
		n += !strcmp(es_str(i, "type", "TECHNICIAN"), "TECHNICIAN");
	return n;
}

static void count_activities(const cJSON *list, cJSON *o)
{
	static const struct {
		const char *name, *code;
	} sets[] = {
		{ "logins", "APP_USER_LOGGED_IN" },
		{ "mfa_removals", "APP_USER_MFA_DELETED" },
		{ "api_clients_made", "OAUTH2_CREATED" },
		{ "api_clients_deleted", "OAUTH2_DELETED" },
		{ "device_deletions", "NODE_DELETED" },
		{ "device_reenrolments", "NODE_RE_ENROLLED" },
	};
	size_t i;

	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		add(o, sets[i].name, with_code(list, sets[i].code));
}

static void count_instance(const cJSON *nj, cJSON *o)
{
	static const char *const sets[] = { "organizations", "technicians",
					    "notification_channels",
					    "boards", "licences",
					    "contacts", "checklists" };
	const cJSON *org, *d;
	int64_t devices = 0, sessions = 0, saved = 0;
	size_t i;

	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		add(o, sets[i], cJSON_GetArraySize(es_get(nj, sets[i])));
	add(o, "licence", cJSON_GetArraySize(es_get(nj, "licences")));
	add(o, "technician_sign_in",
	    cJSON_GetArraySize(es_get(nj, "technicians")));
	add(o, "technician_roles", technician_roles(es_get(nj, "roles")));
	cJSON_ArrayForEach(org, es_get(nj, "organizations"))
		cJSON_ArrayForEach(d, es_get(org, "devices")) {
			devices++;
			saved += es_get(d, "backup") != NULL;
			sessions += cJSON_GetArraySize(
				es_get(d, "logged_on"));
		}
	add(o, "device_details", devices);
	add(o, "logged_on_users", sessions);
	add(o, "backups", saved + cJSON_GetArraySize(
				es_get(nj, "deleted_devices")));
	count_activities(es_get(nj, "activities"), o);
}

/* The instance goes by the name of the MSP's own organisation. */
static void instance_name(const cJSON *nj, char out[96])
{
	size_t i;

	snprintf(out, 96, "%s",
		 es_str(cJSON_GetArrayItem(es_get(nj, "organizations"), 0),
			"name", ""));
	for (i = 0; out[i]; i++)
		out[i] = (char)tolower((unsigned char)out[i]);
}

void es_nj_truth(const struct es_world *w, cJSON *into)
{
	const cJSON *nj = es_get(w->doc, "ninjaone"), *org;
	char id[96];
	cJSON *o;

	instance_name(nj, id);
	count_instance(nj, cJSON_AddObjectToObject(into, id));
	cJSON_ArrayForEach(org, es_get(nj, "organizations")) {
		snprintf(id, sizeof(id), "%lld",
			 (long long)es_int(org, "id", 0));
		o = cJSON_AddObjectToObject(into, id);
		cJSON_AddStringToObject(o, "name", es_str(org, "name", ""));
		add(o, "devices", cJSON_GetArraySize(es_get(org, "devices")));
		add(o, "end_users",
		    cJSON_GetArraySize(es_get(org, "end_users")));
	}
}

void es_nj_credentials(const struct es_world *w, FILE *out)
{
	const cJSON *i;

	cJSON_ArrayForEach(i, es_at(w->doc, "ninjaone/clients"))
		fprintf(out, "ninjaone\tinstance\t%s\t%s\t%s\n",
			es_str(i, "name", ""), es_str(i, "client_id", ""),
			es_str(i, "client_secret", ""));
	cJSON_ArrayForEach(i, es_at(w->doc, "ninjaone/consents"))
		fprintf(out, "ninjaone\tinstance\t%s\t%s\t%s\n",
			es_str(i, "name", ""), es_str(i, "client_id", ""),
			es_str(i, "refresh_token", ""));
}
