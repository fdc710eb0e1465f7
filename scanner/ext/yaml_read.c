/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Typed reading of a YAML tree: the reader says what it wants, a scalar that
 * does not look like it is a complaint with its position, never a guess.
 */
#include "ext/yaml.h"

#include <inttypes.h>

#include "base/str.h"

struct ep_yaml *ep_yaml_get(const struct ep_yaml *map, const char *key)
{
	if (!map || map->type != EP_YAML_MAP)
		return NULL;
	for (struct ep_yaml *m = map->child; m; m = m->next)
		if (ep_str_eq(m->key, key))
			return m;
	return NULL;
}

/* The member as a scalar with a value; complains when it is something else.
 * NULL without a complaint when it is absent. */
static const struct ep_yaml *scalar(const struct ep_yaml *map, const char *key,
				    const char *file, struct ep_diag *diag)
{
	const struct ep_yaml *m = ep_yaml_get(map, key);

	if (!m)
		return NULL;
	if (m->type != EP_YAML_SCALAR) {
		ep_diag_add(diag, file, m->line, m->col,
			    "'%s' must be one value, not a %s", key,
			    m->type == EP_YAML_MAP ? "mapping" : "list");
		return NULL;
	}
	if (!m->text) {
		ep_diag_add(diag, file, m->line, m->col,
			    "'%s' has no value; give one or remove the key",
			    key);
		return NULL;
	}
	return m;
}

static bool is_null_word(const char *s)
{
	return ep_str_eq(s, "~") || ep_str_eqcase(s, "null");
}

bool ep_yaml_str(const struct ep_yaml *map, const char *key, const char *file,
		 struct ep_diag *diag, const char **ret)
{
	const struct ep_yaml *m = scalar(map, key, file, diag);

	if (!m)
		return false;
	if (!m->quoted && is_null_word(m->text)) {
		ep_diag_add(diag, file, m->line, m->col,
			    "'%s': write %s in quotes if you mean the text, "
			    "else remove the key", key, m->text);
		return false;
	}
	*ret = m->text;
	return true;
}

/* No leading zeros: YAML 1.1 reads 010 as eight, YAML 1.2 as ten. */
static bool plain_int(const struct ep_yaml *m, int64_t *ret)
{
	const char *digits = m->text[0] == '-' ? m->text + 1 : m->text;

	if (m->quoted || (digits[0] == '0' && digits[1]))
		return false;
	return ep_str_int(m->text, ret);
}

bool ep_yaml_int(const struct ep_yaml *map, const char *key, const char *file,
		 struct ep_diag *diag, int64_t min, int64_t max, int64_t *ret)
{
	const struct ep_yaml *m = scalar(map, key, file, diag);
	int64_t value;

	if (!m)
		return false;
	if (!plain_int(m, &value)) {
		ep_diag_add(diag, file, m->line, m->col,
			    "'%s' must be a whole number in plain digits",
			    key);
		return false;
	}
	if (value < min || value > max) {
		ep_diag_add(diag, file, m->line, m->col,
			    "'%s' must be from %" PRId64 " to %" PRId64, key,
			    min, max);
		return false;
	}
	*ret = value;
	return true;
}

bool ep_yaml_bool(const struct ep_yaml *map, const char *key, const char *file,
		  struct ep_diag *diag, bool *ret)
{
	const struct ep_yaml *m = scalar(map, key, file, diag);

	if (!m)
		return false;
	if (!m->quoted && ep_str_bool(m->text, ret))
		return true;
	ep_diag_add(diag, file, m->line, m->col,
		    "'%s' must be true or false, without quotes", key);
	return false;
}

static bool in_list(const char *key, const char *const *keys)
{
	for (size_t i = 0; keys[i]; i++)
		if (ep_str_eq(key, keys[i]))
			return true;
	return false;
}

void ep_yaml_known(const struct ep_yaml *map, const char *const *keys,
		   const char *what, const char *file, struct ep_diag *diag)
{
	const char *near;

	if (!map || map->type != EP_YAML_MAP)
		return;
	for (const struct ep_yaml *m = map->child; m; m = m->next) {
		if (in_list(m->key, keys))
			continue;
		near = ep_str_nearest(m->key, keys);
		if (near)
			ep_diag_add(diag, file, m->key_line, m->key_col,
				    "unknown key '%.100s' in %s; did you mean "
				    "'%s'?", m->key, what, near);
		else
			ep_diag_add(diag, file, m->key_line, m->key_col,
				    "unknown key '%.100s' in %s", m->key,
				    what);
	}
}
