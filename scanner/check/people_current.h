/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the links of accounts with people are those of what the store shows
 * now, so that who only asks for one person does not link a million accounts
 * again.
 *
 *  person_linked(basis)   what the links in person_link were made of; no row
 *           when somebody linked without saying so
 */
#ifndef EP_PEOPLE_CURRENT_H
#define EP_PEOPLE_CURRENT_H

#include <stdbool.h>

#include "base/err.h"
#include "model/config.h"

struct ep_store;
struct ep_db;

int ep_people_current_schema(struct ep_db *db, struct ep_err *err)
	EP_MUST_CHECK;
/* Forgets what the links were made of; whoever writes links or decides about
 * them does it. */
int ep_people_current_forget(struct ep_db *db, struct ep_err *err)
	EP_MUST_CHECK;

/* Works on a connection that only reads, too. */
int ep_people_current(struct ep_store *store, const char *config_sha256,
		      bool *ret, struct ep_err *err) EP_MUST_CHECK;

/* ep_people_link, unless the links are current. */
int ep_people_refresh(struct ep_store *store, const struct ep_config *config,
		      struct ep_err *err) EP_MUST_CHECK;

#endif
