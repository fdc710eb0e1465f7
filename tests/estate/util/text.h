/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small notations: deterministic numbers and uuids from a seed, and the time
 * forms that the vendors print.
 */
#ifndef ES_TEXT_H
#define ES_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "util/buf.h"

#define ES_UUID_TEXT 37
#define ES_TIME_TEXT 40

/* A well mixed number that depends on every argument. */
uint64_t es_hash(uint64_t seed, const char *tag, uint64_t a, uint64_t b);
uint64_t es_hash_str(const char *tag, const char *s);
/* A version 4 shaped uuid that depends on h alone. */
void es_uuid(char out[ES_UUID_TEXT], uint64_t h);
bool es_is_uuid(const char *s);
/* A uuid that nobody can foresee: request ids and tokens. */
void es_uuid_random(char out[ES_UUID_TEXT]);

/* "2026-11-17T02:00:00Z" with optional milliseconds; nothing else. */
bool es_time_parse(const char *s, int64_t *ret_ms);
/* "now", "now-95d", "now+2h" relative to now_ms; false: not that form. */
bool es_time_relative(const char *s, int64_t now_ms, int64_t *ret_ms);
void es_time_iso(char out[ES_TIME_TEXT], int64_t ms);
/* "2026-11-16T21:00:00.000-05:00": US Eastern, as DNSFilter prints. */
void es_time_eastern(char out[ES_TIME_TEXT], int64_t ms);
void es_time_date(char out[ES_TIME_TEXT], int64_t ms);
void es_time_http(char out[ES_TIME_TEXT], int64_t ms);

int64_t es_clock_ms(void);	/* wall clock */
int64_t es_mono_ms(void);	/* for token lifetimes and rate windows */
void es_hurry(int64_t times);	/* so many times as fast from now on */

/* Decodes %xx and, in a query, '+'. */
void es_url_decode(struct es_buf *out, const char *s, size_t n, bool plus);

#endif
