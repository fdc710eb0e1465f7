/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What rules read: the views of a night, the tenancies and facts behind
 * them, coverage with its age, narrowing, and a reader while a run writes.
 */
#include "store_kit.h"

#include "base/alloc.h"

static void read_one(struct kit *kit, const struct ep_dataset_ref *ref,
		     const char *id, const char *name,
		     enum ep_coverage_status status)
{
	struct ep_row row = kit_account(id, "x@acme.example", name, 0);
	void *dataset = kit_start(kit, ref);

	if (id)
		kit_row(kit, dataset, &row);
	kit_finish(kit, dataset, status);
}

static void expect(struct kit *kit, const struct ep_dataset_ref *ref)
{
	kit_ok(kit, kit->sink.expect(kit->sink.to, ref, &kit->err));
}

static void latest(struct kit *kit)
{
	kit_ok(kit, ep_store_as_of(kit->store, 0, &kit->err));
}

/* --- coverage ----------------------------------------------------------- */

static const char words[] = "SELECT dataset, status, stale, run FROM coverage "
			    "ORDER BY dataset";

static void test_expected_but_never_read(void **state)
{
	struct kit *kit = *state;
	struct ep_dataset_ref ref = kit_ref("printix.users", KIT_ACCOUNTS);

	kit_begin(kit);
	expect(kit, &ref);
	kit_end(kit);
	latest(kit);
	kit_assert_dump(kit, "SELECT tenant, system, dataset, kinds, status, "
			"reason, stale, age, rows, run FROM coverage",
			"printix/t1|printix|printix.users|account|missing|"
			"it was never read|1|-|-|-\n");
}

static void test_tonight_overrides_yesterday(void **state)
{
	struct kit *kit = *state;
	struct ep_dataset_ref ref = kit_ref("printix.users", KIT_ACCOUNTS);

	kit_begin(kit);
	read_one(kit, &ref, "1", "Ana", EP_COVERAGE_COMPLETE);
	kit_end(kit);
	kit_begin(kit);
	read_one(kit, &ref, NULL, NULL, EP_COVERAGE_DENIED);
	kit_end(kit);
	latest(kit);
	kit_assert_dump(kit, words, "printix.users|denied|0|2\n");
	kit_ok(kit, ep_store_as_of(kit->store, 1, &kit->err));
	kit_assert_dump(kit, words, "printix.users|complete|0|1\n");
}

/* The whole view, as one of a past run and beside one of the newest. */
static char *whole(struct kit *kit, const char *view)
{
	EP_AUTO(ep_buf_release) struct ep_buf sql = EP_BUF_INIT(256);

	ep_buf_addf(&sql, "SELECT * FROM temp.%s ORDER BY tenant, dataset",
		    view);
	return kit_dump(kit, sql.s);
}

static void test_coverage_then_is_that_of_then(void **state)
{
	struct kit *kit = *state;
	struct ep_dataset_ref ref = kit_ref("printix.users", KIT_ACCOUNTS);
	struct ep_dataset_ref late = kit_ref("printix.sites", KIT_ACCOUNTS);

	for (int run = 1; run <= 5; run++) {
		kit_begin(kit);
		if (run != 3)
			read_one(kit, &ref, "1", "Ana", run == 4 ?
				 EP_COVERAGE_FAILED : EP_COVERAGE_COMPLETE);
		if (run > 2)
			read_one(kit, &late, "2", "Bo", EP_COVERAGE_PARTIAL);
		kit_end(kit);
	}
	for (int run = 1; run <= 5; run++) {
		EP_AUTO_FREE char *want = NULL;
		EP_AUTO_FREE char *then = NULL;
		EP_AUTO_FREE char *now = NULL;
		EP_AUTO_FREE char *still = NULL;

		kit_ok(kit, ep_store_as_of(kit->store, run, &kit->err));
		want = whole(kit, "coverage");
		latest(kit);
		now = whole(kit, "coverage");
		kit_ok(kit, ep_store_coverage_then(kit->store, run,
						   &kit->err));
		then = whole(kit, "coverage_then");
		still = whole(kit, "coverage");
		assert_string_equal(then, want);
		assert_string_equal(still, now);
		if (run < 5)
			assert_string_not_equal(then, now);
	}
	assert_int_equal(ep_store_coverage_then(kit->store, 6, &kit->err),
			 EP_ENOENT);
}

/* 26 hours old at most: fresh a day later, stale after two. */
static void test_unread_datasets_grow_stale(void **state)
{
	struct kit *kit = *state;
	struct ep_dataset_ref ref = kit_ref("printix.users", KIT_ACCOUNTS);

	kit_begin(kit);
	read_one(kit, &ref, "1", "Ana", EP_COVERAGE_COMPLETE);
	kit_end(kit);
	kit_begin(kit);
	kit_end(kit);
	latest(kit);
	kit_assert_dump(kit, words, "printix.users|complete|0|1\n");
	assert_int_equal(kit_int(kit, "SELECT age FROM coverage"), KIT_NIGHT);
	kit_begin(kit);
	kit_end(kit);
	latest(kit);
	kit_assert_dump(kit, words, "printix.users|complete|1|1\n");
	kit_assert_dump(kit, "SELECT reason FROM coverage",
			"it is 48 hours old, and 26 are allowed\n");
	/* A clock that went back does not make it fresh. */
	kit_ok(kit, ep_db_exec(ep_store_db(kit->store), "UPDATE main.coverage "
			       "SET ended_at = ended_at + 99 * 86400",
			       &kit->err));
	kit_assert_dump(kit, "SELECT stale, reason, age FROM coverage",
			"1|it was read in the future: a clock was wrong|0\n");
	/* Read, but without a word on when: not trusted either. */
	kit_ok(kit, ep_db_exec(ep_store_db(kit->store), "UPDATE main.coverage "
			       "SET started_at = NULL, ended_at = NULL",
			       &kit->err));
	kit_assert_dump(kit, words, "printix.users|complete|1|1\n");
}

/* An import is as old as what it shows, even if it came in tonight. */
static void test_import_ages_by_capture(void **state)
{
	struct kit *kit = *state;
	struct ep_dataset_ref ref = kit_ref("portal.users", KIT_ACCOUNTS);
	struct ep_coverage coverage;
	void *dataset;

	ref.imported = true;
	ref.max_age = 7 * KIT_NIGHT;
	for (int days = 6; days <= 8; days += 2) {
		kit_begin(kit);
		dataset = kit_start(kit, &ref);
		ep_coverage_init(&coverage);
		coverage.captured_at = ep_clock_now() - days * KIT_NIGHT;
		coverage.ended_at = ep_clock_now();
		snprintf(coverage.captured_by, sizeof(coverage.captured_by),
			 "mia");
		kit_ok(kit, kit->sink.end(kit->sink.to, dataset, &coverage,
					  &kit->err));
		ep_coverage_release(&coverage);
		kit_end(kit);
		latest(kit);
		assert_int_equal(kit_int(kit, "SELECT stale FROM coverage"),
				 days > 7);
		assert_int_equal(kit_int(kit, "SELECT age FROM coverage"),
				 days * KIT_NIGHT);
	}
	kit_assert_dump(kit, "SELECT imported, captured_by FROM coverage",
			"1|mia\n");
}

/* A dataset that was not known then is not missing then. */
static void test_later_datasets_are_not_seen_before(void **state)
{
	struct kit *kit = *state;
	struct ep_dataset_ref users = kit_ref("printix.users", KIT_ACCOUNTS);
	struct ep_dataset_ref more = kit_ref("printix.more", KIT_ACCOUNTS);

	kit_begin(kit);
	read_one(kit, &users, "1", "Ana", EP_COVERAGE_COMPLETE);
	kit_end(kit);
	kit_begin(kit);
	read_one(kit, &users, "1", "Ana", EP_COVERAGE_COMPLETE);
	expect(kit, &more);
	kit_end(kit);
	latest(kit);
	kit_assert_dump(kit, words, "printix.more|missing|1|-\n"
				    "printix.users|complete|0|2\n");
	kit_ok(kit, ep_store_as_of(kit->store, 1, &kit->err));
	kit_assert_dump(kit, words, "printix.users|complete|0|1\n");
}

/* Rows that were new at the begin of an epoch are in no log. */
static void test_first_sight_is_undone(void **state)
{
	struct kit *kit = *state;
	struct ep_dataset_ref users = kit_ref("printix.users", KIT_ACCOUNTS);
	struct ep_dataset_ref more = kit_ref("printix.more", KIT_ACCOUNTS);

	kit_begin(kit);
	read_one(kit, &users, "1", "Ana", EP_COVERAGE_COMPLETE);
	kit_end(kit);
	kit_begin(kit);
	read_one(kit, &users, "1", "Ana", EP_COVERAGE_COMPLETE);
	read_one(kit, &more, "2", "Ben", EP_COVERAGE_PARTIAL);
	kit_end(kit);
	latest(kit);
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM account"), 2);
	kit_ok(kit, ep_store_as_of(kit->store, 1, &kit->err));
	kit_assert_dump(kit, "SELECT name FROM account", "Ana\n");
}

static void test_previous_rows(void **state)
{
	struct kit *kit = *state;
	struct ep_dataset_ref ref = kit_ref("printix.users", KIT_ACCOUNTS);

	for (int n = 1; n <= 3; n++) {
		struct ep_coverage coverage;
		void *dataset;

		kit_begin(kit);
		dataset = kit_start(kit, &ref);
		ep_coverage_init(&coverage);
		coverage.rows = n * 10;
		if (n == 2)
			coverage.status = EP_COVERAGE_PARTIAL;
		kit_ok(kit, kit->sink.end(kit->sink.to, dataset, &coverage,
					  &kit->err));
		ep_coverage_release(&coverage);
		kit_end(kit);
	}
	latest(kit);
	kit_assert_dump(kit, "SELECT rows, previous_rows FROM coverage",
			"30|10\n");
}

/* --- tenancies and facts ------------------------------------------------ */

static void list_tenant(struct kit *kit, const char *id, const char *name,
			enum ep_coverage_status status)
{
	struct ep_dataset_ref ref =
		kit_ref("printix-partner.tenants", 1u << EP_KIND_tenant);
	struct ep_row row = { .kind = EP_KIND_tenant };
	void *dataset;

	ref.system = "printix-partner";
	ref.tenant = "p1";
	ref.connector = "printix-partner";
	ref.customer = "msp";
	kit_set(&row, "of_system", "printix");
	kit_set(&row, "id", id);
	kit_set(&row, "name", name);
	kit_set(&row, "domain", "acme");
	kit_begin(kit);
	dataset = kit_start(kit, &ref);
	kit_row(kit, dataset, &row);
	kit_finish(kit, dataset, status);
	kit_end(kit);
	latest(kit);
}

static const char tenancies[] =
	"SELECT tenant, customer, name, domain, msp, claimed FROM tenancy "
	"ORDER BY tenant";

/* A tenancy that a partner lists is known although nothing of it is read. */
static void test_listed_tenancies(void **state)
{
	struct kit *kit = *state;
	struct ep_customer customers[2] = {
		{ .id = (char *)"msp", .name = (char *)"MSP", .msp = true },
		{ .id = (char *)"acme", .name = (char *)"Acme" },
	};
	struct ep_setting settings[1] = { { (char *)"group_sync",
					    (char *)"on" } };
	struct ep_claim claim = {
		.system = (char *)"printix",
		.tenant = (char *)"t9",
		.settings = { settings, 1, 1 },
	};

	list_tenant(kit, "t8", "Denied", EP_COVERAGE_DENIED);
	list_tenant(kit, "t9", "Acme Inc", EP_COVERAGE_COMPLETE);
	kit_assert_dump(kit, tenancies,
			"printix-partner/p1|msp|p1|-|0|1\n"
			"printix/t9|-|Acme Inc|acme|0|0\n");
	customers[1].claims.v = &claim;
	customers[1].claims.n = 1;
	kit->config.customers.v = customers;
	kit->config.customers.n = 2;
	list_tenant(kit, "t9", "Acme Ltd", EP_COVERAGE_COMPLETE);
	kit_assert_dump(kit, tenancies,
			"printix-partner/p1|msp|MSP|-|1|1\n"
			"printix/t9|acme|Acme Ltd|acme|0|1\n");
	kit_assert_dump(kit, "SELECT tenant, name, value FROM setting",
			"printix/t9|group_sync|on\n");
	kit_ok(kit, ep_store_as_of(kit->store, 1, &kit->err));
	kit_assert_dump(kit, "SELECT tenant FROM tenancy",
			"printix-partner/p1\n");
	kit->config.customers.n = 0;
}

static void test_facts_are_replaced(void **state)
{
	struct kit *kit = *state;
	char *domain = (char *)"Acme.example";
	char *owner = (char *)"Boss@acme.example";
	struct ep_setting settings[1] = { { (char *)"mode", (char *)"sso" } };
	struct ep_connection connection = {
		.connector = (char *)"printix",
		.tenant = (char *)"t1",
		.settings = { settings, 1, 1 },
	};
	struct ep_declared declared = {
		.address = (char *)"kiosk@acme.example",
		.class = (char *)"shared",
		.owner = (char *)"boss@acme.example",
		.review_by = 77,
		.reason = (char *)"front desk",
	};
	struct ep_customer customer = {
		.id = (char *)"acme",
		.name = (char *)"Acme",
		.exit_at = 99,
		.exit_ticket = (char *)"T-1",
	};
	struct ep_dataset_ref ref = kit_ref("printix.users", KIT_ACCOUNTS);

	customer.domains.v = &domain;
	customer.domains.n = 1;
	customer.authorised_owners.v = &owner;
	customer.authorised_owners.n = 1;
	customer.connections.v = &connection;
	customer.connections.n = 1;
	customer.declared.v = &declared;
	customer.declared.n = 1;
	kit->config.customers.v = &customer;
	kit->config.customers.n = 1;
	ref.customer = "acme";
	for (int n = 0; n < 2; n++) {
		kit_begin(kit);
		expect(kit, &ref);
		kit_end(kit);
		latest(kit);
		kit_assert_dump(kit, "SELECT * FROM customer",
				"acme|Acme|0|99|T-1\n");
		kit_assert_dump(kit, "SELECT * FROM domain",
				"acme|acme.example|0\n");
		kit_assert_dump(kit, "SELECT * FROM declared",
				"acme|kiosk@acme.example|shared|"
				"boss@acme.example|77|front desk\n");
		kit_assert_dump(kit, "SELECT * FROM authorised_owner",
				"acme|boss@acme.example\n");
		kit_assert_dump(kit, "SELECT * FROM setting",
				"printix/t1|mode|sso\n");
		kit_assert_dump(kit, "SELECT customer FROM tenancy",
				"acme\n");
	}
	/* The customer is gone from the configuration. */
	kit->config.customers.n = 0;
	kit_begin(kit);
	kit_end(kit);
	latest(kit);
	kit_assert_dump(kit, "SELECT (SELECT count(*) FROM customer), "
			"(SELECT count(*) FROM domain), "
			"(SELECT count(*) FROM declared), "
			"(SELECT count(*) FROM authorised_owner), "
			"(SELECT count(*) FROM setting), customer, claimed "
			"FROM tenancy", "0|0|0|0|0|-|0\n");
}

/* --- narrowing ---------------------------------------------------------- */

static void test_narrow(void **state)
{
	struct kit *kit = *state;
	struct ep_dataset_ref users = kit_ref("printix.users", KIT_ACCOUNTS);
	struct ep_dataset_ref portal = kit_ref("portal.users", KIT_ACCOUNTS);
	struct ep_err err = EP_ERR_INIT;

	portal.transient = true;
	kit_begin(kit);
	read_one(kit, &users, "1", "Ana", EP_COVERAGE_COMPLETE);
	read_one(kit, &portal, "2", "Ben", EP_COVERAGE_COMPLETE);
	kit_end(kit);
	kit_begin(kit);
	read_one(kit, &portal, NULL, NULL, EP_COVERAGE_COMPLETE);
	kit_end(kit);
	latest(kit);
	kit_ok(kit, ep_store_narrow(kit->store, EP_KIND_account,
				    "printix.users", &kit->err));
	kit_assert_dump(kit, "SELECT id FROM account", "1\n");
	kit_assert_dump(kit, "SELECT id FROM gone_account", "");
	/* It stays over another night. */
	kit_ok(kit, ep_store_as_of(kit->store, 1, &kit->err));
	kit_assert_dump(kit, "SELECT id FROM account", "1\n");
	kit_ok(kit, ep_store_narrow(kit->store, EP_KIND_account,
				    "portal.users, printix.users",
				    &kit->err));
	kit_assert_dump(kit, "SELECT id FROM account ORDER BY id", "1\n2\n");
	assert_int_equal(ep_store_narrow(kit->store, EP_KIND_account,
					 "x') OR ('1'='1", &err), EP_ECONFIG);
	assert_int_equal(ep_store_narrow(kit->store, EP_KIND_account, "",
					 &err), EP_ECONFIG);
	kit_ok(kit, ep_store_narrow(kit->store, EP_KIND_account, NULL,
				    &kit->err));
	latest(kit);
	kit_assert_dump(kit, "SELECT id FROM gone_account", "2\n");
}

/* --- two processes ------------------------------------------------------ */

/* The reader is another connection that may not write: it sees the last
 * whole night while the next one is being written. */
static void test_reader_sees_whole_nights(void **state)
{
	struct kit *kit = *state;
	struct kit reader = *kit;
	struct ep_dataset_ref ref = kit_ref("printix.users", KIT_ACCOUNTS);

	kit_begin(kit);
	read_one(kit, &ref, "1", "Ana", EP_COVERAGE_COMPLETE);
	kit_end(kit);
	kit_begin(kit);
	read_one(kit, &ref, "1", "Anna", EP_COVERAGE_COMPLETE);
	kit_ok(kit, ep_store_flush(kit->store, &kit->err));
	kit_open(&reader, false);
	assert_int_equal(ep_store_run(reader.store), 1);
	kit_assert_dump(&reader, "SELECT name FROM account", "Ana\n");
	kit_close(&reader);
	/* Also when it was there before the night's rows were. */
	kit_end(kit);
	kit_open(&reader, false);
	kit_begin(kit);
	read_one(kit, &ref, "1", "Anka", EP_COVERAGE_COMPLETE);
	kit_ok(kit, ep_store_flush(kit->store, &kit->err));
	assert_int_equal(ep_store_run(reader.store), 2);
	kit_assert_dump(&reader, "SELECT name FROM account", "Anna\n");
	kit_assert_dump(&reader, "SELECT count(*), max(run) FROM coverage",
			"1|2\n");
	kit_ok(kit, ep_store_as_of(reader.store, 1, &kit->err));
	kit_assert_dump(&reader, "SELECT name FROM account", "Ana\n");
	/* A wrong name leaves the views as they are. */
	assert_int_equal(ep_store_narrow(reader.store, EP_KIND_account, "'",
					 &kit->err), EP_ECONFIG);
	kit_assert_dump(&reader, "SELECT name FROM account", "Ana\n");
	/* It cannot write, and says so. */
	assert_int_not_equal(ep_db_exec(ep_store_db(reader.store),
					"DELETE FROM main.run", &kit->err), 0);
	assert_int_equal(ep_store_run_begin(reader.store, NULL, NULL, NULL,
					    &kit->err), EP_EBUG);
	kit_end(kit);
	kit_ok(kit, ep_store_as_of(reader.store, 0, &kit->err));
	assert_int_equal(ep_store_run(reader.store), 3);
	kit_assert_dump(&reader, "SELECT name FROM account", "Anka\n");
	kit_close(&reader);
}

/* Rules join accounts to roles by tenancy and id; neither side is scanned
 * for every row of the other. */
static void test_joins_use_indexes(void **state)
{
	struct kit *kit = *state;
	char *plan = kit_dump(kit, "EXPLAIN QUERY PLAN SELECT a.email FROM "
			      "account a JOIN role r ON r.tenant = a.tenant "
			      "AND r.account = a.id");

	assert_null(strstr(plan, "AUTOMATIC"));
	ep_free(plan);
	plan = kit_dump(kit, "EXPLAIN QUERY PLAN SELECT a.id FROM alias l "
			"JOIN account a ON a.email_key = l.address_key");
	assert_non_null(strstr(plan, "email_key=?"));
	ep_free(plan);
	plan = kit_dump(kit, "EXPLAIN QUERY PLAN SELECT key FROM moved "
			"WHERE run = (SELECT max(run) FROM moved)");
	assert_non_null(strstr(plan, "SEARCH r USING INTEGER PRIMARY KEY "
			       "(rowid=?)"));
	assert_non_null(strstr(plan, "SEARCH h USING INTEGER PRIMARY KEY"));
	assert_null(strstr(plan, "AUTOMATIC"));
	assert_null(strstr(plan, "CO-ROUTINE"));
	ep_free(plan);
}

/* A night that cannot be rebuilt is an error, never another night. */
static void test_damaged_history(void **state)
{
	static const char *const damage[] = {
		"UPDATE history SET old = '{'",
		"UPDATE history SET old = NULL",
		"UPDATE history SET kind = 99",
		"UPDATE volatile_history SET undo = x'28b52f'",
		"UPDATE volatile_history SET undo = zeroblob(0)",
		("UPDATE volatile_history SET undo = "
		 "substr(undo, 1, length(undo) - 1)"),
		"UPDATE volatile_history SET kind = -1",
	};
	struct kit *kit = *state;
	struct ep_dataset_ref ref = kit_ref("printix.users", KIT_ACCOUNTS);
	struct ep_db *db = ep_store_db(kit->store);

	for (int n = 1; n <= 3; n++) {
		struct ep_row row = kit_account("1", NULL, n == 1 ? "A" : "B",
						n);
		void *dataset;

		kit_begin(kit);
		dataset = kit_start(kit, &ref);
		kit_row(kit, dataset, &row);
		kit_finish(kit, dataset, EP_COVERAGE_COMPLETE);
		kit_end(kit);
	}
	kit_ok(kit, ep_store_as_of(kit->store, 2, &kit->err));
	for (size_t i = 0; i < sizeof(damage) / sizeof(damage[0]); i++) {
		struct ep_err err = EP_ERR_INIT;

		kit_ok(kit, ep_db_exec(db, "CREATE TEMP TABLE h AS SELECT * "
				       "FROM main.history; CREATE TEMP TABLE "
				       "v AS SELECT * FROM "
				       "main.volatile_history", &kit->err));
		kit_ok(kit, ep_db_exec(db, damage[i], &kit->err));
		assert_int_equal(ep_store_as_of(kit->store, 1, &err),
				 EP_EDATA);
		assert_int_equal(ep_store_run(kit->store), 2);
		kit_assert_dump(kit, "SELECT name, last_seen_at FROM account",
				"B|2\n");
		kit_ok(kit, ep_store_narrow(kit->store, EP_KIND_account,
					    "printix.users", &kit->err));
		kit_assert_dump(kit, "SELECT name, last_seen_at FROM account",
				"B|2\n");
		kit_ok(kit, ep_db_exec(db, "DELETE FROM main.history; "
				       "INSERT INTO main.history SELECT * "
				       "FROM temp.h; DELETE FROM "
				       "main.volatile_history; INSERT INTO "
				       "main.volatile_history SELECT * FROM "
				       "temp.v; DROP TABLE temp.h; "
				       "DROP TABLE temp.v", &kit->err));
	}
	kit_ok(kit, ep_store_as_of(kit->store, 1, &kit->err));
	kit_assert_dump(kit, "SELECT name, last_seen_at FROM account",
			"A|1\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
		T(test_expected_but_never_read),
		T(test_tonight_overrides_yesterday),
		T(test_coverage_then_is_that_of_then),
		T(test_unread_datasets_grow_stale),
		T(test_import_ages_by_capture),
		T(test_later_datasets_are_not_seen_before),
		T(test_first_sight_is_undone),
		T(test_previous_rows),
		T(test_listed_tenancies),
		T(test_facts_are_replaced),
		T(test_narrow),
		T(test_reader_sees_whole_nights),
		T(test_joins_use_indexes),
		T(test_damaged_history),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
