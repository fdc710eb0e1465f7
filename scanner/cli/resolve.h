/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence files on their way in: which tenancy a row means, where the
 * leaver register comes from, which files wait in the imports folder.
 */
#ifndef EP_RESOLVE_H
#define EP_RESOLVE_H

#include "base/err.h"
#include "cli/app.h"
#include "collect/import.h"

/* Fits ep_import_request.resolve; `to` is the struct ep_app.  Looks into the
 * configuration, then into what the store has seen. */
int ep_resolve_tenancy(void *to, const char *system, const char *key,
		       bool by_domain, struct ep_import_tenancy *ret,
		       struct ep_err *err);

/* Imports the leaver register of the configuration and every file that waits
 * in the imports folder, files of one import together.  Complaints are
 * printed and counted in *ret_bad: the night goes on and is not clean. */
int ep_import_waiting(struct ep_app *app, struct ep_sink *sink, int *ret_bad,
		      struct ep_err *err) EP_MUST_CHECK;

#endif
