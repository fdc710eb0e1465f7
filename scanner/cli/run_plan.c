/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Printing the forecast; see the header.
 */
#include "cli/run_plan.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/str.h"
#include "collect/forecast.h"
#include "store/store.h"
#include "store/tally.h"

/* Names of what is unknown that are printed; the number is always. */
#define NAMED_MAX 10

static void print_time(int64_t seconds, char out[32])
{
	if (seconds < 60)
		snprintf(out, 32, "%" PRId64 " s", seconds);
	else if (seconds < 3600)
		snprintf(out, 32, "%" PRId64 " min %" PRId64 " s", seconds / 60,
			 seconds % 60);
	else
		snprintf(out, 32, "%" PRId64 " h %" PRId64 " min",
			 seconds / 3600, seconds % 3600 / 60);
}

static void print_budget(const struct ep_forecast_budget *budget)
{
	char rate[64] = "no limit";
	char time[32];

	print_time(budget->seconds, time);
	if (budget->allowed > 0)
		snprintf(rate, sizeof(rate), "%" PRId64 " in %" PRId64 " s",
			 budget->allowed, budget->spec->limits.window);
	printf("%-16s %10" PRId64 "  %-16s %-14s %s\n", budget->spec->id,
	       budget->requests, rate, time,
	       budget->whose ? budget->whose : "");
}

/* Of each vendor only what takes longest: there may be a budget for each of
 * ten thousand tenancies. */
static bool was_shown(const struct ep_forecast *forecast, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (forecast->budget.v[i].spec == forecast->budget.v[at].spec)
			return true;
	return false;
}

static void print_vendors(const struct ep_forecast *forecast)
{
	printf("%-16s %10s  %-16s %-14s %s\n", "CONNECTOR", "REQUESTS",
	       "ALLOWED", "AT LEAST", "BUDGET");
	for (size_t i = 0; i < forecast->budget.n; i++) {
		const struct ep_forecast_budget *it = &forecast->budget.v[i];
		int64_t requests = 0, budgets = 0;

		if (was_shown(forecast, i))
			continue;
		print_budget(it);
		for (size_t k = i + 1; k < forecast->budget.n; k++) {
			if (forecast->budget.v[k].spec != it->spec)
				continue;
			requests += forecast->budget.v[k].requests;
			budgets++;
		}
		if (budgets)
			printf("%-16s %10" PRId64 "  in %" PRId64
			       " more, each of them faster\n",
			       "", requests, budgets);
	}
}

static void print_bound(const struct ep_forecast *forecast)
{
	const struct ep_forecast_budget *first =
		forecast->budget.n ? forecast->budget.v : NULL;
	char time[32];

	printf("\n%" PRId64 " request%s, of them %" PRId64 " for tokens.\n",
	       forecast->requests, EP_S(forecast->requests),
	       forecast->tokens);
	if (!first)
		return;
	print_time(first->seconds, time);
	if (first->rate)
		printf("Bound by the budget of %s (%s): at least %s.\n",
		       first->spec->id, first->whose, time);
	else
		printf("No budget binds: the slowest answers, those of %s, "
		       "take about %s.\n", first->spec->id, time);
}

/* Vendors choose the ids of the tenancies that they list. */
static void print_word(const char *word)
{
	EP_AUTO(ep_buf_release) struct ep_buf safe =
		EP_BUF_INIT(8 * EP_TEXT_BYTES_MAX);

	ep_str_printable(&safe, word, strlen(word));
	printf("  %s\n", safe.s);
}

static void print_words(const char *head, const struct ep_words *words)
{
	if (words->n == 0)
		return;
	printf("\n%s: %zu\n", head, words->n);
	for (size_t i = 0; i < words->n && i < NAMED_MAX; i++)
		print_word(words->v[i]);
	if (words->n > NAMED_MAX)
		printf("  and %zu more\n", words->n - NAMED_MAX);
}

static int make_forecast(struct ep_night *night, struct ep_forecast *ret)
{
	struct ep_app *app = night->app;
	struct ep_collect_filter filter = {
		.tenants = night->tenants.v,
		.n_tenants = (size_t)night->tenants.n,
		.datasets = night->datasets.v,
		.n_datasets = (size_t)night->datasets.n,
	};
	struct ep_forecaster *f =
		ep_forecaster_new(app->config, &app->specs, &filter);
	int rc = 0;

	if (app->store)
		rc = ep_tally_each(ep_store_db(app->store), ep_forecaster_take,
				   f, &app->err);
	ep_forecaster_finish(f, ret);
	return rc;
}

int ep_run_plan(struct ep_night *night)
{
	struct ep_app *app = night->app;
	struct ep_forecast forecast;
	int status = ep_app_specs(app);

	/* Before the first run there is nothing to read. */
	if (status == 0 && (access(app->config->database, F_OK) == 0 ||
			    errno != ENOENT))
		status = ep_app_store(app, false);
	if (status)
		return status;
	if (make_forecast(night, &forecast) < 0) {
		ep_forecast_release(&forecast);
		return ep_app_fail(app);
	}
	if (forecast.budget.n)
		print_vendors(&forecast);
	print_bound(&forecast);
	print_words("No earlier run, so unknown", &forecast.unknown);
	print_words("Not read to the end last time, so perhaps more",
		    &forecast.partly);
	status = forecast.unknown.n || forecast.partly.n ? 2 : 0;
	ep_forecast_release(&forecast);
	return status;
}
