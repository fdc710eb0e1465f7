/* SPDX-License-Identifier: Apache-2.0 */
/*
 * No window of the vendor's length may ever hold more requests than our
 * share, wherever it starts; and what the vendor says only slows us down.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "collect/budget.h"

static struct ep_spec_limits limits = {
	.parallel = 3, .requests = 100, .window = 60, .share_percent = 90
};

static void remaining(struct ep_budget *budget, int64_t now, int64_t left,
		      int64_t end)
{
	int64_t at;

	(void)ep_budget_remaining(budget, now, left, end, &at);
}

/* Sends as fast as allowed and says when the n-th went. */
static int64_t nth(struct ep_budget *budget, int n)
{
	int64_t now = 0;

	for (int i = 0; i < n; i++) {
		now = ep_budget_when(budget, now);
		ep_budget_send(budget, now);
		ep_budget_done(budget);
	}
	return now;
}

static void test_share(void **state)
{
	struct ep_budget budget;

	(void)state;
	ep_budget_init(&budget, &limits, 0);
	assert_int_equal(nth(&budget, 90), 0);
	assert_int_equal(ep_budget_when(&budget, 59999), 60000);
	assert_int_equal(ep_budget_when(&budget, 60000), 60000);
	ep_budget_release(&budget);
	ep_budget_init(&budget, &limits, 10);
	assert_int_equal(nth(&budget, 10), 0);
	assert_int_equal(nth(&budget, 1), 60000);
	ep_budget_release(&budget);
}

static void test_no_window_holds_more(void **state)
{
	struct ep_budget budget;
	int64_t sent[1000];
	int64_t now = 0;

	(void)state;
	ep_budget_init(&budget, &limits, 0);
	for (int i = 0; i < 1000; i++) {
		now = ep_budget_when(&budget, now + (i * 37) % 900);
		ep_budget_send(&budget, now);
		ep_budget_done(&budget);
		sent[i] = now;
		if (i >= 90)
			assert_true(sent[i] - sent[i - 90] >= 60000);
	}
	/* and the budget is used, not merely kept */
	assert_true(now <= 60000 * 12);
	/* what is past is forgotten */
	assert_true(budget.sent.n < 400);
	ep_budget_release(&budget);
}

static void test_parallel(void **state)
{
	struct ep_budget budget;

	(void)state;
	ep_budget_init(&budget, &limits, 0);
	for (int i = 0; i < 3; i++) {
		assert_true(ep_budget_free_slot(&budget));
		ep_budget_send(&budget, 0);
	}
	assert_false(ep_budget_free_slot(&budget));
	ep_budget_done(&budget);
	assert_true(ep_budget_free_slot(&budget));
	ep_budget_release(&budget);
}

static void test_block(void **state)
{
	struct ep_budget budget;

	(void)state;
	ep_budget_init(&budget, &limits, 0);
	ep_budget_block(&budget, 5000);
	assert_int_equal(ep_budget_when(&budget, 100), 5000);
	ep_budget_block(&budget, 3000);
	assert_int_equal(ep_budget_when(&budget, 100), 5000);
	assert_int_equal(ep_budget_when(&budget, 5001), 5001);
	ep_budget_release(&budget);
}

static void test_remaining_lowers(void **state)
{
	struct ep_budget budget;

	(void)state;
	ep_budget_init(&budget, &limits, 0);
	ep_budget_send(&budget, 0);
	/* others used the most of it; ten stay theirs */
	remaining(&budget, 0, 12, 0);
	ep_budget_done(&budget);
	assert_int_equal(nth(&budget, 2), 0);
	assert_int_equal(nth(&budget, 1), 60000);
	ep_budget_release(&budget);
	/* a larger number than ours raises nothing */
	ep_budget_init(&budget, &limits, 0);
	assert_int_equal(nth(&budget, 90), 0);
	remaining(&budget, 1, 1000000, 0);
	assert_int_equal(ep_budget_when(&budget, 1), 60000);
	ep_budget_release(&budget);
	ep_budget_init(&budget, &limits, 0);
	remaining(&budget, 0, 0, 0);
	assert_int_equal(ep_budget_when(&budget, 1), 60000);
	ep_budget_release(&budget);
}

/* What others spent comes back when the vendor's window ends, not a whole
 * window after we were told. */
static void test_remaining_ends_with_the_window(void **state)
{
	static const struct {
		int64_t end;
		int64_t when;	/* the first one may go */
		int64_t all;	/* all of ours went */
	} told[] = {
		{ 55000, 55000, 60000 },	/* as it says */
		/* with our first request at the latest */
		{ 0, 60000, 60000 },
		/* no longer than a window */
		{ 500000, 60000, 110000 },
		/* it is over: that says nothing */
		{ 50000, 60000, 60000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		struct ep_budget budget;

		ep_budget_init(&budget, &limits, 0);
		ep_budget_send(&budget, 0);
		remaining(&budget, 50000, 0, told[i].end);
		ep_budget_done(&budget);
		assert_int_equal(ep_budget_when(&budget, 50000),
				 told[i].when);
		assert_int_equal(nth(&budget, 90), told[i].all);
		ep_budget_release(&budget);
	}
}

/* A vendor that counts as we do takes nothing away, however many requests
 * are under way when its answers come. */
static void test_remaining_that_agrees(void **state)
{
	struct ep_budget budget;
	int sent = 0;

	(void)state;
	ep_budget_init(&budget, &limits, 0);
	while (ep_budget_when(&budget, 0) == 0) {
		while (ep_budget_free_slot(&budget) &&
		       ep_budget_when(&budget, 0) == 0) {
			ep_budget_send(&budget, 0);
			sent++;
		}
		remaining(&budget, 0, 100 - sent, 0);
		ep_budget_done(&budget);
	}
	assert_int_equal(sent, 90);
	ep_budget_release(&budget);
}

static void test_unlimited(void **state)
{
	static const struct ep_spec_limits none = { .parallel = 0 };
	struct ep_budget budget;

	(void)state;
	ep_budget_init(&budget, &none, 0);
	assert_int_equal(nth(&budget, 5000), 0);
	remaining(&budget, 0, 0, 0);
	assert_int_equal(ep_budget_when(&budget, 7), 7);
	assert_int_equal(budget.sent.n, 0);
	ep_budget_release(&budget);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_share),
		cmocka_unit_test(test_no_window_holds_more),
		cmocka_unit_test(test_parallel),
		cmocka_unit_test(test_block),
		cmocka_unit_test(test_remaining_lowers),
		cmocka_unit_test(test_remaining_ends_with_the_window),
		cmocka_unit_test(test_remaining_that_agrees),
		cmocka_unit_test(test_unlimited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
