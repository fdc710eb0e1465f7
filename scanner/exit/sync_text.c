/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words for tickets; see the header.  What comes from vendors is made
 * printable: a name must not be able to add lines to a ticket.
 */
#include "exit/sync_text.h"

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "ext/db.h"
#include "ext/json.h"

/* The rule as it read when the finding was last checked. */
static const char finding_sql[] =
	"SELECT f.name, f.subject, f.unit_name, f.unit, f.severity, f.seen,"
	" f.wanted, f.first_seen, f.fixed_at, f.waiver_reason,"
	" f.waiver_approver, f.waiver_until, f.rule, t.title, t.remedy,"
	" f.last_seen FROM finding f LEFT JOIN rule_text t ON t.sha256 ="
	" (SELECT sha256 FROM rule_run r WHERE r.rule = f.rule"
	" ORDER BY r.run DESC LIMIT 1) WHERE f.fingerprint = ?1";

enum column {
	NAME,
	SUBJECT,
	UNIT_NAME,
	UNIT,
	SEVERITY,
	SEEN,
	WANTED,
	FIRST_SEEN,
	FIXED_AT,
	WAIVER_REASON,
	WAIVER_APPROVER,
	WAIVER_UNTIL,
	RULE,
	TITLE,
	REMEDY,
	LAST_SEEN
};

static void add(struct ep_buf *out, const char *before, const char *s)
{
	if (!s || !*s)
		return;
	ep_buf_adds(out, before);
	ep_str_printable(out, s, strlen(s));
}

static const char *col(struct ep_stmt *stmt, enum column i, const char *other)
{
	const char *s = ep_db_col_text(stmt, (int)i);

	return s && *s ? s : other;
}

static int find(struct ep_db *db, const char *fingerprint, struct ep_stmt **ret,
		struct ep_err *err)
{
	bool row = false;
	int rc = ep_db_prepare(db, finding_sql, ret, err);

	if (rc < 0)
		return rc;
	ep_db_text(*ret, 1, fingerprint);
	rc = ep_db_step(*ret, &row, err);
	if (rc == 0 && !row)
		rc = ep_err_set(err, EP_EBUG, "finding %s is gone",
				fingerprint);
	return rc;
}

static void add_steps(struct ep_buf *out, const char *json)
{
	struct ep_json *steps = NULL;
	const struct ep_json *what;
	int n = 0;

	if (!json || ep_json_parse(json, strlen(json), &steps, NULL, NULL) < 0)
		return;
	for (const struct ep_json *i = ep_json_first(steps); i;
	     i = ep_json_next(i)) {
		if (ep_json_get(i, "do", &what) != EP_JSON_PRESENT ||
		    !ep_json_text(what))
			continue;
		ep_buf_addf(out, "%s%d. ",
			    n ? "\n"
			      : "\n\nTo do, in this "
				"order:\n",
			    n + 1);
		n++;
		ep_str_printable(out, ep_json_text(what),
				 strlen(ep_json_text(what)));
	}
	ep_json_free(steps);
}

static void add_what(struct ep_buf *out, struct ep_stmt *stmt)
{
	char day[EP_TIME_TEXT];

	add(out, "", col(stmt, NAME, col(stmt, SUBJECT, "")));
	add(out, "\nRule not met: ", col(stmt, TITLE, col(stmt, RULE, "")));
	add(out, "\nWhere: ", col(stmt, UNIT_NAME, col(stmt, UNIT, "")));
	add(out, "\nSeen: ", col(stmt, SEEN, NULL));
	add(out, "\nWanted: ", col(stmt, WANTED, NULL));
	add(out, "\nSeverity: ", col(stmt, SEVERITY, NULL));
	ep_buf_addf(out, "\nFirst seen: %s",
		    ep_time_format(ep_db_col_int(stmt, FIRST_SEEN), day));
	ep_buf_addf(out, "\nLast seen: %s",
		    ep_time_format(ep_db_col_int(stmt, LAST_SEEN), day));
}

int ep_sync_text_ticket(struct ep_db *db, const char *fingerprint,
			int64_t round, struct ep_buf *title,
			struct ep_buf *text, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	int rc = find(db, fingerprint, &stmt, err);

	if (rc < 0)
		return rc;
	add(title, "", col(stmt, NAME, col(stmt, SUBJECT, "")));
	add(title, ": ", col(stmt, TITLE, col(stmt, RULE, "")));
	if (round > 1)
		ep_buf_addf(text,
			    "This came back after its ticket was closed "
			    "(round %" PRId64 ").\n",
			    round);
	add_what(text, stmt);
	add_steps(text, col(stmt, REMEDY, NULL));
	return 0;
}

int ep_sync_text_note(struct ep_db *db, const char *fingerprint, int64_t run,
		      const char *event, struct ep_buf *text,
		      struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	char day[EP_TIME_TEXT];
	int rc = find(db, fingerprint, &stmt, err);

	if (rc < 0)
		return rc;
	if (ep_str_eq(event, "fixed"))
		ep_buf_adds(text, "Fixed: it is not there any more, and all "
				  "that had to be read for that was read.");
	else if (ep_str_eq(event, "withdrawn"))
		ep_buf_adds(text, "Over, but nothing was seen to be fixed: "
				  "the leave date moved, or no register has "
				  "it any more.");
	else if (ep_str_eq(event, "came_back"))
		ep_buf_adds(text, "It came back.");
	else if (ep_str_eq(event, "waiver_ended"))
		ep_buf_adds(text, "It was accepted for a time; that has "
				  "ended, and it is still there.");
	else
		ep_buf_adds(text, "It is accepted for now.");
	if (ep_str_eq(event, "waived")) {
		add(text, "\nBy: ", col(stmt, WAIVER_APPROVER, NULL));
		add(text, "\nReason: ", col(stmt, WAIVER_REASON, NULL));
		ep_buf_addf(
			text, "\nUntil: %s",
			ep_time_date(ep_db_col_int(stmt, WAIVER_UNTIL), day));
	}
	ep_buf_addf(text, "\nSince run %" PRId64 ".\n\n", run);
	add_what(text, stmt);
	return 0;
}
