/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growable byte string with a mandatory cap.  s is always NUL terminated
 * once something was added (and "" before), len does not count the NUL.
 * Adding past max adds nothing and sets overflow; the owner looks at
 * overflow once, at the end.
 */
#ifndef EP_BUF_H
#define EP_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct ep_buf {
	char *s;
	size_t len;
	size_t cap;
	size_t max;
	bool overflow;
};

/* For a declaration; ep_buf_init does the same to one that exists.  With
 * EP_AUTO(ep_buf_release) use this, so that every way out may release. */
extern char ep_buf_nothing[1];
#define EP_BUF_INIT(max_bytes) { .s = ep_buf_nothing, .max = (max_bytes) }

void ep_buf_init(struct ep_buf *buf, size_t max);
void ep_buf_release(struct ep_buf *buf);	/* usable with EP_AUTO */
void ep_buf_clear(struct ep_buf *buf);		/* keeps the memory */
void ep_buf_add(struct ep_buf *buf, const void *p, size_t n);
void ep_buf_adds(struct ep_buf *buf, const char *s);
void ep_buf_addc(struct ep_buf *buf, char c);
void ep_buf_addf(struct ep_buf *buf, const char *fmt, ...) EP_PRINTF(2, 3);
void ep_buf_vaddf(struct ep_buf *buf, const char *fmt, va_list ap)
	EP_PRINTF(2, 0);
/* Shortens to n bytes. */
void ep_buf_cut(struct ep_buf *buf, size_t n);
/* The string, owned by the caller now; the buffer is empty again. */
char *ep_buf_take(struct ep_buf *buf);

#endif
