/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HaloPSA's token service: an application of the kind Services gives its id
 * and secret, names the instance in the query, and gets the scopes that it
 * asks for and was given.
 */
#include <string.h>

#include "halopsa.h"

/* A token keeps the letters of its scopes. */
static const struct {
	const char *name;
	char letter;
} scopes[] = {
	{ "all", '*' },
	{ "admin", 'A' },
	{ "read:customers", 'c' },
	{ "read:tickets", 't' },
	{ "read:assets", 'a' },
	{ "read:contracts", 'k' },
	{ "read:invoices", 'i' },
	{ "read:softwarelicensing", 'l' },
	{ "edit:tickets", 'w' },
};

static char letter_of(const char *name, size_t n)
{
	size_t i;

	for (i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++)
		if (strlen(scopes[i].name) == n &&
		    !strncmp(scopes[i].name, name, n))
			return scopes[i].letter;
	return '\0';
}

bool es_ha_may(const struct es_ha_call *c, const char *scope)
{
	char letter = letter_of(scope, strlen(scope));

	return strchr(c->token->kind, '*') || strchr(c->token->kind, letter);
}

static void refuse(struct es_answer *ans, const char *error)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddStringToObject(o, "error", error);
	cJSON_AddStringToObject(o, "error_description",
				"The request was refused.");
	es_answer_json(ans, 400, o);
}

static const cJSON *application(const struct es_world *w, const char *id)
{
	const cJSON *i;

	cJSON_ArrayForEach(i, es_at(w->doc, "halopsa/applications"))
		if (*id && !strcmp(es_str(i, "clientId", ""), id))
			return i;
	return NULL;
}

/* `writes` is a scope that the list of applications does not show. */
static bool given(const cJSON *app, const char *scope, size_t n)
{
	const cJSON *i;

	if (n == 12 && !strncmp(scope, "edit:tickets", n))
		return es_true(app, "writes", false);
	cJSON_ArrayForEach(i, es_get(app, "scopes"))
		if (strlen(i->valuestring) == n &&
		    !strncmp(i->valuestring, scope, n))
			return true;
	return false;
}

/* The letters of what is asked for, as far as the application has it; false
 * when it has not all of it. */
static bool grant(const cJSON *app, const char *asked, char out[32])
{
	size_t n, len = 0;

	for (; *asked; asked += n) {
		n = strcspn(asked, " ");
		if (!n) {
			n = 1;
			continue;
		}
		if (!given(app, asked, n) || !letter_of(asked, n))
			return false;
		if (len < 31)
			out[len++] = letter_of(asked, n);
	}
	out[len] = '\0';
	return len > 0;
}

static void issue(struct es_req *req, struct es_answer *ans,
		  struct es_token *t)
{
	int seconds = (int)es_int(es_get(req->world->doc, "halopsa"),
				  "token_seconds", 3600);
	cJSON *o = cJSON_CreateObject();

	es_state_issue(req->state, t, seconds);
	cJSON_AddStringToObject(o, "access_token", t->text);
	cJSON_AddStringToObject(o, "token_type", "Bearer");
	cJSON_AddNumberToObject(o, "expires_in", seconds);
	es_answer_json(ans, 200, o);
}

static const char *arg(const struct es_req *req, const char *name)
{
	const char *v = es_req_arg(req, name);

	return v ? v : "";
}

void es_ha_token(struct es_req *req, struct es_answer *ans)
{
	static const char form[] = "application/x-www-form-urlencoded";
	const cJSON *ha = es_get(req->world->doc, "halopsa");
	struct es_token t = { .text = "" };
	const cJSON *app;

	if (strcmp(req->method, "POST") ||
	    strncmp(req->content_type, form, sizeof(form) - 1)) {
		refuse(ans, "invalid_request");
		return;
	}
	if (strcmp(arg(req, "tenant"), es_str(ha, "tenant_id", ""))) {
		refuse(ans, "invalid_tenant");
		return;
	}
	es_req_parse_args(req, req->body);
	snprintf(t.client, sizeof(t.client), "%s", arg(req, "client_id"));
	snprintf(req->who, sizeof(req->who), "%s", t.client);
	app = application(req->world, t.client);
	if (strcmp(arg(req, "grant_type"), "client_credentials"))
		refuse(ans, "unsupported_grant_type");
	else if (!app || es_true(app, "inactive", false) ||
		 strcmp(es_str(app, "secret", ""), arg(req, "client_secret")))
		refuse(ans, "invalid_client");
	else if (!grant(app, arg(req, "scope"), t.kind))
		refuse(ans, "invalid_scope");
	else
		issue(req, ans, &t);
}

static bool within_budget(struct es_ha_call *c)
{
	const cJSON *rate = es_get(c->world, "rate");
	int64_t left, wait;

	if (es_state_spend(c->req->state, "halopsa", es_int(rate, "size", 0),
			   es_int(rate, "window", 180), &left, &wait))
		return true;
	es_ha_throttle(c->ans, c->req, (int)wait, false);
	return false;
}

bool es_ha_admit(struct es_ha_call *c)
{
	const char *text = c->req->authorization;
	bool good;

	text += strncmp(text, "Bearer ", 7) ? 0 : 7;
	good = es_state_token(c->req->state, text, c->token);
	snprintf(c->req->who, sizeof(c->req->who), "%s", c->token->client);
	if (c->req->twist & ES_TWIST_KILL_TOKEN) {
		es_state_revoke(c->req->state, text);
		good = false;
	}
	if (!good || !application(c->req->world, c->token->client)) {
		es_ha_error(c->ans, 401, NULL);
		return false;
	}
	return within_budget(c);
}
