/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store as a file: made, locked, refused, killed at any moment, and full.
 */
#include "store_kit.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/limits.h"

static int setup(void **state)
{
	struct kit *kit = calloc(1, sizeof(*kit));

	kit_init(kit);
	*state = kit;
	return 0;
}

static int teardown(void **state)
{
	kit_release(*state);
	free(*state);
	return 0;
}

/* `count` accounts whose names hold `mark`. */
static void night(struct kit *kit, int count, const char *mark)
{
	struct ep_dataset_ref ref = kit_ref("printix.users", KIT_ACCOUNTS);
	void *dataset = kit_start(kit, &ref);

	for (int i = 0; i < count; i++) {
		char id[16], name[64];
		struct ep_row row;

		snprintf(id, sizeof(id), "%06d", i);
		snprintf(name, sizeof(name), "%s %d", mark, i);
		row = kit_account(id, NULL, name, 0);
		kit_row(kit, dataset, &row);
	}
	kit_finish(kit, dataset, EP_COVERAGE_COMPLETE);
}

/* --- the file ----------------------------------------------------------- */

static void test_new_file(void **state)
{
	struct kit *kit = *state;
	struct stat st;

	kit_open(kit, true);
	assert_int_equal(stat(kit->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(kit_int(kit, "PRAGMA application_id"), 0x45504631);
	assert_int_equal(kit_int(kit, "PRAGMA user_version"), EP_STORE_SCHEMA);
	assert_int_equal(ep_store_run(kit->store), 0);
	/* Nothing there is no error. */
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM account"), 0);
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM coverage"), 0);
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM moved"), 0);
}

static void test_missing_file_is_not_made_by_a_reader(void **state)
{
	struct kit *kit = *state;

	assert_int_equal(ep_store_open(kit->path, false, &kit->store,
				       &kit->err), EP_ENOENT);
	assert_int_equal(access(kit->path, F_OK), -1);
}

static void write_file(const char *path, const char *text, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, n), (ssize_t)n);
	close(fd);
}

static void assert_refused(struct kit *kit, bool write)
{
	struct ep_buf before, after;
	struct ep_err err = EP_ERR_INIT;

	ep_buf_init(&before, 1 << 24);
	ep_buf_init(&after, 1 << 24);
	kit_ok(kit, ep_file_read(kit->path, 1 << 24, &before, &kit->err));
	assert_int_equal(ep_store_open(kit->path, write, &kit->store, &err),
			 EP_EDATA);
	assert_null(kit->store);
	assert_non_null(strstr(err.msg, kit->path));
	kit_ok(kit, ep_file_read(kit->path, 1 << 24, &after, &kit->err));
	assert_int_equal(before.len, after.len);
	assert_memory_equal(before.s, after.s, before.len);
	ep_buf_release(&before);
	ep_buf_release(&after);
}

static void test_foreign_files_stay_as_they_are(void **state)
{
	struct kit *kit = *state;
	struct ep_db *db = NULL;

	write_file(kit->path, "", 0);
	assert_refused(kit, true);
	assert_refused(kit, false);
	write_file(kit->path, "customer,seats\n", 15);
	assert_refused(kit, true);
	assert_refused(kit, false);
	/* A database, but not ours. */
	unlink(kit->path);
	kit_ok(kit, ep_db_open(kit->path, EP_DB_WRITE, &db, &kit->err));
	kit_ok(kit, ep_db_exec(db, "PRAGMA journal_mode=DELETE; "
			       "CREATE TABLE t(x); PRAGMA user_version=1;",
			       &kit->err));
	ep_db_close(db);
	assert_refused(kit, true);
	assert_refused(kit, false);
}

static void test_newer_schema_is_refused(void **state)
{
	struct kit *kit = *state;
	struct ep_db *db = NULL;

	kit_open(kit, true);
	kit_close(kit);
	kit_ok(kit, ep_db_open(kit->path, EP_DB_WRITE, &db, &kit->err));
	kit_ok(kit, ep_db_execf(db, &kit->err, "PRAGMA user_version=%d",
				EP_STORE_SCHEMA + 1));
	ep_db_close(db);
	assert_refused(kit, true);
	assert_refused(kit, false);
}

/* A killed first run leaves a half-made file under another name only. */
static void test_half_made_file_is_replaced(void **state)
{
	struct kit *kit = *state;
	char path[128];

	snprintf(path, sizeof(path), "%s.new", kit->path);
	write_file(path, "half", 4);
	kit_open(kit, true);
	assert_int_equal(access(path, F_OK), -1);
}

/* --- the lock ----------------------------------------------------------- */

static void test_second_writer_ends_at_once(void **state)
{
	struct kit *kit = *state;
	struct ep_store *second = NULL;
	struct ep_err err = EP_ERR_INIT;
	int64_t begin = ep_clock_mono_ms();
	char pid[32];

	kit_open(kit, true);
	assert_int_equal(ep_store_open(kit->path, true, &second, &err),
			 EP_EBUSY);
	assert_null(second);
	assert_true(ep_clock_mono_ms() - begin < 3000);
	snprintf(pid, sizeof(pid), "process %ld", (long)getpid());
	assert_non_null(strstr(err.msg, pid));
	/* A reader is welcome. */
	kit_ok(kit, ep_store_open(kit->path, false, &second, &kit->err));
	ep_store_close(second);
	kit_close(kit);
	kit_open(kit, true);
}

/* --- runs --------------------------------------------------------------- */

static void test_killed_run_is_aborted(void **state)
{
	struct kit *kit = *state;

	kit_open(kit, true);
	kit_begin(kit);
	night(kit, 3, "a");
	kit_end(kit);
	kit_begin(kit);
	night(kit, 3, "b");
	kit_ok(kit, ep_store_flush(kit->store, &kit->err));
	kit_close(kit);
	kit_open(kit, true);
	/* Its rows are there, but the views show the last whole night. */
	assert_int_equal(ep_store_run(kit->store), 1);
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM account WHERE "
				 "name GLOB 'a *'"), 3);
	kit_begin(kit);
	assert_int_equal(kit->run, 3);
	kit_assert_dump(kit, "SELECT id, state FROM run ORDER BY id",
			"1|complete\n2|aborted\n3|running\n");
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM account WHERE "
				 "name GLOB 'b *'"), 3);
	kit_end(kit);
}

static void test_run_record(void **state)
{
	struct kit *kit = *state;
	int64_t run = 0;

	kit_open(kit, true);
	kit_begin(kit);
	kit_end(kit);
	kit_assert_dump(kit, "SELECT kind, state, ended_at >= started_at, "
			"program, clock_fixed, testing, requests, "
			"connections, wire_bytes, length(sqlite) > 4, "
			"length(curl) > 4, host IS NOT NULL FROM run",
			"night|complete|1|test|1|0|1|1|100|1|1|1\n");
	kit_ok(kit, ep_store_run_at(kit->store, KIT_FIRST, &run, &kit->err));
	assert_int_equal(run, 1);
	kit_ok(kit, ep_store_run_at(kit->store, KIT_FIRST - 1, &run,
				    &kit->err));
	assert_int_equal(run, 0);
	kit_ok(kit, ep_store_run_before(kit->store, 2, &run, &kit->err));
	assert_int_equal(run, 1);
	kit_ok(kit, ep_store_run_before(kit->store, 1, &run, &kit->err));
	assert_int_equal(run, 0);
	assert_int_equal(ep_store_as_of(kit->store, 9, &kit->err), EP_ENOENT);
}

/* --- trouble ------------------------------------------------------------ */

/* The child writes nights until it is killed; three datasets of one night
 * hold the same mark, so that a half night would show. */
static void write_for_ever(struct kit *kit)
{
	kit_open(kit, true);
	for (int n = 0;; n++) {
		char mark[32];

		snprintf(mark, sizeof(mark), "n%d", n);
		kit_begin(kit);
		for (int d = 0; d < 3; d++)
			night(kit, 40, mark);
		kit_end(kit);
	}
}

static void kill_once(struct kit *kit, unsigned us)
{
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		write_for_ever(kit);
		_exit(1);
	}
	usleep(us);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
}

static void test_kill_at_any_moment(void **state)
{
	struct kit *kit = *state;
	int64_t runs = 0;

	for (int round = 0; round < 50; round++) {
		kill_once(kit, (unsigned)(rand() % 60000));
		kit_open(kit, true);
		kit_assert_dump(kit, "PRAGMA integrity_check", "ok\n");
		/* Whole datasets or none: one mark, all forty of it. */
		assert_int_equal(kit_int(kit, "SELECT count(DISTINCT "
			"substr(name, 1, instr(name, ' '))) * 40 = count(*) "
			"FROM now_account"), 1);
		assert_int_equal(kit_int(kit, "SELECT count(*) FROM "
					 "now_account") % 40, 0);
		/* The log and the row ids agree with the rows. */
		assert_int_equal(kit_int(kit, "SELECT (SELECT max(history_high)"
			" FROM run) IS (SELECT coalesce(max(id), 0) FROM "
			"history) OR NOT EXISTS(SELECT 1 FROM run)"), 1);
		assert_int_equal(kit_int(kit, "SELECT next_rid > (SELECT "
			"coalesce(max(rid), 0) FROM now_account) FROM kind "
			"WHERE name = 'account'"), 1);
		kit_begin(kit);
		assert_true(kit->run > runs);
		runs = kit->run;
		assert_int_equal(kit_int(kit, "SELECT count(*) FROM run WHERE "
					 "state = 'running'"), 1);
		kit_end(kit);
		kit_close(kit);
	}
	assert_true(runs > 50);
}

/* A limit of the file size is the full disk that needs no mount. */
static void test_full_disk(void **state)
{
	struct kit *kit = *state;
	struct rlimit old, small;
	struct ep_coverage coverage;
	struct ep_dataset_ref ref = kit_ref("printix.users", KIT_ACCOUNTS);
	void (*old_handler)(int) = signal(SIGXFSZ, SIG_IGN);
	bool repeat;
	void *dataset;
	int rc = 0;

	kit_open(kit, true);
	kit_begin(kit);
	night(kit, 50, "before");
	kit_end(kit);
	kit_begin(kit);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = old;
	small.rlim_cur = 700 * 1024;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	dataset = kit_start(kit, &ref);
	for (int i = 0; rc == 0 && i < 20000; i++) {
		char id[16];
		struct ep_row row;

		snprintf(id, sizeof(id), "%06d", i);
		row = kit_account(id, NULL, "a name of some length", 0);
		rc = kit->sink.row(kit->sink.to, dataset, &row, &repeat,
				   &kit->err);
	}
	ep_coverage_init(&coverage);
	if (rc == 0)
		rc = kit->sink.end(kit->sink.to, dataset, &coverage,
				   &kit->err);
	ep_coverage_release(&coverage);
	if (rc == 0)
		rc = ep_store_flush(kit->store, &kit->err);
	assert_int_equal(rc, EP_EIO);
	/* The run does not end well either, and says why. */
	assert_int_equal(ep_store_run_end(kit->store, true, 0, 0, 0,
					  &kit->err), EP_EIO);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	signal(SIGXFSZ, old_handler);
	kit_close(kit);
	kit_open(kit, true);
	kit_assert_dump(kit, "PRAGMA integrity_check", "ok\n");
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM run WHERE id = 2 "
				 "AND state = 'complete'"), 0);
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM account WHERE "
				 "name GLOB 'before *'"), 50);
}

static void spoil_last_page(const struct kit *kit)
{
	char rubbish[4096];
	struct stat st;
	int fd = open(kit->path, O_WRONLY);

	memset(rubbish, 0x5a, sizeof(rubbish));
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(pwrite(fd, rubbish, sizeof(rubbish),
				st.st_size - (off_t)sizeof(rubbish)),
			 sizeof(rubbish));
	close(fd);
}

static void test_damage_is_found(void **state)
{
	struct kit *kit = *state;

	kit_open(kit, true);
	kit_begin(kit);
	night(kit, 500, "name");
	kit_end(kit);
	kit_ok(kit, ep_store_whole(kit->store, false, &kit->err));
	kit_close(kit);
	spoil_last_page(kit);
	kit_open(kit, true);
	assert_int_equal(ep_store_whole(kit->store, false, &kit->err), EP_EDATA);
	assert_non_null(strstr(kit->err.msg, "put back a copy"));
}

/* A run over a sound file begins and ends as without the look. */
static void test_look_beside_a_run(void **state)
{
	struct kit *kit = *state;

	kit_open(kit, true);
	kit_ok(kit, ep_store_look(kit->store, &kit->err));
	kit_begin(kit);
	kit_ok(kit, ep_store_flush(kit->store, &kit->err));
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM run WHERE "
				 "state = 'running'"), 1);
	night(kit, 500, "name");
	kit_end(kit);
	kit_begin(kit);
	night(kit, 500, "name");
	kit_end(kit);
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM run WHERE "
				 "state = 'complete'"), 2);
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM account"), 500);
}

static void test_look_stops_a_run(void **state)
{
	struct ep_run_info info = { .kind = "night", .program = "test" };
	struct kit *kit = *state;

	test_look_beside_a_run(state);
	kit_close(kit);
	spoil_last_page(kit);
	kit_open(kit, true);
	kit_ok(kit, ep_store_look(kit->store, &kit->err));
	kit_ok(kit, ep_store_run_begin(kit->store, &info, &kit->config,
				       &kit->run, &kit->err));
	assert_int_equal(ep_store_flush(kit->store, &kit->err), EP_EDATA);
	assert_non_null(strstr(kit->err.msg, "put back a copy"));
	assert_int_equal(ep_store_run_end(kit->store, true, 0, 0, 0,
					  &kit->err), EP_EDATA);
	kit_close(kit);
	kit_open(kit, true);
	/* Nothing was added to what is damaged. */
	assert_int_equal(kit_int(kit, "SELECT count(*) FROM run"), 2);
}

static void test_listing_of_no_tenancy(void **state)
{
	struct ep_run_info info = { .kind = "night", .program = "test" };
	struct kit *kit = *state;

	kit_open(kit, true);
	kit_begin(kit);
	night(kit, 2, "name");
	kit_end(kit);
	kit_ok(kit, ep_db_exec(ep_store_db(kit->store),
			       "PRAGMA foreign_keys = OFF; "
			       "UPDATE dataset SET tenancy = 99",
			       &kit->err));
	kit_close(kit);
	kit_open(kit, true);
	assert_int_equal(ep_store_run_begin(kit->store, &info, &kit->config,
					    &kit->run, &kit->err), EP_EDATA);
	assert_non_null(strstr(kit->err.msg, "is of no tenancy"));
}

static char *self;

/* Makes a database in another process whose n-th write and all later ones
 * fail.  Returns its status. */
static int create_with_fault(struct kit *kit, int n)
{
	char inject[64];
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	snprintf(inject, sizeof(inject), "inject=pwrite64:error=EIO:when=%d+",
		 n);
	if (child == 0) {
		/* The leak check cannot run under strace. */
		setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
		execlp("strace", "strace", "-f", "-qq", "-o", "/dev/null",
		       "-e", "trace=pwrite64", "-e", inject, self, "--create",
		       kit->path, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Whatever fails while it is made, a database is whole or not there. */
static void test_failed_writes_at_birth(void **state)
{
	struct kit *kit = *state;
	int failed = 0;

	if (create_with_fault(kit, 60000) != 0)
		skip();
	unlink(kit->path);
	for (int n = 1; n < 400; n += 13) {
		failed += create_with_fault(kit, n) != 0;
		if (access(kit->path, F_OK) < 0)
			continue;
		kit_open(kit, true);
		kit_assert_dump(kit, "PRAGMA integrity_check", "ok\n");
		kit_close(kit);
		unlink(kit->path);
	}
	assert_true(failed > 5);
}

static int create_only(const char *path)
{
	struct ep_store *store = NULL;
	struct ep_err err = EP_ERR_INIT;
	int rc = ep_store_open(path, true, &store, &err);

	ep_store_close(store);
	return rc < 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(test_new_file),
		T(test_missing_file_is_not_made_by_a_reader),
		T(test_foreign_files_stay_as_they_are),
		T(test_newer_schema_is_refused),
		T(test_half_made_file_is_replaced),
		T(test_second_writer_ends_at_once),
		T(test_killed_run_is_aborted),
		T(test_run_record),
		T(test_kill_at_any_moment),
		T(test_full_disk),
		T(test_damage_is_found),
		T(test_look_beside_a_run),
		T(test_look_stops_a_run),
		T(test_listing_of_no_tenancy),
		T(test_failed_writes_at_birth),
	};

	self = argv[0];
	if (argc == 3 && strcmp(argv[1], "--create") == 0)
		return create_only(argv[2]);

	return cmocka_run_group_tests(tests, NULL, NULL);
}
