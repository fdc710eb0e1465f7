/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to the mapper: the record at hand, one value on its way to a cell,
 * and the ways of counting what did not fit.
 */
#ifndef EP_MAPPER_PRIV_H
#define EP_MAPPER_PRIV_H

#include "collect/mapper.h"

/* What paths of one row start from. */
struct ep_mapper_scope {
	const struct ep_json *record;
	const struct ep_json *element;	/* of each; NULL without */
	const char *part;	/* of a split text; NULL without */
	const char *name;	/* ^name */
	const struct ep_json *parent;
};

/* A value that was found: json is set, or text is. */
struct ep_mapper_value {
	enum ep_cell_state state;
	const struct ep_json *json;
	const char *text;
};

enum ep_mapper_trouble { EP_MAPPER_MISSING, EP_MAPPER_BAD };

void ep_mapper_count(struct ep_mapper *mapper, enum ep_mapper_trouble trouble,
		     const char *path, const char *fmt, ...) EP_PRINTF(4, 5);
void ep_mapper_unmapped(struct ep_mapper *mapper, const char *column,
			const char *word);
/* The path or column that a message about a field should name. */
const char *ep_mapper_field_name(const struct ep_spec_field *field);

/* One row of an emit, whatever its `when` says. */
int ep_mapper_row(struct ep_mapper *mapper, const struct ep_spec_emit *emit,
		  const struct ep_mapper_scope *scope,
		  struct ep_err *err) EP_MUST_CHECK;

/* Finds the source of a field.  ambiguous: two members of that name. */
int ep_mapper_find(struct ep_mapper *mapper,
		   const struct ep_mapper_scope *scope,
		   const struct ep_spec_field *field,
		   struct ep_mapper_value *ret, bool *ret_ambiguous,
		   struct ep_err *err) EP_MUST_CHECK;
/* One path of the scope. */
enum ep_json_found ep_mapper_path(const struct ep_mapper *mapper,
				  const struct ep_mapper_scope *scope,
				  const char *path,
				  struct ep_mapper_value *ret);
/* True when there is nothing in it: absent, null, empty text. */
bool ep_mapper_empty(const struct ep_mapper_value *value);

/* Conversions.  False when the value cannot be read as such. */
bool ep_mapper_as_text(const struct ep_mapper_value *value,
		       enum ep_convert as, const char *mark,
		       const struct ep_words *pick, struct ep_buf *out);
bool ep_mapper_as_number(const struct ep_mapper_value *value,
			 enum ep_convert as, int64_t *ret);
/* One of the words that mean that there is no value. */
bool ep_mapper_is_none(const struct ep_spec_field *field,
		       const struct ep_mapper_value *value);
bool ep_mapper_is_number(enum ep_convert as);

/* Adds `"name":value` of an attr field, or nothing when it is absent. */
int ep_mapper_attr(struct ep_mapper *mapper,
		   const struct ep_mapper_scope *scope,
		   const struct ep_spec_field *field,
		   struct ep_err *err) EP_MUST_CHECK;

#endif
