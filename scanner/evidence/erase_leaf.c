/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks the sealed runs before anything is rewritten and keeps the hashes of
 * the leaves that will be.
 */
#include "evidence/erase_priv.h"

#include <string.h>

#include "base/alloc.h"
#include "base/map.h"
#include "base/str.h"
#include "evidence/erased.h"
#include "evidence/evidence.h"
#include "evidence/leaf.h"
#include "evidence/walk.h"
#include "ext/db.h"
#include "ext/json.h"
#include "model/entity.h"
#include "store/purged.h"
#include "store/store.h"

struct freeze {
	struct ep_db *db;
	struct ep_called_all *called;
	int64_t erasure;
	int64_t seq;
	uint64_t pos;
	bool met;	/* in the group that is read */
	struct ep_merkle tree;	/* of the run's groups */
	int64_t leaves;
	struct ep_buf out;
};

/* The tenancy of a leaf is a member of it. */
static char *scope_of(const char *text, size_t n)
{
	struct ep_json *json = NULL;
	const struct ep_json *value = NULL;
	char *scope = NULL;

	if (ep_json_parse(text, n, &json, NULL, NULL) < 0)
		return NULL;
	if (ep_json_get(json, "tenant", &value) == EP_JSON_PRESENT)
		scope = ep_strdup(ep_json_text(value));
	if (!scope &&
	    ep_json_get(json, "unit", &value) == EP_JSON_PRESENT)
		scope = ep_strdup(ep_json_text(value));
	ep_json_free(json);
	return scope;
}

const char *const ep_erase_exempt[] = {
	"purge", "erasure", "rule", "dataset", "privileged_role", "domain",
	"customer", "tenancy", "setting", NULL
};

static bool is_exempt(const char *group)
{
	if (!ep_str_starts(group, "context/"))
		return false;
	for (const char *const *list = ep_erase_exempt; *list; list++)
		if (ep_str_eq(strrchr(group, '/') + 1, *list))
			return true;
	return false;
}

static int take_leaf(void *to, const char *group, const char *key,
		     const char *text, size_t n, struct ep_err *err)
{
	struct freeze *f = to;
	EP_AUTO_FREE char *scope = NULL;
	struct ep_hash hash;
	uint64_t pos = f->pos++;

	(void)key;
	if (is_exempt(group))
		return 0;
	scope = scope_of(text, n);
	ep_buf_clear(&f->out);
	if (!ep_called_rewrite(f->called, text, n, scope, &f->out))
		return 0;
	f->met = true;
	f->leaves++;
	ep_merkle_leaf(text, n, &hash);
	return ep_erased_leaf(f->db, f->seq, group, pos, &hash, f->erasure,
			      err);
}

static int take_erased(void *to, const char *group, const struct ep_hash *hash,
		       struct ep_err *err)
{
	struct freeze *f = to;

	(void)group;
	(void)hash;
	(void)err;
	f->pos++;
	return 0;
}

static int take_group(void *to, const struct ep_walk_group *group,
		      struct ep_err *err)
{
	struct freeze *f = to;
	int rc = 0;

	ep_merkle_add(&f->tree, &group->hash);
	/* Of a group that somebody was erased from before, it is kept. */
	if (f->met && group->erased == 0)
		rc = ep_erased_flat(f->db, f->seq, group->name, &group->flat,
				    err);
	f->met = false;
	f->pos = 0;
	return rc;
}

/* An alteration must not be sealed in by an erasure. */
static int check_root(struct freeze *f, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	struct ep_buf hex = EP_BUF_INIT(2 * EP_SHA256_BYTES + 1);
	struct ep_hash root;
	bool row = false;
	int rc = ep_db_prepare(f->db, "SELECT 1 FROM main.evidence_run WHERE "
			       "seq = ?1 AND head ->> '$.root' = ?2", &stmt,
			       err);

	if (rc < 0)
		return rc;
	ep_merkle_root(&f->tree, &root);
	ep_str_hex(&hex, root.b, sizeof(root.b));
	ep_db_int(stmt, 1, f->seq);
	ep_db_text(stmt, 2, hex.s);
	rc = ep_db_step(stmt, &row, err);
	ep_buf_release(&hex);
	if (rc == 0 && !row)
		rc = ep_err_set(err, EP_EDATA, "number %lld of the sealed runs "
				"was altered; 'exitproof evidence verify' says "
				"where", (long long)f->seq);
	return rc;
}

static int freeze_run(struct ep_store *store, struct freeze *f, int64_t run,
		      struct ep_err *err)
{
	struct ep_walk_visitor visitor = { .to = f, .leaf = take_leaf,
					   .erased = take_erased,
					   .end = take_group };
	int rc = ep_store_as_of(store, run, err);

	memset(&f->tree, 0, sizeof(f->tree));
	f->pos = 0;
	f->met = false;
	if (rc == 0)
		rc = ep_walk(store, f->seq, run, false, &visitor, err);
	return rc == 0 ? check_root(f, err) : rc;
}

/* --- secrets ---------------------------------------------------------------- */

/* Of what is named by a key that will be rewritten, and of what is gone and
 * names the person otherwise.  A record that is still there keeps its secret
 * when only a value of it is rewritten: it is sealed anew as it then is. */
static int drop_secrets(struct ep_db *db, struct ep_err *err)
{
	static const char drop[] = "DELETE FROM main.evidence_secret WHERE "
				   "id = ?1";
	struct ep_buf sql = EP_BUF_INIT(2048);
	int rc = 0;

	for (int i = 0; rc == 0 && i < EP_KINDS; i++) {
		ep_buf_clear(&sql);
		ep_buf_addf(&sql, "SELECT t.uid, d.name, n.key FROM "
			    "main.\"now_%s\" n JOIN main.dataset d ON "
			    "d.id = n.dataset JOIN main.tenancy t ON "
			    "t.id = d.tenancy WHERE rewrite(n.key, t.uid) IS "
			    "NOT n.key", ep_entity((enum ep_kind)i)->name);
		rc = ep_leaf_each_secret(db, (enum ep_kind)i, sql.s, drop, err);
		if (rc == 0)
			rc = ep_leaf_each_secret(db, (enum ep_kind)i,
				"SELECT t.uid, d.name, h.key FROM "
				"main.history h JOIN main.dataset d ON "
				"d.id = h.dataset JOIN main.tenancy t ON "
				"t.id = d.tenancy WHERE h.op = 3 AND "
				"h.kind = ?1 AND rewrite(h.key, t.uid) IS NOT "
				"h.key", drop, err);
	}
	ep_buf_release(&sql);
	return rc;
}

int ep_erase_leaves(struct ep_store *store, struct ep_called_all *called,
		    int64_t erasure, int64_t *ret_leaves, struct ep_err *err)
{
	struct freeze f = { .db = ep_store_db(store), .called = called,
			    .erasure = erasure };
	int64_t purged = 0, ended = 0, last = 0;
	int rc = ep_purged_last(f.db, &purged, &ended, err);

	ep_buf_init(&f.out, 2 * EP_LEAF_BYTES_MAX);
	if (rc == 0)
		rc = ep_db_one_int(f.db, "SELECT coalesce(max(seq), 0) FROM "
				   "main.evidence_run", &last, err);
	for (f.seq = 1; rc == 0 && f.seq <= last; f.seq++) {
		struct ep_sealed sealed;

		rc = ep_evidence_find(f.db, f.seq, 0, &sealed, err);
		if (rc == 0 && sealed.run > purged)
			rc = freeze_run(store, &f, sealed.run, err);
	}
	if (rc == 0)
		rc = drop_secrets(f.db, err);
	ep_buf_release(&f.out);
	*ret_leaves = f.leaves;
	return rc;
}
