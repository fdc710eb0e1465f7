/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes the views of entities: what is there, what is gone, what moved.  The columns
 * that every one of them begins with come from one place each.
 */
#include "store/view.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/str.h"
#include "ext/db.h"
#include "store/history.h"
#include "store/inside.h"
#include "store/layout.h"
#include "store/view_fixed.h"

/* Columns that every entity view begins with, from tenancy t and dataset d. */
static const char head[] =
	"t.customer AS customer, t.uid AS tenant, "
	"coalesce(t.name, (SELECT c.name FROM main.customer c "
	"WHERE c.id = t.customer), t.tenant) AS tenant_name, "
	"t.system AS system, "
	"d.name AS dataset";

static bool name_is_plain(struct ep_str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		      (c >= 'A' && c <= 'Z') || c == '.' || c == '-' ||
		      c == '_'))
			return false;
	}
	return name.n > 0;
}

/* The datasets a rule may see.  Names are ours, but they reach this place
 * through a rule file. */
static int add_narrow(struct ep_buf *sql, const char *datasets,
		      struct ep_err *err)
{
	struct ep_str rest, name;
	const char *lead = " AND d.name IN (";

	if (!datasets)
		return 0;
	rest = ep_str(datasets);
	while (ep_str_cut(&rest, ',', &name)) {
		name = ep_str_trim(name);
		if (!name_is_plain(name))
			return ep_err_set(err, EP_ECONFIG, "'%s' is no list "
					  "of dataset names", datasets);
		ep_buf_addf(sql, "%s'%.*s'", lead, (int)name.n, name.p);
		lead = ", ";
	}
	if (lead[1] == 'A')
		return ep_err_set(err, EP_ECONFIG, "an empty list of dataset "
				  "names");
	ep_buf_addc(sql, ')');
	return 0;
}

/* "main"."now_account", or its copy of an earlier night. */
static void add_rows_table(const struct ep_store *store, struct ep_buf *sql,
			   enum ep_kind kind)
{
	ep_buf_addf(sql, "%s_%s", store->rebuilt[kind] ? "temp.then"
						       : "main.now",
		    ep_entity(kind)->name);
}

/* The addresses' look-up keys come last: an index serves them, but nobody
 * wants to read them. */
static void add_columns(struct ep_buf *sql, const struct ep_layout *layout,
			void (*add)(struct ep_buf *sql,
				    const struct ep_layout *layout, int slot))
{
	if (layout->only_key == 0)
		ep_buf_addf(sql, ", n.key AS \"%s\"",
			    layout->entity->column[0].name);
	for (int i = 0; i < layout->slots; i++)
		if (layout->slot[i].part != EP_SLOT_LOOKUP)
			add(sql, layout, i);
	for (int i = 0; i < layout->slots; i++)
		if (layout->slot[i].part == EP_SLOT_LOOKUP)
			add(sql, layout, i);
}

static void add_plain(struct ep_buf *sql, const struct ep_layout *layout,
		      int slot)
{
	ep_buf_adds(sql, ", ");
	ep_slot_sql(sql, "n.", layout, slot);
	ep_buf_addf(sql, " AS \"%s\"", layout->slot[slot].name);
}

/* What moves lies beside the rows; it is looked up only where it is asked
 * for. */
static void add_now(struct ep_buf *sql, const struct ep_layout *layout,
		    int slot)
{
	const char *name = layout->slot[slot].name;

	if (layout->slot[slot].moving)
		ep_buf_addf(sql, ", (SELECT m.\"%s\" FROM main.\"moving_%s\" m "
			    "WHERE m.rid = n.rid) AS \"%s\"", name,
			    layout->entity->name, name);
	else
		add_plain(sql, layout, slot);
}

static int make_entity_view(struct ep_store *store, enum ep_kind kind,
			    struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf sql;
	const struct ep_layout *layout = ep_layout(kind);
	const char *name = layout->entity->name;
	int rc;

	ep_buf_init(&sql, EP_DB_SQL_BYTES_MAX);
	ep_buf_addf(&sql, "DROP VIEW IF EXISTS temp.\"%s\";"
		    "CREATE TEMP VIEW \"%s\" AS SELECT %s, n.key AS key",
		    name, name, head);
	add_columns(&sql, layout, store->rebuilt[kind] ? add_plain : add_now);
	ep_buf_adds(&sql, ", n.attr AS attr, n.first_run AS first_run, "
		    "(SELECT r.started_at FROM main.run r WHERE "
		    "r.id = n.first_run) AS first_seen_at, "
		    "n.changed_run AS changed_run, "
		    "(SELECT r.started_at FROM main.run r WHERE "
		    "r.id = n.changed_run) AS changed_at FROM ");
	add_rows_table(store, &sql, kind);
	ep_buf_adds(&sql, " n JOIN main.dataset d ON d.id = n.dataset "
		    "JOIN main.tenancy t ON t.id = d.tenancy");
	ep_view_add_alive(store->as_of, &sql);
	rc = add_narrow(&sql, store->narrow[kind], err);
	return rc == 0 ? ep_db_exec(store->db, sql.s, err) : rc;
}

static void add_from_json(struct ep_buf *sql, const struct ep_layout *layout,
			  int slot)
{
	const char *name = layout->slot[slot].name;

	if (layout->slot[slot].part == EP_SLOT_LOOKUP)
		return;
	ep_buf_addf(sql, ", json_extract(n.old, '$.%s') AS \"%s\"", name,
		    name);
}

/* The last close of every key that is not there again. */
static int make_gone_view(struct ep_store *store, enum ep_kind kind,
			  struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf sql;
	const struct ep_layout *layout = ep_layout(kind);
	const char *name = layout->entity->name;
	long long run = (long long)store->as_of;
	int rc;

	ep_buf_init(&sql, EP_DB_SQL_BYTES_MAX);
	ep_buf_addf(&sql, "DROP VIEW IF EXISTS temp.\"gone_%s\";"
		    "CREATE TEMP VIEW \"gone_%s\" AS SELECT %s, n.key AS key",
		    name, name, head);
	add_columns(&sql, layout, add_from_json);
	ep_buf_adds(&sql, ", json_extract(n.old, '$." EP_OLD_ATTR "') AS attr, "
		    "json_extract(n.old, '$." EP_OLD_FIRST "') AS first_run, "
		    "(SELECT r.started_at FROM main.run r WHERE r.id = "
		    "json_extract(n.old, '$." EP_OLD_FIRST "')) "
		    "AS first_seen_at, "
		    "json_extract(n.old, '$." EP_OLD_CHANGED "') "
		    "AS changed_run, "
		    "(SELECT r.started_at FROM main.run r WHERE r.id = "
		    "json_extract(n.old, '$." EP_OLD_CHANGED "')) "
		    "AS changed_at, n.run AS closed_run");
	/* A ticket has a closed_at of its own, which stays what it is. */
	if (ep_entity_column(layout->entity, "closed_at") < 0)
		ep_buf_adds(&sql, ", (SELECT r.started_at FROM main.run r "
			    "WHERE r.id = n.run) AS closed_at");
	ep_buf_adds(&sql, " FROM main.history n "
		    "JOIN main.dataset d ON d.id = n.dataset "
		    "JOIN main.tenancy t ON t.id = d.tenancy");
	ep_view_add_alive(store->as_of, &sql);
	ep_buf_addf(&sql, " AND n.op = 3 AND n.kind = %d AND n.quiet = 0 "
		    "AND n.run <= %lld AND NOT EXISTS(SELECT 1 FROM "
		    "main.history l WHERE l.op = 3 AND l.kind = n.kind AND "
		    "l.dataset = n.dataset AND l.key = n.key AND l.id > n.id "
		    "AND l.run <= %lld) AND NOT EXISTS(SELECT 1 FROM ",
		    (int)kind, run, run);
	add_rows_table(store, &sql, kind);
	ep_buf_adds(&sql, " b WHERE b.dataset = n.dataset AND "
		    "b.key = n.key)");
	rc = add_narrow(&sql, store->narrow[kind], err);
	return rc == 0 ? ep_db_exec(store->db, sql.s, err) : rc;
}

/* As `moved`, by run first, for one kind: what a rule reads of it decides
 * which listings it waits for. */
static int make_moved_view(struct ep_store *store, enum ep_kind kind,
			   struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf sql;
	const char *name = ep_entity(kind)->name;
	int rc;

	ep_buf_init(&sql, EP_DB_SQL_BYTES_MAX);
	ep_buf_addf(&sql, "DROP VIEW IF EXISTS temp.\"moved_%s\";"
		    "CREATE TEMP VIEW \"moved_%s\" AS SELECT "
		    "t.customer AS customer, t.uid AS tenant, "
		    "t.system AS system, d.name AS dataset, "
		    "coalesce(h.key, (SELECT n.key FROM main.\"now_%s\" n "
		    "WHERE n.rid = h.rid), (SELECT c.key FROM main.history c "
		    "WHERE c.op = 3 AND c.kind = %d AND c.rid = h.rid)) "
		    "AS key, CASE h.op WHEN 1 THEN 'open' WHEN 2 THEN "
		    "'change' WHEN 3 THEN 'close' END AS op, r.id AS run, "
		    "r.started_at AS at, " EP_VIEW_PREVIOUS_AT
		    " AS previous_at, h.old AS old FROM main.run r "
		    "CROSS JOIN main.history h ON h.id > r.history_low "
		    "AND h.id <= r.history_high "
		    "JOIN main.dataset d ON d.id = h.dataset "
		    "JOIN main.tenancy t ON t.id = d.tenancy",
		    name, name, name, (int)kind);
	ep_view_add_alive(store->as_of, &sql);
	ep_buf_addf(&sql, " AND +h.kind = %d AND +h.quiet = 0 "
		    "AND r.id <= %lld", (int)kind, (long long)store->as_of);
	rc = add_narrow(&sql, store->narrow[kind], err);
	return rc == 0 ? ep_db_exec(store->db, sql.s, err) : rc;
}

static int make_views(struct ep_store *store, enum ep_kind kind,
		      struct ep_err *err)
{
	int rc = make_entity_view(store, kind, err);

	if (rc == 0)
		rc = make_gone_view(store, kind, err);
	return rc == 0 ? make_moved_view(store, kind, err) : rc;
}

int ep_view_kind(struct ep_store *store, enum ep_kind kind, struct ep_err *err)
{
	int rc = ep_view_unlock(store, err);

	if (rc == 0)
		rc = make_views(store, kind, err);
	return ep_view_lock(store, rc, err);
}

int ep_view_now(struct ep_store *store, enum ep_kind kind, struct ep_err *err)
{
	int rc = ep_view_unlock(store, err);

	if (rc == 0)
		rc = make_entity_view(store, kind, err);
	return ep_view_lock(store, rc, err);
}

int ep_view_all(struct ep_store *store, struct ep_err *err)
{
	int rc = ep_view_unlock(store, err);

	for (int i = 0; rc == 0 && i < EP_KINDS; i++)
		rc = make_views(store, (enum ep_kind)i, err);
	if (rc == 0)
		rc = ep_view_fixed(store, err);
	return ep_view_lock(store, rc, err);
}
