/* SPDX-License-Identifier: Apache-2.0 */
/*
 * locate: of a connector against the endpoint that it names.  Whoever answers
 * there says where the credentials go, so the question carries none and the
 * answer is bound to domains.
 */
#include "collect/spec_read.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

static const char *base_of(const struct ep_spec *spec, const char *name)
{
	for (size_t i = 0; i < spec->bases.n; i++) {
		if (!name || ep_str_eq(spec->bases.v[i].name, name))
			return spec->bases.v[i].value;
	}
	return "";
}

/* A domain that somebody owns, not all of a top-level domain. */
static bool domain_valid(const char *domain)
{
	const char *dot = strchr(domain, '.');

	return dot && dot != domain && dot[1] &&
	       domain[strspn(domain, "abcdefghijklmnopqrstuvwxyz0123456789.-")] ==
		       '\0';
}

static void check_endpoint(struct ep_spec_reader *rd,
			   const struct ep_spec_endpoint *e)
{
	if (e->credentials.n)
		ep_spec_complain_line(rd, e->line,
				      "locate: endpoint %.64s is asked before "
				      "it is known who answers, so it has no "
				      "credential:", e->name);
	if (e->for_each || e->emits.n)
		ep_spec_complain_line(rd, e->line,
				      "locate: endpoint %.64s stands alone and "
				      "emits nothing", e->name);
	if (strstr(base_of(rd->spec, e->base), "{located}"))
		ep_spec_complain_line(rd, e->line,
				      "locate: endpoint %.64s waits for itself",
				      e->name);
}

/* Tokens are shared between connections, which may be sent elsewhere. */
static void check_credentials(struct ep_spec_reader *rd)
{
	const struct ep_spec *spec = rd->spec;
	char name[80];

	for (size_t i = 0; i < spec->credentials.n * spec->bases.n; i++) {
		const struct ep_spec_credential *c =
			&spec->credentials.v[i / spec->bases.n];
		const struct ep_pair *base =
			&spec->bases.v[i % spec->bases.n];

		snprintf(name, sizeof(name), "{%.64s}", base->name);
		if (c->url && strstr(c->url, name) &&
		    strstr(base->value, "{located}"))
			ep_spec_complain_line(rd, c->line,
					      "locate: the token URL of %.64s "
					      "cannot wait for it", c->name);
	}
}

void ep_spec_check_locate(struct ep_spec_reader *rd)
{
	const struct ep_spec *spec = rd->spec;
	const struct ep_spec_locate *locate = &spec->locate;
	const struct ep_spec_endpoint *e;

	if (!locate->endpoint)
		return;
	e = ep_spec_endpoint(spec, locate->endpoint);
	if (e)
		check_endpoint(rd, e);
	else
		ep_spec_complain_line(rd, 0, "locate: there is no endpoint "
				      "\"%.64s\"", locate->endpoint);
	check_credentials(rd);
	for (size_t i = 0; i < locate->below.n; i++) {
		if (!domain_valid(locate->below.v[i]))
			ep_spec_complain_line(rd, 0, "locate: below: "
					      "\"%.64s\" is no domain",
					      locate->below.v[i]);
	}
}
