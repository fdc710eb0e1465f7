/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run --plan: what the next run will send and which budget bounds it.
 */
#ifndef EP_RUN_PLAN_H
#define EP_RUN_PLAN_H

#include "cli/night.h"

/* Prints it, and gives the process status; 2 when something is unknown. */
int ep_run_plan(struct ep_night *night);

#endif
