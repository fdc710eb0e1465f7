/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Printix's token service: client credentials per tenant application and for
 * the partner, opaque tokens that end, a refresh token for partners only.
 */
#include <string.h>

#include "printix.h"
#include "util/text.h"
#include "world/gen.h"

static const char *const apps[] = { ES_PX_CLOUDPRINT, ES_PX_USERS,
				    ES_PX_CARDS, ES_PX_WORKSTATION };
#define NAPPS (sizeof(apps) / sizeof(apps[0]))

bool es_px_app(const struct es_world *w, const struct es_px_tenant *t,
	       const char *app, char id[ES_NAME_MAX], char secret[ES_NAME_MAX])
{
	char uuid[ES_UUID_TEXT];
	const cJSON *a;

	if (!t->rec) {
		es_gen_tenant(uuid, w, app, t->number);
		snprintf(id, ES_NAME_MAX, "%s", uuid);
		snprintf(secret, ES_NAME_MAX, "CANARY-%s-gen-%05lld", app,
			 (long long)t->number);
		return true;
	}
	a = es_get(es_get(t->rec, "apps"), app);
	if (!a)
		return false;
	snprintf(id, ES_NAME_MAX, "%s", es_str(a, "client_id", ""));
	snprintf(secret, ES_NAME_MAX, "%s", es_str(a, "client_secret", ""));
	return *id != '\0';
}

static bool app_matches(const struct es_req *req, const char *id,
			const char *secret, const struct es_px_tenant *t,
			const char *app, struct es_token *ret)
{
	char want_id[ES_NAME_MAX], want_secret[ES_NAME_MAX];

	if (!es_px_app(req->world, t, app, want_id, want_secret) ||
	    strcmp(id, want_id) || strcmp(secret, want_secret))
		return false;
	snprintf(ret->kind, sizeof(ret->kind), "%s", app);
	snprintf(ret->tenant, sizeof(ret->tenant), "%s", t->id);
	return true;
}

static bool find_client(const struct es_req *req, const char *id,
			const char *secret, struct es_token *ret)
{
	const cJSON *p = es_at(req->world->doc, "printix/partner");
	struct es_px_tenant t;
	int64_t i, n = cJSON_GetArraySize(
			   es_at(req->world->doc, "printix/tenants"));
	size_t a;

	if (!strcmp(id, es_str(p, "client_id", "?")) &&
	    !strcmp(secret, es_str(p, "client_secret", "?"))) {
		snprintf(ret->kind, sizeof(ret->kind), "%s", ES_PX_PARTNER);
		return true;
	}
	for (i = 0; i < n; i++)
		for (a = 0; a < NAPPS; a++)
			if (es_px_tenant_at(req->world, i, &t) &&
			    app_matches(req, id, secret, &t, apps[a], ret))
				return true;
	for (a = 0; a < NAPPS; a++) {
		i = es_gen_find(req->world, apps[a], id);
		if (i >= 0 && es_px_tenant_at(req->world, n + i, &t) &&
		    app_matches(req, id, secret, &t, apps[a], ret))
			return true;
	}
	return false;
}

static void refuse(struct es_answer *ans, int status, const char *error,
		   const char *text)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddStringToObject(o, "error", error);
	cJSON_AddStringToObject(o, "error_description", text);
	es_answer_json(ans, status, o);
}

static void issue(struct es_req *req, struct es_answer *ans,
		  struct es_token *t)
{
	const cJSON *px = es_get(req->world->doc, "printix");
	bool partner = !strcmp(t->kind, ES_PX_PARTNER);
	int seconds = partner ?
		(int)es_int(es_get(px, "partner"), "token_seconds", 599) :
		(int)es_int(px, "token_seconds", 3599);
	struct es_token refresh = *t;
	cJSON *o = cJSON_CreateObject();

	t->refresh = false;
	es_state_issue(req->state, t, seconds);
	cJSON_AddStringToObject(o, "access_token", t->text);
	if (partner) {
		refresh.refresh = true;
		es_state_issue(req->state, &refresh, 86400);
		cJSON_AddStringToObject(o, "refresh_token", refresh.text);
	}
	cJSON_AddNumberToObject(o, "expires_in", seconds);
	es_answer_json(ans, 200, o);
}

static void grant_client(struct es_req *req, struct es_answer *ans,
			 struct es_token *t)
{
	const char *secret = es_req_arg(req, "client_secret");

	if (find_client(req, t->client, secret ? secret : "", t))
		issue(req, ans, t);
	else
		refuse(ans, 401, "invalid_client",
		       "Bad client credentials");
}

static void grant_refresh(struct es_req *req, struct es_answer *ans,
			  struct es_token *t)
{
	const char *text = es_req_arg(req, "refresh_token");
	struct es_token old = { .text = "" };

	if (text && es_state_token(req->state, text, &old) && old.refresh &&
	    !strcmp(old.client, t->client))
		issue(req, ans, &old);
	else
		refuse(ans, 401, "invalid_grant", "Invalid refresh token");
}

bool es_px_auth_may_post(const char *path)
{
	return !strcmp(path, "/oauth/token");
}

void es_px_auth_handle(struct es_req *req, struct es_answer *ans)
{
	static const char form[] = "application/x-www-form-urlencoded";
	struct es_token t = { .text = "" };
	const char *grant, *client;

	if (strcmp(req->path, "/oauth/token")) {
		es_px_error(ans, 404, "Not Found");
		return;
	}
	if (strcmp(req->method, "POST")) {
		es_px_error(ans, 405, "Method Not Allowed");
		return;
	}
	if (strncmp(req->content_type, form, sizeof(form) - 1)) {
		refuse(ans, 400, "invalid_request",
		       "The body must be a form");
		return;
	}
	es_req_parse_args(req, req->body);
	grant = es_req_arg(req, "grant_type");
	client = es_req_arg(req, "client_id");
	snprintf(t.client, sizeof(t.client), "%s", client ? client : "");
	snprintf(req->who, sizeof(req->who), "%s", t.client);
	if (grant && !strcmp(grant, "client_credentials"))
		grant_client(req, ans, &t);
	else if (grant && !strcmp(grant, "refresh_token"))
		grant_refresh(req, ans, &t);
	else
		refuse(ans, 400, "unsupported_grant_type",
		       "Unsupported grant type");
}
