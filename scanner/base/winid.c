/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes of a directory as text.
 */
#include "base/winid.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"

#define TICKS 10000000
#define SECONDS_1601_1970 11644473600
#define SID_PARTS_MAX 15
#define GUID_BYTES 16

enum ep_winid ep_winid_of(const char *attribute)
{
	static const struct {
		const char *name;
		enum ep_winid kind;
	} known[] = {
		{ "objectSid", EP_WINID_SID },
		{ "sIDHistory", EP_WINID_SID },
		{ "securityIdentifier", EP_WINID_SID },
		{ "objectGUID", EP_WINID_GUID },
		{ "mS-DS-ConsistencyGuid", EP_WINID_GUID },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (ep_str_eqcase(known[i].name, attribute))
			return known[i].kind;
	}
	return EP_WINID_NONE;
}

bool ep_winid_sid(const void *p, size_t n, struct ep_buf *out)
{
	const uint8_t *s = p;
	uint64_t authority = 0;

	if (n < 8 || s[0] != 1 || s[1] > SID_PARTS_MAX ||
	    n != 8 + (size_t)s[1] * 4)
		return false;
	for (int i = 2; i < 8; i++)
		authority = authority << 8 | s[i];
	ep_buf_addf(out, "S-1-%" PRIu64, authority);
	for (size_t at = 8; at < n; at += 4)
		ep_buf_addf(out, "-%" PRIu32,
			    (uint32_t)s[at] | (uint32_t)s[at + 1] << 8 |
				    (uint32_t)s[at + 2] << 16 |
				    (uint32_t)s[at + 3] << 24);
	return true;
}

/* Where in the bytes the digits of the text stand. */
static const uint8_t order[GUID_BYTES] = { 3, 2, 1, 0, 5, 4, 7, 6,
					   8, 9, 10, 11, 12, 13, 14, 15 };

static int digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c | 0x20) : NULL;

	return at ? (int)(at - digits) : -1;
}

bool ep_winid_guid_bytes(const char *s, uint8_t ret[16])
{
	for (size_t i = 0; i < GUID_BYTES; i++) {
		int high;
		int low;

		if ((i == 4 || i == 6 || i == 8 || i == 10) && *s++ != '-')
			return false;
		high = digit(s[0]);
		low = high < 0 ? -1 : digit(s[1]);
		if (low < 0)
			return false;
		ret[order[i]] = (uint8_t)(high << 4 | low);
		s += 2;
	}
	return !*s;
}

bool ep_winid_guid(const void *p, size_t n, struct ep_buf *out)
{
	const uint8_t *s = p;

	if (n != GUID_BYTES)
		return false;
	for (size_t i = 0; i < GUID_BYTES; i++)
		ep_buf_addf(out, "%s%02x",
			    i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
			    s[order[i]]);
	return true;
}

/* An export that converted it already. */
static bool is_text(enum ep_winid kind, const char *s, size_t n)
{
	static const char guid[] = "0123456789abcdefABCDEF-";

	if (kind == EP_WINID_SID)
		return n > 8 && memcmp(s, "S-1-", 4) == 0;
	if (n != 36)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!s[i] || !strchr(guid, s[i]))
			return false;
	}
	return true;
}

bool ep_winid_text(enum ep_winid kind, const void *p, size_t n,
		   struct ep_buf *out)
{
	size_t start = out->len;

	if (is_text(kind, p, n)) {
		ep_buf_add(out, p, n);
		if (kind == EP_WINID_GUID && !out->overflow)
			ep_str_lower(out->s + start);
		return true;
	}
	return kind == EP_WINID_SID ? ep_winid_sid(p, n, out) :
				      ep_winid_guid(p, n, out);
}

bool ep_winid_filetime(int64_t ticks, int64_t *ret, bool *ret_never)
{
	*ret_never = ticks == 0 || ticks == INT64_MAX;
	if (*ret_never)
		return true;
	if (ticks < 0)
		return false;
	*ret = ticks / TICKS - SECONDS_1601_1970;
	return true;
}

bool ep_winid_span(int64_t ticks, int64_t *ret, bool *ret_never)
{
	*ret_never = ticks == 0 || ticks == INT64_MIN;
	if (*ret_never)
		return true;
	if (ticks > 0)
		return false;
	*ret = -(ticks / TICKS);
	return true;
}

bool ep_winid_generalized(const char *s, int64_t *ret)
{
	char iso[EP_TIME_TEXT];
	size_t n = strspn(s, "0123456789");
	const char *rest = s + n;

	if (n != strlen("20261121075304"))
		return false;
	if (*rest == '.')
		rest += 1 + strspn(rest + 1, "0123456789");
	if (!ep_str_eq(rest, "Z"))
		return false;
	snprintf(iso, sizeof(iso), "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", s, s + 4,
		 s + 6, s + 8, s + 10, s + 12);
	return ep_time_iso(iso, true, ret);
}
