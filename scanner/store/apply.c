/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes one dataset.
 */
#include "store/apply.h"

#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "ext/db.h"
#include "store/bookmark.h"
#include "store/history.h"
#include "store/listing.h"
#include "store/rowsql.h"

void ep_apply_free(struct ep_apply *apply)
{
	if (!apply)
		return;
	ep_rowindex_release(&apply->index);
	ep_stage_release(&apply->stage);
	ep_coverage_release(&apply->coverage);
	ep_buf_release(&apply->json);
	ep_free(apply->basis);
	ep_free(apply->token);
	for (int i = 0; i < EP_KINDS; i++) {
		if (!apply->undo[i])
			continue;
		ep_volatile_release(apply->undo[i]);
		ep_free(apply->undo[i]);
	}
	ep_free(apply);
}

static int keep_volatile(struct ep_apply *apply, enum ep_kind kind,
			 const struct ep_old_row *old, struct ep_err *err)
{
	struct ep_volatile **undo = &apply->undo[kind];

	if (!*undo) {
		*undo = ep_calloc(1, sizeof(**undo));
		ep_volatile_init(*undo, apply->store->db, apply->run,
				 apply->dataset, kind);
	}
	return ep_volatile_add(*undo, old->rid, &old->tuple, err);
}

static int add_history(struct ep_apply *apply, struct ep_history_entry entry,
		       struct ep_err *err)
{
	entry.run = apply->run;
	entry.dataset = apply->dataset;
	entry.quiet = apply->quiet;
	if (apply->json.overflow)
		return ep_err_set(err, EP_ELIMIT, "a record's history entry "
				  "is above %d bytes (EP_UNDO_BYTES_MAX)",
				  EP_UNDO_BYTES_MAX);
	return ep_history_add(apply->store->db, &entry, err);
}

/* --- one record --------------------------------------------------------- */

/* first_run says that the row is new; at the begin of an epoch that is all
 * there is to say. */
static int open_row(struct ep_apply *apply, const struct ep_staged *staged,
		    struct ep_entry *entry, struct ep_err *err)
{
	struct ep_store *store = apply->store;
	struct ep_new_row row = {
		.rid = store->next_rid[staged->kind]++,
		.dataset = apply->dataset,
		.key = staged->key,
		.key_len = staged->key_len,
		.tuple = &staged->tuple,
		.first_run = apply->run,
		.changed_run = apply->run,
	};
	int rc = ep_rowsql_insert(store->db, EP_ROWS_NOW, staged->kind, &row,
				  err);

	store->rids_used = true;
	entry->rid = row.rid;
	if (rc < 0 || apply->quiet)
		return rc;
	return add_history(apply, (struct ep_history_entry){
		.kind = staged->kind, .rid = row.rid, .op = EP_HISTORY_OPEN,
	}, err);
}

/* A print may differ without a column that does: a newer program may print
 * otherwise, or the old print is lost. */
static int change_row(struct ep_apply *apply, const struct ep_staged *staged,
		      const struct ep_old_row *old, struct ep_err *err)
{
	struct ep_new_row row = {
		.rid = old->rid,
		.tuple = &staged->tuple,
		.changed_run = apply->run,
	};
	int rc;

	ep_history_change(&apply->json, ep_layout(staged->kind), old,
			  &staged->tuple);
	if (!apply->json.len)
		return 0;
	rc = add_history(apply, (struct ep_history_entry){
		.kind = staged->kind, .rid = old->rid,
		.op = EP_HISTORY_CHANGE, .old = apply->json.s,
		.changed_run = old->changed_run,
	}, err);
	if (rc < 0)
		return rc;
	return ep_rowsql_update(apply->store->db, EP_ROWS_NOW, staged->kind,
				&row, err);
}

static bool has_moved(const struct ep_layout *layout,
		      const struct ep_tuple *old, const struct ep_tuple *now)
{
	for (int i = 0; i < layout->slots; i++)
		if (layout->slot[i].moving &&
		    !ep_value_same(&old->value[i], &now->value[i]))
			return true;
	return (old->absent ^ now->absent) & ep_layout_moving_bits(layout);
}

static int move_row(struct ep_apply *apply, const struct ep_staged *staged,
		    const struct ep_old_row *old, struct ep_err *err)
{
	int rc;

	if (!has_moved(ep_layout(staged->kind), &old->tuple, &staged->tuple))
		return 0;
	rc = keep_volatile(apply, staged->kind, old, err);
	if (rc < 0)
		return rc;
	return ep_rowsql_move(apply->store->db, EP_ROWS_NOW, staged->kind,
			      old->rid, &staged->tuple, err);
}

static int same_row(struct ep_apply *apply, const struct ep_staged *staged,
		    const struct ep_entry *entry, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool moved = staged->op == EP_STAGED_MOVED;
	struct ep_old_row old;
	int rc = (moved ? ep_rowsql_get_moving : ep_rowsql_get)(
		apply->store->db, EP_ROWS_NOW, staged->kind, entry->rid, &old,
		&stmt, err);

	if (rc == 0 && !stmt && !moved)
		return ep_err_set(err, EP_EBUG, "row %lld of %s vanished under "
				  "its own writer", (long long)entry->rid,
				  ep_entity(staged->kind)->name);
	if (rc == 0)
		rc = move_row(apply, staged, &old, err);
	if (rc == 0 && !moved)
		rc = change_row(apply, staged, &old, err);
	return rc;
}

static int close_row(struct ep_apply *apply, struct ep_entry *entry,
		     struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	enum ep_kind kind = (enum ep_kind)entry->kind;
	struct ep_db *db = apply->store->db;
	struct ep_old_row old;
	int rc = ep_rowsql_get(db, EP_ROWS_NOW, kind, entry->rid, &old, &stmt,
			       err);

	if (rc < 0 || !stmt)
		return rc;
	ep_history_close(&apply->json, ep_layout(kind), &old);
	rc = add_history(apply, (struct ep_history_entry){
		.kind = kind, .rid = old.rid, .op = EP_HISTORY_CLOSE,
		.key = old.key, .old = apply->json.s,
	}, err);
	/* The row must not be under a reader when it goes. */
	ep_db_done(ep_take(&stmt));
	if (rc < 0)
		return rc;
	rc = ep_rowsql_delete(db, EP_ROWS_NOW, kind, entry->rid, err);
	entry->rid = 0;
	apply->relist = true;
	return rc;
}

/* --- all records -------------------------------------------------------- */

static int apply_staged(struct ep_apply *apply, const struct ep_staged *staged,
			struct ep_err *err)
{
	struct ep_entry *entry = &apply->index.v[staged->entry];
	int rc;

	/* A later record of the same key replaced this one. */
	if (entry->staged != staged->number)
		return 0;
	if (staged->op == EP_STAGED_NEW)
		rc = open_row(apply, staged, entry, err);
	else
		rc = same_row(apply, staged, entry, err);
	entry->print.fixed = staged->print.fixed;
	entry->print.moving = staged->print.moving;
	apply->relist = true;
	return rc;
}

static int apply_rows(struct ep_apply *apply, struct ep_err *err)
{
	struct ep_staged staged;
	bool more = false;
	int rc = ep_stage_first(&apply->stage, &more, err);

	while (rc == 0 && more) {
		size_t pos = 0;

		while (rc == 0 && ep_stage_get(&apply->stage, &pos, &staged))
			rc = apply_staged(apply, &staged, err);
		if (rc == 0)
			rc = ep_stage_next(&apply->stage, &more, err);
	}
	return rc;
}

static int apply_closes(struct ep_apply *apply, struct ep_err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < apply->index.n; i++) {
		struct ep_entry *entry = &apply->index.v[i];

		if (entry->rid && (apply->changes ? entry->gone :
						    !entry->seen))
			rc = close_row(apply, entry, err);
	}
	return rc;
}

static int end_volatile(struct ep_apply *apply, struct ep_err *err)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < EP_KINDS; i++)
		if (apply->undo[i])
			rc = ep_volatile_end(apply->undo[i], err);
	return rc;
}

/* --- the dataset's own rows --------------------------------------------- */

static void bind_positive(struct ep_stmt *stmt, int i, int64_t value)
{
	if (value > 0)
		ep_db_int(stmt, i, value);
	else
		ep_db_null(stmt, i);
}

static void bind_filled(struct ep_stmt *stmt, int i, const char *text)
{
	ep_db_text(stmt, i, text[0] ? text : NULL);
}

static int store_coverage(struct ep_apply *apply, struct ep_err *err)
{
	const struct ep_coverage *c = &apply->coverage;
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(apply->store->db,
		"INSERT OR REPLACE INTO main.coverage(run, dataset, status, "
		"reason, advice, http_status, pages, rows, total, wire_bytes, "
		"ms, waited_ms, retries, altered, unmapped, unmapped_words, "
		"captured_at, captured_by, started_at, ended_at, page_sha256, "
		"changes, removed, since_run, full_run, confirmed_at) "
		"VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, "
		"?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, "
		"?25, ?26)", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, apply->run);
	ep_db_int(stmt, 2, apply->dataset);
	ep_db_text(stmt, 3, ep_coverage_word(c->status));
	bind_filled(stmt, 4, c->reason);
	bind_filled(stmt, 5, c->advice);
	bind_positive(stmt, 6, c->http_status);
	ep_db_int(stmt, 7, c->pages);
	ep_db_int(stmt, 8, c->rows);
	if (c->total >= 0)
		ep_db_int(stmt, 9, c->total);
	ep_db_int(stmt, 10, c->wire_bytes);
	ep_db_int(stmt, 11, c->ms);
	ep_db_int(stmt, 12, c->waited_ms);
	ep_db_int(stmt, 13, c->retries);
	ep_db_int(stmt, 14, c->altered);
	ep_db_int(stmt, 15, c->unmapped);
	bind_filled(stmt, 16, c->unmapped_words);
	bind_positive(stmt, 17, c->captured_at);
	bind_filled(stmt, 18, c->captured_by);
	bind_positive(stmt, 19, c->started_at);
	bind_positive(stmt, 20, c->ended_at);
	if (c->page_sha256.len)
		ep_db_blob(stmt, 21, c->page_sha256.s, c->page_sha256.len);
	ep_db_int(stmt, 22, c->changes);
	if (c->changes)
		ep_db_int(stmt, 23, c->removed);
	bind_positive(stmt, 24, c->since_run);
	bind_positive(stmt, 25, c->full_run);
	bind_positive(stmt, 26, c->bounded ? c->full_at : 0);
	return ep_db_run(stmt, err);
}

static int store_epoch(struct ep_apply *apply, struct ep_err *err)
{
	struct ep_stmt *stmt;
	int rc;

	if (!apply->epoch && !apply->settles)
		return 0;
	rc = ep_db_prepare(apply->store->db,
		"UPDATE main.dataset SET connector_version = ?2, "
		"epoch_run = CASE WHEN ?3 THEN ?5 ELSE epoch_run END, "
		"settled_run = CASE WHEN ?4 THEN ?5 WHEN ?3 THEN NULL "
		"ELSE settled_run END WHERE id = ?1", &stmt, err);
	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, apply->dataset);
	ep_db_int(stmt, 2, apply->connector_version);
	ep_db_int(stmt, 3, apply->epoch);
	ep_db_int(stmt, 4, apply->settles);
	ep_db_int(stmt, 5, apply->run);
	return ep_db_run(stmt, err);
}

static int run_apply(void *arg, struct ep_err *err)
{
	struct ep_apply *apply = arg;
	int rc = 0;

	if (apply->rows)
		rc = apply_rows(apply, err);
	if (rc == 0 && apply->close)
		rc = apply_closes(apply, err);
	if (rc == 0 && apply->rows && apply->relist)
		rc = ep_listing_store(apply->store->db, apply->dataset,
				      &apply->index, err);
	if (rc == 0)
		rc = end_volatile(apply, err);
	if (rc == 0)
		rc = store_epoch(apply, err);
	if (rc == 0)
		rc = ep_bookmark_store(apply, err);
	if (rc == 0)
		rc = store_coverage(apply, err);
	return rc;
}

static void drop_apply(void *arg)
{
	ep_apply_free(arg);
}

int ep_apply_put(struct ep_apply *apply, struct ep_err *err)
{
	struct ep_job job = {
		.run = run_apply,
		.drop = drop_apply,
		.arg = apply,
		.bytes = sizeof(*apply) + apply->coverage.page_sha256.cap +
			 ep_rowindex_bytes(&apply->index) +
			 ep_stage_bytes(&apply->stage),
	};

	ep_buf_init(&apply->json, EP_UNDO_BYTES_MAX);
	return ep_writer_put(apply->store->writer, &job, err);
}
