/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One entry of fields: or keep:, from where a value is taken and how it is
 * read, checked against the column it goes to.
 */
#include "collect/spec_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

static const char *const convert_words[] = {
	[EP_AS_TEXT] = "text",	     [EP_AS_LOWER] = "lower",
	[EP_AS_ISO8601] = "iso8601", [EP_AS_DATE] = "date",
	[EP_AS_EPOCH] = "epoch",     [EP_AS_EPOCH_MS] = "epoch_ms",
	[EP_AS_INT] = "int",	     [EP_AS_BOOL] = "bool",
	[EP_AS_NOT] = "not",	     [EP_AS_SEGMENT] = "segment",
	[EP_AS_BEFORE] = "before",   [EP_AS_PRESENT] = "present",
	[EP_AS_FILETIME] = "filetime",
	[EP_AS_GENERALIZED] = "generalized",
	[EP_AS_SPAN] = "span",	     [EP_AS_BIT] = "bit",
	[EP_AS_IMMUTABLE_ID] = "immutable_id",
	[EP_AS_LIST] = "list",	     NULL
};

static const char *const field_keys[] = { "path", "first", "join",   "const",
					  "parent", "as",  "mark",   "none",
					  "pick", "optional", "absent", "other",
					  "words", NULL };
#define FIELD_KEYS (sizeof(field_keys) / sizeof(field_keys[0]) - 1)
#define KEYS_MAX 40

static bool is_time(enum ep_convert as)
{
	return as == EP_AS_ISO8601 || as == EP_AS_DATE || as == EP_AS_EPOCH ||
	       as == EP_AS_EPOCH_MS || as == EP_AS_FILETIME ||
	       as == EP_AS_GENERALIZED;
}

static bool is_answer(enum ep_convert as)
{
	return as == EP_AS_BOOL || as == EP_AS_NOT || as == EP_AS_PRESENT ||
	       as == EP_AS_BIT;
}

static void known_keys(struct ep_spec_reader *rd, const struct ep_yaml *node,
		       const struct ep_column *column)
{
	const char *keys[KEYS_MAX + 1];
	size_t n = FIELD_KEYS;

	memcpy(keys, field_keys, sizeof(field_keys));
	if (column && column->enumeration) {
		const char *const *word = column->enumeration->value;

		for (; *word && n < KEYS_MAX; word++)
			keys[n++] = *word;
	}
	keys[n] = NULL;
	ep_yaml_known(node, keys, "a field", rd->file, rd->diag);
}

static int enum_word(struct ep_spec_reader *rd, const struct ep_yaml *at,
		     const struct ep_column *column, const char *word)
{
	int value = ep_enum_value(column->enumeration, word);

	if (value < 0)
		ep_spec_complain(rd, at, "\"%.100s\" is no word of %s", word,
				 column->enumeration->name);
	return value;
}

static void add_enum_words(struct ep_spec_reader *rd,
			   const struct ep_yaml *node, int value,
			   struct ep_spec_field *field)
{
	struct ep_words words = { 0 };

	ep_spec_words_of(rd, node, &words);
	for (size_t i = 0; i < words.n; i++) {
		for (size_t k = 0; k < field->map.n; k++) {
			if (ep_str_eq(field->map.v[k].word, words.v[i]))
				ep_spec_complain(rd, node,
						 "\"%.100s\" is listed twice",
						 words.v[i]);
		}
		EP_VEC_ADD(&field->map) =
			(struct ep_enum_map){ words.v[i], value };
	}
	ep_vec_release(&words);
}

/* `other: word` is the fallback; `other: [words]` lists the vendor's words
 * for our word "other". */
static void read_enum_member(struct ep_spec_reader *rd,
			     const struct ep_yaml *m,
			     const struct ep_column *column,
			     struct ep_spec_field *field)
{
	bool scalar = m->type == EP_YAML_SCALAR && m->text;
	int value;

	if (ep_str_eq(m->key, "absent") && scalar) {
		field->absent_value = enum_word(rd, m, column, m->text);
		return;
	}
	if (ep_str_eq(m->key, "other") && scalar) {
		field->other_value = enum_word(rd, m, column, m->text);
		return;
	}
	value = ep_enum_value(column->enumeration, m->key);
	if (value >= 0)
		add_enum_words(rd, m, value, field);
}

static void read_enum(struct ep_spec_reader *rd, const struct ep_yaml *node,
		      const struct ep_column *column,
		      struct ep_spec_field *field)
{
	bool yes_no = ep_enum_value(column->enumeration, "yes") >= 0;

	if (node->type == EP_YAML_MAP) {
		for (const struct ep_yaml *m = node->child; m; m = m->next)
			read_enum_member(rd, m, column, field);
	}
	if (field->constant) {
		enum_word(rd, node, column, field->constant);
		return;
	}
	if (field->map.n == 0 && !(yes_no && is_answer(field->as)))
		ep_spec_complain(rd, node,
				 "%s needs the vendor's words for each of our "
				 "words (exitproof-schema(5), %s)",
				 column->name, column->enumeration->name);
}

static void check_column(struct ep_spec_reader *rd, const struct ep_yaml *node,
			 const struct ep_column *column,
			 const struct ep_spec_field *field)
{
	if (column->type == EP_TYPE_TIME && !is_time(field->as))
		ep_spec_complain(rd, node,
				 "%s is a time: say as: iso8601, date, epoch, "
				 "epoch_ms, filetime or generalized",
				 column->name);
	if (column->type != EP_TYPE_TIME && is_time(field->as))
		ep_spec_complain(rd, node, "%s is no time", column->name);
	if (column->type == EP_TYPE_INT && field->as != EP_AS_INT)
		ep_spec_complain(rd, node,
				 "%s is a number: as: int is all it can be",
				 column->name);
	if (field->pick.n && field->as != EP_AS_LIST)
		ep_spec_complain(rd, node,
				 "pick: belongs to keep: or as: list");
	if ((column->flags & EP_COLUMN_KEY) && field->optional)
		ep_spec_complain(rd, node,
				 "%s is part of the key and cannot be optional",
				 column->name);
}

static void check_mark(struct ep_spec_reader *rd, const struct ep_yaml *node,
		       const struct ep_spec_field *field)
{
	int64_t bits;

	if (field->as == EP_AS_BEFORE && !field->mark)
		ep_spec_complain(rd, node, "as: before needs mark:");
	if (field->as == EP_AS_BIT &&
	    (!field->mark || !ep_str_int(field->mark, &bits) || bits < 1))
		ep_spec_complain(rd, node, "as: bit needs mark: with the bit "
					   "as a decimal number");
	if (field->mark && field->as != EP_AS_BEFORE &&
	    field->as != EP_AS_SEGMENT && field->as != EP_AS_BIT)
		ep_spec_complain(rd, node,
				 "mark: belongs to as: before, segment or "
				 "bit");
}

static void read_source(struct ep_spec_reader *rd, const struct ep_yaml *node,
			struct ep_spec_field *field)
{
	size_t sources = 0;
	char *path = ep_spec_text(rd, node, "path");

	if (path)
		EP_VEC_ADD(&field->path) = path;
	sources += path != NULL;
	if (ep_yaml_get(node, "first")) {
		ep_spec_words(rd, node, "first", &field->path);
		sources++;
	}
	if (ep_yaml_get(node, "join")) {
		ep_spec_words(rd, node, "join", &field->join);
		sources++;
	}
	field->constant = ep_spec_text(rd, node, "const");
	sources += field->constant != NULL;
	field->parent = ep_spec_json_path(rd, node, "parent");
	sources += field->parent != NULL;
	if (sources != 1)
		ep_spec_complain(rd, node,
				 "a field needs exactly one of path, first, "
				 "join, const, parent");
}

/* words: {SYSTEM_MANAGER: [System manager]} */
static void read_words(struct ep_spec_reader *rd, const struct ep_yaml *node,
		       const struct ep_column *column,
		       struct ep_spec_field *field)
{
	const struct ep_yaml *map = ep_spec_map(rd, node, "words");

	if (!map)
		return;
	if (!column || column->type != EP_TYPE_TEXT)
		ep_spec_complain(rd, map, "words: belongs to a column of text");
	for (const struct ep_yaml *m = map->child; m; m = m->next) {
		struct ep_words words = { 0 };

		ep_spec_words_of(rd, m, &words);
		for (size_t i = 0; i < words.n; i++)
			EP_VEC_ADD(&field->words) = (struct ep_pair){
				words.v[i], ep_strdup(m->key)
			};
		ep_vec_release(&words);
	}
}

static int compare_words(const void *pa, const void *pb)
{
	return strcmp(*(char *const *)pa, *(char *const *)pb);
}

bool ep_spec_read_field(struct ep_spec_reader *rd, const struct ep_yaml *node,
			const struct ep_column *column,
			struct ep_spec_field *field)
{
	int as = EP_AS_TEXT;

	field->line = node->line;
	field->absent_value = -1;
	field->other_value = -1;
	if (column && column->type == EP_TYPE_INT)
		as = EP_AS_INT;
	if (node->type == EP_YAML_MAP) {
		known_keys(rd, node, column);
		read_source(rd, node, field);
		as = ep_spec_choice(rd, node, "as", convert_words, as);
		field->mark = ep_spec_text(rd, node, "mark");
		ep_spec_words(rd, node, "none", &field->none);
		read_words(rd, node, column, field);
		ep_spec_words(rd, node, "pick", &field->pick);
		/* attr is canonical: its members are written in this order. */
		if (!column && field->pick.n)
			qsort(field->pick.v, field->pick.n,
			      sizeof(field->pick.v[0]), compare_words);
		if (ep_yaml_get(node, "optional"))
			field->optional = ep_spec_bool(rd, node, "optional");
	} else if (node->type == EP_YAML_SCALAR && node->text) {
		EP_VEC_ADD(&field->path) = ep_strdup(node->text);
	} else {
		ep_spec_complain(rd, node, "a field is a path or a mapping");
		return false;
	}
	field->as = (enum ep_convert)as;
	check_mark(rd, node, field);
	if (column)
		check_column(rd, node, column, field);
	if (column && column->enumeration)
		read_enum(rd, node, column, field);
	return true;
}
