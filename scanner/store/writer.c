/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The writer's thread, its queue and its grouped commits.
 */
#include "store/writer.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "ext/db.h"

struct link {
	struct link *next;
	struct ep_job job;
};

struct ep_writer {
	struct ep_db *db;
	int (*before_commit)(void *to, struct ep_err *err);
	void *to;
	pthread_t thread;

	pthread_mutex_t lock;	/* guards all below */
	pthread_cond_t work;	/* the thread waits for it */
	pthread_cond_t done;	/* the owner waits for it */
	struct link *head;
	struct link **tail;
	size_t bytes;
	uint64_t put;		/* jobs ever taken */
	uint64_t durable;	/* jobs ever committed */
	bool hurry;		/* somebody waits in flush */
	bool running;		/* a job is */
	bool stop;
	struct ep_err err;	/* the first one */

	/* The thread's own. */
	bool open;		/* a transaction is */
	uint64_t ran;
	struct timespec deadline;
};

static struct timespec time_after(long ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += ms % 1000 * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	return t;
}

static bool is_past(const struct timespec *t)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec > t->tv_sec ||
	       (now.tv_sec == t->tv_sec && now.tv_nsec >= t->tv_nsec);
}

/* --- the thread --------------------------------------------------------- */

static int commit(struct ep_writer *writer, struct ep_err *err)
{
	int rc = 0;

	if (!writer->open)
		return 0;
	if (writer->before_commit)
		rc = writer->before_commit(writer->to, err);
	if (rc == 0)
		rc = ep_db_commit(writer->db, err);
	if (rc == 0)
		writer->open = false;
	return rc;
}

static int run_job(struct ep_writer *writer, struct ep_job *job,
		   struct ep_err *err)
{
	int rc = 0;

	if (!writer->open) {
		rc = ep_db_begin(writer->db, err);
		if (rc < 0)
			return rc;
		writer->open = true;
		writer->deadline = time_after(EP_WRITER_GROUP_MS);
	}
	rc = job->run(job->arg, err);
	if (rc == 0)
		writer->ran++;
	return rc;
}

/* Called and left with the lock held; what it does itself is done without. */
static void commit_group(struct ep_writer *writer)
{
	struct ep_err err = EP_ERR_INIT;
	int rc;

	pthread_mutex_unlock(&writer->lock);
	rc = commit(writer, &err);
	if (rc < 0) {
		ep_db_rollback(writer->db);
		writer->open = false;
	}
	pthread_mutex_lock(&writer->lock);
	if (rc < 0 && writer->err.code == EP_OK)
		writer->err = err;
	else if (rc == 0)
		writer->durable = writer->ran;
	pthread_cond_broadcast(&writer->done);
}

static void run_next(struct ep_writer *writer)
{
	struct link *link = writer->head;
	struct ep_err err = EP_ERR_INIT;
	bool broken = writer->err.code != EP_OK;
	int rc = 0;

	writer->head = link->next;
	if (!writer->head)
		writer->tail = &writer->head;
	writer->running = true;
	pthread_mutex_unlock(&writer->lock);
	if (!broken)
		rc = run_job(writer, &link->job, &err);
	if (rc < 0) {
		ep_db_rollback(writer->db);
		writer->open = false;
	}
	link->job.drop(link->job.arg);
	pthread_mutex_lock(&writer->lock);
	writer->running = false;
	writer->bytes -= link->job.bytes;
	if (rc < 0)
		writer->err = err;
	pthread_cond_broadcast(&writer->done);
	ep_free(link);
}

/* True when the group is to be closed now. */
static bool group_is_over(struct ep_writer *writer)
{
	if (!writer->open)
		return false;
	if (!writer->head && writer->hurry)
		return true;
	return is_past(&writer->deadline);
}

static void *work(void *arg)
{
	struct ep_writer *writer = arg;

	pthread_mutex_lock(&writer->lock);
	while (!writer->stop) {
		if (group_is_over(writer))
			commit_group(writer);
		else if (writer->head)
			run_next(writer);
		else if (writer->open)
			pthread_cond_timedwait(&writer->work, &writer->lock,
					       &writer->deadline);
		else
			pthread_cond_wait(&writer->work, &writer->lock);
	}
	if (writer->open)
		ep_db_rollback(writer->db);
	writer->open = false;
	pthread_mutex_unlock(&writer->lock);
	return NULL;
}

/* --- the owner ---------------------------------------------------------- */

static int start_thread(struct ep_writer *writer)
{
	sigset_t all, old;
	int rc;

	/* Signals are the main thread's business. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&writer->thread, NULL, work, writer);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return rc;
}

int ep_writer_start(struct ep_db *db,
		    int (*before_commit)(void *to, struct ep_err *err),
		    void *to, struct ep_writer **ret, struct ep_err *err)
{
	struct ep_writer *writer = ep_calloc(1, sizeof(*writer));
	pthread_condattr_t attr;
	int rc;

	writer->db = db;
	writer->before_commit = before_commit;
	writer->to = to;
	writer->tail = &writer->head;
	pthread_mutex_init(&writer->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&writer->work, &attr);
	pthread_cond_init(&writer->done, &attr);
	pthread_condattr_destroy(&attr);
	rc = start_thread(writer);
	if (rc != 0) {
		ep_free(writer);
		errno = rc;
		return ep_err_errno(err, EP_EIO, "cannot start the writer's "
				    "thread");
	}
	*ret = writer;
	return 0;
}

static int first_error(const struct ep_writer *writer, struct ep_err *err)
{
	if (writer->err.code == EP_OK)
		return 0;
	return ep_err_set(err, writer->err.code, "%s", writer->err.msg);
}

int ep_writer_put(struct ep_writer *writer, const struct ep_job *job,
		  struct ep_err *err)
{
	struct link *link = ep_calloc(1, sizeof(*link));
	int rc;

	link->job = *job;
	pthread_mutex_lock(&writer->lock);
	while (writer->err.code == EP_OK && writer->bytes &&
	       writer->bytes + job->bytes > EP_WRITER_BYTES_MAX)
		pthread_cond_wait(&writer->done, &writer->lock);
	rc = first_error(writer, err);
	if (rc == 0) {
		*writer->tail = link;
		writer->tail = &link->next;
		writer->bytes += job->bytes;
		writer->put++;
		pthread_cond_signal(&writer->work);
	}
	pthread_mutex_unlock(&writer->lock);
	if (rc < 0) {
		job->drop(job->arg);
		ep_free(link);
	}
	return rc;
}

void ep_writer_adopt(struct ep_writer *writer)
{
	pthread_mutex_lock(&writer->lock);
	assert(!writer->open && !writer->head && !writer->running);
	writer->open = true;
	writer->put++;
	writer->ran++;
	writer->deadline = time_after(0);
	pthread_cond_signal(&writer->work);
	pthread_mutex_unlock(&writer->lock);
}

int ep_writer_flush(struct ep_writer *writer, struct ep_err *err)
{
	int rc;

	pthread_mutex_lock(&writer->lock);
	writer->hurry = true;
	pthread_cond_signal(&writer->work);
	while (writer->err.code == EP_OK && writer->durable < writer->put)
		pthread_cond_wait(&writer->done, &writer->lock);
	/* After an error the queue is emptied, so that nothing runs on. */
	while (writer->head || writer->running)
		pthread_cond_wait(&writer->done, &writer->lock);
	writer->hurry = false;
	rc = first_error(writer, err);
	pthread_mutex_unlock(&writer->lock);
	return rc;
}

void ep_writer_stop(struct ep_writer *writer)
{
	if (!writer)
		return;
	pthread_mutex_lock(&writer->lock);
	writer->stop = true;
	pthread_cond_signal(&writer->work);
	pthread_mutex_unlock(&writer->lock);
	pthread_join(writer->thread, NULL);
	while (writer->head) {
		struct link *link = writer->head;

		writer->head = link->next;
		link->job.drop(link->job.arg);
		ep_free(link);
	}
	pthread_cond_destroy(&writer->work);
	pthread_cond_destroy(&writer->done);
	pthread_mutex_destroy(&writer->lock);
	ep_free(writer);
}
