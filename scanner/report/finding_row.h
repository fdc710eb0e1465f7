/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The columns of a section drawn as findings, found by name once, and the
 * remedy steps of a rule.
 */
#ifndef EP_REPORT_FINDING_ROW_H
#define EP_REPORT_FINDING_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct ep_stmt;
struct ep_json;

enum ep_finding_column {
	EP_F_SEVERITY,
	EP_F_RULE,
	EP_F_TITLE,
	EP_F_WHY,
	EP_F_REMEDY,	/* JSON of rule_text.remedy */
	EP_F_CUSTOMER,
	EP_F_UNIT,
	EP_F_UNIT_NAME,
	EP_F_SUBJECT,
	EP_F_NAME,
	EP_F_SEEN,
	EP_F_WANTED,
	EP_F_FIRST_SEEN,
	EP_F_NOTE,
	EP_F_COLUMNS
};

struct ep_finding_row {
	struct ep_stmt *stmt;
	int column[EP_F_COLUMNS];
};

/* EP_ECONFIG names a column that the section's query lacks. */
int ep_finding_row_init(struct ep_finding_row *row, struct ep_stmt *stmt,
			struct ep_err *err) EP_MUST_CHECK;
const char *ep_finding_text(const struct ep_finding_row *row,
			    enum ep_finding_column column); /* never NULL */
int64_t ep_finding_since(const struct ep_finding_row *row);

/* Calls step for each remedy step in order; system and only_after may be
 * NULL. */
void ep_finding_remedy(const char *json,
		       void (*step)(void *to, int n, const char *act,
				    const char *system, const char *only_after),
		       void *to);

#endif
