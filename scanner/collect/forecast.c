/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The forecast: counts are kept by connection and listing until all are
 * there, then each connection is gone through as a run would.
 */
#include "collect/forecast.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "collect/engine.h"

struct count {
	struct count *next;	/* of the same connection and listing */
	char *customer;
	char *system;
	char *tenant;
	char budget[EP_TALLY_BUDGET_TEXT];
	int64_t requests;
	int64_t ms;
	bool whole;
};

struct ep_forecaster {
	const struct ep_config *config;
	const struct ep_specs *specs;
	const struct ep_collect_filter *filter;
	struct ep_map counts;	/* "connector home dataset" */
	struct ep_map budgets;	/* id to index + 1 */
	struct ep_forecast *out;
};

struct ep_forecaster *ep_forecaster_new(const struct ep_config *config,
					const struct ep_specs *specs,
					const struct ep_collect_filter *filter)
{
	struct ep_forecaster *f = ep_calloc(1, sizeof(*f));

	f->config = config;
	f->specs = specs;
	f->filter = filter;
	ep_map_init(&f->counts);
	ep_map_init(&f->budgets);
	return f;
}

static void count_key(struct ep_buf *key, const char *connector,
		      const char *home, const char *dataset)
{
	ep_buf_addf(key, "%s\x1f%s\x1f%s", connector, home, dataset);
}

void ep_forecaster_take(void *to, const struct ep_tally *tally)
{
	EP_AUTO(ep_buf_release) struct ep_buf key =
		EP_BUF_INIT(3 * EP_TEXT_BYTES_MAX);
	struct ep_forecaster *f = to;
	struct count *count = ep_calloc(1, sizeof(*count));
	/* Tokens are told by the name of their credential, too. */
	bool token = strncmp(tally->dataset, EP_TALLY_TOKEN " ",
			     sizeof(EP_TALLY_TOKEN)) == 0;

	count_key(&key, tally->connector, tally->home,
		  token ? EP_TALLY_TOKEN : tally->dataset);
	count->customer = ep_strdup(tally->customer);
	count->system = ep_strdup(tally->system);
	count->tenant = ep_strdup(tally->tenant);
	memcpy(count->budget, tally->budget, sizeof(count->budget));
	count->requests = tally->requests;
	count->ms = tally->ms;
	count->whole = tally->whole;
	count->next = ep_map_get(&f->counts, key.s);
	ep_map_set(&f->counts, key.s, count);
}

static void free_counts(void *p)
{
	struct count *count = p;

	while (count) {
		struct count *next = count->next;

		ep_free(count->customer);
		ep_free(count->system);
		ep_free(count->tenant);
		ep_free(count);
		count = next;
	}
}

/* --- budgets ------------------------------------------------------------ */

static struct ep_forecast_budget *
budget_of(struct ep_forecaster *f, const struct ep_spec *spec,
	  const struct ep_connection *connection, const char *id)
{
	EP_AUTO(ep_buf_release) struct ep_buf key = EP_BUF_INIT(1024);
	struct ep_forecast_budget *budget;
	struct ep_budget rate;
	size_t at;

	ep_buf_addf(&key, "%s %s", spec->id, id);
	at = (size_t)(uintptr_t)ep_map_get(&f->budgets, key.s);
	if (at)
		return &f->out->budget.v[at - 1];
	budget = &EP_VEC_ADD(&f->out->budget);
	*budget = (struct ep_forecast_budget){ .spec = spec,
					       .id = ep_strdup(id) };
	ep_map_set(&f->budgets, key.s, (void *)(uintptr_t)f->out->budget.n);
	if (!*id)
		return budget;
	budget->whose = ep_lane_whose(spec, connection->tenant);
	ep_budget_init(&rate, &spec->limits, connection->share_percent);
	ep_budget_yield(&rate);
	budget->allowed = rate.allowed - rate.kept;
	ep_budget_release(&rate);
	return budget;
}

static void add_count(struct ep_forecaster *f, const struct ep_spec *spec,
		      const struct ep_connection *connection,
		      const struct count *count)
{
	struct ep_forecast_budget *budget =
		budget_of(f, spec, connection, count->budget);

	budget->requests += count->requests;
	budget->ms += count->ms;
	f->out->requests += count->requests;
}

/* The first window's worth goes at once, each further one waits for its
 * own; and answers take what they took. */
static void time_of(struct ep_forecast_budget *budget)
{
	const struct ep_spec_limits *limits = &budget->spec->limits;
	int64_t wire = budget->ms / 1000 /
		       (limits->parallel > 0 ? limits->parallel : 1);

	if (budget->allowed > 0 && budget->requests > 0)
		budget->seconds = (budget->requests - 1) / budget->allowed *
				  limits->window;
	budget->rate = budget->seconds > 0 && budget->seconds >= wire;
	if (budget->seconds < wire)
		budget->seconds = wire;
}

/* --- connections -------------------------------------------------------- */

static bool wants_tenancy(const struct ep_forecaster *f,
			  const struct ep_spec *spec, const char *customer,
			  char *system, char *id)
{
	struct ep_site site = { .spec = spec };
	struct ep_tenancy tenancy = { .site = &site, .customer = customer,
				      .system = system, .id = id };

	return ep_filter_tenancy(f->filter, &tenancy);
}

static bool has_credential(const struct ep_connection *connection,
			   const struct ep_spec_endpoint *endpoint)
{
	for (size_t i = 0; i < endpoint->credentials.n; i++)
		for (size_t k = 0; k < connection->credentials.n; k++)
			if (ep_str_eq(endpoint->credentials.v[i],
				      connection->credentials.v[k].name))
				return true;
	return endpoint->credentials.n == 0;
}

static bool below_tenants(const struct ep_spec *spec,
			  const struct ep_spec_endpoint *endpoint)
{
	while (endpoint->for_each_index >= 0) {
		endpoint = &spec->endpoints.v[endpoint->for_each_index];
		if (endpoint->tenants)
			return true;
	}
	return false;
}

static const struct count *counts_of(const struct ep_forecaster *f,
				     const struct ep_spec *spec,
				     const struct ep_connection *connection,
				     const char *dataset)
{
	EP_AUTO(ep_buf_release) struct ep_buf key =
		EP_BUF_INIT(3 * EP_TEXT_BYTES_MAX);

	count_key(&key, spec->id, connection->tenant, dataset);
	return ep_map_get(&f->counts, key.s);
}

static void note(struct ep_words *words, const struct ep_spec *spec,
		 const char *tenant, const char *endpoint)
{
	struct ep_buf text = EP_BUF_INIT(EP_TEXT_BYTES_MAX);

	ep_buf_addf(&text, "%s.%s of %s/%s", spec->id, endpoint, spec->system,
		    tenant);
	EP_VEC_ADD(words) = ep_buf_take(&text);
}

/* Whether a run would ask for it because of itself, not of what hangs on
 * it; of the customers' tenancies nobody knows before they are listed. */
static bool wanted(const struct ep_forecaster *f, const struct ep_spec *spec,
		   const struct ep_connection *connection,
		   const struct ep_spec_endpoint *endpoint)
{
	if (endpoint->emits.n == 0 ||
	    !ep_filter_dataset(f->filter, spec, endpoint))
		return false;
	if (below_tenants(spec, endpoint))
		return ep_filter_system(f->filter, spec->system, spec);
	return wants_tenancy(f, spec, connection->customer, spec->system,
			     connection->tenant);
}

static void add_endpoint(struct ep_forecaster *f, const struct ep_spec *spec,
			 const struct ep_connection *connection,
			 const struct ep_spec_endpoint *endpoint)
{
	EP_AUTO(ep_buf_release) struct ep_buf name = EP_BUF_INIT(1024);
	bool below = below_tenants(spec, endpoint);
	const struct count *count;

	ep_buf_addf(&name, "%s.%s", spec->id, endpoint->name);
	count = counts_of(f, spec, connection, name.s);
	if (!count)
		note(&f->out->unknown, spec, connection->tenant,
		     endpoint->name);
	for (; count; count = count->next) {
		if (below && !wants_tenancy(f, spec, count->customer,
					    count->system, count->tenant))
			continue;
		add_count(f, spec, connection, count);
		if (!count->whole)
			note(&f->out->partly, spec, count->tenant,
			     endpoint->name);
	}
}

static void add_asides(struct ep_forecaster *f, const struct ep_spec *spec,
		       const struct ep_connection *connection)
{
	const struct count *count =
		counts_of(f, spec, connection, EP_TALLY_PROOF);

	for (; count; count = count->next)
		add_count(f, spec, connection, count);
	count = counts_of(f, spec, connection, EP_TALLY_TOKEN);
	for (; count; count = count->next) {
		add_count(f, spec, connection, count);
		f->out->tokens += count->requests;
	}
}

/* Marks an endpoint, those whose records it is asked for, and those that tell
 * what may be seen of it. */
static void mark(const struct ep_spec *spec, size_t at, bool *ask)
{
	const struct ep_spec_endpoint *it = &spec->endpoints.v[at];

	for (size_t i = 0; it->rights && i < spec->endpoints.n; i++)
		if (ep_str_eq(spec->endpoints.v[i].name, it->rights))
			ask[i] = true;
	ask[at] = true;
	if (it->for_each_index >= 0 && !ask[it->for_each_index])
		mark(spec, (size_t)it->for_each_index, ask);
}

static void add_connection(struct ep_forecaster *f,
			   const struct ep_connection *connection,
			   const struct ep_spec *spec)
{
	bool *ask = ep_calloc(spec->endpoints.n + 1, sizeof(*ask));
	bool any = false;

	for (size_t i = 0; i < spec->endpoints.n; i++) {
		const struct ep_spec_endpoint *it = &spec->endpoints.v[i];

		if (!has_credential(connection, it) ||
		    !wanted(f, spec, connection, it))
			continue;
		any = true;
		mark(spec, i, ask);
	}
	for (size_t i = 0; i < spec->endpoints.n; i++)
		if (ask[i])
			add_endpoint(f, spec, connection,
				     &spec->endpoints.v[i]);
	if (any)
		add_asides(f, spec, connection);
	ep_free(ask);
}

static int slower(const void *a, const void *b)
{
	const struct ep_forecast_budget *x = a, *y = b;

	if (x->seconds != y->seconds)
		return x->seconds < y->seconds ? 1 : -1;
	if (!*x->id != !*y->id)
		return *x->id ? -1 : 1;
	if (x->requests != y->requests)
		return x->requests < y->requests ? 1 : -1;
	return strcmp(x->spec->id, y->spec->id);
}

static void add_customer(struct ep_forecaster *f,
			 const struct ep_customer *customer)
{
	for (size_t i = 0; i < customer->connections.n; i++) {
		const struct ep_connection *it = &customer->connections.v[i];
		const struct ep_spec *spec =
			ep_specs_find(f->specs, it->connector);

		if (it->enabled && spec)
			add_connection(f, it, spec);
	}
}

void ep_forecaster_finish(struct ep_forecaster *f, struct ep_forecast *ret)
{
	memset(ret, 0, sizeof(*ret));
	f->out = ret;
	for (size_t i = 0; i < f->config->customers.n; i++)
		add_customer(f, &f->config->customers.v[i]);
	for (size_t i = 0; i < ret->budget.n; i++)
		time_of(&ret->budget.v[i]);
	if (ret->budget.n)
		qsort(ret->budget.v, ret->budget.n, sizeof(*ret->budget.v),
		      slower);
	ep_map_release(&f->counts, free_counts);
	ep_map_release(&f->budgets, NULL);
	ep_free(f);
}

void ep_forecast_release(struct ep_forecast *forecast)
{
	for (size_t i = 0; i < forecast->budget.n; i++) {
		ep_free(forecast->budget.v[i].id);
		ep_free(forecast->budget.v[i].whose);
	}
	ep_vec_release(&forecast->budget);
	ep_words_release(&forecast->unknown);
	ep_words_release(&forecast->partly);
}
