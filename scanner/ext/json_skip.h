/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Skips what a JSON string holds as it is: ASCII but for quotes, backslashes
 * and controls.  Sixteen bytes at a time where the processor is known to do
 * it, else eight; both stop at the same byte.
 */
#ifndef EP_JSON_SKIP_H
#define EP_JSON_SKIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Bytes that are skipped one at a time. */
static const bool ep_json_plain[256] = {
	[0x20 ... 0x21] = true,
	[0x23 ... 0x5b] = true,
	[0x5d ... 0x7f] = true,
};

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
/* Marks those of eight bytes that are special, from the first one up: what
 * lies above that is not to be looked at, since a borrow can only come from a
 * lower byte that is itself special. */
static inline uint64_t ep_json_special8(uint64_t word)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	const uint64_t highs = UINT64_C(0x8080808080808080);
	uint64_t quote = word ^ (ones * '"');
	uint64_t slash = word ^ (ones * '\\');

	return ((word - ones * 0x20) | (quote - ones) | (slash - ones) |
		word) & highs;
}

/* From p to the first special byte or to the last seven. */
static inline const char *ep_json_skip8(const char *p, const char *end,
					bool *ret_found)
{
	uint64_t word, marks;

	for (; end - p >= (ptrdiff_t)sizeof(word); p += sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		marks = ep_json_special8(word);
		if (marks) {
			*ret_found = true;
			return p + __builtin_ctzll(marks) / 8;
		}
	}
	*ret_found = false;
	return p;
}
#else
static inline const char *ep_json_skip8(const char *p, const char *end,
					bool *ret_found)
{
	(void)end;
	*ret_found = false;
	return p;
}
#endif

#ifdef __SSE2__
/* The same with the last fifteen. */
static inline const char *ep_json_skip16(const char *p, const char *end,
					 bool *ret_found)
{
	const __m128i quote = _mm_set1_epi8('"');
	const __m128i slash = _mm_set1_epi8('\\');
	const __m128i space = _mm_set1_epi8(' ');

	for (; end - p >= (ptrdiff_t)sizeof(quote); p += sizeof(quote)) {
		__m128i bytes = _mm_loadu_si128((const void *)p);
		/* Signed: what is not ASCII is below a space, too. */
		__m128i special = _mm_or_si128(
			_mm_cmplt_epi8(bytes, space),
			_mm_or_si128(_mm_cmpeq_epi8(bytes, quote),
				     _mm_cmpeq_epi8(bytes, slash)));
		unsigned int marks = (unsigned int)_mm_movemask_epi8(special);

		if (marks) {
			*ret_found = true;
			return p + __builtin_ctz(marks);
		}
	}
	*ret_found = false;
	return p;
}
#else
static inline const char *ep_json_skip16(const char *p, const char *end,
					 bool *ret_found)
{
	(void)end;
	*ret_found = false;
	return p;
}
#endif

static inline const char *ep_json_skip(const char *p, const char *end)
{
	bool found;

	p = ep_json_skip16(p, end, &found);
	if (!found)
		p = ep_json_skip8(p, end, &found);
	while (!found && p < end && ep_json_plain[(unsigned char)*p])
		p++;
	return p;
}

#endif
