/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comparing results with expectations.
 */
#include "check/rule_expect.h"

#include <stdarg.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "ext/db.h"
#include "model/result.h"

struct judge {
	const struct ep_rule *rule;
	const char *name;
	struct ep_db *db;
	struct ep_rule_test *test;
	bool differs;
};

static void EP_PRINTF(2, 3) differ(struct judge *jd, const char *fmt, ...)
{
	va_list ap;

	jd->differs = true;
	ep_buf_addf(&jd->test->report, "%s %s: ", jd->rule->id, jd->name);
	va_start(ap, fmt);
	ep_buf_vaddf(&jd->test->report, fmt, ap);
	va_end(ap);
	ep_buf_addc(&jd->test->report, '\n');
}

static const struct ep_yaml *find_unit(const struct ep_yaml *expect,
				       const char *unit)
{
	for (const struct ep_yaml *it = expect ? expect->child : NULL; it;
	     it = it->next) {
		const struct ep_yaml *name = ep_yaml_get(it, "unit");

		if (name && ep_str_eq(name->text, unit))
			return it;
	}
	return NULL;
}

/* --- subjects ----------------------------------------------------------- */

static bool lists(const struct ep_yaml *subjects, const char *subject)
{
	for (const struct ep_yaml *it = subjects->child; it; it = it->next)
		if (ep_str_eq(it->text, subject))
			return true;
	return false;
}

static int compare_subjects(struct judge *jd, const char *unit,
			    const struct ep_yaml *subjects,
			    struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	size_t n = 0;
	bool row;
	int rc = ep_db_prepare(jd->db, "SELECT subject FROM finding WHERE "
			       "rule = ?1 AND unit = ?2 AND state <> 'fixed' "
			       "ORDER BY subject", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, jd->rule->id);
	ep_db_text(stmt, 2, unit);
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		const char *subject = ep_db_col_text(stmt, 0);

		n++;
		if (!lists(subjects, subject))
			differ(jd, "%s: unexpected violation \"%s\"", unit,
			       subject);
	}
	if (n < subjects->n)
		differ(jd, "%s: %zu violations instead of %zu", unit, n,
		       subjects->n);
	return rc;
}

/* --- results ------------------------------------------------------------ */

static void compare_result(struct judge *jd, const char *unit,
			   const char *result, const char *reason,
			   const struct ep_yaml *want)
{
	const struct ep_yaml *node = ep_yaml_get(want, "result");

	if (!node || !ep_str_eq(node->text, result))
		differ(jd, "%s: %s instead of %s%s%s", unit, result,
		       node && node->text ? node->text : "nothing",
		       reason ? ": " : "", reason ? reason : "");
	node = ep_yaml_get(want, "reason");
	if (node && (!reason || !node->text || !strstr(reason, node->text)))
		differ(jd, "%s: reason is \"%s\"", unit,
		       reason ? reason : "");
}

/* What one finding says: a part of the text, by subject. */
static int compare_seen(struct judge *jd, const char *unit,
			const struct ep_yaml *want, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(jd->db, "SELECT seen FROM finding WHERE "
			       "rule = ?1 AND unit = ?2 AND subject = ?3 AND "
			       "state <> 'fixed'", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, jd->rule->id);
	ep_db_text(stmt, 2, unit);
	ep_db_text(stmt, 3, want->key);
	rc = ep_db_step(stmt, &row, err);
	if (rc == 0 && (!row || !want->text || !ep_db_col_text(stmt, 0) ||
			!strstr(ep_db_col_text(stmt, 0), want->text)))
		differ(jd, "%s: %s is seen as \"%s\"", unit, want->key,
		       row && ep_db_col_text(stmt, 0)
			       ? ep_db_col_text(stmt, 0) : "");
	return rc;
}

static int compare_all_seen(struct judge *jd, const char *unit,
			    const struct ep_yaml *want, struct ep_err *err)
{
	const struct ep_yaml *seen = ep_yaml_get(want, "seen");
	int rc = 0;

	for (const struct ep_yaml *it = seen ? seen->child : NULL;
	     rc == 0 && it; it = it->next)
		rc = compare_seen(jd, unit, it, err);
	return rc;
}

static int compare_unit(struct judge *jd, struct ep_stmt *stmt,
			const struct ep_yaml *want, struct ep_err *err)
{
	const char *unit = ep_db_col_text(stmt, 0);
	const struct ep_yaml *node = ep_yaml_get(want, "population");
	int64_t population;

	compare_result(jd, unit, ep_db_col_text(stmt, 1),
		       ep_db_col_text(stmt, 3), want);
	if (node && (!node->text || !ep_str_int(node->text, &population) ||
		     population != ep_db_col_int(stmt, 2)))
		differ(jd, "%s: population %lld instead of %s", unit,
		       (long long)ep_db_col_int(stmt, 2),
		       node->text ? node->text : "nothing");
	node = ep_yaml_get(want, "subjects");
	if (node && compare_subjects(jd, unit, node, err) < 0)
		return err->code;
	return compare_all_seen(jd, unit, want, err);
}

static int compare_all(struct judge *jd, const struct ep_yaml *expect,
		       struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	size_t n = 0;
	bool row;
	int rc = ep_db_prepare(jd->db, "SELECT unit, result, population, "
			       "reason FROM result WHERE rule = ?1 "
			       "ORDER BY unit", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, jd->rule->id);
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		const char *unit = ep_db_col_text(stmt, 0);
		const struct ep_yaml *want = find_unit(expect, unit);
		const char *reason = ep_db_col_text(stmt, 3);

		if (!want) {
			differ(jd, "%s: %s, which no expectation lists%s%s",
			       unit, ep_db_col_text(stmt, 1),
			       reason ? ": " : "", reason ? reason : "");
			continue;
		}
		n++;
		rc = compare_unit(jd, stmt, want, err);
		if (rc < 0)
			return rc;
	}
	if (rc == 0 && n < (expect ? expect->n : 1))
		differ(jd, "expected units without a result");
	return rc;
}

int ep_rule_expect(const struct ep_rule *rule, const char *name,
		   const struct ep_world *world, struct ep_db *db,
		   struct ep_rule_test *test, struct ep_err *err)
{
	static const char *const known[] = { "unit", "result", "population",
					     "subjects", "seen", "reason",
					     NULL };
	struct judge jd = { .rule = rule, .name = name, .db = db,
			    .test = test };
	const struct ep_yaml *expect = ep_yaml_get(world->world, "expect");
	int rc;

	for (const struct ep_yaml *it = expect ? expect->child : NULL; it;
	     it = it->next) {
		const struct ep_yaml *node = ep_yaml_get(it, "result");

		ep_yaml_known(it, known, "expectation", world->file,
			      world->diag);
		if (node && ep_result_from_word(node->text) < 0)
			differ(&jd, "\"%s\" is no result", node->text);
	}
	rc = compare_all(&jd, expect, err);
	test->failed += rc == 0 && jd.differs;
	return rc;
}
