/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A listing that is never held in memory: written records one by one and
 * generated ones as ranges.  A page is cut out of it by record numbers.
 */
#ifndef ES_LIST_H
#define ES_LIST_H

#include <stdint.h>

#include <cjson/cJSON.h>

#include "util/buf.h"

struct es_seg {
	const cJSON *rec;	/* a written record, or NULL */
	const cJSON *owner;	/* what a written record belongs to */
	int64_t tenant;		/* generated: number of the customer */
	int64_t first;		/* generated: number of the first record */
	int64_t count;
};

struct es_list {
	struct es_seg *segs;
	int n;
	int64_t total;
};

#define ES_LIST_INIT { NULL, 0, 0 }

typedef void es_put_fn(struct es_buf *out, void *ctx, const struct es_seg *seg,
		       int64_t index);

void es_list_add(struct es_list *l, const cJSON *rec, const cJSON *owner);
void es_list_add_range(struct es_list *l, int64_t tenant, int64_t first,
		       int64_t count);
/* Writes the records [from, from + max) with commas between them; returns
 * how many.  For a generated record put gets its number within the tenant. */
int64_t es_list_write(const struct es_list *l, int64_t from, int64_t max,
		      es_put_fn *put, void *ctx, struct es_buf *out);
void es_list_release(struct es_list *l);

#endif
