/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time: the wall clock (which tests and replays can fix), a monotonic clock
 * for waits and budgets, and the notations vendors use.  All wall times are
 * whole seconds since 1970-01-01T00:00:00Z in an int64_t.
 */
#ifndef EP_CLOCK_H
#define EP_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* The wall time: the fixed one if ep_clock_fix was called. */
int64_t ep_clock_now(void);
void ep_clock_fix(int64_t now);	/* 0 frees the clock again */
bool ep_clock_is_fixed(void);
/* Milliseconds of a clock that never jumps; never fixed. */
int64_t ep_clock_mono_ms(void);

/* RFC 3339 and the ISO 8601 forms that vendors print: date and time with
 * 'T' or blank, optional fraction (cut), zone Z or +hh:mm or +hhmm or "UTC",
 * with or without a blank before it, or date only (midnight UTC).  A time without a zone is accepted
 * only when zone_needed is false, and then is UTC.  Years 1970 to 9999. */
bool ep_time_iso(const char *s, bool zone_needed, int64_t *ret);
/* RFC 9110 HTTP date (IMF-fixdate, RFC 850, asctime). */
bool ep_time_http(const char *s, int64_t *ret);

/* "2026-11-17T02:00:00Z"; out holds at least EP_TIME_TEXT bytes. */
#define EP_TIME_TEXT 32
const char *ep_time_format(int64_t t, char out[EP_TIME_TEXT]);
/* "2026-11-17" */
const char *ep_time_date(int64_t t, char out[EP_TIME_TEXT]);

#endif
