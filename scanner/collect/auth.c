/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a token: asked for once for all who need it, renewed before it
 * ends, and given up when the vendor refuses to give one.
 */
#include "collect/auth.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "collect/engine.h"
#include "collect/permit.h"

/* A token without a stated life; the shortest stated one known is 599 s. */
#define TOKEN_SECONDS 300
#define TOKEN_SECONDS_MAX 86400
/* It must outlive the request that carries it. */
#define TOKEN_MARGIN_MS 60000

static void free_token(struct ep_auth *auth)
{
	if (auth->token)
		ep_wipe(auth->token, strlen(auth->token));
	ep_free(auth->token);
	auth->token = NULL;
}

void ep_auth_free(void *p)
{
	struct ep_auth *auth = p;

	free_token(auth);
	ep_coverage_release(&auth->broken);
	ep_words_release(&auth->granted);
	ep_free(auth->said);
	ep_free(auth->ask);
	ep_free(auth);
}

struct ep_auth *ep_auth_like(const struct ep_auth *model, const char *ask)
{
	struct ep_auth *auth = ep_calloc(1, sizeof(*auth));

	auth->engine = model->engine;
	auth->spec = model->spec;
	auth->credential = model->credential;
	auth->connection = model->connection;
	auth->config = model->config;
	memcpy(auth->key, model->key, sizeof(auth->key));
	auth->state = EP_AUTH_IDLE;
	auth->ask = ep_strdup(ask);
	ep_coverage_init(&auth->broken);
	return auth;
}

static bool needs_token(const struct ep_auth *auth)
{
	return auth->credential->kind == EP_AUTH_TOKEN ||
	       auth->credential->kind == EP_AUTH_JWT_BEARER;
}

struct ep_auth *ep_auth_of(struct ep_engine *engine,
			   const struct ep_spec *spec,
			   const struct ep_spec_credential *credential,
			   const struct ep_connection *connection,
			   const struct ep_config_credential *config)
{
	struct ep_err err = EP_ERR_INIT;
	struct ep_auth *auth;
	char key[160];
	int rc = ep_auth_key(spec, credential, connection, config, key, &err);

	if (rc < 0)
		snprintf(key, sizeof(key), "broken %p", (const void *)config);
	auth = ep_map_get(&engine->auths, key);
	if (auth)
		return auth;
	auth = ep_calloc(1, sizeof(*auth));
	auth->engine = engine;
	auth->spec = spec;
	auth->credential = credential;
	auth->connection = connection;
	auth->config = config;
	if (rc == 0)
		snprintf(auth->key, sizeof(auth->key), "%.64s", key);
	ep_coverage_init(&auth->broken);
	auth->state = needs_token(auth) ? EP_AUTH_IDLE : EP_AUTH_READY;
	if (rc < 0) {
		auth->state = EP_AUTH_BROKEN;
		ep_coverage_spoil(&auth->broken, EP_COVERAGE_FAILED,
				  "Correct the credential in the customer's "
				  "file, or the file or command it names",
				  "credential '%s' cannot be used: %s",
				  credential->name, err.msg);
	}
	ep_map_set(&engine->auths, key, auth);
	return auth;
}

/* Everybody who waited goes back in line, to go on or to end. */
static void release_waiting(struct ep_auth *auth)
{
	struct ep_listing *listing;

	while ((listing = auth->first)) {
		auth->first = listing->next;
		listing->next = NULL;
		ep_lane_add(auth->engine, listing);
	}
	auth->last = NULL;
}

static void give_up(struct ep_auth *auth, enum ep_coverage_status status,
		    const char *advice, const char *what)
{
	char text[400];

	snprintf(text, sizeof(text), "%s", what);
	ep_auth_blot(auth, text);
	ep_coverage_spoil(&auth->broken, status, advice,
			  "no token with credential '%s': %s",
			  auth->credential->name, text);
	auth->state = EP_AUTH_BROKEN;
	free_token(auth);
	release_waiting(auth);
}

static bool stands_in_header(const char *token)
{
	for (const char *s = token; *s; s++) {
		if (*s <= ' ' || *s > '~')
			return false;
	}
	return true;
}

/* Seconds a token lives, as stated or assumed. */
static int64_t life_of(const struct ep_spec_credential *credential,
		       const struct ep_json *doc)
{
	const struct ep_json *value;
	int64_t seconds = TOKEN_SECONDS;

	if (credential->expires_path &&
	    ep_json_path(doc, credential->expires_path, &value) ==
		    EP_JSON_PRESENT)
		(void)ep_json_int(value, &seconds);
	if (seconds < 1)
		return 1;
	return seconds > TOKEN_SECONDS_MAX ? TOKEN_SECONDS_MAX : seconds;
}

/* Takes the token out of a 2xx answer; false and why when there is none. */
static bool take_token(struct ep_auth *auth, const struct ep_json *doc,
		       const char **ret_why)
{
	const struct ep_spec_credential *credential = auth->credential;
	const char *path = credential->token_path ? credential->token_path :
						    "access_token";
	const struct ep_json *value;
	int64_t seconds = life_of(credential, doc);
	int64_t margin = seconds * 1000 / 4;
	const char *token;

	if (ep_json_path(doc, path, &value) != EP_JSON_PRESENT ||
	    !(token = ep_json_text(value)) || !*token) {
		*ret_why = "the answer holds no token";
		return false;
	}
	if (!stands_in_header(token)) {
		*ret_why = "the token holds characters that cannot stand in "
			   "a header";
		return false;
	}
	if (margin > TOKEN_MARGIN_MS)
		margin = TOKEN_MARGIN_MS;
	free_token(auth);
	auth->token = ep_strdup(token);
	auth->serial++;
	auth->renew_ms = ep_engine_now(auth->engine) + seconds * 1000 - margin;
	return true;
}

static void take_answer(struct ep_auth *auth,
			const struct ep_http_answer *answer)
{
	static const char advice[] =
		"The token URL does not answer as the connector expects: "
		"check the base URL of the connection";
	struct ep_err err = EP_ERR_INIT;
	struct ep_json *doc;
	const char *why = NULL;
	char text[300];

	if (ep_json_parse(answer->body.s ? answer->body.s : "",
			  answer->body.len, &doc, NULL, &err) < 0) {
		snprintf(text, sizeof(text),
			 "the answer (HTTP %ld) is no JSON document: %.200s",
			 answer->status, err.msg);
		give_up(auth, EP_COVERAGE_FAILED, advice, text);
		return;
	}
	if (take_token(auth, doc, &why)) {
		auth->state = EP_AUTH_READY;
		auth->tries = 0;
		ep_permit_hear(auth, doc);
		release_waiting(auth);
	} else {
		give_up(auth, EP_COVERAGE_FAILED, advice, why);
	}
	ep_json_free(doc);
}

static bool retries_left(struct ep_auth *auth)
{
	return auth->tries <= ep_engine_retries(auth->engine, auth->spec) &&
	       auth->host->silent <= EP_HOST_FAILURES_MAX &&
	       !auth->engine->closing;
}

static void try_again(struct ep_auth *auth, const struct ep_http_answer *answer,
		      const struct ep_judgement *judged)
{
	struct ep_engine *engine = auth->engine;
	int64_t wait = EP_WAIT_UNSAID;
	char text[400];

	if (judged->verdict == EP_VERDICT_THROTTLED)
		wait = ep_wait_asked(&auth->spec->limits, engine->net, answer);
	if (wait == EP_WAIT_TOO_LONG || !retries_left(auth)) {
		snprintf(text, sizeof(text), "the token URL %s, asked %d times",
			 judged->what, (int)auth->tries);
		give_up(auth, EP_COVERAGE_FAILED, judged->advice, text);
		return;
	}
	if (wait == EP_WAIT_UNSAID)
		wait = ep_wait_backoff(&engine->jitter, auth->tries);
	engine->totals->retries++;
	ep_agenda_add(&engine->agenda, ep_engine_now(engine) + wait,
		      EP_DUE_AUTH, auth);
}

static void answered(void *to, struct ep_http_answer *answer)
{
	/* A token URL has no list of statuses of its own. */
	static const struct ep_spec_endpoint token_url = { .name = NULL };
	struct ep_auth *auth = to;
	struct ep_engine *engine = auth->engine;
	struct ep_host *host = auth->host;
	struct ep_judgement judged;
	char text[400];

	host->under_way--;
	engine->totals->wire_bytes += answer->wire_bytes;
	if (answer->end == EP_HTTP_OK) {
		engine->totals->answers++;
		host->silent = 0;
	} else {
		host->silent++;
	}
	ep_judge_answer(&token_url, auth->credential, answer, &judged);
	switch (judged.verdict) {
	case EP_VERDICT_TAKE:
		take_answer(auth, answer);
		break;
	case EP_VERDICT_AGAIN:
	case EP_VERDICT_THROTTLED:
		try_again(auth, answer, &judged);
		break;
	default:
		snprintf(text, sizeof(text), "the token URL %s", judged.what);
		/* RFC 6749 says invalid_client with 400 as well as 401. */
		give_up(auth,
			answer->status == 400 || answer->status == 401 ||
					answer->status == 403 ?
				EP_COVERAGE_DENIED :
				EP_COVERAGE_FAILED,
			judged.advice, text);
		break;
	}
	if (answer->body.cap)
		ep_wipe(answer->body.s, answer->body.cap);
	ep_buf_clear(&answer->body);
	ep_host_next(engine, host);
}

static int add_headers(const struct ep_pairs *pairs, struct ep_vars *vars,
		       struct ep_http_header *header, size_t *n,
		       struct ep_err *err)
{
	struct ep_buf value;
	int rc;

	for (size_t i = 0; i < pairs->n; i++) {
		ep_buf_init(&value, EP_SECRET_BYTES_MAX);
		rc = ep_vars_expand(vars, pairs->v[i].value, false, &value,
				    err);
		if (rc < 0) {
			ep_buf_release(&value);
			return rc;
		}
		header[(*n)++] = (struct ep_http_header){
			.name = pairs->v[i].name,
			.value = ep_buf_take(&value),
		};
	}
	return 0;
}

static int submit(struct ep_auth *auth, struct ep_vars *vars,
		  const struct ep_buf *url, const struct ep_buf *body,
		  struct ep_err *err)
{
	const struct ep_spec_credential *credential = auth->credential;
	size_t room = auth->spec->headers.n + credential->headers.n + 1;
	struct ep_http_header *header = ep_calloc(room, sizeof(*header));
	size_t n = 0;
	int rc = add_headers(&credential->headers, vars, header, &n, err);

	if (rc == 0 && credential->headers.n == 0)
		rc = add_headers(&auth->spec->headers, vars, header, &n, err);
	if (rc == 0) {
		struct ep_http_request request = {
			.kind = EP_HTTP_TOKEN,
			.url = url->s,
			.header = header,
			.headers = n,
			.body = body->s ? body->s : "",
			.body_len = body->len,
			.content_type = credential->json ?
						"application/json" :
						"application/x-www-form-"
						"urlencoded",
			.max_bytes = 1024 * 1024,
			.done = answered,
			.to = auth,
		};

		rc = auth->engine->net->submit(auth->engine->net->to, &request,
					       err);
	}
	for (size_t i = 0; i < n; i++) {
		char *value = (char *)(uintptr_t)header[i].value;

		ep_wipe(value, strlen(value));
		ep_free(value);
	}
	ep_free(header);
	return rc;
}

/* When its connections are all in use, it is asked again by the host. */
static int ask_at(struct ep_auth *auth, struct ep_vars *vars,
		  const struct ep_buf *url, struct ep_buf *body,
		  struct ep_err *err)
{
	int rc;

	auth->host = ep_host_of(auth->engine, url->s);
	if (ep_host_full(auth->engine, auth->host)) {
		ep_host_wait(auth->host, auth);
		return 0;
	}
	auth->tries++;
	rc = ep_auth_body(auth, body, err);
	if (rc < 0)
		return rc;
	auth->host->under_way++;
	rc = submit(auth, vars, url, body, err);
	if (rc == 0)
		auth->engine->totals->requests++;
	else
		auth->host->under_way--;
	return rc;
}

void ep_auth_ask(struct ep_auth *auth)
{
	struct ep_err err = EP_ERR_INIT;
	struct ep_vars vars;
	struct ep_buf body;
	struct ep_buf url;
	int rc;

	if (auth->engine->closing) {
		give_up(auth, EP_COVERAGE_FAILED, "", "the run was over");
		return;
	}
	ep_vars_init(&vars, auth->spec, auth->connection);
	vars.credential = auth->config;
	vars.tenant = auth->connection->tenant;
	vars.secrets = true;
	ep_buf_init(&url, EP_URL_BYTES_MAX);
	ep_buf_init(&body, EP_SECRET_BYTES_MAX * 4);
	auth->state = EP_AUTH_ASKING;
	rc = ep_vars_expand(&vars, auth->credential->url, false, &url, &err);
	if (rc == 0)
		rc = ask_at(auth, &vars, &url, &body, &err);
	if (body.cap)
		ep_wipe(body.s, body.cap);
	ep_buf_release(&body);
	ep_buf_release(&url);
	ep_vars_release(&vars);
	if (rc < 0)
		give_up(auth, EP_COVERAGE_FAILED,
			"Correct the credential or the base URL in the "
			"customer's file",
			err.msg);
}

enum ep_auth_state ep_auth_ready(struct ep_auth *auth,
				 struct ep_listing *listing)
{
	int64_t now = ep_engine_now(auth->engine);

	if (auth->state == EP_AUTH_READY && needs_token(auth) &&
	    now >= auth->renew_ms)
		auth->state = EP_AUTH_IDLE;
	if (auth->state == EP_AUTH_READY || auth->state == EP_AUTH_BROKEN)
		return auth->state;
	if (auth->state == EP_AUTH_IDLE && auth->asked >= EP_TOKENS_MAX) {
		give_up(auth, EP_COVERAGE_FAILED,
			"The vendor's tokens end too soon; see its limits",
			"too many tokens were asked for in this run "
			"(EP_TOKENS_MAX)");
		return auth->state;
	}
	listing->next = NULL;
	if (auth->last)
		auth->last->next = listing;
	else
		auth->first = listing;
	auth->last = listing;
	if (auth->state == EP_AUTH_IDLE) {
		auth->asked++;
		auth->tries = 0;
		ep_auth_ask(auth);
	}
	/* Whatever came of it, the listing was taken and comes back. */
	return EP_AUTH_ASKING;
}

void ep_auth_refused(struct ep_auth *auth, unsigned serial)
{
	if (auth->state != EP_AUTH_READY || auth->serial != serial ||
	    !needs_token(auth))
		return;
	free_token(auth);
	auth->state = EP_AUTH_IDLE;
}
