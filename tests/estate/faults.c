/* SPDX-License-Identifier: Apache-2.0 */
/* The list of faults and their counting; see the header. */
#include "faults.h"

#include <fnmatch.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/alloc.h"
#include "world/world.h"

struct fault {
	const struct kind_row *kind;
	cJSON *args;
	int64_t seen;
	struct fault *next;
};

struct es_faults {
	pthread_mutex_t lock;
	struct fault *first;
};

static const struct kind_row {
	const char *name;
	enum es_fault_kind kind;
	enum es_phase phase;
} kinds[] = {
	{ "status", ES_FAULT_STATUS, ES_INSTEAD },
	{ "throttle", ES_FAULT_THROTTLE, ES_INSTEAD },
	{ "html", ES_FAULT_HTML, ES_INSTEAD },
	{ "empty_body", ES_FAULT_EMPTY_BODY, ES_INSTEAD },
	{ "body", ES_FAULT_BODY, ES_INSTEAD },
	{ "redirect", ES_FAULT_REDIRECT, ES_INSTEAD },
	{ "bomb", ES_FAULT_BOMB, ES_SENDING },
	{ "endless", ES_FAULT_ENDLESS, ES_SENDING },
	{ "stall", ES_FAULT_STALL, ES_SENDING },
	{ "token_dies", ES_FAULT_TOKEN_DIES, ES_BEFORE },
	{ "foreign_tenant", ES_FAULT_FOREIGN_TENANT, ES_BEFORE },
	{ "extra_page_forever", ES_FAULT_EXTRA_PAGE, ES_BEFORE },
	{ "empty", ES_FAULT_EMPTY, ES_AFTER },
	{ "repeat_cursor", ES_FAULT_REPEAT_CURSOR, ES_AFTER },
	{ "foreign_next", ES_FAULT_FOREIGN_NEXT, ES_AFTER },
	{ "lower_total", ES_FAULT_LOWER_TOTAL, ES_AFTER },
	{ "missing_last_page", ES_FAULT_MISSING_LAST_PAGE, ES_AFTER },
	{ "rename_field", ES_FAULT_RENAME_FIELD, ES_AFTER },
	{ "set_field", ES_FAULT_SET_FIELD, ES_AFTER },
	{ "unknown_role", ES_FAULT_UNKNOWN_ROLE, ES_AFTER },
	{ "drop_records", ES_FAULT_DROP_RECORDS, ES_AFTER },
	{ "repeat_record", ES_FAULT_REPEAT_RECORD, ES_AFTER },
	{ "truncate", ES_FAULT_TRUNCATE, ES_SENDING },
	{ "cut_gzip", ES_FAULT_CUT_GZIP, ES_SENDING },
	{ "close", ES_FAULT_CLOSE, ES_SENDING },
	{ "slow", ES_FAULT_SLOW, ES_SENDING },
	{ "skew", ES_FAULT_SKEW, ES_SENDING },
};

struct es_faults *es_faults_new(void)
{
	struct es_faults *f = es_alloc(sizeof(*f));

	pthread_mutex_init(&f->lock, NULL);
	return f;
}

void es_faults_clear(struct es_faults *f)
{
	struct fault *i;

	pthread_mutex_lock(&f->lock);
	while ((i = f->first)) {
		f->first = i->next;
		cJSON_Delete(i->args);
		es_free(i);
	}
	pthread_mutex_unlock(&f->lock);
}

void es_faults_free(struct es_faults *f)
{
	es_faults_clear(f);
	pthread_mutex_destroy(&f->lock);
	es_free(f);
}

void es_faults_rewind(struct es_faults *f)
{
	struct fault *i;

	pthread_mutex_lock(&f->lock);
	for (i = f->first; i; i = i->next)
		i->seen = 0;
	pthread_mutex_unlock(&f->lock);
}

static const struct kind_row *kind_of(const char *name)
{
	size_t i;

	for (i = 0; name && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	return NULL;
}

static const char *unknown_key(const cJSON *fault)
{
	static const char *const keys[] = {
		"kind",	 "vendor", "path",    "night", "nth",	 "times",
		"about", "status", "text",    "body",  "to",
		"date",	 "keep",   "seconds", "by",    "field",	 "value",
		"all",	 "count",  "chunked", "bytes", "milliseconds",
		"megabytes"
	};
	const cJSON *i;
	size_t k, n = sizeof(keys) / sizeof(keys[0]);

	cJSON_ArrayForEach(i, fault) {
		for (k = 0; k < n && strcmp(keys[k], i->string); k++)
			;
		if (k == n)
			return i->string;
	}
	return NULL;
}

int es_faults_add(struct es_faults *f, const cJSON *fault,
		  char msg[ES_MSG_MAX])
{
	const struct kind_row *kind = kind_of(es_str(fault, "kind", NULL));
	const char *odd = unknown_key(fault);
	struct fault *n, **end;

	if (!kind || odd) {
		snprintf(msg, ES_MSG_MAX, "fault: %s \"%s\"",
			 odd ? "unknown key" : "unknown kind",
			 odd ? odd : es_str(fault, "kind", ""));
		return -1;
	}
	n = es_alloc(sizeof(*n));
	n->kind = kind;
	n->args = cJSON_Duplicate(fault, 1);
	pthread_mutex_lock(&f->lock);
	for (end = &f->first; *end; end = &(*end)->next)
		;
	*end = n;
	pthread_mutex_unlock(&f->lock);
	return 0;
}

int es_faults_add_all(struct es_faults *f, const cJSON *list,
		      char msg[ES_MSG_MAX])
{
	const cJSON *i;

	cJSON_ArrayForEach(i, list)
		if (es_faults_add(f, i, msg))
			return -1;
	return 0;
}

static bool strikes(struct fault *i, int night, const char *vendor,
		    const char *target)
{
	int64_t nth = es_int(i->args, "nth", 1);
	int64_t times = es_int(i->args, "times", 1);
	const char *want = es_str(i->args, "vendor", vendor);

	if (es_int(i->args, "night", night) != night || strcmp(want, vendor))
		return false;
	if (fnmatch(es_str(i->args, "path", "*"), target, 0))
		return false;
	i->seen++;
	return i->seen >= nth && (!times || i->seen < nth + times);
}

void es_faults_match(struct es_faults *f, int night, const char *vendor,
		     const char *target, struct es_hits *ret)
{
	struct fault *i;

	ret->n = 0;
	pthread_mutex_lock(&f->lock);
	for (i = f->first; i; i = i->next) {
		if (!strikes(i, night, vendor, target) ||
		    ret->n == ES_HITS_MAX)
			continue;
		ret->v[ret->n++] = (struct es_hit){
			.kind = i->kind->kind, .phase = i->kind->phase,
			.name = i->kind->name,
			.args = cJSON_Duplicate(i->args, 1),
		};
	}
	pthread_mutex_unlock(&f->lock);
}

void es_hits_release(struct es_hits *hits)
{
	while (hits->n)
		cJSON_Delete(hits->v[--hits->n].args);
}

const struct es_hit *es_hits_find(const struct es_hits *hits,
				  enum es_fault_kind kind)
{
	int i;

	for (i = 0; i < hits->n; i++)
		if (hits->v[i].kind == kind)
			return &hits->v[i];
	return NULL;
}
