/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exits over small nights: which one is meant, what is left, what stands in
 * the way, and that nothing unread ever looks done.
 */
#include "check_kit.h"

#include "base/file.h"
#include "check/people.h"
#include "exit/exit.h"
#include "exit/ground.h"

struct exits {
	struct kit *kit;
	struct ep_rules *rules;
	struct ep_profiles *profiles;
	struct ep_exit_context ctx;
	struct ep_exit *exit;
	struct ep_exit_look look;
	struct ep_err err;
	bool shared;	/* as who finds many exits does */
};

static int up(void **state)
{
	struct exits *ex = ep_calloc(1, sizeof(*ex));
	const char *src = getenv("EP_SRC");
	EP_AUTO_FREE char *rules = ep_file_join(src ? src : ".", "rules");
	const char *one[] = { rules };
	void *kit;

	assert_int_equal(kit_up(&kit), 0);
	ex->kit = kit;
	ex->rules = ep_rules_load(one, 1, &ex->kit->diag);
	assert_non_null(ex->rules);
	ex->profiles = ep_profiles_load(one, 1, ex->rules, &ex->kit->diag);
	kit_no_complaint(ex->kit);
	*state = ex;
	return 0;
}

static void forget(struct exits *ex)
{
	ep_exit_look_release(&ex->look);
	ex->look = (struct ep_exit_look){ 0 };
	ep_exit_free(ex->exit);
	ex->exit = NULL;
	ep_exit_ground_free(ex->ctx.ground);
	ex->ctx.ground = NULL;
}

static int down(void **state)
{
	struct exits *ex = *state;
	void *kit = ex->kit;

	forget(ex);
	ep_profiles_free(ex->profiles);
	ep_rules_free(ex->rules);
	ep_free(ex);
	return kit_down(&kit);
}

/* --- asking ------------------------------------------------------------- */

static int find(struct exits *ex, const struct ep_exit_ask *ask)
{
	struct ep_db *db = ep_store_db(ex->kit->store);

	forget(ex);
	ex->err = (struct ep_err)EP_ERR_INIT;
	if (ep_store_as_of(ex->kit->store, 0, &ex->err) < 0 ||
	    ep_check_schema(db, &ex->err) < 0 ||
	    ep_exit_schema(db, &ex->err) < 0 ||
	    ep_people_link(db, ex->kit->config, &ex->err) < 0)
		fail_msg("%s", ex->err.msg);
	ex->ctx.store = ex->kit->store;
	ex->ctx.config = ex->kit->config;
	ex->ctx.rules = ex->rules;
	ex->ctx.profiles = ex->profiles;
	if (ex->ctx.now == 0)
		ex->ctx.now = ex->kit->now;
	if (ex->shared &&
	    (ep_exit_ground_load(&ex->ctx, &ex->ctx.ground, &ex->err) < 0 ||
	     ep_exit_ground_tickets(&ex->ctx, ex->ctx.ground, &ex->err) < 0))
		fail_msg("%s", ex->err.msg);
	return ep_exit_find(&ex->ctx, ask, &ex->exit, &ex->err);
}

static void look(struct exits *ex, const struct ep_exit_ask *ask)
{
	if (find(ex, ask) < 0 ||
	    ep_exit_look(&ex->ctx, ex->exit, &ex->look, &ex->err) < 0)
		fail_msg("%s", ex->err.msg);
	ex->ctx.now = 0;
}

static void look_at(struct exits *ex, const char *person)
{
	look(ex, &(struct ep_exit_ask){ .person = person });
}

static void wrong(struct exits *ex, const struct ep_exit_ask *ask, int code,
		  const char *said)
{
	assert_int_equal(find(ex, ask), code);
	ex->ctx.now = 0;
	if (!strstr(ex->err.msg, said))
		fail_msg("\"%s\" is not in \"%s\"", said, ex->err.msg);
}

/* "open", "done" ... of an end state, the worst of its items; "none". */
static const char *state_of(const struct exits *ex, const char *end)
{
	static const int worse[] = { EP_EXIT_OPEN, EP_EXIT_PENDING,
				     EP_EXIT_UNKNOWN, EP_EXIT_DONE };

	for (size_t w = 0; w < 4; w++)
		for (size_t i = 0; i < ex->look.item.n; i++)
			if (ep_str_eq(ex->look.item.v[i].end->id, end) &&
			    (int)ex->look.item.v[i].state == worse[w])
				return ep_exit_state_word(
					ex->look.item.v[i].state);
	return "none";
}

static const struct ep_exit_item *open_item(const struct exits *ex,
					    const char *end)
{
	for (size_t i = 0; i < ex->look.item.n; i++)
		if (ep_str_eq(ex->look.item.v[i].end->id, end) &&
		    ex->look.item.v[i].state != EP_EXIT_DONE)
			return &ex->look.item.v[i];
	fail_msg("%s has nothing left", end);
	return NULL;
}

static bool waits_for(const struct exits *ex, const char *end,
		      const char *first)
{
	const struct ep_exit_item *item = open_item(ex, end);

	for (size_t i = 0; i < item->blocked_by.n; i++)
		if (ep_str_eq(ex->look.item.v[item->blocked_by.v[i]].end->id,
			      first))
			return true;
	return false;
}

static const struct ep_exit_problem *problem(const struct exits *ex,
					     const char *id)
{
	for (size_t i = 0; i < ex->exit->problem.n; i++)
		if (ep_str_eq(ex->exit->problem.v[i].id, id))
			return &ex->exit->problem.v[i];
	return NULL;
}

/* --- worlds ------------------------------------------------------------- */

#define PLACES \
	"customers:\n" \
	"- {id: msp, name: Northwind, msp: true, domains: [msp.example], " \
	"authorised_owners: [ana@msp.example]}\n" \
	"- {id: acme, name: Acme, domains: [acme.example], " \
	"authorised_owners: [pia@acme.example]}\n" \
	"tenants:\n" \
	"- {tenant: register/msp, customer: msp}\n" \
	"- {tenant: dnsfilter/1, customer: msp}\n" \
	"datasets:\n"
#define LEAVERS(people) \
	"- tenant: register/msp\n" \
	"  dataset: register.leavers\n" \
	"  kinds: [person, alias]\n" \
	"  imported: true\n" \
	"  captured_at: 2025-11-16T20:00:00Z\n" \
	"  max_age: 604800\n" \
	"  rows:\n" people
#define OTTO \
	"  - person: {id: otto, name: Otto Berg, employer: msp, " \
	"left_at: 2025-11-10T17:00:00Z, source: HR ticket 4711}\n" \
	"  - alias: {person: otto, address: otto@msp.example}\n"
#define MEI \
	"  - person: {id: mei, name: Mei Tan, employer: msp, " \
	"left_at: 2025-12-24}\n" \
	"  - alias: {person: mei, address: mei@msp.example}\n"
#define USERS(rows) \
	"- tenant: dnsfilter/1\n" \
	"  dataset: dnsfilter.users\n" \
	"  kinds: [account, role]\n" \
	"  rows:\n" \
	"  - account: {id: \"1\", email: ana@msp.example, state: active}\n" \
	"  - role: {account: \"1\", role: owner, scope: \"\"}\n" rows
#define SEAT \
	"  - account: {id: \"7\", email: otto@msp.example, state: active}\n"
#define KEYS(rows) \
	"- tenant: dnsfilter/1\n" \
	"  dataset: dnsfilter.api_keys\n" \
	"  kinds: [credential]\n" \
	"  rows: []\n" \
	"- tenant: dnsfilter/1\n" \
	"  dataset: dnsfilter-portal.api_keys\n" \
	"  kinds: [credential, resource]\n" \
	"  imported: true\n" \
	"  captured_at: 2025-11-16T20:00:00Z\n" \
	"  max_age: 604800\n" rows
#define KEY(state) \
	"  rows:\n" \
	"  - credential: {id: k1, kind: api_key, name: sync, " \
	"owner_email: otto@msp.example, state: " state "}\n"
#define NO_KEY "  rows: []\n"
#define REST \
	"- tenant: dnsfilter/1\n" \
	"  dataset: dnsfilter.current_user\n" \
	"  kinds: [resource]\n" \
	"  rows: []\n" \
	"- tenant: dnsfilter/1\n" \
	"  dataset: dnsfilter-portal.integrations\n" \
	"  kinds: [resource]\n" \
	"  rows: []\n"
#define OFFICE(users, keys) \
	PLACES LEAVERS(OTTO MEI) USERS(users) KEYS(keys) REST

/* --- keys before seats -------------------------------------------------- */

static void test_key_first(void **state)
{
	struct exits *ex = *state;

	kit_night(ex->kit, OFFICE(SEAT, KEY("active")));
	look_at(ex, "otto@msp.example");
	assert_string_equal(ex->exit->key, "person:otto");
	assert_string_equal(ex->exit->profile->id, "msp-technician");
	assert_string_equal(state_of(ex, "keys-dnsfilter"), "open");
	assert_true(waits_for(ex, "seats-dnsfilter", "keys-dnsfilter"));
	assert_string_equal(open_item(ex, "keys-dnsfilter")->dataset,
			    "dnsfilter-portal.api_keys");
	assert_string_equal(state_of(ex, "owner-dnsfilter"), "done");
	kit_night(ex->kit, OFFICE(SEAT, KEY("revoked")));
	look_at(ex, "otto@msp.example");
	assert_string_equal(state_of(ex, "keys-dnsfilter"), "done");
	assert_int_equal(open_item(ex, "seats-dnsfilter")->blocked_by.n, 0);
	kit_night(ex->kit, OFFICE("", KEY("revoked")));
	look_at(ex, "otto@msp.example");
	assert_string_equal(state_of(ex, "seats-dnsfilter"), "done");
	assert_string_equal(state_of(ex, "broken-key"), "done");
}

static void test_seat_went_first(void **state)
{
	struct exits *ex = *state;
	const struct ep_exit_item *item;

	kit_night(ex->kit, OFFICE(SEAT, KEY("active")));
	kit_night(ex->kit, OFFICE("", KEY("active")));
	look_at(ex, "otto@msp.example");
	item = open_item(ex, "broken-key");
	assert_true(item->end->broken);
	assert_true(item->state == EP_EXIT_OPEN);
	assert_true(item->step.n >= 3);
	assert_string_equal(item->end->fix, "key-break-glass");
}

/* Keys that nobody has listed stand in the way as if there were some. */
static void test_keys_unread(void **state)
{
	struct exits *ex = *state;

	kit_night(ex->kit, PLACES LEAVERS(OTTO MEI) USERS(SEAT) REST
		  "- tenant: dnsfilter/1\n"
		  "  dataset: dnsfilter.api_keys\n"
		  "  kinds: [credential]\n"
		  "  rows: []\n"
		  "- tenant: dnsfilter/1\n"
		  "  dataset: dnsfilter-portal.api_keys\n"
		  "  kinds: [credential, resource]\n"
		  "  imported: true\n"
		  "  advice: provide keys.csv\n"
		  "  status: failed\n");
	look_at(ex, "otto@msp.example");
	assert_string_equal(state_of(ex, "keys-dnsfilter"), "cannot tell");
	assert_true(waits_for(ex, "seats-dnsfilter", "keys-dnsfilter"));
	assert_non_null(strstr(open_item(ex, "keys-dnsfilter")->advice,
			       "keys.csv"));
}

/* --- age ---------------------------------------------------------------- */

static void test_age(void **state)
{
	struct exits *ex = *state;

	kit_night(ex->kit, OFFICE("", NO_KEY));
	look_at(ex, "otto@msp.example");
	assert_string_equal(state_of(ex, "seats-dnsfilter"), "done");
	assert_string_equal(state_of(ex, "keys-dnsfilter"), "done");
	/* Two days later yesterday's reading says nothing. */
	ex->ctx.now = ex->kit->now + 2 * KIT_DAY;
	look_at(ex, "otto@msp.example");
	assert_string_equal(state_of(ex, "seats-dnsfilter"), "cannot tell");
	ex->ctx.import_max_age = 3600;
	look_at(ex, "otto@msp.example");
	assert_string_equal(state_of(ex, "seats-dnsfilter"), "cannot tell");
	assert_string_equal(state_of(ex, "keys-dnsfilter"), "cannot tell");
	ex->ctx.import_max_age = KIT_DAY;
	look_at(ex, "otto@msp.example");
	assert_string_equal(state_of(ex, "keys-dnsfilter"), "done");
	ex->ctx.import_max_age = 0;
	ex->ctx.fresh_run = 99;
	look_at(ex, "otto@msp.example");
	assert_string_equal(state_of(ex, "seats-dnsfilter"), "cannot tell");
	for (size_t i = 0; i < ex->look.dataset.n; i++)
		if (!ex->look.dataset.v[i].imported)
			assert_false(ex->look.dataset.v[i].good);
}

static void test_broken_reads(void **state)
{
	static const char *const words[] = { "partial", "denied", "failed",
					     "skipped", "held", "missing" };
	struct exits *ex = *state;

	for (size_t i = 0; i < 6; i++) {
		char world[4096];
		int n = snprintf(world, sizeof(world), "%s"
			"- tenant: dnsfilter/1\n"
			"  dataset: dnsfilter.users\n"
			"  kinds: [account, role]\n"
			"  status: %s\n", PLACES LEAVERS(OTTO) KEYS(NO_KEY)
			REST, words[i]);

		assert_in_range(n, 1, sizeof(world) - 1);
		kit_night(ex->kit, world);
		look_at(ex, "otto@msp.example");
		assert_string_equal(state_of(ex, "seats-dnsfilter"),
				    "cannot tell");
		assert_true(ex->look.count[EP_EXIT_UNKNOWN] > 0);
	}
}

/* --- owners ------------------------------------------------------------- */

#define OWNERS(list) \
	PLACES LEAVERS(OTTO MEI) KEYS(NO_KEY) REST \
	"- tenant: dnsfilter/1\n" \
	"  dataset: dnsfilter.users\n" \
	"  kinds: [account, role]\n" \
	"  rows:\n" SEAT \
	"  - role: {account: \"7\", role: owner, scope: \"\"}\n" list

static void test_last_owner(void **state)
{
	struct exits *ex = *state;

	kit_night(ex->kit, OWNERS(""));
	look_at(ex, "otto@msp.example");
	assert_string_equal(state_of(ex, "owner-dnsfilter"), "open");
	assert_true(waits_for(ex, "seats-dnsfilter", "owner-dnsfilter"));
	kit_night(ex->kit, OWNERS(
		"  - account: {id: \"1\", email: ana@msp.example, "
		"state: active}\n"
		"  - role: {account: \"1\", role: owner, scope: \"\"}\n"));
	look_at(ex, "otto@msp.example");
	assert_string_equal(state_of(ex, "owner-dnsfilter"), "done");
	/* Of an unknown state: not known to be able to hand anything over. */
	kit_night(ex->kit, OWNERS(
		"  - account: {id: \"1\", email: ana@msp.example}\n"
		"  - role: {account: \"1\", role: owner, scope: \"\"}\n"));
	look_at(ex, "otto@msp.example");
	assert_string_equal(state_of(ex, "owner-dnsfilter"), "open");
}

/* Each would leave the other behind, and both leave. */
static void test_two_at_once(void **state)
{
	struct exits *ex = *state;
	char *world;
	const char *from = "authorised_owners: [ana@msp.example]";
	char *at;

	world = ep_strdup(OWNERS(
		"  - account: {id: \"8\", email: mei@msp.example, "
		"state: active}\n"
		"  - role: {account: \"8\", role: owner, scope: \"\"}\n"));
	at = strstr(world, from);
	assert_non_null(at);
	memcpy(at, "authorised_owners: [mei@msp.example]", strlen(from));
	kit_night(ex->kit, world);
	ep_free(world);
	look_at(ex, "otto@msp.example");
	assert_string_equal(state_of(ex, "owner-dnsfilter"), "open");
	look_at(ex, "mei@msp.example");
	assert_string_equal(state_of(ex, "owner-dnsfilter"), "open");
	assert_non_null(problem(ex, "authorised-owner"));
	assert_non_null(problem(ex, "not-yet"));
}

/* --- nothing ------------------------------------------------------------- */

/* Who has no tenancy that was looked at has not left all of them. */
static void test_nothing_to_look_at(void **state)
{
	struct exits *ex = *state;

	kit_night(ex->kit,
		  "customers:\n"
		  "- {id: msp, name: Northwind, msp: true, "
		  "domains: [msp.example]}\n"
		  "tenants:\n"
		  "- {tenant: register/msp, customer: msp}\n"
		  "datasets:\n" LEAVERS(OTTO));
	if (find(ex, &(struct ep_exit_ask){ .person = "otto@msp.example" }))
		fail_msg("%s", ex->err.msg);
	assert_int_equal(ep_exit_look(&ex->ctx, ex->exit, &ex->look, &ex->err),
			 EP_ENOENT);
	assert_non_null(strstr(ex->err.msg, "finds no tenancy to look at"));
	ex->ctx.now = 0;
}

/* --- who is meant ------------------------------------------------------- */

static void test_people(void **state)
{
	struct exits *ex = *state;

	kit_night(ex->kit, PLACES KEYS(NO_KEY) REST LEAVERS(
		"  - person: {id: \"007\", name: James, employer: msp, "
		"left_at: 2025-11-01}\n"
		"  - alias: {person: \"007\", address: both@msp.example}\n"
		"  - alias: {person: \"007\", address: j@msp.example}\n"
		"  - person: {id: \"7\", name: Jill, employer: msp, "
		"left_at: 2025-11-01}\n"
		"  - alias: {person: \"7\", address: both@msp.example}\n"
		"  - person: {id: stay, name: Stay, employer: msp}\n"
		"  - alias: {person: stay, address: stay@msp.example}\n")
		USERS("  - account: {id: \"9\", email: j@msp.example}\n"
		      "  - account: {id: \"10\", email: x@acme.example}\n"));
	wrong(ex, &(struct ep_exit_ask){ .person = "both@msp.example" },
	      EP_EDATA, "is an address of");
	wrong(ex, &(struct ep_exit_ask){ .person = "no@msp.example" },
	      EP_ENOENT, "nobody in the leaver register");
	wrong(ex, &(struct ep_exit_ask){ .customer = "nope" }, EP_ENOENT,
	      "there is no customer");
	wrong(ex, &(struct ep_exit_ask){ .customer = "msp" }, EP_EDATA,
	      "is the MSP itself");
	wrong(ex, &(struct ep_exit_ask){ .person = NULL }, EP_EUSAGE,
	      "say which exit");
	wrong(ex, &(struct ep_exit_ask){ .person = "j@msp.example",
	      .customer = "acme" }, EP_EDATA, "of the customer msp");
	wrong(ex, &(struct ep_exit_ask){ .person = "j@msp.example",
	      .profile = "device" }, EP_EDATA, "is for a device");
	/* Digits are a name here. */
	look_at(ex, "007");
	assert_string_equal(state_of(ex, "seats-dnsfilter"), "open");
	look_at(ex, "7");
	assert_string_equal(state_of(ex, "seats-dnsfilter"), "done");
	look_at(ex, "stay@msp.example");
	assert_int_equal(problem(ex, "no-leave-date")->state,
			 EP_EXIT_UNKNOWN);
	look_at(ex, "x@acme.example");
	assert_int_equal(problem(ex, "not-registered")->state,
			 EP_EXIT_UNKNOWN);
	assert_string_equal(ex->exit->customer, "acme");
	assert_string_equal(state_of(ex, "seats-dnsfilter"), "open");
}

/* --- tickets ------------------------------------------------------------ */

#define DESK(rows) \
	PLACES LEAVERS(OTTO) USERS(SEAT) KEYS(NO_KEY) REST \
	"- tenant: halopsa/desk\n" \
	"  dataset: halopsa.exit_tickets\n" \
	"  kinds: [ticket]\n" \
	"  rows:\n" rows

static void ask_for_tickets(struct exits *ex)
{
	look(ex, &(struct ep_exit_ask){ .ticket = "9" });
	assert_string_equal(ex->exit->key, "person:otto");
	assert_non_null(problem(ex, "ticket-of-leaver"));
	look(ex, &(struct ep_exit_ask){ .ticket = "halopsa/4711" });
	assert_string_equal(ex->exit->key, "person:otto");
	assert_int_equal(ex->exit->problem.n, 0);
	look(ex, &(struct ep_exit_ask){ .ticket = "halopsa/desk/4711" });
	assert_string_equal(ex->exit->key, "person:otto");
	look(ex, &(struct ep_exit_ask){ .ticket = "10" });
	assert_int_equal(problem(ex, "ticket-closed")->state, EP_EXIT_OPEN);
	look(ex, &(struct ep_exit_ask){ .ticket = "T-10" });
	assert_string_equal(ex->exit->ticket.v[0].id, "10");
	wrong(ex, &(struct ep_exit_ask){ .ticket = "11" }, EP_EDATA,
	      "does not say who leaves");
	wrong(ex, &(struct ep_exit_ask){ .ticket = "11",
	      .person = "otto@msp.example" }, EP_EDATA,
	      "is of the customer acme, not of msp");
	wrong(ex, &(struct ep_exit_ask){ .ticket = "9",
	      .customer = "acme" }, EP_EDATA, "of the customer msp");
	wrong(ex, &(struct ep_exit_ask){ .ticket = "12" }, EP_EDATA,
	      "does not say who leaves");
	wrong(ex, &(struct ep_exit_ask){ .ticket = "99" }, EP_ENOENT,
	      "there is no exit ticket \"99\"");
	/* By the person: those of his customer that name him. */
	look_at(ex, "otto");
	assert_int_equal(ex->exit->ticket.n, 2);
}

static void test_tickets(void **state)
{
	struct exits *ex = *state;
	char *world = ep_strdup(DESK(
		"  - ticket: {id: \"9\", for_customer: \"1\", kind: exit, "
		"state: open, subject: \"Leaver: Otto Berg\", "
		"owner: Otto Berg}\n"
		"  - ticket: {id: \"10\", for_customer: \"1\", kind: exit, "
		"state: closed, subject: \"Otto Berg leaves\", "
		"attr: {ticketNumber: T-10}}\n"
		"  - ticket: {id: \"11\", for_customer: \"2\", kind: exit, "
		"state: open, subject: \"Otto Berg leaves\"}\n"
		"  - ticket: {id: \"12\", for_customer: \"1\", kind: exit, "
		"state: open, subject: \"Somebody\"}\n"
		"  - ticket: {id: \"4711\", for_customer: \"1\", kind: exit, "
		"state: open, subject: \"Offboarding\"}\n"));
	struct ep_buf text;

	ep_buf_init(&text, 65536);
	ep_buf_add(&text, world, (size_t)(strstr(world, "datasets:") - world));
	ep_buf_adds(&text, "- {tenant: halopsa/1, customer: msp}\n"
		    "- {tenant: halopsa/2, customer: acme}\n");
	ep_buf_adds(&text, strstr(world, "datasets:"));
	ep_free(world);
	kit_night(ex->kit, text.s);
	ep_buf_release(&text);

	ask_for_tickets(ex);
	/* Who asks for many finds the same. */
	ex->shared = true;
	ask_for_tickets(ex);
}

/* --- attestations ------------------------------------------------------- */

static void said(struct exits *ex, const char *what, const char *by, int code,
		 const char *text)
{
	struct ep_exit_attestation att = { .what = what, .by = by,
					   .note = "as agreed",
					   .user = "root", .host = "h" };

	ex->ctx.now = ex->kit->now;
	ex->err = (struct ep_err)EP_ERR_INIT;
	assert_int_equal(ep_exit_attest(&ex->ctx, ex->exit, &att, &ex->err),
			 code);
	ex->ctx.now = 0;
	if (!strstr(ex->err.msg, text))
		fail_msg("\"%s\" is not in \"%s\"", text, ex->err.msg);
}

static void test_attest(void **state)
{
	struct exits *ex = *state;
	struct ep_db *db = ep_store_db(ex->kit->store);

	kit_night(ex->kit, OFFICE("", NO_KEY));
	look_at(ex, "otto");
	assert_string_equal(state_of(ex, "approval"), "open");
	said(ex, "approval", "", EP_EDATA, "needs the name");
	said(ex, "approval", " \t", EP_EDATA, "needs the name");
	said(ex, "approval", NULL, EP_EDATA, "needs the name");
	said(ex, "nonsense", "Ana", EP_EDATA, "asks nobody to attest");
	said(ex, "seats-dnsfilter", "Ana", EP_EDATA, "asks nobody");
	said(ex, "approval", " otto BERG ", EP_EDATA, "his own exit");
	said(ex, "approval", "OTTO@msp.example", EP_EDATA, "his own exit");
	assert_string_equal(kit_ask(ex->kit, "SELECT count(*) FROM "
				    "exit_attest"), "0");
	said(ex, "approval", "Ana Lima", 0, "");
	look_at(ex, "otto");
	assert_string_equal(state_of(ex, "approval"), "done");
	assert_string_equal(ex->exit->approver, "Ana Lima");
	assert_true(ep_db_exec(db, "UPDATE exit_attest SET by_name = 'x'",
			       &ex->err) < 0);
	assert_true(ep_db_exec(db, "DELETE FROM exit_attest", &ex->err) < 0);
}

/* What was approved for one date is not approved for another. */
static void test_attest_date(void **state)
{
	struct exits *ex = *state;
	char *world = ep_strdup(OFFICE("", NO_KEY));
	char *at;

	kit_night(ex->kit, world);
	look_at(ex, "otto");
	said(ex, "approval", "Ana Lima", 0, "");
	at = strstr(world, "2025-11-10");
	memcpy(at, "2025-11-12", 10);
	kit_night(ex->kit, world);
	ep_free(world);
	look_at(ex, "otto");
	assert_string_equal(state_of(ex, "approval"), "open");
	assert_null(ex->exit->approver);
}

/* Somebody who has left attests nothing for others either. */
static void test_attest_left(void **state)
{
	struct exits *ex = *state;

	kit_night(ex->kit, OFFICE("", NO_KEY));
	look_at(ex, "mei");
	said(ex, "approval", "otto@msp.example", EP_EDATA, "has left");
	said(ex, "approval", "Otto Berg", EP_EDATA, "has left");
}

/* --- sync lag ----------------------------------------------------------- */

#define SYNC(idp, group_sync) \
	"customers:\n" \
	"- {id: msp, name: Northwind, msp: true, domains: [msp.example]}\n" \
	"- {id: acme, name: Acme, domains: [acme.example]}\n" \
	"tenants:\n" \
	"- {tenant: register/msp, customer: msp}\n" \
	"- {tenant: okta/o, customer: acme}\n" \
	"- {tenant: printix/p, customer: acme, settings: {group_sync: " \
	"\"" group_sync "\"}}\n" \
	"datasets:\n" \
	LEAVERS("  - person: {id: sam, name: Sam Ode, employer: acme, " \
		"left_at: 2025-11-16}\n" \
		"  - alias: {person: sam, address: sam@acme.example}\n") \
	"- tenant: okta/o\n" \
	"  dataset: okta.users\n" \
	"  kinds: [account]\n" \
	"  rows:\n" \
	"  - account: {id: o1, email: sam@acme.example, state: " idp "}\n" \
	"- tenant: printix/p\n" \
	"  dataset: printix.users\n" \
	"  kinds: [account, role]\n" \
	"  rows:\n" \
	"  - account: {id: p1, email: sam@acme.example, state: active}\n" \
	"- tenant: printix/p\n" \
	"  dataset: printix-portal.tenant_users\n" \
	"  kinds: [account, role]\n" \
	"  imported: true\n" \
	"  captured_at: 2025-11-17T20:00:00Z\n" \
	"  rows: []\n"

static void test_pending(void **state)
{
	struct exits *ex = *state;

	kit_night(ex->kit, SYNC("active", "on"));
	look_at(ex, "sam");
	assert_string_equal(state_of(ex, "signin-okta"), "open");
	assert_string_equal(state_of(ex, "seats-printix"), "open");
	kit_night(ex->kit, SYNC("disabled", "on"));
	ex->ctx.now = ex->kit->now + 300;
	look_at(ex, "sam");
	assert_string_equal(state_of(ex, "signin-okta"), "done");
	assert_string_equal(state_of(ex, "seats-printix"), "pending");
	assert_int_equal(open_item(ex, "seats-printix")->until,
			 ex->kit->now + 1200);
	ex->ctx.now = ex->kit->now + 1200;
	look_at(ex, "sam");
	assert_string_equal(state_of(ex, "seats-printix"), "open");
}

static void test_no_sync(void **state)
{
	struct exits *ex = *state;

	kit_night(ex->kit, SYNC("active", "off"));
	kit_night(ex->kit, SYNC("disabled", "off"));
	ex->ctx.now = ex->kit->now + 300;
	look_at(ex, "sam");
	assert_string_equal(state_of(ex, "seats-printix"), "open");
}

/* --- shipped rules ------------------------------------------------------ */

#define LEAVER(id, name) \
	"  - person: {id: " id ", name: " name ", employer: acme, " \
	"left_at: 2025-11-10}\n" \
	"  - alias: {person: " id ", address: " id "@acme.example}\n"

static const struct ep_exit_item *only_open(const struct exits *ex,
					    const char *end)
{
	const struct ep_exit_item *found = NULL;

	for (size_t i = 0; i < ex->look.item.n; i++) {
		const struct ep_exit_item *item = &ex->look.item.v[i];

		if (!ep_str_eq(item->end->id, end) ||
		    item->state != EP_EXIT_OPEN)
			continue;
		assert_null(found);
		found = item;
	}
	assert_non_null(found);
	return found;
}

#define SIGNED_IN(leavers, agents) \
	"customers:\n" \
	"- {id: msp, msp: true, domains: [msp.example]}\n" \
	"- {id: acme, name: Acme, domains: [acme.example]}\n" \
	"tenants:\n" \
	"- {tenant: register/msp, customer: msp}\n" \
	"- {tenant: dnsfilter/2, customer: acme}\n" \
	"datasets:\n" \
	LEAVERS(leavers) \
	"- tenant: dnsfilter/2\n" \
	"  dataset: dnsfilter.agent_local_users\n" \
	"  kinds: [resource]\n" \
	"  rows: []\n" \
	"- tenant: dnsfilter/2\n" \
	"  dataset: dnsfilter.user_agents\n" \
	"  kinds: [agent]\n" \
	"  rows:\n" agents

/* A rule finds what all leavers left behind; each exit shows its own. */
static void test_rule_of_many(void **state)
{
	struct exits *ex = *state;

	kit_night(ex->kit, SIGNED_IN(
		  LEAVER("sam", "Sam Ode") LEAVER("kim", "Kim Ray"),
		  "  - agent: {id: a1, name: LT-1, user: sam@acme.example, "
		  "state: active, last_seen_at: 2025-11-16}\n"
		  "  - agent: {id: a2, name: LT-2, user: kim@acme.example, "
		  "state: active, last_seen_at: 2025-11-16}\n"));
	look_at(ex, "sam");
	assert_string_equal(only_open(ex, "devices")->subject, "agent a1");
	look_at(ex, "kim");
	assert_string_equal(only_open(ex, "devices")->subject, "agent a2");
}

/* Two leavers of one login: the finding stands for both, and each exit shows
 * it. */
static void test_row_of_two(void **state)
{
	struct exits *ex = *state;

	kit_night(ex->kit, SIGNED_IN(
		  LEAVER("ada", "Ada Roe")
		  "  - alias: {person: ada, address: front}\n"
		  LEAVER("sam", "Sam Ode")
		  "  - alias: {person: sam, address: front}\n"
		  LEAVER("kim", "Kim Ray"),
		  "  - agent: {id: a1, name: LT-1, user: 'LT-1\\front', "
		  "state: active, last_seen_at: 2025-11-16}\n"));
	look_at(ex, "ada");
	assert_string_equal(only_open(ex, "devices")->subject, "agent a1");
	look_at(ex, "sam");
	assert_string_equal(only_open(ex, "devices")->subject, "agent a1");
	assert_string_equal(only_open(ex, "devices")->seen,
			    "lt-1\\front seen 2025-11-16T00:00:00Z, left "
			    "2025-11-10T00:00:00Z, may be Ada Roe or Sam Ode");
	look_at(ex, "kim");
	assert_string_equal(state_of(ex, "devices"), "done");
}

/* --- devices ------------------------------------------------------------ */

#define DEVICES(rows) \
	"customers:\n" \
	"- {id: msp, name: Northwind, msp: true, domains: [msp.example]}\n" \
	"- {id: acme, name: Acme, domains: [acme.example]}\n" \
	"tenants:\n" \
	"- {tenant: dnsfilter/2, customer: acme}\n" \
	"datasets:\n" \
	"- tenant: dnsfilter/2\n" \
	"  dataset: dnsfilter.user_agents\n" \
	"  kinds: [agent]\n" rows

static void test_device(void **state)
{
	struct exits *ex = *state;
	const struct ep_exit_ask ask = { .device = "lt-1" };

	kit_night(ex->kit, DEVICES("  rows:\n"
		"  - agent: {id: a1, name: LT-1, hardware: h1, "
		"state: active}\n"
		"  - agent: {id: a2, name: LT-2, hardware: h2, "
		"state: active}\n"));
	look(ex, &ask);
	assert_string_equal(ex->exit->key, "device:acme/LT-1");
	assert_true(waits_for(ex, "row-dnsfilter", "agent-dnsfilter"));
	kit_night(ex->kit, DEVICES("  rows:\n"
		"  - agent: {id: a2, name: LT-2, hardware: h2, "
		"state: active}\n"));
	look(ex, &ask);
	assert_string_equal(state_of(ex, "row-dnsfilter"), "done");
	kit_night(ex->kit, DEVICES("  rows:\n"
		"  - agent: {id: a9, name: LT-1, hardware: h1, "
		"state: active}\n"
		"  - agent: {id: a2, name: LT-2, hardware: h2, "
		"state: active}\n"));
	look(ex, &ask);
	assert_string_equal(state_of(ex, "broken-return"), "open");
	assert_true(waits_for(ex, "row-dnsfilter", "broken-return"));
	kit_night(ex->kit, DEVICES("  rows:\n"
		"  - agent: {id: a3, name: LT-2, hardware: h3, "
		"state: active}\n"
		"  - agent: {id: a2, name: LT-2, hardware: h2, "
		"state: uninstalled}\n"));
	wrong(ex, &(struct ep_exit_ask){ .device = "LT-2" }, EP_EDATA,
	      "2 devices are called");
	look(ex, &(struct ep_exit_ask){ .device = "h2" });
	assert_string_equal(state_of(ex, "agent-dnsfilter"), "done");
	assert_string_equal(state_of(ex, "row-dnsfilter"), "open");
	wrong(ex, &(struct ep_exit_ask){ .device = "nope" }, EP_ENOENT,
	      "no agent of the name");
}

/* --- a customer --------------------------------------------------------- */

static void test_customer(void **state)
{
	struct exits *ex = *state;
	const struct ep_exit_ask ask = { .customer = "acme" };

	kit_night(ex->kit,
		"customers:\n"
		"- {id: msp, name: Northwind, msp: true}\n"
		"- {id: acme, name: Acme, exit_at: 2025-11-01, "
		"exit_ticket: \"5\"}\n"
		"tenants:\n"
		"- {tenant: printix-partner/m, customer: msp}\n"
		"- {tenant: printix/p, customer: acme}\n"
		"datasets:\n"
		"- tenant: printix-partner/m\n"
		"  dataset: printix-partner.tenants\n"
		"  kinds: [tenant, subscription]\n"
		"  rows:\n"
		"  - tenant: {of_system: printix, id: p, name: Acme, "
		"state: active}\n");
	look(ex, &ask);
	assert_string_equal(state_of(ex, "tenancies"), "open");
	assert_true(waits_for(ex, "tenancies", "approval"));
	assert_true(waits_for(ex, "tenancies", "evidence-export"));
	assert_true(waits_for(ex, "tenancies", "evidence-printix"));
	assert_string_equal(ex->look.item.v[0].end->id, "approval");
	said(ex, "approval", "Pia", 0, "");
	look(ex, &ask);
	assert_false(waits_for(ex, "tenancies", "approval"));
	assert_true(waits_for(ex, "tenancies", "evidence-export"));
	/* Never asked for by anybody's file or ticket. */
	look(ex, &(struct ep_exit_ask){ .ticket = "5" });
	assert_string_equal(ex->exit->key, "customer:acme");
	assert_int_equal(problem(ex, "ticket-not-read")->state,
			 EP_EXIT_UNKNOWN);
}

/* --- the exit window ---------------------------------------------------- */

#define WINDOW(exit_at, version, agents) \
	"customers:\n" \
	"- {id: msp, name: Northwind, msp: true}\n" \
	"- {id: acme, name: Acme, exit_at: " exit_at ", exit_ticket: \"5\"}\n" \
	"tenants:\n" \
	"- {tenant: dnsfilter/2, customer: acme}\n" \
	"datasets:\n" \
	"- tenant: dnsfilter/2\n" \
	"  dataset: dnsfilter.policies\n" \
	"  kinds: [resource]\n" \
	"  rows:\n" \
	"  - resource: {kind: policy, id: p1, name: Strict, state: " version \
	"}\n" \
	"- tenant: dnsfilter/2\n" \
	"  dataset: dnsfilter.global_lists\n" \
	"  kinds: [resource]\n" \
	"  rows: []\n" \
	"- tenant: dnsfilter/2\n" \
	"  dataset: dnsfilter.relays\n" \
	"  kinds: [agent]\n" \
	"  rows: []\n" \
	"- tenant: dnsfilter/2\n" \
	"  dataset: dnsfilter.user_agents\n" \
	"  kinds: [agent]\n" agents
#define POLICY(version) WINDOW("2025-11-18", version, "  rows: []\n")

/* A review settles what was seen before it, and nothing that comes after. */
static void test_freeze(void **state)
{
	struct exits *ex = *state;
	const struct ep_exit_ask ask = { .customer = "acme" };

	kit_night(ex->kit, POLICY("v1"));
	look(ex, &ask);
	assert_string_equal(state_of(ex, "freeze"), "done");
	kit_night(ex->kit, POLICY("v2"));
	look(ex, &ask);
	assert_string_equal(state_of(ex, "freeze"), "open");
	said(ex, "freeze-review", "Pia", 0, "");
	look(ex, &ask);
	assert_string_equal(state_of(ex, "freeze"), "done");
	kit_night(ex->kit, POLICY("v3"));
	look(ex, &ask);
	assert_string_equal(state_of(ex, "freeze"), "open");
}

#define AGENTS(exit_at, agents) \
	WINDOW(exit_at, "v1", "  rows:\n" \
	"  - agent: {id: a1, name: LT-1, state: active}\n" agents)
#define AGENT(id, more) "  - agent: {id: " id ", state: active" more "}\n"

/* Agents that come, and go before the day of the exit; not their updates. */
static void test_freeze_agents(void **state)
{
	struct exits *ex = *state;
	const struct ep_exit_ask ask = { .customer = "acme" };

	kit_night(ex->kit, AGENTS("2025-11-30", AGENT("a2", "")));
	look(ex, &ask);
	assert_string_equal(state_of(ex, "freeze"), "done");
	kit_night(ex->kit, AGENTS("2025-11-30", AGENT("a2", ", version: v")));
	look(ex, &ask);
	assert_string_equal(state_of(ex, "freeze"), "done");
	kit_night(ex->kit, AGENTS("2025-11-30", AGENT("a2", ", version: v")
				  AGENT("a3", "") AGENT("a4", "")));
	look(ex, &ask);
	assert_string_equal(only_open(ex, "freeze")->seen,
			    "2 added, last 2025-11-19T02:00:00Z");
	said(ex, "freeze-review", "Pia", 0, "");
	look(ex, &ask);
	assert_string_equal(state_of(ex, "freeze"), "done");
	kit_night(ex->kit, AGENTS("2025-11-30", AGENT("a2", ", version: v")));
	look(ex, &ask);
	assert_string_equal(only_open(ex, "freeze")->seen,
			    "2 removed, last 2025-11-20T02:00:00Z");
}

/* Whether it went before the day of the exit was not read. */
static void test_freeze_dark(void **state)
{
	struct exits *ex = *state;
	const struct ep_exit_ask ask = { .customer = "acme" };

	kit_night(ex->kit, AGENTS("2025-11-19", AGENT("a2", "")));
	kit_night(ex->kit, WINDOW("2025-11-19", "v1", "  status: failed\n"
				  "  rows: []\n"));
	kit_night(ex->kit, AGENTS("2025-11-19", ""));
	look(ex, &ask);
	assert_string_equal(only_open(ex, "freeze")->seen,
			    "1 removed, last 2025-11-19T02:00:00Z");
}

/* Then they are meant to go; a list that was not read is no list. */
static void test_freeze_over(void **state)
{
	struct exits *ex = *state;
	const struct ep_exit_ask ask = { .customer = "acme" };

	kit_night(ex->kit, AGENTS("2025-11-17", AGENT("a2", "")));
	kit_night(ex->kit, AGENTS("2025-11-17", ""));
	look(ex, &ask);
	assert_string_equal(state_of(ex, "freeze"), "done");
	kit_night(ex->kit, WINDOW("2025-11-17", "v1", "  status: failed\n"
				  "  rows: []\n"));
	look(ex, &ask);
	assert_string_equal(state_of(ex, "freeze"), "cannot tell");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_key_first, up, down),
		cmocka_unit_test_setup_teardown(test_seat_went_first, up,
						down),
		cmocka_unit_test_setup_teardown(test_keys_unread, up, down),
		cmocka_unit_test_setup_teardown(test_age, up, down),
		cmocka_unit_test_setup_teardown(test_broken_reads, up, down),
		cmocka_unit_test_setup_teardown(test_last_owner, up, down),
		cmocka_unit_test_setup_teardown(test_two_at_once, up, down),
		cmocka_unit_test_setup_teardown(test_nothing_to_look_at, up,
						down),
		cmocka_unit_test_setup_teardown(test_people, up, down),
		cmocka_unit_test_setup_teardown(test_tickets, up, down),
		cmocka_unit_test_setup_teardown(test_attest, up, down),
		cmocka_unit_test_setup_teardown(test_attest_date, up, down),
		cmocka_unit_test_setup_teardown(test_attest_left, up, down),
		cmocka_unit_test_setup_teardown(test_pending, up, down),
		cmocka_unit_test_setup_teardown(test_no_sync, up, down),
		cmocka_unit_test_setup_teardown(test_rule_of_many, up, down),
		cmocka_unit_test_setup_teardown(test_row_of_two, up, down),
		cmocka_unit_test_setup_teardown(test_device, up, down),
		cmocka_unit_test_setup_teardown(test_customer, up, down),
		cmocka_unit_test_setup_teardown(test_freeze, up, down),
		cmocka_unit_test_setup_teardown(test_freeze_agents, up, down),
		cmocka_unit_test_setup_teardown(test_freeze_dark, up, down),
		cmocka_unit_test_setup_teardown(test_freeze_over, up, down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
