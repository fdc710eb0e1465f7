/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words of the coverage, and the one way to make a coverage worse.  There is
 * none to make it better.
 */
#include "model/coverage.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/str.h"

static const char *const words[] = {
	[EP_COVERAGE_COMPLETE] = "complete",
	[EP_COVERAGE_PARTIAL] = "partial",
	[EP_COVERAGE_DENIED] = "denied",
	[EP_COVERAGE_FAILED] = "failed",
	[EP_COVERAGE_SKIPPED] = "skipped",
	[EP_COVERAGE_HELD] = "held",
};

#define WORDS ((int)(sizeof(words) / sizeof(words[0])))

/* How little is known: the enumeration is stored and therefore keeps its
 * order, which is another one. */
static const int badness[] = {
	[EP_COVERAGE_COMPLETE] = 0, [EP_COVERAGE_HELD] = 1,
	[EP_COVERAGE_PARTIAL] = 2,  [EP_COVERAGE_SKIPPED] = 3,
	[EP_COVERAGE_DENIED] = 4,   [EP_COVERAGE_FAILED] = 5,
};

const char *ep_coverage_word(enum ep_coverage_status status)
{
	if ((int)status < 0 || (int)status >= WORDS)
		return "failed";
	return words[status];
}

int ep_coverage_from_word(const char *word)
{
	for (int i = 0; i < WORDS; i++) {
		if (strcmp(words[i], word) == 0)
			return i;
	}
	return -1;
}

void ep_coverage_init(struct ep_coverage *coverage)
{
	memset(coverage, 0, sizeof(*coverage));
	coverage->status = EP_COVERAGE_COMPLETE;
	coverage->total = -1;
	ep_buf_init(&coverage->page_sha256, (size_t)EP_PAGES_MAX * 32);
}

void ep_coverage_release(struct ep_coverage *coverage)
{
	ep_buf_release(&coverage->page_sha256);
}

static void keep_text(char *to, size_t size, const char *from)
{
	size_t n = strlen(from);

	if (n > size - 1)
		n = ep_utf8_cut(from, size - 1);
	memmove(to, from, n);
	to[n] = '\0';
}

void ep_coverage_spoil(struct ep_coverage *coverage,
		       enum ep_coverage_status status, const char *advice,
		       const char *fmt, ...)
{
	char reason[sizeof(coverage->reason) * 2];
	va_list ap;

	if (badness[status] <= badness[coverage->status])
		return;
	va_start(ap, fmt);
	if (vsnprintf(reason, sizeof(reason), fmt, ap) < 0)
		reason[0] = '\0';
	va_end(ap);
	coverage->status = status;
	keep_text(coverage->reason, sizeof(coverage->reason), reason);
	keep_text(coverage->advice, sizeof(coverage->advice),
		  advice ? advice : "");
}
