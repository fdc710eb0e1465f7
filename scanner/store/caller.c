/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Callers of runs; see the header.
 */
#include "store/caller.h"

#include "ext/db.h"

int ep_caller_schema(struct ep_db *db, struct ep_err *err)
{
	return ep_db_exec(db, "CREATE TABLE IF NOT EXISTS main.caller("
			  " connector TEXT NOT NULL, home TEXT NOT NULL,"
			  " credential TEXT NOT NULL, customer TEXT,"
			  " name TEXT NOT NULL, first_run INTEGER NOT NULL,"
			  " last_run INTEGER NOT NULL, PRIMARY KEY(connector,"
			  " home, credential, name, first_run)) WITHOUT ROWID",
			  err);
}

/* The row of this name, unless a later run used another one. */
static const char extend_sql[] =
	"UPDATE main.caller SET last_run = ?6, customer = ?4 WHERE connector = ?1"
	" AND home = ?2 AND credential = ?3 AND name = ?5 AND last_run >="
	" coalesce((SELECT max(c.last_run) FROM main.caller c WHERE"
	" c.connector = ?1 AND c.home = ?2 AND c.credential = ?3 AND"
	" c.last_run < ?6), 0)";
static const char insert_sql[] =
	"INSERT INTO main.caller VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?6)";

static int put(struct ep_db *db, const char *sql, int64_t run,
	       const struct ep_caller *caller, struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	int rc = ep_db_prepare(db, sql, &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, caller->connector);
	ep_db_text(stmt, 2, caller->home);
	ep_db_text(stmt, 3, caller->credential);
	ep_db_text(stmt, 4, caller->customer);
	ep_db_text(stmt, 5, caller->name ? caller->name : "");
	ep_db_int(stmt, 6, run);
	return ep_db_run(stmt, err);
}

int ep_caller_put(struct ep_db *db, int64_t run,
		  const struct ep_caller *caller, struct ep_err *err)
{
	int rc = put(db, extend_sql, run, caller, err);

	if (rc == 0 && ep_db_changes(db) == 0)
		rc = put(db, insert_sql, run, caller, err);
	return rc;
}
