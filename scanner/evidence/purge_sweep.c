/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deletes what only purged runs needed.
 */
#include "evidence/purge.h"

#include "evidence/leaf.h"
#include "ext/db.h"
#include "model/entity.h"

/* ?1: the last run that goes; ?2: its number in the log of sealed runs. */
static const char *const prepare[] = {
	/* Tenancies of results that are not right, of rules that look at
	 * what is gone: what is gone there is what they stand on. */
	"DROP TABLE IF EXISTS temp.purge_stay",
	"CREATE TEMP TABLE purge_stay AS SELECT DISTINCT d.id AS dataset "
	"FROM main.result_log l JOIN main.rule_run u ON u.rule = l.rule AND "
	"u.run = (SELECT max(run) FROM main.check_run) "
	"JOIN main.rule_text x ON x.sha256 = u.sha256 "
	"JOIN main.tenancy t ON l.unit = 'fleet' OR l.unit = t.uid OR "
	"l.unit = t.customer OR (l.unit = '-' AND t.customer IS NULL) "
	"JOIN main.dataset d ON d.tenancy = t.id "
	"WHERE l.end_run IS NULL AND "
	"l.result IN ('FAIL', 'UNDECIDED', 'WAIVED') AND "
	"(instr(x.violations, 'gone_') OR instr(x.violations, 'moved'))",
	/* Ids of the log are never given twice: its last one stays, empty. */
	"UPDATE main.history SET op = 1, quiet = 1, key = NULL, old = NULL "
	"WHERE id = (SELECT max(id) FROM main.history) AND run <= ?1",
	/* A group that held something once is a group for ever. */
	"INSERT OR IGNORE INTO main.evidence_kept(grp, id, leaf, first_seq, "
	"end_seq) SELECT grp, zeroblob(16), '', min(first_seq), "
	"min(first_seq) FROM main.evidence_kept WHERE first_seq <= ?2 "
	"GROUP BY grp",
};

static const char *const sweep[] = {
	"DELETE FROM main.history WHERE run <= ?1 AND "
	"id < (SELECT max(id) FROM main.history) AND NOT (op = 3 AND "
	"dataset IN (SELECT dataset FROM temp.purge_stay))",
	"DELETE FROM main.volatile_history WHERE run <= ?1",
	/* The last read, and the last complete one, say how far what is kept
	 * was read. */
	"DELETE FROM main.coverage WHERE run <= ?1 AND run <> (SELECT "
	"max(n.run) FROM main.coverage n WHERE n.dataset = coverage.dataset "
	"AND n.run <= ?1) AND run <> coalesce((SELECT max(n.run) FROM "
	"main.coverage n WHERE n.dataset = coverage.dataset AND "
	"n.run <= ?1 AND n.status = 'complete'), 0)",
	"DELETE FROM main.evidence_kept WHERE end_seq <= ?2 + 1 AND "
	"leaf <> ''",
	"DELETE FROM main.result_log WHERE end_run <= ?1 + 1",
	"DELETE FROM main.finding_event WHERE fingerprint IN (SELECT "
	"fingerprint FROM main.finding WHERE state = 'fixed' AND "
	"fixed_run <= ?1)",
	"DELETE FROM main.finding_look WHERE fingerprint IN (SELECT "
	"fingerprint FROM main.finding WHERE state = 'fixed' AND "
	"fixed_run <= ?1)",
	"DELETE FROM main.finding WHERE state = 'fixed' AND fixed_run <= ?1",
	"DELETE FROM main.rule_run WHERE run <= ?1",
	"DELETE FROM main.check_note WHERE run <= ?1",
};

static int run_one(struct ep_db *db, const char *sql,
		   const struct ep_purge_plan *plan, int64_t *rows,
		   struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	int64_t before = ep_db_total_changes(db);
	int rc = ep_db_prepare(db, sql, &stmt, err);

	if (rc < 0)
		return rc;
	if (ep_db_param_count(stmt) > 0)
		ep_db_int(stmt, 1, plan->last_run);
	if (ep_db_param_count(stmt) > 1)
		ep_db_int(stmt, 2, plan->last_seq);
	rc = ep_db_run(stmt, err);
	if (rc == 0 && rows)
		*rows += ep_db_total_changes(db) - before;
	return rc;
}

/* --- secrets of records that nothing tells of any more ---------------------- */

static int sweep_secrets(struct ep_db *db, struct ep_err *err)
{
	static const char keep[] = "INSERT OR IGNORE INTO "
				   "temp.purge_secret(id) VALUES(?1)";
	struct ep_buf sql = EP_BUF_INIT(1024);
	int rc = ep_db_exec(db, "DROP TABLE IF EXISTS temp.purge_secret; "
			    "CREATE TEMP TABLE purge_secret(id BLOB PRIMARY "
			    "KEY) WITHOUT ROWID", err);

	for (int i = 0; rc == 0 && i < EP_KINDS; i++) {
		ep_buf_clear(&sql);
		ep_buf_addf(&sql, "SELECT t.uid, d.name, n.key FROM "
			    "main.\"now_%s\" n JOIN main.dataset d ON "
			    "d.id = n.dataset JOIN main.tenancy t ON "
			    "t.id = d.tenancy",
			    ep_entity((enum ep_kind)i)->name);
		rc = ep_leaf_each_secret(db, (enum ep_kind)i, sql.s, keep, err);
		if (rc == 0)
			rc = ep_leaf_each_secret(db, (enum ep_kind)i,
				"SELECT t.uid, d.name, h.key FROM "
				"main.history h JOIN main.dataset d ON "
				"d.id = h.dataset JOIN main.tenancy t ON "
				"t.id = d.tenancy WHERE h.op = 3 AND "
				"h.kind = ?1", keep, err);
	}
	ep_buf_release(&sql);
	if (rc == 0)
		rc = ep_db_exec(db, "DELETE FROM main.evidence_secret WHERE "
				"id NOT IN (SELECT id FROM temp.purge_secret); "
				"DROP TABLE temp.purge_secret", err);
	return rc;
}

/* Texts of notes that were posted: the ticket has them. */
static int sweep_notes(struct ep_db *db, const struct ep_purge_plan *plan,
		       struct ep_err *err)
{
	bool known = false;
	int rc = ep_db_has_table(db, "psa_note", &known, err);

	if (rc < 0 || !known)
		return rc;
	return run_one(db, "UPDATE main.psa_note SET text = '' WHERE "
		       "run <= ?1 AND done_at IS NOT NULL", plan, NULL, err);
}

int ep_purge_sweep(struct ep_db *db, const struct ep_purge_plan *plan,
		   int64_t *ret_rows, struct ep_err *err)
{
	int rc = 0;

	*ret_rows = 0;
	for (size_t i = 0; rc == 0 && i < sizeof(prepare) / sizeof(prepare[0]);
	     i++)
		rc = run_one(db, prepare[i], plan, NULL, err);
	for (size_t i = 0; rc == 0 && i < sizeof(sweep) / sizeof(sweep[0]); i++)
		rc = run_one(db, sweep[i], plan, ret_rows, err);
	if (rc == 0)
		rc = sweep_notes(db, plan, err);
	if (rc == 0)
		rc = sweep_secrets(db, err);
	return rc == 0 ? ep_db_exec(db, "DROP TABLE temp.purge_stay", err) : rc;
}
