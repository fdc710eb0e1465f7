/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to utf8proc.
 */
#include "ext/text.h"

#include <string.h>

#include <utf8proc.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/str.h"

/* Blanks of other scripts have become U+0020 by then. */
static char *squeeze(const char *s)
{
	bool blank = false;
	struct ep_buf out;

	ep_buf_init(&out, EP_TEXT_BYTES_MAX * 4);
	for (; *s; s++) {
		if (strchr(" \t\r\n\v\f", *s)) {
			blank = out.len > 0;
			continue;
		}
		if (blank)
			ep_buf_addc(&out, ' ');
		blank = false;
		ep_buf_addc(&out, *s);
	}
	if (out.len)
		return ep_buf_take(&out);
	ep_buf_release(&out);
	return NULL;
}

char *ep_text_fold(const char *s)
{
	utf8proc_uint8_t *mapped = NULL;
	EP_AUTO_FREE char *ascii = NULL;
	char *folded;

	if (!s || strlen(s) > EP_TEXT_BYTES_MAX)
		return NULL;
	if (utf8proc_map((const utf8proc_uint8_t *)s, 0, &mapped,
			 UTF8PROC_NULLTERM | UTF8PROC_STABLE |
				 UTF8PROC_COMPOSE | UTF8PROC_COMPAT |
				 UTF8PROC_CASEFOLD | UTF8PROC_IGNORE) < 0) {
		ascii = ep_strdup(s);
		ep_str_lower(ascii);
		return squeeze(ascii);
	}
	folded = squeeze((const char *)mapped);
	ep_free(mapped);
	return folded;
}
