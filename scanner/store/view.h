/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The views that rules and reports read, as temporary objects of one
 * connection, so that two readers may look at two nights.
 */
#ifndef EP_VIEW_H
#define EP_VIEW_H

#include "base/err.h"
#include "model/entity.h"

struct ep_store;

/* Makes all views for store->as_of, or those of one kind. */
int ep_view_all(struct ep_store *store, struct ep_err *err) EP_MUST_CHECK;
int ep_view_kind(struct ep_store *store, enum ep_kind kind,
		 struct ep_err *err) EP_MUST_CHECK;
/* Of one kind, the view of what is there alone. */
int ep_view_now(struct ep_store *store, enum ep_kind kind, struct ep_err *err)
	EP_MUST_CHECK;

#endif
