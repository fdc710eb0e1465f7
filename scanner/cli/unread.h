/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a night could not even ask for: a connection whose connector is not
 * there, an evidence file with errors, a register that is gone.  It is stored
 * as a failed dataset, so that no report can take yesterday's reading, or
 * nothing at all, for tonight's.
 */
#ifndef EP_UNREAD_H
#define EP_UNREAD_H

#include "base/err.h"
#include "cli/app.h"

struct ep_sink;

/* Every connection of the configuration without a connector. */
int ep_unread_connections(struct ep_app *app, struct ep_sink *sink,
			  struct ep_err *err) EP_MUST_CHECK;

/* The import's dataset of every tenancy that has it or ought to, or of the
 * one that the file is about (NULL: it does not say); the register has it
 * even when it was never read. */
int ep_unread_import(struct ep_app *app, struct ep_sink *sink,
		     const struct ep_spec *spec,
		     const struct ep_spec_import *import, const char *tenant,
		     const char *reason, struct ep_err *err) EP_MUST_CHECK;

/* The evidence files of this night as a whole: what nobody ever heard of may
 * be missing without being missed.  n complaints, of which the first is from
 * `first` on; 0: all were taken, which is said where it was not so before. */
int ep_unread_files(struct ep_app *app, struct ep_sink *sink, size_t first,
		    size_t n, struct ep_err *err) EP_MUST_CHECK;

#endif
