/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Headers that tell a wait: whatever they hold, we wait for at least a second
 * and never longer than we said, whatever the server's clock says.  The first
 * byte chooses the unit, eight more the clock, the rest is the value.
 */
#include "base/limits.h"
#include "base/clock.h"
#include "base/str.h"
#include "collect/wait.h"
#include "fuzz.h"

#define HEAD 9
/* Years 1 to 9999, which is all that a Date header can say. */
#define FIRST_DATE INT64_C(-62135596800)
#define LAST_DATE INT64_C(253402300799)

static void check_wait(int64_t wait)
{
	must(wait == EP_WAIT_UNSAID || wait == EP_WAIT_TOO_LONG ||
	     (wait >= 1000 && wait <= EP_WAIT_SECONDS_MAX * INT64_C(1000)));
}

static void check_times(const char *text)
{
	char shown[EP_TIME_TEXT];
	int64_t t, again;

	if (ep_time_http(text, &t))
		must(t >= FIRST_DATE && t <= LAST_DATE);
	if (ep_time_iso(text, true, &t)) {
		must(t >= FIRST_DATE && t <= LAST_DATE + 86400);
		must(!ep_time_iso(ep_time_format(t, shown), true, &again) ||
		     again == t);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const enum ep_wait_unit units[] = {
		EP_WAIT_SECONDS, EP_WAIT_EPOCH, EP_WAIT_HTTP
	};
	EP_AUTO_FREE char *text = NULL;
	int64_t now;

	if (n < HEAD)
		return 0;
	memcpy(&now, data + 1, sizeof(now));
	now = FIRST_DATE + (int64_t)((uint64_t)now %
				     (uint64_t)(LAST_DATE - FIRST_DATE));
	text = fuzz_text(data + HEAD, n - HEAD);
	check_wait(ep_wait_value(text, units[data[0] % 3], now));
	check_times(text);
	return 0;
}
