/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OSCAL assessment results.
 */
#include "report/oscal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "ext/db.h"
#include "report/json_out.h"
#include "report/oscal_text.h"
#include "report/out.h"
#include "report/page.h"
#include "store/store.h"

/* The results of the run in their latest form, with what the rule says. */
#define RESULTS                                                              \
	"WITH r AS (SELECT l.id, l.rule, l.unit, l.unit_name, l.result,"     \
	" l.reason,"                                                         \
	" l.advice, l.population, l.violations,"                             \
	" coalesce(t.title, l.rule) AS title, t.maps"                        \
	" FROM main.result_log l JOIN main.rule_run u ON u.run = :run"       \
	" AND u.rule = l.rule LEFT JOIN main.rule_text t"                    \
	" ON t.sha256 = u.sha256 WHERE l.first_run <= :run"                  \
	" AND (l.end_run IS NULL OR l.end_run > :run)"                       \
	" AND (:customer IS NULL OR l.customer = :customer)) "

/* What needs words: one row each; what passed: one row per rule. */
static const char observations_sql[] = RESULTS
	"SELECT rule, unit, unit_name, result, reason, advice, population,"
	" violations, title, 1, id FROM r WHERE result NOT IN ('PASS', 'EMPTY',"
	" 'NOT-APPLICABLE') UNION ALL"
	" SELECT rule, result, NULL, result, NULL, NULL, sum(population), 0,"
	" title, count(*), NULL FROM r WHERE result IN ('PASS', 'EMPTY',"
	" 'NOT-APPLICABLE') GROUP BY rule, result ORDER BY 1, 2, 4";

static const char violations_sql[] =
	"SELECT f.fingerprint, f.subject, f.name, f.seen, f.wanted"
	" FROM main.result_log l CROSS JOIN temp.open_finding f"
	" ON f.rule = l.rule AND f.unit = l.unit WHERE l.id = :id"
	" ORDER BY f.subject, f.fingerprint";

static const char risks_sql[] = RESULTS
	"SELECT rule, unit, unit_name, result, reason, advice, title,"
	" (SELECT min(f.waiver_until) FROM temp.open_finding f WHERE f.rule = r.rule"
	" AND f.unit = r.unit AND f.waived) FROM r"
	" WHERE result IN ('UNDECIDED', 'WAIVED') ORDER BY rule, unit";

static const char gaps_sql[] =
	"SELECT tenant, dataset, CASE WHEN status = 'complete' THEN 'stale'"
	" ELSE status END, reason, advice FROM temp.coverage"
	" WHERE (status <> 'complete' OR stale)"
	" AND (:customer IS NULL OR customer = :customer)"
	" ORDER BY tenant, dataset";

/* Results are counted by rule before the rules are spread over the controls
 * that they bear on. */
static const char controls_sql[] = RESULTS
	", n AS MATERIALIZED (SELECT rule, maps, sum(result = 'FAIL') AS fail,"
	" sum(result = 'UNDECIDED') AS undecided,"
	" sum(result = 'WAIVED') AS waived, sum(result = 'PASS') AS pass"
	" FROM r GROUP BY rule)"
	"SELECT json_extract(m.value, '$.framework') AS framework,"
	" json_extract(m.value, '$.control') AS control,"
	" sum(n.fail), sum(n.undecided), sum(n.waived), sum(CASE WHEN"
	" json_extract(m.value, '$.relation') = 'direct' THEN n.pass ELSE 0"
	" END) FROM n, json_each(n.maps) m GROUP BY 1, 2 ORDER BY 1, 2";

/* The results of so few rules are found by an index: those that still hold,
 * and those that were other ones later. */
#define OF_RULES(held)                                                       \
	"SELECT l.rule, l.unit, l.result FROM b CROSS JOIN main.result_log l" \
	" WHERE l.rule = b.rule AND +l.first_run <= :run AND " held           \
	" AND (:customer IS NULL OR l.customer = :customer)"
static const char bearing_sql[] =
	"WITH b AS MATERIALIZED (SELECT DISTINCT u.rule FROM main.rule_run u"
	" JOIN main.rule_text t ON t.sha256 = u.sha256, json_each(t.maps) m"
	" WHERE u.run = :run"
	" AND json_extract(m.value, '$.framework') = :framework"
	" AND json_extract(m.value, '$.control') = :control)"
	" SELECT DISTINCT rule, CASE WHEN result IN ('PASS', 'EMPTY',"
	" 'NOT-APPLICABLE') THEN result ELSE unit END, result FROM ("
	OF_RULES("l.end_run IS NULL") " UNION ALL "
	OF_RULES("l.end_run > :run") ") ORDER BY 1, 2";

static const char *uuid_of(const struct ep_page *page, const char *kind,
			   const char *a, const char *b,
			   char out[EP_UUID_TEXT])
{
	char whole[160];

	snprintf(whole, sizeof(whole), "%s/%" PRId64 "/%.80s", kind, page->run,
		 page->config_sha256);
	return ep_oscal_uuid(whole, a, b, out);
}

static void add_uuid(struct ep_json_out *js, const struct ep_page *page,
		     const char *name, const char *kind, const char *a,
		     const char *b)
{
	char text[EP_UUID_TEXT];

	ep_json_out_text(js, name, uuid_of(page, kind, a, b, text));
}

static const char *text_of(struct ep_stmt *stmt, int i)
{
	const char *s = ep_db_col_text(stmt, i);

	return s ? s : "";
}

/* --- head -------------------------------------------------------------------- */

static void add_head(struct ep_json_out *js, const struct ep_page *page)
{
	EP_AUTO(ep_buf_release) struct ep_buf text = EP_BUF_INIT(1024);
	char plan[EP_UUID_TEXT];

	ep_buf_addf(&text, "%" PRId64, page->run);
	add_uuid(js, page, "uuid", "document", page->name, "");
	ep_json_out_object(js, "metadata");
	ep_oscal_markup(js, "title", page->name);
	ep_oscal_time(js, "last-modified", page->ended_at);
	ep_json_out_text(js, "version", text.s);
	ep_json_out_text(js, "oscal-version", "1.2.1");
	if (ep_page_banner(page))
		ep_oscal_markup(js, "remarks", ep_page_banner(page));
	ep_json_out_end(js, '}');
	ep_buf_clear(&text);
	ep_buf_addf(&text, "#%s", uuid_of(page, "plan", "", "", plan));
	ep_json_out_object(js, "import-ap");
	ep_json_out_text(js, "href", text.s);
	ep_json_out_end(js, '}');
}

/* There is no plan of OSCAL's kind; what was assessed is the set of rules. */
static void add_plan(struct ep_json_out *js, const struct ep_page *page)
{
	ep_json_out_object(js, "back-matter");
	ep_json_out_array(js, "resources");
	ep_json_out_object(js, NULL);
	add_uuid(js, page, "uuid", "plan", "", "");
	ep_json_out_text(js, "title", "The rules of exitproof");
	ep_json_out_text(js, "description",
			 "The plan of this assessment is the set of rules "
			 "with the SHA-256 below, as rule files of exitproof.");
	ep_json_out_array(js, "props");
	ep_oscal_prop(js, "rules-sha256", page->rules_sha256);
	ep_oscal_prop(js, "configuration-sha256", page->config_sha256);
	ep_oscal_prop(js, "program", page->program);
	ep_json_out_end(js, ']');
	ep_json_out_end(js, '}');
	ep_json_out_end(js, ']');
	ep_json_out_end(js, '}');
}

/* The schema wants a control, or all of them; neither was reviewed. */
static void add_no_control(struct ep_json_out *js)
{
	ep_json_out_text(js, "description",
			 "No rule had a result, so that no control was "
			 "reviewed.");
	ep_json_out_array(js, "include-controls");
	ep_json_out_object(js, NULL);
	ep_json_out_text(js, "control-id", "none");
	ep_json_out_end(js, '}');
}

static int add_reviewed(struct ep_json_out *js, struct ep_store *store,
			const struct ep_page *page, struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	bool row = false, some = false;
	int rc = ep_page_prepare(store, page, controls_sql, &stmt, err);

	ep_json_out_object(js, "reviewed-controls");
	ep_json_out_array(js, "control-selections");
	ep_json_out_object(js, NULL);
	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		EP_AUTO(ep_buf_release) struct ep_buf id = EP_BUF_INIT(512);

		if (!some)
			ep_json_out_array(js, "include-controls");
		some = true;
		ep_oscal_control(&id, text_of(stmt, 0), text_of(stmt, 1));
		ep_json_out_object(js, NULL);
		ep_json_out_text(js, "control-id", id.s);
		ep_json_out_end(js, '}');
	}
	ep_db_done(stmt);
	if (!some)
		add_no_control(js);
	ep_json_out_end(js, ']');
	ep_json_out_end(js, '}');
	ep_json_out_end(js, ']');
	ep_json_out_end(js, '}');
	return rc;
}

/* --- observations ------------------------------------------------------------ */

static void open_observation(struct ep_json_out *js,
			     const struct ep_page *page, const char *kind,
			     const char *a, const char *b)
{
	ep_json_out_line(js);
	ep_json_out_object(js, NULL);
	add_uuid(js, page, "uuid", kind, a, b);
}

static void close_observation(struct ep_json_out *js,
			      const struct ep_page *page, const char *unit)
{
	char text[EP_UUID_TEXT];

	ep_json_out_array(js, "methods");
	ep_json_out_text(js, NULL, "TEST");
	ep_json_out_end(js, ']');
	if (unit) {
		ep_json_out_array(js, "subjects");
		ep_json_out_object(js, NULL);
		ep_json_out_text(js, "subject-uuid",
				 ep_oscal_uuid("unit", unit, "", text));
		ep_json_out_text(js, "type", "component");
		ep_oscal_markup(js, "title", unit);
		ep_json_out_end(js, '}');
		ep_json_out_end(js, ']');
	}
	ep_oscal_time(js, "collected", page->started_at);
	ep_json_out_end(js, '}');
}

static int add_violations(struct ep_json_out *js, struct ep_store *store,
			  const struct ep_page *page, struct ep_stmt *result,
			  struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	bool row = false, some = false;
	int rc = ep_page_prepare(store, page, violations_sql, &stmt, err);

	if (rc)
		return rc;
	ep_db_int(stmt, ep_db_param(stmt, ":id"), ep_db_col_int(result, 10));
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		if (!some)
			ep_json_out_array(js, "relevant-evidence");
		some = true;
		ep_json_out_object(js, NULL);
		ep_oscal_markup(js, "description", text_of(stmt, 3));
		ep_json_out_array(js, "props");
		ep_oscal_prop(js, "fingerprint", text_of(stmt, 0));
		ep_oscal_prop(js, "subject", text_of(stmt, 1));
		ep_oscal_prop(js, "name", text_of(stmt, 2));
		ep_oscal_prop(js, "wanted", text_of(stmt, 4));
		ep_json_out_end(js, ']');
		ep_json_out_end(js, '}');
	}
	if (some)
		ep_json_out_end(js, ']');
	ep_db_done(stmt);
	return rc;
}

static int add_result(struct ep_json_out *js, struct ep_store *store,
		      const struct ep_page *page, struct ep_stmt *stmt,
		      struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf text =
		EP_BUF_INIT(4 * EP_TEXT_BYTES_MAX);
	bool summed = !ep_db_col_text(stmt, 2) &&
		      strcmp(text_of(stmt, 1), text_of(stmt, 3)) == 0;
	int rc = 0;

	open_observation(js, page, "observation", text_of(stmt, 0),
			 text_of(stmt, 1));
	ep_oscal_markup(js, "title", text_of(stmt, 8));
	if (summed)
		ep_buf_addf(&text, "%s in %" PRId64 " units", text_of(stmt, 3),
			    ep_db_col_int(stmt, 9));
	else
		ep_buf_addf(&text, "%s: %s %s", text_of(stmt, 3),
			    text_of(stmt, 4), text_of(stmt, 5));
	ep_oscal_markup(js, "description", text.s);
	ep_json_out_array(js, "props");
	ep_oscal_prop(js, "rule", text_of(stmt, 0));
	ep_oscal_prop(js, "result", text_of(stmt, 3));
	ep_oscal_prop_int(js, "population", ep_db_col_int(stmt, 6));
	ep_oscal_prop_int(js, "violations", ep_db_col_int(stmt, 7));
	ep_json_out_end(js, ']');
	if (!summed)
		rc = add_violations(js, store, page, stmt, err);
	close_observation(js, page, summed ? NULL : text_of(stmt, 1));
	return rc;
}

static int add_gaps(struct ep_json_out *js, struct ep_store *store,
		    const struct ep_page *page, struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_page_prepare(store, page, gaps_sql, &stmt, err);

	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		EP_AUTO(ep_buf_release) struct ep_buf text =
			EP_BUF_INIT(4 * EP_TEXT_BYTES_MAX);

		open_observation(js, page, "coverage", text_of(stmt, 0),
				 text_of(stmt, 1));
		ep_oscal_markup(js, "title", "Dataset not read completely");
		ep_buf_addf(&text, "%s: %s; %s", text_of(stmt, 2),
			    text_of(stmt, 3), text_of(stmt, 4));
		ep_oscal_markup(js, "description", text.s);
		ep_json_out_array(js, "props");
		ep_oscal_prop(js, "dataset", text_of(stmt, 1));
		ep_oscal_prop(js, "coverage", text_of(stmt, 2));
		ep_json_out_end(js, ']');
		close_observation(js, page, text_of(stmt, 0));
	}
	ep_db_done(stmt);
	return rc;
}

/* The verdict comes first: there is always one observation. */
static int add_observations(struct ep_json_out *js, struct ep_store *store,
			    const struct ep_page *page, struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc;

	ep_json_out_array(js, "observations");
	open_observation(js, page, "verdict", "", "");
	ep_oscal_markup(js, "title", "Verdict of the run");
	ep_oscal_markup(js, "description", page->sentence);
	close_observation(js, page, NULL);
	rc = add_gaps(js, store, page, err);
	if (rc == 0)
		rc = ep_page_prepare(store, page, observations_sql, &stmt,
				     err);
	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row)
		rc = add_result(js, store, page, stmt, err);
	ep_db_done(stmt);
	ep_json_out_end(js, ']');
	return rc;
}

/* --- risks and findings ------------------------------------------------------ */

static void add_risk(struct ep_json_out *js, const struct ep_page *page,
		     struct ep_stmt *stmt)
{
	EP_AUTO(ep_buf_release) struct ep_buf text =
		EP_BUF_INIT(4 * EP_TEXT_BYTES_MAX);
	bool waived = strcmp(text_of(stmt, 3), "WAIVED") == 0;

	ep_json_out_line(js);
	ep_json_out_object(js, NULL);
	add_uuid(js, page, "uuid", "risk", text_of(stmt, 0), text_of(stmt, 1));
	ep_oscal_markup(js, "title", text_of(stmt, 6));
	ep_buf_addf(&text, "%s for %s: %s", text_of(stmt, 3), text_of(stmt, 1),
		    text_of(stmt, 4));
	ep_oscal_markup(js, "description", text.s);
	ep_oscal_markup(js, "statement",
			waived ? "A violation is accepted until its date." :
				 "A violation may be there and was not "
				 "looked for.");
	ep_json_out_text(js, "status",
			 waived ? "deviation-approved" : "open");
	if (ep_db_col_int(stmt, 7) > 0)
		ep_oscal_time(js, "deadline", ep_db_col_int(stmt, 7));
	ep_json_out_array(js, "related-observations");
	ep_json_out_object(js, NULL);
	add_uuid(js, page, "observation-uuid", "observation", text_of(stmt, 0),
		 text_of(stmt, 1));
	ep_json_out_end(js, '}');
	ep_json_out_end(js, ']');
	ep_json_out_end(js, '}');
}

static int add_risks(struct ep_json_out *js, struct ep_store *store,
		     const struct ep_page *page, struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	bool row = false, some = false;
	int rc = ep_page_prepare(store, page, risks_sql, &stmt, err);

	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		if (!some)
			ep_json_out_array(js, "risks");
		some = true;
		add_risk(js, page, stmt);
	}
	if (some)
		ep_json_out_end(js, ']');
	ep_db_done(stmt);
	return rc;
}

static int add_related(struct ep_json_out *js, struct ep_store *store,
		       const struct ep_page *page, struct ep_stmt *control,
		       struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_page_prepare(store, page, bearing_sql, &stmt, err);

	if (rc)
		return rc;
	ep_db_text(stmt, ep_db_param(stmt, ":framework"),
		   ep_db_col_text(control, 0));
	ep_db_text(stmt, ep_db_param(stmt, ":control"),
		   ep_db_col_text(control, 1));
	ep_json_out_array(js, "related-observations");
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		ep_json_out_object(js, NULL);
		add_uuid(js, page, "observation-uuid", "observation",
			 text_of(stmt, 0), text_of(stmt, 1));
		ep_json_out_end(js, '}');
	}
	ep_json_out_end(js, ']');
	ep_db_done(stmt);
	return rc;
}

/* Why a control is as it is; NULL when the rules let nothing be said. */
static const char *judge(struct ep_stmt *control, const char **ret_state,
			 const char **ret_reason)
{
	*ret_state = "not-satisfied";
	*ret_reason = "other";
	if (ep_db_col_int(control, 2)) {
		*ret_reason = "fail";
		return "There are violations.";
	}
	if (ep_db_col_int(control, 3))
		return "Not decided: not everything that bears on it could be "
		       "read.";
	if (ep_db_col_int(control, 4))
		return "There are violations that somebody accepted for a "
		       "time.";
	if (ep_db_col_int(control, 5) == 0)
		return NULL;
	*ret_state = "satisfied";
	*ret_reason = "pass";
	return "Everything that the rules look at was read and is in order.";
}

static int add_finding(struct ep_json_out *js, struct ep_store *store,
		       const struct ep_page *page, struct ep_stmt *control,
		       struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf id = EP_BUF_INIT(512);
	const char *state, *reason;
	const char *because = judge(control, &state, &reason);
	int rc;

	ep_oscal_control(&id, text_of(control, 0), text_of(control, 1));
	ep_json_out_line(js);
	ep_json_out_object(js, NULL);
	add_uuid(js, page, "uuid", "finding", text_of(control, 0),
		 text_of(control, 1));
	ep_oscal_markup(js, "title", id.s);
	ep_json_out_text(js, "description", because);
	ep_json_out_object(js, "target");
	ep_json_out_text(js, "type", "objective-id");
	ep_json_out_text(js, "target-id", id.s);
	ep_json_out_object(js, "status");
	ep_json_out_text(js, "state", state);
	ep_json_out_text(js, "reason", reason);
	ep_json_out_text(js, "remarks", because);
	ep_json_out_end(js, '}');
	ep_json_out_end(js, '}');
	rc = add_related(js, store, page, control, err);
	ep_json_out_end(js, '}');
	return rc;
}

/* unsaid: controls that only supporting or empty results bear on. */
static int add_findings(struct ep_json_out *js, struct ep_store *store,
			const struct ep_page *page, struct ep_buf *unsaid,
			struct ep_err *err)
{
	const char *state, *reason;
	struct ep_stmt *stmt = NULL;
	bool row = false, some = false;
	int rc = ep_page_prepare(store, page, controls_sql, &stmt, err);

	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		if (!judge(stmt, &state, &reason)) {
			ep_buf_addf(unsaid, " %s %s;", text_of(stmt, 0),
				    text_of(stmt, 1));
			continue;
		}
		if (!some)
			ep_json_out_array(js, "findings");
		some = true;
		rc = add_finding(js, store, page, stmt, err);
	}
	if (some)
		ep_json_out_end(js, ']');
	ep_db_done(stmt);
	return rc;
}

static int add_results(struct ep_json_out *js, struct ep_store *store,
		       const struct ep_page *page, struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf unsaid =
		EP_BUF_INIT(EP_FILE_BYTES_MAX);
	int rc;

	ep_json_out_array(js, "results");
	ep_json_out_object(js, NULL);
	add_uuid(js, page, "uuid", "result", page->name, "");
	ep_oscal_markup(js, "title", page->name);
	ep_oscal_markup(js, "description", page->sentence);
	ep_oscal_time(js, "start", page->started_at);
	ep_oscal_time(js, "end", page->ended_at);
	rc = add_reviewed(js, store, page, err);
	if (rc == 0)
		rc = add_observations(js, store, page, err);
	if (rc == 0)
		rc = add_risks(js, store, page, err);
	if (rc == 0)
		rc = add_findings(js, store, page, &unsaid, err);
	if (unsaid.len) {
		EP_AUTO(ep_buf_release) struct ep_buf text =
			EP_BUF_INIT(2 * EP_FILE_BYTES_MAX);

		ep_buf_addf(&text, "No finding, because no rule that evidences "
				   "it directly had something to examine:%s",
			    unsaid.s);
		ep_oscal_markup(js, "remarks", text.s);
	}
	ep_json_out_end(js, '}');
	ep_json_out_end(js, ']');
	return rc;
}

int ep_oscal_write(struct ep_store *store, const struct ep_page *page,
		   struct ep_report_out *out, struct ep_err *err)
{
	struct ep_json_out js;
	int rc;

	ep_json_out_init(&js, out);
	ep_json_out_object(&js, NULL);
	ep_json_out_object(&js, "assessment-results");
	add_head(&js, page);
	rc = add_results(&js, store, page, err);
	add_plan(&js, page);
	ep_json_out_end(&js, '}');
	ep_json_out_end(&js, '}');
	ep_buf_addc(&js.buf, '\n');
	ep_json_out_release(&js);
	return rc;
}
