/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A few values of many rows, packed column by column: which rows as bits of a
 * range, numbers in as many bits as the largest distance from the smallest
 * needs.  What comes back is what went in, in its order.
 */
#ifndef EP_COLUMNS_H
#define EP_COLUMNS_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"
#include "store/layout.h"

/* Differs from the first byte of whatever else a blob may hold. */
#define EP_COLUMNS_FORMAT 2

struct ep_columns_cell {
	enum ep_value_type type;
	int64_t number;	/* of a text: where it begins in texts */
	size_t len;
};

struct ep_columns {
	int slots;	/* values of a row */
	EP_VEC(int64_t) rid;
	EP_VEC(uint32_t) absent;
	EP_VEC(struct ep_columns_cell) cell;	/* row by row */
	struct ep_buf texts;
};

void ep_columns_init(struct ep_columns *columns, int slots, size_t texts_max);
void ep_columns_release(struct ep_columns *columns);
void ep_columns_clear(struct ep_columns *columns);
/* Room is needed for EP_COLUMNS_ROWS_MAX rows at most. */
void ep_columns_row(struct ep_columns *columns, int64_t rid, uint32_t absent);
/* The values of that row follow, one for each slot. */
void ep_columns_value(struct ep_columns *columns, const struct ep_value *value);
void ep_columns_pack(const struct ep_columns *columns, struct ep_buf *out);

/* Fills value[] of a row; EP_EDATA when the bytes are no such pack.  Texts
 * point into them. */
int ep_columns_read(const void *p, size_t n, int slots,
		    int (*take)(void *to, int64_t rid, uint32_t absent,
				const struct ep_value *value,
				struct ep_err *err),
		    void *to, struct ep_err *err) EP_MUST_CHECK;

#endif
