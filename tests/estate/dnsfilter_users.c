/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DNSFilter dashboard users and API keys.  Members of an organisation come
 * as plain objects under "users", all users one can see as JSON:API without
 * roles, and keys only to their own owner.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "dnsfilter.h"
#include "util/text.h"
#include "world/gen.h"

/* Members of the world's user that the service has under another name. */
static const char *const inside[] = { "provider", "about", NULL };

static const char member_defaults[] =
	"{\"id\":0,\"name\":\"\",\"email\":\"\",\"created_at\":"
	"\"2024-03-01T15:00:00Z\",\"updated_at\":\"2026-01-15T15:00:00Z\","
	"\"auth0_sub\":null,\"first_name\":\"\",\"last_name\":\"\","
	"\"phone\":\"\",\"email_verified\":true,\"mfa_enabled\":true,"
	"\"was_member_of_organization\":true,\"last_sign_in_at\":null,"
	"\"distributor_guid\":null,\"feature_flags\":[],"
	"\"distributor_id\":null,\"transferred_at\":null,\"metadata\":{},"
	"\"uuid\":\"\",\"must_reset_password\":false,\"role\":\"read_only\","
	"\"is_include_only_list\":false,\"organization_permission_ids\":[]}";

static void set_text(cJSON *o, const char *key, const char *value)
{
	cJSON_ReplaceItemInObjectCaseSensitive(o, key,
					       cJSON_CreateString(value));
}

static void set_names(cJSON *o, const cJSON *user)
{
	const char *name = es_str(user, "name", "");
	const char *blank = strchr(name, ' ');
	char first[96];

	snprintf(first, sizeof(first), "%.*s",
		 (int)(blank ? blank - name : (long)strlen(name)), name);
	if (!es_get(user, "first_name"))
		set_text(o, "first_name", first);
	if (!es_get(user, "last_name"))
		set_text(o, "last_name", blank ? blank + 1 : "");
}

static cJSON *member_object(const cJSON *user)
{
	cJSON *o = es_overlay(member_defaults, user, inside);
	char id[32], uuid[ES_UUID_TEXT], sub[96];

	snprintf(id, sizeof(id), "%lld", (long long)es_int(user, "id", 0));
	es_uuid(uuid, es_hash_str("users", id));
	snprintf(sub, sizeof(sub), "%.40s|CANARY-sub-%s",
		 es_str(user, "provider", "auth0"), id);
	set_names(o, user);
	if (!es_get(user, "uuid"))
		set_text(o, "uuid", uuid);
	set_text(o, "auth0_sub", sub);
	es_df_eastern(o);
	return o;
}

/* The one administrator every generated organisation has. */
static cJSON *generated_member(const struct es_df_org *org)
{
	cJSON *u = cJSON_CreateObject(), *o;
	char key[ES_GEN_KEY], text[64];

	es_gen_key(key, org->number);
	cJSON_AddNumberToObject(u, "id",
				(double)(ES_DF_USER_GEN + org->number));
	snprintf(text, sizeof(text), "Admin %s", key);
	cJSON_AddStringToObject(u, "name", text);
	snprintf(text, sizeof(text), "admin@%s.example", key);
	cJSON_AddStringToObject(u, "email", text);
	cJSON_AddStringToObject(u, "role", "administrator");
	o = member_object(u);
	cJSON_Delete(u);
	return o;
}

static void add_identities(cJSON *member, const cJSON *user)
{
	cJSON *list = cJSON_AddArrayToObject(member, "auth_identities"), *o;

	o = cJSON_CreateObject();
	cJSON_AddNumberToObject(o, "id",
				(double)es_int(user, "id", 0) * 10);
	cJSON_AddNumberToObject(o, "user_id",
				(double)es_int(user, "id", 0));
	cJSON_AddNullToObject(o, "enterprise_connection_id");
	cJSON_AddStringToObject(o, "sub", "CANARY-identity");
	cJSON_AddStringToObject(o, "provider",
				es_str(user, "provider", "auth0"));
	cJSON_AddTrueToObject(o, "current");
	cJSON_AddItemToArray(list, o);
}

static void list_members(struct es_df_call *c, const struct es_df_org *org)
{
	static const struct es_shape shape = { .records = "users",
					       .role = "role" };
	const char *ask = es_req_arg(c->req, "include_auth_providers");
	cJSON *body = cJSON_CreateObject(), *list, *o;
	const cJSON *u;

	list = cJSON_AddArrayToObject(body, "users");
	cJSON_ArrayForEach(u, es_get(org->rec, "users")) {
		o = member_object(u);
		if (ask && !strcmp(ask, "true"))
			add_identities(o, u);
		cJSON_AddItemToArray(list, o);
	}
	if (!org->rec)
		cJSON_AddItemToArray(list, generated_member(org));
	c->ans->rows = cJSON_GetArraySize(list);
	c->ans->shape = &shape;
	c->ans->pages = 1;
	es_answer_json(c->ans, 200, body);
}

static bool one_member(struct es_df_call *c, const struct es_df_org *org)
{
	const cJSON *u = es_at(es_get(org->rec, "users"), c->parts[3]);
	cJSON *body;

	if (!u)
		return false;
	body = cJSON_CreateObject();
	cJSON_AddItemToObject(body, "user", member_object(u));
	es_answer_json(c->ans, 200, body);
	return true;
}

/* /organizations/{id}/users[/{user}] */
static bool members(struct es_df_call *c)
{
	const struct es_df_org *org;
	int i;

	if (c->nparts < 3 || strcmp(c->parts[0], "organizations") ||
	    strcmp(c->parts[2], "users"))
		return false;
	org = es_df_org_seen(c, strtoll(c->parts[1], NULL, 10));
	if (!org)
		return false;
	for (i = 0; (c->req->twist & ES_TWIST_FOREIGN) && i < c->norgs; i++) {
		if (c->orgs[i].id != org->id) {
			org = &c->orgs[i];
			break;
		}
	}
	if (c->nparts == 4)
		return one_member(c, org);
	list_members(c, org);
	return c->nparts == 3;
}

static cJSON *user_attributes(const cJSON *user)
{
	static const char *const keep[] = { "name", "email",
					    "email_verified", "first_name",
					    "last_name", "phone",
					    "mfa_enabled", "created_at",
					    "updated_at", "last_sign_in_at",
					    "metadata",
					    "must_reset_password", NULL };
	cJSON *m = member_object(user), *a = cJSON_CreateObject();
	int64_t made = 0;
	int i;

	for (i = 0; keep[i]; i++)
		cJSON_AddItemToObject(a, keep[i],
			cJSON_DetachItemFromObjectCaseSensitive(m, keep[i]));
	cJSON_Delete(m);
	es_time_parse(es_str(user, "created_at", "2024-03-01T15:00:00Z"),
		      &made);
	cJSON_AddNumberToObject(a, "created_at_epoch_utc",
				(double)(made / 1000));
	cJSON_AddStringToObject(a, "intercom_user_verification",
				"CANARY-intercom");
	return a;
}

static void put_user(struct es_buf *out, void *ctx, const struct es_seg *seg,
		     int64_t index)
{
	char id[32];

	(void)ctx;
	(void)index;
	snprintf(id, sizeof(id), "%lld",
		 (long long)es_int(seg->rec, "id", 0));
	es_buf_take(out, es_df_document("users", seg->rec, id,
					user_attributes(seg->rec), NULL));
}

static bool already(const struct es_list *list, int64_t id)
{
	int i;

	for (i = 0; i < list->n; i++)
		if (es_int(list->segs[i].rec, "id", -1) == id)
			return true;
	return false;
}

static void list_users(struct es_df_call *c)
{
	struct es_list list = ES_LIST_INIT;
	const cJSON *u;
	int i;

	for (i = 0; i < c->norgs; i++)
		cJSON_ArrayForEach(u, es_get(c->orgs[i].rec, "users"))
			if (!already(&list, es_int(u, "id", -1)))
				es_list_add(&list, u, c->orgs[i].rec);
	cJSON_ArrayForEach(u, es_at(c->req->world->doc,
				    "dnsfilter/users_without_organization"))
		es_list_add(&list, u, NULL);
	es_df_list(c, &list, put_user);
	es_list_release(&list);
}

static void myself(struct es_df_call *c)
{
	struct es_seg seg = { .rec = c->user, .count = 1 };

	es_df_single(c, &seg, put_user, 0);
}

static void put_key(struct es_buf *out, void *ctx, const struct es_seg *seg,
		    int64_t index)
{
	static const char *const skip[] = { "id", "key", "uuid", "about",
					    NULL };
	cJSON *a = es_overlay("{\"name\":\"\",\"expiry\":null,"
			      "\"last_four\":\"\",\"token\":\"\","
			      "\"status\":\"active\",\"created_at\":"
			      "\"2026-02-01T15:00:00Z\",\"updated_at\":"
			      "\"2026-02-01T15:00:00Z\"}", seg->rec, skip);
	char text[48];

	(void)ctx;
	(void)index;
	snprintf(text, sizeof(text), "***************%.4s",
		 es_str(seg->rec, "last_four", ""));
	set_text(a, "token", text);
	snprintf(text, sizeof(text), "%lld",
		 (long long)es_int(seg->rec, "id", 0));
	es_buf_take(out, es_df_document("api_keys", seg->rec, text, a, NULL));
}

static bool key_wanted(const struct es_df_call *c, const cJSON *key)
{
	const char *name = es_req_arg(c->req, "name");
	const char *four = es_req_arg(c->req, "last_four");
	const char *expired = es_req_arg(c->req, "expired");
	int64_t ends = INT64_MAX;

	if (es_int(key, "user_id", -1) != es_int(c->user, "id", -2))
		return false;
	if ((name && strcmp(name, es_str(key, "name", ""))) ||
	    (four && strcmp(four, es_str(key, "last_four", ""))))
		return false;
	es_time_parse(es_str(key, "expiry", ""), &ends);
	return !expired ||
	       !strcmp(expired, "true") == (ends <= c->req->world->now_ms);
}

static void list_keys(struct es_df_call *c)
{
	struct es_list list = ES_LIST_INIT;
	const cJSON *k;

	cJSON_ArrayForEach(k, es_at(c->req->world->doc, "dnsfilter/api_keys"))
		if (key_wanted(c, k) &&
		    (c->nparts == 1 || es_int(k, "id", -1) ==
					       strtoll(c->parts[1], NULL, 10)))
			es_list_add(&list, k, NULL);
	if (c->nparts == 1)
		es_df_unpaged(c, &list, put_key);
	else if (list.n)
		es_df_single(c, &list.segs[0], put_key, 0);
	else
		es_df_not_found(c);
	es_list_release(&list);
}

static bool users_path(struct es_df_call *c)
{
	struct es_seg seg = { .count = 1 };
	int i;

	if (c->nparts == 1 || !strcmp(c->parts[1], "all")) {
		list_users(c);
		return true;
	}
	if (!strcmp(c->parts[1], "self")) {
		myself(c);
		return true;
	}
	for (i = 0; i < c->norgs && !seg.rec; i++)
		seg.rec = es_at(es_get(c->orgs[i].rec, "users"), c->parts[1]);
	if (seg.rec)
		es_df_single(c, &seg, put_user, 0);
	return seg.rec != NULL;
}

bool es_df_users(struct es_df_call *c)
{
	if (members(c))
		return true;
	if (!strcmp(c->parts[0], "users") && c->nparts <= 2)
		return users_path(c);
	if (!strcmp(c->parts[0], "current_user") && c->nparts == 1)
		myself(c);
	else if (!strcmp(c->parts[0], "api_keys") && c->nparts <= 2)
		list_keys(c);
	else
		return false;
	return true;
}
