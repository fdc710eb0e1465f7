/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names under which rules find a package's leaves.
 */
#ifndef EP_PACKAGE_VIEW_H
#define EP_PACKAGE_VIEW_H

#include <stdint.h>

#include "base/err.h"

struct ep_db;

/* from: the store, whose views show the run; to: the package, its leaves in
 * place, in a transaction. */
int ep_package_views(struct ep_db *from, struct ep_db *to, int64_t run,
		     struct ep_err *err) EP_MUST_CHECK;

#endif
