/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LDIF as RFC 2849 has it, contents only: records of attributes, folded
 * lines, base64, comments, CRLF or LF, UTF-8 or what ldifde -u writes
 * (UTF-16).  Changes are refused but for "changetype: add", which ldifde
 * writes of everything; values that lie in other files are refused, too.
 * Whatever is doubtful is a complaint with its line, and reading goes on
 * behind it.
 */
#ifndef EP_LDIF_H
#define EP_LDIF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/vec.h"

struct ep_ldif_value {
	size_t name_at;	/* in text, NUL terminated, options cut off */
	size_t at;	/* in text, with a NUL behind it */
	size_t len;	/* of the value, which may hold NULs */
	int line;
};

struct ep_ldif {
	const char *file;
	struct ep_diag *diag;
	/* The record at hand. */
	struct ep_buf text;
	size_t dn_at;
	EP_VEC(struct ep_ldif_value) values;
	int line;
	/* Of "# captured_at: ..." and "# captured_by: ..." before the first
	 * record, which people put there; empty when there is none. */
	char captured_at[64];
	char captured_by[128];

	/* Private. */
	struct ep_buf utf8;	/* of a file in UTF-16 */
	const char *p;
	const char *end;
	int at_line;
	struct ep_buf logical;	/* the line at hand, unfolded */
	int logical_line;
	bool begun;	/* a record was read */
	bool bad;	/* the record at hand is */
};

/* s stays the caller's and outlives the reader.  False, with a complaint,
 * when it is no text or ends in the middle of a line. */
bool ep_ldif_init(struct ep_ldif *ldif, const char *file, const char *s,
		  size_t n, struct ep_diag *diag);
void ep_ldif_release(struct ep_ldif *ldif);
/* Reads the next record; false at the end. */
bool ep_ldif_next(struct ep_ldif *ldif);
/* NUL terminated; valid until the next ep_ldif_next. */
const char *ep_ldif_dn(const struct ep_ldif *ldif);
const char *ep_ldif_name(const struct ep_ldif *ldif, size_t i);
const char *ep_ldif_bytes(const struct ep_ldif *ldif, size_t i);

#endif
