/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every look at an exit stands on, whoever leaves: the fleet, the age of
 * its listings, and what the shipped rules find in it.  A look makes its own;
 * who looks at many exits of the same state has them share one.
 */
#ifndef EP_EXIT_GROUND_H
#define EP_EXIT_GROUND_H

#include "base/map.h"
#include "check/eval.h"
#include "check/fleet.h"
#include "exit/exit.h"
#include "exit/fresh.h"

struct ep_exit_ground {
	struct ep_fleet fleet;
	struct ep_fresh fresh;
	bool tickets;	/* are in tables of their own */
	struct ep_map eval;	/* id of a shipped rule -> struct ep_eval, as of
				 * the context's now */
};

int ep_exit_ground_load(const struct ep_exit_context *ctx,
			struct ep_exit_ground **ret, struct ep_err *err)
	EP_MUST_CHECK;
/* For who finds many exits: tickets, by whatever they are asked for, and
 * tenancies in temporary tables, so that each exit does not go through all
 * of them in their views. */
int ep_exit_ground_tickets(const struct ep_exit_context *ctx,
			   struct ep_exit_ground *ground, struct ep_err *err)
	EP_MUST_CHECK;
void ep_exit_ground_free(struct ep_exit_ground *ground);

#endif
