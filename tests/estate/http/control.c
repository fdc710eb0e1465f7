/* SPDX-License-Identifier: Apache-2.0 */
/* The control port; see the header. */
#include "http/control.h"

#include <stdlib.h>
#include <string.h>

#include "desk.h"
#include "util/text.h"

static void say(struct es_answer *ans, int status, const char *text)
{
	ans->status = status;
	ans->type = "text/plain";
	es_buf_fmt(&ans->body, "%s\n", text);
}

static void set_night(struct es_estate *e, struct es_req *req,
		      struct es_answer *ans)
{
	const char *n = es_req_arg(req, "n");
	char msg[ES_MSG_MAX] = "n is the number of the night";

	if (!n || es_estate_night(e, (int)strtol(n, NULL, 10), msg))
		say(ans, 400, msg);
	else
		say(ans, 200, "ok");
}

static void get_night(struct es_estate *e, struct es_req *req,
		      struct es_answer *ans)
{
	char at[ES_TIME_TEXT], text[96];

	(void)req;
	pthread_rwlock_rdlock(&e->world_lock);
	es_time_iso(at, e->world.now_ms);
	snprintf(text, sizeof(text), "night=%d\ndate=%s", e->world.night, at);
	pthread_rwlock_unlock(&e->world_lock);
	say(ans, 200, text);
}

/* Query values are text; what a number, a truth value or any JSON may stand
 * for is told by its look. */
static cJSON *value_of_arg(const struct es_arg *arg, char msg[ES_MSG_MAX])
{
	static const char *const typed[] = { "night", "nth", "times", "status",
					     "date", "keep", "seconds", "by",
					     "value", "all", "count",
					     "chunked", "bytes",
					     "milliseconds", "megabytes" };
	const char *v = arg->value;
	cJSON *item = NULL;
	size_t i;

	for (i = 0; i < sizeof(typed) / sizeof(typed[0]); i++)
		if (!strcmp(typed[i], arg->name))
			break;
	if (i < sizeof(typed) / sizeof(typed[0]))
		item = *v && strchr("{[\"", *v) ?
			cJSON_Parse(v) : es_yaml_text(v, strlen(v), "value",
						      msg);
	return item ? item : cJSON_CreateString(v);
}

static cJSON *fault_of_args(const struct es_req *req, char msg[ES_MSG_MAX])
{
	cJSON *o = cJSON_CreateObject();
	int i;

	for (i = 0; i < req->nargs; i++)
		cJSON_AddItemToObject(o, req->args[i].name,
				      value_of_arg(&req->args[i], msg));
	return o;
}

static void add_fault(struct es_estate *e, struct es_req *req,
		      struct es_answer *ans)
{
	char msg[ES_MSG_MAX] = "the body is not YAML";
	cJSON *fault;

	fault = req->nargs ? fault_of_args(req, msg) :
			     es_yaml_text(req->body, strlen(req->body),
					  "fault", msg);
	if (!fault || es_faults_add(e->faults, fault, msg))
		say(ans, 400, msg);
	else
		say(ans, 200, "ok");
	cJSON_Delete(fault);
}

static void clear_faults(struct es_estate *e, struct es_req *req,
			 struct es_answer *ans)
{
	(void)req;
	es_faults_clear(e->faults);
	say(ans, 200, "ok");
}

static void reset(struct es_estate *e, struct es_req *req,
		  struct es_answer *ans)
{
	char msg[ES_MSG_MAX];

	(void)req;
	if (es_estate_reset(e, msg))
		say(ans, 500, msg);
	else
		say(ans, 200, "ok");
}

static void counts(struct es_estate *e, struct es_req *req,
		   struct es_answer *ans)
{
	(void)req;
	ans->status = 200;
	es_journal_counts(e->journal, &ans->body);
}

static void journal(struct es_estate *e, struct es_req *req,
		    struct es_answer *ans)
{
	(void)req;
	ans->status = 200;
	ans->type = "text/plain";
	es_journal_text(e->journal, &ans->body);
}

static void truth(struct es_estate *e, struct es_req *req,
		  struct es_answer *ans)
{
	(void)req;
	ans->status = 200;
	es_estate_truth(e, &ans->body);
}

static void desk(struct es_estate *e, struct es_req *req,
		 struct es_answer *ans)
{
	(void)req;
	ans->status = 200;
	ans->type = "text/plain";
	es_desk_text(es_state_desk(e->state), &ans->body);
}

static void writes(struct es_estate *e, struct es_req *req,
		   struct es_answer *ans)
{
	(void)req;
	ans->status = 200;
	ans->type = "text/plain";
	es_desk_writes(es_state_desk(e->state), &ans->body);
}

/* Somebody at the vendor's own portal changes what was written. */
static void edit(struct es_estate *e, struct es_req *req,
		 struct es_answer *ans)
{
	const char *id = es_req_arg(req, "id"), *m = es_req_arg(req, "member");
	const char *value = es_req_arg(req, "value");

	if (id && m && value &&
	    es_desk_set(es_state_desk(e->state), strtoll(id, NULL, 10), m,
			value))
		say(ans, 200, "ok");
	else
		say(ans, 400, "id, member, and value as JSON");
}

void es_control(struct es_estate *e, const struct es_in *in,
		struct es_answer *ans)
{
	static const struct {
		const char *method;
		const char *path;
		void (*run)(struct es_estate *, struct es_req *,
			    struct es_answer *);
	} calls[] = {
		{ "POST", "/night", set_night },
		{ "GET", "/night", get_night },
		{ "POST", "/fault", add_fault },
		{ "POST", "/faults/clear", clear_faults },
		{ "POST", "/reset", reset },
		{ "GET", "/counts", counts },
		{ "GET", "/journal", journal },
		{ "GET", "/truth", truth },
		{ "GET", "/desk", desk },
		{ "GET", "/writes", writes },
		{ "POST", "/edit", edit },
	};
	struct es_req req = { .body = in->body };
	size_t i;

	memset(ans, 0, sizeof(*ans));
	es_req_parse_args(&req, in->query);
	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (strcmp(calls[i].method, in->method) ||
		    strcmp(calls[i].path, in->path))
			continue;
		calls[i].run(e, &req, ans);
		break;
	}
	if (!ans->status)
		say(ans, 404, "no such control call");
	es_req_release(&req);
}
