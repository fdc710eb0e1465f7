/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ninety nights of findings against a PSA that loses answers, is down, and
 * has people who close tickets: exactly one ticket for each condition, one
 * note for each change, and the same again when the tables are lost.
 */
#include "check_kit.h"

#include "base/vec.h"
#include "exit/sync.h"

#define NIGHTS	 90
#define ACCOUNTS 6

/* --- a PSA in memory -------------------------------------------------------- */

struct entry {
	char mark[64];
	char ticket[64]; /* its own number, or that of a note */
	bool note;
	bool closed;
};

struct psa {
	EP_VEC(struct entry) list;
	int lose_each;	 /* every n-th write takes effect and is not seen */
	int refuse_each; /* every n-th does not take effect */
	bool down;
	int writes;
	int doubles;
};

static struct entry *find(struct psa *psa, const char *mark)
{
	for (size_t i = 0; i < psa->list.n; i++)
		if (strcmp(psa->list.v[i].mark, mark) == 0)
			return &psa->list.v[i];
	return NULL;
}

static void fill(const struct entry *entry, struct ep_sync_answer *ret)
{
	ret->there = true;
	ret->closed = entry->closed;
	snprintf(ret->ticket, sizeof(ret->ticket), "%s", entry->ticket);
}

static int psa_look(void *to, const struct ep_sync_item *item,
		    struct ep_sync_answer *ret, struct ep_err *err)
{
	struct psa *psa = to;
	const struct entry *entry = find(psa, item->mark);

	if (psa->down)
		return ep_err_set(err, EP_EUNAVAIL, "the PSA is down");
	if (entry)
		fill(entry, ret);
	return 0;
}

/* As ep_writer_write is: looks, writes at most once, looks again. */
static int psa_write(void *to, const struct ep_sync_item *item,
		     struct ep_sync_answer *ret, struct ep_err *err)
{
	struct psa *psa = to;
	struct entry *entry = find(psa, item->mark);

	if (psa->down)
		return ep_err_set(err, EP_EUNAVAIL, "the PSA is down");
	if (entry) {
		fill(entry, ret);
		return 0;
	}
	psa->writes++;
	if (psa->refuse_each && psa->writes % psa->refuse_each == 0) {
		snprintf(ret->why, sizeof(ret->why), "refused");
		return 0;
	}
	entry = &EP_VEC_ADD(&psa->list);
	memset(entry, 0, sizeof(*entry));
	snprintf(entry->mark, sizeof(entry->mark), "%s", item->mark);
	entry->note = item->ticket != NULL;
	if (entry->note)
		snprintf(entry->ticket, sizeof(entry->ticket), "%s",
			 item->ticket);
	else
		snprintf(entry->ticket, sizeof(entry->ticket), "%zu",
			 psa->list.n);
	if (psa->lose_each && psa->writes % psa->lose_each == 0) {
		snprintf(ret->why, sizeof(ret->why), "not seen");
		return 0;
	}
	fill(entry, ret);
	ret->written = true;
	return 0;
}

static size_t count(const struct psa *psa, bool note)
{
	size_t n = 0;

	for (size_t i = 0; i < psa->list.n; i++)
		n += psa->list.v[i].note == note;
	return n;
}

static void sync_now(struct kit *kit, struct psa *psa,
		     struct ep_sync_totals *totals)
{
	const struct ep_sync_door door = { psa, psa_write, psa_look };
	struct ep_customer *acme = ep_config_customer(kit->config, "acme");
	struct ep_err err = EP_ERR_INIT;

	ep_free(acme->tickets.through);
	ep_free(acme->tickets.company);
	acme->tickets.through = ep_strdup("halopsa/northwind");
	acme->tickets.company = ep_strdup("12");
	if (ep_sync_run(ep_store_db(kit->store), kit->config, kit->now, &door,
			totals, &err) < 0)
		fail_msg("%s", err.msg);
}

/* --- nights ------------------------------------------------------------------ */

/* Which accounts are disabled (found) that night, how the listing was read,
 * in which order, and what the tenancy is called. */
struct plan {
	unsigned found; /* bit per account */
	const char *status;
	bool backwards;
	const char *name;
};

static void play(struct kit *kit, const struct plan *plan)
{
	bool rows = plan->status[0] == 'c' || plan->status[0] == 'p';
	struct ep_buf yaml;

	ep_buf_init(&yaml, EP_FILE_BYTES_MAX);
	ep_buf_addf(&yaml,
		    "customers: [{id: acme, name: %s}]\n"
		    "tenants: [{tenant: printix/t1, customer: acme,"
		    " name: %s}]\n"
		    "datasets:\n- tenant: printix/t1\n"
		    "  dataset: printix.users\n  kinds: [account]\n"
		    "  status: %s\n%s",
		    plan->name, plan->name, plan->status,
		    rows ? "  rows:\n" : "  rows: []\n");
	for (int i = 0; rows && i < ACCOUNTS; i++) {
		int n = plan->backwards ? ACCOUNTS - 1 - i : i;

		ep_buf_addf(&yaml,
			    "  - account: {id: u%d, email: u%d@acme.example,"
			    " name: User %d, state: %s}\n",
			    n, n, n,
			    plan->found & 1u << n ? "disabled" : "active");
	}
	kit_night(kit, yaml.s);
	ep_buf_release(&yaml);
	kit_check(kit);
}

/* A small generator of its own, so that every run is the same. */
static unsigned next(unsigned *seed)
{
	*seed = *seed * 1103515245u + 12345u;
	return *seed >> 16 & 0x7fff;
}

/* What the findings themselves say must have been written. */
static void compare(struct kit *kit, const struct psa *psa, int replaced)
{
	long tickets =
		strtol(kit_ask(kit, "SELECT count(*) FROM finding"), NULL, 10);
	long changes = strtol(kit_ask(kit, "SELECT count(*) FROM finding_event"
					   " WHERE event IN ('fixed',"
					   " 'came_back')"),
			      NULL, 10);

	assert_int_equal(count(psa, false), tickets + replaced);
	assert_int_equal(count(psa, true), changes - replaced);
}

static void close_some(struct psa *psa, unsigned *seed)
{
	for (size_t i = 0; i < psa->list.n; i++)
		if (!psa->list.v[i].note && next(seed) % 40 == 0)
			psa->list.v[i].closed = true;
}

static void test_ninety_nights(void **state)
{
	static const char *const bad[] = { "partial", "denied", "failed" };
	struct kit *kit = *state;
	struct psa psa = { .lose_each = 3, .refuse_each = 5 };
	struct ep_sync_totals totals;
	unsigned seed = 7, found = 3;
	long replaced;

	kit_disabled_rule(kit);
	for (int night = 0; night < NIGHTS; night++) {
		bool reads = next(&seed) % 3 != 0;
		struct plan plan = {
			.status = reads ? "complete" : bad[next(&seed) % 3],
			.backwards = next(&seed) % 2,
			.found = found,
			.name = night < 40 ? "Acme" : "Acme Group",
		};

		if (next(&seed) % 2)
			found ^= 1u << next(&seed) % ACCOUNTS;
		if (night == 60)
			kit->rules.rule.v[0]->title[0] = 'B';
		play(kit, &plan);
		psa.down = next(&seed) % 5 == 0;
		sync_now(kit, &psa, &totals);
		psa.down = false;
		close_some(&psa, &seed);
	}
	psa.lose_each = psa.refuse_each = 0;
	for (int i = 0; i < 4; i++)
		sync_now(kit, &psa, &totals);
	assert_int_equal(totals.waiting + totals.left, 0);
	replaced = strtol(kit_ask(kit, "SELECT count(*) FROM psa_ticket"
				       " WHERE round > 1"),
			  NULL, 10);
	assert_true(replaced > 0);
	compare(kit, &psa, (int)replaced);
	assert_true(count(&psa, true) > 20);

	/* Nothing more, however often. */
	psa.writes = 0;
	sync_now(kit, &psa, &totals);
	assert_int_equal(psa.writes, 0);
	ep_vec_release(&psa.list);
}

static void test_lost_tables(void **state)
{
	struct kit *kit = *state;
	struct psa psa = { .lose_each = 0 };
	struct ep_sync_totals totals;
	struct plan plan = { 5, "complete", false, "Acme" };
	struct ep_err err = EP_ERR_INIT;

	kit_disabled_rule(kit);
	play(kit, &plan);
	sync_now(kit, &psa, &totals);
	assert_int_equal(totals.tickets, 2);
	assert_int_equal(ep_db_exec(ep_store_db(kit->store),
				    "DELETE FROM psa_ticket;"
				    "DELETE FROM psa_note",
				    &err),
			 0);
	sync_now(kit, &psa, &totals);
	assert_int_equal(totals.tickets, 0);
	assert_int_equal(totals.found, 2);
	assert_int_equal(psa.list.n, 2);
	ep_vec_release(&psa.list);
}

/* Fixed before its ticket could be written: none is, unless one is there. */
static void test_over_before_written(void **state)
{
	struct kit *kit = *state;
	struct psa psa = { .down = true };
	struct ep_sync_totals totals;
	struct plan plan = { 1, "complete", false, "Acme" };

	kit_disabled_rule(kit);
	play(kit, &plan);
	sync_now(kit, &psa, &totals);
	assert_int_equal(totals.waiting, 1);
	plan.found = 0;
	play(kit, &plan);
	psa.down = false;
	sync_now(kit, &psa, &totals);
	assert_int_equal(psa.list.n, 0);

	/* The same with an answer that was lost. */
	psa.lose_each = 1;
	plan.found = 2;
	play(kit, &plan);
	sync_now(kit, &psa, &totals);
	assert_int_equal(totals.waiting, 1);
	psa.lose_each = 0;
	plan.found = 0;
	play(kit, &plan);
	sync_now(kit, &psa, &totals);
	assert_int_equal(count(&psa, false), 1);
	assert_int_equal(count(&psa, true), 1);
	ep_vec_release(&psa.list);
}

/* A desk is not flooded, and nothing is forgotten. */
static void test_undecided_writes_nothing(void **state)
{
	struct kit *kit = *state;
	struct psa psa = { .down = false };
	struct ep_sync_totals totals;
	struct plan plan = { 7, "complete", false, "Acme" };

	kit_disabled_rule(kit);
	play(kit, &plan);
	sync_now(kit, &psa, &totals);
	assert_int_equal(psa.writes, 3);
	plan.found = 0;
	plan.status = "failed";
	for (int i = 0; i < 3; i++) {
		play(kit, &plan);
		sync_now(kit, &psa, &totals);
	}
	plan.status = "complete";
	plan.found = 7;
	play(kit, &plan);
	sync_now(kit, &psa, &totals);
	assert_int_equal(psa.writes, 3);
	ep_vec_release(&psa.list);
}

#define WITH_KIT(test) cmocka_unit_test_setup_teardown(test, kit_up, kit_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_KIT(test_ninety_nights),
		WITH_KIT(test_lost_tables),
		WITH_KIT(test_over_before_written),
		WITH_KIT(test_undecided_writes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
