/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OneLogin: from a request to the resource that answers it, with tokens that
 * are shared by whoever asks, the hourly budget, and the service's errors.
 */
#include "onelogin.h"

#include <string.h>

#include "util/text.h"

static const char *name_of(int status)
{
	switch (status) {
	case 400:
		return "BadRequestError";
	case 401:
		return "UnauthorizedError";
	case 403:
		return "ForbiddenError";
	case 404:
		return "NotFoundError";
	case 429:
		return "TooManyRequestsError";
	default:
		return "InternalServerError";
	}
}

void es_ol_error(struct es_answer *ans, int status, const char *text)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddNumberToObject(o, "statusCode", status);
	cJSON_AddStringToObject(o, "name", name_of(status));
	cJSON_AddStringToObject(o, "message", text ? text : "Error");
	es_answer_json(ans, status, o);
}

static void error_v1(struct es_answer *ans, int status, const char *text)
{
	cJSON *o = cJSON_CreateObject(), *in;

	in = cJSON_AddObjectToObject(o, "status");
	cJSON_AddTrueToObject(in, "error");
	cJSON_AddNumberToObject(in, "code", status);
	cJSON_AddStringToObject(in, "type", name_of(status));
	cJSON_AddStringToObject(in, "message", text);
	es_answer_json(ans, status, o);
}

void es_ol_refuse(struct es_ol_call *c, int status, const char *text)
{
	if (c->nparts > 1 && !strcmp(c->parts[1], "2"))
		es_ol_error(c->ans, status, text);
	else
		error_v1(c->ans, status, text);
}

/* Reset counts down; it is no instant. */
static void rate_headers(struct es_answer *ans, int64_t size, int64_t left,
			 int64_t seconds)
{
	es_answer_header(ans, "X-RateLimit-Limit", "%lld", (long long)size);
	es_answer_header(ans, "X-RateLimit-Remaining", "%lld",
			 (long long)left);
	es_answer_header(ans, "X-RateLimit-Reset", "%lld",
			 (long long)seconds);
}

void es_ol_throttle(struct es_answer *ans, const struct es_req *req,
		    int seconds, bool date)
{
	(void)req;
	(void)date;
	es_ol_error(ans, 429, "Rate limit exceeded");
	rate_headers(ans, 5000, 0, seconds);
}

bool es_ol_is(const struct es_ol_call *c, const char *pattern)
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

static bool spend(struct es_ol_call *c)
{
	const cJSON *rate = es_at(c->req->world->doc, "onelogin/rate");
	int64_t size = es_int(rate, "size", 5000);
	int64_t window = es_int(rate, "window", 3600), left, wait;
	char budget[64];

	snprintf(budget, sizeof(budget), "ol:%lld",
		 (long long)es_int(c->account, "id", 0));
	if (es_state_spend(c->req->state, budget, size, window, &left,
			   &wait)) {
		rate_headers(c->ans, size, left, window);
		return true;
	}
	es_ol_refuse(c, 429, "Rate limit exceeded");
	rate_headers(c->ans, size, 0, wait);
	return false;
}

/* "Read Users" is enough for users alone. */
static bool allowed(struct es_ol_call *c)
{
	const char *scope = es_str(c->credential, "scope", "Read All");

	if (!strcmp(scope, "Read All") || !strcmp(scope, "Manage All") ||
	    (!strcmp(scope, "Read Users") && es_ol_is(c, "api/2/users")))
		return true;
	es_ol_refuse(c, 403, "Insufficient Permissions");
	return false;
}

/* A fault may have another account's records come. */
static void choose_shown(struct es_ol_call *c)
{
	const cJSON *a;

	c->shown = c->account;
	if (!(c->req->twist & ES_TWIST_FOREIGN))
		return;
	cJSON_ArrayForEach(a, es_at(c->req->world->doc, "onelogin/accounts"))
		if (a != c->account)
			c->shown = a;
}

static const cJSON *account_of(const struct es_world *w, const char *host)
{
	const cJSON *a;

	cJSON_ArrayForEach(a, es_at(w->doc, "onelogin/accounts"))
		if (!strcmp(es_str(a, "subdomain", ""), host))
			return a;
	return NULL;
}

bool es_ol_may_post(const char *path)
{
	const char *rest = path + (*path == '/');

	return !strcmp(rest + strcspn(rest, "/"), "/auth/oauth2/v2/token");
}

void es_ol_handle(struct es_req *req, struct es_answer *ans)
{
	struct es_ol_call c = { .req = req, .ans = ans };
	struct es_buf room = ES_BUF_INIT;
	const char *parts[12];
	int n = es_req_parts(req->path, &room, parts, 12);

	c.account = n > 0 ? account_of(req->world, parts[0]) : NULL;
	c.parts = parts + 1;
	c.nparts = n - 1;
	if (!c.account) {
		es_ol_error(ans, 404, "Not Found");
	} else if (es_ol_is(&c, "auth/oauth2/v2/token")) {
		es_ol_token(&c);
	} else if (es_ol_identify(&c) && spend(&c) && allowed(&c)) {
		choose_shown(&c);
		if (!es_ol_data(&c))
			es_ol_refuse(&c, 404, "Not Found");
	}
	es_buf_release(&room);
}
