/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing byte buffer: every answer is written into one.  The bytes are
 * always followed by a NUL that is not counted, so text can be read as is.
 */
#ifndef ES_BUF_H
#define ES_BUF_H

#include <stddef.h>

struct es_buf {
	char *p;
	size_t len;
	size_t cap;
};

#define ES_BUF_INIT { NULL, 0, 0 }

void es_buf_add(struct es_buf *b, const void *data, size_t n);
void es_buf_str(struct es_buf *b, const char *s);
void es_buf_fmt(struct es_buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* s as a JSON string with its quotes; NULL writes null. */
void es_buf_json(struct es_buf *b, const char *s);
/* s as one percent-encoded query or path part. */
void es_buf_url(struct es_buf *b, const char *s);
void es_buf_clear(struct es_buf *b);
void es_buf_release(struct es_buf *b);
const char *es_buf_text(const struct es_buf *b);	/* never NULL */

#endif
