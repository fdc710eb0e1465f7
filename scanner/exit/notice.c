/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Digests; see the header.
 */
#include "exit/notice.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "check/check.h"
#include "ext/crypto.h"
#include "ext/db.h"
#include "ext/json.h"

/* Findings that are named; a chat and a reader take no more. */
#define NAMED_MAX 40

static int make_table(struct ep_db *db, struct ep_err *err)
{
	return ep_db_exec(db,
			  "CREATE TABLE IF NOT EXISTS notice_sent("
			  " channel TEXT NOT NULL, recipient TEXT NOT NULL,"
			  " run INTEGER NOT NULL, status INTEGER NOT NULL,"
			  " at INTEGER NOT NULL,"
			  " PRIMARY KEY(channel, recipient)) WITHOUT ROWID;",
			  err);
}

void ep_notice_release(struct ep_notice *notice)
{
	ep_buf_release(&notice->subject);
	ep_buf_release(&notice->text);
	ep_buf_release(&notice->json);
}

/* --- what there is ------------------------------------------------------------ */

enum event {
	OPENED, CAME_BACK, WAIVER_ENDED, FIXED, WITHDRAWN, WAIVED, EVENTS
};

static const struct {
	const char *word; /* in finding_event */
	const char *title;
} events[EVENTS] = {
	[OPENED] = { "open", "New" },
	[CAME_BACK] = { "came_back", "Came back" },
	[WAIVER_ENDED] = { "waiver_ended", "No longer accepted" },
	[FIXED] = { "fixed", "Fixed" },
	[WITHDRAWN] = { "withdrawn", "No leave any more" },
	[WAIVED] = { "waived", "Accepted for now" },
};

struct change {
	enum event event;
	char *fingerprint;
	char *severity;
	char *customer;
	char *unit;
	char *name;
	char *title;
	char *seen;
};
EP_VEC_TYPE(changes, struct change);

struct facts {
	const struct ep_notice_ask *ask;
	struct changes list;
	size_t count[EVENTS];
	int64_t told_run;
	int64_t told_status;
	int64_t open;
	int64_t undecided;
};

static void changes_release(struct changes *list)
{
	for (size_t i = 0; i < list->n; i++) {
		ep_free(list->v[i].fingerprint);
		ep_free(list->v[i].severity);
		ep_free(list->v[i].customer);
		ep_free(list->v[i].unit);
		ep_free(list->v[i].name);
		ep_free(list->v[i].title);
		ep_free(list->v[i].seen);
	}
	ep_vec_release(list);
}

static bool is_his(const struct ep_notice_ask *ask, const char *customer)
{
	if (ask->all)
		return true;
	for (size_t i = 0; i < ask->customers->n; i++)
		if (ep_str_eq(ask->customers->v[i], customer ? customer : ""))
			return true;
	return false;
}

static int read_told(struct ep_db *db, struct facts *f,
		     struct ep_notice *notice, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(db,
			       "SELECT run, status FROM notice_sent"
			       " WHERE channel = ?1 AND recipient = ?2",
			       &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, f->ask->channel);
	ep_db_text(stmt, 2, f->ask->recipient);
	rc = ep_db_step(stmt, &row, err);
	notice->first = rc == 0 && !row;
	if (rc == 0 && row) {
		f->told_run = ep_db_col_int(stmt, 0);
		f->told_status = ep_db_col_int(stmt, 1);
	}
	return rc;
}

static int read_run(struct ep_db *db, struct ep_notice *notice,
		    struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(db,
			       "SELECT c.run, r.started_at, r.testing"
			       " FROM check_run c JOIN main.run r ON r.id ="
			       " c.run ORDER BY c.run DESC LIMIT 1",
			       &stmt, err);

	if (rc == 0)
		rc = ep_db_step(stmt, &row, err);
	if (rc == 0 && !row)
		rc = ep_err_set(err, EP_ENOENT,
				"no run was checked yet; "
				"'exitproof run' does");
	if (rc < 0)
		return rc;
	notice->run = ep_db_col_int(stmt, 0);
	notice->run_at = ep_db_col_int(stmt, 1);
	notice->testing = ep_db_col_int(stmt, 2);
	return 0;
}

#define RANK(column) "instr('critical high medium low info', " column ")"

/* Of several changes of a finding the last one counts. */
static const char changes_sql[] =
	"SELECT e.event, f.fingerprint, f.severity, f.customer,"
	" coalesce(f.unit_name, f.unit), coalesce(f.name, f.subject),"
	" coalesce(t.title, f.rule), f.seen"
	" FROM finding_event e JOIN finding f USING (fingerprint)"
	" LEFT JOIN rule_text t ON t.sha256 = (SELECT sha256 FROM rule_run r"
	" WHERE r.rule = f.rule ORDER BY r.run DESC LIMIT 1)"
	" WHERE e.run > ?1 AND e.run <= ?2 AND " RANK("f.severity") " <= " RANK(
		"?3") " AND NOT EXISTS (SELECT 1 FROM finding_event l"
		      " WHERE l.fingerprint = e.fingerprint AND l.run <= ?2"
		      " AND (l.run > e.run OR (l.run = e.run AND l.event > "
		      "e.event)))"
		      " ORDER BY " RANK(
			      "f.severity") ", f.customer, f.unit, f.rule,"
					    " f.subject";

static enum event event_of(const char *word)
{
	int i = 0;

	while (i < EVENTS - 1 && !ep_str_eq(events[i].word, word))
		i++;
	return (enum event)i;
}

static void take_change(struct facts *f, struct ep_stmt *stmt)
{
	struct change *c;

	if (!is_his(f->ask, ep_db_col_text(stmt, 3)))
		return;
	c = &EP_VEC_ADD(&f->list);
	c->event = event_of(ep_db_col_text(stmt, 0));
	c->fingerprint = ep_strdup(ep_db_col_text(stmt, 1));
	c->severity = ep_strdup(ep_db_col_text(stmt, 2));
	c->customer = ep_strdup(ep_db_col_text(stmt, 3));
	c->unit = ep_strdup(ep_db_col_text(stmt, 4));
	c->name = ep_strdup(ep_db_col_text(stmt, 5));
	c->title = ep_strdup(ep_db_col_text(stmt, 6));
	c->seen = ep_strdup(ep_db_col_text(stmt, 7));
	f->count[c->event]++;
}

static int read_changes(struct ep_db *db, struct facts *f,
			const struct ep_notice *notice, struct ep_err *err)
{
	struct ep_stmt *stmt;
	bool row = false;
	int rc = ep_db_prepare(db, changes_sql, &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, f->told_run);
	ep_db_int(stmt, 2, notice->run);
	ep_db_text(stmt, 3, f->ask->from ? f->ask->from : "info");
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row)
		take_change(f, stmt);
	ep_db_done(stmt);
	return rc;
}

/* Rows of (customer, number), summed over his customers. */
static int sum(struct ep_db *db, const char *sql, const struct facts *f,
	       int64_t *ret, struct ep_err *err)
{
	struct ep_stmt *stmt;
	bool row = false;
	int rc = ep_db_prepare(db, sql, &stmt, err);

	if (rc < 0)
		return rc;
	if (ep_db_param_count(stmt))
		ep_db_text(stmt, 1, f->ask->from ? f->ask->from : "info");
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row)
		if (is_his(f->ask, ep_db_col_text(stmt, 0)))
			*ret += ep_db_col_int(stmt, 1);
	ep_db_done(stmt);
	return rc;
}

static int read_facts(struct ep_db *db, struct facts *f,
		      struct ep_notice *notice, struct ep_err *err)
{
	int rc = ep_check_schema(db, err);

	if (rc == 0)
		rc = make_table(db, err);

	if (rc == 0)
		rc = read_run(db, notice, err);
	if (rc == 0)
		rc = read_told(db, f, notice, err);
	if (rc == 0 && !notice->first)
		rc = read_changes(db, f, notice, err);
	if (rc == 0)
		rc = sum(db,
			 "SELECT customer, count(*) FROM finding"
			 " WHERE state <> 'fixed' AND NOT waived AND " RANK(
				 "severity") " <= " RANK("?1") " GROUP BY "
							       "customer",
			 f, &f->open, err);
	if (rc == 0)
		rc = sum(db,
			 "SELECT customer, count(*) FROM result"
			 " WHERE result = 'UNDECIDED' GROUP BY customer",
			 f, &f->undecided, err);
	notice->status = f->undecided ? 2 : f->open ? 1 : 0;
	return rc;
}

/* --- words ------------------------------------------------------------------- */

static void put(struct ep_buf *out, const char *s)
{
	if (s)
		ep_str_printable(out, s, strlen(s));
}

static void write_subject(const struct facts *f, struct ep_notice *notice)
{
	struct ep_buf *out = &notice->subject;
	const char *sep = "";

	ep_buf_adds(out, "exitproof: ");
	for (int i = 0; i < EVENTS; i++) {
		if (!f->count[i])
			continue;
		ep_buf_addf(out, "%s%zu %s", sep, f->count[i], events[i].title);
		sep = ", ";
	}
	ep_buf_addf(out, "%s%" PRId64 " open", sep, f->open);
	if (f->undecided)
		ep_buf_addf(out, ", %" PRId64 " undecided", f->undecided);
	if (notice->testing)
		ep_buf_adds(out, " (testing)");
}

static void write_change(const struct change *c, struct ep_buf *out)
{
	ep_buf_addf(out, "  [%s] ", c->severity);
	put(out, c->name);
	ep_buf_adds(out, ": ");
	put(out, c->title);
	ep_buf_adds(out, " (");
	put(out, c->unit);
	ep_buf_adds(out, ")");
	if (c->seen && c->event != FIXED) {
		ep_buf_adds(out, "; seen: ");
		put(out, c->seen);
	}
	ep_buf_addc(out, '\n');
}

static void write_event(const struct facts *f, enum event event, size_t *left,
			struct ep_buf *out)
{
	size_t skipped = 0;

	if (!f->count[event])
		return;
	ep_buf_addf(out, "\n%s\n", events[event].title);
	for (size_t i = 0; i < f->list.n; i++) {
		if (f->list.v[i].event != event)
			continue;
		if (*left == 0) {
			skipped++;
			continue;
		}
		--*left;
		write_change(&f->list.v[i], out);
	}
	if (skipped)
		ep_buf_addf(out, "  and %zu more\n", skipped);
}

static void write_text(const struct facts *f, struct ep_notice *notice)
{
	struct ep_buf *out = &notice->text;
	char time[EP_TIME_TEXT];
	size_t left = NAMED_MAX;

	ep_buf_addf(out, "Run %" PRId64 " of %s%s\n", notice->run,
		    ep_time_format(notice->run_at, time),
		    notice->testing ? ", under testing: settings; no evidence"
				    : "");
	ep_buf_addf(out, "%" PRId64 " finding%s %s open", f->open,
		    EP_S(f->open), EP_ARE(f->open));
	if (f->undecided)
		ep_buf_addf(out,
			    ". %" PRId64 " result%s %s undecided, since "
			    "something could not be read: nothing there is "
			    "known to be clean",
			    f->undecided, EP_S(f->undecided),
			    EP_ARE(f->undecided));
	ep_buf_adds(out, ".\n");
	if (notice->first)
		ep_buf_adds(out, "From now on you are told what changes.\n");
	for (int i = 0; i < EVENTS; i++)
		write_event(f, (enum event)i, &left, out);
}

static void write_json(const struct facts *f, struct ep_notice *notice)
{
	struct ep_buf *out = &notice->json;
	char time[EP_TIME_TEXT];

	ep_buf_addf(out,
		    "{\"id\":\"%s\",\"run\":%" PRId64 ",\"at\":\"%s\","
		    "\"testing\":%s,\"status\":%d,\"open\":%" PRId64
		    ",\"undecided\":%" PRId64,
		    notice->id, notice->run,
		    ep_time_format(notice->run_at, time),
		    notice->testing ? "true" : "false", notice->status, f->open,
		    f->undecided);
	ep_json_member(out, "channel", f->ask->channel);
	ep_buf_adds(out, ",\"changes\":[");
	for (size_t i = 0; i < f->list.n; i++) {
		const struct change *c = &f->list.v[i];

		ep_buf_addf(out, "%s{\"event\":\"%s\"", i ? "," : "",
			    events[c->event].word);
		ep_json_member(out, "fingerprint", c->fingerprint);
		ep_json_member(out, "severity", c->severity);
		ep_json_member(out, "customer", c->customer);
		ep_json_member(out, "unit", c->unit);
		ep_json_member(out, "name", c->name);
		ep_json_member(out, "rule", c->title);
		ep_json_member(out, "seen", c->seen);
		ep_buf_addc(out, '}');
	}
	ep_buf_adds(out, "]}");
}

static void make_id(const struct ep_notice_ask *ask, struct ep_notice *notice)
{
	uint8_t hash[EP_SHA256_BYTES];
	struct ep_buf text, hex;

	ep_buf_init(&text, EP_TEXT_BYTES_MAX);
	ep_buf_init(&hex, 40);
	ep_buf_addf(&text, "%s\n%s\n%" PRId64 "\n%" PRId64, ask->channel,
		    ask->recipient, notice->run, notice->run_at);
	ep_sha256_of(text.s, text.len, hash);
	ep_str_hex(&hex, hash, 16);
	memcpy(notice->id, hex.s, sizeof(notice->id));
	ep_buf_release(&text);
	ep_buf_release(&hex);
}

int ep_notice_make(struct ep_db *db, const struct ep_notice_ask *ask,
		   struct ep_notice *ret, struct ep_err *err)
{
	struct facts f = { .ask = ask };
	int rc;

	memset(ret, 0, sizeof(*ret));
	ep_buf_init(&ret->subject, 400);
	ep_buf_init(&ret->text, EP_FILE_BYTES_MAX);
	ep_buf_init(&ret->json, EP_IMPORT_BYTES_MAX);
	rc = read_facts(db, &f, ret, err);
	if (rc == 0) {
		ret->due =
			ret->first || f.list.n || f.told_status != ret->status;
		make_id(ask, ret);
		write_subject(&f, ret);
		write_text(&f, ret);
		write_json(&f, ret);
	}
	changes_release(&f.list);
	return rc;
}

int ep_notice_sent(struct ep_db *db, const struct ep_notice_ask *ask,
		   const struct ep_notice *notice, int64_t now,
		   struct ep_err *err)
{
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(db,
			       "INSERT OR REPLACE INTO notice_sent(channel,"
			       " recipient, run, status, at)"
			       " VALUES(?1, ?2, ?3, ?4, ?5)",
			       &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, ask->channel);
	ep_db_text(stmt, 2, ask->recipient);
	ep_db_int(stmt, 3, notice->run);
	ep_db_int(stmt, 4, notice->status);
	ep_db_int(stmt, 5, now);
	return ep_db_run(stmt, err);
}

/* --- chats -------------------------------------------------------------------- */

/* Slack reads <...> as a mention, a channel or a link, and wants these three
 * escaped (its formatting reference). */
static void escape_slack(struct ep_buf *out, const char *s)
{
	for (; *s; s++) {
		if (*s == '<')
			ep_buf_adds(out, "&lt;");
		else if (*s == '>')
			ep_buf_adds(out, "&gt;");
		else if (*s == '&')
			ep_buf_adds(out, "&amp;");
		else
			ep_buf_addc(out, *s);
	}
}

/* A text block reads links and emphasis; a line break is a blank line. */
static void escape_teams(struct ep_buf *out, const char *s)
{
	for (; *s; s++) {
		if (strchr("\\`*_[]()#!~<>", *s))
			ep_buf_addc(out, '\\');
		ep_buf_addc(out, *s);
		if (*s == '\n')
			ep_buf_addc(out, '\n');
	}
}

static void add_both(const struct ep_notice *notice, struct ep_buf *out,
		     void (*escape)(struct ep_buf *out, const char *s))
{
	struct ep_buf text;

	ep_buf_init(&text, EP_FILE_BYTES_MAX);
	escape(&text, notice->subject.s);
	escape(&text, "\n");
	escape(&text, notice->text.s);
	ep_json_quote(out, text.s);
	ep_buf_release(&text);
}

void ep_notice_slack(const struct ep_notice *notice, struct ep_buf *out)
{
	ep_buf_adds(out, "{\"text\":");
	add_both(notice, out, escape_slack);
	ep_buf_adds(out, "}");
}

void ep_notice_teams(const struct ep_notice *notice, struct ep_buf *out)
{
	ep_buf_adds(out, "{\"type\":\"message\",\"attachments\":[{"
			 "\"contentType\":"
			 "\"application/vnd.microsoft.card.adaptive\","
			 "\"content\":{\"type\":\"AdaptiveCard\","
			 "\"version\":\"1.4\",\"body\":[{\"type\":"
			 "\"TextBlock\",\"wrap\":true,\"text\":");
	add_both(notice, out, escape_teams);
	ep_buf_adds(out, "}]}}]}");
}
