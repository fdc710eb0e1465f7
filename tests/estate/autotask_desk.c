/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Autotask: notes and attachments of tickets, new tickets, and the picklists
 * that say which of them only the MSP's own people see.
 */
#include <stdlib.h>
#include <string.h>

#include "autotask.h"
#include "desk.h"

static bool ends(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}

bool es_at_may_post(const char *path)
{
	return strstr(path, "/V1.0/Tickets") &&
	       (ends(path, "/V1.0/Tickets") || ends(path, "/Notes") ||
		ends(path, "/Attachments"));
}

void es_at_written(struct es_req *req, const char *entity, cJSON **records)
{
	static const char *const known[] = { "Tickets", "TicketNotes",
					     "AttachmentInfo", NULL };
	char key[64];
	int i;

	for (i = 0; known[i] && strcmp(known[i], entity); i++)
		;
	if (!known[i])
		return;
	if (!*records)
		*records = cJSON_CreateArray();
	snprintf(key, sizeof(key), "at/%s", entity);
	es_desk_list(es_state_desk(req->state), key, *records);
}

static bool ticket_exists(struct es_req *req, int64_t id)
{
	cJSON *all = es_at_records(es_get(req->world->doc, "autotask"),
				   "Tickets"), *i;
	bool found = false;

	es_at_written(req, "Tickets", &all);
	cJSON_ArrayForEach(i, all)
		found |= es_int(i, "id", -1) == id;
	cJSON_Delete(all);
	return found;
}

static void keep(struct es_req *req, struct es_answer *ans, const char *entity,
		 cJSON *record)
{
	cJSON *o = cJSON_CreateObject();
	char key[64];

	snprintf(key, sizeof(key), "at/%s", entity);
	req->wrote = !strcmp(entity, "Tickets")	    ? "ticket" :
		     !strcmp(entity, "TicketNotes") ? "note" :
						      "attachment";
	cJSON_AddNumberToObject(o, "itemId",
				(double)es_desk_add(es_state_desk(req->state),
						    key, record));
	es_answer_json(ans, 200, o);
}

/* Needed members, which an error names. */
static bool has_all(struct es_answer *ans, const cJSON *record,
		    const char *const *names)
{
	char text[128];
	int i;

	for (i = 0; names[i]; i++) {
		if (es_get(record, names[i]))
			continue;
		snprintf(text, sizeof(text), "Missing Required Field: %s",
			 names[i]);
		es_at_error(ans, 500, text);
		return false;
	}
	return true;
}

static void add(struct es_req *req, struct es_answer *ans, const char *entity,
		int64_t ticket)
{
	static const char *const note[] = { "title", "description", "noteType",
					    "publish", NULL };
	static const char *const file[] = { "attachmentType", "fullPath",
					    "title", "publish", "data", NULL };
	static const char *const self[] = { "title", "companyID", "status",
					    "priority", NULL };
	cJSON *o = cJSON_Parse(req->body ? req->body : "");
	bool is_note = !strcmp(entity, "TicketNotes");
	bool is_file = !strcmp(entity, "AttachmentInfo");

	if (!has_all(ans, o, is_note ? note : is_file ? file : self)) {
		cJSON_Delete(o);
		return;
	}
	if ((is_note || is_file) && !ticket_exists(req, ticket)) {
		es_at_error(ans, 404, "No such ticket");
		cJSON_Delete(o);
		return;
	}
	cJSON_DeleteItemFromObjectCaseSensitive(o, "data");
	if (is_note)
		cJSON_AddNumberToObject(o, "ticketID", (double)ticket);
	if (is_file) {
		cJSON_AddNumberToObject(o, "parentID", (double)ticket);
		cJSON_AddNumberToObject(o, "parentType", 4);
	}
	if (!is_note && !is_file)
		cJSON_AddNullToObject(o, "completedDate");
	keep(req, ans, entity, o);
}

/* What of the picklists matters here: internal is not the first. */
static void fields(struct es_answer *ans)
{
	es_answer_json(ans, 200, cJSON_Parse(
		"{\"fields\":[{\"name\":\"noteType\",\"isPickList\":true,"
		"\"picklistValues\":[{\"value\":\"2\",\"label\":\"Task Detail"
		"\",\"isActive\":true},{\"value\":\"3\",\"label\":\"Task Notes"
		"\",\"isActive\":true}]},{\"name\":\"publish\",\"isPickList\":"
		"true,\"picklistValues\":[{\"value\":\"1\",\"label\":"
		"\"All Autotask Users\",\"isActive\":true},{\"value\":\"2\","
		"\"label\":\"Internal Users Only\",\"isActive\":true}]}]}"));
}

bool es_at_desk(struct es_req *req, struct es_answer *ans, const cJSON *user,
		const char **parts, int n)
{
	const char *entity = NULL;

	if (n == 6 && !strcmp(parts[4], "entityInformation") &&
	    !strcmp(parts[5], "fields")) {
		fields(ans);
		return true;
	}
	if (strcmp(req->method, "POST"))
		return false;
	if (n == 4)
		entity = "Tickets";
	else if (n == 6)
		entity = !strcmp(parts[5], "Notes") ? "TicketNotes" :
						      "AttachmentInfo";
	if (!entity)
		return false;
	if (es_true(user, "writes", false))
		add(req, ans, entity, n == 6 ? strtoll(parts[4], NULL, 10) : 0);
	else
		es_at_error(ans, 500, "The logged in Resource does not have "
				      "the adequate permissions to create this "
				      "entity type.");
	return true;
}
