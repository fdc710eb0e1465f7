/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading a connector file: read the sections, then check what they say
 * about each other.
 */
#include "collect/spec.h"

#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "collect/spec_read.h"
#include "ext/crypto.h"
#include "ext/regex.h"

static const char *const top_keys[] = {
	"connector", "version",	    "system", "title", "docs",	   "scope",
	"params",    "base",	    "headers", "credentials", "limits", "page",
	"locate",    "identity",    "endpoints", "imports", "write", "never",
	NULL
};

static void read_params(struct ep_spec_reader *rd, const struct ep_yaml *top)
{
	static const char *const keys[] = { "doc", "default", NULL };
	const struct ep_yaml *map = ep_spec_map(rd, top, "params");

	for (const struct ep_yaml *m = map ? map->child : NULL; m;
	     m = m->next) {
		struct ep_spec_param *p;

		if (!ep_spec_name_valid(m->key))
			ep_spec_complain(rd, m, "\"%.100s\" is no name of a "
					 "param; use a-z, 0-9, _ and -",
					 m->key);
		if (!ep_spec_is_map(rd, m, "a param"))
			continue;
		ep_yaml_known(m, keys, "a param", rd->file, rd->diag);
		p = &EP_VEC_ADD(&rd->spec->params);
		p->name = ep_strdup(m->key);
		p->doc = ep_spec_must(rd, m, "doc", "a param");
		p->fallback = ep_spec_text(rd, m, "default");
	}
}

static void read_identity(struct ep_spec_reader *rd, const struct ep_yaml *top)
{
	static const char *const keys[] = { "endpoint", "path", "as", "find",
					    NULL };
	static const char *const conversions[] = { "text", "lower", "segment",
						   NULL };
	static const enum ep_convert as[] = { EP_AS_TEXT, EP_AS_LOWER,
					      EP_AS_SEGMENT };
	struct ep_spec_identity *id = &rd->spec->identity;
	const struct ep_yaml *map = ep_spec_map(rd, top, "identity");
	struct ep_regex *regex = NULL;
	struct ep_err err = EP_ERR_INIT;

	if (!map)
		return;
	ep_yaml_known(map, keys, "identity", rd->file, rd->diag);
	id->endpoint = ep_spec_must(rd, map, "endpoint", "identity");
	id->path = ep_spec_json_path(rd, map, "path");
	id->as = as[ep_spec_choice(rd, map, "as", conversions, 0)];
	id->find = ep_spec_text(rd, map, "find");
	if (!id->path && !id->find)
		ep_spec_complain(rd, map, "identity needs path: or find:");
	if (id->find && ep_regex_compile(id->find, false, &regex, &err) < 0)
		ep_spec_complain(rd, ep_yaml_get(map, "find"), "find: %s",
				 err.msg);
	ep_regex_free(regex);
}

static void read_locate(struct ep_spec_reader *rd, const struct ep_yaml *top)
{
	static const char *const keys[] = { "endpoint", "path", "below", NULL };
	struct ep_spec_locate *locate = &rd->spec->locate;
	const struct ep_yaml *map = ep_spec_map(rd, top, "locate");

	if (!map)
		return;
	ep_yaml_known(map, keys, "locate", rd->file, rd->diag);
	locate->endpoint = ep_spec_must(rd, map, "endpoint", "locate");
	locate->path = ep_spec_json_path(rd, map, "path");
	ep_spec_words(rd, map, "below", &locate->below);
	if (!locate->path || locate->below.n == 0)
		ep_spec_complain(rd, map, "locate needs path: and below:");
}

static bool base_valid(const char *url)
{
	return ep_str_starts(url, "https://") ||
	       ep_str_starts(url, "ldaps://") ||
	       ep_str_starts(url, "ldap://") || ep_str_starts(url, "{");
}

static void read_bases(struct ep_spec_reader *rd, const struct ep_yaml *top)
{
	struct ep_pairs *bases = &rd->spec->bases;

	ep_spec_pairs(rd, top, "base", bases);
	for (size_t i = 0; i < bases->n; i++) {
		if (!base_valid(bases->v[i].value))
			ep_spec_complain(rd, ep_yaml_get(top, "base"),
					 "base: %.64s must start with https://, "
					 "ldaps:// or ldap://",
					 bases->v[i].name);
	}
}

/* What the file is called is what a configuration calls it. */
static void check_id(struct ep_spec_reader *rd, const struct ep_yaml *top,
		     const char *path)
{
	const struct ep_spec *spec = rd->spec;
	const char *slash = strrchr(path, '/');
	const char *file = slash ? slash + 1 : path;
	size_t n = spec->id ? strlen(spec->id) : 0;

	if (!spec->id)
		return;
	if (!ep_spec_name_valid(spec->id))
		ep_spec_complain(rd, ep_yaml_get(top, "connector"),
				 "\"%.100s\" is no name; use a-z, 0-9, _ and "
				 "-", spec->id);
	if (strncmp(file, spec->id, n) != 0 || !ep_str_eq(file + n, ".yaml"))
		ep_spec_complain(rd, ep_yaml_get(top, "connector"),
				 "connector %.64s must lie in %.64s.yaml",
				 spec->id, spec->id);
}

static void read_head(struct ep_spec_reader *rd, const struct ep_yaml *top,
		      const char *path)
{
	static const char *const scopes[] = { "tenant", "msp", NULL };
	struct ep_spec *spec = rd->spec;
	int64_t version = 0;

	ep_yaml_known(top, top_keys, "a connector", rd->file, rd->diag);
	spec->id = ep_spec_must(rd, top, "connector", "a connector");
	check_id(rd, top, path);
	if (!ep_yaml_get(top, "version"))
		ep_spec_complain(rd, top, "a connector needs version:");
	ep_spec_int(rd, top, "version", 1, 1000000, &version);
	spec->version = (int)version;
	spec->system = ep_spec_must(rd, top, "system", "a connector");
	spec->title = ep_spec_must(rd, top, "title", "a connector");
	spec->docs = ep_spec_text(rd, top, "docs");
	if (!ep_yaml_get(top, "scope"))
		ep_spec_complain(rd, top, "a connector needs scope: (tenant, "
				 "or msp: one connection for all tenancies)");
	spec->msp = ep_spec_choice(rd, top, "scope", scopes, 0) == 1;
	ep_spec_words(rd, top, "never", &spec->never);
}

static void read_all(struct ep_spec_reader *rd, const struct ep_yaml *top,
		     const char *path)
{
	const struct ep_yaml *page;

	if (!ep_spec_is_map(rd, top, "a connector"))
		return;
	read_head(rd, top, path);
	read_params(rd, top);
	read_bases(rd, top);
	ep_spec_pairs(rd, top, "headers", &rd->spec->headers);
	ep_spec_read_credentials(rd, top);
	ep_spec_read_limits(rd, top);
	page = ep_spec_map(rd, top, "page");
	if (page)
		ep_spec_read_page(rd, page, &rd->spec->page);
	read_locate(rd, top);
	read_identity(rd, top);
	ep_spec_read_endpoints(rd, top);
	ep_spec_read_imports(rd, top);
	ep_spec_read_writes(rd, top);
	ep_spec_sort_endpoints(rd);
	if (rd->spec->endpoints.n == 0 && rd->spec->imports.n == 0)
		ep_spec_complain(rd, top,
				 "a connector needs endpoints: or imports:");
	ep_spec_check(rd);
}

static void hash_file(struct ep_spec *spec, const struct ep_buf *text)
{
	uint8_t sum[EP_SHA256_BYTES];
	struct ep_buf hex;

	ep_buf_init(&hex, sizeof(spec->sha256));
	ep_sha256_of(text->s, text->len, sum);
	ep_str_hex(&hex, sum, sizeof(sum));
	memcpy(spec->sha256, hex.s, sizeof(spec->sha256));
	ep_buf_release(&hex);
}

struct ep_spec *ep_spec_load(const char *path, struct ep_diag *diag)
{
	struct ep_spec *spec = ep_calloc(1, sizeof(*spec));
	struct ep_spec_reader rd = { spec, diag, path };
	size_t before = diag->n + diag->dropped;
	struct ep_err err = EP_ERR_INIT;
	struct ep_yaml *top = NULL;
	struct ep_buf text;

	spec->file = ep_strdup(path);
	ep_buf_init(&text, EP_FILE_BYTES_MAX);
	if (ep_file_read(path, EP_FILE_BYTES_MAX, &text, &err) < 0) {
		ep_diag_add(diag, path, 0, 0, "%s", err.msg);
	} else {
		hash_file(spec, &text);
		top = ep_yaml_text(path, text.s, text.len, diag);
	}
	ep_buf_release(&text);
	if (top)
		read_all(&rd, top, path);
	ep_yaml_free(top);
	if (diag->n + diag->dropped > before || !top) {
		ep_spec_free(spec);
		return NULL;
	}
	return spec;
}

struct ep_spec_endpoint *ep_spec_endpoint(const struct ep_spec *spec,
					  const char *name)
{
	for (size_t i = 0; i < spec->endpoints.n; i++) {
		if (ep_str_eq(spec->endpoints.v[i].name, name))
			return &spec->endpoints.v[i];
	}
	return NULL;
}

unsigned ep_spec_endpoint_kinds(const struct ep_spec_endpoint *endpoint)
{
	unsigned kinds = 0;

	for (size_t i = 0; i < endpoint->emits.n; i++)
		kinds |= 1u << endpoint->emits.v[i].kind;
	return kinds;
}
