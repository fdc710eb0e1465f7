/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections to SQLite: opened hardened, closed whole; transactions, error
 * mapping, and backups.
 */
#include "ext/db.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "ext/db_priv.h"

static enum ep_code code_of(const struct ep_db *db, int rc)
{
	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return EP_EBUSY;
	case SQLITE_FULL:
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
	case SQLITE_PROTOCOL:
		return EP_EIO;
	case SQLITE_PERM:
	case SQLITE_READONLY:
		return EP_EPERM;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_FORMAT:
		return EP_EDATA;
	case SQLITE_INTERRUPT:
	case SQLITE_TOOBIG:
		return EP_ELIMIT;
	default:
		return db->guard ? EP_ECONFIG : EP_EBUG;
	}
}

static int fail_work(const struct ep_db *db, struct ep_err *err,
		     const char *doing)
{
	if (db->work.time_over)
		return ep_err_set(err, EP_ELIMIT,
				  "%s: stopped after %d seconds; make the "
				  "query cheaper or raise its limit "
				  "(EP_RULE_SECONDS_MAX)",
				  doing, db->work.seconds);
	return ep_err_set(err, EP_ELIMIT,
			  "%s: stopped after %lld thousand steps; make the "
			  "query cheaper or raise its limit "
			  "(EP_RULE_KILOSTEPS_MAX)",
			  doing, (long long)db->work.kilosteps_max);
}

int ep_db_fail(struct ep_db *db, int rc, struct ep_err *err,
	       const char *doing)
{
	const char *msg = sqlite3_errmsg(db->h);

	if (db->denied[0])
		return ep_err_set(err, EP_ECONFIG,
				  "%s: a rule may only SELECT; not allowed: %s",
				  doing, db->denied);
	if ((rc & 0xff) == SQLITE_INTERRUPT &&
	    (db->work.time_over || db->work.steps_over))
		return fail_work(db, err, doing);
	if (db->func_code != EP_OK)
		return ep_err_set(err, db->func_code, "%s: %s", doing, msg);
	if ((rc & 0xff) == SQLITE_FULL)
		return ep_err_set(err, EP_EIO,
				  "%s: no space left for the database; nothing "
				  "of this transaction is kept", doing);
	if ((rc & 0xff) == SQLITE_CORRUPT)
		return ep_err_set(err, EP_EDATA,
				  "%s: the database is damaged (%s, SQLite "
				  "%d); put back a copy of it, or move it away "
				  "and begin a new one", doing, msg, rc);
	return ep_err_set(err, code_of(db, rc), "%s: %s (SQLite %d)", doing,
			  msg, rc);
}

/* --- opening ------------------------------------------------------------ */

static int config(sqlite3 *h, int what, int on)
{
	int now = -1;
	int rc = sqlite3_db_config(h, what, on, &now);

	if (rc != SQLITE_OK)
		return rc;
	return now == on ? SQLITE_OK : SQLITE_MISUSE;
}

static int harden(struct ep_db *db)
{
	static const struct {
		int what;
		int on;
	} wanted[] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
		{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
		{ SQLITE_DBCONFIG_DQS_DML, 0 },
		{ SQLITE_DBCONFIG_DQS_DDL, 0 },
		{ SQLITE_DBCONFIG_ENABLE_FKEY, 1 },
		{ SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0 },
	};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		int rc = config(db->h, wanted[i].what, wanted[i].on);

		if (rc != SQLITE_OK)
			return rc;
	}
	sqlite3_limit(db->h, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_limit(db->h, SQLITE_LIMIT_LENGTH, EP_DB_VALUE_BYTES_MAX);
	sqlite3_limit(db->h, SQLITE_LIMIT_LIKE_PATTERN_LENGTH,
		      EP_DB_LIKE_BYTES_MAX);
	sqlite3_extended_result_codes(db->h, 1);
	return sqlite3_busy_timeout(db->h, EP_DB_BUSY_MS);
}

/* mmap stays off: an I/O error through a mapping is a SIGBUS. */
static int set_pragmas(struct ep_db *db, enum ep_db_mode mode,
		       struct ep_err *err)
{
	static const char common[] =
		"PRAGMA mmap_size=0; PRAGMA temp_store=FILE;"
		"PRAGMA cell_size_check=ON;";
	int rc = ep_db_exec(db, common, err);

	if (rc < 0)
		return rc;
	rc = ep_db_execf(db, err, "PRAGMA cache_size=-%d;", EP_DB_CACHE_KIB);
	if (rc < 0)
		return rc;
	if (mode == EP_DB_READ)
		return ep_db_exec(db, "PRAGMA query_only=ON;", err);
	if (mode == EP_DB_MEMORY)
		return 0;
	return ep_db_exec(db, "PRAGMA journal_mode=WAL;"
			  "PRAGMA synchronous=FULL;", err);
}

/* The first read: finds a file that is no database, and one whose log cannot
 * be opened, before anything is done with it.  json_each and json_tree are
 * made here because SQLite makes them on first use by way of a CREATE TABLE,
 * which a rule's guard has to refuse. */
static int probe(struct ep_db *db, struct ep_err *err)
{
	return ep_db_exec(db, "SELECT count(*) FROM sqlite_schema;"
			  "SELECT 1 FROM json_each('[]'), json_tree('[]');",
			  err);
}

static int set_up(struct ep_db *db, enum ep_db_mode mode, struct ep_err *err)
{
	int rc = harden(db);

	if (rc == SQLITE_OK)
		rc = ep_db_func_register(db);
	if (rc != SQLITE_OK)
		return ep_db_fail(db, rc, err, "cannot harden the connection");
	rc = probe(db, err);
	if (rc < 0)
		return rc;
	return set_pragmas(db, mode, err);
}

int ep_db_open(const char *path, enum ep_db_mode mode, struct ep_db **ret,
	       struct ep_err *err)
{
	struct ep_db *db = ep_calloc(1, sizeof(*db));
	int rc;

	db->may_write = mode != EP_DB_READ;
	ep_map_init(&db->cache);
	ep_map_init(&db->regex);
	rc = ep_db_file_open(path, mode, &db->h, err);
	if (rc < 0) {
		ep_free(db);
		return rc;
	}
	rc = set_up(db, mode, err);
	if (rc < 0) {
		ep_db_close(db);
		return ep_err_context(err, "%s", path);
	}
	*ret = db;
	return 0;
}

void ep_db_close(struct ep_db *db)
{
	if (!db)
		return;
	ep_db_stmt_close(db);
	if (db->h && !sqlite3_get_autocommit(db->h))
		sqlite3_exec(db->h, "ROLLBACK", NULL, NULL, NULL);
	sqlite3_close_v2(db->h);
	ep_db_func_release(db);
	ep_map_release(&db->cache, NULL);
	ep_free(db);
}

/* --- whole statements --------------------------------------------------- */

int ep_db_exec(struct ep_db *db, const char *sql, struct ep_err *err)
{
	int rc;

	db->denied[0] = '\0';
	db->func_code = EP_OK;
	rc = sqlite3_exec(db->h, sql, NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		return ep_db_fail(db, rc, err, "database");
	return 0;
}

int ep_db_execf(struct ep_db *db, struct ep_err *err, const char *fmt, ...)
{
	struct ep_buf sql;
	va_list ap;
	int rc;

	ep_buf_init(&sql, EP_DB_SQL_BYTES_MAX);
	va_start(ap, fmt);
	ep_buf_vaddf(&sql, fmt, ap);
	va_end(ap);
	if (sql.overflow)
		rc = ep_err_set(err, EP_ELIMIT, "SQL text above %d bytes "
				"(EP_DB_SQL_BYTES_MAX)", EP_DB_SQL_BYTES_MAX);
	else
		rc = ep_db_exec(db, sql.s, err);
	ep_buf_release(&sql);
	return rc;
}

int ep_db_one_int(struct ep_db *db, const char *sql, int64_t *ret,
		  struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row;
	int rc;

	rc = ep_db_prepare(db, sql, &stmt, err);
	if (rc < 0)
		return rc;
	rc = ep_db_step(stmt, &row, err);
	if (rc < 0)
		return rc;
	if (!row || ep_db_col_null(stmt, 0))
		return ep_err_set(err, EP_ENOENT, "no value: %.200s", sql);
	*ret = ep_db_col_int(stmt, 0);
	return 0;
}

int64_t ep_db_last_id(struct ep_db *db)
{
	return sqlite3_last_insert_rowid(db->h);
}

int64_t ep_db_total_changes(struct ep_db *db)
{
	return sqlite3_total_changes64(db->h);
}

int64_t ep_db_changes(struct ep_db *db)
{
	return sqlite3_changes64(db->h);
}

const char *ep_db_version(void)
{
	return sqlite3_libversion();
}

/* --- transactions ------------------------------------------------------- */

int ep_db_begin(struct ep_db *db, struct ep_err *err)
{
	int rc = 0;

	if (db->depth == 0)
		rc = ep_db_exec(db, db->may_write ? "BEGIN IMMEDIATE"
						  : "BEGIN", err);
	if (rc == 0)
		db->depth++;
	return rc;
}

int ep_db_commit(struct ep_db *db, struct ep_err *err)
{
	int rc;

	if (db->depth == 0)
		return ep_err_set(err, EP_EBUG, "commit without a begin, or "
				  "after a rollback");
	if (db->depth > 1) {
		db->depth--;
		return 0;
	}
	rc = ep_db_exec(db, "COMMIT", err);
	if (rc < 0)
		ep_db_rollback(db);
	db->depth = 0;
	return rc;
}

void ep_db_rollback(struct ep_db *db)
{
	if (!sqlite3_get_autocommit(db->h))
		sqlite3_exec(db->h, "ROLLBACK", NULL, NULL, NULL);
	db->depth = 0;
}

int ep_db_has_table(struct ep_db *db, const char *name, bool *ret,
		    struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	int rc = ep_db_prepare(db, "SELECT 1 FROM main.sqlite_schema WHERE "
			       "type = 'table' AND name = ?1", &stmt, err);

	*ret = false;
	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, name);
	return ep_db_step(stmt, ret, err);
}

/* --- backup ------------------------------------------------------------- */

static int sync_path(const char *path, int flags, struct ep_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | flags);
	int rc = 0;

	if (fd < 0 || fsync(fd) < 0)
		rc = ep_err_errno(err, EP_EIO, "%s: cannot make it durable",
				  path);
	if (fd >= 0)
		close(fd);
	return rc;
}

static int vacuum_into(struct ep_db *db, const char *path, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row;
	int rc = ep_db_prepare(db, "VACUUM INTO ?1", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, path);
	return ep_db_step(stmt, &row, err);
}

int ep_db_backup(struct ep_db *db, const char *path, struct ep_err *err)
{
	EP_AUTO_FREE char *folder = ep_file_folder(path);
	int rc = ep_db_file_create(path, err);

	if (rc < 0)
		return ep_err_context(err, "backup");
	/* VACUUM INTO attaches its target. */
	sqlite3_limit(db->h, SQLITE_LIMIT_ATTACHED, 1);
	rc = vacuum_into(db, path, err);
	sqlite3_limit(db->h, SQLITE_LIMIT_ATTACHED, 0);
	if (rc == 0)
		rc = sync_path(path, 0, err);
	if (rc == 0)
		rc = sync_path(folder, O_DIRECTORY, err);
	if (rc < 0) {
		unlink(path);
		return ep_err_context(err, "backup to %s", path);
	}
	return 0;
}

/* --- nothing left behind ---------------------------------------------------- */

/* The first column of the row says that somebody was in the way. */
static int empty_log(struct ep_db *db, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(db, "PRAGMA wal_checkpoint(TRUNCATE)", &stmt,
			       err);

	if (rc == 0)
		rc = ep_db_step(stmt, &row, err);
	if (rc == 0 && (!row || ep_db_col_int(stmt, 0)))
		rc = ep_err_set(err, EP_EBUSY, "another process reads the "
				"database");
	return rc;
}

/* On a connection of its own: temporary views of the names of tables are in
 * the way of VACUUM, which also attaches what it writes to. */
int ep_db_scrub(struct ep_db *db, struct ep_err *err)
{
	struct ep_db *own = NULL;
	int rc = ep_db_open(sqlite3_db_filename(db->h, "main"), EP_DB_WRITE,
			    &own, err);

	if (rc < 0)
		return rc;
	rc = empty_log(own, err);
	sqlite3_limit(own->h, SQLITE_LIMIT_ATTACHED, 1);
	if (rc == 0)
		rc = ep_db_exec(own, "VACUUM", err);
	if (rc == 0)
		rc = empty_log(own, err);
	ep_db_close(own);
	return rc;
}
