/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose database it is, and how an older one becomes a new one.
 */
#include "store/schema.h"

#include <unistd.h>

#include "base/alloc.h"
#include "ext/db.h"
#include "store/layout.h"
#include "store/listing.h"
#include "store/store.h"

/* The tables of evidence come with the first seal. */
static int note_sealed(struct ep_db *db, struct ep_err *err)
{
	int64_t sealed = 0;
	int rc = ep_db_one_int(db, "SELECT count(*) FROM main.sqlite_schema "
			       "WHERE name = 'evidence_run'", &sealed, err);

	if (rc < 0 || !sealed)
		return rc;
	return ep_db_exec(db, "INSERT INTO main.meta(name, value) SELECT "
			  "'sealed_before_changes', max(seq) FROM "
			  "main.evidence_run HAVING max(seq) > 0", err);
}

/* Reads by changes, before which every read was one of everything; and
 * tenancies that are not read any more. */
static int to_2(struct ep_db *db, struct ep_err *err)
{
	int rc = note_sealed(db, err);

	if (rc < 0)
		return rc;
	return ep_db_exec(db,
		"ALTER TABLE main.coverage ADD COLUMN "
		"changes INTEGER NOT NULL DEFAULT 0;"
		"ALTER TABLE main.coverage ADD COLUMN removed INTEGER;"
		"ALTER TABLE main.coverage ADD COLUMN since_run INTEGER;"
		"ALTER TABLE main.coverage ADD COLUMN full_run INTEGER;"
		"ALTER TABLE main.coverage ADD COLUMN confirmed_at INTEGER;"
		"CREATE TABLE bookmark("
		" dataset INTEGER PRIMARY KEY,"
		" basis TEXT NOT NULL,"
		" token TEXT NOT NULL,"
		" run INTEGER NOT NULL,"
		" full_run INTEGER NOT NULL,"
		" full_at INTEGER NOT NULL);"
		"CREATE TABLE retirement("
		" id INTEGER PRIMARY KEY,"
		" tenancy INTEGER NOT NULL,"
		" at INTEGER NOT NULL,"
		" by_user TEXT NOT NULL,"
		" reason TEXT NOT NULL,"
		" ended_run INTEGER)", err);
}

/* Addresses that their look-up keys tell are kept once from now on.  The rows
 * that are there say the same; a program that looked for such an address in
 * its own column would find nobody, and must not open what has them. */
static int to_3(struct ep_db *db, struct ep_err *err)
{
	(void)db;
	(void)err;
	return 0;
}

/* The fingerprints of a dataset's rows of one kind. */
static int read_prints(struct ep_db *db, int64_t dataset, enum ep_kind kind,
		       struct ep_rowindex *index, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	EP_AUTO(ep_buf_release) struct ep_buf sql;
	bool more = false;
	int rc;

	ep_buf_init(&sql, 256);
	ep_buf_addf(&sql, "SELECT rid, fingerprint FROM main.\"now_%s\" "
		    "WHERE dataset = ?1", ep_entity(kind)->name);
	rc = ep_db_prepare(db, sql.s, &stmt, err);
	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, dataset);
	while ((rc = ep_db_step(stmt, &more, err)) == 0 && more) {
		size_t n = 0;
		const void *p = ep_db_col_blob(stmt, 1, &n);
		struct ep_entry *entry =
			ep_rowindex_append(index, (uint8_t)kind,
					   ep_db_col_int(stmt, 0));

		ep_print_unpack(p, n, &entry->print);
	}
	return rc;
}

static int list_dataset(struct ep_db *db, int64_t dataset, struct ep_err *err)
{
	struct ep_rowindex index;
	int rc = 0;

	ep_rowindex_init(&index);
	for (int i = 0; rc == 0 && i < EP_KINDS; i++)
		rc = read_prints(db, dataset, (enum ep_kind)i, &index, err);
	if (rc == 0)
		rc = ep_listing_store(db, dataset, &index, err);
	ep_rowindex_release(&index);
	return rc;
}

/* Fingerprints leave the rows for packs of their own. */
static int to_4(struct ep_db *db, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool more = false;
	int rc = ep_db_exec(db, EP_SCHEMA_LISTING, err);

	if (rc == 0)
		rc = ep_db_prepare(db, "SELECT id FROM main.dataset", &stmt,
				   err);
	if (rc < 0)
		return rc;
	while ((rc = ep_db_step(stmt, &more, err)) == 0 && more) {
		rc = list_dataset(db, ep_db_col_int(stmt, 0), err);
		if (rc < 0)
			return rc;
	}
	ep_db_done(ep_take(&stmt));
	for (int i = 0; rc == 0 && i < EP_KINDS; i++)
		rc = ep_db_execf(db, err, "ALTER TABLE main.\"now_%s\" "
				 "DROP COLUMN fingerprint",
				 ep_entity((enum ep_kind)i)->name);
	return rc;
}

static int drop_moving(struct ep_db *db, const struct ep_layout *layout,
		       struct ep_err *err)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < layout->slots; i++)
		if (layout->slot[i].moving)
			rc = ep_db_execf(db, err, "ALTER TABLE "
					 "main.\"now_%s\" DROP COLUMN \"%s\"",
					 layout->entity->name,
					 layout->slot[i].name);
	return rc;
}

/* A row of which nothing that moves was sent has none there. */
static int move_out(struct ep_db *db, enum ep_kind kind, struct ep_err *err)
{
	const struct ep_layout *layout = ep_layout(kind);
	EP_AUTO(ep_buf_release) struct ep_buf sql =
		EP_BUF_INIT(EP_DB_SQL_BYTES_MAX);
	EP_AUTO(ep_buf_release) struct ep_buf names =
		EP_BUF_INIT(EP_DB_SQL_BYTES_MAX);
	uint32_t bits = ep_layout_moving_bits(layout);
	const char *name = layout->entity->name;
	int rc;

	if (!bits)
		return 0;
	for (int i = 0; i < layout->slots; i++)
		if (layout->slot[i].moving)
			ep_buf_addf(&names, ", \"%s\"", layout->slot[i].name);
	ep_schema_moving(&sql, kind);
	ep_buf_addf(&sql, "INSERT INTO main.\"moving_%s\"(rid, absent%s) "
		    "SELECT rid, absent & %u%s FROM main.\"now_%s\" WHERE "
		    "absent & %u <> %u; UPDATE main.\"now_%s\" SET absent = "
		    "absent & %u WHERE absent & %u", name, names.s, bits,
		    names.s, name, bits, bits, name, ~bits, bits);
	rc = ep_db_exec(db, sql.s, err);
	return rc == 0 ? drop_moving(db, layout, err) : rc;
}

/* So do the values that move every night. */
static int to_5(struct ep_db *db, struct ep_err *err)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < EP_KINDS; i++)
		rc = move_out(db, (enum ep_kind)i, err);
	return rc;
}

const struct ep_schema_step ep_schema_steps[] = {
	{ 2, to_2 }, { 3, to_3 }, { 4, to_4 }, { 5, to_5 }, { 0, NULL }
};

int ep_schema_check(struct ep_db *db, const char *path, int64_t newest,
		    int64_t *ret_version, struct ep_err *err)
{
	int64_t application = 0;
	int64_t version = 0;
	int rc = ep_db_one_int(db, "PRAGMA application_id", &application, err);

	if (rc == 0)
		rc = ep_db_one_int(db, "PRAGMA user_version", &version, err);
	if (rc < 0)
		return rc;
	if (application != EP_STORE_APPLICATION)
		return ep_err_set(err, EP_EDATA, "%s: not a database of "
				  "exitproof (or an empty file); name another "
				  "file or move this one away", path);
	if (version > newest)
		return ep_err_set(err, EP_EDATA, "%s: schema version %lld is "
				  "newer than this program knows (%lld); use "
				  "the newer exitproof", path,
				  (long long)version, (long long)newest);
	*ret_version = version;
	return 0;
}

static char *backup_path(const char *path, int64_t version)
{
	struct ep_buf name;

	ep_buf_init(&name, 8192);
	ep_buf_addf(&name, "%s.v%lld", path, (long long)version);
	return ep_buf_take(&name);
}

static int run_steps(struct ep_db *db, int64_t version, int64_t newest,
		     const struct ep_schema_step *steps, struct ep_err *err)
{
	int rc = 0;

	for (; rc == 0 && steps->run; steps++) {
		if (steps->to != version + 1)
			continue;
		rc = steps->run(db, err);
		version = steps->to;
	}
	if (rc == 0 && version != newest)
		rc = ep_err_set(err, EP_EDATA, "no way from schema version "
				"%lld to %lld; use the exitproof that made "
				"this database", (long long)version,
				(long long)newest);
	if (rc == 0)
		rc = ep_db_execf(db, err, "PRAGMA user_version=%lld;",
				 (long long)newest);
	return rc;
}

/* A backup that is there already was left by an attempt that was killed: the
 * database is still in the old version, so a fresh one replaces it. */
int ep_schema_migrate(struct ep_db *db, const char *path, int64_t version,
		      int64_t newest, const struct ep_schema_step *steps,
		      struct ep_err *err)
{
	EP_AUTO_FREE char *backup = NULL;
	int rc;

	if (version == newest)
		return 0;
	backup = backup_path(path, version);
	unlink(backup);
	rc = ep_db_backup(db, backup, err);
	if (rc == 0)
		rc = ep_db_begin(db, err);
	if (rc < 0)
		return ep_err_context(err, "%s: backup before the migration",
				      path);
	rc = run_steps(db, version, newest, steps, err);
	if (rc == 0)
		rc = ep_db_commit(db, err);
	if (rc < 0) {
		ep_db_rollback(db);
		return ep_err_context(err, "%s: migration from schema version "
				      "%lld (a copy is in %s)", path,
				      (long long)version, backup);
	}
	return 0;
}
