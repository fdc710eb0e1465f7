/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SQLite door: what it opens and refuses, statements, transactions,
 * backups.  The guard for rules has its own file, t_db_guard.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "ext/db.h"

static char folder[] = "t_db_XXXXXX";
static struct ep_err err;

static const char *in_folder(const char *name)
{
	static char path[64];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static int set_up_all(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int tear_down_all(void **state)
{
	char command[64];
	pid_t child = fork();
	int status;

	(void)state;
	snprintf(command, sizeof(command), "%s", folder);
	if (child == 0) {
		execlp("rm", "rm", "-rf", command, (char *)NULL);
		_exit(1);
	}
	return waitpid(child, &status, 0) == child ? status : -1;
}

static struct ep_db *must_open(const char *path, enum ep_db_mode mode)
{
	struct ep_db *db = NULL;

	if (ep_db_open(path, mode, &db, &err) < 0)
		fail_msg("%s: %s", path ? path : "(memory)", err.msg);
	return db;
}

static void must_exec(struct ep_db *db, const char *sql)
{
	if (ep_db_exec(db, sql, &err) < 0)
		fail_msg("%s: %s", sql, err.msg);
}

static int64_t one(struct ep_db *db, const char *sql)
{
	int64_t value = -1;

	if (ep_db_one_int(db, sql, &value, &err) < 0)
		fail_msg("%s: %s", sql, err.msg);
	return value;
}

static void write_file(const char *path, const char *text, mode_t mode)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, mode), 0);
}

/* --- opening ------------------------------------------------------------ */

static void test_write_settings(void **state)
{
	struct ep_db *db = must_open(in_folder("settings.db"), EP_DB_WRITE);
	struct ep_stmt *stmt = NULL;
	struct stat st;
	bool row;

	(void)state;
	assert_int_equal(stat(in_folder("settings.db"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(ep_db_prepare(db, "PRAGMA journal_mode", &stmt, &err),
			 0);
	assert_int_equal(ep_db_step(stmt, &row, &err), 0);
	assert_string_equal(ep_db_col_text(stmt, 0), "wal");
	ep_db_done(stmt);
	assert_int_equal(one(db, "PRAGMA synchronous"), 2);
	assert_int_equal(one(db, "PRAGMA foreign_keys"), 1);
	assert_int_equal(one(db, "PRAGMA trusted_schema"), 0);
	assert_int_equal(one(db, "PRAGMA busy_timeout"), 5000);
	assert_int_equal(one(db, "PRAGMA cache_size"), -EP_DB_CACHE_KIB);
	must_exec(db, "CREATE TABLE t(x)");
	assert_int_equal(stat(in_folder("settings.db-wal"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	/* Double quotes name a column or nothing; the schema is closed. */
	assert_true(ep_db_exec(db, "SELECT \"nope\" FROM t", &err) < 0);
	assert_true(ep_db_exec(db, "PRAGMA writable_schema=ON;"
			       "DELETE FROM sqlite_schema", &err) < 0);
	assert_true(ep_db_exec(db, "SELECT load_extension('x')", &err) < 0);
	assert_true(ep_db_exec(db, "ATTACH ':memory:' AS o", &err) < 0);
	ep_db_close(db);
}

static void test_read_only(void **state)
{
	struct ep_db *db = must_open(in_folder("ro.db"), EP_DB_WRITE);
	struct ep_db *reader;

	(void)state;
	must_exec(db, "CREATE TABLE t(x); INSERT INTO t VALUES (1)");
	reader = must_open(in_folder("ro.db"), EP_DB_READ);
	assert_int_equal(one(reader, "SELECT count(*) FROM t"), 1);
	assert_int_equal(ep_db_exec(reader, "INSERT INTO t VALUES (2)", &err),
			 EP_EPERM);
	assert_int_equal(ep_db_exec(reader, "PRAGMA query_only=OFF;"
				    "INSERT INTO t VALUES (2)", &err),
			 EP_EPERM);
	/* A reader's transaction is a snapshot. */
	assert_int_equal(ep_db_begin(reader, &err), 0);
	assert_int_equal(one(reader, "SELECT count(*) FROM t"), 1);
	must_exec(db, "INSERT INTO t VALUES (3)");
	assert_int_equal(one(reader, "SELECT count(*) FROM t"), 1);
	assert_int_equal(ep_db_commit(reader, &err), 0);
	assert_int_equal(one(reader, "SELECT count(*) FROM t"), 2);
	ep_db_close(reader);
	ep_db_close(db);
	/* After the writer has gone, too. */
	reader = must_open(in_folder("ro.db"), EP_DB_READ);
	assert_int_equal(one(reader, "SELECT count(*) FROM t"), 2);
	ep_db_close(reader);
}

/* Opens in a child that may not act as root. */
static int open_as_nobody(const char *path, enum ep_db_mode mode)
{
	pid_t child = fork();
	int status = -1;

	if (child == 0) {
		struct ep_db *db = NULL;
		int64_t n = 0;

		if (geteuid() == 0 && setuid(65534) < 0)
			_exit(99);
		if (ep_db_open(path, mode, &db, &err) < 0)
			_exit(strstr(err.msg, "may not write") ? 4 : 1);
		if (ep_db_one_int(db, "SELECT count(*) FROM t", &n, &err) < 0)
			_exit(2);
		ep_db_close(db);
		_exit(n == 1 ? 0 : 3);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WEXITSTATUS(status);
}

/* An auditor's copy on a medium where no log can be made. */
static void test_read_only_medium(void **state)
{
	struct ep_db *db;
	char sub[64];
	char path[80];

	(void)state;
	snprintf(sub, sizeof(sub), "%s", in_folder("medium ?%41"));
	snprintf(path, sizeof(path), "%s/a b.db", sub);
	assert_int_equal(mkdir(sub, 0755), 0);
	db = must_open(path, EP_DB_WRITE);
	must_exec(db, "CREATE TABLE t(x); INSERT INTO t VALUES (1)");
	ep_db_close(db);
	assert_int_equal(chmod(folder, 0755), 0);
	assert_int_equal(chmod(path, 0444), 0);
	assert_int_equal(chmod(sub, 0555), 0);
	assert_int_equal(open_as_nobody(path, EP_DB_READ), 0);
	assert_int_equal(open_as_nobody(path, EP_DB_WRITE), 4);
	assert_int_equal(chmod(sub, 0755), 0);
}

static void refused(const char *path, enum ep_db_mode mode, int code,
		    const char *part)
{
	struct ep_db *db = NULL;
	int rc = ep_db_open(path, mode, &db, &err);

	if (rc != code || !strstr(err.msg, part))
		fail_msg("%s: %d %s; wanted %d and '%s'", path, rc, err.msg,
			 code, part);
	assert_null(db);
}

static void test_refused_files(void **state)
{
	struct ep_db *db = must_open(in_folder("real.db"), EP_DB_WRITE);
	char real[64];

	(void)state;
	must_exec(db, "CREATE TABLE t(x)");
	ep_db_close(db);
	snprintf(real, sizeof(real), "%s", in_folder("real.db"));
	refused(in_folder("none.db"), EP_DB_READ, EP_ENOENT, "none.db");
	assert_int_equal(access(in_folder("none.db"), F_OK), -1);
	refused(in_folder("no/such.db"), EP_DB_WRITE, EP_ENOENT, "folder");

	assert_int_equal(symlink("real.db", in_folder("link.db")), 0);
	refused(in_folder("link.db"), EP_DB_WRITE, EP_EPERM, "regular file");
	refused(in_folder("link.db"), EP_DB_READ, EP_EPERM, "regular file");
	assert_int_equal(symlink("dangling-to", in_folder("dangle.db")), 0);
	refused(in_folder("dangle.db"), EP_DB_WRITE, EP_EPERM, "regular file");
	assert_int_equal(access(in_folder("dangling-to"), F_OK), -1);
	assert_int_equal(mkfifo(in_folder("fifo.db"), 0600), 0);
	refused(in_folder("fifo.db"), EP_DB_READ, EP_EPERM, "regular file");
	refused(folder, EP_DB_WRITE, EP_EPERM, "regular file");

	assert_int_equal(chmod(real, 0620), 0);
	refused(real, EP_DB_WRITE, EP_EPERM, "chmod go-w");
	assert_int_equal(chmod(real, 0602), 0);
	refused(real, EP_DB_READ, EP_EPERM, "mode 0602");
	assert_int_equal(chmod(real, 0644), 0);
	ep_db_close(must_open(real, EP_DB_WRITE));
	if (geteuid() == 0) {
		assert_int_equal(chown(real, 12345, 0), 0);
		refused(real, EP_DB_WRITE, EP_EPERM, "user 12345");
		ep_db_close(must_open(real, EP_DB_READ));
	}
}

/* A file that is no database stays byte for byte what it was. */
static void test_not_a_database(void **state)
{
	static const char text[] =
		"this is a text file that is long enough to be looked at as "
		"a database header, one hundred bytes at least, see";
	char back[sizeof(text)];
	FILE *f;

	(void)state;
	write_file(in_folder("text.db"), text, 0600);
	refused(in_folder("text.db"), EP_DB_WRITE, EP_EDATA, "not a database");
	refused(in_folder("text.db"), EP_DB_READ, EP_EDATA, "not a database");
	f = fopen(in_folder("text.db"), "r");
	assert_non_null(f);
	assert_int_equal(fread(back, 1, sizeof(back), f), sizeof(text) - 1);
	fclose(f);
	assert_memory_equal(back, text, sizeof(text) - 1);
}

/* A link somewhere above the file is the administrator's business. */
static void test_linked_folder(void **state)
{
	struct ep_db *db;

	(void)state;
	assert_int_equal(mkdir(in_folder("sub"), 0700), 0);
	assert_int_equal(symlink("sub", in_folder("sublink")), 0);
	db = must_open(in_folder("sublink/x.db"), EP_DB_WRITE);
	must_exec(db, "CREATE TABLE t(x)");
	ep_db_close(db);
	assert_int_equal(access(in_folder("sub/x.db"), F_OK), 0);
}

/* --- statements --------------------------------------------------------- */

static void test_values(void **state)
{
	struct ep_db *db = must_open(NULL, EP_DB_MEMORY);
	struct ep_stmt *stmt = NULL;
	const void *blob;
	size_t n = 99;
	bool row;

	(void)state;
	assert_int_equal(ep_db_prepare(db, "SELECT :i AS i, :t, :x, :b, 1.5, "
				       ":e", &stmt, &err), 0);
	assert_int_equal(ep_db_param_count(stmt), 5);
	assert_int_equal(ep_db_param(stmt, ":t"), 2);
	assert_int_equal(ep_db_param(stmt, ":none"), 0);
	assert_string_equal(ep_db_param_name(stmt, 5), ":e");
	ep_db_int(stmt, 1, INT64_MIN);
	ep_db_textn(stmt, 2, "text and more", 4);
	ep_db_text(stmt, 3, NULL);
	ep_db_blob(stmt, 4, "a\0b", 3);
	ep_db_blob(stmt, 5, NULL, 0);
	assert_int_equal(ep_db_step(stmt, &row, &err), 0);
	assert_true(row);
	assert_int_equal(ep_db_cols(stmt), 6);
	assert_string_equal(ep_db_col_name(stmt, 0), "i");
	assert_true(ep_db_col_int(stmt, 0) == INT64_MIN);
	assert_string_equal(ep_db_col_text(stmt, 1), "text");
	assert_true(ep_db_col_null(stmt, 2));
	assert_null(ep_db_col_text(stmt, 2));
	blob = ep_db_col_blob(stmt, 3, &n);
	assert_int_equal(n, 3);
	assert_memory_equal(blob, "a\0b", 3);
	assert_true(ep_db_col_double(stmt, 4) == 1.5);
	assert_int_equal(ep_db_col_type(stmt, 0), EP_DB_INT);
	assert_int_equal(ep_db_col_type(stmt, 1), EP_DB_TEXT);
	assert_int_equal(ep_db_col_type(stmt, 2), EP_DB_NULL);
	assert_int_equal(ep_db_col_type(stmt, 3), EP_DB_BLOB);
	assert_int_equal(ep_db_col_type(stmt, 4), EP_DB_DOUBLE);
	assert_int_equal(ep_db_col_type(stmt, 5), EP_DB_BLOB);
	assert_int_equal(ep_db_step(stmt, &row, &err), 0);
	assert_false(row);
	/* The end stays the end; SQLite itself would start again. */
	assert_int_equal(ep_db_step(stmt, &row, &err), 0);
	assert_false(row);
	ep_db_done(stmt);
	ep_db_close(db);
}

static void test_cache(void **state)
{
	struct ep_db *db = must_open(NULL, EP_DB_MEMORY);
	struct ep_stmt *a = NULL;
	struct ep_stmt *b = NULL;
	struct ep_stmt *again = NULL;
	bool row;

	(void)state;
	assert_int_equal(ep_db_prepare(db, "SELECT ?1", &a, &err), 0);
	ep_db_int(a, 1, 5);
	/* The same text while the first is in use is a second statement. */
	assert_int_equal(ep_db_prepare(db, "SELECT ?1", &b, &err), 0);
	assert_ptr_not_equal(a, b);
	assert_int_equal(ep_db_step(a, &row, &err), 0);
	assert_int_equal(ep_db_step(b, &row, &err), 0);
	assert_int_equal(ep_db_col_int(a, 0), 5);
	assert_true(ep_db_col_null(b, 0));
	ep_db_done(b);
	ep_db_done(a);
	assert_int_equal(ep_db_prepare(db, "SELECT ?1", &again, &err), 0);
	assert_ptr_equal(again, a);
	assert_int_equal(ep_db_step(again, &row, &err), 0);
	assert_true(row);
	assert_true(ep_db_col_null(again, 0));
	ep_db_done(again);
	ep_db_done(NULL);
	/* More texts than are kept still work. */
	for (int i = 0; i < EP_DB_STATEMENTS_MAX + 20; i++) {
		char sql[32];

		snprintf(sql, sizeof(sql), "SELECT %d", i);
		assert_int_equal(one(db, sql), i);
	}
	ep_db_close(db);
}

static void test_misuse(void **state)
{
	struct ep_db *db = must_open(NULL, EP_DB_MEMORY);
	struct ep_stmt *stmt = NULL;
	int64_t n = 7;
	bool row;

	(void)state;
	assert_int_equal(ep_db_prepare(db, "SELECT 1; SELECT 2", &stmt, &err),
			 EP_EBUG);
	assert_int_equal(ep_db_prepare(db, "-- nothing", &stmt, &err),
			 EP_EBUG);
	assert_int_equal(ep_db_prepare(db, "SELEC 1", &stmt, &err), EP_EBUG);
	assert_non_null(strstr(err.msg, "SELEC"));
	assert_null(stmt);
	assert_int_equal(ep_db_prepare(db, "SELECT ?1 ; -- end\n /* */ ;",
				       &stmt, &err), 0);
	ep_db_int(stmt, 2, 1);
	assert_int_equal(ep_db_step(stmt, &row, &err), EP_EBUG);
	ep_db_done(stmt);
	assert_int_equal(ep_db_one_int(db, "SELECT 1 WHERE 0", &n, &err),
			 EP_ENOENT);
	assert_int_equal(ep_db_one_int(db, "SELECT max(1) WHERE 0", &n, &err),
			 EP_ENOENT);
	assert_int_equal(n, 7);
	assert_int_equal(ep_db_execf(db, &err, "CREATE TABLE %s(x)", "made"),
			 0);
	assert_int_equal(one(db, "SELECT count(*) FROM made"), 0);
	ep_db_close(db);
}

static void test_too_big(void **state)
{
	struct ep_db *db = must_open(NULL, EP_DB_MEMORY);
	struct ep_stmt *stmt = NULL;
	char *big = ep_calloc(1, EP_DB_VALUE_BYTES_MAX + 1);
	bool row;

	(void)state;
	assert_int_equal(ep_db_prepare(db, "SELECT length(?1)", &stmt, &err),
			 0);
	ep_db_blob(stmt, 1, big, EP_DB_VALUE_BYTES_MAX + 1);
	assert_int_equal(ep_db_step(stmt, &row, &err), EP_ELIMIT);
	assert_non_null(strstr(err.msg, "EP_DB_VALUE_BYTES_MAX"));
	ep_db_done(stmt);
	ep_free(big);
	ep_db_close(db);
}

/* --- transactions ------------------------------------------------------- */

static void test_transactions(void **state)
{
	struct ep_db *db = must_open(in_folder("tx.db"), EP_DB_WRITE);
	struct ep_db *other = must_open(in_folder("tx.db"), EP_DB_READ);

	(void)state;
	must_exec(db, "CREATE TABLE t(x INTEGER PRIMARY KEY)");
	assert_int_equal(ep_db_begin(db, &err), 0);
	assert_int_equal(ep_db_begin(db, &err), 0);
	must_exec(db, "INSERT INTO t VALUES (41), (42)");
	assert_int_equal(ep_db_last_id(db), 42);
	assert_int_equal(ep_db_changes(db), 2);
	assert_int_equal(ep_db_commit(db, &err), 0);
	assert_int_equal(one(other, "SELECT count(*) FROM t"), 0);
	assert_int_equal(ep_db_commit(db, &err), 0);
	assert_int_equal(one(other, "SELECT count(*) FROM t"), 2);
	assert_int_equal(ep_db_commit(db, &err), EP_EBUG);

	assert_int_equal(ep_db_begin(db, &err), 0);
	assert_int_equal(ep_db_begin(db, &err), 0);
	must_exec(db, "DELETE FROM t");
	ep_db_rollback(db);
	assert_int_equal(one(db, "SELECT count(*) FROM t"), 2);
	/* An outer commit after an inner rollback must not pass. */
	assert_int_equal(ep_db_commit(db, &err), EP_EBUG);
	ep_db_rollback(db);
	ep_db_close(other);
	ep_db_close(db);
}

/* Closing with an open transaction loses that transaction, nothing else. */
static void test_close_undoes(void **state)
{
	struct ep_db *db = must_open(in_folder("undo.db"), EP_DB_WRITE);
	struct ep_stmt *stmt = NULL;
	bool row;

	(void)state;
	must_exec(db, "CREATE TABLE t(x); INSERT INTO t VALUES (1), (2)");
	assert_int_equal(ep_db_begin(db, &err), 0);
	must_exec(db, "DELETE FROM t WHERE x = 1");
	assert_int_equal(ep_db_prepare(db, "SELECT x FROM t", &stmt, &err), 0);
	assert_int_equal(ep_db_step(stmt, &row, &err), 0);
	ep_db_close(db);
	db = must_open(in_folder("undo.db"), EP_DB_WRITE);
	assert_int_equal(one(db, "SELECT count(*) FROM t"), 2);
	ep_db_close(db);
}

static void test_foreign_keys(void **state)
{
	struct ep_db *db = must_open(NULL, EP_DB_MEMORY);

	(void)state;
	must_exec(db, "CREATE TABLE a(id INTEGER PRIMARY KEY);"
		  "CREATE TABLE b(a INTEGER NOT NULL REFERENCES a(id))");
	assert_true(ep_db_exec(db, "INSERT INTO b VALUES (1)", &err) < 0);
	ep_db_close(db);
}

/* The disk fills up in the middle of a transaction: SQLite undoes it, and
 * what comes after must not be committed piece by piece. */
static int fill_up(const char *path)
{
	struct rlimit limit = { .rlim_cur = 256 * 1024,
				.rlim_max = 256 * 1024 };
	struct ep_stmt *stmt = NULL;
	struct ep_db *db = NULL;
	bool row;
	int rc = 0;

	signal(SIGXFSZ, SIG_IGN);
	if (ep_db_open(path, EP_DB_WRITE, &db, &err) < 0 ||
	    ep_db_exec(db, "PRAGMA cache_size=4", &err) < 0)
		return 1;
	if (setrlimit(RLIMIT_FSIZE, &limit) < 0 || ep_db_begin(db, &err) < 0)
		return 2;
	for (int i = 0; i < 2000 && rc == 0; i++)
		rc = ep_db_exec(db, "INSERT INTO t VALUES (zeroblob(3000))",
				&err);
	if (rc != EP_EIO)
		return 3;
	if (ep_db_prepare(db, "INSERT INTO t VALUES (2)", &stmt, &err) < 0)
		return 4;
	rc = ep_db_step(stmt, &row, &err);
	ep_db_done(stmt);
	if (rc == 0 && ep_db_commit(db, &err) == 0)
		return 5;
	ep_db_close(db);
	return 0;
}

static void test_disk_full(void **state)
{
	struct ep_db *db = must_open(in_folder("full.db"), EP_DB_WRITE);
	pid_t child;
	int status = -1;

	(void)state;
	must_exec(db, "CREATE TABLE t(x); INSERT INTO t VALUES (1)");
	ep_db_close(db);
	child = fork();
	if (child == 0)
		_exit(fill_up(in_folder("full.db")));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	db = must_open(in_folder("full.db"), EP_DB_WRITE);
	assert_int_equal(one(db, "SELECT count(*) FROM t"), 1);
	ep_db_close(db);
}

/* --- backup ------------------------------------------------------------- */

static void test_backup(void **state)
{
	struct ep_db *db = must_open(in_folder("live.db"), EP_DB_WRITE);
	struct ep_db *reader;
	struct ep_db *copy;
	struct stat st;

	(void)state;
	must_exec(db, "CREATE TABLE t(x); INSERT INTO t VALUES (1), (2)");
	assert_int_equal(ep_db_backup(db, in_folder("copy.db"), &err), 0);
	assert_int_equal(stat(in_folder("copy.db"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	copy = must_open(in_folder("copy.db"), EP_DB_READ);
	assert_int_equal(one(copy, "SELECT sum(x) FROM t"), 3);
	ep_db_close(copy);
	/* Never over something that is there. */
	assert_int_equal(ep_db_backup(db, in_folder("copy.db"), &err),
			 EP_EPERM);
	assert_int_equal(symlink("elsewhere", in_folder("lnk.db")), 0);
	assert_int_equal(ep_db_backup(db, in_folder("lnk.db"), &err),
			 EP_EPERM);
	assert_true(ep_db_backup(db, in_folder("no/where.db"), &err) < 0);
	/* A failed one leaves nothing behind. */
	assert_int_equal(ep_db_begin(db, &err), 0);
	assert_true(ep_db_backup(db, in_folder("busy.db"), &err) < 0);
	assert_int_equal(access(in_folder("busy.db"), F_OK), -1);
	ep_db_rollback(db);
	assert_true(ep_db_exec(db, "ATTACH ':memory:' AS x", &err) < 0);
	reader = must_open(in_folder("live.db"), EP_DB_READ);
	assert_true(ep_db_backup(reader, in_folder("r.db"), &err) < 0);
	assert_int_equal(access(in_folder("r.db"), F_OK), -1);
	ep_db_close(reader);
	ep_db_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write_settings),
		cmocka_unit_test(test_read_only),
		cmocka_unit_test(test_read_only_medium),
		cmocka_unit_test(test_refused_files),
		cmocka_unit_test(test_not_a_database),
		cmocka_unit_test(test_linked_folder),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_cache),
		cmocka_unit_test(test_misuse),
		cmocka_unit_test(test_too_big),
		cmocka_unit_test(test_transactions),
		cmocka_unit_test(test_close_undoes),
		cmocka_unit_test(test_foreign_keys),
		cmocka_unit_test(test_disk_full),
		cmocka_unit_test(test_backup),
	};

	return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
