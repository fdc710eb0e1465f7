/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chooses the runs that may go, and leaves the tombstone.
 */
#include "evidence/purge.h"

#include <string.h>

#include "base/clock.h"
#include "base/whoami.h"
#include "check/check.h"
#include "evidence/evidence.h"
#include "ext/db.h"
#include "store/purged.h"
#include "store/store.h"

#define DAY INT64_C(86400)
#define WHY_BYTES_MAX 4096
#define OWED "scrub_owed"

int ep_purge_schema(struct ep_store *store, struct ep_err *err)
{
	struct ep_db *db = ep_store_db(store);
	int rc = ep_check_schema(db, err);

	if (rc == 0)
		rc = ep_evidence_schema(db, err);
	return rc == 0 ? ep_purged_schema(db, err) : rc;
}

void ep_purge_release(struct ep_purge_plan *plan)
{
	ep_buf_release(&plan->why);
}

/* --- what has to stay ----------------------------------------------------- */

/* The first value, 0 for none or NULL. */
static int number(struct ep_db *db, const char *sql, int64_t a, int64_t b,
		  int64_t *ret, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(db, sql, &stmt, err);

	*ret = 0;
	if (rc < 0)
		return rc;
	if (ep_db_param_count(stmt) > 0)
		ep_db_int(stmt, 1, a);
	if (ep_db_param_count(stmt) > 1)
		ep_db_int(stmt, 2, b);
	rc = ep_db_step(stmt, &row, err);
	if (rc == 0 && row)
		*ret = ep_db_col_int(stmt, 0);
	return rc;
}

/* Run `from` and what comes after it stays, because of `why`; the earliest
 * of them counts. */
static void hold(struct ep_purge_plan *plan, int64_t from, const char *why)
{
	if (from == 0 || (plan->kept_from && plan->kept_from <= from))
		return;
	plan->kept_from = from;
	ep_buf_clear(&plan->why);
	ep_buf_adds(&plan->why, why);
}

static int hold_reviews(struct ep_db *db, struct ep_purge_plan *plan,
			struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	EP_AUTO(ep_buf_release) struct ep_buf why = EP_BUF_INIT(WHY_BYTES_MAX);
	bool row = false;
	int rc = ep_db_has_table(db, "review", &row, err);

	if (rc < 0 || !row)
		return rc;
	rc = ep_db_prepare(db, "SELECT run, id FROM main.review WHERE "
			   "closed_at IS NULL ORDER BY run LIMIT 1", &stmt,
			   err);
	if (rc == 0)
		rc = ep_db_step(stmt, &row, err);
	if (rc == 0 && row) {
		ep_buf_addf(&why, "review %.200s is open",
			    ep_db_col_text(stmt, 1));
		hold(plan, ep_db_col_int(stmt, 0), why.s);
	}
	return rc;
}

static int hold_config(struct ep_db *db, const struct ep_config *config,
		       int64_t now, struct ep_purge_plan *plan,
		       struct ep_err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < config->retention.holds.n; i++) {
		const struct ep_hold *h = &config->retention.holds.v[i];
		EP_AUTO(ep_buf_release) struct ep_buf why =
			EP_BUF_INIT(WHY_BYTES_MAX);
		int64_t run = 0;

		if (h->until && h->until <= now)
			continue;
		rc = number(db, "SELECT min(id) FROM main.run WHERE "
			    "coalesce(ended_at, started_at) >= ?1", h->from, 0,
			    &run, err);
		ep_buf_addf(&why, "hold %.200s, by %.200s: %.1000s", h->id,
			    h->by, h->reason);
		if (rc == 0)
			hold(plan, run, why.s);
	}
	return rc;
}

/* What was never sealed would leave no trace that anybody could check. */
static int hold_unsealed(struct ep_db *db, struct ep_purge_plan *plan,
			 struct ep_err *err)
{
	int64_t sealed = 0, run = 0;
	bool known = false;
	int rc = ep_db_has_table(db, "evidence_run", &known, err);

	if (rc == 0 && known)
		rc = number(db, "SELECT max(run) FROM main.evidence_run", 0, 0,
			    &sealed, err);
	if (rc == 0)
		rc = number(db, "SELECT min(id) FROM main.run WHERE "
			    "state = 'complete' AND id > ?1", sealed, 0, &run,
			    err);

	if (rc == 0)
		hold(plan, run, "it is not sealed yet; 'exitproof evidence "
		     "checkpoint' does");
	return rc;
}

/* --- the plan ------------------------------------------------------------- */

/* The last run that goes is a round, so that what the first kept one says of
 * changes since the round before is whole. */
static const char last_sql[] =
	"SELECT max(id) FROM main.run WHERE state = 'complete' AND "
	"kind <> 'verify' AND ended_at < ?1 AND id < ?2 AND id < "
	"(SELECT max(n.id) FROM main.run n WHERE n.state = 'complete' AND "
	"n.kind <> 'verify')";

static int count(struct ep_db *db, struct ep_purge_plan *plan,
		 struct ep_err *err)
{
	int64_t from = plan->first_run, to = plan->last_run;
	int rc = number(db, "SELECT count(*) FROM main.run WHERE id >= ?1 AND "
			"id <= ?2", from, to, &plan->runs, err);

	if (rc == 0)
		rc = number(db, "SELECT count(*) FROM main.history WHERE "
			    "run <= ?1", to, 0, &plan->entries, err);
	if (rc == 0)
		rc = number(db, "SELECT max(seq) FROM main.evidence_run WHERE "
			    "run <= ?1", to, 0, &plan->last_seq, err);
	return rc;
}

int ep_purge_plan(struct ep_store *store, const struct ep_config *config,
		  int64_t now, struct ep_purge_plan *ret, struct ep_err *err)
{
	struct ep_db *db = ep_store_db(store);
	int64_t gone = 0, ended = 0;
	int rc = ep_purged_last(db, &gone, &ended, err);

	memset(ret, 0, sizeof(*ret));
	ep_buf_init(&ret->why, WHY_BYTES_MAX);
	if (config->retention.days == 0)
		return ep_err_set(err, EP_ECONFIG, "the configuration has no "
				  "'retention', so everything is kept");
	ret->before = now - config->retention.days * DAY;
	if (rc == 0)
		rc = hold_reviews(db, ret, err);
	if (rc == 0)
		rc = hold_config(db, config, now, ret, err);
	if (rc == 0)
		rc = hold_unsealed(db, ret, err);
	if (rc == 0)
		rc = number(db, last_sql, ret->before,
			    ret->kept_from ? ret->kept_from : INT64_MAX,
			    &ret->last_run, err);
	if (rc < 0)
		return rc;
	ret->first_run = gone + 1;
	if (ret->last_run <= gone) {
		ret->last_run = 0;
		return 0;
	}
	return count(db, ret, err);
}

/* --- doing it ------------------------------------------------------------- */

static int add_tombstone(struct ep_db *db, const struct ep_purge_plan *plan,
			 const char *by, const char *reason, int64_t rows,
			 struct ep_err *err)
{
	struct ep_buf hex = EP_BUF_INIT(2 * EP_SHA256_BYTES + 1);
	struct ep_stmt *stmt = NULL;
	int64_t size = 0;
	int rc = ep_evidence_log_root(db, &size, &hex, err);

	if (rc == 0)
		rc = ep_db_prepare(db, "INSERT INTO main.purge(at, by_user, "
				   "host, reason, first_run, last_run, "
				   "last_seq, log_size, log_root, entries) "
				   "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, "
				   "?9, ?10)", &stmt, err);
	if (rc == 0) {
		ep_db_int(stmt, 1, ep_clock_now());
		ep_db_text(stmt, 2, by);
		ep_db_text(stmt, 3, ep_whoami_host());
		ep_db_text(stmt, 4, reason);
		ep_db_int(stmt, 5, plan->first_run);
		ep_db_int(stmt, 6, plan->last_run);
		ep_db_int(stmt, 7, plan->last_seq);
		ep_db_int(stmt, 8, size);
		ep_db_text(stmt, 9, hex.s);
		ep_db_int(stmt, 10, rows);
		rc = ep_db_run(stmt, err);
	}
	ep_buf_release(&hex);
	return rc;
}

int ep_purge_owe_scrub(struct ep_db *db, struct ep_err *err)
{
	return ep_db_exec(db, "INSERT OR REPLACE INTO main.meta(name, value) "
			  "VALUES('" OWED "', 1)", err);
}

int ep_purge_owes_scrub(struct ep_db *db, bool *ret, struct ep_err *err)
{
	int64_t n = 0;
	int rc = ep_db_one_int(db, "SELECT count(*) FROM main.meta WHERE "
			       "name = '" OWED "'", &n, err);

	*ret = rc == 0 && n > 0;
	return rc;
}

int ep_purge_scrub(struct ep_store *store, struct ep_err *err)
{
	struct ep_db *db = ep_store_db(store);
	int rc = ep_store_as_of(store, 0, err);

	if (rc == 0)
		rc = ep_db_scrub(db, err);
	if (rc == 0)
		rc = ep_db_exec(db, "DELETE FROM main.meta WHERE name = '"
				OWED "'", err);
	return rc < 0 ? ep_err_context(err, "the rows are deleted, but what "
				       "they held may still stand in free "
				       "pages; run it again") : 0;
}

int ep_purge(struct ep_store *store, const struct ep_purge_plan *plan,
	     const char *by, const char *reason, int64_t *ret_rows,
	     struct ep_err *err)
{
	struct ep_db *db = ep_store_db(store);
	int rc = ep_purge_schema(store, err);

	*ret_rows = 0;
	if (rc == 0)
		rc = ep_db_begin(db, err);
	if (rc < 0)
		return rc;
	rc = ep_purge_sweep(db, plan, ret_rows, err);
	if (rc == 0)
		rc = add_tombstone(db, plan, by, reason, *ret_rows, err);
	if (rc == 0)
		rc = ep_purge_owe_scrub(db, err);
	if (rc == 0)
		rc = ep_db_commit(db, err);
	if (rc < 0) {
		ep_db_rollback(db);
		return ep_err_context(err, "purge; nothing was deleted");
	}
	return ep_purge_scrub(store, err);
}
