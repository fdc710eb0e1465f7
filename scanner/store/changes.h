/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a read by changes says, held against what is stored and against
 * itself: a source that contradicts either has not told everything.
 */
#ifndef EP_CHANGES_H
#define EP_CHANGES_H

#include "store/intake_priv.h"

/* Notes that a row of this key was told of. */
void ep_changes_row(struct ep_intake *intake, const struct ep_hash128 *key,
		    const struct ep_print *print);
/* The sink's: gone, doubt. */
int ep_changes_gone(void *to, void *dataset, const struct ep_row *row,
		    struct ep_err *err);
const char *ep_changes_doubt(void *to, void *dataset);
/* The rows that the dataset has once the changes are in. */
int64_t ep_changes_rows(const struct ep_intake *intake);
void ep_changes_release(struct ep_intake *intake);

#endif
