/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs: their begin, their end, and finding them again.
 */
#include "store/run.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/whoami.h"
#include "ext/db.h"
#include "ext/http.h"
#include "store/inside.h"
#include "store/intake.h"
#include "store/look.h"
#include "store/preload.h"
#include "store/store.h"
#include "store/tenancy.h"
#include "store/view.h"

static int insert_run(struct ep_store *store, const struct ep_run_info *info,
		      struct ep_err *err)
{
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(store->db,
		"INSERT INTO main.run(id, kind, state, started_at, program, "
		"host, by_user, config_sha256, rules_sha256, clock_fixed, "
		"testing, sqlite, curl, history_low, history_high) VALUES("
		"?1, ?2, 'running', ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
		"?12, (SELECT coalesce(max(id), 0) FROM main.history), "
		"(SELECT coalesce(max(id), 0) FROM main.history))", &stmt,
		err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, store->run);
	ep_db_text(stmt, 2, info->kind);
	ep_db_int(stmt, 3, ep_clock_now());
	ep_db_text(stmt, 4, info->program);
	ep_db_text(stmt, 5, ep_whoami_host());
	ep_db_text(stmt, 6, ep_whoami_user());
	ep_db_text(stmt, 7, info->config_sha256);
	ep_db_text(stmt, 8, info->rules_sha256);
	ep_db_int(stmt, 9, ep_clock_is_fixed());
	ep_db_int(stmt, 10, info->testing);
	ep_db_text(stmt, 11, ep_db_version());
	ep_db_text(stmt, 12, ep_http_version());
	return ep_db_run(stmt, err);
}

static int load_kinds(struct ep_store *store, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool more = false;
	int rc = ep_db_prepare(store->db, "SELECT id, next_rid FROM main.kind",
			       &stmt, err);

	while (rc == 0) {
		int64_t kind;

		rc = ep_db_step(stmt, &more, err);
		if (rc < 0 || !more)
			break;
		kind = ep_db_col_int(stmt, 0);
		if (kind >= 0 && kind < EP_KINDS)
			store->next_rid[kind] = ep_db_col_int(stmt, 1);
	}
	return rc;
}

/* The process that ran it held the lock, and we hold it now: it is dead. */
static int bury_running(struct ep_store *store, struct ep_err *err)
{
	return ep_db_exec(store->db, "UPDATE main.run SET state = 'aborted' "
			  "WHERE state = 'running'", err);
}

static int begin_run(struct ep_store *store, const struct ep_run_info *info,
		     struct ep_err *err)
{
	int rc = bury_running(store, err);

	if (rc == 0)
		rc = ep_db_one_int(store->db, "SELECT coalesce(max(id), 0) + 1 "
				   "FROM main.run", &store->run, err);
	if (rc == 0)
		rc = insert_run(store, info, err);
	if (rc == 0)
		rc = load_kinds(store, err);
	if (rc == 0)
		rc = ep_registry_begin(store, err);
	return rc;
}

int ep_store_run_begin(struct ep_store *store, const struct ep_run_info *info,
		       const struct ep_config *config, int64_t *ret_run,
		       struct ep_err *err)
{
	int rc;

	if (!store->write || store->run)
		return ep_err_set(err, EP_EBUG, store->run ?
				  "a run is open already" :
				  "the store was opened for reading");
	store->config = config;
	rc = ep_store_settle(store, err);
	if (rc == 0)
		rc = ep_db_begin(store->db, err);
	if (rc < 0)
		return rc;
	rc = begin_run(store, info, err);
	if (rc == 0 && !store->look)
		rc = ep_db_commit(store->db, err);
	if (rc < 0) {
		ep_db_rollback(store->db);
		store->run = 0;
		return ep_err_context(err, "begin of the run");
	}
	*ret_run = store->run;
	rc = ep_store_as_of(store, store->run, err);
	if (!store->look)
		return rc;
	/* The writer commits it, once the look at the file has ended well. */
	if (rc == 0)
		ep_writer_adopt(store->writer);
	else
		ep_db_rollback(store->db);
	return rc;
}

/* The writer calls it as the last of each transaction. */
int ep_run_progress(void *to, struct ep_err *err)
{
	struct ep_store *store = to;
	struct ep_stmt *stmt;
	int rc = store->look ? ep_look_wait(store->look, err) : 0;

	/* Nothing is added to what is damaged. */
	if (rc == 0)
		rc = ep_db_prepare(store->db, "UPDATE main.run SET "
				   "history_high = (SELECT coalesce(max(id), "
				   "0) FROM main.history) WHERE id = ?1",
				   &stmt, err);
	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, store->run);
	rc = ep_db_run(stmt, err);
	for (int i = 0; rc == 0 && store->rids_used && i < EP_KINDS; i++) {
		rc = ep_db_prepare(store->db, "UPDATE main.kind SET "
				   "next_rid = ?2 WHERE id = ?1 AND "
				   "next_rid <> ?2", &stmt, err);
		if (rc < 0)
			break;
		ep_db_int(stmt, 1, i);
		ep_db_int(stmt, 2, store->next_rid[i]);
		rc = ep_db_run(stmt, err);
	}
	store->rids_used = false;
	return rc;
}

static int end_run(struct ep_store *store, bool complete, int64_t requests,
		   int64_t connections, int64_t wire_bytes, struct ep_err *err)
{
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(store->db, "UPDATE main.run SET state = ?2, "
			       "ended_at = ?3, requests = ?4, "
			       "connections = ?5, wire_bytes = ?6 "
			       "WHERE id = ?1", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, store->run);
	ep_db_text(stmt, 2, complete ? "complete" : "aborted");
	ep_db_int(stmt, 3, ep_clock_now());
	ep_db_int(stmt, 4, requests);
	ep_db_int(stmt, 5, connections);
	ep_db_int(stmt, 6, wire_bytes);
	return ep_db_run(stmt, err);
}

int ep_store_run_end(struct ep_store *store, bool complete, int64_t requests,
		     int64_t connections, int64_t wire_bytes,
		     struct ep_err *err)
{
	int open, settled, ended;
	int rc = 0;

	if (!store->run)
		return ep_err_set(err, EP_EBUG, "no run is open");
	/* The first error is the one to tell. */
	open = ep_intake_drop_all(store, complete ? err : NULL);
	ep_preload_free(store->preload);
	store->preload = NULL;
	store->no_preload = false;
	if (complete)
		rc = open;
	settled = ep_store_settle(store, rc < 0 ? NULL : err);
	if (rc == 0)
		rc = settled;
	/* A run whose rows were lost is none, even if this can be written. */
	ended = end_run(store, complete && rc == 0, requests, connections,
			wire_bytes, rc < 0 ? NULL : err);
	store->run = 0;
	store->config = NULL;
	ep_registry_clear(store);
	return rc < 0 ? rc : ended;
}

/* --- finding ------------------------------------------------------------ */

static int find_run(struct ep_store *store, const char *sql, int64_t bound,
		    int64_t *ret_run, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool found = false;
	int rc = ep_store_settle(store, err);

	if (rc == 0)
		rc = ep_db_prepare(store->db, sql, &stmt, err);
	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, bound);
	rc = ep_db_step(stmt, &found, err);
	if (rc == 0)
		*ret_run = found ? ep_db_col_int(stmt, 0) : 0;
	return rc;
}

int ep_store_run_at(struct ep_store *store, int64_t t, int64_t *ret_run,
		    struct ep_err *err)
{
	return find_run(store, "SELECT id FROM main.run WHERE "
			"state = 'complete' AND ended_at <= ?1 "
			"ORDER BY id DESC LIMIT 1", t, ret_run, err);
}

int ep_store_run_before(struct ep_store *store, int64_t run, int64_t *ret_run,
			struct ep_err *err)
{
	return find_run(store, "SELECT id FROM main.run WHERE "
			"state = 'complete' AND id < ?1 "
			"ORDER BY id DESC LIMIT 1", run, ret_run, err);
}

int ep_store_round_before(struct ep_store *store, int64_t run,
			  int64_t *ret_run, struct ep_err *err)
{
	return find_run(store, "SELECT id FROM main.run WHERE "
			"state = 'complete' AND kind <> 'verify' AND id < ?1 "
			"ORDER BY id DESC LIMIT 1", run, ret_run, err);
}
