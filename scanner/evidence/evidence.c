/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log of sealed runs: sealing, checkpoints.
 */
#include "evidence/evidence.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "check/check.h"
#include "check/people.h"
#include "evidence/erased.h"
#include "evidence/leaf.h"
#include "evidence/roots.h"
#include "ext/crypto.h"
#include "ext/db.h"
#include "store/purged.h"
#include "store/store.h"

#define ORIGIN "exitproof/"

int ep_evidence_schema(struct ep_db *db, struct ep_err *err)
{
	int rc = ep_db_exec(db, "CREATE TABLE IF NOT EXISTS main.evidence_run("
			    "seq INTEGER PRIMARY KEY, "
			    "run INTEGER NOT NULL UNIQUE, head TEXT NOT NULL, "
			    "hash BLOB NOT NULL, groups BLOB NOT NULL, "
			    "sealed_at INTEGER NOT NULL)", err);

	if (rc == 0)
		rc = ep_purged_schema(db, err);
	if (rc == 0)
		rc = ep_erased_schema(db, err);
	if (rc == 0)
		rc = ep_leaf_schema(db, err);
	return rc == 0 ? ep_kept_schema(db, err) : rc;
}

/* --- one run -------------------------------------------------------------- */

/* The hash of the head before seq as hex, empty when it is the first. */
static int previous(struct ep_db *db, int64_t seq, struct ep_buf *ret_hex,
		    int64_t *ret_run, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(db, "SELECT hash, run FROM main.evidence_run "
			       "WHERE seq = ?1", &stmt, err);

	*ret_run = 0;
	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, seq - 1);
	rc = ep_db_step(stmt, &row, err);
	if (rc == 0 && row) {
		size_t n = 0;
		const void *hash = ep_db_col_blob(stmt, 0, &n);

		ep_str_hex(ret_hex, hash, n);
		*ret_run = ep_db_col_int(stmt, 1);
	}
	return rc;
}

static int make_head(struct ep_db *db, const struct ep_sealed *sealed,
		     struct ep_buf *out, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	struct ep_buf prev = EP_BUF_INIT(2 * EP_SHA256_BYTES + 1);
	struct ep_buf root = EP_BUF_INIT(2 * EP_SHA256_BYTES + 1);
	struct ep_leaf_shape shape;
	int64_t before = 0;
	bool row = false;
	size_t at;
	int rc = previous(db, sealed->seq, &prev, &before, err);

	if (rc == 0)
		rc = ep_db_prepare(db, "SELECT id AS run, kind, started_at, "
				   "ended_at, program, host, config_sha256, "
				   "rules_sha256, clock_fixed, testing, "
				   "?2 AS seq, ?3 AS prev, ?4 AS root, "
				   "?5 AS groups, ?6 AS records, "
				   "?7 AS sealed_at, (SELECT "
				   "json_group_array(o.id) FROM main.run o "
				   "WHERE o.id > ?8 AND o.id < ?1) AS "
				   "not_sealed FROM main.run WHERE id = ?1",
				   &stmt, err);
	if (rc == 0) {
		ep_str_hex(&root, sealed->root.b, EP_SHA256_BYTES);
		ep_db_int(stmt, 1, sealed->run);
		ep_db_int(stmt, 2, sealed->seq);
		ep_db_text(stmt, 3, prev.len ? prev.s : NULL);
		ep_db_text(stmt, 4, root.s);
		ep_db_int(stmt, 5, sealed->groups);
		ep_db_int(stmt, 6, sealed->records);
		ep_db_int(stmt, 7, ep_clock_now());
		ep_db_int(stmt, 8, before);
		rc = ep_db_step(stmt, &row, err);
	}
	if (rc == 0 && !row)
		rc = ep_err_set(err, EP_EBUG, "there is no run %lld to seal",
				(long long)sealed->run);
	if (rc == 0)
		rc = ep_leaf_shape(&shape, NULL, false, stmt, err);
	if (rc == 0)
		ep_leaf_bare(&shape, stmt, "run", out, &at);
	ep_buf_release(&prev);
	ep_buf_release(&root);
	return rc;
}

static int insert(struct ep_db *db, const struct ep_sealed *sealed,
		  const struct ep_buf *head, const struct ep_buf *groups,
		  struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	struct ep_hash hash;
	int rc = ep_db_prepare(db, "INSERT INTO main.evidence_run(seq, run, "
			       "head, hash, groups, sealed_at) "
			       "VALUES(?1, ?2, ?3, ?4, ?5, ?6)", &stmt, err);

	if (rc < 0)
		return rc;
	ep_merkle_leaf(head->s, head->len, &hash);
	ep_db_int(stmt, 1, sealed->seq);
	ep_db_int(stmt, 2, sealed->run);
	ep_db_textn(stmt, 3, head->s, head->len);
	ep_db_blob(stmt, 4, hash.b, sizeof(hash.b));
	ep_db_blob(stmt, 5, groups->s, groups->len);
	ep_db_int(stmt, 6, ep_clock_now());
	return ep_db_run(stmt, err);
}

static int seal_in(struct ep_store *store, struct ep_sealed *sealed,
		   const struct ep_evidence_role *roles, size_t n_roles,
		   struct ep_err *err)
{
	struct ep_db *db = ep_store_db(store);
	struct ep_buf head = EP_BUF_INIT(EP_LEAF_BYTES_MAX);
	struct ep_roots roots;
	int rc = ep_kept_update(db, sealed->run, sealed->seq, roles, n_roles,
				err);

	ep_roots_init(&roots);
	if (rc == 0)
		rc = ep_roots_of(store, sealed->seq, sealed->run, true, &roots,
				 err);
	if (rc == 0) {
		ep_merkle_root(&roots.tree, &sealed->root);
		sealed->groups = (int64_t)roots.tree.n;
		sealed->records = roots.records;
		rc = make_head(db, sealed, &head, err);
	}
	if (rc == 0)
		rc = insert(db, sealed, &head, &roots.packed, err);
	ep_roots_release(&roots);
	ep_buf_release(&head);
	return rc;
}

/* The last check left who is whose in its run.  Once it was found for another
 * run, it is found for all that follow, the newest among them. */
static int link_people(struct ep_store *store, const struct ep_config *config,
		       int64_t run, bool *relinked, struct ep_err *err)
{
	struct ep_db *db = ep_store_db(store);
	int64_t checked = 0;
	int rc = ep_db_one_int(db, "SELECT coalesce(max(run), 0) FROM "
			       "main.check_run", &checked, err);

	if (rc < 0 || !config || (run >= checked && !*relinked))
		return rc;
	*relinked = true;
	return ep_people_link(db, config, err);
}

static int seal_run(struct ep_store *store, const struct ep_config *config,
		    struct ep_sealed *sealed,
		    const struct ep_evidence_role *roles, size_t n_roles,
		    bool *relinked, struct ep_err *err)
{
	struct ep_db *db = ep_store_db(store);
	int rc = ep_store_as_of(store, sealed->run, err);

	if (rc == 0)
		rc = ep_db_begin(db, err);
	if (rc < 0)
		return rc;
	rc = link_people(store, config, sealed->run, relinked, err);
	if (rc == 0)
		rc = seal_in(store, sealed, roles, n_roles, err);
	if (rc == 0)
		return ep_db_commit(db, err);
	ep_db_rollback(db);
	return rc;
}

/* The oldest complete run after the last sealed one. */
static int next_run(struct ep_db *db, struct ep_sealed *ret,
		    struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(db, "SELECT min(r.id), (SELECT "
			       "coalesce(max(seq), 0) + 1 FROM "
			       "main.evidence_run) FROM main.run r WHERE "
			       "r.state = 'complete' AND r.id > (SELECT "
			       "coalesce(max(run), 0) FROM "
			       "main.evidence_run)", &stmt, err);

	memset(ret, 0, sizeof(*ret));
	if (rc == 0)
		rc = ep_db_step(stmt, &row, err);
	if (rc == 0 && row && !ep_db_col_null(stmt, 0)) {
		ret->run = ep_db_col_int(stmt, 0);
		ret->seq = ep_db_col_int(stmt, 1);
	}
	return rc;
}

static int make_origin(struct ep_db *db, struct ep_err *err)
{
	struct ep_buf origin = EP_BUF_INIT(128);
	struct ep_stmt *stmt = NULL;
	uint8_t random[8];
	int rc = ep_db_prepare(db, "INSERT OR IGNORE INTO main.meta(name, "
			       "value) VALUES('evidence_origin', ?1)", &stmt,
			       err);

	if (rc < 0)
		return rc;
	ep_random(random, sizeof(random));
	ep_buf_adds(&origin, ORIGIN);
	ep_str_hex(&origin, random, sizeof(random));
	ep_db_text(stmt, 1, origin.s);
	rc = ep_db_run(stmt, err);
	ep_buf_release(&origin);
	return rc;
}

int ep_evidence_seal(struct ep_store *store, const struct ep_config *config,
		     const struct ep_evidence_role *roles, size_t n_roles,
		     void (*tell)(void *to, const struct ep_sealed *sealed),
		     void *to, struct ep_err *err)
{
	struct ep_db *db = ep_store_db(store);
	bool relinked = false;
	int rc = ep_check_schema(db, err);

	if (rc == 0)
		rc = ep_evidence_schema(db, err);
	if (rc == 0)
		rc = make_origin(db, err);
	while (rc == 0) {
		struct ep_sealed sealed;

		rc = next_run(db, &sealed, err);
		if (rc < 0 || sealed.run == 0)
			break;
		rc = seal_run(store, config, &sealed, roles, n_roles, &relinked,
			      err);
		if (rc == 0 && tell)
			tell(to, &sealed);
	}
	return rc;
}

/* --- the log ---------------------------------------------------------------- */

int ep_evidence_log(struct ep_db *db, struct ep_hashes *ret,
		    struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	int64_t want = 1;
	bool row = false;
	int rc = ep_db_prepare(db, "SELECT seq, head FROM main.evidence_run "
			       "ORDER BY seq", &stmt, err);

	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		const char *head;

		rc = ep_db_col_need(stmt, 1, &head, err);
		if (rc < 0)
			break;
		if (ep_db_col_int(stmt, 0) != want)
			return ep_err_set(err, EP_EDATA, "sealed run %lld is "
					  "missing from the log",
					  (long long)want);
		ep_merkle_leaf(head, strlen(head), &EP_VEC_ADD(ret));
		want++;
	}
	return rc;
}

int ep_evidence_log_root(struct ep_db *db, int64_t *ret_size,
			 struct ep_buf *ret_hex, struct ep_err *err)
{
	struct ep_merkle tree = { .n = 0 };
	struct ep_hashes log = { 0 };
	struct ep_hash root;
	int rc = ep_evidence_log(db, &log, err);

	for (size_t i = 0; i < log.n; i++)
		ep_merkle_add(&tree, &log.v[i]);
	ep_merkle_root(&tree, &root);
	ep_str_hex(ret_hex, root.b, sizeof(root.b));
	*ret_size = (int64_t)log.n;
	ep_vec_release(&log);
	return rc;
}

int ep_evidence_find(struct ep_db *db, int64_t seq, int64_t run,
		     struct ep_sealed *ret, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(db, "SELECT seq, run, head ->> '$.groups', "
			       "head ->> '$.records' FROM main.evidence_run "
			       "WHERE seq = ?1 OR (?1 = 0 AND run = ?2)",
			       &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, seq);
	ep_db_int(stmt, 2, run);
	rc = ep_db_step(stmt, &row, err);
	if (rc == 0 && !row)
		rc = ep_err_set(err, EP_ENOENT, "%s %lld is not sealed; see "
				"'exitproof evidence checkpoint'",
				seq ? "number" : "run",
				(long long)(seq ? seq : run));
	if (rc < 0)
		return rc;
	memset(ret, 0, sizeof(*ret));
	ret->seq = ep_db_col_int(stmt, 0);
	ret->run = ep_db_col_int(stmt, 1);
	ret->groups = ep_db_col_int(stmt, 2);
	ret->records = ep_db_col_int(stmt, 3);
	return 0;
}

/* --- checkpoints -------------------------------------------------------------- */

static int add_origin(struct ep_db *db, struct ep_buf *out, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	const char *origin;
	bool row = false;
	int rc = ep_db_prepare(db, "SELECT value FROM main.meta WHERE "
			       "name = 'evidence_origin'", &stmt, err);

	if (rc == 0)
		rc = ep_db_step(stmt, &row, err);
	if (rc == 0 && !row)
		rc = ep_err_set(err, EP_ENOENT, "no run was ever sealed here; "
				"run 'exitproof evidence checkpoint'");
	if (rc == 0)
		rc = ep_db_col_need(stmt, 0, &origin, err);
	if (rc == 0)
		ep_buf_addf(out, "%s\n", origin);
	return rc;
}

int ep_evidence_checkpoint(struct ep_db *db, struct ep_buf *out,
			   struct ep_err *err)
{
	struct ep_hashes log = { 0 };
	struct ep_merkle tree = { .n = 0 };
	struct ep_hash root;
	int rc = add_origin(db, out, err);

	if (rc == 0)
		rc = ep_evidence_log(db, &log, err);
	if (rc == 0) {
		for (size_t i = 0; i < log.n; i++)
			ep_merkle_add(&tree, &log.v[i]);
		ep_merkle_root(&tree, &root);
		ep_buf_addf(out, "%zu\n", log.n);
		ep_base64(out, root.b, sizeof(root.b));
		ep_buf_addc(out, '\n');
	}
	ep_vec_release(&log);
	return rc;
}

int ep_checkpoint_parse(const char *text, size_t n, struct ep_checkpoint *ret,
			struct ep_err *err)
{
	struct ep_str rest = { .p = text, .n = n }, origin, size, root;
	struct ep_buf bytes = EP_BUF_INIT(EP_CHECKPOINT_BYTES_MAX);
	int64_t number = 0;
	int rc = -1;

	if (ep_str_cut(&rest, '\n', &origin) && origin.n > 0 &&
	    origin.n < sizeof(ret->origin) && ep_str_cut(&rest, '\n', &size) &&
	    ep_str_intn(size, &number) && number > 0 &&
	    ep_str_cut(&rest, '\n', &root) &&
	    ep_base64_decode(root.p, root.n, &bytes, NULL) == 0 &&
	    bytes.len == EP_SHA256_BYTES) {
		memcpy(ret->origin, origin.p, origin.n);
		ret->origin[origin.n] = '\0';
		ret->size = (uint64_t)number;
		memcpy(ret->root.b, bytes.s, EP_SHA256_BYTES);
		rc = 0;
	}
	ep_buf_release(&bytes);
	if (rc < 0)
		return ep_err_set(err, EP_EDATA, "no checkpoint: three lines "
				  "are expected, the origin, the number of "
				  "sealed runs, the root in base64");
	return 0;
}
