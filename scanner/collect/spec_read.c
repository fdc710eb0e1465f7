/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small readers of connector files: every complaint goes to the diagnostics
 * with its place, and reading goes on, so that one load shows all of them.
 */
#include "collect/spec_read.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "ext/json.h"

#define NAME_MAX 64

EP_PRINTF(4, 0)
static void complain_at(const struct ep_spec_reader *rd, int line, int col,
			const char *fmt, va_list ap)
{
	char msg[EP_ERR_MSG_MAX];

	if (vsnprintf(msg, sizeof(msg), fmt, ap) < 0)
		msg[0] = '\0';
	ep_diag_add(rd->diag, rd->file, line, col, "%s", msg);
}

void ep_spec_complain(const struct ep_spec_reader *rd,
		      const struct ep_yaml *at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain_at(rd, at->line, at->col, fmt, ap);
	va_end(ap);
}

void ep_spec_complain_line(const struct ep_spec_reader *rd, int line,
			   const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain_at(rd, line, line ? 1 : 0, fmt, ap);
	va_end(ap);
}

bool ep_spec_is_map(const struct ep_spec_reader *rd, const struct ep_yaml *node,
		    const char *what)
{
	if (node->type == EP_YAML_MAP)
		return true;
	ep_spec_complain(rd, node, "%s must be a mapping of keys", what);
	return false;
}

const struct ep_yaml *ep_spec_map(const struct ep_spec_reader *rd,
				  const struct ep_yaml *map, const char *key)
{
	const struct ep_yaml *m = ep_yaml_get(map, key);

	if (!m || !ep_spec_is_map(rd, m, key))
		return NULL;
	return m;
}

const struct ep_yaml *ep_spec_list(const struct ep_spec_reader *rd,
				   const struct ep_yaml *map, const char *key)
{
	const struct ep_yaml *m = ep_yaml_get(map, key);

	if (!m)
		return NULL;
	if (m->type == EP_YAML_LIST)
		return m;
	ep_spec_complain(rd, m, "%s must be a list", key);
	return NULL;
}

char *ep_spec_text(const struct ep_spec_reader *rd, const struct ep_yaml *map,
		   const char *key)
{
	const char *s;

	if (!ep_yaml_str(map, key, rd->file, rd->diag, &s))
		return NULL;
	return ep_strdup(s);
}

char *ep_spec_must(const struct ep_spec_reader *rd, const struct ep_yaml *map,
		   const char *key, const char *what)
{
	if (!ep_yaml_get(map, key))
		ep_spec_complain(rd, map, "%s needs %s:", what, key);
	return ep_spec_text(rd, map, key);
}

char *ep_spec_json_path(const struct ep_spec_reader *rd,
			const struct ep_yaml *map, const char *key)
{
	char *path = ep_spec_text(rd, map, key);

	if (path && !ep_spec_field_path_valid(path))
		ep_spec_complain(rd, ep_yaml_get(map, key),
				 "%s: \"%.200s\" is no path; write names with "
				 "dots between, odd names in double quotes",
				 key, path);
	return path;
}

void ep_spec_words_of(const struct ep_spec_reader *rd,
		      const struct ep_yaml *node, struct ep_words *to)
{
	const struct ep_yaml *m = node;

	if (node->type == EP_YAML_LIST)
		m = node->child;
	for (; m; m = node->type == EP_YAML_LIST ? m->next : NULL) {
		if (m->type != EP_YAML_SCALAR || !m->text) {
			ep_spec_complain(rd, m, "a text is expected here");
			continue;
		}
		EP_VEC_ADD(to) = ep_strdup(m->text);
	}
}

void ep_spec_words(const struct ep_spec_reader *rd, const struct ep_yaml *map,
		   const char *key, struct ep_words *to)
{
	const struct ep_yaml *m = ep_yaml_get(map, key);

	if (m)
		ep_spec_words_of(rd, m, to);
}

void ep_spec_pairs(const struct ep_spec_reader *rd, const struct ep_yaml *map,
		   const char *key, struct ep_pairs *to)
{
	const struct ep_yaml *m = ep_spec_map(rd, map, key);

	if (!m)
		return;
	for (const struct ep_yaml *p = m->child; p; p = p->next) {
		if (p->type != EP_YAML_SCALAR || !p->text) {
			ep_spec_complain(rd, p, "%s: %.100s must be a text",
					 key, p->key);
			continue;
		}
		EP_VEC_ADD(to) = (struct ep_pair){ ep_strdup(p->key),
						   ep_strdup(p->text) };
	}
}

bool ep_spec_bool(const struct ep_spec_reader *rd, const struct ep_yaml *map,
		  const char *key)
{
	bool value = false;

	if (!ep_yaml_bool(map, key, rd->file, rd->diag, &value))
		return false;
	return value;
}

void ep_spec_int(const struct ep_spec_reader *rd, const struct ep_yaml *map,
		 const char *key, int64_t min, int64_t max, int64_t *ret)
{
	int64_t value;

	if (ep_yaml_int(map, key, rd->file, rd->diag, min, max, &value))
		*ret = value;
}

int ep_spec_choice(const struct ep_spec_reader *rd, const struct ep_yaml *map,
		   const char *key, const char *const *words, int fallback)
{
	const char *s;
	const char *near;

	if (!ep_yaml_str(map, key, rd->file, rd->diag, &s))
		return fallback;
	for (int i = 0; words[i]; i++) {
		if (ep_str_eq(words[i], s))
			return i;
	}
	near = ep_str_nearest(s, words);
	ep_spec_complain(rd, ep_yaml_get(map, key),
			 "%s: \"%.100s\" is not among its words%s%s%s", key, s,
			 near ? "; did you mean \"" : "", near ? near : "",
			 near ? "\"?" : "");
	return fallback;
}

bool ep_spec_name_valid(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-");

	return n > 0 && n <= NAME_MAX && !name[n] && *name != '-';
}

bool ep_spec_field_path_valid(const char *path)
{
	if (ep_str_eq(path, ".") || ep_str_eq(path, "^name"))
		return true;
	if (ep_str_starts(path, "^."))
		path += 2;
	return *path && ep_json_path_valid(path);
}

void ep_spec_words_release(struct ep_words *words)
{
	for (size_t i = 0; i < words->n; i++)
		ep_free(words->v[i]);
	ep_vec_release(words);
}

void ep_spec_pairs_release(struct ep_pairs *pairs)
{
	for (size_t i = 0; i < pairs->n; i++) {
		ep_free(pairs->v[i].name);
		ep_free(pairs->v[i].value);
	}
	ep_vec_release(pairs);
}
