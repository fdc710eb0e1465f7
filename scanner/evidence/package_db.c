/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies a sealed run into a database of leaves.
 */
#include "evidence/package_db.h"

#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "evidence/package_view.h"
#include "evidence/walk.h"
#include "ext/db.h"
#include "store/store.h"

/* part follows from the group's name: no column beside the leaf is free. */
static const char tables[] =
	"CREATE TABLE grp(name TEXT PRIMARY KEY, pos INTEGER NOT NULL, "
	"head TEXT NOT NULL, "
	"entity TEXT AS (json_extract(head, '$.entity')), "
	"tenant TEXT AS (json_extract(head, '$.tenant')), "
	"dataset TEXT AS (json_extract(head, '$.dataset'))) WITHOUT ROWID;"
	"CREATE TABLE leaf(grp TEXT NOT NULL, pos INTEGER NOT NULL, "
	"leaf TEXT NOT NULL, part TEXT AS (CASE "
	"WHEN grp GLOB 'context/*' THEN 'kept' "
	"WHEN grp GLOB '*/seen' THEN 'seen' "
	"WHEN grp GLOB '*/role/*' THEN 'role' ELSE 'records' END), "
	"PRIMARY KEY(grp, pos));"
	"CREATE TABLE erased(grp TEXT NOT NULL, pos INTEGER NOT NULL, "
	"hash TEXT NOT NULL, PRIMARY KEY(grp, pos)) WITHOUT ROWID;"
	"CREATE TABLE param(rule TEXT NOT NULL, name TEXT NOT NULL, value, "
	"PRIMARY KEY(rule, name)) WITHOUT ROWID;"
	"CREATE TABLE run_time(run INTEGER PRIMARY KEY, started_at INTEGER);";

struct fill {
	struct ep_db *from;
	struct ep_db *to;
	int64_t pos;	/* of the next leaf in its group */
	int64_t shell;	/* of the last shell: below 0, for no tree has it */
	int64_t groups;
	struct ep_merkle tree;
};

/* --- leaves ------------------------------------------------------------------- */

static int add_leaf(struct fill *fill, const char *group, int64_t pos,
		    const char *text, size_t n, struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	int rc = ep_db_prepare(fill->to, "INSERT INTO leaf(grp, pos, leaf) "
			       "VALUES(?1, ?2, ?3)", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, group);
	ep_db_int(stmt, 2, pos);
	ep_db_textn(stmt, 3, text, n);
	return ep_db_run(stmt, err);
}

static int take_leaf(void *to, const char *group, const char *key,
		     const char *text, size_t n, struct ep_err *err)
{
	struct fill *fill = to;

	(void)key;
	return add_leaf(fill, group, fill->pos++, text, n, err);
}

static int take_shell(void *to, const char *group, const char *text, size_t n,
		      struct ep_err *err)
{
	struct fill *fill = to;

	return add_leaf(fill, group, --fill->shell, text, n, err);
}

static int take_erased(void *to, const char *group, const struct ep_hash *hash,
		       struct ep_err *err)
{
	struct ep_buf hex = EP_BUF_INIT(2 * EP_SHA256_BYTES + 1);
	struct fill *fill = to;
	struct ep_stmt *stmt = NULL;
	int rc = ep_db_prepare(fill->to, "INSERT INTO erased(grp, pos, hash) "
			       "VALUES(?1, ?2, ?3)", &stmt, err);

	ep_str_hex(&hex, hash->b, sizeof(hash->b));
	if (rc == 0) {
		ep_db_text(stmt, 1, group);
		ep_db_int(stmt, 2, fill->pos++);
		ep_db_text(stmt, 3, hex.s);
		rc = ep_db_run(stmt, err);
	}
	ep_buf_release(&hex);
	return rc;
}

static int take_group(void *to, const struct ep_walk_group *group,
		      struct ep_err *err)
{
	struct fill *fill = to;
	struct ep_stmt *stmt = NULL;
	int rc = ep_db_prepare(fill->to, "INSERT INTO grp(name, pos, head) "
			       "VALUES(?1, ?2, ?3)", &stmt, err);

	if (rc < 0)
		return rc;
	ep_merkle_add(&fill->tree, &group->hash);
	fill->pos = 0;
	ep_db_text(stmt, 1, group->name);
	ep_db_int(stmt, 2, fill->groups++);
	ep_db_text(stmt, 3, group->head);
	return ep_db_run(stmt, err);
}

static int check_root(const struct fill *fill, const struct ep_sealed *sealed,
		      struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	struct ep_buf hex = EP_BUF_INIT(2 * EP_SHA256_BYTES + 1);
	struct ep_hash root;
	bool row = false;
	int rc = ep_db_prepare(fill->from, "SELECT head ->> '$.root' FROM "
			       "main.evidence_run WHERE seq = ?1", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, sealed->seq);
	rc = ep_db_step(stmt, &row, err);
	ep_merkle_root(&fill->tree, &root);
	ep_str_hex(&hex, root.b, sizeof(root.b));
	if (rc == 0 && (!row || !ep_str_eq(ep_db_col_text(stmt, 0), hex.s)))
		rc = ep_err_set(err, EP_EDATA, "run %lld was altered since it "
				"was sealed; 'exitproof evidence verify' says "
				"where", (long long)sealed->run);
	ep_buf_release(&hex);
	return rc;
}

/* --- what the rules were given --------------------------------------------- */

static int add_param(struct ep_db *db, const char *rule, const char *name,
		     const char *value, struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	int64_t number;
	int rc = ep_db_prepare(db, "INSERT OR REPLACE INTO param(rule, name, "
			       "value) VALUES(?1, ?2, ?3)", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, rule);
	ep_db_text(stmt, 2, name);
	if (value && ep_str_int(value, &number))
		ep_db_int(stmt, 3, number);
	else
		ep_db_text(stmt, 3, value);
	return ep_db_run(stmt, err);
}

/* Its own ones, and the time and run that every rule knows. */
static const char params_sql[] =
	"SELECT t.id, j.key, j.value FROM main.rule_run u "
	"JOIN main.rule_text t ON t.sha256 = u.sha256, "
	"json_each(t.params) j WHERE u.run = ?1 "
	"UNION ALL SELECT '*', 'now', at FROM main.check_run WHERE run = ?1 "
	"UNION ALL SELECT '*', 'run', ?1";

static int add_params(struct fill *fill, int64_t run,
		      const struct ep_config *config, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(fill->from, params_sql, &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, run);
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		rc = add_param(fill->to, ep_db_col_text(stmt, 0),
			       ep_db_col_text(stmt, 1),
			       ep_db_col_text(stmt, 2), err);
		if (rc < 0)
			break;
	}
	for (size_t i = 0; rc == 0 && i < config->rules.n; i++) {
		const struct ep_rule_setting *set = &config->rules.v[i];

		for (size_t j = 0; rc == 0 && j < set->params.n; j++)
			rc = add_param(fill->to, set->rule,
				       set->params.v[j].name,
				       set->params.v[j].value, err);
	}
	return rc;
}

static int add_times(struct fill *fill, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(fill->from, "SELECT id, started_at FROM "
			       "main.run", &stmt, err);

	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		struct ep_stmt *insert = NULL;

		rc = ep_db_prepare(fill->to, "INSERT INTO run_time(run, "
				   "started_at) VALUES(?1, ?2)", &insert, err);
		if (rc < 0)
			break;
		ep_db_int(insert, 1, ep_db_col_int(stmt, 0));
		ep_db_int(insert, 2, ep_db_col_int(stmt, 1));
		rc = ep_db_run(insert, err);
	}
	return rc;
}

/* --- all of it ---------------------------------------------------------------- */

static int fill_all(struct fill *fill, struct ep_store *store,
		    const struct ep_sealed *sealed,
		    const struct ep_config *config, struct ep_err *err)
{
	struct ep_walk_visitor visitor = { .to = fill, .leaf = take_leaf,
					   .erased = take_erased,
					   .shell = take_shell,
					   .end = take_group };
	int rc = ep_db_exec(fill->to, tables, err);

	if (rc == 0)
		rc = ep_walk(store, sealed->seq, sealed->run, false, &visitor,
			     err);
	if (rc == 0)
		rc = check_root(fill, sealed, err);
	if (rc == 0)
		rc = add_params(fill, sealed->run, config, err);
	if (rc == 0)
		rc = add_times(fill, err);
	if (rc == 0)
		rc = ep_package_views(fill->from, fill->to, sealed->run, err);
	return rc;
}

int ep_package_db(struct ep_store *store, const struct ep_sealed *sealed,
		  const struct ep_config *config, const char *path,
		  struct ep_err *err)
{
	struct fill fill = { .from = ep_store_db(store) };
	int rc = ep_db_open(path, EP_DB_WRITE, &fill.to, err);

	/* One file, which a reader need not be able to write beside; and its
	 * schema is what we are about to make ourselves. */
	if (rc == 0)
		rc = ep_db_exec(fill.to, "PRAGMA journal_mode = DELETE; "
				"PRAGMA trusted_schema = ON", err);
	if (rc == 0)
		rc = ep_db_begin(fill.to, err);
	if (rc == 0)
		rc = fill_all(&fill, store, sealed, config, err);
	if (rc == 0)
		rc = ep_db_commit(fill.to, err);
	else if (fill.to)
		ep_db_rollback(fill.to);
	if (fill.to)
		ep_db_close(fill.to);
	return rc;
}
