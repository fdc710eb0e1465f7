/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Turns libyaml's events into a tree with positions.  What libyaml would
 * quietly resolve (anchors, aliases, tags, merge keys, repeated keys) is
 * complained about here, because a file that means something else than it
 * shows is how a tenant drops out of an audit unseen.
 */
#include "ext/yaml.h"

#include <string.h>
#include <yaml.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/map.h"
#include "base/str.h"

struct reader {
	yaml_parser_t parser;
	const char *name;
	const char *s;
	struct ep_diag *diag;
	size_t nodes;
};

static void complain(struct reader *r, const yaml_mark_t *at, const char *msg)
{
	ep_diag_add(r->diag, r->name, (int)at->line + 1, (int)at->column + 1,
		    "%s", msg);
}

/* Line and column of a byte, for errors that come without a mark. */
static void complain_byte(const char *name, const char *s, size_t offset,
			  struct ep_diag *diag, const char *msg)
{
	int line = 1;
	int col = 1;

	for (size_t i = 0; i < offset; i++) {
		if (s[i] == '\n') {
			line++;
			col = 1;
		} else if (((unsigned char)s[i] & 0xc0) != 0x80) {
			col++;
		}
	}
	ep_diag_add(diag, name, line, col, "%s", msg);
}

static void complain_syntax(struct reader *r)
{
	const yaml_parser_t *p = &r->parser;
	const char *what = p->problem ? p->problem : "not readable as YAML";

	if (p->error == YAML_READER_ERROR) {
		complain_byte(r->name, r->s, p->problem_offset, r->diag, what);
		return;
	}
	if (!p->context) {
		complain(r, &p->problem_mark, what);
		return;
	}
	ep_diag_add(r->diag, r->name, (int)p->problem_mark.line + 1,
		    (int)p->problem_mark.column + 1, "%s %s", p->context,
		    what);
}

static bool next_event(struct reader *r, yaml_event_t *ret)
{
	if (yaml_parser_parse(&r->parser, ret))
		return true;
	complain_syntax(r);
	return false;
}

static struct ep_yaml *node_new(enum ep_yaml_type type, const yaml_mark_t *at)
{
	struct ep_yaml *node = ep_calloc(1, sizeof(*node));

	node->type = type;
	node->line = (int)at->line + 1;
	node->col = (int)at->column + 1;
	return node;
}

void ep_yaml_free(struct ep_yaml *yaml)
{
	while (yaml) {
		struct ep_yaml *next = yaml->next;

		ep_yaml_free(yaml->child);
		ep_free(yaml->text);
		ep_free(yaml->key);
		ep_free(yaml);
		yaml = next;
	}
}

static void check_decoration(struct reader *r, const yaml_event_t *ev)
{
	const yaml_char_t *anchor = NULL;
	const yaml_char_t *tag = NULL;

	switch (ev->type) {
	case YAML_SCALAR_EVENT:
		anchor = ev->data.scalar.anchor;
		tag = ev->data.scalar.tag;
		break;
	case YAML_SEQUENCE_START_EVENT:
		anchor = ev->data.sequence_start.anchor;
		tag = ev->data.sequence_start.tag;
		break;
	case YAML_MAPPING_START_EVENT:
		anchor = ev->data.mapping_start.anchor;
		tag = ev->data.mapping_start.tag;
		break;
	default:
		break;
	}
	if (anchor)
		complain(r, &ev->start_mark,
			 "anchors (&name) are not accepted; write it out");
	if (tag)
		complain(r, &ev->start_mark,
			 "tags (!name) are not accepted; remove it");
}

static struct ep_yaml *parse_scalar(struct reader *r, const yaml_event_t *ev)
{
	const char *s = (const char *)ev->data.scalar.value;
	size_t n = ev->data.scalar.length;
	struct ep_yaml *node = node_new(EP_YAML_SCALAR, &ev->start_mark);

	node->quoted = ev->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	if (n == 0 && !node->quoted)
		return node;
	if (memchr(s, '\0', n))
		complain(r, &ev->start_mark,
			 "a text cannot hold a NUL character");
	node->text = ep_strndup(s, n);
	return node;
}

static struct ep_yaml *parse_node(struct reader *r, const yaml_event_t *ev,
				  int depth);

/* Reads elements up to the end of the list that has just started. */
static bool parse_elements(struct reader *r, struct ep_yaml *list, int depth)
{
	struct ep_yaml **tail = &list->child;
	yaml_event_t ev;

	while (next_event(r, &ev)) {
		bool end = ev.type == YAML_SEQUENCE_END_EVENT;

		if (!end)
			*tail = parse_node(r, &ev, depth);
		yaml_event_delete(&ev);
		if (end)
			return true;
		if (!*tail)
			return false;
		tail = &(*tail)->next;
		list->n++;
	}
	return false;
}

static void check_key(struct reader *r, const struct ep_yaml *key,
		      const yaml_mark_t *at, struct ep_map *seen)
{
	if (key->type != EP_YAML_SCALAR || !key->text || !*key->text) {
		complain(r, at, "a key must be a plain name");
		return;
	}
	if (!key->quoted && ep_str_eq(key->text, "<<"))
		complain(r, at, "merge keys (<<) are not accepted");
	if (ep_map_set(seen, key->text, r))
		ep_diag_add(r->diag, r->name, (int)at->line + 1,
			    (int)at->column + 1,
			    "key '%.100s' is there twice in one mapping",
			    key->text);
}

/* The value that follows `key`; takes the key's text. */
static struct ep_yaml *parse_value(struct reader *r, struct ep_yaml *key,
				   int depth)
{
	struct ep_yaml *value;
	yaml_event_t ev;

	if (!next_event(r, &ev))
		return NULL;
	value = parse_node(r, &ev, depth);
	yaml_event_delete(&ev);
	if (!value)
		return NULL;
	value->key = key->text ? ep_take(&key->text) : ep_strdup("");
	value->key_line = key->line;
	value->key_col = key->col;
	if (value->type == EP_YAML_SCALAR && !value->text) {
		value->line = key->line;
		value->col = key->col;
	}
	return value;
}

static bool parse_members(struct reader *r, struct ep_yaml *map, int depth,
			  struct ep_map *seen)
{
	struct ep_yaml **tail = &map->child;
	yaml_event_t ev;

	while (next_event(r, &ev)) {
		bool end = ev.type == YAML_MAPPING_END_EVENT;
		yaml_mark_t at = ev.start_mark;
		struct ep_yaml *key;

		key = end ? NULL : parse_node(r, &ev, depth);
		yaml_event_delete(&ev);
		if (!key)
			return end;
		check_key(r, key, &at, seen);
		*tail = parse_value(r, key, depth);
		ep_yaml_free(key);
		if (!*tail)
			return false;
		tail = &(*tail)->next;
		map->n++;
	}
	return false;
}

static struct ep_yaml *parse_container(struct reader *r,
				       const yaml_event_t *ev, int depth)
{
	bool is_map = ev->type == YAML_MAPPING_START_EVENT;
	struct ep_yaml *node = node_new(is_map ? EP_YAML_MAP : EP_YAML_LIST,
					&ev->start_mark);
	bool ok;

	if (is_map) {
		struct ep_map seen;

		ep_map_init(&seen);
		ok = parse_members(r, node, depth + 1, &seen);
		ep_map_release(&seen, NULL);
	} else {
		ok = parse_elements(r, node, depth + 1);
	}
	if (ok)
		return node;
	ep_yaml_free(node);
	return NULL;
}

/* NULL ends the parse; why is in diag. */
static struct ep_yaml *parse_node(struct reader *r, const yaml_event_t *ev,
				  int depth)
{
	if (++r->nodes > EP_YAML_NODES_MAX) {
		complain(r, &ev->start_mark,
			 "too many values in one file (EP_YAML_NODES_MAX)");
		return NULL;
	}
	if (depth > EP_YAML_DEPTH_MAX) {
		complain(r, &ev->start_mark,
			 "nested too deeply (EP_YAML_DEPTH_MAX)");
		return NULL;
	}
	check_decoration(r, ev);
	switch (ev->type) {
	case YAML_SCALAR_EVENT:
		return parse_scalar(r, ev);
	case YAML_ALIAS_EVENT:
		complain(r, &ev->start_mark,
			 "aliases (*name) are not accepted; write it out");
		return node_new(EP_YAML_SCALAR, &ev->start_mark);
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		return parse_container(r, ev, depth);
	default:
		complain(r, &ev->start_mark, "not expected here");
		return NULL;
	}
}

static void check_directives(struct reader *r, const yaml_event_t *ev)
{
	if (ev->data.document_start.version_directive ||
	    ev->data.document_start.tag_directives.start !=
		    ev->data.document_start.tag_directives.end)
		complain(r, &ev->start_mark,
			 "directives (%YAML, %TAG) are not accepted");
}

/* What stands after the document: nothing, or a complaint.  False when the
 * rest cannot be read: then the file as a whole was not understood. */
static bool parse_tail(struct reader *r)
{
	yaml_event_t ev;
	bool end = false;

	while (!end) {
		if (!next_event(r, &ev))
			return false;
		end = ev.type == YAML_STREAM_END_EVENT;
		if (ev.type == YAML_DOCUMENT_START_EVENT) {
			complain(r, &ev.start_mark,
				 "one document per file; remove what follows");
			end = true;
		}
		yaml_event_delete(&ev);
	}
	return true;
}

static struct ep_yaml *parse_document(struct reader *r)
{
	struct ep_yaml *root = NULL;
	yaml_event_t ev;
	bool ended = false;

	while (!root && !ended && next_event(r, &ev)) {
		switch (ev.type) {
		case YAML_STREAM_START_EVENT:
			break;
		case YAML_DOCUMENT_START_EVENT:
			check_directives(r, &ev);
			break;
		case YAML_STREAM_END_EVENT:
			complain(r, &ev.start_mark, "the file is empty");
			ended = true;
			break;
		default:
			root = parse_node(r, &ev, 0);
			ended = true;
			break;
		}
		yaml_event_delete(&ev);
	}
	if (root && parse_tail(r))
		return root;
	ep_yaml_free(root);
	return NULL;
}

/* The first byte that is no part of valid UTF-8. */
static size_t first_invalid(const char *s, size_t n)
{
	size_t at = 0;
	uint32_t cp;

	while (at < n) {
		size_t used = ep_utf8_next(s + at, n - at, &cp);

		if (used == 0)
			break;
		at += used;
	}
	return at;
}

struct ep_yaml *ep_yaml_text(const char *name, const char *s, size_t n,
			     struct ep_diag *diag)
{
	struct reader r = { .name = name, .s = s, .diag = diag };
	struct ep_yaml *root;

	if (n > EP_FILE_BYTES_MAX) {
		ep_diag_add(diag, name, 0, 0,
			    "larger than %d bytes (EP_FILE_BYTES_MAX)",
			    EP_FILE_BYTES_MAX);
		return NULL;
	}
	if (!ep_utf8_valid(s, n)) {
		complain_byte(name, s, first_invalid(s, n), diag,
			      "not UTF-8; save the file as UTF-8");
		return NULL;
	}
	if (!yaml_parser_initialize(&r.parser)) {
		ep_diag_add(diag, name, 0, 0, "libyaml cannot start");
		return NULL;
	}
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)s, n);
	root = parse_document(&r);
	yaml_parser_delete(&r.parser);
	return root;
}

struct ep_yaml *ep_yaml_file(const char *path, struct ep_diag *diag)
{
	struct ep_err err = EP_ERR_INIT;
	struct ep_yaml *root = NULL;
	struct ep_buf buf;

	ep_buf_init(&buf, EP_FILE_BYTES_MAX);
	if (ep_file_read(path, EP_FILE_BYTES_MAX, &buf, &err) < 0)
		ep_diag_add(diag, path, 0, 0, "%s", err.msg);
	else
		root = ep_yaml_text(path, buf.s ? buf.s : "", buf.len, diag);
	ep_buf_release(&buf);
	return root;
}
