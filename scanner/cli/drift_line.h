/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One move of a drift, for people and for programs.
 */
#ifndef EP_DRIFT_LINE_H
#define EP_DRIFT_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct ep_db;

struct ep_drift_line {
	const char *customer;
	const char *tenant;
	const char *dataset;
	const char *kind;
	const char *key;	/* parts joined by U+001F */
	const char *what;	/* appeared changed gone, or returned: it was
				 * gone in between */
	const char *old;	/* JSON: of changed, the columns as they were;
				 * of gone, the whole row; else NULL */
	int64_t run;		/* in which it moved last */
};

/* The views show the later state; new values are read from them. */
int ep_drift_print(struct ep_db *db, const struct ep_drift_line *line,
		   bool json, struct ep_err *err) EP_MUST_CHECK;

/* {"gap":...} lines of a query with the columns customer, tenancy, dataset,
 * state, reason. */
int ep_drift_print_gaps(struct ep_db *db, const char *sql,
			const char *customer, int64_t run, int64_t *ret_n,
			struct ep_err *err) EP_MUST_CHECK;

#endif
