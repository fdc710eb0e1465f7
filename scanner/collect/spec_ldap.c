/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ldap: of an endpoint, the search in a directory that stands in place of an
 * HTTP request.
 */
#include "collect/spec_read.h"

#include <string.h>

#include "base/limits.h"
#include "base/str.h"

static const char *const ldap_keys[] = { "base",       "scope",	  "filter",
					 "attributes", "lists",	  "links",
					 "deleted",    "beyond",  "page_size",
					 NULL };

static const char *const scope_words[] = {
	[EP_LDAP_SUBTREE] = "subtree",
	[EP_LDAP_ONE] = "one",
	[EP_LDAP_BASE] = "base",
	NULL
};

/* What belongs to HTTP has no meaning beside a search. */
static const char *const http_keys[] = {
	"path",	   "search",	     "body",	"query",  "headers",
	"records", "records_absent", "records_map", "total", "page",
	"absent",  "success",	     NULL
};

static void check_attribute(struct ep_spec_reader *rd,
			    const struct ep_yaml *at, const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz"
				"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

	if (n == 0 || name[n])
		ep_spec_complain(rd, at,
				 "ldap: \"%.100s\" is no name of an attribute; "
				 "neither * nor options are allowed",
				 name);
}

static bool is_asked(const struct ep_words *words, const char *name)
{
	for (size_t i = 0; i < words->n; i++) {
		if (ep_str_eqcase(words->v[i], name))
			return true;
	}
	return false;
}

static void check_attributes(struct ep_spec_reader *rd,
			     const struct ep_yaml *map,
			     const struct ep_spec_ldap *ldap)
{
	for (size_t i = 0; i < ldap->attributes.n; i++)
		check_attribute(rd, map, ldap->attributes.v[i]);
	for (size_t i = 0; i < ldap->lists.n; i++) {
		check_attribute(rd, map, ldap->lists.v[i]);
		if (is_asked(&ldap->attributes, ldap->lists.v[i]))
			ep_spec_complain(rd, map,
					 "ldap: \"%.100s\" is among attributes "
					 "and lists",
					 ldap->lists.v[i]);
	}
	for (size_t i = 0; i < ldap->links.n; i++) {
		if (!is_asked(&ldap->attributes, ldap->links.v[i]) &&
		    !is_asked(&ldap->lists, ldap->links.v[i]))
			ep_spec_complain(rd, map,
					 "ldap: \"%.100s\" is a link that "
					 "neither attributes nor lists name",
					 ldap->links.v[i]);
	}
	if (ldap->attributes.n + ldap->lists.n == 0)
		ep_spec_complain(rd, map, "ldap: needs attributes:");
}

/* Pages go on by the server's cookie, which the door keeps. */
static void set_paging(struct ep_spec_endpoint *e)
{
	ep_spec_page_release(&e->page);
	memset(&e->page, 0, sizeof(e->page));
	ep_free(e->records);
	e->records = ep_strdup("entries");
	if (e->ldap->page_size == 0)
		return;
	e->page.kind = EP_PAGE_CURSOR;
	e->page.next_header = ep_strdup("cursor");
}

void ep_spec_read_ldap(struct ep_spec_reader *rd, const struct ep_yaml *map,
		       struct ep_spec_endpoint *e)
{
	const struct ep_yaml *at = ep_spec_map(rd, map, "ldap");
	struct ep_spec_ldap *ldap;

	if (!at)
		return;
	ep_yaml_known(at, ldap_keys, "ldap", rd->file, rd->diag);
	for (int i = 0; http_keys[i]; i++) {
		if (ep_yaml_get(map, http_keys[i]))
			ep_spec_complain(rd, ep_yaml_get(map, http_keys[i]),
					 "%s: has no meaning beside ldap:",
					 http_keys[i]);
	}
	ldap = ep_calloc(1, sizeof(*ldap));
	e->ldap = ldap;
	ldap->base = ep_spec_must(rd, at, "base", "ldap");
	ldap->scope = (enum ep_ldap_scope)ep_spec_choice(
		rd, at, "scope", scope_words, EP_LDAP_SUBTREE);
	ldap->filter = ep_spec_must(rd, at, "filter", "ldap");
	if (ldap->filter && *ldap->filter != '(')
		ep_spec_complain(rd, ep_yaml_get(at, "filter"),
				 "filter: stands in parentheses");
	ep_spec_words(rd, at, "attributes", &ldap->attributes);
	ep_spec_words(rd, at, "lists", &ldap->lists);
	ep_spec_words(rd, at, "links", &ldap->links);
	check_attributes(rd, at, ldap);
	ldap->deleted = ep_spec_bool(rd, at, "deleted");
	ep_spec_words(rd, at, "beyond", &ldap->beyond);
	ldap->page_size = ldap->scope == EP_LDAP_BASE ? 0 : 500;
	ep_spec_int(rd, at, "page_size", 1, 1000, &ldap->page_size);
	set_paging(e);
}

void ep_spec_ldap_free(struct ep_spec_ldap *ldap)
{
	if (!ldap)
		return;
	ep_free(ldap->base);
	ep_free(ldap->filter);
	ep_spec_words_release(&ldap->attributes);
	ep_spec_words_release(&ldap->lists);
	ep_spec_words_release(&ldap->links);
	ep_spec_words_release(&ldap->beyond);
	ep_free(ldap);
}
