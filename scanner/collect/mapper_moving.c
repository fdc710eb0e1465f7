/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Maps the volatile columns of a record whose rest is known.
 */
#include "collect/mapper_priv.h"

struct counts {
	int64_t rows;
	int64_t missing;
	int64_t bad;
	int64_t altered;
	int64_t unmapped;
};

static struct counts counts_of(const struct ep_mapper *mapper)
{
	return (struct counts){
		.rows = mapper->rows,
		.missing = mapper->missing,
		.bad = mapper->bad,
		.altered = mapper->altered,
		.unmapped = mapper->unmapped,
	};
}

static bool all_went_well(const struct ep_mapper *mapper,
			  const struct counts *before)
{
	return mapper->missing == before->missing &&
	       mapper->bad == before->bad &&
	       mapper->altered == before->altered &&
	       mapper->unmapped == before->unmapped;
}

static void set_counts(struct ep_mapper *mapper, const struct counts *counts)
{
	mapper->rows = counts->rows;
	mapper->missing = counts->missing;
	mapper->bad = counts->bad;
	mapper->altered = counts->altered;
	mapper->unmapped = counts->unmapped;
}

/* The row is held back until it is known that nothing is to be said about
 * it: its cells point into the mapper's buffer, which stays as it is. */
struct held {
	struct ep_row row;
	bool there;
};

static int hold(void *to, const struct ep_row *row, struct ep_err *err)
{
	struct held *held = to;

	(void)err;
	held->row = *row;
	held->there = true;
	return 0;
}

int ep_mapper_moving(struct ep_mapper *mapper,
		     const struct ep_moving_values *values, bool *ret_whole,
		     struct ep_err *err)
{
	static const struct ep_mapper_scope nothing;
	int (*row)(void *to, const struct ep_row *row, struct ep_err *err) =
		mapper->row;
	struct counts before = counts_of(mapper);
	struct held held = { .there = false };
	void *to = mapper->to;
	int rc;

	mapper->values = values;
	mapper->row = hold;
	mapper->to = &held;
	rc = ep_mapper_row(mapper, values->moving->emit, &nothing, err);
	mapper->values = NULL;
	mapper->row = row;
	mapper->to = to;
	*ret_whole = rc == 0 && held.there && all_went_well(mapper, &before);
	if (!*ret_whole) {
		set_counts(mapper, &before);
		return rc;
	}
	return row(to, &held.row, err);
}
