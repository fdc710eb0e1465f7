/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access reviews: the holders of powerful access frozen on a day, decided
 * about one by one by people who are not among them, and closed once every one
 * is decided and the lists they came from were whole.
 *
 * Tables, written here alone; nothing in them is changed or deleted but the
 * closing of a review:
 *
 *  review(id, customer, run, population_sha256, items, started_by, started_at,
 *          by_user, host, closed_by, closed_at)
 *          customer NULL: all.  population_sha256 is over the lines
 *          "tenant dataset kind key", in order of their bytes, joined by line
 *          feeds
 *  review_item(review, n, customer, tenant, tenant_name, system, dataset,
 *          kind, key, account, address, name, what)
 *          n from 1; kind: role or credential; what: the role, or what sort of
 *          credential; address: folded, NULL unknown
 *  review_gap(review, tenant, dataset, status, reason)
 *          what was not whole or too old when it began
 *  review_decision(id, review, n, decision, reviewer, note, at, by_user, host)
 *          the newest of an item counts; decision: keep revoke change
 */
#ifndef EP_REVIEW_H
#define EP_REVIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct ep_db;
struct ep_store;

/* Decisions in one minute above which nobody can have looked. */
#define EP_REVIEW_PER_MINUTE_MAX 20

/* Who does something: an address, and where from. */
struct ep_review_hand {
	const char *address;
	const char *user;	/* account on this host */
	const char *host;
	int64_t at;
};

int ep_review_schema(struct ep_db *db, struct ep_err *err) EP_MUST_CHECK;

/* Freezes what the views show.  customer NULL: of all.  EP_ENOENT when there
 * is nothing to review, EP_EDATA when a review of that id exists. */
int ep_review_start(struct ep_store *store, const char *id,
		    const char *customer, const struct ep_review_hand *hand,
		    struct ep_err *err) EP_MUST_CHECK;

struct ep_review_choice {
	const int64_t *item;	/* numbers; n 0 and address: all of a holder */
	size_t n;
	const char *address;
	const char *decision;	/* keep revoke change */
	const char *note;	/* NULL none; needed for revoke and change */
};
/* All or nothing.  EP_EDATA: the review is closed, there is no such item, the
 * reviewer is the reviewed or has left, a note is missing. */
int ep_review_decide(struct ep_store *store, const char *id,
		     const struct ep_review_choice *choice,
		     const struct ep_review_hand *hand, struct ep_err *err)
	EP_MUST_CHECK;

struct ep_review_status {
	int64_t items;
	int64_t decided;
	int64_t keep, revoke, change;
	int64_t gaps;
	int64_t revoked_gone;	/* of revoke: seen to be gone by a whole read */
	int64_t revoked_there;	/* still listed */
	int64_t per_minute;	/* most decisions of one reviewer in a minute */
	bool closed;
};
/* The views must show the run to compare with. */
int ep_review_status(struct ep_store *store, const char *id,
		     struct ep_review_status *ret, struct ep_err *err)
	EP_MUST_CHECK;

/* EP_EDATA: items are undecided, the population was incomplete, or it is
 * closed already. */
int ep_review_close(struct ep_store *store, const char *id,
		    const struct ep_review_hand *hand, struct ep_err *err)
	EP_MUST_CHECK;

#endif
