/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of a look at an exit share.
 */
#ifndef EP_EXIT_LOOK_H
#define EP_EXIT_LOOK_H

#include "check/eval.h"
#include "exit/exit.h"
#include "exit/ground.h"

struct ep_looker {
	const struct ep_exit_context *ctx;
	const struct ep_exit *exit;
	struct ep_exit_look *look;
	struct ep_exit_ground *ground;
	struct ep_map dataset;	/* "tenant U+001F dataset" that are listed */
};

/* Items of one end state that a query finds. */
int ep_look_query(struct ep_looker *lk, const struct ep_end *end,
		  struct ep_err *err) EP_MUST_CHECK;
/* Turns one evaluation into items. */
int ep_look_items(struct ep_looker *lk, const struct ep_end *end,
		  const struct ep_eval *eval, struct ep_err *err)
	EP_MUST_CHECK;
/* Whether a unit of it is one that the exit has to look at. */
bool ep_look_concerns(const struct ep_looker *lk, const struct ep_end *end,
		      const struct ep_eval *eval,
		      const struct ep_outcome *out);
/* The item of one end state that somebody attests. */
int ep_look_attested(struct ep_looker *lk, const struct ep_end *end,
		     struct ep_err *err) EP_MUST_CHECK;

/* Makes an OPEN item PENDING while its vendor may still follow upstream. */
int ep_look_pending(struct ep_looker *lk, struct ep_exit_item *item,
		    struct ep_err *err) EP_MUST_CHECK;

/* A fresh item at the end of the list, with the steps of its end state for
 * its system once ep_look_steps was called. */
struct ep_exit_item *ep_look_add(struct ep_looker *lk,
				 const struct ep_end *end,
				 enum ep_exit_state state);
void ep_look_steps(struct ep_looker *lk, struct ep_exit_item *item);
void ep_exit_item_release(struct ep_exit_item *item);

#endif
