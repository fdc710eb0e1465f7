/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Real changes of a finding on their way to its ticket: from the finding's
 * events to notes, and to a new ticket where somebody closed the old one.
 */
#include "exit/sync_priv.h"

#include <string.h>

#include "base/limits.h"
#include "base/str.h"
#include "exit/sync_text.h"
#include "ext/db.h"

static int add_note(struct ep_sync *s, const struct ep_sync_ticket *t,
		    int64_t run, const char *event, struct ep_err *err)
{
	char mark[EP_SYNC_MARK];
	struct ep_stmt *stmt = NULL;
	struct ep_buf text;
	int rc;

	ep_buf_init(&text, EP_TEXT_BYTES_MAX);
	rc = ep_sync_text_note(s->db, t->fingerprint, run, event, &text, err);
	if (rc == 0)
		rc = ep_db_prepare(s->db,
				   "INSERT OR IGNORE INTO psa_note(mark,"
				   " fingerprint, through, round, run, event,"
				   " text) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
				   &stmt, err);
	if (rc == 0) {
		ep_sync_mark(t->fingerprint, event, run, mark);
		ep_db_text(stmt, 1, mark);
		ep_db_text(stmt, 2, t->fingerprint);
		ep_db_text(stmt, 3, t->through);
		ep_db_int(stmt, 4, t->round);
		ep_db_int(stmt, 5, run);
		ep_db_text(stmt, 6, event);
		ep_db_text(stmt, 7, text.s);
		rc = ep_db_run(stmt, err);
	}
	ep_buf_release(&text);
	return rc;
}

/* A note on a closed ticket is read by nobody, so what came back after
 * somebody closed its ticket gets a new one.  *ret_closed is only right when
 * the PSA could be asked: else this change waits. */
static bool ask_closed(struct ep_sync *s, const struct ep_sync_ticket *t,
		       bool *ret_closed)
{
	struct ep_sync_answer answer;

	if (!ep_sync_ask(s, t, &answer))
		return false;
	/* One that somebody deleted is as good as closed. */
	*ret_closed = !answer.there || answer.closed;
	return true;
}

static int take_event(struct ep_sync *s, struct ep_sync_ticket *t, int64_t run,
		      const char *event, bool *ret_stop, struct ep_err *err)
{
	bool closed = false;
	const char *state = t->state;
	int rc = 0;

	if (ep_str_eq(event, "came_back")) {
		if (!ask_closed(s, t, &closed)) {
			*ret_stop = true;
			return 0;
		}
		state = closed ? "replaced" : "open";
	} else if (ep_str_eq(event, "fixed") ||
		   ep_str_eq(event, "withdrawn")) {
		state = "resolved";
	}
	rc = ep_db_begin(s->db, err);
	if (rc < 0)
		return rc;
	if (closed)
		rc = ep_sync_add_ticket(s, t->fingerprint, t->through,
					t->round + 1, run, t->company, err);
	else
		rc = add_note(s, t, run, event, err);
	if (rc == 0)
		rc = ep_sync_set_state(s, t, state, NULL, run, err);
	if (rc == 0)
		rc = ep_db_commit(s->db, err);
	else
		ep_db_rollback(s->db);
	if (state != t->state) {
		ep_free(t->state);
		t->state = ep_strdup(state);
	}
	*ret_stop = closed;
	return rc;
}

struct event {
	int64_t run;
	char *word;
};

/* In one run a finding comes back before it is waived: by the alphabet.  How
 * it ended and that its waiver did may be told in either order: what a fix or
 * a withdrawal says of its ticket, no other event of that run changes. */
int ep_sync_take_events(struct ep_sync *s, struct ep_sync_ticket *t,
			struct ep_err *err)
{
	EP_VEC(struct event) list = { 0 };
	struct ep_stmt *stmt;
	bool row = false, stop = false;
	int rc = ep_db_prepare(s->db,
			       "SELECT run, event FROM finding_event e"
			       " WHERE fingerprint = ?1 AND run > ?2"
			       " AND event <> 'open' AND (event <> 'fixed'"
			       " OR NOT EXISTS (SELECT 1 FROM finding_event w"
			       " WHERE w.fingerprint = e.fingerprint"
			       " AND w.run = e.run AND w.event = 'withdrawn'))"
			       " ORDER BY run, event",
			       &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, t->fingerprint);
	ep_db_int(stmt, 2, t->seen_run);
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row)
		EP_VEC_ADD(&list) =
			(struct event){ ep_db_col_int(stmt, 0),
					ep_strdup(ep_db_col_text(stmt, 1)) };
	ep_db_done(stmt);
	for (size_t i = 0; rc == 0 && !stop && i < list.n; i++)
		rc = take_event(s, t, list.v[i].run, list.v[i].word, &stop,
				err);
	for (size_t i = 0; i < list.n; i++)
		ep_free(list.v[i].word);
	ep_vec_release(&list);
	return rc;
}

/* --- notes --------------------------------------------------------------------- */

struct note {
	char *mark;
	char *through;
	char *ticket;
	char *text;
};
EP_VEC_TYPE(notes, struct note);

static int load_notes(struct ep_sync *s, struct notes *list, struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(
		s->db,
		"SELECT n.mark, n.through, t.ticket, n.text FROM psa_note n"
		" JOIN psa_ticket t USING (fingerprint, through, round)"
		" WHERE n.done_at IS NULL AND t.ticket IS NOT NULL"
		" ORDER BY n.run, n.fingerprint, n.event",
		&stmt, err);

	if (rc < 0)
		return rc;
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row)
		EP_VEC_ADD(list) = (struct note){
			.mark = ep_strdup(ep_db_col_text(stmt, 0)),
			.through = ep_strdup(ep_db_col_text(stmt, 1)),
			.ticket = ep_strdup(ep_db_col_text(stmt, 2)),
			.text = ep_strdup(ep_db_col_text(stmt, 3)),
		};
	ep_db_done(stmt);
	return rc;
}

static int bring_note(struct ep_sync *s, const struct note *note,
		      struct ep_err *err)
{
	struct ep_sync_item item = { .through = note->through,
				     .ticket = note->ticket,
				     .mark = note->mark,
				     .text = note->text };
	struct ep_sync_answer answer;
	struct ep_stmt *stmt;
	int rc;

	ep_sync_pass(s, &item, &answer);
	if (!answer.there)
		return 0;
	s->totals->notes += answer.written;
	rc = ep_db_prepare(s->db,
			   "UPDATE psa_note SET done_at = ?2"
			   " WHERE mark = ?1",
			   &stmt, err);
	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, note->mark);
	ep_db_int(stmt, 2, s->now);
	return ep_db_run(stmt, err);
}

int ep_sync_bring_notes(struct ep_sync *s, struct ep_err *err)
{
	struct notes list = { 0 };
	int rc = load_notes(s, &list, err);

	for (size_t i = 0; rc == 0 && i < list.n; i++)
		rc = bring_note(s, &list.v[i], err);
	for (size_t i = 0; i < list.n; i++) {
		ep_free(list.v[i].mark);
		ep_free(list.v[i].through);
		ep_free(list.v[i].ticket);
		ep_free(list.v[i].text);
	}
	ep_vec_release(&list);
	return rc;
}
