/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A dataset between its begin and its end, as the files that take its rows
 * share it.
 */
#ifndef EP_INTAKE_PRIV_H
#define EP_INTAKE_PRIV_H

#include <stddef.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/vec.h"
#include "store/apply.h"
#include "store/inside.h"

/* A natural key joins at most all columns of a record. */
#define EP_KEY_BYTES_MAX (EP_COLUMNS_MAX * (EP_TEXT_BYTES_MAX + 1))

struct ep_listed_tenancy {
	char *system;
	char *tenant;
	char *name;
	char *domain;
};

struct ep_intake {
	struct ep_intake *next;
	struct ep_dataset *dataset;
	int connector_version;
	bool transient;
	bool held_ok;
	bool imported;
	struct ep_apply *apply;
	size_t before;	/* rows that were stored */
	size_t seen;	/* different keys handed over */
	size_t known;	/* of these, that were stored */
	struct ep_err fault;	/* staging failed: it cannot end */
	struct ep_err refused;	/* the first row that was not taken */
	struct ep_buf key;
	struct ep_buf scratch;
	EP_VEC(struct ep_listed_tenancy) listed;

	/* Rows by the text of their record, see recall.c. */
	bool recalls;
	struct ep_hash128 basis;
	EP_VEC(uint32_t) made;	/* entries of the record at hand */
	bool overfull;	/* it has too many to be remembered */

	/* A read by changes: what it said of each key, and the first thing
	 * that cannot be. */
	struct ep_map told;
	size_t removed;
	char doubt[320];
};

/* Counts a record's row as listed, whichever way it was recognised; true when
 * it had been before. */
bool ep_intake_see(struct ep_intake *intake, struct ep_entry *entry);
/* The entry of the natural key that intake->key holds, NULL when none has it. */
int ep_intake_find(struct ep_intake *intake, enum ep_kind kind,
		   const struct ep_hash128 *hash, struct ep_entry **ret,
		   struct ep_err *err) EP_MUST_CHECK;
/* The volatile columns of a stored row, which is otherwise as it was. */
int ep_intake_move(struct ep_intake *intake, const struct ep_row *row,
		   struct ep_entry *entry, struct ep_err *err) EP_MUST_CHECK;

#endif
