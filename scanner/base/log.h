/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line per event on standard error: time, level, area, message.  Values
 * from outside pass through ep_str_printable inside.  Only cli logs at info
 * and above; lower layers return errors and may trace.
 */
#ifndef EP_LOG_H
#define EP_LOG_H

#include <stdbool.h>

#include "base/err.h"

enum ep_log_level { EP_LOG_ERROR, EP_LOG_WARN, EP_LOG_INFO, EP_LOG_TRACE };

void ep_log_level_set(enum ep_log_level level);
/* Comma list of areas to trace ("http,page"), or "all". */
void ep_log_trace_set(const char *areas);
bool ep_log_tracing(const char *area);
void ep_log(enum ep_log_level level, const char *area, const char *fmt, ...)
	EP_PRINTF(3, 4);

#endif
