/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this process may still do once it knows its configuration: the files
 * that the configuration and the command line name, the ports of the vendors,
 * and no other program.
 */
#ifndef EP_GUARD_H
#define EP_GUARD_H

#include "cli/app.h"

/* Notes what the command line names: operands and files may be read, what
 * follows --to and --report may be written. */
void ep_guard_options(struct ep_app *app, const struct ep_opt *table,
		      char *const *operands, int n);
/* More that this verb writes, said before the configuration is loaded. */
void ep_guard_writes(struct ep_app *app, const char *path);

/* Gives up the rest; once, after the configuration is loaded.  Prints what is
 * wrong and returns the process status, or 0. */
int ep_guard_start(struct ep_app *app);
/* The same for ports, after the connectors are loaded. */
int ep_guard_ports(struct ep_app *app);
/* One line when this machine could not do all of it, before the network is
 * used. */
void ep_guard_tell(const struct ep_app *app);
void ep_guard_release(struct ep_app *app);

#endif
