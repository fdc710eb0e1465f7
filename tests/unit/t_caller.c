/* SPDX-License-Identifier: Apache-2.0 */
/*
 * As whom runs asked: one row as long as nothing changes, and what an earlier
 * run was stays what it was.
 */
#include "check_kit.h"

#include "store/caller.h"

static void asked(struct kit *kit, int64_t run, const char *name)
{
	struct ep_caller caller = {
		.connector = "printix", .home = "t1",
		.credential = "cloudprint", .name = name,
	};
	struct ep_err err = EP_ERR_INIT;

	if (ep_caller_schema(ep_store_db(kit->store), &err) ||
	    ep_caller_put(ep_store_db(kit->store), run, &caller, &err))
		fail_msg("%s", err.msg);
}

static void test_rows(void **state)
{
	struct kit *kit = *state;

	asked(kit, 1, "a");
	asked(kit, 2, "a");
	asked(kit, 4, "a");
	asked(kit, 5, "b");
	asked(kit, 6, "a");
	asked(kit, 7, NULL);
	assert_string_equal(
		kit_ask(kit, "SELECT group_concat(name || ' ' || first_run ||"
			     " '-' || last_run, ', ') FROM (SELECT * FROM"
			     " main.caller ORDER BY first_run)"),
		"a 1-4, b 5-5, a 6-6,  7-7");
}

/* Two connections of one tenancy, each with its own. */
static void test_side_by_side(void **state)
{
	struct kit *kit = *state;

	for (int run = 1; run <= 3; run++) {
		asked(kit, run, "a");
		asked(kit, run, "b");
	}
	assert_string_equal(
		kit_ask(kit, "SELECT group_concat(name || ' ' || first_run ||"
			     " '-' || last_run, ', ') FROM (SELECT * FROM"
			     " main.caller ORDER BY name, first_run)"),
		"a 1-3, b 1-3");
}

#define WITH_KIT(f) cmocka_unit_test_setup_teardown(f, kit_up, kit_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_KIT(test_rows),
		WITH_KIT(test_side_by_side),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
