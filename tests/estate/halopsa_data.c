/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HaloPSA's records of clients, their people, assets and bills, and tickets:
 * what the service shows besides what the world says, and which ones a query
 * hides.
 */
#include <stdlib.h>
#include <string.h>

#include "halopsa.h"

#define NEVER "\"1900-01-01T00:00:00\""

/* What hangs on a client: the name in the path, the member of the client,
 * what each has, and the member that hides it unless inactive ones are asked
 * for (one with a leading '!' hides by being false). */
static const struct part {
	const char *path, *member, *defaults, *hides;
} parts[] = {
	{ "Users", "users",
	  "{\"inactive\":false,\"isserviceaccount\":false,\"site_id\":18.0,"
	  "\"login\":\"\",\"azureoid\":\"\",\"web_access_level\":0,"
	  "\"okta_status\":null,\"lastlogindate\":" NEVER ",\"datecreated\":"
	  "\"2022-09-26T16:15:38Z\",\"new_password\":\"CANARY-user-password\"}",
	  "inactive" },
	{ "Asset", "assets",
	  "{\"inactive\":false,\"assettype_name\":\"Workstation\","
	  "\"key_field\":\"\",\"username\":\"\",\"ninjarmm_id\":0,"
	  "\"dlastupdate\":\"1899-12-30T00:00:00\"}",
	  "inactive" },
	{ "ClientContract", "contracts",
	  "{\"active\":true,\"expired\":false,\"contract_status\":\"Active\","
	  "\"billingperiod\":1,\"dontinvoice\":false,\"end_date\":" NEVER ","
	  "\"next_invoice_date\":" NEVER ",\"periodchargeamount\":0}",
	  "!active" },
	{ "RecurringInvoice", "recurring_invoices",
	  "{\"disabled\":false,\"period\":1,\"enddate\":" NEVER ","
	  "\"nextcreationdate\":" NEVER "}",
	  NULL },
	{ "SoftwareLicence", "licences",
	  "{\"is_active\":true,\"deleted\":false,\"autorenew\":false,"
	  "\"count\":0,\"licences_in_use\":0,\"billing_cycle\":\"Monthly\","
	  "\"end_date\":" NEVER ",\"notes\":\"CANARY-licence-note\"}",
	  "!is_active" },
};

static bool hidden(const cJSON *o, const char *by)
{
	if (!by)
		return false;
	return *by == '!' ? !es_true(o, by + 1, true) :
			    es_true(o, by, false);
}

static bool inactive_wanted(const struct es_ha_call *c)
{
	return es_ha_asked(c, "includeinactive");
}

static cJSON *clients(const struct es_ha_call *c)
{
	static const char *const skip[] = { "users", "assets", "contracts",
					    "recurring_invoices", "licences",
					    NULL };
	cJSON *list = cJSON_CreateArray(), *o;
	const cJSON *i;

	cJSON_ArrayForEach(i, es_get(c->world, "clients")) {
		o = es_overlay("{\"inactive\":false,\"stopped\":0,"
			       "\"toplevel_id\":1,\"toplevel_name\":\"MSP\","
			       "\"ninjarmmid\":0,\"connectwiseid\":0,"
			       "\"autotaskid\":-1,\"azure_tenants\":[],"
			       "\"enddate\":\"0001-01-01T00:00:00\","
			       "\"twilio_subaccount_authtoken\":"
			       "\"CANARY-twilio\"}", i, skip);
		if (hidden(o, "inactive") && !inactive_wanted(c))
			cJSON_Delete(o);
		else
			cJSON_AddItemToArray(list, o);
	}
	return list;
}

static int64_t wanted_client(const struct es_ha_call *c)
{
	const char *s = es_req_arg(c->req, "client_id");

	return s ? strtoll(s, NULL, 10) : -1;
}

/* A fault shows the records of the others. */
static bool of_client(const struct es_ha_call *c, int64_t id)
{
	int64_t wanted = wanted_client(c);
	bool twisted = (c->req->twist & ES_TWIST_FOREIGN) != 0;

	return wanted < 0 || (id == wanted) != twisted;
}

static cJSON *of_clients(const struct es_ha_call *c, const struct part *p)
{
	cJSON *list = cJSON_CreateArray(), *o;
	const cJSON *client, *i;
	int64_t id;

	cJSON_ArrayForEach(client, es_get(c->world, "clients")) {
		id = es_int(client, "id", 0);
		if (!of_client(c, id))
			continue;
		cJSON_ArrayForEach(i, es_get(client, p->member)) {
			o = es_overlay(p->defaults, i, NULL);
			cJSON_AddNumberToObject(o, "client_id", (double)id);
			cJSON_AddStringToObject(o, "client_name",
						es_str(client, "name", ""));
			if (hidden(o, p->hides) && !inactive_wanted(c))
				cJSON_Delete(o);
			else
				cJSON_AddItemToArray(list, o);
		}
	}
	return list;
}

static const char *client_name(const struct es_ha_call *c, int64_t id)
{
	const cJSON *i;

	cJSON_ArrayForEach(i, es_get(c->world, "clients"))
		if (es_int(i, "id", -1) == id)
			return es_str(i, "name", "");
	return "";
}

static bool closed(const struct es_ha_call *c, const cJSON *ticket)
{
	const cJSON *i;

	cJSON_ArrayForEach(i, es_get(c->world, "statuses"))
		if (es_int(i, "id", -1) == es_int(ticket, "status_id", 1))
			return es_true(i, "closed", false);
	return false;
}

/* Closed ones are left out unless the query says so.  requesttype_id is the
 * name that the document has for the type. */
static bool ticket_wanted(const struct es_ha_call *c, const cJSON *t)
{
	const char *type = es_req_arg(c->req, "requesttype_id");
	const char *words = es_req_arg(c->req, "search_summary");

	if (type && strtoll(type, NULL, 10) != es_int(t, "tickettype_id", 0))
		return false;
	if (words && !strcasestr(es_str(t, "summary", ""), words))
		return false;
	if (!of_client(c, es_int(t, "client_id", 0)))
		return false;
	return !closed(c, t) || es_ha_asked(c, "includeclosed");
}

/* What hangs on a ticket, in the world as one of its members. */
static const struct part of_ticket[] = {
	{ "Actions", "actions",
	  "{\"outcome\":\"Private Note\",\"who_agentid\":0,\"note\":\"\","
	  "\"note_html\":\"CANARY-halo-note-html\",\"emailbody\":"
	  "\"CANARY-halo-mail\",\"hiddenfromuser\":true,"
	  "\"actionby_application_id\":null}",
	  NULL },
	{ "Attachment", "attachments",
	  "{\"filename\":\"\",\"content_type\":\"text/html\",\"filesize\":"
	  "20,\"agent_id\":-1,\"user_id\":-1,\"showforusers\":false,"
	  "\"third_party_token\":\"CANARY-halo-file-token\",\"data\":"
	  "\"Q0FOQVJZLWhhbG8=\"}",
	  NULL },
	{ "ToDo", "todos",
	  "{\"text\":\"\",\"done\":false,\"done_by_id\":0,\"start_date\":"
	  NEVER ",\"end_date\":" NEVER ",\"sequence\":1,\"group_name\":"
	  "\"\"}",
	  NULL },
};

static const struct part *part_of_ticket(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(of_ticket) / sizeof(of_ticket[0]); i++)
		if (!strcmp(name, of_ticket[i].path))
			return &of_ticket[i];
	return NULL;
}

/* Without the number of a ticket those of all tickets. */
static cJSON *of_tickets(const struct es_ha_call *c, const struct part *p)
{
	const char *asked = es_req_arg(c->req, "ticket_id");
	cJSON *list = cJSON_CreateArray(), *o;
	const cJSON *ticket, *i;

	if (asked)
		es_ha_hung(c, p->path, strtoll(asked, NULL, 10), list);
	cJSON_ArrayForEach(ticket, es_get(c->world, "tickets")) {
		int64_t id = es_int(ticket, "id", 0);

		if (asked && strtoll(asked, NULL, 10) != id)
			continue;
		cJSON_ArrayForEach(i, es_get(ticket, p->member)) {
			o = es_overlay(p->defaults, i, NULL);
			cJSON_AddNumberToObject(o, "ticket_id", (double)id);
			cJSON_AddItemToArray(list, o);
		}
	}
	return list;
}

/* An open ticket may come without any date of closing. */
static cJSON *tickets(const struct es_ha_call *c)
{
	static const char *const skip[] = { "actions", "attachments", "todos",
					    NULL };
	cJSON *list = cJSON_CreateArray(), *all, *o;
	const cJSON *i;

	all = es_get(c->world, "tickets") ?
		      cJSON_Duplicate(es_get(c->world, "tickets"), 1) :
		      cJSON_CreateArray();
	es_ha_written(c, all);
	cJSON_ArrayForEach(i, all) {
		if (!ticket_wanted(c, i))
			continue;
		o = es_overlay("{\"status_id\":1,\"hasbeenclosed\":false,"
			       "\"deleted\":false,\"inactive\":false,"
			       "\"agent_id\":-1,\"closure_agent_id\":0,"
			       "\"merged_into_id\":0,\"team\":\"Service desk\","
			       "\"details\":\"CANARY-ticket-details\","
			       "\"customfields\":[]}", i, skip);
		cJSON_AddStringToObject(o, "client_name",
					client_name(c, es_int(i, "client_id",
							      0)));
		cJSON_AddItemToArray(list, o);
	}
	cJSON_Delete(all);
	return list;
}

cJSON *es_ha_paged(const struct es_ha_call *c, const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (!strcmp(name, parts[i].path))
			return of_clients(c, &parts[i]);
	if (!strcmp(name, "Client"))
		return clients(c);
	if (part_of_ticket(name))
		return of_tickets(c, part_of_ticket(name));
	return tickets(c);
}
