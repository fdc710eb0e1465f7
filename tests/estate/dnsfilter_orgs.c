/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DNSFilter organisations: the MSP's own, its customers, and what hangs off
 * one organisation by path.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "dnsfilter.h"
#include "util/text.h"

static const char defaults[] =
	"{\"name\":\"\",\"stripe_customer_id\":null,\"feature_flags\":[],"
	"\"msp_feature_flags\":[],\"managed_by_msp_id\":null,"
	"\"owned_msp_id\":null,\"canceled\":false,\"canceled_at\":null,"
	"\"will_cancel_at\":null,\"address\":\"\",\"trial_days\":null,"
	"\"billing_address\":null,\"billing_manual\":false,"
	"\"billing_contact_name\":\"\",\"billing_contact_phone\":\"\","
	"\"billing_contact_email\":\"\","
	"\"first_traffic_sent\":\"2025-01-13T09:43:01.948-05:00\","
	"\"gdpr\":false,\"summary_email_enabled\":false,"
	"\"summary_email_address\":null,\"release_channel\":\"stable\","
	"\"sync_tools_auto_update\":true,\"user_agents_auto_update\":true,"
	"\"plan_details\":null,\"external_id\":null,\"metadata\":null,"
	"\"unique_id\":null,\"sso_enabled\":false,"
	"\"allowlist_updated_at\":null,\"blocklist_updated_at\":null,"
	"\"send_uninstall_notifications_to_admin_users\":false,"
	"\"user_agent_uninstall_notification\":true,"
	"\"user_agent_uninstall_notification_recipient_emails\":[],"
	"\"pin_protected_uninstall\":true,\"active_psa_integration\":false,"
	"\"privacy_mode\":\"standard\",\"entitlements_enabled\":true,"
	"\"show_billing\":true,\"current_mrr\":0,\"current_license\":\"\"}";

/* What a world file writes into an organisation but is not its attribute. */
static const char *const inside[] = {
	"id", "uuid", "users", "networks", "policies", "block_pages",
	"enterprise_connections", "scheduled_reports", "usage",
	"user_agents", "agent_local_users", "scheduled_policies",
	"global_lists", "billing", "about", NULL
};

static cJSON *attributes_of(const struct es_df_call *c,
			    const struct es_df_org *org)
{
	const cJSON *df = es_get(c->req->world->doc, "dnsfilter");
	cJSON *a = es_overlay(defaults, org->rec, inside);
	char text[64];

	if (!org->rec) {
		cJSON_ReplaceItemInObjectCaseSensitive(a, "name",
			cJSON_CreateString(es_df_org_name(org, text)));
		cJSON_ReplaceItemInObjectCaseSensitive(a,
			"managed_by_msp_id", cJSON_CreateNumber(
				(double)es_int(df, "msp_id", 0)));
	}
	snprintf(text, sizeof(text), "cus_CANARY-%lld", (long long)org->id);
	cJSON_ReplaceItemInObjectCaseSensitive(a, "stripe_customer_id",
					       cJSON_CreateString(text));
	if (!cJSON_IsString(es_get(a, "unique_id"))) {
		es_uuid(text, es_hash(7, "unique", (uint64_t)org->id, 0));
		cJSON_ReplaceItemInObjectCaseSensitive(
			a, "unique_id", cJSON_CreateString(text));
	}
	cJSON_AddStringToObject(a, "role", es_df_role_in(c, org));
	return a;
}

static cJSON *relationships_of(const struct es_df_org *org)
{
	cJSON *o = cJSON_CreateObject(), *data, *ref;
	const cJSON *n;

	data = cJSON_AddArrayToObject(cJSON_AddObjectToObject(o, "networks"),
				      "data");
	cJSON_ArrayForEach(n, es_get(org->rec, "networks")) {
		ref = es_df_reference("networks", es_int(n, "id", 0));
		cJSON_AddItemToArray(data,
			cJSON_DetachItemFromObjectCaseSensitive(ref, "data"));
		cJSON_Delete(ref);
	}
	return o;
}

static void put_org(struct es_buf *out, void *ctx, const struct es_seg *seg,
		    int64_t index)
{
	const struct es_df_call *c = ctx;
	struct es_df_org org = {
		.rec = seg->rec, .number = seg->rec ? -1 : index,
		.id = seg->rec ? es_int(seg->rec, "id", 0) :
				 ES_DF_ORG_GEN + index,
	};
	char id[32];

	snprintf(id, sizeof(id), "%lld", (long long)org.id);
	es_buf_take(out, es_df_document("organizations", org.rec, id,
					attributes_of(c, &org),
					relationships_of(&org)));
}

static bool number_matches(const struct es_df_call *c, const char *name,
			   int64_t value)
{
	const char *want = es_req_arg(c->req, name);

	return !want || strtoll(want, NULL, 10) == value;
}

static bool type_matches(const struct es_df_call *c, int64_t managed,
			 int64_t owned)
{
	const char *type = es_req_arg(c->req, "type");

	if (!type)
		return true;
	if (!strcmp(type, "msp"))
		return owned > 0;
	if (!strcmp(type, "sub_organization"))
		return managed > 0;
	return managed <= 0 && owned <= 0;
}

static bool listed(const struct es_df_call *c, const struct es_df_org *org)
{
	const cJSON *df = es_get(c->req->world->doc, "dnsfilter");
	const char *name = es_req_arg(c->req, "name");
	int64_t managed = org->rec ? es_int(org->rec, "managed_by_msp_id", 0) :
				     es_int(df, "msp_id", 0);
	int64_t owned = es_int(org->rec, "owned_msp_id", 0);
	char room[64];

	return number_matches(c, "managed_by_msp_id", managed) &&
	       number_matches(c, "owned_msp_id", owned) &&
	       type_matches(c, managed, owned) &&
	       (!name || strcasestr(es_df_org_name(org, room), name));
}

static void list_orgs(struct es_df_call *c)
{
	struct es_list list = ES_LIST_INIT;
	int i;

	for (i = 0; i < c->norgs; i++) {
		const struct es_df_org *o = &c->orgs[i];

		if (!listed(c, o))
			continue;
		if (o->rec)
			es_list_add(&list, o->rec, o->rec);
		else
			es_list_add_range(&list, o->number, o->number, 1);
	}
	es_df_list(c, &list, put_org);
	es_list_release(&list);
}

static void settings(struct es_df_call *c)
{
	cJSON *list = cJSON_CreateArray(), *o;
	int i;

	c->scope = ES_DF_BY_IDS | ES_DF_BY_ID | ES_DF_BY_MSP |
		   ES_DF_ELSE_HOME;
	for (i = 0; i < c->norgs; i++) {
		const struct es_df_org *org = &c->orgs[i];

		if (!es_df_org_wanted(c, org))
			continue;
		o = cJSON_CreateObject();
		cJSON_AddNumberToObject(o, "organization_id",
					(double)org->id);
		cJSON_AddBoolToObject(o, "pin_protected_uninstall",
				      es_true(org->rec,
					      "pin_protected_uninstall",
					      true));
		cJSON_AddStringToObject(o, "fail_over_method", "default");
		cJSON_AddStringToObject(o, "diagnostics_level", "basic");
		cJSON_AddItemToArray(list, o);
	}
	es_answer_json(c->ans, 200, list);
}

static void global_lists(struct es_df_call *c, const struct es_df_org *org)
{
	const cJSON *lists = es_get(org->rec, "global_lists");
	char id[32];
	cJSON *o;

	if (!lists) {
		es_df_not_found(c);
		return;
	}
	snprintf(id, sizeof(id), "%lld", (long long)org->id);
	o = cJSON_CreateObject();
	cJSON_AddItemToObject(o, "data",
			      es_df_document("global_lists", NULL, id,
					     cJSON_Duplicate(lists, 1),
					     NULL));
	es_answer_json(c->ans, 200, o);
}

static bool one_org(struct es_df_call *c)
{
	const struct es_df_org *org =
		es_df_org_seen(c, strtoll(c->parts[1], NULL, 10));
	struct es_seg seg = { .rec = org ? org->rec : NULL, .count = 1 };

	if (c->nparts == 2 && org)
		es_df_single(c, &seg, put_org, org->number);
	else if (c->nparts == 3 && org &&
		 !strcmp(c->parts[2], "global_lists"))
		global_lists(c, org);
	else
		return false;
	return true;
}

bool es_df_organizations(struct es_df_call *c)
{
	if (strcmp(c->parts[0], "organizations"))
		return false;
	if (c->nparts == 1 ||
	    (c->nparts == 2 && !strcmp(c->parts[1], "all"))) {
		list_orgs(c);
		return true;
	}
	if (c->nparts == 2 && !strcmp(c->parts[1], "settings")) {
		settings(c);
		return true;
	}
	return one_org(c);
}
