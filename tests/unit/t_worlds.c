/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every shipped rule on its worlds: it loads, compiles against the store's
 * views, reads what it says it needs, and gives the results that its test
 * file lists.  Arguments pick rules by id.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/str.h"
#include "check/check.h"
#include "check/rule_test.h"
#include "store/store.h"

static char **picked;
static int picked_n;

static char *source_path(const char *name)
{
	const char *root = getenv("EP_SRC");

	return ep_file_join(root ? root : ".", name);
}

static bool is_picked(const char *id)
{
	for (int i = 0; i < picked_n; i++)
		if (ep_str_eq(picked[i], id))
			return true;
	return picked_n == 0;
}

static void lint(const struct ep_rules *rules, const char *scratch,
		 struct ep_diag *diag)
{
	EP_AUTO_FREE char *path = ep_file_join(scratch, "lint.db");
	struct ep_err err = EP_ERR_INIT;
	struct ep_store *store = NULL;

	if (ep_store_open(path, true, &store, &err) < 0 ||
	    ep_check_lint(store, rules, diag, &err) < 0)
		fail_msg("%s", err.msg);
	ep_store_close(store);
}

static int remove_scratch(const char *scratch)
{
	static const char *const left[] = { "lint.db", "lint.db-wal",
					    "lint.db-shm", "lint.db.lock" };

	for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++) {
		EP_AUTO_FREE char *path = ep_file_join(scratch, left[i]);

		unlink(path);
	}
	return rmdir(scratch);
}

static void test_shipped(void **state)
{
	EP_AUTO_FREE char *folder = source_path("rules");
	EP_AUTO_FREE char *worlds = source_path("tests/rules");
	char scratch[] = "t_worlds.XXXXXX";
	const char *folders[] = { folder };
	struct ep_rule_test test;
	struct ep_rules *rules;
	struct ep_diag diag;
	struct ep_buf out;

	(void)state;
	assert_non_null(mkdtemp(scratch));
	ep_diag_init(&diag);
	ep_rule_test_init(&test);
	rules = ep_rules_load(folders, 1, &diag);
	if (rules)
		lint(rules, scratch, &diag);
	for (size_t i = 0; rules && i < rules->rule.n; i++) {
		struct ep_err err = EP_ERR_INIT;

		if (is_picked(rules->rule.v[i]->id) &&
		    ep_rule_test_run(rules, rules->rule.v[i], worlds, scratch,
				     true, &test, &diag, &err) < 0)
			fail_msg("%s", err.msg);
	}
	ep_buf_init(&out, 1 << 20);
	ep_diag_print(&diag, &out);
	if (out.len)
		print_message("%s", out.s);
	if (test.report.len)
		print_message("%s", test.report.s);
	print_message("%zu rules, %lld cases, %lld failed\n",
		      rules ? rules->rule.n : 0, (long long)test.cases,
		      (long long)test.failed);
	assert_int_equal(diag.n, 0);
	assert_int_equal(test.failed, 0);
	assert_true(test.cases >= (picked_n ? 1 : 5));
	assert_int_equal(remove_scratch(scratch), 0);
	ep_buf_release(&out);
	ep_rules_free(rules);
	ep_rule_test_release(&test);
	ep_diag_release(&diag);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shipped),
	};

	picked = argv + 1;
	picked_n = argc - 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
