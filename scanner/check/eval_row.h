/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of a rule's queries on their way to units and violations.
 */
#ifndef EP_EVAL_ROW_H
#define EP_EVAL_ROW_H

#include "base/map.h"
#include "check/eval_query.h"

struct ep_eval_rows {
	struct ep_map unit;	/* uid -> outcome index + 1 */
};

void ep_eval_rows_init(struct ep_eval_rows *rows, const struct ep_eval *eval);
void ep_eval_rows_release(struct ep_eval_rows *rows);

/* Takes the current row of the query.  A row that fits no unit of the rule
 * and could hide a violation is EP_ECONFIG. */
int ep_eval_population(struct ep_eval *eval, const struct ep_eval_rows *rows,
		       const struct ep_query *q, struct ep_err *err)
	EP_MUST_CHECK;
int ep_eval_violation(struct ep_eval *eval, const struct ep_eval_rows *rows,
		      const struct ep_query *q, struct ep_err *err)
	EP_MUST_CHECK;

#endif
