/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads waits and computes pauses.  A header is outside input: zero,
 * negative, absurd and unreadable values all become something sane.
 */
#include "collect/wait.h"

#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "ext/crypto.h"

#define SECOND_MS 1000

static int64_t clamp(int64_t seconds)
{
	if (seconds > EP_WAIT_SECONDS_MAX)
		return EP_WAIT_TOO_LONG;
	if (seconds < 1)
		seconds = 1;
	return seconds * SECOND_MS;
}

/* Whole part of a decimal number, a fraction rounded up.  More digits than
 * fit count as too large, not as no number. */
static bool read_number(const char *value, int64_t *ret)
{
	struct ep_str text = ep_str_trim(ep_str(value));
	struct ep_str whole;
	struct ep_str rest = text;
	size_t digits = 0;

	if (!ep_str_cut(&rest, '.', &whole) || whole.n == 0)
		return false;
	for (size_t i = whole.p[0] == '-'; i < whole.n; i++) {
		if (whole.p[i] < '0' || whole.p[i] > '9')
			return false;
		digits++;
	}
	if (digits == 0)
		return false;
	if (!ep_str_intn(whole, ret))
		*ret = whole.p[0] == '-' ? 0 : INT64_MAX;
	else if (whole.n < text.n && *ret < INT64_MAX)
		*ret += 1;
	return true;
}

int64_t ep_wait_value(const char *value, enum ep_wait_unit unit,
		      int64_t server_now)
{
	int64_t number;

	if (!value)
		return EP_WAIT_UNSAID;
	switch (unit) {
	case EP_WAIT_SECONDS:
		if (!read_number(value, &number))
			return EP_WAIT_UNSAID;
		return clamp(number);
	case EP_WAIT_EPOCH:
		if (!read_number(value, &number))
			return EP_WAIT_UNSAID;
		if (__builtin_sub_overflow(number, server_now, &number))
			return EP_WAIT_TOO_LONG;
		return clamp(number);
	case EP_WAIT_HTTP:
		/* Retry-After: a date or a number of seconds. */
		if (read_number(value, &number))
			return clamp(number);
		if (!ep_time_http(value, &number))
			return EP_WAIT_UNSAID;
		return clamp(number - server_now);
	}
	return EP_WAIT_UNSAID;
}

int64_t ep_wait_asked(const struct ep_spec_limits *limits,
		      const struct ep_transport *transport,
		      const struct ep_http_answer *answer)
{
	int64_t now = answer->server_date ? answer->server_date :
					    ep_clock_now();
	const char *value;
	int64_t wait;

	for (size_t i = 0; i < limits->wait.n; i++) {
		value = transport->header(answer, limits->wait.v[i].name);
		wait = ep_wait_value(value, limits->wait.v[i].unit, now);
		if (wait != EP_WAIT_UNSAID)
			return wait;
	}
	value = transport->header(answer, "Retry-After");
	return ep_wait_value(value, EP_WAIT_HTTP, now);
}

void ep_jitter_init(struct ep_jitter *jitter)
{
	jitter->state = 0x9e3779b97f4a7c15u;
	if (!ep_clock_is_fixed())
		ep_random(&jitter->state, sizeof(jitter->state));
	jitter->state |= 1;
}

/* xorshift64: spreads retries, guards nothing. */
static uint64_t draw(struct ep_jitter *jitter)
{
	uint64_t x = jitter->state;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	jitter->state = x;
	return x;
}

int64_t ep_wait_backoff(struct ep_jitter *jitter, int64_t n)
{
	int64_t pause = SECOND_MS;

	for (; n > 1 && pause < EP_BACKOFF_SECONDS_MAX * SECOND_MS; n--)
		pause *= 2;
	if (pause > EP_BACKOFF_SECONDS_MAX * SECOND_MS)
		pause = EP_BACKOFF_SECONDS_MAX * SECOND_MS;
	return pause / 2 + (int64_t)(draw(jitter) % (uint64_t)(pause / 2 + 1));
}

bool ep_wait_retryable(long status)
{
	return status == 429 || status == 500 || status == 502 ||
	       status == 503 || status == 504;
}
