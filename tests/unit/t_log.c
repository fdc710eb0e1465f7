/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log: one line per event whatever is in it, and nothing that was not
 * asked for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"

static char got[40000];

static int set_up(void **state)
{
	(void)state;
	ep_clock_fix(1794880800);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	ep_log_level_set(EP_LOG_WARN);
	ep_log_trace_set(NULL);
	ep_clock_fix(0);
	return 0;
}

/* What one event writes on standard error. */
static const char *logged(enum ep_log_level level, const char *area,
			  const char *text)
{
	FILE *file = tmpfile();
	int usual = dup(STDERR_FILENO);
	size_t n;

	assert_non_null(file);
	fflush(stderr);
	dup2(fileno(file), STDERR_FILENO);
	ep_log(level, area, "%s", text);
	fflush(stderr);
	dup2(usual, STDERR_FILENO);
	close(usual);
	rewind(file);
	n = fread(got, 1, sizeof(got) - 1, file);
	got[n] = '\0';
	fclose(file);
	return got;
}

static void one_line_each(void **state)
{
	(void)state;
	assert_string_equal(logged(EP_LOG_WARN, "http", "slow"),
			    "2026-11-17T02:00:00Z warn http: slow\n");
	assert_string_equal(logged(EP_LOG_ERROR, "run",
				   "x\n2026-11-17T02:00:00Z info run: forged"),
			    "2026-11-17T02:00:00Z error run: x<U+000A>2026-11-"
			    "17T02:00:00Z info run: forged\n");
	assert_null(strchr(logged(EP_LOG_ERROR, "run", "\x1b[2J"), 0x1b));
}

static void levels(void **state)
{
	(void)state;
	assert_string_equal(logged(EP_LOG_INFO, "run", "x"), "");
	ep_log_level_set(EP_LOG_INFO);
	assert_string_not_equal(logged(EP_LOG_INFO, "run", "x"), "");
	ep_log_level_set(EP_LOG_ERROR);
	assert_string_equal(logged(EP_LOG_WARN, "run", "x"), "");
}

static void traces_by_area(void **state)
{
	(void)state;
	ep_log_level_set(EP_LOG_TRACE);
	assert_string_equal(logged(EP_LOG_TRACE, "http", "x"), "");
	ep_log_trace_set("page, http");
	assert_true(ep_log_tracing("http"));
	assert_true(ep_log_tracing("page"));
	assert_false(ep_log_tracing("htt"));
	assert_false(ep_log_tracing("db"));
	assert_string_not_equal(logged(EP_LOG_TRACE, "http", "x"), "");
	assert_string_equal(logged(EP_LOG_TRACE, "db", "x"), "");
	ep_log_trace_set("all");
	assert_true(ep_log_tracing("db"));
}

static void long_lines_are_cut(void **state)
{
	static char much[10000];
	size_t n;

	(void)state;
	memset(much, '\n', sizeof(much) - 1);
	n = strlen(logged(EP_LOG_ERROR, "run", much));
	assert_true(n > 4000);
	assert_int_equal(got[n - 1], '\n');
	assert_ptr_equal(strchr(got, '\n'), got + n - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_line_each, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(levels, set_up, tear_down),
		cmocka_unit_test_setup_teardown(traces_by_area, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(long_lines_are_cut, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
