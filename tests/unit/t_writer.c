/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The writer: order, grouped commits, the bound of its queue, and its first
 * error.
 */
#include "store_kit.h"

#include <pthread.h>

#include "base/limits.h"
#include "store/writer.h"

struct fixture {
	struct kit kit;
	struct ep_db *db;
	struct ep_writer *writer;
	int commits;
	int dropped;
	bool shut;
};

struct task {
	struct fixture *fixture;
	int number;
	bool fail;
	bool wait;
};

static int count_commit(void *to, struct ep_err *err)
{
	struct fixture *fixture = to;

	(void)err;
	fixture->commits++;
	return 0;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	kit_init(&f->kit);
	kit_ok(&f->kit, ep_db_open(f->kit.path, EP_DB_WRITE, &f->db,
				   &f->kit.err));
	kit_ok(&f->kit, ep_db_exec(f->db, "CREATE TABLE t(id INTEGER PRIMARY "
				   "KEY, n INTEGER)", &f->kit.err));
	kit_ok(&f->kit, ep_writer_start(f->db, count_commit, f, &f->writer,
					&f->kit.err));
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	ep_writer_stop(f->writer);
	ep_db_close(f->db);
	kit_release(&f->kit);
	free(f);
	return 0;
}

static int run(void *arg, struct ep_err *err)
{
	struct task *task = arg;

	if (task->wait) {
		while (__atomic_load_n(&task->fixture->shut,
				       __ATOMIC_ACQUIRE))
			usleep(1000);
	}
	if (task->fail)
		return ep_err_set(err, EP_EIO, "task %d failed", task->number);
	return ep_db_execf(task->fixture->db, err,
			   "INSERT INTO t(n) VALUES(%d)", task->number);
}

static void drop(void *arg)
{
	struct task *task = arg;

	task->fixture->dropped++;
	free(task);
}

static int put(struct fixture *f, int number, bool fail, bool wait,
	       size_t bytes)
{
	struct task *task = calloc(1, sizeof(*task));
	struct ep_job job = { run, drop, task, bytes };

	task->fixture = f;
	task->number = number;
	task->fail = fail;
	task->wait = wait;
	return ep_writer_put(f->writer, &job, &f->kit.err);
}

static int64_t one(struct fixture *f, const char *sql)
{
	int64_t n = -1;

	kit_ok(&f->kit, ep_db_one_int(f->db, sql, &n, &f->kit.err));
	return n;
}

static void test_order_and_grouping(void **state)
{
	struct fixture *f = *state;

	for (int i = 1; i <= 500; i++)
		kit_ok(&f->kit, put(f, i, false, false, 10));
	kit_ok(&f->kit, ep_writer_flush(f->writer, &f->kit.err));
	assert_int_equal(one(f, "SELECT count(*) FROM t WHERE id = n"), 500);
	assert_int_equal(f->dropped, 500);
	assert_true(f->commits >= 1 && f->commits < 50);
	/* Nothing new: nothing to commit. */
	f->commits = 0;
	kit_ok(&f->kit, ep_writer_flush(f->writer, &f->kit.err));
	assert_int_equal(f->commits, 0);
}

/* A group that nobody waits for becomes durable by itself. */
static void test_group_ends_by_time(void **state)
{
	struct fixture *f = *state;
	struct ep_db *other = NULL;
	int64_t n = 0;
	int64_t begin = ep_clock_mono_ms();

	kit_ok(&f->kit, ep_db_open(f->kit.path, EP_DB_READ, &other,
				   &f->kit.err));
	kit_ok(&f->kit, put(f, 1, false, false, 10));
	while (!n && ep_clock_mono_ms() - begin < 10000) {
		kit_ok(&f->kit, ep_db_one_int(other, "SELECT count(*) FROM t",
					      &n, &f->kit.err));
		usleep(5000);
	}
	assert_int_equal(n, 1);
	assert_true(ep_clock_mono_ms() - begin >= EP_WRITER_GROUP_MS - 20);
	ep_db_close(other);
}

static void test_first_error_stays(void **state)
{
	struct fixture *f = *state;

	kit_ok(&f->kit, put(f, 1, false, false, 10));
	kit_ok(&f->kit, ep_writer_flush(f->writer, &f->kit.err));
	kit_ok(&f->kit, put(f, 2, false, false, 10));
	(void)!put(f, 3, true, false, 10);
	(void)!put(f, 4, false, false, 10);
	assert_int_equal(ep_writer_flush(f->writer, &f->kit.err), EP_EIO);
	assert_string_equal(f->kit.err.msg, "task 3 failed");
	assert_int_equal(put(f, 5, false, false, 10), EP_EIO);
	assert_int_equal(ep_writer_flush(f->writer, &f->kit.err), EP_EIO);
	/* The group of the error is gone whole, the one before is not. */
	assert_int_equal(one(f, "SELECT group_concat(n) FROM t"), 1);
	assert_int_equal(f->dropped, 5);
}

static void *open_gate_later(void *arg)
{
	struct fixture *f = arg;

	usleep(100000);
	__atomic_store_n(&f->shut, false, __ATOMIC_RELEASE);
	return NULL;
}

/* While the writer is stuck, memory does not grow: put waits. */
static void test_queue_is_bounded(void **state)
{
	struct fixture *f = *state;
	pthread_t thread;
	int64_t begin;

	f->shut = true;
	kit_ok(&f->kit, put(f, 1, false, true, EP_WRITER_BYTES_MAX));
	assert_int_equal(pthread_create(&thread, NULL, open_gate_later, f),
			 0);
	begin = ep_clock_mono_ms();
	kit_ok(&f->kit, put(f, 2, false, false, 1));
	assert_true(ep_clock_mono_ms() - begin >= 90);
	pthread_join(thread, NULL);
	/* One that is too big for any queue passes an empty one. */
	kit_ok(&f->kit, ep_writer_flush(f->writer, &f->kit.err));
	kit_ok(&f->kit, put(f, 3, false, false, 2 * EP_WRITER_BYTES_MAX));
	kit_ok(&f->kit, ep_writer_flush(f->writer, &f->kit.err));
	assert_int_equal(one(f, "SELECT count(*) FROM t"), 3);
}

/* Stopped without a flush: nothing half is kept, everything is freed. */
static void test_stop_rolls_back(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 20; i++)
		kit_ok(&f->kit, put(f, i, false, false, 10));
	ep_writer_stop(f->writer);
	f->writer = NULL;
	assert_int_equal(f->dropped, 20);
	assert_int_equal(one(f, "SELECT count(*) FROM t"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(test_order_and_grouping), T(test_group_ends_by_time),
		T(test_first_error_stays), T(test_queue_is_bounded),
		T(test_stop_rolls_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
