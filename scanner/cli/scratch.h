/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A folder of our own under $TMPDIR that disappears again, for the databases
 * that linting and testing rules needs.
 */
#ifndef EP_SCRATCH_H
#define EP_SCRATCH_H

#include "base/err.h"

/* The folder in which they are made. */
const char *ep_scratch_root(void);
/* Owned path. */
int ep_scratch_make(char **ret, struct ep_err *err) EP_MUST_CHECK;
/* Removes the folder with its plain files; frees the path. */
void ep_scratch_remove(char *path);

#endif
