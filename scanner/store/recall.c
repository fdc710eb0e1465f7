/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks records up by their text, and notes the text of those that were not
 * found.
 */
#include "store/recall.h"

#include <string.h>

#include "base/limits.h"

/* So many records before one is looked up its row is fetched. */
#define FETCH_AHEAD 8

void ep_recall_begin(struct ep_intake *intake, const char *basis)
{
	if (!basis)
		return;
	intake->recalls = true;
	intake->basis = ep_hash128(intake->apply->store->secret, basis,
				   strlen(basis));
	ep_rowindex_texts(&intake->apply->index);
}

/* Both hashes are keyed with the database's secret. */
static struct ep_hash128 text_print(const struct ep_intake *intake,
				    const char *text, size_t n)
{
	struct ep_hash128 hash =
		ep_hash128(intake->apply->store->secret, text, n);

	hash.lo ^= intake->basis.lo;
	hash.hi ^= intake->basis.hi;
	return hash;
}

/* The first of all rows of the record; NULL: it is not known.  A record of
 * one row has no second one, as the index sees to. */
static struct ep_entry *find_all(const struct ep_intake *intake,
				 const struct ep_hash128 *text)
{
	const struct ep_rowindex *index = &intake->apply->index;
	struct ep_entry *entry, *first;
	size_t found = 1;
	size_t pos = 0;

	first = ep_rowindex_by_text(index, text, &pos);
	if (!first || first->print.parts == 1)
		return first;
	while ((entry = ep_rowindex_by_text(index, text, &pos))) {
		found++;
		if (entry->print.parts != first->print.parts)
			return NULL;
	}
	return found == first->print.parts ? first : NULL;
}

static struct ep_hash128 hash_of(const struct ep_text_print *print)
{
	return (struct ep_hash128){ .lo = print->lo, .hi = print->hi };
}

void ep_recall_print(void *to, void *dataset, const char *text, size_t n,
		     struct ep_text_print *ret)
{
	const struct ep_intake *intake = dataset;
	struct ep_hash128 print = text_print(intake, text, n);

	(void)to;
	ret->lo = print.lo;
	ret->hi = print.hi;
	ep_rowindex_fetch_text(&intake->apply->index, &print);
}

void ep_recall_known(void *to, void *dataset,
		     const struct ep_text_print *print, size_t n,
		     bool *ret_known)
{
	const struct ep_intake *intake = dataset;
	const struct ep_rowindex *index = &intake->apply->index;

	(void)to;
	for (size_t i = 0; i < n; i++) {
		struct ep_hash128 text = hash_of(&print[i]);

		if (i + FETCH_AHEAD < n) {
			struct ep_hash128 ahead =
				hash_of(&print[i + FETCH_AHEAD]);

			ep_rowindex_fetch_entry(index, &ahead);
		}
		ret_known[i] = intake->recalls && index->texts &&
			       find_all(intake, &text);
	}
}

static bool see_all(struct ep_intake *intake, struct ep_entry *first,
		    const struct ep_hash128 *text)
{
	struct ep_entry *entry;
	bool repeat = false;
	size_t pos = 0;

	if (first->print.parts == 1)
		return ep_intake_see(intake, first);
	while ((entry = ep_rowindex_by_text(&intake->apply->index, text,
					    &pos)))
		repeat |= ep_intake_see(intake, entry);
	return repeat;
}

bool ep_recall_same(void *to, void *dataset, const struct ep_text_print *print,
		    bool *ret_repeat)
{
	struct ep_intake *intake = dataset;
	struct ep_hash128 text = hash_of(print);
	struct ep_entry *first = find_all(intake, &text);

	(void)to;
	intake->made.n = 0;
	if (!first)
		return false;
	*ret_repeat = see_all(intake, first, &text);
	return true;
}

/* The one row of the record that has volatile columns; NULL: it made none. */
static struct ep_entry *find_moving(struct ep_intake *intake,
				    struct ep_entry *first,
				    const struct ep_hash128 *text,
				    enum ep_kind kind)
{
	struct ep_entry *entry;
	size_t pos = 0;

	if (first->kind == kind)
		return first;
	if (first->print.parts == 1)
		return NULL;
	while ((entry = ep_rowindex_by_text(&intake->apply->index, text,
					    &pos)))
		if (entry->kind == kind)
			return entry;
	return NULL;
}

int ep_recall_moved(void *to, void *dataset, const struct ep_text_print *print,
		    const struct ep_row *row, bool *ret_same,
		    bool *ret_repeat, struct ep_err *err)
{
	struct ep_intake *intake = dataset;
	struct ep_hash128 text = hash_of(print);
	struct ep_entry *first = find_all(intake, &text);
	struct ep_entry *entry;

	(void)to;
	intake->made.n = 0;
	*ret_same = first != NULL;
	if (!first)
		return 0;
	*ret_repeat = see_all(intake, first, &text);
	entry = find_moving(intake, first, &text, row->kind);
	return entry ? ep_intake_move(intake, row, entry, err) : 0;
}

/* --- remembering --------------------------------------------------------- */

void ep_recall_row(struct ep_intake *intake, struct ep_entry *entry)
{
	/* Until the record is known to be whole. */
	entry->print.parts = 0;
	if (!intake->recalls)
		return;
	intake->overfull |= intake->made.n >= UINT16_MAX;
	if (!intake->overfull)
		EP_VEC_ADD(&intake->made) =
			(uint32_t)(entry - intake->apply->index.v);
}

static void note_text(struct ep_intake *intake, struct ep_entry *entry,
		      const struct ep_hash128 *text, size_t rows)
{
	bool as_stored = entry->parts == rows &&
			 entry->print.text.lo == text->lo &&
			 entry->print.text.hi == text->hi;

	entry->print.text = *text;
	entry->print.parts = (uint16_t)rows;
	intake->apply->relist |= !as_stored;
}

void ep_recall_made(void *to, void *dataset, const struct ep_text_print *print)
{
	struct ep_intake *intake = dataset;
	size_t rows = intake->made.n;
	struct ep_hash128 text;

	(void)to;
	intake->made.n = 0;
	if (!print || intake->overfull || !rows) {
		intake->overfull = false;
		return;
	}
	text = hash_of(print);
	for (size_t i = 0; i < rows; i++)
		note_text(intake, &intake->apply->index.v[intake->made.v[i]],
			  &text, rows);
}
