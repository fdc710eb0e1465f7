/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tenancies that nobody reads any more, because somebody said so.
 */
#ifndef EP_RETIRE_H
#define EP_RETIRE_H

#include <stdint.h>

#include "base/err.h"

struct ep_store;

/* It was seen again in the run at hand; nothing when it was not retired. */
int ep_retire_end(struct ep_store *store, int64_t tenancy, struct ep_err *err)
	EP_MUST_CHECK;

#endif
