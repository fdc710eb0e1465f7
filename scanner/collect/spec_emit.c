/* SPDX-License-Identifier: Apache-2.0 */
/*
 * emit: of a connector, the rows that one record becomes.
 */
#include "collect/spec_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

static bool in_words(const struct ep_words *words, const char *s)
{
	for (size_t i = 0; i < words->n; i++) {
		if (ep_str_eq(words->v[i], s))
			return true;
	}
	return false;
}

static void check_path(struct ep_spec_reader *rd, int line,
		       const struct ep_spec_columns *columns, const char *path)
{
	if (!columns) {
		if (!ep_spec_field_path_valid(path))
			ep_spec_complain_line(rd, line,
					      "\"%.200s\" is no path", path);
		return;
	}
	if (!ep_str_eq(path, ".") && !in_words(columns->must, path) &&
	    !in_words(columns->may, path))
		ep_spec_complain_line(rd, line,
				      "\"%.200s\" is none of the columns",
				      path);
}

static void check_field_paths(struct ep_spec_reader *rd,
			      const struct ep_spec_columns *columns,
			      struct ep_spec_field *field)
{
	for (size_t i = 0; i < field->path.n; i++)
		check_path(rd, field->line, columns, field->path.v[i]);
	for (size_t i = 0; i < field->join.n; i++) {
		if (field->join.v[i][0] != '=')
			check_path(rd, field->line, columns, field->join.v[i]);
	}
	/* A column that may be missing in the file may be absent in a row. */
	for (size_t i = 0; columns && i < field->path.n; i++) {
		if (in_words(columns->may, field->path.v[i]))
			field->optional = true;
	}
}

static struct ep_spec_field *add_field(struct ep_spec_emit *emit)
{
	struct ep_spec_field *field = &EP_VEC_ADD(&emit->fields);

	memset(field, 0, sizeof(*field));
	field->column = -1;
	return field;
}

static void read_fields(struct ep_spec_reader *rd, const struct ep_yaml *map,
			const struct ep_spec_columns *columns,
			struct ep_spec_emit *emit)
{
	const struct ep_entity *entity = ep_entity(emit->kind);
	const struct ep_yaml *fields = ep_spec_map(rd, map, "fields");

	if (!fields) {
		ep_spec_complain(rd, map, "emit needs fields:");
		return;
	}
	for (const struct ep_yaml *m = fields->child; m; m = m->next) {
		int column = ep_entity_column(entity, m->key);
		struct ep_spec_field *field;

		if (column < 0) {
			ep_spec_complain(rd, m,
					 "%s has no column \"%.100s\"; other "
					 "members belong under keep:",
					 entity->name, m->key);
			continue;
		}
		field = add_field(emit);
		field->column = column;
		if (ep_spec_read_field(rd, m, &entity->column[column], field))
			check_field_paths(rd, columns, field);
	}
}

/* "attributes.status" is kept as "status". */
static const char *last_name(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && !strchr(path, '"') ? dot + 1 : path;
}

static void read_kept(struct ep_spec_reader *rd, const struct ep_yaml *node,
		      const char *name, const struct ep_spec_columns *columns,
		      struct ep_spec_emit *emit)
{
	struct ep_spec_field *field = add_field(emit);

	field->attr = ep_strdup(name);
	field->optional = true;
	if (ep_spec_read_field(rd, node, NULL, field))
		check_field_paths(rd, columns, field);
}

static void read_keep(struct ep_spec_reader *rd, const struct ep_yaml *map,
		      const struct ep_spec_columns *columns,
		      struct ep_spec_emit *emit)
{
	const struct ep_yaml *list = ep_spec_list(rd, map, "keep");

	for (const struct ep_yaml *m = list ? list->child : NULL; m;
	     m = m->next) {
		if (m->type == EP_YAML_SCALAR && m->text) {
			read_kept(rd, m,
				  columns ? m->text : last_name(m->text),
				  columns, emit);
			continue;
		}
		if (m->type != EP_YAML_MAP) {
			ep_spec_complain(rd, m, "keep lists names");
			continue;
		}
		for (const struct ep_yaml *k = m->child; k; k = k->next)
			read_kept(rd, k, k->key, columns, emit);
	}
}

static int compare_fields(const void *pa, const void *pb)
{
	const struct ep_spec_field *a = pa;
	const struct ep_spec_field *b = pb;

	if ((a->column < 0) != (b->column < 0))
		return a->column < 0 ? 1 : -1;
	if (a->column >= 0)
		return a->column - b->column;
	return strcmp(a->attr, b->attr);
}

static void check_emit(struct ep_spec_reader *rd, const struct ep_yaml *map,
		       const struct ep_spec_emit *emit)
{
	const struct ep_entity *entity = ep_entity(emit->kind);
	bool mapped[EP_COLUMNS_MAX] = { false };

	for (size_t i = 0; i < emit->fields.n; i++) {
		const struct ep_spec_field *f = &emit->fields.v[i];

		if (f->column >= 0)
			mapped[f->column] = true;
		else if (i > 0 && emit->fields.v[i - 1].attr &&
			 ep_str_eq(emit->fields.v[i - 1].attr, f->attr))
			ep_spec_complain_line(rd, f->line,
					      "\"%.100s\" is kept twice",
					      f->attr);
	}
	for (int c = 0; c < entity->columns; c++) {
		if ((entity->column[c].flags & EP_COLUMN_KEY) && !mapped[c])
			ep_spec_complain(rd, map,
					 "%s needs the field %s, which is part "
					 "of its key",
					 entity->name, entity->column[c].name);
	}
}

static void read_when(struct ep_spec_reader *rd, const struct ep_yaml *map,
		      struct ep_spec_emit *emit)
{
	static const char *const keys[] = { "path", "is", NULL };
	const struct ep_yaml *when = ep_yaml_get(map, "when");

	if (!when)
		return;
	if (when->type != EP_YAML_MAP) {
		emit->when = ep_spec_text(rd, map, "when");
		return;
	}
	ep_yaml_known(when, keys, "when", rd->file, rd->diag);
	emit->when = ep_spec_must(rd, when, "path", "when");
	emit->when_is = ep_spec_must(rd, when, "is", "when");
}

static void read_emit(struct ep_spec_reader *rd, const struct ep_yaml *map,
		      const struct ep_spec_columns *columns,
		      struct ep_spec_emit *emit)
{
	static const char *const keys[] = { "kind",   "each", "split",
					    "optional", "when", "fields",
					    "keep",   NULL };
	char *kind = ep_spec_must(rd, map, "kind", "emit");
	int k = kind ? ep_entity_kind(kind) : -1;

	ep_yaml_known(map, keys, "emit", rd->file, rd->diag);
	emit->line = map->line;
	if (k < 0) {
		if (kind)
			ep_spec_complain(rd, map, "\"%.100s\" is no kind of "
					 "exitproof-schema(5)", kind);
		ep_free(kind);
		return;
	}
	ep_free(kind);
	emit->kind = (enum ep_kind)k;
	emit->each = ep_spec_text(rd, map, "each");
	emit->split = ep_spec_text(rd, map, "split");
	emit->each_optional = ep_spec_bool(rd, map, "optional");
	if (emit->each)
		check_path(rd, map->line, columns, emit->each);
	if (emit->split && (strlen(emit->split) != 1 || !emit->each))
		ep_spec_complain(rd, map,
				 "split: is one character and goes with each:");
	read_when(rd, map, emit);
	if (emit->when)
		check_path(rd, map->line, columns, emit->when);
	read_fields(rd, map, columns, emit);
	read_keep(rd, map, columns, emit);
	if (emit->fields.n)
		qsort(emit->fields.v, emit->fields.n, sizeof(emit->fields.v[0]),
		      compare_fields);
	check_emit(rd, map, emit);
}

void ep_spec_read_emits(struct ep_spec_reader *rd, const struct ep_yaml *map,
			const struct ep_spec_columns *columns,
			struct ep_spec_emits *to)
{
	const struct ep_yaml *list = ep_spec_list(rd, map, "emit");

	for (const struct ep_yaml *m = list ? list->child : NULL; m;
	     m = m->next) {
		struct ep_spec_emit *emit;

		if (!ep_spec_is_map(rd, m, "an entry of emit"))
			continue;
		emit = &EP_VEC_ADD(to);
		memset(emit, 0, sizeof(*emit));
		read_emit(rd, m, columns, emit);
	}
}

static void field_release(struct ep_spec_field *field)
{
	ep_free(field->attr);
	ep_spec_words_release(&field->path);
	ep_spec_words_release(&field->join);
	ep_spec_words_release(&field->none);
	ep_spec_words_release(&field->pick);
	ep_spec_pairs_release(&field->words);
	ep_free(field->constant);
	ep_free(field->parent);
	ep_free(field->mark);
	for (size_t i = 0; i < field->map.n; i++)
		ep_free(field->map.v[i].word);
	ep_vec_release(&field->map);
}

void ep_spec_emits_release(struct ep_spec_emits *emits)
{
	for (size_t i = 0; i < emits->n; i++) {
		struct ep_spec_emit *emit = &emits->v[i];

		ep_free(emit->each);
		ep_free(emit->split);
		ep_free(emit->when);
		ep_free(emit->when_is);
		for (size_t k = 0; k < emit->fields.n; k++)
			field_release(&emit->fields.v[k]);
		ep_vec_release(&emit->fields);
	}
	ep_vec_release(emits);
}
