/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Base64 of RFC 4648, both alphabets.
 */
#include "ext/crypto.h"

static const char standard[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url_safe[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void encode(struct ep_buf *out, const uint8_t *p, size_t n,
		   const char *alphabet, bool pad)
{
	while (n) {
		size_t used = n < 3 ? n : 3;
		unsigned int bits = (unsigned int)p[0] << 16 |
				    (used > 1 ? (unsigned int)p[1] << 8 : 0) |
				    (used > 2 ? p[2] : 0u);
		char four[4] = { alphabet[bits >> 18 & 63],
				 alphabet[bits >> 12 & 63],
				 used > 1 ? alphabet[bits >> 6 & 63] : '=',
				 used > 2 ? alphabet[bits & 63] : '=' };

		ep_buf_add(out, four, pad ? 4 : used + 1);
		p += used;
		n -= used;
	}
}

void ep_base64(struct ep_buf *out, const void *p, size_t n)
{
	encode(out, p, n, standard, true);
}

void ep_base64url(struct ep_buf *out, const void *p, size_t n)
{
	encode(out, p, n, url_safe, false);
}

static int value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

/* The bytes of n characters without padding. */
static int decode(const char *s, size_t n, struct ep_buf *out,
		  struct ep_err *err)
{
	/* Bits that the last character has over would make two texts of one
	 * value; how many depends on the length. */
	static const unsigned int spare[4] = { 0, 0, 15, 3 };
	unsigned int bits = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		int value = value_of(s[i]);

		if (value < 0)
			return ep_err_set(err, EP_EDATA,
					  "base64: no such character at byte "
					  "%zu", i);
		bits = (bits << 6 | (unsigned int)value) & 0xffffff;
		if (i % 4)
			ep_buf_addc(out, (char)(bits >> (6 - i % 4 * 2) & 255));
	}
	if (bits & spare[n % 4])
		return ep_err_set(err, EP_EDATA,
				  "base64: last character has bits left over");
	return EP_OK;
}

int ep_base64_decode(const char *s, size_t n, struct ep_buf *out,
		     struct ep_err *err)
{
	size_t start = out->len, end = n;
	int rc;

	/* Padding may be left out, but what is there must be right. */
	while (end && s[end - 1] == '=' && n - end < 2)
		end--;
	if (end % 4 == 1 || (end < n && n % 4 != 0))
		return ep_err_set(err, EP_EDATA, "base64: cut short");
	rc = decode(s, end, out, err);
	if (rc)
		ep_buf_cut(out, start);
	return rc;
}
