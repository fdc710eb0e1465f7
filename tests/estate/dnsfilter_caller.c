/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who calls DNSFilter and what he sees: staff of the MSP reach the MSP's
 * customers through their include or exclude list, everybody else only the
 * organisations that list him.
 */
#include <stdlib.h>
#include <string.h>

#include "dnsfilter.h"
#include "util/alloc.h"
#include "util/text.h"
#include "world/gen.h"

static const cJSON *orgs_of(const struct es_world *w)
{
	return es_at(w->doc, "dnsfilter/organizations");
}

static const cJSON *member_of(const cJSON *org, int64_t user_id)
{
	const cJSON *u;

	cJSON_ArrayForEach(u, es_get(org, "users"))
		if (es_int(u, "id", -1) == user_id)
			return u;
	return NULL;
}

static const cJSON *find_key(const struct es_req *req, const char *text)
{
	const cJSON *k;

	cJSON_ArrayForEach(k, es_at(req->world->doc, "dnsfilter/api_keys"))
		if (*text && !strcmp(es_str(k, "key", ""), text))
			return k;
	return NULL;
}

static bool key_is_good(const struct es_df_call *c, const char *text)
{
	const char *expiry = es_str(c->key, "expiry", NULL);
	int64_t ends;

	if (strcmp(es_str(c->key, "status", "active"), "active") ||
	    es_state_is_revoked(c->req->state, text))
		return false;
	return !expiry || !es_time_parse(expiry, &ends) ||
	       ends > c->req->world->now_ms;
}

bool es_df_identify(struct es_df_call *c)
{
	const char *text = c->req->authorization;
	int64_t id;

	if (!strncmp(text, "Bearer ", 7))
		text += 7;
	c->key = find_key(c->req, text);
	if (!c->key)
		return false;
	id = es_int(c->key, "user_id", -1);
	snprintf(c->req->who, sizeof(c->req->who), "key:%s",
		 es_str(c->key, "name", "?"));
	if (c->req->twist & ES_TWIST_KILL_TOKEN)
		es_state_revoke(c->req->state, text);
	if (!key_is_good(c, text))
		return false;
	cJSON_ArrayForEach(c->home, orgs_of(c->req->world)) {
		c->user = member_of(c->home, id);
		if (c->user)
			return true;
	}
	return false;
}

static void add_org(struct es_df_call *c, const cJSON *rec, int64_t number,
		    int64_t id)
{
	if ((c->norgs & (c->norgs - 1)) == 0)
		c->orgs = es_grow(c->orgs,
				  (size_t)(c->norgs ? c->norgs * 2 : 1),
				  sizeof(*c->orgs));
	c->orgs[c->norgs++] = (struct es_df_org){ rec, number, id };
}

static bool unrestricted(const char *role)
{
	return !strcmp(role, "owner") || !strcmp(role, "super_administrator");
}

static bool reaches(const cJSON *member, int64_t org)
{
	const cJSON *i;
	bool listed = false;

	if (unrestricted(es_str(member, "role", "")))
		return true;
	cJSON_ArrayForEach(i, es_get(member, "organization_permission_ids"))
		listed = listed || (int64_t)i->valuedouble == org;
	return es_true(member, "is_include_only_list", false) == listed;
}

/* Customers of the MSP that owns `msp`, written ones then generated ones. */
static void see_customers(struct es_df_call *c, const cJSON *msp,
			  const cJSON *member)
{
	const struct es_world *w = c->req->world;
	int64_t owned = es_int(msp, "owned_msp_id", -1), i;
	const cJSON *o;

	cJSON_ArrayForEach(o, orgs_of(w)) {
		int64_t id = es_int(o, "id", -1);

		if (es_int(o, "managed_by_msp_id", -2) == owned &&
		    reaches(member, id) && !es_df_org_seen(c, id))
			add_org(c, o, -1, id);
	}
	for (i = 0; i < w->gen.customers; i++)
		if (reaches(member, ES_DF_ORG_GEN + i))
			add_org(c, NULL, i, ES_DF_ORG_GEN + i);
}

void es_df_see(struct es_df_call *c)
{
	int64_t me = es_int(c->user, "id", -1);
	const cJSON *o, *member;

	cJSON_ArrayForEach(o, orgs_of(c->req->world)) {
		member = member_of(o, me);
		if (!member)
			continue;
		if (!es_df_org_seen(c, es_int(o, "id", -1)))
			add_org(c, o, -1, es_int(o, "id", -1));
		if (cJSON_IsNumber(es_get(o, "owned_msp_id")))
			see_customers(c, o, member);
	}
}

const struct es_df_org *es_df_org_seen(const struct es_df_call *c, int64_t id)
{
	int i;

	for (i = 0; i < c->norgs; i++)
		if (c->orgs[i].id == id)
			return &c->orgs[i];
	return NULL;
}

const char *es_df_role_in(const struct es_df_call *c,
			  const struct es_df_org *org)
{
	const cJSON *m = member_of(org->rec, es_int(c->user, "id", -1));

	return es_str(m ? m : c->user, "role", "read_only");
}

const char *es_df_org_name(const struct es_df_org *org, char room[64])
{
	char key[ES_GEN_KEY];

	if (org->rec)
		return es_str(org->rec, "name", "");
	es_gen_key(key, org->number);
	snprintf(room, 64, "Customer %s", key);
	return room;
}

static bool names_org(const struct es_df_call *c, const char *arg)
{
	if (!strcmp(arg, "organization_id"))
		return c->scope & ES_DF_BY_ID;
	return (c->scope & ES_DF_BY_IDS) &&
	       (!strcmp(arg, "organization_ids") ||
		!strcmp(arg, "organization_ids[]"));
}

static bool of_msp(const struct es_df_call *c, const struct es_df_org *o,
		   const char *msp)
{
	int64_t id = strtoll(msp, NULL, 10);

	if (!o->rec)
		return id == es_int(es_get(c->req->world->doc, "dnsfilter"),
				    "msp_id", -1);
	return es_int(o->rec, "managed_by_msp_id", -1) == id;
}

/* "1,2" in one argument counts as both. */
static bool lists_id(const char *value, int64_t id)
{
	while (*value) {
		if (strtoll(value, NULL, 10) == id)
			return true;
		value += strcspn(value, ",");
		value += *value == ',';
	}
	return false;
}

bool es_df_org_wanted(const struct es_df_call *c, const struct es_df_org *o)
{
	const struct es_req *req = c->req;
	bool asked = false, named = false;
	int i;

	for (i = 0; i < req->nargs; i++) {
		const char *value = req->args[i].value;

		if (names_org(c, req->args[i].name)) {
			asked = true;
			named = named || lists_id(value, o->id);
		} else if ((c->scope & ES_DF_BY_MSP) &&
			   !strcmp(req->args[i].name, "msp_id")) {
			asked = true;
			named = named || of_msp(c, o, value);
		}
	}
	if (asked && (req->twist & ES_TWIST_FOREIGN))
		return !named;
	if (!asked && (c->scope & ES_DF_ELSE_HOME))
		return o->rec == c->home;
	return !asked || named;
}
