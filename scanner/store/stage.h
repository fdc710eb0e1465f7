/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The differences of one dataset on their way to its transaction: packed
 * records in memory, and past EP_STAGE_BYTES_MAX in a file without a name
 * beside the database.
 */
#ifndef EP_STAGE_H
#define EP_STAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/layout.h"
#include "store/print.h"

enum ep_staged_op {
	EP_STAGED_NEW,
	EP_STAGED_CHANGED,
	EP_STAGED_MOVED	/* only volatile columns differ */
};

struct ep_staged {
	enum ep_staged_op op;
	enum ep_kind kind;
	uint32_t entry;		/* its place in the row index */
	uint32_t number;	/* from 1; equals entry->staged while valid */
	struct ep_print print;
	const char *key;
	size_t key_len;
	struct ep_tuple tuple;	/* texts are not NUL terminated but attr */
};

struct ep_stage {
	char *folder;
	struct ep_buf buf;
	int fd;		/* -1 while everything is in memory */
	uint32_t records;
	size_t at;	/* reading */
};

void ep_stage_init(struct ep_stage *stage, const char *folder);
void ep_stage_release(struct ep_stage *stage);
/* Numbers the record. */
int ep_stage_add(struct ep_stage *stage, struct ep_staged *staged,
		 struct ep_err *err) EP_MUST_CHECK;
size_t ep_stage_bytes(const struct ep_stage *stage);

/* Reading, after the last add, in chunks of records that are in memory at
 * the same time.  *ret_more false: there is no further chunk. */
int ep_stage_first(struct ep_stage *stage, bool *ret_more,
		   struct ep_err *err) EP_MUST_CHECK;
int ep_stage_next(struct ep_stage *stage, bool *ret_more, struct ep_err *err)
	EP_MUST_CHECK;
/* The record at *pos of the chunk, false at its end. */
bool ep_stage_get(const struct ep_stage *stage, size_t *pos,
		  struct ep_staged *ret);

#endif
