/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one dataset held before, by fingerprint of the natural key: the table
 * that lets an unchanged record cost one look-up and no statement.
 */
#ifndef EP_ROWINDEX_H
#define EP_ROWINDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ext/hash.h"
#include "store/print.h"

struct ep_entry {
	struct ep_hash128 key;
	struct ep_print print;	/* as stored; nothing for a new record */
	int64_t rid;		/* 0: not stored yet */
	uint32_t staged;	/* its valid staged record, 0 none */
	uint8_t kind;
	bool seen;
	bool gone;	/* a read by changes says so */
	uint16_t parts;	/* of the text that is stored, 0 none */
	bool keyed;	/* found by key; else it is known by its rid alone */
};

struct ep_rowindex {
	struct ep_entry *v;
	size_t n;
	size_t cap;
	size_t appended;	/* the first ones, by kind and rid */
	size_t keyless;		/* of these, that have no key yet */
	size_t sought;		/* keys looked for in the database */
	uint32_t *slot;
	size_t slots;	/* a power of two */
	/* By text, of those that were there when ep_rowindex_texts was called;
	 * rows of one record follow each other. */
	struct ep_text_slot {
		uint32_t entry;	/* from 1 */
		uint32_t tag;	/* bits of the text: others cost no look */
	} *text;
	size_t texts;	/* a power of two, or 0 */
};

void ep_rowindex_init(struct ep_rowindex *index);
void ep_rowindex_release(struct ep_rowindex *index);
/* Makes room for n more. */
void ep_rowindex_reserve(struct ep_rowindex *index, size_t n);
/* A stored row without its key; kinds and rids rise, and all are appended
 * before one is added. */
struct ep_entry *ep_rowindex_append(struct ep_rowindex *index, uint8_t kind,
				    int64_t rid);
/* One of those that were appended, or NULL. */
struct ep_entry *ep_rowindex_by_rid(const struct ep_rowindex *index,
				    uint8_t kind, int64_t rid);
/* Gives it its key, unless it has one. */
void ep_rowindex_key(struct ep_rowindex *index, struct ep_entry *entry,
		     const struct ep_hash128 *key);
/* NULL when no entry has that key.  Pointers live until the next add. */
struct ep_entry *ep_rowindex_find(const struct ep_rowindex *index,
				  const struct ep_hash128 *key);
struct ep_entry *ep_rowindex_add(struct ep_rowindex *index,
				 const struct ep_hash128 *key);
/* Does nothing the second time.  A text of one row that two rows claim is
 * nobody's from then on. */
void ep_rowindex_texts(struct ep_rowindex *index);
/* The next entry, from *pos on (0 at first), whose text this is; NULL when
 * there is none.  *pos goes with it. */
struct ep_entry *ep_rowindex_by_text(const struct ep_rowindex *index,
				     const struct ep_hash128 *text,
				     size_t *pos);
/* Memory is far away: these two fetch what ep_rowindex_by_text will look at,
 * first the place of the text, then the entry that is found there. */
void ep_rowindex_fetch_text(const struct ep_rowindex *index,
			    const struct ep_hash128 *text);
void ep_rowindex_fetch_entry(const struct ep_rowindex *index,
			     const struct ep_hash128 *text);
size_t ep_rowindex_bytes(const struct ep_rowindex *index);

#endif
