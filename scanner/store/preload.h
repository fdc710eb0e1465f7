/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread that indexes the rows of datasets while their first pages are
 * under way.  It only reads, through a connection of its own; what it has not
 * begun with, or could not do, is done by whoever needs it.
 */
#ifndef EP_PRELOAD_H
#define EP_PRELOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "store/rowindex.h"

struct ep_preload;

/* NULL when there can be none; all of the below do nothing then. */
struct ep_preload *ep_preload_new(const char *path, const uint8_t *secret);
void ep_preload_free(struct ep_preload *preload);
/* What is stored about the dataset must not change before it is taken. */
void ep_preload_ask(struct ep_preload *preload, int64_t dataset,
		    unsigned kinds);
/* Fills an empty index, waiting for the thread if it is at it; false when it
 * was not asked for these kinds, not begun with or did not go well. */
bool ep_preload_take(struct ep_preload *preload, int64_t dataset,
		     unsigned kinds, struct ep_rowindex *index);

#endif
