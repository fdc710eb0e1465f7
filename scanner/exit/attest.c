/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What humans attest of an exit.
 */
#include "exit/exit.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "exit/look.h"
#include "ext/db.h"
#include "store/store.h"

int ep_exit_schema(struct ep_db *db, struct ep_err *err)
{
	return ep_db_exec(db,
		"CREATE TABLE IF NOT EXISTS main.exit_attest("
		"id INTEGER PRIMARY KEY, exit TEXT NOT NULL, leave_at INTEGER,"
		" what TEXT NOT NULL, by_name TEXT NOT NULL, note TEXT,"
		" ticket TEXT, at INTEGER NOT NULL, by_user TEXT NOT NULL,"
		" host TEXT NOT NULL);"
		"CREATE INDEX IF NOT EXISTS main.exit_attest_exit"
		" ON exit_attest(exit);"
		"CREATE TRIGGER IF NOT EXISTS main.exit_attest_keep BEFORE"
		" UPDATE ON exit_attest BEGIN SELECT raise(ABORT,"
		" 'attestations are never changed'); END;"
		"CREATE TRIGGER IF NOT EXISTS main.exit_attest_stay BEFORE"
		" DELETE ON exit_attest BEGIN SELECT raise(ABORT,"
		" 'attestations are never deleted'); END;", err);
}

/* --- who says so -------------------------------------------------------- */

/* Nothing to see is nobody's name. */
static bool is_blank(const char *s)
{
	return !s || ep_str_trim(ep_str(s)).n == 0;
}

/* By an address of his, his name, or his id. */
static bool is_leaver(const struct ep_exit *exit, const char *name)
{
	EP_AUTO_FREE char *plain = NULL;
	struct ep_str word = ep_str_trim(ep_str(name));

	if (exit->subject != EP_EXIT_PERSON)
		return false;
	plain = ep_strndup(word.p, word.n);
	for (size_t i = 0; i < exit->address.n; i++)
		if (ep_str_eqcase(plain, exit->address.v[i]))
			return true;
	return ep_str_eqcase(plain, exit->name) ||
	       ep_str_eqcase(plain, exit->id);
}

static int count_left(const struct ep_exit_context *ctx, const char *name,
		      bool *ret, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	int rc = ep_db_prepare(ep_store_db(ctx->store),
			       "SELECT 1 FROM temp.person AS p WHERE"
			       " p.left_at <= ?2 AND (lower(p.name) = ?1 OR"
			       " p.id = ?1 OR EXISTS (SELECT 1 FROM"
			       " temp.alias AS m WHERE m.person = p.id AND"
			       " m.address = ?1))", &stmt, err);
	EP_AUTO_FREE char *folded = ep_strdup(name);

	if (rc < 0)
		return rc;
	ep_str_lower(folded);
	ep_db_text(stmt, 1, folded);
	ep_db_int(stmt, 2, ctx->now);
	return ep_db_step(stmt, ret, err);
}

static int check_said(const struct ep_exit_context *ctx,
		      const struct ep_exit *exit,
		      const struct ep_exit_attestation *said,
		      struct ep_err *err)
{
	const struct ep_end *end = said->what
		? ep_profile_end(exit->profile, said->what) : NULL;
	bool left = false;
	int rc;

	if (!end || !end->attest)
		return ep_err_set(err, EP_EDATA, "profile %s asks nobody to "
				  "attest \"%s\"; see exitproof exit profile "
				  "list %s", exit->profile->id,
				  said->what ? said->what : "",
				  exit->profile->id);
	if (is_blank(said->by))
		return ep_err_set(err, EP_EDATA, "an attestation needs the "
				  "name of who says so: --by NAME");
	if (is_leaver(exit, said->by))
		return ep_err_set(err, EP_EDATA, "%s leaves himself and "
				  "cannot attest his own exit: it has to be "
				  "%s", said->by, end->who);
	if (strlen(said->by) > EP_EXIT_NOTE_BYTES_MAX ||
	    (said->note && strlen(said->note) > EP_EXIT_NOTE_BYTES_MAX))
		return ep_err_set(err, EP_ELIMIT, "name and note have at most "
				  "%d bytes (EP_EXIT_NOTE_BYTES_MAX)",
				  EP_EXIT_NOTE_BYTES_MAX);
	rc = count_left(ctx, said->by, &left, err);
	if (rc == 0 && left)
		return ep_err_set(err, EP_EDATA, "%s has left and cannot "
				  "attest anything: it has to be %s",
				  said->by, end->who);
	return rc;
}

int ep_exit_attest(const struct ep_exit_context *ctx,
		   const struct ep_exit *exit,
		   const struct ep_exit_attestation *said, struct ep_err *err)
{
	struct ep_db *db = ep_store_db(ctx->store);
	struct ep_stmt *stmt;
	int rc = check_said(ctx, exit, said, err);

	if (rc == 0)
		rc = ep_exit_schema(db, err);
	if (rc == 0)
		rc = ep_db_prepare(db, "INSERT INTO main.exit_attest(exit,"
				   " leave_at, what, by_name, note, ticket, at,"
				   " by_user, host) VALUES(?1, ?2, ?3,"
				   " trim(?4), ?5, ?6, ?7, ?8, ?9)",
				   &stmt, err);
	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, exit->key);
	if (exit->leave_at)
		ep_db_int(stmt, 2, exit->leave_at);
	ep_db_text(stmt, 3, said->what);
	ep_db_text(stmt, 4, said->by);
	ep_db_text(stmt, 5, said->note);
	ep_db_text(stmt, 6, exit->ticket.n ? exit->ticket.v[0].id : NULL);
	ep_db_int(stmt, 7, ctx->now);
	ep_db_text(stmt, 8, said->user ? said->user : "unknown");
	ep_db_text(stmt, 9, said->host ? said->host : "unknown");
	return ep_db_run(stmt, err);
}

/* --- what was said ------------------------------------------------------ */

static int has_table(struct ep_db *db, bool *ret, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	int rc = ep_db_prepare(db, "SELECT 1 FROM main.sqlite_schema WHERE"
			       " type = 'table' AND name = 'exit_attest'",
			       &stmt, err);

	return rc < 0 ? rc : ep_db_step(stmt, ret, err);
}

/* The newest of that word for this leave date, not after now. */
int ep_exit_attested(const struct ep_exit_context *ctx,
		     const struct ep_exit *exit, const char *what,
		     struct ep_exit_said *ret, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	struct ep_db *db = ep_store_db(ctx->store);
	bool row = false;
	int rc = has_table(db, &row, err);

	*ret = (struct ep_exit_said){ .at = 0 };
	if (rc < 0 || !row)
		return rc;
	rc = ep_db_prepare(db, "SELECT by_name, note, at FROM main.exit_attest"
			   " WHERE exit = ?1 AND what = ?2 AND leave_at IS ?3"
			   " AND at <= ?4 ORDER BY id DESC LIMIT 1",
			   &stmt, err);
	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, exit->key);
	ep_db_text(stmt, 2, what);
	if (exit->leave_at)
		ep_db_int(stmt, 3, exit->leave_at);
	ep_db_int(stmt, 4, ctx->now);
	rc = ep_db_step(stmt, &row, err);
	if (rc == 0 && row) {
		ret->by = ep_strdup(ep_db_col_text(stmt, 0));
		ret->note = ep_strdup(ep_db_col_text(stmt, 1));
		ret->at = ep_db_col_int(stmt, 2);
	}
	return rc;
}

void ep_exit_said_release(struct ep_exit_said *said)
{
	ep_free(said->by);
	ep_free(said->note);
}

int ep_look_attested(struct ep_looker *lk, const struct ep_end *end,
		     struct ep_err *err)
{
	EP_AUTO(ep_exit_said_release) struct ep_exit_said said;
	struct ep_exit_item *item;
	char day[EP_TIME_TEXT];
	struct ep_buf seen;
	int rc = ep_exit_attested(lk->ctx, lk->exit, end->id, &said, err);

	if (rc < 0)
		return rc;
	item = ep_look_add(lk, end, said.by ? EP_EXIT_DONE : EP_EXIT_OPEN);
	item->subject = ep_strdup(end->id);
	item->name = ep_strdup(end->title);
	item->customer = ep_strdup(lk->exit->customer);
	ep_buf_init(&seen, 2 * EP_EXIT_NOTE_BYTES_MAX + EP_TEXT_BYTES_MAX);
	if (said.by)
		ep_buf_addf(&seen, "%s on %s%s%s", said.by,
			    ep_time_format(said.at, day),
			    said.note ? ": " : "",
			    said.note ? said.note : "");
	else
		ep_buf_adds(&seen, "not attested");
	item->seen = ep_buf_take(&seen);
	ep_buf_init(&seen, EP_TEXT_BYTES_MAX);
	ep_buf_addf(&seen, "said by %s", end->who);
	item->needed = ep_buf_take(&seen);
	item->read_at = said.at;
	ep_look_steps(lk, item);
	return 0;
}
