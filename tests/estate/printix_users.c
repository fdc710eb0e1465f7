/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Printix users.  The list knows two roles only: managers exist in the world
 * but no application ever sees them, and without `role` it holds guests.
 */
#include <string.h>
#include <strings.h>

#include "printix.h"
#include "util/text.h"
#include "world/gen.h"

#define SEES_USER 1u
#define SEES_GUEST 2u

static bool role_filter(const char *text, unsigned int *ret)
{
	*ret = SEES_GUEST;
	if (!text)
		return true;
	*ret = 0;
	while (*text) {
		size_t n = strcspn(text, ",");

		if (n == 4 && !strncmp(text, "USER", n))
			*ret |= SEES_USER;
		else if (n == 10 && !strncmp(text, "GUEST_USER", n))
			*ret |= SEES_GUEST;
		else
			return false;
		text += text[n] ? n + 1 : n;
	}
	return *ret != 0;
}

static unsigned int role_bit(const cJSON *user)
{
	const char *role = es_str(user, "role", "USER");

	if (!strcmp(role, "USER"))
		return SEES_USER;
	return strcmp(role, "GUEST_USER") ? 0 : SEES_GUEST;
}

static bool query_matches(const cJSON *user, const char *query)
{
	return !query || strcasestr(es_str(user, "email", ""), query) ||
	       strcasestr(es_str(user, "fullName", ""), query);
}

static void put_written(struct es_buf *out, const struct es_px_call *c,
			const cJSON *user)
{
	static const char *const skip[] = { "id", "cards", NULL };
	static const char defaults[] =
		"{\"email\":\"\",\"fullName\":\"\",\"role\":\"USER\","
		"\"expirationTimestamp\":null,\"sendWelcomeEmail\":false,"
		"\"sendExpirationEmail\":false}";
	cJSON *o = es_overlay(defaults, user, skip);

	cJSON_AddStringToObject(o, "id", es_str(user, "id", ""));
	cJSON_AddStringToObject(o, "tenantId", c->shown.id);
	es_buf_take(out, o);
}

/* Generated: users first, then guests, so that each filter is a range.  The
 * bulk of a written tenant has users only. */
static void put_generated(struct es_buf *out, const struct es_px_call *c,
			  int64_t tenant, int64_t i)
{
	const struct es_world *w = c->req->world;
	bool guest = !c->shown.rec && i >= w->gen.users_per_tenant;
	uint64_t h = es_gen_hash(w, "px-user", tenant, i);
	char id[ES_UUID_TEXT], name[ES_GEN_NAME], ends[ES_TIME_TEXT];
	char key[ES_GEN_KEY], domain[ES_GEN_KEY + 16];

	es_uuid(id, h);
	es_gen_name(name, h);
	es_gen_key(key, tenant);
	snprintf(domain, sizeof(domain), "%s.example", key);
	es_time_iso(ends, w->now_ms + (int64_t)(h % 400) * 86400000);
	es_buf_fmt(out, "{\"id\":\"%s\",\"tenantId\":\"%s\",\"email\":\""
		   "u%lld.%04x@%s\",\"fullName\":\"%s %lld\",\"role\":"
		   "\"%s\",\"expirationTimestamp\":", id, c->shown.id,
		   (long long)i, (unsigned int)(h >> 16) & 0xffff,
		   es_str(c->shown.rec, "mail_domain", domain), name,
		   (long long)i, guest ? "GUEST_USER" : "USER");
	es_buf_json(out, guest ? ends : NULL);
	es_buf_fmt(out, ",\"sendWelcomeEmail\":false,\"sendExpirationEmail\""
		   ":false,\"dateAdded\":\"20%02d-0%d-1%dT09:14:03Z\","
		   "\"status\":\"ACTIVE\"}", 20 + (int)((h >> 8) % 6),
		   1 + (int)((h >> 12) % 9), (int)((h >> 20) % 10));
}

static void put_user(struct es_buf *out, void *ctx, const struct es_seg *seg,
		     int64_t index)
{
	if (seg->rec)
		put_written(out, ctx, seg->rec);
	else
		put_generated(out, ctx, seg->tenant, index);
}

static void collect(const struct es_px_call *c, unsigned int roles,
		    struct es_list *list)
{
	const struct es_gen *g = &c->req->world->gen;
	const char *query = es_req_arg(c->req, "query");
	const cJSON *u;

	cJSON_ArrayForEach(u, es_get(c->shown.rec, "users"))
		if ((role_bit(u) & roles) && query_matches(u, query))
			es_list_add(list, u, c->shown.rec);
	if (query)
		return;
	if (c->shown.rec) {
		es_list_add_range(list, ES_PX_BULK_GEN, 0,
				  roles & SEES_USER ?
				  es_int(c->shown.rec, "bulk_users", 0) : 0);
		return;
	}
	if (roles & SEES_USER)
		es_list_add_range(list, c->shown.number, 0,
				  g->users_per_tenant);
	if (roles & SEES_GUEST)
		es_list_add_range(list, c->shown.number, g->users_per_tenant,
				  g->guests_per_tenant);
}

static void list_users(struct es_px_call *c)
{
	const char *role = es_req_arg(c->req, "role");
	struct es_list list = ES_LIST_INIT;
	struct es_buf text = ES_BUF_INIT;
	unsigned int roles;

	if (!strcmp(c->token.kind, ES_PX_WORKSTATION)) {
		es_px_error(c->ans, 401, "Access is denied");
		return;
	}
	if (!role_filter(role, &roles)) {
		es_buf_fmt(&text, "Invalid role: %s", role);
		es_px_error(c->ans, 400, text.p);
		es_buf_release(&text);
		return;
	}
	collect(c, roles, &list);
	es_px_list(c, "users", &list, put_user);
	es_list_release(&list);
}

static const cJSON *visible_user(const struct es_px_call *c)
{
	const cJSON *u = es_at(es_get(c->shown.rec, "users"), c->parts[1]);

	if (!u || strcmp(es_str(u, "id", ""), c->parts[1]))
		return NULL;
	return role_bit(u) ? u : NULL;
}

static void one_user(struct es_px_call *c, const cJSON *user)
{
	struct es_buf *out = &c->ans->body;

	c->ans->status = 200;
	es_buf_str(out, "{\"success\":true,\"message\":\"OK\",\"user\":");
	put_written(out, c, user);
	es_buf_str(out, "}");
}

static void put_card(struct es_buf *out, void *ctx, const struct es_seg *seg,
		     int64_t index)
{
	cJSON *o = cJSON_CreateObject(), *links;

	(void)index;
	links = cJSON_AddObjectToObject(o, "_links");
	cJSON_AddItemToObject(links, "self", es_px_link(ctx,
			      "/cloudprint/tenants/%s/cards/%s",
			      ((struct es_px_call *)ctx)->shown.id,
			      cJSON_IsString(seg->rec) ?
			      seg->rec->valuestring : ""));
	es_buf_take(out, o);
}

static void list_cards(struct es_px_call *c, const cJSON *user)
{
	struct es_list list = ES_LIST_INIT;
	const cJSON *card;

	cJSON_ArrayForEach(card, es_get(user, "cards"))
		es_list_add(&list, card, user);
	es_px_list(c, "cards", &list, put_card);
	es_list_release(&list);
}

void es_px_users(struct es_px_call *c)
{
	const cJSON *user;

	if (c->nparts == 1) {
		list_users(c);
		return;
	}
	user = visible_user(c);
	if (!user || strcmp(c->token.kind, ES_PX_CARDS))
		es_px_error(c->ans, 404, "User not found");
	else if (c->nparts == 2)
		one_user(c, user);
	else if (c->nparts == 3 && !strcmp(c->parts[2], "cards"))
		list_cards(c, user);
	else
		es_px_error(c->ans, 404, "Not Found");
}
