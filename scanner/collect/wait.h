/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long to wait before asking again: what the vendor said in a header of
 * its own, or else our own growing pause.
 */
#ifndef EP_WAIT_H
#define EP_WAIT_H

#include <stdbool.h>
#include <stdint.h>

#include "collect/spec.h"
#include "collect/transport.h"

#define EP_WAIT_UNSAID (-1)	/* no header, or nothing a number is in */
#define EP_WAIT_TOO_LONG (-2)	/* above EP_WAIT_SECONDS_MAX */

/* Milliseconds that the answer asks for, at least 1000.  Times of day are
 * compared with the server's own clock where it sent one. */
int64_t ep_wait_asked(const struct ep_spec_limits *limits,
		      const struct ep_transport *transport,
		      const struct ep_http_answer *answer);
/* One value of such a header. */
int64_t ep_wait_value(const char *value, enum ep_wait_unit unit,
		      int64_t server_now);

/* A source of jitter; the same one every time when the clock is fixed. */
struct ep_jitter {
	uint64_t state;
};
void ep_jitter_init(struct ep_jitter *jitter);
/* Pause before the n-th retry (from 1): doubles from one second up to
 * EP_BACKOFF_SECONDS_MAX; half of it is drawn, so that what failed together
 * does not come back together. */
int64_t ep_wait_backoff(struct ep_jitter *jitter, int64_t n);

/* Is a status worth another try at all? */
bool ep_wait_retryable(long status);

#endif
