/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads that go on from the last one.  Before everything is read, the source
 * is asked for a link to go on from (or its clock is noted), so that what
 * changes meanwhile is told once more the next time; after that only changes
 * are read, until the interval is over.  Whatever makes the changes doubtful
 * ends in a read of everything, in the same run.
 */
#include "collect/engine.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "ext/crypto.h"

static const struct ep_spec_changes *
changes_of(const struct ep_source *source)
{
	return &source->endpoint->changes;
}

static bool wanted(const struct ep_source *source)
{
	const struct ep_site *site = source->tenancy->site;
	const struct ep_words *names = &site->connection->incremental;

	if (!source->stored || changes_of(source)->kind == EP_CHANGES_NONE ||
	    !site->engine->sink->bookmark)
		return false;
	for (size_t i = 0; i < names->n; i++) {
		if (ep_str_eq(names->v[i], source->endpoint->name))
			return true;
	}
	return false;
}

/* --- what a place was taken for ----------------------------------------- */

static void add_text(struct ep_sha256 *sha, const char *text)
{
	ep_sha256_add(sha, text ? text : "", text ? strlen(text) + 1 : 1);
}

static void add_settings(struct ep_sha256 *sha,
			 const struct ep_settings *settings)
{
	for (size_t i = 0; i < settings->n; i++) {
		add_text(sha, settings->v[i].name);
		add_text(sha, settings->v[i].value);
	}
	add_text(sha, NULL);
}

char *ep_source_basis(const struct ep_source *source)
{
	const struct ep_site *site = source->tenancy->site;
	const struct ep_use *use = source->use;
	struct ep_sha256 *sha = ep_sha256_new();
	uint8_t hash[EP_SHA256_BYTES];
	struct ep_buf out;

	add_text(sha, EP_VERSION);
	add_text(sha, site->spec->sha256);
	add_text(sha, source->name);
	add_text(sha, source->tenancy->system);
	add_text(sha, source->tenancy->id);
	add_settings(sha, &site->connection->params);
	add_settings(sha, &site->connection->bases);
	if (use->config) {
		add_text(sha, use->config->name);
		add_settings(sha, &use->config->params);
	}
	ep_sha256_end(sha, hash);
	ep_buf_init(&out, sizeof(hash) * 2 + 1);
	ep_str_hex(&out, hash, sizeof(hash));
	return ep_buf_take(&out);
}

/* --- changes or everything ---------------------------------------------- */

/* Where nobody tells of a removal, a row is as old as the last read of
 * everything, and must not become too old between two of them. */
static int64_t interval(const struct ep_source *source)
{
	const struct ep_site *site = source->tenancy->site;
	int64_t every = changes_of(source)->full_every;
	int64_t own = site->connection->full_every;

	if (own > 0 && own < every)
		every = own;
	if (changes_of(source)->kind == EP_CHANGES_SINCE &&
	    site->engine->config->api_max_age < every)
		every = site->engine->config->api_max_age;
	return every;
}

static bool full_is_due(const struct ep_source *source, int64_t full_at)
{
	const struct ep_collect_filter *filter =
		source->tenancy->site->engine->filter;
	int64_t now = ep_clock_now();

	if (filter && filter->exact &&
	    changes_of(source)->kind == EP_CHANGES_SINCE)
		return true;
	return (filter && filter->full) || full_at > now ||
	       now - full_at >= interval(source);
}

static bool since_text(struct ep_source *source)
{
	struct ep_onward *onward = &source->onward;
	int64_t since;

	if (!ep_str_int(onward->from, &since))
		return false;
	if (changes_of(source)->as == EP_AS_ISO8601)
		ep_time_format(since, onward->since);
	else
		snprintf(onward->since, sizeof(onward->since), "%" PRId64,
			 changes_of(source)->as == EP_AS_EPOCH ? since :
								 since * 1000);
	return true;
}

static void read_all(struct ep_source *source)
{
	struct ep_onward *onward = &source->onward;

	onward->part = EP_PART_ALL;
	onward->asked_at = 0;
	ep_free(onward->place);
	onward->place = NULL;
	if (changes_of(source)->kind == EP_CHANGES_DELTA)
		ep_source_list(source, EP_FOR_PLACE, EP_PART_PLACE);
	else
		ep_source_list(source, EP_FOR_SOURCE, EP_PART_ALL);
}

bool ep_onward_begin(struct ep_source *source)
{
	struct ep_engine *engine = source->tenancy->site->engine;
	struct ep_onward *onward = &source->onward;
	struct ep_err err = EP_ERR_INIT;
	struct ep_bookmark mark = { .token = NULL };
	struct ep_dataset_ref ref;

	if (!wanted(source))
		return false;
	onward->on = true;
	onward->basis = ep_source_basis(source);
	ep_source_ref(source, &ref);
	if (engine->sink->bookmark(engine->sink->to, &ref, onward->basis,
				   &mark, &err) < 0) {
		ep_engine_fail(engine, &err);
		return false;
	}
	onward->from = mark.token;
	if (!onward->from || full_is_due(source, mark.full_at) ||
	    (changes_of(source)->kind == EP_CHANGES_SINCE &&
	     !since_text(source))) {
		read_all(source);
		return true;
	}
	onward->part = EP_PART_CHANGES;
	ep_source_list(source, EP_FOR_SOURCE, EP_PART_CHANGES);
	return true;
}

int ep_onward_url(const struct ep_listing *listing, struct ep_buf *url,
		  struct ep_err *err)
{
	/* It comes from the database: checked like any other link. */
	return ep_http_next(listing->base, listing->base,
			    listing->source->onward.from, url, err);
}

/* --- the place for the next read ---------------------------------------- */

static bool take_link(struct ep_listing *listing, const struct ep_json *doc)
{
	struct ep_onward *onward = &listing->source->onward;
	struct ep_err err = EP_ERR_INIT;
	const struct ep_json *link;
	struct ep_buf url;
	bool ok;

	if (ep_json_path(doc, listing->endpoint->changes.link, &link) !=
		    EP_JSON_PRESENT ||
	    ep_json_type(link) != EP_JSON_STRING)
		return false;
	ep_buf_init(&url, EP_URL_BYTES_MAX);
	ok = ep_http_next(listing->base, listing->url, ep_json_text(link),
			  &url, &err) == 0 &&
	     !url.overflow && url.len;
	if (ok) {
		ep_free(onward->place);
		onward->place = ep_strdup(url.s);
	}
	ep_buf_release(&url);
	return ok;
}

void ep_onward_placed(struct ep_listing *listing, const struct ep_json *doc)
{
	if (take_link(listing, doc))
		ep_listing_end(listing, EP_COVERAGE_COMPLETE, NULL, " ");
	else
		ep_listing_end(listing, EP_COVERAGE_FAILED, NULL,
			       "the answer has no usable '%s'",
			       listing->endpoint->changes.link);
}

bool ep_onward_last_page(struct ep_listing *listing, const struct ep_json *doc)
{
	return !ep_onward_delta(listing) || take_link(listing, doc);
}

/* By the source's clock, which its filter goes by. */
void ep_onward_clock(struct ep_listing *listing,
		     const struct ep_http_answer *answer)
{
	struct ep_source *source = listing->source;

	if (!source || !source->onward.on || source->onward.asked_at)
		return;
	source->onward.asked_at = answer->server_date > 0 ?
					  answer->server_date :
					  -1;
}

static void place_by_clock(struct ep_source *source)
{
	struct ep_onward *onward = &source->onward;
	char text[24];

	if (onward->asked_at <= changes_of(source)->overlap)
		return;
	snprintf(text, sizeof(text), "%" PRId64,
		 onward->asked_at - changes_of(source)->overlap);
	ep_free(onward->place);
	onward->place = ep_strdup(text);
}

int ep_onward_mark(struct ep_source *source, struct ep_err *err)
{
	const struct ep_sink *sink = source->tenancy->site->engine->sink;
	struct ep_onward *onward = &source->onward;

	if (!onward->on || source->coverage.status != EP_COVERAGE_COMPLETE)
		return 0;
	if (changes_of(source)->kind == EP_CHANGES_SINCE)
		place_by_clock(source);
	if (!onward->place)
		return 0;
	return sink->mark(sink->to, source->handle, onward->basis,
			  onward->place, err);
}

void ep_onward_report(struct ep_source *source)
{
	struct ep_coverage *coverage = &source->coverage;
	const struct ep_onward *onward = &source->onward;

	coverage->bounded = onward->part == EP_PART_CHANGES &&
			    changes_of(source)->kind == EP_CHANGES_SINCE;
	if (onward->why[0] && !coverage->advice[0])
		snprintf(coverage->advice, sizeof(coverage->advice),
			 "Reading only changes did not work: %s", onward->why);
}

/* --- ends ---------------------------------------------------------------- */

bool ep_onward_delta(const struct ep_listing *listing)
{
	return listing->part == EP_PART_CHANGES &&
	       listing->endpoint->changes.kind == EP_CHANGES_DELTA;
}

/* An answer to this question that no other time would make better. */
static bool is_final(long status)
{
	return status == 200 || status == 400 || status == 404 ||
	       status == 410;
}

static const char *doubt(struct ep_listing *listing)
{
	const struct ep_engine *engine = listing->engine;
	struct ep_source *source = listing->source;

	/* Nothing was sent: the link leads elsewhere. */
	if (listing->tries == 0)
		return listing->said.reason;
	if (listing->said.status != EP_COVERAGE_COMPLETE)
		return is_final(listing->said.http_status) ?
			       listing->said.reason :
			       NULL;
	if (source->mapper.ready && (source->mapper.mapper.missing ||
				     source->mapper.mapper.bad))
		return "a record of it is not whole";
	return source->begun ?
		       engine->sink->doubt(engine->sink->to, source->handle) :
		       NULL;
}

static void forget(struct ep_source *source)
{
	const struct ep_sink *sink = source->tenancy->site->engine->sink;

	if (source->begun)
		sink->drop(sink->to, source->handle);
	source->begun = false;
	if (source->mapper.ready)
		ep_mapper_release(&source->mapper.mapper);
	source->mapper.ready = false;
	source->objects = 0;
}

bool ep_onward_end(struct ep_listing *listing)
{
	struct ep_source *source = listing->source;
	struct ep_onward *onward = &source->onward;
	const char *why;

	if (listing->engine->closing)
		return false;
	if (listing->what == EP_FOR_PLACE) {
		if (!onward->place && !onward->why[0])
			snprintf(onward->why, sizeof(onward->why), "%.250s",
				 listing->said.reason);
		ep_source_list(source, EP_FOR_SOURCE, EP_PART_ALL);
		return true;
	}
	why = listing->part == EP_PART_CHANGES ? doubt(listing) : NULL;
	if (!why)
		return false;
	snprintf(onward->why, sizeof(onward->why), "%.250s", why);
	forget(source);
	source->calls--;
	read_all(source);
	return true;
}

void ep_onward_release(struct ep_source *source)
{
	ep_free(source->onward.basis);
	ep_free(source->onward.from);
	ep_free(source->onward.place);
}
