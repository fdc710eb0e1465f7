/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The look at the whole file, and the thread that takes it.
 */
#include "store/look.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "ext/db.h"

struct ep_look {
	struct ep_db *db;
	char *path;
	pthread_t thread;

	pthread_mutex_t lock;	/* guards all below */
	pthread_cond_t done;
	bool over;
	struct ep_err err;
};

/* What is wrong with an index comes after much else, and must not be crowded
 * out. */
static const char every_fault[] = "PRAGMA main.integrity_check(2147483647)";

/* SQLite 3.40 finds NULLs, where there are none, in tables whose primary key
 * has its columns in another order. */
static bool is_damage(const char *said)
{
	static const char null[] = "NULL value in ";

	return !said || (!ep_str_eq(said, "ok") &&
			 strncmp(said, null, sizeof(null) - 1) != 0);
}

int ep_look_now(struct ep_db *db, const char *path, bool indexes,
		struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(db,
			       indexes ? every_fault : "PRAGMA "
			       "main.quick_check",
			       &stmt, err);

	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		const char *said = ep_db_col_text(stmt, 0);

		if (is_damage(said))
			rc = ep_err_set(err, EP_EDATA, "%s: the database is "
					"damaged (%s): put back a copy of it, "
					"or move it away and begin a new one",
					path, said ? said : "");
	}
	return rc;
}

static void *work(void *arg)
{
	struct ep_look *look = arg;
	struct ep_err err = EP_ERR_INIT;
	int rc = ep_look_now(look->db, look->path, false, &err);

	pthread_mutex_lock(&look->lock);
	if (rc < 0)
		look->err = err;
	look->over = true;
	pthread_cond_broadcast(&look->done);
	pthread_mutex_unlock(&look->lock);
	return NULL;
}

static int start_thread(struct ep_look *look)
{
	sigset_t all, old;
	int rc;

	/* Signals are the main thread's business. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&look->thread, NULL, work, look);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return rc;
}

static void release(struct ep_look *look)
{
	pthread_cond_destroy(&look->done);
	pthread_mutex_destroy(&look->lock);
	ep_db_close(look->db);
	ep_free(look->path);
	ep_free(look);
}

int ep_look_start(const char *path, struct ep_look **ret, struct ep_err *err)
{
	struct ep_look *look = ep_calloc(1, sizeof(*look));
	int rc = ep_db_open(path, EP_DB_READ, &look->db, err);

	look->path = ep_strdup(path);
	pthread_mutex_init(&look->lock, NULL);
	pthread_cond_init(&look->done, NULL);
	/* It passes over each page once and has no use for a cache. */
	if (rc == 0)
		rc = ep_db_exec(look->db, "PRAGMA cache_size=-2048", err);
	if (rc == 0) {
		errno = start_thread(look);
		if (errno)
			rc = ep_err_errno(err, EP_EIO, "cannot start the "
					  "thread that looks at %s", path);
	}
	if (rc < 0) {
		release(look);
		return rc;
	}
	*ret = look;
	return 0;
}

int ep_look_wait(struct ep_look *look, struct ep_err *err)
{
	int rc = 0;

	pthread_mutex_lock(&look->lock);
	while (!look->over)
		pthread_cond_wait(&look->done, &look->lock);
	if (look->err.code != EP_OK)
		rc = ep_err_set(err, look->err.code, "%s", look->err.msg);
	pthread_mutex_unlock(&look->lock);
	return rc;
}

void ep_look_free(struct ep_look *look)
{
	if (!look)
		return;
	pthread_join(look->thread, NULL);
	release(look);
}
