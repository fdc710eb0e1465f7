/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hashes again what was sealed and names the first thing that is altered.
 */
#include "evidence/evidence.h"

#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "evidence/roots.h"
#include "ext/db.h"
#include "store/purged.h"
#include "store/store.h"

static int altered(struct ep_err *err, const struct ep_sealed *sealed,
		   const char *what)
{
	return ep_err_set(err, EP_EDATA, "altered: %.400s, sealed as number "
			  "%lld (run %lld)", what, (long long)sealed->seq,
			  (long long)sealed->run);
}

/* --- the groups of one run ------------------------------------------------ */

static const char *entry(const struct ep_buf *packed, size_t i)
{
	return packed->s + i * EP_ROOTS_ENTRY_BYTES;
}

/* Both lists are in the order of names, of which only hashes were kept, so
 * the first difference is one of: another head, a group too many, a group
 * that is gone. */
static int name_altered(const struct ep_sealed *sealed,
			const struct ep_buf *was, const struct ep_roots *now,
			struct ep_err *err)
{
	size_t n = was->len / EP_ROOTS_ENTRY_BYTES;
	size_t i = 0;
	struct ep_buf what = EP_BUF_INIT(512);
	int rc;

	while (i < n && i < now->names.n &&
	       memcmp(entry(was, i), entry(&now->packed, i),
		      EP_ROOTS_ENTRY_BYTES) == 0)
		i++;
	if (i < n && i < now->names.n &&
	    memcmp(entry(was, i), entry(&now->packed, i),
		   EP_ROOTS_NAME_BYTES) == 0)
		ep_buf_addf(&what, "group %.300s", now->names.v[i]);
	else if (i < now->names.n)
		ep_buf_addf(&what, "the list of groups at %.300s",
			    now->names.v[i]);
	else if (i < n)
		ep_buf_adds(&what, "the list of groups at its end");
	else
		ep_buf_adds(&what, "the list of groups");
	rc = altered(err, sealed, what.s);
	ep_buf_release(&what);
	return rc;
}

static int check_groups(struct ep_store *store, struct ep_sealed *sealed,
			const char *want_root, const struct ep_buf *packed,
			struct ep_err *err)
{
	struct ep_buf hex = EP_BUF_INIT(2 * EP_SHA256_BYTES + 1);
	struct ep_roots roots;
	int64_t purged = 0, ended = 0;
	int rc = ep_purged_last(ep_store_db(store), &purged, &ended, err);

	sealed->purged = rc == 0 && sealed->run <= purged;
	if (rc < 0 || sealed->purged)
		return rc;
	rc = ep_store_as_of(store, sealed->run, err);
	ep_roots_init(&roots);
	if (rc == 0)
		rc = ep_roots_of(store, sealed->seq, sealed->run, false,
				 &roots, err);
	if (rc == 0) {
		sealed->erased = roots.erased;
		ep_merkle_root(&roots.tree, &sealed->root);
		ep_str_hex(&hex, sealed->root.b, EP_SHA256_BYTES);
		if (!ep_str_eq(hex.s, want_root))
			rc = name_altered(sealed, packed, &roots, err);
	}
	ep_roots_release(&roots);
	ep_buf_release(&hex);
	return rc;
}

/* --- one head --------------------------------------------------------------- */

static const char head_sql[] =
	"SELECT e.seq, e.run, e.hash, e.groups, e.head, e.head ->> '$.root', "
	"e.head ->> '$.groups', e.head ->> '$.records', "
	/* the head says of itself what stands beside it */
	"json_valid(e.head) AND e.head ->> '$.seq' = e.seq AND "
	"e.head ->> '$.run' = e.run AND (e.head ->> '$.prev') IS "
	"(SELECT lower(hex(p.hash)) FROM main.evidence_run p "
	"WHERE p.seq = e.seq - 1), "
	/* and of the run what the run's own record says */
	"(SELECT r.state = 'complete' AND r.kind = e.head ->> '$.kind' AND "
	"r.started_at = e.head ->> '$.started_at' AND "
	"r.ended_at IS e.head ->> '$.ended_at' AND "
	"r.program IS e.head ->> '$.program' AND "
	"r.host IS e.head ->> '$.host' AND "
	"r.config_sha256 IS e.head ->> '$.config_sha256' AND "
	"r.rules_sha256 IS e.head ->> '$.rules_sha256' AND "
	"r.clock_fixed = e.head ->> '$.clock_fixed' AND "
	"r.testing = e.head ->> '$.testing' "
	"FROM main.run r WHERE r.id = e.run) "
	"FROM main.evidence_run e WHERE e.seq = ?1";

static int check_head(struct ep_stmt *stmt, const struct ep_sealed *sealed,
		      struct ep_err *err)
{
	const char *head;
	struct ep_hash hash;
	size_t n = 0;
	const void *want = ep_db_col_blob(stmt, 2, &n);
	int rc = ep_db_col_need(stmt, 4, &head, err);

	if (rc < 0)
		return rc;
	ep_merkle_leaf(head, strlen(head), &hash);
	if (n != sizeof(hash.b) || memcmp(want, hash.b, n) != 0)
		return altered(err, sealed, "the head");
	if (ep_db_col_int(stmt, 8) != 1)
		return altered(err, sealed, "the order of heads");
	if (ep_db_col_int(stmt, 9) != 1)
		return altered(err, sealed, "the record of the run");
	return 0;
}

static int check_sealed(struct ep_store *store, int64_t seq,
			struct ep_sealed *ret, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	EP_AUTO_FREE char *root = NULL;
	struct ep_buf packed = EP_BUF_INIT(SIZE_MAX / 2);
	const void *groups;
	bool row = false;
	size_t n = 0;
	int rc = ep_db_prepare(ep_store_db(store), head_sql, &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, seq);
	rc = ep_db_step(stmt, &row, err);
	if (rc == 0 && !row)
		rc = ep_err_set(err, EP_EDATA, "altered: number %lld is "
				"missing from the log", (long long)seq);
	if (rc < 0)
		return rc;
	ret->seq = seq;
	ret->run = ep_db_col_int(stmt, 1);
	rc = check_head(stmt, ret, err);
	if (rc < 0)
		return rc;
	ret->groups = ep_db_col_int(stmt, 6);
	ret->records = ep_db_col_int(stmt, 7);
	root = ep_strdup(ep_db_col_text(stmt, 5));
	groups = ep_db_col_blob(stmt, 3, &n);
	ep_buf_add(&packed, groups, n);
	ep_db_done(ep_take(&stmt));
	rc = check_groups(store, ret, root, &packed, err);
	ep_buf_release(&packed);
	return rc;
}

/* --- the log ---------------------------------------------------------------- */

static int check_older(struct ep_db *db, const struct ep_checkpoint *older,
		       struct ep_err *err)
{
	struct ep_buf text = EP_BUF_INIT(EP_CHECKPOINT_BYTES_MAX);
	struct ep_hashes log = { 0 };
	struct ep_checkpoint now;
	struct ep_merkle tree = { .n = 0 };
	struct ep_hash root;
	int rc = ep_evidence_checkpoint(db, &text, err);

	if (rc == 0)
		rc = ep_checkpoint_parse(text.s, text.len, &now, err);
	if (rc == 0)
		rc = ep_evidence_log(db, &log, err);
	if (rc == 0 && !ep_str_eq(now.origin, older->origin))
		rc = ep_err_set(err, EP_EDATA, "the checkpoint is of %s, this "
				"database is %s", older->origin, now.origin);
	if (rc == 0 && older->size > log.n)
		rc = ep_err_set(err, EP_EDATA, "altered: the checkpoint knows "
				"%llu sealed runs, the database has %zu",
				(unsigned long long)older->size, log.n);
	if (rc == 0) {
		for (uint64_t i = 0; i < older->size; i++)
			ep_merkle_add(&tree, &log.v[i]);
		ep_merkle_root(&tree, &root);
		if (memcmp(root.b, older->root.b, sizeof(root.b)) != 0)
			rc = ep_err_set(err, EP_EDATA, "altered: the first "
					"%llu sealed runs are not those of "
					"the checkpoint",
					(unsigned long long)older->size);
	}
	ep_vec_release(&log);
	ep_buf_release(&text);
	return rc;
}

static int last_seq(struct ep_db *db, int64_t *ret, struct ep_err *err)
{
	return ep_db_one_int(db, "SELECT coalesce(max(seq), 0) FROM "
			     "main.evidence_run", ret, err);
}

int ep_evidence_verify(struct ep_store *store, int64_t seq,
		       const struct ep_checkpoint *older,
		       void (*tell)(void *to, const struct ep_sealed *sealed),
		       void *to, struct ep_err *err)
{
	struct ep_db *db = ep_store_db(store);
	struct ep_buf text = EP_BUF_INIT(EP_CHECKPOINT_BYTES_MAX);
	int64_t first = seq, last = seq;
	int rc = ep_evidence_checkpoint(db, &text, err);

	ep_buf_release(&text);
	if (rc == 0 && older)
		rc = check_older(db, older, err);
	if (rc == 0 && seq == 0) {
		first = 1;
		rc = last_seq(db, &last, err);
	}
	for (int64_t i = first; rc == 0 && i <= last; i++) {
		struct ep_sealed sealed = { 0 };

		rc = check_sealed(store, i, &sealed, err);
		if (rc == 0 && tell)
			tell(to, &sealed);
	}
	/* What was hashed may have come from an index, what a report shows
	 * from its table. */
	if (rc == 0)
		rc = ep_store_whole(store, true, err);
	return rc;
}
