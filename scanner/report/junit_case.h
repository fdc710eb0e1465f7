/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to the JUnit writer: the two ordered streams of cases, results and
 * coverage, that are merged into suites.
 */
#ifndef EP_REPORT_JUNIT_CASE_H
#define EP_REPORT_JUNIT_CASE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct ep_db;
struct ep_report_out;
struct ep_stmt;
struct ep_xml;

/* Column 0 is the unit, rows are ordered by it. */
struct ep_junit_cursor {
	struct ep_stmt *stmt;
	struct ep_db *db;
	const struct ep_report_out *out;	/* how much was written */
	bool row;	/* a row is there */
	int (*write)(struct ep_xml *xml, struct ep_junit_cursor *cursor,
		     struct ep_err *err);
};

/* n: whose, by the number in temp.junit_customer. */
int ep_junit_results(struct ep_db *db, int64_t run, int64_t n,
		     struct ep_junit_cursor *ret, struct ep_err *err)
	EP_MUST_CHECK;
int ep_junit_coverage(struct ep_db *db, int64_t n,
		      struct ep_junit_cursor *ret, struct ep_err *err)
	EP_MUST_CHECK;
void ep_junit_cursor_release(struct ep_junit_cursor *cursor);

#endif
