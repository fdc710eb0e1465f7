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

int ep_finding_end_withdrawn(struct ep_finding_end *end, struct ep_db *db,
			     const char *person, int64_t left_at, int64_t now,
			     bool *ret, struct ep_err *err)
{
	const int64_t *gone;
	int rc = 0;

	*ret = false;
	if (!person)
		return 0;
	if (!end->known)
		rc = read_gone(end, db, now, err);
	if (rc < 0)
		return rc;
	gone = ep_map_get(&end->gone, person);
	*ret = !gone || *gone > left_at;
	return 0;
}
