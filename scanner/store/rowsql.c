/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes the statements of every kind once, and runs them.
 */
#include "store/rowsql.h"

#include <pthread.h>
#include <string.h>

#include "ext/db.h"

/* 32 columns of 48 bytes, twice, addresses more often, and a frame. */
#define SQL_BYTES_MAX 8192

struct texts {
	const char *insert;
	const char *update;
	const char *move;
	const char *remove;
	const char *get;
	const char *get_moving;
	const char *still;	/* takes what moves of a row that is gone */
};

static struct texts texts[2][EP_KINDS];
static pthread_once_t texts_once = PTHREAD_ONCE_INIT;

static void add_table(struct ep_buf *out, const char *frame,
		      enum ep_rows rows, const struct ep_layout *layout)
{
	ep_buf_addf(out, "%s %s\"%s_%s\"", frame,
		    rows == EP_ROWS_NOW ? "main." : "temp.",
		    rows == EP_ROWS_NOW ? "now" : "then",
		    layout->entity->name);
}

/* The table that has the volatile columns of these rows. */
static void add_moving(struct ep_buf *out, const char *frame,
		       enum ep_rows rows, const struct ep_layout *layout)
{
	if (rows == EP_ROWS_THEN)
		add_table(out, frame, rows, layout);
	else
		ep_buf_addf(out, "%s main.\"moving_%s\"", frame,
			    layout->entity->name);
}

static const char *insert_text(enum ep_rows rows,
			       const struct ep_layout *layout)
{
	struct ep_buf sql;
	int n = 8;

	ep_buf_init(&sql, SQL_BYTES_MAX);
	add_table(&sql, "INSERT INTO", rows, layout);
	ep_buf_adds(&sql, "(rid, dataset, key, absent, attr, first_run, "
		    "changed_run");
	for (int i = 0; i < layout->slots; i++)
		if (ep_slot_is_in(rows, &layout->slot[i]))
			ep_buf_addf(&sql, ", \"%s\"", layout->slot[i].name);
	ep_buf_adds(&sql, ") VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7");
	for (int i = 0; i < layout->slots; i++)
		if (ep_slot_is_in(rows, &layout->slot[i]))
			ep_buf_addf(&sql, ", ?%d", n++);
	ep_buf_addc(&sql, ')');
	return ep_buf_take(&sql);
}

static const char *update_text(enum ep_rows rows,
			       const struct ep_layout *layout)
{
	struct ep_buf sql;
	int n = 5;

	ep_buf_init(&sql, SQL_BYTES_MAX);
	add_table(&sql, "UPDATE", rows, layout);
	ep_buf_adds(&sql, " SET absent = ?2, attr = ?3, changed_run = ?4");
	for (int i = 0; i < layout->slots; i++)
		if (ep_slot_is_in(rows, &layout->slot[i]))
			ep_buf_addf(&sql, ", \"%s\" = ?%d",
				    layout->slot[i].name, n++);
	ep_buf_adds(&sql, " WHERE rid = ?1");
	return ep_buf_take(&sql);
}

static const char *move_then_text(const struct ep_layout *layout)
{
	struct ep_buf sql;
	int n = 3;

	ep_buf_init(&sql, SQL_BYTES_MAX);
	add_table(&sql, "UPDATE", EP_ROWS_THEN, layout);
	ep_buf_addf(&sql, " SET absent = (absent & %u) | ?2",
		    ~ep_layout_moving_bits(layout));
	for (int i = 0; i < layout->slots; i++)
		if (layout->slot[i].moving)
			ep_buf_addf(&sql, ", \"%s\" = ?%d",
				    layout->slot[i].name, n++);
	ep_buf_adds(&sql, " WHERE rid = ?1");
	return ep_buf_take(&sql);
}

static const char *move_text(enum ep_rows rows, const struct ep_layout *layout)
{
	struct ep_buf sql;
	int n = 3;

	if (rows == EP_ROWS_THEN)
		return move_then_text(layout);
	ep_buf_init(&sql, SQL_BYTES_MAX);
	add_moving(&sql, "INSERT OR REPLACE INTO", rows, layout);
	ep_buf_adds(&sql, "(rid, absent");
	for (int i = 0; i < layout->slots; i++)
		if (layout->slot[i].moving)
			ep_buf_addf(&sql, ", \"%s\"", layout->slot[i].name);
	ep_buf_adds(&sql, ") VALUES(?1, ?2");
	for (int i = 0; i < layout->slots; i++)
		if (layout->slot[i].moving)
			ep_buf_addf(&sql, ", ?%d", n++);
	ep_buf_addc(&sql, ')');
	return ep_buf_take(&sql);
}

static void add_slot(struct ep_buf *sql, enum ep_rows rows,
		     const struct ep_layout *layout, int slot)
{
	if (ep_slot_is_in(rows, &layout->slot[slot]))
		ep_slot_sql(sql, "n.", layout, slot);
	else
		ep_buf_addf(sql, "m.\"%s\"", layout->slot[slot].name);
}

static const char *get_text(enum ep_rows rows, const struct ep_layout *layout)
{
	uint32_t moving = ep_layout_moving_bits(layout);
	bool apart = rows == EP_ROWS_NOW && moving;
	struct ep_buf sql;

	ep_buf_init(&sql, SQL_BYTES_MAX);
	ep_buf_adds(&sql, "SELECT n.rid, n.key, ");
	if (apart)
		ep_buf_addf(&sql, "n.absent | coalesce(m.absent, %u)", moving);
	else
		ep_buf_adds(&sql, "n.absent");
	ep_buf_adds(&sql, ", n.attr, n.first_run, n.changed_run");
	for (int i = 0; i < layout->slots; i++) {
		ep_buf_adds(&sql, ", ");
		add_slot(&sql, rows, layout, i);
	}
	add_table(&sql, " FROM", rows, layout);
	ep_buf_adds(&sql, " n");
	if (apart) {
		add_moving(&sql, " LEFT JOIN", rows, layout);
		ep_buf_adds(&sql, " m ON m.rid = n.rid");
	}
	ep_buf_adds(&sql, " WHERE n.rid = ?1");
	return ep_buf_take(&sql);
}

static const char *get_moving_text(enum ep_rows rows,
				   const struct ep_layout *layout)
{
	struct ep_buf sql;

	ep_buf_init(&sql, SQL_BYTES_MAX);
	ep_buf_adds(&sql, "SELECT absent");
	for (int i = 0; i < layout->slots; i++)
		if (layout->slot[i].moving)
			ep_buf_addf(&sql, ", \"%s\"", layout->slot[i].name);
	add_moving(&sql, " FROM", rows, layout);
	ep_buf_adds(&sql, " WHERE rid = ?1");
	return ep_buf_take(&sql);
}

static const char *remove_text(enum ep_rows rows,
			       const struct ep_layout *layout)
{
	struct ep_buf sql;

	ep_buf_init(&sql, SQL_BYTES_MAX);
	add_table(&sql, "DELETE FROM", rows, layout);
	ep_buf_adds(&sql, " WHERE rid = ?1");
	return ep_buf_take(&sql);
}

static const char *still_text(enum ep_rows rows,
			      const struct ep_layout *layout)
{
	struct ep_buf sql;

	ep_buf_init(&sql, SQL_BYTES_MAX);
	add_moving(&sql, "DELETE FROM", rows, layout);
	ep_buf_adds(&sql, " WHERE rid = ?1");
	return ep_buf_take(&sql);
}

/* They live as long as the process. */
static void make_texts(void)
{
	for (int r = 0; r < 2; r++) {
		for (int k = 0; k < EP_KINDS; k++) {
			enum ep_rows rows = (enum ep_rows)r;
			const struct ep_layout *layout =
				ep_layout((enum ep_kind)k);

			texts[r][k].insert = insert_text(rows, layout);
			texts[r][k].update = update_text(rows, layout);
			texts[r][k].move = move_text(rows, layout);
			texts[r][k].remove = remove_text(rows, layout);
			texts[r][k].still = still_text(rows, layout);
			texts[r][k].get = get_text(rows, layout);
			texts[r][k].get_moving =
				get_moving_text(rows, layout);
		}
	}
}

static const struct texts *texts_of(enum ep_rows rows, enum ep_kind kind)
{
	pthread_once(&texts_once, make_texts);
	return &texts[rows][kind];
}

static void bind_value(struct ep_stmt *stmt, int i,
		       const struct ep_value *value)
{
	if (value->type == EP_VALUE_INT)
		ep_db_int(stmt, i, value->number);
	else if (value->type == EP_VALUE_TEXT)
		ep_db_textn(stmt, i, value->text, value->len);
	else
		ep_db_null(stmt, i);
}

static void bind_kept(struct ep_stmt *stmt, int i,
		      const struct ep_layout *layout, int slot,
		      const struct ep_tuple *tuple)
{
	struct ep_value value = ep_slot_kept(layout, slot, tuple);

	bind_value(stmt, i, &value);
}

/* What the table of rows keeps of absent. */
static int64_t absent_in(enum ep_rows rows, const struct ep_layout *layout,
			 const struct ep_tuple *tuple)
{
	if (rows == EP_ROWS_THEN)
		return tuple->absent;
	return tuple->absent & ~ep_layout_moving_bits(layout);
}

static void bind_slots(struct ep_stmt *stmt, int n, enum ep_rows rows,
		       const struct ep_layout *layout,
		       const struct ep_tuple *tuple)
{
	for (int i = 0; i < layout->slots; i++)
		if (ep_slot_is_in(rows, &layout->slot[i]))
			bind_kept(stmt, n++, layout, i, tuple);
}

int ep_rowsql_insert(struct ep_db *db, enum ep_rows rows, enum ep_kind kind,
		     const struct ep_new_row *row, struct ep_err *err)
{
	const struct ep_layout *layout = ep_layout(kind);
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(db, texts_of(rows, kind)->insert, &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, row->rid);
	ep_db_int(stmt, 2, row->dataset);
	ep_db_textn(stmt, 3, row->key, row->key_len);
	ep_db_int(stmt, 4, absent_in(rows, layout, row->tuple));
	ep_db_text(stmt, 5, row->tuple->attr);
	ep_db_int(stmt, 6, row->first_run);
	ep_db_int(stmt, 7, row->changed_run);
	bind_slots(stmt, 8, rows, layout, row->tuple);
	rc = ep_db_run(stmt, err);
	if (rc < 0 || rows == EP_ROWS_THEN ||
	    !ep_tuple_moves(layout, row->tuple))
		return rc;
	return ep_rowsql_move(db, rows, kind, row->rid, row->tuple, err);
}

int ep_rowsql_update(struct ep_db *db, enum ep_rows rows, enum ep_kind kind,
		     const struct ep_new_row *row, struct ep_err *err)
{
	const struct ep_layout *layout = ep_layout(kind);
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(db, texts_of(rows, kind)->update, &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, row->rid);
	ep_db_int(stmt, 2, absent_in(rows, layout, row->tuple));
	ep_db_text(stmt, 3, row->tuple->attr);
	ep_db_int(stmt, 4, row->changed_run);
	bind_slots(stmt, 5, rows, layout, row->tuple);
	return ep_db_run(stmt, err);
}

int ep_rowsql_move(struct ep_db *db, enum ep_rows rows, enum ep_kind kind,
		   int64_t rid, const struct ep_tuple *tuple,
		   struct ep_err *err)
{
	const struct ep_layout *layout = ep_layout(kind);
	struct ep_stmt *stmt;
	int n = 3;
	int rc = ep_db_prepare(db, texts_of(rows, kind)->move, &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, rid);
	ep_db_int(stmt, 2, tuple->absent & ep_layout_moving_bits(layout));
	for (int i = 0; i < layout->slots; i++)
		if (layout->slot[i].moving)
			bind_value(stmt, n++, &tuple->value[i]);
	return ep_db_run(stmt, err);
}

static int run_on(struct ep_db *db, const char *sql, int64_t rid,
		  struct ep_err *err)
{
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(db, sql, &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, rid);
	return ep_db_run(stmt, err);
}

int ep_rowsql_delete(struct ep_db *db, enum ep_rows rows, enum ep_kind kind,
		     int64_t rid, struct ep_err *err)
{
	const struct texts *sql = texts_of(rows, kind);
	int rc = run_on(db, sql->remove, rid, err);

	if (rc < 0 || rows == EP_ROWS_THEN ||
	    !ep_layout_moving_bits(ep_layout(kind)))
		return rc;
	return run_on(db, sql->still, rid, err);
}

static void read_value(struct ep_stmt *stmt, int i, bool number,
		       struct ep_value *ret)
{
	ret->number = 0;
	ret->text = NULL;
	ret->len = 0;
	ret->type = EP_VALUE_NULL;
	if (ep_db_col_null(stmt, i))
		return;
	if (number) {
		ret->type = EP_VALUE_INT;
		ret->number = ep_db_col_int(stmt, i);
		return;
	}
	ret->type = EP_VALUE_TEXT;
	ret->text = ep_db_col_text(stmt, i);
	(void)ep_db_col_blob(stmt, i, &ret->len);
}

/* The one row with that rid; *ret_stmt is NULL when there is none. */
static int find_row(struct ep_db *db, const char *sql, int64_t rid,
		    struct ep_stmt **ret_stmt, struct ep_err *err)
{
	struct ep_stmt *stmt;
	bool found = false;
	int rc = ep_db_prepare(db, sql, &stmt, err);

	*ret_stmt = NULL;
	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, rid);
	rc = ep_db_step(stmt, &found, err);
	if (rc == 0 && found)
		*ret_stmt = stmt;
	else
		ep_db_done(stmt);
	return rc;
}

int ep_rowsql_get_moving(struct ep_db *db, enum ep_rows rows,
			 enum ep_kind kind, int64_t rid,
			 struct ep_old_row *ret, struct ep_stmt **ret_stmt,
			 struct ep_err *err)
{
	const struct ep_layout *layout = ep_layout(kind);
	int n = 1;
	int rc;

	memset(ret, 0, sizeof(*ret));
	ret->rid = rid;
	ret->tuple.absent = ep_layout_moving_bits(layout);
	rc = find_row(db, texts_of(rows, kind)->get_moving, rid, ret_stmt,
		      err);
	if (rc < 0 || !*ret_stmt)
		return rc;
	ret->tuple.absent = (uint32_t)ep_db_col_int(*ret_stmt, 0);
	for (int i = 0; i < layout->slots; i++)
		if (layout->slot[i].moving)
			read_value(*ret_stmt, n++, layout->slot[i].number,
				   &ret->tuple.value[i]);
	return 0;
}

int ep_rowsql_get(struct ep_db *db, enum ep_rows rows, enum ep_kind kind,
		  int64_t rid, struct ep_old_row *ret,
		  struct ep_stmt **ret_stmt, struct ep_err *err)
{
	const struct ep_layout *layout = ep_layout(kind);
	struct ep_stmt *stmt;
	int rc = find_row(db, texts_of(rows, kind)->get, rid, ret_stmt, err);

	if (rc < 0 || !*ret_stmt)
		return rc;
	stmt = *ret_stmt;
	ret->rid = ep_db_col_int(stmt, 0);
	ret->key = ep_db_col_text(stmt, 1);
	ret->tuple.absent = (uint32_t)ep_db_col_int(stmt, 2);
	ret->tuple.attr = ep_db_col_text(stmt, 3);
	ret->first_run = ep_db_col_int(stmt, 4);
	ret->changed_run = ep_db_col_int(stmt, 5);
	for (int i = 0; i < layout->slots; i++)
		read_value(stmt, 6 + i, layout->slot[i].number,
			   &ret->tuple.value[i]);
	return 0;
}
