/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Log lines on standard error.
 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"

/* One line; a longer one is no line any more. */
#define LOG_LINE_MAX 4096
#define LOG_AREAS_MAX 256

static enum ep_log_level shown = EP_LOG_WARN;
static char traced[LOG_AREAS_MAX];

void ep_log_level_set(enum ep_log_level level)
{
	shown = level;
}

void ep_log_trace_set(const char *areas)
{
	size_t n = areas ? strnlen(areas, sizeof(traced) - 1) : 0;

	if (n)
		memcpy(traced, areas, n);
	traced[n] = '\0';
}

bool ep_log_tracing(const char *area)
{
	struct ep_str rest = { .p = traced, .n = strlen(traced) };
	struct ep_str part;

	if (!traced[0])
		return false;
	while (ep_str_cut(&rest, ',', &part)) {
		part = ep_str_trim(part);
		if (ep_str_eqn(part, area) || ep_str_eqn(part, "all"))
			return true;
	}
	return false;
}

void ep_log(enum ep_log_level level, const char *area, const char *fmt, ...)
{
	static const char *const name[] = { "error", "warn", "info", "trace" };
	char when[EP_TIME_TEXT], msg[LOG_LINE_MAX];
	/* Each byte may grow to "<U+XXXXX>". */
	EP_AUTO(ep_buf_release) struct ep_buf line =
		EP_BUF_INIT(LOG_LINE_MAX * 9 + 256);
	va_list ap;
	int n;

	if (level == EP_LOG_TRACE ? !ep_log_tracing(area) : level > shown)
		return;
	va_start(ap, fmt);
	n = vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	ep_buf_addf(&line, "%s %s %s: ", ep_time_format(ep_clock_now(), when),
		    name[level], area);
	ep_str_printable(&line, msg, ep_utf8_cut(msg, strlen(msg)));
	ep_buf_addc(&line, '\n');
	fwrite(line.s, 1, line.len, stderr);
}
