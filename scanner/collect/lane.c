/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may send next.  Listings wait in the lane of their budget; lanes take
 * turns, and a host that is slow holds back only what is meant for it.
 */
#include "collect/engine.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "collect/ledger.h"

/* A wait that is worth a word on the terminal. */
#define WAIT_SAID_MS 1500

static void lane_key(const struct ep_listing *listing, struct ep_buf *key)
{
	const struct ep_site *site = listing->tenancy->site;
	struct ep_str s = ep_host_origin(listing->base);

	ep_buf_addf(key, "%s\n%.*s\n", site->spec->id, (int)s.n, s.p);
	switch (site->spec->limits.per) {
	case EP_BUDGET_CREDENTIAL:
		ep_buf_addf(key, "credential %s",
			    listing->use->auth ? listing->use->auth->key :
						 "none");
		break;
	case EP_BUDGET_ORGANISATION:
		/* Whose credential it is: what a partner reads of customers
		 * is counted with the partner. */
		ep_buf_addf(key, "organisation %s/%s", site->home->system,
			    site->home->id);
		break;
	case EP_BUDGET_VENDOR:
		break;
	}
}

/* A night leaves something to a verify, which has nobody to leave it to. */
static void join(struct ep_engine *engine, struct ep_lane *lane)
{
	if (engine->patient)
		ep_budget_yield(&lane->budget);
	ep_ledger_join(engine->net->ledger, lane->key, &lane->budget,
		       ep_engine_now(engine));
}

char *ep_lane_whose(const struct ep_spec *spec, const char *home)
{
	struct ep_buf text = EP_BUF_INIT(EP_TEXT_BYTES_MAX);

	switch (spec->limits.per) {
	case EP_BUDGET_ORGANISATION:
		ep_buf_addf(&text, "organisation %s/%s", spec->system, home);
		break;
	case EP_BUDGET_CREDENTIAL:
		ep_buf_addf(&text, "credential of %s/%s", spec->id, home);
		break;
	case EP_BUDGET_VENDOR:
		ep_buf_addf(&text, "all of %s", spec->id);
		break;
	}
	return ep_buf_take(&text);
}

struct ep_lane *ep_lane_of(struct ep_engine *engine,
			   const struct ep_listing *listing)
{
	const struct ep_site *site = listing->tenancy->site;
	struct ep_lane *lane;
	struct ep_buf key;

	ep_buf_init(&key, EP_URL_BYTES_MAX * 2);
	lane_key(listing, &key);
	lane = ep_map_getn(&engine->lanes, key.s, key.len);
	if (!lane) {
		lane = ep_calloc(1, sizeof(*lane));
		ep_budget_init(&lane->budget, &site->spec->limits,
			       site->connection->share_percent);
		lane->host = ep_host_of(engine, listing->base);
		lane->key = ep_strdup(key.s);
		lane->whose = ep_lane_whose(site->spec, site->home->id);
		ep_map_setn(&engine->lanes, key.s, key.len, lane);
		if (engine->net->ledger)
			join(engine, lane);
	}
	ep_buf_release(&key);
	return lane;
}

static void free_lane(void *p)
{
	struct ep_lane *lane = p;

	ep_budget_release(&lane->budget);
	ep_free(lane->key);
	ep_free(lane->whose);
	ep_free(lane);
}

void ep_lanes_release(struct ep_engine *engine)
{
	struct ep_map_entry *entry;
	size_t pos = 0;

	while (engine->net->ledger &&
	       (entry = ep_map_next(&engine->lanes, &pos)))
		ep_ledger_leave(engine->net->ledger, entry->key);
	ep_map_release(&engine->lanes, free_lane);
	ep_map_release(&engine->hosts, ep_free);
}

static void say_budget(const struct ep_lane *lane, const char *head,
		       char *out, size_t size)
{
	const struct ep_budget *budget = &lane->budget;

	snprintf(out, size, "%s%.100s, %" PRId64 " request%s in %" PRId64 " s",
		 head, lane->whose, budget->allowed - budget->kept,
		 EP_S(budget->allowed - budget->kept),
		 budget->window_ms / 1000);
}

void ep_lane_bound(struct ep_engine *engine)
{
	char *out = engine->totals->bound;
	const struct ep_lane *most = NULL;
	struct ep_map_entry *entry;
	size_t pos = 0;

	while ((entry = ep_map_next(&engine->lanes, &pos))) {
		const struct ep_lane *lane = entry->value;

		if (lane->idle_ms > (most ? most->idle_ms : 0))
			most = lane;
	}
	if (!most)
		return;
	say_budget(most, "", out, sizeof(engine->totals->bound));
	engine->totals->bound_ms = most->idle_ms;
}

/* Said once for each wait, not for each listing that has to wait. */
static void tell_wait(struct ep_lane *lane, int64_t when, int64_t now)
{
	const struct ep_listing *listing = lane->first;
	char why[256];

	if (when - now < WAIT_SAID_MS || lane->told_ms >= when ||
	    !listing->source)
		return;
	lane->told_ms = when;
	say_budget(lane, "our share of the vendor's limit is used up: ", why,
		   sizeof(why));
	ep_source_tell(listing->source, EP_STEP_WAIT, when - now,
		       when == lane->budget.blocked_until_ms ? lane->why :
							       why);
}

void ep_lane_arm(struct ep_engine *engine, struct ep_lane *lane)
{
	int64_t now = ep_engine_now(engine);
	int64_t when;

	if (lane->armed || !lane->first ||
	    !ep_budget_free_slot(&lane->budget))
		return;
	when = ep_budget_when(&lane->budget, now);
	lane->armed = true;
	lane->idle_ms += when > now ? when - now : 0;
	ep_agenda_add(&engine->agenda, when, EP_DUE_LANE, lane);
	tell_wait(lane, when, now);
}

static void add_last(struct ep_lane *lane, struct ep_listing *listing)
{
	listing->next = NULL;
	if (lane->last)
		lane->last->next = listing;
	else
		lane->first = listing;
	lane->last = listing;
}

static void add_first(struct ep_lane *lane, struct ep_listing *listing)
{
	listing->next = lane->first;
	lane->first = listing;
	if (!lane->last)
		lane->last = listing;
}

void ep_lane_add(struct ep_engine *engine, struct ep_listing *listing)
{
	struct ep_lane *lane = listing->lane;

	if (ep_listing_goes_first(listing))
		add_first(lane, listing);
	else
		add_last(lane, listing);
	ep_lane_arm(engine, lane);
}

static struct ep_listing *take(struct ep_lane *lane)
{
	struct ep_listing *listing = lane->first;

	lane->first = listing->next;
	if (!lane->first)
		lane->last = NULL;
	listing->next = NULL;
	return listing;
}

void ep_lane_done(struct ep_engine *engine, struct ep_lane *lane)
{
	ep_budget_done(&lane->budget);
	lane->host->under_way--;
	ep_host_next(engine, lane->host);
	ep_lane_arm(engine, lane);
}

static void wait_for_host(struct ep_lane *lane)
{
	struct ep_host *host = lane->host;

	lane->armed = true;
	lane->next = NULL;
	if (host->first && ep_listing_goes_first(lane->first)) {
		lane->next = host->first;
		host->first = lane;
		return;
	}
	if (host->last)
		host->last->next = lane;
	else
		host->first = lane;
	host->last = lane;
}

/* False when others were there before. */
static bool spend(struct ep_engine *engine, struct ep_lane *lane, int64_t now)
{
	if (engine->net->ledger)
		return ep_ledger_send(engine->net->ledger, lane->key,
				      &lane->budget, now);
	ep_budget_send(&lane->budget, now);
	return true;
}

/* One request of a lane whose time has come. */
static void serve(struct ep_engine *engine, struct ep_lane *lane)
{
	int64_t now = ep_engine_now(engine);
	struct ep_listing *listing;

	lane->armed = false;
	if (!lane->first || !ep_budget_free_slot(&lane->budget))
		return;
	if (ep_host_full(engine, lane->host)) {
		wait_for_host(lane);
		return;
	}
	if (ep_budget_when(&lane->budget, now) > now) {
		ep_lane_arm(engine, lane);
		return;
	}
	listing = take(lane);
	switch (listing->use->auth ?
			ep_auth_ready(listing->use->auth, listing) :
			EP_AUTH_READY) {
	case EP_AUTH_READY:
		if (!spend(engine, lane, now)) {
			add_first(lane, listing);
			break;
		}
		lane->host->under_way++;
		ep_listing_send(listing);
		break;
	case EP_AUTH_BROKEN:
		ep_listing_end(listing, listing->use->auth->broken.status,
			       listing->use->auth->broken.advice, "%s",
			       listing->use->auth->broken.reason);
		break;
	case EP_AUTH_IDLE:
	case EP_AUTH_ASKING:
		break;	/* comes back by itself */
	}
	ep_lane_arm(engine, lane);
}

/* A lane that was woken for a connection may have no use for it after all: no
 * token, or a budget that is spent.  Whoever stands behind it has. */
static void serve_due(struct ep_engine *engine, struct ep_lane *lane)
{
	serve(engine, lane);
	ep_host_next(engine, lane->host);
}

static bool room(const struct ep_engine *engine)
{
	return engine->net->running(engine->net->to) < EP_TRANSFERS_MAX &&
	       engine->work_bytes < EP_WORK_BYTES_MAX;
}

/* The run is over: what is in line ends where it is. */
static void drop(struct ep_listing *listing)
{
	ep_listing_end(listing, ep_listing_cut(listing),
		       "Raise run_seconds, or split the run with --tenant",
		       "the run's time was over before it was read to its "
		       "end");
}

/* True when something was dropped: that may have put more in line. */
static bool drop_all(struct ep_engine *engine)
{
	struct ep_map_entry *entry;
	struct ep_agenda_entry due;
	bool dropped = false;
	size_t pos = 0;

	while (ep_agenda_pop(&engine->agenda, INT64_MAX, &due)) {
		dropped = true;
		if (due.kind == EP_DUE_AUTH)
			ep_auth_ask(due.what);
		else if (due.kind == EP_DUE_LISTING)
			drop(due.what);
		else
			((struct ep_lane *)due.what)->armed = false;
	}
	while ((entry = ep_map_next(&engine->lanes, &pos))) {
		struct ep_lane *lane = entry->value;

		while (lane->first) {
			dropped = true;
			drop(take(lane));
		}
	}
	return dropped;
}

void ep_lane_pump(struct ep_engine *engine)
{
	struct ep_agenda_entry due;

	while (!engine->closing && room(engine) &&
	       ep_agenda_pop(&engine->agenda, ep_engine_now(engine), &due)) {
		if (due.kind == EP_DUE_AUTH)
			ep_auth_ask(due.what);
		else if (due.kind == EP_DUE_LISTING)
			ep_lane_add(engine, due.what);
		else
			serve_due(engine, due.what);
	}
	/* Whoever waits for a connection is told when it is free. */
	while (engine->closing && drop_all(engine))
		;
}

void ep_lane_block(struct ep_engine *engine, struct ep_lane *lane,
		   int64_t wait_ms)
{
	int64_t until = ep_engine_now(engine) + wait_ms;

	if (engine->net->ledger)
		ep_ledger_block(engine->net->ledger, lane->key, &lane->budget,
				until);
	else
		ep_budget_block(&lane->budget, until);
}

void ep_lane_remaining(struct ep_engine *engine, struct ep_lane *lane,
		       int64_t remaining, int64_t end_ms)
{
	int64_t now = ep_engine_now(engine);
	int64_t at_ms;

	if (engine->net->ledger)
		ep_ledger_remaining(engine->net->ledger, lane->key,
				    &lane->budget, now, remaining, end_ms);
	else
		(void)ep_budget_remaining(&lane->budget, now, remaining,
					  end_ms, &at_ms);
}
