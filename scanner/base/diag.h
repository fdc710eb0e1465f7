/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many errors at once: a load of configuration, connectors, rules or an
 * import collects every complaint of every file, then reports them together,
 * sorted by file, line and column.
 */
#ifndef EP_DIAG_H
#define EP_DIAG_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct ep_diag_item {
	char *file;
	int line;	/* from 1; 0 when the file as a whole is meant */
	int col;
	char *msg;
};

struct ep_diag {
	struct ep_diag_item *item;
	size_t n;
	size_t cap;
	size_t dropped;	/* past EP_DIAG_MAX */
};

void ep_diag_init(struct ep_diag *diag);
void ep_diag_release(struct ep_diag *diag);
void ep_diag_add(struct ep_diag *diag, const char *file, int line, int col,
		 const char *fmt, ...) EP_PRINTF(5, 6);
/* "file:line:col: message" lines, sorted, printable. */
void ep_diag_print(struct ep_diag *diag, struct ep_buf *out);

#endif
