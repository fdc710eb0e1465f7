/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV as RFC 4180 has it, strictly: commas, quotes doubled inside quotes,
 * CRLF or LF, UTF-8 with or without a byte-order mark.  Whatever is doubtful
 * is a complaint with line and column, and reading goes on behind it, so that
 * one look shows all that is wrong with a file.
 */
#ifndef EP_CSV_H
#define EP_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/vec.h"

struct ep_csv_field {
	size_t at;	/* in text */
	size_t len;
	int line;	/* where it starts, from 1 */
	int col;	/* in characters, from 1 */
};

struct ep_csv {
	const char *file;
	struct ep_diag *diag;
	EP_VEC(struct ep_csv_field) fields;	/* of the record at hand */
	int line;	/* of the record at hand */

	/* Private. */
	struct ep_buf text;
	const char *p;
	const char *end;
	const char *line_start;
	const char *col_p;	/* up to here col is counted */
	int col;
	int at_line;
	bool too_many;	/* was said of this record */
};

/* s stays the caller's and outlives the reader.  False, with a complaint,
 * when it is no text in UTF-8. */
bool ep_csv_init(struct ep_csv *csv, const char *file, const char *s, size_t n,
		 struct ep_diag *diag);
void ep_csv_release(struct ep_csv *csv);
/* Reads the next record into fields; false at the end.  A line without
 * anything is no record. */
bool ep_csv_next(struct ep_csv *csv);
/* NUL terminated; valid until the next ep_csv_next. */
const char *ep_csv_text(const struct ep_csv *csv, size_t field);

#endif
