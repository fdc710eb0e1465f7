/* SPDX-License-Identifier: Apache-2.0 */
/* What every vendor's handler needs of requests and answers. */
#include "vendor.h"

#include <stdarg.h>
#include <string.h>

#include "util/alloc.h"
#include "util/text.h"

const struct es_vendor *es_vendor_of(const char *prefix, size_t n)
{
	const struct es_vendor *v;

	for (v = es_vendors; v->name; v++)
		if (strlen(v->prefix) == n && !strncmp(v->prefix, prefix, n))
			return v;
	return NULL;
}

const char *es_req_arg(const struct es_req *req, const char *name)
{
	int i;

	for (i = 0; i < req->nargs; i++)
		if (!strcmp(req->args[i].name, name))
			return req->args[i].value;
	return NULL;
}

const char *es_req_header(const struct es_req *req, const char *name)
{
	return req->header(req->to, name);
}

static char *decoded(const char *s, size_t n)
{
	struct es_buf b = ES_BUF_INIT;

	es_buf_str(&b, "");
	es_url_decode(&b, s, n, true);
	return b.p;
}

void es_req_parse_args(struct es_req *req, const char *text)
{
	while (*text && req->nargs < ES_ARGS_MAX) {
		size_t n = strcspn(text, "&"), eq = strcspn(text, "=&");
		struct es_arg *a = &req->args[req->nargs];

		if (n) {
			a->name = decoded(text, eq);
			a->value = eq < n ? decoded(text + eq + 1, n - eq - 1) :
					    es_strdup("");
			req->nargs++;
		}
		text += text[n] ? n + 1 : n;
	}
}

int es_req_parts(const char *path, struct es_buf *room, const char **parts,
		 int max)
{
	size_t at[32];
	int i, n = 0;

	while (*path == '/')
		path++;
	while (*path) {
		size_t len = strcspn(path, "/");

		if (n >= max || n >= 32)
			return -1;
		at[n++] = room->len;
		es_url_decode(room, path, len, false);
		es_buf_add(room, "", 1);
		path += path[len] ? len + 1 : len;
	}
	for (i = 0; i < n; i++)
		parts[i] = room->p + at[i];
	return n;
}

void es_req_release(struct es_req *req)
{
	int i;

	for (i = 0; i < req->nargs; i++) {
		es_free(req->args[i].name);
		es_free(req->args[i].value);
	}
	req->nargs = 0;
}

void es_answer_header(struct es_answer *ans, const char *name,
		      const char *fmt, ...)
{
	struct es_header *h;
	va_list ap;

	if (ans->nheaders == ES_HEADERS_MAX)
		return;
	h = &ans->headers[ans->nheaders++];
	h->name = name;
	va_start(ap, fmt);
	vsnprintf(h->value, sizeof(h->value), fmt, ap);
	va_end(ap);
}

void es_answer_json(struct es_answer *ans, int status, cJSON *body)
{
	ans->status = status;
	es_buf_clear(&ans->body);
	es_buf_take(&ans->body, body);
}

void es_answer_release(struct es_answer *ans)
{
	es_buf_release(&ans->body);
}

static bool skipped(const char *name, const char *const *skip)
{
	for (; skip && *skip; skip++)
		if (!strcmp(*skip, name))
			return true;
	return false;
}

cJSON *es_overlay(const char *defaults, const cJSON *record,
		  const char *const *skip)
{
	cJSON *o = cJSON_Parse(defaults);
	const cJSON *i;

	cJSON_ArrayForEach(i, record) {
		if (!strcmp(i->string, "about") || skipped(i->string, skip))
			continue;
		if (es_get(o, i->string))
			cJSON_ReplaceItemInObjectCaseSensitive(
				o, i->string, cJSON_Duplicate(i, 1));
		else
			cJSON_AddItemToObject(o, i->string,
					      cJSON_Duplicate(i, 1));
	}
	return o;
}

void es_buf_take(struct es_buf *out, cJSON *o)
{
	char *text = cJSON_PrintUnformatted(o);

	if (text)
		es_buf_str(out, text);
	cJSON_free(text);
	cJSON_Delete(o);
}
