/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is behind an account: what makes a link certain, what keeps it open,
 * and who is never joined.
 */
#include "check_kit.h"

#include "check/people.h"
#include "check/people_current.h"

#define WORLD \
	"customers:\n" \
	"- {id: msp, msp: true, aliases: [{pattern: " \
	"'^adm-(.+)@msp\\.example$', address: '$1@msp.example'}]}\n" \
	"- id: acme\n" \
	"  aliases: [{pattern: '^(.+)\\+[^@]*@acme\\.example$', " \
	"address: '$1@acme.example'}]\n" \
	"  declared: [{address: front@acme.example, class: shared, owner: " \
	"bo@acme.example, review_by: 2026-06-01, reason: desk}]\n" \
	"- {id: zed}\n" \
	"tenants:\n" \
	"- {tenant: printix/t1, customer: acme}\n" \
	"- {tenant: printix/t2, customer: zed}\n" \
	"datasets:\n" \
	"- tenant: register/leavers\n" \
	"  dataset: register.people\n" \
	"  kinds: [person, alias]\n" \
	"  rows:\n" \
	"  - person: {id: ana, name: Ana Lima, employer: acme, " \
	"left_at: 2025-11-01}\n" \
	"  - alias: {person: ana, address: ana@acme.example}\n" \
	"  - alias: {person: ana, address: '4711'}\n" \
	"  - alias: {person: ana, address: " \
	"0f8fad5b-d9cb-469f-a165-70867728950e}\n" \
	"  - person: {id: bo, name: Bo Ray, employer: acme}\n" \
	"  - alias: {person: bo, address: bo@acme.example}\n" \
	"  - alias: {person: bo, address: shared@acme.example}\n" \
	"  - person: {id: cy, name: Cy Ott, employer: acme, " \
	"left_at: 2025-11-01}\n" \
	"  - alias: {person: cy, address: shared@acme.example}\n" \
	"  - person: {id: tec, name: Tec Moe, employer: msp, " \
	"left_at: 2025-11-01}\n" \
	"  - alias: {person: tec, address: tec@msp.example}\n"

/* One account in a tenancy; what it is linked with. */
static const char *link_of(struct kit *kit, const char *tenant,
			   const char *account)
{
	char yaml[4000];
	struct ep_err err = EP_ERR_INIT;

	snprintf(yaml, sizeof(yaml), WORLD
		 "- tenant: %s\n"
		 "  dataset: printix.users\n"
		 "  kinds: [account]\n"
		 "  rows: [{account: %s}]\n", tenant, account);
	kit_night(kit, yaml);
	if (ep_check_schema(ep_store_db(kit->store), &err) < 0 ||
	    ep_people_link(ep_store_db(kit->store), kit->config, &err) < 0)
		fail_msg("%s", err.msg);
	/* Rows of an earlier call in the other tenancy are still there. */
	snprintf(yaml, sizeof(yaml), "SELECT group_concat(person || ' ' || how "
		 "|| ' ' || certain, ', ') FROM (SELECT * FROM person_link "
		 "WHERE tenant = '%s' ORDER BY person)", tenant);
	return kit_ask(kit, yaml);
}

#define LINK(account, says) \
	assert_string_equal(link_of(*state, "printix/t1", account), says)
#define LINK2(account, says) \
	assert_string_equal(link_of(*state, "printix/t2", account), says)

static void test_address(void **state)
{
	LINK("{id: u, email: Ana@ACME.example}", "ana address 1");
	LINK("{id: u, login: ana@acme.example}", "ana address 1");
	/* An address is hers wherever it is used. */
	LINK2("{id: u, email: ana@acme.example}", "ana address 1");
	assert_string_equal(kit_ask(*state, "SELECT customer || tenant || "
				    "dataset || account || email || "
				    "person_name || iso(left_at) FROM "
				    "person_link WHERE tenant = "
				    "'printix/t2'"),
			    "zedprintix/t2printix.usersuana@acme.example"
			    "Ana Lima2025-11-01T00:00:00Z");
}

static void test_id(void **state)
{
	LINK("{id: u, external_id: 0F8FAD5B-D9CB-469F-A165-70867728950E}",
	     "ana id 1");
	LINK2("{id: u, external_id: 0f8fad5b-d9cb-469f-a165-70867728950e}",
	      "ana id 1");
	LINK("{id: u, external_id: '4711'}", "ana id 1");
	/* Another customer's directory may number people too. */
	LINK2("{id: u, external_id: '4711'}", "ana id 0");
}

static void test_pattern(void **state)
{
	LINK("{id: u, email: ana+print@acme.example}", "ana pattern 1");
	/* The MSP's patterns hold in every tenancy, for its own people. */
	LINK2("{id: u, email: adm-tec@msp.example}", "tec pattern 1");
	/* acme's pattern says nothing about zed's tenancy. */
	LINK2("{id: u, email: ana+print@acme.example}",
	      "ana plus address 0");
}

static void test_two_people(void **state)
{
	LINK("{id: u, email: shared@acme.example}",
	     "bo address of two people 0, cy address of two people 0");
	/* Id and address that disagree decide nothing. */
	LINK("{id: u, external_id: '4711', email: bo@acme.example}",
	     "ana address of two people 0, bo address of two people 0");
}

static void test_name(void **state)
{
	LINK("{id: u, name: '  ana   LIMA '}", "ana name 0");
	LINK2("{id: u, name: Ana Lima}", "");
	LINK2("{id: u, name: Tec Moe}", "tec name 0");
	/* Who is known by address is not looked for by name. */
	LINK("{id: u, name: Ana Lima, email: bo@acme.example}",
	     "bo address 1");
}

static void test_nothing_in_common(void **state)
{
	LINK("{id: u, email: null, name: null}", "");
	LINK("{id: u, email: '', name: ''}", "");
	LINK("{id: u}", "");
}

static void test_declared(void **state)
{
	LINK("{id: u, email: front@acme.example, name: Ana Lima}", "");
	LINK("{id: u, email: ana+x@acme.example, class: shared}", "");
	LINK("{id: u, email: ana@acme.example, class: shared}",
	     "ana address 1");
}

/* What acme's directory says, and an account elsewhere. */
static const char *heard(struct kit *kit, const char *directory,
			 const char *tenant, const char *account)
{
	static char text[500];
	char yaml[5000];
	struct ep_err err = EP_ERR_INIT;

	snprintf(yaml, sizeof(yaml), WORLD
		 "- tenant: printix/t1\n"
		 "  dataset: entra.users\n"
		 "  kinds: [account]\n"
		 "  rows: [%s]\n"
		 "- tenant: %s\n"
		 "  dataset: okta.users\n"
		 "  kinds: [account]\n"
		 "  rows: [{account: %s}]\n", directory, tenant, account);
	kit_night(kit, yaml);
	EP_VEC_ADD(&kit->config->customers.v[1].domains) =
		ep_strdup("acme.example");
	if (ep_check_schema(ep_store_db(kit->store), &err) < 0 ||
	    ep_people_link(ep_store_db(kit->store), kit->config, &err) < 0)
		fail_msg("%s", err.msg);
	/* Rows of an earlier call in the other tenancy are still there. */
	snprintf(yaml, sizeof(yaml), "SELECT group_concat(person || ' ' || how "
		 "|| ' ' || certain, ', ') FROM (SELECT * FROM person_link "
		 "WHERE dataset = 'okta.users' AND tenant = '%s' ORDER BY "
		 "person)", tenant);
	snprintf(text, sizeof(text), "%s", kit_ask(kit, yaml));
	return text;
}

#define ANA(more) "{account: {id: 11111111-aaaa-4000-8000-000000000001, " \
	"email: ana@acme.example" more "}}"
#define PROXIES ", attr: {proxyAddresses: ['SMTP:ana@acme.example', " \
	"'smtp:ana.lima@acme.example', 'X500:/o=x/cn=ana@acme.example', " \
	"'smtp:ana@private.example']}"
#define HEARD(directory, tenant, account, says) \
	assert_string_equal(heard(*state, directory, tenant, account), says)

static void test_directory_addresses(void **state)
{
	/* Her other address, wherever it is used. */
	HEARD(ANA(PROXIES), "printix/t1", "{id: u, email: ANA.LIMA@acme.example}",
	      "ana address in the directory 1");
	HEARD(ANA(PROXIES), "printix/t2", "{id: u, login: ana.lima@acme.example}",
	      "ana address in the directory 1");
	/* One of a foreign domain is hers at home alone. */
	HEARD(ANA(PROXIES), "printix/t2", "{id: u, email: ana@private.example}",
	      "ana address in the directory 0");
	HEARD(ANA(", attr: {aliases: 'al@acme.example ana.lima@acme.example'}"),
	      "printix/t2", "{id: u, email: ana.lima@acme.example}",
	      "ana address in the directory 1");
	/* What a user may write himself is no identity. */
	HEARD(ANA(", attr: {otherMails: [ana.lima@acme.example], secondEmail: "
		  "ana.lima@acme.example}"),
	      "printix/t2", "{id: u, email: ana.lima@acme.example}", "");
	/* Nobody speaks for a guest, or for people of somebody else. */
	HEARD(ANA(PROXIES ", class: guest"), "printix/t2",
	      "{id: u, email: ana.lima@acme.example}", "");
	HEARD("{account: {id: x, email: tec@msp.example, attr: {aliases: "
	      "boss@acme.example}}}", "printix/t2",
	      "{id: u, email: boss@acme.example}", "");
}

static void test_directory_two(void **state)
{
	/* Two who claim one address decide nothing. */
	HEARD(ANA(PROXIES) ", {account: {id: b, email: bo@acme.example, attr: "
	      "{aliases: ana.lima@acme.example}}}", "printix/t1",
	      "{id: u, email: ana.lima@acme.example}",
	      "ana address in the directory 0, bo address in the directory 0");
	/* The register beats a directory. */
	HEARD(ANA(", attr: {aliases: bo@acme.example}"), "printix/t1",
	      "{id: u, email: bo@acme.example}", "bo address 1");
	/* An account with further addresses of two people. */
	HEARD("", "printix/t1", "{id: u, email: x@acme.example, attr: {aliases:"
	      " 'bo@acme.example ana@acme.example'}}",
	      "ana address of two people 0, bo address of two people 0");
	HEARD("", "printix/t1", "{id: u, email: x@acme.example, attr: {aliases:"
	      " bo@acme.example}}", "bo further address 1");
}

static void test_directory_ids(void **state)
{
	HEARD(ANA(""), "printix/t2", "{id: u, email: new@acme.example, "
	      "external_id: 11111111-AAAA-4000-8000-000000000001}",
	      "ana id in the directory 1");
	HEARD(ANA(", external_id: 'q83vEjRWeJq83vEjRWeJqg=='"), "printix/t2",
	      "{id: u, external_id: 'q83vEjRWeJq83vEjRWeJqg=='}",
	      "ana id in the directory 1");
	/* A number is no id of the world. */
	HEARD(ANA(", external_id: '42'"), "printix/t2",
	      "{id: u, external_id: '42'}", "");
}

static void test_decisions(void **state)
{
	struct kit *kit = *state;
	struct ep_err err = EP_ERR_INIT;

	LINK("{id: u, name: Ana Lima}", "ana name 0");
	assert_int_equal(ep_people_decide(ep_store_db(kit->store),
					  "printix/t1", "u", "ana", true,
					  "bo@acme.example", KIT_NOW, &err),
			 0);
	LINK("{id: u, name: Ana Lima}", "ana confirmed 1");
	assert_int_equal(ep_people_decide(ep_store_db(kit->store),
					  "printix/t1", "u", "ana", false,
					  "bo@acme.example", KIT_NOW, &err),
			 0);
	LINK("{id: u, name: Ana Lima}", "");
	LINK("{id: v, name: Ana Lima}", "ana name 0");
}

static bool is_current(struct kit *kit)
{
	struct ep_err err = EP_ERR_INIT;
	bool current = false;

	if (ep_people_current(kit->store, kit->config->sha256, &current,
			      &err) < 0)
		fail_msg("%s", err.msg);
	return current;
}

static void refresh(struct kit *kit)
{
	struct ep_err err = EP_ERR_INIT;

	if (ep_people_refresh(kit->store, kit->config, &err) < 0)
		fail_msg("%s", err.msg);
	assert_true(is_current(kit));
}

/* Each plays a night, whose configuration is a fresh one. */
static void name_config(struct kit *kit, const char *sha256)
{
	ep_free(kit->config->sha256);
	kit->config->sha256 = ep_strdup(sha256);
}

static void test_current(void **state)
{
	struct kit *kit = *state;
	struct ep_err err = EP_ERR_INIT;

	LINK("{id: u, email: ana@acme.example}", "ana address 1");
	/* Linked by somebody who did not say from what. */
	name_config(kit, "a");
	assert_false(is_current(kit));
	refresh(kit);
	/* The configuration of now. */
	name_config(kit, "b");
	assert_false(is_current(kit));
	refresh(kit);
	/* The one that the last run copied. */
	assert_int_equal(ep_db_exec(ep_store_db(kit->store), "UPDATE main.run SET "
				    "config_sha256 = 'c' WHERE id = (SELECT "
				    "max(id) FROM run)", &err), 0);
	assert_false(is_current(kit));
	refresh(kit);
	assert_int_equal(ep_people_decide(ep_store_db(kit->store),
					  "printix/t1", "u", "ana", false,
					  "bo@acme.example", KIT_NOW, &err),
			 0);
	assert_false(is_current(kit));
	refresh(kit);
	assert_int_equal(ep_db_exec(ep_store_db(kit->store), "INSERT INTO "
				    "main.retirement(tenancy, at, by_user, "
				    "reason) SELECT id, 1, '', '' FROM "
				    "main.tenancy WHERE uid = 'printix/t1'",
				    &err), 0);
	assert_false(is_current(kit));
	refresh(kit);
	assert_string_equal(kit_ask(kit, "SELECT count(*) FROM person_link"),
			    "0");
}

static void retire(struct kit *kit, const char *ids)
{
	struct ep_err err = EP_ERR_INIT;

	if (ep_db_execf(ep_store_db(kit->store), &err, "DELETE FROM "
			"main.retirement; INSERT INTO main.retirement(tenancy, "
			"at, by_user, reason) SELECT id, 1, '', '' FROM "
			"main.tenancy WHERE id IN (%s)", ids) < 0)
		fail_msg("%s", err.msg);
}

/* Which ones are retired, not how many. */
static void test_current_retired(void **state)
{
	struct kit *kit = *state;

	LINK("{id: u, email: ana@acme.example}", "ana address 1");
	link_of(kit, "printix/t3", "{id: w}");
	link_of(kit, "printix/t4", "{id: w}");
	assert_string_equal(kit_ask(kit, "SELECT min(id) + max(id) FROM "
				    "main.tenancy WHERE id < 5"), "5");
	name_config(kit, "a");
	retire(kit, "1, 4");
	refresh(kit);
	retire(kit, "2, 3");
	assert_false(is_current(kit));
}

/* Another program may see other links in the same rows. */
static void test_current_program(void **state)
{
	struct kit *kit = *state;
	struct ep_err err = EP_ERR_INIT;

	LINK("{id: u, email: ana@acme.example}", "ana address 1");
	name_config(kit, "a");
	refresh(kit);
	assert_int_equal(ep_db_exec(ep_store_db(kit->store), "UPDATE "
				    "main.person_linked SET basis = replace("
				    "basis, '" EP_VERSION "', '0.0')", &err),
			 0);
	assert_false(is_current(kit));
}

/* A night that changed nothing keeps the links, one that changed an account
 * does not, and the night before is another state than both. */
static void test_current_nights(void **state)
{
	struct kit *kit = *state;
	struct ep_err err = EP_ERR_INIT;

	LINK("{id: u, email: ana@acme.example}", "ana address 1");
	name_config(kit, "a");
	refresh(kit);
	kit_night(kit, WORLD);
	name_config(kit, "a");
	assert_true(is_current(kit));
	LINK("{id: u, email: bo@acme.example}", "bo address 1");
	name_config(kit, "a");
	refresh(kit);
	assert_int_equal(ep_store_as_of(kit->store, 1, &err), 0);
	assert_false(is_current(kit));
	refresh(kit);
	assert_string_equal(kit_ask(kit, "SELECT person FROM person_link"),
			    "ana");
	assert_int_equal(ep_store_as_of(kit->store, 0, &err), 0);
	assert_false(is_current(kit));
}

#define WITH_KIT(f) cmocka_unit_test_setup_teardown(f, kit_up, kit_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_KIT(test_address),
		WITH_KIT(test_id),
		WITH_KIT(test_pattern),
		WITH_KIT(test_two_people),
		WITH_KIT(test_name),
		WITH_KIT(test_nothing_in_common),
		WITH_KIT(test_declared),
		WITH_KIT(test_directory_addresses),
		WITH_KIT(test_directory_two),
		WITH_KIT(test_directory_ids),
		WITH_KIT(test_decisions),
		WITH_KIT(test_current),
		WITH_KIT(test_current_retired),
		WITH_KIT(test_current_program),
		WITH_KIT(test_current_nights),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
