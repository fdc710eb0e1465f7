/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of entity.def as C arrays, look-ups in them, and the natural
 * key of a row.
 */
#include "model/entity.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"

/* Words of one enumeration, cut out of its one-line declaration at start-up;
 * the longest has 15. */
#define ENUM_WORDS_MAX 20

enum enum_index {
#define EP_ENUM(name, values, doc) ENUM_##name,
#define EP_ENTITY(kind, doc)
#define EP_COLUMN(kind, name, type, enumeration, flags, doc)
#define EP_ENTITY_END(kind)
#include "model/entity.def"
#undef EP_ENUM
#undef EP_ENTITY
#undef EP_COLUMN
#undef EP_ENTITY_END
	ENUMS
};

static char enum_text[ENUMS][256] = {
#define EP_ENUM(name, values, doc) [ENUM_##name] = values,
#define EP_ENTITY(kind, doc)
#define EP_COLUMN(kind, name, type, enumeration, flags, doc)
#define EP_ENTITY_END(kind)
#include "model/entity.def"
#undef EP_ENUM
#undef EP_ENTITY
#undef EP_COLUMN
#undef EP_ENTITY_END
};

static const char *enum_words[ENUMS][ENUM_WORDS_MAX + 1];

static const struct ep_enum enums[ENUMS] = {
#define EP_ENUM(name, values, doc) \
	[ENUM_##name] = { #name, enum_words[ENUM_##name], doc },
#define EP_ENTITY(kind, doc)
#define EP_COLUMN(kind, name, type, enumeration, flags, doc)
#define EP_ENTITY_END(kind)
#include "model/entity.def"
#undef EP_ENUM
#undef EP_ENTITY
#undef EP_COLUMN
#undef EP_ENTITY_END
};

/* "none" of the declaration is no enumeration. */
#define ENUM_OF_TEXT(name) NULL
#define ENUM_OF_ADDRESS(name) NULL
#define ENUM_OF_TIME(name) NULL
#define ENUM_OF_INT(name) NULL
#define ENUM_OF_ENUM(name) &enums[ENUM_##name]
#define KEY EP_COLUMN_KEY
#define VOLATILE EP_COLUMN_VOLATILE

#define EP_ENUM(name, values, doc)
#define EP_ENTITY(kind, doc) static const struct ep_column columns_##kind[] = {
#define EP_COLUMN(kind, name, type, enumeration, flags, doc) \
	{ #name, EP_TYPE_##type, ENUM_OF_##type(enumeration), flags, doc },
#define EP_ENTITY_END(kind)                                          \
	}                                                            \
	;                                                            \
	_Static_assert(sizeof(columns_##kind) / sizeof(columns_##kind[0]) <= \
			       EP_COLUMNS_MAX,                       \
		       "struct ep_row holds fewer cells");
#include "model/entity.def"
#undef EP_ENUM
#undef EP_ENTITY
#undef EP_COLUMN
#undef EP_ENTITY_END

static const struct ep_entity entities[EP_KINDS] = {
#define EP_ENUM(name, values, doc)
#define EP_ENTITY(kind, doc)                                            \
	[EP_KIND_##kind] = { #kind, doc, columns_##kind,                \
			     (int)(sizeof(columns_##kind) /             \
				   sizeof(columns_##kind[0])) },
#define EP_COLUMN(kind, name, type, enumeration, flags, doc)
#define EP_ENTITY_END(kind)
#include "model/entity.def"
#undef EP_ENUM
#undef EP_ENTITY
#undef EP_COLUMN
#undef EP_ENTITY_END
};

/* Before main, so that the tables are constant for every thread. */
__attribute__((constructor)) static void cut_enum_words(void)
{
	for (int e = 0; e < ENUMS; e++) {
		char *s = enum_text[e];
		int n = 0;

		while (s && n < ENUM_WORDS_MAX) {
			enum_words[e][n++] = s;
			s = strchr(s, ' ');
			if (s)
				*s++ = '\0';
		}
	}
}

const struct ep_entity *ep_entity(enum ep_kind kind)
{
	return &entities[kind];
}

int ep_entity_kind(const char *name)
{
	for (int i = 0; i < EP_KINDS; i++) {
		if (strcmp(entities[i].name, name) == 0)
			return i;
	}
	return -1;
}

int ep_entity_column(const struct ep_entity *entity, const char *name)
{
	for (int i = 0; i < entity->columns; i++) {
		if (strcmp(entity->column[i].name, name) == 0)
			return i;
	}
	return -1;
}

int ep_enum_value(const struct ep_enum *enumeration, const char *word)
{
	for (int i = 0; enumeration->value[i]; i++) {
		if (strcmp(enumeration->value[i], word) == 0)
			return i;
	}
	return -1;
}

/* Empty is a value where a role counts for the whole tenant, and nowhere
 * else: two records without an id must never become one. */
static bool key_cell_given(const struct ep_column *column,
			   const struct ep_cell *cell)
{
	if (cell->state != EP_CELL_VALUE)
		return false;
	if (column->type == EP_TYPE_TIME || column->type == EP_TYPE_INT)
		return true;
	if (!cell->text)
		return false;
	return *cell->text || strcmp(column->name, "scope") == 0;
}

int ep_row_key(const struct ep_row *row, struct ep_buf *ret_key,
	       struct ep_err *err)
{
	const struct ep_entity *entity = ep_entity(row->kind);
	const char *sep = "";

	for (int i = 0; i < entity->columns; i++) {
		const struct ep_column *column = &entity->column[i];
		const struct ep_cell *cell = &row->cell[i];

		if (!(column->flags & EP_COLUMN_KEY))
			continue;
		if (!key_cell_given(column, cell))
			return ep_err_set(err, EP_EDATA,
					  "%s without %s, which is part of its "
					  "key",
					  entity->name, column->name);
		ep_buf_adds(ret_key, sep);
		if (column->type == EP_TYPE_TIME || column->type == EP_TYPE_INT)
			ep_buf_addf(ret_key, "%lld", (long long)cell->number);
		else
			ep_buf_adds(ret_key, cell->text);
		sep = "\x1f";
	}
	return 0;
}
