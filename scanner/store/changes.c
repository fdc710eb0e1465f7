/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Doubts about what a read by changes says.
 */
#include "store/changes.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "ext/db.h"

/* What was said of one key. */
struct told {
	bool gone;
	struct ep_print print;
};

static void doubt(struct ep_intake *intake, const char *fmt, ...)
	EP_PRINTF(2, 3);

/* The first one is enough. */
static void doubt(struct ep_intake *intake, const char *fmt, ...)
{
	va_list ap;

	if (intake->doubt[0])
		return;
	va_start(ap, fmt);
	if (vsnprintf(intake->doubt, sizeof(intake->doubt), fmt, ap) < 0)
		snprintf(intake->doubt, sizeof(intake->doubt),
			 "it contradicts itself");
	va_end(ap);
}

static void doubt_key(struct ep_intake *intake, const char *what)
{
	struct ep_buf key;

	ep_buf_init(&key, 256);
	ep_str_printable(&key, intake->key.s, strnlen(intake->key.s, 100));
	doubt(intake, "it %s (%s)", what, key.s ? key.s : "");
	ep_buf_release(&key);
}

/* What was said of the key before, NULL when this is the first word. */
static struct told *tell(struct ep_intake *intake,
			 const struct ep_hash128 *key,
			 const struct told *now)
{
	struct told *before = ep_map_getn(&intake->told, key, sizeof(*key));
	struct told *kept;

	if (before)
		return before;
	kept = ep_calloc(1, sizeof(*kept));
	*kept = *now;
	ep_map_setn(&intake->told, key, sizeof(*key), kept);
	return NULL;
}

/* The order of the words is not defined, so two different ones leave open
 * which of them holds. */
void ep_changes_row(struct ep_intake *intake, const struct ep_hash128 *key,
		    const struct ep_print *print)
{
	struct told now = { .gone = false, .print = *print };
	const struct told *before = tell(intake, key, &now);

	if (!before)
		return;
	if (before->gone)
		doubt_key(intake, "says of one record that it is there and "
				  "that it is gone");
	else if (before->print.fixed != print->fixed ||
		 before->print.moving != print->moving)
		doubt_key(intake, "says two different things of one record");
}

/* Sources repeat removals, and a record that is in their bin is removed once
 * more when the bin is emptied. */
static int was_closed(struct ep_intake *intake, enum ep_kind kind,
		      bool *ret_closed, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	int rc = ep_db_prepare(intake->apply->store->reader,
		"SELECT 1 FROM main.history WHERE op = 3 AND kind = ?1 "
		"AND dataset = ?2 AND key = ?3 LIMIT 1", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, (int64_t)kind);
	ep_db_int(stmt, 2, intake->dataset->id);
	ep_db_text(stmt, 3, intake->key.s);
	return ep_db_step(stmt, ret_closed, err);
}

static int remove_key(struct ep_intake *intake, const struct ep_row *row,
		      const struct ep_hash128 *hash, struct ep_err *err)
{
	struct ep_entry *entry;
	struct told now = { .gone = true };
	const struct told *before = tell(intake, hash, &now);
	bool closed = false;
	int rc = ep_intake_find(intake, row->kind, hash, &entry, err);

	if (rc < 0)
		return rc;
	if (before && !before->gone)
		doubt_key(intake, "says of one record that it is there and "
				  "that it is gone");
	if (before)
		return 0;
	if (entry && entry->rid) {
		entry->gone = true;
		intake->removed++;
		return 0;
	}
	rc = was_closed(intake, row->kind, &closed, err);
	if (rc == 0 && !closed)
		doubt_key(intake, "removes a record that was never seen");
	return rc;
}

int ep_changes_gone(void *to, void *dataset, const struct ep_row *row,
		    struct ep_err *err)
{
	struct ep_intake *intake = dataset;
	struct ep_hash128 hash;
	int rc;

	(void)to;
	ep_buf_clear(&intake->key);
	rc = ep_row_key(row, &intake->key, err);
	if (rc < 0) {
		doubt(intake, "it removes a record without saying which: %s",
		      err->msg);
		return rc;
	}
	hash = ep_print_key(intake->apply->store->secret, row->kind,
			    intake->key.s, intake->key.len, &intake->scratch);
	return remove_key(intake, row, &hash, err);
}

const char *ep_changes_doubt(void *to, void *dataset)
{
	struct ep_intake *intake = dataset;

	(void)to;
	if (intake->refused.code != EP_OK)
		doubt(intake, "a record of it was refused: %.200s",
		      intake->refused.msg);
	if (intake->before && ep_changes_rows(intake) == 0 &&
	    !intake->transient)
		doubt(intake, "it removes all %zu records", intake->before);
	return intake->doubt[0] ? intake->doubt : NULL;
}

int64_t ep_changes_rows(const struct ep_intake *intake)
{
	return (int64_t)intake->apply->index.n - (int64_t)intake->removed;
}

void ep_changes_release(struct ep_intake *intake)
{
	ep_map_release(&intake->told, ep_free);
}
