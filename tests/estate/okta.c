/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Okta: from a request to the resource that answers it, with the token, the
 * rights of its owner, the rate bucket of the path, and the service's errors.
 */
#include "okta.h"

#include <string.h>

#include "util/text.h"

static const char *code_of(int status)
{
	static const struct {
		int status;
		const char *code;
	} codes[] = {
		{ 400, "E0000031" }, { 401, "E0000011" }, { 403, "E0000006" },
		{ 404, "E0000007" }, { 405, "E0000022" }, { 429, "E0000047" },
	};
	size_t i;

	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].status == status)
			return codes[i].code;
	return "E0000009";
}

void es_ok_error(struct es_answer *ans, int status, const char *text)
{
	cJSON *o = cJSON_CreateObject();
	char uuid[ES_UUID_TEXT], id[ES_UUID_TEXT + 3];

	es_uuid_random(uuid);
	snprintf(id, sizeof(id), "oae%s", uuid);
	cJSON_AddStringToObject(o, "errorCode", code_of(status));
	cJSON_AddStringToObject(o, "errorSummary", text ? text :
				"Internal Server Error");
	cJSON_AddStringToObject(o, "errorLink", code_of(status));
	cJSON_AddStringToObject(o, "errorId", id);
	cJSON_AddArrayToObject(o, "errorCauses");
	es_answer_json(ans, status, o);
}

void es_ok_not_found(struct es_ok_call *c, const char *what)
{
	char text[160];

	snprintf(text, sizeof(text), "Not found: Resource not found: %.60s "
		 "(%.20s)", c->nparts ? c->parts[c->nparts - 1] : "", what);
	es_ok_error(c->ans, 404, text);
}

static void rate_headers(struct es_answer *ans, int64_t size, int64_t left,
			 int64_t reset)
{
	es_answer_header(ans, "X-Rate-Limit-Limit", "%lld", (long long)size);
	es_answer_header(ans, "X-Rate-Limit-Remaining", "%lld",
			 (long long)left);
	es_answer_header(ans, "X-Rate-Limit-Reset", "%lld", (long long)reset);
}

/* The instant is the server's own; with `date` it is the other limit, on
 * requests at the same time, whose reset means nothing. */
void es_ok_throttle(struct es_answer *ans, const struct es_req *req,
		    int seconds, bool date)
{
	int64_t now = req->world->now_ms / 1000;

	es_ok_error(ans, 429,
		    "API call exceeded rate limit due to too many requests.");
	rate_headers(ans, date ? 0 : 10, 0, date ? now : now + seconds);
}

bool es_ok_is(const struct es_ok_call *c, const char *pattern)
{
	int i;

	for (i = 0; i < c->nparts; i++) {
		size_t n = strcspn(pattern, "/");
		bool any = n == 1 && *pattern == '*';

		if (!n || (!any && (strlen(c->parts[i]) != n ||
				    strncmp(pattern, c->parts[i], n))))
			return false;
		pattern += pattern[n] ? n + 1 : n;
	}
	return !*pattern;
}

/* Requests a minute of the bucket that a path belongs to. */
static int64_t bucket_of(const struct es_ok_call *c, const char **ret_name)
{
	static const struct {
		const char *name;
		int64_t size;
	} buckets[] = { { "agentPools", 10 }, { "devices", 50 },
			{ "org", 100 },	      { "api-tokens", 300 } };
	size_t i;

	*ret_name = "other";
	if (es_ok_is(c, "api/v1/apps/*/credentials/secrets")) {
		*ret_name = "secrets";
		return 10;
	}
	for (i = 0; i < sizeof(buckets) / sizeof(buckets[0]); i++)
		if (c->nparts > 2 && !strcmp(c->parts[2], buckets[i].name)) {
			*ret_name = buckets[i].name;
			return buckets[i].size;
		}
	return 600;
}

static bool spend(struct es_ok_call *c)
{
	const struct es_world *w = c->req->world;
	const cJSON *rate = es_at(w->doc, "okta/rate");
	int64_t now = w->now_ms / 1000, left, wait, size;
	const char *name;
	char budget[96];

	size = bucket_of(c, &name);
	size *= es_int(rate, "times", 1);
	snprintf(budget, sizeof(budget), "ok:%.40s:%s",
		 es_str(c->org, "id", ""), name);
	if (es_state_spend(c->req->state, budget, size, 60, &left, &wait)) {
		rate_headers(c->ans, size, left, now + 60);
		return true;
	}
	es_ok_throttle(c->ans, c->req, (int)wait, false);
	return false;
}

static const cJSON *token_of(const struct es_ok_call *c, const char *text)
{
	const cJSON *t;

	cJSON_ArrayForEach(t, es_get(c->org, "api_tokens"))
		if (*text && !strcmp(es_str(t, "key", ""), text))
			return t;
	return NULL;
}

static bool has_role(const cJSON *user, const char *type)
{
	const cJSON *r;

	cJSON_ArrayForEach(r, es_get(user, "roles"))
		if (!type || !strcmp(es_str(r, "type", ""), type))
			return true;
	return false;
}

/* A token lives 30 days after its last use and dies with its owner. */
static bool token_is_good(struct es_ok_call *c, const cJSON *token,
			  const char *text)
{
	const cJSON *owner = es_ok_find(es_get(c->org, "users"),
					es_str(token, "userId", ""));
	int64_t ends;

	if (!token || !owner || es_state_is_revoked(c->req->state, text) ||
	    !strcmp(es_str(owner, "status", "ACTIVE"), "DEPROVISIONED"))
		return false;
	c->super = has_role(owner, "SUPER_ADMIN");
	return es_time_parse(es_str(token, "expiresAt", ""), &ends) &&
	       ends > c->req->world->now_ms && has_role(owner, NULL);
}

static bool identify(struct es_ok_call *c)
{
	const char *text = c->req->authorization;
	const cJSON *token;

	if (!strncmp(text, "Bearer ", 7))
		return es_ok_bearer(c, text + 7);
	text = strncmp(text, "SSWS ", 5) ? "" : text + 5;
	token = token_of(c, text);
	snprintf(c->req->who, sizeof(c->req->who), "token:%s",
		 es_str(token, "name", "?"));
	if (c->req->twist & ES_TWIST_KILL_TOKEN)
		es_state_revoke(c->req->state, text);
	if (token_is_good(c, token, text))
		return true;
	es_ok_error(c->ans, 401, "Invalid token provided");
	return false;
}

/* What only a super administrator may read of others. */
static bool allowed(struct es_ok_call *c)
{
	bool guarded = c->nparts > 2 && (!strcmp(c->parts[2], "iam") ||
					 !strcmp(c->parts[2], "api-tokens"));

	guarded |= es_ok_is(c, "api/v1/users/*/roles");
	if (c->super || !guarded)
		return true;
	es_ok_error(c->ans, 403, "You do not have permission to perform the "
				 "requested action");
	return false;
}

static const cJSON *org_of(const struct es_world *w, const char *host)
{
	const cJSON *o;

	cJSON_ArrayForEach(o, es_at(w->doc, "okta/orgs"))
		if (!strcmp(es_str(o, "subdomain", ""), host))
			return o;
	return NULL;
}

/* A fault may have another org's records come in an org's answers. */
static void choose_shown(struct es_ok_call *c)
{
	const cJSON *o;

	c->shown = c->org;
	if (!(c->req->twist & ES_TWIST_FOREIGN))
		return;
	cJSON_ArrayForEach(o, es_at(c->req->world->doc, "okta/orgs"))
		if (o != c->org)
			c->shown = o;
}

void es_ok_handle(struct es_req *req, struct es_answer *ans)
{
	struct es_ok_call c = { .req = req, .ans = ans };
	struct es_buf room = ES_BUF_INIT;
	const char *parts[12];
	int n = es_req_parts(req->path, &room, parts, 12);

	c.org = n > 0 ? org_of(req->world, parts[0]) : NULL;
	c.parts = parts + 1;
	c.nparts = n - 1;
	if (!c.org) {
		es_ok_error(ans, 404, "Not found");
	} else if (es_ok_may_post(req->path)) {
		es_ok_token(req, ans, c.org);
	} else if (identify(&c) && spend(&c) && allowed(&c)) {
		choose_shown(&c);
		if (!es_ok_people(&c) && !es_ok_rest(&c))
			es_ok_not_found(&c, "Path");
	}
	es_buf_release(&room);
}
