/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exitproof rule explain --cost: what rules take on the database at hand.
 */
#include "cli/cmd_rule_cost.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "check/rule_cost.h"
#include "store/store.h"

struct measured {
	const struct ep_rule *rule;
	struct ep_rule_cost cost;
};

EP_VEC_TYPE(measured_list, struct measured);

static int64_t steps_of(const struct measured *m)
{
	return m->cost.population.count.steps + m->cost.violations.count.steps;
}

/* The dearest first. */
static int compare(const void *a, const void *b)
{
	const struct measured *x = a, *y = b;
	int64_t d = steps_of(y) - steps_of(x);

	return d ? (d > 0) - (d < 0) : strcmp(x->rule->id, y->rule->id);
}

static void print_head(struct ep_app *app)
{
	ep_app_printf("Measured on %s as of run %" PRId64 "; on another "
		      "database it is something else.\n\n"
		      "%12s %12s %8s %10s %8s %7s  rule\n",
		      app->config->database, ep_store_run(app->store), "steps",
		      "scanned", "sorts", "indexed", "rows", "ms");
}

static void print_line(const struct measured *m)
{
	const struct ep_query_cost *p = &m->cost.population;
	const struct ep_query_cost *v = &m->cost.violations;

	ep_app_printf("%12" PRId64 " %12" PRId64 " %8" PRId64 " %10" PRId64
		      " %8" PRId64 " %7" PRId64 "  %s%s%s\n", steps_of(m),
		      p->count.scanned + v->count.scanned,
		      p->count.sorts + v->count.sorts,
		      p->count.indexed + v->count.indexed, v->rows,
		      p->ms + v->ms, m->rule->id,
		      m->cost.error ? ": " : "",
		      m->cost.error ? m->cost.error : "");
}

static void print_query(const char *what, const struct ep_query_cost *cost)
{
	ep_app_printf("\n%s: %" PRId64 " row%s, %" PRId64 " steps, %" PRId64
		      " ms\n%s", what, cost->rows, EP_S(cost->rows),
		      cost->count.steps, cost->ms, cost->plan.s);
}

static int measure(struct ep_app *app, const struct ep_rule *rule,
		   int64_t previous, struct measured_list *list)
{
	struct ep_eval_context ctx = {
		.store = app->store, .config = app->config,
		.now = ep_clock_now(), .run = ep_store_run(app->store),
		.previous = previous,
	};
	struct measured *m = &EP_VEC_ADD(list);

	m->rule = rule;
	return ep_rule_cost(&ctx, rule, &m->cost, &app->err);
}

static bool wanted(const struct ep_rule *rule, int n, char **ids)
{
	for (int i = 0; i < n; i++)
		if (ep_str_eq(ids[i], rule->id))
			return true;
	return n == 0;
}

static int measure_all(struct ep_app *app, const struct ep_rules *rules,
		       int n, char **ids, struct measured_list *list)
{
	int64_t previous = 0;
	int rc = ep_store_round_before(app->store, ep_store_run(app->store),
				       &previous, &app->err);

	for (size_t i = 0; rc == 0 && i < rules->rule.n; i++)
		if (wanted(rules->rule.v[i], n, ids))
			rc = measure(app, rules->rule.v[i], previous, list);
	return rc;
}

static void print_all(struct ep_app *app, const struct measured_list *list,
		      bool plans)
{
	print_head(app);
	for (size_t i = 0; i < list->n; i++) {
		const struct measured *m = &list->v[i];

		print_line(m);
		if (!plans)
			continue;
		print_query("What is examined", &m->cost.population);
		print_query("What is wrong", &m->cost.violations);
	}
}

int ep_rule_cost_print(struct ep_app *app, const struct ep_rules *rules,
		       int n, char **ids)
{
	struct measured_list list = { 0 };
	int status;

	for (int i = 0; i < n; i++)
		if (!ep_rules_find(rules, ids[i]))
			return ep_app_usage("rule explain", "there is no rule "
					    "'%s'", ids[i]);
	status = ep_app_store(app, false);
	if (status)
		return status;
	if (measure_all(app, rules, n, ids, &list) < 0) {
		status = ep_app_fail(app);
	} else {
		if (list.n)
			qsort(list.v, list.n, sizeof(*list.v), compare);
		print_all(app, &list, n > 0);
	}
	for (size_t i = 0; i < list.n; i++)
		ep_rule_cost_release(&list.v[i].cost);
	ep_vec_release(&list);
	return status ? status : ep_app_finish();
}
