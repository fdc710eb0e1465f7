/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of the database.  store.h says what they mean.
 */
#include "store/schema.h"

#include <stdbool.h>
#include <stdio.h>

#include "base/clock.h"
#include "ext/crypto.h"
#include "ext/db.h"
#include "ext/hash.h"
#include "store/layout.h"
#include "store/store.h"

/* One kind's table with its indexes: 32 columns of 48 bytes and a frame. */
#define SQL_BYTES_MAX 65536

static const char fixed_tables[] =
	"CREATE TABLE meta("
	" name TEXT PRIMARY KEY,"
	" value) WITHOUT ROWID;"

	"CREATE TABLE kind("
	" id INTEGER PRIMARY KEY,"
	" name TEXT NOT NULL UNIQUE,"
	" next_rid INTEGER NOT NULL DEFAULT 1);"

	"CREATE TABLE run("
	" id INTEGER PRIMARY KEY,"
	" kind TEXT NOT NULL,"
	" state TEXT NOT NULL,"
	" started_at INTEGER NOT NULL,"
	" ended_at INTEGER,"
	" program TEXT, host TEXT, by_user TEXT,"
	" config_sha256 TEXT, rules_sha256 TEXT,"
	" clock_fixed INTEGER NOT NULL,"
	" testing INTEGER NOT NULL,"
	" sqlite TEXT, curl TEXT,"
	" requests INTEGER, connections INTEGER, wire_bytes INTEGER,"
	" history_low INTEGER NOT NULL,"
	" history_high INTEGER NOT NULL);"

	"CREATE TABLE customer("
	" id TEXT PRIMARY KEY,"
	" name TEXT,"
	" msp INTEGER NOT NULL,"
	" exit_at INTEGER,"
	" exit_ticket TEXT) WITHOUT ROWID;"

	"CREATE TABLE tenancy("
	" id INTEGER PRIMARY KEY,"
	" uid TEXT NOT NULL UNIQUE,"
	" customer TEXT,"
	" system TEXT NOT NULL,"
	" tenant TEXT NOT NULL,"
	" name TEXT,"
	" domain TEXT,"
	" first_run INTEGER NOT NULL,"
	" retired_at INTEGER,"
	" UNIQUE(system, tenant));"

	"CREATE TABLE retirement("
	" id INTEGER PRIMARY KEY,"
	" tenancy INTEGER NOT NULL,"
	" at INTEGER NOT NULL,"
	" by_user TEXT NOT NULL,"
	" reason TEXT NOT NULL,"
	" ended_run INTEGER);"

	"CREATE TABLE tenancy_setting("
	" tenancy INTEGER NOT NULL,"
	" name TEXT NOT NULL,"
	" value TEXT,"
	" PRIMARY KEY(tenancy, name)) WITHOUT ROWID;"

	"CREATE TABLE domain("
	" customer TEXT NOT NULL,"
	" domain TEXT NOT NULL,"
	" PRIMARY KEY(domain, customer)) WITHOUT ROWID;"

	"CREATE TABLE declared("
	" customer TEXT NOT NULL,"
	" address TEXT NOT NULL,"
	" class TEXT,"
	" owner TEXT,"
	" review_by INTEGER,"
	" reason TEXT);"
	"CREATE INDEX declared_address ON declared(address);"

	"CREATE TABLE authorised_owner("
	" customer TEXT NOT NULL,"
	" address TEXT NOT NULL,"
	" PRIMARY KEY(customer, address)) WITHOUT ROWID;"

	"CREATE TABLE dataset("
	" id INTEGER PRIMARY KEY,"
	" tenancy INTEGER NOT NULL,"
	" name TEXT NOT NULL,"
	" connector TEXT NOT NULL,"
	" connector_version INTEGER NOT NULL,"
	" kinds TEXT NOT NULL,"
	" max_age INTEGER NOT NULL,"
	" imported INTEGER NOT NULL,"
	" advice TEXT,"
	" first_run INTEGER NOT NULL,"
	" epoch_run INTEGER,"
	" settled_run INTEGER,"
	" UNIQUE(tenancy, name));"

	"CREATE TABLE coverage("
	" run INTEGER NOT NULL,"
	" dataset INTEGER NOT NULL,"
	" status TEXT NOT NULL,"
	" reason TEXT, advice TEXT,"
	" http_status INTEGER,"
	" pages INTEGER, rows INTEGER, total INTEGER, wire_bytes INTEGER,"
	" ms INTEGER, waited_ms INTEGER, retries INTEGER, altered INTEGER,"
	" unmapped INTEGER, unmapped_words TEXT, absent TEXT,"
	" captured_at INTEGER, captured_by TEXT,"
	" started_at INTEGER, ended_at INTEGER,"
	" page_sha256 BLOB,"
	" changes INTEGER NOT NULL DEFAULT 0,"
	" removed INTEGER, since_run INTEGER, full_run INTEGER,"
	" confirmed_at INTEGER,"
	" PRIMARY KEY(dataset, run)) WITHOUT ROWID;"
	"CREATE INDEX coverage_run ON coverage(run);"

	"CREATE TABLE bookmark("
	" dataset INTEGER PRIMARY KEY,"
	" basis TEXT NOT NULL,"
	" token TEXT NOT NULL,"
	" run INTEGER NOT NULL,"
	" full_run INTEGER NOT NULL,"
	" full_at INTEGER NOT NULL);"

	"CREATE TABLE history("
	" id INTEGER PRIMARY KEY,"
	" run INTEGER NOT NULL,"
	" kind INTEGER NOT NULL,"
	" dataset INTEGER NOT NULL,"
	" rid INTEGER NOT NULL,"
	" op INTEGER NOT NULL,"
	" quiet INTEGER NOT NULL,"
	" changed_run INTEGER,"
	" key TEXT,"
	" old TEXT);"
	"CREATE INDEX history_close ON history(kind, dataset, key)"
	" WHERE op = 3;"
	"CREATE INDEX history_close_rid ON history(kind, rid)"
	" WHERE op = 3;"

	"CREATE TABLE volatile_history("
	" id INTEGER PRIMARY KEY,"
	" run INTEGER NOT NULL,"
	" dataset INTEGER NOT NULL,"
	" kind INTEGER NOT NULL,"
	" undo BLOB NOT NULL);"
	"CREATE INDEX volatile_history_run ON volatile_history(run);"

	EP_SCHEMA_LISTING

	"CREATE TABLE person_link("
	" customer TEXT,"
	" tenant TEXT,"
	" dataset TEXT,"
	" account TEXT,"
	" email TEXT,"
	" person TEXT,"
	" person_name TEXT,"
	" left_at INTEGER,"
	" how TEXT,"
	" certain INTEGER);"
	"CREATE INDEX person_link_account ON person_link(tenant, account);"
	"CREATE INDEX person_link_person ON person_link(person);";

/* Made whenever a database is opened for writing, so that one of an earlier
 * program has them too; no program minds them.  By a dataset's name a rule
 * that needs one listing finds its rows without passing over all others; the
 * folded ones serve rules that compare an account with each address or
 * domain of the configuration. */
static const char look_ups[] =
	"CREATE INDEX IF NOT EXISTS dataset_name ON dataset(name);"
	"CREATE INDEX IF NOT EXISTS person_link_email ON person_link(email);"
	"CREATE INDEX IF NOT EXISTS tenancy_customer ON tenancy(customer);"
	"CREATE INDEX IF NOT EXISTS domain_folded ON domain(lower(domain));"
	"CREATE INDEX IF NOT EXISTS declared_folded"
	" ON declared(lower(address));"
	"CREATE INDEX IF NOT EXISTS authorised_owner_folded"
	" ON authorised_owner(customer, lower(address));";

/* Look-ups that rules make beside the natural key.  Those that begin with
 * the dataset keep the rows of one tenant together. */
static const struct {
	enum ep_kind kind;
	const char *columns;
	const char *where;
} lookups[] = {
	{ EP_KIND_tenant, "id", NULL },
	{ EP_KIND_role, "dataset, account", NULL },
	{ EP_KIND_membership, "dataset, account", NULL },
	{ EP_KIND_credential, "dataset, owner", "owner IS NOT NULL" },
	{ EP_KIND_agent, "hardware", "hardware IS NOT NULL" },
	{ EP_KIND_agent, "name", "name IS NOT NULL" },
	{ EP_KIND_resource, "dataset, id", NULL },
	{ EP_KIND_alias, "dataset, person", NULL },
};

static void add_column(struct ep_buf *out, const struct ep_slot *slot)
{
	ep_buf_addf(out, ", \"%s\" %s", slot->name,
		    slot->number ? "INTEGER" : "TEXT");
}

static void add_address_indexes(struct ep_buf *out, const char *schema,
				const char *table,
				const struct ep_layout *layout)
{
	for (int i = 0; i < layout->slots; i++) {
		const char *name = layout->slot[i].name;

		if (layout->slot[i].part == EP_SLOT_LOOKUP)
			ep_buf_addf(out, "CREATE INDEX %s.\"%s_%s\" ON "
				    "\"%s\"(\"%s\") WHERE \"%s\" IS NOT NULL;",
				    schema, table, name, table, name, name);
	}
}

static void add_lookup_indexes(struct ep_buf *out, const char *schema,
			       const char *table, enum ep_kind kind)
{
	for (size_t i = 0; i < sizeof(lookups) / sizeof(lookups[0]); i++) {
		if (lookups[i].kind != kind)
			continue;
		ep_buf_addf(out, "CREATE INDEX %s.\"%s_%zu\" ON \"%s\"(%s)",
			    schema, table, i, table, lookups[i].columns);
		if (lookups[i].where)
			ep_buf_addf(out, " WHERE %s", lookups[i].where);
		ep_buf_addc(out, ';');
	}
}

static const char *schema_of(enum ep_rows rows)
{
	return rows == EP_ROWS_NOW ? "main" : "temp";
}

static void table_of(char name[EP_SLOT_NAME], enum ep_kind kind,
		     enum ep_rows rows)
{
	snprintf(name, EP_SLOT_NAME, "%s_%s",
		 rows == EP_ROWS_NOW ? "now" : "then", ep_entity(kind)->name);
}

void ep_schema_rows(struct ep_buf *out, enum ep_kind kind, enum ep_rows rows)
{
	const struct ep_layout *layout = ep_layout(kind);
	char table[EP_SLOT_NAME];

	table_of(table, kind, rows);
	ep_buf_addf(out,
		    "CREATE TABLE %s.\"%s\"("
		    "rid INTEGER PRIMARY KEY, dataset INTEGER NOT NULL, "
		    "key TEXT NOT NULL", schema_of(rows), table);
	for (int i = 0; i < layout->slots; i++)
		if (ep_slot_is_in(rows, &layout->slot[i]))
			add_column(out, &layout->slot[i]);
	ep_buf_adds(out, ", absent INTEGER NOT NULL, attr TEXT, "
		    "first_run INTEGER NOT NULL, "
		    "changed_run INTEGER NOT NULL);");
}

void ep_schema_rows_indexes(struct ep_buf *out, enum ep_kind kind,
			    enum ep_rows rows)
{
	const struct ep_layout *layout = ep_layout(kind);
	const char *schema = schema_of(rows);
	char table[EP_SLOT_NAME];

	table_of(table, kind, rows);
	ep_buf_addf(out, "CREATE UNIQUE INDEX %s.\"%s_key\" ON "
		    "\"%s\"(dataset, key);", schema, table, table);
	add_address_indexes(out, schema, table, layout);
	add_lookup_indexes(out, schema, table, kind);
}

void ep_schema_moving(struct ep_buf *out, enum ep_kind kind)
{
	const struct ep_layout *layout = ep_layout(kind);

	if (!ep_layout_moving_bits(layout))
		return;
	ep_buf_addf(out, "CREATE TABLE main.\"moving_%s\"("
		    "rid INTEGER PRIMARY KEY", layout->entity->name);
	for (int i = 0; i < layout->slots; i++)
		if (layout->slot[i].moving)
			add_column(out, &layout->slot[i]);
	ep_buf_adds(out, ", absent INTEGER NOT NULL);");
}

static int create_rows(struct ep_db *db, enum ep_kind kind, struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf sql;

	ep_buf_init(&sql, SQL_BYTES_MAX);
	ep_schema_rows(&sql, kind, EP_ROWS_NOW);
	ep_schema_rows_indexes(&sql, kind, EP_ROWS_NOW);
	ep_schema_moving(&sql, kind);
	ep_buf_addf(&sql, "INSERT INTO kind(id, name) VALUES(%d, '%s');",
		    (int)kind, ep_entity(kind)->name);
	return ep_db_exec(db, sql.s, err);
}

static int create_meta(struct ep_db *db, struct ep_err *err)
{
	uint8_t secret[EP_HASH_SECRET_BYTES];
	struct ep_stmt *stmt;
	int rc;

	ep_random(secret, sizeof(secret));
	rc = ep_db_prepare(db, "INSERT INTO meta(name, value) VALUES"
			   "('hash_secret', ?1), ('created_at', ?2), "
			   "('created_by', ?3)", &stmt, err);
	if (rc < 0)
		return rc;
	ep_db_blob(stmt, 1, secret, sizeof(secret));
	ep_db_int(stmt, 2, ep_clock_now());
	ep_db_text(stmt, 3, "exitproof " EP_VERSION);
	return ep_db_run(stmt, err);
}

int ep_schema_look_ups(struct ep_db *db, struct ep_err *err)
{
	return ep_db_exec(db, look_ups, err);
}

int ep_schema_create(struct ep_db *db, struct ep_err *err)
{
	int rc = ep_db_exec(db, fixed_tables, err);

	for (int i = 0; rc == 0 && i < EP_KINDS; i++)
		rc = create_rows(db, (enum ep_kind)i, err);
	if (rc == 0)
		rc = create_meta(db, err);
	if (rc == 0)
		rc = ep_db_execf(db, err, "PRAGMA application_id=%d; "
				 "PRAGMA user_version=%d;",
				 EP_STORE_APPLICATION, EP_STORE_SCHEMA);
	return rc;
}
