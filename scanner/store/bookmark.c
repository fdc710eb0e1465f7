/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of bookmarks.
 */
#include "store/bookmark.h"

#include "base/alloc.h"
#include "base/str.h"
#include "ext/db.h"
#include "store/inside.h"
#include "store/tenancy.h"

static int find(struct ep_store *store, int64_t dataset, struct ep_stmt **ret,
		bool *ret_found, struct ep_err *err)
{
	int rc = ep_db_prepare(store->reader,
		"SELECT basis, token, run, full_run, full_at "
		"FROM main.bookmark WHERE dataset = ?1", ret, err);

	if (rc < 0)
		return rc;
	ep_db_int(*ret, 1, dataset);
	return ep_db_step(*ret, ret_found, err);
}

int ep_bookmark_get(void *to, const struct ep_dataset_ref *ref,
		    const char *basis, struct ep_bookmark *ret,
		    struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	struct ep_store *store = to;
	struct ep_dataset *dataset;
	bool found = false;
	int rc = ep_registry_dataset(store, ref, &dataset, err);

	*ret = (struct ep_bookmark){ .token = NULL };
	if (rc < 0 || dataset->fresh || !dataset->settled ||
	    dataset->connector_version != ref->connector_version)
		return rc;
	if (dataset->touched)
		rc = ep_writer_flush(store->writer, err);
	if (rc == 0)
		rc = find(store, dataset->id, &stmt, &found, err);
	if (rc < 0 || !found || !ep_str_eq(ep_db_col_text(stmt, 0), basis))
		return rc;
	ret->token = ep_strdup(ep_db_col_text(stmt, 1));
	ret->full_at = ep_db_col_int(stmt, 4);
	return 0;
}

int ep_bookmark_runs(struct ep_store *store, int64_t dataset,
		     struct ep_coverage *coverage, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool found = false;
	int rc = find(store, dataset, &stmt, &found, err);

	if (rc < 0)
		return rc;
	coverage->since_run = found ? ep_db_col_int(stmt, 2) : 0;
	coverage->full_run = found ? ep_db_col_int(stmt, 3) : 0;
	coverage->full_at = found ? ep_db_col_int(stmt, 4) : 0;
	return 0;
}

static int put(struct ep_apply *apply, struct ep_err *err)
{
	const struct ep_coverage *c = &apply->coverage;
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(apply->store->db,
		"INSERT OR REPLACE INTO main.bookmark(dataset, basis, token, "
		"run, full_run, full_at) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
		&stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, apply->dataset);
	ep_db_text(stmt, 2, apply->basis);
	ep_db_text(stmt, 3, apply->token);
	ep_db_int(stmt, 4, apply->run);
	ep_db_int(stmt, 5, c->changes ? c->full_run : apply->run);
	ep_db_int(stmt, 6, c->changes ? c->full_at : c->started_at);
	return ep_db_run(stmt, err);
}

int ep_bookmark_store(struct ep_apply *apply, struct ep_err *err)
{
	struct ep_stmt *stmt;
	int rc;

	if (apply->token && apply->coverage.status == EP_COVERAGE_COMPLETE)
		return put(apply, err);
	if (!apply->forget)
		return 0;
	rc = ep_db_prepare(apply->store->db,
			   "DELETE FROM main.bookmark WHERE dataset = ?1",
			   &stmt, err);
	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, apply->dataset);
	return ep_db_run(stmt, err);
}
