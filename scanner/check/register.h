/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The people of the leaver register in memory, found by address and by name.
 */
#ifndef EP_REGISTER_H
#define EP_REGISTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/map.h"
#include "base/vec.h"

struct ep_db;

struct ep_person {
	char *id;
	char *name;
	char *employer;	/* customer id, NULL unknown */
	bool msp;	/* the employer is the MSP */
	bool left;
	int64_t left_at;
};

EP_VEC_TYPE(ep_person_list, const struct ep_person *);

struct ep_register {
	struct ep_map person;	/* id -> ep_person */
	struct ep_map address;	/* folded address -> ep_person_list */
	struct ep_map name;	/* folded name -> ep_person_list */
};

int ep_register_load(struct ep_db *db, struct ep_register *ret,
		     struct ep_err *err) EP_MUST_CHECK;
void ep_register_release(struct ep_register *reg);

/* NULL when there is none; also for NULL and empty text. */
const struct ep_person_list *ep_register_address(const struct ep_register *reg,
						 const char *address);
const struct ep_person_list *ep_register_name(const struct ep_register *reg,
					      const char *name);

#endif
