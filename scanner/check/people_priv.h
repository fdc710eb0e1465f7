/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to the linking of people: what its parts share.
 */
#ifndef EP_PEOPLE_PRIV_H
#define EP_PEOPLE_PRIV_H

#include <stdbool.h>

#include "base/map.h"
#include "base/vec.h"
#include "check/people.h"
#include "check/register.h"
#include "ext/regex.h"

/* An id this long names one thing in the world; a shorter one may be a
 * number that every customer's directory hands out. */
#define EP_UNIQUE_ID_BYTES 16

struct ep_alias_regex {
	const char *customer;
	bool msp;
	struct ep_regex *regex;
	const char *with;
};

struct ep_linker {
	struct ep_db *db;
	const struct ep_config *config;
	struct ep_register reg;
	struct ep_map declared;	/* address or uid/id -> itself */
	struct ep_map decided;	/* tenant, account, person -> yes or no */
	/* What directories say: folded address or id -> ep_person_list */
	struct ep_map spoken_address;
	struct ep_map spoken_id;
	EP_VEC(struct ep_alias_regex) pattern;
};

struct ep_linked_account {
	const char *customer;
	const char *tenant;
	const char *dataset;
	const char *id;
	const char *email;
	const char *login;
	const char *external_id;
	const char *name;
	const char *class;
	const char *attr;
};

struct ep_match {
	const struct ep_person *person;	/* NULL: a pattern failed */
	const char *how;
	bool certain;
};

EP_VEC_TYPE(ep_matches, struct ep_match);

void ep_matches_add(struct ep_matches *list, const struct ep_person *person,
		    const char *how, bool certain);
bool ep_linked_at_home(const struct ep_linked_account *account,
		       const struct ep_person *person);
/* A declared shared, service or break-glass account. */
bool ep_linked_declared(const struct ep_linker *ln,
			const struct ep_linked_account *account);

/* Remembers what the account of one certain person says about that person:
 * its other addresses and its immutable ids. */
void ep_people_hear(struct ep_linker *ln,
		    const struct ep_linked_account *account,
		    const struct ep_person *person);
/* Matches by what was heard. */
void ep_people_match_heard(const struct ep_linker *ln,
			   const struct ep_linked_account *account,
			   struct ep_matches *list);
void ep_people_heard_release(struct ep_linker *ln);

#endif
