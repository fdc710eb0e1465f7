/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prepared statements: kept by their SQL text, handed out to one user at a
 * time, bound, stepped and read.
 */
#include "ext/db_priv.h"

#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"

/* --- prepare and give back ---------------------------------------------- */

static void finalize(struct ep_stmt *stmt)
{
	struct ep_stmt **at = &stmt->db->open;

	while (*at != stmt)
		at = &(*at)->next;
	*at = stmt->next;
	ep_words_release(&stmt->shown);
	sqlite3_finalize(stmt->h);
	ep_free(stmt);
}

void ep_db_stmt_close(struct ep_db *db)
{
	while (db->open)
		finalize(db->open);
}

/* Anything but white space and comments after the first statement? */
static int check_tail(struct ep_db *db, const char *tail, struct ep_err *err)
{
	while (*tail) {
		sqlite3_stmt *more = NULL;
		int rc = sqlite3_prepare_v2(db->h, tail, -1, &more, &tail);

		sqlite3_finalize(more);
		if (rc != SQLITE_OK || more)
			return ep_err_set(err, db->guard ? EP_ECONFIG : EP_EBUG,
					  "more than one SQL statement; only "
					  "one is expected");
	}
	return 0;
}

static int compile(struct ep_db *db, const char *sql, sqlite3_stmt **ret,
		   struct ep_err *err)
{
	unsigned int flags = db->guard ? 0 : SQLITE_PREPARE_PERSISTENT;
	const char *tail;
	int rc;

	db->denied[0] = '\0';
	db->func_code = EP_OK;
	rc = sqlite3_prepare_v3(db->h, sql, -1, flags, ret, &tail);
	if (rc != SQLITE_OK)
		return ep_db_fail(db, rc, err, "SQL");
	if (!*ret)
		return ep_err_set(err, db->guard ? EP_ECONFIG : EP_EBUG,
				  "no SQL statement in the text");
	if (db->guard && !sqlite3_stmt_readonly(*ret))
		rc = ep_err_set(err, EP_ECONFIG,
				"SQL: a rule may only SELECT");
	else
		rc = check_tail(db, tail, err);
	if (rc < 0)
		sqlite3_finalize(*ret);
	return rc;
}

static size_t near_of(const char *sql)
{
	return (uintptr_t)sql / 16 % EP_DB_NEAR;
}

/* A kept statement by its text.  Most texts are constants of a kilobyte that
 * come again a million times: at the same address only comparing is left. */
static struct ep_stmt *find_cached(struct ep_db *db, const char *sql)
{
	size_t i = near_of(sql);
	struct ep_stmt *stmt = db->near[i].stmt;

	if (stmt && db->near[i].sql == sql &&
	    ep_str_eq(sqlite3_sql(stmt->h), sql))
		return stmt;
	stmt = ep_map_get(&db->cache, sql);
	db->near[i].sql = sql;
	db->near[i].stmt = stmt;
	return stmt;
}

/* A kept statement was compiled without the guard, so under a guard nothing
 * is taken from the cache or put into it. */
static struct ep_stmt *take_cached(struct ep_db *db, const char *sql)
{
	struct ep_stmt *stmt;

	if (db->guard)
		return NULL;
	stmt = find_cached(db, sql);
	if (!stmt || stmt->busy)
		return NULL;
	stmt->busy = true;
	stmt->done = false;
	stmt->bind_rc = SQLITE_OK;
	return stmt;
}

int ep_db_prepare(struct ep_db *db, const char *sql, struct ep_stmt **ret,
		  struct ep_err *err)
{
	struct ep_stmt *stmt = take_cached(db, sql);
	sqlite3_stmt *h = NULL;
	int rc;

	if (stmt) {
		*ret = stmt;
		return 0;
	}
	rc = compile(db, sql, &h, err);
	if (rc < 0)
		return rc;
	stmt = ep_calloc(1, sizeof(*stmt));
	stmt->db = db;
	stmt->h = h;
	stmt->busy = true;
	stmt->next = db->open;
	db->open = stmt;
	if (!db->guard && db->cache.live < EP_DB_STATEMENTS_MAX &&
	    !ep_map_get(&db->cache, sql)) {
		ep_map_set(&db->cache, sql, stmt);
		stmt->cached = true;
	}
	*ret = stmt;
	return 0;
}

void ep_db_done(struct ep_stmt *stmt)
{
	if (!stmt)
		return;
	if (!stmt->cached) {
		finalize(stmt);
		return;
	}
	ep_words_release(&stmt->shown);
	sqlite3_reset(stmt->h);
	sqlite3_clear_bindings(stmt->h);
	stmt->busy = false;
}

void ep_db_done_p(struct ep_stmt **stmt)
{
	ep_db_done(*stmt);
	*stmt = NULL;
}

/* --- parameters --------------------------------------------------------- */

static void bound(struct ep_stmt *stmt, int rc)
{
	if (rc != SQLITE_OK && stmt->bind_rc == SQLITE_OK)
		stmt->bind_rc = rc;
}

void ep_db_int(struct ep_stmt *stmt, int i, int64_t value)
{
	bound(stmt, sqlite3_bind_int64(stmt->h, i, value));
}

void ep_db_null(struct ep_stmt *stmt, int i)
{
	bound(stmt, sqlite3_bind_null(stmt->h, i));
}

void ep_db_text(struct ep_stmt *stmt, int i, const char *s)
{
	if (s)
		ep_db_textn(stmt, i, s, strlen(s));
	else
		ep_db_null(stmt, i);
}

void ep_db_textn(struct ep_stmt *stmt, int i, const char *s, size_t n)
{
	if (!s)
		ep_db_null(stmt, i);
	else
		bound(stmt, sqlite3_bind_text64(stmt->h, i, s, n,
						SQLITE_STATIC, SQLITE_UTF8));
}

void ep_db_blob(struct ep_stmt *stmt, int i, const void *p, size_t n)
{
	if (!p && n == 0)
		bound(stmt, sqlite3_bind_zeroblob(stmt->h, i, 0));
	else
		bound(stmt, sqlite3_bind_blob64(stmt->h, i, p, n,
						SQLITE_STATIC));
}

int ep_db_param(struct ep_stmt *stmt, const char *name)
{
	return sqlite3_bind_parameter_index(stmt->h, name);
}

int ep_db_param_count(struct ep_stmt *stmt)
{
	return sqlite3_bind_parameter_count(stmt->h);
}

const char *ep_db_param_name(struct ep_stmt *stmt, int i)
{
	return sqlite3_bind_parameter_name(stmt->h, i);
}

/* --- running ------------------------------------------------------------ */

static int check_ready(const struct ep_stmt *stmt, struct ep_err *err)
{
	const struct ep_db *db = stmt->db;

	if (stmt->bind_rc == SQLITE_TOOBIG)
		return ep_err_set(err, EP_ELIMIT, "a value above %d bytes "
				  "(EP_DB_VALUE_BYTES_MAX)",
				  EP_DB_VALUE_BYTES_MAX);
	if (stmt->bind_rc != SQLITE_OK)
		return ep_err_set(err, EP_EBUG, "cannot bind a parameter of: "
				  "%.200s: %s", sqlite3_sql(stmt->h),
				  sqlite3_errstr(stmt->bind_rc));
	/* SQLite undoes a transaction by itself when the disk is full; what
	 * follows must not be committed one by one. */
	if (db->depth > 0 && sqlite3_get_autocommit(db->h))
		return ep_err_set(err, EP_EIO, "the transaction was undone "
				  "after an earlier error");
	return 0;
}

int ep_db_step(struct ep_stmt *stmt, bool *ret_row, struct ep_err *err)
{
	struct ep_db *db = stmt->db;
	int rc;

	*ret_row = false;
	ep_words_release(&stmt->shown);
	if (stmt->done)
		return 0;
	rc = check_ready(stmt, err);
	if (rc < 0)
		return rc;
	db->denied[0] = '\0';
	db->func_code = EP_OK;
	rc = sqlite3_step(stmt->h);
	if (rc == SQLITE_ROW) {
		*ret_row = true;
		return 0;
	}
	stmt->done = true;
	if (rc != SQLITE_DONE)
		rc = ep_db_fail(db, rc, err, "database");
	else
		rc = 0;
	/* Ends the read, so that the log can be checkpointed. */
	sqlite3_reset(stmt->h);
	return rc;
}

int ep_db_run(struct ep_stmt *stmt, struct ep_err *err)
{
	bool row = true;
	int rc = 0;

	while (rc == 0 && row)
		rc = ep_db_step(stmt, &row, err);
	ep_db_done(stmt);
	return rc;
}

/* --- columns ------------------------------------------------------------ */

int64_t ep_db_col_int(struct ep_stmt *stmt, int i)
{
	return sqlite3_column_int64(stmt->h, i);
}

void ep_db_filter_set(struct ep_db *db, const struct ep_db_filter *filter)
{
	db->filter = filter;
}

const char *ep_db_col_text(struct ep_stmt *stmt, int i)
{
	const struct ep_db_filter *filter = stmt->db->filter;
	bool is_text = sqlite3_column_type(stmt->h, i) == SQLITE_TEXT;
	const char *text = (const char *)sqlite3_column_text(stmt->h, i);
	struct ep_buf out;

	if (!text || !filter || !is_text)
		return text;
	ep_buf_init(&out, EP_DB_VALUE_BYTES_MAX);
	if (filter->replace(filter->to, text, &out)) {
		text = ep_buf_take(&out);
		EP_VEC_ADD(&stmt->shown) = (char *)text;
	}
	ep_buf_release(&out);
	return text;
}

int ep_db_col_need(struct ep_stmt *stmt, int i, const char **ret,
		   struct ep_err *err)
{
	*ret = ep_db_col_text(stmt, i);
	if (*ret)
		return 0;
	return ep_err_set(err, EP_EDATA, "the database is damaged: %s is empty "
			  "where it must not be; restore it from a backup",
			  sqlite3_column_name(stmt->h, i));
}

const void *ep_db_col_blob(struct ep_stmt *stmt, int i, size_t *ret_n)
{
	const void *p = sqlite3_column_blob(stmt->h, i);

	*ret_n = (size_t)sqlite3_column_bytes(stmt->h, i);
	return p;
}

double ep_db_col_double(struct ep_stmt *stmt, int i)
{
	return sqlite3_column_double(stmt->h, i);
}

bool ep_db_col_null(struct ep_stmt *stmt, int i)
{
	return sqlite3_column_type(stmt->h, i) == SQLITE_NULL;
}

enum ep_db_type ep_db_col_type(struct ep_stmt *stmt, int i)
{
	switch (sqlite3_column_type(stmt->h, i)) {
	case SQLITE_INTEGER:
		return EP_DB_INT;
	case SQLITE_FLOAT:
		return EP_DB_DOUBLE;
	case SQLITE_TEXT:
		return EP_DB_TEXT;
	case SQLITE_BLOB:
		return EP_DB_BLOB;
	default:
		return EP_DB_NULL;
	}
}

int ep_db_cols(struct ep_stmt *stmt)
{
	return sqlite3_column_count(stmt->h);
}

const char *ep_db_col_name(struct ep_stmt *stmt, int i)
{
	return sqlite3_column_name(stmt->h, i);
}
