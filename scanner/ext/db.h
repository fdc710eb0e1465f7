/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to SQLite: connections, prepared statements kept by SQL text,
 * transactions, the authorizer that traces what a rule reads, and the SQL
 * functions of exitproof.  Nothing here knows a table.
 */
#ifndef EP_DB_H
#define EP_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct ep_db;
struct ep_stmt;

enum ep_db_mode {
	EP_DB_READ,	/* query_only, no creation */
	EP_DB_WRITE,	/* WAL, synchronous FULL, created with mode 0600 */
	EP_DB_MEMORY	/* for tests and scratch */
};

/* Hardened always: trusted_schema off, defensive on, no extensions, no
 * double-quoted strings, foreign keys on, temp store in memory until it
 * spills to the database's folder.  Opening refuses links and files that
 * others may write. */
int ep_db_open(const char *path, enum ep_db_mode mode, struct ep_db **ret,
	       struct ep_err *err) EP_MUST_CHECK;
void ep_db_close(struct ep_db *db);

/* One or more statements without results. */
int ep_db_exec(struct ep_db *db, const char *sql, struct ep_err *err)
	EP_MUST_CHECK;
int ep_db_execf(struct ep_db *db, struct ep_err *err, const char *fmt, ...)
	EP_PRINTF(3, 4) EP_MUST_CHECK;	/* only for our own identifiers */

/* Prepares, or takes the cached statement of the same text, reset with
 * bindings cleared.  Owned by db; ep_db_done gives it back. */
int ep_db_prepare(struct ep_db *db, const char *sql, struct ep_stmt **ret,
		  struct ep_err *err) EP_MUST_CHECK;
void ep_db_done(struct ep_stmt *stmt);	/* NULL is fine; EP_AUTO(ep_db_done_p) */
void ep_db_done_p(struct ep_stmt **stmt);

/* Parameters, from 1.  Text and blobs must live until the step.  NULL text
 * binds NULL. */
void ep_db_int(struct ep_stmt *stmt, int i, int64_t value);
void ep_db_null(struct ep_stmt *stmt, int i);
void ep_db_text(struct ep_stmt *stmt, int i, const char *s);
void ep_db_textn(struct ep_stmt *stmt, int i, const char *s, size_t n);
void ep_db_blob(struct ep_stmt *stmt, int i, const void *p, size_t n);
/* Index of a named parameter (":now"), 0 when the statement has none. */
int ep_db_param(struct ep_stmt *stmt, const char *name);
int ep_db_param_count(struct ep_stmt *stmt);
const char *ep_db_param_name(struct ep_stmt *stmt, int i);

/* *ret_row: a row is there. */
int ep_db_step(struct ep_stmt *stmt, bool *ret_row, struct ep_err *err)
	EP_MUST_CHECK;
/* Runs to the end and gives the statement back. */
int ep_db_run(struct ep_stmt *stmt, struct ep_err *err) EP_MUST_CHECK;

/* Columns of the current row, from 0.  Pointers live until the next step. */
int64_t ep_db_col_int(struct ep_stmt *stmt, int i);
const char *ep_db_col_text(struct ep_stmt *stmt, int i);	/* NULL for NULL */
/* Of a column in which the schema allows no NULL; a damaged file may have one
 * all the same: EP_EDATA. */
int ep_db_col_need(struct ep_stmt *stmt, int i, const char **ret,
		   struct ep_err *err) EP_MUST_CHECK;
const void *ep_db_col_blob(struct ep_stmt *stmt, int i, size_t *ret_n);
double ep_db_col_double(struct ep_stmt *stmt, int i);
bool ep_db_col_null(struct ep_stmt *stmt, int i);
enum ep_db_type {
	EP_DB_INT,
	EP_DB_DOUBLE,
	EP_DB_TEXT,
	EP_DB_BLOB,
	EP_DB_NULL
};
enum ep_db_type ep_db_col_type(struct ep_stmt *stmt, int i);
int ep_db_cols(struct ep_stmt *stmt);
const char *ep_db_col_name(struct ep_stmt *stmt, int i);

/* While set, every text that ep_db_col_text gives passes through it: replace
 * appends the text to be shown instead, or returns false for "as it is".
 * There is no other way for a text column to a reader of rows, so nothing
 * can be forgotten.  filter must live until it is replaced; NULL ends it. */
struct ep_db_filter {
	bool (*replace)(void *to, const char *text, struct ep_buf *out);
	void *to;
};
void ep_db_filter_set(struct ep_db *db, const struct ep_db_filter *filter);

/* While set, the SQL function rewrite(text, scope) appends to out what is to
 * stand for the text and returns true, or gives the text as it is for false.
 * scope may be NULL.  rewriter must live until it is replaced; NULL ends it,
 * and then the function fails. */
struct ep_db_rewriter {
	bool (*rewrite)(void *to, const char *text, size_t n,
			const char *scope, struct ep_buf *out);
	void *to;
	size_t bytes_max;	/* of what is made of one text */
};
void ep_db_rewriter_set(struct ep_db *db,
			const struct ep_db_rewriter *rewriter);

int64_t ep_db_last_id(struct ep_db *db);
int64_t ep_db_changes(struct ep_db *db);
int64_t ep_db_total_changes(struct ep_db *db);

/* Nested begins count; only the outermost writes.  Rollback undoes all. */
int ep_db_begin(struct ep_db *db, struct ep_err *err) EP_MUST_CHECK;
int ep_db_commit(struct ep_db *db, struct ep_err *err) EP_MUST_CHECK;
void ep_db_rollback(struct ep_db *db);

/* The first value of the first row.  EP_ENOENT when there is no row or the
 * value is NULL. */
int ep_db_one_int(struct ep_db *db, const char *sql, int64_t *ret,
		  struct ep_err *err) EP_MUST_CHECK;

/* Whether the database has a table of this name. */
int ep_db_has_table(struct ep_db *db, const char *name, bool *ret,
		    struct ep_err *err) EP_MUST_CHECK;

/* --- what a statement costs -------------------------------------------- */

/* Counted by SQLite since the statement was prepared or asked before; the
 * same database gives the same numbers, on whatever machine. */
struct ep_db_cost {
	int64_t steps;		/* of the virtual machine */
	int64_t scanned;	/* rows stepped over without an index */
	int64_t sorts;
	int64_t indexed;	/* rows put into indexes made on the way */
};
void ep_db_cost(struct ep_stmt *stmt, struct ep_db_cost *ret);

/* Appends how SQLite would run the text: a line for each step of the plan,
 * indented by its depth. */
int ep_db_plan(struct ep_db *db, const char *sql, struct ep_buf *out,
	       struct ep_err *err) EP_MUST_CHECK;

/* --- rules ------------------------------------------------------------ */

/* While set, every table or view column read is told to note (object name,
 * column name, NULL-able accessor view), and only SELECT, functions of a
 * closed list and recursive CTEs are allowed.  A bare count(*) is noted with
 * an empty column.  guard must live until it is replaced; NULL ends it. */
struct ep_db_guard {
	void (*note)(void *to, const char *object, const char *column,
		     const char *via_view);
	void *to;
};
void ep_db_guard_set(struct ep_db *db, const struct ep_db_guard *guard);
/* For statements of our own while guarded ones wait for their first step:
 * another guard, and none, would have SQLite compile those again. */
void ep_db_guard_pause(struct ep_db *db, bool pause);

/* Work limit for the statements that follow: virtual-machine steps in
 * thousands and seconds; 0 lifts it.  Exceeding gives EP_ELIMIT. */
void ep_db_work_limit(struct ep_db *db, int64_t kilosteps, int seconds);

/* REGEXP and regexp(pattern, subject) are PCRE2, regexpi() ignores case;
 * iso(t) prints a time, sha256(t) hashes a text; a PCRE2 error fails the statement. Registered by
 * ep_db_open on every connection. */

/* A backup of the whole database into a fresh file of mode 0600 (VACUUM
 * INTO), made durable; needs a connection that may write, outside of a
 * transaction. */
int ep_db_backup(struct ep_db *db, const char *path, struct ep_err *err)
	EP_MUST_CHECK;

/* Copies it page by page, as it is at this moment, into path (made with mode
 * 0600 if it is not there): several times as fast as a backup, but neither
 * durable nor without the pages that are free. */
int ep_db_copy(struct ep_db *from, const char *path, struct ep_err *err)
	EP_MUST_CHECK;

/* Writes the whole database anew and empties its log, so that nothing that was
 * deleted is left in free pages; needs the space of a copy.  Outside of a
 * transaction.  EP_EBUSY: another process reads. */
int ep_db_scrub(struct ep_db *db, struct ep_err *err) EP_MUST_CHECK;

/* Scratch: makes the library version known to run records. */
const char *ep_db_version(void);

#endif
