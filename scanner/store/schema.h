/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of a new database, made from entity.def and a fixed part, and
 * the steps that bring an older one up to date.
 */
#ifndef EP_SCHEMA_H
#define EP_SCHEMA_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "model/entity.h"
#include "store/layout.h"

struct ep_db;

/* "EPF1": what file(1) and we know our databases by. */
#define EP_STORE_APPLICATION 0x45504631

/* The fingerprints of rows, see listing.h. */
#define EP_SCHEMA_LISTING \
	"CREATE TABLE listing(" \
	" dataset INTEGER NOT NULL," \
	" part INTEGER NOT NULL," \
	" prints BLOB NOT NULL," \
	" PRIMARY KEY(dataset, part));"

/* All tables of the newest schema into an empty database. */
int ep_schema_create(struct ep_db *db, struct ep_err *err) EP_MUST_CHECK;
/* Indexes of fixed tables that are no part of a schema version. */
int ep_schema_look_ups(struct ep_db *db, struct ep_err *err) EP_MUST_CHECK;
/* CREATE TABLE of a kind's rows, and its indexes. */
void ep_schema_rows(struct ep_buf *out, enum ep_kind kind, enum ep_rows rows);
void ep_schema_rows_indexes(struct ep_buf *out, enum ep_kind kind,
			    enum ep_rows rows);
/* CREATE TABLE of what moves of a kind's rows; nothing when nothing does. */
void ep_schema_moving(struct ep_buf *out, enum ep_kind kind);

/* One step: brings schema version `to - 1` to `to`. */
struct ep_schema_step {
	int to;
	int (*run)(struct ep_db *db, struct ep_err *err);
};

/* Refuses what is not ours or newer; older versions are saved beside path
 * and migrated in one transaction.  steps end with { 0 }. */
int ep_schema_check(struct ep_db *db, const char *path, int64_t newest,
		    int64_t *ret_version, struct ep_err *err) EP_MUST_CHECK;
int ep_schema_migrate(struct ep_db *db, const char *path, int64_t version,
		      int64_t newest, const struct ep_schema_step *steps,
		      struct ep_err *err) EP_MUST_CHECK;
extern const struct ep_schema_step ep_schema_steps[];

#endif
