/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run would send, as text: nothing is sent and no secret is read, so
 * that a connector can be understood before it is trusted.
 */
#include "collect/engine.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"

static bool is_configured(const struct ep_connection *connection,
			  const char *name)
{
	for (size_t i = 0; i < connection->credentials.n; i++) {
		if (ep_str_eq(connection->credentials.v[i].name, name))
			return true;
	}
	return false;
}

static const struct ep_config_credential *
config_of(const struct ep_connection *connection, const char *name)
{
	for (size_t i = 0; connection && i < connection->credentials.n; i++) {
		if (ep_str_eq(connection->credentials.v[i].name, name))
			return &connection->credentials.v[i];
	}
	return NULL;
}

/* A text of the connector with what is known filled in. */
static void add_text(struct ep_vars *vars, const char *text,
		     struct ep_buf *out)
{
	struct ep_err err = EP_ERR_INIT;

	if (ep_vars_expand(vars, text, false, out, &err) < 0)
		ep_buf_adds(out, text);
}

static void add_base(struct ep_vars *vars, const char *name,
		     struct ep_buf *out)
{
	struct ep_err err = EP_ERR_INIT;

	if (ep_vars_base(vars, name, out, &err) < 0)
		ep_buf_addf(out, "{%s}", name ? name : "base");
}

static void plan_credential(const struct ep_spec_credential *credential,
			    struct ep_vars *vars, struct ep_buf *out)
{
	const struct ep_connection *connection = vars->connection;

	ep_buf_addf(out, "credential %s: %s", credential->name,
		    credential->doc ? credential->doc : "");
	if (connection && !is_configured(connection, credential->name))
		ep_buf_addf(out, " (not configured; %s)",
			    credential->hint ? credential->hint : "");
	ep_buf_addc(out, '\n');
	if (!credential->url)
		return;
	vars->credential = config_of(connection, credential->name);
	ep_buf_adds(out, "  POST ");
	add_text(vars, credential->url, out);
	ep_buf_adds(out, " (token)\n");
	vars->credential = NULL;
}

static void plan_url(const struct ep_spec_endpoint *endpoint,
		     struct ep_vars *vars, struct ep_buf *out)
{
	char mark = strchr(endpoint->path, '?') ? '&' : '?';
	const struct ep_spec_page *page = &endpoint->page;

	add_base(vars, endpoint->base, out);
	add_text(vars, endpoint->path, out);
	for (size_t i = 0; i < endpoint->query.n; i++) {
		ep_buf_addf(out, "%c%s=", mark, endpoint->query.v[i].name);
		add_text(vars, endpoint->query.v[i].value, out);
		mark = '&';
	}
	if (page->kind == EP_PAGE_NONE)
		return;
	if (page->size_param && page->size > 0) {
		ep_buf_addf(out, "%c%s=%" PRId64, mark, page->size_param,
			    page->size);
		mark = '&';
	}
	if (page->param && page->kind == EP_PAGE_NUMBER)
		ep_buf_addf(out, "%c%s=%" PRId64 "...", mark, page->param,
			    page->first);
	else if (page->param && page->kind == EP_PAGE_OFFSET)
		ep_buf_addf(out, "%c%s=0...", mark, page->param);
}

static void plan_ldap(const struct ep_spec_endpoint *endpoint,
		      struct ep_vars *vars, struct ep_buf *out)
{
	static const char *const scopes[] = { "below", "directly below", "at" };
	const struct ep_spec_ldap *ldap = endpoint->ldap;

	ep_buf_adds(out, "  LDAP ");
	add_base(vars, endpoint->base, out);
	ep_buf_addf(out, " %s \"", scopes[ldap->scope]);
	add_text(vars, ldap->base, out);
	ep_buf_adds(out, "\" ");
	add_text(vars, ldap->filter, out);
	if (ldap->deleted)
		ep_buf_adds(out, " (deleted ones, too)");
}

static void plan_request(const struct ep_spec_endpoint *endpoint,
			 struct ep_vars *vars, struct ep_buf *out)
{
	if (endpoint->ldap) {
		plan_ldap(endpoint, vars, out);
		return;
	}
	ep_buf_adds(out, endpoint->search ? "  POST " : "  GET ");
	plan_url(endpoint, vars, out);
}

/* Under a listing of tenancies {tenant} is another one for each record. */
static bool below_tenants(const struct ep_spec *spec,
			  const struct ep_spec_endpoint *endpoint)
{
	while (endpoint->for_each_index >= 0) {
		endpoint = &spec->endpoints.v[endpoint->for_each_index];
		if (endpoint->tenants)
			return true;
	}
	return false;
}

static void plan_endpoint(const struct ep_spec_endpoint *endpoint,
			  struct ep_vars *vars, struct ep_buf *out)
{
	const struct ep_connection *connection = vars->connection;
	bool any = endpoint->credentials.n == 0;

	for (size_t i = 0; i < endpoint->credentials.n && connection; i++)
		any |= is_configured(connection, endpoint->credentials.v[i]);
	vars->tenant = connection && !below_tenants(vars->spec, endpoint) ?
			       connection->tenant :
			       NULL;
	ep_buf_addf(out, "%s.%s: %s%s\n", vars->spec->id, endpoint->name,
		    endpoint->title,
		    connection && !any ? " (skipped: no credential)" : "");
	plan_request(endpoint, vars, out);
	if (endpoint->for_each)
		ep_buf_addf(out, " (for each record of %s)",
			    endpoint->for_each);
	if (ep_str_eq(endpoint->name, vars->spec->locate.endpoint))
		ep_buf_adds(out, " (tells where the others are)");
	if (vars->spec->identity.endpoint &&
	    ep_str_eq(vars->spec->identity.endpoint, endpoint->name))
		ep_buf_adds(out, " (identity, read first)");
	ep_buf_addc(out, '\n');
}

void ep_collect_plan(const struct ep_spec *spec,
		     const struct ep_connection *connection,
		     struct ep_buf *out)
{
	const struct ep_spec_limits *limits = &spec->limits;
	struct ep_vars vars;

	ep_vars_init(&vars, spec, connection);
	vars.as_written = true;
	ep_buf_addf(out, "connector %s version %d: %s\n", spec->id,
		    spec->version, spec->title ? spec->title : "");
	if (connection)
		ep_buf_addf(out, "customer %s, tenant %s\n",
			    connection->customer, connection->tenant);
	if (limits->requests > 0 && limits->window > 0)
		ep_buf_addf(out,
			    "limit: %" PRId64 " request%s in %" PRId64
			    " second%s, of which %" PRId64 " percent are used\n",
			    limits->requests, EP_S(limits->requests),
			    limits->window, EP_S(limits->window),
			    connection && connection->share_percent > 0 ?
				    connection->share_percent :
				    limits->share_percent);
	for (size_t i = 0; i < spec->credentials.n; i++)
		plan_credential(&spec->credentials.v[i], &vars, out);
	for (size_t i = 0; i < spec->endpoints.n; i++)
		plan_endpoint(&spec->endpoints.v[i], &vars, out);
	ep_vars_release(&vars);
}
