/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps the hashes of erased records.
 */
#include "evidence/erased.h"

#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "ext/db.h"

int ep_erased_schema(struct ep_db *db, struct ep_err *err)
{
	return ep_db_exec(db,
		"CREATE TABLE IF NOT EXISTS main.erasure("
		"id INTEGER PRIMARY KEY, at INTEGER NOT NULL, "
		"by_user TEXT NOT NULL, host TEXT NOT NULL, "
		"reason TEXT NOT NULL, word TEXT NOT NULL, "
		"leaves INTEGER NOT NULL, rows INTEGER NOT NULL, "
		"log_size INTEGER NOT NULL, log_root TEXT NOT NULL);"
		"CREATE TABLE IF NOT EXISTS main.evidence_erased("
		"grp TEXT NOT NULL, pos INTEGER NOT NULL, "
		"first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, "
		"hash BLOB NOT NULL, erasure INTEGER NOT NULL, "
		"PRIMARY KEY(grp, pos, first_seq)) WITHOUT ROWID;"
		"CREATE TABLE IF NOT EXISTS main.evidence_flat("
		"grp TEXT NOT NULL, first_seq INTEGER NOT NULL, "
		"last_seq INTEGER NOT NULL, flat BLOB NOT NULL, "
		"PRIMARY KEY(grp, first_seq)) WITHOUT ROWID;", err);
}

/* --- reading -------------------------------------------------------------- */

static int take_hash(struct ep_stmt *stmt, int column, struct ep_hash *ret,
		     struct ep_err *err)
{
	size_t n = 0;
	const void *p = ep_db_col_blob(stmt, column, &n);

	if (!p || n != sizeof(ret->b))
		return ep_err_set(err, EP_EDATA, "the list of erased records "
				  "is damaged; restore the database from a "
				  "backup");
	memcpy(ret->b, p, n);
	return 0;
}

static int load_leaves(struct ep_db *db, int64_t seq, const char *group,
		       struct ep_erased *ret, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(db, "SELECT e.pos, e.hash, a.word FROM "
			       "main.evidence_erased e JOIN main.erasure a ON "
			       "a.id = e.erasure WHERE e.grp = ?1 AND "
			       "e.first_seq <= ?2 AND e.last_seq >= ?2 "
			       "ORDER BY e.pos", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, group);
	ep_db_int(stmt, 2, seq);
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		struct ep_erased_leaf *leaf = &EP_VEC_ADD(&ret->leaf);
		const char *word = ep_db_col_text(stmt, 2);
		bool met = false;

		leaf->pos = (uint64_t)ep_db_col_int(stmt, 0);
		rc = take_hash(stmt, 1, &leaf->hash, err);
		if (rc < 0)
			break;
		for (size_t i = 0; i < ret->words.n; i++)
			met = met || ep_str_eq(ret->words.v[i], word);
		if (!met)
			EP_VEC_ADD(&ret->words) = ep_strdup(word);
	}
	return rc;
}

static int load_flat(struct ep_db *db, int64_t seq, const char *group,
		     struct ep_erased *ret, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	int rc = ep_db_prepare(db, "SELECT flat FROM main.evidence_flat WHERE "
			       "grp = ?1 AND first_seq <= ?2 AND "
			       "last_seq >= ?2", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, group);
	ep_db_int(stmt, 2, seq);
	rc = ep_db_step(stmt, &ret->flat_known, err);
	if (rc == 0 && ret->flat_known)
		rc = take_hash(stmt, 0, &ret->flat, err);
	return rc;
}

int ep_erased_load(struct ep_db *db, bool known, int64_t seq,
		   const char *group, struct ep_erased *ret,
		   struct ep_err *err)
{
	int rc;

	memset(ret, 0, sizeof(*ret));
	if (!known)
		return 0;
	rc = load_leaves(db, seq, group, ret, err);
	if (rc == 0 && ret->leaf.n)
		rc = load_flat(db, seq, group, ret, err);
	return rc;
}

void ep_erased_release(struct ep_erased *erased)
{
	ep_words_release(&erased->words);
	ep_vec_release(&erased->leaf);
}

bool ep_erased_is_shell(const struct ep_erased *erased, const char *text,
			size_t n)
{
	for (size_t i = 0; i < erased->words.n; i++)
		if (memmem(text, n, erased->words.v[i],
			   strlen(erased->words.v[i])))
			return true;
	return false;
}

/* --- writing ---------------------------------------------------------------- */

/* What is the same as in the sealed run before is one row with it. */
static int extend(struct ep_db *db, const char *sql, int64_t seq,
		  const char *group, int64_t pos, const struct ep_hash *hash,
		  bool *ret_done, struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	int64_t before = ep_db_total_changes(db);
	int rc = ep_db_prepare(db, sql, &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, group);
	ep_db_int(stmt, 2, seq);
	ep_db_blob(stmt, 3, hash->b, sizeof(hash->b));
	if (ep_db_param_count(stmt) > 3)
		ep_db_int(stmt, 4, pos);
	rc = ep_db_run(stmt, err);
	*ret_done = rc == 0 && ep_db_total_changes(db) > before;
	return rc;
}

int ep_erased_leaf(struct ep_db *db, int64_t seq, const char *group,
		   uint64_t pos, const struct ep_hash *hash, int64_t erasure,
		   struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	bool done = false;
	int rc = extend(db, "UPDATE main.evidence_erased SET last_seq = ?2 "
			"WHERE grp = ?1 AND pos = ?4 AND last_seq = ?2 - 1 "
			"AND hash = ?3", seq, group, (int64_t)pos, hash, &done,
			err);

	if (rc < 0 || done)
		return rc;
	rc = ep_db_prepare(db, "INSERT INTO main.evidence_erased(grp, pos, "
			   "first_seq, last_seq, hash, erasure) "
			   "VALUES(?1, ?2, ?3, ?3, ?4, ?5)", &stmt, err);
	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, group);
	ep_db_int(stmt, 2, (int64_t)pos);
	ep_db_int(stmt, 3, seq);
	ep_db_blob(stmt, 4, hash->b, sizeof(hash->b));
	ep_db_int(stmt, 5, erasure);
	return ep_db_run(stmt, err);
}

int ep_erased_flat(struct ep_db *db, int64_t seq, const char *group,
		   const struct ep_hash *flat, struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	bool done = false;
	int rc = extend(db, "UPDATE main.evidence_flat SET last_seq = "
			"max(last_seq, ?2) WHERE grp = ?1 AND "
			"first_seq <= ?2 AND last_seq >= ?2 - 1 AND "
			"flat = ?3", seq, group, 0, flat, &done, err);

	if (rc < 0 || done)
		return rc;
	rc = ep_db_prepare(db, "INSERT INTO main.evidence_flat(grp, "
			   "first_seq, last_seq, flat) VALUES(?1, ?2, ?2, ?3)",
			   &stmt, err);
	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, group);
	ep_db_int(stmt, 2, seq);
	ep_db_blob(stmt, 3, flat->b, sizeof(flat->b));
	return ep_db_run(stmt, err);
}
