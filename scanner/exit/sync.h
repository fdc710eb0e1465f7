/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One ticket for each finding of the customers that want it, one note for
 * each real change of it, and nothing twice.  What is to be written is
 * decided here, from findings alone; somebody else's door writes it.
 *
 * A finding's fingerprint does not change when a tenancy or rule is renamed
 * or answers come in another order, and a night that could not decide changes
 * no finding; so none of that writes anything.  A real change is an event of
 * the finding: fixed, came back, waived, waiver ended.
 *
 * Tables in the store's database, written here alone:
 *
 *  psa_ticket(fingerprint, through, round, mark, state, ticket, company,
 *          seen_run, made_at)    state: wanted (may be there already), open,
 *          resolved, replaced (closed at the PSA, and the finding came back:
 *          the next round is its ticket now)
 *  psa_note(mark, fingerprint, through, round, run, event, text, done_at)
 *          done_at NULL: not there yet
 *
 * Marks are computed from fingerprint and round, or run and event: who lost
 * the tables finds what was written by its mark.
 */
#ifndef EP_EXIT_SYNC_H
#define EP_EXIT_SYNC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/config.h"

struct ep_db;

#define EP_SYNC_MARK 48

struct ep_sync_item {
	const char *through; /* connection */
	const char *ticket;  /* a note's; NULL: the item is a new ticket */
	const char *company;
	const char *mark;
	const char *title;
	const char *text;
};

struct ep_sync_answer {
	bool there;   /* it is at the PSA now */
	bool written; /* ... since just now */
	char ticket[64];
	bool closed;
	char why[512]; /* not there: what happened */
};

/* An error says that this connection cannot be used now. */
struct ep_sync_door {
	void *to;
	int (*write)(void *to, const struct ep_sync_item *item,
		     struct ep_sync_answer *ret, struct ep_err *err);
	int (*look)(void *to, const struct ep_sync_item *item,
		    struct ep_sync_answer *ret, struct ep_err *err);
};

struct ep_sync_totals {
	size_t tickets; /* written */
	size_t notes;
	size_t found;	/* were there already */
	size_t waiting; /* could not be written, or not be seen */
	size_t left;	/* for the next time: EP_SYNC_MOST */
	char why[512];	/* of the first that waits */
};

/* Creates or completes the tables. */
int ep_sync_schema(struct ep_db *db, struct ep_err *err) EP_MUST_CHECK;
/* company: number of a customer in the PSA of a connection, "" unknown. */
int ep_sync_run(struct ep_db *db, const struct ep_config *config, int64_t now,
		const struct ep_sync_door *door, struct ep_sync_totals *ret,
		struct ep_err *err) EP_MUST_CHECK;

#endif
