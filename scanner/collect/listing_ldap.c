/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A call of an endpoint with ldap: what is asked of the directory, and what
 * its answer is to the listing.
 */
#include "collect/engine.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

/* Values inside a filter are escaped, whatever record they come from. */
struct escaping {
	struct ep_vars *vars;
	struct ep_buf value;
};

static const char *lookup_escaped(void *to, const char *name)
{
	struct escaping *escaping = to;
	const char *value = ep_vars_lookup(escaping->vars, name);

	if (!value)
		return NULL;
	ep_buf_clear(&escaping->value);
	ep_ldap_escape(&escaping->value, value);
	return escaping->value.s;
}

static int expand_filter(const char *filter, struct ep_vars *vars,
			 struct ep_buf *out, struct ep_err *err)
{
	struct escaping escaping = { .vars = vars };
	int rc;

	ep_buf_init(&escaping.value, EP_URL_BYTES_MAX * 3);
	rc = ep_spec_expand(filter, false, lookup_escaped, &escaping, out, err);
	ep_buf_release(&escaping.value);
	return rc;
}

int ep_listing_ldap_url(const struct ep_listing *listing, struct ep_vars *vars,
			struct ep_buf *url, struct ep_err *err)
{
	static const char *const scopes[] = { "sub", "one", "base" };
	const struct ep_spec_ldap *ldap = listing->endpoint->ldap;
	struct ep_buf text = EP_BUF_INIT(EP_URL_BYTES_MAX);
	int rc = ep_vars_expand(vars, ldap->base, false, &text, err);

	ep_buf_addf(url, "%s/", listing->base);
	ep_str_percent(url, text.s, text.len);
	ep_buf_addf(url, "??%s?", scopes[ldap->scope]);
	ep_buf_clear(&text);
	if (rc == 0)
		rc = expand_filter(ldap->filter, vars, &text, err);
	ep_str_percent(url, text.s, text.len);
	if (rc == 0 && (url->overflow || text.overflow))
		rc = ep_err_set(err, EP_ELIMIT,
				"base and filter are longer than %d bytes "
				"(EP_URL_BYTES_MAX)",
				EP_URL_BYTES_MAX);
	ep_buf_release(&text);
	return rc;
}

/* --- asking ------------------------------------------------------------- */

static void found(void *to, struct ep_ldap_answer *answer)
{
	ep_listing_found(to, answer);
}

/* The texts of one search; wiped, since one is a password. */
struct texts {
	struct ep_buf base;
	struct ep_buf filter;
	struct ep_buf user;
	struct ep_buf password;
	struct ep_buf ca_file;
};

static void texts_release(struct texts *texts)
{
	ep_buf_release(&texts->base);
	ep_buf_release(&texts->filter);
	ep_buf_release(&texts->user);
	if (texts->password.cap)
		ep_wipe(texts->password.s, texts->password.cap);
	ep_buf_release(&texts->password);
	ep_buf_release(&texts->ca_file);
}

static int expand_texts(const struct ep_listing *listing, struct ep_vars *vars,
			struct texts *texts, struct ep_err *err)
{
	const struct ep_spec_ldap *ldap = listing->endpoint->ldap;
	const struct ep_auth *auth = listing->use->auth;
	const struct ep_spec_credential *credential =
		auth ? auth->credential : NULL;
	int rc;

	if (!credential || credential->kind != EP_AUTH_BIND)
		return ep_err_set(err, EP_ECONFIG,
				  "a directory wants a credential of kind "
				  "bind");
	rc = ep_vars_expand(vars, ldap->base, false, &texts->base, err);
	if (rc == 0)
		rc = expand_filter(ldap->filter, vars, &texts->filter, err);
	if (rc == 0 && credential->ca_file)
		rc = ep_vars_expand(vars, credential->ca_file, false,
				    &texts->ca_file, err);
	vars->credential = auth->config;
	if (rc == 0)
		rc = ep_vars_expand(vars, credential->user, false,
				    &texts->user, err);
	vars->secrets = true;
	if (rc == 0)
		rc = ep_vars_expand(vars, credential->password, false,
				    &texts->password, err);
	vars->secrets = false;
	return rc;
}

static int submit(struct ep_listing *listing, const struct texts *texts,
		  struct ep_err *err)
{
	const struct ep_transport *net = listing->engine->net;
	const struct ep_spec_ldap *ldap = listing->endpoint->ldap;
	int64_t bytes = listing->tenancy->site->spec->limits.page_bytes;
	const struct ep_ldap_search search = {
		.url = listing->base,
		.user = texts->user.s,
		.password = texts->password.s,
		.ca_file = texts->ca_file.len ? texts->ca_file.s : NULL,
		.base = texts->base.s,
		.scope = ldap->scope,
		.filter = texts->filter.s,
		.attributes = (const char *const *)ldap->attributes.v,
		.n_attributes = ldap->attributes.n,
		.lists = (const char *const *)ldap->lists.v,
		.n_lists = ldap->lists.n,
		.links = (const char *const *)ldap->links.v,
		.n_links = ldap->links.n,
		.deleted = ldap->deleted,
		.page_size = (int)ldap->page_size,
		.cursor = listing->pager.cursor,
		.max_bytes = bytes > 0 && bytes < EP_PAGE_BYTES_MAX ?
				     (size_t)bytes :
				     EP_PAGE_BYTES_MAX,
		.done = found,
		.to = listing,
	};

	if (!net->search)
		return ep_err_set(err, EP_EBUG,
				  "there is no way to a directory");
	return net->search(net->to, &search, err);
}

int ep_listing_ldap_send(struct ep_listing *listing, struct ep_err *err)
{
	struct texts texts = {
		.base = EP_BUF_INIT(EP_URL_BYTES_MAX),
		.filter = EP_BUF_INIT(EP_URL_BYTES_MAX),
		.user = EP_BUF_INIT(EP_TEXT_BYTES_MAX),
		.password = EP_BUF_INIT(EP_SECRET_BYTES_MAX),
		.ca_file = EP_BUF_INIT(EP_TEXT_BYTES_MAX),
	};
	struct ep_vars vars;
	int rc;

	ep_listing_vars(listing, &vars);
	rc = expand_texts(listing, &vars, &texts, err);
	ep_vars_release(&vars);
	if (rc == 0)
		rc = submit(listing, &texts, err);
	texts_release(&texts);
	return rc;
}

/* --- referrals ------------------------------------------------------------ */

static bool is_known(struct ep_vars *vars, const struct ep_words *patterns,
		     const char *url)
{
	struct ep_buf pattern = EP_BUF_INIT(EP_URL_BYTES_MAX);
	struct ep_err err = EP_ERR_INIT;
	bool known = false;

	for (size_t i = 0; i < patterns->n && !known; i++) {
		ep_buf_clear(&pattern);
		known = ep_vars_expand(vars, patterns->v[i], false, &pattern,
				       &err) == 0 &&
			fnmatch(pattern.s, url, FNM_CASEFOLD) == 0;
	}
	ep_buf_release(&pattern);
	return known;
}

void ep_listing_referrals(struct ep_listing *listing,
			  const struct ep_words *referrals)
{
	struct ep_buf shown = EP_BUF_INIT(1024);
	struct ep_vars vars;

	ep_listing_vars(listing, &vars);
	for (size_t i = 0; i < referrals->n; i++) {
		const char *url = referrals->v[i];

		if (is_known(&vars, &listing->endpoint->ldap->beyond, url))
			continue;
		ep_buf_clear(&shown);
		ep_str_printable(&shown, url, strnlen(url, 120));
		ep_coverage_spoil(&listing->said, EP_COVERAGE_PARTIAL,
				  "Another domain holds that part: give it a "
				  "connection of its own, then name it in the "
				  "params of this one as the connector says",
				  "the directory refers to %s, which is never "
				  "followed",
				  shown.s);
	}
	ep_buf_release(&shown);
	ep_vars_release(&vars);
}
