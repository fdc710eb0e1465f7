/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Okta's people: users in all states, groups and who is in them,
 * administrator roles, and the factors of a user.
 */
#include <string.h>

#include "okta.h"
#include "util/text.h"
#include "world/gen.h"

/* The customer number under which an org's bulk of users is generated. */
#define BULK_GEN 6000000

static const char user_form[] =
	"{\"id\":\"\",\"status\":\"ACTIVE\","
	"\"created\":\"2023-02-01T09:00:00.000Z\","
	"\"activated\":\"2023-02-01T09:05:00.000Z\","
	"\"statusChanged\":\"2023-02-01T09:05:00.000Z\","
	"\"lastLogin\":null,\"lastUpdated\":\"2025-06-01T08:00:00.000Z\","
	"\"passwordChanged\":null,\"transitioningToStatus\":null,"
	"\"type\":{\"id\":\"oty1bulkdefault00000\"}}";

static const char *const user_own[] = {
	"login", "email", "firstName", "lastName", "employeeNumber",
	"provider_type", "provider_name", "roles", "factors", NULL
};

const cJSON *es_ok_find(const cJSON *list, const char *id)
{
	const cJSON *i;

	cJSON_ArrayForEach(i, list)
		if (!strcmp(es_str(i, "id", ""), id))
			return i;
	return NULL;
}

static void add_self(cJSON *o, const struct es_ok_call *c, const char *what)
{
	struct es_buf url = ES_BUF_INIT;
	cJSON *links = cJSON_AddObjectToObject(o, "_links");

	es_buf_fmt(&url, "%s/%s/api/v1/%s/%s", c->req->base,
		   es_str(c->org, "subdomain", ""), what, es_str(o, "id", ""));
	cJSON_AddStringToObject(cJSON_AddObjectToObject(links, "self"),
				"href", url.p);
	es_buf_release(&url);
}

static void add_profile(cJSON *o, const cJSON *rec)
{
	const char *login = es_str(rec, "login", "");
	const char *number = es_str(rec, "employeeNumber", NULL);
	cJSON *p = cJSON_AddObjectToObject(o, "profile");

	cJSON_AddStringToObject(p, "firstName", es_str(rec, "firstName", ""));
	cJSON_AddStringToObject(p, "lastName", es_str(rec, "lastName", ""));
	cJSON_AddStringToObject(p, "mobilePhone", "CANARY-okta-phone");
	cJSON_AddStringToObject(p, "secondEmail", "CANARY-okta@home.example");
	cJSON_AddStringToObject(p, "login", login);
	cJSON_AddStringToObject(p, "email", es_str(rec, "email", login));
	if (number)
		cJSON_AddStringToObject(p, "employeeNumber", number);
}

static void add_credentials(cJSON *o, const cJSON *rec)
{
	cJSON *c = cJSON_AddObjectToObject(o, "credentials"), *in;

	cJSON_AddObjectToObject(c, "password");
	in = cJSON_AddObjectToObject(c, "recovery_question");
	cJSON_AddStringToObject(in, "question", "CANARY-okta-question");
	in = cJSON_AddObjectToObject(c, "provider");
	cJSON_AddStringToObject(in, "type",
				es_str(rec, "provider_type", "OKTA"));
	cJSON_AddStringToObject(in, "name",
				es_str(rec, "provider_name", "OKTA"));
}

cJSON *es_ok_user(const struct es_ok_call *c, const cJSON *rec)
{
	cJSON *o = es_overlay(user_form, rec, user_own);

	add_profile(o, rec);
	add_credentials(o, rec);
	add_self(o, c, "users");
	return o;
}

static cJSON *bulk_user(const struct es_ok_call *c, int64_t i)
{
	const struct es_world *w = c->req->world;
	cJSON *rec = cJSON_CreateObject(), *o;
	char name[ES_GEN_NAME], text[96];
	size_t first;

	es_gen_name(name, es_gen_hash(w, "okta", BULK_GEN, i));
	first = strcspn(name, " ");
	snprintf(text, sizeof(text), "00ubulk%013lld", (long long)i);
	cJSON_AddStringToObject(rec, "id", text);
	snprintf(text, sizeof(text), "staff.%05lld@%s", (long long)i,
		 es_str(c->shown, "mail_domain", "bulk.example"));
	cJSON_AddStringToObject(rec, "login", text);
	snprintf(text, sizeof(text), "%.*s", (int)first, name);
	cJSON_AddStringToObject(rec, "firstName", text);
	cJSON_AddStringToObject(rec, "lastName",
				name[first] ? name + first + 1 : "");
	o = es_ok_user(c, rec);
	cJSON_Delete(rec);
	return o;
}

cJSON *es_ok_users_of(const struct es_ok_call *c)
{
	int64_t i, n = es_int(c->shown, "bulk_users", 0);
	cJSON *docs = cJSON_CreateArray();
	const cJSON *rec;

	cJSON_ArrayForEach(rec, es_get(c->shown, "users"))
		cJSON_AddItemToArray(docs, es_ok_user(c, rec));
	for (i = 0; i < n; i++)
		cJSON_AddItemToArray(docs, bulk_user(c, i));
	return docs;
}

/* The plain list keeps the deactivated to itself. */
static void users(struct es_ok_call *c)
{
	cJSON *docs = es_ok_users_of(c);
	int i;

	if (!es_req_arg(c->req, "filter") && !es_req_arg(c->req, "search"))
		for (i = cJSON_GetArraySize(docs) - 1; i >= 0; i--)
			if (!strcmp(es_str(cJSON_GetArrayItem(docs, i),
					   "status", ""), "DEPROVISIONED"))
				cJSON_DeleteItemFromArray(docs, i);
	es_ok_list(c, docs, 200, 200);
}

static void user(struct es_ok_call *c, const cJSON *rec)
{
	c->ans->rows = 1;
	es_answer_json(c->ans, 200, es_ok_stamped(es_ok_user(c, rec)));
}

static void roles(struct es_ok_call *c, const cJSON *rec)
{
	static const char form[] =
		"{\"id\":\"\",\"label\":\"\",\"type\":\"\","
		"\"status\":\"ACTIVE\",\"created\":\"2024-02-06T16:17:40.000Z\","
		"\"lastUpdated\":\"2024-02-06T16:17:40.000Z\","
		"\"assignmentType\":\"USER\",\"_links\":{}}";
	cJSON *docs = cJSON_CreateArray();
	const cJSON *r;

	cJSON_ArrayForEach(r, es_get(rec, "roles"))
		cJSON_AddItemToArray(docs, es_overlay(form, r, NULL));
	es_ok_whole(c, docs);
}

static void factors(struct es_ok_call *c, const cJSON *rec)
{
	static const char form[] =
		"{\"id\":\"\",\"factorType\":\"push\",\"provider\":\"OKTA\","
		"\"vendorName\":\"OKTA\",\"status\":\"ACTIVE\","
		"\"created\":\"2024-04-15T18:10:06.000Z\","
		"\"lastUpdated\":\"2024-04-15T18:10:06.000Z\","
		"\"profile\":{\"credentialId\":\"CANARY-okta-factor\"},"
		"\"_links\":{}}";
	cJSON *docs = cJSON_CreateArray();
	const cJSON *f;

	cJSON_ArrayForEach(f, es_get(rec, "factors"))
		cJSON_AddItemToArray(docs, es_overlay(form, f, NULL));
	es_ok_whole(c, docs);
}

static bool one_user(struct es_ok_call *c)
{
	const cJSON *rec = c->nparts > 3 ?
		es_ok_find(es_get(c->shown, "users"), c->parts[3]) : NULL;

	if (!rec)
		es_ok_not_found(c, "User");
	else if (es_ok_is(c, "api/v1/users/*"))
		user(c, rec);
	else if (es_ok_is(c, "api/v1/users/*/roles"))
		roles(c, rec);
	else if (es_ok_is(c, "api/v1/users/*/factors"))
		factors(c, rec);
	else
		return false;
	return true;
}

/* Everybody with a role, whoever gave it. */
static void assignees(struct es_ok_call *c)
{
	cJSON *docs = cJSON_CreateArray(), *o;
	struct es_buf orn = ES_BUF_INIT;
	const cJSON *u;

	cJSON_ArrayForEach(u, es_get(c->shown, "users")) {
		if (!cJSON_GetArraySize(es_get(u, "roles")))
			continue;
		o = cJSON_CreateObject();
		cJSON_AddStringToObject(o, "id", es_str(u, "id", ""));
		es_buf_clear(&orn);
		es_buf_fmt(&orn, "orn:okta:directory:%s:users:%s",
			   es_str(c->org, "id", ""), es_str(u, "id", ""));
		cJSON_AddStringToObject(o, "orn", orn.p);
		add_self(o, c, "users");
		cJSON_AddItemToArray(docs, o);
	}
	es_buf_release(&orn);
	es_ok_values(c, docs, 100);
}

static cJSON *group_of(const struct es_ok_call *c, const cJSON *rec)
{
	static const char form[] =
		"{\"id\":\"\",\"created\":\"2023-02-06T10:11:28.000Z\","
		"\"lastUpdated\":\"2025-10-05T19:16:43.000Z\","
		"\"lastMembershipUpdated\":\"2025-11-28T19:15:32.000Z\","
		"\"objectClass\":[\"okta:user_group\"],"
		"\"type\":\"OKTA_GROUP\"}";
	static const char *const own[] = { "name", "description", "members",
					   "externalId", NULL };
	cJSON *o = es_overlay(form, rec, own), *p;
	const char *text;

	p = cJSON_AddObjectToObject(o, "profile");
	cJSON_AddStringToObject(p, "name", es_str(rec, "name", ""));
	text = es_str(rec, "description", NULL);
	if (text)
		cJSON_AddStringToObject(p, "description", text);
	else
		cJSON_AddNullToObject(p, "description");
	text = es_str(rec, "externalId", NULL);
	if (text)
		cJSON_AddStringToObject(p, "externalId", text);
	add_self(o, c, "groups");
	return o;
}

static void groups(struct es_ok_call *c)
{
	cJSON *docs = cJSON_CreateArray();
	const cJSON *g;

	cJSON_ArrayForEach(g, es_get(c->shown, "groups"))
		cJSON_AddItemToArray(docs, group_of(c, g));
	es_ok_list(c, docs, 200, 10000);
}

/* Everybody is in the built-in group; the others say who. */
static void members(struct es_ok_call *c)
{
	const cJSON *group = es_ok_find(es_get(c->shown, "groups"),
					c->parts[3]);
	const cJSON *id, *u;
	cJSON *docs;

	if (!group) {
		es_ok_not_found(c, "UserGroup");
		return;
	}
	if (!strcmp(es_str(group, "type", ""), "BUILT_IN")) {
		es_ok_list(c, es_ok_users_of(c), 1000, 1000);
		return;
	}
	docs = cJSON_CreateArray();
	cJSON_ArrayForEach(id, es_get(group, "members")) {
		u = es_ok_find(es_get(c->shown, "users"), id->valuestring);
		if (u)
			cJSON_AddItemToArray(docs, es_ok_user(c, u));
	}
	es_ok_list(c, docs, 1000, 1000);
}

static void group_rules(struct es_ok_call *c)
{
	static const char form[] =
		"{\"type\":\"group_rule\",\"id\":\"\",\"status\":\"ACTIVE\","
		"\"name\":\"\",\"created\":\"2022-12-01T14:40:04.000Z\","
		"\"lastUpdated\":\"2023-12-01T14:40:04.000Z\","
		"\"conditions\":{\"people\":{\"users\":{\"exclude\":[]},"
		"\"groups\":{\"exclude\":[]}},\"expression\":{\"value\":"
		"\"true\",\"type\":\"urn:okta:expression:1.0\"}},"
		"\"actions\":{\"assignUserToGroups\":{\"groupIds\":[]}}}";
	cJSON *docs = cJSON_CreateArray();
	const cJSON *r;

	cJSON_ArrayForEach(r, es_get(c->shown, "group_rules"))
		cJSON_AddItemToArray(docs, es_overlay(form, r, NULL));
	es_ok_list(c, docs, 50, 200);
}

bool es_ok_people(struct es_ok_call *c)
{
	if (es_ok_is(c, "api/v1/users"))
		users(c);
	else if (c->nparts > 3 && !strcmp(c->parts[2], "users"))
		return one_user(c);
	else if (es_ok_is(c, "api/v1/iam/assignees/users"))
		assignees(c);
	else if (es_ok_is(c, "api/v1/groups"))
		groups(c);
	else if (es_ok_is(c, "api/v1/groups/rules"))
		group_rules(c);
	else if (es_ok_is(c, "api/v1/groups/*/users"))
		members(c);
	else
		return false;
	return true;
}
