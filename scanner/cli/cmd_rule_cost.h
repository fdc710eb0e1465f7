/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rule explain --cost.
 */
#ifndef EP_CMD_RULE_COST_H
#define EP_CMD_RULE_COST_H

#include "check/rule.h"
#include "cli/app.h"

/* Measures the rules of these ids with their plans, or all in a table, on
 * the configured database; returns the process status. */
int ep_rule_cost_print(struct ep_app *app, const struct ep_rules *rules,
		       int n, char **ids);

#endif
