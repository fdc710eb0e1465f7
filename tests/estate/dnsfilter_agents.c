/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DNSFilter Roaming Clients.  A client that went silent still reads
 * "protected" unless new_agent_states is asked for; the /all twin also has
 * deleted rows, and no state.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "dnsfilter.h"
#include "util/text.h"
#include "world/gen.h"

/* Offline, with new_agent_states, once silent for a day. */
#define OFFLINE_MS ((int64_t)86400000)

static const char defaults[] =
	"{\"agent_type\":\"windows\",\"agent_version\":\"2.2.0\","
	"\"agent_state\":\"protected\",\"client_id\":\"\",\"hostname\":\"\","
	"\"status\":\"active\",\"status_code\":null,\"status_message\":null,"
	"\"os_version\":\"Microsoft Windows NT 10.0.22631.0\","
	"\"os_name\":\"Microsoft Windows 11 Pro\",\"friendly_name\":null,"
	"\"tags\":null,\"current_user\":null,\"created_at\":"
	"\"2025-08-13T16:47:35.954Z\",\"updated_at\":"
	"\"2026-03-24T12:40:59.628Z\",\"uninstalled_at\":null,"
	"\"uninstall_queued_at\":null,\"id_hex\":\"\",\"id_binary\":[],"
	"\"last_sync\":null,\"release_channel\":\"stable\","
	"\"network_id\":null,\"network_name\":null,"
	"\"cyber_sight_client\":null,\"cyber_sight_client_setting\":null,"
	"\"device_setting\":null,\"filtering_client_setting\":null,"
	"\"vpn_available\":false,\"vpn_status\":null,"
	"\"vpn_settings_user_agent\":null}";

static const char *const inside[] = { "id", "uuid", "deleted_at", "about",
				      NULL };

static bool asks(const struct es_df_call *c, const char *name)
{
	const char *v = es_req_arg(c->req, name);

	return v && !strcmp(v, "true");
}

static bool silent(const struct es_df_call *c, const cJSON *agent)
{
	int64_t seen;

	return !es_time_parse(es_str(agent, "last_sync", ""), &seen) ||
	       c->req->world->now_ms - seen > OFFLINE_MS;
}

/* The state that this request's spelling of states gives the client. */
static const char *state_of(const struct es_df_call *c, const cJSON *agent)
{
	const char *state = es_str(agent, "agent_state", "protected");

	if (!asks(c, "new_agent_states"))
		return state;
	if (silent(c, agent))
		return "offline";
	return strcmp(state, "protected") ? "unprotected" : "protected";
}

static const char *network_name(const cJSON *org, int64_t id)
{
	const cJSON *n;

	cJSON_ArrayForEach(n, es_get(org, "networks"))
		if (es_int(n, "id", -1) == id)
			return es_str(n, "name", "");
	return NULL;
}

static void set(cJSON *o, const char *key, const char *value)
{
	cJSON_ReplaceItemInObjectCaseSensitive(
		o, key, value ? cJSON_CreateString(value) :
				cJSON_CreateNull());
}

static void set_hex(cJSON *a, const char *id)
{
	char hex[33];
	uint64_t h = es_hash_str("agent-hex", id);

	snprintf(hex, sizeof(hex), "%016llx%016llx", (unsigned long long)h,
		 (unsigned long long)es_hash(h, "low", 0, 0));
	set(a, "id_hex", hex);
}

static cJSON *relations(int64_t network)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddItemToObject(o, "network",
			      es_df_reference("networks", network));
	cJSON_AddItemToObject(o, "policy", es_df_reference("policies", 0));
	cJSON_AddItemToObject(o, "scheduled_policy",
			      es_df_reference("scheduled_policies", 0));
	return o;
}

static void put_written(struct es_buf *out, const struct es_df_call *c,
			const struct es_seg *seg)
{
	const char *id = es_str(seg->rec, "id", "");
	int64_t network = es_int(seg->rec, "network_id", 0);
	cJSON *a = es_overlay(defaults, seg->rec, inside);

	set(a, "agent_state", c->all ? NULL : state_of(c, seg->rec));
	if (!es_get(seg->rec, "network_name"))
		set(a, "network_name", network_name(seg->owner, network));
	set_hex(a, id);
	es_buf_take(out, es_df_document("user_agents", seg->rec, id, a,
					relations(network)));
}

/* Written as text at once: a benchmark asks for a million of these. */
static void put_generated(struct es_buf *out, const struct es_df_call *c,
			  int64_t tenant, int64_t i)
{
	const struct es_world *w = c->req->world;
	uint64_t h = es_gen_hash(w, "df-agent", tenant, i);
	int64_t days = h % 50 ? 0 : 120;
	char id[ES_UUID_TEXT], uuid[ES_UUID_TEXT], seen[ES_TIME_TEXT];
	const char *state = days && asks(c, "new_agent_states") ?
				    "\"offline\"" : "\"protected\"";
	long long network = ES_DF_NETWORK_GEN + tenant;

	es_uuid(id, h);
	es_uuid(uuid, h ^ 0xa5a5);
	es_time_eastern(seen, w->now_ms - days * 86400000 -
			(int64_t)((h >> 8) % 86400) * 1000);
	es_buf_fmt(out, "{\"id\":\"%s\",\"type\":\"user_agents\",\"uuid\":"
		   "\"%s\",\"attributes\":{\"agent_type\":\"windows\","
		   "\"agent_version\":\"2.2.%d\",\"agent_state\":%s,"
		   "\"client_id\":\"%016llx%016llx\",\"hostname\":"
		   "\"PC-%05lld-%lld\",\"status\":\"active\",\"status_code\":"
		   "null,\"status_message\":null,", id, uuid,
		   (int)((h >> 4) % 5), c->all ? "null" : state,
		   (unsigned long long)tenant, (unsigned long long)i,
		   (long long)tenant, (long long)i);
	es_buf_fmt(out, "\"os_version\":\"Microsoft Windows NT 10.0.22631.0\""
		   ",\"os_name\":\"Microsoft Windows 11 Pro\","
		   "\"friendly_name\":null,\"tags\":null,\"current_user\":{"
		   "\"login\":\"PC-%lld\\\\u%lld\",\"name\":\"u%lld\","
		   "\"last_update\":\"%s\"},\"created_at\":"
		   "\"2025-08-13T12:47:35.954-04:00\",\"updated_at\":\"%s\",",
		   (long long)i, (long long)i, (long long)i, seen, seen);
	es_buf_fmt(out, "\"uninstalled_at\":null,\"uninstall_queued_at\":null"
		   ",\"id_hex\":\"%032llx\",\"id_binary\":[],\"last_sync\":"
		   "\"%s\",\"release_channel\":\"stable\",\"network_id\":%lld,"
		   "\"network_name\":\"Main site\",\"device_setting\":null},"
		   "\"relationships\":{\"network\":{\"data\":{\"id\":\"%lld\","
		   "\"type\":\"networks\"}},\"policy\":{\"data\":null},"
		   "\"scheduled_policy\":{\"data\":null}}}",
		   (unsigned long long)h, seen, network, network);
}

static void put_agent(struct es_buf *out, void *ctx, const struct es_seg *seg,
		      int64_t index)
{
	if (seg->rec)
		put_written(out, ctx, seg);
	else
		put_generated(out, ctx, seg->tenant, index);
}

static bool same(const struct es_df_call *c, const char *arg,
		 const char *value)
{
	const char *want = es_req_arg(c->req, arg);

	return !want || !strcmp(want, value);
}

static bool type_wanted(const struct es_df_call *c, const cJSON *agent)
{
	const char *type = es_req_arg(c->req, "type");
	bool proxy = !strcmp(es_str(agent, "agent_type", "windows"), "proxy");

	return (type && !strcmp(type, "proxy")) == proxy;
}

static bool network_wanted(const struct es_df_call *c, const cJSON *agent)
{
	const char *ids = es_req_arg(c->req, "network_ids");

	if (!ids)
		ids = es_req_arg(c->req, "network_ids[]");
	return !ids || strtoll(ids, NULL, 10) ==
			       es_int(agent, "network_id", -1);
}

static bool wanted(const struct es_df_call *c, const cJSON *agent)
{
	const char *search = es_req_arg(c->req, "search");

	if (es_str(agent, "deleted_at", NULL) && !c->all)
		return false;
	if (search && !strcasestr(es_str(agent, "hostname", ""), search))
		return false;
	return type_wanted(c, agent) && network_wanted(c, agent) &&
	       same(c, "status", es_str(agent, "status", "active")) &&
	       same(c, "agent_state", state_of(c, agent)) &&
	       same(c, "state", silent(c, agent) ? "offline" : "online");
}

/* Generated clients are plain active ones: any narrower question than the
 * organisation has none of them. */
static int64_t generated(const struct es_df_call *c)
{
	static const char *const narrow[] = { "search", "agent_state",
					      "state", "network_ids",
					      "network_ids[]" };
	const char *type = es_req_arg(c->req, "type");
	size_t i;

	for (i = 0; i < sizeof(narrow) / sizeof(narrow[0]); i++)
		if (es_req_arg(c->req, narrow[i]))
			return 0;
	if ((type && !strcmp(type, "proxy")) || !same(c, "status", "active"))
		return 0;
	return c->req->world->gen.agents_per_org;
}

static void collect(struct es_df_call *c, struct es_list *list)
{
	es_df_collect(c, "user_agents", wanted, generated(c), list);
}

static void counts(struct es_df_call *c)
{
	static const char *const old[] = { "protected", "unprotected",
					   "bypassed", "pending_uninstall",
					   "uninstalled", NULL };
	static const char *const recent[] = { "protected", "unprotected",
					      "offline", NULL };
	const char *const *words = asks(c, "new_agent_states") ? recent : old;
	struct es_list list = ES_LIST_INIT;
	cJSON *o = cJSON_CreateObject();
	int i, k;

	collect(c, &list);
	cJSON_AddNumberToObject(o, "all", (double)list.total);
	for (k = 0; words[k]; k++) {
		int64_t n = 0;

		for (i = 0; i < list.n; i++) {
			const struct es_seg *s = &list.segs[i];

			if (!s->rec)
				n += k ? 0 : s->count;
			else if (!strcmp(state_of(c, s->rec), words[k]))
				n++;
		}
		cJSON_AddNumberToObject(o, words[k], (double)n);
	}
	es_list_release(&list);
	es_answer_json(c->ans, 200, o);
}

static void csv(struct es_df_call *c)
{
	struct es_list list = ES_LIST_INIT;
	struct es_buf *out = &c->ans->body;
	int i;

	c->scope = ES_DF_BY_ID | ES_DF_ELSE_HOME;
	collect(c, &list);
	c->ans->status = 200;
	c->ans->type = "text/csv";
	es_buf_str(out, "Client Name,State,RC Version,RC Type,OS Name,"
		   "Last Sync,Site Name,Policy/Schedule Name,"
		   "Block Page Name\n");
	for (i = 0; i < list.n; i++) {
		const cJSON *a = list.segs[i].rec;
		const char *site = network_name(list.segs[i].owner,
						es_int(a, "network_id", -1));

		if (a)
			es_buf_fmt(out, "%s,%s,%s,%s,%s,%s,%s,,\n",
				   es_str(a, "hostname", ""), state_of(c, a),
				   es_str(a, "agent_version", "2.2.0"),
				   es_str(a, "agent_type", "windows"),
				   es_str(a, "os_name", ""),
				   es_str(a, "last_sync", ""),
				   site ? site : "");
	}
	es_list_release(&list);
}

static bool one_agent(struct es_df_call *c)
{
	const cJSON *rec = NULL;
	int i;

	for (i = 0; i < c->norgs && !rec; i++) {
		rec = es_at(es_get(c->orgs[i].rec, "user_agents"),
			    c->parts[1]);
		if (rec) {
			struct es_seg seg = { .rec = rec, .count = 1,
					      .owner = c->orgs[i].rec };

			es_df_single(c, &seg, put_agent, 0);
		}
	}
	return rec != NULL;
}

bool es_df_agents(struct es_df_call *c)
{
	struct es_list list = ES_LIST_INIT;
	const char *what = c->nparts == 2 ? c->parts[1] : "";

	if (strcmp(c->parts[0], "user_agents") || c->nparts > 2)
		return false;
	c->scope = ES_DF_BY_IDS | ES_DF_BY_MSP | ES_DF_ELSE_HOME;
	if (!strcmp(what, "counts")) {
		counts(c);
	} else if (!strcmp(what, "csv")) {
		csv(c);
	} else if (!*what || !strcmp(what, "all")) {
		c->all = *what != '\0';
		if (c->all)
			c->scope = ES_DF_BY_ID;
		collect(c, &list);
		es_df_list(c, &list, put_agent);
		es_list_release(&list);
	} else {
		return one_agent(c);
	}
	return true;
}
