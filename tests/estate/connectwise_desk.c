/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ConnectWise PSA: notes and documents of service tickets, and new tickets.
 * A role may write when the world says so (`writes`).
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "connectwise.h"
#include "desk.h"

bool es_cw_may_post(const char *path)
{
	const char *p = strstr(path, "/apis/3.0/");

	if (!p)
		return false;
	p += strlen("/apis/3.0/");
	if (!strcasecmp(p, "system/documents") ||
	    !strcasecmp(p, "service/tickets"))
		return true;
	return !strncasecmp(p, "service/tickets/", 16) && strlen(p) > 6 &&
	       !strcasecmp(p + strlen(p) - 6, "/notes");
}

static bool is(const struct es_cw_call *c, int part, const char *word)
{
	return part < c->nparts && !strcasecmp(c->parts[part], word);
}

void es_cw_written(const struct es_cw_call *c, cJSON *docs)
{
	es_desk_list(es_state_desk(c->req->state), "cw/tickets", docs);
}

void es_cw_hung(const struct es_cw_call *c, const char *what, int64_t ticket,
		cJSON *docs)
{
	char key[64];

	snprintf(key, sizeof(key), "cw/%.20s/%lld", what, (long long)ticket);
	es_desk_list(es_state_desk(c->req->state), key, docs);
}

bool es_cw_ticket(const struct es_cw_call *c, int64_t id)
{
	cJSON *all = cJSON_CreateArray(), *i;
	const cJSON *k;
	bool found = false;

	es_cw_written(c, all);
	cJSON_ArrayForEach(i, all)
		found |= es_int(i, "id", -1) == id;
	cJSON_Delete(all);
	cJSON_ArrayForEach(k, es_get(c->psa, "tickets"))
		found |= es_int(k, "id", -1) == id;
	return found;
}

static bool may_write(struct es_cw_call *c)
{
	if (es_true(c->role, "writes", false))
		return true;
	es_cw_error(c->ans, 403, "You do not have security permission to "
				 "perform this action.");
	return false;
}

static void keep(struct es_cw_call *c, const char *key, cJSON *record,
		 const char *what)
{
	cJSON *o = cJSON_Duplicate(record, 1);
	int64_t id = es_desk_add(es_state_desk(c->req->state), key, record);

	cJSON_DeleteItemFromObjectCaseSensitive(o, "id");
	cJSON_AddNumberToObject(o, "id", (double)id);
	c->req->wrote = what;
	es_answer_json(c->ans, 201, o);
}

static void add_note(struct es_cw_call *c, const char *key, int64_t ticket)
{
	cJSON *o = cJSON_Parse(c->req->body ? c->req->body : "");

	if (!cJSON_IsString(es_get(o, "text"))) {
		es_cw_error(c->ans, 400, "The text is missing.");
		cJSON_Delete(o);
		return;
	}
	cJSON_AddNumberToObject(o, "ticketId", (double)ticket);
	cJSON_AddStringToObject(o, "dateCreated", "2026-11-17T02:00:00Z");
	keep(c, key, o, "note");
}

static void notes(struct es_cw_call *c)
{
	int64_t ticket = strtoll(c->parts[2], NULL, 10);
	char key[64];

	snprintf(key, sizeof(key), "cw/notes/%lld", (long long)ticket);
	if (!es_cw_ticket(c, ticket))
		es_cw_error(c->ans, 404, "Ticket not found");
	else if (may_write(c))
		add_note(c, key, ticket);
}

static bool part(struct es_cw_call *c, const char *name, struct es_buf *out)
{
	char file[128];

	return es_desk_part(c->req->content_type, c->req->body, name, out,
			    file);
}

/* The form knows the types of records by name, and needs a file. */
static void add_document(struct es_cw_call *c)
{
	struct es_buf value = ES_BUF_INIT;
	char key[64] = "", file[128] = "";
	cJSON *o = cJSON_CreateObject();
	bool good;

	good = part(c, "recordType", &value) &&
	       !strcmp(es_buf_text(&value), "Ticket") &&
	       part(c, "recordId", &value) &&
	       es_cw_ticket(c, strtoll(es_buf_text(&value), NULL, 10));
	snprintf(key, sizeof(key), "cw/documents/%.40s", es_buf_text(&value));
	good = good && part(c, "title", &value);
	cJSON_AddStringToObject(o, "title", es_buf_text(&value));
	if (part(c, "privateFlag", &value))
		cJSON_AddBoolToObject(o, "publicFlag",
				      strcmp(es_buf_text(&value), "true"));
	good = good && es_desk_part(c->req->content_type, c->req->body, "file",
				    &value, file) && file[0];
	cJSON_AddStringToObject(o, "fileName", file);
	cJSON_AddNumberToObject(o, "size", (double)value.len);
	es_buf_release(&value);
	if (good) {
		keep(c, key, o, "document");
		return;
	}
	cJSON_Delete(o);
	es_cw_error(c->ans, 400, "The document is not valid.");
}

static void add_ticket(struct es_cw_call *c)
{
	cJSON *o = cJSON_Parse(c->req->body ? c->req->body : "");
	const char *summary = es_str(o, "summary", "");

	if (!may_write(c)) {
		cJSON_Delete(o);
		return;
	}
	if (!*summary || strlen(summary) > 100 ||
	    !cJSON_IsNumber(es_at(o, "company/id"))) {
		es_cw_error(c->ans, 400, "summary and company are needed.");
		cJSON_Delete(o);
		return;
	}
	cJSON_AddFalseToObject(o, "closedFlag");
	cJSON_AddStringToObject(o, "recordType", "ServiceTicket");
	keep(c, "cw/tickets", o, "ticket");
}

static bool at_ticket(const struct es_cw_call *c)
{
	return is(c, 0, "service") && is(c, 1, "tickets");
}

bool es_cw_desk(struct es_cw_call *c)
{
	if (strcmp(c->req->method, "POST"))
		return false;
	if (is(c, 0, "system") && is(c, 1, "documents") && c->nparts == 2) {
		if (may_write(c))
			add_document(c);
	} else if (at_ticket(c) && is(c, 3, "notes") && c->nparts == 4) {
		notes(c);
	} else if (at_ticket(c) && c->nparts == 2) {
		add_ticket(c);
	} else {
		return false;
	}
	return true;
}
