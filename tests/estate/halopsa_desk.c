/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HaloPSA: actions (notes) and attachments of tickets, and new tickets.
 * Whatever is posted is an array; with an id it would change what is there,
 * and without one it is new.
 */
#include <stdlib.h>
#include <string.h>

#include "desk.h"
#include "halopsa.h"

static const struct kind {
	const char *path, *list, *key, *must;
} kinds[] = {
	{ "Actions", "actions", "halo/actions/", "outcome" },
	{ "Attachment", "attachments", "halo/attachments/", "filename" },
	{ "Tickets", NULL, "halo/tickets", "summary" },
};

static void key_of(char key[96], const struct kind *kind, int64_t ticket)
{
	if (kind->list)
		snprintf(key, 96, "%s%lld", kind->key, (long long)ticket);
	else
		snprintf(key, 96, "%s", kind->key);
}

void es_ha_written(const struct es_ha_call *c, cJSON *docs)
{
	es_desk_list(es_state_desk(c->req->state), "halo/tickets", docs);
}

void es_ha_hung(const struct es_ha_call *c, const char *path, int64_t ticket,
		cJSON *docs)
{
	char key[96];
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(path, kinds[i].path))
			continue;
		key_of(key, &kinds[i], ticket);
		es_desk_list(es_state_desk(c->req->state), key, docs);
	}
}

static bool ticket_exists(const struct es_ha_call *c, int64_t id)
{
	cJSON *all = cJSON_CreateArray(), *i;
	const cJSON *k;
	bool found = false;

	es_ha_written(c, all);
	cJSON_ArrayForEach(i, all)
		found |= es_int(i, "id", -1) == id;
	cJSON_Delete(all);
	cJSON_ArrayForEach(k, es_get(c->world, "tickets"))
		found |= es_int(k, "id", -1) == id;
	return found;
}

/* Only outcomes that the instance has. */
static bool outcome_known(const cJSON *record)
{
	const char *outcome = es_str(record, "outcome", NULL);

	return !outcome || !strcmp(outcome, "Private Note") ||
	       !strcmp(outcome, "Email User");
}

static void add(struct es_ha_call *c, const struct kind *kind)
{
	cJSON *array = cJSON_Parse(c->req->body ? c->req->body : "");
	cJSON *record = cJSON_IsArray(array) ? array->child : NULL, *copy;
	int64_t ticket = es_int(record, "ticket_id", 0), id;
	char key[96];

	if (!es_ha_may(c, "edit:tickets")) {
		es_ha_error(c->ans, 403, "You do not have permission");
	} else if (!record || es_get(record, "id") ||
		   !es_str(record, kind->must, NULL) ||
		   !outcome_known(record) ||
		   (kind->list && !ticket_exists(c, ticket))) {
		es_ha_error(c->ans, 400, "The record is not valid.");
	} else {
		key_of(key, kind, ticket);
		copy = cJSON_Duplicate(record, 1);
		/* Its bytes are told by its own address alone. */
		cJSON_DeleteItemFromObjectCaseSensitive(copy, "data_base64");
		id = es_desk_add(es_state_desk(c->req->state), key, copy);
		cJSON_AddNumberToObject(record, "id", (double)id);
		c->req->wrote = kind->path;
		es_answer_json(c->ans, 201,
			       cJSON_DetachItemViaPointer(array, record));
	}
	cJSON_Delete(array);
}

bool es_ha_desk(struct es_ha_call *c)
{
	const struct kind *kind = NULL;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (c->nparts == 1 && !strcmp(c->parts[0], kinds[i].path))
			kind = &kinds[i];
	if (!kind || strcmp(c->req->method, "POST"))
		return false;
	add(c, kind);
	return true;
}
