/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks through every text of the database, whatever table it stands in, so
 * that a table of tomorrow is not forgotten.
 */
#include "evidence/erase_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/str.h"
#include "ext/db.h"
#include "model/entity.h"
#include "store/volatile.h"

#define LIST_BYTES_MAX 2048

/* Tables of what moves of a kind's rows are called so and as the kind. */
#define MOVING "moving_"

/* What speaks of the program, its configuration and its runs, and what is
 * rewritten otherwise (evidence_kept) or not at all: how far lists were read,
 * who purged and erased. */
static const char *const tables_out[] = {
	"bookmark", "check_run", "coverage", "customer", "customer_limit",
	"dataset", "domain", "erasure", "evidence_erased", "evidence_flat",
	"evidence_kept", "evidence_run", "kind", "meta", "purge",
	"rule_run", "rule_text", "run", "tenancy", "tenancy_setting", NULL
};

/* Who did something answers for it. */
static const char *const columns_out[] = {
	"by_name", "by_user", "approver", "captured_by", "closed_by", "host",
	"reviewer", "started_by", "waiver_approver", NULL
};

static bool is_in(const char *const *list, const char *word)
{
	for (; *list; list++)
		if (ep_str_eq(*list, word))
			return true;
	return false;
}

/* --- tables --------------------------------------------------------------- */

struct table {
	char *name;
	char *scope;
	struct ep_words columns;	/* that hold texts */
	struct ep_words others;		/* that are left as they are */
};

static void release(struct table *t)
{
	ep_free(t->name);
	ep_free(t->scope);
	ep_words_release(&t->columns);
	ep_words_release(&t->others);
}

static int list_tables(struct ep_db *db, struct ep_words *ret,
		       struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(db, "SELECT name FROM main.sqlite_schema WHERE "
			       "type = 'table' AND name NOT LIKE 'sqlite%' "
			       "ORDER BY name", &stmt, err);

	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row)
		EP_VEC_ADD(ret) = ep_strdup(ep_db_col_text(stmt, 0));
	return rc;
}

static void set_scope(struct table *t, char *scope)
{
	ep_free(t->scope);
	t->scope = scope;
}

/* Where the ids of a row's texts count. */
static void choose_scope(struct table *t, const char *column, bool text)
{
	if (ep_str_eq(column, "dataset") && !text)
		set_scope(t, ep_strdup("(SELECT t.uid FROM main.dataset d "
				       "JOIN main.tenancy t ON "
				       "t.id = d.tenancy WHERE "
				       "d.id = dataset)"));
	else if (text && (ep_str_eq(column, "tenant") ||
			  ep_str_eq(column, "unit")))
		set_scope(t, ep_strdup(column));
}

/* What moves of a row counts where its row does. */
static void choose_scope_of_row(struct table *t)
{
	struct ep_buf sql;

	if (!ep_str_starts(t->name, MOVING))
		return;
	ep_buf_init(&sql, EP_DB_SQL_BYTES_MAX);
	ep_buf_addf(&sql, "(SELECT t.uid FROM main.\"now_%s\" n JOIN "
		    "main.dataset d ON d.id = n.dataset JOIN main.tenancy t "
		    "ON t.id = d.tenancy WHERE n.rid = \"%s\".rid)",
		    t->name + strlen(MOVING), t->name);
	set_scope(t, ep_buf_take(&sql));
}

static int describe(struct ep_db *db, const char *name, struct table *ret,
		    struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(db, "SELECT name, type FROM "
			       "pragma_table_info(?1, 'main') ORDER BY cid",
			       &stmt, err);

	memset(ret, 0, sizeof(*ret));
	ret->name = ep_strdup(name);
	ret->scope = ep_strdup("NULL");
	choose_scope_of_row(ret);
	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, name);
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		const char *column = ep_db_col_text(stmt, 0);
		bool text = ep_str_eq(ep_db_col_text(stmt, 1), "TEXT");

		choose_scope(ret, column, text);
		if (text && is_in(columns_out, column))
			EP_VEC_ADD(&ret->others) = ep_strdup(column);
		else if (text)
			EP_VEC_ADD(&ret->columns) = ep_strdup(column);
	}
	return rc;
}

static void add_where(struct ep_buf *sql, const struct table *t,
		      const struct ep_words *columns)
{
	for (size_t i = 0; i < columns->n; i++)
		ep_buf_addf(sql, "%srewrite(\"%s\", %s) IS NOT \"%s\"",
			    i ? " OR " : " WHERE ", columns->v[i], t->scope,
			    columns->v[i]);
}

static int rewrite_table(struct ep_db *db, const struct table *t,
			 struct ep_err *err)
{
	struct ep_buf sql = EP_BUF_INIT(EP_DB_SQL_BYTES_MAX);
	int rc;

	ep_buf_addf(&sql, "UPDATE main.\"%s\" SET ", t->name);
	for (size_t i = 0; i < t->columns.n; i++)
		ep_buf_addf(&sql, "%s\"%s\" = rewrite(\"%s\", %s)",
			    i ? ", " : "", t->columns.v[i], t->columns.v[i],
			    t->scope);
	add_where(&sql, t, &t->columns);
	rc = ep_db_exec(db, sql.s, err);
	ep_buf_release(&sql);
	return rc < 0 ? ep_err_context(err, "table %s", t->name) : 0;
}

/* --- triggers: reviews are otherwise never changed --------------------------- */

static int take_triggers(struct ep_db *db, struct ep_words *ret_sql,
			 struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	struct ep_words names = { 0 };
	bool row = false;
	int rc = ep_db_prepare(db, "SELECT name, sql FROM main.sqlite_schema "
			       "WHERE type = 'trigger' ORDER BY name", &stmt,
			       err);

	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		EP_VEC_ADD(&names) = ep_strdup(ep_db_col_text(stmt, 0));
		EP_VEC_ADD(ret_sql) = ep_strdup(ep_db_col_text(stmt, 1));
	}
	ep_db_done(ep_take(&stmt));
	for (size_t i = 0; rc == 0 && i < names.n; i++)
		rc = ep_db_execf(db, err, "DROP TRIGGER main.\"%s\"",
				 names.v[i]);
	ep_words_release(&names);
	return rc;
}

/* --- what is no plain text ---------------------------------------------------- */

/* The id of a kept leaf is a hash of it and would confirm a guess, and so
 * would its nonce. */
static const char kept_sql[] =
	"UPDATE main.evidence_kept SET id = randomblob(16), leaf = "
	"json_set(rewrite(leaf, coalesce(leaf ->> '$.tenant', "
	"leaf ->> '$.unit')), '$.nonce', NULL) WHERE leaf <> '' AND "
	"rewrite(leaf, coalesce(leaf ->> '$.tenant', leaf ->> '$.unit')) "
	"IS NOT leaf";

static int rewrite_kept(struct ep_db *db, struct ep_err *err)
{
	struct ep_buf sql = EP_BUF_INIT(EP_DB_SQL_BYTES_MAX);
	int rc;

	ep_buf_adds(&sql, kept_sql);
	for (const char *const *list = ep_erase_exempt; *list; list++)
		ep_buf_addf(&sql, " AND grp NOT GLOB 'context/*/%s'", *list);
	rc = ep_db_exec(db, sql.s, err);
	ep_buf_release(&sql);
	return rc;
}

/* Rows keep the fingerprint of what the vendor lists, so that the next read
 * does not bring the person back for a record that is the same.  Nobody reads
 * what is retired; if somebody ever does, each record is compared with its
 * row. */
static const char listing_sql[] =
	"DELETE FROM main.listing WHERE dataset IN (SELECT d.id FROM "
	"main.dataset d JOIN main.tenancy t ON t.id = d.tenancy WHERE "
	"t.retired_at IS NOT NULL)";

#define LAST_PACK "SELECT coalesce(max(id), 0) FROM main.volatile_history"

struct repack {
	bool keeping;	/* the second time, when there is something to change */
	const struct ep_called_all *called;
	struct ep_volatile undo;
	const char *scope;
	struct ep_buf texts;	/* of one record, each with its NUL */
	bool changed;
};

static int repack_record(void *to, int64_t rid, const struct ep_tuple *old,
			 struct ep_err *err)
{
	struct repack *r = to;
	struct ep_buf out[EP_SLOTS_MAX];
	struct ep_tuple now = *old;
	int slots = r->undo.layout->slots;
	int rc;

	for (int i = 0; i < slots; i++) {
		struct ep_value *value = &now.value[i];

		ep_buf_init(&out[i], 4 * EP_TEXT_BYTES_MAX);
		if (!r->undo.layout->slot[i].moving ||
		    value->type != EP_VALUE_TEXT ||
		    !ep_called_rewrite((void *)(uintptr_t)r->called, value->text,
				       value->len, r->scope, &out[i]))
			continue;
		value->text = out[i].s;
		value->len = out[i].len;
		r->changed = true;
	}
	rc = r->keeping ? ep_volatile_add(&r->undo, rid, &now, err) : 0;
	for (int i = 0; i < slots; i++)
		ep_buf_release(&out[i]);
	return rc;
}

/* The new pack is behind all others and takes the place of the old one.  Where
 * one became several they stay behind, and those after the old one follow: a
 * listing that was read twice in a night has two packs with the same row, and
 * the first of them is what the night before held. */
static int put_in_place(struct ep_db *db, const struct ep_volatile *undo,
			int64_t id, int64_t last, struct ep_err *err)
{
	int64_t run = undo->run, dataset = undo->dataset;

	if (ep_db_last_id(db) == last + 1)
		return ep_db_execf(db, err, "UPDATE main.volatile_history SET "
				   "undo = (SELECT n.undo FROM "
				   "main.volatile_history n WHERE n.id = %lld) "
				   "WHERE id = %lld; DELETE FROM "
				   "main.volatile_history WHERE id = %lld",
				   (long long)last + 1, (long long)id,
				   (long long)last + 1);
	return ep_db_execf(db, err, "DELETE FROM main.volatile_history WHERE "
			   "id = %lld; INSERT INTO main.volatile_history(run, "
			   "dataset, kind, undo) SELECT run, dataset, kind, "
			   "undo FROM main.volatile_history WHERE run = %lld "
			   "AND dataset = %lld AND kind = %d AND id > %lld AND "
			   "id <= %lld ORDER BY id; DELETE FROM "
			   "main.volatile_history WHERE run = %lld AND "
			   "dataset = %lld AND kind = %d AND id > %lld AND "
			   "id <= %lld", (long long)id, (long long)run,
			   (long long)dataset, (int)undo->kind, (long long)id,
			   (long long)last, (long long)run, (long long)dataset,
			   (int)undo->kind, (long long)id, (long long)last);
}

static int repack_one(struct ep_db *db, const struct ep_called_all *called,
		      struct ep_stmt *stmt, int64_t *rows, struct ep_err *err)
{
	struct repack r = { .called = called,
			    .scope = ep_db_col_text(stmt, 4) };
	enum ep_kind kind = (enum ep_kind)ep_db_col_int(stmt, 3);
	int64_t id = ep_db_col_int(stmt, 0);
	size_t n = 0;
	const void *p = ep_db_col_blob(stmt, 5, &n);
	int64_t last = 0;
	int rc = ep_db_one_int(db, LAST_PACK, &last, err);

	ep_volatile_init(&r.undo, db, ep_db_col_int(stmt, 1),
			 ep_db_col_int(stmt, 2), kind);
	if (rc == 0)
		rc = ep_volatile_read(p, n, kind, repack_record, &r, err);
	r.keeping = r.changed;
	if (rc == 0 && r.changed)
		rc = ep_volatile_read(p, n, kind, repack_record, &r, err);
	if (rc == 0 && r.changed)
		rc = ep_volatile_end(&r.undo, err);
	if (rc == 0 && r.changed) {
		rc = put_in_place(db, &r.undo, id, last, err);
		(*rows)++;
	}
	ep_volatile_release(&r.undo);
	return rc;
}

static bool has_moving_text(const struct ep_entity *entity)
{
	for (int i = 0; i < entity->columns; i++)
		if (entity->column[i].flags & EP_COLUMN_VOLATILE &&
		    entity->column[i].type == EP_TYPE_TEXT)
			return true;
	return false;
}

/* From the last to the first, since what moves behind was done by then. */
static int repack_kind(struct ep_db *db, const struct ep_called_all *called,
		       int kind, int64_t *rows, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	int64_t last = 0;
	bool row = false;
	int rc = ep_db_one_int(db, LAST_PACK, &last, err);

	if (rc == 0)
		rc = ep_db_prepare(db, "SELECT v.id, v.run, v.dataset, v.kind, "
				   "t.uid, v.undo FROM main.volatile_history v "
				   "JOIN main.dataset d ON d.id = v.dataset "
				   "JOIN main.tenancy t ON t.id = d.tenancy "
				   "WHERE v.kind = ?1 AND v.id <= ?2 "
				   "ORDER BY v.id DESC", &stmt, err);
	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, kind);
	ep_db_int(stmt, 2, last);
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		rc = repack_one(db, called, stmt, rows, err);
		if (rc < 0)
			break;
	}
	return rc;
}

/* --- all of it ---------------------------------------------------------------- */

static int rewrite_tables(struct ep_db *db, struct ep_err *err)
{
	struct ep_words names = { 0 };
	int rc = list_tables(db, &names, err);

	for (size_t i = 0; rc == 0 && i < names.n; i++) {
		struct table t;

		if (is_in(tables_out, names.v[i]))
			continue;
		rc = describe(db, names.v[i], &t, err);
		if (rc == 0 && t.columns.n)
			rc = rewrite_table(db, &t, err);
		release(&t);
	}
	ep_words_release(&names);
	return rc;
}

int ep_erase_rows(struct ep_db *db, const struct ep_called_all *called,
		  int64_t *ret_rows, struct ep_err *err)
{
	struct ep_words triggers = { 0 };
	int64_t before = ep_db_total_changes(db), packs = 0;
	int rc = take_triggers(db, &triggers, err);

	if (rc == 0)
		rc = rewrite_tables(db, err);
	if (rc == 0)
		rc = rewrite_kept(db, err);
	if (rc == 0)
		rc = ep_db_exec(db, listing_sql, err);
	*ret_rows = ep_db_total_changes(db) - before;
	for (int i = 0; rc == 0 && i < EP_KINDS; i++)
		if (has_moving_text(ep_entity((enum ep_kind)i)))
			rc = repack_kind(db, called, i, &packs, err);
	*ret_rows += packs;
	for (size_t i = 0; rc == 0 && i < triggers.n; i++)
		rc = ep_db_exec(db, triggers.v[i], err);
	ep_words_release(&triggers);
	return rc;
}

/* --- what stays --------------------------------------------------------------- */

static int count_left(struct ep_db *db, const struct table *t,
		      struct ep_buf *ret, struct ep_err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < t->others.n; i++) {
		struct ep_words one = { .v = &t->others.v[i], .n = 1 };
		struct ep_buf sql = EP_BUF_INIT(EP_DB_SQL_BYTES_MAX);
		int64_t n = 0;

		ep_buf_addf(&sql, "SELECT count(*) FROM main.\"%s\"", t->name);
		add_where(&sql, t, &one);
		rc = ep_db_one_int(db, sql.s, &n, err);
		ep_buf_release(&sql);
		if (rc == 0 && n)
			ep_buf_addf(ret, "%s%lld in %s.%s",
				    ret->len ? ", " : "", (long long)n,
				    t->name, t->others.v[i]);
	}
	return rc;
}

int ep_erase_left(struct ep_db *db, struct ep_buf *ret, struct ep_err *err)
{
	struct ep_words names = { 0 };
	int rc = list_tables(db, &names, err);

	for (size_t i = 0; rc == 0 && i < names.n; i++) {
		struct table t;

		rc = describe(db, names.v[i], &t, err);
		/* Of the tables that are not rewritten every text counts. */
		if (rc == 0 && is_in(tables_out, names.v[i]))
			for (size_t k = 0; k < t.columns.n; k++)
				EP_VEC_ADD(&t.others) =
					ep_take(&t.columns.v[k]);
		if (rc == 0)
			rc = count_left(db, &t, ret, err);
		release(&t);
	}
	ep_words_release(&names);
	return rc;
}

/* --- may it be ------------------------------------------------------------------ */

/* Tickets are work that was done about the person: they are rewritten where
 * they stand, and come back only when the PSA changes them. */
static int add_listed(struct ep_db *db, const char *prefix, enum ep_kind kind,
		      struct ep_buf *list, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	EP_AUTO_FREE char *name = NULL;
	struct ep_buf sql = EP_BUF_INIT(EP_DB_SQL_BYTES_MAX);
	struct table t;
	bool row = false;
	int rc;

	ep_buf_addf(&sql, "%s%s", prefix, ep_entity(kind)->name);
	name = ep_strdup(sql.s);
	rc = describe(db, name, &t, err);
	ep_buf_clear(&sql);
	ep_buf_addf(&sql, "SELECT %s AS tenant, count(*) FROM main.\"%s\"",
		    t.scope, name);
	add_where(&sql, &t, &t.columns);
	ep_buf_adds(&sql, " GROUP BY 1 HAVING tenant IN (SELECT uid FROM "
		    "main.tenancy WHERE retired_at IS NULL)");
	if (rc == 0)
		rc = ep_db_prepare(db, sql.s, &stmt, err);
	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row)
		ep_buf_addf(list, "%s%s (%s)", list->len ? ", " : "",
			    ep_db_col_text(stmt, 0), ep_entity(kind)->name);
	release(&t);
	ep_buf_release(&sql);
	return rc;
}

/* Of tenancies that ever listed the person. */
static const char unread_sql[] =
	"SELECT DISTINCT c.tenant, c.dataset, c.status FROM temp.coverage c "
	"WHERE (c.status <> 'complete' OR c.stale) AND c.tenant IN (SELECT uid "
	"FROM main.tenancy WHERE retired_at IS NULL) AND c.tenant IN ("
	"SELECT t.uid FROM main.history h JOIN main.dataset d ON "
	"d.id = h.dataset JOIN main.tenancy t ON t.id = d.tenancy WHERE "
	"h.op <> 1 AND (rewrite(h.old, t.uid) IS NOT h.old OR "
	"rewrite(h.key, t.uid) IS NOT h.key) "
	"UNION SELECT uid FROM temp.erase_account WHERE rid IN "
	"(SELECT rid FROM temp.erase_own)) ORDER BY 1, 2";

static int check_unread(struct ep_db *db, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	EP_AUTO(ep_buf_release) struct ep_buf list =
		EP_BUF_INIT(LIST_BYTES_MAX);
	bool row = false;
	int rc = ep_db_prepare(db, unread_sql, &stmt, err);

	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row)
		ep_buf_addf(&list, "%s%s of %s", list.len ? ", " : "",
			    ep_db_col_text(stmt, 1), ep_db_col_text(stmt, 0));
	if (rc < 0 || list.len == 0)
		return rc;
	return ep_err_set(err, EP_EPURGED, "nobody can tell whether the person "
			  "is gone, for not all was read where he once was: "
			  "%.1500s; read it, or retire the tenancy", list.s);
}

int ep_erase_check(struct ep_db *db, struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf list =
		EP_BUF_INIT(LIST_BYTES_MAX);
	int rc = 0;

	for (int i = 0; rc == 0 && i < EP_KINDS; i++) {
		if (i == EP_KIND_ticket)
			continue;
		rc = add_listed(db, "now_", (enum ep_kind)i, &list, err);
		if (rc == 0 && has_moving_text(ep_entity((enum ep_kind)i)))
			rc = add_listed(db, MOVING, (enum ep_kind)i, &list,
					err);
	}
	if (rc < 0)
		return rc;
	if (list.len)
		return ep_err_set(err, EP_EPERM, "the person is still listed "
				  "and would come back with the next night: "
				  "%.1500s; remove him there, or retire the "
				  "tenancy, first", list.s);
	return check_unread(db, err);
}
