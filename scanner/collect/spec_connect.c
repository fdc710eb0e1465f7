/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sections of a connector that say how to reach a vendor: credentials,
 * limits and paging.
 */
#include "collect/spec_read.h"

#include <string.h>

#include "base/limits.h"
#include "base/str.h"

static const char *const auth_words[] = { "none",  "basic", "header",
					  "query", "token", "jwt_bearer",
					  "bind",  NULL };

static const char *const credential_keys[] = {
	"doc",	   "hint", "kind",   "params", "secrets",  "header",
	"value",   "user", "password", "url",  "json",	   "form",
	"headers", "token", "expires", "key",  "claims",   "jose",
	"lifetime", "granted", "ca_file", "who", NULL
};

/* Seconds that a JWT lives when the connector does not say; every vendor
 * known allows at least this much and clocks may differ by a minute. */
#define LIFETIME 300
#define LIFETIME_MAX 3600

static void need(struct ep_spec_reader *rd, const struct ep_yaml *node,
		 const char *value, const char *key)
{
	if (!value)
		ep_spec_complain(rd, node, "credential %.64s needs %s:",
				 node->key, key);
}

static void check_credential(struct ep_spec_reader *rd,
			     const struct ep_yaml *node,
			     const struct ep_spec_credential *c)
{
	switch (c->kind) {
	case EP_AUTH_NONE:
		break;
	case EP_AUTH_BASIC:
	case EP_AUTH_BIND:
		need(rd, node, c->user, "user");
		need(rd, node, c->password, "password");
		break;
	case EP_AUTH_HEADER:
	case EP_AUTH_QUERY:
		need(rd, node, c->header, "header");
		need(rd, node, c->value, "value");
		break;
	case EP_AUTH_JWT_BEARER:
		need(rd, node, c->key, "key");
		/* fall through */
	case EP_AUTH_TOKEN:
		need(rd, node, c->url, "url");
		need(rd, node, c->token_path, "token");
		need(rd, node, c->value, "value");
		break;
	}
	if (c->kind != EP_AUTH_NONE && c->secrets.n == 0)
		ep_spec_complain(rd, node,
				 "credential %.64s names no secrets:",
				 node->key);
}

static void read_credential(struct ep_spec_reader *rd,
			    const struct ep_yaml *node,
			    struct ep_spec_credential *c)
{
	if (!ep_spec_is_map(rd, node, "a credential"))
		return;
	ep_yaml_known(node, credential_keys, "a credential", rd->file,
		      rd->diag);
	c->doc = ep_spec_must(rd, node, "doc", "a credential");
	c->hint = ep_spec_must(rd, node, "hint", "a credential");
	c->kind = (enum ep_auth_kind)ep_spec_choice(rd, node, "kind",
						    auth_words, EP_AUTH_NONE);
	ep_spec_words(rd, node, "params", &c->params);
	ep_spec_words(rd, node, "secrets", &c->secrets);
	c->header = ep_spec_text(rd, node, "header");
	if (!c->header && c->kind != EP_AUTH_QUERY)
		c->header = ep_strdup("Authorization");
	c->value = ep_spec_text(rd, node, "value");
	c->user = ep_spec_text(rd, node, "user");
	c->password = ep_spec_text(rd, node, "password");
	c->ca_file = ep_spec_text(rd, node, "ca_file");
	if (c->ca_file && c->kind != EP_AUTH_BIND)
		ep_spec_complain(rd, node, "ca_file: belongs to kind: bind");
	c->url = ep_spec_text(rd, node, "url");
	c->json = ep_spec_bool(rd, node, "json");
	ep_spec_pairs(rd, node, "form", &c->form);
	ep_spec_pairs(rd, node, "headers", &c->headers);
	c->token_path = ep_spec_json_path(rd, node, "token");
	c->expires_path = ep_spec_json_path(rd, node, "expires");
	c->key = ep_spec_text(rd, node, "key");
	ep_spec_pairs(rd, node, "claims", &c->claims);
	ep_spec_pairs(rd, node, "jose", &c->jose);
	c->lifetime = LIFETIME;
	ep_spec_int(rd, node, "lifetime", 60, LIFETIME_MAX, &c->lifetime);
	ep_spec_read_granted(rd, node, c);
	ep_spec_read_who(rd, node, c);
	check_credential(rd, node, c);
}

void ep_spec_read_credentials(struct ep_spec_reader *rd,
			      const struct ep_yaml *top)
{
	const struct ep_yaml *map = ep_spec_map(rd, top, "credentials");

	for (const struct ep_yaml *m = map ? map->child : NULL; m;
	     m = m->next) {
		struct ep_spec_credential *c = &EP_VEC_ADD(
			&rd->spec->credentials);

		memset(c, 0, sizeof(*c));
		c->name = ep_strdup(m->key);
		c->line = m->key_line;
		if (!ep_spec_name_valid(m->key))
			ep_spec_complain(rd, m,
					 "\"%.100s\" is no name of a "
					 "credential; use a-z, 0-9, _ and -",
					 m->key);
		read_credential(rd, m, c);
	}
}

static const char *const unit_words[] = { "seconds", "epoch", "http", NULL };

static void read_waits(struct ep_spec_reader *rd, const struct ep_yaml *map,
		       struct ep_spec_limits *limits)
{
	static const char *const keys[] = { "header", "as", NULL };
	const struct ep_yaml *list = ep_spec_list(rd, map, "wait");

	for (const struct ep_yaml *m = list ? list->child : NULL; m;
	     m = m->next) {
		if (!ep_spec_is_map(rd, m, "an entry of wait"))
			continue;
		ep_yaml_known(m, keys, "an entry of wait", rd->file, rd->diag);
		char *name = ep_spec_must(rd, m, "header", "an entry of wait");
		int unit = ep_spec_choice(rd, m, "as", unit_words,
					  EP_WAIT_SECONDS);

		if (!name)
			continue;
		EP_VEC_ADD(&limits->wait) = (struct ep_wait_header){
			.name = name, .unit = (enum ep_wait_unit)unit
		};
	}
}

/* What an answer says about itself in place of its status. */
static void read_said(struct ep_spec_reader *rd, const struct ep_yaml *map,
		      const char *name, char **ret_path,
		      struct ep_words *ret_words)
{
	static const char *const keys[] = { "path", "words", NULL };
	const struct ep_yaml *at = ep_spec_map(rd, map, name);

	if (!at)
		return;
	ep_yaml_known(at, keys, name, rd->file, rd->diag);
	*ret_path = ep_spec_json_path(rd, at, "path");
	ep_spec_words(rd, at, "words", ret_words);
	if (!*ret_path || ret_words->n == 0)
		ep_spec_complain(rd, at, "%s: needs path: and words:", name);
}

void ep_spec_read_limits(struct ep_spec_reader *rd, const struct ep_yaml *top)
{
	static const char *const per_words[] = { "credential", "organisation",
						 "vendor", NULL };
	static const char *const keys[] = { "parallel",	     "requests",
					    "window",	     "per",
					    "share_percent", "retries",
					    "page_bytes",    "pages",
					    "wait",	     "remaining",
					    "throttled",     "denied",
					    NULL };
	struct ep_spec_limits *l = &rd->spec->limits;
	const struct ep_yaml *map = ep_spec_map(rd, top, "limits");

	l->parallel = 2;
	l->share_percent = 80;
	l->retries = 3;
	l->page_bytes = EP_PAGE_BYTES_MAX;
	l->pages = EP_PAGES_MAX;
	if (!map)
		return;
	ep_yaml_known(map, keys, "limits", rd->file, rd->diag);
	ep_spec_int(rd, map, "parallel", 1, 64, &l->parallel);
	ep_spec_int(rd, map, "requests", 1, 1000000, &l->requests);
	ep_spec_int(rd, map, "window", 1, 86400, &l->window);
	ep_spec_int(rd, map, "share_percent", 1, 100, &l->share_percent);
	ep_spec_int(rd, map, "retries", 0, EP_RETRIES_MAX, &l->retries);
	ep_spec_int(rd, map, "page_bytes", 1024, EP_PAGE_BYTES_MAX,
		    &l->page_bytes);
	ep_spec_int(rd, map, "pages", 1, EP_PAGES_MAX, &l->pages);
	l->per = (enum ep_budget_scope)ep_spec_choice(rd, map, "per", per_words,
						      EP_BUDGET_CREDENTIAL);
	read_waits(rd, map, l);
	read_said(rd, map, "throttled", &l->throttled_path,
		  &l->throttled_words);
	read_said(rd, map, "denied", &l->denied_path, &l->denied_words);
	l->remaining_header = ep_spec_text(rd, map, "remaining");
	if ((l->requests == 0) != (l->window == 0))
		ep_spec_complain(rd, map,
				 "requests: and window: belong together");
}

static const char *const page_words[] = { "none",   "link_header", "next_url",
					  "cursor", "number",	   "offset",
					  "last_id", NULL };

static void check_next_header(struct ep_spec_reader *rd,
			      const struct ep_yaml *map,
			      const struct ep_spec_page *page)
{
	if (page->next_header && page->kind != EP_PAGE_CURSOR)
		ep_spec_complain(rd, map, "page: next_header: goes with kind: "
					  "cursor");
	if (page->next_header && page->next)
		ep_spec_complain(rd, map, "page: next: and next_header: are "
					  "one too many");
}

static void check_page(struct ep_spec_reader *rd, const struct ep_yaml *map,
		       const struct ep_spec_page *page)
{
	/* A size where nothing else tells a short page from a full one. */
	static const struct {
		bool param, size, next, last_id;
	} needs[] = {
		[EP_PAGE_NONE] = { 0, 0, 0, 0 },
		[EP_PAGE_LINK_HEADER] = { 0, 0, 0, 0 },
		[EP_PAGE_NEXT_URL] = { 0, 0, 1, 0 },
		[EP_PAGE_CURSOR] = { 0, 0, 1, 0 },
		[EP_PAGE_NUMBER] = { 1, 1, 0, 0 },
		[EP_PAGE_OFFSET] = { 1, 1, 0, 0 },
		[EP_PAGE_LAST_ID] = { 1, 1, 0, 1 },
	};
	const char *kind = page_words[page->kind];

	if (needs[page->kind].param && !page->param)
		ep_spec_complain(rd, map, "page: %s needs param:", kind);
	if (needs[page->kind].size && page->size == 0)
		ep_spec_complain(rd, map, "page: %s needs size:", kind);
	if (needs[page->kind].next && !page->next && !page->next_header)
		ep_spec_complain(rd, map, "page: %s needs next:", kind);
	if (needs[page->kind].last_id && !page->last_id)
		ep_spec_complain(rd, map, "page: %s needs last_id:", kind);
}

void ep_spec_read_page(struct ep_spec_reader *rd, const struct ep_yaml *map,
		       struct ep_spec_page *page)
{
	static const char *const keys[] = {
		"kind", "param", "first", "size_param",	   "size", "next",
		"pages", "more",  "last_id", "next_required", "until_empty",
		"next_header", "total_header", NULL
	};

	ep_yaml_known(map, keys, "page", rd->file, rd->diag);
	if (!ep_yaml_get(map, "kind"))
		ep_spec_complain(rd, map, "page needs kind:");
	page->kind = (enum ep_page_kind)ep_spec_choice(rd, map, "kind",
						       page_words,
						       EP_PAGE_NONE);
	page->param = ep_spec_text(rd, map, "param");
	ep_spec_int(rd, map, "first", 0, 1, &page->first);
	page->size_param = ep_spec_text(rd, map, "size_param");
	ep_spec_int(rd, map, "size", 1, 10000, &page->size);
	page->next = ep_spec_json_path(rd, map, "next");
	page->pages = ep_spec_json_path(rd, map, "pages");
	page->more = ep_spec_json_path(rd, map, "more");
	page->last_id = ep_spec_json_path(rd, map, "last_id");
	page->next_header = ep_spec_text(rd, map, "next_header");
	page->total_header = ep_spec_text(rd, map, "total_header");
	page->next_required = ep_spec_bool(rd, map, "next_required");
	page->until_empty = ep_spec_bool(rd, map, "until_empty");
	check_page(rd, map, page);
	check_next_header(rd, map, page);
}
