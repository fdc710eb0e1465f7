/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replays the events of findings up to a run.
 */
#include "report/standing.h"

#include <inttypes.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "ext/db.h"
#include "store/store.h"

#define SQL_BYTES 16384

/* Of one run: a fix is the last word on being open, since another check of
 * the same run takes the fix back instead of adding to it; the other pairs of
 * events exclude each other.  What opens or comes back was seen.  Each state
 * lasts until the next event that is about it: the counts number these
 * stretches. */
static const char spans_sql[] =
	"DROP TABLE IF EXISTS temp.open_span;"
	"CREATE TEMP TABLE open_span(fingerprint TEXT NOT NULL, customer TEXT,"
	" severity TEXT NOT NULL, first_run INTEGER NOT NULL, end_run INTEGER,"
	" waived INTEGER NOT NULL, rechecked INTEGER NOT NULL);"
	"INSERT INTO temp.open_span"
	" WITH event AS (SELECT fingerprint, run,"
	"  min(CASE event WHEN 'fixed' THEN 0 WHEN 'open' THEN 1"
	"      WHEN 'came_back' THEN 1 END) AS open,"
	"  max(CASE event WHEN 'waived' THEN 1 WHEN 'waiver_ended' THEN 0 END)"
	"  AS waived,"
	"  min(CASE event WHEN 'unseen' THEN 0 WHEN 'seen' THEN 1"
	"      WHEN 'open' THEN 1 WHEN 'came_back' THEN 1 END) AS rechecked"
	"  FROM (SELECT fingerprint, run, event FROM main.finding_event";
static const char looks_sql[] =
	" UNION ALL SELECT fingerprint, run, CASE WHEN rechecked THEN 'seen'"
	" ELSE 'unseen' END FROM main.finding_look";
static const char states_sql[] =
	") GROUP BY fingerprint, run),"
	" stretch AS (SELECT *, count(open) OVER w AS opening,"
	"  count(waived) OVER w AS waiving, count(rechecked) OVER w AS seeing,"
	"  lead(run) OVER w AS end_run FROM event"
	"  WINDOW w AS (PARTITION BY fingerprint ORDER BY run)),"
	" state AS (SELECT fingerprint, run, end_run,"
	"  max(open) OVER (PARTITION BY fingerprint, opening) AS open,"
	"  coalesce(max(waived) OVER (PARTITION BY fingerprint, waiving), 0)"
	"  AS waived,"
	"  coalesce(max(rechecked) OVER (PARTITION BY fingerprint, seeing), 1)"
	"  AS rechecked FROM stretch)"
	" SELECT s.fingerprint, f.customer, f.severity, s.run, s.end_run,"
	"  s.waived, s.rechecked"
	"  FROM state s JOIN main.finding f USING (fingerprint) WHERE s.open;"
	"CREATE INDEX temp.open_span_customer ON open_span(customer);";

static const char standing_sql[] =
	"DROP TABLE IF EXISTS temp.standing;"
	"CREATE TEMP TABLE standing(fingerprint TEXT PRIMARY KEY,"
	" rule TEXT NOT NULL, unit TEXT NOT NULL, customer TEXT,"
	" times INTEGER NOT NULL, rechecked INTEGER NOT NULL,"
	" waived INTEGER NOT NULL) WITHOUT ROWID;"
	"INSERT INTO temp.standing SELECT f.fingerprint, f.rule, f.unit,"
	" f.customer, (SELECT count(*) FROM main.finding_event e"
	"  WHERE e.fingerprint = f.fingerprint AND e.run <= %" PRId64
	"  AND e.event IN ('open', 'came_back')), s.rechecked, s.waived"
	" FROM temp.open_span s JOIN main.finding f USING (fingerprint)"
	" WHERE s.first_run <= %" PRId64
	" AND (s.end_run IS NULL OR s.end_run > %" PRId64 ");"
	"CREATE INDEX temp.standing_rule ON standing(rule, unit);"
	"CREATE INDEX temp.standing_customer ON standing(customer);";

/* A finding may tell of several people: the one who left first has waited for
 * longest. */
static const char leave_sql[] =
	"DROP VIEW IF EXISTS temp.finding_leave;"
	"CREATE TEMP VIEW finding_leave AS SELECT f.fingerprint,"
	" (SELECT max(0, min(CASE typeof(t.x) WHEN 'integer' THEN t.x"
	"  ELSE unixepoch(t.x) END)) FROM ("
	"SELECT json_extract(f.evidence, '$.left_at') AS x UNION ALL"
	" SELECT json_extract(j.value, '$.left_at')"
	" FROM json_each(f.evidence, '$.also') j) t) AS left_at,"
	" json_extract(f.evidence, '$.person') IS NOT NULL OR EXISTS ("
	"SELECT 1 FROM json_each(f.evidence, '$.also') j WHERE"
	" json_extract(j.value, '$.person') IS NOT NULL) AS person"
	" FROM main.finding f;";

#define RANK(severity) \
	"CASE " severity " WHEN 'critical' THEN 0 WHEN 'high' THEN 1" \
	" WHEN 'medium' THEN 2 WHEN 'low' THEN 3 ELSE 4 END"
#define SEVERITY "coalesce(r.severity, f.severity)"

static const char view_sql[] =
	"DROP VIEW IF EXISTS temp.open_finding;"
	"CREATE TEMP VIEW open_finding AS SELECT s.fingerprint, s.rule,"
	" coalesce(t.title, s.rule) AS title, t.why, t.remedy, t.maps, "
	SEVERITY " AS severity, " RANK(SEVERITY) " AS rank,"
	" s.customer, s.unit, f.unit_name, f.subject,"
	" coalesce(f.name, f.subject) AS name,"
	" CASE WHEN f.last_run > %" PRId64 " THEN"
	"  ltrim(coalesce(f.seen, '') || ' (as it was seen on ' ||"
	"  date(f.last_seen, 'unixepoch') || ')')"
	"  ELSE f.seen END AS seen, f.wanted, f.evidence,"
	" f.first_run, f.first_seen,"
	" CASE WHEN f.last_run > %" PRId64 " AND s.rechecked"
	"  THEN (SELECT started_at FROM main.run WHERE id = %" PRId64 ")"
	"  WHEN f.last_run <= %" PRId64 " THEN f.last_seen END AS last_seen,"
	" s.times, s.rechecked, s.waived,"
	" CASE WHEN s.waived THEN f.waiver_reason END AS waiver_reason,"
	" CASE WHEN s.waived THEN f.waiver_approver END AS waiver_approver,"
	" CASE WHEN s.waived THEN f.waiver_until END AS waiver_until,"
	" rtrim(CASE WHEN NOT s.rechecked"
	"  THEN 'not re-checked: the run could not decide; ' ELSE '' END ||"
	"  CASE WHEN s.times > 1"
	"  THEN 'came back, opened ' || s.times || ' times; ' ELSE '' END ||"
	"  CASE WHEN s.waived AND f.waiver_until IS NOT NULL THEN"
	"   'waived until ' || date(f.waiver_until - 1, 'unixepoch') ||"
	"   ' by ' || f.waiver_approver || ': ' || f.waiver_reason ||"
	"   CASE WHEN f.last_run > %" PRId64 " THEN ' (the waiver as it was on '"
	"   || date(f.last_seen, 'unixepoch') || ')' ELSE '' END || '; '"
	"  WHEN s.waived THEN 'waived then, by a waiver that is over now; '"
	"  ELSE '' END ||"
	"  CASE WHEN f.last_run <= %" PRId64 " AND f.waiver_note IS NOT NULL"
	"   THEN f.waiver_note || '; ' ELSE '' END, '; ') AS note"
	" FROM temp.standing s JOIN main.finding f USING (fingerprint)"
	" LEFT JOIN main.rule_run r ON r.run = %" PRId64 " AND r.rule = s.rule"
	" LEFT JOIN main.rule_text t ON t.sha256 = r.sha256;";

int ep_standing_make(struct ep_store *store, int64_t run, struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf sql = EP_BUF_INIT(SQL_BYTES);
	bool looks = false;
	int rc;

	rc = ep_db_has_table(ep_store_db(store), "finding_look", &looks, err);
	if (rc < 0)
		return rc;
	ep_buf_adds(&sql, spans_sql);
	/* A database that no check met since it was kept has none. */
	ep_buf_adds(&sql, looks ? looks_sql : "");
	ep_buf_adds(&sql, states_sql);
	ep_buf_addf(&sql, standing_sql, run, run, run);
	ep_buf_addf(&sql, view_sql, run, run, run, run, run, run, run);
	ep_buf_adds(&sql, leave_sql);
	if (sql.overflow)
		return ep_err_set(err, EP_EBUG, "the views of findings are "
				  "above %d bytes", SQL_BYTES);
	return ep_store_temp(store, sql.s, err);
}
