/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packs fingerprints in order of kind and row number.  A pack begins with its
 * format and its kind; of each row it has the distance from the row before,
 * doubled, with a bit that says whether the print has a text, and the print.
 */
#include "store/listing.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/limits.h"
#include "ext/db.h"

#define FORMAT 2
/* With the longer prints of schema version 4. */
#define FORMAT_OLD 1
/* Distance and print. */
#define ROW_BYTES_MAX (10 + EP_PRINT_TEXT_BYTES)

/* --- writing ------------------------------------------------------------ */

static int by_kind_and_rid(const void *a, const void *b)
{
	const struct ep_entry *x = *(const struct ep_entry *const *)a;
	const struct ep_entry *y = *(const struct ep_entry *const *)b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return x->rid < y->rid ? -1 : x->rid > y->rid;
}

/* Those with a row, in order; most often they are in order already. */
static const struct ep_entry **in_order(const struct ep_rowindex *index,
					size_t *ret_n)
{
	const struct ep_entry **list =
		ep_calloc(index->n + 1, sizeof(const struct ep_entry *));
	bool sorted = true;
	size_t n = 0;

	for (size_t i = 0; i < index->n; i++) {
		if (!index->v[i].rid)
			continue;
		list[n] = &index->v[i];
		if (n && by_kind_and_rid(&list[n - 1], &list[n]) > 0)
			sorted = false;
		n++;
	}
	if (!sorted)
		qsort(list, n, sizeof(*list), by_kind_and_rid);
	*ret_n = n;
	return list;
}

static void put_unsigned(struct ep_buf *out, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		ep_buf_addc(out, (char)(v | 0x80));
	ep_buf_addc(out, (char)v);
}

static void put_row(struct ep_buf *out, const struct ep_entry *entry,
		    int64_t before)
{
	uint8_t print[EP_PRINT_TEXT_BYTES];
	size_t n = ep_print_pack(&entry->print, print);

	put_unsigned(out, (uint64_t)(entry->rid - before) << 1 |
			  (n == EP_PRINT_TEXT_BYTES));
	ep_buf_add(out, print, n);
}

/* A pack of the first entries of the list, which are of one kind; returns how
 * many these are. */
static size_t put_pack(struct ep_buf *out, const struct ep_entry *const *list,
		       size_t n)
{
	int64_t before = 0;
	size_t i;

	ep_buf_clear(out);
	ep_buf_addc(out, FORMAT);
	ep_buf_addc(out, (char)list[0]->kind);
	for (i = 0; i < n && i < EP_LISTING_ROWS_MAX; i++) {
		if (list[i]->kind != list[0]->kind)
			break;
		put_row(out, list[i], before);
		before = list[i]->rid;
	}
	return i;
}

static int store_pack(struct ep_db *db, int64_t dataset, int64_t part,
		      const struct ep_buf *pack, struct ep_err *err)
{
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(db, "INSERT OR REPLACE INTO main.listing("
			       "dataset, part, prints) VALUES(?1, ?2, ?3)",
			       &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, dataset);
	ep_db_int(stmt, 2, part);
	ep_db_blob(stmt, 3, pack->s, pack->len);
	return ep_db_run(stmt, err);
}

static int drop_from(struct ep_db *db, int64_t dataset, int64_t part,
		     struct ep_err *err)
{
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(db, "DELETE FROM main.listing WHERE "
			       "dataset = ?1 AND part >= ?2", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, dataset);
	ep_db_int(stmt, 2, part);
	return ep_db_run(stmt, err);
}

int ep_listing_store(struct ep_db *db, int64_t dataset,
		     const struct ep_rowindex *index, struct ep_err *err)
{
	struct ep_buf pack =
		EP_BUF_INIT(2 + EP_LISTING_ROWS_MAX * ROW_BYTES_MAX);
	const struct ep_entry **list;
	int64_t part = 0;
	size_t n = 0;
	int rc = 0;

	list = in_order(index, &n);
	for (size_t i = 0; rc == 0 && i < n; part++) {
		i += put_pack(&pack, list + i, n - i);
		rc = store_pack(db, dataset, part, &pack, err);
	}
	ep_buf_release(&pack);
	ep_free(list);
	return rc == 0 ? drop_from(db, dataset, part, err) : rc;
}

/* --- reading ------------------------------------------------------------ */

/* The database may be damaged or hostile: every step is checked. */
struct cursor {
	const uint8_t *p;
	size_t n;
};

static bool get_unsigned(struct cursor *c, uint64_t *ret)
{
	*ret = 0;
	for (unsigned shift = 0; c->n && shift < 64; shift += 7) {
		*ret |= (uint64_t)(*c->p & 0x7f) << shift;
		c->n--;
		if (!(*c->p++ & 0x80))
			return true;
	}
	return false;
}

static size_t print_size(bool old, bool text)
{
	if (old)
		return text ? EP_PRINT_OLD_TEXT_BYTES : EP_PRINT_OLD_BYTES;
	return text ? EP_PRINT_TEXT_BYTES : EP_PRINT_BYTES;
}

static bool get_row(struct cursor *c, bool old, int64_t *rid,
		    struct ep_print *ret)
{
	uint64_t distance;
	size_t n;

	if (!get_unsigned(c, &distance))
		return false;
	n = print_size(old, distance & 1);
	distance >>= 1;
	if (c->n < n || !distance || distance > (uint64_t)(INT64_MAX - *rid))
		return false;
	*rid += (int64_t)distance;
	ep_print_unpack(c->p, n, ret);
	c->p += n;
	c->n -= n;
	return true;
}

/* Kinds and, within one, row numbers rise over all packs. */
static bool follows(const struct ep_rowindex *index, uint8_t kind, int64_t rid)
{
	const struct ep_entry *last;

	if (!index->n)
		return true;
	last = &index->v[index->n - 1];
	return kind > last->kind || (kind == last->kind && rid > last->rid);
}

static bool get_pack(struct cursor *c, struct ep_rowindex *index)
{
	int64_t rid = 0;
	uint8_t kind;
	bool old;

	if (c->n < 2 || (c->p[0] != FORMAT && c->p[0] != FORMAT_OLD) ||
	    c->p[1] >= EP_KINDS)
		return false;
	old = c->p[0] == FORMAT_OLD;
	kind = c->p[1];
	c->p += 2;
	c->n -= 2;
	ep_rowindex_reserve(index, c->n / EP_PRINT_BYTES + 1);
	while (c->n) {
		struct ep_print print;
		struct ep_entry *entry;

		if (!get_row(c, old, &rid, &print) || !follows(index, kind, rid))
			return false;
		entry = ep_rowindex_append(index, kind, rid);
		entry->print = print;
		entry->parts = print.parts;
	}
	return true;
}

int ep_listing_load(struct ep_db *db, int64_t dataset,
		    struct ep_rowindex *index, bool *ret_found,
		    struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool more = false;
	int rc = ep_db_prepare(db, "SELECT prints FROM main.listing WHERE "
			       "dataset = ?1 ORDER BY part", &stmt, err);

	*ret_found = false;
	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, dataset);
	while ((rc = ep_db_step(stmt, &more, err)) == 0 && more) {
		struct cursor c = { 0 };

		c.p = ep_db_col_blob(stmt, 0, &c.n);
		*ret_found = true;
		if (!get_pack(&c, index))
			return ep_err_set(err, EP_EDATA, "the fingerprints of "
					  "a listing are damaged; restore the "
					  "database from a backup");
	}
	return rc;
}
