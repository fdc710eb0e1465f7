/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a night changes, as a list of {set: path, value}, {merge: path,
 * value}, {add: path, value} and {remove: path} applied to the tree in the
 * order written.
 */
#ifndef ES_PATCH_H
#define ES_PATCH_H

#include "world/world.h"

/* 0, or -1 and a message that names the night and the change. */
int es_patch(cJSON *doc, const cJSON *changes, int night,
	     char msg[ES_MSG_MAX]);

#endif
