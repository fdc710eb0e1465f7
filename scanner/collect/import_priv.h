/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to the import: one reading of some files.  All records pass twice,
 * first to be checked, then, when nothing is wrong, to be handed over; so
 * that memory does not grow with the file.
 */
#ifndef EP_IMPORT_PRIV_H
#define EP_IMPORT_PRIV_H

#include "base/map.h"
#include "collect/import.h"
#include "collect/mapper.h"
#include "ext/json.h"

/* What the files say about one tenancy. */
struct ep_import_part {
	char *key;
	bool known;	/* resolved; what follows holds only then */
	struct ep_import_tenancy tenancy;
	int64_t captured_at;	/* the oldest look counts for all */
	char captured_by[128];
	int64_t records;
	int64_t rows;
	struct ep_map seen;	/* natural key -> struct ep_import_seen */
	void *dataset;
	bool begun;
};

struct ep_import_seen {
	uint8_t sum[32];
	int line;
	const char *file;
};

struct ep_import_run {
	const struct ep_import_request *request;
	struct ep_sink *sink;
	struct ep_import_totals *totals;
	struct ep_diag *diag;
	bool handing;	/* second pass */
	int64_t now;
	EP_VEC(struct ep_import_part *) parts;
	struct ep_map by_key;	/* key -> part */
	struct ep_buf sums;	/* SHA-256 of each file */
	struct ep_mapper mapper;
	EP_VEC(bool) met;	/* of each emit: the member it depends on */

	/* The record at hand. */
	const char *file;
	int line;
	int record;
	struct ep_import_part *part;
	/* Column of a CSV field by its name, for complaints; 0 unknown. */
	int (*col_of)(void *to, const char *name);
	void *col_to;
};

/* Texts that a dataset reference points to. */
struct ep_import_label {
	char name[160];
	char advice[512];
};
/* All of a reference but customer and tenant. */
int ep_import_ref(const struct ep_spec *spec, const struct ep_spec_import *im,
		  int64_t max_age, struct ep_import_label *label,
		  struct ep_dataset_ref *ret, struct ep_err *err)
	EP_MUST_CHECK;

void ep_import_complain(struct ep_import_run *run, const char *name,
			const char *fmt, ...) EP_PRINTF(3, 4);

/* One record: its tenancy, when it was captured, its rows. empty: it says
 * nothing but these. */
int ep_import_record(struct ep_import_run *run, const struct ep_json *record,
		     bool empty, struct ep_err *err) EP_MUST_CHECK;
/* Adds WHO to those who captured what is known of a tenancy, once each;
 * complains when nobody is named or the name is too long to be kept. */
void ep_import_captured_by(struct ep_import_run *run,
			   struct ep_import_part *part, const char *who);
/* The part of the one tenancy of the file. */
struct ep_import_part *ep_import_one(struct ep_import_run *run);
/* Callbacks of the mapper. */
int ep_import_row(void *to, const struct ep_row *row, struct ep_err *err);
void ep_import_trouble(void *to, const char *path, const char *msg);
const char *ep_import_lookup(void *to, const char *name);

/* Remembers which members there are, record by record ... */
void ep_import_whole_note(struct ep_import_run *run,
			  const struct ep_json *record);
/* ... and complains, once all was read without a complaint, when the files
 * cannot be all that the import is about. */
void ep_import_whole_check(struct ep_import_run *run);

/* One file of each format. */
int ep_import_csv(struct ep_import_run *run, const struct ep_buf *text,
		  struct ep_err *err) EP_MUST_CHECK;
int ep_import_ldif(struct ep_import_run *run, const struct ep_buf *text,
		   struct ep_err *err) EP_MUST_CHECK;
int ep_import_json(struct ep_import_run *run, const struct ep_buf *text,
		   struct ep_err *err) EP_MUST_CHECK;

#endif
