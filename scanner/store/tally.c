/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counts of requests; see the header.
 */
#include "store/tally.h"

#include <stdio.h>

#include "base/alloc.h"
#include "ext/db.h"

int ep_tally_schema(struct ep_db *db, struct ep_err *err)
{
	return ep_db_exec(db, "CREATE TABLE IF NOT EXISTS tally("
			  " connector TEXT NOT NULL, home TEXT NOT NULL,"
			  " system TEXT NOT NULL, tenant TEXT NOT NULL,"
			  " dataset TEXT NOT NULL, customer TEXT NOT NULL,"
			  " budget TEXT NOT NULL, requests INTEGER NOT NULL,"
			  " ms INTEGER NOT NULL, whole INTEGER NOT NULL,"
			  " run INTEGER NOT NULL, PRIMARY KEY(connector, home,"
			  " system, tenant, dataset)) WITHOUT ROWID", err);
}

/* Times differ each night; only a change that matters is worth a write. */
static const char put_sql[] =
	"INSERT INTO tally VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,"
	" ?11) ON CONFLICT DO UPDATE SET customer = ?6, budget = ?7,"
	" requests = ?8, ms = ?9, whole = ?10, run = ?11"
	" WHERE ?10 >= whole AND (requests <> ?8 OR whole <> ?10 OR"
	" customer <> ?6 OR budget <> ?7 OR abs(ms - ?9) > 1000 + ms / 4)";

int ep_tally_put(struct ep_db *db, int64_t run, const struct ep_tally *tally,
		 struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	int rc = ep_db_prepare(db, put_sql, &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, tally->connector);
	ep_db_text(stmt, 2, tally->home);
	ep_db_text(stmt, 3, tally->system);
	ep_db_text(stmt, 4, tally->tenant);
	ep_db_text(stmt, 5, tally->dataset);
	ep_db_text(stmt, 6, tally->customer ? tally->customer : "");
	ep_db_text(stmt, 7, tally->budget);
	ep_db_int(stmt, 8, tally->requests);
	ep_db_int(stmt, 9, tally->ms);
	ep_db_int(stmt, 10, tally->whole);
	ep_db_int(stmt, 11, run);
	return ep_db_run(stmt, err);
}

/* A database of before there were counts has none. */
static int has_table(struct ep_db *db, int64_t *ret, struct ep_err *err)
{
	return ep_db_one_int(db, "SELECT count(*) FROM sqlite_schema WHERE "
			     "type = 'table' AND name = 'tally'", ret, err);
}

int ep_tally_each(struct ep_db *db,
		  void (*row)(void *to, const struct ep_tally *tally),
		  void *to, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	int64_t there = 0;
	bool more = true;
	int rc = has_table(db, &there, err);

	if (rc < 0 || !there)
		return rc;
	rc = ep_db_prepare(db, "SELECT connector, home, system, tenant, "
			   "dataset, nullif(customer, ''), budget, requests, "
			   "ms, whole FROM main.tally ORDER BY connector, "
			   "home, system, tenant, dataset", &stmt, err);
	while (rc == 0 && (rc = ep_db_step(stmt, &more, err)) == 0 && more) {
		struct ep_tally tally = {
			.connector = ep_db_col_text(stmt, 0),
			.home = ep_db_col_text(stmt, 1),
			.system = ep_db_col_text(stmt, 2),
			.tenant = ep_db_col_text(stmt, 3),
			.dataset = ep_db_col_text(stmt, 4),
			.customer = ep_db_col_text(stmt, 5),
			.requests = ep_db_col_int(stmt, 7),
			.ms = ep_db_col_int(stmt, 8),
			.whole = ep_db_col_int(stmt, 9) != 0,
		};

		const char *budget;

		rc = ep_db_col_need(stmt, 6, &budget, err);
		if (rc < 0)
			break;
		snprintf(tally.budget, sizeof(tally.budget), "%s", budget);
		row(to, &tally);
	}
	return rc;
}
