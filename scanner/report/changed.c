/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The changes of a night and of a quarter, by customer.
 */
#include "report/changed.h"

#include <inttypes.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "ext/db.h"
#include "store/store.h"

#define SQL_BYTES 4096
#define QUARTER_DAYS 90

/* Whichever it was the last time: DROP wants to be told. */
static int drop(struct ep_store *store, const char *name, struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf sql = EP_BUF_INIT(SQL_BYTES);
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(ep_store_db(store),
			       "SELECT type FROM temp.sqlite_schema"
			       " WHERE name = ?1", &stmt, err);

	if (rc)
		return rc;
	ep_db_text(stmt, 1, name);
	rc = ep_db_step(stmt, &row, err);
	if (rc || !row)
		return rc;
	ep_buf_addf(&sql, "DROP %s temp.%s;", ep_db_col_text(stmt, 0), name);
	ep_db_done(stmt);
	stmt = NULL;
	return ep_store_temp(store, sql.s, err);
}

static void add_night(struct ep_buf *sql, int64_t run, bool many)
{
	ep_buf_addf(sql, "CREATE TEMP %s changed AS SELECT customer, tenant,"
		    " dataset, kind, key, op, old FROM temp.moved"
		    " WHERE run <= %" PRId64 " AND run > (SELECT"
		    " coalesce(max(run), 0) FROM main.check_run"
		    " WHERE run < %" PRId64 ");",
		    many ? "TABLE" : "VIEW", run, run);
	if (many)
		ep_buf_adds(sql, "CREATE INDEX temp.changed_customer"
			    " ON changed(customer);");
}

static void add_quarter(struct ep_buf *sql, int64_t run, bool many)
{
	ep_buf_addf(sql, "CREATE TEMP %s changed_quarter AS SELECT customer,"
		    " kind, sum(op = 'open') AS came,"
		    " sum(op = 'close') AS went, sum(op = 'change') AS changed"
		    " FROM temp.moved WHERE run <= %" PRId64
		    " AND run > (SELECT coalesce(max(last_run), 0)"
		    " FROM temp.purged) AND run > (SELECT"
		    " coalesce(max(r.id), 0) FROM main.run r WHERE"
		    " r.started_at < (SELECT n.started_at FROM main.run n"
		    " WHERE n.id = %" PRId64 ") - %d * 86400)"
		    " GROUP BY customer, kind;",
		    many ? "TABLE" : "VIEW", run, run, QUARTER_DAYS);
	if (many)
		ep_buf_adds(sql, "CREATE INDEX temp.changed_quarter_customer"
			    " ON changed_quarter(customer);");
}

int ep_changed_make(struct ep_store *store, int64_t run, bool many,
		    struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf sql = EP_BUF_INIT(SQL_BYTES);
	int rc = drop(store, "changed", err);

	if (rc == 0)
		rc = drop(store, "changed_quarter", err);
	if (rc < 0)
		return rc;
	add_night(&sql, run, many);
	add_quarter(&sql, run, many);
	return ep_store_temp(store, sql.s, err);
}
