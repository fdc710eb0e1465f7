/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables behind entity.def, and one record of any kind on its way from a
 * vendor to the store.
 */
#ifndef EP_ENTITY_H
#define EP_ENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ep_kind {
#define EP_ENUM(name, values, doc)
#define EP_ENTITY(kind, doc) EP_KIND_##kind,
#define EP_COLUMN(kind, name, type, enumeration, flags, doc)
#define EP_ENTITY_END(kind)
#include "model/entity.def"
#undef EP_ENUM
#undef EP_ENTITY
#undef EP_COLUMN
#undef EP_ENTITY_END
	EP_KINDS
};

#define EP_COLUMNS_MAX 16

enum ep_column_type {
	EP_TYPE_TEXT,
	EP_TYPE_ADDRESS,
	EP_TYPE_TIME,
	EP_TYPE_INT,
	EP_TYPE_ENUM
};

#define EP_COLUMN_KEY 1u
#define EP_COLUMN_VOLATILE 2u

struct ep_enum {
	const char *name;
	const char *const *value;	/* NULL-ended, "unknown" last */
	const char *doc;
};

struct ep_column {
	const char *name;
	enum ep_column_type type;
	const struct ep_enum *enumeration;	/* ENUM only */
	unsigned flags;
	const char *doc;
};

struct ep_entity {
	const char *name;
	const char *doc;
	const struct ep_column *column;
	int columns;
};

const struct ep_entity *ep_entity(enum ep_kind kind);
/* -1 when there is no kind of that name. */
int ep_entity_kind(const char *name);
int ep_entity_column(const struct ep_entity *entity, const char *name);
/* Index of a value in its enumeration, -1 when it is no member. */
int ep_enum_value(const struct ep_enum *enumeration, const char *word);

/* One cell.  Absent (the vendor did not send the member), null (it sent
 * null) and a value stay three different things. */
enum ep_cell_state { EP_CELL_ABSENT, EP_CELL_NULL, EP_CELL_VALUE };

struct ep_cell {
	enum ep_cell_state state;
	const char *text;	/* TEXT, ADDRESS (folded), ENUM: our word */
	int64_t number;		/* TIME, INT */
	const char *word;	/* ENUM: the vendor's word, else NULL */
};

/* A record.  Everything it points to belongs to the caller and lives until
 * the call it is passed to returns. */
struct ep_row {
	enum ep_kind kind;
	struct ep_cell cell[EP_COLUMNS_MAX];
	const char *attr;	/* canonical JSON object or NULL */
};

/* Natural key: the key cells joined by U+001F; an enum counts as our word.
 * EP_EDATA names the key column that has no value. Empty text is a value
 * only for role.scope. */
struct ep_buf;
struct ep_err;
int ep_row_key(const struct ep_row *row, struct ep_buf *ret_key,
	       struct ep_err *err) __attribute__((warn_unused_result));

#endif
