/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When each dataset was read, and whether that is young enough for an exit:
 * a rule asks about the night, an exit about now.
 */
#ifndef EP_EXIT_FRESH_H
#define EP_EXIT_FRESH_H

#include "base/map.h"
#include "check/fleet.h"
#include "exit/exit.h"

struct ep_fresh_set {
	bool imported;
	int64_t run;
	int64_t read_at;	/* begin of the run; of imports, the capture */
	char *customer;		/* NULL nobody's */
};

struct ep_fresh {
	struct ep_map set;	/* "tenant U+001F dataset" -> ep_fresh_set */
};

/* Marks what is too old for the context stale in the fleet, too. */
int ep_fresh_load(const struct ep_exit_context *ctx, struct ep_fleet *fleet,
		  struct ep_fresh *ret, struct ep_err *err) EP_MUST_CHECK;
void ep_fresh_release(struct ep_fresh *fresh);
/* NULL when it is in no list of coverage. */
const struct ep_fresh_set *ep_fresh_get(const struct ep_fresh *fresh,
					const char *tenant,
					const char *dataset);

#endif
