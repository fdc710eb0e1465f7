/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal: one line for every request that reached a vendor, in memory
 * and in a file.  A test proves by it that a client only read, and what it
 * read.  Values of query parameters that look like secrets are masked.
 */
#ifndef ES_JOURNAL_H
#define ES_JOURNAL_H

#include <stdint.h>

#include "util/buf.h"

struct es_entry {
	const char *method;
	const char *vendor;
	const char *path;	/* with prefix, without query */
	const char *query;
	const char *who;	/* credential id; "" when unknown */
	int status;
	int64_t rows;
	int64_t bytes;
	int64_t canaries;	/* in the answer */
	const char *fault;	/* names of the faults that struck, or NULL */
	const char *forbidden;	/* why a reader must not send this, or NULL */
	const char *wrote;	/* what it wrote, or NULL */
	const char *body;	/* of a search with a POST, or NULL */
};

struct es_journal;

/* path may be NULL: memory only.  NULL when the file cannot be written. */
struct es_journal *es_journal_open(const char *path);
void es_journal_close(struct es_journal *j);
void es_journal_add(struct es_journal *j, const struct es_entry *e);
void es_journal_text(struct es_journal *j, struct es_buf *out);
/* {"total", "forbidden", "requests": [{vendor, method, path, status, n}]};
 * ids in paths are written as "*". */
void es_journal_counts(struct es_journal *j, struct es_buf *out);
void es_journal_clear(struct es_journal *j);	/* memory, not the file */

#endif
