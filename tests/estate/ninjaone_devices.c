/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NinjaOne's organisations, and the devices in them: brief, detailed, and in
 * the reports.  Members that a device does not have are left out of one and
 * null in another, as the service does.
 */
#include <string.h>

#include "ninjaone.h"
#include "util/text.h"

static const char *const org_brief[] = { "locations", "devices", "end_users",
					 "psa_enabled", NULL };
static const char *const device_own[] = { "serial", "macs", "logged_on",
					  "backup", NULL };

static cJSON *org_record(const cJSON *org)
{
	return es_overlay("{\"description\":\"CANARY-org-description\","
			  "\"userData\":{\"note\":\"CANARY-org-data\"},"
			  "\"nodeApprovalMode\":\"AUTOMATIC\"}",
			  org, org_brief);
}

static void add_feature(cJSON *settings, const char *name, bool enabled)
{
	cJSON *o = cJSON_AddObjectToObject(settings, name);

	cJSON_AddStringToObject(o, "product", name);
	cJSON_AddBoolToObject(o, "enabled", enabled);
	cJSON_AddItemToObject(o, "targets", cJSON_CreateArray());
	o = cJSON_AddObjectToObject(o, "options");
	cJSON_AddStringToObject(cJSON_AddObjectToObject(o, "apiKey"), "value",
				"CANARY-org-feature-key");
}

static cJSON *org_locations(const cJSON *org)
{
	cJSON *list = cJSON_CreateArray();
	const cJSON *i;

	cJSON_ArrayForEach(i, es_get(org, "locations"))
		cJSON_AddItemToArray(list, es_overlay(
			"{\"address\":\"\",\"description\":\"\","
			"\"userData\":{\"note\":\"CANARY-location\"}}",
			i, NULL));
	return list;
}

static cJSON *org_detailed(const cJSON *org)
{
	cJSON *o = org_record(org), *settings, *policy;

	cJSON_AddItemToObject(o, "locations", org_locations(org));
	policy = cJSON_CreateObject();
	cJSON_AddNumberToObject(policy, "nodeRoleId", 1002);
	cJSON_AddNumberToObject(policy, "policyId", 57);
	cJSON_AddItemToArray(cJSON_AddArrayToObject(o, "policies"), policy);
	settings = cJSON_AddObjectToObject(o, "settings");
	add_feature(settings, "psa", es_true(org, "psa_enabled", false));
	add_feature(settings, "backup", false);
	return o;
}

static void organizations(struct es_nj_call *c, bool detailed)
{
	cJSON *list = cJSON_CreateArray();
	const cJSON *i;

	cJSON_ArrayForEach(i, es_get(c->world, "organizations"))
		cJSON_AddItemToArray(list, detailed ? org_detailed(i) :
						      org_record(i));
	es_nj_after(c, list);
}

static bool one_organization(struct es_nj_call *c)
{
	bool locations = es_nj_is(c, "organization/*/locations");
	const cJSON *org;

	if (!locations && !es_nj_is(c, "organization/*"))
		return false;
	org = es_nj_org(c, es_nj_number(c, 1));
	if (!org)
		es_nj_not_found(c);
	else if (locations)
		es_nj_all(c, org_locations(org));
	else
		es_answer_json(c->ans, 200, org_detailed(org));
	return true;
}

bool es_nj_organizations(struct es_nj_call *c)
{
	if (es_nj_is(c, "organizations"))
		organizations(c, false);
	else if (es_nj_is(c, "organizations-detailed"))
		organizations(c, true);
	else
		return one_organization(c);
	return true;
}

/* Pending devices are for apps that a System Administrator made. */
static bool visible(const struct es_nj_call *c, const cJSON *device)
{
	return es_true(c->client, "sees_pending", true) ||
	       strcmp(es_str(device, "approvalStatus", "APPROVED"), "PENDING");
}

static cJSON *device_brief(const cJSON *device, const cJSON *org)
{
	cJSON *o = es_overlay("{\"nodeClass\":\"WINDOWS_WORKSTATION\","
			      "\"nodeRoleId\":1001,\"rolePolicyId\":57,"
			      "\"approvalStatus\":\"APPROVED\","
			      "\"offline\":false,\"userData\":"
			      "{\"password\":\"CANARY-device-data\"}}",
			      device, device_own);
	int64_t id = es_int(device, "id", 0);
	const cJSON *place = cJSON_GetArrayItem(es_get(org, "locations"), 0);
	char uid[ES_UUID_TEXT];

	es_uuid(uid, es_hash(7, "ninjaone-device", (uint64_t)id, 0));
	if (!es_get(o, "uid"))
		cJSON_AddStringToObject(o, "uid", uid);
	if (!es_get(o, "organizationId"))
		cJSON_AddNumberToObject(o, "organizationId",
					(double)es_int(org, "id", 0));
	if (!es_get(o, "locationId") && place)
		cJSON_AddNumberToObject(o, "locationId",
					(double)es_int(place, "id", 0));
	if (!es_get(o, "tags") && id % 2)
		cJSON_AddNullToObject(o, "tags");
	es_nj_epoch(o);
	return o;
}

static void add_list(cJSON *o, const char *name, const cJSON *list)
{
	cJSON_AddItemToObject(o, name, list ? cJSON_Duplicate(list, 1) :
					      cJSON_CreateArray());
}

static cJSON *device_full(const cJSON *device, const cJSON *org)
{
	cJSON *o = device_brief(device, org), *note, *part;
	const char *serial = es_str(device, "serial", NULL);

	add_list(o, "ipAddresses", NULL);
	add_list(o, "macAddresses", es_get(device, "macs"));
	cJSON_AddStringToObject(o, "publicIP", "192.0.2.77");
	note = cJSON_CreateObject();
	cJSON_AddStringToObject(note, "text", "CANARY-device-note");
	cJSON_AddItemToArray(cJSON_AddArrayToObject(o, "notes"), note);
	if (!strcmp(es_str(o, "nodeClass", ""), "VMWARE_VM_HOST")) {
		cJSON_AddStringToObject(o, "deviceType", "VMHost");
		if (serial)
			cJSON_AddStringToObject(o, "serviceTag", serial);
		return o;
	}
	part = cJSON_AddObjectToObject(o, "system");
	if (serial)
		cJSON_AddStringToObject(part, "serialNumber", serial);
	part = cJSON_AddObjectToObject(o, "os");
	cJSON_AddStringToObject(part, "name", "Windows 11 Pro");
	return o;
}

typedef cJSON *device_fn(const cJSON *device, const cJSON *org);

static void add_devices(const struct es_nj_call *c, const cJSON *org,
			device_fn *form, cJSON *list)
{
	const char *df = es_req_arg(c->req, "df");
	bool pending = df && strstr(df, "status") && strstr(df, "PENDING") &&
		       !strstr(df, "org");
	const cJSON *i;

	cJSON_ArrayForEach(i, es_get(org, "devices")) {
		const char *status = es_str(i, "approvalStatus", "APPROVED");

		if (visible(c, i) && (!pending || !strcmp(status, "PENDING")))
			cJSON_AddItemToArray(list, form(i, org));
	}
}

static cJSON *all_devices(const struct es_nj_call *c, device_fn *form)
{
	cJSON *list = cJSON_CreateArray();
	const cJSON *org;

	cJSON_ArrayForEach(org, es_get(c->world, "organizations"))
		add_devices(c, org, form, list);
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
	if (c->req->twist & ES_TWIST_FOREIGN) {
		cJSON_ArrayForEach(i, es_get(c->world, "organizations"))
			if (i != org)
				add_devices(c, i, device_brief, list);
	} else {
		add_devices(c, org, device_brief, list);
	}
	es_nj_after(c, list);
}

/* A device's own list of sessions becomes one row for each. */
static cJSON *logged_on(const struct es_nj_call *c)
{
	cJSON *list = cJSON_CreateArray(), *o;
	const cJSON *org, *device, *i;

	cJSON_ArrayForEach(org, es_get(c->world, "organizations"))
		cJSON_ArrayForEach(device, es_get(org, "devices"))
			cJSON_ArrayForEach(i, es_get(device, "logged_on")) {
				o = cJSON_Duplicate(i, 1);
				cJSON_AddNumberToObject(
					o, "deviceId",
					(double)es_int(device, "id", 0));
				es_nj_epoch(o);
				cJSON_AddItemToArray(list, o);
			}
	return list;
}

static cJSON *with_usage(const cJSON *device, const cJSON *org)
{
	cJSON *o = device_brief(device, org), *usage;

	usage = cJSON_AddObjectToObject(
		cJSON_AddObjectToObject(o, "references"), "backupUsage");
	cJSON_AddNumberToObject(usage, "cloudTotalSize",
				(double)es_int(device, "backup", 0));
	return o;
}

/* Of deleted devices only this report knows, and only when asked to. */
static cJSON *backups(const struct es_nj_call *c)
{
	const char *gone = es_req_arg(c->req, "includeDeletedDevices");
	cJSON *list = cJSON_CreateArray();
	const cJSON *org, *i;

	cJSON_ArrayForEach(org, es_get(c->world, "organizations"))
		cJSON_ArrayForEach(i, es_get(org, "devices"))
			if (es_get(i, "backup"))
				cJSON_AddItemToArray(list,
						     with_usage(i, org));
	if (!gone || strcmp(gone, "true"))
		return list;
	cJSON_ArrayForEach(i, es_get(c->world, "deleted_devices")) {
		org = es_nj_org(c, es_int(i, "organizationId", 0));
		cJSON_AddItemToArray(list, with_usage(i, org));
	}
	return list;
}

bool es_nj_devices(struct es_nj_call *c)
{
	if (es_nj_is(c, "devices"))
		es_nj_after(c, all_devices(c, device_brief));
	else if (es_nj_is(c, "devices-detailed"))
		es_nj_after(c, all_devices(c, device_full));
	else if (es_nj_is(c, "organization/*/devices"))
		of_organization(c);
	else if (es_nj_is(c, "queries/logged-on-users"))
		es_nj_report(c, logged_on(c), "logged-on-users");
	else if (es_nj_is(c, "queries/backup/usage"))
		es_nj_report(c, backups(c), "backup-usage");
	else
		return false;
	return true;
}
