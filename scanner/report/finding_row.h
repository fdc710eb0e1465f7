/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The columns of a section drawn as findings, found by name once, and the
 * remedy steps of a rule.
 */
#ifndef EP_REPORT_FINDING_ROW_H
#define EP_REPORT_FINDING_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
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

/* The systems that findings of one rule are in.  A remedy has steps for every
 * system that a rule may meet; a reader wants those of his findings. */
struct ep_finding_systems {
	struct ep_buf list;	/* "/dnsfilter/printix/" */
	bool all;		/* a unit that is no tenancy: every step */
};

void ep_finding_systems_init(struct ep_finding_systems *systems);
void ep_finding_systems_release(struct ep_finding_systems *systems);
void ep_finding_systems_clear(struct ep_finding_systems *systems);
/* unit: "printix/2d4c...", a customer or "fleet". */
void ep_finding_systems_add(struct ep_finding_systems *systems,
			    const char *unit);

/* Calls step for each remedy step in order that the systems need (NULL:
 * all); system and only_after may be NULL. */
void ep_finding_remedy(const char *json,
		       const struct ep_finding_systems *systems,
		       void (*step)(void *to, int n, const char *act,
				    const char *system, const char *only_after),
		       void *to);

/* Rows of one rule stand together; this is the rule at hand. */
struct ep_finding_group {
	struct ep_buf rule;	/* its id; empty before the first */
	struct ep_buf remedy;
	struct ep_finding_systems systems;
};

void ep_finding_group_init(struct ep_finding_group *group);
void ep_finding_group_release(struct ep_finding_group *group);
/* Does the row belong to another rule than the one at hand? */
bool ep_finding_group_ends(const struct ep_finding_group *group,
			   const struct ep_finding_row *row);
/* The row's rule is the one at hand now. */
void ep_finding_group_start(struct ep_finding_group *group,
			    const struct ep_finding_row *row);

#endif
