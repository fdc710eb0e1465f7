/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The undo log: for each change of a record, the JSON text that leads back.
 */
#ifndef EP_HISTORY_H
#define EP_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/layout.h"

struct ep_db;

enum ep_history_op {
	EP_HISTORY_OPEN = 1,
	EP_HISTORY_CHANGE = 2,
	EP_HISTORY_CLOSE = 3
};

/* A row of now_<kind> as it was. */
struct ep_old_row {
	int64_t rid;
	const char *key;	/* NULL when it is not needed */
	struct ep_tuple tuple;
	int64_t first_run;
	int64_t changed_run;
};

struct ep_history_entry {
	int64_t run;
	enum ep_kind kind;
	int64_t dataset;
	int64_t rid;
	enum ep_history_op op;
	bool quiet;	/* belongs to the begin of an epoch: no drift */
	int64_t changed_run;	/* of a change: what it was before, else 0 */
	const char *key;	/* of a row that is closed */
	const char *old;
};

int ep_history_add(struct ep_db *db, const struct ep_history_entry *entry,
		   struct ep_err *err) EP_MUST_CHECK;

/* Columns of old that differ from now, volatile ones aside; empty when none
 * does. */
void ep_history_change(struct ep_buf *out, const struct ep_layout *layout,
		       const struct ep_old_row *old,
		       const struct ep_tuple *now);
/* Everything of a row but its key. */
void ep_history_close(struct ep_buf *out, const struct ep_layout *layout,
		      const struct ep_old_row *old);

/* What a change or close keeps beside the columns of the kind. */
#define EP_OLD_ABSENT "absent"
#define EP_OLD_ATTR "attr"
#define EP_OLD_FIRST "first_run"
#define EP_OLD_CHANGED "changed_run"

#endif
