/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OneLogin's tokens: asked for in three ways, the same one for everybody who
 * asks while it lives, and dead with HTTP 500 when the credential's maker
 * was deleted.
 */
#include <string.h>

#include "onelogin.h"
#include "util/text.h"

#define TOKEN_SECONDS 36000

/* The n-th token of a credential: nobody else can foresee it, and the same
 * question has the same answer. */
static void token_text(const cJSON *credential, int n, char out[96])
{
	char uuid[ES_UUID_TEXT];
	struct es_buf key = ES_BUF_INIT;

	es_buf_fmt(&key, "%s/%s/%d", es_str(credential, "client_id", ""),
		   es_str(credential, "client_secret", ""), n);
	es_uuid(uuid, es_hash_str("onelogin", key.p));
	es_buf_release(&key);
	snprintf(out, 96, "CANARY-onelogin-%s", uuid);
}

static void live_token(struct es_ol_call *c, const cJSON *credential,
		       char out[96])
{
	int n = 0;

	do
		token_text(credential, n++, out);
	while (es_state_is_revoked(c->req->state, out) && n < 1000);
}

/* The value behind name: in "client_id:a, client_secret:b". */
static void part_of(const char *header, const char *name, char out[128])
{
	const char *at = strstr(header, name);
	size_t n;

	*out = '\0';
	if (!at)
		return;
	at += strlen(name);
	n = strcspn(at, ", ");
	snprintf(out, 128, "%.*s", (int)n, at);
}

static void asked_by(struct es_ol_call *c, char id[128], char secret[128])
{
	const char *header = c->req->authorization, *text;

	if (*header) {
		part_of(header, "client_id:", id);
		part_of(header, "client_secret:", secret);
		return;
	}
	es_req_parse_args(c->req, c->req->body);
	text = es_req_arg(c->req, "client_id");
	snprintf(id, 128, "%s", text ? text : "");
	text = es_req_arg(c->req, "client_secret");
	snprintf(secret, 128, "%s", text ? text : "");
}

static bool asks_for_client(struct es_ol_call *c)
{
	const char *grant = es_req_arg(c->req, "grant_type");
	cJSON *body = cJSON_Parse(c->req->body);
	bool yes;

	if (!grant)
		grant = es_str(body, "grant_type", "");
	yes = !strcmp(grant, "client_credentials");
	cJSON_Delete(body);
	return yes;
}

static void issue(struct es_ol_call *c, const cJSON *credential)
{
	cJSON *o = cJSON_CreateObject();
	char text[96], at[ES_TIME_TEXT];

	live_token(c, credential, text);
	es_time_iso(at, c->req->world->now_ms);
	cJSON_AddStringToObject(o, "access_token", text);
	cJSON_AddStringToObject(o, "created_at", at);
	cJSON_AddNumberToObject(o, "expires_in", TOKEN_SECONDS);
	cJSON_AddStringToObject(o, "refresh_token", "CANARY-onelogin-refresh");
	cJSON_AddStringToObject(o, "token_type", "bearer");
	cJSON_AddNumberToObject(o, "account_id",
				(double)es_int(c->account, "id", 0));
	es_answer_json(c->ans, 200, o);
}

void es_ol_token(struct es_ol_call *c)
{
	char id[128], secret[128];
	const cJSON *k;

	if (strcmp(c->req->method, "POST")) {
		es_ol_error(c->ans, 405, "Method Not Allowed");
		return;
	}
	asked_by(c, id, secret);
	snprintf(c->req->who, sizeof(c->req->who), "%.90s", id);
	cJSON_ArrayForEach(k, es_get(c->account, "credentials")) {
		if (strcmp(es_str(k, "client_id", "?"), id) ||
		    strcmp(es_str(k, "client_secret", "?"), secret))
			continue;
		if (asks_for_client(c))
			issue(c, k);
		else
			es_ol_error(c->ans, 400, "grant_type is incorrect or "
						 "absent");
		return;
	}
	es_ol_error(c->ans, 401, "Authentication Failure");
}

static bool maker_is_there(const struct es_ol_call *c)
{
	int64_t maker = es_int(c->credential, "owner", 0);
	const cJSON *u;

	cJSON_ArrayForEach(u, es_get(c->account, "users"))
		if (es_int(u, "id", -1) == maker)
			return true;
	return false;
}

static void broken(struct es_answer *ans)
{
	ans->status = 500;
	ans->type = "text/html";
	es_buf_clear(&ans->body);
	es_buf_str(&ans->body, "<html><body><h1>500 Internal Server Error"
			       "</h1></body></html>");
}

bool es_ol_identify(struct es_ol_call *c)
{
	const char *text = c->req->authorization;
	char live[96];
	const cJSON *k;

	if (!strncmp(text, "bearer ", 7) || !strncmp(text, "Bearer ", 7))
		text += 7;
	cJSON_ArrayForEach(k, es_get(c->account, "credentials")) {
		live_token(c, k, live);
		if (!strcmp(live, text))
			c->credential = k;
	}
	snprintf(c->req->who, sizeof(c->req->who), "%.90s",
		 es_str(c->credential, "name", "?"));
	if (c->credential && (c->req->twist & ES_TWIST_KILL_TOKEN)) {
		es_state_revoke(c->req->state, text);
		c->credential = NULL;
	}
	if (!c->credential) {
		es_ol_refuse(c, 401, "Authentication Failure");
		return false;
	}
	if (!maker_is_there(c)) {
		broken(c->ans);
		return false;
	}
	return true;
}
