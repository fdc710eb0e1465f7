/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forgetting a person: a retired tenancy that lists him cannot bring him back,
 * and names him no longer either; what was altered is not sealed in.
 */
#include "check_kit.h"

#include "base/file.h"
#include "evidence/erase.h"
#include "evidence/evidence.h"

#define HEAD \
	"customers: [{id: acme}]\n" \
	"tenants:\n" \
	"- {tenant: printix/t1, customer: acme}\n" \
	"- {tenant: printix/t2, customer: acme}\n" \
	"datasets:\n"
#define PEOPLE(rows) \
	"- tenant: register/msp\n" \
	"  dataset: register.people\n" \
	"  kinds: [person, alias]\n" \
	"  rows:\n" \
	"  - person: {id: bo-id, name: Bo Ray, employer: acme}\n" \
	"  - alias: {person: bo-id, address: bo@acme.example}\n" rows
#define ANA_PERSON \
	"  - person: {id: ana-id, name: Ana Lima, employer: acme, " \
	"left_at: 2025-11-01}\n" \
	"  - alias: {person: ana-id, address: ana@acme.example}\n"
#define USERS(tenant, more) \
	"- tenant: printix/" tenant "\n" \
	"  dataset: printix.users\n" \
	"  kinds: [account]\n" more
#define BO "  - account: {id: u-bo, name: Bo Ray, email: bo@acme.example, " \
	   "state: active}\n"
#define ANA "  - account: {id: u-ana, name: Ana Lima, email: " \
	    "ana@acme.example, state: disabled}\n"

static void night(struct kit *kit, const char *yaml)
{
	struct ep_err err = EP_ERR_INIT;

	kit_night(kit, yaml);
	kit_check(kit);
	if (ep_evidence_seal(kit->store, kit->config, NULL, 0, NULL, NULL,
			     &err) < 0)
		fail_msg("%s", err.msg);
}

static int forget(struct kit *kit, struct ep_erase_result *result,
		  struct ep_err *err)
{
	struct ep_erase_options options = {
		.person = "ana@acme.example", .by = "Pia Roth",
		.reason = "request 12", .yes = true,
	};
	int rc = ep_erase(kit->store, &options, result, err);

	ep_buf_release(&result->left);
	return rc;
}

static void refused(struct kit *kit, int code, const char *part)
{
	struct ep_erase_result result;
	struct ep_err err = EP_ERR_INIT;

	assert_int_equal(forget(kit, &result, &err), code);
	if (!strstr(err.msg, part))
		fail_msg("\"%s\" is not in \"%s\"", part, err.msg);
}

static void retire(struct kit *kit, const char *uid)
{
	struct ep_err err = EP_ERR_INIT;

	if (ep_store_retire(kit->store, uid, "pia", "sold", &err) < 0 ||
	    ep_store_as_of(kit->store, 0, &err) < 0)
		fail_msg("%s", err.msg);
}

static void named_nowhere(struct kit *kit)
{
	static const char *const words[] = { "ana@acme", "Ana Lima",
					     "ana-id", "u-ana" };
	EP_AUTO(ep_buf_release) struct ep_buf bytes = EP_BUF_INIT(1 << 24);
	struct ep_err err = EP_ERR_INIT;

	if (ep_file_read(kit->path, 1 << 24, &bytes, &err) < 0)
		fail_msg("%s", err.msg);
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (memmem(bytes.s, bytes.len, words[i], strlen(words[i])))
			fail_msg("\"%s\" is still there", words[i]);
	assert_non_null(memmem(bytes.s, bytes.len, "Bo Ray", 6));
}

static void whole(struct kit *kit)
{
	struct ep_err err = EP_ERR_INIT;

	if (ep_evidence_verify(kit->store, 0, NULL, NULL, NULL, &err) < 0)
		fail_msg("%s", err.msg);
}

#define SECRETS "SELECT count(*) FROM evidence_secret"

static void test_listed_by_retired(void **state)
{
	struct kit *kit = *state;
	struct ep_erase_result result;
	struct ep_err err = EP_ERR_INIT;

	kit_disabled_rule(kit);
	night(kit, HEAD PEOPLE(ANA_PERSON) USERS("t1", "  rows:\n" BO ANA)
	      USERS("t2", "  rows:\n" BO ANA));
	night(kit, HEAD PEOPLE("") USERS("t1", "  rows:\n" BO)
	      USERS("t2", "  rows:\n" BO ANA));
	refused(kit, EP_EPERM, "printix/t2 (account)");
	retire(kit, "printix/t2");
	whole(kit);
	assert_string_equal(kit_ask(kit, SECRETS), "8");
	if (forget(kit, &result, &err) < 0)
		fail_msg("%s", err.msg);
	assert_true(result.leaves > 0);
	named_nowhere(kit);
	whole(kit);
	/* Bo is a person, an alias and two accounts.  What a hash of the other's
	 * row or a nonce would confirm is gone as well. */
	assert_string_equal(kit_ask(kit, SECRETS), "4");
	assert_string_equal(kit_ask(kit, "SELECT count(*) FROM main.listing l "
				    "JOIN main.dataset d ON d.id = l.dataset "
				    "JOIN main.tenancy t ON t.id = d.tenancy "
				    "WHERE t.uid = 'printix/t2'"), "0");
	assert_string_equal(kit_ask(kit, "SELECT count(*) > 0 FROM "
				    "main.listing"), "1");
	night(kit, HEAD PEOPLE("") USERS("t1", "  rows:\n" BO));
	/* Seen again, it is a tenancy as before: what it lists is news. */
	night(kit, HEAD PEOPLE("") USERS("t1", "  rows:\n" BO)
	      USERS("t2", "  rows:\n" BO ANA));
	assert_string_equal(kit_ask(kit, "SELECT group_concat(name, ', ') FROM "
				    "(SELECT name FROM account WHERE tenant = "
				    "'printix/t2' ORDER BY name)"),
			    "Ana Lima, Bo Ray");
	whole(kit);
}

/* Not read, and then retired: no night that could bring him back. */
static void test_unread_and_retired(void **state)
{
	struct kit *kit = *state;
	struct ep_erase_result result;
	struct ep_err err = EP_ERR_INIT;

	kit_disabled_rule(kit);
	night(kit, HEAD PEOPLE(ANA_PERSON) USERS("t1", "  rows:\n" BO)
	      USERS("t2", "  rows:\n" BO ANA));
	night(kit, HEAD PEOPLE("") USERS("t1", "  rows:\n" BO)
	      USERS("t2", "  rows:\n" BO));
	night(kit, HEAD PEOPLE("") USERS("t1", "  rows:\n" BO)
	      USERS("t2", "  status: failed\n  rows: []\n"));
	refused(kit, EP_EPURGED, "printix.users of printix/t2");
	retire(kit, "printix/t2");
	if (forget(kit, &result, &err) < 0)
		fail_msg("%s", err.msg);
	named_nowhere(kit);
	whole(kit);
}

/* An erasure would seal in what somebody altered. */
static void test_altered(void **state)
{
	struct kit *kit = *state;
	struct ep_err err = EP_ERR_INIT;

	kit_disabled_rule(kit);
	night(kit, HEAD PEOPLE(ANA_PERSON) USERS("t1", "  rows:\n" BO ANA));
	night(kit, HEAD PEOPLE("") USERS("t1", "  rows:\n" BO));
	assert_int_equal(ep_db_exec(ep_store_db(kit->store), "UPDATE "
				    "main.now_account SET name = 'Bo' WHERE "
				    "key = 'u-bo'", &err), 0);
	refused(kit, EP_EDATA, "number 1 of the sealed runs was altered");
	assert_string_equal(kit_ask(kit, "SELECT count(*) > 0 FROM main.history "
				    "WHERE old LIKE '%ana@acme.example%'"),
			    "1");
}

#define AGENTS 70
#define AGENT_LIST \
	"- tenant: printix/t1\n" \
	"  dataset: printix.workstations\n" \
	"  kinds: [agent]\n" \
	"  rows:\n"

/* Of the agents of a listing: in whose name each is signed in, so often that
 * the packs of the past are full. */
static void add_agents(struct ep_buf *yaml, const char *who, int times)
{
	ep_buf_adds(yaml, AGENT_LIST);
	for (int i = 0; i < AGENTS; i++) {
		ep_buf_addf(yaml, "  - agent: {id: a%02d, name: PC, user: \""
			    "%02d", i, i);
		for (int k = 0; k < times; k++)
			ep_buf_addf(yaml, " %s", who);
		ep_buf_adds(yaml, "\"}\n");
	}
}

/* What the night before held is what the first of two reads wrote over, also
 * where its pack is too large for one when the person is not named in it. */
static void test_read_twice_in_a_night(void **state)
{
	EP_AUTO(ep_buf_release) struct ep_buf yaml = EP_BUF_INIT(4 << 20);
	struct kit *kit = *state;
	struct ep_erase_result result;
	struct ep_err err = EP_ERR_INIT;

	kit_disabled_rule(kit);
	ep_buf_adds(&yaml, HEAD PEOPLE(ANA_PERSON) USERS("t1", "  rows:\n" BO));
	add_agents(&yaml, "ana-id", 1100);
	night(kit, yaml.s);
	ep_buf_clear(&yaml);
	ep_buf_adds(&yaml, HEAD PEOPLE("") USERS("t1", "  rows:\n" BO));
	add_agents(&yaml, "between", 1);
	add_agents(&yaml, "after", 1);
	night(kit, yaml.s);
	assert_string_equal(kit_ask(kit, "SELECT count(*) FROM "
				    "main.volatile_history"), "3");
	if (forget(kit, &result, &err) < 0)
		fail_msg("%s", err.msg);
	if (ep_store_as_of(kit->store, 1, &err) < 0)
		fail_msg("%s", err.msg);
	assert_string_equal(kit_ask(kit, "SELECT group_concat(DISTINCT "
				    "substr(user, 4, 7)) FROM agent"),
			    "erased-");
	assert_string_equal(kit_ask(kit, "SELECT count(DISTINCT id) FROM "
				    "agent"), "70");
}

#define WITH_KIT(f) cmocka_unit_test_setup_teardown(f, kit_up, kit_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_KIT(test_listed_by_retired),
		WITH_KIT(test_unread_and_retired),
		WITH_KIT(test_altered),
		WITH_KIT(test_read_twice_in_a_night),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
