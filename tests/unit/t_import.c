/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence imports: a file is taken whole or not at all, every fault of it is
 * said at once with its place, and nothing that nobody looked at becomes
 * complete.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "collect/import.h"
#include "row_text.h"

#define NOW 1763344800	/* 2025-11-17T02:00:00Z */

static char folder[] = "ep-import-XXXXXX";
static char file[2][100];
static struct ep_specs specs;

/* What the sink was given, as text: "begin ...", rows, "end ...". */
static struct ep_buf told;
static struct ep_diag diag;
static struct ep_err err;
static struct ep_import_totals totals;
static struct ep_import_request request;

static int sink_begin(void *to, const struct ep_dataset_ref *ref,
		      void **ret_dataset, struct ep_err *e)
{
	(void)to;
	(void)e;
	ep_buf_addf(&told, "begin %s %s/%s of %s v%d age %lld%s\n", ref->name,
		    ref->system, ref->tenant,
		    ref->customer ? ref->customer : "nobody",
		    ref->connector_version, (long long)ref->max_age,
		    ref->imported ? " imported" : "");
	*ret_dataset = ep_strdup(ref->tenant);
	return 0;
}

static int sink_row(void *to, void *dataset, const struct ep_row *row,
		    bool *ret_repeat, struct ep_err *e)
{
	(void)to;
	(void)e;
	*ret_repeat = false;
	ep_buf_addf(&told, "%s: ", (char *)dataset);
	row_text(&told, row);
	return 0;
}

static int sink_end(void *to, void *dataset, struct ep_coverage *c,
		    struct ep_err *e)
{
	char time[EP_TIME_TEXT];

	(void)to;
	(void)e;
	ep_buf_addf(&told, "end %s %s rows %lld captured %s by %s, %zu sums\n",
		    (char *)dataset, ep_coverage_word(c->status),
		    (long long)c->rows, ep_time_format(c->captured_at, time),
		    c->captured_by, c->page_sha256.len / 32);
	ep_free(dataset);
	return 0;
}

static int sink_expect(void *to, const struct ep_dataset_ref *ref,
		       struct ep_err *e)
{
	(void)to;
	(void)e;
	assert_non_null(strstr(ref->advice, "provide "));
	ep_buf_addf(&told, "expect %s %s/%s\n", ref->name, ref->system,
		    ref->tenant);
	return 0;
}

static struct ep_sink sink = { .expect = sink_expect,
			       .begin = sink_begin,
			       .row = sink_row,
			       .end = sink_end };

static int resolve(void *to, const char *system, const char *key,
		   bool by_domain, struct ep_import_tenancy *ret,
		   struct ep_err *e)
{
	(void)to;
	if (!key && ep_str_eq(system, "printix-partner")) {
		*ret = (struct ep_import_tenancy){ "P1", "northwind" };
		return 0;
	}
	if (!key && ep_str_eq(system, "dnsfilter")) {
		*ret = (struct ep_import_tenancy){ "802315", NULL };
		return 0;
	}
	if (!key && ep_str_eq(system, "register")) {
		*ret = (struct ep_import_tenancy){ "northwind", "northwind" };
		return 0;
	}
	if (by_domain && ep_str_eq(key, "acme.printix.net")) {
		*ret = (struct ep_import_tenancy){ "T-acme", "acme" };
		return 0;
	}
	if (by_domain && ep_str_eq(key, "bluebird.printix.net")) {
		*ret = (struct ep_import_tenancy){ "T-blue", NULL };
		return 0;
	}
	if (!key && ep_str_eq(system, "active-directory")) {
		*ret = (struct ep_import_tenancy){ "S-1-5-21-1-2-3", "acme" };
		return 0;
	}
	if (!by_domain && ep_str_eq(key, "T-acme")) {
		*ret = (struct ep_import_tenancy){ "T-acme", "acme" };
		return 0;
	}
	return ep_err_set(e, EP_ENOENT, "%s is no tenancy of %s", key, system);
}

static int set_up(void **state)
{
	(void)state;
	ep_buf_init(&told, 1000000);
	ep_diag_init(&diag);
	err = (struct ep_err)EP_ERR_INIT;
	ep_clock_fix(NOW);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	ep_buf_release(&told);
	ep_diag_release(&diag);
	ep_clock_fix(0);
	return 0;
}

static void write_text(int i, const char *text)
{
	FILE *f = fopen(file[i], "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static int import(const char *name, const char *text)
{
	static char *files[2] = { file[0], file[1] };
	const struct ep_spec *spec = NULL;
	const struct ep_spec_import *im = ep_import_find(&specs, name, &spec);

	assert_non_null(im);
	write_text(0, text);
	request = (struct ep_import_request){
		.spec = spec,	 .import = im,	 .files = files,
		.n = 1,		 .max_age = 604800, .resolve = resolve,
	};
	return ep_import(&request, &sink, &totals, &diag, &err);
}

static void print_diag(void)
{
	struct ep_buf text;

	ep_buf_init(&text, 100000);
	ep_diag_print(&diag, &text);
	print_message("%s%s\n", text.len ? text.s : "", err.msg);
	ep_buf_release(&text);
}

static void accept(int rc, const char *want)
{
	if (rc)
		print_diag();
	assert_int_equal(rc, 0);
	assert_string_equal(told.s, want);
}

/* Refused with this complaint at this place, and nothing handed over. */
static void refuse(int rc, int line, int col, const char *msg)
{
	bool found = false;

	for (size_t i = 0; i < diag.n; i++) {
		if (strstr(diag.item[i].msg, msg) &&
		    diag.item[i].line == line && diag.item[i].col == col)
			found = true;
	}
	if (!found)
		print_diag();
	assert_true(found);
	assert_int_equal(rc, EP_EDATA);
	assert_int_equal(told.len, 0);
}

#define USERS \
	"tenant_domain,name,email,role,sign_in_method,captured_at,captured_by\n"
#define SEEN "2025-11-16T09:00:00Z,ravi@northwind.example\n"

static void takes_users_by_tenancy(void **state)
{
	(void)state;
	accept(import("printix-tenant-users.csv",
		      USERS "acme.printix.net,Pia Holm,Pia.Holm@acme.example,"
			    "System manager,Microsoft," SEEN
			    "BLUEBIRD.printix.net,Kiosk,k@bluebird.example,"
			    "Kiosk,Email,2025-11-15,ana@northwind.example\n"
			    "acme.printix.net,Bo,bo@acme.example,Overlord,,"
			    "2025-11-14T09:00:00Z,ravi@northwind.example\n"),
	       "begin printix-portal.tenant_users printix/T-acme of acme v1 "
	       "age 604800 imported\n"
	       "begin printix-portal.tenant_users printix/T-blue of nobody v1 "
	       "age 604800 imported\n"
	       "T-acme: account id=pia.holm@acme.example "
	       "email=pia.holm@acme.example name=Pia Holm state=active "
	       "class=member(System manager) idp=Microsoft\n"
	       "T-acme: role account=pia.holm@acme.example "
	       "role=SYSTEM_MANAGER scope= privileged=yes(System manager) "
	       "via=direct\n"
	       "T-blue: account id=k@bluebird.example "
	       "email=k@bluebird.example name=Kiosk state=active "
	       "class=kiosk(Kiosk) idp=Email\n"
	       "T-blue: role account=k@bluebird.example role=KIOSK_USER "
	       "scope= privileged=no(Kiosk) via=direct\n"
	       "T-acme: account id=bo@acme.example email=bo@acme.example "
	       "name=Bo state=active class=member(Overlord) idp=null\n"
	       "T-acme: role account=bo@acme.example role=Overlord scope= "
	       "privileged=unknown(Overlord) via=direct\n"
	       "end T-acme complete rows 2 captured 2025-11-14T09:00:00Z by "
	       "ravi@northwind.example, 1 sums\n"
	       "end T-blue complete rows 1 captured 2025-11-15T00:00:00Z by "
	       "ana@northwind.example, 1 sums\n");
	assert_int_equal(totals.tenancies, 2);
	assert_int_equal(totals.records, 3);
	assert_int_equal(totals.rows, 6);
	assert_int_equal(totals.unmapped, 1);
}

/* A line that names a tenancy and nothing else says that it has none. */
static void a_tenancy_may_have_nothing(void **state)
{
	(void)state;
	accept(import("printix-tenant-users.csv",
		      USERS "acme.printix.net,,,,," SEEN),
	       "begin printix-portal.tenant_users printix/T-acme of acme v1 "
	       "age 604800 imported\n"
	       "end T-acme complete rows 0 captured 2025-11-16T09:00:00Z by "
	       "ravi@northwind.example, 1 sums\n");
}

#define LINE(n, who) \
	"acme.printix.net,A" n ",a" n "@acme.example,User,x," \
	"2025-11-16T09:00:00Z," who "\n"
#define FORTY "0123456789012345678901234567890123456789"

static void says_who_looked(void **state)
{
	(void)state;
	assert_int_equal(import("printix-tenant-users.csv",
				USERS LINE("1", "joann") LINE("2", "ann")
				LINE("3", "joann") LINE("4", "jo")), 0);
	assert_non_null(strstr(told.s, " by joann, ann, jo, 1 sums\n"));
}

/* Nobody is left out without a word, and nobody is half named. */
static void says_that_others_looked(void **state)
{
	(void)state;
	assert_int_equal(import("printix-tenant-users.csv",
				USERS LINE("1", "a" FORTY) LINE("2", "b" FORTY)
				LINE("3", "c" FORTY) LINE("4", "d")), 0);
	assert_non_null(strstr(told.s, " by a" FORTY ", b" FORTY
				       ", and others, 1 sums\n"));
}

static void refuses_a_name_too_long_to_keep(void **state)
{
	(void)state;
	refuse(import("printix-tenant-users.csv",
		      USERS LINE("1", FORTY FORTY FORTY)), 2, 65,
	       "a name of 120 bytes; at most");
}

static void an_empty_file_says_nothing(void **state)
{
	(void)state;
	refuse(import("printix-tenant-users.csv", USERS), 0, 0,
	       "not one record");
	refuse(import("printix-subscriptions.csv",
		      "tenant_domain,business_model,billing_frequency,state,"
		      "trial_ends,period_begin,period_end,reseller,"
		      "created_by_email,captured_at\n"), 0, 0,
	       "not one record in it; nothing was imported");
	refuse(import("printix-tenant-users.csv", ""), 1, 1,
	       "the file is empty");
}

/* What to do about it is no column of a line that is not there. */
static void an_empty_file_needs_the_options(void **state)
{
	int rc;

	(void)state;
	rc = import("dnsfilter-api-keys.json", "{\"data\":[]}");
	refuse(rc, 0, 0, "does not say when it was captured; use "
	       "--captured-at");
	refuse(rc, 0, 0, "does not say who captured it; use --captured-by");
	refuse(import("dnsfilter-integrations.csv",
		      "organization_id,kind,destination,state,owner,"
		      "captured_at\n"), 0, 0,
	       "has a line of its organization_id");
}

static void says_all_faults_of_a_file_at_once(void **state)
{
	int rc;

	(void)state;
	rc = import("printix-tenant-users.csv",
		    USERS "acme.printix.net,A,a@acme.example,User,x," SEEN
			  "acme.printix.net,B,,User,x," SEEN
			  "nobody.printix.net,C,c@acme.example,User,x," SEEN
			  "acme.printix.net,D,d@acme.example,User,x,soon,r\n"
			  "acme.printix.net,E,e@acme.example,User,x\n"
			  ",F,f@acme.example,User,x," SEEN
			  "acme.printix.net,G,g@acme.example,User,x,"
			  "2025-11-19T00:00:00Z,r\n"
			  "acme.printix.net,A2,a@acme.example,User,x," SEEN);
	refuse(rc, 3, 20, "email is empty, but names the record");
	refuse(rc, 4, 1, "nobody.printix.net is no tenancy of printix");
	refuse(rc, 5, 42, "cannot be read as a date: soon");
	refuse(rc, 6, 1, "5 fields where the header names 7");
	refuse(rc, 7, 1, "tenant_domain is empty");
	refuse(rc, 8, 42, "captured in the future");
	refuse(rc, 9, 1, "the same account as in line 2, but with other");
	/* The empty address is the trouble of two rows, and said once. */
	assert_int_equal(diag.n, 7);
	assert_non_null(strstr(err.msg, "nothing was imported"));
}

static void checks_the_header(void **state)
{
	int rc;

	(void)state;
	rc = import("printix-tenant-users.csv",
		    "tenant_domain,name,e-mail,role,role,captured_at,"
		    "captured_by\n");
	refuse(rc, 1, 20, "unknown column \"e-mail\"");
	refuse(rc, 1, 32, "column \"role\" is there twice");
	refuse(rc, 1, 1, "column \"email\" is missing");
	refuse(rc, 1, 1, "column \"sign_in_method\" is missing");
	refuse(import("printix-tenant-users.csv", "tenant_domain;name\n"), 1,
	       1, "not semicolons");
}

/* Columns come in any order. */
static void reads_the_leaver_register(void **state)
{
	(void)state;
	assert_int_equal(
		import("leavers.csv",
		       "source,left_at,employer,aliases,email,name,person\n"
		       "HR,2025-11-01,acme,a1@acme.example; A2@acme.example ,"
		       "ana@acme.example,Ana Lima,ana\n"), EP_EDATA);
	assert_non_null(strstr(diag.item[0].msg, "--captured-at"));
	assert_non_null(strstr(diag.item[1].msg, "--captured-by"));
	ep_diag_release(&diag);
	ep_diag_init(&diag);
	request.captured_at = NOW - 10;
	request.captured_by = "ravi@northwind.example";
	accept(ep_import(&request, &sink, &totals, &diag, &err),
	       "begin register.leavers register/northwind of northwind v1 age "
	       "604800 imported\n"
	       "northwind: person id=ana name=Ana Lima employer=acme "
	       "left_at=2025-11-01T00:00:00Z source=HR\n"
	       "northwind: alias person=ana address=ana@acme.example\n"
	       "northwind: alias person=ana address=a1@acme.example\n"
	       "northwind: alias person=ana address=a2@acme.example\n"
	       "end northwind complete rows 1 captured 2025-11-17T01:59:50Z "
	       "by ravi@northwind.example, 1 sums\n");
}

static void partner_users_go_to_the_partner(void **state)
{
	(void)state;
	accept(import("printix-partner-users.csv",
		      "scope,scope_name,name,email,state,captured_at,"
		      "captured_by\n"
		      "reseller,Sub,New Tech,New@northwind.example,pending,"
		      "2025-11-16,r\n"),
	       "begin printix-portal.partner_users printix-partner/P1 of "
	       "northwind v1 age 604800 imported\n"
	       "P1: account id=new@northwind.example reseller sub "
	       "email=new@northwind.example name=New Tech "
	       "state=invited(pending) class=partner "
	       "{\"scope\":\"reseller\",\"scope_name\":\"Sub\"}\n"
	       "P1: role account=new@northwind.example reseller sub "
	       "role=PARTNER_PORTAL_USER scope=Sub privileged=yes "
	       "via=partner\n"
	       "end P1 complete rows 1 captured 2025-11-16T00:00:00Z by r, "
	       "1 sums\n");
}

/* One reading of several owners' answers; the oldest look counts. */
static void joins_several_files(void **state)
{
	static const char key[] =
		"{\"data\":[{\"id\":\"%d\",\"attributes\":{\"name\":\"k\","
		"\"expiry\":\"2026-04-24T01:59:59.999-04:00\","
		"\"last_four\":\"R9Nc\",\"token\":\"***R9Nc\","
		"\"status\":\"active\","
		"\"created_at\":\"2025-10-23T18:07:10.872-04:00\","
		"\"user_id\":%d}}]}";
	char one[500];
	char two[500];

	(void)state;
	snprintf(one, sizeof(one), key, 1618, 42);
	snprintf(two, sizeof(two), key, 1619, 43);
	write_text(1, two);
	assert_int_equal(import("dnsfilter-api-keys-ana.json", one), EP_EDATA);
	ep_diag_release(&diag);
	ep_diag_init(&diag);
	request.n = 2;
	request.captured_at = NOW;
	request.captured_by = "ana, bo";
	accept(ep_import(&request, &sink, &totals, &diag, &err),
	       "begin dnsfilter-portal.api_keys_json dnsfilter/802315 of "
	       "nobody v1 age 604800 imported\n"
	       "802315: credential id=1618 kind=api_key name=k owner=42 "
	       "created_at=2025-10-23T22:07:10Z "
	       "expires_at=2026-04-24T05:59:59Z state=active(active) "
	       "{\"last_four\":\"R9Nc\"}\n"
	       "802315: resource kind=activity id=attested 42 "
	       "name=API keys attested owner=42\n"
	       "802315: credential id=1619 kind=api_key name=k owner=43 "
	       "created_at=2025-10-23T22:07:10Z "
	       "expires_at=2026-04-24T05:59:59Z state=active(active) "
	       "{\"last_four\":\"R9Nc\"}\n"
	       "802315: resource kind=activity id=attested 43 "
	       "name=API keys attested owner=43\n"
	       "end 802315 complete rows 2 captured 2025-11-17T02:00:00Z by "
	       "ana, bo, 2 sums\n");
}

static void refuses_json_of_another_shape(void **state)
{
	(void)state;
	refuse(import("dnsfilter-api-keys-ana.json", "{\"keys\":[]}"), 0, 0,
	       "there is no list at data");
	refuse(import("dnsfilter-api-keys-ana.json", "{\"data\":[]"), 0, 0,
	       "");
	refuse(import("dnsfilter-api-keys-ana.json", "{\"data\":[{}]}"), 0, 0,
	       "record 1: id is missing");
}

/* Who attests that he has no key is on record as having attested. */
static void an_owner_without_keys_attests(void **state)
{
	(void)state;
	accept(import("dnsfilter-api-keys.csv",
		      "owner_email,name,last_four,status,created_at,expiry,"
		      "purpose,captured_at,captured_by\n"
		      "ana@northwind.example,,,,,,,2025-11-16,ana\n"),
	       "begin dnsfilter-portal.api_keys dnsfilter/802315 of nobody v1 "
	       "age 604800 imported\n"
	       "802315: resource kind=activity "
	       "id=attested ana@northwind.example name=API keys attested "
	       "owner=ana@northwind.example\n"
	       "end 802315 complete rows 1 captured 2025-11-16T00:00:00Z by "
	       "ana, 1 sums\n");
}

static void passes_over_other_columns_where_allowed(void **state)
{
	(void)state;
	assert_int_equal(import("printix-analytics-group_users.csv",
				"id,tenant_id,meta_created,user_id,group_id\n"
				"1,T-acme,x,u1,g1\n"), EP_EDATA);
	ep_diag_release(&diag);
	ep_diag_init(&diag);
	request.captured_at = NOW;
	request.captured_by = "r";
	accept(ep_import(&request, &sink, &totals, &diag, &err),
	       "begin printix-portal.analytics_group_users printix/T-acme of "
	       "acme v1 age 604800 imported\n"
	       "T-acme: membership team=g1 account=u1 via=direct\n"
	       "end T-acme complete rows 1 captured 2025-11-17T02:00:00Z by "
	       "r, 1 sums\n");
}

static void finds_the_import_of_a_file(void **state)
{
	static const char *const names[][2] = {
		{ "a/b/printix-tenant-users.csv", "tenant_users" },
		{ "printix-portal.tenant_users", "tenant_users" },
		{ "2025-10-31T00_users.csv", "billed_users" },
		{ "printix-analytics-group_users.csv",
		  "analytics_group_users" },
		{ "dnsfilter-api-keys.csv", "api_keys" },
		{ "dnsfilter-api-keys-ana.json", "api_keys_json" },
		{ "leavers.csv", "leavers" },
	};
	const struct ep_spec *spec;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct ep_spec_import *im =
			ep_import_find(&specs, names[i][0], &spec);

		assert_non_null(im);
		assert_string_equal(im->name, names[i][1]);
	}
	assert_null(ep_import_find(&specs, "notes.txt", &spec));
}

static void announces_what_ought_to_be_there(void **state)
{
	static char word[][20] = { "dnsfilter", "printix", "802315", "T-acme",
				   "802316",	"T-claimed", "acme" };
	struct ep_connection connections[] = {
		{ .connector = word[0], .tenant = word[2] },
		{ .connector = word[1], .tenant = word[3] },
	};
	struct ep_claim claims[] = {
		{ .system = word[0], .tenant = word[4] },
		{ .system = word[1], .tenant = word[5] },
	};
	struct ep_customer customer = {
		.id = word[6],
		.connections = { .v = connections, .n = 2 },
		.claims = { .v = claims, .n = 2 },
	};
	struct ep_config config = { .customers = { .v = &customer, .n = 1 } };

	(void)state;
	assert_int_equal(ep_import_expect(&specs, &config, &sink, &err), 0);
	assert_non_null(strstr(told.s, "expect printix-portal.tenant_users "
				       "printix/T-acme\n"));
	assert_non_null(strstr(told.s, "expect printix-portal.applications "
				       "printix/T-acme\n"));
	assert_non_null(strstr(told.s, "expect printix-portal.tenant_users "
				       "printix/T-claimed\n"));
	/* Keys belong to people, who all sit in the MSP's organisation. */
	assert_non_null(strstr(told.s, "expect dnsfilter-portal.api_keys "
				       "dnsfilter/802315\n"));
	assert_null(strstr(told.s, "802316"));
	assert_null(strstr(told.s, "analytics"));
	assert_null(strstr(told.s, "tenant_users dnsfilter"));
	assert_null(strstr(told.s, "partner_users"));
}

#define LOOKED \
	"# captured_at: 2025-11-16T09:00:00Z\n" \
	"# captured_by: it@acme.example\n"
#define DOMAIN \
	"dn: DC=acme,DC=example\n" \
	"objectSid:: AQQAAAAAAAUVAAAAAQAAAAIAAAADAAAA\n" \
	"name: acme\nmaxPwdAge: 0\n" \
	"minPwdLength: 7\npwdHistoryLength: 24\npwdProperties: 1\n" \
	"lockoutThreshold: 0\nms-DS-MachineAccountQuota: 10\n" \
	"msDS-Behavior-Version: 7\n\n"
#define ADA(extra) \
	"dn: CN=Ada,DC=acme,DC=example\n" \
	"objectGUID:: AQIDBAUGBwgJCgsMDQ4PEA==\nsAMAccountName: ada\n" \
	"objectSid:: AQUAAAAAAAUVAAAAAQAAAAIAAAADAAAAUAQAAA==\n" \
	"whenCreated: 20250102030405.0Z\nuserAccountControl: 512\n" \
	"pwdLastSet: 133800000000000000\nprimaryGroupID: 513\n" extra "\n"
#define STAFF(extra) \
	"dn: CN=Staff,DC=acme,DC=example\n" \
	"objectGUID:: AQIDBAUGBwgJCgsMDQ4PEQ==\nsAMAccountName: Staff\n" \
	"objectSid:: AQUAAAAAAAUVAAAAAQAAAAIAAAADAAAAUQQAAA==\n" extra "\n"

/* Without the name by which users are told from computers there would be a
 * directory without users. */
static void refuses_an_export_that_lacks_a_name(void **state)
{
	const char *name = "active-directory-export.directory";
	int rc;

	(void)state;
	refuse(import(name, LOOKED DOMAIN ADA("") STAFF("groupType: 2\n")),
	       0, 0, "no entry has sAMAccountType");
	tear_down(NULL);
	set_up(NULL);
	refuse(import(name, LOOKED DOMAIN ADA("sAMAccountType: 805306368\n")
				   STAFF("")),
	       0, 0, "no entry has groupType");
	tear_down(NULL);
	set_up(NULL);
	rc = import(name, LOOKED DOMAIN ADA("sAMAccountType: 805306368\n")
			  STAFF("groupType: 2\n"));
	if (rc)
		print_diag();
	assert_int_equal(rc, 0);
	assert_non_null(strstr(told.s, "account id="));
}

static int load_all(void **state)
{
	const char *src = getenv("EP_SRC");
	EP_AUTO_FREE char *path = ep_file_join(src ? src : ".",
					       "scanner/connectors");
	struct ep_diag d;
	int rc;

	(void)state;
	ep_diag_init(&d);
	rc = ep_specs_load(&path, 1, &specs, &d);
	ep_diag_release(&d);
	if (!mkdtemp(folder))
		return -1;
	snprintf(file[0], sizeof(file[0]), "%s/one", folder);
	snprintf(file[1], sizeof(file[1]), "%s/two", folder);
	return rc;
}

static int drop_all(void **state)
{
	(void)state;
	ep_specs_release(&specs);
	unlink(file[0]);
	unlink(file[1]);
	return rmdir(folder);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(takes_users_by_tenancy),
		TEST(a_tenancy_may_have_nothing),
		TEST(says_who_looked),
		TEST(says_that_others_looked),
		TEST(refuses_a_name_too_long_to_keep),
		TEST(an_empty_file_says_nothing),
		TEST(an_empty_file_needs_the_options),
		TEST(says_all_faults_of_a_file_at_once),
		TEST(checks_the_header),
		TEST(reads_the_leaver_register),
		TEST(partner_users_go_to_the_partner),
		TEST(joins_several_files),
		TEST(refuses_json_of_another_shape),
		TEST(an_owner_without_keys_attests),
		TEST(passes_over_other_columns_where_allowed),
		TEST(refuses_an_export_that_lacks_a_name),
		TEST(finds_the_import_of_a_file),
		TEST(announces_what_ought_to_be_there),
	};

	return cmocka_run_group_tests_name("import", tests, load_all,
					   drop_all);
}
