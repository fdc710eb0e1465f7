/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of a plan, judged by a table of forbidden orders that knows
 * nothing of the planner's: over all pairs and many triples of small states
 * no forbidden order is emitted, nothing that has to wait is called ready,
 * nothing waits without a reason, and every plan can be worked through.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exit/order.h"

/* One end state for each act, so that an item is made of an act and a
 * place. */
static struct ep_end end_of[EP_ACTS];

static int make_ends(void **state)
{
	(void)state;
	for (int i = 0; i < EP_ACTS; i++) {
		end_of[i].id = (char *)ep_act_word((enum ep_act)i);
		end_of[i].title = end_of[i].id;
		end_of[i].act = (enum ep_act)i;
	}
	return 0;
}

struct place {
	const char *tenant;
	const char *system;
};

static const struct place places[] = {
	{ "dns/1", "dns" }, { "dns/2", "dns" }, { "print/1", "print" },
	{ NULL, NULL },
};
static const char *const objects[] = { "otto", "mei", NULL };

#define N(a) (sizeof(a) / sizeof((a)[0]))

static struct ep_exit_item item_of(int act, size_t place, size_t object,
				   int state)
{
	return (struct ep_exit_item){
		.end = &end_of[act],
		.state = (enum ep_exit_state)state,
		.tenant = (char *)places[place].tenant,
		.system = (char *)places[place].system,
		.object = (char *)objects[object],
	};
}

/* --- the table ---------------------------------------------------------- */

static bool eq(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static bool same_or_untold(const char *a, const char *b)
{
	return a == NULL || b == NULL || strcmp(a, b) == 0;
}

static bool is(const struct ep_exit_item *item, const char *word)
{
	return strcmp(item->end->id, word) == 0;
}

static bool is_any(const struct ep_exit_item *item, const char *words)
{
	char pattern[40];

	snprintf(pattern, sizeof(pattern), " %s ", item->end->id);
	return strstr(words, pattern) != NULL;
}

/* Doing `late` while `early` is not confirmed is one of the orders that
 * nobody can put right. */
static bool forbidden(const struct ep_exit_item *late,
		      const struct ep_exit_item *early)
{
	bool here = same_or_untold(late->tenant, early->tenant);

	if (is(late, "seat") && is(early, "key")) {
		if (!same_or_untold(late->system, early->system))
			return false;
		if (here)
			return true;
		/* A key that was seen, elsewhere in the system. */
		return early->state != EP_EXIT_UNKNOWN &&
		       same_or_untold(late->object, early->object);
	}
	if (is(late, "row") && is(early, "agent"))
		return here && same_or_untold(late->object, early->object);
	if (is_any(late, " signin role seat ") && is(early, "owner"))
		return here;
	if (is_any(late, " key signin role seat ") &&
	    is(early, "scanner"))
		return here;
	if (is_any(late, " row seat list billing ") && is(early, "evidence"))
		return here;
	if (is(late, "billing") && is(early, "approve"))
		return true;
	if (is(late, "tenant"))
		return !is_any(early, " tenant record ");
	return false;
}

/* The profile's own wishes, as ids. */
static bool wished(const struct ep_exit_item *late,
		   const struct ep_exit_item *early)
{
	for (size_t i = 0; i < late->end->after.n; i++)
		if (eq(late->end->after.v[i], early->end->id))
			return true;
	return false;
}

/* --- the judge ---------------------------------------------------------- */

static void say(const struct ep_exit_look *look, const char *what, size_t i,
		size_t j)
{
	const struct ep_exit_item *v = look->item.v;

	fail_msg("%s: %s in %s of %s (%s), %s in %s of %s (%s)", what,
		 v[i].end->id, v[i].tenant ? v[i].tenant : "-",
		 v[i].object ? v[i].object : "-",
		 ep_exit_state_word(v[i].state), v[j].end->id,
		 v[j].tenant ? v[j].tenant : "-",
		 v[j].object ? v[j].object : "-",
		 ep_exit_state_word(v[j].state));
}

static bool listed(const struct ep_exit_item *item, size_t i)
{
	for (size_t k = 0; k < item->blocked_by.n; k++)
		if (item->blocked_by.v[k] == i)
			return true;
	return false;
}

static void judge_pair(const struct ep_exit_look *look, size_t early,
		       size_t late)
{
	const struct ep_exit_item *a = &look->item.v[early];
	const struct ep_exit_item *b = &look->item.v[late];
	bool must = forbidden(b, a) || wished(b, a);

	if (early == late)
		return;
	if (must && early > late)
		say(look, "stands before what has to come first", late, early);
	if (must && a->state != EP_EXIT_DONE && b->state != EP_EXIT_DONE &&
	    !listed(b, early))
		say(look, "does not wait for", late, early);
	if (listed(b, early) && (!must || a->state == EP_EXIT_DONE ||
				 b->state == EP_EXIT_DONE))
		say(look, "waits without a reason for", late, early);
}

static void judge(const struct ep_exit_look *look)
{
	for (size_t i = 0; i < look->item.n; i++)
		for (size_t j = 0; j < look->item.n; j++)
			judge_pair(look, i, j);
}

static void order(struct ep_exit_look *look)
{
	struct ep_err err = EP_ERR_INIT;
	size_t n = look->item.n;

	if (ep_exit_order(look, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(look->item.n, n);
	judge(look);
}

static void drop(struct ep_exit_look *look)
{
	for (size_t i = 0; i < look->item.n; i++)
		ep_vec_release(&look->item.v[i].blocked_by);
	ep_vec_release(&look->item);
}

/* Whoever does a step that is ready, and sees it confirmed, comes to the
 * end. */
static void work_through(struct ep_exit_look *look)
{
	for (size_t round = 0; round <= look->item.n; round++) {
		size_t i = 0;

		while (i < look->item.n &&
		       (look->item.v[i].state == EP_EXIT_DONE ||
			look->item.v[i].blocked_by.n))
			i++;
		if (i == look->item.n)
			break;
		look->item.v[i].state = EP_EXIT_DONE;
		order(look);
	}
	for (size_t i = 0; i < look->item.n; i++)
		if (look->item.v[i].state != EP_EXIT_DONE)
			say(look, "is never ready", i, i);
}

/* --- the states --------------------------------------------------------- */

static size_t kinds(bool small)
{
	return small ? EP_ACTS * 2 * 2 * 2 : EP_ACTS * 4 * 3 * 4;
}

/* The n-th item: of all of them, or of fewer places, objects, states. */
static struct ep_exit_item nth(size_t n, bool small)
{
	static const int few_states[] = { EP_EXIT_OPEN, EP_EXIT_UNKNOWN };
	size_t act = n % EP_ACTS;

	n /= EP_ACTS;
	if (small)
		return item_of((int)act, n % 2, n / 2 % 2 ? 2 : 0,
			       few_states[n / 4]);
	return item_of((int)act, n % 4, n / 4 % 3, (int)(n / 12));
}

static void test_pairs(void **state)
{
	size_t n = kinds(false);
	size_t tried = 0;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < n; j++) {
			struct ep_exit_look look = { 0 };

			EP_VEC_ADD(&look.item) = nth(i, false);
			EP_VEC_ADD(&look.item) = nth(j, false);
			order(&look);
			drop(&look);
			tried++;
		}
	}
	assert_true(tried >= 500000);
}

static void test_triples(void **state)
{
	size_t n = kinds(true);
	size_t tried = 0;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		for (size_t j = i + 1; j < n; j++) {
			/* Each pair with every third act, in turn. */
			for (size_t k = (i + j) % 8; k < n; k += 8) {
				struct ep_exit_look look = { 0 };

				EP_VEC_ADD(&look.item) = nth(k, true);
				EP_VEC_ADD(&look.item) = nth(j, true);
				EP_VEC_ADD(&look.item) = nth(i, true);
				order(&look);
				work_through(&look);
				drop(&look);
				tried++;
			}
		}
	}
	assert_true(tried >= 100000);
}

/* Everything at once, in many shuffles. */
static void test_many(void **state)
{
	unsigned seed = 20261117;

	(void)state;
	for (int round = 0; round < 400; round++) {
		struct ep_exit_look look = { 0 };

		for (int i = 0; i < 14; i++) {
			seed = seed * 1103515245u + 12345u;
			EP_VEC_ADD(&look.item) =
				nth(seed / 65536 % kinds(false), false);
		}
		order(&look);
		work_through(&look);
		drop(&look);
	}
}

/* --- wishes of a profile ------------------------------------------------ */

static void test_wishes(void **state)
{
	char *first = (char *)"signin";
	struct ep_end *seat = &end_of[EP_ACT_SEAT];

	(void)state;
	EP_VEC_ADD(&seat->after) = first;
	for (size_t i = 0; i < kinds(true); i++) {
		for (size_t j = 0; j < kinds(true); j++) {
			struct ep_exit_look look = { 0 };

			EP_VEC_ADD(&look.item) = nth(i, true);
			EP_VEC_ADD(&look.item) = nth(j, true);
			EP_VEC_ADD(&look.item) =
				item_of(EP_ACT_SEAT, 0, 0, EP_EXIT_OPEN);
			EP_VEC_ADD(&look.item) =
				item_of(EP_ACT_SIGNIN, 2, 1, EP_EXIT_OPEN);
			order(&look);
			drop(&look);
		}
	}
	ep_vec_release(&seat->after);
}

/* A profile that was loaded has no circle; if one came through all the same
 * no order is emitted. */
static void test_circle(void **state)
{
	struct ep_exit_look look = { 0 };
	struct ep_err err = EP_ERR_INIT;
	struct ep_end *key = &end_of[EP_ACT_KEY];

	(void)state;
	EP_VEC_ADD(&key->after) = (char *)"seat";
	EP_VEC_ADD(&look.item) = item_of(EP_ACT_KEY, 0, 0, EP_EXIT_OPEN);
	EP_VEC_ADD(&look.item) = item_of(EP_ACT_SEAT, 0, 0, EP_EXIT_OPEN);
	assert_int_equal(ep_exit_order(&look, &err), EP_EBUG);
	ep_vec_release(&key->after);
	drop(&look);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_triples),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_wishes),
		cmocka_unit_test(test_circle),
	};

	return cmocka_run_group_tests(tests, make_ends, NULL);
}
