/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OneLogin's datasets: users in the 22-member form of the list, roles with
 * members and administrators, groups, privileges, applications, mappings,
 * hooks and events.
 */
#include <stdlib.h>
#include <string.h>

#include "onelogin.h"
#include "util/text.h"
#include "world/gen.h"

/* The customer number under which an account's bulk of users is generated. */
#define BULK_GEN 7000000

static const char user_form[] =
	"{\"id\":0,\"username\":null,\"email\":null,\"firstname\":\"\","
	"\"lastname\":\"\",\"phone\":\"CANARY-onelogin-phone\",\"status\":1,"
	"\"state\":1,\"group_id\":null,\"directory_id\":null,"
	"\"external_id\":null,\"samaccountname\":null,"
	"\"distinguished_name\":null,\"member_of\":null,"
	"\"created_at\":\"2023-01-21T09:20:15.990Z\","
	"\"updated_at\":\"2025-02-27T16:40:11.120Z\","
	"\"activated_at\":\"2023-01-21T09:21:00.000Z\",\"last_login\":null,"
	"\"invitation_sent_at\":null,\"invalid_login_attempts\":0,"
	"\"locked_until\":null,\"password_changed_at\":null}";

static cJSON *bulk_user(const struct es_ol_call *c, int64_t i)
{
	char name[ES_GEN_NAME], text[96];
	cJSON *o = cJSON_Parse(user_form);
	size_t first;

	es_gen_name(name, es_gen_hash(c->req->world, "onelogin", BULK_GEN, i));
	first = strcspn(name, " ");
	snprintf(text, sizeof(text), "staff.%05lld@%s", (long long)i,
		 es_str(c->shown, "mail_domain", "bulk.example"));
	cJSON_SetNumberHelper(cJSON_GetObjectItemCaseSensitive(o, "id"),
			      (double)(BULK_GEN + i));
	cJSON_ReplaceItemInObjectCaseSensitive(o, "email",
					       cJSON_CreateString(text));
	cJSON_ReplaceItemInObjectCaseSensitive(o, "username",
					       cJSON_CreateString(text));
	snprintf(text, sizeof(text), "%.*s", (int)first, name);
	cJSON_ReplaceItemInObjectCaseSensitive(o, "firstname",
					       cJSON_CreateString(text));
	cJSON_ReplaceItemInObjectCaseSensitive(
		o, "lastname",
		cJSON_CreateString(name[first] ? name + first + 1 : ""));
	return o;
}

static cJSON *user_with(const struct es_ol_call *c, int64_t id)
{
	const cJSON *u;

	cJSON_ArrayForEach(u, es_get(c->shown, "users"))
		if (es_int(u, "id", -1) == id)
			return es_overlay(user_form, u, NULL);
	return NULL;
}

static cJSON *all_of(const struct es_ol_call *c, const char *member,
		     const char *form)
{
	cJSON *docs = cJSON_CreateArray();
	const cJSON *i;

	cJSON_ArrayForEach(i, es_get(c->shown, member))
		cJSON_AddItemToArray(docs, es_overlay(form, i, NULL));
	return docs;
}

static void users(struct es_ol_call *c)
{
	int64_t i, n = es_int(c->shown, "bulk_users", 0);
	cJSON *docs = all_of(c, "users", user_form);

	for (i = 0; i < n; i++)
		cJSON_AddItemToArray(docs, bulk_user(c, i));
	es_ol_list(c, docs);
}

static void roles(struct es_ol_call *c)
{
	es_ol_list(c, all_of(c, "roles",
			     "{\"id\":0,\"name\":\"\",\"apps\":[],"
			     "\"users\":[],\"admins\":[]}"));
}

static const cJSON *with_id(const struct es_ol_call *c, const char *member,
			    const char *id)
{
	const cJSON *i;
	char number[32];

	cJSON_ArrayForEach(i, es_get(c->shown, member)) {
		snprintf(number, sizeof(number), "%lld",
			 (long long)es_int(i, "id", -1));
		if (!strcmp(es_str(i, "id", number), id))
			return i;
	}
	return NULL;
}

/* Users as the user list shows them; one who was deleted is gone at once. */
static void role_people(struct es_ol_call *c, const char *member)
{
	const cJSON *role = with_id(c, "roles", c->parts[3]), *id;
	cJSON *docs, *u;

	if (!role) {
		es_ol_refuse(c, 404, "Role not found");
		return;
	}
	docs = cJSON_CreateArray();
	cJSON_ArrayForEach(id, es_get(role, member)) {
		u = user_with(c, (int64_t)id->valuedouble);
		if (u)
			cJSON_AddItemToArray(docs, u);
	}
	es_ol_list(c, docs);
}

static void role_users(struct es_ol_call *c)
{
	role_people(c, "users");
}

static void role_admins(struct es_ol_call *c)
{
	role_people(c, "admins");
}

static void groups(struct es_ol_call *c)
{
	es_ol_wrapped(c, all_of(c, "groups", "{\"id\":0,\"name\":\"\","
				"\"reference\":null}"), 50);
}

/* Without the subscription the whole of it is refused. */
static bool delegates(struct es_ol_call *c)
{
	if (es_get(c->shown, "privileges"))
		return true;
	es_ol_refuse(c, 403, "Insufficient Permissions");
	return false;
}

static void privileges(struct es_ol_call *c)
{
	static const char *const own[] = { "users", "roles", "actions",
					   NULL };
	cJSON *docs, *o, *in, *one;
	const cJSON *p;

	if (!delegates(c))
		return;
	docs = cJSON_CreateArray();
	cJSON_ArrayForEach(p, es_get(c->shown, "privileges")) {
		o = es_overlay("{\"id\":\"\",\"name\":\"\","
			       "\"description\":null}", p, own);
		in = cJSON_AddObjectToObject(o, "privilege");
		cJSON_AddStringToObject(in, "Version", "2018-05-18");
		in = cJSON_AddArrayToObject(in, "Statement");
		one = cJSON_Parse("{\"Effect\":\"Allow\",\"Scope\":[\"*\"]}");
		cJSON_AddItemToObject(one, "Action", cJSON_Duplicate(
					      es_get(p, "actions"), 1));
		cJSON_AddItemToArray(in, one);
		cJSON_AddItemToArray(docs, o);
	}
	es_ol_whole(c, docs);
}

static void holders(struct es_ol_call *c, const char *member)
{
	const cJSON *p = with_id(c, "privileges", c->parts[3]);
	cJSON *o, *ids;

	if (!delegates(c))
		return;
	if (!p) {
		es_ol_refuse(c, 404, "Privilege not found");
		return;
	}
	ids = es_get(p, member) ? cJSON_Duplicate(es_get(p, member), 1) :
				  cJSON_CreateArray();
	o = cJSON_CreateObject();
	cJSON_AddNumberToObject(o, "total", cJSON_GetArraySize(ids));
	c->ans->rows = cJSON_GetArraySize(ids);
	cJSON_AddItemToObject(o, member, ids);
	cJSON_AddNullToObject(o, "beforeCursor");
	cJSON_AddNullToObject(o, "previousLink");
	cJSON_AddNullToObject(o, "afterCursor");
	cJSON_AddNullToObject(o, "nextLink");
	es_answer_json(c->ans, 200, o);
}

static void privilege_users(struct es_ol_call *c)
{
	holders(c, "users");
}

static void privilege_roles(struct es_ol_call *c)
{
	holders(c, "roles");
}

static void apps(struct es_ol_call *c)
{
	es_ol_list(c, all_of(c, "apps",
			     "{\"id\":0,\"name\":\"\",\"visible\":true,"
			     "\"description\":null,\"notes\":"
			     "\"CANARY-onelogin-notes\",\"icon_url\":null,"
			     "\"auth_method\":2,\"policy_id\":null,"
			     "\"allow_assumed_signin\":false,\"tab_id\":null,"
			     "\"connector_id\":110016,\"created_at\":"
			     "\"2023-01-21T09:20:15.990Z\",\"updated_at\":"
			     "\"2025-01-21T09:20:15.990Z\",\"role_ids\":[],"
			     "\"provisioning\":{\"enabled\":true}}"));
}

static void servers(struct es_ol_call *c)
{
	static const char *const own[] = { "clients", NULL };
	cJSON *docs = cJSON_CreateArray();
	const cJSON *s;

	cJSON_ArrayForEach(s, es_get(c->shown, "api_authorizations"))
		cJSON_AddItemToArray(docs, es_overlay(
			"{\"id\":0,\"name\":\"\",\"description\":null,"
			"\"configuration\":{\"resource_identifier\":"
			"\"https://api.example\"}}", s, own));
	es_ol_whole(c, docs);
}

static void clients(struct es_ol_call *c)
{
	const cJSON *s = with_id(c, "api_authorizations", c->parts[3]), *k;
	cJSON *docs, *o;

	if (!s) {
		es_ol_refuse(c, 404, "Not Found");
		return;
	}
	docs = cJSON_CreateArray();
	cJSON_ArrayForEach(k, es_get(s, "clients")) {
		o = es_overlay("{\"app_id\":0,\"name\":\"\",\"scopes\":[]}", k,
			       NULL);
		cJSON_AddNumberToObject(o, "api_auth_id",
					(double)es_int(s, "id", 0));
		cJSON_AddItemToArray(docs, o);
	}
	es_ol_whole(c, docs);
}

static void mappings(struct es_ol_call *c)
{
	es_ol_whole(c, all_of(c, "mappings",
			      "{\"id\":0,\"name\":\"\",\"enabled\":true,"
			      "\"match\":\"all\",\"position\":1,"
			      "\"conditions\":[],\"actions\":[]}"));
}

static void hooks(struct es_ol_call *c)
{
	es_ol_list(c, all_of(c, "hooks",
			     "{\"id\":\"\",\"type\":\"pre-authentication\","
			     "\"disabled\":false,\"timeout\":1,\"env_vars\":"
			     "[\"API_KEY\"],\"runtime\":\"nodejs18.x\","
			     "\"retries\":\"0\",\"packages\":{},\"function\":"
			     "\"CANARY-onelogin-code\"}"));
}

static void events(struct es_ol_call *c)
{
	static const char form[] =
		"{\"id\":0,\"event_type_id\":5,\"created_at\":null,"
		"\"user_id\":null,\"user_name\":null,\"actor_user_id\":null,"
		"\"actor_user_name\":null,\"actor_system\":null,"
		"\"assuming_acting_user_id\":null,"
		"\"assumed_by_superadmin_or_reseller\":null,"
		"\"client_id\":\"CANARY-onelogin-client\",\"ipaddr\":"
		"\"203.0.113.7\",\"notes\":null,\"risk_score\":null}";
	const char *since = es_req_arg(c->req, "since");
	cJSON *docs = all_of(c, "events", form), *e;
	int i;

	for (i = cJSON_GetArraySize(docs) - 1; i >= 0; i--) {
		e = cJSON_GetArrayItem(docs, i);
		cJSON_AddNumberToObject(e, "account_id",
					(double)es_int(c->shown, "id", 0));
		if (since && strcmp(es_str(e, "created_at", ""), since) < 0)
			cJSON_DeleteItemFromArray(docs, i);
	}
	es_ol_wrapped(c, docs, 50);
}

bool es_ol_data(struct es_ol_call *c)
{
	static const struct {
		const char *path;
		void (*answer)(struct es_ol_call *c);
	} routes[] = {
		{ "api/2/users", users },
		{ "api/2/roles", roles },
		{ "api/2/roles/*/users", role_users },
		{ "api/2/roles/*/admins", role_admins },
		{ "api/1/groups", groups },
		{ "api/1/privileges", privileges },
		{ "api/1/privileges/*/users", privilege_users },
		{ "api/1/privileges/*/roles", privilege_roles },
		{ "api/2/apps", apps },
		{ "api/2/api_authorizations", servers },
		{ "api/2/api_authorizations/*/clients", clients },
		{ "api/2/mappings", mappings },
		{ "api/2/hooks", hooks },
		{ "api/1/events", events },
	};
	size_t i;

	for (i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
		if (es_ol_is(c, routes[i].path)) {
			routes[i].answer(c);
			return true;
		}
	return false;
}
