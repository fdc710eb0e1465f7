/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings that ended because a leave date moved or a register forgot the
 * person.
 */
#include "check/finding_end.h"

#include "base/alloc.h"
#include "ext/db.h"

void ep_finding_end_init(struct ep_finding_end *end)
{
	ep_map_init(&end->gone);
	end->known = false;
}

void ep_finding_end_release(struct ep_finding_end *end)
{
	ep_map_release(&end->gone, ep_free);
}

/* One that could not be read tonight still says what it said last. */
static int read_gone(struct ep_finding_end *end, struct ep_db *db, int64_t now,
		     struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(db, "SELECT id, min(left_at) FROM temp.person "
			       "WHERE left_at <= ?1 GROUP BY id", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, now);
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		int64_t *left_at = ep_alloc(sizeof(*left_at));

		*left_at = ep_db_col_int(stmt, 1);
		ep_free(ep_map_set(&end->gone, ep_db_col_text(stmt, 0),
				   left_at));
	}
	end->known = rc == 0;
	return rc;
}

/* Whose leave it is about, of the row that stands for all and of the others. */
static const char told_sql[] =
	"SELECT json_extract(e, '$.person'), CASE json_type(e, '$.left_at') "
	"WHEN 'integer' THEN json_extract(e, '$.left_at') "
	"ELSE unixepoch(json_extract(e, '$.left_at')) END "
	"FROM (SELECT f.evidence AS e FROM main.finding f "
	"WHERE f.fingerprint = ?1 UNION ALL SELECT j.value FROM "
	"main.finding f, json_each(f.evidence, '$.also') j "
	"WHERE f.fingerprint = ?1) "
	"WHERE json_extract(e, '$.person') IS NOT NULL "
	"AND json_extract(e, '$.left_at') IS NOT NULL";

int ep_finding_end_withdrawn(struct ep_finding_end *end, struct ep_db *db,
			     const char *fingerprint, int64_t now, bool *ret,
			     struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = end->known ? 0 : read_gone(end, db, now, err);

	*ret = false;
	if (rc == 0)
		rc = ep_db_prepare(db, told_sql, &stmt, err);
	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, fingerprint);
	while (!*ret && (rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		const int64_t *gone =
			ep_map_get(&end->gone, ep_db_col_text(stmt, 0));

		*ret = !gone || *gone > ep_db_col_int(stmt, 1);
	}
	return rc;
}
