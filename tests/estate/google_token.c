/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Google's token service: a JWT that a service account signed is changed for
 * a token, when the customer lets that account act for the administrator that
 * it names.
 */
#include <stdlib.h>
#include <string.h>

#include "google.h"
#include "key.h"
#include "util/text.h"

#define SCOPE_PREFIX "https://www.googleapis.com/auth/"
#define JWT_SECONDS_MAX 3600

const cJSON *es_go_customers(const struct es_world *w)
{
	return es_at(w->doc, "google/customers");
}

void es_go_token_error(struct es_answer *ans, int status, const char *text)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddStringToObject(o, "error", status >= 500 ? "internal_failure" :
						"invalid_request");
	cJSON_AddStringToObject(o, "error_description",
				text ? text : "Bad Request");
	es_answer_json(ans, status, o);
}

static void refuse(struct es_answer *ans, int status, const char *error,
		   const char *text)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddStringToObject(o, "error", error);
	cJSON_AddStringToObject(o, "error_description", text);
	es_answer_json(ans, status, o);
}

static const cJSON *account_of(const struct es_world *w, const char *address)
{
	const cJSON *a;

	cJSON_ArrayForEach(a, es_at(w->doc, "google/service_accounts"))
		if (!strcmp(es_str(a, "email", ""), address))
			return a;
	return NULL;
}

const cJSON *es_go_subject(const struct es_world *w, const char *address,
			   const cJSON **ret_tenant)
{
	const cJSON *t, *u;

	cJSON_ArrayForEach(t, es_go_customers(w)) {
		cJSON_ArrayForEach(u, es_get(t, "users")) {
			if (strcmp(es_str(u, "primaryEmail", ""), address))
				continue;
			*ret_tenant = t;
			return u;
		}
	}
	return NULL;
}

static const char *const scope_names[] = {
	"admin.directory.user.readonly", "admin.directory.group.readonly",
	"admin.directory.group.member.readonly",
	"admin.directory.rolemanagement.readonly",
	"admin.directory.customer.readonly",
	"admin.directory.device.mobile.readonly",
	"admin.directory.device.chromeos.readonly",
	"admin.directory.user.security", "apps.licensing",
	"apps.order.readonly", NULL
};

unsigned int es_go_scope(const char *name, size_t n)
{
	int i;

	for (i = 0; scope_names[i]; i++)
		if (strlen(scope_names[i]) == n &&
		    !strncmp(scope_names[i], name, n))
			return 1u << i;
	return 0;
}

static bool delegated(const cJSON *list, const char *scope, size_t n)
{
	const size_t prefix = sizeof(SCOPE_PREFIX) - 1;
	const cJSON *s;

	if (n <= prefix || strncmp(scope, SCOPE_PREFIX, prefix))
		return false;
	cJSON_ArrayForEach(s, list)
		if (cJSON_IsString(s) &&
		    strlen(s->valuestring) == n - prefix &&
		    !strncmp(s->valuestring, scope + prefix, n - prefix))
			return true;
	return false;
}

/* What the token may; 0 when one scope is not delegated, which refuses them
 * all. */
static unsigned int scopes_of(const cJSON *tenant, const char *account,
			      const char *scopes)
{
	const cJSON *list = es_get(es_get(tenant, "delegations"), account);
	const size_t prefix = sizeof(SCOPE_PREFIX) - 1;
	unsigned int may = 0;

	while (*scopes) {
		size_t n = strcspn(scopes, " ");

		if (n && !delegated(list, scopes, n))
			return 0;
		if (n)
			may |= es_go_scope(scopes + prefix, n - prefix);
		scopes += n + (scopes[n] == ' ');
	}
	return may;
}

/* The token remembers for whom it acts and what it may. */
static void issue(struct es_req *req, struct es_answer *ans,
		  const char *subject, unsigned int may)
{
	int seconds = (int)es_int(es_get(req->world->doc, "google"),
				  "token_seconds", 3599);
	struct es_token t = { .kind = "google" };
	cJSON *o = cJSON_CreateObject();

	snprintf(t.tenant, sizeof(t.tenant), "%x", may);
	snprintf(t.client, sizeof(t.client), "%s", subject);
	es_state_issue(req->state, &t, seconds);
	cJSON_AddStringToObject(o, "access_token", t.text);
	cJSON_AddNumberToObject(o, "expires_in", seconds);
	cJSON_AddStringToObject(o, "token_type", "Bearer");
	es_answer_json(ans, 200, o);
}

static void grant(struct es_req *req, struct es_answer *ans,
		  const struct es_jwt *j)
{
	const char *iss = es_str(j->c, "iss", ""), *sub = es_str(j->c, "sub", "");
	const cJSON *account = account_of(req->world, iss), *tenant = NULL;
	const cJSON *subject = es_go_subject(req->world, sub, &tenant);
	struct es_buf aud = ES_BUF_INIT;
	unsigned int may;
	bool for_us;

	snprintf(req->who, sizeof(req->who), "%s", sub);
	es_buf_fmt(&aud, "%s%s", req->base, req->path);
	for_us = !strcmp(es_str(j->c, "aud", ""), aud.p);
	es_buf_release(&aud);
	may = scopes_of(tenant, es_str(account, "client_id", "?"),
			es_str(j->c, "scope", ""));
	if (!account ||
	    strcmp(es_str(j->h, "kid", ""), es_str(account, "key_id", "")) ||
	    !es_jwt_signed(j, iss))
		refuse(ans, 400, "invalid_grant", "Invalid JWT Signature.");
	else if (!for_us)
		refuse(ans, 400, "invalid_grant", "Invalid JWT: Failed "
		       "audience check.");
	else if (!es_jwt_timely(j, req, JWT_SECONDS_MAX))
		refuse(ans, 400, "invalid_grant", "Invalid JWT: Token must be "
		       "a short-lived token (60 minutes) and in a reasonable "
		       "timeframe. Check your iat and exp values in the JWT "
		       "claim.");
	else if (!subject || es_true(subject, "suspended", false))
		refuse(ans, 400, "invalid_grant", "Invalid email or User ID");
	else if (!may)
		refuse(ans, 401, "unauthorized_client", "Client is "
		       "unauthorized to retrieve access tokens using this "
		       "method, or client not authorized for any of the "
		       "scopes requested.");
	else
		issue(req, ans, sub, may);
}

bool es_go_token_may_post(const char *path)
{
	return !strcmp(path, "/token");
}

void es_go_token_handle(struct es_req *req, struct es_answer *ans)
{
	static const char form[] = "application/x-www-form-urlencoded";
	struct es_jwt j = ES_JWT_INIT;
	const char *type, *assertion;

	if (!es_go_token_may_post(req->path) || strcmp(req->method, "POST") ||
	    strncmp(req->content_type, form, sizeof(form) - 1)) {
		es_go_token_error(ans, 404, NULL);
		return;
	}
	es_req_parse_args(req, req->body);
	type = es_req_arg(req, "grant_type");
	assertion = es_req_arg(req, "assertion");
	if (!type || strcmp(type,
			    "urn:ietf:params:oauth:grant-type:jwt-bearer"))
		refuse(ans, 400, "unsupported_grant_type",
		       "Invalid grant_type");
	else if (!assertion || !es_jwt_split(assertion, &j))
		refuse(ans, 400, "invalid_grant", "Invalid JWT.");
	else
		grant(req, ans, &j);
	es_jwt_release(&j);
}
