/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DNSFilter's remaining lists: networks, policies, deployment users, block
 * pages, sign-on connections, scheduled reports, usage and billing.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "dnsfilter.h"
#include "util/text.h"
#include "world/gen.h"

static const char *const inside[] = { "id", "uuid", "about", NULL };

static const char *id_text(const cJSON *rec, char room[32])
{
	snprintf(room, 32, "%lld", (long long)es_int(rec, "id", 0));
	return room;
}

static void set(cJSON *o, const char *key, cJSON *value)
{
	cJSON_ReplaceItemInObjectCaseSensitive(o, key, value);
}

static cJSON *to_org(int64_t id)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddItemToObject(o, "organization",
			      es_df_reference("organizations", id));
	return o;
}

static int64_t owner_id(const struct es_seg *seg)
{
	return seg->rec ? es_int(seg->owner, "id", 0) :
			  ES_DF_ORG_GEN + seg->tenant;
}

static void put_network(struct es_buf *out, void *ctx,
			const struct es_seg *seg, int64_t index)
{
	static const char defaults[] =
		"{\"name\":\"Main site\",\"physical_address\":\"\","
		"\"latitude\":null,\"longitude\":null,"
		"\"is_legacy_vpn_active\":false,\"block_org_name\":null,"
		"\"block_email_addr\":null,\"block_page_id\":null,"
		"\"allow_all_policies\":false,\"scheduled_policy_id\":null,"
		"\"policy_id\":null,\"secret_key\":\"\",\"deleted_at\":null,"
		"\"network_type\":\"default\",\"pin\":\"\","
		"\"sitekey_auto_register_expires_at\":null,"
		"\"local_domains\":[],\"local_resolvers\":[],"
		"\"external_id\":\"\",\"description\":null,"
		"\"truncated_ip_count\":0,\"ip_count\":0}";
	cJSON *a = es_overlay(defaults, seg->rec, inside), *rel;
	char id[32], text[64];

	(void)ctx;
	(void)index;
	snprintf(id, sizeof(id), "%lld", (long long)(ES_DF_NETWORK_GEN +
						     seg->tenant));
	if (seg->rec)
		id_text(seg->rec, id);
	snprintf(text, sizeof(text), "CANARY-sitekey-%s", id);
	if (!es_get(seg->rec, "secret_key"))
		set(a, "secret_key", cJSON_CreateString(text));
	snprintf(text, sizeof(text), "CANARY-pin-%s", id);
	if (!es_get(seg->rec, "pin"))
		set(a, "pin", cJSON_CreateString(text));
	rel = to_org(owner_id(seg));
	cJSON_AddItemToObject(rel, "scheduled_policy",
			      es_df_reference("scheduled_policies", 0));
	cJSON_AddArrayToObject(cJSON_AddObjectToObject(rel, "ip_addresses"),
			       "data");
	es_buf_take(out, es_df_document("networks", seg->rec, id, a, rel));
}

static void put_policy(struct es_buf *out, void *ctx,
		       const struct es_seg *seg, int64_t index)
{
	static const char defaults[] =
		"{\"name\":\"Default\",\"organization_id\":0,"
		"\"is_global_policy\":false,\"whitelist_domains\":null,"
		"\"blacklist_domains\":null,\"blacklist_categories\":[],"
		"\"allow_applications\":[],\"block_applications\":[],"
		"\"allow_notes\":{},\"block_notes\":{},"
		"\"allowlist_updated_at\":null,\"blocklist_updated_at\":null,"
		"\"allow_unknown_domains\":true,\"allow_list_only\":false,"
		"\"lock_version\":0,\"deleted_at\":null,\"can_edit\":true}";
	cJSON *a = es_overlay(defaults, seg->rec, inside);
	char id[32];

	(void)ctx;
	(void)index;
	snprintf(id, sizeof(id), "%lld", (long long)(ES_DF_POLICY_GEN +
						     seg->tenant));
	if (seg->rec)
		id_text(seg->rec, id);
	set(a, "organization_id", cJSON_CreateNumber((double)owner_id(seg)));
	es_buf_take(out, es_df_document("policies", seg->rec, id, a,
					to_org(owner_id(seg))));
}

static void put_local_gen(struct es_buf *out, const struct es_df_call *c,
			  int64_t tenant, int64_t i)
{
	const struct es_world *w = c->req->world;
	uint64_t h = es_gen_hash(w, "df-local", tenant, i);
	char uuid[ES_UUID_TEXT], seen[ES_TIME_TEXT];

	es_uuid(uuid, h);
	es_time_eastern(seen, w->now_ms - (int64_t)(h % 864000) * 1000);
	es_buf_fmt(out, "{\"id\":\"%lld\",\"type\":\"agent_local_users\","
		   "\"uuid\":\"%s\",\"attributes\":{\"friendly_name\":null,"
		   "\"user_login\":\"GEN%lld\\\\u%lld\",\"user_name\":"
		   "\"u%lld\",\"user_remote_id\":\"S-1-5-21-%lld-%lld\","
		   "\"first_seen\":\"2025-04-01T17:07:02.294-04:00\","
		   "\"last_seen\":\"%s\",\"in_a_collection\":false,"
		   "\"collections\":[]},\"relationships\":{\"organization\":"
		   "{\"data\":{\"id\":\"%lld\",\"type\":\"organizations\"}},"
		   "\"policy\":{\"data\":null}}}",
		   (long long)(h >> 16) % 900000000000 + ES_DF_LOCAL_GEN, uuid,
		   (long long)tenant, (long long)i, (long long)i,
		   (long long)tenant, (long long)i, seen,
		   (long long)(ES_DF_ORG_GEN + tenant));
}

static void put_local(struct es_buf *out, void *ctx, const struct es_seg *seg,
		      int64_t index)
{
	static const char defaults[] =
		"{\"friendly_name\":null,\"user_login\":\"\",\"user_name\":"
		"\"\",\"user_remote_id\":null,\"first_seen\":null,"
		"\"last_seen\":null,\"in_a_collection\":false,"
		"\"collections\":[]}";
	cJSON *rel;
	char id[32];

	if (!seg->rec) {
		put_local_gen(out, ctx, seg->tenant, index);
		return;
	}
	rel = to_org(owner_id(seg));
	cJSON_AddItemToObject(rel, "policy", es_df_reference("policies", 0));
	cJSON_AddItemToObject(rel, "scheduled_policy",
			      es_df_reference("scheduled_policies", 0));
	cJSON_AddItemToObject(rel, "block_page",
			      es_df_reference("block_pages", 0));
	es_buf_take(out, es_df_document("agent_local_users", seg->rec,
					id_text(seg->rec, id),
					es_overlay(defaults, seg->rec,
						   inside), rel));
}

static void put_block_page(struct es_buf *out, void *ctx,
			   const struct es_seg *seg, int64_t index)
{
	cJSON *a = es_overlay("{\"name\":\"\",\"organization_id\":0,"
			      "\"block_org_name\":null,\"block_email_addr\":"
			      "null,\"block_logo_uuid\":null,"
			      "\"block_redirect_url\":null,\"is_global\":"
			      "false}", seg->rec, inside);
	char id[32];

	(void)index;
	set(a, "organization_id", cJSON_CreateNumber((double)owner_id(seg)));
	if (((const struct es_df_call *)ctx)->bare) {
		cJSON_AddStringToObject(a, "id", id_text(seg->rec, id));
		es_buf_take(out, a);
		return;
	}
	es_buf_take(out, es_df_document("block_pages", seg->rec,
					id_text(seg->rec, id), a, NULL));
}

/* Attributes only: no id, no type, no links. */
static void put_connection(struct es_buf *out, void *ctx,
			   const struct es_seg *seg, int64_t index)
{
	cJSON *o = cJSON_CreateObject(), *a;

	(void)ctx;
	(void)index;
	a = es_overlay("{\"id\":0,\"organization_id\":0,"
		       "\"default_organization_id\":null,\"name\":\"\","
		       "\"display_name\":\"\",\"role_default\":1,"
		       "\"role_map\":[],\"idp\":\"azure\","
		       "\"authorized_domains\":[],\"conn_id\":\"\","
		       "\"sub_prefix\":\"\"}", seg->rec, NULL);
	set(a, "organization_id", cJSON_CreateNumber((double)owner_id(seg)));
	cJSON_AddItemToObject(o, "attributes", a);
	es_buf_take(out, o);
}

static void put_report(struct es_buf *out, void *ctx,
		       const struct es_seg *seg, int64_t index)
{
	cJSON *a = es_overlay("{\"organization_id\":0,\"frequency\":"
			      "\"weekly\",\"day_of_week\":\"monday\","
			      "\"send_to_dashboard_users\":false,"
			      "\"scheduled_report_recipients\":[],"
			      "\"selected_sub_orgs\":[]}", seg->rec, inside);
	char id[32];

	(void)ctx;
	(void)index;
	set(a, "organization_id", cJSON_CreateNumber((double)owner_id(seg)));
	es_buf_take(out, es_df_document("scheduled_reports", seg->rec,
					id_text(seg->rec, id), a, NULL));
}

static void put_scheduled_policy(struct es_buf *out, void *ctx,
				 const struct es_seg *seg, int64_t index)
{
	char id[32];

	(void)ctx;
	(void)index;
	es_buf_take(out, es_df_document("scheduled_policies", seg->rec,
					id_text(seg->rec, id),
					es_overlay("{}", seg->rec, inside),
					to_org(owner_id(seg))));
}

static bool not_deleted(const struct es_df_call *c, const cJSON *rec)
{
	return c->all || !es_str(rec, "deleted_at", NULL);
}

static bool policy_wanted(const struct es_df_call *c, const cJSON *rec)
{
	const char *ask = es_req_arg(c->req, "include_global_policies");

	if (es_true(rec, "is_global_policy", false) &&
	    !(ask && !strcmp(ask, "true")))
		return false;
	return not_deleted(c, rec);
}

static bool local_wanted(const struct es_df_call *c, const cJSON *rec)
{
	const char *search = es_req_arg(c->req, "search");

	return !search || strcasestr(es_str(rec, "user_login", ""), search);
}

struct resource {
	const char *name;
	es_put_fn *put;
	es_df_filter_fn *filter;
	bool paged;
	bool one_org;		/* organization_id must be given */
	unsigned int scope;
};

#define BY_IDS (ES_DF_BY_IDS | ES_DF_BY_MSP | ES_DF_ELSE_HOME)

static const struct resource resources[] = {
	{ "networks", put_network, not_deleted, true, false, 0 },
	{ "policies", put_policy, policy_wanted, true, false, ES_DF_BY_ID },
	{ "agent_local_users", put_local, local_wanted, true, false, BY_IDS },
	{ "block_pages", put_block_page, NULL, true, false, ES_DF_BY_ID },
	{ "scheduled_policies", put_scheduled_policy, NULL, true, false, 0 },
	{ "enterprise_connections", put_connection, NULL, false, true,
	  ES_DF_BY_ID },
	{ "scheduled_reports", put_report, NULL, false, true, ES_DF_BY_ID },
};

static int64_t generated(const struct es_df_call *c, const char *name)
{
	if (!strcmp(name, "networks") || !strcmp(name, "policies"))
		return 1;
	if (!strcmp(name, "agent_local_users") &&
	    !es_req_arg(c->req, "search"))
		return c->req->world->gen.local_users_per_org;
	return 0;
}

static void list_resource(struct es_df_call *c, const struct resource *r,
			  unsigned int scope)
{
	struct es_list list = ES_LIST_INIT;

	c->scope = scope;
	c->bare = !strcmp(es_str(es_get(c->req->world->doc, "dnsfilter"),
				 "bare", ""), r->name);
	es_df_collect(c, r->name, r->filter, generated(c, r->name), &list);
	if (r->paged)
		es_df_list(c, &list, r->put);
	else
		es_df_unpaged(c, &list, r->put);
	es_list_release(&list);
}

static bool one_record(struct es_df_call *c, const struct resource *r)
{
	const cJSON *rec = NULL;
	int i;

	for (i = 0; i < c->norgs && !rec; i++) {
		struct es_seg seg = { .owner = c->orgs[i].rec, .count = 1 };

		rec = es_at(es_get(c->orgs[i].rec, r->name), c->parts[1]);
		seg.rec = rec;
		if (rec)
			es_df_single(c, &seg, r->put, 0);
	}
	return rec != NULL;
}

/* What /networks/msp answers for the MSP's own organisation is not known;
 * the world may say that it is all its customers' networks. */
static bool msp_networks(struct es_df_call *c, const struct resource *r)
{
	const cJSON *df = es_get(c->req->world->doc, "dnsfilter");
	const char *id = es_req_arg(c->req, "organization_id");
	const struct es_df_org *org;

	c->all = c->nparts == 3;
	org = id ? es_df_org_seen(c, strtoll(id, NULL, 10)) : NULL;
	if (!org)
		return false;
	if (cJSON_IsNumber(es_get(org->rec, "owned_msp_id")) &&
	    !strcmp(es_str(df, "msp_networks", "own"), "all"))
		list_resource(c, r, 0);
	else
		list_resource(c, r, ES_DF_BY_ID);
	return true;
}

static void network_counts(struct es_df_call *c)
{
	struct es_list list = ES_LIST_INIT;
	cJSON *o = cJSON_CreateObject(), *p;

	c->scope = BY_IDS;
	es_df_collect(c, "networks", not_deleted, 1, &list);
	cJSON_AddNumberToObject(o, "all", (double)list.total);
	p = cJSON_AddObjectToObject(o, "protected");
	cJSON_AddArrayToObject(p, "network_ids");
	cJSON_AddNumberToObject(p, "count", (double)list.total);
	p = cJSON_AddObjectToObject(o, "unprotected");
	cJSON_AddArrayToObject(p, "network_ids");
	cJSON_AddNumberToObject(p, "count", 0);
	cJSON_AddNumberToObject(o, "offline", 0);
	es_list_release(&list);
	es_answer_json(c->ans, 200, o);
}

static bool resource_path(struct es_df_call *c, const struct resource *r)
{
	const char *what = c->nparts > 1 ? c->parts[1] : "";
	bool networks = !strcmp(r->name, "networks");
	const char *org = es_req_arg(c->req, "organization_id");

	if (networks && !strcmp(what, "msp"))
		return msp_networks(c, r);
	if (networks && !strcmp(what, "counts")) {
		network_counts(c);
		return true;
	}
	if (c->nparts > 2)
		return false;
	if (*what && strcmp(what, "all"))
		return one_record(c, r);
	if (r->one_org &&
	    (!org || !es_df_org_seen(c, strtoll(org, NULL, 10))))
		return false;
	c->all = *what != '\0';
	list_resource(c, r, r->scope);
	return true;
}

/* "2026-11-01", at most a year apart. */
static bool range_ok(const char *from, const char *to)
{
	char a[40], b[40];
	int64_t start, end;

	if (!from || !to)
		return false;
	snprintf(a, sizeof(a), "%.20sT00:00:00Z", from);
	snprintf(b, sizeof(b), "%.20sT00:00:00Z", to);
	return es_time_parse(a, &start) && es_time_parse(b, &end) &&
	       end >= start && end - start <= (int64_t)365 * 86400000;
}

static void add_range(struct es_df_call *c, cJSON *data)
{
	const char *from = es_req_arg(c->req, "from");
	const char *to = es_req_arg(c->req, "to");
	char today[ES_TIME_TEXT], first[ES_TIME_TEXT];

	es_time_date(today, c->req->world->now_ms);
	snprintf(first, sizeof(first), "%.8s01", today);
	cJSON_AddStringToObject(data, "from", from ? from : first);
	cJSON_AddStringToObject(data, "to", to ? to : today);
	cJSON_AddNumberToObject(data, "days_in_period", 30);
}

static bool usage(struct es_df_call *c)
{
	static const char detailed[] =
		"{\"plan\":\"undeclared\",\"term\":\"monthly\","
		"\"allocated_roaming_clients\":1,\"roaming_clients_in_use\":0,"
		"\"allocated_network_traffic\":0,\"network_traffic_in_use\":0,"
		"\"user_count\":0,\"wifi_count\":0}";
	const struct es_df_org *org;
	cJSON *o, *data;
	bool plain;

	if (c->nparts != 3 || strncmp(c->parts[1], "organization_usage", 18))
		return false;
	plain = !strcmp(c->parts[1], "organization_usage");
	org = es_df_org_seen(c, strtoll(c->parts[2], NULL, 10));
	if (!org)
		return false;
	if (plain && !range_ok(es_req_arg(c->req, "from"),
			       es_req_arg(c->req, "to"))) {
		es_df_error(c->ans, 400, "from and to are required and at "
			    "most 365 days apart");
		return true;
	}
	o = cJSON_CreateObject();
	data = es_overlay(plain ? "{\"plan\":\"undeclared\",\"term\":"
				  "\"monthly\",\"user_count\":0,"
				  "\"wifi_count\":0,\"total_requests\":0,"
				  "\"estimated_users\":0}" : detailed,
			  es_get(org->rec, "usage"), NULL);
	cJSON_AddNumberToObject(data, "organization_id", (double)org->id);
	add_range(c, data);
	cJSON_AddItemToObject(o, "data", data);
	cJSON_AddNumberToObject(cJSON_AddObjectToObject(o, "meta"),
				"queries_per_user", 6000);
	es_answer_json(c->ans, 200, o);
	return true;
}

static bool money(struct es_df_call *c)
{
	const char *id = es_req_arg(c->req, "organization_id");
	const struct es_df_org *org =
		id ? es_df_org_seen(c, strtoll(id, NULL, 10)) : NULL;
	cJSON *o;

	if (!strcmp(c->parts[0], "billing") && c->nparts == 1 && org) {
		o = es_overlay("{}", es_get(org->rec, "billing"), NULL);
	} else if (!strcmp(c->parts[0], "invoices") && c->nparts == 1) {
		o = cJSON_CreateObject();
		cJSON_AddArrayToObject(o, "data");
	} else if (!strcmp(c->parts[0], "invoices") && c->nparts == 2 &&
		   !strcmp(c->parts[1], "current")) {
		o = cJSON_CreateObject();
		cJSON_AddObjectToObject(o, "month_to_date");
	} else {
		return false;
	}
	es_answer_json(c->ans, 200, o);
	return true;
}

bool es_df_rest(struct es_df_call *c)
{
	size_t i;

	for (i = 0; i < sizeof(resources) / sizeof(resources[0]); i++)
		if (!strcmp(resources[i].name, c->parts[0]))
			return resource_path(c, &resources[i]);
	if (!strcmp(c->parts[0], "metrics"))
		return usage(c);
	return money(c);
}
