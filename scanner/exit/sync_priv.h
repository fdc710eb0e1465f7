/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to the sync of tickets: what its parts share.
 */
#ifndef EP_EXIT_SYNC_PRIV_H
#define EP_EXIT_SYNC_PRIV_H

#include "base/vec.h"
#include "exit/sync.h"

struct ep_sync {
	struct ep_db *db;
	const struct ep_sync_door *door;
	struct ep_sync_totals *totals;
	int64_t now;
	int64_t run; /* the newest that was checked */
	size_t written;
	struct ep_words down; /* connections that failed: not asked again */
};

/* One ticket as the table has it. */
struct ep_sync_ticket {
	char *fingerprint;
	char *through;
	int64_t round;
	char *mark;
	char *state;
	char *number;
	char *company;
	int64_t seen_run;
};
EP_VEC_TYPE(ep_sync_tickets, struct ep_sync_ticket);

void ep_sync_mark(const char *fingerprint, const char *what, int64_t n,
		  char out[EP_SYNC_MARK]);
int ep_sync_add_ticket(struct ep_sync *s, const char *fingerprint,
		       const char *through, int64_t round, int64_t seen_run,
		       const char *company, struct ep_err *err) EP_MUST_CHECK;
/* number NULL: as it is. */
int ep_sync_set_state(struct ep_sync *s, const struct ep_sync_ticket *t,
		      const char *state, const char *number, int64_t seen_run,
		      struct ep_err *err) EP_MUST_CHECK;
/* Writes one item, as far as this sync may still write and the PSA is up. */
void ep_sync_pass(struct ep_sync *s, const struct ep_sync_item *item,
		  struct ep_sync_answer *answer);
/* Looks for the ticket.  False, and the change waits, when the PSA cannot be
 * asked now. */
bool ep_sync_ask(struct ep_sync *s, const struct ep_sync_ticket *t,
		 struct ep_sync_answer *answer);

/* --- sync_event.c -------------------------------------------------------- */
int ep_sync_take_events(struct ep_sync *s, struct ep_sync_ticket *t,
			struct ep_err *err) EP_MUST_CHECK;
int ep_sync_bring_notes(struct ep_sync *s, struct ep_err *err) EP_MUST_CHECK;

#endif
