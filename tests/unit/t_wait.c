/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waits that vendors ask for, in all the forms in which they ask, and our
 * own pauses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "collect/agenda.h"
#include "collect/transport.h"
#include "collect/wait.h"

#define NOON 1795305600	/* Sun, 22 Nov 2026 00:00:00 GMT */

static void test_values(void **state)
{
	static const struct {
		const char *value;
		enum ep_wait_unit unit;
		int64_t ms;
	} cases[] = {
		{ "42", EP_WAIT_SECONDS, 42000 },
		{ " 42 ", EP_WAIT_SECONDS, 42000 },
		{ "0", EP_WAIT_SECONDS, 1000 },
		{ "-5", EP_WAIT_SECONDS, 1000 },
		{ "1.2", EP_WAIT_SECONDS, 2000 },
		{ "900", EP_WAIT_SECONDS, 900000 },
		{ "901", EP_WAIT_SECONDS, EP_WAIT_TOO_LONG },
		{ "99999999999999999999", EP_WAIT_SECONDS, EP_WAIT_TOO_LONG },
		{ "-99999999999999999999", EP_WAIT_SECONDS, 1000 },
		{ "soon", EP_WAIT_SECONDS, EP_WAIT_UNSAID },
		{ "", EP_WAIT_SECONDS, EP_WAIT_UNSAID },
		{ "-", EP_WAIT_SECONDS, EP_WAIT_UNSAID },
		{ "12 seconds", EP_WAIT_SECONDS, EP_WAIT_UNSAID },
		{ NULL, EP_WAIT_SECONDS, EP_WAIT_UNSAID },
		{ "1795305630", EP_WAIT_EPOCH, 30000 },
		{ "1795305600", EP_WAIT_EPOCH, 1000 },
		{ "1", EP_WAIT_EPOCH, 1000 },
		{ "1795309999", EP_WAIT_EPOCH, EP_WAIT_TOO_LONG },
		{ "Sun, 22 Nov 2026 00:00:30 GMT", EP_WAIT_HTTP, 30000 },
		{ "Sat, 21 Nov 2026 00:00:30 GMT", EP_WAIT_HTTP, 1000 },
		{ "Mon, 23 Nov 2026 00:00:30 GMT", EP_WAIT_HTTP,
		  EP_WAIT_TOO_LONG },
		{ "17", EP_WAIT_HTTP, 17000 },
		{ "tomorrow", EP_WAIT_HTTP, EP_WAIT_UNSAID },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(ep_wait_value(cases[i].value, cases[i].unit,
					       NOON),
				 cases[i].ms);
}

/* A server's clock may say anything. */
static void test_absurd_clocks(void **state)
{
	(void)state;
	assert_int_equal(ep_wait_value("99999999999999999999", EP_WAIT_EPOCH,
				       -62135596800),
			 EP_WAIT_TOO_LONG);
	assert_int_equal(ep_wait_value("-99999999999999999999", EP_WAIT_EPOCH,
				       253402300799),
			 1000);
}

static void test_backoff(void **state)
{
	struct ep_jitter one;
	struct ep_jitter two;
	int64_t top = 1000;

	(void)state;
	ep_clock_fix(NOON);
	ep_jitter_init(&one);
	ep_jitter_init(&two);
	for (int n = 1; n < 40; n++) {
		int64_t pause = ep_wait_backoff(&one, n);

		assert_in_range(pause, top / 2, top);
		/* with a fixed clock a night is the same night again */
		assert_int_equal(pause, ep_wait_backoff(&two, n));
		top = top * 2 > 60000 ? 60000 : top * 2;
	}
	ep_clock_fix(0);
}

static void test_retryable(void **state)
{
	static const long no[] = { 200, 301, 400, 401, 403, 404, 409, 422,
				   501, 505 };
	static const long yes[] = { 429, 500, 502, 503, 504 };

	(void)state;
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		assert_false(ep_wait_retryable(no[i]));
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		assert_true(ep_wait_retryable(yes[i]));
}

static void test_agenda(void **state)
{
	static int what[200];
	struct ep_agenda agenda = { 0 };
	struct ep_agenda_entry entry;
	int64_t due;
	int64_t last = -1;
	uint64_t order = 0;

	(void)state;
	assert_false(ep_agenda_next(&agenda, &due));
	for (int i = 0; i < 200; i++)
		ep_agenda_add(&agenda, (i * 7919) % 50, 0, &what[i]);
	assert_true(ep_agenda_next(&agenda, &due));
	assert_int_equal(due, 0);
	assert_false(ep_agenda_pop(&agenda, -1, &entry));
	for (int i = 0; i < 200; i++) {
		assert_true(ep_agenda_pop(&agenda, 100, &entry));
		assert_true(entry.due_ms >= last);
		if (entry.due_ms == last)
			assert_true(entry.order > order);
		last = entry.due_ms;
		order = entry.order;
	}
	assert_false(ep_agenda_pop(&agenda, 100, &entry));
	ep_agenda_release(&agenda);
}

/* testing: hurry makes the time of waits run, and no poll outlasts it. */
static void test_hurry(void **state)
{
	struct ep_err err = EP_ERR_INIT;
	const struct ep_http_options options = { .allow_loopback = true };
	struct ep_config config = { .testing = { .hurry = 1000 } };
	struct ep_transport transport;
	struct ep_network network;
	struct ep_http *http;
	int64_t clock, wait;

	(void)state;
	assert_int_equal(ep_http_open(&options, &http, &err), 0);
	ep_network_init(&network, http, &config);
	ep_network_transport(&network, &transport);
	clock = ep_clock_mono_ms();
	wait = transport.now_ms(transport.to);
	assert_in_range(wait, clock * 1000, ep_clock_mono_ms() * 1000);
	assert_int_equal(transport.poll(transport.to, 60000, &err), 0);
	assert_in_range(ep_clock_mono_ms() - clock, 60, 30000);
	assert_true(transport.now_ms(transport.to) - wait >= 60000);
	config.testing.hurry = 0;
	clock = ep_clock_mono_ms();
	assert_in_range(transport.now_ms(transport.to), clock,
			ep_clock_mono_ms());
	ep_network_release(&network);
	ep_http_close(http);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_absurd_clocks),
		cmocka_unit_test(test_backoff),
		cmocka_unit_test(test_retryable),
		cmocka_unit_test(test_agenda),
		cmocka_unit_test(test_hurry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
