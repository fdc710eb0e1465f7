/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Microsoft Graph's changes: /users/delta and its like.  A link is good for
 * seven days and carries what was selected.  What is told is the difference
 * between the night it was given and this one: in no order, some of it
 * twice, members that never had a value left out.
 */
#include <stdlib.h>
#include <string.h>

#include "entra.h"
#include "util/text.h"

#define DAYS_GOOD 7
#define DAY_MS 86400000
#define SELECT_MAX 1024

static const struct es_shape shape = { .records = "value",
				       .next = "@odata.nextLink" };

/* What a token says. */
struct round {
	int since;	/* night; 0: everything */
	int64_t at;	/* number of the first change of this page */
	char select[SELECT_MAX];	/* "" all */
};

struct delta {
	struct es_en_call *c;
	struct round round;
	struct es_world old;	/* as of the night of the token */
	const cJSON *then;	/* the tenant in it, NULL: everything is new */
	const cJSON **recs;	/* of this night; NULL: removed */
	const cJSON **olds;	/* the same of then; NULL: new */
	int n;
};

/* --- tokens --------------------------------------------------------------- */

static uint64_t seal(const struct es_en_call *c, const char *text)
{
	return es_hash(13, es_str(c->tenant, "id", ""), es_hash_str("d", text),
		       es_hash_str("set", c->set->path));
}

static void write_token(const struct es_en_call *c, const struct round *round,
			struct es_buf *out)
{
	char text[SELECT_MAX + 64], *s;

	snprintf(text, sizeof(text), "%x_%llx_%s", (unsigned)round->since,
		 (unsigned long long)round->at, round->select);
	for (s = text; *s; s++)
		if (*s == ',')
			*s = '.';
	es_buf_fmt(out, "%s~%016llx", text,
		   (unsigned long long)seal(c, text));
}

static bool read_token(const struct es_en_call *c, const char *token,
		       struct round *ret)
{
	char text[SELECT_MAX + 64], *s, *at, *select;
	const char *end = strrchr(token, '~');

	if (!end || (size_t)(end - token) >= sizeof(text))
		return false;
	snprintf(text, sizeof(text), "%.*s", (int)(end - token), token);
	if (strtoull(end + 1, NULL, 16) != seal(c, text))
		return false;
	/* Sealed, so it is as it was written. */
	at = strchr(text, '_');
	select = strchr(at + 1, '_');
	ret->since = (int)strtol(text, NULL, 16);
	ret->at = strtoll(at + 1, NULL, 16);
	snprintf(ret->select, sizeof(ret->select), "%s", select + 1);
	for (s = ret->select; *s; s++)
		if (*s == '.')
			*s = ',';
	return true;
}

static void add_link(struct es_en_call *c, const char *name, const char *param,
		     const struct round *round)
{
	struct es_buf token = ES_BUF_INIT, url = ES_BUF_INIT;

	write_token(c, round, &token);
	es_buf_fmt(&url, "%s%s?%s=", c->req->base, c->req->path, param);
	es_buf_url(&url, token.p);
	es_buf_fmt(&c->ans->body, "\"%s\":", name);
	es_buf_json(&c->ans->body, url.p);
	es_buf_str(&c->ans->body, ",");
	es_buf_release(&token);
	es_buf_release(&url);
}

/* --- the difference ------------------------------------------------------- */

static const cJSON *record_of(const cJSON *tenant, const char *member,
			      const char *id)
{
	const cJSON *i;

	cJSON_ArrayForEach(i, es_get(tenant, member))
		if (!strcmp(es_str(i, "id", ""), id))
			return i;
	return NULL;
}

static bool differs(struct delta *d, const cJSON *now, const cJSON *then)
{
	const char *select = d->round.select[0] ? d->round.select : NULL;
	cJSON *a = es_en_object(d->c, d->c->set, now, select);
	cJSON *b = es_en_object(d->c, d->c->set, then, select);
	bool same;

	/* These two are kept elsewhere, and nobody is told. */
	cJSON_DeleteItemFromObject(a, "signInActivity");
	cJSON_DeleteItemFromObject(b, "signInActivity");
	cJSON_DeleteItemFromObject(a, "licenseAssignmentStates");
	cJSON_DeleteItemFromObject(b, "licenseAssignmentStates");
	same = cJSON_Compare(a, b, true);
	cJSON_Delete(a);
	cJSON_Delete(b);
	return !same;
}

static void add_change(struct delta *d, const cJSON *now, const cJSON *then)
{
	d->recs[d->n] = now;
	d->olds[d->n] = then;
	d->n++;
}

/* Newest first, then what is gone, then the first of them once more. */
static void find_changes(struct delta *d)
{
	const char *member = d->c->set->member;
	const cJSON *now = es_get(d->c->tenant, member);
	const cJSON *then = es_get(d->then, member), *old, *i;
	int k, n = cJSON_GetArraySize(now);
	size_t most = (size_t)n + (size_t)cJSON_GetArraySize(then) + 1;

	d->recs = calloc(most, sizeof(*d->recs));
	d->olds = calloc(most, sizeof(*d->olds));
	for (k = n - 1; k >= 0; k--) {
		i = cJSON_GetArrayItem(now, k);
		old = record_of(d->then, member, es_str(i, "id", ""));
		if (!old || differs(d, i, old))
			add_change(d, i, old);
	}
	cJSON_ArrayForEach(i, then)
		if (!record_of(d->c->tenant, member, es_str(i, "id", "")))
			add_change(d, NULL, i);
	if (d->n > 1)
		add_change(d, d->recs[0], d->olds[0]);
}

/* --- one record ----------------------------------------------------------- */

static cJSON *removed(const struct delta *d, const cJSON *old)
{
	const char *id = es_str(old, "id", "");
	bool bin = record_of(d->c->tenant, "deleted_users", id) != NULL;
	cJSON *o = cJSON_CreateObject(), *why;

	cJSON_AddStringToObject(o, "id", id);
	why = cJSON_AddObjectToObject(o, "@removed");
	cJSON_AddStringToObject(why, "reason", bin ? "changed" : "deleted");
	return o;
}

/* A member that had a value and has none is told as null. */
static void leave_out(cJSON *o, const cJSON *old)
{
	cJSON *i, *next;

	for (i = o->child; i; i = next) {
		next = i->next;
		if (cJSON_IsNull(i) &&
		    (!es_get(old, i->string) ||
		     cJSON_IsNull(es_get(old, i->string))))
			cJSON_Delete(cJSON_DetachItemViaPointer(o, i));
	}
}

static void put_change(struct delta *d, int k)
{
	const char *select = d->round.select[0] ? d->round.select : NULL;
	cJSON *o;

	if (!d->recs[k]) {
		es_buf_take(&d->c->ans->body, removed(d, d->olds[k]));
		return;
	}
	o = es_en_object(d->c, d->c->set, d->recs[k], select);
	leave_out(o, d->olds[k]);
	es_buf_take(&d->c->ans->body, o);
}

/* --- the answer ----------------------------------------------------------- */

static void write_page(struct delta *d)
{
	struct es_en_call *c = d->c;
	int64_t size = es_int(c->tenant, "short_pages", 100);
	int64_t end = d->round.at + size;
	struct round next = d->round;
	int k;

	c->ans->status = 200;
	c->ans->shape = &shape;
	es_buf_fmt(&c->ans->body, "{\"@odata.context\":\"https://graph."
		   "microsoft.com/v1.0/$metadata#%s\",", c->set->path);
	if (end < d->n) {
		next.at = end;
		add_link(c, "@odata.nextLink", "$skiptoken", &next);
	} else {
		next.at = 0;
		next.since = c->req->world->night;
		add_link(c, "@odata.deltaLink", "$deltatoken", &next);
	}
	es_buf_str(&c->ans->body, "\"value\":[");
	for (k = (int)d->round.at; k < d->n && k < end; k++) {
		if (k > d->round.at)
			es_buf_str(&c->ans->body, ",");
		put_change(d, k);
		c->ans->rows++;
	}
	es_buf_str(&c->ans->body, "]}");
}

/* The state of the round is lost: start again. */
static void resync(struct es_en_call *c)
{
	es_answer_header(c->ans, "Location", "%s%s?$deltatoken=",
			 c->req->base, c->req->path);
	es_en_fail(c->ans, 410, "syncStateNotFound",
		   "The sync state generation is not found; continue with a "
		   "full resync.");
}

static bool open_old(struct delta *d)
{
	const struct es_world *world = d->c->req->world;
	char path[96], msg[ES_MSG_MAX];

	if (d->round.since == 0)
		return true;
	d->old = *world;
	d->old.doc = NULL;
	if (d->round.since > world->night ||
	    es_world_set_night(&d->old, d->round.since, msg) ||
	    world->now_ms - d->old.now_ms > (int64_t)DAYS_GOOD * DAY_MS) {
		resync(d->c);
		return false;
	}
	snprintf(path, sizeof(path), "entra/tenants/%s",
		 es_str(d->c->tenant, "id", ""));
	d->then = es_at(d->old.doc, path);
	return true;
}

/* Answers and returns false when there is no round to tell of. */
static bool read_round(struct es_en_call *c, struct round *ret, bool *ret_now)
{
	const char *token = es_req_arg(c->req, "$deltatoken");
	const char *select = es_req_arg(c->req, "$select");

	*ret_now = false;
	if (es_req_arg(c->req, "$top") || es_req_arg(c->req, "$expand") ||
	    es_req_arg(c->req, "$orderby")) {
		es_en_fail(c->ans, 400, "Request_UnsupportedQuery",
			   "The query is not supported with delta.");
		return false;
	}
	if (!es_en_query_fits(c, c->set))
		return false;
	snprintf(ret->select, sizeof(ret->select), "%s", select ? select : "");
	if (token && !strcmp(token, "latest")) {
		*ret_now = true;
		return true;
	}
	if (!token)
		token = es_req_arg(c->req, "$skiptoken");
	if (!token || !*token || read_token(c, token, ret))
		return true;
	es_en_fail(c->ans, 400, "Directory_InvalidDeltaToken",
		   "The delta token is badly formed.");
	return false;
}

void es_en_delta(struct es_en_call *c)
{
	struct delta d = { .c = c };
	bool now;

	if (!read_round(c, &d.round, &now))
		return;
	if (open_old(&d)) {
		if (!now)
			find_changes(&d);
		write_page(&d);
	}
	free(d.recs);
	free(d.olds);
	cJSON_Delete(d.old.doc);
}
