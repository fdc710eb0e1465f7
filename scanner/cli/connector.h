/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the verbs of `exitproof connector` share.
 */
#ifndef EP_CONNECTOR_H
#define EP_CONNECTOR_H

#include "cli/app.h"

/* Loads the connectors: of the configuration that was named, else the
 * shipped ones.  0 or the process status. */
int ep_connector_specs(struct ep_app *app);

int ep_cmd_connector_doc(struct ep_app *app, int argc, char **argv);

#endif
