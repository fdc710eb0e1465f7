/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open addressing over 128-bit keyed hashes, which need no second hash.
 */
#include "store/rowindex.h"

#include <string.h>

#include "base/alloc.h"

#define SLOTS_MIN 64

void ep_rowindex_init(struct ep_rowindex *index)
{
	memset(index, 0, sizeof(*index));
}

void ep_rowindex_release(struct ep_rowindex *index)
{
	ep_free(index->v);
	ep_free(index->slot);
	ep_free(index->text);
	ep_rowindex_init(index);
}

/* The slot of the key, or the free one where it belongs. */
static size_t slot_of(const struct ep_rowindex *index,
		      const struct ep_hash128 *key)
{
	size_t i = (size_t)key->lo & (index->slots - 1);

	while (index->slot[i]) {
		const struct ep_entry *entry = &index->v[index->slot[i] - 1];

		if (entry->key.lo == key->lo && entry->key.hi == key->hi)
			break;
		i = (i + 1) & (index->slots - 1);
	}
	return i;
}

static void rehash(struct ep_rowindex *index)
{
	index->slots = index->slots ? index->slots * 2 : SLOTS_MIN;
	ep_free(index->slot);
	index->slot = ep_calloc(index->slots, sizeof(*index->slot));
	for (size_t i = 0; i < index->n; i++)
		if (index->v[i].keyed)
			index->slot[slot_of(index, &index->v[i].key)] =
				(uint32_t)(i + 1);
}

struct ep_entry *ep_rowindex_find(const struct ep_rowindex *index,
				  const struct ep_hash128 *key)
{
	size_t i;

	if (!index->slots)
		return NULL;
	i = slot_of(index, key);
	return index->slot[i] ? &index->v[index->slot[i] - 1] : NULL;
}

void ep_rowindex_reserve(struct ep_rowindex *index, size_t n)
{
	if (n <= index->cap - index->n)
		return;
	index->cap = index->n + n;
	index->v = ep_realloc(index->v, index->cap, sizeof(*index->v));
}

static struct ep_entry *new_entry(struct ep_rowindex *index)
{
	struct ep_entry *entry;

	/* By a quarter: many of these are open at once, and doubling would
	 * leave half of that memory empty. */
	if (index->n == index->cap)
		ep_rowindex_reserve(index, index->cap / 4 + SLOTS_MIN);
	entry = &index->v[index->n++];
	memset(entry, 0, sizeof(*entry));
	return entry;
}

struct ep_entry *ep_rowindex_append(struct ep_rowindex *index, uint8_t kind,
				    int64_t rid)
{
	struct ep_entry *entry = new_entry(index);

	entry->kind = kind;
	entry->rid = rid;
	index->appended++;
	index->keyless++;
	return entry;
}

struct ep_entry *ep_rowindex_by_rid(const struct ep_rowindex *index,
				    uint8_t kind, int64_t rid)
{
	size_t low = 0, high = index->appended;

	while (low < high) {
		size_t at = low + (high - low) / 2;
		struct ep_entry *entry = &index->v[at];

		if (entry->kind == kind && entry->rid == rid)
			return entry;
		if (entry->kind < kind ||
		    (entry->kind == kind && entry->rid < rid))
			low = at + 1;
		else
			high = at;
	}
	return NULL;
}

void ep_rowindex_key(struct ep_rowindex *index, struct ep_entry *entry,
		     const struct ep_hash128 *key)
{
	if (entry->keyed)
		return;
	/* All but those that have no key yet, and this one. */
	if ((index->n - index->keyless + 1) * 4 > index->slots * 3)
		rehash(index);
	entry->key = *key;
	entry->keyed = true;
	index->keyless--;
	index->slot[slot_of(index, key)] = (uint32_t)(entry - index->v) + 1;
}

struct ep_entry *ep_rowindex_add(struct ep_rowindex *index,
				 const struct ep_hash128 *key)
{
	struct ep_entry *entry = new_entry(index);

	index->keyless++;
	ep_rowindex_key(index, entry, key);
	return entry;
}

static bool same_text(const struct ep_print *a, const struct ep_print *b)
{
	return a->text.lo == b->text.lo && a->text.hi == b->text.hi;
}

/* Where the text of that entry goes.  Whoever looks a text of one row up stops
 * at the first row that has it, so there must not be a second one. */
static size_t text_slot(struct ep_rowindex *index, struct ep_print *print)
{
	size_t at = (size_t)print->text.lo & (index->texts - 1);

	for (; index->text[at].entry; at = (at + 1) & (index->texts - 1)) {
		struct ep_print *other =
			&index->v[index->text[at].entry - 1].print;

		if (index->text[at].tag != (uint32_t)print->text.hi ||
		    !same_text(print, other) ||
		    (print->parts != 1 && other->parts != 1))
			continue;
		print->parts = 0;
		other->parts = 0;
	}
	return at;
}

void ep_rowindex_texts(struct ep_rowindex *index)
{
	size_t n = 0;

	if (index->text)
		return;
	for (size_t i = 0; i < index->n; i++)
		n += index->v[i].print.parts > 0;
	if (n == 0)
		return;
	index->texts = SLOTS_MIN;
	while (index->texts * 3 < n * 4)
		index->texts *= 2;
	index->text = ep_calloc(index->texts, sizeof(*index->text));
	for (size_t i = 0; i < index->n; i++) {
		struct ep_print *print = &index->v[i].print;

		if (!print->parts)
			continue;
		index->text[text_slot(index, print)] = (struct ep_text_slot){
			.entry = (uint32_t)(i + 1),
			.tag = (uint32_t)print->text.hi,
		};
	}
}

struct ep_entry *ep_rowindex_by_text(const struct ep_rowindex *index,
				     const struct ep_hash128 *text,
				     size_t *pos)
{
	size_t mask = index->texts - 1;

	for (; *pos < index->texts; (*pos)++) {
		const struct ep_text_slot *slot =
			&index->text[((size_t)text->lo + *pos) & mask];
		struct ep_entry *entry;

		if (!slot->entry)
			break;
		if (slot->tag != (uint32_t)text->hi)
			continue;
		entry = &index->v[slot->entry - 1];
		if (!entry->print.parts || entry->print.text.lo != text->lo ||
		    entry->print.text.hi != text->hi)
			continue;
		(*pos)++;
		return entry;
	}
	return NULL;
}

void ep_rowindex_fetch_text(const struct ep_rowindex *index,
			    const struct ep_hash128 *text)
{
	if (index->texts)
		__builtin_prefetch(&index->text[(size_t)text->lo &
						(index->texts - 1)]);
}

void ep_rowindex_fetch_entry(const struct ep_rowindex *index,
			     const struct ep_hash128 *text)
{
	const struct ep_text_slot *slot;

	if (!index->texts)
		return;
	slot = &index->text[(size_t)text->lo & (index->texts - 1)];
	if (!slot->entry)
		return;
	/* It may lie in two lines. */
	__builtin_prefetch(&index->v[slot->entry - 1].print);
	__builtin_prefetch(&index->v[slot->entry - 1].parts);
}

size_t ep_rowindex_bytes(const struct ep_rowindex *index)
{
	return index->cap * sizeof(*index->v) +
	       index->slots * sizeof(*index->slot) +
	       index->texts * sizeof(*index->text);
}
