/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state after an earlier run: copies what was there then and undoes, from
 * the newest change back, what came later.
 *
 * A row that was first seen later is left out from the start, so the log
 * only has to bring back what was closed and what was changed.  Volatile
 * values are undone after that, from the oldest night on: the first value
 * that a later run wrote over is the one that was there.
 */
#include "store/asof.h"

#include <stdarg.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/limits.h"
#include "ext/db.h"
#include "ext/json.h"
#include "store/history.h"
#include "store/inside.h"
#include "store/rowsql.h"
#include "store/schema.h"
#include "store/store.h"
#include "store/view.h"
#include "store/view_fixed.h"
#include "store/volatile.h"

/* Look-up keys of one row. */
#define SCRATCH_BYTES_MAX (EP_COLUMNS_MAX * (EP_TEXT_BYTES_MAX + 1))

/* A rid is never given twice; this many rows were never stored. */
#define RID_MAX (INT64_C(1) << 32)

struct rebuild {
	struct ep_store *store;
	int64_t run;
	int64_t history_high;	/* the run's end of the log */
	struct ep_buf scratch;
	enum ep_kind kind;	/* whose volatile values are read */
	uint8_t *undone[EP_KINDS];	/* bit per rid */
	int64_t rids[EP_KINDS];
};

/* --- what has to be rebuilt --------------------------------------------- */

/* fmt makes the text, of which there is one for each kind; the parameters
 * are bound, so that it is compiled once. */
static int one_int(struct ep_db *db, int64_t *ret, int64_t first,
		   int64_t second, int64_t third, struct ep_err *err,
		   const char *fmt, ...) EP_PRINTF(7, 8) EP_MUST_CHECK;

static int one_int(struct ep_db *db, int64_t *ret, int64_t first,
		   int64_t second, int64_t third, struct ep_err *err,
		   const char *fmt, ...)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	EP_AUTO(ep_buf_release) struct ep_buf sql;
	const int64_t given[] = { first, second, third };
	bool found = false;
	va_list ap;
	int rc;

	ep_buf_init(&sql, EP_DB_SQL_BYTES_MAX);
	va_start(ap, fmt);
	ep_buf_vaddf(&sql, fmt, ap);
	va_end(ap);
	rc = ep_db_prepare(db, sql.s, &stmt, err);
	if (rc < 0)
		return rc;
	for (int i = 0; i < 3 && i < ep_db_param_count(stmt); i++)
		ep_db_int(stmt, i + 1, given[i]);
	rc = ep_db_step(stmt, &found, err);
	if (rc == 0)
		*ret = found ? ep_db_col_int(stmt, 0) : 0;
	return rc;
}

/* Rows are changed by later runs only.  The log and the volatile values name
 * them, but for rows that were new at the begin of an epoch: those take a
 * scan, which is left out when no later run was in one. */
static int find_changed(struct rebuild *re, struct ep_err *err)
{
	struct ep_store *store = re->store;
	int64_t newest = 0;
	int rc = one_int(store->db, &newest, 0, 0, 0, err,
			 "SELECT max(id) FROM main.run");

	if (rc < 0 || re->run >= newest)
		return rc;
	for (int i = 0; rc == 0 && i < EP_KINDS; i++) {
		int64_t later = 0;

		rc = one_int(store->db, &later, re->history_high, re->run, i,
			     err, "SELECT EXISTS(SELECT 1 FROM main.history "
			     "WHERE id > ?1 AND kind = ?3) OR "
			     "EXISTS(SELECT 1 FROM main.volatile_history "
			     "WHERE run > ?2 AND kind = ?3) OR "
			     "(EXISTS(SELECT 1 FROM main.dataset "
			     "WHERE epoch_run > ?2 OR settled_run > ?2 OR "
			     "(epoch_run IS NOT NULL AND settled_run IS NULL)) "
			     "AND EXISTS(SELECT 1 FROM main.\"now_%s\" "
			     "WHERE first_run > ?2))",
			     ep_entity((enum ep_kind)i)->name);
		store->rebuilt[i] = rc == 0 && later;
	}
	return rc;
}

static int drop_copies(struct ep_store *store, struct ep_err *err)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < EP_KINDS; i++) {
		const char *name = ep_entity((enum ep_kind)i)->name;

		/* A view on a table that is gone would break every other
		 * statement that makes one. */
		rc = ep_db_execf(store->db, err, "DROP VIEW IF EXISTS "
				 "temp.\"%s\"; DROP VIEW IF EXISTS "
				 "temp.\"gone_%s\"; DROP TABLE IF EXISTS "
				 "temp.\"then_%s\";", name, name, name);
		store->rebuilt[i] = false;
	}
	return rc;
}

static int copy_rows(struct rebuild *re, enum ep_kind kind, struct ep_err *err)
{
	const struct ep_layout *layout = ep_layout(kind);
	uint32_t moving = ep_layout_moving_bits(layout);
	EP_AUTO(ep_buf_release) struct ep_buf sql;
	const char *name = layout->entity->name;

	ep_buf_init(&sql, EP_DB_SQL_BYTES_MAX);
	ep_schema_rows(&sql, kind, EP_ROWS_THEN);
	ep_buf_addf(&sql, "INSERT INTO temp.\"then_%s\"(rid, dataset, key, "
		    "attr, first_run, changed_run, absent", name);
	for (int i = 0; i < layout->slots; i++)
		ep_buf_addf(&sql, ", \"%s\"", layout->slot[i].name);
	ep_buf_adds(&sql, ") SELECT n.rid, dataset, key, attr, first_run, "
		    "changed_run, n.absent");
	if (moving)
		ep_buf_addf(&sql, " | coalesce(m.absent, %u)", moving);
	for (int i = 0; i < layout->slots; i++)
		ep_buf_addf(&sql, ", \"%s\"", layout->slot[i].name);
	ep_buf_addf(&sql, " FROM main.\"now_%s\" n", name);
	if (moving)
		ep_buf_addf(&sql, " LEFT JOIN main.\"moving_%s\" m ON "
			    "m.rid = n.rid", name);
	ep_buf_addf(&sql, " WHERE first_run <= %lld;", (long long)re->run);
	return ep_db_exec(re->store->db, sql.s, err);
}

static int index_rows(struct ep_store *store, enum ep_kind kind,
		      struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf sql;

	ep_buf_init(&sql, EP_DB_SQL_BYTES_MAX);
	ep_schema_rows_indexes(&sql, kind, EP_ROWS_THEN);
	return ep_db_exec(store->db, sql.s, err);
}

/* --- the undo log ------------------------------------------------------- */

static int64_t old_int(const struct ep_json *old, const char *name,
		       int64_t otherwise)
{
	const struct ep_json *value = NULL;
	int64_t n;

	if (ep_json_get(old, name, &value) == EP_JSON_PRESENT &&
	    ep_json_int(value, &n))
		return n;
	return otherwise;
}

static void old_value(const struct ep_json *json, bool number,
		      struct ep_value *ret)
{
	const char *text = ep_json_text(json);

	ret->type = EP_VALUE_NULL;
	ret->text = NULL;
	ret->len = 0;
	if (number && ep_json_int(json, &ret->number)) {
		ret->type = EP_VALUE_INT;
	} else if (!number && text) {
		ret->type = EP_VALUE_TEXT;
		ret->text = text;
		ret->len = strlen(text);
	}
}

/* Puts what the entry holds over the tuple. */
static void merge(struct rebuild *re, const struct ep_layout *layout,
		  const struct ep_json *old, struct ep_tuple *tuple)
{
	const struct ep_json *value;

	for (int i = 0; i < layout->slots; i++) {
		const struct ep_slot *slot = &layout->slot[i];

		if (slot->part != EP_SLOT_LOOKUP &&
		    ep_json_get(old, slot->name, &value) == EP_JSON_PRESENT)
			old_value(value, slot->number, &tuple->value[i]);
	}
	if (ep_json_get(old, EP_OLD_ATTR, &value) == EP_JSON_PRESENT)
		tuple->attr = ep_json_text(value);
	ep_tuple_lookups(layout, tuple, &re->scratch);
}

static int undo_change(struct rebuild *re, enum ep_kind kind, int64_t rid,
		       int64_t changed_run, const struct ep_json *old,
		       struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	const struct ep_layout *layout = ep_layout(kind);
	uint32_t moving = ep_layout_moving_bits(layout);
	struct ep_new_row row = { .rid = rid };
	struct ep_old_row then;
	int rc = ep_rowsql_get(re->store->db, EP_ROWS_THEN, kind, rid, &then,
			       &stmt, err);

	/* Opened after the run in question: there is nothing to lead back. */
	if (rc < 0 || !stmt)
		return rc;
	merge(re, layout, old, &then.tuple);
	then.tuple.absent = (then.tuple.absent & moving) |
			    (uint32_t)old_int(old, EP_OLD_ABSENT,
					      then.tuple.absent & ~moving);
	row.tuple = &then.tuple;
	row.changed_run = changed_run;
	return ep_rowsql_update(re->store->db, EP_ROWS_THEN, kind, &row, err);
}

static int undo_close(struct rebuild *re, enum ep_kind kind, int64_t rid,
		      int64_t dataset, const char *key,
		      const struct ep_json *old, struct ep_err *err)
{
	struct ep_tuple tuple = { .attr = NULL };
	struct ep_new_row row = {
		.rid = rid,
		.dataset = dataset,
		.key = key,
		.key_len = key ? strlen(key) : 0,
		.tuple = &tuple,
		.first_run = old_int(old, EP_OLD_FIRST, 0),
		.changed_run = old_int(old, EP_OLD_CHANGED, 0),
	};

	if (row.first_run > re->run)
		return 0;
	merge(re, ep_layout(kind), old, &tuple);
	tuple.absent = (uint32_t)old_int(old, EP_OLD_ABSENT, 0);
	return ep_rowsql_insert(re->store->db, EP_ROWS_THEN, kind, &row, err);
}

static int undo_entry(struct rebuild *re, struct ep_stmt *stmt,
		      struct ep_err *err)
{
	int64_t kind = ep_db_col_int(stmt, 0);
	int64_t op = ep_db_col_int(stmt, 1);
	int64_t rid = ep_db_col_int(stmt, 2);
	const char *text = ep_db_col_text(stmt, 5);
	struct ep_json *old = NULL;
	int rc;

	if (op == EP_HISTORY_OPEN)
		return 0;
	if (kind < 0 || kind >= EP_KINDS || !re->store->rebuilt[kind] || !text)
		return ep_err_set(err, EP_EDATA, "the history of the database "
				  "is damaged; restore it from a backup");
	rc = ep_json_parse(text, strlen(text), &old, NULL, err);
	if (rc < 0)
		return ep_err_context(err, "history of the database");
	if (op == EP_HISTORY_CHANGE)
		rc = undo_change(re, (enum ep_kind)kind, rid,
				 ep_db_col_int(stmt, 6), old, err);
	else
		rc = undo_close(re, (enum ep_kind)kind, rid,
				ep_db_col_int(stmt, 3),
				ep_db_col_text(stmt, 4), old, err);
	ep_json_free(old);
	return rc;
}

static int undo_log(struct rebuild *re, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool more = false;
	int rc = ep_db_prepare(re->store->db, "SELECT kind, op, rid, dataset, "
			       "key, old, changed_run FROM main.history WHERE id > ?1 "
			       "ORDER BY id DESC", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, re->history_high);
	while (rc == 0) {
		rc = ep_db_step(stmt, &more, err);
		if (rc < 0 || !more)
			break;
		rc = undo_entry(re, stmt, err);
	}
	return rc;
}

/* --- volatile values ---------------------------------------------------- */

static int undo_moved(void *to, int64_t rid, const struct ep_tuple *old,
		      struct ep_err *err)
{
	struct rebuild *re = to;
	uint8_t bit = (uint8_t)(1u << (rid & 7));
	uint8_t *byte;

	if (rid < 0 || rid >= re->rids[re->kind])
		return 0;
	byte = &re->undone[re->kind][rid >> 3];
	if (*byte & bit)
		return 0;
	*byte |= bit;
	return ep_rowsql_move(re->store->db, EP_ROWS_THEN, re->kind, rid, old,
			      err);
}

static int undo_blob(struct rebuild *re, struct ep_stmt *stmt,
		     struct ep_err *err)
{
	int64_t kind = ep_db_col_int(stmt, 0);
	size_t n = 0;
	const void *p = ep_db_col_blob(stmt, 1, &n);

	if (kind < 0 || kind >= EP_KINDS || !re->undone[kind])
		return ep_err_set(err, EP_EDATA, "the history of the database "
				  "is damaged; restore it from a backup");
	re->kind = (enum ep_kind)kind;
	return ep_volatile_read(p, n, re->kind, undo_moved, re, err);
}

static int make_bits(struct rebuild *re, enum ep_kind kind, struct ep_err *err)
{
	int rc = one_int(re->store->db, &re->rids[kind], 0, 0, 0, err,
			 "SELECT coalesce(max(rid), 0) + 1 FROM "
			 "temp.\"then_%s\"", ep_entity(kind)->name);

	if (rc == 0 && (re->rids[kind] < 1 || re->rids[kind] > RID_MAX))
		rc = ep_err_set(err, EP_EDATA, "the database has a row id "
				"that was never given");
	if (rc == 0)
		re->undone[kind] =
			ep_calloc((size_t)re->rids[kind] / 8 + 1, 1);
	return rc;
}

static int undo_volatile(struct rebuild *re, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool more = false;
	int rc = 0;

	for (int i = 0; rc == 0 && i < EP_KINDS; i++)
		if (re->store->rebuilt[i])
			rc = make_bits(re, (enum ep_kind)i, err);
	/* Nights are written one after the other: this order is that of ids,
	 * and the index has it. */
	if (rc == 0)
		rc = ep_db_prepare(re->store->db, "SELECT kind, undo FROM "
				   "main.volatile_history WHERE run > ?1 "
				   "ORDER BY run, id", &stmt, err);
	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, re->run);
	while (rc == 0) {
		rc = ep_db_step(stmt, &more, err);
		if (rc < 0 || !more)
			break;
		rc = undo_blob(re, stmt, err);
	}
	return rc;
}

/* --- all of it ---------------------------------------------------------- */

static bool any_rebuilt(const struct ep_store *store)
{
	for (int i = 0; i < EP_KINDS; i++)
		if (store->rebuilt[i])
			return true;
	return false;
}

static int rebuild_all(struct rebuild *re, struct ep_err *err)
{
	struct ep_store *store = re->store;
	int rc = drop_copies(store, err);

	if (rc == 0)
		rc = find_changed(re, err);
	if (rc < 0 || !any_rebuilt(store))
		return rc;
	for (int i = 0; rc == 0 && i < EP_KINDS; i++)
		if (store->rebuilt[i])
			rc = copy_rows(re, (enum ep_kind)i, err);
	if (rc == 0)
		rc = undo_log(re, err);
	if (rc == 0)
		rc = undo_volatile(re, err);
	for (int i = 0; rc == 0 && i < EP_KINDS; i++)
		if (store->rebuilt[i])
			rc = index_rows(store, (enum ep_kind)i, err);
	return rc;
}

int ep_asof_rebuild(struct ep_store *store, int64_t run, struct ep_err *err)
{
	struct rebuild re = { .store = store, .run = run };
	bool before[EP_KINDS];
	int rc = 0;

	memcpy(before, store->rebuilt, sizeof(before));
	ep_buf_init(&re.scratch, SCRATCH_BYTES_MAX);
	if (run)
		rc = one_int(store->db, &re.history_high, run, 0, 0, err,
			     "SELECT history_high FROM main.run WHERE "
			     "id = ?1");
	if (rc == 0)
		rc = ep_view_unlock(store, err);
	if (rc == 0)
		rc = rebuild_all(&re, err);
	rc = ep_view_lock(store, rc, err);
	/* Rolled back: the views show what they showed before. */
	if (rc < 0)
		memcpy(store->rebuilt, before, sizeof(before));
	ep_buf_release(&re.scratch);
	for (int i = 0; i < EP_KINDS; i++)
		ep_free(re.undone[i]);
	return rc;
}
