/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Microsoft's token service: client credentials, asked for at the tenancy
 * that they are for, with the errors by number that it answers.
 */
#include <string.h>

#include "entra.h"
#include "key.h"
#include "util/text.h"

/* The vendor advises five to ten minutes. */
#define ASSERTION_SECONDS_MAX 600

const cJSON *es_en_tenants(const struct es_world *w)
{
	return es_at(w->doc, "entra/tenants");
}

static void refuse(struct es_req *req, struct es_answer *ans, int status,
		   const char *error, int number, const char *text)
{
	cJSON *o = cJSON_CreateObject(), *codes;
	struct es_buf said = ES_BUF_INIT;
	char uuid[ES_UUID_TEXT], at[ES_TIME_TEXT];

	es_uuid_random(uuid);
	es_time_iso(at, req->world->now_ms);
	es_buf_fmt(&said, "AADSTS%d: %s Trace ID: %s Timestamp: %s", number,
		   text, uuid, at);
	cJSON_AddStringToObject(o, "error", error);
	cJSON_AddStringToObject(o, "error_description", said.p);
	codes = cJSON_AddArrayToObject(o, "error_codes");
	cJSON_AddItemToArray(codes, cJSON_CreateNumber(number));
	cJSON_AddStringToObject(o, "timestamp", at);
	cJSON_AddStringToObject(o, "trace_id", uuid);
	es_uuid_random(uuid);
	cJSON_AddStringToObject(o, "correlation_id", uuid);
	es_answer_json(ans, status, o);
	es_buf_release(&said);
}

static const cJSON *tenant_of(const struct es_req *req, const char *name)
{
	const cJSON *t;

	cJSON_ArrayForEach(t, es_en_tenants(req->world))
		if (!strcmp(es_str(t, "id", ""), name) ||
		    !strcmp(es_str(t, "domain", ""), name))
			return t;
	return NULL;
}

static const cJSON *app_of(const cJSON *tenant, const char *client)
{
	const cJSON *a;

	cJSON_ArrayForEach(a, es_get(tenant, "apps"))
		if (!strcmp(es_str(a, "client_id", ""), client))
			return a;
	return NULL;
}

static void issue(struct es_req *req, struct es_answer *ans,
		  const cJSON *tenant, const cJSON *app)
{
	int seconds = (int)es_int(es_get(req->world->doc, "entra"),
				  "token_seconds", 3599);
	struct es_token t = { .kind = "entra" };
	struct es_buf text = ES_BUF_INIT;
	cJSON *o = cJSON_CreateObject();

	snprintf(t.tenant, sizeof(t.tenant), "%s", es_str(tenant, "id", ""));
	snprintf(t.client, sizeof(t.client), "%s",
		 es_str(app, "client_id", ""));
	es_state_issue(req->state, &t, seconds);
	cJSON_AddStringToObject(o, "token_type", "Bearer");
	cJSON_AddNumberToObject(o, "expires_in", seconds);
	cJSON_AddNumberToObject(o, "ext_expires_in", seconds);
	es_en_token_text(&text, tenant, app, t.text);
	cJSON_AddStringToObject(o, "access_token", es_buf_text(&text));
	es_buf_release(&text);
	es_answer_json(ans, 200, o);
}

static bool secret_is_over(const struct es_req *req, const cJSON *app)
{
	int64_t ends = INT64_MAX;

	es_time_parse(es_str(app, "secret_ends", ""), &ends);
	return ends <= req->world->now_ms;
}

/* NULL, or what is wrong with the certificate's JWT. */
static const char *doubt(struct es_req *req, const struct es_jwt *j,
			 const cJSON *app)
{
	const char *client = es_str(app, "client_id", "");
	struct es_buf aud = ES_BUF_INIT;
	bool for_us;

	es_buf_fmt(&aud, "%s%s", req->base, req->path);
	for_us = !strcmp(es_str(j->c, "aud", ""), aud.p);
	es_buf_release(&aud);
	if (!es_str(app, "thumbprint", NULL) ||
	    strcmp(es_str(j->h, "x5t", ""), es_str(app, "thumbprint", "")) ||
	    !es_jwt_signed(j, client))
		return "The certificate with identifier used to sign the "
		       "client assertion is not registered on application.";
	if (!for_us || strcmp(es_str(j->c, "iss", ""), client) ||
	    strcmp(es_str(j->c, "sub", ""), client))
		return "The client assertion's audience, issuer or subject is "
		       "not valid.";
	if (!es_jwt_timely(j, req, ASSERTION_SECONDS_MAX) ||
	    !es_jwt_once(j, req))
		return "The client assertion is not within its valid time "
		       "range, or was used before.";
	return NULL;
}

/* A certificate in place of a secret. */
static void grant_signed(struct es_req *req, struct es_answer *ans,
			 const cJSON *tenant, const cJSON *app,
			 const char *assertion)
{
	static const char type[] =
		"urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
	const char *said = es_req_arg(req, "client_assertion_type");
	struct es_jwt j = ES_JWT_INIT;
	const char *why = "The client assertion is not a JWT.";

	if (said && !strcmp(said, type) && es_jwt_split(assertion, &j))
		why = doubt(req, &j, app);
	if (why)
		refuse(req, ans, 401, "invalid_client", 700027, why);
	else if (!es_true(app, "consented", true))
		refuse(req, ans, 400, "invalid_grant", 65001,
		       "The administrator has not consented to use the "
		       "application.");
	else
		issue(req, ans, tenant, app);
	es_jwt_release(&j);
}

static void grant(struct es_req *req, struct es_answer *ans,
		  const cJSON *tenant, const char *client)
{
	const cJSON *app = app_of(tenant, client);
	const char *secret = es_req_arg(req, "client_secret");
	const char *assertion = es_req_arg(req, "client_assertion");

	if (app && assertion && !secret) {
		grant_signed(req, ans, tenant, app, assertion);
		return;
	}
	if (!app)
		refuse(req, ans, 400, "unauthorized_client", 700016,
		       "Application was not found in the directory.");
	else if (!secret)
		refuse(req, ans, 401, "invalid_client", 7000216,
		       "'client_assertion' or 'client_secret' is required.");
	else if (strcmp(secret, es_str(app, "client_secret", "")))
		refuse(req, ans, 401, "invalid_client", 7000215,
		       "Invalid client secret provided.");
	else if (secret_is_over(req, app))
		refuse(req, ans, 401, "invalid_client", 7000222,
		       "The provided client secret keys are expired.");
	else if (!es_true(app, "consented", true))
		refuse(req, ans, 400, "invalid_grant", 65001,
		       "The administrator has not consented to use the "
		       "application.");
	else
		issue(req, ans, tenant, app);
}

static void token(struct es_req *req, struct es_answer *ans,
		  const char *name)
{
	const cJSON *tenant = tenant_of(req, name);
	const char *type, *scope, *client;
	size_t n;

	es_req_parse_args(req, req->body);
	type = es_req_arg(req, "grant_type");
	scope = es_req_arg(req, "scope");
	client = es_req_arg(req, "client_id");
	n = scope ? strlen(scope) : 0;
	snprintf(req->who, sizeof(req->who), "%s", client ? client : "");
	if (!tenant)
		refuse(req, ans, 400, "invalid_request", 90002,
		       "Tenant not found.");
	else if (!type || strcmp(type, "client_credentials"))
		refuse(req, ans, 400, "unsupported_grant_type", 70003,
		       "The app requested an unsupported grant type.");
	else if (n < 9 || strcmp(scope + n - 9, "/.default"))
		refuse(req, ans, 400, "invalid_scope", 1002012,
		       "The provided value for scope is not valid; client "
		       "credential flows need '/.default'.");
	else
		grant(req, ans, tenant, client ? client : "");
}

bool es_en_login_may_post(const char *path)
{
	size_t n = strlen(path);

	return n > 18 && !strcmp(path + n - 18, "/oauth2/v2.0/token");
}

void es_en_login_handle(struct es_req *req, struct es_answer *ans)
{
	static const char form[] = "application/x-www-form-urlencoded";
	struct es_buf room = ES_BUF_INIT;
	const char *parts[8];
	int n = es_req_parts(req->path, &room, parts, 8);

	if (n != 4 || !es_en_login_may_post(req->path))
		es_en_error(ans, 404, NULL);
	else if (strcmp(req->method, "POST"))
		refuse(req, ans, 405, "invalid_request", 900561,
		       "The endpoint only accepts POST requests.");
	else if (strncmp(req->content_type, form, sizeof(form) - 1))
		refuse(req, ans, 400, "invalid_request", 900144,
		       "The request body must be a form.");
	else
		token(req, ans, parts[0]);
	es_buf_release(&room);
}

void es_en_credentials(const struct es_world *w, FILE *out)
{
	const cJSON *t, *a;
	char name[ES_NAME_MAX];

	cJSON_ArrayForEach(t, es_en_tenants(w))
		cJSON_ArrayForEach(a, es_get(t, "apps")) {
			const char *client = es_str(a, "client_id", "");

			fprintf(out, "entra\t%s\t%s\t%s\t%s\n",
				es_str(t, "id", ""), a->string, client,
				es_str(a, "client_secret", ""));
			snprintf(name, sizeof(name), "%.80s-key", a->string);
			if (es_str(a, "thumbprint", NULL))
				es_key_print("entra", es_str(t, "id", ""),
					     name, client, client, out);
		}
}
