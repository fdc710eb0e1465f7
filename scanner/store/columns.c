/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes and reads the columns.
 */
#include "store/columns.h"

#include <string.h>

#include "base/limits.h"

/* A column whose bytes say what each of its values is. */
#define TYPES_DIFFER 0xff

enum rids { RIDS_DISTANCES, RIDS_BITS };

void ep_columns_init(struct ep_columns *columns, int slots, size_t texts_max)
{
	memset(columns, 0, sizeof(*columns));
	columns->slots = slots;
	ep_buf_init(&columns->texts, texts_max);
}

void ep_columns_release(struct ep_columns *columns)
{
	ep_vec_release(&columns->rid);
	ep_vec_release(&columns->absent);
	ep_vec_release(&columns->cell);
	ep_buf_release(&columns->texts);
}

void ep_columns_clear(struct ep_columns *columns)
{
	columns->rid.n = columns->absent.n = columns->cell.n = 0;
	ep_buf_clear(&columns->texts);
}

void ep_columns_row(struct ep_columns *columns, int64_t rid, uint32_t absent)
{
	EP_VEC_ADD(&columns->rid) = rid;
	EP_VEC_ADD(&columns->absent) = absent;
}

void ep_columns_value(struct ep_columns *columns, const struct ep_value *value)
{
	struct ep_columns_cell cell = { .type = value->type,
					.number = value->number };

	if (value->type == EP_VALUE_TEXT) {
		cell.number = (int64_t)columns->texts.len;
		cell.len = value->len;
		ep_buf_add(&columns->texts, value->text, value->len);
	}
	EP_VEC_ADD(&columns->cell) = cell;
}

/* --- writing ------------------------------------------------------------ */

static void put_unsigned(struct ep_buf *out, uint64_t v)
{
	while (v >= 0x80) {
		ep_buf_addc(out, (char)(uint8_t)(v | 0x80));
		v >>= 7;
	}
	ep_buf_addc(out, (char)(uint8_t)v);
}

/* Small numbers of either sign become small ones. */
static uint64_t folded(uint64_t v)
{
	return v << 1 ^ (v >> 63 ? UINT64_MAX : 0);
}

struct bits {
	struct ep_buf *out;
	uint8_t byte;
	unsigned n;
};

static void put_bits(struct bits *bits, uint64_t v, unsigned width)
{
	for (unsigned i = 0; i < width; i++) {
		bits->byte |= (uint8_t)((v >> i & 1) << bits->n);
		if (++bits->n < 8)
			continue;
		ep_buf_addc(bits->out, (char)bits->byte);
		bits->byte = 0;
		bits->n = 0;
	}
}

static void end_bits(struct bits *bits)
{
	if (bits->n)
		ep_buf_addc(bits->out, (char)bits->byte);
}

/* Bits are for rows that follow each other closely. */
static bool rids_are_dense(const struct ep_columns *columns)
{
	const int64_t *rid = columns->rid.v;
	size_t n = columns->rid.n;
	uint64_t span;

	for (size_t i = 1; i < n; i++)
		if (rid[i] <= rid[i - 1])
			return false;
	span = (uint64_t)rid[n - 1] - (uint64_t)rid[0];
	return span / 8 < n;
}

static void pack_rids(const struct ep_columns *columns, struct ep_buf *out)
{
	const int64_t *rid = columns->rid.v;
	bool dense = rids_are_dense(columns);
	struct bits bits = { .out = out };

	ep_buf_addc(out, dense ? RIDS_BITS : RIDS_DISTANCES);
	put_unsigned(out, folded((uint64_t)rid[0]));
	for (size_t i = 1; i < columns->rid.n; i++) {
		uint64_t step = (uint64_t)rid[i] - (uint64_t)rid[i - 1];

		if (!dense) {
			put_unsigned(out, folded(step));
			continue;
		}
		for (; step > 1; step--)
			put_bits(&bits, 0, 1);
		put_bits(&bits, 1, 1);
	}
	end_bits(&bits);
}

static void pack_absent(const struct ep_columns *columns, struct ep_buf *out)
{
	const uint32_t *absent = columns->absent.v;
	size_t n = columns->absent.n;
	bool same = true;

	for (size_t i = 1; i < n; i++)
		same = same && absent[i] == absent[0];
	ep_buf_addc(out, same);
	for (size_t i = 0; i < (same ? 1 : n); i++)
		put_unsigned(out, absent[i]);
}

static void pack_types(const struct ep_columns_cell *cell, size_t n,
		       int slots, struct ep_buf *out)
{
	bool same = true;

	for (size_t i = 1; i < n; i++)
		same = same && cell[i * (size_t)slots].type == cell->type;
	if (!same)
		ep_buf_addc(out, (char)TYPES_DIFFER);
	for (size_t i = 0; i < (same ? 1 : n); i++)
		ep_buf_addc(out, (char)cell[i * (size_t)slots].type);
}

static unsigned width_of(uint64_t v)
{
	return v ? 64 - (unsigned)__builtin_clzll(v) : 0;
}

static void pack_numbers(const struct ep_columns_cell *cell, size_t n,
			 int slots, struct ep_buf *out)
{
	struct bits bits = { .out = out };
	int64_t least = INT64_MAX, most = INT64_MIN;
	unsigned width;

	for (size_t i = 0; i < n; i++) {
		const struct ep_columns_cell *c = &cell[i * (size_t)slots];

		if (c->type != EP_VALUE_INT)
			continue;
		least = c->number < least ? c->number : least;
		most = c->number > most ? c->number : most;
	}
	if (least > most)
		return;
	width = width_of((uint64_t)most - (uint64_t)least);
	put_unsigned(out, folded((uint64_t)least));
	ep_buf_addc(out, (char)width);
	for (size_t i = 0; i < n; i++)
		if (cell[i * (size_t)slots].type == EP_VALUE_INT)
			put_bits(&bits,
				 (uint64_t)cell[i * (size_t)slots].number -
					 (uint64_t)least,
				 width);
	end_bits(&bits);
}

static void pack_texts(const struct ep_columns *columns, int slot,
		       struct ep_buf *out)
{
	for (size_t i = (size_t)slot; i < columns->cell.n;
	     i += (size_t)columns->slots) {
		const struct ep_columns_cell *c = &columns->cell.v[i];

		if (c->type != EP_VALUE_TEXT)
			continue;
		put_unsigned(out, c->len);
		ep_buf_add(out, columns->texts.s + c->number, c->len);
	}
}

void ep_columns_pack(const struct ep_columns *columns, struct ep_buf *out)
{
	size_t n = columns->rid.n;

	ep_buf_addc(out, EP_COLUMNS_FORMAT);
	put_unsigned(out, n);
	if (n == 0)
		return;
	pack_rids(columns, out);
	pack_absent(columns, out);
	for (int slot = 0; slot < columns->slots; slot++) {
		const struct ep_columns_cell *cell = &columns->cell.v[slot];

		pack_types(cell, n, columns->slots, out);
		pack_numbers(cell, n, columns->slots, out);
		pack_texts(columns, slot, out);
	}
}

/* --- reading ------------------------------------------------------------ */

/* The database may be damaged or hostile: every step is checked. */
struct cursor {
	const uint8_t *p;
	size_t n;
	bool bad;
};

static uint8_t get_byte(struct cursor *c)
{
	if (!c->n) {
		c->bad = true;
		return 0;
	}
	c->n--;
	return *c->p++;
}

static uint64_t get_unsigned(struct cursor *c)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 64 && !c->bad; shift += 7) {
		uint8_t byte = get_byte(c);

		v |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return v;
	}
	c->bad = true;
	return 0;
}

static uint64_t get_folded(struct cursor *c)
{
	uint64_t v = get_unsigned(c);

	return v >> 1 ^ (v & 1 ? UINT64_MAX : 0);
}

struct bit_cursor {
	struct cursor *from;
	uint8_t byte;
	unsigned n;	/* bits of it that are left */
};

static uint64_t get_bits(struct bit_cursor *bits, unsigned width)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < width; i++) {
		if (!bits->n) {
			bits->byte = get_byte(bits->from);
			bits->n = 8;
		}
		v |= (uint64_t)(bits->byte & 1) << i;
		bits->byte >>= 1;
		bits->n--;
	}
	return v;
}

static void read_rids(struct cursor *c, struct ep_columns *to, size_t n)
{
	uint8_t how = get_byte(c);
	uint64_t rid = get_folded(c);
	struct bit_cursor bits = { .from = c };

	c->bad |= how > RIDS_BITS;
	EP_VEC_ADD(&to->rid) = (int64_t)rid;
	while (to->rid.n < n && !c->bad) {
		if (how == RIDS_DISTANCES) {
			rid += get_folded(c);
		} else {
			rid++;
			while (!get_bits(&bits, 1) && !c->bad)
				rid++;
		}
		EP_VEC_ADD(&to->rid) = (int64_t)rid;
	}
}

static void read_absent(struct cursor *c, struct ep_columns *to, size_t n)
{
	bool same = get_byte(c) != 0;
	uint64_t absent = 0;

	for (size_t i = 0; i < n && !c->bad; i++) {
		if (i == 0 || !same)
			absent = get_unsigned(c);
		c->bad |= absent > UINT32_MAX;
		EP_VEC_ADD(&to->absent) = (uint32_t)absent;
	}
}

static void read_types(struct cursor *c, struct ep_value *value, size_t n)
{
	uint8_t type = get_byte(c);
	bool same = type != TYPES_DIFFER;

	for (size_t i = 0; i < n && !c->bad; i++) {
		if (!same)
			type = get_byte(c);
		c->bad |= type > EP_VALUE_TEXT;
		value[i].type = (enum ep_value_type)type;
	}
}

static void read_numbers(struct cursor *c, struct ep_value *value, size_t n)
{
	struct bit_cursor bits = { .from = c };
	uint64_t least = 0;
	unsigned width = 0;
	bool any = false;

	for (size_t i = 0; i < n && !c->bad; i++) {
		if (value[i].type != EP_VALUE_INT)
			continue;
		if (!any) {
			least = get_folded(c);
			width = get_byte(c);
			any = true;
		}
		if (width > 64) {
			c->bad = true;
			break;
		}
		value[i].number = (int64_t)(least + get_bits(&bits, width));
	}
}

static void read_texts(struct cursor *c, struct ep_value *value, size_t n)
{
	for (size_t i = 0; i < n && !c->bad; i++) {
		uint64_t len;

		if (value[i].type != EP_VALUE_TEXT)
			continue;
		len = get_unsigned(c);
		if (len > c->n) {
			c->bad = true;
			return;
		}
		value[i].text = (const char *)c->p;
		value[i].len = (size_t)len;
		c->p += len;
		c->n -= (size_t)len;
	}
}

static int hand_over(const struct ep_columns *rows,
		     const struct ep_value *value, int slots,
		     int (*take)(void *to, int64_t rid, uint32_t absent,
				 const struct ep_value *value,
				 struct ep_err *err),
		     void *to, struct ep_err *err)
{
	struct ep_value row[EP_SLOTS_MAX];
	size_t n = rows->rid.n;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		for (int slot = 0; slot < slots; slot++)
			row[slot] = value[(size_t)slot * n + i];
		rc = take(to, rows->rid.v[i], rows->absent.v[i], row, err);
	}
	return rc;
}

int ep_columns_read(const void *p, size_t n, int slots,
		    int (*take)(void *to, int64_t rid, uint32_t absent,
				const struct ep_value *value,
				struct ep_err *err),
		    void *to, struct ep_err *err)
{
	struct cursor c = { .p = p, .n = n };
	struct ep_columns rows;
	EP_AUTO_FREE struct ep_value *value = NULL;
	uint64_t count;
	int rc;

	c.bad = get_byte(&c) != EP_COLUMNS_FORMAT;
	count = get_unsigned(&c);
	/* A few bytes can claim any number of rows. */
	c.bad |= count > EP_COLUMNS_ROWS_MAX;
	ep_columns_init(&rows, slots, 0);
	if (!c.bad && count) {
		value = ep_calloc((size_t)count * (size_t)slots + 1,
				  sizeof(*value));
		read_rids(&c, &rows, (size_t)count);
		read_absent(&c, &rows, (size_t)count);
	}
	for (int slot = 0; slot < slots && !c.bad && count; slot++) {
		struct ep_value *column = value + (size_t)slot * count;

		read_types(&c, column, (size_t)count);
		read_numbers(&c, column, (size_t)count);
		read_texts(&c, column, (size_t)count);
	}
	if (c.bad || c.n)
		rc = ep_err_set(err, EP_EDATA, "packed columns are damaged");
	else
		rc = hand_over(&rows, value, slots, take, to, err);
	ep_columns_release(&rows);
	return rc;
}
