/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One JUnit case.  GitLab reads only the content of failure, error and
 * skipped, Azure and Jenkins the message too, so the text stands in both:
 * short in message, whole in content.  classname and name together are
 * unique and hold nothing that changes from night to night.
 */
#include "report/junit_case.h"

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "ext/db.h"
#include "ext/xml.h"
#include "report/finding_row.h"
#include "report/out.h"

/* One case's text; a rule with more findings says how many are not shown.
 * In a file that has become large it is the shorter one, so that the file
 * stays below what its readers take. */
#define CASE_BYTES_MAX ((size_t)256 * 1024)
#define CASE_BYTES_SHORT ((size_t)1024)
#define FILE_BYTES_LARGE ((size_t)16 * 1024 * 1024)

enum { UNIT, RULE, RESULT, VIOLATIONS, WAIVED, REASON, ADVICE, TITLE, WHY,
       SEVERITY, REMEDY, GROUP, ID };

static const char results_sql[] =
	"SELECT l.unit, l.rule, l.result, l.violations, l.waived, l.reason,"
	" l.advice, t.title, t.why, r.severity, t.remedy, t.grp, l.id"
	" FROM temp.junit_customer c"
	" CROSS JOIN main.result_log l ON l.customer IS c.id"
	" JOIN main.rule_run r ON r.run = ?1 AND r.rule = l.rule"
	" LEFT JOIN main.rule_text t ON t.sha256 = r.sha256"
	" WHERE c.n = ?2 AND l.first_run <= ?1"
	" AND (l.end_run IS NULL OR l.end_run > ?1)"
	" ORDER BY l.unit, l.rule";

static const char findings_sql[] =
	"SELECT f.subject, f.name, f.seen, f.wanted, f.first_seen, f.note"
	" FROM main.result_log l CROSS JOIN temp.open_finding f"
	" ON f.rule = l.rule AND f.unit = l.unit WHERE l.id = ?1"
	" ORDER BY f.subject";

static void open_case(struct ep_xml *xml, const char *unit, const char *part,
		      const char *name)
{
	ep_xml_open(xml, "testcase");
	ep_xml_attr(xml, "name", name);
	ep_xml_attrf(xml, "classname", "%s.%s", unit, part);
	ep_xml_attr(xml, "time", "0.000");
}

static void outcome(struct ep_xml *xml, const char *element, const char *type,
		    const char *message, const char *content)
{
	ep_xml_open(xml, element);
	if (type)
		ep_xml_attr(xml, "type", type);
	ep_xml_attr(xml, "message", message);
	ep_xml_text(xml, content && *content ? content : message);
	ep_xml_close(xml);
}

static const char *text(struct ep_stmt *stmt, int i)
{
	const char *s = ep_db_col_text(stmt, i);

	return s ? s : "";
}

static void add_finding(struct ep_buf *out, struct ep_stmt *found)
{
	char time[EP_TIME_TEXT];

	ep_buf_addf(out, "- %s (%s): %s", text(found, 1), text(found, 0),
		    text(found, 2));
	if (*text(found, 3))
		ep_buf_addf(out, "; wanted: %s", text(found, 3));
	ep_buf_addf(out, "; since %s",
		    ep_time_date(ep_db_col_int(found, 4), time));
	if (*text(found, 5))
		ep_buf_addf(out, "; %s", text(found, 5));
	ep_buf_addc(out, '\n');
}

static int add_findings(struct ep_junit_cursor *cursor, struct ep_buf *out,
			struct ep_err *err)
{
	size_t room = cursor->out->bytes > FILE_BYTES_LARGE ?
			      CASE_BYTES_SHORT : CASE_BYTES_MAX;
	struct ep_stmt *found = NULL;
	int64_t hidden = 0;
	bool row = false;
	int rc;

	if (ep_db_prepare(cursor->db, findings_sql, &found, err))
		return err->code;
	ep_db_int(found, 1, ep_db_col_int(cursor->stmt, ID));
	while ((rc = ep_db_step(found, &row, err)) == 0 && row) {
		if (out->len > room)
			hidden++;
		else
			add_finding(out, found);
	}
	ep_db_done(found);
	if (hidden)
		ep_buf_addf(out, "- and %" PRId64 " more that do not fit here\n",
			    hidden);
	return rc;
}

static void add_step(void *to, int n, const char *act, const char *system,
		     const char *only_after)
{
	struct ep_buf *out = to;

	(void)system;
	ep_buf_addf(out, "fix %d: %s", n, act);
	if (only_after)
		ep_buf_addf(out, " (only after: %s)", only_after);
	ep_buf_addc(out, '\n');
}

static int write_failure(struct ep_xml *xml, struct ep_junit_cursor *cursor,
			 struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf content, message, type;
	struct ep_finding_systems systems;
	struct ep_stmt *stmt = cursor->stmt;

	ep_buf_init(&content, 2 * CASE_BYTES_MAX);
	ep_buf_init(&message, 4096);
	ep_buf_init(&type, 128);
	ep_buf_addf(&type, "finding.%s", text(stmt, SEVERITY));
	ep_buf_addf(&message, "%" PRId64 " against: %s",
		    ep_db_col_int(stmt, VIOLATIONS), text(stmt, TITLE));
	ep_buf_addf(&content, "%s\n%s\n", text(stmt, TITLE), text(stmt, WHY));
	if (*text(stmt, REASON))
		ep_buf_addf(&content, "%s\n", text(stmt, REASON));
	if (add_findings(cursor, &content, err))
		return err->code;
	ep_finding_systems_init(&systems);
	ep_finding_systems_add(&systems, text(stmt, UNIT));
	ep_finding_remedy(text(stmt, REMEDY), &systems, add_step, &content);
	ep_finding_systems_release(&systems);
	outcome(xml, "failure", type.s, message.s, content.s);
	return 0;
}

/* UNDECIDED: what is known is listed too, since an open finding does not go
 * away by not looking. */
static int write_undecided(struct ep_xml *xml, struct ep_junit_cursor *cursor,
			   struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf content, message;
	struct ep_stmt *stmt = cursor->stmt;

	ep_buf_init(&content, 2 * CASE_BYTES_MAX);
	ep_buf_init(&message, 4096);
	ep_buf_addf(&message, "not decided: %s", text(stmt, REASON));
	ep_buf_addf(&content, "%s\n%s\n", text(stmt, TITLE), message.s);
	if (*text(stmt, ADVICE))
		ep_buf_addf(&content, "%s\n", text(stmt, ADVICE));
	if (add_findings(cursor, &content, err))
		return err->code;
	outcome(xml, "error", "undecided", message.s, content.s);
	return 0;
}

static void write_skipped(struct ep_xml *xml, struct ep_stmt *stmt)
{
	EP_AUTO(ep_buf_release) struct ep_buf message;
	const char *result = text(stmt, RESULT);

	ep_buf_init(&message, 4096);
	if (strcmp(result, "EMPTY") == 0)
		ep_buf_adds(&message, "empty: there was nothing to check");
	else if (strcmp(result, "WAIVED") == 0)
		ep_buf_addf(&message, "waived: %" PRId64 " against: %s; %s",
			    ep_db_col_int(stmt, WAIVED), text(stmt, TITLE),
			    text(stmt, REASON));
	else
		ep_buf_addf(&message, "not applicable: %s", text(stmt, REASON));
	outcome(xml, "skipped", NULL, message.s, NULL);
}

static int write_result(struct ep_xml *xml, struct ep_junit_cursor *cursor,
			struct ep_err *err)
{
	struct ep_stmt *stmt = cursor->stmt;
	const char *result = text(stmt, RESULT);
	int rc = 0;

	open_case(xml, text(stmt, UNIT),
		  *text(stmt, GROUP) ? text(stmt, GROUP) : "rule",
		  text(stmt, RULE));
	if (strcmp(result, "FAIL") == 0)
		rc = write_failure(xml, cursor, err);
	else if (strcmp(result, "UNDECIDED") == 0)
		rc = write_undecided(xml, cursor, err);
	else if (strcmp(result, "PASS") != 0)
		write_skipped(xml, stmt);
	ep_xml_close(xml);
	return rc;
}

static int write_coverage(struct ep_xml *xml, struct ep_junit_cursor *cursor,
			  struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf message, type, content;
	struct ep_stmt *stmt = cursor->stmt;

	(void)err;
	ep_buf_init(&message, 2048);
	ep_buf_init(&content, 4096);
	ep_buf_init(&type, 64);
	open_case(xml, text(stmt, 0), "coverage", text(stmt, 1));
	if (strcmp(text(stmt, 2), "complete") != 0) {
		ep_buf_addf(&type, "coverage.%s", text(stmt, 2));
		ep_buf_addf(&message, "%s: %s", text(stmt, 2), text(stmt, 3));
		ep_buf_addf(&content, "%s\n%s", message.s, text(stmt, 4));
		outcome(xml, "error", type.s, message.s, content.s);
	}
	ep_xml_close(xml);
	return 0;
}

static int start(struct ep_junit_cursor *cursor, struct ep_err *err)
{
	return ep_db_step(cursor->stmt, &cursor->row, err);
}

int ep_junit_results(struct ep_db *db, int64_t run, int64_t n,
		     struct ep_junit_cursor *ret, struct ep_err *err)
{
	ret->write = write_result;
	ret->db = db;
	if (ep_db_prepare(db, results_sql, &ret->stmt, err))
		return err->code;
	ep_db_int(ret->stmt, 1, run);
	ep_db_int(ret->stmt, 2, n);
	return start(ret, err);
}

int ep_junit_coverage(struct ep_db *db, int64_t n,
		      struct ep_junit_cursor *ret, struct ep_err *err)
{
	ret->write = write_coverage;
	if (ep_db_prepare(db,
			  "SELECT v.tenant, v.dataset, CASE WHEN v.status ="
			  " 'complete' AND v.stale THEN 'stale' ELSE v.status"
			  " END, coalesce(v.reason, ''), coalesce(v.advice, '')"
			  " FROM temp.junit_customer c CROSS JOIN temp.coverage"
			  " v ON v.customer IS c.id WHERE c.n = ?1"
			  " ORDER BY v.tenant, v.dataset",
			  &ret->stmt, err))
		return err->code;
	ep_db_int(ret->stmt, 1, n);
	return start(ret, err);
}

void ep_junit_cursor_release(struct ep_junit_cursor *cursor)
{
	ep_db_done(cursor->stmt);
}
