/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All moves of one natural key between two runs, folded into their net
 * effect: a column counts with the value it had before the first change.
 */
#ifndef EP_DRIFT_KEY_H
#define EP_DRIFT_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"

struct ep_db;
struct ep_stmt;

struct ep_drift_key {
	char *customer, *tenant, *dataset, *kind, *key;
	bool opened;	/* the first move made it */
	bool closed;	/* the last one ended it */
	char *last;	/* JSON of the row that ended */
	int64_t run;	/* of the last move; 0: nothing here yet */
	EP_VEC(struct ep_drift_was {
		char *name;
		char *value;	/* JSON */
	}) was;
};

/* Rows have the columns customer, tenant, dataset, kind, key, op, old, run. */
bool ep_drift_key_same(const struct ep_drift_key *key, struct ep_stmt *row);
int ep_drift_key_add(struct ep_drift_key *key, struct ep_stmt *row,
		     struct ep_err *err) EP_MUST_CHECK;
/* Prints the net effect, unless it is none, counts it and empties the key. */
int ep_drift_key_print(struct ep_db *db, struct ep_drift_key *key, bool json,
		       int64_t *n, struct ep_err *err) EP_MUST_CHECK;
void ep_drift_key_release(struct ep_drift_key *key);

#endif
