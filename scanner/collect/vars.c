/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Look-up of names, from the narrowest meaning to the widest.
 */
#include "collect/vars.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "collect/mapper.h"

void ep_vars_init(struct ep_vars *vars, const struct ep_spec *spec,
		  const struct ep_connection *connection)
{
	memset(vars, 0, sizeof(*vars));
	vars->spec = spec;
	vars->connection = connection;
	ep_buf_init(&vars->value, EP_FILE_BYTES_MAX);
}

void ep_vars_release(struct ep_vars *vars)
{
	if (vars->value.cap)
		ep_wipe(vars->value.s, vars->value.cap);
	ep_buf_release(&vars->value);
}

static const char *secret_value(struct ep_vars *vars, const char *name)
{
	const struct ep_config_credential *credential = vars->credential;
	const char *text;
	size_t n;

	for (size_t i = 0; i < credential->secrets.n; i++) {
		if (!ep_str_eq(credential->secrets.v[i].name, name))
			continue;
		if (ep_secret_get(credential->secrets.v[i].secret, false, &text,
				  &n, &vars->err) < 0)
			return NULL;
		ep_buf_clear(&vars->value);
		ep_buf_add(&vars->value, text, n);
		return vars->value.s;
	}
	return NULL;
}

static const char *of_connection(const struct ep_vars *vars, const char *name)
{
	const char *value = NULL;

	if (vars->connection)
		value = ep_settings_get(&vars->connection->params, name);
	for (size_t i = 0; !value && i < vars->spec->params.n; i++) {
		if (ep_str_eq(vars->spec->params.v[i].name, name))
			value = vars->spec->params.v[i].fallback;
	}
	return value;
}

static const char *of_parent(struct ep_vars *vars, const char *path)
{
	if (!vars->parent)
		return NULL;
	ep_buf_clear(&vars->value);
	if (!ep_mapper_value(vars->parent, path, EP_AS_TEXT, NULL,
			     &vars->value))
		return NULL;
	return vars->value.s ? vars->value.s : "";
}

static const char *of_pager(struct ep_vars *vars, const char *name)
{
	if (!vars->pager)
		return NULL;
	ep_buf_clear(&vars->value);
	if (ep_str_eq(name, "cursor"))
		return vars->pager->cursor ? vars->pager->cursor : "";
	if (!ep_str_eq(name, "page") && !ep_str_eq(name, "offset"))
		return NULL;
	ep_buf_addf(&vars->value, "%" PRId64, vars->pager->position);
	return vars->value.s;
}

static bool is_base(const struct ep_vars *vars, const char *name)
{
	for (size_t i = 0; i < vars->spec->bases.n; i++) {
		if (ep_str_eq(vars->spec->bases.v[i].name, name))
			return true;
	}
	return false;
}

static const char *of_base(struct ep_vars *vars, const char *name)
{
	struct ep_buf url;

	if (!is_base(vars, name))
		return NULL;
	ep_buf_init(&url, EP_URL_BYTES_MAX);
	if (ep_vars_base(vars, name, &url, &vars->err) < 0) {
		ep_buf_release(&url);
		return NULL;
	}
	ep_buf_clear(&vars->value);
	ep_buf_add(&vars->value, url.s, url.len);
	ep_buf_release(&url);
	return vars->value.s;
}

/* Words that always mean the same; some have no value at times. */
static bool own_word(const struct ep_vars *vars, const char *name,
		     const char **ret)
{
	const struct {
		const char *name;
		const char *value;
	} words[] = {
		{ "tenant", vars->tenant },
		{ "located", vars->located },
		{ "since", vars->since },
		{ "token", vars->token },
		{ "assertion", vars->assertion },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (ep_str_eq(words[i].name, name)) {
			*ret = words[i].value;
			return true;
		}
	}
	return false;
}

static const char *known(struct ep_vars *vars, const char *name)
{
	const char *value = NULL;

	if (ep_str_starts(name, "parent."))
		return of_parent(vars, name + strlen("parent."));
	if (own_word(vars, name, &value))
		return value;
	if (vars->credential) {
		value = ep_settings_get(&vars->credential->params, name);
		if (!value && vars->secrets)
			value = secret_value(vars, name);
	}
	if (!value)
		value = of_connection(vars, name);
	if (!value)
		value = of_pager(vars, name);
	if (!value)
		value = of_base(vars, name);
	return value;
}

const char *ep_vars_lookup(void *to, const char *name)
{
	struct ep_vars *vars = to;
	const char *value =
		vars->names ? ep_settings_get(vars->names, name) : NULL;

	if (!value)
		value = known(vars, name);

	if (value || !vars->as_written)
		return value;
	ep_buf_clear(&vars->value);
	ep_buf_addf(&vars->value, "{%s}", name);
	return vars->value.s;
}

int ep_vars_expand(struct ep_vars *vars, const char *text, bool percent,
		   struct ep_buf *out, struct ep_err *err)
{
	int rc;

	vars->err = (struct ep_err)EP_ERR_INIT;
	rc = ep_spec_expand(text, percent, ep_vars_lookup, vars, out, err);
	if (rc < 0 && vars->err.code != EP_OK)
		return ep_err_set(err, vars->err.code, "%s", vars->err.msg);
	return rc;
}

/* The text of a base, the configuration's before the connector's. */
static const char *base_text(const struct ep_vars *vars, const char *name)
{
	const struct ep_pairs *bases = &vars->spec->bases;
	const char *text = NULL;

	if (vars->connection)
		text = ep_settings_get(&vars->connection->bases, name);
	for (size_t i = 0; !text && i < bases->n; i++) {
		if (ep_str_eq(bases->v[i].name, name))
			text = bases->v[i].value;
	}
	return text;
}

int ep_vars_base(struct ep_vars *vars, const char *name, struct ep_buf *out,
		 struct ep_err *err)
{
	const struct ep_pairs *bases = &vars->spec->bases;
	const char *text;
	size_t start = out->len;
	int rc;

	if (!name && bases->n)
		name = bases->v[0].name;
	text = name ? base_text(vars, name) : NULL;
	if (!text)
		return ep_err_set(err, EP_ECONFIG,
				  "connector %s has no base URL '%s'",
				  vars->spec->id, name ? name : "");
	rc = ep_vars_expand(vars, text, false, out, err);
	while (rc == 0 && out->len > start && out->s[out->len - 1] == '/')
		ep_buf_cut(out, out->len - 1);
	return rc;
}

bool ep_vars_wants_located(const struct ep_spec *spec,
			   const struct ep_connection *connection)
{
	const struct ep_vars vars = { .spec = spec, .connection = connection };

	for (size_t i = 0; spec->locate.endpoint && i < spec->bases.n; i++) {
		const char *text = base_text(&vars, spec->bases.v[i].name);

		if (text && strstr(text, "{located}"))
			return true;
	}
	return false;
}
