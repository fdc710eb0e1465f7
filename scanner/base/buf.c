/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The growable byte string with a cap.
 */
#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

#define BUF_CAP_MIN 64

/* What s points to before the first byte; cap 0 tells it apart. */
char ep_buf_nothing[1];

void ep_buf_init(struct ep_buf *buf, size_t max)
{
	buf->s = ep_buf_nothing;
	buf->len = 0;
	buf->cap = 0;
	buf->max = max;
	buf->overflow = false;
}

void ep_buf_release(struct ep_buf *buf)
{
	if (buf->cap)
		ep_free(buf->s);
	ep_buf_init(buf, buf->max);
}

void ep_buf_clear(struct ep_buf *buf)
{
	buf->len = 0;
	if (buf->cap)
		buf->s[0] = '\0';
	buf->overflow = false;
}

/* Room for n more bytes and the NUL, or false and the overflow mark. */
static bool room_for(struct ep_buf *buf, size_t n)
{
	size_t need, cap;

	/* One byte stays for the NUL. */
	if (n > buf->max - buf->len || buf->len + n == SIZE_MAX) {
		buf->overflow = true;
		return false;
	}
	need = buf->len + n + 1;
	if (need <= buf->cap)
		return true;
	cap = buf->cap < BUF_CAP_MIN ? BUF_CAP_MIN : buf->cap;
	while (cap < need)
		cap = cap > SIZE_MAX / 2 ? need : cap * 2;
	if (cap - 1 > buf->max)
		cap = buf->max + 1;
	buf->s = ep_realloc(buf->cap ? buf->s : NULL, cap, 1);
	buf->cap = cap;
	return true;
}

void ep_buf_add(struct ep_buf *buf, const void *p, size_t n)
{
	if (!room_for(buf, n))
		return;
	if (n)
		memcpy(buf->s + buf->len, p, n);
	buf->len += n;
	buf->s[buf->len] = '\0';
}

void ep_buf_adds(struct ep_buf *buf, const char *s)
{
	ep_buf_add(buf, s, strlen(s));
}

void ep_buf_addc(struct ep_buf *buf, char c)
{
	/* cap never exceeds max + 1. */
	if (buf->cap - buf->len > 1) {
		buf->s[buf->len++] = c;
		buf->s[buf->len] = '\0';
		return;
	}
	ep_buf_add(buf, &c, 1);
}

void ep_buf_addf(struct ep_buf *buf, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	ep_buf_vaddf(buf, fmt, ap);
	va_end(ap);
}

void ep_buf_vaddf(struct ep_buf *buf, const char *fmt, va_list ap)
{
	va_list again;
	size_t spare = buf->cap - buf->len;
	int n;

	va_copy(again, ap);
	n = vsnprintf(spare ? buf->s + buf->len : NULL, spare, fmt, ap);
	if (n < 0) {
		/* Too long for an int, or not printable in this locale. */
		buf->overflow = true;
		n = 0;
	} else if ((size_t)n < spare) {
		buf->len += (size_t)n;
	} else if (room_for(buf, (size_t)n)) {
		vsnprintf(buf->s + buf->len, (size_t)n + 1, fmt, again);
		buf->len += (size_t)n;
	}
	if (buf->cap)
		buf->s[buf->len] = '\0';
	va_end(again);
}

void ep_buf_cut(struct ep_buf *buf, size_t n)
{
	if (n >= buf->len)
		return;
	buf->len = n;
	buf->s[n] = '\0';
}

char *ep_buf_take(struct ep_buf *buf)
{
	char *s = buf->cap ? buf->s : ep_strndup("", 0);

	ep_buf_init(buf, buf->max);
	return s;
}
