/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What has been written to the vendors: notes, files and tickets, kept until
 * a reset, whatever the night.  Only writers that the world allows get here;
 * the journal marks each write with WROTE.
 */
#ifndef ES_DESK_H
#define ES_DESK_H

#include <stdbool.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "util/buf.h"

struct es_desk;

struct es_desk *es_desk_new(void);
void es_desk_free(struct es_desk *d);
void es_desk_reset(struct es_desk *d);

/* Keeps a record under a key ("cw/notes/69"), adds its `id` and takes it;
 * returns the id. */
int64_t es_desk_add(struct es_desk *d, const char *key, cJSON *record);
/* Appends copies of what is kept under the key to list. */
void es_desk_list(struct es_desk *d, const char *key, cJSON *list);
/* Overwrites a member (JSON text) of the record with that id; false when
 * there is none. */
bool es_desk_set(struct es_desk *d, int64_t id, const char *member,
		 const char *json);
/* All of it, one record a line: key, tab, JSON. */
void es_desk_text(struct es_desk *d, struct es_buf *out);

/* Each write as it was sent, one JSON object a line: path, type, body. */
void es_desk_sent(struct es_desk *d, const char *path, const char *type,
		  const char *body);
void es_desk_writes(struct es_desk *d, struct es_buf *out);

/* One part of a multipart/form-data body: its value into out, the file name
 * into file ("" when it has none).  False when there is no such part. */
bool es_desk_part(const char *content_type, const char *body, const char *name,
		  struct es_buf *out, char file[128]);

#endif
