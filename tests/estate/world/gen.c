/* SPDX-License-Identifier: Apache-2.0 */
/* The bulk population by arithmetic; see the header. */
#include "world/gen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int64_t es_gen_version(const struct es_world *w, const char *kind,
		       int64_t tenant, int64_t i)
{
	uint64_t rec;
	int64_t v = 0;
	int k;

	if (!w->gen.churn_permille)
		return 0;
	rec = es_hash(w->gen.seed, kind, (uint64_t)tenant, (uint64_t)i);
	for (k = 2; k <= w->night; k++)
		if ((int64_t)(es_hash(rec, "churn", (uint64_t)k, 0) % 1000) <
		    w->gen.churn_permille)
			v = k;
	return v;
}

uint64_t es_gen_hash(const struct es_world *w, const char *kind,
		     int64_t tenant, int64_t i)
{
	uint64_t rec = es_hash(w->gen.seed, kind, (uint64_t)tenant,
			       (uint64_t)i);

	return es_hash(rec, "version",
		       (uint64_t)es_gen_version(w, kind, tenant, i), 0);
}

void es_gen_uuid(char out[ES_UUID_TEXT], const struct es_world *w,
		 const char *kind, int64_t tenant, int64_t i)
{
	es_uuid(out, es_gen_hash(w, kind, tenant, i));
}

void es_gen_key(char out[ES_GEN_KEY], int64_t tenant)
{
	snprintf(out, ES_GEN_KEY, "gen-%05lld", (long long)tenant % 10000000);
}

int64_t es_gen_number(const struct es_world *w, const char *key)
{
	char *end;
	int64_t n;

	if (strncmp(key, "gen-", 4))
		return -1;
	n = strtoll(key + 4, &end, 10);
	if (end == key + 4 || (*end && *end != '.' && *end != '-'))
		return -1;
	return n >= 0 && n < w->gen.customers ? n : -1;
}

void es_gen_tenant(char out[ES_UUID_TEXT], const struct es_world *w,
		   const char *kind, int64_t tenant)
{
	es_uuid(out, es_hash(w->gen.seed, kind, (uint64_t)tenant, 0));
	snprintf(out + 24, ES_UUID_TEXT - 24, "%012llx",
		 (unsigned long long)tenant & 0xffffffffffffu);
}

int64_t es_gen_find(const struct es_world *w, const char *kind,
		    const char *uuid)
{
	char at[ES_UUID_TEXT];
	int64_t n;

	if (!es_is_uuid(uuid))
		return -1;
	n = (int64_t)strtoull(uuid + 24, NULL, 16);
	if (n >= w->gen.customers)
		return -1;
	es_gen_tenant(at, w, kind, n);
	return strcmp(at, uuid) ? -1 : n;
}

void es_gen_name(char out[ES_GEN_NAME], uint64_t h)
{
	static const char *const first[] = { "Ada",   "Bo",    "Cleo", "Dan",
					     "Edda",  "Finn",  "Gita", "Hugo",
					     "Ines",  "Jon",   "Kaia", "Leo",
					     "Mira",  "Nils",  "Olga", "Pim" };
	static const char *const last[] = { "Alder",  "Birch",	"Cedarholm",
					    "Dunes",  "Elmsworth", "Fjord",
					    "Grove",  "Heath",	"Isle",
					    "Juniper", "Knoll", "Lake",
					    "Meadow", "Nook",	"Oakes",
					    "Pond" };

	snprintf(out, ES_GEN_NAME, "%s %s", first[h & 15],
		 last[(h >> 4) & 15]);
}
