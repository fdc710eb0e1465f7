/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The statements on the rows of a kind, and the binding and reading that go
 * with them.
 */
#ifndef EP_ROWSQL_H
#define EP_ROWSQL_H

#include <stdint.h>

#include "base/err.h"
#include "store/history.h"
#include "store/layout.h"

struct ep_db;
struct ep_stmt;

struct ep_new_row {
	int64_t rid;
	int64_t dataset;
	const char *key;
	size_t key_len;
	const struct ep_tuple *tuple;
	int64_t first_run;
	int64_t changed_run;
};

int ep_rowsql_insert(struct ep_db *db, enum ep_rows rows, enum ep_kind kind,
		     const struct ep_new_row *row, struct ep_err *err)
	EP_MUST_CHECK;
/* All but rid, dataset, key and first_run; of rows that are there now all but
 * the volatile columns, too. */
int ep_rowsql_update(struct ep_db *db, enum ep_rows rows, enum ep_kind kind,
		     const struct ep_new_row *row, struct ep_err *err)
	EP_MUST_CHECK;
/* Volatile columns with their bits of absent; of a kind that has some. */
int ep_rowsql_move(struct ep_db *db, enum ep_rows rows, enum ep_kind kind,
		   int64_t rid, const struct ep_tuple *tuple,
		   struct ep_err *err) EP_MUST_CHECK;
int ep_rowsql_delete(struct ep_db *db, enum ep_rows rows, enum ep_kind kind,
		     int64_t rid, struct ep_err *err) EP_MUST_CHECK;
/* Reads one row.  *ret lives until ep_db_done of *ret_stmt, which is NULL
 * when there is no such row. */
int ep_rowsql_get(struct ep_db *db, enum ep_rows rows, enum ep_kind kind,
		  int64_t rid, struct ep_old_row *ret,
		  struct ep_stmt **ret_stmt, struct ep_err *err)
	EP_MUST_CHECK;
/* The same, and only its volatile columns and their bits of absent.  Of a row
 * without any *ret_stmt is NULL, and *ret says that none was sent. */
int ep_rowsql_get_moving(struct ep_db *db, enum ep_rows rows,
			 enum ep_kind kind, int64_t rid,
			 struct ep_old_row *ret, struct ep_stmt **ret_stmt,
			 struct ep_err *err) EP_MUST_CHECK;

#endif
