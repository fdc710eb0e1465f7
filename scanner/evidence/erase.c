/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One transaction: gathers the words, keeps the hashes, rewrites, checks every
 * seal again, and leaves a tombstone.
 */
#include "evidence/erase.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/whoami.h"
#include "evidence/erase_priv.h"
#include "evidence/evidence.h"
#include "evidence/leaf.h"
#include "evidence/purge.h"
#include "ext/db.h"
#include "store/store.h"

/* Where names stay, one of each table's column. */
#define LEFT_BYTES_MAX 4096

static int add_tombstone(struct ep_db *db,
			 const struct ep_erase_options *options,
			 const struct ep_called_all *called, int64_t *ret_id,
			 struct ep_err *err)
{
	struct ep_buf hex = EP_BUF_INIT(2 * EP_SHA256_BYTES + 1);
	struct ep_stmt *stmt = NULL;
	int64_t size = 0;
	int rc = ep_evidence_log_root(db, &size, &hex, err);

	if (rc == 0)
		rc = ep_db_prepare(db, "INSERT INTO main.erasure(at, by_user, "
				   "host, reason, word, leaves, rows, "
				   "log_size, log_root) VALUES(?1, ?2, ?3, "
				   "?4, ?5, 0, 0, ?6, ?7)", &stmt, err);
	if (rc == 0) {
		ep_db_int(stmt, 1, ep_clock_now());
		ep_db_text(stmt, 2, options->by);
		ep_db_text(stmt, 3, ep_whoami_host());
		ep_db_text(stmt, 4, options->reason);
		ep_db_text(stmt, 5, called->word);
		ep_db_int(stmt, 6, size);
		ep_db_text(stmt, 7, hex.s);
		rc = ep_db_run(stmt, err);
	}
	if (rc == 0)
		*ret_id = ep_db_last_id(db);
	ep_buf_release(&hex);
	return rc;
}

static int count(struct ep_db *db, int64_t id,
		 const struct ep_erase_result *result, struct ep_err *err)
{
	return ep_db_execf(db, err, "UPDATE main.erasure SET leaves = %lld, "
			   "rows = %lld WHERE id = %lld",
			   (long long)result->leaves, (long long)result->rows,
			   (long long)id);
}

/* The words on who and why must not bring the person back. */
static int check_words(const struct ep_erase_options *options,
		       struct ep_called_all *called, struct ep_err *err)
{
	struct ep_buf out = EP_BUF_INIT(8 * EP_TEXT_BYTES_MAX);
	bool named = ep_called_rewrite(called, options->reason,
				       strlen(options->reason), NULL, &out) ||
		     ep_called_rewrite(called, options->by,
				       strlen(options->by), NULL, &out);

	ep_buf_release(&out);
	return named ? ep_err_set(err, EP_EUSAGE, "the reason, or who says so, "
				  "names the person; that would stay") : 0;
}

static int erase_all(struct ep_store *store,
		     const struct ep_erase_options *options,
		     struct ep_called_all *called, struct ep_erase_result *ret,
		     struct ep_err *err)
{
	struct ep_db *db = ep_store_db(store);
	int64_t id = 0;
	int rc = ep_erase_who(db, options->person, called, err);

	ret->words = (int64_t)called->v.n;
	if (rc == 0)
		rc = check_words(options, called, err);
	if (rc == 0)
		rc = ep_erase_check(db, err);
	if (rc == 0)
		rc = add_tombstone(db, options, called, &id, err);
	if (rc == 0)
		rc = ep_erase_leaves(store, called, id, &ret->leaves, err);
	if (rc == 0)
		rc = ep_erase_rows(db, called, &ret->rows, err);
	if (rc == 0)
		rc = count(db, id, ret, err);
	if (rc == 0)
		rc = ep_erase_left(db, &ret->left, err);
	if (rc == 0)
		rc = ep_evidence_verify(store, 0, NULL, NULL, NULL, err);
	return rc;
}

static int in_transaction(struct ep_store *store,
			  const struct ep_erase_options *options,
			  struct ep_called_all *called,
			  struct ep_erase_result *ret, struct ep_err *err)
{
	struct ep_db *db = ep_store_db(store);
	struct ep_db_rewriter rewriter = { .rewrite = ep_called_rewrite,
					   .to = called,
					   .bytes_max = 2 * EP_LEAF_BYTES_MAX };
	int rc = ep_db_begin(db, err);

	if (rc < 0)
		return rc;
	ep_db_rewriter_set(db, &rewriter);
	rc = erase_all(store, options, called, ret, err);
	ep_db_rewriter_set(db, NULL);
	if (rc == 0 && options->yes)
		rc = ep_purge_owe_scrub(db, err);
	if (rc == 0 && options->yes)
		return ep_db_commit(db, err);
	ep_db_rollback(db);
	return rc;
}

int ep_erase(struct ep_store *store, const struct ep_erase_options *options,
	     struct ep_erase_result *ret, struct ep_err *err)
{
	struct ep_called_all called;
	int rc = ep_purge_schema(store, err);

	memset(ret, 0, sizeof(*ret));
	ep_buf_init(&ret->left, LEFT_BYTES_MAX);
	ep_called_init(&called);
	snprintf(ret->word, sizeof(ret->word), "%s", called.word);
	if (rc == 0)
		rc = ep_store_as_of(store, 0, err);
	if (rc == 0)
		rc = in_transaction(store, options, &called, ret, err);
	ep_called_release(&called);
	if (rc < 0)
		return ep_err_context(err, "nothing was erased");
	return options->yes ? ep_purge_scrub(store, err) : 0;
}
