/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes the views of the store again, over leaves.  Every column is an
 * expression over hashed bytes; what cannot be (what is gone, what moved) is
 * copied, under names that say so.
 */
#include "evidence/package_view.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"
#include "evidence/leaf.h"
#include "ext/db.h"
#include "model/entity.h"

/* Lists of evidence/kept.h that are views as well. */
static const char *const lists[] = { "authorised_owner", "customer",
				     "declared", "domain", "person_link",
				     "setting", "tenancy" };

/* --- columns ------------------------------------------------------------------ */

static int columns_of(struct ep_db *db, const char *view, struct ep_words *ret,
		      struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	struct ep_buf sql = EP_BUF_INIT(EP_DB_SQL_BYTES_MAX);
	bool row = false;
	int rc;

	ep_buf_addf(&sql, "SELECT * FROM \"%s\" LIMIT 0", view);
	rc = ep_db_prepare(db, sql.s, &stmt, err);
	ep_buf_release(&sql);
	/* Names count once it was stepped: the view may have been made anew. */
	if (rc == 0)
		rc = ep_db_step(stmt, &row, err);
	if (rc < 0)
		return rc;
	for (int i = 0; i < ep_db_cols(stmt); i++)
		EP_VEC_ADD(ret) = ep_strdup(ep_db_col_name(stmt, i));
	return 0;
}

static bool is_plain(const char *name)
{
	return *name && strspn(name, "abcdefghijklmnopqrstuvwxyz"
				     "0123456789_") == strlen(name);
}

/* A generated column for every member that occurs or that a view wants. */
static int add_member(struct ep_db *to, struct ep_map *have, const char *name,
		      struct ep_err *err)
{
	if (ep_map_get(have, name))
		return 0;
	if (!is_plain(name))
		return ep_err_set(err, EP_EBUG, "'%.100s' is no name of a "
				  "member", name);
	ep_map_set(have, name, have);
	return ep_db_execf(to, err, "ALTER TABLE leaf ADD COLUMN \"%s\" AS "
			   "(json_extract(leaf, '$.%s'))", name, name);
}

static int add_members_met(struct ep_db *to, struct ep_map *have,
			   struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	struct ep_words names = { 0 };
	bool row = false;
	int rc = ep_db_prepare(to, "SELECT DISTINCT j.key FROM leaf l, "
			       "json_each(l.leaf) j ORDER BY 1", &stmt, err);

	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row)
		EP_VEC_ADD(&names) = ep_strdup(ep_db_col_text(stmt, 0));
	ep_db_done(ep_take(&stmt));
	for (size_t i = 0; rc == 0 && i < names.n; i++)
		rc = add_member(to, have, names.v[i], err);
	ep_words_release(&names);
	return rc;
}

/* --- one column of a kind's view ----------------------------------------------- */

static void add_tenancy(struct ep_buf *sql, const char *column)
{
	ep_buf_addf(sql, "(SELECT t.\"%s\" FROM leaf t WHERE "
		    "t.entity = 'tenancy' AND t.part = 'kept' AND "
		    "t.tenant = l.tenant)", column);
}

static void add_time(struct ep_buf *sql, const char *run)
{
	ep_buf_addf(sql, "(SELECT r.started_at FROM run_time r WHERE "
		    "r.run = l.%s)", run);
}

/* What stands before the last '@' is what is left when everything but '@'
 * is trimmed from the end. */
static void add_lookup(struct ep_buf *sql, const char *address)
{
	const char *a = address;

	ep_buf_addf(sql, "CASE WHEN instr(l.\"%s\", '@') THEN "
		    "substr(l.\"%s\", length(rtrim(l.\"%s\", "
		    "replace(l.\"%s\", '@', ''))) + 1) || char(31) || "
		    "substr(l.\"%s\", 1, length(rtrim(l.\"%s\", "
		    "replace(l.\"%s\", '@', ''))) - 1) ELSE l.\"%s\" END",
		    a, a, a, a, a, a, a, a);
}

static void add_column(struct ep_buf *sql, const struct ep_entity *entity,
		       const char *name)
{
	const char *address = ep_leaf_looked_up(entity, name);

	if (ep_str_eq(name, "customer"))
		add_tenancy(sql, "customer");
	else if (ep_str_eq(name, "tenant_name"))
		add_tenancy(sql, "name");
	else if (ep_str_eq(name, "first_seen_at"))
		add_time(sql, "first_run");
	else if (ep_str_eq(name, "changed_at"))
		add_time(sql, "changed_run");
	else if (address)
		add_lookup(sql, address);
	else if (ep_leaf_moving(entity, name))
		ep_buf_addf(sql, "(SELECT s.\"%s\" FROM leaf s WHERE "
			    "s.entity = l.entity AND s.part = 'seen' AND "
			    "s.tenant = l.tenant AND s.dataset = l.dataset "
			    "AND s.key = l.key)", name);
	else
		ep_buf_addf(sql, "l.\"%s\"", name);
}

static bool is_member(const struct ep_entity *entity, const char *name)
{
	return !ep_leaf_derived(name) && !ep_leaf_looked_up(entity, name);
}

/* --- views -------------------------------------------------------------------- */

static int make_kind(struct ep_db *from, struct ep_db *to, struct ep_map *have,
		     const struct ep_entity *entity, struct ep_err *err)
{
	struct ep_buf sql = EP_BUF_INIT(EP_DB_SQL_BYTES_MAX);
	struct ep_words names = { 0 };
	int rc = columns_of(from, entity->name, &names, err);

	ep_buf_addf(&sql, "CREATE VIEW \"%s\" AS SELECT ", entity->name);
	for (size_t i = 0; rc == 0 && i < names.n; i++) {
		if (is_member(entity, names.v[i]))
			rc = add_member(to, have, names.v[i], err);
		ep_buf_adds(&sql, i ? ", " : "");
		add_column(&sql, entity, names.v[i]);
		ep_buf_addf(&sql, " AS \"%s\"", names.v[i]);
	}
	ep_buf_addf(&sql, " FROM leaf l WHERE l.entity = '%s' AND "
		    "l.part = 'records'", entity->name);
	if (rc == 0)
		rc = ep_db_exec(to, sql.s, err);
	ep_words_release(&names);
	ep_buf_release(&sql);
	return rc;
}

static int make_list(struct ep_db *from, struct ep_db *to, struct ep_map *have,
		     const char *list, struct ep_err *err)
{
	struct ep_buf sql = EP_BUF_INIT(EP_DB_SQL_BYTES_MAX);
	struct ep_words names = { 0 };
	int rc = columns_of(from, list, &names, err);

	ep_buf_addf(&sql, "CREATE VIEW \"%s\" AS SELECT ", list);
	for (size_t i = 0; rc == 0 && i < names.n; i++) {
		rc = add_member(to, have, names.v[i], err);
		ep_buf_addf(&sql, "%sl.\"%s\" AS \"%s\"", i ? ", " : "",
			    names.v[i], names.v[i]);
	}
	ep_buf_addf(&sql, " FROM leaf l WHERE l.entity = '%s' AND "
		    "l.part = 'kept'", list);
	if (rc == 0)
		rc = ep_db_exec(to, sql.s, err);
	ep_words_release(&names);
	ep_buf_release(&sql);
	return rc;
}

/* The heads hold how each dataset was read; its age is that at the begin of
 * the run, as in the store.  Advice, and how many rows there were before, are
 * copied. */
static int make_coverage(struct ep_db *to, int64_t run, struct ep_err *err)
{
	return ep_db_execf(to, err,
		"CREATE VIEW coverage AS SELECT customer, tenant, system, "
		"dataset, kinds, coalesce(status, 'missing') AS status, "
		"CASE WHEN status IS NULL THEN 'it was never read' "
		"ELSE reason END AS reason, advice, max(0, age) AS age, "
		"CASE WHEN tonight THEN 0 ELSE coalesce(age > max_age OR "
		"age < -86400, 1) END AS stale, rows, total, pages, "
		"captured_at, captured_by, imported, run, previous_rows FROM ("
		"SELECT c.customer, d.tenant, c.system, d.dataset, d.kinds, "
		"d.max_age, d.imported, c.advice, c.previous_rows, "
		"h.head ->> '$.coverage.status' AS status, "
		"h.head ->> '$.coverage.reason' AS reason, "
		"h.head ->> '$.coverage.rows' AS rows, "
		"h.head ->> '$.coverage.total' AS total, "
		"h.head ->> '$.coverage.pages' AS pages, "
		"h.head ->> '$.coverage.captured_at' AS captured_at, "
		"h.head ->> '$.coverage.captured_by' AS captured_by, "
		"h.head ->> '$.coverage.run' AS run, "
		"(SELECT started_at FROM run_time WHERE run = %lld) - "
		"coalesce(h.head ->> '$.coverage.captured_at', "
		"h.head ->> '$.coverage.ended_at', "
		"h.head ->> '$.coverage.started_at') AS age, "
		"h.head ->> '$.coverage.run' = %lld AND d.imported = 0 "
		"AS tonight FROM leaf d JOIN grp h ON h.name = "
		"(SELECT min(g.name) FROM grp g WHERE g.tenant = d.tenant AND "
		"g.dataset = d.dataset) "
		"JOIN copied_coverage c ON c.tenant = d.tenant AND "
		"c.dataset = d.dataset "
		"WHERE d.entity = 'dataset' AND d.part = 'kept')",
		(long long)run, (long long)run);
}

/* --- copies ------------------------------------------------------------------- */

static void bind_same(struct ep_stmt *to, struct ep_stmt *from, int i)
{
	switch (ep_db_col_type(from, i)) {
	case EP_DB_INT:
		ep_db_int(to, i + 1, ep_db_col_int(from, i));
		break;
	case EP_DB_NULL:
		ep_db_null(to, i + 1);
		break;
	default:
		ep_db_text(to, i + 1, ep_db_col_text(from, i));
		break;
	}
}

static int copy_rows(struct ep_db *from, struct ep_db *to, const char *select,
		     const char *insert, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(from, select, &stmt, err);

	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		struct ep_stmt *out = NULL;

		rc = ep_db_prepare(to, insert, &out, err);
		if (rc < 0)
			break;
		for (int i = 0; i < ep_db_cols(stmt); i++)
			bind_same(out, stmt, i);
		rc = ep_db_run(out, err);
	}
	return rc;
}

static int copy_view(struct ep_db *from, struct ep_db *to, const char *view,
		     bool same_name, struct ep_err *err)
{
	struct ep_buf select = EP_BUF_INIT(EP_DB_SQL_BYTES_MAX);
	struct ep_buf insert = EP_BUF_INIT(EP_DB_SQL_BYTES_MAX);
	struct ep_buf columns = EP_BUF_INIT(EP_DB_SQL_BYTES_MAX);
	struct ep_words names = { 0 };
	int rc = columns_of(from, view, &names, err);

	ep_buf_addf(&select, "SELECT * FROM \"%s\"", view);
	ep_buf_addf(&insert, "INSERT INTO \"copied_%s\" VALUES(", view);
	for (size_t i = 0; i < names.n; i++) {
		ep_buf_addf(&columns, "%s\"%s\"", i ? ", " : "", names.v[i]);
		ep_buf_addf(&insert, "%s?%zu", i ? ", " : "", i + 1);
	}
	ep_buf_addc(&insert, ')');
	if (rc == 0)
		rc = ep_db_execf(to, err, "CREATE TABLE \"copied_%s\"(%s)",
				 view, columns.s);
	if (rc == 0)
		rc = copy_rows(from, to, select.s, insert.s, err);
	if (rc == 0 && same_name)
		rc = ep_db_execf(to, err, "CREATE VIEW \"%s\" AS SELECT * FROM "
				 "\"copied_%s\"", view, view);
	ep_words_release(&names);
	ep_buf_release(&select);
	ep_buf_release(&insert);
	ep_buf_release(&columns);
	return rc;
}

static int copy_gone(struct ep_db *from, struct ep_db *to, struct ep_err *err)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < EP_KINDS; i++) {
		char view[64];

		snprintf(view, sizeof(view), "gone_%s",
			 ep_entity((enum ep_kind)i)->name);
		rc = copy_view(from, to, view, true, err);
	}
	if (rc == 0)
		rc = copy_view(from, to, "moved", true, err);
	for (int i = 0; rc == 0 && i < EP_KINDS; i++)
		rc = ep_db_execf(to, err, "CREATE VIEW \"moved_%s\" AS SELECT "
				 "customer, tenant, system, dataset, key, op, "
				 "run, at, previous_at, old FROM moved "
				 "WHERE kind = '%s'",
				 ep_entity((enum ep_kind)i)->name,
				 ep_entity((enum ep_kind)i)->name);
	if (rc == 0)
		rc = copy_view(from, to, "baseline", true, err);
	if (rc == 0)
		rc = copy_view(from, to, "baseline_seen", true, err);
	return rc == 0 ? copy_view(from, to, "coverage", false, err) : rc;
}

static int make_indexes(struct ep_db *to, struct ep_err *err)
{
	return ep_db_exec(to,
		"CREATE INDEX leaf_key ON "
		"leaf(entity, part, tenant, dataset, key);"
		"CREATE INDEX leaf_id ON leaf(entity, part, tenant, id);"
		"CREATE INDEX leaf_account ON "
		"leaf(entity, part, tenant, account);"
		"CREATE INDEX grp_dataset ON grp(tenant, dataset);"
		"CREATE INDEX copied_coverage_dataset ON "
		"copied_coverage(tenant, dataset);", err);
}

int ep_package_views(struct ep_db *from, struct ep_db *to, int64_t run,
		     struct ep_err *err)
{
	struct ep_map have;
	int rc;

	ep_map_init(&have);
	rc = add_members_met(to, &have, err);
	for (int i = 0; rc == 0 && i < EP_KINDS; i++)
		rc = make_kind(from, to, &have, ep_entity((enum ep_kind)i),
			       err);
	for (size_t i = 0; rc == 0 && i < sizeof(lists) / sizeof(lists[0]); i++)
		rc = make_list(from, to, &have, lists[i], err);
	if (rc == 0)
		rc = copy_gone(from, to, err);
	if (rc == 0)
		rc = make_coverage(to, run, err);
	if (rc == 0)
		rc = make_indexes(to, err);
	ep_map_release(&have, NULL);
	return rc;
}
