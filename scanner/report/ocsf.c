/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OCSF compliance findings.  status_id 2 of a compliance object is "no result
 * because information is missing", which is our UNDECIDED; 1 is written for a
 * PASS and for nothing else.
 */
#include "report/ocsf.h"

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "ext/db.h"
#include "ext/json.h"
#include "report/finding_row.h"
#include "report/json_out.h"
#include "report/out.h"
#include "report/page.h"
#include "store/store.h"

#define CLASS 2003

enum status { PASS = 1, NO_RESULT = 2, FAIL = 3, OTHER = 99 };

/* One event before it is written. */
struct event {
	int activity;		/* 1 create, 2 update, 3 close */
	int state;		/* 1 new, 2 in progress, 3 suppressed,
				 * 4 resolved */
	enum status status;
	const char *word;	/* ours, for OTHER */
	const char *uid;
	const char *check;
	const char *title;
	const char *why;
	const char *severity;
	const char *message;
	const char *detail;
	const char *customer;
	const char *unit;
	const char *unit_name;
	const char *subject;
	const char *subject_name;
	const char *maps;	/* JSON of rule_text.maps */
	const char *remedy;	/* JSON of rule_text.remedy */
	const char *seen;
	const char *wanted;
	const char *evidence;	/* JSON */
	int64_t first_seen, last_seen;
};

static const char results_sql[] =
	"SELECT l.rule, l.unit, l.result, l.customer, l.unit_name, l.reason,"
	" l.advice, coalesce(t.title, l.rule), t.why, r.severity, t.maps,"
	" t.remedy, l.first_run = :run, l.population FROM main.result_log l"
	" JOIN main.rule_run r ON r.run = :run AND r.rule = l.rule"
	" LEFT JOIN main.rule_text t ON t.sha256 = r.sha256"
	" WHERE l.first_run <= :run AND (l.end_run IS NULL OR l.end_run > :run)"
	" AND l.result NOT IN ('FAIL', 'WAIVED')"
	" AND (:customer IS NULL OR l.customer = :customer)"
	" ORDER BY l.unit, l.rule";

/* Open at the run, and those that the run found fixed. */
static const char findings_sql[] =
	"SELECT fingerprint, rule, unit, unit_name, customer, subject, name,"
	" severity, title, why, maps, remedy, seen, wanted, evidence,"
	" first_seen, last_seen, waived, waiver_reason, waiver_approver,"
	" first_run = :run, 0, rechecked, 0 FROM temp.open_finding"
	" WHERE :customer IS NULL OR customer = :customer UNION ALL"
	" SELECT f.fingerprint, f.rule, f.unit, f.unit_name, f.customer,"
	" f.subject, coalesce(f.name, f.subject),"
	" coalesce(r.severity, f.severity), coalesce(t.title, f.rule), t.why,"
	" t.maps, t.remedy, f.seen, f.wanted, f.evidence, f.first_seen,"
	" f.last_seen, 0, NULL, NULL, f.first_run = :run, 1, 1,"
	" EXISTS (SELECT 1 FROM main.finding_event w WHERE w.fingerprint ="
	" e.fingerprint AND w.run = e.run AND w.event = 'withdrawn')"
	" FROM main.finding_event e JOIN main.finding f USING (fingerprint)"
	" LEFT JOIN main.rule_run r ON r.run = :run AND r.rule = f.rule"
	" LEFT JOIN main.rule_text t ON t.sha256 = r.sha256"
	" WHERE e.run = :run AND e.event = 'fixed'"
	" AND (:customer IS NULL OR f.customer = :customer)"
	" ORDER BY 2, 3, 6, 1";

static const char coverage_sql[] =
	"SELECT tenant, dataset, customer, system,"
	" CASE WHEN status = 'complete' THEN 'stale' ELSE status END,"
	" reason, advice FROM temp.coverage"
	" WHERE (status <> 'complete' OR stale)"
	" AND (:customer IS NULL OR customer = :customer)"
	" ORDER BY tenant, dataset";

static int severity_id(const char *word)
{
	static const char *const words[] = { "info", "low", "medium", "high",
					     "critical" };

	for (int i = 0; i < 5; i++)
		if (ep_str_eq(word, words[i]))
			return i + 1;
	return 0;
}

static const char *status_word(const struct event *ev)
{
	switch (ev->status) {
	case PASS:
		return "Pass";
	case NO_RESULT:
		return "Warning";
	case FAIL:
		return "Fail";
	case OTHER:
		break;
	}
	return ev->word;
}

/* --- the parts of an event -------------------------------------------------- */

static void add_metadata(struct ep_json_out *js, const struct ep_page *page,
			 const struct event *ev)
{
	EP_AUTO(ep_buf_release) struct ep_buf uid = EP_BUF_INIT(4096);
	const char *version = strchr(page->program, ' ');

	ep_buf_addf(&uid, "run-%" PRId64 "/%s", page->run, ev->uid);
	ep_json_out_object(js, "metadata");
	ep_json_out_text(js, "version", "1.8.0");
	ep_json_out_object(js, "product");
	ep_json_out_text(js, "name", "exitproof");
	ep_json_out_text(js, "version", version ? version + 1 : NULL);
	ep_json_out_end(js, '}');
	ep_json_out_text(js, "uid", uid.s);
	ep_json_out_text(js, "tenant_uid", ev->customer);
	if (ep_page_banner(page)) {
		ep_json_out_array(js, "labels");
		ep_json_out_text(js, NULL, ep_page_banner(page));
		ep_json_out_end(js, ']');
	}
	ep_json_out_end(js, '}');
}

static void add_info(struct ep_json_out *js, const struct event *ev)
{
	ep_json_out_object(js, "finding_info");
	ep_json_out_text(js, "uid", ev->uid);
	ep_json_out_text(js, "title", ev->title);
	ep_json_out_text(js, "desc", ev->why);
	if (ev->first_seen)
		ep_json_out_int(js, "first_seen_time", ev->first_seen * 1000);
	if (ev->last_seen)
		ep_json_out_int(js, "last_seen_time", ev->last_seen * 1000);
	ep_json_out_end(js, '}');
}

static const char *member(const struct ep_json *json, const char *name)
{
	const struct ep_json *value;

	if (ep_json_get(json, name, &value) != EP_JSON_PRESENT ||
	    !ep_json_text(value))
		return "";
	return ep_json_text(value);
}

static void add_standards(struct ep_json_out *js, const struct ep_json *maps)
{
	const char *before = "";

	ep_json_out_array(js, "standards");
	for (const struct ep_json *it = ep_json_first(maps); it;
	     it = ep_json_next(it)) {
		if (strcmp(before, member(it, "framework")) != 0)
			ep_json_out_text(js, NULL, member(it, "framework"));
		before = member(it, "framework");
	}
	ep_json_out_end(js, ']');
}

static void add_requirements(struct ep_json_out *js,
			     const struct ep_json *maps)
{
	ep_json_out_array(js, "requirements");
	for (const struct ep_json *it = ep_json_first(maps); it;
	     it = ep_json_next(it)) {
		EP_AUTO(ep_buf_release) struct ep_buf text =
			EP_BUF_INIT(EP_TEXT_BYTES_MAX);

		ep_buf_addf(&text, "%s %s (%s)", member(it, "framework"),
			    member(it, "control"), member(it, "relation"));
		ep_json_out_text(js, NULL, text.s);
	}
	ep_json_out_end(js, ']');
}

static void add_compliance(struct ep_json_out *js, const struct event *ev)
{
	struct ep_err ignored = EP_ERR_INIT;
	struct ep_json *maps = NULL;

	ep_json_out_object(js, "compliance");
	ep_json_out_text(js, "control", ev->check);
	ep_json_out_int(js, "status_id", ev->status);
	ep_json_out_text(js, "status", status_word(ev));
	ep_json_out_text(js, "status_detail", ev->detail);
	if (ev->maps && !ep_json_parse(ev->maps, strlen(ev->maps), &maps,
				       NULL, &ignored)) {
		add_standards(js, maps);
		add_requirements(js, maps);
		ep_json_free(maps);
	}
	ep_json_out_array(js, "checks");
	ep_json_out_object(js, NULL);
	ep_json_out_text(js, "uid", ev->check);
	ep_json_out_text(js, "name", ev->title);
	ep_json_out_int(js, "status_id", ev->status);
	ep_json_out_text(js, "status", status_word(ev));
	ep_json_out_end(js, '}');
	ep_json_out_end(js, ']');
	ep_json_out_end(js, '}');
}

static void add_resources(struct ep_json_out *js, const struct event *ev)
{
	ep_json_out_array(js, "resources");
	ep_json_out_object(js, NULL);
	ep_json_out_text(js, "uid", ev->unit);
	ep_json_out_text(js, "name", ev->unit_name);
	ep_json_out_text(js, "type", "tenancy");
	ep_json_out_end(js, '}');
	if (ev->subject) {
		ep_json_out_object(js, NULL);
		ep_json_out_text(js, "uid", ev->subject);
		ep_json_out_text(js, "name", ev->subject_name);
		ep_json_out_text(js, "namespace", ev->unit);
		ep_json_out_text(js, "type", "subject");
		ep_json_out_end(js, '}');
	}
	ep_json_out_end(js, ']');
}

static void add_evidence(struct ep_json_out *js, const struct event *ev)
{
	if (!ev->seen)
		return;
	ep_json_out_array(js, "evidences");
	ep_json_out_object(js, NULL);
	ep_json_out_object(js, "data");
	ep_json_out_text(js, "seen", ev->seen);
	ep_json_out_text(js, "wanted", ev->wanted);
	ep_json_out_text(js, "evidence", ev->evidence);
	ep_json_out_end(js, '}');
	ep_json_out_end(js, '}');
	ep_json_out_end(js, ']');
}

static void add_step(void *to, int n, const char *act, const char *system,
		     const char *only_after)
{
	struct ep_buf *text = to;

	ep_buf_addf(text, "%s%d. %s%s%s", n > 1 ? "\n" : "", n,
		    system ? system : "", system ? ": " : "", act);
	if (only_after)
		ep_buf_addf(text, " (only after: %s)", only_after);
}

static void add_remedy(struct ep_json_out *js, const struct event *ev)
{
	EP_AUTO(ep_buf_release) struct ep_buf text =
		EP_BUF_INIT(EP_FILE_BYTES_MAX);
	struct ep_finding_systems systems;

	if (!ev->remedy)
		return;
	ep_finding_systems_init(&systems);
	ep_finding_systems_add(&systems, ev->unit);
	ep_finding_remedy(ev->remedy, &systems, add_step, &text);
	ep_finding_systems_release(&systems);
	if (text.len == 0)
		return;
	ep_json_out_object(js, "remediation");
	ep_json_out_text(js, "desc", text.s);
	ep_json_out_end(js, '}');
}

static void write_event(struct ep_json_out *js, const struct ep_page *page,
			const struct event *ev)
{
	ep_json_out_line(js);
	ep_json_out_object(js, NULL);
	ep_json_out_int(js, "class_uid", CLASS);
	ep_json_out_int(js, "category_uid", CLASS / 1000);
	ep_json_out_int(js, "activity_id", ev->activity);
	ep_json_out_int(js, "type_uid", CLASS * 100 + ev->activity);
	ep_json_out_int(js, "time", page->started_at * 1000);
	ep_json_out_int(js, "severity_id", severity_id(ev->severity));
	ep_json_out_int(js, "status_id", ev->state);
	ep_json_out_text(js, "message", ev->message);
	add_metadata(js, page, ev);
	add_info(js, ev);
	add_compliance(js, ev);
	add_resources(js, ev);
	add_evidence(js, ev);
	add_remedy(js, ev);
	ep_json_out_end(js, '}');
}

/* --- the four kinds of event ------------------------------------------------ */

static void write_run(struct ep_json_out *js, const struct ep_page *page)
{
	static const enum status of_verdict[] = { PASS, FAIL, NO_RESULT };
	struct event ev = {
		.activity = 1,
		.state = 1,
		.status = of_verdict[page->verdict],
		.uid = "verdict",
		.check = "verdict",
		.title = "Verdict of the run",
		.severity = "info",
		.message = page->sentence,
		.detail = page->sentence,
		.customer = page->customer,
		.unit = page->customer ? page->customer : "fleet",
		.unit_name = page->name,
	};

	write_event(js, page, &ev);
}

static void write_gap(struct ep_json_out *js, const struct ep_page *page,
		      struct ep_stmt *stmt)
{
	EP_AUTO(ep_buf_release) struct ep_buf uid =
		EP_BUF_INIT(EP_TEXT_BYTES_MAX);
	EP_AUTO(ep_buf_release) struct ep_buf text =
		EP_BUF_INIT(4 * EP_TEXT_BYTES_MAX);
	const char *reason = ep_db_col_text(stmt, 5);
	struct event ev = {
		.activity = 2,
		.state = 1,
		.status = NO_RESULT,
		.check = "coverage",
		.title = "Every expected dataset is read completely",
		.severity = "high",
		.customer = ep_db_col_text(stmt, 2),
		.unit = ep_db_col_text(stmt, 0),
		.subject = ep_db_col_text(stmt, 1),
		.subject_name = ep_db_col_text(stmt, 1),
		.detail = ep_db_col_text(stmt, 6),
	};

	ep_buf_addf(&uid, "coverage/%s/%s", ev.unit, ev.subject);
	ep_buf_addf(&text, "%s: %s", ep_db_col_text(stmt, 4),
		    reason ? reason : "not read");
	ev.uid = uid.s;
	ev.message = text.s;
	write_event(js, page, &ev);
}

static void write_result(struct ep_json_out *js, const struct ep_page *page,
			 struct ep_stmt *stmt)
{
	EP_AUTO(ep_buf_release) struct ep_buf uid =
		EP_BUF_INIT(EP_TEXT_BYTES_MAX);
	EP_AUTO(ep_buf_release) struct ep_buf text =
		EP_BUF_INIT(4 * EP_TEXT_BYTES_MAX);
	const char *reason = ep_db_col_text(stmt, 5);
	struct event ev = {
		.activity = ep_db_col_int(stmt, 12) ? 1 : 2,
		.state = 2,
		.status = OTHER,
		.check = ep_db_col_text(stmt, 0),
		.unit = ep_db_col_text(stmt, 1),
		.word = ep_db_col_text(stmt, 2),
		.customer = ep_db_col_text(stmt, 3),
		.unit_name = ep_db_col_text(stmt, 4),
		.detail = ep_db_col_text(stmt, 6),
		.title = ep_db_col_text(stmt, 7),
		.why = ep_db_col_text(stmt, 8),
		.severity = ep_db_col_text(stmt, 9),
		.maps = ep_db_col_text(stmt, 10),
	};

	ep_buf_addf(&uid, "%s/%s", ev.check, ev.unit);
	ep_buf_addf(&text, "%s, population %" PRId64 "%s%s", ev.word,
		    ep_db_col_int(stmt, 13), reason ? ": " : "",
		    reason ? reason : "");
	if (ep_str_eq(ev.word, "PASS"))
		ev.status = PASS;
	else if (ep_str_eq(ev.word, "UNDECIDED"))
		ev.status = NO_RESULT;
	if (ev.status == PASS)
		ev.state = 4;
	ev.uid = uid.s;
	ev.message = text.s;
	write_event(js, page, &ev);
}

/* A finding that was not looked at again is still there, and says so; one
 * that ended because nobody left was not fixed. */
static const char *detail_of(struct ep_stmt *stmt)
{
	bool fixed = ep_db_col_int(stmt, 21) != 0;

	if (ep_db_col_int(stmt, 17))
		return ep_db_col_text(stmt, 18);
	if (ep_db_col_int(stmt, 23))
		return "not seen to be fixed: the leave date moved, or no "
		       "register has it any more";
	if (!fixed && !ep_db_col_int(stmt, 22))
		return "not re-checked: the last run could not decide";
	return NULL;
}

static void write_finding(struct ep_json_out *js, const struct ep_page *page,
			  struct ep_stmt *stmt)
{
	EP_AUTO(ep_buf_release) struct ep_buf text =
		EP_BUF_INIT(4 * EP_TEXT_BYTES_MAX);
	bool fixed = ep_db_col_int(stmt, 21) != 0;
	bool withdrawn = ep_db_col_int(stmt, 23) != 0;
	bool waived = ep_db_col_int(stmt, 17) != 0;
	bool fresh = ep_db_col_int(stmt, 20) != 0;
	struct event ev = {
		.activity = fixed ? 3 : fresh ? 1 : 2,
		.state = fixed ? 4 : waived ? 3 : fresh ? 1 : 2,
		.status = withdrawn ? OTHER : fixed ? PASS : FAIL,
		.word = "Withdrawn",
		.uid = ep_db_col_text(stmt, 0),
		.check = ep_db_col_text(stmt, 1),
		.unit = ep_db_col_text(stmt, 2),
		.unit_name = ep_db_col_text(stmt, 3),
		.customer = ep_db_col_text(stmt, 4),
		.subject = ep_db_col_text(stmt, 5),
		.subject_name = ep_db_col_text(stmt, 6),
		.severity = ep_db_col_text(stmt, 7),
		.title = ep_db_col_text(stmt, 8),
		.why = ep_db_col_text(stmt, 9),
		.maps = ep_db_col_text(stmt, 10),
		.remedy = ep_db_col_text(stmt, 11),
		.seen = ep_db_col_text(stmt, 12),
		.wanted = ep_db_col_text(stmt, 13),
		.evidence = ep_db_col_text(stmt, 14),
		.first_seen = ep_db_col_int(stmt, 15),
		.last_seen = ep_db_col_int(stmt, 16),
	};

	if (ev.last_seen > page->started_at)
		ev.last_seen = page->started_at;
	ep_buf_addf(&text, "%s: %s", ev.subject_name, ev.seen ? ev.seen : "");
	ev.message = text.s;
	ev.detail = detail_of(stmt);
	write_event(js, page, &ev);
}

static int write_all(struct ep_json_out *js, struct ep_store *store,
		     const struct ep_page *page, const char *sql,
		     void (*write)(struct ep_json_out *js,
				   const struct ep_page *page,
				   struct ep_stmt *stmt),
		     struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_page_prepare(store, page, sql, &stmt, err);

	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row)
		write(js, page, stmt);
	ep_db_done(stmt);
	return rc;
}

int ep_ocsf_write(struct ep_store *store, const struct ep_page *page,
		  struct ep_report_out *out, struct ep_err *err)
{
	struct ep_json_out js;
	int rc;

	ep_json_out_init(&js, out);
	ep_json_out_array(&js, NULL);
	write_run(&js, page);
	rc = write_all(&js, store, page, coverage_sql, write_gap, err);
	if (rc == 0)
		rc = write_all(&js, store, page, results_sql, write_result,
			       err);
	if (rc == 0)
		rc = write_all(&js, store, page, findings_sql, write_finding,
			       err);
	ep_json_out_end(&js, ']');
	ep_buf_addc(&js.buf, '\n');
	ep_json_out_release(&js);
	return rc;
}
