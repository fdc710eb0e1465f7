/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The nightly past of volatile columns: what rows held before a run wrote
 * over it, packed by run, dataset and kind.
 */
#ifndef EP_VOLATILE_H
#define EP_VOLATILE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/columns.h"
#include "store/layout.h"

struct ep_db;

struct ep_volatile {
	struct ep_db *db;
	int64_t run;
	int64_t dataset;
	enum ep_kind kind;
	const struct ep_layout *layout;
	struct ep_columns columns;
};

void ep_volatile_init(struct ep_volatile *undo, struct ep_db *db, int64_t run,
		      int64_t dataset, enum ep_kind kind);
void ep_volatile_release(struct ep_volatile *undo);
/* Only the volatile slots of old and its absent bits are kept. */
int ep_volatile_add(struct ep_volatile *undo, int64_t rid,
		    const struct ep_tuple *old, struct ep_err *err)
	EP_MUST_CHECK;
/* Stores what was added. */
int ep_volatile_end(struct ep_volatile *undo, struct ep_err *err)
	EP_MUST_CHECK;

/* Hands each record of a stored blob to take; texts live during the call. */
int ep_volatile_read(const void *p, size_t n, enum ep_kind kind,
		     int (*take)(void *to, int64_t rid,
				 const struct ep_tuple *old,
				 struct ep_err *err),
		     void *to, struct ep_err *err) EP_MUST_CHECK;

#endif
