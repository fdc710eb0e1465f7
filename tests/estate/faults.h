/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults: which request, counted among those that match, is answered in a
 * broken way, and how.  They come from the world file and, while running,
 * from the control port.
 */
#ifndef ES_FAULTS_H
#define ES_FAULTS_H

#include <stdbool.h>

#include <cjson/cJSON.h>

#include "world/yaml.h"

/* When a fault acts: on the request, in place of the handler, on the body
 * the handler wrote, or on the way the bytes are sent. */
enum es_phase { ES_BEFORE, ES_INSTEAD, ES_AFTER, ES_SENDING };

enum es_fault_kind {
	ES_FAULT_STATUS,	/* status, text */
	ES_FAULT_THROTTLE,	/* seconds, date */
	ES_FAULT_HTML,
	ES_FAULT_EMPTY_BODY,	/* status */
	ES_FAULT_BODY,		/* body, status: verbatim */
	ES_FAULT_REDIRECT,	/* to, status */
	ES_FAULT_BOMB,		/* megabytes */
	ES_FAULT_ENDLESS,
	ES_FAULT_STALL,		/* seconds */
	ES_FAULT_TOKEN_DIES,
	ES_FAULT_FOREIGN_TENANT,
	ES_FAULT_EXTRA_PAGE,
	ES_FAULT_EMPTY,
	ES_FAULT_REPEAT_CURSOR,
	ES_FAULT_FOREIGN_NEXT,	/* to */
	ES_FAULT_LOWER_TOTAL,	/* by */
	ES_FAULT_MISSING_LAST_PAGE,
	ES_FAULT_RENAME_FIELD,	/* field, to */
	ES_FAULT_SET_FIELD,	/* field, value; first record, or all: true */
	ES_FAULT_UNKNOWN_ROLE,	/* value */
	ES_FAULT_DROP_RECORDS,	/* count */
	ES_FAULT_REPEAT_RECORD,
	ES_FAULT_TRUNCATE,	/* keep: percent */
	ES_FAULT_CUT_GZIP,	/* keep: percent */
	ES_FAULT_CLOSE,		/* keep: percent, chunked */
	ES_FAULT_SLOW,		/* bytes, milliseconds: a piece, and a pause */
	ES_FAULT_SKEW,		/* seconds: of the Date header */
};

struct es_hit {
	enum es_fault_kind kind;
	enum es_phase phase;
	const char *name;
	cJSON *args;		/* a copy of the fault as written */
};

#define ES_HITS_MAX 4

struct es_hits {
	struct es_hit v[ES_HITS_MAX];
	int n;
};

struct es_faults;

struct es_faults *es_faults_new(void);
void es_faults_free(struct es_faults *f);
/* One fault: {kind, and optionally vendor, path (a shell pattern over
 * "/path?query"), night, nth (1), times (1; 0 is for ever), ...}. */
int es_faults_add(struct es_faults *f, const cJSON *fault,
		  char msg[ES_MSG_MAX]);
int es_faults_add_all(struct es_faults *f, const cJSON *list,
		      char msg[ES_MSG_MAX]);
void es_faults_clear(struct es_faults *f);
/* Counting starts over: a new night. */
void es_faults_rewind(struct es_faults *f);
/* Counts this request and tells which faults strike it. */
void es_faults_match(struct es_faults *f, int night, const char *vendor,
		     const char *target, struct es_hits *ret);
void es_hits_release(struct es_hits *hits);
const struct es_hit *es_hits_find(const struct es_hits *hits,
				  enum es_fault_kind kind);

#endif
