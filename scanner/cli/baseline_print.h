/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was accepted against what is there, for `baseline diff` and for drift
 * from the baseline.
 */
#ifndef EP_BASELINE_PRINT_H
#define EP_BASELINE_PRINT_H

#include <stdbool.h>

#include "check/baseline.h"
#include "cli/app.h"

/* The baselines of the configuration's folder; 0 or the process status. */
int ep_baseline_app(struct ep_app *app, struct ep_baselines *ret);

/* Compares everything in force with the run that the views show; customer
 * NULL: of all.  The status: 1 something differs, 2 something is not known;
 * 2 beats 1. */
int ep_baseline_diff(struct ep_app *app, const struct ep_baselines *baselines,
		     const char *customer, bool json);

#endif
