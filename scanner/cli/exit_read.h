/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fresh reads for one exit: a run of its own that asks only for the listings
 * that the exit needs, and leaves all others as they were.
 */
#ifndef EP_EXIT_READ_H
#define EP_EXIT_READ_H

#include "base/map.h"
#include "cli/exit_open.h"
#include "cli/progress.h"
#include "collect/collect.h"

struct ep_exit_reading {
	struct ep_app *app;
	struct ep_exit_open *open;
	int64_t run;
	struct ep_map tried;	/* "tenant U+001F dataset" */
	struct ep_http *http;
	struct ep_sink sink;
	struct ep_progress progress;
	struct ep_collect_totals totals;	/* sums of all passes */
	struct ep_exit_look look;	/* the last one */
	bool looked;
	bool settled;	/* and it needs nothing that was not read */
};

/* Reads what the exit of open->ask needs, in a run of kind verify: the ticket
 * first, then what the exit turns out to need, until nothing more is needed.
 * Ends the run.  On success open->exit and ret->look are as of that run.
 * Prints what is wrong and returns the process status, or 0. */
int ep_exit_read(struct ep_app *app, struct ep_exit_open *open,
		 const char *progress, struct ep_exit_reading *ret);
void ep_exit_reading_release(struct ep_exit_reading *reading);

#endif
