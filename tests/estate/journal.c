/* SPDX-License-Identifier: Apache-2.0 */
/* Request lines and counts; see the header. */
#include "journal.h"

#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "util/alloc.h"
#include "util/text.h"

/* Lines kept for GET /journal; the file has them all. */
#define MEMORY_MAX (64u * 1024 * 1024)
#define CLASS_MAX 160

struct path_class {
	char key[CLASS_MAX];	/* "GET /dnsfilter/v1/networks 200" */
	char method[12];
	const char *vendor;
	char path[CLASS_MAX];
	int status;
	int64_t n;
	struct path_class *next;
};

struct es_journal {
	pthread_mutex_t lock;
	FILE *file;
	struct es_buf lines;
	struct path_class *classes;
	int64_t total;
	int64_t forbidden;
};

struct es_journal *es_journal_open(const char *path)
{
	struct es_journal *j = es_alloc(sizeof(*j));

	pthread_mutex_init(&j->lock, NULL);
	if (!path)
		return j;
	j->file = fopen(path, "ae");
	if (j->file)
		return j;
	es_journal_close(j);
	return NULL;
}

static void empty(struct es_journal *j)
{
	struct path_class *c;

	while ((c = j->classes)) {
		j->classes = c->next;
		es_free(c);
	}
	es_buf_clear(&j->lines);
	j->total = j->forbidden = 0;
}

void es_journal_clear(struct es_journal *j)
{
	pthread_mutex_lock(&j->lock);
	empty(j);
	pthread_mutex_unlock(&j->lock);
}

void es_journal_close(struct es_journal *j)
{
	empty(j);
	es_buf_release(&j->lines);
	if (j->file)
		fclose(j->file);
	pthread_mutex_destroy(&j->lock);
	es_free(j);
}

/* Whatever came in, a line stays a line. */
static void add_plain(struct es_buf *out, const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if ((unsigned char)s[i] <= ' ' || s[i] == 0x7f)
			es_buf_fmt(out, "%%%02X", (unsigned char)s[i]);
		else
			es_buf_add(out, s + i, 1);
	}
}

static void add_query(struct es_buf *out, const char *query)
{
	const char *sep = "?";

	while (*query) {
		size_t n = strcspn(query, "&"), name = strcspn(query, "=&");
		const char *mark = strstr(query, "CANARY-");
		char lower[64];
		size_t i;

		for (i = 0; i < name && i < sizeof(lower) - 1; i++)
			lower[i] = (char)tolower((unsigned char)query[i]);
		lower[i] = '\0';
		es_buf_str(out, sep);
		if (strstr(lower, "secret") || strstr(lower, "token") ||
		    (mark && mark < query + n)) {
			add_plain(out, query, name);
			es_buf_str(out, "=***");
		} else {
			add_plain(out, query, n);
		}
		sep = "&";
		query += query[n] ? n + 1 : n;
	}
}

static void add_line(struct es_buf *out, const struct es_entry *e)
{
	char at[ES_TIME_TEXT];

	es_time_iso(at, es_clock_ms());
	es_buf_fmt(out, "%s ", at);
	add_plain(out, e->method, strlen(e->method));
	es_buf_fmt(out, " %s ", e->vendor);
	add_plain(out, e->path, strlen(e->path));
	add_query(out, e->query);
	es_buf_str(out, " cred=");
	add_plain(out, *e->who ? e->who : "-", strlen(*e->who ? e->who : "-"));
	es_buf_fmt(out, " status=%d rows=%lld bytes=%lld", e->status,
		   (long long)e->rows, (long long)e->bytes);
	if (e->canaries)
		es_buf_fmt(out, " canaries=%lld", (long long)e->canaries);
	if (e->body) {
		es_buf_str(out, " body=");
		es_buf_url(out, e->body);
	}
	if (e->fault)
		es_buf_fmt(out, " fault=%s", e->fault);
	if (e->wrote)
		es_buf_fmt(out, " WROTE:%s", e->wrote);
	if (e->forbidden)
		es_buf_fmt(out, " FORBIDDEN:%s", e->forbidden);
	es_buf_str(out, "\n");
}

/* "/v1/organizations/802315/users" is "/v1/organizations/ * /users". */
static void classify(char out[CLASS_MAX], const char *path)
{
	struct es_buf b = ES_BUF_INIT;

	es_buf_str(&b, "");
	while (*path) {
		size_t n = strcspn(path, "/"), digits = 0, i;

		for (i = 0; i < n; i++)
			digits += isdigit((unsigned char)path[i]) != 0;
		if (digits > 2 || (n && digits == n))
			es_buf_str(&b, "*");
		else
			add_plain(&b, path, n);
		if (path[n])
			es_buf_str(&b, "/");
		path += path[n] ? n + 1 : n;
	}
	snprintf(out, CLASS_MAX, "%s", b.p);
	es_buf_release(&b);
}

static void count(struct es_journal *j, const struct es_entry *e)
{
	char path[CLASS_MAX], key[CLASS_MAX];
	struct path_class *c = j->classes;

	classify(path, e->path);
	snprintf(key, sizeof(key), "%.10s %.130s %d", e->method, path,
		 e->status);
	while (c && strcmp(c->key, key))
		c = c->next;
	if (!c) {
		c = es_alloc(sizeof(*c));
		snprintf(c->key, sizeof(c->key), "%s", key);
		snprintf(c->method, sizeof(c->method), "%.10s", e->method);
		snprintf(c->path, sizeof(c->path), "%s", path);
		c->vendor = e->vendor;
		c->status = e->status;
		c->next = j->classes;
		j->classes = c;
	}
	c->n++;
	j->total++;
	j->forbidden += e->forbidden != NULL;
}

void es_journal_add(struct es_journal *j, const struct es_entry *e)
{
	struct es_buf line = ES_BUF_INIT;

	add_line(&line, e);
	pthread_mutex_lock(&j->lock);
	count(j, e);
	if (j->lines.len + line.len < MEMORY_MAX)
		es_buf_add(&j->lines, line.p, line.len);
	if (j->file) {
		fwrite(line.p, 1, line.len, j->file);
		fflush(j->file);
	}
	pthread_mutex_unlock(&j->lock);
	es_buf_release(&line);
}

void es_journal_text(struct es_journal *j, struct es_buf *out)
{
	pthread_mutex_lock(&j->lock);
	es_buf_add(out, es_buf_text(&j->lines), j->lines.len);
	pthread_mutex_unlock(&j->lock);
}

void es_journal_counts(struct es_journal *j, struct es_buf *out)
{
	const struct path_class *c;
	const char *sep = "\n ";

	pthread_mutex_lock(&j->lock);
	es_buf_fmt(out, "{\"total\":%lld,\"forbidden\":%lld,\"requests\":[",
		   (long long)j->total, (long long)j->forbidden);
	for (c = j->classes; c; c = c->next) {
		es_buf_fmt(out, "%s{\"vendor\":\"%s\",\"method\":", sep,
			   c->vendor);
		es_buf_json(out, c->method);
		es_buf_str(out, ",\"path\":");
		es_buf_json(out, c->path);
		es_buf_fmt(out, ",\"status\":%d,\"n\":%lld}", c->status,
			   (long long)c->n);
		sep = ",\n ";
	}
	es_buf_str(out, "]}\n");
	pthread_mutex_unlock(&j->lock);
}
