/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the keys and fingerprints of a dataset's rows.
 */
#include "store/rowload.h"

#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "ext/db.h"

/* A kind's number and a natural key. */
#define SCRATCH_BYTES_MAX (1 + EP_COLUMNS_MAX * (EP_TEXT_BYTES_MAX + 1))

static int index_row(const uint8_t *secret, enum ep_kind kind,
		     struct ep_stmt *stmt, struct ep_buf *scratch,
		     struct ep_rowindex *index, struct ep_err *err)
{
	struct ep_hash128 hash;
	struct ep_entry *entry;
	size_t n = 0;
	const void *print = ep_db_col_blob(stmt, 2, &n);
	const char *key;
	int rc = ep_db_col_need(stmt, 1, &key, err);

	if (rc < 0)
		return rc;
	hash = ep_print_key(secret, kind, key, strlen(key), scratch);
	entry = ep_rowindex_add(index, &hash);
	entry->rid = ep_db_col_int(stmt, 0);
	entry->kind = (uint8_t)kind;
	ep_print_unpack(print, n, &entry->print);
	entry->parts = entry->print.parts;
	return 0;
}

static int load_kind(struct ep_db *db, const uint8_t *secret, int64_t dataset,
		     enum ep_kind kind, struct ep_rowindex *index,
		     struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	EP_AUTO(ep_buf_release) struct ep_buf sql;
	EP_AUTO(ep_buf_release) struct ep_buf scratch;
	bool more = false;
	int rc;

	ep_buf_init(&scratch, SCRATCH_BYTES_MAX);
	ep_buf_init(&sql, 256);
	ep_buf_addf(&sql, "SELECT rid, key, fingerprint FROM main.\"now_%s\" "
		    "WHERE dataset = ?1", ep_entity(kind)->name);
	rc = ep_db_prepare(db, sql.s, &stmt, err);
	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, dataset);
	while ((rc = ep_db_step(stmt, &more, err)) == 0 && more) {
		rc = index_row(secret, kind, stmt, &scratch, index, err);
		if (rc < 0)
			break;
	}
	return rc;
}

int ep_rowload(struct ep_db *db, const uint8_t *secret, int64_t dataset,
	       unsigned kinds, struct ep_rowindex *index, struct ep_err *err)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < EP_KINDS; i++)
		if (kinds & 1u << i)
			rc = load_kind(db, secret, dataset, (enum ep_kind)i,
				       index, err);
	return rc;
}
