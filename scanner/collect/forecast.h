/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the next collection will send and how long its budgets let it take,
 * from what the last ones counted.  Nothing is sent and no secret is read.
 * What was never counted is unknown, never nothing.
 */
#ifndef EP_FORECAST_H
#define EP_FORECAST_H

#include "base/vec.h"
#include "collect/collect.h"
#include "model/tally.h"

struct ep_forecast_budget {
	const struct ep_spec *spec;
	char *id;	/* as in the tallies; "" for none */
	char *whose;	/* "organisation dnsfilter/802315" */
	int64_t requests;
	int64_t ms;	/* that answers will take, together */
	int64_t allowed;	/* what a night may send in a window; 0: any */
	int64_t seconds;	/* it lasts at the least ... */
	bool rate;	/* ... since the budget allows no more */
};

struct ep_forecast {
	/* Slowest first. */
	EP_VEC(struct ep_forecast_budget) budget;
	int64_t requests;
	int64_t tokens;	/* of them for tokens */
	/* "connector/tenancy dataset": wanted and never counted. */
	struct ep_words unknown;
	/* The same, counted when they were not read to their end. */
	struct ep_words partly;
};

/* Takes the counts one by one. */
struct ep_forecaster;
struct ep_forecaster *ep_forecaster_new(const struct ep_config *config,
					const struct ep_specs *specs,
					const struct ep_collect_filter *filter);
void ep_forecaster_take(void *to, const struct ep_tally *tally);
/* Frees the forecaster. */
void ep_forecaster_finish(struct ep_forecaster *forecaster,
			  struct ep_forecast *ret);
void ep_forecast_release(struct ep_forecast *forecast);

#endif
