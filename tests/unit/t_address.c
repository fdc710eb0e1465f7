/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses that are kept once, in their look-up keys: every reader has them
 * as the vendor wrote them, tonight, as of an earlier night, and when gone.
 */
#include "store_kit.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "store/layout.h"

/* Whatever a vendor may send: what a key tells, and what it does not. */
static const struct {
	const char *text;
	bool told;
} addresses[] = {
	{ "ada@acme.example", true },
	{ "x", false },
	{ "@", true },
	{ "@acme.example", true },
	{ "ada@", true },
	{ "\"a@b\"@acme.example", true },
	{ "corp\\ada", false },
	{ "ada@sub.acme.example@acme.example", true },
	{ "a\x1f" "da@acme.example", false },
	{ "ada@acme\x1f.example", false },
	{ "a\x1f" "da", false },
	{ "\xc3\xa5sa@acme.example", false },
	{ "ada@\xc3\xa5" "cme.example", false },
	{ "7b1c-4f", false },
	{ " @ ", true },
	{ "", false },
	{ NULL, false },
};

#define ADDRESSES (sizeof(addresses) / sizeof(addresses[0]))

static const char *given(size_t row, size_t night)
{
	return addresses[(row + night) % ADDRESSES].text;
}

static void add_wanted(struct ep_buf *out, const char *text)
{
	ep_buf_addf(out, "%s\n", text ? text : "-");
}

/* In one night everybody has the address of the one after him. */
static void play(struct kit *kit, size_t night, size_t rows)
{
	struct ep_dataset_ref ref = kit_ref("printix.users", KIT_ACCOUNTS);
	void *dataset;

	kit_begin(kit);
	dataset = kit_start(kit, &ref);
	for (size_t i = 0; i < rows; i++) {
		char id[8];
		struct ep_row row;

		snprintf(id, sizeof(id), "%02zu", i);
		row = kit_account(id, given(i, night), "Ada", 0);
		kit_set(&row, "login", given(i, night + 3));
		kit_row(kit, dataset, &row);
	}
	kit_finish(kit, dataset, EP_COVERAGE_COMPLETE);
	kit_end(kit);
}

static void assert_addresses(struct kit *kit, const char *view, size_t night,
			     size_t from)
{
	EP_AUTO(ep_buf_release) struct ep_buf email = EP_BUF_INIT(4096);
	EP_AUTO(ep_buf_release) struct ep_buf login = EP_BUF_INIT(4096);
	EP_AUTO(ep_buf_release) struct ep_buf sql = EP_BUF_INIT(256);

	for (size_t i = from; i < ADDRESSES; i++) {
		add_wanted(&email, given(i, night));
		add_wanted(&login, given(i, night + 3));
	}
	ep_buf_addf(&sql, "SELECT email FROM %s ORDER BY id", view);
	kit_assert_dump(kit, sql.s, email.s);
	ep_buf_clear(&sql);
	ep_buf_addf(&sql, "SELECT login FROM %s ORDER BY id", view);
	kit_assert_dump(kit, sql.s, login.s);
}

static void test_read_as_they_came(void **state)
{
	struct kit *kit = *state;

	for (size_t night = 0; night < 4; night++)
		play(kit, night, ADDRESSES);
	play(kit, 4, 1);
	/* The first came to stay; the others are gone as they were last. */
	kit_ok(kit, ep_store_as_of(kit->store, 0, &kit->err));
	assert_addresses(kit, "gone_account", 3, 1);
	for (size_t night = 0; night < 4; night++) {
		kit_ok(kit, ep_store_as_of(kit->store, (int64_t)night + 1,
					   &kit->err));
		assert_addresses(kit, "account", night, 0);
	}
}

static void test_kept_once(void **state)
{
	EP_AUTO(ep_buf_release) struct ep_buf want = EP_BUF_INIT(4096);
	struct kit *kit = *state;

	play(kit, 0, ADDRESSES);
	for (size_t i = 0; i < ADDRESSES; i++)
		add_wanted(&want, addresses[i].told ? NULL :
						      addresses[i].text);
	kit_assert_dump(kit, "SELECT email FROM main.now_account ORDER BY key",
			want.s);
}

/* Rows that an earlier program wrote have both. */
static void test_kept_twice_reads_the_same(void **state)
{
	struct kit *kit = *state;

	play(kit, 0, ADDRESSES);
	kit_ok(kit, ep_db_exec(ep_store_db(kit->store),
			       "UPDATE main.now_account SET email = "
			       EP_ADDRESS_SQL("", "email") ", login = "
			       EP_ADDRESS_SQL("", "login"), &kit->err));
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM main.now_account "
				 "WHERE email IS NULL"), 1);
	kit_ok(kit, ep_store_as_of(kit->store, 0, &kit->err));
	assert_addresses(kit, "account", 0, 0);
	/* Nothing changed, so nothing is told. */
	play(kit, 0, ADDRESSES);
	kit_ok(kit, ep_store_as_of(kit->store, 0, &kit->err));
	kit_assert_dump(kit, "SELECT count(*) FROM moved WHERE run = 2",
			"0\n");
	play(kit, 1, ADDRESSES);
	kit_ok(kit, ep_store_as_of(kit->store, 1, &kit->err));
	assert_addresses(kit, "account", 0, 0);
}

/* The look-up serves a join by it, whatever the column keeps. */
static void test_found_by_key(void **state)
{
	struct kit *kit = *state;

	play(kit, 0, ADDRESSES);
	kit_ok(kit, ep_store_as_of(kit->store, 0, &kit->err));
	kit_assert_dump(kit, "SELECT id, email FROM account WHERE email_key = "
			"'acme.example' || char(31) || 'ada'",
			"00|ada@acme.example\n");
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM account WHERE "
				 "email IS NULL <> (email_key IS NULL)"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
		T(test_read_as_they_came),
		T(test_kept_once),
		T(test_kept_twice_reads_the_same),
		T(test_found_by_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
