/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The small readers of configuration files: texts, paths, times, lists.
 */
#include "model/config_read.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"

void ep_config_complain(const struct ep_config_reader *rd,
			const struct ep_yaml *at, const char *fmt, ...)
{
	char msg[EP_ERR_MSG_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	ep_diag_add(rd->diag, rd->file, at ? at->line : 0, at ? at->col : 0,
		    "%s", msg);
}

char *ep_config_text(const struct ep_config_reader *rd,
		     const struct ep_yaml *map, const char *key)
{
	const char *s;

	if (!ep_yaml_str(map, key, rd->file, rd->diag, &s))
		return NULL;
	return ep_strdup(s);
}

char *ep_config_must(const struct ep_config_reader *rd,
		     const struct ep_yaml *map, const char *key,
		     const char *what)
{
	char *text = ep_config_text(rd, map, key);

	if (text && *text)
		return text;
	if (!ep_yaml_get(map, key) || text)
		ep_config_complain(rd, map, "%s needs '%s'", what, key);
	ep_free(text);
	return ep_strdup("");
}

char *ep_config_path(const struct ep_config_reader *rd,
		     const struct ep_yaml *map, const char *key)
{
	EP_AUTO_FREE char *text = ep_config_text(rd, map, key);

	return text ? ep_file_join(rd->folder, text) : NULL;
}

void ep_config_settings(const struct ep_config_reader *rd,
			const struct ep_yaml *map, const char *key,
			struct ep_settings *to)
{
	const struct ep_yaml *node = ep_yaml_get(map, key);
	const struct ep_yaml *child;

	if (!node)
		return;
	if (node->type != EP_YAML_MAP) {
		ep_config_complain(rd, node, "'%s' must be a mapping", key);
		return;
	}
	for (child = node->child; child; child = child->next) {
		if (child->type != EP_YAML_SCALAR || !child->text) {
			ep_config_complain(rd, child, "'%s' must be a text",
					   child->key);
			continue;
		}
		EP_VEC_ADD(to) = (struct ep_setting){
			.name = ep_strdup(child->key),
			.value = ep_strdup(child->text),
		};
	}
}

void ep_config_settings_release(struct ep_settings *settings)
{
	for (size_t i = 0; i < settings->n; i++) {
		ep_free(settings->v[i].name);
		ep_free(settings->v[i].value);
	}
	ep_vec_release(settings);
}

void ep_config_words(const struct ep_config_reader *rd,
		     const struct ep_yaml *map, const char *key,
		     struct ep_words *to)
{
	const struct ep_yaml *node = ep_yaml_get(map, key);
	const struct ep_yaml *child;

	if (!node)
		return;
	if (node->type == EP_YAML_SCALAR && node->text) {
		EP_VEC_ADD(to) = ep_strdup(node->text);
		return;
	}
	if (node->type != EP_YAML_LIST) {
		ep_config_complain(rd, node, "'%s' must be a list", key);
		return;
	}
	for (child = node->child; child; child = child->next) {
		if (child->type == EP_YAML_SCALAR && child->text)
			EP_VEC_ADD(to) = ep_strdup(child->text);
		else
			ep_config_complain(rd, child,
					   "'%s' must hold texts only", key);
	}
}

int64_t ep_config_time(const struct ep_config_reader *rd,
		       const struct ep_yaml *map, const char *key)
{
	const char *s;
	int64_t t;

	if (!ep_yaml_str(map, key, rd->file, rd->diag, &s))
		return 0;
	if (ep_time_iso(s, false, &t))
		return t;
	ep_config_complain(rd, ep_yaml_get(map, key),
			   "'%s' must be a date (2026-12-31) or a time "
			   "(2026-12-31T17:00:00Z)",
			   key);
	return 0;
}

const struct ep_yaml *ep_config_list(const struct ep_config_reader *rd,
				     const struct ep_yaml *map,
				     const char *key)
{
	const struct ep_yaml *node = ep_yaml_get(map, key);

	if (!node)
		return NULL;
	if (node->type != EP_YAML_LIST) {
		ep_config_complain(rd, node, "'%s' must be a list", key);
		return NULL;
	}
	return node->child;
}
