/* SPDX-License-Identifier: Apache-2.0 */
/* What was written, and forms that were sent; see the header. */
#include "desk.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "util/alloc.h"

#define FIRST_ID 900001

struct kept {
	char key[96];
	int64_t id;
	cJSON *record;
	struct kept *next;
};

struct es_desk {
	pthread_mutex_t lock;
	struct kept *first, *last;
	int64_t next_id;
	struct es_buf sent;
};

struct es_desk *es_desk_new(void)
{
	struct es_desk *d = es_alloc(sizeof(*d));

	pthread_mutex_init(&d->lock, NULL);
	d->next_id = FIRST_ID;
	return d;
}

void es_desk_reset(struct es_desk *d)
{
	struct kept *k;

	pthread_mutex_lock(&d->lock);
	while ((k = d->first)) {
		d->first = k->next;
		cJSON_Delete(k->record);
		es_free(k);
	}
	d->last = NULL;
	d->next_id = FIRST_ID;
	es_buf_clear(&d->sent);
	pthread_mutex_unlock(&d->lock);
}

void es_desk_free(struct es_desk *d)
{
	es_desk_reset(d);
	pthread_mutex_destroy(&d->lock);
	es_buf_release(&d->sent);
	es_free(d);
}

void es_desk_sent(struct es_desk *d, const char *path, const char *type,
		  const char *body)
{
	pthread_mutex_lock(&d->lock);
	es_buf_str(&d->sent, "{\"path\":");
	es_buf_json(&d->sent, path);
	es_buf_str(&d->sent, ",\"type\":");
	es_buf_json(&d->sent, type);
	es_buf_str(&d->sent, ",\"body\":");
	es_buf_json(&d->sent, body ? body : "");
	es_buf_str(&d->sent, "}\n");
	pthread_mutex_unlock(&d->lock);
}

void es_desk_writes(struct es_desk *d, struct es_buf *out)
{
	pthread_mutex_lock(&d->lock);
	es_buf_str(out, es_buf_text(&d->sent));
	pthread_mutex_unlock(&d->lock);
}

int64_t es_desk_add(struct es_desk *d, const char *key, cJSON *record)
{
	struct kept *k = es_alloc(sizeof(*k));

	snprintf(k->key, sizeof(k->key), "%s", key);
	k->record = record;
	pthread_mutex_lock(&d->lock);
	k->id = d->next_id++;
	cJSON_DeleteItemFromObjectCaseSensitive(record, "id");
	cJSON_AddNumberToObject(record, "id", (double)k->id);
	if (d->last)
		d->last->next = k;
	else
		d->first = k;
	d->last = k;
	pthread_mutex_unlock(&d->lock);
	return k->id;
}

void es_desk_list(struct es_desk *d, const char *key, cJSON *list)
{
	const struct kept *k;

	pthread_mutex_lock(&d->lock);
	for (k = d->first; k; k = k->next)
		if (!strcmp(k->key, key))
			cJSON_AddItemToArray(list,
					     cJSON_Duplicate(k->record, 1));
	pthread_mutex_unlock(&d->lock);
}

bool es_desk_set(struct es_desk *d, int64_t id, const char *member,
		 const char *json)
{
	cJSON *value = cJSON_Parse(json);
	bool found = false;
	struct kept *k;

	pthread_mutex_lock(&d->lock);
	for (k = d->first; value && k && !found; k = k->next) {
		if (k->id != id)
			continue;
		cJSON_DeleteItemFromObjectCaseSensitive(k->record, member);
		cJSON_AddItemToObject(k->record, member, value);
		found = true;
	}
	pthread_mutex_unlock(&d->lock);
	if (!found)
		cJSON_Delete(value);
	return found;
}

void es_desk_text(struct es_desk *d, struct es_buf *out)
{
	const struct kept *k;
	char *text;

	pthread_mutex_lock(&d->lock);
	for (k = d->first; k; k = k->next) {
		text = cJSON_PrintUnformatted(k->record);
		es_buf_fmt(out, "%s\t%s\n", k->key, text);
		cJSON_free(text);
	}
	pthread_mutex_unlock(&d->lock);
}

/* --- forms ----------------------------------------------------------------- */

/* "name=\"x\"" within the head of a part. */
static bool head_value(const char *head, size_t n, const char *name,
		       char *out, size_t room)
{
	char mark[64];
	const char *at;
	size_t len;

	snprintf(mark, sizeof(mark), "; %s=\"", name);
	at = memmem(head, n, mark, strlen(mark));
	if (!at)
		return false;
	at += strlen(mark);
	len = strcspn(at, "\"");
	snprintf(out, room, "%.*s", (int)len, at);
	return true;
}

bool es_desk_part(const char *content_type, const char *body, const char *name,
		  struct es_buf *out, char file[128])
{
	const char *boundary = strstr(content_type, "boundary="), *p, *end;
	char line[160], is[128];

	es_buf_clear(out);
	file[0] = '\0';
	if (strncmp(content_type, "multipart/form-data", 19) || !boundary ||
	    !body)
		return false;
	snprintf(line, sizeof(line), "--%.150s", boundary + 9);
	for (p = strstr(body, line); p; p = end) {
		const char *text = strstr(p, "\r\n\r\n");

		end = strstr(p + strlen(line), line);
		if (!text || !end || text > end)
			return false;
		if (!head_value(p, (size_t)(text - p), "name", is,
				sizeof(is)) || strcmp(is, name))
			continue;
		head_value(p, (size_t)(text - p), "filename", file, 128);
		text += 4;
		es_buf_add(out, text, (size_t)(end - text) - 2);
		return true;
	}
	return false;
}
