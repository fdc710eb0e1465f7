/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One thread that owns the writing connection, behind a queue that is
 * bounded in bytes.  Jobs run in order; those that arrive within
 * EP_WRITER_GROUP_MS share a transaction, so that a disk with slow syncs
 * does not cost one sync a tenant.  The first error ends all writing: it is
 * what every later call returns.
 */
#ifndef EP_WRITER_H
#define EP_WRITER_H

#include <stddef.h>

#include "base/err.h"

struct ep_db;
struct ep_writer;

struct ep_job {
	/* Runs inside a transaction on the writer's thread. */
	int (*run)(void *arg, struct ep_err *err);
	/* Frees arg; always called once, run or not. */
	void (*drop)(void *arg);
	void *arg;
	size_t bytes;	/* of memory that waits with it */
};

/* before_commit runs inside every transaction, last.  db belongs to the
 * writer's thread from the first put until a flush has returned. */
int ep_writer_start(struct ep_db *db,
		    int (*before_commit)(void *to, struct ep_err *err),
		    void *to, struct ep_writer **ret, struct ep_err *err)
	EP_MUST_CHECK;
/* Waits for room; takes the job over in every case. */
int ep_writer_put(struct ep_writer *writer, const struct ep_job *job,
		  struct ep_err *err) EP_MUST_CHECK;
/* As if the transaction that the caller has open were a job that has run:
 * it is committed as soon as before_commit lets it.  Only while the writer is
 * idle. */
void ep_writer_adopt(struct ep_writer *writer);
/* Waits until all that was put is durable. */
int ep_writer_flush(struct ep_writer *writer, struct ep_err *err)
	EP_MUST_CHECK;
/* Rolls back what is not durable yet, unless it was flushed. */
void ep_writer_stop(struct ep_writer *writer);

#endif
