/* SPDX-License-Identifier: Apache-2.0 */
/* From a request to an answer, whatever carries them; see the header. */
#include "estate.h"

#include <string.h>
#include <strings.h>

#include "desk.h"
#include "lies.h"
#include "util/alloc.h"
#include "util/text.h"

int es_estate_init(struct es_estate *e, const char *world,
		   const char *journal, char msg[ES_MSG_MAX])
{
	memset(e, 0, sizeof(*e));
	if (es_world_load(&e->world, world, msg))
		return -1;
	e->faults = es_faults_new();
	e->state = es_state_new();
	e->journal = es_journal_open(journal);
	pthread_rwlock_init(&e->world_lock, NULL);
	if (!e->journal)
		snprintf(msg, ES_MSG_MAX, "%s: cannot be written", journal);
	else if (!es_faults_add_all(e->faults,
				    es_get(e->world.file, "faults"), msg))
		return 0;
	es_estate_release(e);
	return -1;
}

void es_estate_release(struct es_estate *e)
{
	if (e->journal)
		es_journal_close(e->journal);
	es_faults_free(e->faults);
	es_state_free(e->state);
	es_world_release(&e->world);
	pthread_rwlock_destroy(&e->world_lock);
}

int es_estate_night(struct es_estate *e, int night, char msg[ES_MSG_MAX])
{
	int rc;

	pthread_rwlock_wrlock(&e->world_lock);
	rc = es_world_set_night(&e->world, night, msg);
	pthread_rwlock_unlock(&e->world_lock);
	if (!rc)
		es_faults_rewind(e->faults);
	return rc;
}

int es_estate_reset(struct es_estate *e, char msg[ES_MSG_MAX])
{
	es_state_reset(e->state);
	es_journal_clear(e->journal);
	es_faults_clear(e->faults);
	if (es_faults_add_all(e->faults, es_get(e->world.file, "faults"), msg))
		return -1;
	return es_estate_night(e, 1, msg);
}

void es_estate_truth(struct es_estate *e, struct es_buf *out)
{
	const struct es_vendor *v;
	cJSON *o = cJSON_CreateObject();
	char at[ES_TIME_TEXT];

	pthread_rwlock_rdlock(&e->world_lock);
	es_time_iso(at, e->world.now_ms);
	cJSON_AddNumberToObject(o, "night", e->world.night);
	cJSON_AddStringToObject(o, "date", at);
	for (v = es_vendors; v->name; v++)
		if (v->truth && es_get(e->world.doc, v->name))
			v->truth(&e->world,
				 cJSON_AddObjectToObject(o, v->name));
	pthread_rwlock_unlock(&e->world_lock);
	es_buf_take(out, o);
	es_buf_str(out, "\n");
}

static const char *secret_in_query(const struct es_req *req)
{
	int i;

	for (i = 0; i < req->nargs; i++)
		if (strstr(req->args[i].value, "CANARY-") ||
		    !strcasecmp(req->args[i].name, "client_secret") ||
		    !strcasecmp(req->args[i].name, "access_token"))
			return "secret-in-query";
	return NULL;
}

/* Only reading, and asking for a token, is what a scanner may do. */
static bool refuse_write(const struct es_vendor *v, struct es_req *req,
			 struct es_answer *ans)
{
	if (!strcmp(req->method, "GET") || !strcmp(req->method, "HEAD"))
		return false;
	if (!strcmp(req->method, "POST") && v->may_post &&
	    v->may_post(req->path))
		return false;
	req->forbidden = "write";
	v->error(ans, 405, "Method Not Allowed");
	return true;
}

static void answer(const struct es_vendor *v, struct es_req *req,
		   const struct es_hits *hits,
		   struct es_answer *ans)
{
	req->forbidden = secret_in_query(req);
	es_lie_before(hits, req);
	if (refuse_write(v, req, ans) || es_lie_instead(hits, v, req, ans))
		return;
	v->handle(req, ans);
	es_lie_after(hits, ans);
}

static void plan_one(const struct es_hit *h, struct es_plan *plan)
{
	switch (h->kind) {
	case ES_FAULT_STALL:
		plan->stall_ms = es_int(h->args, "milliseconds",
					es_int(h->args, "seconds", 30) * 1000);
		break;
	case ES_FAULT_CLOSE:
		plan->abort = true;
		plan->keep = es_int(h->args, "keep", 50);
		plan->chunked = es_true(h->args, "chunked", false);
		break;
	case ES_FAULT_CUT_GZIP:
		plan->gzip = true;
		plan->keep = es_int(h->args, "keep", 50);
		break;
	case ES_FAULT_TRUNCATE:
		plan->keep = es_int(h->args, "keep", 50);
		break;
	case ES_FAULT_SLOW:
		plan->slow_bytes = es_int(h->args, "bytes", 1);
		plan->slow_ms = es_int(h->args, "milliseconds", 300);
		break;
	case ES_FAULT_BOMB:
		plan->bomb_mb = es_int(h->args, "megabytes", 300);
		break;
	case ES_FAULT_ENDLESS:
		plan->endless = true;
		break;
	case ES_FAULT_SKEW:
		plan->date_ms += es_int(h->args, "seconds", 86400) * 1000;
		break;
	default:
		break;
	}
}

static void make_plan(const struct es_estate *e, const struct es_hits *hits,
		      struct es_plan *plan)
{
	int i;

	memset(plan, 0, sizeof(*plan));
	plan->keep = 100;
	plan->date_ms = e->world.now_ms;
	for (i = 0; i < hits->n; i++)
		plan_one(&hits->v[i], plan);
}

/* The body of a POST that only reads; those of tokens hold secrets. */
static const char *searched(const struct es_req *req)
{
	if (strcmp(req->method, "POST") || req->wrote || req->forbidden ||
	    strncmp(req->content_type, "application/json", 16) ||
	    strstr(req->path, "token"))
		return NULL;
	return req->body;
}

/* Secrets that an answer shows to whoever asked. */
static int64_t canaries(const struct es_buf *body)
{
	static const char mark[] = "CANARY-";
	const char *at = es_buf_text(body), *end = at + body->len;
	int64_t n = 0;

	while (at < end &&
	       (at = memmem(at, (size_t)(end - at), mark, sizeof(mark) - 1))) {
		n++;
		at += sizeof(mark) - 1;
	}
	return n;
}

static void note(struct es_estate *e, const struct es_in *in,
		 const struct es_vendor *v, const struct es_req *req,
		 const struct es_hits *hits, const struct es_answer *ans)
{
	struct es_buf names = ES_BUF_INIT;
	struct es_entry entry = {
		.method = in->method, .vendor = v ? v->prefix : "-",
		.path = in->path, .query = in->query, .who = req->who,
		.status = ans->status, .rows = ans->rows,
		.bytes = (int64_t)ans->body.len, .forbidden = req->forbidden,
		.wrote = req->wrote, .body = searched(req),
		.canaries = canaries(&ans->body),
	};
	int i;

	for (i = 0; i < hits->n; i++)
		es_buf_fmt(&names, "%s%s", i ? "+" : "", hits->v[i].name);
	entry.fault = names.p;
	es_journal_add(e->journal, &entry);
	if (req->wrote)
		es_desk_sent(es_state_desk(e->state), in->path,
			     in->content_type, in->body);
	es_buf_release(&names);
}

static void unknown_host(struct es_answer *ans)
{
	es_answer_json(ans, 404, cJSON_CreateObject());
}

static void match_faults(struct es_estate *e, const struct es_in *in,
			 const struct es_vendor *v, struct es_hits *hits)
{
	struct es_buf target = ES_BUF_INIT;

	es_buf_fmt(&target, "%s%s%s", in->path, *in->query ? "?" : "",
		   in->query);
	es_faults_match(e->faults, e->world.night, v->name, target.p, hits);
	es_buf_release(&target);
}

void es_estate_serve(struct es_estate *e, const struct es_in *in,
		     struct es_answer *ans, struct es_plan *plan)
{
	const char *start = in->path + (*in->path == '/');
	size_t n = strcspn(start, "/");
	const struct es_vendor *v = es_vendor_of(start, n);
	struct es_buf base = ES_BUF_INIT;
	struct es_hits hits = { .n = 0 };
	struct es_req req = {
		.method = in->method, .path = start + n, .query = in->query,
		.authorization = in->authorization,
		.content_type = in->content_type, .body = in->body,
		.header = in->header, .to = in->to,
		.world = &e->world, .state = e->state,
	};

	memset(ans, 0, sizeof(*ans));
	es_buf_fmt(&base, "%s/%.*s", in->origin, (int)n, start);
	req.base = base.p;
	es_req_parse_args(&req, in->query);
	pthread_rwlock_rdlock(&e->world_lock);
	if (v) {
		match_faults(e, in, v, &hits);
		answer(v, &req, &hits, ans);
	} else {
		unknown_host(ans);
	}
	make_plan(e, &hits, plan);
	pthread_rwlock_unlock(&e->world_lock);
	note(e, in, v, &req, &hits, ans);
	es_hits_release(&hits);
	es_req_release(&req);
	es_buf_release(&base);
}
