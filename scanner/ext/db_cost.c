/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a statement cost, and how SQLite means to run one.
 */
#include "ext/db_priv.h"

#include "base/alloc.h"
#include "base/limits.h"

/* Deeper plans are not told apart any more. */
#define DEPTH_MAX 32

void ep_db_cost(struct ep_stmt *stmt, struct ep_db_cost *ret)
{
	ret->steps = sqlite3_stmt_status(stmt->h, SQLITE_STMTSTATUS_VM_STEP, 1);
	ret->scanned = sqlite3_stmt_status(
		stmt->h, SQLITE_STMTSTATUS_FULLSCAN_STEP, 1);
	ret->sorts = sqlite3_stmt_status(stmt->h, SQLITE_STMTSTATUS_SORT, 1);
	ret->indexed = sqlite3_stmt_status(stmt->h,
					   SQLITE_STMTSTATUS_AUTOINDEX, 1);
}

/* A step names its parent, which comes before it. */
static int depth_of(const int64_t *path, int depth, int64_t parent)
{
	while (depth > 0 && path[depth - 1] != parent)
		depth--;
	return depth;
}

int ep_db_plan(struct ep_db *db, const char *sql, struct ep_buf *out,
	       struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	EP_AUTO(ep_buf_release) struct ep_buf text;
	int64_t path[DEPTH_MAX];
	int depth = 0;
	bool row = false;
	int rc;

	ep_buf_init(&text, EP_DB_SQL_BYTES_MAX);
	ep_buf_addf(&text, "EXPLAIN QUERY PLAN %s", sql);
	rc = ep_db_prepare(db, text.s, &stmt, err);
	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		depth = depth_of(path, depth, ep_db_col_int(stmt, 1));
		ep_buf_addf(out, "%*s%s\n", 2 * depth, "",
			    ep_db_col_text(stmt, 3));
		if (depth < DEPTH_MAX)
			path[depth++] = ep_db_col_int(stmt, 0);
	}
	return rc;
}
