/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Profiles that name a rule: which of its findings are this exit's.  A row
 * that tells nobody may be about anybody, so it is never left out.
 */
#include "check_kit.h"

#include "base/file.h"
#include "check/people.h"
#include "exit/exit.h"

struct room {
	struct kit *kit;
	char folder[64];
	struct ep_profiles *profiles;
	struct ep_exit *exit;
	struct ep_exit_look look;
};

static int enter(void **state)
{
	static char id[] = "none";
	static struct ep_remedy nothing = { .id = id, .title = id };
	struct room *room = ep_calloc(1, sizeof(*room));
	void *kit;

	assert_int_equal(kit_up(&kit), 0);
	room->kit = kit;
	EP_VEC_ADD(&room->kit->rules.remedies) = &nothing;
	snprintf(room->folder, sizeof(room->folder), "t_exit.XXXXXX");
	assert_non_null(mkdtemp(room->folder));
	*state = room;
	return 0;
}

static void forget(struct room *room)
{
	ep_exit_look_release(&room->look);
	room->look = (struct ep_exit_look){ 0 };
	ep_exit_free(room->exit);
	room->exit = NULL;
	ep_profiles_free(room->profiles);
	room->profiles = NULL;
	if (room->kit->rules.rule.n)
		ep_rule_free(room->kit->rules.rule.v[0]);
	room->kit->rules.rule.n = 0;
}

static int leave(void **state)
{
	struct room *room = *state;
	EP_AUTO_FREE char *inside = ep_file_join(room->folder, "profiles");
	EP_AUTO_FREE char *file = ep_file_join(inside, "own.yaml");
	void *kit = room->kit;

	forget(room);
	ep_vec_release(&room->kit->rules.remedies);
	unlink(file);
	rmdir(inside);
	assert_int_equal(rmdir(room->folder), 0);
	ep_free(room);
	return kit_down(&kit);
}

/* A profile of one end, which is that rule's findings. */
static void load_profile(struct room *room, const char *subject)
{
	EP_AUTO_FREE char *folder = ep_file_join(room->folder, "profiles");
	EP_AUTO_FREE char *path = ep_file_join(folder, "own.yaml");
	const char *one[] = { room->folder };
	struct ep_err err = EP_ERR_INIT;
	FILE *file;

	assert_int_equal(ep_file_mkdirs(folder, 0700, &err), 0);
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "profile: own\nrevision: 1\ntitle: T\nwhy: W\n"
		"subject: %s\nends:\n"
		"  - {id: left, title: Nothing is left, act: record, rule: r}\n",
		subject);
	fclose(file);
	room->profiles = ep_profiles_load(one, 1, &room->kit->rules,
					  &room->kit->diag);
	kit_no_complaint(room->kit);
}

#define NIGHT \
	"customers:\n" \
	"- {id: msp, name: Northwind, msp: true, domains: [msp.example]}\n" \
	"- {id: acme, name: Acme, domains: [acme.example], " \
	"exit_at: 2025-11-10, exit_ticket: \"5\"}\n" \
	"tenants:\n" \
	"- {tenant: register/msp, customer: msp}\n" \
	"- {tenant: ninjaone/n, customer: msp}\n" \
	"- {tenant: printix/p, customer: acme}\n" \
	"datasets:\n" \
	"- tenant: register/msp\n" \
	"  dataset: register.leavers\n" \
	"  kinds: [person, alias]\n" \
	"  rows:\n" \
	"  - person: {id: sam, name: Sam Ode, employer: acme, " \
	"left_at: 2025-11-10}\n" \
	"  - alias: {person: sam, address: sam@acme.example}\n" \
	"- tenant: printix/p\n" \
	"  dataset: printix.users\n" \
	"  kinds: [account]\n" \
	"  rows: [{account: {id: p1, name: LT-1, state: active}}]\n" \
	"- tenant: ninjaone/n\n" \
	"  dataset: ninjaone.devices\n" \
	"  kinds: [agent]\n" \
	"  rows: [{agent: {id: d1, name: LT-1, hardware: HW-1}}]\n"

/* What is left of an exit when the rule returns one row of these columns. */
static const struct ep_exit_item *ask(struct room *room, const char *per,
				      const struct ep_exit_ask *who,
				      const char *columns)
{
	struct kit *kit = room->kit;
	struct ep_exit_context ctx = { .store = kit->store,
				       .rules = &kit->rules };
	struct ep_db *db = ep_store_db(kit->store);
	struct ep_err err = EP_ERR_INIT;
	char head[200], count[200], sql[600];

	forget(room);
	snprintf(head, sizeof(head), "-- severity: high\n-- per: %s\n"
		 "-- needs: account\n", per);
	snprintf(count, sizeof(count), "SELECT %s%scount(*) AS n FROM account "
		 "GROUP BY system", ep_str_eq(per, "fleet") ? "" : per,
		 ep_str_eq(per, "fleet") ? "" : ", ");
	snprintf(sql, sizeof(sql), "SELECT %s, 'x' AS seen, '' AS wanted FROM "
		 "account WHERE id = 'p1'", columns);
	kit_rule(kit, "r", head, count, sql);
	load_profile(room, who->device ? "device" :
			   who->person ? "person" : "customer");
	kit_night(kit, NIGHT);
	ctx.config = kit->config;
	ctx.profiles = room->profiles;
	ctx.now = kit->now;
	if (ep_store_as_of(kit->store, 0, &err) < 0 ||
	    ep_check_schema(db, &err) < 0 || ep_exit_schema(db, &err) < 0 ||
	    ep_people_link(db, kit->config, &err) < 0 ||
	    ep_exit_find(&ctx, who, &room->exit, &err) < 0 ||
	    ep_exit_look(&ctx, room->exit, &room->look, &err) < 0)
		fail_msg("%s", err.msg);
	for (size_t i = 0; i < room->look.item.n; i++)
		if (room->look.item.v[i].state == EP_EXIT_OPEN)
			return &room->look.item.v[i];
	return NULL;
}

static const struct ep_exit_ask sam = { .person = "sam", .profile = "own" };
static const struct ep_exit_ask acme = { .customer = "acme",
					 .profile = "own" };
static const struct ep_exit_ask lt_1 = { .device = "lt-1",
					 .profile = "own" };

static void test_person(void **state)
{
	static const struct {
		const char *columns;
		bool left;
	} cases[] = {
		{ "'sam' AS subject, '' AS name", true },
		{ "'a' AS subject, '' AS name, 'sam' AS person", true },
		{ "'a' AS subject, '' AS name, 'kim' AS person", false },
		{ "'a' AS subject, '' AS name, 'SAM@acme.example' AS mail",
		  true },
		{ "'a' AS subject, '' AS name, 'kim@acme.example' AS mail",
		  false },
		/* None of these is anybody. */
		{ "'a' AS subject, '' AS name, 'Printer @ desk.1' AS object",
		  true },
		{ "'a' AS subject, '' AS name, 'Reception@front' AS object",
		  true },
		{ "'a' AS subject, '' AS name, '@acme.example' AS domain",
		  true },
		{ "'a' AS subject, '' AS name, 7 AS n, NULL AS person", true },
		{ "'a' AS subject, '' AS name", true },
	};
	struct room *room = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool left = ask(room, "fleet", &sam, cases[i].columns);

		if (left != cases[i].left)
			fail_msg("%s: %s", cases[i].columns,
				 left ? "left" : "not left");
	}
}

static void test_customer(void **state)
{
	static const struct {
		const char *per, *columns;
		bool left;
	} cases[] = {
		{ "fleet", "'a' AS subject, '' AS name", true },
		{ "fleet", "'a' AS subject, '' AS name, 'acme' AS customer",
		  true },
		{ "fleet", "'a' AS subject, '' AS name, 'msp' AS customer",
		  false },
		{ "fleet", "'a' AS subject, '' AS name, 'acme' AS of_customer",
		  true },
		{ "fleet", "'a' AS subject, '' AS name, 'zed' AS of_customer",
		  false },
		{ "customer", "'msp' AS customer, 'a' AS subject, '' AS name",
		  true },
		{ "customer", "customer, 'a' AS subject, '' AS name", true },
		{ "tenant", "tenant, 'a' AS subject, '' AS name", true },
	};
	struct room *room = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool left = ask(room, cases[i].per, &acme, cases[i].columns);

		if (left != cases[i].left)
			fail_msg("%s: %s", cases[i].columns,
				 left ? "left" : "not left");
	}
}

static void test_device(void **state)
{
	static const struct {
		const char *columns;
		bool left;
	} cases[] = {
		{ "'a' AS subject, 'LT-1' AS name", true },
		{ "'a' AS subject, 'lt-1' AS name", true },
		{ "'a' AS subject, 'LT-2' AS name", false },
		{ "'a' AS subject, NULL AS name", true },
		{ "'a' AS subject, '' AS name", true },
	};
	struct room *room = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool left = ask(room, "fleet", &lt_1, cases[i].columns);

		if (left != cases[i].left)
			fail_msg("%s: %s", cases[i].columns,
				 left ? "left" : "not left");
	}
}

/* Where it was seen, as far as the row tells. */
static void test_place(void **state)
{
	struct room *room = *state;
	const struct ep_exit_item *item;

	item = ask(room, "fleet", &sam, "'a' AS subject, '' AS name, "
		   "'printix/p' AS tenant, 'printix.users' AS dataset");
	assert_string_equal(item->tenant, "printix/p");
	assert_int_equal(item->read_at, room->kit->now);
	item = ask(room, "fleet", &sam, "'a' AS subject, '' AS name, "
		   "'printix.users' AS dataset");
	assert_null(item->tenant);
	assert_int_equal(item->read_at, 0);
	item = ask(room, "fleet", &sam, "'a' AS subject, NULL AS name, "
		   "'printix/p' AS tenant, 'printix.guests' AS dataset");
	assert_string_equal(item->dataset, "printix.guests");
	assert_int_equal(item->read_at, 0);
	assert_string_equal(item->name, "a");
}

#define IN_ROOM(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ROOM(test_person),
		IN_ROOM(test_customer),
		IN_ROOM(test_device),
		IN_ROOM(test_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
