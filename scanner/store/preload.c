/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thread that indexes rows ahead of their need.
 */
#include "store/preload.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "base/alloc.h"
#include "ext/db.h"
#include "ext/hash.h"
#include "store/rowload.h"

struct wish {
	struct wish *next;
	int64_t dataset;
	unsigned kinds;
	enum { WAITING, BEGUN, DONE } state;
	int rc;
	struct ep_rowindex index;
};

struct ep_preload {
	struct ep_db *db;
	uint8_t secret[EP_HASH_SECRET_BYTES];
	pthread_t thread;

	pthread_mutex_t lock;	/* guards all below */
	pthread_cond_t work;	/* the thread waits for it */
	pthread_cond_t done;	/* its owner waits for it */
	struct wish *first;
	bool stop;
};

static void wish_free(struct wish *wish)
{
	ep_rowindex_release(&wish->index);
	ep_free(wish);
}

/* --- the thread --------------------------------------------------------- */

static struct wish *next_waiting(const struct ep_preload *preload)
{
	struct wish *wish = preload->first;

	while (wish && wish->state != WAITING)
		wish = wish->next;
	return wish;
}

/* Called and left with the lock held.  A wish that was begun with stays until
 * it is done, so it is this thread's meanwhile. */
static void fulfil(struct ep_preload *preload, struct wish *wish)
{
	struct ep_err err = EP_ERR_INIT;
	int rc;

	wish->state = BEGUN;
	pthread_mutex_unlock(&preload->lock);
	rc = ep_rowload(preload->db, preload->secret, wish->dataset,
			wish->kinds, &wish->index, &err);
	if (rc == 0)
		ep_rowindex_texts(&wish->index);
	pthread_mutex_lock(&preload->lock);
	wish->rc = rc;
	wish->state = DONE;
	pthread_cond_broadcast(&preload->done);
}

static void *work(void *arg)
{
	struct ep_preload *preload = arg;
	struct wish *wish;

	pthread_mutex_lock(&preload->lock);
	while (!preload->stop) {
		wish = next_waiting(preload);
		if (wish)
			fulfil(preload, wish);
		else
			pthread_cond_wait(&preload->work, &preload->lock);
	}
	pthread_mutex_unlock(&preload->lock);
	return NULL;
}

/* --- its owner ---------------------------------------------------------- */

static int start_thread(struct ep_preload *preload)
{
	sigset_t all, old;
	int rc;

	/* Signals are the main thread's business. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&preload->thread, NULL, work, preload);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return rc;
}

static void release(struct ep_preload *preload)
{
	pthread_cond_destroy(&preload->done);
	pthread_cond_destroy(&preload->work);
	pthread_mutex_destroy(&preload->lock);
	ep_db_close(preload->db);
	ep_free(preload);
}

struct ep_preload *ep_preload_new(const char *path, const uint8_t *secret)
{
	struct ep_preload *preload = ep_calloc(1, sizeof(*preload));
	struct ep_err err = EP_ERR_INIT;
	int rc = ep_db_open(path, EP_DB_READ, &preload->db, &err);

	memcpy(preload->secret, secret, sizeof(preload->secret));
	/* It passes over each row once and has no use for a cache. */
	if (rc == 0)
		rc = ep_db_exec(preload->db, "PRAGMA cache_size=-2048", &err);
	pthread_mutex_init(&preload->lock, NULL);
	pthread_cond_init(&preload->work, NULL);
	pthread_cond_init(&preload->done, NULL);
	if (rc == 0 && start_thread(preload) == 0)
		return preload;
	release(preload);
	return NULL;
}

void ep_preload_free(struct ep_preload *preload)
{
	struct wish *wish;

	if (!preload)
		return;
	pthread_mutex_lock(&preload->lock);
	preload->stop = true;
	pthread_cond_broadcast(&preload->work);
	pthread_mutex_unlock(&preload->lock);
	pthread_join(preload->thread, NULL);
	while ((wish = preload->first)) {
		preload->first = wish->next;
		wish_free(wish);
	}
	release(preload);
}

/* Where the wish hangs, or where a new one would. */
static struct wish **place_of(struct ep_preload *preload, int64_t dataset)
{
	struct wish **at = &preload->first;

	while (*at && (*at)->dataset != dataset)
		at = &(*at)->next;
	return at;
}

void ep_preload_ask(struct ep_preload *preload, int64_t dataset,
		    unsigned kinds)
{
	struct wish **at;

	if (!preload)
		return;
	pthread_mutex_lock(&preload->lock);
	at = place_of(preload, dataset);
	if (!*at) {
		*at = ep_calloc(1, sizeof(**at));
		(*at)->dataset = dataset;
		(*at)->kinds = kinds;
		ep_rowindex_init(&(*at)->index);
		pthread_cond_signal(&preload->work);
	}
	pthread_mutex_unlock(&preload->lock);
}

/* Takes the wish off the list; NULL when there is none. */
static struct wish *take_off(struct ep_preload *preload, int64_t dataset)
{
	struct wish **at;
	struct wish *wish;

	pthread_mutex_lock(&preload->lock);
	at = place_of(preload, dataset);
	wish = *at;
	while (wish && wish->state == BEGUN)
		pthread_cond_wait(&preload->done, &preload->lock);
	if (wish)
		*at = wish->next;
	pthread_mutex_unlock(&preload->lock);
	return wish;
}

bool ep_preload_take(struct ep_preload *preload, int64_t dataset,
		     unsigned kinds, struct ep_rowindex *index)
{
	struct wish *wish = preload ? take_off(preload, dataset) : NULL;
	bool done;

	if (!wish)
		return false;
	done = wish->state == DONE && wish->rc == 0 && wish->kinds == kinds;
	if (done) {
		*index = wish->index;
		ep_rowindex_init(&wish->index);
	}
	wish_free(wish);
	return done;
}
