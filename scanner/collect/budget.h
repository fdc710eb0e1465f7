/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many requests may go where and when.  Vendors count requests in a
 * window; so do we: no window of that length, wherever it starts, holds more
 * than our share of the published number.  What the vendor answers only ever
 * lowers it.
 */
#ifndef EP_BUDGET_H
#define EP_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "collect/spec.h"

struct ep_budget {
	int64_t allowed;	/* in a window; 0: not limited */
	int64_t others;		/* of the vendor's number, not ours */
	int64_t kept;		/* of ours, for who is more urgent */
	int64_t window_ms;
	int64_t parallel;	/* 0: not limited */
	int64_t under_way;
	/* Times of what counts in the window, oldest at head.  What others
	 * spent (see _remaining) stands among them. */
	EP_VEC(int64_t) sent;
	size_t head;
	int64_t blocked_until_ms;
};

/* share_percent 0: the connector's. */
void ep_budget_init(struct ep_budget *budget,
		    const struct ep_spec_limits *limits,
		    int64_t share_percent);
void ep_budget_release(struct ep_budget *budget);
/* Leaves a part to those for whom a person waits: they take what comes free
 * before this one does. */
void ep_budget_yield(struct ep_budget *budget);
/* When the next request may be sent as far as time goes: now or later. */
int64_t ep_budget_when(struct ep_budget *budget, int64_t now_ms);
/* False while as many as may be are under way. */
bool ep_budget_free_slot(const struct ep_budget *budget);
void ep_budget_send(struct ep_budget *budget, int64_t now_ms);
void ep_budget_done(struct ep_budget *budget);
/* n requests that were sent at at_ms by others. */
void ep_budget_note(struct ep_budget *budget, int64_t at_ms, int64_t n);
/* The vendor asked for silence; a shorter wait than one that holds already
 * changes nothing. */
void ep_budget_block(struct ep_budget *budget, int64_t until_ms);
/* The vendor says that so many are left in its window, which ends at end_ms;
 * 0: it does not say when.  Gives how many were spent that nobody told of,
 * which are counted now, as if sent at *ret_at_ms. */
int64_t ep_budget_remaining(struct ep_budget *budget, int64_t now_ms,
			    int64_t remaining, int64_t end_ms,
			    int64_t *ret_at_ms);

#endif
