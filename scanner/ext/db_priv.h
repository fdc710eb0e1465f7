/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files behind the SQLite door share; nobody else includes it.
 */
#ifndef EP_DB_PRIV_H
#define EP_DB_PRIV_H

#include <sqlite3.h>

#include "base/map.h"
#include "base/vec.h"
#include "ext/db.h"

/* How much work the statements that follow may still do. */
struct ep_db_work {
	int64_t kilosteps_max;	/* 0: no limit */
	int64_t kilosteps;
	int64_t until_ms;	/* monotonic; 0: no limit */
	int seconds;
	bool steps_over;
	bool time_over;
};

/* Texts of statements that are looked for by their address first. */
#define EP_DB_NEAR 16

struct ep_db {
	sqlite3 *h;
	bool may_write;
	int depth;		/* of ep_db_begin */
	struct ep_map cache;	/* SQL text -> struct ep_stmt */
	struct {
		const char *sql;
		struct ep_stmt *stmt;	/* of the cache */
	} near[EP_DB_NEAR];
	struct ep_stmt *open;	/* all statements, for closing */
	struct ep_map regex;	/* flag and pattern -> struct ep_regex */
	const struct ep_db_guard *guard;
	bool guard_paused;
	const struct ep_db_filter *filter;
	const struct ep_db_rewriter *rewriter;
	char denied[160];	/* what the guard refused last */
	enum ep_code func_code;	/* why one of our functions failed */
	struct ep_db_work work;
};

struct ep_stmt {
	struct ep_db *db;
	sqlite3_stmt *h;
	struct ep_stmt *next;	/* in db->open */
	bool cached;
	bool busy;		/* handed out */
	bool done;		/* the last row was seen */
	int bind_rc;		/* first binding that failed */
	struct ep_words shown;	/* what the filter made of this row */
};

/* Sets err from the connection's last error. */
int ep_db_fail(struct ep_db *db, int rc, struct ep_err *err,
	       const char *doing);

/* db_file.c: checks the file, creates it when asked, opens the handle. */
int ep_db_file_open(const char *path, enum ep_db_mode mode, sqlite3 **ret,
		    struct ep_err *err) EP_MUST_CHECK;
/* Creates an empty file that only we may read; it must not exist. */
int ep_db_file_create(const char *path, struct ep_err *err) EP_MUST_CHECK;

/* db_func.c: registers regexp, regexpi, iso and sha256. */
int ep_db_func_register(struct ep_db *db);
void ep_db_func_release(struct ep_db *db);

/* db_stmt.c: finalises every statement. */
void ep_db_stmt_close(struct ep_db *db);

#endif
