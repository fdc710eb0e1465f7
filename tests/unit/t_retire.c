/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tenancies that somebody retires: gone from the views but one, named there,
 * and back as soon as a run sees them.
 */
#include "store_kit.h"

#include "base/alloc.h"

/* A run that reads t1 or t2. */
static void night(struct kit *kit, const char *tenant)
{
	struct ep_dataset_ref ref = kit_ref("printix.users", KIT_ACCOUNTS);
	struct ep_row row = kit_account("u", NULL, "N", 0);
	void *dataset;

	ref.tenant = tenant;
	kit_begin(kit);
	dataset = kit_start(kit, &ref);
	kit_row(kit, dataset, &row);
	kit_finish(kit, dataset, EP_COVERAGE_COMPLETE);
	kit_end(kit);
	kit_ok(kit, ep_store_as_of(kit->store, 0, &kit->err));
}

static void retire(struct kit *kit, const char *uid)
{
	kit_ok(kit, ep_store_retire(kit->store, uid, "ana", "sold", &kit->err));
	kit_ok(kit, ep_store_as_of(kit->store, 0, &kit->err));
}

#define TENANCIES "SELECT group_concat(tenant, ' ') FROM " \
		  "(SELECT tenant FROM tenancy ORDER BY tenant)"
#define STALE "SELECT coalesce(sum(stale), 0) FROM coverage"
#define RETIRED "SELECT tenant, by_user, reason FROM retired"

static void test_it_is_stale_no_longer_and_named(void **state)
{
	struct kit *kit = *state;

	night(kit, "t1");
	night(kit, "t2");
	night(kit, "t2");
	assert_int_equal(kit_int(kit, STALE), 1);
	retire(kit, "printix/t1");
	/* What the last run showed stays as it was; who looks is told. */
	assert_int_equal(kit_int(kit, STALE), 1);
	kit_assert_dump(kit, RETIRED, "printix/t1|ana|sold\n");
	night(kit, "t2");
	assert_int_equal(kit_int(kit, STALE), 0);
	kit_assert_dump(kit, TENANCIES, "printix/t2\n");
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM account"), 1);
	kit_assert_dump(kit, RETIRED, "printix/t1|ana|sold\n");
	/* And the past is as it was. */
	kit_ok(kit, ep_store_as_of(kit->store, 2, &kit->err));
	kit_assert_dump(kit, TENANCIES, "printix/t1 printix/t2\n");
	kit_assert_dump(kit, RETIRED, "");
}

static void test_who_answers_is_back(void **state)
{
	struct kit *kit = *state;

	night(kit, "t1");
	retire(kit, "printix/t1");
	night(kit, "t2");
	kit_assert_dump(kit, TENANCIES, "printix/t2\n");
	night(kit, "t1");
	kit_assert_dump(kit, TENANCIES, "printix/t1 printix/t2\n");
	kit_assert_dump(kit, RETIRED, "");
	assert_int_equal(kit_int(kit, "SELECT ended_run FROM main.retirement"),
			 3);
	/* It can be said once more, and both are kept. */
	retire(kit, "printix/t1");
	night(kit, "t2");
	kit_assert_dump(kit, TENANCIES, "printix/t2\n");
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM main.retirement"),
			 2);
}

/* That its customer left the configuration does not mean that it answered. */
static void test_a_lost_claim_does_not_bring_it_back(void **state)
{
	struct kit *kit = *state;

	night(kit, "t1");
	kit_ok(kit, ep_db_exec(ep_store_db(kit->store), "UPDATE main.tenancy "
			       "SET customer = 'left'", &kit->err));
	retire(kit, "printix/t1");
	night(kit, "t2");
	assert_int_equal(kit_int(kit, "SELECT customer IS NULL AND retired_at "
				 "IS NOT NULL FROM main.tenancy WHERE "
				 "tenant = 't1'"), 1);
}

static void test_only_what_is_known_and_not_twice(void **state)
{
	struct kit *kit = *state;

	night(kit, "t1");
	assert_int_equal(ep_store_retire(kit->store, "printix/t9", "ana", "x",
					 &kit->err), EP_ENOENT);
	retire(kit, "printix/t1");
	assert_int_equal(ep_store_retire(kit->store, "printix/t1", "ana", "x",
					 &kit->err), EP_EDATA);
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM main.retirement"),
			 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
		T(test_it_is_stale_no_longer_and_named),
		T(test_who_answers_is_back),
		T(test_a_lost_claim_does_not_bring_it_back),
		T(test_only_what_is_known_and_not_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
