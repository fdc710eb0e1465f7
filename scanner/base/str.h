/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading text: views, numbers, prefixes, UTF-8, and the escapings that need
 * no library (percent, hex, terminal).  A view does not own its bytes.
 */
#ifndef EP_STR_H
#define EP_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct ep_str {
	const char *p;
	size_t n;
};

struct ep_str ep_str(const char *s);
bool ep_str_eq(const char *a, const char *b);	/* NULL equals only NULL */
bool ep_str_eqn(struct ep_str a, const char *b);
bool ep_str_eqcase(const char *a, const char *b); /* ASCII case only */
bool ep_str_starts(const char *s, const char *prefix);
bool ep_str_ends(const char *s, const char *suffix);
/* Without leading and trailing ASCII white space. */
struct ep_str ep_str_trim(struct ep_str s);
/* Cuts the part before sep off *rest; false when nothing is left.  An empty
 * last part after a final sep is returned, and an empty text is one empty
 * part (only a view with p NULL has none). */
bool ep_str_cut(struct ep_str *rest, char sep, struct ep_str *ret_part);

/* Whole-string decimal numbers: no sign but '-', no white space, no overflow.
 * False and untouched result otherwise. */
bool ep_str_int(const char *s, int64_t *ret);
bool ep_str_intn(struct ep_str s, int64_t *ret);
bool ep_str_bool(const char *s, bool *ret);	/* true false yes no */

/* The entry of a NULL-ended list that word was most likely meant to be, for
 * "did you mean"; NULL when none is near. */
const char *ep_str_nearest(const char *word, const char *const *known);

/* Strict UTF-8 (no overlong forms, no surrogates, up to U+10FFFF). */
bool ep_utf8_valid(const char *s, size_t n);
/* Appends s with each byte that is no part of valid UTF-8 as U+FFFD; returns
 * the number of replacements. */
size_t ep_utf8_scrub(struct ep_buf *out, const char *s, size_t n);
/* The largest n' <= n that does not cut a UTF-8 sequence of s. */
size_t ep_utf8_cut(const char *s, size_t n);
/* Decodes one code point; returns the bytes used, 0 for the end or invalid. */
size_t ep_utf8_next(const char *s, size_t n, uint32_t *ret_cp);

/* Appends one URL path segment or query value, percent-encoding all but
 * unreserved characters (RFC 3986, 2.3). */
void ep_str_percent(struct ep_buf *out, const char *s, size_t n);
void ep_str_hex(struct ep_buf *out, const void *p, size_t n);

/* Does it move, hide or join its neighbours on a screen, or end a line? */
bool ep_utf8_acts(uint32_t cp);

/* Appends s for a terminal, a log line or a plain-text report: control,
 * bidi and zero-width characters and invalid bytes become <U+XXXX> or <XX>,
 * so that one value stays on one line and cannot act. */
void ep_str_printable(struct ep_buf *out, const char *s, size_t n);

/* The ending of a noun beside its number: "%d rule%s", n, EP_S(n). */
#define EP_S(n) ((n) == 1 ? "" : "s")
#define EP_IES(n) ((n) == 1 ? "y" : "ies")
#define EP_ARE(n) ((n) == 1 ? "is" : "are")

/* ASCII lower case in place. */
void ep_str_lower(char *s);

#endif
