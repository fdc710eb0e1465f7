/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The field map: one record of a vendor's answer or of an import file becomes
 * the rows that a connector's emit: lists describe.  The same mapper serves
 * both, so that a fact means the same wherever it came from.
 *
 * What did not fit is never swallowed: members that had to be there and were
 * not, values that could not be read, words that are in no list and texts
 * that had to be cut are counted here and end up in the coverage.
 */
#ifndef EP_MAPPER_H
#define EP_MAPPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "collect/moving.h"
#include "collect/spec.h"
#include "ext/json.h"
#include "model/coverage.h"
#include "model/entity.h"

#define EP_MAPPER_NAMES 256

struct ep_mapper {
	/* Set by the caller after ep_mapper_init. */
	bool flat;	/* paths are member names as they are (CSV columns) */
	/* Members that may be left out and are null then; NULL none. */
	const struct ep_words *unset;
	bool keys_only;	/* rows of nothing but their keys */
	/* In place of a record, see ep_mapper_moving. */
	const struct ep_moving_values *values;
	/* {name} of const:, as for ep_spec_expand. */
	const char *(*lookup)(void *to, const char *name);
	/* Takes each row; an error ends the record and is passed on. */
	int (*row)(void *to, const struct ep_row *row, struct ep_err *err);
	/* May be NULL.  Each trouble with one value; path is the path or
	 * column of the connector. */
	void (*complain)(void *to, const char *path, const char *msg);
	void *to;

	/* Counts since ep_mapper_init. */
	int64_t records;
	int64_t rows;
	int64_t missing;	/* members that had to be there */
	int64_t bad;		/* values that could not be read */
	int64_t altered;	/* values cut, scrubbed or left out */
	int64_t unmapped;	/* enum words in no list */
	char missing_names[EP_MAPPER_NAMES];	/* the first few of each */
	char bad_names[EP_MAPPER_NAMES];
	char unmapped_words[EP_MAPPER_NAMES];

	/* Private. */
	const struct ep_spec_emit *emits;
	size_t n;
	struct ep_buf text;	/* cells of the row at hand */
	struct ep_buf attr;
	struct ep_buf scratch;
	struct ep_buf cell;
};

/* The emits belong to the connector and outlive the mapper. */
void ep_mapper_init(struct ep_mapper *mapper, const struct ep_spec_emit *emits,
		    size_t n);
void ep_mapper_release(struct ep_mapper *mapper);

/* Maps one record into zero or more rows.  name: of the member, for records
 * that are members of an object (records_map), else NULL.  parent: record of
 * for_each, else NULL.  Fails only when row() failed or substitution did. */
int ep_mapper_record(struct ep_mapper *mapper, const struct ep_json *record,
		     const char *name, const struct ep_json *parent,
		     struct ep_err *err) EP_MUST_CHECK;

/* Maps the volatile columns of the row that a record with these values makes,
 * and nothing else of it, as ep_mapper_record would.  *ret_whole false, and
 * nothing counted: it is to be mapped as a whole, since there is something to
 * say about it. */
int ep_mapper_moving(struct ep_mapper *mapper,
		     const struct ep_moving_values *values, bool *ret_whole,
		     struct ep_err *err) EP_MUST_CHECK;

/* Adds what was counted to a coverage: altered, unmapped and its words; and
 * spoils it to PARTIAL when something was missing or unreadable. */
void ep_mapper_report(const struct ep_mapper *mapper,
		      struct ep_coverage *coverage);

/* One value by a path of the connector: ".", "^.x", "^name" or a path as of
 * ep_json_path.  For paths that stand outside of emits (identity, for_each
 * ids, tenant_path).  True when it is there and a scalar; out is appended to.
 */
bool ep_mapper_value(const struct ep_json *record, const char *path,
		     enum ep_convert as, const char *mark, struct ep_buf *out);

#endif
