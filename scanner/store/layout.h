/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a record of a kind lies in SQL: the columns of its table in order, and
 * a record as the values of those columns.  Tables, statements, differences
 * and history all walk this one list.
 *
 * A kind whose natural key is a single text column does not store that
 * column twice: it is the table's `key`, and the views give it its name back.
 */
#ifndef EP_LAYOUT_H
#define EP_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "model/entity.h"

/* Value, vendor's word and look-up key of every column. */
#define EP_SLOTS_MAX (2 * EP_COLUMNS_MAX)
#define EP_SLOT_NAME 48
#define EP_KIND_LIST 256

enum ep_slot_part {
	EP_SLOT_VALUE,	/* the column itself */
	EP_SLOT_WORD,	/* <name>_word: what the vendor called it */
	EP_SLOT_LOOKUP	/* <name>_key: address with its domain first */
};

struct ep_slot {
	char name[EP_SLOT_NAME];
	int column;	/* of the entity */
	enum ep_slot_part part;
	bool number;
	bool moving;	/* VOLATILE */
};

struct ep_layout {
	const struct ep_entity *entity;
	int only_key;	/* the column that `key` stands for, or -1 */
	int slots;
	struct ep_slot slot[EP_SLOTS_MAX];
};

const struct ep_layout *ep_layout(enum ep_kind kind);

/* Where the rows of a kind are: main.now_<kind>, with volatile columns apart
 * in main.moving_<kind>; or temp.then_<kind>, a copy as of an earlier run,
 * which holds all of them. */
enum ep_rows { EP_ROWS_NOW, EP_ROWS_THEN };

/* The slot is a column of that table of rows. */
bool ep_slot_is_in(enum ep_rows rows, const struct ep_slot *slot);

enum ep_value_type { EP_VALUE_NULL, EP_VALUE_INT, EP_VALUE_TEXT };

struct ep_value {
	enum ep_value_type type;
	int64_t number;
	const char *text;
	size_t len;
};

bool ep_value_same(const struct ep_value *a, const struct ep_value *b);

/* What a row of now_<kind> holds beside its ids.  absent has a bit for each
 * column of the entity that the vendor did not send. */
struct ep_tuple {
	struct ep_value value[EP_SLOTS_MAX];
	uint32_t absent;
	const char *attr;
};

/* scratch keeps the look-up keys alive and is overwritten. */
void ep_tuple_of_row(const struct ep_layout *layout, const struct ep_row *row,
		     struct ep_buf *scratch, struct ep_tuple *ret);

/* Makes the look-up keys of a tuple from its addresses. */
void ep_tuple_lookups(const struct ep_layout *layout, struct ep_tuple *tuple,
		      struct ep_buf *scratch);

/* An address that its look-up key tells is not kept twice: its column is NULL
 * then.  This is how SQL reads it; table is "" or ends in a dot. */
#define EP_ADDRESS_SQL(table, name) \
	"address_of(" table name ", " table name "_key)"

/* What reads that slot from a table of rows that SQL calls so. */
void ep_slot_sql(struct ep_buf *sql, const char *table,
		 const struct ep_layout *layout, int slot);
/* The value as its column keeps it. */
struct ep_value ep_slot_kept(const struct ep_layout *layout, int slot,
			     const struct ep_tuple *tuple);

/* The bits of absent that belong to volatile columns; 0: there are none. */
uint32_t ep_layout_moving_bits(const struct ep_layout *layout);
/* That no volatile column was sent is what a row without any says. */
bool ep_tuple_moves(const struct ep_layout *layout,
		    const struct ep_tuple *tuple);

/* "account role" for the bits of a kind set. */
const char *ep_kinds_text(unsigned kinds, char out[EP_KIND_LIST]);
unsigned ep_kinds_of_text(const char *text);

#endif
