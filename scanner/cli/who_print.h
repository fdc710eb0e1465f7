/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints what the time machine found out, for a reader or as JSON.
 */
#ifndef EP_WHO_PRINT_H
#define EP_WHO_PRINT_H

#include <stdbool.h>
#include <stdint.h>

#include "store/who.h"

struct ep_who_tally {
	int64_t held;	/* certainly */
	int64_t open;	/* could not be decided */
};

/* all: also those who certainly did not hold it. */
void ep_who_print_at(const struct ep_who *who,
		     const struct ep_who_moment *moment, bool all, bool json,
		     struct ep_who_tally *tally);
/* Every span that reaches past `since`. */
void ep_who_print_since(const struct ep_who *who, int64_t since, bool json,
			struct ep_who_tally *tally);

#endif
