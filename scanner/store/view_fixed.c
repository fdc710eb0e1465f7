/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes the views that are no entity.
 */
#include "store/view_fixed.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "ext/db.h"
#include "store/inside.h"
#include "store/layout.h"
#include "store/store.h"

/* In one transaction: each statement alone would write the temporary file.
 * A reader is in one already, which its snapshot needs, hence the savepoint. */
int ep_view_unlock(struct ep_store *store, struct ep_err *err)
{
	int rc = 0;

	if (!store->write)
		rc = ep_db_exec(store->db, "PRAGMA query_only=OFF", err);
	if (rc == 0)
		rc = ep_db_begin(store->db, err);
	if (rc == 0)
		rc = ep_db_exec(store->db, "SAVEPOINT made", err);
	return rc;
}

/* When even this fails there is no view left to trust. */
static void undo(struct ep_store *store)
{
	int rc = ep_db_exec(store->db, "ROLLBACK TO made; RELEASE made", NULL);

	if (rc == 0 && ep_db_commit(store->db, NULL) == 0)
		return;
	ep_db_rollback(store->db);
	store->snapshot = false;
}

int ep_view_lock(struct ep_store *store, int rc, struct ep_err *err)
{
	int locked = 0;

	if (rc == 0)
		rc = ep_db_exec(store->db, "RELEASE made", err);
	if (rc == 0)
		rc = ep_db_commit(store->db, err);
	else
		undo(store);
	/* A second error must not hide the first. */
	if (!store->write)
		locked = ep_db_exec(store->db, "PRAGMA query_only=ON",
				    rc < 0 ? NULL : err);
	return rc < 0 ? rc : locked;
}

int ep_store_temp(struct ep_store *store, const char *sql, struct ep_err *err)
{
	int rc = ep_view_unlock(store, err);

	if (rc == 0)
		rc = ep_db_exec(store->db, sql, err);
	return ep_view_lock(store, rc, err);
}

/* By what was said of it then, not by what it is now: a tenancy that came back
 * was retired all the same in the runs between. */
void ep_view_add_alive(int64_t run, struct ep_buf *sql)
{
	ep_buf_addf(sql, " WHERE t.first_run <= %lld AND t.id NOT IN (SELECT "
		    "e.tenancy FROM main.retirement e WHERE (e.ended_run IS "
		    "NULL OR e.ended_run > %lld) AND e.at <= (SELECT "
		    "r.started_at FROM main.run r WHERE r.id = %lld))",
		    (long long)run, (long long)run, (long long)run);
}

static int make_view(struct ep_store *store, const char *name,
		     const char *select, struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf sql;

	ep_buf_init(&sql, EP_DB_SQL_BYTES_MAX);
	ep_buf_addf(&sql, "DROP VIEW IF EXISTS temp.\"%s\";"
		    "CREATE TEMP VIEW \"%s\" AS %s", name, name, select);
	return ep_db_exec(store->db, sql.s, err);
}

static int make_plain(struct ep_store *store, struct ep_err *err)
{
	static const struct {
		const char *name;
		const char *select;
	} plain[] = {
		{ "setting",
		  "SELECT t.uid AS tenant, s.name AS name, s.value AS value "
		  "FROM main.tenancy_setting s "
		  "JOIN main.tenancy t ON t.id = s.tenancy" },
		{ "customer",
		  "SELECT c.id AS customer, c.name AS name, c.msp AS msp, "
		  "c.exit_at AS exit_at, c.exit_ticket AS exit_ticket "
		  "FROM main.customer c" },
		{ "domain",
		  "SELECT m.customer AS customer, m.domain AS domain, "
		  "coalesce(c.msp, 0) AS msp FROM main.domain m "
		  "LEFT JOIN main.customer c ON c.id = m.customer" },
		{ "declared",
		  "SELECT e.customer AS customer, e.address AS address, "
		  "e.class AS class, e.owner AS owner, "
		  "e.review_by AS review_by, e.reason AS reason "
		  "FROM main.declared e" },
		{ "authorised_owner",
		  "SELECT o.customer AS customer, o.address AS address "
		  "FROM main.authorised_owner o" },
	};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(plain) / sizeof(plain[0]); i++)
		rc = make_view(store, plain[i].name, plain[i].select, err);
	return rc;
}

static int make_tenancy(struct ep_store *store, struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf sql;

	ep_buf_init(&sql, EP_DB_SQL_BYTES_MAX);
	ep_buf_adds(&sql,
		    "SELECT t.uid AS tenant, t.customer AS customer, "
		    "t.system AS system, t.tenant AS id, "
		    "coalesce(t.name, c.name, t.tenant) AS name, "
		    "t.domain AS domain, "
		    "(SELECT r.started_at FROM main.run r "
		    "WHERE r.id = t.first_run) AS first_seen_at, "
		    "coalesce(c.msp, 0) AS msp, "
		    "t.customer IS NOT NULL AS claimed "
		    "FROM main.tenancy t "
		    "LEFT JOIN main.customer c ON c.id = t.customer");
	ep_view_add_alive(store->as_of, &sql);
	return make_view(store, "tenancy", sql.s, err);
}

/* Also what was retired after the run and before another one: that is what
 * the operator has done about what the run shows. */
static int make_retired(struct ep_store *store, struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf sql;
	long long run = (long long)store->as_of;

	ep_buf_init(&sql, EP_DB_SQL_BYTES_MAX);
	ep_buf_addf(&sql,
		    "SELECT t.uid AS tenant, t.customer AS customer, "
		    "t.system AS system, t.tenant AS id, "
		    "coalesce(t.name, t.tenant) AS name, "
		    "e.at AS retired_at, e.by_user AS by_user, "
		    "e.reason AS reason FROM main.retirement e "
		    "JOIN main.tenancy t ON t.id = e.tenancy "
		    "WHERE (e.ended_run IS NULL OR e.ended_run > %lld) "
		    "AND e.at <= coalesce((SELECT min(r.started_at) FROM "
		    "main.run r WHERE r.id > %lld), e.at)", run, run);
	return make_view(store, "retired", sql.s, err);
}

/* The coverage that was read last at or before the run, for every dataset
 * that was known then.  Its age is that of what it shows: for an import,
 * since somebody looked, and for a read that cannot show what is gone, since
 * all of it was read.  What was read tonight is fresh; an age that cannot be
 * computed is too old, and so is one a day in the future, where a clock
 * must have been wrong.  The run is no join: one of whose columns a query
 * needs none is reported to the authorizer as read outside of the view. */
static void add_latest(long long run, struct ep_buf *sql)
{
	ep_buf_addf(sql,
		    "SELECT c.*, d.id AS did, d.name AS name, d.kinds AS "
		    "kinds, d.max_age AS max_age, d.imported AS imported, "
		    "d.advice AS how, t.customer AS customer, t.uid AS "
		    "tenant, t.system AS system, "
		    "(SELECT w.started_at FROM main.run w WHERE "
		    "w.id = %lld) - "
		    "coalesce(c.captured_at, c.confirmed_at, c.ended_at, "
		    "c.started_at) AS age, c.run = %lld AND d.imported = 0 "
		    "AND c.confirmed_at IS NULL AS tonight "
		    "FROM main.dataset d "
		    "JOIN main.tenancy t ON t.id = d.tenancy "
		    "LEFT JOIN main.coverage c ON c.dataset = d.id "
		    "AND c.run = (SELECT max(l.run) FROM main.coverage l "
		    "WHERE l.dataset = d.id AND l.run <= %lld)",
		    run, run, run);
	ep_view_add_alive(run, sql);
	ep_buf_addf(sql, " AND d.first_run <= %lld", run);
}

static int make_coverage(struct ep_store *store, const char *name,
			 int64_t run, struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf sql;

	ep_buf_init(&sql, EP_DB_SQL_BYTES_MAX);
	ep_buf_adds(&sql,
		    "SELECT customer, tenant, system, name AS dataset, kinds, "
		    "coalesce(status, 'missing') AS status, "
		    "CASE WHEN status IS NULL THEN 'it was never read' "
		    "WHEN status <> 'complete' OR NOT stale THEN reason "
		    "WHEN age IS NULL THEN 'when it was read is not known' "
		    "WHEN age < 0 THEN "
		    "'it was read in the future: a clock was wrong' "
		    "WHEN max_age < 3 * 86400 THEN printf("
		    "'it is %d hours old, and %d are allowed', "
		    "age / 3600, max_age / 3600) "
		    "ELSE printf('it is %d days old, and %d are allowed', "
		    "age / 86400, max_age / 86400) END AS reason, "
		    "coalesce(nullif(advice, ''), nullif(how, '')) AS advice, "
		    "max(0, age) AS age, stale, rows, total, pages, "
		    "captured_at, captured_by, imported, run, "
		    "(SELECT p.rows FROM main.coverage p "
		    "WHERE p.dataset = did AND p.run < q.run "
		    "AND p.status = 'complete' ORDER BY p.run DESC LIMIT 1) "
		    "AS previous_rows, coalesce(changes, 0) AS changes, "
		    "since_run, full_run FROM (SELECT *, CASE WHEN tonight "
		    "THEN 0 ELSE coalesce(age > max_age OR age < -86400, 1) "
		    "END AS stale FROM (");
	add_latest(run, &sql);
	ep_buf_adds(&sql, ")) q");
	return make_view(store, name, sql.s, err);
}

int ep_view_coverage_then(struct ep_store *store, int64_t run,
			  struct ep_err *err)
{
	int rc = ep_view_unlock(store, err);

	if (rc == 0)
		rc = make_coverage(store, "coverage_then", run, err);
	return ep_view_lock(store, rc, err);
}

/* A row that was opened or changed has its key in its table, or, when it was
 * closed since, in the entry of that. */
static void add_key(struct ep_buf *sql)
{
	ep_buf_adds(sql, "coalesce(h.key, CASE h.kind");
	for (int i = 0; i < EP_KINDS; i++)
		ep_buf_addf(sql, " WHEN %d THEN (SELECT n.key FROM "
			    "main.\"now_%s\" n WHERE n.rid = h.rid)", i,
			    ep_entity((enum ep_kind)i)->name);
	ep_buf_adds(sql, " END, (SELECT c.key FROM main.history c WHERE "
		    "c.op = 3 AND c.kind = h.kind AND c.rid = h.rid))");
}

/* By run first: the run knows where its part of the log lies. */
static int make_moved(struct ep_store *store, struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf sql;

	ep_buf_init(&sql, EP_DB_SQL_BYTES_MAX);
	ep_buf_adds(&sql, "SELECT t.customer AS customer, t.uid AS tenant, "
		    "t.system AS system, d.name AS dataset, k.name AS kind, ");
	add_key(&sql);
	ep_buf_adds(&sql, " AS key, CASE h.op WHEN 1 THEN 'open' "
		    "WHEN 2 THEN 'change' WHEN 3 THEN 'close' END AS op, "
		    "r.id AS run, r.started_at AS at, " EP_VIEW_PREVIOUS_AT
		    " AS previous_at, h.old AS old "
		    "FROM main.run r CROSS JOIN main.history h "
		    "ON h.id > r.history_low AND h.id <= r.history_high "
		    "JOIN main.dataset d ON d.id = h.dataset "
		    "JOIN main.kind k ON k.id = h.kind "
		    "JOIN main.tenancy t ON t.id = d.tenancy");
	ep_view_add_alive(store->as_of, &sql);
	/* The sign keeps the planner from indexing the whole log by it. */
	ep_buf_addf(&sql, " AND +h.quiet = 0 AND r.id <= %lld",
		    (long long)store->as_of);
	return make_view(store, "moved", sql.s, err);
}

/* What an older database lacks has rows that say the same without it. */
static int make_younger(struct ep_store *store, struct ep_err *err)
{
	static const struct {
		const char *table;
		const char *view;
		const char *select;
		const char *without;
	} younger[] = {
		{ "purge", "purged",
		  "SELECT p.first_run AS first_run, p.last_run AS last_run, "
		  "(SELECT r.started_at FROM main.run r WHERE "
		  "r.id = p.first_run) AS first_at, "
		  "(SELECT coalesce(r.ended_at, r.started_at) FROM main.run r "
		  "WHERE r.id = p.last_run) AS last_at, p.at AS purged_at, "
		  "p.by_user AS by_user, p.reason AS reason "
		  "FROM main.purge p",
		  "SELECT NULL AS first_run, NULL AS last_run, "
		  "NULL AS first_at, NULL AS last_at, NULL AS purged_at, "
		  "NULL AS by_user, NULL AS reason WHERE 0" },
		{ "customer_limit", "customer_limit",
		  "SELECT l.customer AS customer, "
		  "l.revoke_hours AS revoke_hours FROM main.customer_limit l",
		  "SELECT '' AS customer, 24 AS revoke_hours" },
		{ "caller", "caller",
		  "SELECT c.connector AS connector, c.home AS home, "
		  "c.credential AS credential, c.customer AS customer, "
		  "c.name AS name, c.first_run AS first_run, "
		  "c.last_run AS last_run FROM main.caller c",
		  "SELECT NULL AS connector, NULL AS home, "
		  "NULL AS credential, NULL AS customer, NULL AS name, "
		  "NULL AS first_run, NULL AS last_run WHERE 0" },
	};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(younger) / sizeof(younger[0]);
	     i++) {
		bool known = false;

		rc = ep_db_has_table(store->db, younger[i].table, &known, err);
		if (rc == 0)
			rc = make_view(store, younger[i].view,
				       known ? younger[i].select :
					       younger[i].without, err);
	}
	return rc;
}

int ep_view_fixed(struct ep_store *store, struct ep_err *err)
{
	int rc = make_plain(store, err);

	if (rc == 0)
		rc = make_tenancy(store, err);
	if (rc == 0)
		rc = make_retired(store, err);
	if (rc == 0)
		rc = make_coverage(store, "coverage", store->as_of, err);
	if (rc == 0)
		rc = make_moved(store, err);
	if (rc == 0)
		rc = make_younger(store, err);
	return rc;
}
