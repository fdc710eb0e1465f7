/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fingerprints of records: keyed with a secret of the database, so that
 * nobody who can choose names in a tenant can choose two records that look
 * alike to the change detection.
 */
#ifndef EP_PRINT_H
#define EP_PRINT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "ext/hash.h"
#include "model/entity.h"

/* As stored: 8 bytes over what makes a version, 8 over what moves; then, where
 * it is known, 16 over the text of the record that the row came from, and 2
 * for how many rows that made.  The first two are compared with those of the
 * same key only, so 64 bits are plenty: of a million records a night a change
 * is overlooked once in 50 thousand million years.  A text is looked up among
 * all. */
#define EP_PRINT_BYTES 16
#define EP_PRINT_TEXT_BYTES 34
/* As they were before schema version 5: 16 over what makes a version, of which
 * the first 8 are those of today. */
#define EP_PRINT_OLD_BYTES 24
#define EP_PRINT_OLD_TEXT_BYTES 42

struct ep_print {
	uint64_t fixed;
	uint64_t moving;
	struct ep_hash128 text;
	uint16_t parts;	/* rows of that record; 0: text is not known */
};

/* Of a natural key; kinds do not share keys. */
struct ep_hash128 ep_print_key(const uint8_t *secret, enum ep_kind kind,
			       const char *key, size_t key_len,
			       struct ep_buf *scratch);
/* Columns are named inside, and absent ones left out: a column that a later
 * version of the program adds changes no print until a vendor sends it. */
struct ep_print ep_print_row(const uint8_t *secret, const struct ep_row *row,
			     struct ep_buf *scratch);

/* Its part for volatile columns alone. */
uint64_t ep_print_moving(const uint8_t *secret, const struct ep_row *row,
			 struct ep_buf *scratch);

/* Returns how many bytes it needs. */
size_t ep_print_pack(const struct ep_print *print,
		     uint8_t out[EP_PRINT_TEXT_BYTES]);
void ep_print_unpack(const void *p, size_t n, struct ep_print *ret);

#endif
