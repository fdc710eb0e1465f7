/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NinjaOne: from a request to the resource that answers it, and the forms of
 * its errors.
 */
#include "ninjaone.h"

#include <stdlib.h>
#include <string.h>

#include "util/text.h"

void es_nj_error(struct es_answer *ans, int status, const char *text)
{
	cJSON *o = cJSON_CreateObject();
	char id[ES_UUID_TEXT];

	if (status == 401) {
		cJSON_AddStringToObject(o, "error", "not_authenticated");
		cJSON_AddStringToObject(o, "error_description",
					"Invalid credentials");
		cJSON_AddNumberToObject(o, "error_code", 10);
	} else {
		cJSON_AddStringToObject(o, "resultCode", "FAILURE");
		cJSON_AddStringToObject(o, "errorMessage",
					text ? text : "Error");
	}
	if (status >= 500) {
		es_uuid_random(id);
		cJSON_AddStringToObject(o, "incidentId", id);
	}
	es_answer_json(ans, status, o);
}

void es_nj_not_found(struct es_nj_call *c)
{
	es_nj_error(c->ans, 404, "Entity not found");
}

/* It tells how long to wait, or it does not. */
void es_nj_throttle(struct es_answer *ans, const struct es_req *req,
		    int seconds, bool date)
{
	char at[ES_TIME_TEXT];

	es_nj_error(ans, 429, "Too many requests");
	if (seconds <= 0 ||
	    !es_true(es_at(req->world->doc, "ninjaone/rate"), "retry_after",
		     true))
		return;
	es_time_http(at, req->world->now_ms + (int64_t)seconds * 1000);
	if (date)
		es_answer_header(ans, "Retry-After", "%s", at);
	else
		es_answer_header(ans, "Retry-After", "%d", seconds);
}

static bool is_token(const char *path)
{
	return !strcmp(path, "/ws/oauth/token") ||
	       !strcmp(path, "/oauth/token");
}

/* Besides the token only the run of a board reads with a POST; a comment is
 * written with one. */
bool es_nj_may_post(const char *path)
{
	static const char board[] = "/v2/ticketing/trigger/board/";
	static const char ticket[] = "/v2/ticketing/ticket/";
	size_t n = strlen(path);

	return is_token(path) ||
	       (!strncmp(path, board, sizeof(board) - 1) && n > 4 &&
		!strcmp(path + n - 4, "/run")) ||
	       (!strncmp(path, ticket, sizeof(ticket) - 1) && n > 8 &&
		!strcmp(path + n - 8, "/comment"));
}

bool es_nj_is(const struct es_nj_call *c, const char *pattern)
{
	int i;

	for (i = 0; i < c->nparts; i++) {
		size_t n = strcspn(pattern, "/");
		bool any = n == 1 && *pattern == '*';

		if (!any && (strlen(c->parts[i]) != n ||
			     strncmp(c->parts[i], pattern, n)))
			return false;
		pattern += n;
		if (!*pattern)
			return i + 1 == c->nparts;
		pattern++;
	}
	return false;
}

int64_t es_nj_number(const struct es_nj_call *c, int part)
{
	const char *s = c->parts[part];

	if (!*s || strspn(s, "0123456789") != strlen(s))
		return -1;
	return strtoll(s, NULL, 10);
}

const cJSON *es_nj_org(const struct es_nj_call *c, int64_t id)
{
	const cJSON *i;

	cJSON_ArrayForEach(i, es_get(c->world, "organizations"))
		if (es_int(i, "id", -1) == id)
			return i;
	return NULL;
}

static void route(struct es_nj_call *c)
{
	/* checklists is no number of an organisation */
	if (es_nj_rest(c) || es_nj_organizations(c) || es_nj_devices(c) ||
	    es_nj_users(c) || es_nj_desk(c) || es_nj_tickets(c))
		return;
	es_nj_not_found(c);
}

/* /v2/... and /api/v2/... are the same. */
static int below_version(const char **parts, int n)
{
	int at = n > 0 && !strcmp(parts[0], "api");

	return at < n && !strcmp(parts[at], "v2") ? at + 1 : -1;
}

void es_nj_handle(struct es_req *req, struct es_answer *ans)
{
	struct es_nj_call c = { .req = req, .ans = ans };
	struct es_buf room = ES_BUF_INIT;
	const char *parts[10];
	int n = es_req_parts(req->path, &room, parts, 10);
	int at = below_version(parts, n);

	c.world = es_get(req->world->doc, "ninjaone");
	if (is_token(req->path)) {
		es_nj_token(req, ans);
	} else if (at < 0) {
		es_nj_not_found(&c);
	} else if (es_nj_admit(&c)) {
		c.parts = parts + at;
		c.nparts = n - at;
		route(&c);
	}
	es_buf_release(&room);
}
