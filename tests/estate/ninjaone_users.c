/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NinjaOne's people: technicians, end users and roles.  The same person has
 * other members in each of the calls, which is why a reader needs two.
 */
#include <string.h>

#include "ninjaone.h"
#include "util/text.h"

#define NAME_DEFAULTS "\"enabled\":true,\"phone\":\"CANARY-phone\"," \
	"\"mustChangePw\":false,\"mfaConfigured\":true," \
	"\"invitationStatus\":\"REGISTERED\",\"assignedDeviceIds\":[]"

static void add_uid(cJSON *o, const cJSON *user)
{
	char uid[ES_UUID_TEXT];

	es_uuid(uid, es_hash(7, "ninjaone-user",
			     (uint64_t)es_int(user, "id", 0), 0));
	if (!es_get(o, "uid"))
		cJSON_AddStringToObject(o, "uid", uid);
}

static cJSON *technician(const cJSON *user)
{
	static const char *const skip[] = { "permitAllClients", "roles",
					    NULL };
	cJSON *o = es_overlay("{" NAME_DEFAULTS ",\"scimUser\":false,"
			      "\"authType\":\"NATIVE\","
			      "\"userType\":\"TECHNICIAN\","
			      "\"notifyAllClients\":false,"
			      "\"administrator\":false}", user, skip);

	add_uid(o, user);
	cJSON_AddNullToObject(o, "roles");
	return o;
}

static cJSON *end_user(const cJSON *user, const cJSON *org)
{
	static const char *const skip[] = { "deviceIds", "roles", NULL };
	cJSON *o = es_overlay("{" NAME_DEFAULTS ",\"scimUser\":false,"
			      "\"authType\":\"NATIVE\","
			      "\"userType\":\"END_USER\","
			      "\"fullPortalAccess\":false}", user, skip);
	const cJSON *ids = es_get(user, "deviceIds");

	add_uid(o, user);
	cJSON_AddNumberToObject(o, "organizationId",
				(double)es_int(org, "id", 0));
	cJSON_AddItemToObject(o, "accessibleDeviceIds",
			      ids ? cJSON_Duplicate(ids, 1) :
				    cJSON_CreateArray());
	return o;
}

/* The union of both; org NULL: a technician. */
static cJSON *user_record(const struct es_nj_call *c, const cJSON *user,
			  const cJSON *org)
{
	static const char *const skip[] = { "authType", "scimUser",
					    "fullPortalAccess", "roles",
					    NULL };
	const char *wanted = es_req_arg(c->req, "includeRoles");
	const cJSON *roles = es_get(user, "roles");
	cJSON *o = es_overlay("{" NAME_DEFAULTS ",\"administrator\":false,"
			      "\"permitAllClients\":false,"
			      "\"notifyAllClients\":false,\"deviceIds\":[]}",
			      user, skip);

	add_uid(o, user);
	cJSON_AddStringToObject(o, "userType",
				org ? "END_USER" : "TECHNICIAN");
	if (org)
		cJSON_AddNumberToObject(o, "organizationId",
					(double)es_int(org, "id", 0));
	if (!wanted || strcmp(wanted, "true"))
		cJSON_AddNullToObject(o, "roles");
	else
		cJSON_AddItemToObject(o, "roles",
				      roles ? cJSON_Duplicate(roles, 1) :
					      cJSON_CreateArray());
	return o;
}

static bool type_wanted(const struct es_nj_call *c, const char *arg,
			const char *type)
{
	const char *wanted = es_req_arg(c->req, arg);

	return !wanted || !strcmp(wanted, type);
}

static cJSON *users(const struct es_nj_call *c)
{
	cJSON *list = cJSON_CreateArray();
	const cJSON *org, *i;

	cJSON_ArrayForEach(i, es_get(c->world, "technicians"))
		if (type_wanted(c, "userType", "TECHNICIAN"))
			cJSON_AddItemToArray(list, user_record(c, i, NULL));
	cJSON_ArrayForEach(org, es_get(c->world, "organizations"))
		cJSON_ArrayForEach(i, es_get(org, "end_users"))
			if (type_wanted(c, "userType", "END_USER"))
				cJSON_AddItemToArray(list,
						     user_record(c, i, org));
	return list;
}

static cJSON *technicians(const struct es_nj_call *c)
{
	cJSON *list = cJSON_CreateArray();
	const cJSON *i;

	cJSON_ArrayForEach(i, es_get(c->world, "technicians"))
		cJSON_AddItemToArray(list, technician(i));
	return list;
}

static cJSON *end_users(const struct es_nj_call *c)
{
	cJSON *list = cJSON_CreateArray();
	const cJSON *org, *i;

	cJSON_ArrayForEach(org, es_get(c->world, "organizations"))
		cJSON_ArrayForEach(i, es_get(org, "end_users"))
			cJSON_AddItemToArray(list, end_user(i, org));
	return list;
}

static void of_organization(struct es_nj_call *c)
{
	const cJSON *org = es_nj_org(c, es_nj_number(c, 1)), *i;
	cJSON *list;

	if (!org) {
		es_nj_not_found(c);
		return;
	}
	list = cJSON_CreateArray();
	cJSON_ArrayForEach(i, es_get(org, "end_users"))
		cJSON_AddItemToArray(list, user_record(c, i, org));
	es_nj_all(c, list);
}

/* Members are written by id alone and served with name and address. */
static void add_member(const struct es_nj_call *c, cJSON *members,
		       const cJSON *member)
{
	cJSON *o = cJSON_Duplicate(member, 1);
	const cJSON *user;
	char name[128];

	cJSON_ArrayForEach(user, es_get(c->world, "technicians")) {
		if (es_int(user, "id", -1) != es_int(member, "id", -2))
			continue;
		snprintf(name, sizeof(name), "%s %s",
			 es_str(user, "firstName", ""),
			 es_str(user, "lastName", ""));
		cJSON_AddStringToObject(o, "email",
					es_str(user, "email", ""));
		cJSON_AddStringToObject(o, "name", name);
	}
	cJSON_AddItemToArray(members, o);
}

static cJSON *roles(const struct es_nj_call *c)
{
	static const char *const skip[] = { "members", NULL };
	cJSON *list = cJSON_CreateArray(), *o, *members;
	const cJSON *i, *k;

	cJSON_ArrayForEach(i, es_get(c->world, "roles")) {
		if (!type_wanted(c, "roleType",
				 es_str(i, "type", "TECHNICIAN")))
			continue;
		o = es_overlay("{\"type\":\"TECHNICIAN\",\"description\":"
			       "\"\"}", i, skip);
		members = cJSON_AddArrayToObject(o, "members");
		cJSON_ArrayForEach(k, es_get(i, "members"))
			add_member(c, members, k);
		cJSON_AddItemToArray(list, o);
	}
	return list;
}

bool es_nj_users(struct es_nj_call *c)
{
	if (es_nj_is(c, "users"))
		es_nj_all(c, users(c));
	else if (es_nj_is(c, "user/technicians"))
		es_nj_all(c, technicians(c));
	else if (es_nj_is(c, "user/end-users"))
		es_nj_all(c, end_users(c));
	else if (es_nj_is(c, "user/roles"))
		es_nj_all(c, roles(c));
	else if (es_nj_is(c, "organization/*/end-users"))
		of_organization(c);
	else
		return false;
	return true;
}
