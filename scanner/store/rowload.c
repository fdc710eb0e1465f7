/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads fingerprints, and keys only of those rows that are asked for: on most
 * nights these are few.  Once they are many, all keys of the dataset are read
 * in one go, which costs less than to ask for each.
 */
#include "store/rowload.h"

#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "ext/db.h"
#include "store/listing.h"

/* A kind's number and a natural key. */
#define SCRATCH_BYTES_MAX (1 + EP_COLUMNS_MAX * (EP_TEXT_BYTES_MAX + 1))

/* A look-up costs as much as a row in passing some ten times over. */
#define SOUGHT_FEW 16
#define SOUGHT_SHARE 16

static int not_listed(struct ep_err *err)
{
	return ep_err_set(err, EP_EDATA, "the fingerprints of a listing do "
			  "not fit its rows; restore the database from a "
			  "backup");
}

/* --- all keys of a dataset ---------------------------------------------- */

static int index_row(struct ep_rowindex *index, enum ep_kind kind, int64_t rid,
		     const struct ep_hash128 *hash, struct ep_err *err)
{
	struct ep_entry *entry;

	if (!index->appended) {
		entry = ep_rowindex_add(index, hash);
		entry->kind = (uint8_t)kind;
		entry->rid = rid;
		return 0;
	}
	entry = ep_rowindex_by_rid(index, (uint8_t)kind, rid);
	if (!entry)
		return not_listed(err);
	ep_rowindex_key(index, entry, hash);
	return 0;
}

static int load_kind(struct ep_db *db, const uint8_t *secret, int64_t dataset,
		     enum ep_kind kind, struct ep_rowindex *index,
		     struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	EP_AUTO(ep_buf_release) struct ep_buf sql;
	EP_AUTO(ep_buf_release) struct ep_buf scratch;
	struct ep_hash128 hash;
	const char *key;
	bool more = false;
	int rc;

	ep_buf_init(&scratch, SCRATCH_BYTES_MAX);
	ep_buf_init(&sql, 256);
	ep_buf_addf(&sql, "SELECT rid, key FROM main.\"now_%s\" "
		    "WHERE dataset = ?1", ep_entity(kind)->name);
	rc = ep_db_prepare(db, sql.s, &stmt, err);
	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, dataset);
	while ((rc = ep_db_step(stmt, &more, err)) == 0 && more) {
		rc = ep_db_col_need(stmt, 1, &key, err);
		if (rc < 0)
			break;
		hash = ep_print_key(secret, kind, key, strlen(key), &scratch);
		rc = index_row(index, kind, ep_db_col_int(stmt, 0), &hash,
			       err);
		if (rc < 0)
			break;
	}
	return rc;
}

static int load_keys(struct ep_db *db, const uint8_t *secret, int64_t dataset,
		     unsigned kinds, struct ep_rowindex *index,
		     struct ep_err *err)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < EP_KINDS; i++)
		if (kinds & 1u << i)
			rc = load_kind(db, secret, dataset, (enum ep_kind)i,
				       index, err);
	return rc;
}

int ep_rowload(struct ep_db *db, const uint8_t *secret, int64_t dataset,
	       unsigned kinds, struct ep_rowindex *index, struct ep_err *err)
{
	bool found;
	int rc = ep_listing_load(db, dataset, index, &found, err);

	if (rc == 0 && !found)
		rc = load_keys(db, secret, dataset, kinds, index, err);
	return rc;
}

/* --- one key ------------------------------------------------------------ */

static unsigned kinds_of(const struct ep_rowindex *index)
{
	unsigned kinds = 0;

	for (size_t i = 0; i < index->appended; i++)
		kinds |= 1u << index->v[i].kind;
	return kinds;
}

static int load_rest(struct ep_db *db, const uint8_t *secret, int64_t dataset,
		     struct ep_rowindex *index, struct ep_err *err)
{
	int rc = load_keys(db, secret, dataset, kinds_of(index), index, err);

	if (rc == 0 && index->keyless)
		rc = not_listed(err);
	return rc;
}

static int find_row(struct ep_db *db, int64_t dataset,
		    const struct ep_rowkey *key, int64_t *ret_rid,
		    struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	EP_AUTO(ep_buf_release) struct ep_buf sql;
	bool found = false;
	int rc;

	ep_buf_init(&sql, 256);
	ep_buf_addf(&sql, "SELECT rid FROM main.\"now_%s\" WHERE "
		    "dataset = ?1 AND key = ?2", ep_entity(key->kind)->name);
	rc = ep_db_prepare(db, sql.s, &stmt, err);
	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, dataset);
	ep_db_textn(stmt, 2, key->text, key->len);
	rc = ep_db_step(stmt, &found, err);
	*ret_rid = rc == 0 && found ? ep_db_col_int(stmt, 0) : 0;
	return rc;
}

int ep_rowload_find(struct ep_db *db, const uint8_t *secret, int64_t dataset,
		    const struct ep_rowkey *key, struct ep_rowindex *index,
		    struct ep_entry **ret, struct ep_err *err)
{
	int64_t rid = 0;
	int rc;

	*ret = ep_rowindex_find(index, &key->hash);
	if (*ret || !index->keyless)
		return 0;
	if (index->sought++ >= SOUGHT_FEW + index->appended / SOUGHT_SHARE) {
		rc = load_rest(db, secret, dataset, index, err);
		*ret = rc == 0 ? ep_rowindex_find(index, &key->hash) : NULL;
		return rc;
	}
	rc = find_row(db, dataset, key, &rid, err);
	if (rc < 0 || !rid)
		return rc;
	*ret = ep_rowindex_by_rid(index, (uint8_t)key->kind, rid);
	if (!*ret)
		return not_listed(err);
	ep_rowindex_key(index, *ret, &key->hash);
	return 0;
}
