/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a credential puts into requests: headers, query parameters, token
 * bodies, signed assertions.  Whatever held a secret is wiped.
 */
#include "collect/auth.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "ext/crypto.h"
#include "ext/json.h"

#define JWT_SECONDS 300

static void wipe_release(struct ep_buf *buf)
{
	if (buf->cap)
		ep_wipe(buf->s, buf->cap);
	ep_buf_release(buf);
}

/* In a credential {tenant} is that of its connection, whoever the request is
 * about. */
static int expand_own(const struct ep_auth *auth, struct ep_vars *vars,
		      const char *text, struct ep_buf *out, struct ep_err *err)
{
	const char *about = vars->tenant;
	int rc;

	vars->credential = auth->config;
	vars->secrets = true;
	vars->token = auth->token;
	vars->tenant = vars->connection->tenant;
	rc = ep_vars_expand(vars, text, false, out, err);
	vars->tenant = about;
	return rc;
}

static int header_basic(const struct ep_auth *auth, struct ep_vars *vars,
			struct ep_buf *value, struct ep_err *err)
{
	const struct ep_spec_credential *credential = auth->credential;
	struct ep_buf pair;
	int rc;

	ep_buf_init(&pair, EP_SECRET_BYTES_MAX);
	rc = expand_own(auth, vars, credential->user, &pair, err);
	ep_buf_addc(&pair, ':');
	if (rc == 0)
		rc = expand_own(auth, vars, credential->password, &pair, err);
	if (rc == 0) {
		ep_buf_adds(value, "Basic ");
		ep_base64(value, pair.s, pair.len);
	}
	wipe_release(&pair);
	return rc;
}

int ep_auth_header(const struct ep_auth *auth, struct ep_vars *vars,
		   const char **ret_name, struct ep_buf *value,
		   struct ep_err *err)
{
	const struct ep_spec_credential *credential = auth->credential;

	*ret_name = NULL;
	switch (credential->kind) {
	case EP_AUTH_NONE:
	case EP_AUTH_QUERY:
	case EP_AUTH_BIND:
		return 0;
	case EP_AUTH_BASIC:
		*ret_name = "Authorization";
		return header_basic(auth, vars, value, err);
	case EP_AUTH_HEADER:
	case EP_AUTH_TOKEN:
	case EP_AUTH_JWT_BEARER:
		break;
	}
	*ret_name = credential->header ? credential->header : "Authorization";
	return expand_own(auth, vars,
			  credential->value ? credential->value :
					      "Bearer {token}",
			  value, err);
}

int ep_auth_query(const struct ep_auth *auth, struct ep_vars *vars,
		  struct ep_buf *url, struct ep_err *err)
{
	struct ep_buf value;
	int rc;

	if (auth->credential->kind != EP_AUTH_QUERY)
		return 0;
	ep_buf_init(&value, EP_SECRET_BYTES_MAX);
	rc = expand_own(auth, vars, auth->credential->value, &value, err);
	if (rc == 0)
		ep_page_param(url, auth->credential->header,
			      value.s ? value.s : "");
	wipe_release(&value);
	return rc;
}

/* The value of a member, unless other words are to be asked for there. */
static int expand(const struct ep_auth *auth, const struct ep_pair *pair,
		  struct ep_vars *vars, struct ep_buf *value,
		  struct ep_err *err)
{
	ep_buf_clear(value);
	if (auth->ask && ep_str_eq(pair->name, auth->credential->granted.ask)) {
		ep_buf_adds(value, auth->ask);
		return 0;
	}
	return ep_vars_expand(vars, pair->value, false, value, err);
}

static int add_claims(const struct ep_auth *auth,
		      const struct ep_pairs *pairs, struct ep_vars *vars,
		      struct ep_buf *json, struct ep_err *err)
{
	struct ep_buf value;
	int rc = 0;

	ep_buf_init(&value, EP_SECRET_BYTES_MAX);
	for (size_t i = 0; rc == 0 && i < pairs->n; i++) {
		rc = expand(auth, &pairs->v[i], vars, &value, err);
		ep_buf_addc(json, ',');
		ep_json_quote(json, pairs->v[i].name);
		ep_buf_addc(json, ':');
		ep_json_quote(json, value.s ? value.s : "");
	}
	ep_buf_release(&value);
	return rc;
}

/* header.claims, each base64url: what is signed. */
static int add_unsigned(const struct ep_auth *auth, struct ep_vars *vars,
			struct ep_buf *jwt, struct ep_err *err)
{
	const struct ep_spec_credential *credential = auth->credential;
	int64_t now = ep_clock_now();
	int64_t life = credential->lifetime > 0 ? credential->lifetime :
						  JWT_SECONDS;
	uint8_t id[16];
	struct ep_buf json;
	int rc;

	ep_buf_init(&json, EP_SECRET_BYTES_MAX);
	ep_buf_adds(&json, "{\"alg\":\"RS256\",\"typ\":\"JWT\"");
	rc = add_claims(auth, &credential->jose, vars, &json, err);
	ep_buf_addc(&json, '}');
	ep_base64url(jwt, json.s, json.len);
	ep_buf_addc(jwt, '.');
	ep_buf_clear(&json);
	ep_random(id, sizeof(id));
	ep_buf_adds(&json, "{\"jti\":\"");
	ep_str_hex(&json, id, sizeof(id));
	ep_buf_addf(&json, "\",\"iat\":%" PRId64 ",\"exp\":%" PRId64, now,
		    now + life);
	if (rc == 0)
		rc = add_claims(auth, &credential->claims, vars, &json, err);
	ep_buf_addc(&json, '}');
	ep_base64url(jwt, json.s, json.len);
	ep_buf_release(&json);
	return rc;
}

static struct ep_secret *secret_of(const struct ep_auth *auth,
				   const char *name)
{
	for (size_t i = 0; i < auth->config->secrets.n; i++) {
		if (ep_str_eq(auth->config->secrets.v[i].name, name))
			return auth->config->secrets.v[i].secret;
	}
	return NULL;
}

static int sign(const struct ep_auth *auth, struct ep_vars *vars,
		struct ep_buf *jwt, struct ep_err *err)
{
	struct ep_secret *key = secret_of(auth, auth->credential->key);
	struct ep_buf signature;
	const char *pem;
	size_t n;
	int rc;

	if (!key)
		return ep_err_set(err, EP_ECONFIG, "secret '%s' is missing",
				  auth->credential->key);
	rc = ep_secret_get(key, true, &pem, &n, err);
	if (rc == 0)
		rc = add_unsigned(auth, vars, jwt, err);
	if (rc < 0)
		return rc;
	ep_buf_init(&signature, EP_SECRET_BYTES_MAX);
	rc = ep_rs256_sign(pem, n, jwt->s, jwt->len, &signature, err);
	if (rc == 0) {
		ep_buf_addc(jwt, '.');
		ep_base64url(jwt, signature.s, signature.len);
	}
	ep_buf_release(&signature);
	return rc;
}

/* One member of the body, form-encoded or as JSON. */
static void add_member(const struct ep_auth *auth, struct ep_buf *body,
		       const char *name, const struct ep_buf *value)
{
	const char *text = value->s ? value->s : "";

	if (auth->credential->json) {
		ep_buf_addc(body, body->len ? ',' : '{');
		ep_json_quote(body, name);
		ep_buf_addc(body, ':');
		ep_json_quote(body, text);
		return;
	}
	if (body->len)
		ep_buf_addc(body, '&');
	ep_str_percent(body, name, strlen(name));
	ep_buf_addc(body, '=');
	ep_str_percent(body, text, strlen(text));
}

static int add_form(const struct ep_auth *auth, struct ep_vars *vars,
		    struct ep_buf *body, struct ep_err *err)
{
	const struct ep_pairs *form = &auth->credential->form;
	struct ep_buf value;
	int rc = 0;

	ep_buf_init(&value, EP_SECRET_BYTES_MAX);
	for (size_t i = 0; rc == 0 && i < form->n; i++) {
		rc = expand(auth, &form->v[i], vars, &value, err);
		if (rc == 0)
			add_member(auth, body, form->v[i].name, &value);
	}
	wipe_release(&value);
	if (auth->credential->json)
		ep_buf_adds(body, body->len ? "}" : "{}");
	return rc;
}

int ep_auth_body(const struct ep_auth *auth, struct ep_buf *body,
		 struct ep_err *err)
{
	struct ep_vars vars;
	struct ep_buf jwt;
	int rc = 0;

	ep_vars_init(&vars, auth->spec, auth->connection);
	ep_buf_init(&jwt, EP_SECRET_BYTES_MAX);
	vars.credential = auth->config;
	vars.tenant = auth->connection->tenant;
	vars.secrets = true;
	if (auth->credential->kind == EP_AUTH_JWT_BEARER) {
		rc = sign(auth, &vars, &jwt, err);
		vars.assertion = jwt.s;
	}
	if (rc == 0)
		rc = add_form(auth, &vars, body, err);
	wipe_release(&jwt);
	ep_vars_release(&vars);
	return rc;
}

static const char *asked_in(const struct ep_pairs *pairs, const char *name)
{
	for (size_t i = 0; i < pairs->n; i++) {
		if (ep_str_eq(pairs->v[i].name, name))
			return pairs->v[i].value;
	}
	return NULL;
}

int ep_auth_asked(const struct ep_auth *auth, struct ep_words *ret,
		  struct ep_err *err)
{
	const struct ep_spec_credential *credential = auth->credential;
	const char *name = credential->granted.ask;
	const char *text = asked_in(&credential->claims, name);
	struct ep_str word, rest;
	struct ep_vars vars;
	struct ep_buf value;
	int rc;

	if (!text)
		text = asked_in(&credential->form, name);
	ep_vars_init(&vars, auth->spec, auth->connection);
	vars.credential = auth->config;
	vars.tenant = auth->connection->tenant;
	ep_buf_init(&value, EP_TEXT_BYTES_MAX);
	rc = ep_vars_expand(&vars, text ? text : "", false, &value, err);
	rest = ep_str(value.s ? value.s : "");
	while (rc == 0 && ep_str_cut(&rest, ' ', &word)) {
		if (word.n)
			EP_VEC_ADD(ret) = ep_strndup(word.p, word.n);
	}
	ep_buf_release(&value);
	ep_vars_release(&vars);
	return rc;
}

/* Everything that makes two configured credentials the same one. */
static int add_material(const struct ep_spec_credential *credential,
			struct ep_vars *vars, struct ep_buf *out,
			struct ep_err *err)
{
	const struct ep_config_credential *config = vars->credential;
	struct ep_buf url;
	const char *text;
	size_t n;
	int rc = 0;

	ep_buf_init(&url, EP_URL_BYTES_MAX);
	if (credential->url)
		rc = ep_vars_expand(vars, credential->url, false, &url, err);
	else
		rc = ep_vars_base(vars, NULL, &url, err);
	ep_buf_addf(out, "%d\n%s\n%s\n", (int)credential->kind,
		    credential->name, url.s ? url.s : "");
	ep_buf_release(&url);
	for (size_t i = 0; i < config->params.n; i++)
		ep_buf_addf(out, "%s=%s\n", config->params.v[i].name,
			    config->params.v[i].value);
	for (size_t i = 0; rc == 0 && i < config->secrets.n; i++) {
		rc = ep_secret_get(config->secrets.v[i].secret, true, &text,
				   &n, err);
		if (rc < 0)
			break;
		ep_buf_addf(out, "%s:%zu=", config->secrets.v[i].name, n);
		ep_buf_add(out, text, n);
	}
	return rc;
}

/* What the connector wants and the configuration does not have. */
static int check_parts(const struct ep_spec_credential *credential,
		       const struct ep_config_credential *config,
		       struct ep_err *err)
{
	for (size_t i = 0; i < credential->params.n; i++) {
		if (!ep_settings_get(&config->params, credential->params.v[i]))
			return ep_err_set(err, EP_ECONFIG,
					  "'%s' is missing in the "
					  "configuration",
					  credential->params.v[i]);
	}
	for (size_t i = 0; i < credential->secrets.n; i++) {
		bool there = false;

		for (size_t k = 0; k < config->secrets.n; k++)
			there |= ep_str_eq(config->secrets.v[k].name,
					   credential->secrets.v[i]);
		if (!there)
			return ep_err_set(err, EP_ECONFIG,
					  "secret '%s' is missing in the "
					  "configuration",
					  credential->secrets.v[i]);
	}
	return 0;
}

int ep_auth_key(const struct ep_spec *spec,
		const struct ep_spec_credential *credential,
		const struct ep_connection *connection,
		const struct ep_config_credential *config, char ret_hex[65],
		struct ep_err *err)
{
	uint8_t hash[EP_SHA256_BYTES];
	struct ep_vars vars;
	struct ep_buf material;
	struct ep_buf hex;
	int rc = check_parts(credential, config, err);

	if (rc < 0)
		return rc;
	ep_vars_init(&vars, spec, connection);
	vars.credential = config;
	vars.tenant = connection->tenant;
	/* A credential is the same one wherever the vendor keeps the data. */
	vars.located = "{located}";
	ep_buf_init(&material, EP_FILE_BYTES_MAX);
	ep_buf_init(&hex, 65);
	ep_buf_addf(&material, "%s\n", spec->id);
	rc = add_material(credential, &vars, &material, err);
	if (rc == 0) {
		ep_sha256_of(material.s, material.len, hash);
		ep_str_hex(&hex, hash, sizeof(hash));
		memcpy(ret_hex, hex.s, hex.len + 1);
	}
	ep_buf_release(&hex);
	wipe_release(&material);
	ep_vars_release(&vars);
	return rc;
}

static void blot(char *text, const char *secret, size_t n)
{
	char *at;

	/* Shorter ones are no secrets but would eat ordinary words. */
	if (!secret || n < 6)
		return;
	while ((at = memmem(text, strlen(text), secret, n)))
		memset(at, '*', n);
}

void ep_auth_blot(const struct ep_auth *auth, char *text)
{
	struct ep_err err = EP_ERR_INIT;
	const char *secret;
	size_t n;

	if (!auth)
		return;
	if (auth->token)
		blot(text, auth->token, strlen(auth->token));
	for (size_t i = 0; i < auth->config->secrets.n; i++) {
		if (ep_secret_get(auth->config->secrets.v[i].secret, true,
				  &secret, &n, &err) == 0)
			blot(text, secret, n);
	}
}
