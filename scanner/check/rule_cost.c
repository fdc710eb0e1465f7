/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measuring a rule.
 */
#include "check/rule_cost.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "check/eval_query.h"

static int measure(struct ep_db *db, struct ep_stmt *stmt, const char *sql,
		   struct ep_query_cost *ret, struct ep_err *err)
{
	int64_t begin = ep_clock_mono_ms();
	bool row = false;
	int rc, planned;

	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row)
		ret->rows++;
	ret->ms = ep_clock_mono_ms() - begin;
	ep_db_cost(stmt, &ret->count);
	/* The plan also of what was stopped: it is the answer to why. */
	planned = ep_db_plan(db, sql, &ret->plan, rc < 0 ? NULL : err);
	return rc < 0 ? rc : planned;
}

int ep_rule_cost(const struct ep_eval_context *ctx,
		 const struct ep_rule *rule, struct ep_rule_cost *ret,
		 struct ep_err *err)
{
	struct ep_err wrong = EP_ERR_INIT;
	struct ep_queries q;
	int rc;

	*ret = (struct ep_rule_cost){ .error = NULL };
	ep_buf_init(&ret->population.plan, EP_FILE_BYTES_MAX);
	ep_buf_init(&ret->violations.plan, EP_FILE_BYTES_MAX);
	rc = ep_queries_open(ctx, rule, &q, &wrong);
	if (rc == 0)
		rc = measure(q.db, q.population.stmt, rule->population,
			     &ret->population, &wrong);
	if (rc == 0)
		rc = measure(q.db, q.violations.stmt, rule->violations,
			     &ret->violations, &wrong);
	if (rc < 0)
		ret->error = ep_strdup(wrong.msg);
	return ep_queries_close(ctx, rule, &q, err);
}

void ep_rule_cost_release(struct ep_rule_cost *cost)
{
	ep_buf_release(&cost->population.plan);
	ep_buf_release(&cost->violations.plan);
	ep_free(cost->error);
	cost->error = NULL;
}
