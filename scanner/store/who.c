/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judges moments and spans from the reads of a listing.  Knows no SQL.
 */
#include "store/who.h"

/* What one read says about one holding. */
enum seen {
	SEEN_YES,
	SEEN_NO,
	SEEN_HIDDEN,	/* not listed, but a later first read brought it */
	SEEN_GAP	/* says nothing */
};

static bool touched_in(const struct ep_who_life *life, int64_t run)
{
	for (size_t i = 0; i < life->touched.n; i++)
		if (life->touched.v[i] == run)
			return true;
	return life->first_run == run;
}

/* Runs are in the order in which the store learned; that is the order in
 * which rows open and close, also where imports show an older day. */
static enum seen seen_in(const struct ep_who_holding *holding,
			 const struct ep_who_read *read)
{
	const struct ep_who_life *next = NULL;

	if (!holding)
		return read->complete ? SEEN_YES : SEEN_GAP;
	for (size_t i = 0; i < holding->life.n; i++) {
		const struct ep_who_life *life = &holding->life.v[i];

		if (life->first_run > read->run) {
			next = life;
			break;
		}
		if (life->close_run && life->close_run <= read->run)
			continue;
		/* An unchanged row leaves no trace in a partial read. */
		if (read->complete || touched_in(life, read->run))
			return SEEN_YES;
	}
	if (!read->complete)
		return SEEN_GAP;
	return next && next->quiet ? SEEN_HIDDEN : SEEN_NO;
}

/* --- one moment ----------------------------------------------------------- */

struct bracket {
	const struct ep_who_listing *listing;
	const struct ep_who_holding *holding;
	size_t low;	/* indexes of reads */
	size_t high;
	bool has_low;
	bool has_high;
};

/* What the run had to go by: its own read, or the newest evidence that was
 * in by then, as long as that was young enough. */
static void find_by_run(struct bracket *b, const struct ep_who_moment *moment)
{
	const struct ep_who_listing *listing = b->listing;
	const struct ep_who_read *best = NULL;

	for (size_t i = 0; i < listing->read.n; i++) {
		const struct ep_who_read *read = &listing->read.v[i];

		if (read->run > moment->run ||
		    (read->run != moment->run && !listing->imported) ||
		    (best && best->run > read->run))
			continue;
		best = read;
	}
	if (!best || seen_in(b->holding, best) == SEEN_GAP ||
	    moment->at - best->to > listing->max_age)
		return;
	b->low = b->high = (size_t)(best - listing->read.v);
	b->has_low = b->has_high = true;
}

static void find_by_time(struct bracket *b, int64_t at)
{
	for (size_t i = 0; i < b->listing->read.n; i++) {
		const struct ep_who_read *read = &b->listing->read.v[i];

		if (seen_in(b->holding, read) == SEEN_GAP)
			continue;
		if (read->to <= at) {
			b->low = i;
			b->has_low = true;
		}
		if (read->from >= at && !b->has_high) {
			b->high = i;
			b->has_high = true;
		}
	}
}

static void take_gap(struct ep_who_verdict *verdict,
		     const struct ep_who_read *read)
{
	if (verdict->gaps++ == 0)
		verdict->gap = read;
}

/* What the reads from low to high say together; they may be one. */
struct together {
	const struct ep_who_read *last;
	enum seen first;
	bool hidden;
	bool differ;
	bool far;
};

static void add_seen(struct together *all, const struct ep_who_read *read,
		     enum seen seen, int64_t max_age)
{
	if (!all->last)
		all->first = seen;
	else if (read->from - all->last->to > max_age)
		all->far = true;
	all->hidden = all->hidden || seen == SEEN_HIDDEN;
	all->differ = all->differ || seen != all->first;
	all->last = read;
}

static enum ep_who_why compare(const struct bracket *b, size_t low,
			       size_t high, struct ep_who_verdict *ret)
{
	struct together all = { .first = SEEN_NO };

	for (size_t i = low; i <= high; i++) {
		const struct ep_who_read *read = &b->listing->read.v[i];
		enum seen seen = seen_in(b->holding, read);

		if (seen == SEEN_GAP)
			take_gap(ret, read);
		else
			add_seen(&all, read, seen, b->listing->max_age);
	}
	ret->answer = all.first == SEEN_YES ? EP_WHO_YES : EP_WHO_NO;
	if (all.hidden)
		return EP_WHO_NOT_BEFORE;
	if (all.differ)
		return EP_WHO_MOVED;
	if (ret->gaps)
		return EP_WHO_GAP;
	return all.far ? EP_WHO_FAR : EP_WHO_AGREED;
}

/* Looks that broke off outside of the last that did not. */
static void count_open_end(const struct bracket *b, struct ep_who_verdict *ret,
			   int64_t at)
{
	size_t n = b->listing->read.n;
	size_t from = b->has_low ? b->low + 1 : 0;
	size_t to = b->has_high ? b->high : n;

	for (size_t i = from; i < to; i++) {
		const struct ep_who_read *read = &b->listing->read.v[i];

		/* Before the first look only those up to the moment matter,
		 * after the last only those since. */
		if (seen_in(b->holding, read) == SEEN_GAP &&
		    (b->has_low || read->to >= at))
			take_gap(ret, read);
	}
}

void ep_who_at(const struct ep_who_listing *listing,
	       const struct ep_who_holding *holding,
	       const struct ep_who_moment *moment, struct ep_who_verdict *ret)
{
	struct bracket b = { .listing = listing, .holding = holding };
	size_t low, high;

	*ret = (struct ep_who_verdict){ .answer = EP_WHO_BETWEEN };
	if (moment->run)
		find_by_run(&b, moment);
	if (!b.has_low)
		find_by_time(&b, moment->at);
	if (b.has_low) {
		ret->before = &listing->read.v[b.low];
		ret->before_held = seen_in(holding, ret->before) == SEEN_YES;
	}
	if (b.has_high) {
		ret->after = &listing->read.v[b.high];
		ret->after_held = seen_in(holding, ret->after) == SEEN_YES;
	}
	if (!b.has_low || !b.has_high) {
		ret->why = b.has_low ? EP_WHO_NOT_AFTER : EP_WHO_NOT_BEFORE;
		count_open_end(&b, ret, moment->at);
		return;
	}
	/* Two imports of one moment stand on each other's wrong side. */
	low = b.low < b.high ? b.low : b.high;
	high = b.low < b.high ? b.high : b.low;
	ret->why = compare(&b, low, high, ret);
	if (ret->why != EP_WHO_AGREED)
		ret->answer = EP_WHO_BETWEEN;
}

/* --- spans ---------------------------------------------------------------- */

static void span_gap(struct ep_who_span *span, const struct ep_who_read *gap,
		     int gaps)
{
	if (gaps && span->gaps == 0)
		span->gap = gap;
	span->gaps += gaps;
}

static void start_span(struct ep_who_spans *ret,
		       const struct ep_who_read *read,
		       const struct ep_who_read *before, bool hidden)
{
	EP_VEC_ADD(ret) = (struct ep_who_span){
		.before = hidden ? NULL : before,
		.not_before = hidden || !before,
		.first = read,
		.last = read,
	};
}

void ep_who_spans(const struct ep_who_holding *holding,
		  struct ep_who_spans *ret)
{
	const struct ep_who_listing *listing = holding->listing;
	const struct ep_who_read *before = NULL, *gap = NULL;
	bool open = false, hidden = false;
	int gaps = 0;

	for (size_t i = 0; i < listing->read.n; i++) {
		const struct ep_who_read *read = &listing->read.v[i];
		enum seen seen = seen_in(holding, read);

		if (seen == SEEN_GAP) {
			if (gaps++ == 0)
				gap = read;
			continue;
		}
		if (seen == SEEN_YES && !open)
			start_span(ret, read, before, hidden);
		if (open || seen == SEEN_YES)
			span_gap(&ret->v[ret->n - 1], gap, gaps);
		if (seen == SEEN_YES)
			ret->v[ret->n - 1].last = read;
		else if (open)
			ret->v[ret->n - 1].after = read;
		open = seen == SEEN_YES;
		hidden = seen == SEEN_HIDDEN;
		before = read;
		gaps = 0;
	}
	if (open)
		span_gap(&ret->v[ret->n - 1], gap, gaps);
}
