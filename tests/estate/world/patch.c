/* SPDX-License-Identifier: Apache-2.0 */
/* A night's changes applied to the tree; see the header. */
#include "world/patch.h"

#include <stdio.h>
#include <string.h>

/* The container of what path names; last gets the path's last part. */
static cJSON *parent_of(cJSON *doc, const char *path, char last[256])
{
	const char *cut = strrchr(path, '/');
	char upper[1024];

	snprintf(last, 256, "%s", cut ? cut + 1 : path);
	if (!cut)
		return doc;
	if ((size_t)(cut - path) >= sizeof(upper))
		return NULL;
	memcpy(upper, path, (size_t)(cut - path));
	upper[cut - path] = '\0';
	return es_at(doc, upper);
}

static int do_set(cJSON *doc, const char *path, const cJSON *value)
{
	char last[256];
	cJSON *parent = parent_of(doc, path, last), *old;

	if (!parent || !value)
		return -1;
	old = es_at(parent, last);
	if (old)
		return cJSON_ReplaceItemViaPointer(
			       parent, old, cJSON_Duplicate(value, 1)) ? 0 : -1;
	if (!cJSON_IsObject(parent))
		return -1;
	cJSON_AddItemToObject(parent, last, cJSON_Duplicate(value, 1));
	return 0;
}

static int do_merge(cJSON *doc, const char *path, const cJSON *value)
{
	cJSON *to = es_at(doc, path);
	const cJSON *i;

	if (!cJSON_IsObject(to) || !cJSON_IsObject(value))
		return -1;
	cJSON_ArrayForEach(i, value) {
		cJSON_DeleteItemFromObjectCaseSensitive(to, i->string);
		cJSON_AddItemToObject(to, i->string, cJSON_Duplicate(i, 1));
	}
	return 0;
}

static void add_list(cJSON *doc, const char *path)
{
	cJSON *empty = cJSON_CreateArray();

	(void)do_set(doc, path, empty);
	cJSON_Delete(empty);
}

static int do_add(cJSON *doc, const char *path, const cJSON *value)
{
	cJSON *to = es_at(doc, path);

	if (!to)
		add_list(doc, path);
	to = es_at(doc, path);
	if (!cJSON_IsArray(to) || !value)
		return -1;
	cJSON_AddItemToArray(to, cJSON_Duplicate(value, 1));
	return 0;
}

static int do_remove(cJSON *doc, const char *path, const cJSON *value)
{
	char last[256];
	cJSON *parent = parent_of(doc, path, last), *old;

	old = parent ? es_at(parent, last) : NULL;
	if (!old || value)
		return -1;
	cJSON_Delete(cJSON_DetachItemViaPointer(parent, old));
	return 0;
}

static int apply(cJSON *doc, const cJSON *change)
{
	static const struct {
		const char *word;
		int (*run)(cJSON *, const char *, const cJSON *);
	} words[] = { { "set", do_set }, { "merge", do_merge },
		      { "add", do_add }, { "remove", do_remove } };
	const cJSON *value = es_get(change, "value");
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const char *path = es_str(change, words[i].word, NULL);

		if (path)
			return words[i].run(doc, path, value);
	}
	return -1;
}

int es_patch(cJSON *doc, const cJSON *changes, int night,
	     char msg[ES_MSG_MAX])
{
	const cJSON *c;
	int n = 0;

	cJSON_ArrayForEach(c, changes) {
		char *text;

		n++;
		if (!apply(doc, c))
			continue;
		text = cJSON_PrintUnformatted(c);
		snprintf(msg, ES_MSG_MAX, "night %d, change %d cannot be "
			 "applied (wrong path or word): %.300s", night, n,
			 text ? text : "");
		cJSON_free(text);
		return -1;
	}
	return 0;
}
