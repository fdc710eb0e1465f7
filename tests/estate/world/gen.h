/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bulk population: what record number i of customer t is on a night, by
 * arithmetic alone, so that a million of them cost no memory.
 */
#ifndef ES_GEN_H
#define ES_GEN_H

#include "util/text.h"
#include "world/world.h"

/* Changes from 0 upwards each night the record is replaced by another. */
int64_t es_gen_version(const struct es_world *w, const char *kind,
		       int64_t tenant, int64_t i);
/* A number that depends on seed, kind, customer, record and version. */
uint64_t es_gen_hash(const struct es_world *w, const char *kind,
		     int64_t tenant, int64_t i);
void es_gen_uuid(char out[ES_UUID_TEXT], const struct es_world *w,
		 const char *kind, int64_t tenant, int64_t i);
/* "gen-00042": the customer's key; its domain is that + ".example". */
#define ES_GEN_KEY 16
void es_gen_key(char out[ES_GEN_KEY], int64_t tenant);
/* The number of a key or of a name that starts with it; -1 otherwise. */
int64_t es_gen_number(const struct es_world *w, const char *key);
/* A person's name, from h. */
#define ES_GEN_NAME 48
void es_gen_name(char out[ES_GEN_NAME], uint64_t h);
/* A customer's own id of some kind; it is the same every night and tells the
 * customer's number, so that it is found without a search. */
void es_gen_tenant(char out[ES_UUID_TEXT], const struct es_world *w,
		   const char *kind, int64_t tenant);
/* The customer whose id of that kind this is; -1 when it is nobody's. */
int64_t es_gen_find(const struct es_world *w, const char *kind,
		    const char *uuid);

#endif
