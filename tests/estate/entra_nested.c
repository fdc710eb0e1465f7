/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Microsoft Graph: what hangs off one object by path, members and owners
 * above all, which are directory objects of several types.
 */
#include <string.h>

#include "entra.h"
#include "util/text.h"

#define NESTED_MAX 16

/* Objects that can be members and owners. */
static const char *const kinds[] = { "users", "groups", "service_principals",
				     "devices", NULL };

static const cJSON *find(const cJSON *tenant, const char *id,
			 const struct es_en_set **ret_set)
{
	const cJSON *i;
	int k;

	for (k = 0; kinds[k]; k++) {
		cJSON_ArrayForEach(i, es_get(tenant, kinds[k])) {
			if (strcmp(es_str(i, "id", ""), id))
				continue;
			*ret_set = es_en_set_of(kinds[k]);
			return i;
		}
	}
	return NULL;
}

/* Without the right to read a type its objects are there, but say nothing
 * except what and which they are. */
static cJSON *limited(const struct es_en_set *set, const char *id,
		      const char *select)
{
	cJSON *o = cJSON_CreateObject(), *all = cJSON_Parse(set->defaults), *i;

	cJSON_AddStringToObject(o, "@odata.type", set->type);
	cJSON_AddStringToObject(o, "id", id);
	cJSON_ArrayForEach(i, all)
		if (strcmp(i->string, "id") &&
		    es_en_names(select ? select : "displayName", i->string))
			cJSON_AddNullToObject(o, i->string);
	cJSON_Delete(all);
	return o;
}

cJSON *es_en_reference(struct es_en_call *c, const char *id,
		       const char *select, const cJSON **ret_rec)
{
	const struct es_en_set *set;
	const cJSON *rec = find(c->tenant, id, &set), *i;
	cJSON *o, *all;

	if (!rec)
		return NULL;
	if (ret_rec)
		*ret_rec = rec;
	if (!es_en_may(c, set->permission))
		return limited(set, id, select);
	o = cJSON_CreateObject();
	cJSON_AddStringToObject(o, "@odata.type", set->type);
	all = es_overlay(set->defaults, rec, NULL);
	cJSON_ArrayForEach(i, all)
		if (es_en_names(select ? select :
				"id,displayName,userPrincipalName,mail",
				i->string))
			cJSON_AddItemToObject(o, i->string,
					      cJSON_Duplicate(i, 1));
	cJSON_Delete(all);
	return o;
}

static bool listed(const struct es_list *list, const cJSON *rec)
{
	int i;

	for (i = 0; i < list->n; i++)
		if (list->segs[i].rec == rec)
			return true;
	return false;
}

static void collect(const cJSON *tenant, const cJSON *ids, bool deep,
		    int depth, struct es_list *list)
{
	const struct es_en_set *set;
	const cJSON *i, *rec;

	cJSON_ArrayForEach(i, ids) {
		rec = cJSON_IsString(i) ?
			      find(tenant, i->valuestring, &set) : NULL;
		if (!rec || listed(list, rec))
			continue;
		es_list_add(list, rec, tenant);
		if (deep && depth < NESTED_MAX)
			collect(tenant, es_get(rec, "members"), deep,
				depth + 1, list);
	}
}

static void put_reference(struct es_buf *out, void *ctx,
			  const struct es_seg *seg, int64_t index)
{
	struct es_en_call *c = ctx;

	(void)index;
	es_buf_take(out, es_en_reference(c, es_str(seg->rec, "id", ""),
					 es_req_arg(c->req, "$select"),
					 NULL));
}

static void put_federated(struct es_buf *out, void *ctx,
			  const struct es_seg *seg, int64_t index)
{
	(void)ctx;
	(void)index;
	es_buf_take(out, es_overlay("{\"id\":\"\",\"name\":\"\",\"issuer\":"
				    "\"\",\"subject\":\"\",\"description\":"
				    "null,\"audiences\":[\"api://AzureADToken"
				    "Exchange\"]}", seg->rec, NULL));
}

static void answer_objects(struct es_en_call *c, const cJSON *ids, bool deep)
{
	static const struct es_en_set objects = {
		.path = "directoryObjects", .size = 100, .size_max = 999
	};
	struct es_list list = ES_LIST_INIT;

	c->set = &objects;
	collect(c->tenant, ids, deep, 0, &list);
	es_en_list(c, &list, put_reference);
	es_list_release(&list);
}

static void answer_federated(struct es_en_call *c, const cJSON *records)
{
	static const struct es_en_set federated = {
		.path = "applications('x')/federatedIdentityCredentials",
		.size = 100, .size_max = 999
	};
	struct es_list list = ES_LIST_INIT;
	const cJSON *i;

	c->set = &federated;
	cJSON_ArrayForEach(i, records)
		es_list_add(&list, i, c->tenant);
	es_en_list(c, &list, put_federated);
	es_list_release(&list);
}

static void put_assignment(struct es_buf *out, void *ctx,
			   const struct es_seg *seg, int64_t index)
{
	(void)ctx;
	(void)index;
	es_buf_take(out, es_overlay("{\"@odata.etag\":\"W/x\",\"id\":\"\","
				    "\"status\":\"active\","
				    "\"createdDateTime\":\"2025-06-01T10:00:"
				    "00.5Z\",\"lastModifiedDateTime\":"
				    "\"2025-06-01T10:05:00Z\"}", seg->rec,
				    NULL));
}

/* /tenantRelationships/delegatedAdminRelationships/{id}/accessAssignments */
static bool assignments(struct es_en_call *c, const char **parts)
{
	static const struct es_en_set set = {
		.path = "tenantRelationships/delegatedAdminRelationships('x')"
			"/accessAssignments", .size = 100, .size_max = 999
	};
	struct es_list list = ES_LIST_INIT;
	const cJSON *rel, *i;

	if (strcmp(parts[0], "tenantRelationships") ||
	    strcmp(parts[1], "delegatedAdminRelationships") ||
	    strcmp(parts[3], "accessAssignments"))
		return false;
	cJSON_ArrayForEach(rel, es_get(c->tenant, "gdap_relationships"))
		if (!strcmp(es_str(rel, "id", ""), parts[2]))
			break;
	if (!rel)
		return false;
	c->set = &set;
	cJSON_ArrayForEach(i, es_get(rel, "assignments"))
		es_list_add(&list, i, rel);
	es_en_list(c, &list, put_assignment);
	es_list_release(&list);
	return true;
}

static const cJSON *holder(const struct es_en_call *c, const char **parts,
			   const struct es_en_set **ret_set)
{
	const struct es_en_set *set;
	const cJSON *i;

	for (set = es_en_sets; set->path; set++)
		if (!strcmp(set->path, parts[0]))
			break;
	*ret_set = set;
	if (!set->path)
		return NULL;
	cJSON_ArrayForEach(i, es_get(c->tenant, set->member))
		if (!strcmp(es_str(i, "id", ""), parts[1]))
			return i;
	return NULL;
}

static bool answer_part(struct es_en_call *c, const char *kind,
			const char *part, const cJSON *rec)
{
	bool group = !strcmp(kind, "groups");

	if (group && !strcmp(part, "members"))
		answer_objects(c, es_get(rec, "members"), false);
	else if (group && !strcmp(part, "transitiveMembers"))
		answer_objects(c, es_get(rec, "members"), true);
	else if (!strcmp(part, "owners"))
		answer_objects(c, es_get(rec, "owners"), false);
	else if (!strcmp(kind, "applications") &&
		 !strcmp(part, "federatedIdentityCredentials"))
		answer_federated(c, es_get(rec, "federated"));
	else
		return false;
	return true;
}

static void put_rule(struct es_buf *out, void *ctx, const struct es_seg *seg,
		     int64_t index)
{
	(void)ctx;
	(void)index;
	es_buf_take(out, es_overlay("{\"id\":\"\",\"displayName\":\"\","
				    "\"sequence\":1,\"isEnabled\":true,"
				    "\"hasError\":false,\"isReadOnly\":false,"
				    "\"conditions\":{\"subjectContains\":["
				    "\"CANARY-mail-subject\"]},"
				    "\"exceptions\":null,\"actions\":null}",
				    seg->rec, NULL));
}

/* /users/{id}/mailFolders/inbox/messageRules; who has no rules in the world
 * has no mailbox. */
static bool rules(struct es_en_call *c, const char **parts)
{
	static const struct es_en_set set = {
		.path = "users('x')/mailFolders('inbox')/messageRules",
		.size = 100, .size_max = 999
	};
	const struct es_en_set *of;
	const cJSON *user = holder(c, parts, &of), *i;
	struct es_list list = ES_LIST_INIT;

	if (!user || strcmp(parts[0], "users") ||
	    strcmp(parts[2], "mailFolders") || strcmp(parts[3], "inbox") ||
	    strcmp(parts[4], "messageRules"))
		return false;
	if (!es_en_may(c, "MailboxSettings.Read")) {
		es_en_fail(c->ans, 403, "ErrorAccessDenied",
			   "Access is denied. Check credentials and try "
			   "again.");
		return true;
	}
	if (!es_get(user, "rules")) {
		es_en_fail(c->ans, 404, "MailboxNotEnabledForRESTAPI",
			   "The mailbox is either inactive, soft-deleted, or "
			   "is hosted on-premise.");
		return true;
	}
	c->set = &set;
	cJSON_ArrayForEach(i, es_get(user, "rules"))
		es_list_add(&list, i, user);
	es_en_list(c, &list, put_rule);
	es_list_release(&list);
	return true;
}

bool es_en_nested(struct es_en_call *c, const char **parts, int nparts)
{
	const struct es_en_set *set;
	const cJSON *rec = nparts == 3 ? holder(c, parts, &set) : NULL;

	if (nparts == 5)
		return rules(c, parts);
	if (!rec)
		return nparts == 4 && assignments(c, parts);
	if (es_en_may(c, set->permission))
		return answer_part(c, parts[0], parts[2], rec);
	es_en_error(c->ans, 403, "Insufficient privileges to complete the "
		    "operation.");
	return true;
}
