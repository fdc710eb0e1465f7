/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers recorded from the live services, through the shipped connectors:
 * every record of every file becomes exactly the rows that a person reading
 * the file would write down, and nothing that is secret comes along.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/str.h"
#include "collect/import.h"
#include "collect/mapper.h"
#include "collect/spec.h"
#include "ext/regex.h"
#include "row_text.h"

static char *source_path(const char *path)
{
	const char *src = getenv("EP_SRC");

	return ep_file_join(src ? src : ".", path);
}

static struct ep_spec *load(const char *connector)
{
	char path[200];
	EP_AUTO_FREE char *full = NULL;
	struct ep_diag diag;
	struct ep_spec *spec;
	struct ep_buf text;

	snprintf(path, sizeof(path), "scanner/connectors/%s.yaml", connector);
	full = source_path(path);
	ep_diag_init(&diag);
	ep_buf_init(&text, 100000);
	spec = ep_spec_load(full, &diag);
	ep_diag_print(&diag, &text);
	if (!spec)
		fail_msg("%s", text.s);
	ep_buf_release(&text);
	ep_diag_release(&diag);
	return spec;
}

static struct ep_json *document(const char *file)
{
	EP_AUTO_FREE char *path = NULL;
	struct ep_err err = EP_ERR_INIT;
	struct ep_json *doc = NULL;
	char name[200];
	struct ep_buf text;

	snprintf(name, sizeof(name), "tests/vendors/%s", file);
	path = source_path(name);
	ep_buf_init(&text, 1000000);
	if (ep_file_read(path, 1000000, &text, &err) < 0 ||
	    ep_json_parse(text.s, text.len, &doc, NULL, &err) < 0)
		fail_msg("%s: %s", path, err.msg);
	ep_buf_release(&text);
	return doc;
}

static int add_row(void *to, const struct ep_row *row, struct ep_err *err)
{
	(void)err;
	row_text(to, row);
	return 0;
}

static const char *of_tenant(void *to, const char *name)
{
	(void)to;
	return ep_str_eq(name, "tenant") ? "802315" : NULL;
}

static void map_list(struct ep_mapper *mapper, const struct ep_json *doc,
		     const char *records)
{
	struct ep_err err = EP_ERR_INIT;
	const struct ep_json *list = doc;

	if (!records) {
		assert_int_equal(ep_mapper_record(mapper, doc, NULL, NULL,
						  &err), 0);
		return;
	}
	if (!ep_str_eq(records, "."))
		assert_int_equal(ep_json_path(doc, records, &list),
				 EP_JSON_PRESENT);
	for (const struct ep_json *r = ep_json_first(list); r;
	     r = ep_json_next(r))
		assert_int_equal(ep_mapper_record(mapper, r, NULL, NULL, &err),
				 0);
}

/* The whole of a file through one list of emits. */
static void check(const char *file, const char *records,
		  const struct ep_spec_emits *emits, const char *want)
{
	struct ep_json *doc = document(file);
	struct ep_mapper mapper;
	struct ep_buf rows;

	ep_buf_init(&rows, 1000000);
	ep_mapper_init(&mapper, emits->v, emits->n);
	mapper.row = add_row;
	mapper.lookup = of_tenant;
	mapper.to = &rows;
	map_list(&mapper, doc, records);
	assert_string_equal(rows.s ? rows.s : "", want);
	assert_int_equal(mapper.missing, 0);
	assert_int_equal(mapper.bad, 0);
	assert_int_equal(mapper.unmapped, 0);
	assert_int_equal(mapper.altered, 0);
	ep_mapper_release(&mapper);
	ep_buf_release(&rows);
	ep_json_free(doc);
}

static void check_endpoint(const char *connector, const char *endpoint,
			   const char *file, const char *want)
{
	struct ep_spec *spec = load(connector);
	const struct ep_spec_endpoint *e = ep_spec_endpoint(spec, endpoint);

	assert_non_null(e);
	check(file, e->records, &e->emits, want);
	ep_spec_free(spec);
}

static void dnsfilter_current_user(void **state)
{
	(void)state;
	check_endpoint("dnsfilter", "current_user",
		       "dnsfilter/current_user.json",
		       "resource kind=activity id=42618 "
		       "name=account of the scanner owner=42618 "
		       "{\"email\":\"jane.smith@example.com\","
		       "\"mfa_enabled\":true}\n");
}

static void dnsfilter_users(void **state)
{
	(void)state;
	check_endpoint(
		"dnsfilter", "users", "dnsfilter/organization_users_list.json",
		"account id=42618 email=jane.smith@example.com "
		"name=Jane Smith state=active class=member idp=auth0 "
		"external_id=0175f7b1-704d-72f8-9855-538ed456663c "
		"created_at=2020-11-24T00:40:02Z "
		"last_seen_at=2026-05-21T21:21:26Z mfa=yes "
		"{\"email_verified\":true,\"is_include_only_list\":false,"
		"\"must_reset_password\":false,"
		"\"organization_permission_ids\":[],"
		"\"was_member_of_organization\":true}\n"
		"role account=42618 role=owner scope= privileged=yes(owner) "
		"via=direct\n"
		"account id=120904 email=jdoe@example.com "
		"name=Jamie Doe state=active class=member idp=auth0 "
		"external_id=0186a050-d52c-7da0-b331-5de7b02fb5b7 "
		"created_at=2023-03-02T03:14:57Z "
		"last_seen_at=2024-12-18T15:41:32Z mfa=no "
		"{\"email_verified\":false,\"is_include_only_list\":false,"
		"\"must_reset_password\":false,"
		"\"organization_permission_ids\":[],"
		"\"was_member_of_organization\":true}\n"
		"role account=120904 role=super_administrator scope= "
		"privileged=yes(super_administrator) via=direct\n");
}

static void dnsfilter_organizations(void **state)
{
	(void)state;
	check_endpoint(
		"dnsfilter", "organizations",
		"dnsfilter/organizations_list.json",
		"tenant of_system=dnsfilter id=802315 "
		"name=Acme Accounting Co. state=active parent=null "
		"owned_by=null ends_at=null "
		"{\"active_psa_integration\":false,"
		"\"allowlist_updated_at\":1736455598,"
		"\"billing_contact_email\":\"\","
		"\"blocklist_updated_at\":null,\"canceled\":false,"
		"\"canceled_at\":null,\"external_id\":null,"
		"\"managed_by_msp_id\":null,\"owned_msp_id\":null,"
		"\"pin_protected_uninstall\":true,"
		"\"privacy_mode\":\"standard\",\"role\":\"owner\","
		"\"send_uninstall_notifications_to_admin_users\":false,"
		"\"sso_enabled\":false,\"summary_email_address\":null,"
		"\"summary_email_enabled\":false,\"trial_days\":null,"
		"\"user_agent_uninstall_notification\":true,"
		"\"user_agent_uninstall_notification_recipient_emails\":"
		"[\"jane.smith@example.com\"],\"will_cancel_at\":null}\n"
		"subscription id=802315 product=null state=active "
		"billed_to=null ends_at=null "
		"{\"billing_manual\":false,\"of_tenant\":\"802315\","
		"\"trial_days\":null}\n");
}

static void dnsfilter_user_agents(void **state)
{
	(void)state;
	check_endpoint(
		"dnsfilter", "user_agents", "dnsfilter/user_agents_list.json",
		"agent id=9b2f6c04-5a1e-4d37-8c2a-f0e1d2c3b4a5 "
		"kind=workstation(windows) name=DESKTOP-01 hardware="
		"0000000000000000000000000000000000000000000000000001 "
		"state=active(active) version=2.2.0 "
		"os=Microsoft Windows 10 Pro "
		"last_seen_at=2025-08-13T17:14:43Z user=DESKTOP-01\\jsmith "
		"site=736401 created_at=2025-08-13T16:47:35Z "
		"uninstall_requested_at=null "
		"{\"agent_state\":\"protected\",\"friendly_name\":null,"
		"\"network_name\":\"Acme Accounting Co. HQ\","
		"\"release_channel\":\"stable\",\"tags\":null,"
		"\"uninstalled_at\":null}\n");
}

static void dnsfilter_local_users(void **state)
{
	(void)state;
	check_endpoint(
		"dnsfilter", "agent_local_users",
		"dnsfilter/agent_local_users_list.json",
		"resource kind=deployment_user id=4439029 name=tv "
		"owner=OFFICEPC-01\\tv created_at=2025-04-01T21:07:02Z "
		"last_seen_at=2025-04-04T20:46:33Z "
		"{\"collections\":[{\"id\":15345,\"name\":\"CLI Test\"}],"
		"\"in_a_collection\":true,"
		"\"user_login\":\"OFFICEPC-01\\\\tv\",\"user_name\":\"tv\","
		"\"user_remote_id\":"
		"\"S-1-5-21-1000000001-1000000002-1000000003-1001\"}\n"
		"resource kind=deployment_user id=4042678 "
		"name=DESKTOP-01\\jsmith owner=DESKTOP-01\\jsmith "
		"{\"user_login\":\"DESKTOP-01\\\\jsmith\"}\n");
}

/* The site key and the PIN of the recording are all zeros, and stay out. */
static void dnsfilter_networks(void **state)
{
	(void)state;
	check_endpoint(
		"dnsfilter", "networks", "dnsfilter/networks_list.json",
		"resource kind=network id=736401 name=Acme Accounting Co. HQ "
		"{\"block_page_id\":null,\"deleted_at\":null,"
		"\"external_id\":\"\",\"has_secret_key\":true,"
		"\"ip_count\":0,"
		"\"local_domains\":[\"corp.example-local\","
		"\"lab.example-local\"],\"network_type\":\"default\","
		"\"policy_id\":1486063,\"scheduled_policy_id\":null}\n");
}

static void dnsfilter_usage(void **state)
{
	(void)state;
	check_endpoint("dnsfilter", "usage",
		       "dnsfilter/metrics_organization_usage.json",
		       "subscription id=roaming-clients product=undeclared "
		       "term=monthly period_begin=2025-01-01T00:00:00Z "
		       "period_end=2025-01-31T00:00:00Z\n");
}

static void dnsfilter_no_sso(void **state)
{
	(void)state;
	check_endpoint("dnsfilter", "enterprise_connections",
		       "dnsfilter/enterprise_connections_empty.json", "");
}

static void printix_printers(void **state)
{
	(void)state;
	check_endpoint("printix", "printers", "printix/printers_list.json",
		       "resource kind=queue "
		       "id=b0c5425b-6980-45c8-8b4a-926c52a3830c name=Queue "
		       "parent=17c0dfc0-2aba-441f-b79a-52636b2ce331\n");
}

/* The root document says whose credential it is: in the key of a link. */
static void printix_root_tells_the_tenant(void **state)
{
	struct ep_spec *spec = load("printix");
	struct ep_json *doc = document("printix/cloudprint_root.json");
	struct ep_err err = EP_ERR_INIT;
	struct ep_regex *find = NULL;
	struct ep_buf text;
	struct ep_buf id;
	bool match = false;

	(void)state;
	ep_buf_init(&text, 10000);
	ep_buf_init(&id, 100);
	ep_json_canon(&text, doc);
	assert_int_equal(ep_regex_compile(spec->identity.find, false, &find,
					  &err), 0);
	assert_int_equal(ep_regex_replace(find, text.s, text.len, "$1", &id,
					  &match, &err), 0);
	assert_true(match);
	assert_string_equal(id.s, "2d4caec1-4d77-4190-b771-0fa0579a4181");
	ep_regex_free(find);
	ep_buf_release(&text);
	ep_buf_release(&id);
	ep_json_free(doc);
	ep_spec_free(spec);
}

static void check_extract(const char *import, const char *file, size_t rows,
			  const char *const *want)
{
	struct ep_spec *spec = load("printix-portal");
	struct ep_specs specs = { .v = &spec, .n = 1 };
	const struct ep_spec *found;
	const struct ep_spec_import *im =
		ep_import_find(&specs, import, &found);
	struct ep_json *doc = document(file);
	struct ep_mapper mapper;
	struct ep_buf text;

	assert_non_null(im);
	ep_buf_init(&text, 1000000);
	ep_mapper_init(&mapper, im->emits.v, im->emits.n);
	mapper.row = add_row;
	mapper.to = &text;
	map_list(&mapper, doc, im->records);
	assert_int_equal(mapper.rows, rows);
	assert_int_equal(mapper.missing + mapper.bad + mapper.unmapped, 0);
	for (; *want; want++)
		assert_non_null(strstr(text.s, *want));
	/* Names of drivers, networks and addresses are nobody's business. */
	assert_null(strstr(text.s, "SSID"));
	assert_null(strstr(text.s, "203.0.113"));
	assert_null(strstr(text.s, "host-"));
	ep_mapper_release(&mapper);
	ep_buf_release(&text);
	ep_json_free(doc);
	ep_spec_free(spec);
}

static void printix_extract_users(void **state)
{
	static const char *const want[] = {
		"account id=b83a6de7-249d-43c8-8b50-f82204e07480 "
		"email=user001@example.com name=Sample User 001 state=active "
		"class=member\n",
		"account id=4ee70dce-80b9-4cb7-bcde-3ad46b1e473e "
		"email=user024@example.com name=Sample User 024 state=active "
		"class=member\n",
		"account id=bb72bd09-74ed-4663-8e61-a8b3a90e333d "
		"email=user025@example.com name=Sample User 025 state=active "
		"class=member\n",
		NULL
	};

	(void)state;
	check_extract("printix-extract-users.json",
		      "printix/extract_users.json", 25, want);
}

/* 16 computers, ten of them with one user each. */
static void printix_extract_workstations(void **state)
{
	static const char *const want[] = {
		"agent id=52070ad6-647c-429c-84df-33e816577eb1 "
		"kind=workstation name=Workstation 1 state=active "
		"version=1.3.110.0 os=WIN_10_64 {\"type\":\"LAPTOP\"}\n"
		"resource kind=deployment_user "
		"id=151f3e44-d4bc-4266-b043-c7093f2e08df "
		"52070ad6-647c-429c-84df-33e816577eb1 "
		"owner=151f3e44-d4bc-4266-b043-c7093f2e08df "
		"parent=52070ad6-647c-429c-84df-33e816577eb1 "
		"state=signed in\n",
		"agent id=ef6349fe-d33f-4f84-a73f-4a5954ad4de4 "
		"kind=workstation name=Workstation 143 state=active "
		"version=1.2.236.0 os=WIN_10_64 {\"type\":\"LAPTOP\"}\n",
		NULL
	};

	(void)state;
	check_extract("printix-portal.extract_workstations",
		      "printix/extract_workstations.json", 26, want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dnsfilter_current_user),
		cmocka_unit_test(dnsfilter_users),
		cmocka_unit_test(dnsfilter_organizations),
		cmocka_unit_test(dnsfilter_user_agents),
		cmocka_unit_test(dnsfilter_local_users),
		cmocka_unit_test(dnsfilter_networks),
		cmocka_unit_test(dnsfilter_usage),
		cmocka_unit_test(dnsfilter_no_sso),
		cmocka_unit_test(printix_printers),
		cmocka_unit_test(printix_root_tells_the_tenant),
		cmocka_unit_test(printix_extract_users),
		cmocka_unit_test(printix_extract_workstations),
	};

	return cmocka_run_group_tests_name("recorded", tests, NULL, NULL);
}
