/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NinjaOne's token service: client apps of the kind API Services ask with
 * their secret in the form or in HTTP basic, for scopes that they were given.
 */
#include <string.h>

#include "ninjaone.h"
#include "util/text.h"

static void refuse(struct es_answer *ans, const char *error)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddStringToObject(o, "error", error);
	es_answer_json(ans, 400, o);
}

static int base64_value(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* "Basic ..." taken apart into client and secret. */
static bool basic(const char *header, char id[ES_NAME_MAX],
		  char secret[ES_NAME_MAX])
{
	char plain[2 * ES_NAME_MAX], *colon;
	unsigned int bits = 0;
	size_t n = 0;
	int have = 0;

	if (strncmp(header, "Basic ", 6))
		return false;
	for (header += 6; base64_value(*header) >= 0; header++) {
		bits = (bits << 6 | (unsigned int)base64_value(*header)) &
		       0xffffff;
		have += 6;
		if (have < 8)
			continue;
		have -= 8;
		if (n + 1 == sizeof(plain))
			return false;
		plain[n++] = (char)(bits >> have & 0xff);
	}
	plain[n] = '\0';
	colon = strchr(plain, ':');
	if (!colon)
		return false;
	*colon = '\0';
	snprintf(id, ES_NAME_MAX, "%.*s", ES_NAME_MAX - 1, plain);
	snprintf(secret, ES_NAME_MAX, "%.*s", ES_NAME_MAX - 1, colon + 1);
	return true;
}

static void credentials_of(const struct es_req *req, char id[ES_NAME_MAX],
			   char secret[ES_NAME_MAX])
{
	const char *v;

	if (basic(req->authorization, id, secret))
		return;
	v = es_req_arg(req, "client_id");
	snprintf(id, ES_NAME_MAX, "%s", v ? v : "");
	v = es_req_arg(req, "client_secret");
	snprintf(secret, ES_NAME_MAX, "%s", v ? v : "");
}

static const cJSON *find_client(const struct es_world *w, const char *id)
{
	const cJSON *i;

	cJSON_ArrayForEach(i, es_at(w->doc, "ninjaone/clients"))
		if (!strcmp(es_str(i, "client_id", ""), id))
			return i;
	return NULL;
}

static bool granted(const cJSON *client, const char *scope, size_t n)
{
	const cJSON *i;

	cJSON_ArrayForEach(i, es_get(client, "scopes"))
		if (cJSON_IsString(i) && strlen(i->valuestring) == n &&
		    !strncmp(i->valuestring, scope, n))
			return true;
	return false;
}

/* Every scope that is asked for must have been given to the app. */
static bool scopes_granted(const cJSON *client, const char *scopes)
{
	bool any = false;

	while (*scopes) {
		size_t n = strcspn(scopes, " ");

		if (n && !granted(client, scopes, n))
			return false;
		any |= n > 0;
		scopes += n;
		scopes += *scopes == ' ';
	}
	return any;
}

static void issue(struct es_req *req, struct es_answer *ans,
		  struct es_token *t)
{
	int seconds = (int)es_int(es_get(req->world->doc, "ninjaone"),
				  "token_seconds", 3600);
	cJSON *o = cJSON_CreateObject();

	es_state_issue(req->state, t, seconds);
	cJSON_AddStringToObject(o, "access_token", t->text);
	cJSON_AddStringToObject(o, "token_type", "Bearer");
	cJSON_AddNumberToObject(o, "expires_in", seconds);
	cJSON_AddStringToObject(o, "scope", t->kind);
	es_answer_json(ans, 200, o);
}

/* Somebody signed in once and let an app act for him; it has from then on
 * what lets it ask for tokens in his name. */
static bool of_person(const struct es_req *req, struct es_token *t)
{
	const char *given = es_req_arg(req, "refresh_token");
	const cJSON *i;

	cJSON_ArrayForEach(i, es_at(req->world->doc, "ninjaone/consents")) {
		if (!given || strcmp(es_str(i, "refresh_token", ""), given) ||
		    strcmp(es_str(i, "client_id", ""), t->client))
			continue;
		snprintf(t->kind, sizeof(t->kind), "%s",
			 "monitoring management");
		snprintf(t->tenant, sizeof(t->tenant), "person");
		return true;
	}
	return false;
}

void es_nj_token(struct es_req *req, struct es_answer *ans)
{
	static const char form[] = "application/x-www-form-urlencoded";
	struct es_token t = { .text = "" };
	char secret[ES_NAME_MAX];
	const char *grant, *scope;
	const cJSON *client;

	if (strcmp(req->method, "POST")) {
		es_nj_error(ans, 405, "Method Not Allowed");
		return;
	}
	if (strncmp(req->content_type, form, sizeof(form) - 1)) {
		refuse(ans, "invalid_request");
		return;
	}
	es_req_parse_args(req, req->body);
	credentials_of(req, t.client, secret);
	snprintf(req->who, sizeof(req->who), "%s", t.client);
	client = find_client(req->world, t.client);
	grant = es_req_arg(req, "grant_type");
	scope = es_req_arg(req, "scope");
	if (grant && !strcmp(grant, "refresh_token")) {
		if (!of_person(req, &t))
			refuse(ans, "invalid_grant");
		else
			issue(req, ans, &t);
	} else if (!grant || strcmp(grant, "client_credentials")) {
		refuse(ans, "unsupported_grant_type");
	} else if (!client ||
		   strcmp(es_str(client, "client_secret", ""), secret)) {
		refuse(ans, "invalid_client");
	} else if (!scopes_granted(client, scope ? scope : "")) {
		refuse(ans, "invalid_scope");
	} else {
		snprintf(t.kind, sizeof(t.kind), "%s", scope);
		issue(req, ans, &t);
	}
}

static bool within_budget(struct es_nj_call *c, const char *client)
{
	const cJSON *rate = es_get(c->world, "rate");
	int64_t left, wait;
	char budget[ES_NAME_MAX + 8];

	snprintf(budget, sizeof(budget), "nj:%s", client);
	if (es_state_spend(c->req->state, budget, es_int(rate, "size", 0),
			   es_int(rate, "window", 60), &left, &wait))
		return true;
	es_nj_throttle(c->ans, c->req, (int)wait, false);
	return false;
}

bool es_nj_admit(struct es_nj_call *c)
{
	const char *text = c->req->authorization;
	struct es_token t = { .text = "" };

	text += strncmp(text, "Bearer ", 7) ? 0 : 7;
	if (es_state_token(c->req->state, text, &t))
		c->client = find_client(c->req->world, t.client);
	snprintf(c->req->who, sizeof(c->req->who), "%s", t.client);
	if (c->req->twist & ES_TWIST_KILL_TOKEN) {
		es_state_revoke(c->req->state, text);
		c->client = NULL;
	}
	if (!c->client) {
		es_nj_error(c->ans, 401, NULL);
		return false;
	}
	c->person = !strcmp(t.tenant, "person");
	c->manages = strstr(t.kind, "management") != NULL;
	if (!strstr(t.kind, "monitoring")) {
		es_nj_error(c->ans, 403, "Insufficient scope");
		return false;
	}
	return within_budget(c, t.client);
}
