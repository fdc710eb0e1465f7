/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run named on the command line by its number or by a time.
 */
#ifndef EP_MOMENT_H
#define EP_MOMENT_H

#include <stdint.h>

#include "base/err.h"

struct ep_store;

/* "12", "2026-11-17" or "2026-11-17T02:00:00Z": the run of that number, or
 * the newest finished one at or before that time.  EP_EUSAGE, EP_ENOENT. */
int ep_moment_run(struct ep_store *store, const char *word, int64_t *ret_run,
		  struct ep_err *err) EP_MUST_CHECK;

#endif
