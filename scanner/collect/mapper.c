/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mapper's main line: for each emit, for each element, fill the cells of
 * a row and hand it on.
 */
#include "collect/mapper.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/str.h"
#include "collect/mapper_priv.h"

void ep_mapper_init(struct ep_mapper *mapper, const struct ep_spec_emit *emits,
		    size_t n)
{
	memset(mapper, 0, sizeof(*mapper));
	mapper->emits = emits;
	mapper->n = n;
	/* A cell and its vendor's word for every column. */
	ep_buf_init(&mapper->text,
		    (size_t)EP_COLUMNS_MAX * 2 * (EP_TEXT_BYTES_MAX + 1));
	ep_buf_init(&mapper->attr, EP_ATTR_BYTES_MAX);
	ep_buf_init(&mapper->scratch, EP_TEXT_BYTES_MAX * 2);
	/* Room to see that it is too long, and by how much to cut. */
	ep_buf_init(&mapper->cell, EP_PAGE_BYTES_MAX);
}

void ep_mapper_release(struct ep_mapper *mapper)
{
	ep_buf_release(&mapper->text);
	ep_buf_release(&mapper->attr);
	ep_buf_release(&mapper->scratch);
	ep_buf_release(&mapper->cell);
}

/* Adds a name to a list like "state=FROZEN, role=OWNER" once, while there is
 * room for it. */
static void add_name(char *list, const char *name)
{
	struct ep_buf safe;
	const char *at = list;
	size_t used = strlen(list);

	ep_buf_init(&safe, EP_MAPPER_NAMES / 2);
	ep_str_printable(&safe, name, strlen(name));
	if (safe.len == 0 || safe.overflow) {
		ep_buf_release(&safe);
		return;
	}
	for (; (at = strstr(at, safe.s)); at++) {
		const char *end = at + safe.len;

		if ((at == list || at[-1] == ' ') && (!*end || *end == ','))
			break;
	}
	if (!at && used + safe.len + 3 < EP_MAPPER_NAMES)
		snprintf(list + used, EP_MAPPER_NAMES - used, "%s%s",
			 used ? ", " : "", safe.s);
	ep_buf_release(&safe);
}

void ep_mapper_count(struct ep_mapper *mapper, enum ep_mapper_trouble trouble,
		     const char *path, const char *fmt, ...)
{
	char msg[EP_MAPPER_NAMES];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(msg, sizeof(msg), fmt, ap) < 0)
		msg[0] = '\0';
	va_end(ap);
	if (trouble == EP_MAPPER_MISSING) {
		mapper->missing++;
		add_name(mapper->missing_names, path);
	} else {
		mapper->bad++;
		add_name(mapper->bad_names, path);
	}
	if (mapper->complain)
		mapper->complain(mapper->to, path, msg);
}

void ep_mapper_unmapped(struct ep_mapper *mapper, const char *column,
			const char *word)
{
	struct ep_buf text;

	mapper->unmapped++;
	ep_buf_init(&text, EP_TEXT_BYTES_MAX * 2);
	ep_buf_addf(&text, "%s=%.100s", column, word);
	/* A cut inside a character is shown as bytes. */
	add_name(mapper->unmapped_words, text.s);
	ep_buf_release(&text);
}

const char *ep_mapper_field_name(const struct ep_spec_field *field)
{
	if (field->path.n)
		return field->path.v[0];
	if (field->join.n)
		return field->join.v[0];
	if (field->parent)
		return field->parent;
	return field->attr ? field->attr : "const";
}

/* One row being filled.  Texts are offsets until all of them are in, since
 * their buffer moves while it grows. */
struct filling {
	struct ep_mapper *mapper;
	const struct ep_mapper_scope *scope;
	const struct ep_entity *entity;
	struct ep_row row;
	size_t text_at[EP_COLUMNS_MAX];
	size_t word_at[EP_COLUMNS_MAX];
	bool has_text[EP_COLUMNS_MAX];
	bool has_word[EP_COLUMNS_MAX];
	bool bad_key;
};

static bool is_key(const struct filling *f, int column)
{
	return f->entity->column[column].flags & EP_COLUMN_KEY;
}

/* Empty means "the whole tenant" for the scope of a role. */
static bool may_be_empty(const struct ep_column *column)
{
	return ep_str_eq(column->name, "scope");
}

static void no_value(struct filling *f, const struct ep_spec_field *field,
		     enum ep_cell_state state)
{
	struct ep_cell *cell = &f->row.cell[field->column];
	const struct ep_column *column = &f->entity->column[field->column];

	cell->state = state;
	if (state == EP_CELL_NULL && may_be_empty(column)) {
		cell->state = EP_CELL_VALUE;
		f->has_text[field->column] = true;
		f->text_at[field->column] = f->mapper->text.len;
		ep_buf_addc(&f->mapper->text, '\0');
		return;
	}
	if (is_key(f, field->column)) {
		f->bad_key = true;
		ep_mapper_count(f->mapper, EP_MAPPER_MISSING,
				ep_mapper_field_name(field),
				state == EP_CELL_NULL ? "is empty, but names "
							"the record" :
							"is missing");
	} else if (state == EP_CELL_ABSENT && !field->optional) {
		ep_mapper_count(f->mapper, EP_MAPPER_MISSING,
				ep_mapper_field_name(field), "is missing");
	}
}

static void bad_value(struct filling *f, const struct ep_spec_field *field,
		      const char *shown)
{
	f->row.cell[field->column].state = EP_CELL_ABSENT;
	if (is_key(f, field->column))
		f->bad_key = true;
	ep_mapper_count(f->mapper, EP_MAPPER_BAD, ep_mapper_field_name(field),
			"cannot be read as %s%s%.80s",
			f->entity->column[field->column].name,
			*shown ? ": " : "", shown);
}

/* Stores the text at scratch as cell text or word; false when it had to be
 * cut and is part of a key, where a cut could make one of two. */
static bool store_text(struct filling *f, int column, const char *s, size_t n,
		       size_t *ret_at)
{
	size_t keep = n;

	if (n > EP_TEXT_BYTES_MAX) {
		if (is_key(f, column))
			return false;
		keep = ep_utf8_cut(s, EP_TEXT_BYTES_MAX);
		f->mapper->altered++;
	}
	*ret_at = f->mapper->text.len;
	ep_buf_add(&f->mapper->text, s, keep);
	ep_buf_addc(&f->mapper->text, '\0');
	return true;
}

static void set_enum(struct filling *f, const struct ep_spec_field *field,
		     const char *word, bool own)
{
	const struct ep_column *column = &f->entity->column[field->column];
	const struct ep_enum *e = column->enumeration;
	struct ep_cell *cell = &f->row.cell[field->column];
	int value = own && field->map.n == 0 ? ep_enum_value(e, word) : -1;

	for (size_t i = 0; value < 0 && i < field->map.n; i++) {
		if (ep_str_eq(field->map.v[i].word, word))
			value = field->map.v[i].value;
	}
	if (value < 0)
		value = field->other_value;
	if (value < 0) {
		value = ep_enum_value(e, "unknown");
		ep_mapper_unmapped(f->mapper, column->name, word);
	}
	cell->state = EP_CELL_VALUE;
	cell->text = e->value[value];
	if (own)
		return;
	f->has_word[field->column] =
		store_text(f, field->column, word, strlen(word),
			   &f->word_at[field->column]);
}

static void set_text(struct filling *f, const struct ep_spec_field *field,
		     struct ep_buf *text)
{
	const struct ep_column *column = &f->entity->column[field->column];
	struct ep_str s = { text->s, text->len };

	if (column->type == EP_TYPE_ADDRESS) {
		s = ep_str_trim(s);
		if (s.n != text->len)
			f->mapper->altered++;
		ep_str_lower(text->s);
	}
	if (s.n == 0 && !field->constant) {
		no_value(f, field, EP_CELL_NULL);
		return;
	}
	if (!store_text(f, field->column, s.p, s.n,
			&f->text_at[field->column])) {
		bad_value(f, field, "too long for an id");
		return;
	}
	f->has_text[field->column] = true;
	f->row.cell[field->column].state = EP_CELL_VALUE;
}

static bool is_none(const struct ep_spec_field *field, const char *text)
{
	for (size_t i = 0; i < field->none.n; i++) {
		if (ep_str_eq(field->none.v[i], text))
			return true;
	}
	return false;
}

/* Numbers are compared as they are written. */
bool ep_mapper_is_none(const struct ep_spec_field *field,
		       const struct ep_mapper_value *value)
{
	struct ep_buf text;
	bool none;

	if (field->none.n == 0)
		return false;
	ep_buf_init(&text, EP_TEXT_BYTES_MAX);
	none = ep_mapper_as_text(value, EP_AS_TEXT, NULL, NULL, &text) &&
	       is_none(field, text.s ? text.s : "");
	ep_buf_release(&text);
	return none;
}

static void replace_word(const struct ep_spec_field *field,
			 struct ep_buf *text)
{
	for (size_t i = 0; i < field->words.n; i++) {
		if (!ep_str_eq(field->words.v[i].name, text->s))
			continue;
		ep_buf_clear(text);
		ep_buf_adds(text, field->words.v[i].value);
		return;
	}
}

static bool is_answer(enum ep_convert as)
{
	return as == EP_AS_BOOL || as == EP_AS_NOT || as == EP_AS_PRESENT ||
	       as == EP_AS_BIT;
}

static void take_text(struct filling *f, const struct ep_spec_field *field,
		      struct ep_buf *text)
{
	const char *s = text->len ? text->s : "";

	if ((text->len == 0 && !field->constant) || is_none(field, s)) {
		no_value(f, field, EP_CELL_NULL);
	} else if (f->entity->column[field->column].type == EP_TYPE_ENUM) {
		set_enum(f, field, s,
			 field->constant || is_answer(field->as));
	} else {
		replace_word(field, text);
		set_text(f, field, text);
	}
}

static void convert_text(struct filling *f, const struct ep_spec_field *field,
			 const struct ep_mapper_value *value)
{
	struct ep_buf *text = &f->mapper->cell;

	ep_buf_clear(text);
	text->overflow = false;
	if (ep_mapper_as_text(value, field->as, field->mark, &field->pick,
			      text) &&
	    !text->overflow)
		take_text(f, field, text);
	else
		bad_value(f, field, value->text ? value->text : "");
}

static void convert_number(struct filling *f,
			   const struct ep_spec_field *field,
			   const struct ep_mapper_value *value)
{
	struct ep_cell *cell = &f->row.cell[field->column];

	if (ep_mapper_is_none(field, value)) {
		no_value(f, field, EP_CELL_NULL);
		return;
	}
	if (!ep_mapper_as_number(value, field->as, &cell->number)) {
		bad_value(f, field, value->text ? value->text : "");
		return;
	}
	cell->state = EP_CELL_VALUE;
}

static int fill_cell(struct filling *f, const struct ep_spec_field *field,
		     struct ep_err *err)
{
	const struct ep_column *column = &f->entity->column[field->column];
	struct ep_mapper_value value;
	bool ambiguous;
	int rc = ep_mapper_find(f->mapper, f->scope, field, &value, &ambiguous,
				err);

	if (rc < 0)
		return rc;
	if (ambiguous) {
		bad_value(f, field, "two members of that name");
		return 0;
	}
	if (field->as == EP_AS_PRESENT &&
	    (value.state != EP_CELL_ABSENT || field->optional)) {
		convert_text(f, field, &value);
		return 0;
	}
	if (!field->constant && ep_mapper_empty(&value)) {
		enum ep_cell_state state = value.state;

		if (state == EP_CELL_VALUE)
			state = EP_CELL_NULL;
		if (field->absent_value < 0) {
			no_value(f, field, state);
			return 0;
		}
		f->row.cell[field->column].state = EP_CELL_VALUE;
		f->row.cell[field->column].text =
			column->enumeration->value[field->absent_value];
		return 0;
	}
	if (ep_mapper_is_number(field->as))
		convert_number(f, field, &value);
	else
		convert_text(f, field, &value);
	return 0;
}

static int hand_over(struct filling *f, struct ep_err *err)
{
	struct ep_mapper *m = f->mapper;

	for (int c = 0; c < f->entity->columns; c++) {
		if (f->has_text[c])
			f->row.cell[c].text = m->text.s + f->text_at[c];
		if (f->has_word[c])
			f->row.cell[c].word = m->text.s + f->word_at[c];
	}
	if (m->attr.len) {
		ep_buf_addc(&m->attr, '}');
		f->row.attr = m->attr.s;
	}
	m->rows++;
	return m->row(m->to, &f->row, err);
}

static bool is_wanted(const struct filling *f,
		      const struct ep_spec_field *field)
{
	const struct ep_mapper *mapper = f->mapper;

	if (field->column < 0)
		return !mapper->keys_only && !mapper->values;
	if (mapper->values)
		return f->entity->column[field->column].flags &
		       EP_COLUMN_VOLATILE;
	return !mapper->keys_only || is_key(f, field->column);
}

int ep_mapper_row(struct ep_mapper *mapper, const struct ep_spec_emit *emit,
		  const struct ep_mapper_scope *scope, struct ep_err *err)
{
	struct filling f = { .mapper = mapper,
			     .scope = scope,
			     .entity = ep_entity(emit->kind) };

	f.row.kind = emit->kind;
	ep_buf_clear(&mapper->text);
	ep_buf_clear(&mapper->attr);
	/* The closing brace has its byte for certain. */
	mapper->attr.max = EP_ATTR_BYTES_MAX - 1;
	for (size_t i = 0; i < emit->fields.n; i++) {
		const struct ep_spec_field *field = &emit->fields.v[i];
		int rc = 0;

		if (!is_wanted(&f, field))
			continue;
		rc = field->column >= 0 ?
			     fill_cell(&f, field, err) :
			     ep_mapper_attr(mapper, scope, field, err);
		if (rc < 0)
			return rc;
	}
	mapper->attr.max = EP_ATTR_BYTES_MAX;
	if (f.bad_key)
		return 0;
	return hand_over(&f, err);
}

/* 1 when the value is the word that when: asks for, which may hold {tenant}. */
static int is_word(struct ep_mapper *mapper, const char *word,
		   const struct ep_mapper_value *value, struct ep_err *err)
{
	struct ep_buf text;
	int rc;

	if (ep_mapper_empty(value))
		return 0;
	ep_buf_clear(&mapper->scratch);
	rc = ep_spec_expand(word, false, mapper->lookup, mapper->to,
			    &mapper->scratch, err);
	if (rc < 0)
		return rc;
	ep_buf_init(&text, EP_TEXT_BYTES_MAX);
	rc = ep_mapper_as_text(value, EP_AS_TEXT, NULL, NULL, &text) &&
	     ep_str_eq(text.s, mapper->scratch.s);
	ep_buf_release(&text);
	return rc;
}

/* 1 when when: holds, 0 when not. */
static int holds(struct ep_mapper *mapper, const struct ep_spec_emit *emit,
		 const struct ep_mapper_scope *scope, struct ep_err *err)
{
	struct ep_mapper_value value;

	if (!emit->when)
		return 1;
	ep_mapper_path(mapper, scope, emit->when, &value);
	if (emit->when_is)
		return is_word(mapper, emit->when_is, &value, err);
	if (ep_mapper_empty(&value))
		return 0;
	if (!value.json)
		return 1;
	switch (ep_json_type(value.json)) {
	case EP_JSON_BOOL:
		return ep_json_true(value.json);
	case EP_JSON_ARRAY:
	case EP_JSON_OBJECT:
		return ep_json_count(value.json) > 0;
	default:
		return 1;
	}
}

static int map_one(struct ep_mapper *mapper, const struct ep_spec_emit *emit,
		   const struct ep_mapper_scope *scope, struct ep_err *err)
{
	int rc = holds(mapper, emit, scope, err);

	if (rc <= 0)
		return rc;
	return ep_mapper_row(mapper, emit, scope, err);
}

static int map_parts(struct ep_mapper *mapper, const struct ep_spec_emit *emit,
		     const struct ep_mapper_scope *scope, const char *text,
		     struct ep_err *err)
{
	struct ep_mapper_scope inner = *scope;
	struct ep_str rest = ep_str(text);
	struct ep_str part;

	while (ep_str_cut(&rest, *emit->split, &part)) {
		EP_AUTO_FREE char *owned = NULL;
		int rc;

		part = ep_str_trim(part);
		if (part.n == 0)
			continue;
		owned = ep_strndup(part.p, part.n);
		inner.part = owned;
		rc = map_one(mapper, emit, &inner, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int map_each(struct ep_mapper *mapper, const struct ep_spec_emit *emit,
		    const struct ep_mapper_scope *scope, struct ep_err *err)
{
	struct ep_mapper_scope inner = *scope;
	struct ep_mapper_value list;
	int rc = 0;

	ep_mapper_path(mapper, scope, emit->each, &list);
	if (list.state == EP_CELL_ABSENT && !emit->each_optional)
		ep_mapper_count(mapper, EP_MAPPER_MISSING, emit->each,
				"is missing");
	if (list.state != EP_CELL_VALUE)
		return 0;
	if (emit->split && list.text)
		return map_parts(mapper, emit, scope, list.text, err);
	if (!list.json || (ep_json_type(list.json) != EP_JSON_ARRAY &&
			   ep_json_type(list.json) != EP_JSON_OBJECT)) {
		ep_mapper_count(mapper, EP_MAPPER_BAD, emit->each,
				"is no list");
		return 0;
	}
	for (const struct ep_json *e = ep_json_first(list.json); e && rc == 0;
	     e = ep_json_next(e)) {
		inner.element = e;
		if (ep_json_name(e))
			inner.name = ep_json_name(e);
		rc = map_one(mapper, emit, &inner, err);
	}
	return rc;
}

int ep_mapper_record(struct ep_mapper *mapper, const struct ep_json *record,
		     const char *name, const struct ep_json *parent,
		     struct ep_err *err)
{
	struct ep_mapper_scope scope = { .record = record,
					 .name = name,
					 .parent = parent };
	int rc = 0;

	mapper->records++;
	for (size_t i = 0; i < mapper->n && rc == 0; i++) {
		const struct ep_spec_emit *emit = &mapper->emits[i];

		if (emit->each)
			rc = map_each(mapper, emit, &scope, err);
		else
			rc = map_one(mapper, emit, &scope, err);
	}
	return rc;
}

void ep_mapper_report(const struct ep_mapper *mapper,
		      struct ep_coverage *coverage)
{
	coverage->altered += mapper->altered;
	coverage->unmapped += mapper->unmapped;
	if (!*coverage->unmapped_words)
		snprintf(coverage->unmapped_words,
			 sizeof(coverage->unmapped_words), "%s",
			 mapper->unmapped_words);
	if (mapper->missing)
		ep_coverage_spoil(coverage, EP_COVERAGE_PARTIAL,
				  "the source has changed, or the connector is "
				  "wrong: look at one record with exitproof "
				  "connector try",
				  "%lld times a member that every record has "
				  "was missing: %s",
				  (long long)mapper->missing,
				  mapper->missing_names);
	if (mapper->bad)
		ep_coverage_spoil(coverage, EP_COVERAGE_PARTIAL,
				  "the source has changed, or the connector is "
				  "wrong: look at one record with exitproof "
				  "connector try",
				  "%lld values could not be read: %s",
				  (long long)mapper->bad, mapper->bad_names);
}
