/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compares a listing as a whole with what was known of it before.
 */
#include "store/hold.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/limits.h"
#include "base/str.h"
#include "ext/db.h"

/* Whoever mixes tenancies up, or gets a credential of another, reads a whole
 * list of strangers.  A file that somebody made may well start anew, and so
 * may what a new version of a connector calls its records. */
static bool replaced(const struct ep_intake *intake)
{
	const struct ep_dataset *dataset = intake->dataset;

	return intake->known == 0 && !intake->imported &&
	       intake->before >= EP_HELD_REPLACED_MIN && dataset->settled &&
	       dataset->connector_version == intake->connector_version;
}

/* The most records that were received since somebody believed a listing of
 * all of them, which counts, too: of some nothing is stored, such as contacts
 * without an address, and those are missed as well. */
static int received_before(const struct ep_intake *intake, int64_t *ret,
			   struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	struct ep_store *store = intake->apply->store;
	bool found = false;
	int rc = 0;

	*ret = 0;
	if (intake->dataset->touched)
		rc = ep_writer_flush(store->writer, err);
	if (rc == 0)
		rc = ep_db_prepare(store->reader,
			"SELECT max(rows) FROM main.coverage "
			"WHERE dataset = ?1 AND NOT changes AND "
			"status IN ('complete', 'partial') AND run >= "
			"ifnull((SELECT max(run) FROM main.coverage WHERE "
			"dataset = ?1 AND NOT changes AND "
			"status = 'complete'), 0)", &stmt, err);
	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, intake->dataset->id);
	rc = ep_db_step(stmt, &found, err);
	if (rc == 0 && found)
		*ret = ep_db_col_int(stmt, 0);
	return rc;
}

static void advise(const struct ep_intake *intake, const char *what,
		   size_t size, char *ret)
{
	snprintf(ret, size, "look into the portal; if it is really %s: "
		 "exitproof run --accept-empty %s", what,
		 intake->dataset->name);
}

static int hold_empty(struct ep_intake *intake, struct ep_coverage *coverage,
		      struct ep_err *err)
{
	char advice[sizeof(coverage->advice)];
	int64_t received = 0;

	advise(intake, "empty", sizeof(advice), advice);
	if (intake->before) {
		ep_coverage_spoil(coverage, EP_COVERAGE_HELD, advice,
				  "empty, but %zu records were known before; "
				  "they are kept until this is confirmed",
				  intake->before);
		return 0;
	}
	if (coverage->rows || intake->dataset->fresh)
		return 0;
	if (received_before(intake, &received, err) < 0)
		return -1;
	if (received > 0)
		ep_coverage_spoil(coverage, EP_COVERAGE_HELD, advice,
				  "empty, but %" PRId64 " record%s of which "
				  "nothing is kept %s listed before",
				  received, EP_S(received),
				  received == 1 ? "was" : "were");
	return 0;
}

int ep_hold(struct ep_intake *intake, struct ep_coverage *coverage,
	    struct ep_err *err)
{
	char advice[sizeof(coverage->advice)];

	if (coverage->status != EP_COVERAGE_COMPLETE ||
	    intake->apply->changes || intake->transient || intake->held_ok)
		return 0;
	if (!intake->seen)
		return hold_empty(intake, coverage, err);
	if (!replaced(intake))
		return 0;
	advise(intake, "so", sizeof(advice), advice);
	ep_coverage_spoil(coverage, EP_COVERAGE_HELD, advice,
			  "none of the %zu records that were known before is "
			  "among the %zu that were read, as if they were "
			  "another tenancy's; nothing is taken over until "
			  "this is confirmed", intake->before, intake->seen);
	return 0;
}
