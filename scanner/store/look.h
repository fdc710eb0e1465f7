/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks at the structure of a whole database file, since SQLite finds damage
 * only where it reads: at once, or in a thread while a night's first requests
 * are under way.
 */
#ifndef EP_LOOK_H
#define EP_LOOK_H

#include <stdbool.h>

#include "base/err.h"

struct ep_db;
struct ep_look;

/* As ep_store_whole, through any connection; path is for the message. */
int ep_look_now(struct ep_db *db, const char *path, bool indexes,
		struct ep_err *err) EP_MUST_CHECK;

/* The same without the indexes, by a thread with a connection of its own. */
int ep_look_start(const char *path, struct ep_look **ret, struct ep_err *err)
	EP_MUST_CHECK;
/* What it came to, as often as it is asked; waits for the end of it. */
int ep_look_wait(struct ep_look *look, struct ep_err *err) EP_MUST_CHECK;
/* Waits, too.  NULL is fine. */
void ep_look_free(struct ep_look *look);

#endif
