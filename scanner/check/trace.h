/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which views a query reads, as SQLite's authorizer tells it.
 */
#ifndef EP_TRACE_H
#define EP_TRACE_H

#include <stdbool.h>

#include "base/map.h"
#include "check/rule.h"
#include "ext/db.h"

struct ep_trace {
	struct ep_db_guard guard;
	struct ep_map read;	/* "object" U+001F "via" -> itself */
	bool bounded;		/* a run or time of moved is looked at */
};

/* While set, the connection only reads and the trace fills. */
void ep_trace_begin(struct ep_trace *trace, struct ep_db *db);
void ep_trace_end(struct ep_trace *trace, struct ep_db *db);
void ep_trace_release(struct ep_trace *trace);

/* Views that rules may read and that the statements read themselves, not
 * through another view.  Tables behind the views that are
 * read directly come back in *ret_inner (one of them, or NULL). */
void ep_trace_views(const struct ep_trace *trace, struct ep_db *db,
		    struct ep_words *ret_views, char **ret_inner);

/* Both ways: EP_ECONFIG names the first difference.  A rule that reads the
 * history whatever its run and time is refused too: history only grows. */
int ep_trace_match(const struct ep_trace *trace, struct ep_db *db,
		   const struct ep_rule *rule, struct ep_err *err)
	EP_MUST_CHECK;

#endif
