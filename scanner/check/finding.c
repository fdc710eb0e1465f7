/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matching violations with stored findings.
 */
#include "check/finding.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/str.h"
#include "check/told.h"
#include "check/finding_end.h"
#include "ext/db.h"

/* What is stored about a fingerprint. */
struct known {
	bool exists;
	bool fixed;
	bool waived;
	bool rechecked;
	int64_t fixed_run;
	bool returned;	/* state came_back */
};

static int event(const struct ep_finding_run *fr, const char *fingerprint,
		 const char *word, struct ep_err *err)
{
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(fr->db, "INSERT OR IGNORE INTO finding_event"
			       "(run, fingerprint, event, at) "
			       "VALUES(?1, ?2, ?3, ?4)", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, fr->run);
	ep_db_text(stmt, 2, fingerprint);
	ep_db_text(stmt, 3, word);
	ep_db_int(stmt, 4, fr->now);
	return ep_db_run(stmt, err);
}

static int no_event(const struct ep_finding_run *fr, const char *fingerprint,
		    const char *word, struct ep_err *err)
{
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(fr->db, "DELETE FROM finding_event WHERE "
			       "run = ?1 AND fingerprint = ?2 AND event = ?3",
			       &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, fr->run);
	ep_db_text(stmt, 2, fingerprint);
	ep_db_text(stmt, 3, word);
	return ep_db_run(stmt, err);
}

/* Another check of the same run may say the opposite; then nothing happened
 * in that run. */
static int turn(const struct ep_finding_run *fr, const char *fingerprint,
		const char *word, const char *opposite, struct ep_err *err)
{
	int rc = no_event(fr, fingerprint, opposite, err);

	if (rc == 0 && ep_db_changes(fr->db) == 0)
		rc = event(fr, fingerprint, word, err);
	return rc;
}

/* Another check of the same run has the last word. */
static int look(const struct ep_finding_run *fr, const char *fingerprint,
		bool rechecked, struct ep_err *err)
{
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(fr->db, "INSERT OR REPLACE INTO finding_look"
			       "(run, fingerprint, rechecked) "
			       "VALUES(?1, ?2, ?3)", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, fr->run);
	ep_db_text(stmt, 2, fingerprint);
	ep_db_int(stmt, 3, rechecked);
	return ep_db_run(stmt, err);
}

static int look_up(const struct ep_finding_run *fr, const char *fingerprint,
		   struct known *ret, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(fr->db, "SELECT state, waived, fixed_run, "
			       "rechecked FROM finding WHERE fingerprint = ?1", &stmt,
			       err);

	/* What opens or is there again was seen, unless it is said. */
	*ret = (struct known){ .rechecked = true };
	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, fingerprint);
	rc = ep_db_step(stmt, &row, err);
	if (rc < 0 || !row)
		return rc;
	ret->exists = true;
	ret->fixed = ep_str_eq(ep_db_col_text(stmt, 0), "fixed");
	ret->returned = ep_str_eq(ep_db_col_text(stmt, 0), "came_back");
	ret->waived = ep_db_col_int(stmt, 1) != 0;
	ret->fixed_run = ep_db_col_int(stmt, 2);
	ret->rechecked = ep_db_col_int(stmt, 3) != 0;
	return 0;
}

/* --- a violation seen --------------------------------------------------- */

#define INSERT \
	"INSERT INTO finding(fingerprint, rule, unit, subject, unit_name," \
	" customer, name, severity, state, rechecked, first_run, first_seen," \
	" last_run, last_seen, times, seen, wanted, evidence, waived," \
	" waiver_reason, waiver_approver, waiver_until, waiver_note)" \
	" VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'open', ?19, ?9, ?10, ?9," \
	" ?10, 1, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)"

/* ?2 to ?4 are the fingerprint's own and never change. */
#define UPDATE \
	"UPDATE finding SET unit_name = ?5, customer = ?6, name = ?7," \
	" severity = ?8, rechecked = ?19," \
	" last_run = CASE WHEN ?19 THEN ?9 ELSE last_run END," \
	" last_seen = CASE WHEN ?19 THEN ?10 ELSE last_seen END," \
	" seen = CASE WHEN ?19 THEN ?11 ELSE seen END," \
	" wanted = CASE WHEN ?19 THEN ?12 ELSE wanted END," \
	" evidence = CASE WHEN ?19 THEN ?13 ELSE evidence END," \
	" waived = ?14," \
	" waiver_reason = ?15, waiver_approver = ?16, waiver_until = ?17," \
	" waiver_note = ?18" \
	" WHERE fingerprint = ?1 AND ?2 = rule AND ?3 = unit" \
	" AND ?4 = subject"

static void bind_waiver(const struct ep_finding_run *fr, struct ep_stmt *stmt,
			const struct ep_violation *v, struct ep_buf *note)
{
	char day[EP_TIME_TEXT];
	const struct ep_waiver *waiver = v->waiver;

	ep_db_int(stmt, 14, v->waived);
	if (v->waived) {
		ep_db_text(stmt, 15, waiver->said.reason);
		ep_db_text(stmt, 16, waiver->said.approver);
		ep_db_int(stmt, 17, waiver->said.expires);
	}
	if (!waiver || v->waived)
		return;
	ep_buf_addf(note, "waived by %s until %s; ", waiver->said.approver,
		    ep_time_date(waiver->said.expires - 1, day));
	if (waiver->said.ended && fr->now >= waiver->said.ended)
		ep_buf_addf(note, "%s ended the waiver on %s",
			    waiver->said.ended_by,
			    ep_time_date(waiver->said.ended, day));
	else
		ep_buf_adds(note, "the waiver is not in force");
	ep_db_text(stmt, 18, note->s);
}

static int write_violation(const struct ep_finding_run *fr,
			   const struct ep_eval *eval,
			   const struct ep_violation *v, bool exists,
			   struct ep_err *err)
{
	const struct ep_unit *unit = &eval->outcome.v[v->unit].unit;
	EP_AUTO(ep_buf_release) struct ep_buf note, seen, evidence;
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(fr->db, exists ? UPDATE : INSERT, &stmt, err);

	ep_buf_init(&note, EP_ERR_MSG_MAX);
	ep_buf_init(&seen, 2 * EP_TEXT_BYTES_MAX);
	ep_buf_init(&evidence, 2 * EP_ATTR_BYTES_MAX);
	if (rc < 0)
		return rc;
	if (v->twins) {
		ep_told_seen(eval, v, &seen);
		ep_told_evidence(eval, v, &evidence);
	}
	ep_db_text(stmt, 1, v->fingerprint);
	ep_db_text(stmt, 2, eval->rule->id);
	ep_db_text(stmt, 3, unit->uid);
	ep_db_text(stmt, 4, v->subject);
	ep_db_text(stmt, 5, unit->name);
	ep_db_text(stmt, 6, unit->customer);
	ep_db_text(stmt, 7, v->name);
	ep_db_text(stmt, 8, ep_severity_word(eval->severity));
	ep_db_int(stmt, 9, fr->run);
	ep_db_int(stmt, 10, fr->now);
	ep_db_text(stmt, 11, v->twins ? seen.s : v->seen);
	ep_db_text(stmt, 12, v->wanted);
	ep_db_text(stmt, 13, v->twins ? evidence.s : v->evidence);
	bind_waiver(fr, stmt, v, &note);
	ep_db_int(stmt, 19, v->read);
	return ep_db_run(stmt, err);
}

/* When the same run is checked again, what its first check fixed was never
 * gone. */
static int reopen(const struct ep_finding_run *fr, const char *fingerprint,
		  const struct known *known, struct ep_err *err)
{
	bool same = known->fixed_run == fr->run;
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(fr->db, "UPDATE finding SET fixed_run = NULL, "
			       "fixed_at = NULL, times = times + ?2, "
			       "state = CASE WHEN times + ?2 > 1 "
			       "THEN 'came_back' ELSE 'open' END "
			       "WHERE fingerprint = ?1", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, fingerprint);
	ep_db_int(stmt, 2, same ? 0 : 1);
	rc = ep_db_run(stmt, err);
	if (rc < 0)
		return rc;
	if (same)
		rc = no_event(fr, fingerprint, "withdrawn", err);
	if (same)
		return rc < 0 ? rc :
				no_event(fr, fingerprint, "fixed", err);
	fr->summary->came_back++;
	return event(fr, fingerprint, "came_back", err);
}

/* What differs from how it was known. */
static int turn_known(const struct ep_finding_run *fr,
		      const struct ep_violation *v, const struct known *known,
		      struct ep_err *err)
{
	int rc = 0;

	if (known->rechecked != v->read)
		rc = look(fr, v->fingerprint, v->read, err);
	if (rc == 0 && v->waived && !known->waived)
		rc = turn(fr, v->fingerprint, "waived", "waiver_ended", err);
	if (rc == 0 && !v->waived && known->waived)
		rc = turn(fr, v->fingerprint, "waiver_ended", "waived", err);
	return rc;
}

static int apply_violation(const struct ep_finding_run *fr,
			   const struct ep_eval *eval,
			   const struct ep_violation *v, struct ep_err *err)
{
	struct known known;
	int rc = look_up(fr, v->fingerprint, &known, err);

	if (rc == 0)
		rc = write_violation(fr, eval, v, known.exists, err);
	if (rc == 0 && !known.exists) {
		fr->summary->opened++;
		rc = event(fr, v->fingerprint, "open", err);
	}
	if (rc == 0 && known.fixed)
		rc = reopen(fr, v->fingerprint, &known, err);
	if (rc == 0)
		rc = turn_known(fr, v, &known, err);
	fr->summary->waived += v->waived;
	return rc;
}

/* --- findings not seen -------------------------------------------------- */

struct unseen {
	char *fingerprint;
	char *unit;
	bool retired;	/* of a tenancy that is not looked at any more */
};
EP_VEC_TYPE(unseen_list, struct unseen);

/* It is over either way; what nobody did must not count as done. */
static int fix(const struct ep_finding_run *fr, const char *fingerprint,
	       bool withdrawn, struct ep_err *err)
{
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(fr->db, "UPDATE finding SET state = 'fixed', "
			       "rechecked = 1, fixed_run = ?2, fixed_at = ?3 "
			       "WHERE fingerprint = ?1", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, fingerprint);
	ep_db_int(stmt, 2, fr->run);
	ep_db_int(stmt, 3, fr->now);
	rc = ep_db_run(stmt, err);
	if (rc < 0)
		return rc;
	fr->summary->fixed += !withdrawn;
	rc = event(fr, fingerprint, "fixed", err);
	if (rc == 0 && withdrawn)
		rc = event(fr, fingerprint, "withdrawn", err);
	return rc;
}

static int leave_open(const struct ep_finding_run *fr,
		      const char *fingerprint, struct ep_err *err)
{
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(fr->db, "UPDATE finding SET rechecked = 0 "
			       "WHERE fingerprint = ?1 AND rechecked", &stmt,
			       err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, fingerprint);
	rc = ep_db_run(stmt, err);
	if (rc == 0 && ep_db_changes(fr->db))
		rc = look(fr, fingerprint, false, err);
	return rc;
}

static int list_unseen(const struct ep_finding_run *fr, const char *rule,
		       const struct ep_map *seen, struct unseen_list *ret,
		       struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row;
	int rc = ep_db_prepare(fr->db, "SELECT f.fingerprint, f.unit, "
			       "EXISTS (SELECT 1 FROM main.tenancy AS t WHERE "
			       "t.retired_at IS NOT NULL AND "
			       "(f.unit = t.uid OR f.subject = t.uid OR "
			       "substr(f.subject, 1, length(t.uid) + 1) = "
			       "t.uid || ' ')) FROM finding AS f "
			       "WHERE f.rule = ?1 AND f.state <> 'fixed'",
			       &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, rule);
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		const char *fingerprint = ep_db_col_text(stmt, 0);

		if (ep_map_get(seen, fingerprint))
			continue;
		EP_VEC_ADD(ret) = (struct unseen){
			.fingerprint = ep_strdup(fingerprint),
			.unit = ep_strdup(ep_db_col_text(stmt, 1)),
			.retired = ep_db_col_int(stmt, 2) != 0,
		};
	}
	return rc;
}

static int end_unseen(const struct ep_finding_run *fr,
		      struct ep_finding_end *end, const struct unseen *it,
		      bool decided, struct ep_err *err)
{
	bool withdrawn;
	int rc;

	/* Looking away fixes nothing. */
	if (it->retired || !decided)
		return leave_open(fr, it->fingerprint, err);
	rc = ep_finding_end_withdrawn(end, fr->db, it->fingerprint, fr->now,
				      &withdrawn, err);
	return rc < 0 ? rc : fix(fr, it->fingerprint, withdrawn, err);
}

static int apply_unseen(const struct ep_finding_run *fr,
			const struct ep_eval *eval, const struct ep_map *seen,
			struct ep_err *err)
{
	struct unseen_list list = { 0 };
	struct ep_finding_end end;
	struct ep_map decided;
	int rc = list_unseen(fr, eval->rule->id, seen, &list, err);

	ep_finding_end_init(&end);
	ep_map_init(&decided);
	for (size_t i = 0; i < eval->outcome.n; i++)
		if (eval->outcome.v[i].decided && eval->outcome.v[i].applies)
			ep_map_set(&decided, eval->outcome.v[i].unit.uid,
				   &decided);
	for (size_t i = 0; i < list.n; i++) {
		if (rc == 0)
			rc = end_unseen(fr, &end, &list.v[i],
					ep_map_get(&decided, list.v[i].unit),
					err);
		ep_free(list.v[i].fingerprint);
		ep_free(list.v[i].unit);
	}
	ep_vec_release(&list);
	ep_map_release(&decided, NULL);
	ep_finding_end_release(&end);
	return rc;
}

int ep_findings_apply(const struct ep_finding_run *fr,
		      const struct ep_eval *eval, struct ep_err *err)
{
	struct ep_map seen;
	int rc = 0;

	ep_map_init(&seen);
	for (size_t i = 0; rc == 0 && i < eval->violation.n; i++) {
		ep_map_set(&seen, eval->violation.v[i].fingerprint, &seen);
		rc = apply_violation(fr, eval, &eval->violation.v[i], err);
	}
	if (rc == 0)
		rc = apply_unseen(fr, eval, &seen, err);
	ep_map_release(&seen, NULL);
	return rc;
}

/* --- all rules ---------------------------------------------------------- */

int ep_findings_leave(const struct ep_finding_run *fr, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	EP_AUTO(ep_words_release) struct ep_words left = { 0 };
	bool row;
	int rc = ep_db_prepare(fr->db, "SELECT fingerprint FROM finding "
			       "WHERE state <> 'fixed' AND rechecked = 1 "
			       "AND NOT EXISTS(SELECT 1 FROM rule_run AS r "
			       "WHERE r.run = ?1 AND r.rule = finding.rule "
			       "AND r.state <> 'disabled')", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, fr->run);
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row)
		EP_VEC_ADD(&left) = ep_strdup(ep_db_col_text(stmt, 0));
	for (size_t i = 0; rc == 0 && i < left.n; i++)
		rc = leave_open(fr, left.v[i], err);
	return rc;
}

int ep_findings_count(const struct ep_finding_run *fr, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row;
	int rc = ep_db_prepare(fr->db, "SELECT f.severity, count(*) "
			       "FROM finding AS f JOIN rule_run AS r "
			       "ON r.run = ?1 AND r.rule = f.rule "
			       "WHERE f.state <> 'fixed' AND f.waived = 0 "
			       "AND r.state <> 'disabled' "
			       "GROUP BY f.severity", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, fr->run);
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		const char *word = ep_db_col_text(stmt, 0);
		int severity = ep_severity_from_word(word);

		if (severity < 0)
			return ep_err_set(err, EP_EDATA, "the database has "
					  "findings of severity \"%.40s\", "
					  "which is none", word);
		fr->summary->open[severity] = ep_db_col_int(stmt, 1);
	}
	return rc;
}
