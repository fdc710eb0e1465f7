/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tenancies and datasets a run knows: loaded once, added to while
 * vendors are read, and stored by the writer in the order they were met.
 */
#ifndef EP_TENANCY_H
#define EP_TENANCY_H

#include "base/err.h"
#include "model/config.h"
#include "model/sink.h"

struct ep_store;
struct ep_dataset;

/* Takes customers, domains, declared accounts, owners, claims and settings
 * of the configuration over; for the begin of a run, inside its transaction,
 * while the writer is idle. */
int ep_registry_begin(struct ep_store *store, struct ep_err *err)
	EP_MUST_CHECK;
void ep_registry_clear(struct ep_store *store);

/* Finds or makes the dataset of a reference and stores what is new about it
 * or its tenancy. */
int ep_registry_dataset(struct ep_store *store,
			const struct ep_dataset_ref *ref,
			struct ep_dataset **ret, struct ep_err *err)
	EP_MUST_CHECK;

/* What a listing of tenancies says about one of them. */
int ep_registry_seen(struct ep_store *store, const char *system,
		     const char *tenant, const char *name, const char *domain,
		     struct ep_err *err) EP_MUST_CHECK;

#endif
