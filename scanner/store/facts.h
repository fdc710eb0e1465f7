/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the configuration states, copied into the database so that rules can
 * read it: customers, their domains, declared accounts and owners, and the
 * settings of their connections and claims; and
 *
 *  customer_limit(customer, revoke_hours)
 *          in how many hours the access of a leaver has to be gone; customer
 *          '': of everybody else.  View of the same name
 */
#ifndef EP_FACTS_H
#define EP_FACTS_H

#include "base/err.h"

struct ep_store;
struct ep_tenancy;

/* Replaces all of it, inside the transaction that begins a run. */
int ep_facts_begin(struct ep_store *store, struct ep_err *err) EP_MUST_CHECK;
/* The settings of a tenancy that a connector (or NULL: any claim) just made
 * known; by the writer. */
int ep_facts_put(struct ep_store *store, const struct ep_tenancy *tenancy,
		 const char *connector, struct ep_err *err) EP_MUST_CHECK;
void ep_facts_clear(struct ep_store *store);

#endif
