/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One row of a test world on its way into the store.
 */
#include "check/world.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/str.h"
#include "ext/json.h"
#include "model/sink.h"

struct row_reader {
	const struct ep_world *world;
	const struct ep_yaml *node;	/* of the member being read */
	struct ep_row row;
	struct ep_words owned;
	char *attr;
};

static int wrong(const struct row_reader *rd, const char *msg,
		 struct ep_err *err)
{
	return ep_err_set(err, EP_EDATA, "%s:%d:%d: %s: %s", rd->world->file,
			  rd->node->line, rd->node->col,
			  rd->node->key ? rd->node->key : "row", msg);
}

static bool is_null(const struct ep_yaml *node)
{
	return !node->text || (!node->quoted && ep_str_eq(node->text, "null"));
}

/* --- attr --------------------------------------------------------------- */

static void add_json(struct ep_buf *out, const struct ep_yaml *node);

static void add_members(struct ep_buf *out, const struct ep_yaml *node)
{
	bool map = node->type == EP_YAML_MAP;

	ep_buf_addc(out, map ? '{' : '[');
	for (const struct ep_yaml *it = node->child; it; it = it->next) {
		if (it != node->child)
			ep_buf_addc(out, ',');
		if (map) {
			ep_json_quote(out, it->key);
			ep_buf_addc(out, ':');
		}
		add_json(out, it);
	}
	ep_buf_addc(out, map ? '}' : ']');
}

static void add_json(struct ep_buf *out, const struct ep_yaml *node)
{
	int64_t number;

	if (node->type != EP_YAML_SCALAR)
		add_members(out, node);
	else if (is_null(node))
		ep_buf_adds(out, "null");
	else if (!node->quoted && (ep_str_int(node->text, &number) ||
				   ep_str_eq(node->text, "true") ||
				   ep_str_eq(node->text, "false")))
		ep_buf_adds(out, node->text);
	else
		ep_json_quote(out, node->text);
}

static int read_attr(struct row_reader *rd, struct ep_err *err)
{
	struct ep_json *json = NULL;
	struct ep_buf text;
	int rc;

	if (rd->node->type != EP_YAML_MAP)
		return wrong(rd, "expected a mapping", err);
	ep_buf_init(&text, EP_ATTR_BYTES_MAX);
	add_json(&text, rd->node);
	rc = ep_json_parse(text.s, text.len, &json, NULL, err);
	if (rc == 0) {
		ep_buf_clear(&text);
		ep_json_canon(&text, json);
		rd->attr = ep_buf_take(&text);
		rd->row.attr = rd->attr;
		ep_json_free(json);
	}
	ep_buf_release(&text);
	return rc;
}

/* --- columns ------------------------------------------------------------ */

static char *own(struct row_reader *rd, const char *text)
{
	return EP_VEC_ADD(&rd->owned) = ep_strdup(text);
}

static int read_number(struct row_reader *rd, const struct ep_column *column,
		       struct ep_cell *cell, struct ep_err *err)
{
	const char *text = rd->node->text;

	if (ep_str_int(text, &cell->number))
		return 0;
	if (column->type == EP_TYPE_TIME &&
	    ep_time_iso(text, false, &cell->number))
		return 0;
	return wrong(rd, column->type == EP_TYPE_TIME
			     ? "expected a time like 2026-11-17T02:00:00Z"
			     : "expected a whole number", err);
}

static int read_cell(struct row_reader *rd, const struct ep_column *column,
		     struct ep_cell *cell, struct ep_err *err)
{
	const char *text = rd->node->text;

	if (rd->node->type != EP_YAML_SCALAR)
		return wrong(rd, "expected one value", err);
	if (is_null(rd->node)) {
		cell->state = EP_CELL_NULL;
		return 0;
	}
	cell->state = EP_CELL_VALUE;
	switch (column->type) {
	case EP_TYPE_TIME:
	case EP_TYPE_INT:
		return read_number(rd, column, cell, err);
	case EP_TYPE_ENUM:
		if (ep_enum_value(column->enumeration, text) < 0)
			return wrong(rd, "no word of this enumeration", err);
		cell->text = text;
		cell->word = text;
		return 0;
	case EP_TYPE_ADDRESS:
		cell->text = own(rd, text);
		ep_str_lower(rd->owned.v[rd->owned.n - 1]);
		return 0;
	case EP_TYPE_TEXT:
	default:
		cell->text = text;
		return 0;
	}
}

/* "state_word: FROZEN" beside the enumeration's own word. */
static int read_word(struct row_reader *rd, const struct ep_entity *entity,
		     struct ep_err *err)
{
	size_t n = strlen(rd->node->key);
	EP_AUTO_FREE char *name = NULL;
	int column;

	if (!ep_str_ends(rd->node->key, "_word"))
		return wrong(rd, "no such column", err);
	name = ep_strndup(rd->node->key, n - 5);
	column = ep_entity_column(entity, name);
	if (column < 0 || entity->column[column].type != EP_TYPE_ENUM)
		return wrong(rd, "no such column", err);
	rd->row.cell[column].word = rd->node->text;
	return 0;
}

static int read_columns(struct row_reader *rd, const struct ep_yaml *map,
			struct ep_err *err)
{
	const struct ep_entity *entity = ep_entity(rd->row.kind);
	int rc = 0;

	for (rd->node = map->child; rc == 0 && rd->node;
	     rd->node = rd->node->next) {
		int column = ep_entity_column(entity, rd->node->key);

		if (ep_str_eq(rd->node->key, "attr"))
			rc = read_attr(rd, err);
		else if (column >= 0)
			rc = read_cell(rd, &entity->column[column],
				       &rd->row.cell[column], err);
		else
			rc = read_word(rd, entity, err);
	}
	return rc;
}

static int read_row(struct row_reader *rd, struct ep_err *err)
{
	const struct ep_yaml *only = rd->node->child;
	int kind;

	if (rd->node->type != EP_YAML_MAP || !only || only->next ||
	    only->type != EP_YAML_MAP)
		return wrong(rd, "expected {entity: {column: value}}", err);
	kind = ep_entity_kind(only->key);
	if (kind < 0)
		return wrong(rd, "no such entity", err);
	rd->row.kind = (enum ep_kind)kind;
	/* An empty scope is the whole tenant; connectors say so too. */
	if (kind == EP_KIND_role) {
		int scope = ep_entity_column(ep_entity(EP_KIND_role), "scope");

		rd->row.cell[scope].state = EP_CELL_VALUE;
		rd->row.cell[scope].text = "";
	}
	return read_columns(rd, only, err);
}

int ep_world_row(const struct ep_world *world, const struct ep_yaml *row,
		 const struct ep_sink *sink, void *dataset,
		 struct ep_err *err)
{
	struct row_reader rd = { .world = world, .node = row };
	bool repeat;
	int rc = read_row(&rd, err);

	if (rc == 0)
		rc = sink->row(sink->to, dataset, &rd.row, &repeat, err);
	ep_words_release(&rd.owned);
	ep_free(rd.attr);
	return rc;
}
