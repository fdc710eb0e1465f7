/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Putting items into an order that can be worked through.
 */
#include "exit/order.h"

#include <string.h>

#include "base/alloc.h"
#include "base/str.h"

/* What is not told counts as the same. */
static bool may_be_same(const char *a, const char *b)
{
	return !a || !b || ep_str_eq(a, b);
}

static bool within(enum ep_reach reach, const struct ep_exit_item *a,
		   const struct ep_exit_item *b)
{
	switch (reach) {
	case EP_REACH_EXIT:
		return true;
	case EP_REACH_TENANT:
		return may_be_same(a->tenant, b->tenant);
	case EP_REACH_OWNER:
		/* One key may open several tenancies of its system.  What
		 * could not be read is said for each of them apart. */
		return may_be_same(a->system, b->system) &&
		       (may_be_same(a->tenant, b->tenant) ||
			(a->state != EP_EXIT_UNKNOWN &&
			 may_be_same(a->object, b->object)));
	case EP_REACH_OBJECT:
		return may_be_same(a->tenant, b->tenant) &&
		       may_be_same(a->object, b->object);
	case EP_REACH_NONE:
	default:
		return false;
	}
}

bool ep_exit_before(const struct ep_exit_item *a, const struct ep_exit_item *b)
{
	if (a == b || a->end == b->end)
		return false;
	return ep_words_has(&b->end->after, a->end->id) ||
	       within(ep_act_before(a->end->act, b->end->act), a, b);
}

/* Ends in an order that keeps both the profile's and the acts' constraints
 * give it to their items: a constraint between items is one between ends. */
static bool end_before(const struct ep_end *a, const struct ep_end *b)
{
	return a != b && (ep_words_has(&b->after, a->id) ||
			  ep_act_before(a->act, b->act) != EP_REACH_NONE);
}

struct sorter {
	struct ep_exit_look *look;
	const struct ep_end **end;	/* distinct, in order of appearance */
	size_t ends;
	size_t *rank;			/* of each end */
	size_t *of;			/* item -> index of its end */
};

static size_t end_index(struct sorter *sort, const struct ep_end *end)
{
	for (size_t i = 0; i < sort->ends; i++)
		if (sort->end[i] == end)
			return i;
	sort->end[sort->ends] = end;
	return sort->ends++;
}

static bool is_free(const struct sorter *sort, const bool *placed, size_t i)
{
	for (size_t j = 0; j < sort->ends; j++)
		if (!placed[j] && end_before(sort->end[j], sort->end[i]))
			return false;
	return true;
}

static int rank_ends(struct sorter *sort, struct ep_err *err)
{
	bool *placed = ep_calloc(sort->ends + 1, sizeof(*placed));
	size_t done = 0;

	while (done < sort->ends) {
		size_t i = 0;

		while (i < sort->ends &&
		       (placed[i] || !is_free(sort, placed, i)))
			i++;
		if (i == sort->ends)
			break;
		placed[i] = true;
		sort->rank[i] = done++;
	}
	ep_free(placed);
	if (done == sort->ends)
		return 0;
	return ep_err_set(err, EP_EBUG, "the end states of the exit wait for "
			  "each other");
}

/* What is seen to be left stands before what could not be read. */
static size_t bucket(const struct sorter *sort, size_t i)
{
	static const size_t place[EP_EXIT_STATES] = {
		[EP_EXIT_OPEN] = 0,
		[EP_EXIT_PENDING] = 1,
		[EP_EXIT_UNKNOWN] = 2,
		[EP_EXIT_DONE] = 3,
	};

	return EP_EXIT_STATES * sort->rank[sort->of[i]] +
	       place[sort->look->item.v[i].state];
}

/* Buckets by rank and state; within one as they are. */
static void move_items(const struct sorter *sort)
{
	struct ep_exit_look *look = sort->look;
	struct ep_exit_item *to = ep_calloc(look->item.n, sizeof(*to));
	size_t n = 0;

	for (size_t b = 0; b < EP_EXIT_STATES * sort->ends; b++)
		for (size_t i = 0; i < look->item.n; i++)
			if (bucket(sort, i) == b)
				to[n++] = look->item.v[i];
	memcpy(look->item.v, to, n * sizeof(*to));
	ep_free(to);
}

/* What is done stands in nobody's way, so only the rest is compared. */
static void find_blockers(struct ep_exit_look *look)
{
	size_t *left = ep_calloc(look->item.n, sizeof(*left));
	size_t n = 0;

	for (size_t i = 0; i < look->item.n; i++) {
		struct ep_exit_item *item = &look->item.v[i];

		ep_vec_release(&item->blocked_by);
		if (item->state == EP_EXIT_DONE)
			continue;
		for (size_t j = 0; j < n; j++)
			if (ep_exit_before(&look->item.v[left[j]], item))
				EP_VEC_ADD(&item->blocked_by) = left[j];
		left[n++] = i;
	}
	ep_free(left);
}

int ep_exit_order(struct ep_exit_look *look, struct ep_err *err)
{
	struct sorter sort = { .look = look };
	int rc;

	if (look->item.n == 0)
		return 0;
	sort.end = ep_calloc(look->item.n, sizeof(const struct ep_end *));
	sort.rank = ep_calloc(look->item.n, sizeof(*sort.rank));
	sort.of = ep_calloc(look->item.n, sizeof(*sort.of));
	for (size_t i = 0; i < look->item.n; i++)
		sort.of[i] = end_index(&sort, look->item.v[i].end);
	rc = rank_ends(&sort, err);
	if (rc == 0) {
		move_items(&sort);
		find_blockers(look);
	}
	ep_free(sort.end);
	ep_free(sort.rank);
	ep_free(sort.of);
	return rc;
}
