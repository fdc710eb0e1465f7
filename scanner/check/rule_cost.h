/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a rule costs on a given database: its two queries run as in a check,
 * and SQLite's counters read afterwards.
 */
#ifndef EP_RULE_COST_H
#define EP_RULE_COST_H

#include "check/eval.h"
#include "ext/db.h"

struct ep_query_cost {
	int64_t rows;
	int64_t ms;
	struct ep_db_cost count;
	struct ep_buf plan;
};

struct ep_rule_cost {
	struct ep_query_cost population;
	struct ep_query_cost violations;
	char *error;	/* the rule itself failed, NULL when it did not */
};

/* Fails only when the store does.  Nothing is kept; the context needs no
 * fleet and no waivers. */
int ep_rule_cost(const struct ep_eval_context *ctx,
		 const struct ep_rule *rule, struct ep_rule_cost *ret,
		 struct ep_err *err) EP_MUST_CHECK;
void ep_rule_cost_release(struct ep_rule_cost *cost);

#endif
