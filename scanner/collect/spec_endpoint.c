/* SPDX-License-Identifier: Apache-2.0 */
/*
 * endpoints: of a connector, and their order: a parent is read before the
 * endpoints that are asked for each of its records.
 */
#include "collect/spec_read.h"

#include <string.h>

#include "base/str.h"
#include "ext/json.h"

static const char *const endpoint_keys[] = {
	"title",      "doc",	     "base",	    "path",    "search",
	"body",	      "query",	     "headers",	    "credential", "for_each",
	"tenants",    "records",     "records_map", "total",   "page",
	"absent",     "optional",    "transient",   "tenant_path",
	"success",    "emit",	     "records_absent", "rights",
	"permissions", "incremental", "ldap", "never_empty",
	"records_bare", NULL
};

static void read_absent(struct ep_spec_reader *rd, const struct ep_yaml *map,
			struct ep_spec_endpoint *e)
{
	struct ep_words words = { 0 };

	ep_spec_words(rd, map, "absent", &words);
	for (size_t i = 0; i < words.n; i++) {
		int64_t status;

		/* What says "you may not" or "not now" never says "none". */
		if (!ep_str_int(words.v[i], &status) ||
		    (status != 404 && status != 410 && status != 400 &&
		     status != 204)) {
			ep_spec_complain(rd, ep_yaml_get(map, "absent"),
					 "absent: only 204, 400, 404 and 410 "
					 "can mean that there is none, not "
					 "\"%.20s\"", words.v[i]);
			continue;
		}
		EP_VEC_ADD(&e->absent) = (long)status;
	}
	ep_spec_words_release(&words);
}

/* Most endpoints page as their connector says; "page" of an endpoint replaces
 * that as a whole. */
static void read_page(struct ep_spec_reader *rd, const struct ep_yaml *map,
		      struct ep_spec_endpoint *e)
{
	const struct ep_spec_page *d = &rd->spec->page;
	const struct ep_yaml *page = ep_spec_map(rd, map, "page");

	if (page) {
		ep_spec_read_page(rd, page, &e->page);
		return;
	}
	e->page = *d;
	e->page.param = ep_strdup(d->param);
	e->page.size_param = ep_strdup(d->size_param);
	e->page.next = ep_strdup(d->next);
	e->page.pages = ep_strdup(d->pages);
	e->page.more = ep_strdup(d->more);
	e->page.last_id = ep_strdup(d->last_id);
	e->page.next_header = ep_strdup(d->next_header);
	e->page.total_header = ep_strdup(d->total_header);
}

/* A cursor that is found has to be sent, in the query or in the body. */
static void check_cursor(struct ep_spec_reader *rd, const struct ep_yaml *map,
			 const struct ep_spec_endpoint *e)
{
	if (e->page.kind != EP_PAGE_CURSOR || e->page.param)
		return;
	if (!e->body || !strstr(e->body, "cursor}"))
		ep_spec_complain(rd, map, "page: cursor needs param:, or "
				 "{cursor} in the body of a search");
}

/* A bare list has no member that names the next page: only that every other
 * page has one, and a size, tell a last page from one that lost its tail. */
static void check_bare(struct ep_spec_reader *rd, const struct ep_yaml *map,
		       const struct ep_spec_endpoint *e)
{
	bool linked = e->page.kind == EP_PAGE_NEXT_URL ||
		      e->page.kind == EP_PAGE_CURSOR;

	if (!e->records_bare)
		return;
	if (!e->records || ep_str_eq(e->records, ".") || e->records_map)
		ep_spec_complain(rd, map, "records_bare: belongs to records: "
				 "that name an array");
	if (linked && (!e->page.next_required || e->page.size <= 0))
		ep_spec_complain(rd, map, "records_bare: goes with "
				 "next_required: and size: of page:");
}

static void read_request(struct ep_spec_reader *rd, const struct ep_yaml *map,
			 struct ep_spec_endpoint *e)
{
	struct ep_err err = EP_ERR_INIT;

	e->base = ep_spec_text(rd, map, "base");
	if (ep_yaml_get(map, "ldap"))
		e->path = ep_strdup("");
	else
		e->path = ep_spec_must(rd, map, "path", "an endpoint");
	if (e->path && *e->path && *e->path != '/')
		ep_spec_complain(rd, ep_yaml_get(map, "path"),
				 "path: starts with a slash, or is empty");
	if (e->path && strpbrk(e->path, "?#\\ "))
		ep_spec_complain(rd, ep_yaml_get(map, "path"),
				 "path: the query belongs under query:");
	e->search = ep_spec_bool(rd, map, "search");
	e->body = ep_spec_text(rd, map, "body");
	if (e->body && !e->search)
		ep_spec_complain(rd, map, "body: belongs to search: true");
	if (e->body && ep_json_check(e->body, strlen(e->body), &err) < 0)
		ep_spec_complain(rd, ep_yaml_get(map, "body"),
				 "body: is no JSON: %s", err.msg);
	ep_spec_pairs(rd, map, "query", &e->query);
	ep_spec_pairs(rd, map, "headers", &e->headers);
	ep_spec_words(rd, map, "credential", &e->credentials);
	ep_spec_words(rd, map, "permissions", &e->permissions);
	e->permissions_stated = ep_yaml_get(map, "permissions") != NULL;
	e->for_each = ep_spec_text(rd, map, "for_each");
	e->for_each_index = -1;
}

/* A missing member is a changed API before it is an empty list, so something
 * has to vouch for the answer. */
static void read_records_absent(struct ep_spec_reader *rd,
				const struct ep_yaml *map,
				struct ep_spec_endpoint *e)
{
	const struct ep_yaml *at = ep_spec_map(rd, map, "records_absent");

	if (!at)
		return;
	ep_spec_pairs(rd, map, "records_absent", &e->records_absent);
	if (!e->records || ep_str_eq(e->records, ".") || e->records_map)
		ep_spec_complain(rd, at, "records_absent: belongs to records: "
				 "that name an array");
	if (e->records_absent.n == 0)
		ep_spec_complain(rd, at, "records_absent: name the members "
				 "that prove a whole answer");
	for (size_t i = 0; i < e->records_absent.n; i++) {
		const char *path = e->records_absent.v[i].name;

		if (!ep_json_path_valid(path))
			ep_spec_complain(rd, at, "records_absent: \"%.100s\" "
					 "is no path", path);
	}
}

/* Only where the request itself names the tenancy may a record be silent. */
static void read_tenant_path(struct ep_spec_reader *rd,
			     const struct ep_yaml *map,
			     struct ep_spec_endpoint *e)
{
	static const char *const keys[] = { "path", "optional", NULL };
	const struct ep_yaml *at = ep_yaml_get(map, "tenant_path");

	if (!at || at->type != EP_YAML_MAP) {
		e->tenant_path = ep_spec_json_path(rd, map, "tenant_path");
		return;
	}
	ep_yaml_known(at, keys, "tenant_path", rd->file, rd->diag);
	e->tenant_path = ep_spec_json_path(rd, at, "path");
	if (!e->tenant_path)
		ep_spec_complain(rd, at, "tenant_path needs path:");
	e->tenant_optional = ep_spec_bool(rd, at, "optional");
}

static void read_answer(struct ep_spec_reader *rd, const struct ep_yaml *map,
			struct ep_spec_endpoint *e)
{
	e->tenants = ep_spec_bool(rd, map, "tenants");
	e->records = ep_spec_json_path(rd, map, "records");
	e->records_map = ep_spec_bool(rd, map, "records_map");
	e->records_bare = ep_spec_bool(rd, map, "records_bare");
	read_records_absent(rd, map, e);
	e->total = ep_spec_json_path(rd, map, "total");
	e->optional = ep_spec_bool(rd, map, "optional");
	e->transient = ep_spec_bool(rd, map, "transient");
	e->never_empty = ep_spec_text(rd, map, "never_empty");
	read_tenant_path(rd, map, e);
	e->success_path = ep_spec_json_path(rd, map, "success");
	read_absent(rd, map, e);
	read_page(rd, map, e);
	check_cursor(rd, map, e);
	check_bare(rd, map, e);
	ep_spec_read_ldap(rd, map, e);
	ep_spec_read_emits(rd, map, NULL, &e->emits);
	ep_spec_read_changes(rd, map, e);
}

static void check_tenants(struct ep_spec_reader *rd, const struct ep_yaml *map,
			  const struct ep_spec_endpoint *e)
{
	if (!e->tenants)
		return;
	for (size_t i = 0; i < e->emits.n; i++) {
		if (e->emits.v[i].kind == EP_KIND_tenant)
			return;
	}
	ep_spec_complain(rd, map, "tenants: true needs an emit of kind tenant");
}

void ep_spec_read_reading(struct ep_spec_reader *rd, const struct ep_yaml *map,
			  struct ep_spec_endpoint *e)
{
	static const char *const keys[] = {
		"base",	  "path",    "search",	   "body", "query", "headers",
		"records", "records_absent", "page", "success", NULL
	};

	ep_yaml_known(map, keys, "read", rd->file, rd->diag);
	read_request(rd, map, e);
	e->records = ep_spec_json_path(rd, map, "records");
	read_records_absent(rd, map, e);
	e->success_path = ep_spec_json_path(rd, map, "success");
	read_page(rd, map, e);
	check_cursor(rd, map, e);
	e->line = map->key_line;
}

void ep_spec_read_endpoints(struct ep_spec_reader *rd,
			    const struct ep_yaml *top)
{
	const struct ep_yaml *map = ep_spec_map(rd, top, "endpoints");

	for (const struct ep_yaml *m = map ? map->child : NULL; m;
	     m = m->next) {
		struct ep_spec_endpoint *e;

		if (!ep_spec_name_valid(m->key))
			ep_spec_complain(rd, m,
					 "\"%.100s\" is no name of an "
					 "endpoint; use a-z, 0-9, _ and -",
					 m->key);
		if (!ep_spec_is_map(rd, m, "an endpoint"))
			continue;
		ep_yaml_known(m, endpoint_keys, "an endpoint", rd->file,
			      rd->diag);
		e = &EP_VEC_ADD(&rd->spec->endpoints);
		memset(e, 0, sizeof(*e));
		e->name = ep_strdup(m->key);
		e->line = m->key_line;
		e->title = ep_spec_must(rd, m, "title", "an endpoint");
		e->doc = ep_spec_text(rd, m, "doc");
		read_request(rd, m, e);
		read_answer(rd, m, e);
		check_tenants(rd, m, e);
		ep_spec_read_rights(rd, m, rd->spec->endpoints.n - 1);
	}
}

static int index_of(const struct ep_spec_endpoint *v, size_t n,
		    const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (ep_str_eq(v[i].name, name))
			return (int)i;
	}
	return -1;
}

/* Moves every endpoint whose parent is placed to the placed part; false when
 * there was none. */
static bool place_some(struct ep_spec_endpoint *v, size_t n, size_t *placed)
{
	size_t before = *placed;

	for (size_t i = *placed; i < n; i++) {
		struct ep_spec_endpoint e = v[i];
		int parent = -1;

		if (e.for_each) {
			parent = index_of(v, *placed, e.for_each);
			if (parent < 0)
				continue;
		}
		e.for_each_index = parent;
		/* The rest keeps its order: it is the order of messages. */
		memmove(&v[*placed + 1], &v[*placed],
			(i - *placed) * sizeof(v[0]));
		v[(*placed)++] = e;
	}
	return *placed > before;
}

void ep_spec_sort_endpoints(struct ep_spec_reader *rd)
{
	struct ep_spec_endpoint *v = rd->spec->endpoints.v;
	size_t n = rd->spec->endpoints.n;
	size_t placed = 0;

	while (placed < n && place_some(v, n, &placed))
		;
	for (size_t i = placed; i < n; i++) {
		if (index_of(v, n, v[i].for_each) < 0)
			ep_spec_complain_line(rd, v[i].line,
					      "for_each: there is no endpoint "
					      "\"%.64s\"", v[i].for_each);
		else
			ep_spec_complain_line(rd, v[i].line,
					      "for_each: \"%.64s\" waits for "
					      "itself", v[i].name);
	}
}

void ep_spec_page_release(struct ep_spec_page *page)
{
	ep_free(page->param);
	ep_free(page->size_param);
	ep_free(page->next);
	ep_free(page->pages);
	ep_free(page->more);
	ep_free(page->last_id);
	ep_free(page->next_header);
	ep_free(page->total_header);
}
