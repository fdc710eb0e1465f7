/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The world: who and what the simulated MSP has, as one tree read from a
 * YAML file, and what each night changes in it.  Vendors read the tree of
 * the current night and know nothing of the others.
 */
#ifndef ES_WORLD_H
#define ES_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "world/yaml.h"

/* The generated bulk population; all zero when the world has none. */
struct es_gen {
	uint64_t seed;
	int64_t customers;
	int64_t users_per_tenant;
	int64_t guests_per_tenant;
	int64_t workstations_per_tenant;
	int64_t agents_per_org;
	int64_t local_users_per_org;
	int64_t churn_permille;	/* records replaced from night to night */
};

struct es_world {
	cJSON *file;	/* as written */
	cJSON *doc;	/* as of the current night */
	int night;	/* from 1 */
	int64_t now_ms;	/* the night's instant, the estate's notion of now */
	struct es_gen gen;
};

int es_world_load(struct es_world *w, const char *path, char msg[ES_MSG_MAX]);
/* Rebuilds doc: the file's tree, then the changes of the nights 1..n.  A
 * world with a generated population has any number of nights, a day apart
 * after the last one written. */
int es_world_set_night(struct es_world *w, int n, char msg[ES_MSG_MAX]);
void es_world_release(struct es_world *w);

/* Reading the tree.  path is slash separated; a part names a member of a
 * mapping, or the element of a list by number or by one of the element's
 * identifying members (key, id, domain, email, name, hostname ...).  An empty
 * path is from itself: a document that is a list. */
cJSON *es_at(const cJSON *from, const char *path);
const cJSON *es_get(const cJSON *o, const char *key);
const char *es_str(const cJSON *o, const char *key, const char *otherwise);
int64_t es_int(const cJSON *o, const char *key, int64_t otherwise);
bool es_true(const cJSON *o, const char *key, bool otherwise);

#endif
