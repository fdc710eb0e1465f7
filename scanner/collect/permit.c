/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Permissions: hearing, asking, comparing.
 */
#include "collect/permit.h"

#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/str.h"
#include "collect/auth.h"
#include "collect/engine.h"
#include "ext/crypto.h"
#include "ext/regex.h"

/* --- hearing ------------------------------------------------------------ */

static bool has_word(const struct ep_words *words, const char *s, size_t n)
{
	for (size_t i = 0; i < words->n; i++) {
		if (strlen(words->v[i]) == n && memcmp(words->v[i], s, n) == 0)
			return true;
	}
	return false;
}

static bool add_word(struct ep_words *words, const char *s, size_t n)
{
	if (n == 0 || has_word(words, s, n))
		return true;
	if (n > EP_PERMISSION_BYTES_MAX || words->n >= EP_PERMISSIONS_MAX)
		return false;
	EP_VEC_ADD(words) = ep_strndup(s, n);
	return true;
}

static bool add_text(struct ep_words *words, const char *s)
{
	bool all = true;

	while (*s) {
		size_t n = strcspn(s, " ,\t\n");

		all &= add_word(words, s, n);
		s += n;
		s += strspn(s, " ,\t\n");
	}
	return all;
}

bool ep_permit_words(const struct ep_json *value, struct ep_words *to)
{
	const struct ep_json *item;
	bool all = true;

	if (ep_json_type(value) == EP_JSON_STRING)
		return add_text(to, ep_json_text(value));
	if (ep_json_type(value) != EP_JSON_ARRAY)
		return ep_json_type(value) == EP_JSON_NULL;
	for (item = ep_json_first(value); item; item = ep_json_next(item)) {
		const char *text = ep_json_text(item);

		all &= text && add_word(to, text, strlen(text));
	}
	return all;
}

/* The claims of a token that is a JWT, NULL when it is none.  They are read
 * as a hint for people, so the signature, which is not for us, stays
 * unchecked. */
static struct ep_json *claims_of(const char *token)
{
	const char *first = strchr(token, '.');
	const char *end = first ? strchr(first + 1, '.') : NULL;
	struct ep_err err = EP_ERR_INIT;
	struct ep_json *claims = NULL;
	struct ep_buf text;

	if (!end)
		return NULL;
	ep_buf_init(&text, EP_SECRET_BYTES_MAX * 4);
	if (ep_base64_decode(first + 1, (size_t)(end - first) - 1, &text,
			     &err) == 0 &&
	    text.s &&
	    ep_json_parse(text.s, text.len, &claims, NULL, &err) < 0)
		claims = NULL;
	if (text.cap)
		ep_wipe(text.s, text.cap);
	ep_buf_release(&text);
	if (claims && ep_json_type(claims) != EP_JSON_OBJECT) {
		ep_json_free(claims);
		return NULL;
	}
	return claims;
}

/* An application without any permission has a token without the claim. */
static void hear_token(struct ep_auth *auth, const char *path)
{
	struct ep_json *claims = claims_of(auth->token);
	const struct ep_json *value;

	if (!claims)
		return;
	if (ep_json_path(claims, path, &value) == EP_JSON_ABSENT)
		auth->granted_told = true;
	else if (ep_json_path(claims, path, &value) == EP_JSON_PRESENT)
		auth->granted_told = ep_permit_words(value, &auth->granted);
	ep_json_free(claims);
}

void ep_permit_hear(struct ep_auth *auth, const struct ep_json *answer)
{
	const struct ep_spec_granted *g = &auth->credential->granted;
	const struct ep_json *value;

	ep_words_release(&auth->granted);
	auth->granted_told = false;
	if (g->token_path)
		hear_token(auth, g->token_path);
	else if (g->answer_path &&
		 ep_json_path(answer, g->answer_path, &value) ==
			 EP_JSON_PRESENT)
		auth->granted_told = ep_permit_words(value, &auth->granted);
}

/* --- asking ------------------------------------------------------------- */

enum alone { ALONE_NO, ALONE_YES, ALONE_UNCLEAR };

/* Would the vendor give a token for just these words? */
static enum alone ask_alone(struct ep_auth *model, const char *words)
{
	struct ep_auth *auth = ep_auth_like(model, words);
	enum alone said = ALONE_UNCLEAR;

	ep_auth_ask(auth);
	ep_engine_loop(auth->engine);
	if (auth->state == EP_AUTH_READY)
		said = ALONE_YES;
	else if (auth->state == EP_AUTH_BROKEN &&
		 auth->broken.status == EP_COVERAGE_DENIED)
		said = ALONE_NO;
	ep_auth_free(auth);
	return said;
}

/* The names as our files write them. */
static const char *bare(const struct ep_spec_granted *g, const char *name)
{
	if (g->prefix && ep_str_starts(name, g->prefix))
		return name + strlen(g->prefix);
	return name;
}

static void ask_one(struct ep_auth *auth, const char *word,
		    struct ep_words *granted, struct ep_permit *ret)
{
	const struct ep_spec_granted *g = &auth->credential->granted;
	struct ep_buf whole;

	ep_buf_init(&whole, EP_TEXT_BYTES_MAX);
	if (g->prefix && !ep_str_starts(word, g->prefix))
		ep_buf_adds(&whole, g->prefix);
	ep_buf_adds(&whole, word);
	switch (ask_alone(auth, whole.s ? whole.s : "")) {
	case ALONE_YES:
		(void)add_word(granted, bare(g, word), strlen(bare(g, word)));
		break;
	case ALONE_UNCLEAR:
		EP_VEC_ADD(&ret->unclear) = ep_strdup(bare(g, word));
		break;
	case ALONE_NO:
		break;
	}
	ep_buf_release(&whole);
}

/* A vendor that refuses all when one is not granted says which by being
 * asked for each; what was given together needs no further question. */
static bool ask_all(struct ep_auth *auth, struct ep_words *granted,
		    struct ep_permit *ret, struct ep_err *err)
{
	const struct ep_spec_granted *g = &auth->credential->granted;
	struct ep_words asked = { 0 };
	bool told = ep_auth_asked(auth, &asked, err) == 0;
	bool whole = auth->state == EP_AUTH_READY;

	told &= whole || (auth->state == EP_AUTH_BROKEN &&
			  auth->broken.status == EP_COVERAGE_DENIED);
	for (size_t i = 0; told && i < asked.n; i++) {
		const char *name = bare(g, asked.v[i]);

		if (whole)
			(void)add_word(granted, name, strlen(name));
		else
			ask_one(auth, asked.v[i], granted, ret);
	}
	/* A key that opens nothing at all is wrong, not short of rights. */
	if (!whole && granted->n == 0)
		told = false;
	ep_words_release(&asked);
	return told;
}

static void take_heard(const struct ep_auth *auth, struct ep_words *granted)
{
	const struct ep_spec_granted *g = &auth->credential->granted;

	for (size_t i = 0; i < auth->granted.n; i++) {
		const char *name = bare(g, auth->granted.v[i]);

		(void)add_word(granted, name, strlen(name));
	}
}

static void find_granted(struct ep_site *site, struct ep_use *use,
			 struct ep_words *granted, struct ep_permit *ret,
			 struct ep_err *err)
{
	const struct ep_spec_granted *g = &use->spec->granted;
	struct ep_auth *auth = use->auth;

	if (auth->granted_told) {
		take_heard(auth, granted);
		ret->told_by = g->token_path ? "the token" :
					       "the answer with the token";
	} else if (g->endpoint) {
		if (ep_try_words(site, use,
				 ep_spec_endpoint(site->spec, g->endpoint),
				 g->path, granted, err) == 0)
			ret->told_by = g->endpoint;
	} else if (g->ask && ask_all(auth, granted, ret, err)) {
		ret->told_by = "asking for each";
	}
	if (!ret->told_by)
		return;
	for (size_t i = 0; i < g->unwanted.n; i++) {
		const char *word = g->unwanted.v[i];

		if (!has_word(granted, word, strlen(word)))
			ask_one(auth, word, granted, ret);
	}
}

/* --- comparing ---------------------------------------------------------- */

/* need: "a|b".  Does one of them equal the name? */
static bool is_one_of(const char *need, const char *name)
{
	size_t len = strlen(name);

	while (*need) {
		size_t n = strcspn(need, "|");

		if (n == len && memcmp(need, name, n) == 0)
			return true;
		need += n;
		need += *need == '|';
	}
	return false;
}

static bool satisfied(const char *need, const struct ep_words *granted)
{
	for (size_t i = 0; i < granted->n; i++) {
		if (is_one_of(need, granted->v[i]))
			return true;
	}
	return false;
}

static void add_lack(struct ep_permit *ret, const char *permission,
		     const struct ep_site *site,
		     const struct ep_spec_endpoint *endpoint)
{
	struct ep_buf text;

	ep_buf_init(&text, EP_TEXT_BYTES_MAX);
	for (size_t i = 0; i < ret->lacks.n; i++) {
		struct ep_permit_lack *lack = &ret->lacks.v[i];

		if (!ep_str_eq(lack->permission, permission))
			continue;
		ep_buf_addf(&text, "%s, %s.%s", lack->datasets, site->spec->id,
			    endpoint->name);
		ep_free(lack->datasets);
		lack->datasets = ep_buf_take(&text);
		return;
	}
	ep_buf_addf(&text, "%s.%s", site->spec->id, endpoint->name);
	EP_VEC_ADD(&ret->lacks) = (struct ep_permit_lack){
		.permission = ep_strdup(permission),
		.datasets = ep_buf_take(&text),
	};
}

static bool is_unclear(const struct ep_permit *permit, const char *need)
{
	for (size_t i = 0; i < permit->unclear.n; i++) {
		if (is_one_of(need, permit->unclear.v[i]))
			return true;
	}
	return false;
}

static void find_lacks(struct ep_site *site, const struct ep_use *use,
		       const struct ep_words *granted, struct ep_permit *ret)
{
	for (size_t i = 0; i < site->spec->endpoints.n; i++) {
		const struct ep_spec_endpoint *endpoint =
			&site->spec->endpoints.v[i];

		if (ep_site_use(site, endpoint) != use)
			continue;
		if (!endpoint->permissions_stated && !endpoint->granted_path)
			EP_VEC_ADD(&ret->unstated) = ep_strdup(endpoint->name);
		for (size_t k = 0; k < endpoint->permissions.n; k++) {
			const char *need = endpoint->permissions.v[k];

			if (!satisfied(need, granted) &&
			    !is_unclear(ret, need))
				add_lack(ret, need, site, endpoint);
		}
	}
}

static bool takes(const struct ep_spec_endpoint *endpoint, const char *name)
{
	for (size_t i = 0; i < endpoint->credentials.n; i++) {
		if (ep_str_eq(endpoint->credentials.v[i], name))
			return true;
	}
	return false;
}

static bool spec_needs(const struct ep_spec *spec, const char *credential,
		       const char *name)
{
	for (size_t i = 0; i < spec->endpoints.n; i++) {
		const struct ep_spec_endpoint *endpoint =
			&spec->endpoints.v[i];

		if (!takes(endpoint, credential))
			continue;
		for (size_t k = 0; k < endpoint->permissions.n; k++) {
			if (is_one_of(endpoint->permissions.v[k], name))
				return true;
		}
	}
	return false;
}

/* One application may serve two connectors of a tenancy. */
static bool same_client(const struct ep_config_credential *a,
			const struct ep_config_credential *b)
{
	const char *id = ep_settings_get(&a->params, "client_id");

	return id && ep_str_eq(id, ep_settings_get(&b->params, "client_id"));
}

static bool other_needs(const struct ep_site *site, const struct ep_use *use,
			const struct ep_connection *other, const char *name)
{
	const struct ep_spec *spec =
		ep_specs_find(site->engine->specs, other->connector);

	if (!spec || other == site->connection ||
	    !ep_str_eq(other->tenant, site->connection->tenant))
		return false;
	for (size_t i = 0; i < other->credentials.n; i++) {
		if (same_client(use->config, &other->credentials.v[i]) &&
		    spec_needs(spec, other->credentials.v[i].name, name))
			return true;
	}
	return false;
}

static bool is_needed(const struct ep_site *site, const struct ep_use *use,
		      const char *name)
{
	const struct ep_config *config = site->engine->config;

	if (has_word(&use->spec->granted.harmless, name, strlen(name)) ||
	    spec_needs(site->spec, use->spec->name, name))
		return true;
	for (size_t i = 0; i < config->customers.n; i++) {
		const struct ep_customer *customer = &config->customers.v[i];

		for (size_t k = 0; k < customer->connections.n; k++) {
			if (other_needs(site, use,
					&customer->connections.v[k], name))
				return true;
		}
	}
	return false;
}

static void find_extras(const struct ep_site *site, const struct ep_use *use,
			const struct ep_words *granted, struct ep_permit *ret)
{
	const char *pattern = use->spec->granted.writes;
	struct ep_err err = EP_ERR_INIT;
	struct ep_regex *regex = NULL;

	if (pattern && ep_regex_compile(pattern, false, &regex, &err) < 0)
		regex = NULL;
	for (size_t i = 0; i < granted->n; i++) {
		const char *name = granted->v[i];
		bool writes = false;

		if (is_needed(site, use, name))
			continue;
		/* A name that the pattern cannot judge may write. */
		if (regex && ep_regex_match(regex, name, strlen(name), &writes,
					    &err) < 0)
			writes = true;
		EP_VEC_ADD(&ret->extras) = (struct ep_permit_extra){
			.permission = ep_strdup(name), .writes = writes
		};
	}
	ep_regex_free(regex);
}

void ep_permit_judge(struct ep_site *site, struct ep_use *use,
		     struct ep_permit *ret, struct ep_err *err)
{
	struct ep_words granted = { 0 };

	memset(ret, 0, sizeof(*ret));
	if (!use->spec->granted.present)
		return;
	find_granted(site, use, &granted, ret, err);
	if (ret->told_by) {
		find_lacks(site, use, &granted, ret);
		find_extras(site, use, &granted, ret);
		ret->granted = granted.n;
	}
	ep_words_release(&granted);
}

void ep_permit_release(struct ep_permit *permit)
{
	for (size_t i = 0; i < permit->lacks.n; i++) {
		ep_free(permit->lacks.v[i].permission);
		ep_free(permit->lacks.v[i].datasets);
	}
	ep_vec_release(&permit->lacks);
	for (size_t i = 0; i < permit->extras.n; i++)
		ep_free(permit->extras.v[i].permission);
	ep_vec_release(&permit->extras);
	ep_words_release(&permit->unclear);
	ep_words_release(&permit->unstated);
}
