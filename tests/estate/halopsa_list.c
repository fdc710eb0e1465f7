/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HaloPSA's listings that come in an envelope: pages counted from 1 when
 * `pageinate` is said, the total of all pages in each.  Who has not the
 * scope gets an empty list and no error.
 */
#include <stdlib.h>
#include <string.h>

#include "halopsa.h"

#define SIZE_DEFAULT 50
#define SIZE_MOST 100

static const struct listing {
	const char *path, *scope;
	struct es_shape shape;
} listings[] = {
	{ "Client", "read:customers",
	  { .records = "clients", .total = "record_count" } },
	{ "Users", "read:customers",
	  { .records = "users", .total = "record_count" } },
	{ "Asset", "read:assets",
	  { .records = "assets", .total = "record_count" } },
	{ "ClientContract", "read:contracts",
	  { .records = "contracts", .total = "record_count" } },
	{ "RecurringInvoice", "read:invoices",
	  { .records = "invoices", .total = "record_count" } },
	{ "SoftwareLicence", "read:softwarelicensing",
	  { .records = "licences", .total = "record_count" } },
	{ "Actions", "read:tickets",
	  { .records = "actions", .total = "record_count" } },
	{ "Attachment", "read:tickets",
	  { .records = "attachments", .total = "record_count" } },
	{ "Tickets", "read:tickets",
	  { .records = "tickets", .total = "record_count" } },
};

static int64_t number(const struct es_ha_call *c, const char *name,
		      int64_t otherwise)
{
	const char *s = es_req_arg(c->req, name);
	int64_t n = s ? strtoll(s, NULL, 10) : 0;

	return n > 0 ? n : otherwise;
}

/* Leaves the page that was asked for in docs. */
static void cut(struct es_ha_call *c, cJSON *docs, cJSON *o)
{
	int64_t size = number(c, "page_size", SIZE_DEFAULT);
	int64_t page = number(c, "page_no", 1), i;
	int64_t n = cJSON_GetArraySize(docs);

	if (size > SIZE_MOST)
		size = SIZE_MOST;
	c->ans->page = page - 1;
	c->ans->pages = (n + size - 1) / size;
	cJSON_AddNumberToObject(o, "page_no", (double)page);
	cJSON_AddNumberToObject(o, "page_size", (double)size);
	if (c->req->twist & ES_TWIST_ENDLESS)
		page = 1;
	for (i = 0; i < (page - 1) * size && cJSON_GetArraySize(docs); i++)
		cJSON_DeleteItemFromArray(docs, 0);
	while (cJSON_GetArraySize(docs) > size)
		cJSON_DeleteItemFromArray(docs, (int)size);
}

static void answer(struct es_ha_call *c, const struct listing *l, cJSON *docs)
{
	cJSON *o = cJSON_CreateObject();
	int total = cJSON_GetArraySize(docs);

	if (es_ha_asked(c, "pageinate"))
		cut(c, docs, o);
	else
		c->ans->pages = 1;
	c->ans->rows = cJSON_GetArraySize(docs);
	c->ans->shape = &l->shape;
	cJSON_AddNumberToObject(o, "record_count", total);
	cJSON_AddItemToObject(o, l->shape.records, es_ha_stamped(docs));
	es_answer_json(c->ans, 200, o);
}

bool es_ha_data(struct es_ha_call *c)
{
	const struct listing *l = NULL;
	cJSON *docs;
	size_t i;

	for (i = 0; i < sizeof(listings) / sizeof(listings[0]); i++)
		if (c->nparts == 1 && !strcmp(c->parts[0], listings[i].path))
			l = &listings[i];
	if (!l)
		return false;
	docs = es_ha_may(c, l->scope) ? es_ha_paged(c, l->path) :
					cJSON_CreateArray();
	answer(c, l, docs);
	return true;
}
