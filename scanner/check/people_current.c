/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the links were made of: the state that the store shows, and the
 * configuration.  What people decide about matches forgets it.
 */
#include "check/people_current.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "base/str.h"
#include "check/people.h"
#include "ext/db.h"
#include "store/store.h"

/* Some word moves whenever something that links are made of does.  Every row
 * that comes, goes or changes is in the history, of which a run shows a part.
 * Whose a tenancy is and who is declared is copied from the configuration
 * when a run begins; patterns are read from the one of now.  Which tenancies
 * are retired depends on when the run began.  Another program may see other
 * links in the same rows. */
static const char basis_sql[] =
	"SELECT '" EP_VERSION " ' || s.history_high || ' ' ||"
	" (SELECT n.config_sha256 FROM main.run"
	" n ORDER BY n.id DESC LIMIT 1) || ' ' || ?2 || ' ' ||"
	" (SELECT count(*) FROM main.tenancy) || ' ' ||"
	" coalesce((SELECT group_concat(r.tenancy) FROM (SELECT e.tenancy FROM"
	" main.retirement e WHERE e.at <= s.started_at AND (e.ended_run IS"
	" NULL OR e.ended_run > s.id) ORDER BY e.tenancy) r),"
	" '') FROM main.run s WHERE s.id = ?1";

int ep_people_current_schema(struct ep_db *db, struct ep_err *err)
{
	return ep_db_exec(db, "CREATE TABLE IF NOT EXISTS person_linked("
			  "basis TEXT NOT NULL);", err);
}

int ep_people_current_forget(struct ep_db *db, struct ep_err *err)
{
	int rc = ep_people_current_schema(db, err);

	return rc < 0 ? rc : ep_db_exec(db, "DELETE FROM main.person_linked",
					err);
}

/* NULL when there is nothing that could be compared. */
static int read_basis(struct ep_store *store, const char *config_sha256,
		      char **ret, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(ep_store_db(store), basis_sql, &stmt, err);

	*ret = NULL;
	if (rc < 0 || !config_sha256)
		return rc;
	ep_db_int(stmt, 1, ep_store_run(store));
	ep_db_text(stmt, 2, config_sha256);
	rc = ep_db_step(stmt, &row, err);
	if (rc == 0 && row && !ep_db_col_null(stmt, 0))
		*ret = ep_strdup(ep_db_col_text(stmt, 0));
	return rc;
}

static int is_stored(struct ep_db *db, const char *basis, bool *ret,
		     struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	int rc = ep_db_prepare(db, "SELECT 1 FROM main.person_linked WHERE "
			       "basis = ?1", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, basis);
	return ep_db_step(stmt, ret, err);
}

int ep_people_current(struct ep_store *store, const char *config_sha256,
		      bool *ret, struct ep_err *err)
{
	struct ep_db *db = ep_store_db(store);
	EP_AUTO_FREE char *basis = NULL;
	int rc = ep_db_has_table(db, "person_linked", ret, err);

	if (rc < 0 || !*ret)
		return rc;
	*ret = false;
	rc = read_basis(store, config_sha256, &basis, err);
	if (rc == 0 && basis)
		rc = is_stored(db, basis, ret, err);
	return rc;
}

static int store_basis(struct ep_db *db, const char *basis,
		       struct ep_err *err)
{
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(db, "INSERT INTO main.person_linked(basis) "
			       "VALUES(?1)", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, basis);
	return ep_db_run(stmt, err);
}

int ep_people_refresh(struct ep_store *store, const struct ep_config *config,
		      struct ep_err *err)
{
	struct ep_db *db = ep_store_db(store);
	EP_AUTO_FREE char *basis = NULL;
	bool current = false;
	int rc = ep_people_current(store, config->sha256, &current, err);

	if (rc < 0 || current)
		return rc;
	rc = ep_db_begin(db, err);
	if (rc < 0)
		return rc;
	rc = ep_people_link(db, config, err);
	if (rc == 0)
		rc = read_basis(store, config->sha256, &basis, err);
	if (rc == 0 && basis)
		rc = store_basis(db, basis, err);
	if (rc == 0)
		return ep_db_commit(db, err);
	ep_db_rollback(db);
	return rc;
}
