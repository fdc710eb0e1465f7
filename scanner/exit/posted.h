/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was posted to a ticket, so that it is posted once: also when the
 * answer was lost, the process was killed, or somebody verifies again and
 * nothing has changed.
 *
 * Table in the store's database, written here alone:
 *
 *  exit_post(id INTEGER PRIMARY KEY, tenant, ticket, kind, digest, mark,
 *          made_at, done_at)    kind: note attachment; done_at NULL: it may be
 *          there or not.  The newest row of a ticket and kind counts.
 */
#ifndef EP_EXIT_POSTED_H
#define EP_EXIT_POSTED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct ep_db;

#define EP_POST_MARK 48

struct ep_post {
	const char *tenant;	/* 'system/id' of the PSA */
	const char *ticket;
	const char *kind;
	const char *digest;	/* of what is to be said */
};

/* The mark to write with.  *ret_done: this very thing was the last that was
 * said there, and it was seen.  Otherwise the mark is on disk before anything
 * is sent: that of the last try when it was to say the same, else a new one. */
int ep_post_begin(struct ep_db *db, const struct ep_post *post, int64_t now,
		  char ret_mark[EP_POST_MARK], bool *ret_done,
		  struct ep_err *err) EP_MUST_CHECK;
int ep_post_done(struct ep_db *db, const char *mark, int64_t now,
		 struct ep_err *err) EP_MUST_CHECK;

#endif
