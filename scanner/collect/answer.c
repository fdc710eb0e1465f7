/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an answer does to its listing: a page to map, another try, or the
 * end with the reason.
 */
#include "collect/engine.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "ext/crypto.h"

static const char not_as_expected[] =
	"The vendor's answer does not look as the connector expects: look at "
	"it with `exitproof connector try`, and at the connector's `docs` for "
	"changes";

static const char rights_advice[] =
	"Give the credential the right to see all of it: what it does not "
	"show cannot be told from what is not there";

static void give_up(struct ep_listing *listing,
		    const struct ep_judgement *judged)
{
	enum ep_coverage_status status = judged->status;
	char page[64];
	char times[32] = "";

	if (status == EP_COVERAGE_PARTIAL)
		status = ep_listing_cut(listing);
	if (listing->tries > 1)
		snprintf(times, sizeof(times), ", %" PRId64 " times",
			 listing->tries);
	ep_listing_end(listing, status, judged->advice, "%s %s%s",
		       ep_listing_page(listing, page), judged->what, times);
}

/* Comes back to the line after a pause. */
static void pause_listing(struct ep_listing *listing, int64_t wait)
{
	struct ep_engine *engine = listing->engine;

	listing->tenancy->site->retries++;
	engine->totals->retries++;
	if (listing->source)
		listing->source->coverage.retries++;
	listing->queued_ms = ep_engine_now(engine);
	ep_agenda_add(&engine->agenda, listing->queued_ms + wait,
		      EP_DUE_LISTING, listing);
}

static void try_again(struct ep_listing *listing,
		      const struct ep_judgement *judged)
{
	struct ep_engine *engine = listing->engine;
	int64_t failures = listing->tries - listing->throttles;

	if (failures > ep_engine_retries(engine, listing->tenancy->site->spec) || engine->closing ||
	    listing->lane->host->silent > EP_HOST_FAILURES_MAX ||
	    listing->tenancy->site->retries >= EP_CONNECTION_RETRIES_MAX) {
		give_up(listing, judged);
		return;
	}
	pause_listing(listing, ep_wait_backoff(&engine->jitter, failures));
}

/* Too many requests, or a wait that the vendor names, delays all of this
 * budget and does not use up tries: it is no failure. */
static void throttle(struct ep_listing *listing,
		     const struct ep_http_answer *answer,
		     struct ep_judgement *judged)
{
	struct ep_engine *engine = listing->engine;
	struct ep_lane *lane = listing->lane;
	int64_t wait = ep_wait_asked(&listing->tenancy->site->spec->limits,
				     engine->net, answer);

	if (wait == EP_WAIT_TOO_LONG) {
		snprintf(judged->what, sizeof(judged->what),
			 "was throttled (HTTP %ld) for longer than %d seconds "
			 "(EP_WAIT_SECONDS_MAX)",
			 answer->status, EP_WAIT_SECONDS_MAX);
		give_up(listing, judged);
		return;
	}
	if (wait == EP_WAIT_UNSAID && answer->status != 429) {
		try_again(listing, judged);
		return;
	}
	listing->throttles++;
	if (wait == EP_WAIT_UNSAID)
		wait = ep_wait_backoff(&engine->jitter, listing->throttles);
	if (listing->throttles > EP_THROTTLES_MAX || engine->closing) {
		give_up(listing, judged);
		return;
	}
	snprintf(lane->why, sizeof(lane->why),
		 "the vendor asked for it (HTTP %ld)", answer->status);
	ep_lane_block(engine, lane, wait);
	if (listing->source)
		ep_source_tell(listing->source, EP_STEP_WAIT, wait, lane->why);
	pause_listing(listing, wait);
}

static void renew(struct ep_listing *listing,
		  const struct ep_judgement *judged)
{
	struct ep_auth *auth = listing->use->auth;

	if (!auth || listing->renewed || listing->engine->closing ||
	    (auth->credential->kind != EP_AUTH_TOKEN &&
	     auth->credential->kind != EP_AUTH_JWT_BEARER)) {
		give_up(listing, judged);
		return;
	}
	listing->renewed = true;
	listing->queued_ms = ep_engine_now(listing->engine);
	ep_auth_refused(auth, listing->serial);
	ep_lane_add(listing->engine, listing);
}

/* --- a page ------------------------------------------------------------ */

/* False when this very page came before in this listing: the source does not
 * move on, whatever it is asked. */
static bool note_page(struct ep_listing *listing,
		      const struct ep_http_answer *answer)
{
	struct ep_source *source = listing->source;
	uint8_t hash[EP_SHA256_BYTES];

	ep_sha256_of(answer->body.s ? answer->body.s : "", answer->body.len,
		     hash);
	if (source) {
		source->coverage.pages++;
		ep_buf_add(&source->coverage.page_sha256, hash, sizeof(hash));
	}
	return ep_seen_add(&listing->pager.seen, hash, sizeof(hash));
}

/* Ages are computed from the vendor's times and our clock: when the two
 * disagree by more than a day they mean nothing. */
static void check_clock(struct ep_listing *listing,
			const struct ep_http_answer *answer)
{
	struct ep_source *source = listing->source;
	char there[EP_TIME_TEXT];
	char here[EP_TIME_TEXT];
	int64_t now = ep_clock_now();
	int64_t skew = answer->server_date - now;

	if (!source || !answer->server_date || ep_clock_is_fixed())
		return;
	if (skew < 0)
		skew = -skew;
	if (skew > EP_SKEW_SECONDS_MAX)
		ep_coverage_spoil(&listing->said, EP_COVERAGE_PARTIAL,
				  "Correct the clock of this machine (or ask "
				  "the vendor about theirs), then run again",
				  "the vendor's clock says %s, ours %s: ages "
				  "cannot be trusted",
				  ep_time_format(answer->server_date, there),
				  ep_time_format(now, here));
	else if (skew > EP_SKEW_SECONDS_SAID && !source->coverage.advice[0])
		snprintf(source->coverage.advice,
			 sizeof(source->coverage.advice),
			 "The vendor's clock says %s, ours %s: correct the "
			 "clock of this machine",
			 ep_time_format(answer->server_date, there),
			 ep_time_format(now, here));
}

static bool looks_like_markup(const struct ep_listing *listing,
			      const struct ep_http_answer *answer)
{
	const char *type =
		listing->engine->net->header(answer, "Content-Type");

	return (type && strstr(type, "html")) ||
	       (answer->body.len && answer->body.s[0] == '<');
}

static struct ep_json *parse(struct ep_listing *listing,
			     const struct ep_http_answer *answer,
			     struct ep_recall **ret_recall)
{
	struct ep_err err = EP_ERR_INIT;
	struct ep_json *json = NULL;
	size_t altered = 0;
	char page[64];

	ep_listing_page(listing, page);
	if (answer->body.len == 0) {
		ep_listing_end(listing, ep_listing_cut(listing),
			       not_as_expected,
			       "%s came without a body (HTTP %ld)", page,
			       answer->status);
		return NULL;
	}
	if (listing->pager.pages == 0)
		ep_recall_prepare(listing);
	if (ep_recall_parse(listing, answer, &json, ret_recall, &altered,
			    &err) < 0) {
		if (looks_like_markup(listing, answer))
			ep_listing_end(listing, ep_listing_cut(listing),
				       "Check the base URL; a sign-in page or "
				       "a proxy answers in place of the API",
				       "%s is a web page instead of JSON "
				       "(HTTP %ld)",
				       page, answer->status);
		else
			ep_listing_end(listing, ep_listing_cut(listing),
				       "If it stays after another run, the "
				       "vendor's answer is cut or broken",
				       "%s is no valid JSON document: %.300s",
				       page, err.msg);
		return NULL;
	}
	if (listing->source)
		listing->source->coverage.altered += (int64_t)altered;
	return json;
}

/* The container of the records, or the one record; NULL and what is wrong. */
static const struct ep_json *find_records(const struct ep_listing *listing,
					  const struct ep_json *doc,
					  char what[256])
{
	const struct ep_spec_endpoint *endpoint = listing->endpoint;
	enum ep_json_type wanted = endpoint->records_map ? EP_JSON_OBJECT :
							   EP_JSON_ARRAY;
	const struct ep_json *records = doc;

	if (!endpoint->records) {
		if (ep_json_type(doc) == EP_JSON_OBJECT)
			return doc;
		snprintf(what, 256, "is no JSON object");
		return NULL;
	}
	if (ep_judge_empty(endpoint, doc))
		return ep_json_empty_array();
	if (endpoint->records_bare && ep_json_type(doc) == EP_JSON_ARRAY)
		return doc;
	if (!ep_str_eq(endpoint->records, ".") &&
	    ep_json_path(doc, endpoint->records, &records) != EP_JSON_PRESENT) {
		snprintf(what, 256, "has no member '%.100s'",
			 endpoint->records);
		return NULL;
	}
	if (ep_json_type(records) == wanted)
		return records;
	snprintf(what, 256, "has something else than a list in '%.100s'",
		 endpoint->records);
	return NULL;
}

static const struct ep_json *last_of(const struct ep_json *records, bool one,
				     int64_t *ret_n)
{
	const struct ep_json *last = NULL;

	*ret_n = 1;
	if (one)
		return records;
	*ret_n = 0;
	for (const struct ep_json *record = ep_json_first(records); record;
	     record = ep_json_next(record)) {
		last = record;
		(*ret_n)++;
	}
	return last;
}

static void note_total(struct ep_listing *listing, const struct ep_json *doc)
{
	const struct ep_json *value;
	int64_t total;

	if (!listing->endpoint->total || ep_onward_delta(listing))
		return;
	if (ep_json_path(doc, listing->endpoint->total, &value) ==
		    EP_JSON_PRESENT &&
	    ep_json_int(value, &total) && total >= 0)
		ep_pager_count(&listing->pager, total);
}

static const char *header(const struct ep_listing *listing,
			  const struct ep_http_answer *answer,
			  const char *name)
{
	return name ? listing->engine->net->header(answer, name) : NULL;
}

/* Decides about the next page and puts its request in line before this one
 * is mapped. */
static void go_on(struct ep_listing *listing,
		  struct ep_http_answer *answer, struct ep_doc *doc,
		  const struct ep_json *records, struct ep_recall *recall)
{
	bool one = !listing->endpoint->records;
	const struct ep_spec_page *spec = &listing->endpoint->page;
	struct ep_page_answer page = {
		.doc = doc->json,
		.link = header(listing, answer, "Link"),
		.cursor = listing->endpoint->ldap ?
				  listing->cursor :
				  header(listing, answer, spec->next_header),
		.total = header(listing, answer, spec->total_header),
		.base = listing->base,
		.url = listing->url,
	};
	enum ep_page_verdict verdict;
	char why[EP_PAGE_WHY] = "";

	page.last = last_of(records, one, &page.records);
	if (recall)
		page.records = (int64_t)recall->parts.list.n;
	note_total(listing, doc->json);
	verdict = ep_pager_take(&listing->pager, &page, why);
	if (verdict == EP_PAGE_LAST &&
	    !ep_onward_last_page(listing, doc->json)) {
		verdict = EP_PAGE_SPOILT;
		snprintf(why, sizeof(why), "the last page has no usable '%s' "
			 "to go on from", listing->endpoint->changes.link);
	}
	listing->over = verdict != EP_PAGE_MORE;
	ep_recall_keep(recall, answer);
	/* In work before anything can end the listing. */
	ep_work_add(listing, ep_doc_ref(doc), records, recall,
		    recall ? recall->text.len : answer->body.len);
	if (listing->source) {
		listing->source->objects += page.records;
		if (listing->source->calls == 1)
			listing->source->coverage.total = listing->pager.total;
		ep_source_tell(listing->source, EP_STEP_PAGE, 0, NULL);
	}
	if (verdict == EP_PAGE_SPOILT)
		ep_listing_end(listing, EP_COVERAGE_PARTIAL, not_as_expected,
			       "%s", why);
	else if (verdict == EP_PAGE_MORE && listing->engine->closing)
		ep_listing_end(listing, EP_COVERAGE_PARTIAL,
			       "Raise run_seconds, or split the run with "
			       "--tenant",
			       "the run's time was over after %" PRId64
			       " pages",
			       listing->pager.pages);
	else if (verdict == EP_PAGE_MORE)
		ep_listing_queue(listing);
}

static bool is_empty(const struct ep_json *records,
		     const struct ep_recall *recall)
{
	return recall ? recall->parts.list.n == 0 :
			ep_json_count(records) == 0;
}

static void take_page(struct ep_listing *listing, struct ep_http_answer *answer)
{
	bool one = !listing->endpoint->records;
	struct ep_recall *recall = NULL;
	const struct ep_json *records;
	struct ep_json *json;
	struct ep_doc *doc;
	char what[256] = "";
	char page[64];

	json = parse(listing, answer, &recall);
	if (!json)
		return;	/* and the listing has ended */
	doc = ep_doc_new(json);
	if (listing->what == EP_FOR_PLACE) {
		ep_onward_placed(listing, json);
		ep_doc_unref(doc);
		return;
	}
	ep_caller_hear(listing, json);
	records = ep_judge_document(listing->endpoint, json, what) ?
			  find_records(listing, json, what) :
			  NULL;
	if (listing->what == EP_FOR_TRY) {
		ep_try_page(listing, doc, records, one, what, answer);
	} else if (!records) {
		ep_listing_end(listing, ep_listing_cut(listing),
			       not_as_expected, "%s %s",
			       ep_listing_page(listing, page), what);
	} else if (!ep_judge_granted(listing->endpoint, json, what)) {
		ep_listing_end(listing, EP_COVERAGE_PARTIAL, rights_advice,
			       "%s", what);
	} else if (ep_listing_owns(listing, records, one)) {
		check_clock(listing, answer);
		if (note_page(listing, answer) || is_empty(records, recall))
			go_on(listing, answer, doc, records,
			      ep_take(&recall));
		else
			ep_listing_end(listing, EP_COVERAGE_PARTIAL,
				       not_as_expected,
				       "%s is the same as one before: the "
				       "source does not go on to the next",
				       ep_listing_page(listing, page));
	}
	ep_doc_unref(doc);
	ep_recall_free(recall);
}

/* How much the vendor says is left, and until when: the headers that tell a
 * wait are on good answers too. */
static void note_remaining(struct ep_listing *listing,
			   const struct ep_http_answer *answer)
{
	const struct ep_spec_limits *limits =
		&listing->tenancy->site->spec->limits;
	struct ep_engine *engine = listing->engine;
	const char *left =
		limits->remaining_header ?
			engine->net->header(answer, limits->remaining_header) :
			NULL;
	int64_t now = ep_engine_now(engine);
	int64_t wait;
	int64_t n;

	if (!left || !ep_str_int(left, &n) || n < 0)
		return;
	wait = ep_wait_asked(limits, engine->net, answer);
	ep_lane_remaining(engine, listing->lane, n, wait > 0 ? now + wait : 0);
}

static void account(struct ep_listing *listing,
		    const struct ep_http_answer *answer)
{
	struct ep_engine *engine = listing->engine;

	if (listing->source) {
		listing->source->coverage.wire_bytes += answer->wire_bytes;
		listing->source->coverage.ms += answer->ms;
	}
	engine->totals->wire_bytes += answer->wire_bytes;
	if (answer->end == EP_HTTP_OK) {
		engine->totals->answers++;
		listing->lane->host->silent = 0;
	} else {
		listing->lane->host->silent++;
	}
	note_remaining(listing, answer);
}

/* Absence is an answer to the question as a whole, not to its third page. */
static void take_absence(struct ep_listing *listing,
			 const struct ep_http_answer *answer)
{
	char page[64];

	if (listing->pager.pages > 0 || listing->again) {
		ep_listing_end(listing, EP_COVERAGE_PARTIAL, not_as_expected,
			       "%s answered HTTP %ld after others had answered",
			       ep_listing_page(listing, page), answer->status);
		return;
	}
	ep_listing_end(listing, EP_COVERAGE_COMPLETE, NULL, " ");
}

static void obey(struct ep_listing *listing, struct ep_http_answer *answer,
		 struct ep_judgement *judged)
{
	switch (judged->verdict) {
	case EP_VERDICT_TAKE:
		take_page(listing, answer);
		break;
	case EP_VERDICT_ABSENT:
		take_absence(listing, answer);
		break;
	case EP_VERDICT_AGAIN:
		try_again(listing, judged);
		break;
	case EP_VERDICT_THROTTLED:
		throttle(listing, answer, judged);
		break;
	case EP_VERDICT_RENEW:
		renew(listing, judged);
		break;
	case EP_VERDICT_END:
		give_up(listing, judged);
		break;
	}
}

/* Whatever the server said, it answered. */
static bool has_answered(const struct ep_ldap_answer *answer)
{
	return answer->end == EP_LDAP_OK || answer->end == EP_LDAP_BIND ||
	       answer->end == EP_LDAP_RESULT;
}

void ep_listing_found(struct ep_listing *listing,
		      struct ep_ldap_answer *answer)
{
	struct ep_http_answer page = {
		.end = has_answered(answer) ? EP_HTTP_OK : EP_HTTP_CUT,
		.body = answer->body,
		.wire_bytes = answer->bytes,
		.ms = answer->ms,
		.server_date = answer->server_time,
	};
	struct ep_judgement judged;

	account(listing, &page);
	ep_lane_done(listing->engine, listing->lane);
	ep_judge_ldap(listing->endpoint, answer, &judged);
	/* What goes on where a connection ended goes on nowhere. */
	if (judged.verdict == EP_VERDICT_AGAIN && listing->pager.cursor)
		judged.verdict = EP_VERDICT_END;
	if (judged.verdict == EP_VERDICT_TAKE)
		ep_listing_referrals(listing, &answer->referrals);
	listing->cursor = answer->cursor;
	obey(listing, &page, &judged);
}

void ep_listing_answer(struct ep_listing *listing,
		       struct ep_http_answer *answer)
{
	struct ep_engine *engine = listing->engine;
	struct ep_judgement judged;

	account(listing, answer);
	ep_lane_done(engine, listing->lane);
	ep_judge_answer(listing->endpoint,
			listing->use->auth ? listing->use->auth->credential :
					     NULL,
			answer, &judged);
	ep_judge_throttled(&listing->tenancy->site->spec->limits, answer,
			   &judged);
	ep_judge_denied(&listing->tenancy->site->spec->limits,
			listing->use->auth ? listing->use->auth->credential :
					     NULL,
			answer, &judged);
	listing->said.http_status = answer->status;
	ep_onward_clock(listing, answer);
	obey(listing, answer, &judged);
}
