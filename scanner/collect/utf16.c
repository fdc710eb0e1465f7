/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One unit after the other, two of them where a pair stands.
 */
#include "collect/utf16.h"

#include <stdint.h>

static uint32_t unit_at(const char *s)
{
	return (uint32_t)(uint8_t)s[0] | (uint32_t)(uint8_t)s[1] << 8;
}

static void add(struct ep_buf *out, uint32_t cp)
{
	if (cp < 0x80) {
		ep_buf_addc(out, (char)cp);
	} else if (cp < 0x800) {
		ep_buf_addc(out, (char)(0xc0 | cp >> 6));
		ep_buf_addc(out, (char)(0x80 | (cp & 0x3f)));
	} else if (cp < 0x10000) {
		ep_buf_addc(out, (char)(0xe0 | cp >> 12));
		ep_buf_addc(out, (char)(0x80 | (cp >> 6 & 0x3f)));
		ep_buf_addc(out, (char)(0x80 | (cp & 0x3f)));
	} else {
		ep_buf_addc(out, (char)(0xf0 | cp >> 18));
		ep_buf_addc(out, (char)(0x80 | (cp >> 12 & 0x3f)));
		ep_buf_addc(out, (char)(0x80 | (cp >> 6 & 0x3f)));
		ep_buf_addc(out, (char)(0x80 | (cp & 0x3f)));
	}
}

bool ep_utf16_read(const char *s, size_t n, struct ep_buf *out)
{
	if (n % 2)
		return false;
	for (size_t at = 0; at < n; at += 2) {
		uint32_t cp = unit_at(s + at);
		uint32_t low;

		if (cp >= 0xdc00 && cp < 0xe000)
			return false;
		if (cp >= 0xd800 && cp < 0xdc00) {
			at += 2;
			low = at < n ? unit_at(s + at) : 0;
			if (low < 0xdc00 || low >= 0xe000)
				return false;
			cp = 0x10000 + ((cp - 0xd800) << 10) + (low - 0xdc00);
		}
		add(out, cp);
	}
	return !out->overflow;
}
