/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ConnectWise PSA's records.  Those that carry passwords do so here, unless
 * the request says which fields it wants.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "connectwise.h"
#include "util/text.h"

struct set {
	const char *path;	/* "*" is the id of a record above */
	const char *list;	/* in the world */
	const char *nested;	/* of the record above */
	const char *form;	/* what a quiet record has */
};

static const struct set sets[] = {
	{ "company/companies", "companies", NULL,
	  "{\"id\":0,\"identifier\":\"\",\"name\":\"\",\"deletedFlag\":false,"
	  "\"isVendorFlag\":false,\"types\":[{\"id\":1,\"name\":\"Client\"}],"
	  "\"userDefinedField1\":\"CANARY-cw-company-field\"}" },
	{ "company/companies/statuses", "company_statuses", NULL,
	  "{\"id\":0,\"name\":\"\",\"defaultFlag\":false,\"inactiveFlag\":"
	  "false,\"disallowSavingFlag\":false,\"notificationMessage\":"
	  "\"CANARY-cw-status-message\"}" },
	{ "company/contacts", "contacts", NULL,
	  "{\"id\":0,\"firstName\":\"\",\"lastName\":\"\",\"inactiveFlag\":"
	  "false,\"disablePortalLoginFlag\":false,\"portalSecurityLevel\":1,"
	  "\"portalPassword\":\"CANARY-cw-portal\",\"birthDay\":"
	  "\"CANARY-cw-birthday\",\"communicationItems\":[]}" },
	{ "company/configurations", "configurations", NULL,
	  "{\"id\":0,\"name\":\"\",\"type\":{\"id\":1,\"name\":\"Managed "
	  "Workstation\"},\"status\":{\"id\":1,\"name\":\"Active\"},"
	  "\"activeFlag\":true,\"billFlag\":true,\"notes\":"
	  "\"CANARY-cw-configuration-notes\",\"vendorNotes\":"
	  "\"CANARY-cw-vendor-notes\",\"questions\":[{\"answerId\":1,"
	  "\"question\":\"Password\",\"answer\":\"CANARY-cw-answer\"}]}" },
	{ "finance/agreements", "agreements", NULL,
	  "{\"id\":0,\"name\":\"\",\"type\":{\"id\":5,\"name\":\"Managed\"},"
	  "\"contact\":{\"id\":1,\"name\":\"CANARY-cw-contact\"},"
	  "\"startDate\":\"2023-02-01T00:00:00Z\",\"noEndingDateFlag\":true,"
	  "\"cancelledFlag\":false,\"agreementStatus\":\"Active\","
	  "\"billAmount\":0,\"autoInvoiceFlag\":true,\"internalNotes\":"
	  "\"CANARY-cw-agreement-notes\"}" },
	{ "finance/agreements/*/additions", "agreements", "additions",
	  "{\"id\":0,\"product\":{\"id\":1,\"identifier\":\"\"},\"quantity\":1,"
	  "\"lessIncluded\":0,\"unitPrice\":0,\"billCustomer\":\"Billable\","
	  "\"effectiveDate\":\"2023-02-01T00:00:00Z\",\"agreementStatus\":"
	  "\"Active\",\"invoiceDescription\":\"CANARY-cw-invoice\"}" },
	{ "system/members", "members", NULL,
	  "{\"id\":0,\"identifier\":\"\",\"firstName\":\"\",\"lastName\":\"\","
	  "\"password\":\"CANARY-cw-password\",\"token\":\"CANARY-cw-token\","
	  "\"clientId\":\"CANARY-cw-client-id\",\"notes\":\"CANARY-cw-notes\","
	  "\"homeEmail\":\"CANARY-cw@home.example\",\"licenseClass\":\"F\","
	  "\"hireDate\":\"1800-01-01T00:00:00Z\",\"defaultEmail\":\"Office\","
	  "\"defaultPhone\":\"Office\",\"inactiveFlag\":false,\"adminFlag\":"
	  "false,\"disableOnlineFlag\":false,\"partnerPortalFlag\":false,"
	  "\"enableLdapAuthenticationFlag\":false,"
	  "\"timebasedOneTimePasswordActivated\":true}" },
	{ "system/apiMembers", "api_members", NULL,
	  "{\"id\":0,\"identifier\":\"\",\"name\":\"\",\"inactiveFlag\":"
	  "false}" },
	{ "system/securityroles", "security_roles", NULL,
	  "{\"id\":0,\"name\":\"\",\"roleType\":\"Member\",\"adminFlag\":false,"
	  "\"inactiveFlag\":false}" },
	{ "system/ssoUsers", "sso_users", NULL,
	  "{\"id\":0,\"ssoUserId\":\"\",\"userName\":\"\",\"emailConfirmed\":"
	  "true,\"disabledFlag\":false,\"linkedFlag\":true,\"dateEntered\":"
	  "\"2024-02-01T10:00:00Z\",\"lastUpdated\":"
	  "\"2024-02-01T10:00:00Z\"}" },
	{ "system/callbacks", "callbacks", NULL,
	  "{\"id\":0,\"description\":\"\",\"url\":"
	  "\"https://hook.example/?token=CANARY-cw-callback\",\"objectId\":1,"
	  "\"type\":\"ticket\",\"level\":\"owner\",\"inactiveFlag\":false,"
	  "\"isSoapCallbackFlag\":false}" },
	{ "system/integratorlogins", "integrator_logins", NULL,
	  "{\"id\":0,\"username\":\"\",\"password\":\"CANARY-cw-integrator\","
	  "\"canAccessAllRecordsFlag\":false,\"canAccessAllApisFlag\":false,"
	  "\"inactiveFlag\":false,\"serviceBoardCallbackUrl\":"
	  "\"https://hook.example/CANARY-cw-board\"}" },
	{ "service/tickets", "tickets", NULL,
	  "{\"id\":0,\"summary\":\"\",\"recordType\":\"ServiceTicket\","
	  "\"board\":{\"id\":1,\"name\":\"Offboarding\"},\"status\":{\"id\":27,"
	  "\"name\":\"New\",\"sort\":10},\"closedFlag\":false,"
	  "\"contactEmailAddress\":\"CANARY-cw@contact.example\","
	  "\"initialDescription\":\"CANARY-cw-description\"}" },
	{ "system/securityRoles/*/settings", "security_roles", "settings",
	  "{\"id\":0,\"moduleIdentifier\":\"\",\"moduleName\":\"\","
	  "\"moduleFunctionIdentifier\":\"\",\"moduleFunctionName\":\"\","
	  "\"addLevel\":\"None\",\"editLevel\":\"None\",\"deleteLevel\":"
	  "\"None\",\"inquireLevel\":\"None\",\"myAllFlag\":false}" },
	{ "service/tickets/*/notes", "tickets", "notes",
	  "{\"id\":0,\"text\":\"\",\"detailDescriptionFlag\":false,"
	  "\"internalAnalysisFlag\":true,\"resolutionFlag\":false,"
	  "\"contact\":{\"id\":1,\"name\":\"CANARY-cw-note-contact\"}}" },
	{ "service/tickets/*/tasks", "tickets", "tasks",
	  "{\"id\":0,\"notes\":\"\",\"closedFlag\":false,\"resolution\":"
	  "\"CANARY-cw-resolution\"}" },
};

/* Members of the world's records that the service has under another name or
 * elsewhere. */
static const char *const inside[] = { "keys", "denies", "hides", "additions",
				      "tasks", "notes", "documents",
				      "settings", "writes", "about", NULL };

static const cJSON *with_id(const cJSON *list, int64_t id)
{
	const cJSON *i;

	cJSON_ArrayForEach(i, list)
		if (es_int(i, "id", -1) == id)
			return i;
	return NULL;
}

/* A number where the service has a reference: {"id", "identifier", "name"}
 * of what it points at. */
static void refer(const struct es_cw_call *c, cJSON *doc, const char *name,
		  const char *list)
{
	const cJSON *number = es_get(doc, name), *to;
	cJSON *o;
	char text[160];

	if (!cJSON_IsNumber(number))
		return;
	to = with_id(es_get(c->psa, list), (int64_t)number->valuedouble);
	o = cJSON_CreateObject();
	cJSON_AddNumberToObject(o, "id", number->valuedouble);
	if (es_str(to, "identifier", NULL))
		cJSON_AddStringToObject(o, "identifier",
					es_str(to, "identifier", ""));
	snprintf(text, sizeof(text), "%.70s %.70s",
		 es_str(to, "firstName", ""), es_str(to, "lastName", ""));
	cJSON_AddStringToObject(o, "name", es_str(to, "name", text));
	cJSON_ReplaceItemInObjectCaseSensitive(doc, name, o);
}

static void refer_all(const struct es_cw_call *c, cJSON *doc)
{
	static const struct {
		const char *name, *list;
	} refs[] = {
		{ "company", "companies" },	{ "owner", "members" },
		{ "member", "members" },	{ "reportsTo", "members" },
		{ "linkedMember", "members" },	{ "inactivatedBy", "members" },
		{ "agreement", "agreements" },
		{ "securityRole", "security_roles" },
		{ "status", "company_statuses" },
	};
	size_t i;

	for (i = 0; i < sizeof(refs) / sizeof(refs[0]); i++)
		refer(c, doc, refs[i].name, refs[i].list);
}

/* Whole seconds, as every time of this service. */
static void whole_seconds(cJSON *doc)
{
	char text[ES_TIME_TEXT];
	cJSON *i;
	int64_t ms;

	cJSON_ArrayForEach(i, doc) {
		whole_seconds(i);
		if (!cJSON_IsString(i) ||
		    !es_time_parse(i->valuestring, &ms))
			continue;
		es_time_iso(text, ms);
		snprintf(text + strcspn(text, ".Z"), 2, "Z");
		cJSON_SetValuestring(i, text);
	}
}

/* What the caller's role may not see in records of that path. */
static void hide(const struct es_cw_call *c, const struct set *set,
		 cJSON *doc)
{
	size_t n = strlen(set->path);
	const cJSON *hidden;

	cJSON_ArrayForEach(hidden, es_get(c->role, "hides"))
		if (cJSON_IsString(hidden) &&
		    !strncmp(hidden->valuestring, set->path, n) &&
		    hidden->valuestring[n] == '/')
			cJSON_DeleteItemFromObjectCaseSensitive(
				doc, hidden->valuestring + n + 1);
}

static cJSON *record(const struct es_cw_call *c, const struct set *set,
		     const cJSON *rec)
{
	cJSON *o = es_overlay(set->form, rec, inside), *info;

	refer_all(c, o);
	hide(c, set, o);
	if (!strstr(set->form, "lastUpdated"))
		cJSON_DeleteItemFromObjectCaseSensitive(o, "lastUpdated");
	info = cJSON_AddObjectToObject(o, "_info");
	cJSON_AddStringToObject(info, "lastUpdated",
				es_str(rec, "lastUpdated",
				       "2026-01-30T16:02:11Z"));
	cJSON_AddStringToObject(info, "updatedBy", "CANARY-cw-updater");
	whole_seconds(o);
	return o;
}

/* The members that name the record above, for a nested list. */
static void name_above(const struct set *set, cJSON *doc, int64_t above)
{
	static const struct {
		const char *list, *name;
	} names[] = { { "additions", "agreementId" },
		      { "notes", "ticketId" },
		      { "tasks", "ticketId" } };
	size_t i;

	for (i = 0; set->nested && i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(set->nested, names[i].list))
			cJSON_AddNumberToObject(doc, names[i].name,
						(double)above);
}

/* Does the path begin with that of the set?  How many parts it took. */
static int fits(const struct es_cw_call *c, const struct set *set,
		int64_t *ret_above)
{
	const char *p = set->path;
	int i;

	for (i = 0; *p; i++) {
		size_t n = strcspn(p, "/");

		if (i >= c->nparts)
			return 0;
		if (*p == '*')
			*ret_above = strtoll(c->parts[i], NULL, 10);
		else if (strlen(c->parts[i]) != n ||
			 strncasecmp(c->parts[i], p, n))
			return 0;
		p += n + (p[n] == '/');
	}
	return i;
}

static cJSON *records(const struct es_cw_call *c, const struct set *set,
		      const cJSON *list, int64_t above)
{
	cJSON *docs = cJSON_CreateArray(), *doc;
	const cJSON *rec;

	cJSON_ArrayForEach(rec, list) {
		doc = record(c, set, rec);
		name_above(set, doc, above);
		cJSON_AddItemToArray(docs, doc);
	}
	if (!strcmp(set->path, "service/tickets"))
		es_cw_written(c, docs);
	if (set->nested && (!strcmp(set->nested, "notes") ||
			    !strcmp(set->nested, "documents")))
		es_cw_hung(c, set->nested, above, docs);
	return docs;
}

static bool answer(struct es_cw_call *c, const struct set *set, int used,
		   int64_t above)
{
	const cJSON *list = es_get(c->psa, set->list), *rec;
	const char *rest = c->nparts > used ? c->parts[used] : NULL;

	if (set->nested) {
		rec = with_id(list, above);
		if (!rec && (strcmp(set->nested, "notes") ||
			     !es_cw_ticket(c, above)))
			return false;
		list = es_get(rec, set->nested);
	}
	if (!rest) {
		es_cw_list(c, records(c, set, list, above));
		return true;
	}
	if (!strcmp(rest, "count") && c->nparts == used + 1) {
		es_cw_count(c, records(c, set, list, above));
		return true;
	}
	rec = with_id(list, strtoll(rest, NULL, 10));
	if (c->nparts > used + 1 || !rec)
		return false;
	es_cw_single(c, record(c, set, rec));
	return true;
}

/* Documents are found by what they hang on; only tickets have any here. */
static void documents(struct es_cw_call *c)
{
	static const struct set files = {
		"system/documents", "tickets", "documents",
		"{\"id\":0,\"title\":\"\",\"fileName\":\"\",\"owner\":\"\","
		"\"serverFileName\":\"CANARY-cw-server-file\",\"linkFlag\":"
		"false,\"imageFlag\":false,\"publicFlag\":false,\"size\":1}"
	};
	const char *type = es_req_arg(c->req, "recordType");
	const char *id = es_req_arg(c->req, "recordId");
	int64_t above = id ? strtoll(id, NULL, 10) : 0;

	if (!type || strcmp(type, "Ticket") || !id) {
		es_cw_error(c->ans, 400, "recordType or recordId is not valid");
		return;
	}
	es_cw_list(c, records(c, &files,
			      es_get(with_id(es_get(c->psa, "tickets"), above),
				     "documents"), above));
}

static void info(struct es_cw_call *c)
{
	es_answer_json(c->ans, 200, cJSON_Parse(
		"{\"version\":\"v2025.1.101\",\"isCloud\":true,"
		"\"serverTimeZone\":\"UTC\",\"licenseBits\":[{\"name\":"
		"\"Platform\",\"activeFlag\":true}],\"cloudRegion\":\"NA\","
		"\"maxWorkFlowRecordsAllowed\":1000}"));
}

bool es_cw_data(struct es_cw_call *c)
{
	const struct set *best = NULL;
	int64_t above = 0, best_above = 0;
	int used, best_used = 0;
	size_t i;

	if (c->nparts == 2 && !strcmp(c->parts[0], "system") &&
	    !strcmp(c->parts[1], "info")) {
		info(c);
		return true;
	}
	if (c->nparts == 2 && !strcmp(c->parts[0], "system") &&
	    !strcmp(c->parts[1], "documents")) {
		documents(c);
		return true;
	}
	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		used = fits(c, &sets[i], &above);
		if (used <= best_used)
			continue;
		best = &sets[i];
		best_used = used;
		best_above = above;
	}
	return best && answer(c, best, best_used, best_above);
}
