/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Knows which runs were purged.
 */
#include "store/purged.h"

#include <stdio.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "ext/db.h"

int ep_purged_schema(struct ep_db *db, struct ep_err *err)
{
	return ep_db_exec(db, "CREATE TABLE IF NOT EXISTS main.purge("
			  "id INTEGER PRIMARY KEY, at INTEGER NOT NULL, "
			  "by_user TEXT NOT NULL, host TEXT NOT NULL, "
			  "reason TEXT NOT NULL, first_run INTEGER NOT NULL, "
			  "last_run INTEGER NOT NULL, "
			  "last_seq INTEGER NOT NULL, "
			  "log_size INTEGER NOT NULL, log_root TEXT NOT NULL, "
			  "entries INTEGER NOT NULL)", err);
}

int ep_purged_last(struct ep_db *db, int64_t *ret_run, int64_t *ret_ended,
		   struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool known = false, row = false;
	int rc = ep_db_has_table(db, "purge", &known, err);

	*ret_run = 0;
	*ret_ended = 0;
	if (rc < 0 || !known)
		return rc;
	rc = ep_db_prepare(db, "SELECT r.id, coalesce(r.ended_at, "
			   "r.started_at) FROM main.run r WHERE r.id = "
			   "(SELECT max(last_run) FROM main.purge)", &stmt,
			   err);
	if (rc == 0)
		rc = ep_db_step(stmt, &row, err);
	if (rc == 0 && row) {
		*ret_run = ep_db_col_int(stmt, 0);
		*ret_ended = ep_db_col_int(stmt, 1);
	}
	return rc;
}

/* The purge that took the run away is the first that reached it. */
static int refuse(struct ep_db *db, int64_t run, const char *what,
		  struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	char day[EP_TIME_TEXT];
	bool row = false;
	int rc = ep_db_prepare(db, "SELECT at, by_user, reason FROM main.purge "
			       "WHERE last_run >= ?1 ORDER BY id LIMIT 1",
			       &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, run);
	rc = ep_db_step(stmt, &row, err);
	if (rc < 0 || !row)
		return rc;
	return ep_err_set(err, EP_EPURGED, "%s purged on %s by %.200s "
			  "(%.400s): nothing can be told from it any more; "
			  "its seal is still in the log", what,
			  ep_time_format(ep_db_col_int(stmt, 0), day),
			  ep_db_col_text(stmt, 1), ep_db_col_text(stmt, 2));
}

int ep_purged_refuse(struct ep_db *db, int64_t run, struct ep_err *err)
{
	char what[64];
	int64_t last = 0, ended = 0;
	int rc = ep_purged_last(db, &last, &ended, err);

	if (rc < 0 || run > last)
		return rc;
	snprintf(what, sizeof(what), "run %lld was", (long long)run);
	return refuse(db, run, what, err);
}

int ep_purged_refuse_time(struct ep_db *db, int64_t at, struct ep_err *err)
{
	char what[EP_TIME_TEXT + 64];
	char time[EP_TIME_TEXT];
	int64_t last = 0, ended = 0;
	int rc = ep_purged_last(db, &last, &ended, err);

	if (rc < 0 || last == 0 || at > ended)
		return rc;
	snprintf(what, sizeof(what), "what was read up to %s was",
		 ep_time_format(ended, time));
	return refuse(db, last, what, err);
}
