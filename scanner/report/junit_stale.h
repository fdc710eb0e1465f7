/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of an earlier night in a folder of JUnit files: a CI that takes every
 * file of the folder would read them as tonight's.
 */
#ifndef EP_JUNIT_STALE_H
#define EP_JUNIT_STALE_H

#include "base/err.h"
#include "base/map.h"

/* Removes the files of ours that are not among the names written.  Ours is
 * what begins as a file of the customer that it is called after. */
int ep_junit_stale(const char *folder, const struct ep_map *written,
		   struct ep_err *err) EP_MUST_CHECK;

#endif
