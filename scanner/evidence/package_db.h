/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The database of a package; evidence/package.h says what is in it.
 */
#ifndef EP_PACKAGE_DB_H
#define EP_PACKAGE_DB_H

#include "base/err.h"
#include "evidence/evidence.h"
#include "model/config.h"

/* A fresh file; EP_EDATA when it does not come to the sealed root. */
int ep_package_db(struct ep_store *store, const struct ep_sealed *sealed,
		  const struct ep_config *config, const char *path,
		  struct ep_err *err) EP_MUST_CHECK;

#endif
