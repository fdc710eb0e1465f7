/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The UTF-8 half of base/str.h: one strict decoder, and what builds on it.
 */
#include "base/str.h"

#include <stdint.h>
#include <string.h>

static bool is_tail(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Length that a lead byte announces; 0 for bytes that lead nothing. */
static size_t announced(unsigned char c)
{
	if (c < 0x80)
		return 1;
	if (c >= 0xc2 && c <= 0xdf)
		return 2;
	if (c >= 0xe0 && c <= 0xef)
		return 3;
	if (c >= 0xf0 && c <= 0xf4)
		return 4;
	return 0;
}

size_t ep_utf8_next(const char *s, size_t n, uint32_t *ret_cp)
{
	static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	static const unsigned char mask[5] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	size_t len, i;
	uint32_t cp;

	if (!n)
		return 0;
	len = announced((unsigned char)s[0]);
	if (!len || len > n)
		return 0;
	cp = (unsigned char)s[0] & mask[len];
	for (i = 1; i < len; i++) {
		if (!is_tail(s[i]))
			return 0;
		cp = cp << 6 | ((unsigned char)s[i] & 0x3f);
	}
	if (cp < least[len] || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
		return 0;
	*ret_cp = cp;
	return len;
}

/* Bytes of plain ASCII at the start of s, found eight at a time. */
static size_t ascii_span(const char *s, size_t n)
{
	size_t i = 0;
	uint64_t word;

	for (; n - i >= sizeof(word); i += sizeof(word)) {
		memcpy(&word, s + i, sizeof(word));
		if (word & UINT64_C(0x8080808080808080))
			break;
	}
	while (i < n && !((unsigned char)s[i] & 0x80))
		i++;
	return i;
}

bool ep_utf8_valid(const char *s, size_t n)
{
	uint32_t cp;
	size_t i, len;

	for (i = ascii_span(s, n); i < n; i += ascii_span(s + i, n - i)) {
		len = ep_utf8_next(s + i, n - i, &cp);
		if (!len)
			return false;
		i += len;
	}
	return true;
}

size_t ep_utf8_scrub(struct ep_buf *out, const char *s, size_t n)
{
	size_t from = 0, i = 0, bad = 0;

	while (i < n) {
		uint32_t cp;
		size_t len;

		i += ascii_span(s + i, n - i);
		len = ep_utf8_next(s + i, n - i, &cp);
		if (len || i == n) {
			i += len;
			continue;
		}
		ep_buf_add(out, s + from, i - from);
		ep_buf_adds(out, "\xef\xbf\xbd");
		from = ++i;
		bad++;
	}
	ep_buf_add(out, s + from, n - from);
	return bad;
}

size_t ep_utf8_cut(const char *s, size_t n)
{
	size_t back;

	for (back = 1; back <= 3 && back <= n; back++) {
		if (is_tail(s[n - back]))
			continue;
		/* A lead byte: whole, or does it want more than there is? */
		if (announced((unsigned char)s[n - back]) > back)
			return n - back;
		break;
	}
	return n;
}

/* Characters that move, hide or join their neighbours on a screen, or end a
 * line: invisible in a report, and so never shown as they are. */
static const struct {
	uint32_t first;
	uint32_t last;
} acting[] = {
	{ 0x0000, 0x001f },   { 0x007f, 0x009f },   { 0x00ad, 0x00ad },
	{ 0x034f, 0x034f },   { 0x061c, 0x061c },   { 0x115f, 0x1160 },
	{ 0x17b4, 0x17b5 },   { 0x180b, 0x180f },   { 0x200b, 0x200f },
	{ 0x2028, 0x202e },   { 0x2060, 0x206f },   { 0x3164, 0x3164 },
	{ 0xfe00, 0xfe0f },   { 0xfeff, 0xfeff },   { 0xffa0, 0xffa0 },
	{ 0xfff0, 0xfffb },   { 0xfffe, 0xffff },   { 0x1bca0, 0x1bca3 },
	{ 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff },
};

bool ep_utf8_acts(uint32_t cp)
{
	size_t i;

	/* Each plane ends with two noncharacters. */
	if ((cp & 0xfffe) == 0xfffe)
		return true;
	for (i = 0; i < sizeof(acting) / sizeof(acting[0]); i++)
		if (cp >= acting[i].first && cp <= acting[i].last)
			return true;
	return false;
}

void ep_str_printable(struct ep_buf *out, const char *s, size_t n)
{
	size_t i = 0;

	while (i < n) {
		uint32_t cp;
		size_t len;

		if (s[i] >= ' ' && s[i] <= '~') {
			ep_buf_addc(out, s[i++]);
			continue;
		}
		len = ep_utf8_next(s + i, n - i, &cp);
		if (!len) {
			ep_buf_addf(out, "<%02X>", (unsigned char)s[i++]);
			continue;
		}
		if (ep_utf8_acts(cp))
			ep_buf_addf(out, "<U+%04X>", (unsigned int)cp);
		else
			ep_buf_add(out, s + i, len);
		i += len;
	}
}
