/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to the leavers: what their reading and their handing over share.
 */
#ifndef EP_LEAVERS_PRIV_H
#define EP_LEAVERS_PRIV_H

#include <stdbool.h>

#include "base/map.h"
#include "base/vec.h"
#include "check/leavers.h"
#include "model/coverage.h"

struct ep_leave_statement {
	char *id;
	char *name;
	char *address;
	char *external;		/* immutable id, NULL none */
	const struct ep_customer *customer;
	int64_t left_at;	/* 0: not said */
	bool by_name;		/* so it never counts as certain */
	enum ep_leave_counts counts;
	const char *state;
};

struct ep_leavers {
	struct ep_db *db;
	const struct ep_config *config;
	int64_t now;
	struct ep_map known;	/* address of the register -> left or stays */
	struct ep_map declared;
	struct ep_map listed;	/* id of a statement whose source is listed */
	struct ep_map active;	/* customer, address that can sign in */
	struct ep_map called;	/* customer, folded name -> address; "" when
				 * there are two people of that name */
	EP_VEC(struct ep_leave_statement) list;
	struct ep_coverage sources;
	struct ep_coverage people;
	bool certain;		/* some source counts as certain */
};

/* What the register says of an address; values of ep_leavers.known. */
extern char ep_leave_left;
extern char ep_leave_stays;

/* "ticket connectwise-psa/northwind 4711" */
char *ep_leave_id(const char *what, const char *tenant, const char *id);
bool ep_leave_is_directory(const struct ep_customer *customer,
			   const char *uid, const char *system);

int ep_leave_read_tickets(struct ep_leavers *lv,
			  const struct ep_customer *customer,
			  struct ep_err *err) EP_MUST_CHECK;
int ep_leave_read_accounts(struct ep_leavers *lv,
			   const struct ep_customer *customer,
			   struct ep_err *err) EP_MUST_CHECK;
/* Of sources that are not listed any more; after the other two. */
int ep_leave_read_earlier(struct ep_leavers *lv, struct ep_err *err)
	EP_MUST_CHECK;

#endif
