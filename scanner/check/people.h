/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is behind an account: persons of the register are linked with accounts
 * of all systems, and every link says why and how sure it is.
 */
#ifndef EP_PEOPLE_H
#define EP_PEOPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "model/config.h"

struct ep_db;

/* Replaces person_link from the views person, alias, account, declared and
 * tenancy, the alias patterns of the configuration and the decisions of
 * person_match (ep_check_schema has made that table).
 *
 * Certain, in this order: an immutable id or an address that the register
 * gives; a further address of the account (attr proxyAddresses, aliases,
 * nonEditableAliases) that it gives; an id or such a further address of an
 * account in the directory of the person's employer that is certain itself; an
 * address that an alias pattern turns into one.  Uncertain: when
 * two people are found that way; a short id or a login without a domain in
 * another customer's tenancy; a plus address without a pattern; the same name
 * in a tenancy of the employer (of an MSP's person: in any tenancy).  Two
 * customers' people of the same name are never linked.  Declared shared,
 * service and break-glass accounts are linked by id or address alone. */
int ep_people_link(struct ep_db *db, const struct ep_config *config,
		   struct ep_err *err) EP_MUST_CHECK;

/* Remembers that an account is or is not a person's. */
int ep_people_decide(struct ep_db *db, const char *tenant,
		     const char *account, const char *person, bool same,
		     const char *by_user, int64_t at, struct ep_err *err)
	EP_MUST_CHECK;

#endif
