/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of a copy that somebody works on while another process writes the
 * database: "<database>.aside-<process>" with SQLite's own beside it, and a
 * lock file whose lock says that it is in use.
 */
#ifndef EP_ASIDE_H
#define EP_ASIDE_H

#include "base/err.h"

/* What this process calls its copy; owned. */
char *ep_aside_path(const char *database);

/* Copies the database; the caller holds the lock of the copy.  EP_ELIMIT when
 * it is too large or there is no room for it. */
int ep_aside_copy(const char *database, const char *copy, struct ep_err *err)
	EP_MUST_CHECK;
void ep_aside_remove(const char *copy);

/* Removes the copies of processes that were killed. */
void ep_aside_sweep(const char *database);

#endif
