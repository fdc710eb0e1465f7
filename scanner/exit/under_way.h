/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which exits are under way, and how long it took until access was gone.
 */
#ifndef EP_EXIT_UNDER_WAY_H
#define EP_EXIT_UNDER_WAY_H

#include "exit/exit.h"

/* One exit to ask for, or an open ticket that leads to none. */
struct ep_under_way {
	char *person;	/* id of the register */
	char *customer;	/* who leaves */
	char *ticket;	/* "system/id (title)": nobody knows whose exit */
};
EP_VEC_TYPE(ep_under_ways, struct ep_under_way);

/* People whose leave date is after `since`, customers with an exit date, and
 * exit tickets that are not closed and name nobody of them.  customer: of
 * that one alone; NULL all. */
int ep_exit_under_way(const struct ep_exit_context *ctx, int64_t since,
		      const char *customer, struct ep_under_ways *ret,
		      struct ep_err *err) EP_MUST_CHECK;
void ep_under_ways_release(struct ep_under_ways *list);

/* One account or tenancy of the exit and when it went: somewhere between two
 * reads. */
struct ep_exit_gone {
	char *tenant;
	char *dataset;
	char *name;
	char *what;	/* gone, off, there */
	int64_t after;	/* the last complete read that saw it; 0 none did */
	int64_t until;	/* the read that saw it gone or off; 0 still there */
};
EP_VEC_TYPE(ep_exit_gones, struct ep_exit_gone);

int ep_exit_gone_list(const struct ep_exit_context *ctx,
		      const struct ep_exit *exit, struct ep_exit_gones *ret,
		      struct ep_err *err) EP_MUST_CHECK;
void ep_exit_gones_release(struct ep_exit_gones *list);

#endif
