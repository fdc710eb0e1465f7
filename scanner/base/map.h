/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hash map from byte strings to pointers.  Keys are copied.  The hash is
 * seeded per process (ep_map_seed), since keys come from outside.  Iteration
 * follows insertion order, so that output never depends on the seed.
 */
#ifndef EP_MAP_H
#define EP_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ep_map_entry {
	char *key;	/* NUL terminated copy */
	size_t key_len;
	void *value;
	uint64_t hash;
	bool live;
};

struct ep_map {
	struct ep_map_entry *entry; /* insertion order; dead ones stay */
	size_t n;
	size_t live;
	size_t cap;
	uint32_t *slot;
	size_t slots;
};

void ep_map_seed(uint64_t seed);
void ep_map_init(struct ep_map *map);
/* Frees keys and table; values through free_value when not NULL. */
void ep_map_release(struct ep_map *map, void (*free_value)(void *));
void *ep_map_get(const struct ep_map *map, const char *key);
void *ep_map_getn(const struct ep_map *map, const void *key, size_t n);
/* Returns the old value (NULL when new). */
void *ep_map_set(struct ep_map *map, const char *key, void *value);
void *ep_map_setn(struct ep_map *map, const void *key, size_t n, void *value);
void *ep_map_remove(struct ep_map *map, const char *key);
/* Next live entry at or after *pos, NULL at the end:
 *	size_t pos = 0; while ((e = ep_map_next(map, &pos))) ... */
struct ep_map_entry *ep_map_next(const struct ep_map *map, size_t *pos);

#endif
