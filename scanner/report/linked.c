/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes links out of what was sealed with a run.
 */
#include "report/linked.h"

#include <inttypes.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "ext/db.h"
#include "store/store.h"

#define SQL_BYTES 4096

static const char none_sql[] =
	"DROP TABLE IF EXISTS temp.person_link;"
	"DROP TABLE IF EXISTS temp.link_note;"
	"CREATE TEMP TABLE link_note(note TEXT NOT NULL);";

/* The range lets SQLite pass over the groups of no list. */
static const char sealed_sql[] =
	"CREATE TEMP TABLE person_link AS SELECT leaf ->> '$.customer' AS"
	" customer, leaf ->> '$.tenant' AS tenant, leaf ->> '$.dataset' AS"
	" dataset, leaf ->> '$.account' AS account, leaf ->> '$.email' AS"
	" email, leaf ->> '$.person' AS person, leaf ->> '$.person_name' AS"
	" person_name, leaf ->> '$.left_at' AS left_at, leaf ->> '$.how' AS"
	" how, leaf ->> '$.certain' AS certain FROM main.evidence_kept"
	" WHERE grp >= 'context/' AND grp < 'context0'"
	" AND grp GLOB 'context/*/person_link' AND leaf <> ''"
	" AND first_seq <= %" PRId64
	" AND (end_seq IS NULL OR end_seq > %" PRId64 ");"
	"CREATE INDEX temp.person_link_account ON person_link(tenant, account);"
	"CREATE INDEX temp.person_link_person ON person_link(person);"
	"INSERT INTO temp.link_note VALUES('accounts belong to whom they did"
	" when this run was sealed');";

static const char unsealed_sql[] =
	"INSERT INTO temp.link_note VALUES('accounts belong to whom the check"
	" of run %" PRId64 " found; this run was not sealed, so what was known"
	" of that in it is not kept');";

/* The number of the seal, 0 none. */
static int find_seal(struct ep_db *db, int64_t run, int64_t *ret,
		     struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_has_table(db, "evidence_run", &row, err);

	*ret = 0;
	if (rc < 0 || !row)
		return rc;
	rc = ep_db_prepare(db, "SELECT seq FROM main.evidence_run WHERE "
			   "run = ?1", &stmt, err);
	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, run);
	rc = ep_db_step(stmt, &row, err);
	if (rc == 0 && row)
		*ret = ep_db_col_int(stmt, 0);
	return rc;
}

int ep_linked_make(struct ep_store *store, int64_t run, struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf sql = EP_BUF_INIT(SQL_BYTES);
	struct ep_db *db = ep_store_db(store);
	int64_t checked = 0, seal = 0;
	int rc = ep_db_one_int(db, "SELECT coalesce(max(run), 0) FROM "
			       "main.check_run", &checked, err);

	if (rc == 0 && run < checked)
		rc = find_seal(db, run, &seal, err);
	if (rc < 0)
		return rc;
	ep_buf_adds(&sql, none_sql);
	if (seal)
		ep_buf_addf(&sql, sealed_sql, seal, seal);
	else if (run < checked)
		ep_buf_addf(&sql, unsealed_sql, checked);
	return ep_store_temp(store, sql.s, err);
}
