/* SPDX-License-Identifier: Apache-2.0 */
/*
 * As whom the runs asked the vendors.
 *
 * Table in the store's database, written by ep_caller_put alone:
 *
 *  caller(connector, home, credential, customer, name, first_run, last_run,
 *         PRIMARY KEY(connector, home, credential, name, first_run))
 *          name: as the vendor knows the credential, or '' when nobody
 *          tells; a row holds from first_run to last_run, another name
 *          begins another row
 */
#ifndef EP_STORE_CALLER_H
#define EP_STORE_CALLER_H

#include <stdint.h>

#include "base/err.h"
#include "model/caller.h"

struct ep_db;

int ep_caller_schema(struct ep_db *db, struct ep_err *err) EP_MUST_CHECK;
/* Inside the caller's transaction. */
int ep_caller_put(struct ep_db *db, int64_t run,
		  const struct ep_caller *caller, struct ep_err *err)
	EP_MUST_CHECK;

#endif
