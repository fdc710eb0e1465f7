/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Canonical bytes of a record, and their fingerprints.
 */
#include "store/print.h"

#include <string.h>

struct ep_hash128 ep_print_key(const uint8_t *secret, enum ep_kind kind,
			       const char *key, size_t key_len,
			       struct ep_buf *scratch)
{
	ep_buf_clear(scratch);
	ep_buf_addc(scratch, (char)kind);
	ep_buf_add(scratch, key, key_len);
	return ep_hash128(secret, scratch->s, scratch->len);
}

/* Every text is closed by NUL, which no text contains. */
static void add_text(struct ep_buf *out, char tag, const char *text)
{
	ep_buf_addc(out, text ? tag : '-');
	if (text)
		ep_buf_add(out, text, strlen(text) + 1);
}

static void add_cell(struct ep_buf *out, const struct ep_column *column,
		     const struct ep_cell *cell)
{
	if (cell->state == EP_CELL_ABSENT)
		return;
	add_text(out, 'c', column->name);
	if (cell->state == EP_CELL_NULL) {
		ep_buf_addc(out, '0');
	} else if (column->type == EP_TYPE_TIME ||
		   column->type == EP_TYPE_INT) {
		ep_buf_addc(out, 'n');
		ep_buf_add(out, &cell->number, sizeof(cell->number));
	} else {
		add_text(out, 't', cell->text);
		add_text(out, 'w', cell->word);
	}
}

uint64_t ep_print_moving(const uint8_t *secret, const struct ep_row *row,
			 struct ep_buf *scratch)
{
	const struct ep_entity *entity = ep_entity(row->kind);

	ep_buf_clear(scratch);
	for (int i = 0; i < entity->columns; i++)
		if (entity->column[i].flags & EP_COLUMN_VOLATILE)
			add_cell(scratch, &entity->column[i], &row->cell[i]);
	return ep_hash128(secret, scratch->s, scratch->len).lo;
}

struct ep_print ep_print_row(const uint8_t *secret, const struct ep_row *row,
			     struct ep_buf *scratch)
{
	const struct ep_entity *entity = ep_entity(row->kind);
	struct ep_print print = { 0 };

	ep_buf_clear(scratch);
	for (int i = 0; i < entity->columns; i++)
		if (!(entity->column[i].flags & EP_COLUMN_VOLATILE))
			add_cell(scratch, &entity->column[i], &row->cell[i]);
	add_text(scratch, 'a', row->attr);
	print.fixed = ep_hash128(secret, scratch->s, scratch->len).lo;
	print.moving = ep_print_moving(secret, row, scratch);
	return print;
}

static void put64(uint8_t *out, uint64_t v)
{
	for (int i = 0; i < 8; i++)
		out[i] = (uint8_t)(v >> (8 * i));
}

static uint64_t get64(const uint8_t *p)
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v |= (uint64_t)p[i] << (8 * i);
	return v;
}

static void put_text(uint8_t *out, const struct ep_print *print)
{
	put64(out, print->text.lo);
	put64(out + 8, print->text.hi);
	out[16] = (uint8_t)print->parts;
	out[17] = (uint8_t)(print->parts >> 8);
}

static void get_text(const uint8_t *p, struct ep_print *ret)
{
	ret->text.lo = get64(p);
	ret->text.hi = get64(p + 8);
	ret->parts = (uint16_t)(p[16] | p[17] << 8);
}

size_t ep_print_pack(const struct ep_print *print,
		     uint8_t out[EP_PRINT_TEXT_BYTES])
{
	put64(out, print->fixed);
	put64(out + 8, print->moving);
	if (!print->parts)
		return EP_PRINT_BYTES;
	put_text(out + EP_PRINT_BYTES, print);
	return EP_PRINT_TEXT_BYTES;
}

/* A print of another size is none: the record will count as changed, and a
 * comparison of its columns decides. */
void ep_print_unpack(const void *p, size_t n, struct ep_print *ret)
{
	bool old = n == EP_PRINT_OLD_BYTES || n == EP_PRINT_OLD_TEXT_BYTES;
	const uint8_t *bytes = p;
	size_t fixed = old ? 16 : 8;

	memset(ret, 0, sizeof(*ret));
	if (!old && n != EP_PRINT_BYTES && n != EP_PRINT_TEXT_BYTES)
		return;
	ret->fixed = get64(bytes);
	ret->moving = get64(bytes + fixed);
	if (n == EP_PRINT_OLD_TEXT_BYTES || n == EP_PRINT_TEXT_BYTES)
		get_text(bytes + fixed + 8, ret);
}
