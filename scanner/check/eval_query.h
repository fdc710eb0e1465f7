/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two queries of a rule, compiled together under the guard and compared
 * with its header.
 */
#ifndef EP_EVAL_QUERY_H
#define EP_EVAL_QUERY_H

#include "check/eval.h"
#include "check/trace.h"

struct ep_query {
	struct ep_stmt *stmt;
	int unit;	/* column, -1 per fleet */
	int n;		/* population: the count */
	int subject;	/* violations */
	int name;
	int seen;
	int wanted;
};

struct ep_queries {
	struct ep_db *db;
	struct ep_trace trace;
	struct ep_query population;
	struct ep_query violations;
};

/* The views show what the rule declared, the connection is guarded and
 * limited until the close, which is due even after a failure. */
int ep_queries_open(const struct ep_eval_context *ctx,
		    const struct ep_rule *rule, struct ep_queries *ret,
		    struct ep_err *err) EP_MUST_CHECK;
int ep_queries_close(const struct ep_eval_context *ctx,
		     const struct ep_rule *rule, struct ep_queries *queries,
		     struct ep_err *err) EP_MUST_CHECK;

#endif
