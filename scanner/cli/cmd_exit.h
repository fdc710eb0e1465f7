/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verbs below `exitproof exit` that have a file of their own.
 */
#ifndef EP_CMD_EXIT_H
#define EP_CMD_EXIT_H

#include "cli/cmd.h"

int ep_cmd_exit_status(struct ep_app *app, int argc, char **argv);

#endif
