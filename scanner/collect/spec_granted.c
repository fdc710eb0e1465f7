/* SPDX-License-Identifier: Apache-2.0 */
/*
 * granted: of a credential: where the vendor says what it may do.
 */
#include "collect/spec_read.h"

#include <string.h>

#include "base/str.h"
#include "ext/regex.h"

static const char *const granted_keys[] = {
	"token", "answer", "endpoint", "path",	  "ask",
	"unwanted", "prefix", "harmless", "writes", NULL
};

static bool holds(const struct ep_pairs *pairs, const char *name)
{
	for (size_t i = 0; i < pairs->n; i++) {
		if (ep_str_eq(pairs->v[i].name, name))
			return true;
	}
	return false;
}

static void check_pattern(struct ep_spec_reader *rd,
			  const struct ep_yaml *map, const char *pattern)
{
	struct ep_err err = EP_ERR_INIT;
	struct ep_regex *regex = NULL;

	if (pattern && ep_regex_compile(pattern, false, &regex, &err) < 0)
		ep_spec_complain(rd, ep_yaml_get(map, "writes"),
				 "writes: is no pattern: %s", err.msg);
	ep_regex_free(regex);
}

static void check_asking(struct ep_spec_reader *rd, const struct ep_yaml *map,
			 const struct ep_spec_credential *c)
{
	const struct ep_spec_granted *g = &c->granted;
	bool token = c->kind == EP_AUTH_TOKEN ||
		     c->kind == EP_AUTH_JWT_BEARER;

	if ((g->token_path || g->answer_path || g->ask) && !token)
		ep_spec_complain(rd, map, "granted: token:, answer: and ask: "
					  "go with a credential that asks for "
					  "a token");
	if (g->ask && !holds(&c->form, g->ask) && !holds(&c->claims, g->ask))
		ep_spec_complain(rd, map, "granted: ask: \"%.64s\" is neither "
					  "in form: nor in claims:", g->ask);
	if (g->unwanted.n && !g->ask)
		ep_spec_complain(rd, map, "granted: unwanted: needs ask:");
}

static void check_source(struct ep_spec_reader *rd, const struct ep_yaml *map,
			 const struct ep_spec_granted *g)
{
	int sources = (g->token_path != NULL) + (g->answer_path != NULL) +
		      (g->endpoint != NULL);

	if (sources > 1)
		ep_spec_complain(rd, map, "granted: token:, answer: and "
					  "endpoint: are one too many");
	if (sources == 0 && !g->ask)
		ep_spec_complain(rd, map, "granted: needs token:, answer:, "
					  "endpoint: or ask:");
	if ((g->endpoint != NULL) != (g->path != NULL))
		ep_spec_complain(rd, map, "granted: endpoint: and path: "
					  "belong together");
}

void ep_spec_read_granted(struct ep_spec_reader *rd,
			  const struct ep_yaml *node,
			  struct ep_spec_credential *c)
{
	const struct ep_yaml *map = ep_spec_map(rd, node, "granted");
	struct ep_spec_granted *g = &c->granted;

	if (!map)
		return;
	ep_yaml_known(map, granted_keys, "granted", rd->file, rd->diag);
	g->present = true;
	g->token_path = ep_spec_json_path(rd, map, "token");
	g->answer_path = ep_spec_json_path(rd, map, "answer");
	g->endpoint = ep_spec_text(rd, map, "endpoint");
	g->path = ep_spec_json_path(rd, map, "path");
	g->ask = ep_spec_text(rd, map, "ask");
	ep_spec_words(rd, map, "unwanted", &g->unwanted);
	g->prefix = ep_spec_text(rd, map, "prefix");
	ep_spec_words(rd, map, "harmless", &g->harmless);
	g->writes = ep_spec_text(rd, map, "writes");
	check_pattern(rd, map, g->writes);
	check_source(rd, map, g);
	check_asking(rd, map, c);
}

static bool takes(const struct ep_spec_endpoint *endpoint, const char *name)
{
	for (size_t i = 0; i < endpoint->credentials.n; i++) {
		if (ep_str_eq(endpoint->credentials.v[i], name))
			return true;
	}
	return false;
}

static void check_endpoint(struct ep_spec_reader *rd,
			   const struct ep_spec_credential *c)
{
	const struct ep_spec_endpoint *endpoint =
		ep_spec_endpoint(rd->spec, c->granted.endpoint);

	if (!endpoint)
		ep_spec_complain_line(rd, c->line,
				      "granted: there is no endpoint "
				      "\"%.64s\"", c->granted.endpoint);
	else if (endpoint->for_each || !takes(endpoint, c->name))
		ep_spec_complain_line(rd, c->line,
				      "granted: endpoint \"%.64s\" has to "
				      "stand alone and take credential "
				      "\"%.64s\"", endpoint->name, c->name);
}

void ep_spec_check_granted(struct ep_spec_reader *rd)
{
	for (size_t i = 0; i < rd->spec->credentials.n; i++) {
		if (rd->spec->credentials.v[i].granted.endpoint)
			check_endpoint(rd, &rd->spec->credentials.v[i]);
	}
}

void ep_spec_granted_release(struct ep_spec_granted *granted)
{
	ep_free(granted->token_path);
	ep_free(granted->answer_path);
	ep_free(granted->endpoint);
	ep_free(granted->path);
	ep_free(granted->ask);
	ep_spec_words_release(&granted->unwanted);
	ep_free(granted->prefix);
	ep_spec_words_release(&granted->harmless);
	ep_free(granted->writes);
}
