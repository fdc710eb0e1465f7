/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a test world expects of a rule, compared with what check stored.
 */
#ifndef EP_RULE_EXPECT_H
#define EP_RULE_EXPECT_H

#include "check/rule_test.h"
#include "check/world.h"

struct ep_db;

/* Adds a line to the report for each difference and counts the case once as
 * failed. */
int ep_rule_expect(const struct ep_rule *rule, const char *name,
		   const struct ep_world *world, struct ep_db *db,
		   struct ep_rule_test *test, struct ep_err *err)
	EP_MUST_CHECK;

#endif
