/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose an account was known to be when a run was checked, for queries of
 * reports.  The table `person_link` tells what the last check found: a
 * register that was corrected since must not change what an older report
 * says.
 *
 *  person_link  of a run that a later one was checked after: as sealed with
 *           it, when it was
 *  link_note(note)   what a reader has to know about that; no row for the last
 *           run
 */
#ifndef EP_LINKED_H
#define EP_LINKED_H

#include <stdint.h>

#include "base/err.h"

struct ep_store;

/* Makes both as temporary ones, anew for each report. */
int ep_linked_make(struct ep_store *store, int64_t run, struct ep_err *err)
	EP_MUST_CHECK;

#endif
