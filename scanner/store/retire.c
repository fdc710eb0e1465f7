/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a tenancy's reading, and what ends that.
 */
#include "store/retire.h"

#include "base/clock.h"
#include "base/str.h"
#include "ext/db.h"
#include "store/inside.h"
#include "store/store.h"

static int find(struct ep_store *store, const char *uid, int64_t *ret_id,
		struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool found = false;
	int rc = ep_db_prepare(store->db, "SELECT id, retired_at FROM "
			       "main.tenancy WHERE uid = ?1", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, uid);
	rc = ep_db_step(stmt, &found, err);
	if (rc < 0)
		return rc;
	if (!found)
		return ep_err_set(err, EP_ENOENT, "no tenancy '%.200s' is "
				  "known; 'exitproof tenant list' names them",
				  uid);
	if (!ep_db_col_null(stmt, 1))
		return ep_err_set(err, EP_EDATA, "%.200s is retired already",
				  uid);
	*ret_id = ep_db_col_int(stmt, 0);
	return 0;
}

/* After the last run, whatever a clock says: what that showed and was sealed
 * stays as it was. */
static int find_time(struct ep_store *store, int64_t *ret, struct ep_err *err)
{
	int64_t last = 0, now = ep_clock_now();
	int rc = ep_db_one_int(store->db, "SELECT coalesce(max(started_at), 0) "
			       "FROM main.run", &last, err);

	*ret = now > last ? now : last + 1;
	return rc;
}

static int add(struct ep_store *store, int64_t tenancy, const char *by,
	       const char *reason, struct ep_err *err)
{
	struct ep_stmt *stmt;
	int64_t now;
	int rc = find_time(store, &now, err);

	if (rc == 0)
		rc = ep_db_prepare(store->db, "INSERT INTO main.retirement("
				   "tenancy, at, by_user, reason) "
				   "VALUES(?1, ?2, ?3, ?4)", &stmt, err);
	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, tenancy);
	ep_db_int(stmt, 2, now);
	ep_db_text(stmt, 3, by);
	ep_db_text(stmt, 4, reason);
	rc = ep_db_run(stmt, err);
	if (rc == 0)
		rc = ep_db_prepare(store->db, "UPDATE main.tenancy SET "
				   "retired_at = ?2 WHERE id = ?1", &stmt,
				   err);
	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, tenancy);
	ep_db_int(stmt, 2, now);
	return ep_db_run(stmt, err);
}

int ep_store_retire(struct ep_store *store, const char *uid, const char *by,
		    const char *reason, struct ep_err *err)
{
	int64_t tenancy = 0;
	int rc = ep_store_flush(store, err);

	if (rc == 0)
		rc = find(store, uid, &tenancy, err);
	if (rc == 0)
		rc = ep_db_begin(store->db, err);
	if (rc < 0)
		return rc;
	rc = add(store, tenancy, by, reason, err);
	if (rc == 0)
		rc = ep_db_commit(store->db, err);
	if (rc < 0)
		ep_db_rollback(store->db);
	return rc;
}

int ep_retire_end(struct ep_store *store, int64_t tenancy, struct ep_err *err)
{
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(store->db, "UPDATE main.retirement SET "
			       "ended_run = ?2 WHERE tenancy = ?1 AND "
			       "ended_run IS NULL", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, tenancy);
	ep_db_int(stmt, 2, store->run);
	return ep_db_run(stmt, err);
}
