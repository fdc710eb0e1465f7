/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From an older schema to a newer one: saved first, whole or not at all.
 */
#include "store_kit.h"

#include <signal.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/str.h"
#include "evidence/evidence.h"
#include "fixture.h"
#include "store/schema.h"

static char backup[128];

static int setup(void **state)
{
	struct kit *kit = calloc(1, sizeof(*kit));
	struct ep_db *db = NULL;

	kit_init(kit);
	snprintf(backup, sizeof(backup), "%s.v7", kit->path);
	kit_ok(kit, ep_db_open(kit->path, EP_DB_WRITE, &db, &kit->err));
	kit_ok(kit, ep_db_execf(db, &kit->err, "PRAGMA application_id=%d;"
				"PRAGMA user_version=7; CREATE TABLE t(a);"
				"INSERT INTO t VALUES(1), (2);",
				EP_STORE_APPLICATION));
	ep_db_close(db);
	*state = kit;
	return 0;
}

static int teardown(void **state)
{
	unlink(backup);
	kit_release(*state);
	free(*state);
	return 0;
}

static int add_column(struct ep_db *db, struct ep_err *err)
{
	return ep_db_exec(db, "ALTER TABLE t ADD COLUMN b", err);
}

static int fill_column(struct ep_db *db, struct ep_err *err)
{
	return ep_db_exec(db, "UPDATE t SET b = a * 10", err);
}

static int fail_late(struct ep_db *db, struct ep_err *err)
{
	int rc = fill_column(db, err);

	return rc == 0 ? ep_err_set(err, EP_EIO, "no space") : rc;
}

static int die_late(struct ep_db *db, struct ep_err *err)
{
	if (fill_column(db, err) == 0)
		kill(getpid(), SIGKILL);
	return -1;
}

static int migrate(struct kit *kit, const struct ep_schema_step *steps)
{
	struct ep_db *db = NULL;
	int64_t version = 0;
	int rc;

	kit_ok(kit, ep_db_open(kit->path, EP_DB_WRITE, &db, &kit->err));
	rc = ep_schema_check(db, kit->path, 9, &version, &kit->err);
	if (rc == 0)
		rc = ep_schema_migrate(db, kit->path, version, 9, steps,
				       &kit->err);
	ep_db_close(db);
	return rc;
}

static int64_t ask(struct kit *kit, const char *path, const char *sql)
{
	struct ep_db *db = NULL;
	int64_t n = -1;

	kit_ok(kit, ep_db_open(path, EP_DB_READ, &db, &kit->err));
	kit_ok(kit, ep_db_one_int(db, sql, &n, &kit->err));
	ep_db_close(db);
	return n;
}

static const struct ep_schema_step good[] = {
	{ 8, add_column }, { 9, fill_column }, { 0, NULL }
};

static void test_steps_in_order_after_a_backup(void **state)
{
	struct kit *kit = *state;

	kit_ok(kit, migrate(kit, good));
	assert_int_equal(ask(kit, kit->path, "PRAGMA user_version"), 9);
	assert_int_equal(ask(kit, kit->path, "SELECT sum(b) FROM t"), 30);
	assert_int_equal(ask(kit, backup, "PRAGMA user_version"), 7);
	assert_int_equal(ask(kit, backup, "SELECT sum(a) FROM t"), 3);
	/* Once is enough. */
	unlink(backup);
	kit_ok(kit, migrate(kit, good));
	assert_int_equal(access(backup, F_OK), -1);
}

static void test_failure_leaves_the_old_version(void **state)
{
	static const struct ep_schema_step bad[] = {
		{ 8, add_column }, { 9, fail_late }, { 0, NULL }
	};
	struct kit *kit = *state;

	assert_int_equal(migrate(kit, bad), EP_EIO);
	assert_non_null(strstr(kit->err.msg, backup));
	assert_int_equal(ask(kit, kit->path, "PRAGMA user_version"), 7);
	assert_int_equal(ask(kit, kit->path, "SELECT count(*) FROM "
			     "pragma_table_info('t')"), 1);
	kit_ok(kit, migrate(kit, good));
}

static void test_kill_leaves_the_old_version(void **state)
{
	static const struct ep_schema_step deadly[] = {
		{ 8, add_column }, { 9, die_late }, { 0, NULL }
	};
	struct kit *kit = *state;
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		(void)!migrate(kit, deadly);
		_exit(1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(ask(kit, kit->path, "PRAGMA user_version"), 7);
	kit_ok(kit, migrate(kit, good));
	assert_int_equal(ask(kit, kit->path, "SELECT sum(b) FROM t"), 30);
	assert_int_equal(ask(kit, backup, "PRAGMA user_version"), 7);
}

static void test_missing_step_is_an_error(void **state)
{
	static const struct ep_schema_step gap[] = {
		{ 9, fill_column }, { 0, NULL }
	};
	struct kit *kit = *state;

	assert_int_equal(migrate(kit, gap), EP_EDATA);
	assert_int_equal(ask(kit, kit->path, "PRAGMA user_version"), 7);
}

/* The program's own steps lead to its own version. */
static void test_shipped_steps(void **state)
{
	int to = 1;

	(void)state;
	for (const struct ep_schema_step *s = ep_schema_steps; s->run; s++) {
		assert_int_equal(s->to, to + 1);
		to = s->to;
	}
	assert_int_equal(to, EP_STORE_SCHEMA);
}

/* Columns of all tables, in order of name. */
static char *columns(struct kit *kit)
{
	return kit_dump(kit, "SELECT m.name, t.name, t.type, t.\"notnull\", "
			"t.dflt_value FROM sqlite_master m "
			"JOIN pragma_table_info(m.name) t "
			"WHERE m.type = 'table' ORDER BY 1, 2");
}

static void night(struct kit *kit, const char *name)
{
	struct ep_dataset_ref ref = kit_ref("printix.users", KIT_ACCOUNTS);
	struct ep_row row = kit_account("u1", NULL, name, 0);
	void *dataset;

	kit_begin(kit);
	dataset = kit_start(kit, &ref);
	kit_row(kit, dataset, &row);
	kit_finish(kit, dataset, EP_COVERAGE_COMPLETE);
	kit_end(kit);
}

/* A database of the first version becomes what a new one is, and goes on
 * with its history. */
static void test_from_version_1(void **state)
{
	struct kit *kit = *state;
	EP_AUTO_FREE char *path = fixture("store/version-1.sql");
	EP_AUTO(ep_buf_release) struct ep_buf sql;
	EP_AUTO_FREE char *new = NULL;
	EP_AUTO_FREE char *old = NULL;
	struct ep_db *db = NULL;

	unlink(kit->path);
	kit_open(kit, true);
	new = columns(kit);
	kit_close(kit);
	unlink(kit->path);
	ep_buf_init(&sql, 1 << 20);
	kit_ok(kit, ep_file_read(path, 1 << 20, &sql, &kit->err));
	kit_ok(kit, ep_db_open(kit->path, EP_DB_WRITE, &db, &kit->err));
	kit_ok(kit, ep_db_exec(db, sql.s, &kit->err));
	ep_db_close(db);
	snprintf(backup, sizeof(backup), "%s.v1", kit->path);
	kit_open(kit, true);
	old = columns(kit);
	assert_string_equal(old, new);
	assert_int_equal(kit_int(kit, "SELECT changes FROM main.coverage"), 0);
	night(kit, "Anne");
	kit_ok(kit, ep_store_as_of(kit->store, 0, &kit->err));
	kit_assert_dump(kit, "SELECT name FROM account", "Anne\n");
	kit_ok(kit, ep_store_as_of(kit->store, 1, &kit->err));
	kit_assert_dump(kit, "SELECT name FROM account", "Ann\n");
	assert_int_equal(ask(kit, backup, "PRAGMA user_version"), 1);
	kit_close(kit);
}

/* --- databases that older programs wrote ---------------------------------- */

static void lay_down(struct kit *kit, int version)
{
	EP_AUTO(ep_buf_release) struct ep_buf sql = EP_BUF_INIT(1 << 20);
	EP_AUTO_FREE char *path = NULL;
	struct ep_db *db = NULL;
	char name[64];

	snprintf(name, sizeof(name), "store/version-%d-nights.sql", version);
	path = fixture(name);
	unlink(kit->path);
	kit_ok(kit, ep_file_read(path, 1 << 20, &sql, &kit->err));
	kit_ok(kit, ep_db_open(kit->path, EP_DB_WRITE, &db, &kit->err));
	kit_ok(kit, ep_db_exec(db, sql.s, &kit->err));
	ep_db_close(db);
	snprintf(backup, sizeof(backup), "%s.v%d", kit->path, version);
}

/* "? run N SQL" or "? at TIME SQL": the answer, a line a row. */
static char *answer(struct kit *kit, const char *question)
{
	struct ep_str rest = ep_str(question);
	struct ep_str mark, of, number;
	int64_t run;

	assert_true(ep_str_cut(&rest, ' ', &mark));
	assert_true(ep_str_eqn(mark, "?"));
	assert_true(ep_str_cut(&rest, ' ', &of));
	assert_true(ep_str_cut(&rest, ' ', &number));
	assert_true(ep_str_intn(number, &run));
	if (ep_str_eqn(of, "at"))
		kit_ok(kit, ep_store_run_at(kit->store, run, &run, &kit->err));
	else
		assert_true(ep_str_eqn(of, "run"));
	kit_ok(kit, ep_store_as_of(kit->store, run, &kit->err));
	return kit_dump(kit, rest.p);
}

/* All questions of the file; returns how many there were. */
static int ask_again(struct kit *kit)
{
	EP_AUTO(ep_buf_release) struct ep_buf text = EP_BUF_INIT(1 << 20);
	EP_AUTO_FREE char *path = fixture("store/nights.answers");
	char *at;
	int asked = 0;

	kit_ok(kit, ep_file_read(path, 1 << 20, &text, &kit->err));
	for (at = text.s; *at; asked++) {
		char *question = at;
		char *want = strchr(question, '\n') + 1;
		char *got;

		for (at = want; *at && *at != '?';)
			at = strchr(at, '\n') + 1;
		want[-1] = '\0';
		got = answer(kit, question);
		if (strlen(got) != (size_t)(at - want) ||
		    strncmp(got, want, strlen(got)) != 0)
			fail_msg("%s: got \"%s\"", question, got);
		ep_free(got);
	}
	return asked;
}

/* Whatever program wrote it: after the migration each question about the past
 * is answered as that program answered it, what it sealed still holds, and
 * the history goes on. */
static void test_every_version_answers_the_same(void **state)
{
	struct kit *kit = *state;

	for (int version = 1; version <= EP_STORE_SCHEMA; version++) {
		lay_down(kit, version);
		kit_open(kit, true);
		assert_int_equal(kit_int(kit, "PRAGMA main.user_version"),
				 EP_STORE_SCHEMA);
		assert_int_equal(ask_again(kit), 30);
		kit_ok(kit, ep_evidence_verify(kit->store, 0, NULL, NULL, NULL,
					       &kit->err));
		ep_clock_fix(KIT_FIRST + 10 * KIT_NIGHT);
		night(kit, "Anne");
		assert_int_equal(ask_again(kit), 30);
		kit_ok(kit, ep_evidence_verify(kit->store, 0, NULL, NULL, NULL,
					       &kit->err));
		kit_close(kit);
		unlink(backup);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(test_steps_in_order_after_a_backup),
		T(test_failure_leaves_the_old_version),
		T(test_kill_leaves_the_old_version),
		T(test_missing_step_is_an_error),
		T(test_shipped_steps),
		T(test_from_version_1),
		T(test_every_version_answers_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
