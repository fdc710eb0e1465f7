/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of an exit's items: which ones come first, and which of those
 * are still in the way.
 */
#ifndef EP_EXIT_ORDER_H
#define EP_EXIT_ORDER_H

#include "exit/exit.h"

/* Whether a has to be reached before b is touched. */
bool ep_exit_before(const struct ep_exit_item *a,
		    const struct ep_exit_item *b);

/* Sorts the items so that none stands before one that has to come first,
 * otherwise as they are, and fills blocked_by.  EP_EBUG: a circle, which a
 * profile that was loaded cannot have. */
int ep_exit_order(struct ep_exit_look *look, struct ep_err *err) EP_MUST_CHECK;

#endif
