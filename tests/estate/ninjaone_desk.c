/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NinjaOne: comments of tickets, with files, and the log that shows them.
 * Both are for the token of a person; a machine's gets an error of the
 * server.
 */
#include <string.h>

#include "desk.h"
#include "ninjaone.h"

static bool ticket_exists(const struct es_nj_call *c)
{
	const cJSON *i;

	cJSON_ArrayForEach(i, es_get(c->world, "tickets"))
		if (es_int(i, "id", -1) == es_nj_number(c, 2))
			return true;
	return false;
}

/* What the world has in the log of a ticket, in its notation of times. */
static cJSON *old_entries(const struct es_nj_call *c)
{
	cJSON *list = cJSON_CreateArray(), *o;
	const cJSON *i, *k;

	cJSON_ArrayForEach(i, es_get(c->world, "tickets")) {
		if (es_int(i, "id", -1) != es_nj_number(c, 2))
			continue;
		cJSON_ArrayForEach(k, es_get(i, "log")) {
			o = es_overlay("{\"type\":\"COMMENT\",\"publicEntry\":"
				       "false,\"system\":false,"
				       "\"htmlBody\":\"CANARY-log-html\"}",
				       k, NULL);
			es_nj_epoch(o);
			cJSON_AddItemToArray(list, o);
		}
	}
	return list;
}

static void log_entries(struct es_nj_call *c, const char *key)
{
	int64_t size = es_nj_arg(c, "pageSize", 50);
	int64_t anchor = es_nj_arg(c, "anchorId", 0);
	cJSON *all = old_entries(c), *page = cJSON_CreateArray(), *i;

	es_desk_list(es_state_desk(c->req->state), key, all);
	while (size-- > 0 && (i = es_nj_take(all, anchor, false))) {
		anchor = es_int(i, "id", 0);
		cJSON_AddItemToArray(page, i);
	}
	cJSON_Delete(all);
	es_nj_all(c, page);
}

static cJSON *read_comment(struct es_nj_call *c)
{
	struct es_buf value = ES_BUF_INIT;
	char file[128];
	cJSON *said = NULL, *o = NULL;

	if (es_desk_part(c->req->content_type, c->req->body, "comment", &value,
			 file))
		said = cJSON_Parse(es_buf_text(&value));
	if (cJSON_IsBool(es_get(said, "public"))) {
		o = cJSON_CreateObject();
		cJSON_AddStringToObject(o, "type", "COMMENT");
		cJSON_AddStringToObject(o, "body", es_str(said, "body", ""));
		cJSON_AddBoolToObject(o, "publicEntry",
				      es_true(said, "public", true));
		if (es_desk_part(c->req->content_type, c->req->body, "files",
				 &value, file))
			cJSON_AddStringToObject(o, "fullEmailBody", file);
	}
	cJSON_Delete(said);
	es_buf_release(&value);
	return o;
}

static void comment(struct es_nj_call *c, const char *key)
{
	cJSON *o = c->manages ? read_comment(c) : NULL;

	if (!c->manages) {
		es_nj_error(c->ans, 403, "Insufficient scope");
	} else if (!o) {
		es_nj_error(c->ans, 400, "The comment is not valid");
	} else {
		es_desk_add(es_state_desk(c->req->state), key, o);
		c->req->wrote = "comment";
		c->ans->status = 204;
	}
}

bool es_nj_desk(struct es_nj_call *c)
{
	bool logs = es_nj_is(c, "ticketing/ticket/*/log-entry");
	char key[64];

	if (!logs && !es_nj_is(c, "ticketing/ticket/*/comment"))
		return false;
	snprintf(key, sizeof(key), "ninja/comments/%lld",
		 (long long)es_nj_number(c, 2));
	if (!c->person)
		es_nj_error(c->ans, 500, "FAILURE: NullPointerException");
	else if (!ticket_exists(c))
		es_nj_not_found(c);
	else if (logs)
		log_entries(c, key);
	else if (!strcmp(c->req->method, "POST"))
		comment(c, key);
	else
		es_nj_error(c->ans, 405, "Method Not Allowed");
	return true;
}
