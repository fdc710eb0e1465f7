/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NinjaOne's ticketing: boards that are run with a POST, and tickets by id.
 */
#include <string.h>
#include <strings.h>

#include "ninjaone.h"

/* The service refuses a text where it wants a number. */
static bool body_fits(const cJSON *body)
{
	const cJSON *last = es_get(body, "lastCursorId");
	const cJSON *size = es_get(body, "pageSize");

	return cJSON_IsObject(body) && (!last || cJSON_IsNumber(last)) &&
	       (!size || cJSON_IsNumber(size));
}

static bool holds(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (; *text; text++)
		if (!strncasecmp(text, word, n))
			return true;
	return n == 0;
}

static int64_t status_of(const cJSON *ticket)
{
	const cJSON *status = es_get(ticket, "status");

	return es_int(status, "parentId", es_int(status, "statusId", 0));
}

/* A row of a board names people and organisations, a ticket has their ids. */
static cJSON *row(const struct es_nj_call *c, const cJSON *ticket)
{
	const cJSON *org = es_nj_org(c, es_int(ticket, "clientId", 0));
	const cJSON *status = es_get(ticket, "status");
	cJSON *o = cJSON_CreateObject();

	cJSON_AddNumberToObject(o, "id", (double)es_int(ticket, "id", 0));
	cJSON_AddStringToObject(o, "summary", es_str(ticket, "subject", ""));
	cJSON_AddStringToObject(o, "description",
				"CANARY-ticket-description");
	cJSON_AddStringToObject(o, "organization", es_str(org, "name", ""));
	cJSON_AddStringToObject(o, "assignedAppUser",
				es_str(ticket, "assignee", ""));
	cJSON_AddItemToObject(o, "status", cJSON_Duplicate(status, 1));
	return o;
}

static bool shown(const cJSON *board, const cJSON *ticket, const char *words)
{
	if (es_true(board, "hides_closed", false) &&
	    status_of(ticket) == 6000)
		return false;
	return holds(es_str(ticket, "subject", ""), words);
}

static void run(struct es_nj_call *c, const cJSON *board, const cJSON *body)
{
	const char *words = es_str(body, "searchCriteria", "");
	int64_t last = es_int(body, "lastCursorId", 0);
	int64_t size = es_int(body, "pageSize", 50);
	cJSON *all = cJSON_CreateArray(), *o = cJSON_CreateObject();
	cJSON *data = cJSON_AddArrayToObject(o, "data"), *i;
	const cJSON *k;

	cJSON_ArrayForEach(k, es_get(c->world, "tickets"))
		if (shown(board, k, words))
			cJSON_AddItemToArray(all, row(c, k));
	while (size-- > 0 && (i = es_nj_take(all, last, false))) {
		last = es_int(i, "id", 0);
		cJSON_AddItemToArray(data, i);
	}
	cJSON_Delete(all);
	cJSON_AddNumberToObject(cJSON_AddObjectToObject(o, "metadata"),
				"lastCursorId", (double)last);
	c->ans->rows = cJSON_GetArraySize(data);
	es_answer_json(c->ans, 200, o);
}

static void run_board(struct es_nj_call *c)
{
	cJSON *body = cJSON_Parse(c->req->body ? c->req->body : "");
	const cJSON *i, *board = NULL;

	cJSON_ArrayForEach(i, es_get(c->world, "boards"))
		if (es_int(i, "id", -1) == es_nj_number(c, 3))
			board = i;
	if (strcmp(c->req->method, "POST"))
		es_nj_error(c->ans, 405, "Method Not Allowed");
	else if (!board)
		es_nj_not_found(c);
	else if (!body_fits(body))
		es_nj_error(c->ans, 400, "JSON parse error");
	else
		run(c, board, body);
	cJSON_Delete(body);
}

static cJSON *boards(const struct es_nj_call *c)
{
	static const char *const skip[] = { "hides_closed", NULL };
	cJSON *list = cJSON_CreateArray();
	const cJSON *i;

	cJSON_ArrayForEach(i, es_get(c->world, "boards"))
		cJSON_AddItemToArray(list, es_overlay(
			"{\"description\":\"\",\"system\":false}", i, skip));
	return list;
}

static void ticket(struct es_nj_call *c)
{
	static const char *const skip[] = { "assignee", "log", NULL };
	const cJSON *i;
	cJSON *o;

	cJSON_ArrayForEach(i, es_get(c->world, "tickets")) {
		if (es_int(i, "id", -1) != es_nj_number(c, 2))
			continue;
		o = es_overlay("{\"version\":1,\"deleted\":false,"
			       "\"attributeValues\":[{\"id\":1,"
			       "\"attributeId\":9,\"value\":{\"text\":"
			       "\"CANARY-ticket-attribute\"}}]}", i, skip);
		es_nj_epoch(o);
		es_answer_json(c->ans, 200, o);
		c->ans->rows = 1;
		return;
	}
	es_nj_not_found(c);
}

bool es_nj_tickets(struct es_nj_call *c)
{
	if (es_nj_is(c, "ticketing/trigger/boards"))
		es_nj_all(c, boards(c));
	else if (es_nj_is(c, "ticketing/trigger/board/*/run"))
		run_board(c);
	else if (es_nj_is(c, "ticketing/ticket/*"))
		ticket(c);
	else
		return false;
	return true;
}
