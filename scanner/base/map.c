/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hash map: entries in insertion order, found through an open-addressed
 * table of their numbers.  Hashed with SipHash-2-4 (Aumasson, Bernstein),
 * since keys come from outside and must not be able to collide on purpose.
 */
#include "base/map.h"

#include <assert.h>
#include <string.h>
#include <sys/random.h>

#include "base/alloc.h"

#define SLOT_FREE 0u
#define SLOT_GONE UINT32_MAX
#define SLOTS_MIN 16

static uint64_t seed_key[2];
static bool seeded;

void ep_map_seed(uint64_t seed)
{
	seed_key[0] = seed ^ UINT64_C(0x9e3779b97f4a7c15);
	seed_key[1] = (seed << 29 | seed >> 35) ^ UINT64_C(0xd1b54a32d192ed03);
	seeded = true;
}

/* For a caller that never chose a seed. */
static void seed_self(void)
{
	if (getrandom(seed_key, sizeof(seed_key), 0) != sizeof(seed_key))
		ep_map_seed((uint64_t)(uintptr_t)&seed_key);
	seeded = true;
}

struct sip {
	uint64_t v0, v1, v2, v3;
};

static inline uint64_t rotate(uint64_t x, int by)
{
	return x << by | x >> (64 - by);
}

static inline void sip_rounds(struct sip *sip, int rounds)
{
	while (rounds--) {
		sip->v0 += sip->v1;
		sip->v2 += sip->v3;
		sip->v1 = rotate(sip->v1, 13) ^ sip->v0;
		sip->v3 = rotate(sip->v3, 16) ^ sip->v2;
		sip->v0 = rotate(sip->v0, 32);
		sip->v2 += sip->v1;
		sip->v0 += sip->v3;
		sip->v1 = rotate(sip->v1, 17) ^ sip->v2;
		sip->v3 = rotate(sip->v3, 21) ^ sip->v0;
		sip->v2 = rotate(sip->v2, 32);
	}
}

static inline void sip_word(struct sip *sip, uint64_t word)
{
	sip->v3 ^= word;
	sip_rounds(sip, 2);
	sip->v0 ^= word;
}

static uint64_t hash_of(const void *key, size_t n)
{
	const unsigned char *p = key;
	uint64_t word, last = (uint64_t)n << 56;
	struct sip sip;
	size_t i;

	if (!seeded)
		seed_self();
	sip.v0 = seed_key[0] ^ UINT64_C(0x736f6d6570736575);
	sip.v1 = seed_key[1] ^ UINT64_C(0x646f72616e646f6d);
	sip.v2 = seed_key[0] ^ UINT64_C(0x6c7967656e657261);
	sip.v3 = seed_key[1] ^ UINT64_C(0x7465646279746573);
	for (; n >= sizeof(word); n -= sizeof(word), p += sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		sip_word(&sip, word);
	}
	for (i = 0; i < n; i++)
		last |= (uint64_t)p[i] << (8 * i);
	sip_word(&sip, last);
	sip.v2 ^= 0xff;
	sip_rounds(&sip, 4);
	return sip.v0 ^ sip.v1 ^ sip.v2 ^ sip.v3;
}

void ep_map_init(struct ep_map *map)
{
	*map = (struct ep_map){ .entry = NULL };
}

void ep_map_release(struct ep_map *map, void (*free_value)(void *))
{
	size_t i;

	for (i = 0; i < map->n; i++) {
		if (!map->entry[i].live)
			continue;
		if (free_value)
			free_value(map->entry[i].value);
		ep_free(map->entry[i].key);
	}
	ep_free(map->entry);
	ep_free(map->slot);
	ep_map_init(map);
}

/* The slot that holds the key, or NULL. */
static uint32_t *slot_find(const struct ep_map *map, const void *key, size_t n,
			   uint64_t hash)
{
	size_t at;

	if (!map->slots)
		return NULL;
	for (at = hash & (map->slots - 1); map->slot[at] != SLOT_FREE;
	     at = (at + 1) & (map->slots - 1)) {
		const struct ep_map_entry *e;

		if (map->slot[at] == SLOT_GONE)
			continue;
		e = &map->entry[map->slot[at] - 1];
		if (e->hash == hash && e->key_len == n &&
		    memcmp(e->key, key, n) == 0)
			return &map->slot[at];
	}
	return NULL;
}

static void slot_put(struct ep_map *map, uint64_t hash, uint32_t number)
{
	size_t at = hash & (map->slots - 1);

	while (map->slot[at] != SLOT_FREE)
		at = (at + 1) & (map->slots - 1);
	map->slot[at] = number;
}

/* Drops dead entries and builds a table that is at most half full. */
static void rebuild(struct ep_map *map)
{
	size_t slots = SLOTS_MIN, from, to = 0;

	while (slots < (map->live + 1) * 4)
		slots *= 2;
	ep_free(map->slot);
	map->slot = ep_calloc(slots, sizeof(*map->slot));
	map->slots = slots;
	for (from = 0; from < map->n; from++) {
		if (!map->entry[from].live)
			continue;
		map->entry[to] = map->entry[from];
		slot_put(map, map->entry[to].hash, (uint32_t)(to + 1));
		to++;
	}
	map->n = to;
}

void *ep_map_getn(const struct ep_map *map, const void *key, size_t n)
{
	uint32_t *slot = slot_find(map, key, n, hash_of(key, n));

	return slot ? map->entry[*slot - 1].value : NULL;
}

void *ep_map_get(const struct ep_map *map, const char *key)
{
	return ep_map_getn(map, key, strlen(key));
}

void *ep_map_setn(struct ep_map *map, const void *key, size_t n, void *value)
{
	uint64_t hash = hash_of(key, n);
	uint32_t *slot = slot_find(map, key, n, hash);
	struct ep_map_entry *e;

	if (slot) {
		void *old = map->entry[*slot - 1].value;

		map->entry[*slot - 1].value = value;
		return old;
	}
	/* Each entry, dead or live, has used one slot at most. */
	if ((map->n + 1) * 2 > map->slots)
		rebuild(map);
	assert(map->n < SLOT_GONE - 1);
	if (map->n == map->cap) {
		map->cap = map->cap ? map->cap * 2 : 8;
		map->entry = ep_realloc(map->entry, map->cap,
					sizeof(*map->entry));
	}
	e = &map->entry[map->n++];
	e->key = ep_alloc(n + 1);
	if (n)
		memcpy(e->key, key, n);
	e->key[n] = '\0';
	e->key_len = n;
	e->value = value;
	e->hash = hash;
	e->live = true;
	map->live++;
	slot_put(map, hash, (uint32_t)map->n);
	return NULL;
}

void *ep_map_set(struct ep_map *map, const char *key, void *value)
{
	return ep_map_setn(map, key, strlen(key), value);
}

void *ep_map_remove(struct ep_map *map, const char *key)
{
	size_t n = strlen(key);
	uint32_t *slot = slot_find(map, key, n, hash_of(key, n));
	struct ep_map_entry *e;
	void *old;

	if (!slot)
		return NULL;
	e = &map->entry[*slot - 1];
	*slot = SLOT_GONE;
	old = e->value;
	ep_free(e->key);
	*e = (struct ep_map_entry){ .live = false };
	map->live--;
	return old;
}

struct ep_map_entry *ep_map_next(const struct ep_map *map, size_t *pos)
{
	while (*pos < map->n) {
		struct ep_map_entry *e = &map->entry[(*pos)++];

		if (e->live)
			return e;
	}
	return NULL;
}
