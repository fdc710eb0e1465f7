/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tries a rule on the worlds of its test file and compares what it says with
 * what it should say.
 */
#ifndef EP_RULE_TEST_H
#define EP_RULE_TEST_H

#include "base/buf.h"
#include "base/diag.h"
#include "check/rule.h"

struct ep_rule_test {
	int64_t cases;
	int64_t failed;
	struct ep_buf report;	/* "rule case: what differs" lines */
};

void ep_rule_test_init(struct ep_rule_test *test);
void ep_rule_test_release(struct ep_rule_test *test);

/* Runs every case of <folder>/<rule id>.yaml.  scratch: a folder for the
 * databases, which are removed again.  A missing file, a case of the five
 * that every rule must have, and a file that is wrong are complaints in diag
 * (when shipped is false only the last). */
int ep_rule_test_run(const struct ep_rules *rules, const struct ep_rule *rule,
		     const char *folder, const char *scratch, bool shipped,
		     struct ep_rule_test *test, struct ep_diag *diag,
		     struct ep_err *err) EP_MUST_CHECK;

#endif
