/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One dataset between its first expectation and its coverage.
 */
#include "collect/engine.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"

void ep_source_ref(const struct ep_source *source, struct ep_dataset_ref *ref)
{
	const struct ep_site *site = source->tenancy->site;
	const struct ep_collect_filter *filter = site->engine->filter;

	*ref = (struct ep_dataset_ref){
		.customer = source->tenancy->customer,
		.system = source->tenancy->system,
		.tenant = source->tenancy->id,
		.name = source->name,
		.connector = site->spec->id,
		.connector_version = site->spec->version,
		.kinds = ep_spec_endpoint_kinds(source->endpoint),
		.max_age = site->engine->config->api_max_age,
		.transient = source->endpoint->transient,
		.held_ok = filter && filter->held_ok,
		.changes = source->onward.part == EP_PART_CHANGES,
		.basis = source->recall,
	};
}

struct ep_source *ep_source_new(struct ep_tenancy *tenancy,
				const struct ep_spec_endpoint *endpoint,
				bool stored)
{
	struct ep_source *source = ep_calloc(1, sizeof(*source));
	struct ep_site *site = tenancy->site;
	struct ep_engine *engine = site->engine;
	struct ep_err err = EP_ERR_INIT;
	struct ep_dataset_ref ref;
	struct ep_buf name;

	source->tenancy = tenancy;
	source->endpoint = endpoint;
	source->stored = stored;
	source->has_children = endpoint->tenants;
	ep_coverage_init(&source->coverage);
	ep_coverage_init(&source->worst);
	ep_buf_init(&name, EP_TEXT_BYTES_MAX);
	ep_buf_addf(&name, "%s.%s", site->spec->id, endpoint->name);
	source->name = ep_buf_take(&name);
	for (size_t i = 0; i < site->spec->endpoints.n; i++) {
		int parent = site->spec->endpoints.v[i].for_each_index;

		if (parent >= 0 && &site->spec->endpoints.v[parent] == endpoint)
			source->has_children = true;
	}
	EP_VEC_ADD(&engine->sources) = source;
	if (!stored)
		return source;
	engine->totals->datasets++;
	ep_source_ref(source, &ref);
	if (!engine->failed &&
	    engine->sink->expect(engine->sink->to, &ref, &err) < 0)
		ep_engine_fail(engine, &err);
	ep_source_tell(source, EP_STEP_EXPECTED, 0, NULL);
	return source;
}

void ep_source_free(struct ep_source *source)
{
	if (source->mapper.ready)
		ep_mapper_release(&source->mapper.mapper);
	ep_coverage_release(&source->coverage);
	ep_coverage_release(&source->worst);
	ep_seen_release(&source->given);
	ep_onward_release(source);
	ep_free(source->name);
	ep_free(source->recall);
	ep_free(source);
}

void ep_source_tell(const struct ep_source *source, enum ep_collect_step step,
		    int64_t wait_ms, const char *why)
{
	const struct ep_engine *engine = source->tenancy->site->engine;
	struct ep_collect_event event;

	if (!engine->progress || !source->stored)
		return;
	event = (struct ep_collect_event){
		.step = step,
		.customer = source->tenancy->customer,
		.system = source->tenancy->system,
		.tenant = source->tenancy->id,
		.dataset = source->name,
		.pages = source->coverage.pages,
		.objects = source->objects,
		.total = source->coverage.total,
		.wait_ms = wait_ms,
		.why = why,
		.coverage = step == EP_STEP_END ? &source->coverage : NULL,
		.ended = engine->ended,
		.expected = engine->totals->datasets,
	};
	engine->progress->event(engine->progress->to, &event);
}

int ep_source_begin(struct ep_source *source, struct ep_err *err)
{
	struct ep_sink *sink = source->tenancy->site->engine->sink;
	struct ep_dataset_ref ref;
	int rc;

	if (source->begun)
		return 0;
	ep_source_ref(source, &ref);
	rc = sink->begin(sink->to, &ref, &source->handle, err);
	if (rc == 0)
		source->begun = true;
	return rc;
}

/* What the calls said, as one word: when some went well, some of it was
 * read. */
static void sum_up(struct ep_source *source)
{
	struct ep_coverage *worst = &source->worst;
	enum ep_coverage_status status = worst->status;
	size_t bad = source->calls - source->whole;

	source->coverage.http_status = worst->http_status;
	if (source->calls > 0 && !source->uncounted)
		source->coverage.total = source->total;
	if (bad == 0)
		return;
	if (source->whole > 0)
		status = EP_COVERAGE_PARTIAL;
	if (source->calls > 1)
		ep_coverage_spoil(&source->coverage, status, worst->advice,
				  "%zu of %zu calls did not end well; one of "
				  "them: %s",
				  bad, source->calls, worst->reason);
	else
		ep_coverage_spoil(&source->coverage, status, worst->advice,
				  "%s", worst->reason);
}

/* What was to be asked for each record of a list is as whole as the list. */
static void heed_parent(struct ep_source *source)
{
	const struct ep_source *parent = source->parent;
	enum ep_coverage_status status;

	if (!parent || parent->tenancy != source->tenancy ||
	    parent->endpoint->tenants ||
	    parent->coverage.status == EP_COVERAGE_COMPLETE)
		return;
	status = parent->coverage.status;
	if (source->calls > 0)
		status = EP_COVERAGE_PARTIAL;
	ep_coverage_spoil(&source->coverage, status, parent->coverage.advice,
			  "it is asked for each record of %s, and that was "
			  "not read to its end: %s",
			  parent->name, parent->coverage.reason);
}

static void hand_over(struct ep_source *source)
{
	struct ep_engine *engine = source->tenancy->site->engine;
	struct ep_collect_totals *totals = engine->totals;
	struct ep_coverage *coverage = &source->coverage;
	struct ep_err err = EP_ERR_INIT;
	int rc = 0;

	if (engine->failed)
		return;
	rc = ep_source_begin(source, &err);
	if (rc == 0)
		rc = ep_onward_mark(source, &err);
	if (rc == 0)
		rc = engine->sink->end(engine->sink->to, source->handle,
				       coverage, &err);
	if (rc < 0) {
		ep_err_context(&err, "%s of %s/%s", source->name,
			       source->tenancy->system, source->tenancy->id);
		ep_engine_fail(engine, &err);
		return;
	}
	engine->ended++;
	totals->by_status[coverage->status]++;
	totals->pages += coverage->pages;
	totals->rows += coverage->rows;
	ep_source_tell(source, EP_STEP_END, 0, NULL);
}

static void end(struct ep_source *source)
{
	struct ep_coverage *coverage = &source->coverage;

	source->ended = true;
	sum_up(source);
	heed_parent(source);
	ep_rights_heed(source);
	if (source->mapper.ready)
		ep_mapper_report(&source->mapper.mapper, coverage);
	ep_onward_report(source);
	if (!coverage->started_at)
		coverage->started_at = ep_clock_now();
	coverage->ended_at = ep_clock_now();
	if (source->stored)
		hand_over(source);
	if (source->has_children)
		ep_tenancy_fed(source);
	ep_rights_told(source);
}

void ep_source_settle(struct ep_source *source)
{
	if (source->ended || !source->fed || source->open > 0 ||
	    ep_rights_open(source))
		return;
	end(source);
}

void ep_source_refuse(struct ep_source *source,
		      enum ep_coverage_status status, const char *advice,
		      const char *fmt, ...)
{
	char reason[512];
	va_list ap;

	if (source->ended)
		return;
	va_start(ap, fmt);
	if (vsnprintf(reason, sizeof(reason), fmt, ap) < 0)
		reason[0] = '\0';
	va_end(ap);
	ep_coverage_spoil(&source->coverage, status, advice, "%s", reason);
	source->fed = true;
	ep_source_settle(source);
}
