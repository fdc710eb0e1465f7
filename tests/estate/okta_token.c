/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Okta's authorization server of the org: a service app proves itself with a
 * JWT that it signed, never with a secret, and gets a token for the scopes
 * that it was granted; each path of the API wants one of them.
 */
#include <stdlib.h>
#include <string.h>

#include "key.h"
#include "okta.h"

#define JWT_SECONDS_MAX 3600
#define TOKEN_SECONDS 3600
#define SCOPES_MAX 40

static void refuse(struct es_answer *ans, int status, const char *error,
		   const char *text)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddStringToObject(o, "error", error);
	cJSON_AddStringToObject(o, "error_description", text);
	es_answer_json(ans, status, o);
}

static const cJSON *app_of(const cJSON *org, const char *client)
{
	const cJSON *a;

	cJSON_ArrayForEach(a, es_get(org, "service_apps"))
		if (!strcmp(es_str(a, "client_id", ""), client))
			return a;
	return NULL;
}

/* The place of a scope in what the app was granted; -1: not granted. */
static int place(const cJSON *app, const char *scope, size_t n)
{
	const cJSON *s;
	int i = 0;

	cJSON_ArrayForEach(s, es_get(app, "scopes")) {
		if (strlen(s->valuestring) == n &&
		    !strncmp(s->valuestring, scope, n) && i < SCOPES_MAX)
			return i;
		i++;
	}
	return -1;
}

static bool granted(const cJSON *app, const char *scopes, uint64_t *ret_may)
{
	*ret_may = 0;
	while (*scopes) {
		size_t n = strcspn(scopes, " ");
		int at = place(app, scopes, n);

		if (n && at < 0)
			return false;
		if (n)
			*ret_may |= (uint64_t)1 << at;
		scopes += n + (scopes[n] == ' ');
	}
	return *ret_may != 0;
}

static void issue(struct es_req *req, struct es_answer *ans,
		  const cJSON *app, const char *scopes, uint64_t may)
{
	struct es_token t = { .kind = "okta" };
	cJSON *o = cJSON_CreateObject();

	snprintf(t.tenant, sizeof(t.tenant), "%llx", (unsigned long long)may);
	snprintf(t.client, sizeof(t.client), "%s",
		 es_str(app, "client_id", ""));
	es_state_issue(req->state, &t, TOKEN_SECONDS);
	cJSON_AddStringToObject(o, "token_type", "Bearer");
	cJSON_AddNumberToObject(o, "expires_in", TOKEN_SECONDS);
	cJSON_AddStringToObject(o, "access_token", t.text);
	cJSON_AddStringToObject(o, "scope", scopes);
	es_answer_json(ans, 200, o);
}

/* NULL, or why the assertion proves nothing. */
static const char *doubt(struct es_req *req, const struct es_jwt *j,
			 const cJSON *app)
{
	struct es_buf aud = ES_BUF_INIT;
	const char *client = es_str(app, "client_id", "?");
	bool for_us;

	es_buf_fmt(&aud, "%s%s", req->base, req->path);
	for_us = !strcmp(es_str(j->c, "aud", ""), aud.p);
	es_buf_release(&aud);
	if (!app || strcmp(es_str(j->c, "sub", ""), client) ||
	    strcmp(es_str(j->c, "iss", ""), client))
		return "The issuer and the subject must be the client_id.";
	if (strcmp(es_str(j->h, "kid", ""), es_str(app, "key_id", "")) ||
	    !es_jwt_signed(j, client))
		return "The client_assertion signature is invalid.";
	if (!for_us)
		return "The audience claim must be the endpoint you invoke.";
	if (!es_jwt_timely(j, req, JWT_SECONDS_MAX))
		return "The client_assertion token has an expiration too far "
		       "into the future, or is expired.";
	if (es_get(j->c, "jti") && !es_jwt_once(j, req))
		return "The client_assertion token has been used already.";
	return NULL;
}

static void grant(struct es_req *req, struct es_answer *ans,
		  const cJSON *org, const struct es_jwt *j)
{
	const char *scope = es_req_arg(req, "scope");
	const cJSON *app = app_of(org, es_str(j->c, "sub", ""));
	const char *why = doubt(req, j, app);
	uint64_t may;

	snprintf(req->who, sizeof(req->who), "app:%s",
		 es_str(app, "client_id", "?"));
	if (why)
		refuse(ans, 401, "invalid_client", why);
	else if (!scope || !granted(app, scope, &may))
		refuse(ans, 400, "invalid_scope", "One or more scopes are not "
		       "configured for the application.");
	else
		issue(req, ans, app, scope, may);
}

bool es_ok_may_post(const char *path)
{
	const char *below = *path ? strchr(path + 1, '/') : NULL;

	return below && !strcmp(below, "/oauth2/v1/token");
}

void es_ok_token(struct es_req *req, struct es_answer *ans, const cJSON *org)
{
	static const char type[] =
		"urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
	struct es_jwt j = ES_JWT_INIT;
	const char *assertion, *said;

	es_req_parse_args(req, req->body ? req->body : "");
	assertion = es_req_arg(req, "client_assertion");
	said = es_req_arg(req, "client_assertion_type");
	if (strcmp(req->method, "POST"))
		es_ok_error(ans, 405, "The endpoint does not support the "
				      "provided HTTP method");
	else if (!es_req_arg(req, "grant_type") ||
		 strcmp(es_req_arg(req, "grant_type"), "client_credentials"))
		refuse(ans, 400, "unsupported_grant_type",
		       "The grant type is not supported.");
	else if (!said || strcmp(said, type) || !assertion ||
		 !es_jwt_split(assertion, &j))
		refuse(ans, 401, "invalid_client", "Client Credentials "
		       "requests to the Org Authorization Server must use the "
		       "private_key_jwt token_endpoint_auth_method.");
	else
		grant(req, ans, org, &j);
	es_jwt_release(&j);
}

/* The scope that a path of the API wants. */
static const char *wanted(const struct es_ok_call *c)
{
	static const struct {
		const char *part, *scope;
	} scopes[] = {
		{ "users", "okta.users.read" },
		{ "groups", "okta.groups.read" },
		{ "iam", "okta.roles.read" },
		{ "apps", "okta.apps.read" },
		{ "api-tokens", "okta.apiTokens.read" },
		{ "agentPools", "okta.agentPools.read" },
		{ "devices", "okta.devices.read" },
		{ "idps", "okta.idps.read" },
		{ "eventHooks", "okta.eventHooks.read" },
		{ "logStreams", "okta.logStreams.read" },
		{ "org", "okta.orgs.read" },
	};
	size_t i;

	if (es_ok_is(c, "api/v1/users/*/roles") ||
	    es_ok_is(c, "api/v1/groups/*/roles"))
		return "okta.roles.read";
	if (es_ok_is(c, "api/v1/apps/*/grants"))
		return "okta.appGrants.read";
	for (i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++)
		if (c->nparts > 2 && !strcmp(c->parts[2], scopes[i].part))
			return scopes[i].scope;
	return NULL;
}

bool es_ok_bearer(struct es_ok_call *c, const char *text)
{
	const char *scope = wanted(c);
	struct es_token t;
	const cJSON *app;
	unsigned long long may;
	int at;

	if (c->req->twist & ES_TWIST_KILL_TOKEN)
		es_state_revoke(c->req->state, text);
	app = es_state_token(c->req->state, text, &t) &&
			      !strcmp(t.kind, "okta") ?
		      app_of(c->org, t.client) :
		      NULL;
	snprintf(c->req->who, sizeof(c->req->who), "app:%s",
		 es_str(app, "client_id", "?"));
	if (!app) {
		es_ok_error(c->ans, 401, "Invalid token provided");
		return false;
	}
	c->super = es_true(app, "super", false);
	may = strtoull(t.tenant, NULL, 16);
	at = scope ? place(app, scope, strlen(scope)) : 0;
	if (at >= 0 && (!scope || may & (1ull << at)))
		return true;
	es_ok_error(c->ans, 403, "The access token provided does not contain "
				 "the required scopes.");
	return false;
}
