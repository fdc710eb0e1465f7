/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One collection from its configuration to its totals: a single thread that
 * sends what may be sent, looks at the network, and maps one page.
 */
#include "collect/engine.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"

#define POLL_MS_MAX 1000
#define RUN_SECONDS_DEFAULT 21600

int64_t ep_engine_now(const struct ep_engine *engine)
{
	return engine->net->now_ms(engine->net->to);
}

void ep_engine_fail(struct ep_engine *engine, const struct ep_err *err)
{
	if (engine->failed)
		return;
	engine->failed = true;
	engine->closing = true;
	engine->err = *err;
}

void ep_engine_init(struct ep_engine *engine, const struct ep_config *config,
		    const struct ep_specs *specs, struct ep_sink *sink,
		    const struct ep_transport *net,
		    struct ep_collect_totals *totals)
{
	int64_t seconds = config->run_seconds > 0 ? config->run_seconds :
						    RUN_SECONDS_DEFAULT;

	memset(engine, 0, sizeof(*engine));
	memset(totals, 0, sizeof(*totals));
	engine->config = config;
	engine->specs = specs;
	engine->sink = sink;
	engine->net = net;
	engine->totals = totals;
	ep_map_init(&engine->lanes);
	ep_map_init(&engine->hosts);
	ep_map_init(&engine->auths);
	ep_jitter_init(&engine->jitter);
	engine->end_ms = ep_engine_now(engine) + seconds * 1000;
}

void ep_engine_release(struct ep_engine *engine)
{
	struct ep_work *work;

	while ((work = engine->work)) {
		engine->work = work->next;
		ep_doc_unref(work->doc);
		ep_recall_free(work->recall);
		ep_free(work);
	}
	for (size_t i = 0; i < engine->sources.n; i++)
		ep_source_free(engine->sources.v[i]);
	ep_vec_release(&engine->sources);
	for (size_t i = 0; i < engine->sites.n; i++)
		ep_site_free(engine->sites.v[i]);
	ep_vec_release(&engine->sites);
	for (size_t i = 0; i < engine->adopted.n; i++)
		ep_adopted_free(engine->adopted.v[i]);
	ep_vec_release(&engine->adopted);
	ep_lanes_release(engine);
	ep_map_release(&engine->auths, ep_auth_free);
	ep_agenda_release(&engine->agenda);
}

static int poll_ms(const struct ep_engine *engine)
{
	int64_t now = ep_engine_now(engine);
	int64_t wait = POLL_MS_MAX;
	int64_t due;

	if (engine->work)
		return 0;
	/* What is due but has no room waits for an answer, not for time. */
	if (ep_agenda_next(&engine->agenda, &due) && due > now &&
	    due - now < wait)
		wait = due - now;
	if (!engine->closing && engine->end_ms - now < wait)
		wait = engine->end_ms > now ? engine->end_ms - now : 0;
	return (int)wait;
}

static void check_time(struct ep_engine *engine)
{
	if (engine->closing || ep_engine_now(engine) < engine->end_ms)
		return;
	engine->closing = true;
	engine->totals->time_over = true;
}

static bool idle(const struct ep_engine *engine)
{
	return !engine->work && engine->agenda.heap.n == 0 &&
	       engine->net->running(engine->net->to) == 0;
}

void ep_engine_loop(struct ep_engine *engine)
{
	struct ep_err err = EP_ERR_INIT;

	for (;;) {
		check_time(engine);
		ep_lane_pump(engine);
		if (idle(engine))
			break;
		if (engine->net->poll(engine->net->to, poll_ms(engine),
				      &err) < 0) {
			/* Answers under way are lost with the network. */
			ep_err_context(&err, "collection");
			ep_engine_fail(engine, &err);
			break;
		}
		ep_lane_pump(engine);
		if (engine->work)
			ep_work_one(engine);
	}
}

static void add_unusable(struct ep_collect_totals *totals, const char *name)
{
	size_t n = strlen(totals->unusable_names);

	totals->unusable++;
	snprintf(totals->unusable_names + n,
		 sizeof(totals->unusable_names) - n, "%s%s", n ? ", " : "",
		 name);
}

static void add_sites(struct ep_engine *engine)
{
	const struct ep_config *config = engine->config;

	for (size_t i = 0; i < config->customers.n; i++) {
		const struct ep_customer *customer = &config->customers.v[i];

		for (size_t k = 0; k < customer->connections.n; k++) {
			const struct ep_connection *connection =
				&customer->connections.v[k];
			const struct ep_spec *spec = ep_specs_find(
				engine->specs, connection->connector);

			engine->totals->connections++;
			if (spec)
				ep_site_new(engine, connection, spec);
			else
				add_unusable(engine->totals,
					     connection->connector);
		}
	}
}

/* Whatever is left has not been looked at; parents stand before their
 * children, whose own reason is the better one. */
static void end_all(struct ep_engine *engine)
{
	for (size_t i = 0; i < engine->sources.n; i++) {
		struct ep_source *source = engine->sources.v[i];

		if (source->ended)
			continue;
		source->open = 0;
		ep_source_refuse(source,
				 source->coverage.pages > 0 ?
					 EP_COVERAGE_PARTIAL :
					 EP_COVERAGE_FAILED,
				 "Run again; if the time was over, raise "
				 "run_seconds",
				 engine->totals->time_over ?
					 "the run's time was over before it "
					 "was reached" :
					 "the run ended before it was reached");
	}
}

int ep_collect_over(const struct ep_config *config,
		    const struct ep_specs *specs,
		    const struct ep_collect_filter *filter,
		    struct ep_sink *sink, const struct ep_transport *transport,
		    const struct ep_collect_progress *progress,
		    struct ep_collect_totals *ret, struct ep_err *err)
{
	struct ep_engine engine;
	int rc = 0;

	ep_engine_init(&engine, config, specs, sink, transport, ret);
	engine.filter = filter;
	engine.progress = progress;
	engine.patient = !filter || !filter->urgent;
	add_sites(&engine);
	for (size_t i = 0; i < engine.sites.n && !engine.failed; i++)
		ep_site_start(engine.sites.v[i]);
	ep_engine_loop(&engine);
	end_all(&engine);
	ep_tally_tell(&engine);
	ep_caller_tell(&engine);
	ep_lane_bound(&engine);
	ep_log(EP_LOG_INFO, "collect", "%" PRId64 " pages with %" PRId64
	       " records in %" PRId64 " requests; %" PRId64 " of the records "
	       "were known by their text", ret->pages, ret->records,
	       ret->requests, ret->known);
	if (engine.failed)
		rc = ep_err_set(err, engine.err.code, "%s", engine.err.msg);
	ep_engine_release(&engine);
	return rc;
}

int64_t ep_engine_retries(const struct ep_engine *engine,
			  const struct ep_spec *spec)
{
	int64_t most = engine->patient ? EP_RETRIES_MAX :
					 EP_RETRIES_URGENT_MAX;

	return spec->limits.retries < most ? spec->limits.retries : most;
}

int ep_collect_run(const struct ep_config *config,
		   const struct ep_specs *specs,
		   const struct ep_collect_filter *filter,
		   struct ep_sink *sink, struct ep_http *http,
		   const struct ep_collect_progress *progress,
		   struct ep_collect_totals *ret, struct ep_err *err)
{
	struct ep_transport transport;
	struct ep_network network;
	int rc;

	ep_network_init(&network, http, config);
	ep_network_transport(&network, &transport);
	rc = ep_collect_over(config, specs, filter, sink, &transport, progress,
			     ret, err);
	if (ep_network_alone(&network))
		snprintf(ret->alone, sizeof(ret->alone), "%s",
			 ep_network_alone(&network));
	ep_network_release(&network);
	return rc;
}
