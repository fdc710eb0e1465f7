/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Derives the SQL columns of every kind from its entity.
 */
#include "store/layout.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/str.h"

static struct ep_layout layouts[EP_KINDS];
static pthread_once_t layouts_once = PTHREAD_ONCE_INIT;

static void add_slot(struct ep_layout *layout, int column,
		     enum ep_slot_part part)
{
	static const char *const suffix[] = { "", "_word", "_key" };
	const struct ep_column *def = &layout->entity->column[column];
	struct ep_slot *slot = &layout->slot[layout->slots++];
	int n;

	assert(layout->slots <= EP_SLOTS_MAX);
	n = snprintf(slot->name, sizeof(slot->name), "%s%s", def->name,
		     suffix[part]);
	assert(n > 0 && (size_t)n < sizeof(slot->name));
	slot->column = column;
	slot->part = part;
	slot->number = part == EP_SLOT_VALUE &&
		       (def->type == EP_TYPE_TIME || def->type == EP_TYPE_INT);
	slot->moving = (def->flags & EP_COLUMN_VOLATILE) != 0;
}

/* The natural key's column when there is one only, and it is plain text. */
static int only_key(const struct ep_entity *entity)
{
	int found = -1;

	for (int i = 0; i < entity->columns; i++) {
		if (!(entity->column[i].flags & EP_COLUMN_KEY))
			continue;
		if (found >= 0 || entity->column[i].type != EP_TYPE_TEXT)
			return -1;
		found = i;
	}
	return found;
}

static void make_layout(struct ep_layout *layout, enum ep_kind kind)
{
	layout->entity = ep_entity(kind);
	assert(layout->entity->columns <= EP_COLUMNS_MAX);
	layout->only_key = only_key(layout->entity);
	for (int i = 0; i < layout->entity->columns; i++) {
		enum ep_column_type type = layout->entity->column[i].type;

		if (i == layout->only_key)
			continue;
		add_slot(layout, i, EP_SLOT_VALUE);
		if (type == EP_TYPE_ENUM)
			add_slot(layout, i, EP_SLOT_WORD);
		if (type == EP_TYPE_ADDRESS)
			add_slot(layout, i, EP_SLOT_LOOKUP);
	}
}

static void make_layouts(void)
{
	for (int i = 0; i < EP_KINDS; i++)
		make_layout(&layouts[i], (enum ep_kind)i);
}

const struct ep_layout *ep_layout(enum ep_kind kind)
{
	pthread_once(&layouts_once, make_layouts);
	return &layouts[kind];
}

uint32_t ep_layout_moving_bits(const struct ep_layout *layout)
{
	uint32_t bits = 0;

	for (int i = 0; i < layout->slots; i++)
		if (layout->slot[i].moving)
			bits |= UINT32_C(1) << layout->slot[i].column;
	return bits;
}

bool ep_slot_is_in(enum ep_rows rows, const struct ep_slot *slot)
{
	return rows == EP_ROWS_THEN || !slot->moving;
}

bool ep_tuple_moves(const struct ep_layout *layout,
		    const struct ep_tuple *tuple)
{
	return ep_layout_moving_bits(layout) & ~tuple->absent;
}

bool ep_value_same(const struct ep_value *a, const struct ep_value *b)
{
	if (a->type != b->type)
		return false;
	if (a->type == EP_VALUE_INT)
		return a->number == b->number;
	if (a->type == EP_VALUE_TEXT)
		return a->len == b->len &&
		       memcmp(a->text, b->text, a->len) == 0;
	return true;
}

/* Domain, U+001F, local part: the rows of one customer lie together in the
 * index, which a natural address would scatter. */
static void add_lookup(struct ep_buf *scratch, const struct ep_value *address)
{
	const char *at = memrchr(address->text, '@', address->len);
	size_t local;

	if (!at) {
		ep_buf_add(scratch, address->text, address->len);
		return;
	}
	local = (size_t)(at - address->text);
	ep_buf_add(scratch, at + 1, address->len - local - 1);
	ep_buf_addc(scratch, '\x1f');
	ep_buf_add(scratch, address->text, local);
}

static bool has_lookup(const struct ep_layout *layout, int slot)
{
	return slot + 1 < layout->slots &&
	       layout->slot[slot + 1].part == EP_SLOT_LOOKUP;
}

/* Bytes that SQLite counts as this program does, and one separator. */
static bool lookup_tells(const struct ep_value *address)
{
	if (address->type != EP_VALUE_TEXT ||
	    !memchr(address->text, '@', address->len) ||
	    memchr(address->text, '\x1f', address->len))
		return false;
	for (size_t i = 0; i < address->len; i++)
		if (!address->text[i] || (uint8_t)address->text[i] >= 0x80)
			return false;
	return true;
}

struct ep_value ep_slot_kept(const struct ep_layout *layout, int slot,
			     const struct ep_tuple *tuple)
{
	const struct ep_value *value = &tuple->value[slot];

	if (has_lookup(layout, slot) && lookup_tells(value))
		return (struct ep_value){ .type = EP_VALUE_NULL };
	return *value;
}

void ep_slot_sql(struct ep_buf *sql, const char *table,
		 const struct ep_layout *layout, int slot)
{
	const char *name = layout->slot[slot].name;

	if (has_lookup(layout, slot))
		ep_buf_addf(sql, EP_ADDRESS_SQL("%s", "%s"), table, name,
			    table, name);
	else
		ep_buf_addf(sql, "%s\"%s\"", table, name);
}

/* A look-up slot follows its address at once; scratch may move while it
 * grows, so pointers are taken last. */
void ep_tuple_lookups(const struct ep_layout *layout, struct ep_tuple *tuple,
		      struct ep_buf *scratch)
{
	ep_buf_clear(scratch);
	for (int i = 1; i < layout->slots; i++) {
		const struct ep_value *address = &tuple->value[i - 1];
		struct ep_value *value = &tuple->value[i];

		if (layout->slot[i].part != EP_SLOT_LOOKUP)
			continue;
		memset(value, 0, sizeof(*value));
		value->type = address->type;
		value->number = (int64_t)scratch->len;
		if (address->type == EP_VALUE_TEXT)
			add_lookup(scratch, address);
		value->len = scratch->len - (size_t)value->number;
	}
	for (int i = 1; i < layout->slots; i++) {
		struct ep_value *value = &tuple->value[i];

		if (layout->slot[i].part == EP_SLOT_LOOKUP &&
		    value->type == EP_VALUE_TEXT)
			value->text = scratch->s + value->number;
	}
}

static void set_value(struct ep_value *value, const struct ep_slot *slot,
		      const struct ep_cell *cell)
{
	const char *text = slot->part == EP_SLOT_WORD ? cell->word
						      : cell->text;

	memset(value, 0, sizeof(*value));
	if (cell->state != EP_CELL_VALUE)
		return;
	if (slot->number) {
		value->type = EP_VALUE_INT;
		value->number = cell->number;
	} else if (text) {
		value->type = EP_VALUE_TEXT;
		value->text = text;
		value->len = strlen(text);
	}
}

void ep_tuple_of_row(const struct ep_layout *layout, const struct ep_row *row,
		     struct ep_buf *scratch, struct ep_tuple *ret)
{
	for (int i = 0; i < layout->slots; i++)
		set_value(&ret->value[i], &layout->slot[i],
			  &row->cell[layout->slot[i].column]);
	ep_tuple_lookups(layout, ret, scratch);
	ret->absent = 0;
	for (int i = 0; i < layout->entity->columns; i++)
		if (row->cell[i].state == EP_CELL_ABSENT)
			ret->absent |= UINT32_C(1) << i;
	ret->attr = row->attr;
}

const char *ep_kinds_text(unsigned kinds, char out[EP_KIND_LIST])
{
	size_t n = 0;

	out[0] = '\0';
	for (int i = 0; i < EP_KINDS; i++) {
		const char *name = ep_entity((enum ep_kind)i)->name;
		int added;

		if (!(kinds & 1u << i))
			continue;
		added = snprintf(out + n, EP_KIND_LIST - n, "%s%s",
				 n ? " " : "", name);
		assert(added > 0 && (size_t)added < EP_KIND_LIST - n);
		n += (size_t)added;
	}
	return out;
}

unsigned ep_kinds_of_text(const char *text)
{
	struct ep_str rest = ep_str(text);
	struct ep_str word;
	unsigned kinds = 0;

	while (ep_str_cut(&rest, ' ', &word)) {
		for (int i = 0; i < EP_KINDS; i++)
			if (ep_str_eqn(word, ep_entity((enum ep_kind)i)->name))
				kinds |= 1u << i;
	}
	return kinds;
}
