/* SPDX-License-Identifier: Apache-2.0 */
/* The growing byte buffer; see the header. */
#include "util/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "util/alloc.h"

static void reserve(struct es_buf *b, size_t more)
{
	size_t need = b->len + more + 1;

	if (need <= b->cap)
		return;
	b->cap = need < 256 ? 256 : need + need / 2;
	b->p = es_grow(b->p, b->cap, 1);
}

void es_buf_add(struct es_buf *b, const void *data, size_t n)
{
	reserve(b, n);
	if (n)
		memcpy(b->p + b->len, data, n);
	b->len += n;
	b->p[b->len] = '\0';
}

void es_buf_str(struct es_buf *b, const char *s)
{
	es_buf_add(b, s, strlen(s));
}

void es_buf_fmt(struct es_buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	reserve(b, 200);
	va_start(ap, fmt);
	n = vsnprintf(b->p + b->len, b->cap - b->len, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	if ((size_t)n >= b->cap - b->len) {
		reserve(b, (size_t)n);
		va_start(ap, fmt);
		n = vsnprintf(b->p + b->len, b->cap - b->len, fmt, ap);
		va_end(ap);
	}
	b->len += (size_t)n;
}

void es_buf_json(struct es_buf *b, const char *s)
{
	const unsigned char *c;

	if (!s) {
		es_buf_str(b, "null");
		return;
	}
	es_buf_add(b, "\"", 1);
	for (c = (const unsigned char *)s; *c; c++) {
		if (*c == '"' || *c == '\\')
			es_buf_fmt(b, "\\%c", *c);
		else if (*c < 0x20)
			es_buf_fmt(b, "\\u%04x", *c);
		else
			es_buf_add(b, c, 1);
	}
	es_buf_add(b, "\"", 1);
}

void es_buf_url(struct es_buf *b, const char *s)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~,:@";
	const unsigned char *c;

	for (c = (const unsigned char *)s; *c; c++) {
		if (strchr(plain, *c))
			es_buf_add(b, c, 1);
		else
			es_buf_fmt(b, "%%%02X", *c);
	}
}

void es_buf_clear(struct es_buf *b)
{
	b->len = 0;
	if (b->p)
		b->p[0] = '\0';
}

void es_buf_release(struct es_buf *b)
{
	es_free(b->p);
	b->p = NULL;
	b->len = b->cap = 0;
}

const char *es_buf_text(const struct es_buf *b)
{
	return b->p ? b->p : "";
}
