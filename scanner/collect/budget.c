/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sliding window of one budget.
 */
#include "collect/budget.h"

#include <string.h>

#include "base/limits.h"

void ep_budget_init(struct ep_budget *budget,
		    const struct ep_spec_limits *limits, int64_t share_percent)
{
	memset(budget, 0, sizeof(*budget));
	budget->parallel = limits->parallel;
	if (limits->requests <= 0 || limits->window <= 0)
		return;
	if (share_percent <= 0 || share_percent > 100)
		share_percent = limits->share_percent;
	if (share_percent <= 0 || share_percent > 100)
		share_percent = 100;
	budget->window_ms = limits->window * 1000;
	budget->allowed = limits->requests * share_percent / 100;
	if (budget->allowed < 1)
		budget->allowed = 1;
	budget->others = limits->requests - budget->allowed;
}

void ep_budget_yield(struct ep_budget *budget)
{
	budget->kept =
		(budget->allowed * EP_BUDGET_KEPT_PERCENT + 50) / 100;
}

void ep_budget_release(struct ep_budget *budget)
{
	ep_vec_release(&budget->sent);
}

static int64_t in_window(const struct ep_budget *budget)
{
	return (int64_t)(budget->sent.n - budget->head);
}

static void forget(struct ep_budget *budget, int64_t now_ms)
{
	size_t left;

	while (budget->head < budget->sent.n &&
	       budget->sent.v[budget->head] + budget->window_ms <= now_ms)
		budget->head++;
	if (budget->head < 64 || budget->head * 2 < budget->sent.n)
		return;
	left = budget->sent.n - budget->head;
	memmove(budget->sent.v, budget->sent.v + budget->head,
		left * sizeof(*budget->sent.v));
	budget->sent.n = left;
	budget->head = 0;
}

int64_t ep_budget_when(struct ep_budget *budget, int64_t now_ms)
{
	int64_t ours = budget->allowed - budget->kept;
	int64_t when = now_ms;
	int64_t n;

	if (budget->allowed > 0) {
		forget(budget, now_ms);
		n = in_window(budget);
		if (n >= ours)
			when = budget->sent.v[budget->head +
					      (size_t)(n - ours)] +
			       budget->window_ms;
	}
	return when < budget->blocked_until_ms ? budget->blocked_until_ms :
						 when;
}

bool ep_budget_free_slot(const struct ep_budget *budget)
{
	return budget->parallel <= 0 || budget->under_way < budget->parallel;
}

void ep_budget_send(struct ep_budget *budget, int64_t now_ms)
{
	budget->under_way++;
	if (budget->allowed > 0)
		EP_VEC_ADD(&budget->sent) = now_ms;
}

void ep_budget_done(struct ep_budget *budget)
{
	budget->under_way--;
}

void ep_budget_block(struct ep_budget *budget, int64_t until_ms)
{
	if (budget->blocked_until_ms < until_ms)
		budget->blocked_until_ms = until_ms;
}

/* When what others spent is forgotten, as a time of sending.  A window that
 * does not say when it ends began with our oldest request in it at the
 * latest. */
static int64_t spent_at(const struct ep_budget *budget, int64_t now_ms,
			int64_t end_ms)
{
	if (end_ms > now_ms && end_ms - now_ms < budget->window_ms)
		return end_ms - budget->window_ms;
	if (end_ms > now_ms || in_window(budget) == 0)
		return now_ms;
	return budget->sent.v[budget->head];
}

/* In order of time. */
static void insert(struct ep_budget *budget, int64_t at_ms)
{
	size_t i;

	EP_VEC_ADD(&budget->sent) = at_ms;
	for (i = budget->sent.n - 1;
	     i > budget->head && budget->sent.v[i - 1] > at_ms; i--)
		budget->sent.v[i] = budget->sent.v[i - 1];
	budget->sent.v[i] = at_ms;
}

void ep_budget_note(struct ep_budget *budget, int64_t at_ms, int64_t n)
{
	for (; budget->allowed > 0 && n > 0; n--)
		insert(budget, at_ms);
}

int64_t ep_budget_remaining(struct ep_budget *budget, int64_t now_ms,
			    int64_t remaining, int64_t end_ms,
			    int64_t *ret_at_ms)
{
	int64_t ours, untold;

	*ret_at_ms = now_ms;
	if (budget->allowed <= 0)
		return 0;
	forget(budget, now_ms);
	/* The part of the rest that belongs to others stays theirs. */
	ours = remaining - budget->others;
	if (ours < 0)
		ours = 0;
	*ret_at_ms = spent_at(budget, now_ms, end_ms);
	untold = budget->allowed - in_window(budget) - ours;
	ep_budget_note(budget, *ret_at_ms, untold);
	return untold > 0 ? untold : 0;
}
