/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is due when: a heap of times, equal times in the order they were
 * added.
 */
#ifndef EP_AGENDA_H
#define EP_AGENDA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"

struct ep_agenda_entry {
	int64_t due_ms;
	uint64_t order;
	int kind;	/* of the caller */
	void *what;
};

struct ep_agenda {
	EP_VEC(struct ep_agenda_entry) heap;
	uint64_t order;
};

/* A zeroed struct is an empty agenda. */
void ep_agenda_release(struct ep_agenda *agenda);
void ep_agenda_add(struct ep_agenda *agenda, int64_t due_ms, int kind,
		   void *what);
/* The earliest entry that is due at now; false when there is none. */
bool ep_agenda_pop(struct ep_agenda *agenda, int64_t now_ms,
		   struct ep_agenda_entry *ret);
/* When the earliest entry is due; false when the agenda is empty. */
bool ep_agenda_next(const struct ep_agenda *agenda, int64_t *ret_due_ms);

#endif
