/* SPDX-License-Identifier: Apache-2.0 */
/* YAML into a tree, by parser events; see the header. */
#include "world/yaml.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "util/buf.h"

/* A world is written by hand: deeper nesting or a larger file is a slip. */
#define DEPTH_MAX 32
#define BYTES_MAX (64 * 1024 * 1024)

struct reader {
	yaml_parser_t p;
	yaml_event_t e;
	const char *name;
	char *msg;
};

static bool complain(struct reader *r, const yaml_mark_t *at, const char *what)
{
	if (!r->msg[0])
		snprintf(r->msg, ES_MSG_MAX, "%s:%zu:%zu: %s", r->name,
			 at->line + 1, at->column + 1, what);
	return false;
}

static bool next(struct reader *r)
{
	yaml_event_delete(&r->e);
	if (yaml_parser_parse(&r->p, &r->e))
		return true;
	return complain(r, &r->p.problem_mark,
			r->p.problem ? r->p.problem : "not YAML");
}

static bool looks_number(const char *s)
{
	size_t digits;

	if (*s == '-')
		s++;
	digits = strspn(s, "0123456789");
	if (!digits || (digits > 1 && *s == '0'))
		return false;
	s += digits;
	if (*s == '.') {
		digits = strspn(++s, "0123456789");
		if (!digits)
			return false;
		s += digits;
	}
	return !*s;
}

static cJSON *scalar(struct reader *r)
{
	const char *s = (const char *)r->e.data.scalar.value;

	if (r->e.data.scalar.anchor || r->e.data.scalar.tag) {
		complain(r, &r->e.start_mark, "anchors and tags are not used");
		return NULL;
	}
	if (r->e.data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return cJSON_CreateString(s);
	if (!*s || !strcmp(s, "null") || !strcmp(s, "~"))
		return cJSON_CreateNull();
	if (!strcmp(s, "true") || !strcmp(s, "false"))
		return cJSON_CreateBool(*s == 't');
	if (looks_number(s))
		return cJSON_CreateNumber(strtod(s, NULL));
	return cJSON_CreateString(s);
}

static cJSON *value(struct reader *r, int depth);

static bool member(struct reader *r, cJSON *to, int depth)
{
	char key[256];
	cJSON *item;

	if (r->e.type != YAML_SCALAR_EVENT || r->e.data.scalar.anchor)
		return complain(r, &r->e.start_mark, "a key must be text");
	snprintf(key, sizeof(key), "%s", (char *)r->e.data.scalar.value);
	if (cJSON_GetObjectItemCaseSensitive(to, key))
		return complain(r, &r->e.start_mark, "this key is repeated");
	if (!next(r))
		return false;
	item = value(r, depth + 1);
	if (!item)
		return false;
	cJSON_AddItemToObject(to, key, item);
	return next(r);
}

static bool element(struct reader *r, cJSON *to, int depth)
{
	cJSON *item = value(r, depth + 1);

	if (!item)
		return false;
	cJSON_AddItemToArray(to, item);
	return next(r);
}

/* The members of a mapping or sequence up to its end event. */
static cJSON *collection(struct reader *r, int depth, bool map)
{
	yaml_event_type_t end = map ? YAML_MAPPING_END_EVENT :
				      YAML_SEQUENCE_END_EVENT;
	cJSON *to = map ? cJSON_CreateObject() : cJSON_CreateArray();
	bool ok = next(r);

	while (ok && r->e.type != end)
		ok = map ? member(r, to, depth) : element(r, to, depth);
	if (ok)
		return to;
	cJSON_Delete(to);
	return NULL;
}

/* The value that starts with the current event; ends on its last event. */
static cJSON *value(struct reader *r, int depth)
{
	if (depth > DEPTH_MAX) {
		complain(r, &r->e.start_mark, "nested too deeply");
		return NULL;
	}
	switch (r->e.type) {
	case YAML_SCALAR_EVENT:
		return scalar(r);
	case YAML_MAPPING_START_EVENT:
		return collection(r, depth, true);
	case YAML_SEQUENCE_START_EVENT:
		return collection(r, depth, false);
	default:
		complain(r, &r->e.start_mark, "aliases are not used");
		return NULL;
	}
}

cJSON *es_yaml_text(const char *text, size_t n, const char *name,
		    char msg[ES_MSG_MAX])
{
	struct reader r = { .name = name, .msg = msg };
	cJSON *tree = NULL;

	msg[0] = '\0';
	if (!yaml_parser_initialize(&r.p))
		return NULL;
	yaml_parser_set_input_string(&r.p, (const unsigned char *)text, n);
	if (next(&r) && next(&r)) {
		if (r.e.type == YAML_DOCUMENT_START_EVENT && next(&r))
			tree = value(&r, 0);
		else
			complain(&r, &r.e.start_mark, "empty document");
	}
	yaml_event_delete(&r.e);
	yaml_parser_delete(&r.p);
	return tree;
}

cJSON *es_yaml_file(const char *path, char msg[ES_MSG_MAX])
{
	struct es_buf text = ES_BUF_INIT;
	char part[65536];
	cJSON *tree = NULL;
	FILE *f = fopen(path, "re");
	size_t n;

	if (!f) {
		snprintf(msg, ES_MSG_MAX, "%s: %s", path, strerror(errno));
		return NULL;
	}
	while ((n = fread(part, 1, sizeof(part), f)) > 0 &&
	       text.len < BYTES_MAX)
		es_buf_add(&text, part, n);
	if (ferror(f) || text.len >= BYTES_MAX)
		snprintf(msg, ES_MSG_MAX, "%s: cannot be read whole", path);
	else
		tree = es_yaml_text(es_buf_text(&text), text.len, path, msg);
	fclose(f);
	es_buf_release(&text);
	return tree;
}
