/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Marks of what was posted; see the header.
 */
#include "exit/posted.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "ext/crypto.h"
#include "ext/db.h"

static int make_table(struct ep_db *db, struct ep_err *err)
{
	return ep_db_exec(db,
			  "CREATE TABLE IF NOT EXISTS exit_post("
			  " id INTEGER PRIMARY KEY, tenant TEXT NOT NULL,"
			  " ticket TEXT NOT NULL, kind TEXT NOT NULL,"
			  " digest TEXT NOT NULL, mark TEXT NOT NULL UNIQUE,"
			  " made_at INTEGER NOT NULL, done_at INTEGER);",
			  err);
}

static void new_mark(char mark[EP_POST_MARK])
{
	uint8_t random[12];
	struct ep_buf hex;

	ep_random(random, sizeof(random));
	ep_buf_init(&hex, 32);
	ep_str_hex(&hex, random, sizeof(random));
	snprintf(mark, EP_POST_MARK, "exitproof-%s", hex.s);
	ep_buf_release(&hex);
}

static int add(struct ep_db *db, const struct ep_post *post, int64_t now,
	       const char *mark, struct ep_err *err)
{
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(db,
			       "INSERT INTO exit_post(tenant, ticket, kind,"
			       " digest, mark, made_at)"
			       " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
			       &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, post->tenant);
	ep_db_text(stmt, 2, post->ticket);
	ep_db_text(stmt, 3, post->kind);
	ep_db_text(stmt, 4, post->digest);
	ep_db_text(stmt, 5, mark);
	ep_db_int(stmt, 6, now);
	return ep_db_run(stmt, err);
}

int ep_post_begin(struct ep_db *db, const struct ep_post *post, int64_t now,
		  char ret_mark[EP_POST_MARK], bool *ret_done,
		  struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = make_table(db, err);

	if (rc == 0)
		rc = ep_db_prepare(db,
				   "SELECT mark, done_at IS NOT NULL,"
				   " digest = ?4 FROM exit_post"
				   " WHERE tenant = ?1 AND ticket = ?2"
				   " AND kind = ?3 ORDER BY id DESC LIMIT 1",
				   &stmt, err);
	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, post->tenant);
	ep_db_text(stmt, 2, post->ticket);
	ep_db_text(stmt, 3, post->kind);
	ep_db_text(stmt, 4, post->digest);
	rc = ep_db_step(stmt, &row, err);
	if (rc < 0)
		return rc;
	*ret_done = false;
	if (row && ep_db_col_int(stmt, 2)) {
		snprintf(ret_mark, EP_POST_MARK, "%s", ep_db_col_text(stmt, 0));
		*ret_done = ep_db_col_int(stmt, 1);
		return 0;
	}
	new_mark(ret_mark);
	return add(db, post, now, ret_mark, err);
}

int ep_post_done(struct ep_db *db, const char *mark, int64_t now,
		 struct ep_err *err)
{
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(db,
			       "UPDATE exit_post SET done_at = ?2"
			       " WHERE mark = ?1",
			       &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, mark);
	ep_db_int(stmt, 2, now);
	return ep_db_run(stmt, err);
}
