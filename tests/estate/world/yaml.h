/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML read into a cJSON tree.  Plain scalars become null, booleans and
 * numbers where they look like one, quoted scalars stay text.  Anchors,
 * aliases, tags and equal keys are refused with line and column.
 */
#ifndef ES_YAML_H
#define ES_YAML_H

#include <stddef.h>

#include <cjson/cJSON.h>

#define ES_MSG_MAX 512

/* NULL and a message when the text is not acceptable; the caller frees the
 * tree with cJSON_Delete. */
cJSON *es_yaml_text(const char *text, size_t n, const char *name,
		    char msg[ES_MSG_MAX]);
cJSON *es_yaml_file(const char *path, char msg[ES_MSG_MAX]);

#endif
