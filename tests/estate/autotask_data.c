/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Autotask's entities: what the service shows besides what the world says,
 * and filters.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "autotask.h"

/* member: of the database, or of each company. */
static const struct entity {
	const char *name, *member;
	bool of_company;
	const char *defaults;
} entities[] = {
	{ "Companies", "companies", false,
	  "{\"companyNumber\":\"\",\"companyType\":1,\"isActive\":true,"
	  "\"parentCompanyID\":null,\"isClientPortalActive\":true,"
	  "\"isEnabledForComanaged\":false,\"userDefinedFields\":[]}" },
	{ "Resources", "resources", false,
	  "{\"isActive\":true,\"licenseType\":1,\"userType\":10,"
	  "\"resourceType\":\"Employee\",\"hireDate\":"
	  "\"2023-03-01T00:00:00Z\",\"password\":\"CANARY-resource\"}" },
	{ "ComanagedAssociations", "comanaged", false, "{}" },
	{ "CompanyWebhooks", "company_webhooks", false,
	  "{\"isActive\":true,\"isReady\":true,\"webhookUrl\":"
	  "\"https://hooks.example/CANARY-at\",\"secretKey\":"
	  "\"CANARY-at-key\"}" },
	{ "ContactWebhooks", "contact_webhooks", false,
	  "{\"isActive\":true,\"isReady\":true,\"secretKey\":"
	  "\"CANARY-at-key\"}" },
	{ "Tickets", "tickets", false,
	  "{\"status\":1,\"assignedResourceID\":null,\"completedDate\":null,"
	  "\"completedByResourceID\":null,\"description\":"
	  "\"CANARY-at-ticket\",\"userDefinedFields\":{}}" },
	{ "TicketNotes", "ticket_notes", false,
	  "{\"noteType\":1,\"publish\":1,\"creatorResourceID\":null,"
	  "\"lastActivityDate\":\"2026-11-01T08:00:00.00Z\","
	  "\"description\":\"CANARY-at-note-text\"}" },
	{ "TicketChecklistItems", "ticket_checklist", false,
	  "{\"isCompleted\":false,\"isImportant\":false,"
	  "\"completedByResourceID\":null,\"completedDateTime\":null,"
	  "\"position\":1,\"knowledgebaseArticleID\":null}" },
	{ "AttachmentInfo", "attachments", false,
	  "{\"parentType\":4,\"publish\":2,\"attachmentType\":"
	  "\"FILE_ATTACHMENT\",\"attachedByResourceID\":null,"
	  "\"contentType\":\"text/html\"}" },
	{ "ClientPortalUsers", "portal_users", false,
	  "{\"isClientPortalActive\":true,\"securityLevel\":1,"
	  "\"dateFormat\":1,\"password\":\"CANARY-at-portal\"}" },
	{ "Services", "services", false,
	  "{\"isActive\":true,\"unitPrice\":40.0,\"vendorCompanyID\":"
	  "null}" },
	{ "ContractServiceUnits", "contract_units", false,
	  "{\"price\":40.0,\"approveAndPostDate\":null}" },
	{ "Contacts", "contacts", true,
	  "{\"isActive\":1,\"emailAddress\":\"\",\"note\":"
	  "\"CANARY-at-note\"}" },
	{ "Contracts", "contracts", true,
	  "{\"contractNumber\":null,\"status\":1,\"endDate\":null,"
	  "\"userDefinedFields\":\"\"}" },
	{ "ConfigurationItems", "configuration_items", true,
	  "{\"contactID\":null,\"serialNumber\":null,\"isActive\":true,"
	  "\"rmmDeviceID\":null,\"rmmDeviceUID\":\"\",\"notes\":"
	  "\"CANARY-at-item\"}" },
};

static void add_all(cJSON *list, const cJSON *from, const struct entity *e,
		    const cJSON *company)
{
	static const char *const skip[] = { "contacts", "contracts",
					    "configuration_items", NULL };
	const cJSON *i;
	cJSON *o;

	cJSON_ArrayForEach(i, es_get(from, e->member)) {
		o = es_overlay(e->defaults, i, skip);
		if (company)
			cJSON_AddNumberToObject(
				o, "companyID",
				(double)es_int(company, "id", 0));
		cJSON_AddItemToArray(list, o);
	}
}

cJSON *es_at_records(const cJSON *world, const char *entity)
{
	const struct entity *e = NULL;
	const cJSON *company;
	cJSON *list;
	size_t i;

	for (i = 0; i < sizeof(entities) / sizeof(entities[0]); i++)
		if (!strcmp(entity, entities[i].name))
			e = &entities[i];
	if (!e)
		return NULL;
	list = cJSON_CreateArray();
	if (!e->of_company) {
		add_all(list, world, e, NULL);
		return list;
	}
	cJSON_ArrayForEach(company, es_get(world, "companies"))
		add_all(list, company, e, company);
	return list;
}

/* Without regard to case, as the service's database compares. */
static bool contains(const char *text, const char *part)
{
	size_t n = strlen(part), i;

	for (; *text; text++) {
		for (i = 0; i < n && tolower((unsigned char)text[i]) ==
					     tolower((unsigned char)part[i]);)
			i++;
		if (i == n)
			return true;
	}
	return n == 0;
}

/* A value may come as text where the field is a number. */
static double number(const cJSON *value)
{
	if (cJSON_IsString(value))
		return strtod(value->valuestring, NULL);
	return value ? value->valuedouble : 0;
}

/* Times are written so that their texts have their order. */
static int order(const cJSON *have, const cJSON *want)
{
	double a, b;

	if (cJSON_IsString(have) && cJSON_IsString(want))
		return strcmp(have->valuestring, want->valuestring);
	a = number(have);
	b = number(want);
	return (a > b) - (a < b);
}

static bool passes(const char *op, const cJSON *have, const cJSON *want,
		   bool *ret_known)
{
	if (!strcmp(op, "contains"))
		return cJSON_IsString(have) && cJSON_IsString(want) &&
		       contains(have->valuestring, want->valuestring);
	if (!strcmp(op, "exist"))
		return have && !cJSON_IsNull(have);
	if (!strcmp(op, "eq"))
		return cJSON_IsNumber(have) &&
		       have->valuedouble >= number(want) &&
		       have->valuedouble <= number(want);
	if (!strcmp(op, "gte"))
		return have && !cJSON_IsNull(have) && order(have, want) >= 0;
	*ret_known = false;
	return false;
}

bool es_at_matches(const cJSON *filter, const cJSON *record, bool *ret_known)
{
	const cJSON *f, *have;
	bool yes = true;

	cJSON_ArrayForEach(f, filter) {
		have = es_get(record, es_str(f, "field", ""));
		if (!have)
			*ret_known = false;
		yes = yes && passes(es_str(f, "op", ""), have,
				    es_get(f, "value"), ret_known);
	}
	return yes;
}
