/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What no section of a connector can know alone: that names in braces are
 * set somewhere, that bases, credentials and endpoints that are spoken of
 * exist, and that nothing asks for a path that must never be asked for.
 */
#include "collect/spec_read.h"

#include <fnmatch.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"

static bool in_words(const struct ep_words *words, const char *s)
{
	for (size_t i = 0; i < words->n; i++) {
		if (ep_str_eq(words->v[i], s))
			return true;
	}
	return false;
}

static bool in_pairs(const struct ep_pairs *pairs, const char *name)
{
	for (size_t i = 0; i < pairs->n; i++) {
		if (ep_str_eq(pairs->v[i].name, name))
			return true;
	}
	return false;
}

static bool is_param(const struct ep_spec *spec, const char *name)
{
	for (size_t i = 0; i < spec->params.n; i++) {
		if (ep_str_eq(spec->params.v[i].name, name))
			return true;
	}
	return false;
}

static bool is_access_param(const struct ep_spec *spec, const char *name)
{
	for (size_t i = 0; i < spec->credentials.n; i++) {
		if (in_words(&spec->credentials.v[i].params, name))
			return true;
	}
	return false;
}

static bool credential_name(const struct ep_spec_place *at, const char *name)
{
	const struct ep_spec_credential *c = at->credential;

	if ((at->allowed & EP_SPEC_NAMES_CREDENTIAL) &&
	    (in_words(&c->params, name) || in_words(&c->secrets, name)))
		return true;
	if ((at->allowed & EP_SPEC_NAMES_TOKEN) && ep_str_eq(name, "token"))
		return true;
	return (at->allowed & EP_SPEC_NAMES_ASSERTION) &&
	       ep_str_eq(name, "assertion");
}

static bool request_name(const struct ep_spec_place *at, const char *name)
{
	static const struct {
		unsigned allowed;
		const char *name;
	} names[] = {
		{ EP_SPEC_NAMES_TENANT, "tenant" },
		{ EP_SPEC_NAMES_PAGER, "cursor" },
		{ EP_SPEC_NAMES_PAGER, "page" },
		{ EP_SPEC_NAMES_PAGER, "offset" },
		{ EP_SPEC_NAMES_SINCE, "since" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if ((at->allowed & names[i].allowed) &&
		    ep_str_eq(name, names[i].name))
			return true;
	}
	return false;
}

static bool endpoint_name(const struct ep_spec_place *at, const char *name)
{
	if (request_name(at, name))
		return true;
	if ((at->allowed & EP_SPEC_NAMES_ACCESS) &&
	    is_access_param(at->rd->spec, name))
		return true;
	return (at->allowed & EP_SPEC_NAMES_PARENT) &&
	       ep_str_starts(name, "parent.") &&
	       ep_spec_field_path_valid(name + strlen("parent."));
}

static bool name_known(const struct ep_spec_place *at, const char *name)
{
	const struct ep_spec *spec = at->rd->spec;
	char date[EP_TIME_TEXT];

	return is_param(spec, name) || in_pairs(&spec->bases, name) ||
	       (at->allowed & EP_SPEC_NAMES_LOCATED &&
		ep_str_eq(name, "located")) ||
	       ep_spec_date(name, date) || credential_name(at, name) ||
	       endpoint_name(at, name) ||
	       ((at->allowed & EP_SPEC_NAMES_WRITE) &&
		ep_spec_write_name(at->write, name));
}

static void check_name(void *to, const char *name)
{
	const struct ep_spec_place *at = to;

	if (!name_known(at, name))
		ep_spec_complain_line(at->rd, at->line,
				      "%s: {%.100s} is set nowhere", at->what,
				      name);
}

void ep_spec_check_text(struct ep_spec_place *at, const char *what,
			const char *text)
{
	at->what = what;
	if (text && !ep_spec_names(text, check_name, at))
		ep_spec_complain_line(at->rd, at->line,
				      "%s: braces do not match in \"%.200s\"",
				      what, text);
}

void ep_spec_check_json(struct ep_spec_place *at, const char *what,
			const char *text)
{
	at->what = what;
	if (text && !ep_spec_names_json(text, check_name, at))
		ep_spec_complain_line(at->rd, at->line, "%s: braces do not match",
				      what);
}

static void check_pairs(struct ep_spec_place *at, const char *what,
			const struct ep_pairs *pairs)
{
	for (size_t i = 0; i < pairs->n; i++)
		ep_spec_check_text(at, what, pairs->v[i].value);
}

static void check_credential(struct ep_spec_reader *rd,
			     const struct ep_spec_credential *c)
{
	struct ep_spec_place at = { .rd = rd, .credential = c, .line = c->line,
			    .allowed = EP_SPEC_NAMES_CREDENTIAL |
				       EP_SPEC_NAMES_TENANT };

	ep_spec_check_text(&at, "user", c->user);
	ep_spec_check_text(&at, "password", c->password);
	ep_spec_check_text(&at, "ca_file", c->ca_file);
	ep_spec_check_text(&at, "url", c->url);
	check_pairs(&at, "claims", &c->claims);
	check_pairs(&at, "jose", &c->jose);
	at.allowed |= EP_SPEC_NAMES_ASSERTION;
	check_pairs(&at, "form", &c->form);
	check_pairs(&at, "headers", &c->headers);
	at.allowed = EP_SPEC_NAMES_CREDENTIAL | EP_SPEC_NAMES_TENANT |
		     EP_SPEC_NAMES_TOKEN;
	ep_spec_check_text(&at, "value", c->value);
	if (c->key && !in_words(&c->secrets, c->key))
		ep_spec_complain_line(rd, c->line,
				      "key: \"%.64s\" is none of the secrets",
				      c->key);
}

static void check_literals(struct ep_spec_place *at,
			   const struct ep_words *join)
{
	for (size_t i = 0; i < join->n; i++) {
		if (join->v[i][0] == '=')
			ep_spec_check_text(at, "join", join->v[i] + 1);
	}
}

static void check_consts(struct ep_spec_place *at, const struct ep_spec_emits *emits)
{
	for (size_t i = 0; i < emits->n; i++) {
		const struct ep_spec_emit *emit = &emits->v[i];

		at->line = emit->line;
		ep_spec_check_text(at, "when", emit->when_is);
		for (size_t k = 0; k < emit->fields.n; k++) {
			const struct ep_spec_field *f = &emit->fields.v[k];

			at->line = f->line;
			ep_spec_check_text(at, "const", f->constant);
			check_literals(at, &f->join);
			if (f->parent && !(at->allowed & EP_SPEC_NAMES_PARENT))
				ep_spec_complain_line(at->rd, f->line,
						      "parent: needs "
						      "for_each:");
		}
	}
}

static bool is_credential(const struct ep_spec *spec, const char *name)
{
	for (size_t i = 0; i < spec->credentials.n; i++) {
		if (ep_str_eq(spec->credentials.v[i].name, name))
			return true;
	}
	return false;
}

void ep_spec_check_request(struct ep_spec_place *at,
			   const struct ep_spec_endpoint *e)
{
	const struct ep_spec *spec = at->rd->spec;

	if (e->base && !in_pairs(&spec->bases, e->base))
		ep_spec_complain_line(at->rd, at->line,
				      "there is no base \"%.64s\"", e->base);
	for (size_t i = 0; i < e->credentials.n; i++) {
		if (!is_credential(spec, e->credentials.v[i]))
			ep_spec_complain_line(at->rd, at->line,
					      "there is no credential "
					      "\"%.64s\"",
					      e->credentials.v[i]);
	}
	ep_spec_check_text(at, "path", e->path);
	check_pairs(at, "query", &e->query);
	check_pairs(at, "headers", &e->headers);
	at->allowed |= EP_SPEC_NAMES_PAGER;
	ep_spec_check_json(at, "body", e->body);
	at->allowed &= ~EP_SPEC_NAMES_PAGER;
	if (e->path && ep_spec_never(spec, e->path))
		ep_spec_complain_line(at->rd, at->line,
				      "path: never: forbids \"%.200s\"",
				      e->path);
}

/* Only a record that is one row, whatever becomes of it, can be told to be
 * gone; and what is asked for each record of a list needs all of them. */
static void check_changes(struct ep_spec_place *at,
			  const struct ep_spec_endpoint *e)
{
	const struct ep_spec *spec = at->rd->spec;

	if (e->changes.kind == EP_CHANGES_NONE)
		return;
	ep_spec_check_text(at, "incremental", e->changes.path);
	check_pairs(at, "incremental", &e->changes.start);
	if (e->changes.kind == EP_CHANGES_SINCE)
		at->allowed |= EP_SPEC_NAMES_SINCE;
	check_pairs(at, "incremental", &e->changes.query);
	at->allowed &= ~EP_SPEC_NAMES_SINCE;
	if (e->changes.path && ep_spec_never(spec, e->changes.path))
		ep_spec_complain_line(at->rd, e->line,
				      "incremental: never: forbids \"%.200s\"",
				      e->changes.path);
	for (size_t i = 0; i < spec->endpoints.n; i++) {
		if (ep_str_eq(spec->endpoints.v[i].for_each, e->name))
			ep_spec_complain_line(at->rd, e->line,
					      "incremental: \"%.64s\" needs "
					      "all records of \"%.64s\" "
					      "(for_each)",
					      spec->endpoints.v[i].name,
					      e->name);
	}
	if (ep_str_eq(spec->identity.endpoint, e->name))
		ep_spec_complain_line(at->rd, e->line,
				      "incremental: identity is read from "
				      "\"%.64s\"", e->name);
}

/* Directories are asked over LDAP, and others are not. */
static void check_ldap(struct ep_spec_place *at,
		       const struct ep_spec_endpoint *e)
{
	const struct ep_spec_ldap *ldap = e->ldap;

	if (!ldap)
		return;
	ep_spec_check_text(at, "base", ldap->base);
	ep_spec_check_text(at, "filter", ldap->filter);
	for (size_t i = 0; i < ldap->beyond.n; i++)
		ep_spec_check_text(at, "beyond", ldap->beyond.v[i]);
	for (size_t i = 0; i < at->rd->spec->credentials.n; i++) {
		const struct ep_spec_credential *c =
			&at->rd->spec->credentials.v[i];

		if (in_words(&e->credentials, c->name) &&
		    c->kind != EP_AUTH_BIND)
			ep_spec_complain_line(at->rd, e->line,
					      "ldap: credential %.64s is not "
					      "of kind bind",
					      c->name);
	}
}

static void check_endpoint(struct ep_spec_reader *rd,
			   const struct ep_spec_endpoint *e)
{
	struct ep_spec_place at = { .rd = rd, .line = e->line,
				    .allowed = EP_SPEC_NAMES_TENANT |
					       EP_SPEC_NAMES_ACCESS };

	if (e->for_each)
		at.allowed |= EP_SPEC_NAMES_PARENT;
	if (e->credentials.n == 0 && rd->spec->credentials.n &&
	    !ep_str_eq(rd->spec->locate.endpoint, e->name))
		ep_spec_complain_line(rd, e->line,
				      "endpoint %.64s needs credential:",
				      e->name);
	ep_spec_check_request(&at, e);
	check_ldap(&at, e);
	check_changes(&at, e);
	check_consts(&at, &e->emits);
}

/* An endpoint that makes no rows is there to be asked for something else. */
static void check_purpose(struct ep_spec_reader *rd,
			  const struct ep_spec_endpoint *e)
{
	const struct ep_spec *spec = rd->spec;

	if (e->emits.n || ep_str_eq(spec->identity.endpoint, e->name) ||
	    ep_str_eq(spec->locate.endpoint, e->name))
		return;
	for (size_t i = 0; i < spec->endpoints.n; i++) {
		if (ep_str_eq(spec->endpoints.v[i].for_each, e->name) ||
		    ep_str_eq(spec->endpoints.v[i].rights, e->name))
			return;
	}
	ep_spec_complain_line(rd, e->line,
			      "endpoint %.64s emits nothing, and nothing "
			      "depends on it", e->name);
}

static void check_name_once(struct ep_spec_reader *rd)
{
	const struct ep_spec *spec = rd->spec;

	for (size_t i = 0; i < spec->endpoints.n; i++) {
		const struct ep_spec_endpoint *e = &spec->endpoints.v[i];

		if (ep_spec_endpoint(spec, e->name) != e)
			ep_spec_complain_line(rd, e->line, "there are two "
					      "endpoints \"%.64s\"", e->name);
	}
	for (size_t i = 0; i < spec->imports.n; i++) {
		if (ep_spec_endpoint(spec, spec->imports.v[i].name))
			ep_spec_complain_line(rd, spec->imports.v[i].line,
					      "\"%.64s\" is an endpoint "
					      "already",
					      spec->imports.v[i].name);
	}
}

void ep_spec_check(struct ep_spec_reader *rd)
{
	const struct ep_spec *spec = rd->spec;
	struct ep_spec_place at = { .rd = rd };

	at.allowed = spec->locate.endpoint ? EP_SPEC_NAMES_LOCATED : 0;
	check_pairs(&at, "base", &spec->bases);
	at.allowed = 0;
	ep_spec_check_locate(rd);
	check_pairs(&at, "headers", &spec->headers);
	for (size_t i = 0; i < spec->credentials.n; i++)
		check_credential(rd, &spec->credentials.v[i]);
	for (size_t i = 0; i < spec->endpoints.n; i++) {
		check_endpoint(rd, &spec->endpoints.v[i]);
		check_purpose(rd, &spec->endpoints.v[i]);
	}
	for (size_t i = 0; i < spec->imports.n; i++) {
		at.allowed = EP_SPEC_NAMES_TENANT;
		check_consts(&at, &spec->imports.v[i].emits);
	}
	check_name_once(rd);
	ep_spec_check_granted(rd);
	ep_spec_check_who(rd);
	ep_spec_check_writes(rd);
	if (spec->endpoints.n && spec->bases.n == 0)
		ep_spec_complain_line(rd, 0, "endpoints need base:");
	if (spec->identity.endpoint &&
	    !ep_spec_endpoint(spec, spec->identity.endpoint))
		ep_spec_complain_line(rd, 0,
				      "identity: there is no endpoint "
				      "\"%.64s\"", spec->identity.endpoint);
}

/* The end of the path decides, whatever base came before it. */
bool ep_spec_never(const struct ep_spec *spec, const char *path)
{
	for (size_t i = 0; i < spec->never.n; i++) {
		for (const char *s = strchr(path, '/'); s;
		     s = strchr(s + 1, '/')) {
			if (fnmatch(spec->never.v[i], s, 0) == 0)
				return true;
		}
	}
	return false;
}
