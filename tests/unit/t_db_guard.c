/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a rule may do to the database: read through the guard, be traced,
 * be stopped, and use the SQL functions of exitproof.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "ext/db.h"

static struct ep_db *db;
static struct ep_err err;
static char trace[2048];

static void note(void *to, const char *object, const char *column,
		 const char *via_view)
{
	size_t used = strlen(trace);

	(void)to;
	snprintf(trace + used, sizeof(trace) - used, "%s.%s/%s ", object,
		 column, via_view ? via_view : "-");
}

static const struct ep_db_guard guard = { .note = note };

static int set_up(void **state)
{
	static const char schema[] =
		"CREATE TABLE raw_seat(id, who, live);"
		"INSERT INTO raw_seat VALUES (1,'ann@acme.example',1),"
		"  (2,'bob@acme.example',0), (3,NULL,1);"
		"CREATE VIEW seat AS SELECT id, who FROM raw_seat WHERE live;"
		"CREATE TABLE other(x); CREATE INDEX other_x ON other(x);";

	(void)state;
	trace[0] = '\0';
	if (ep_db_open(NULL, EP_DB_MEMORY, &db, &err) < 0)
		return -1;
	return ep_db_exec(db, schema, &err);
}

static int tear_down(void **state)
{
	(void)state;
	ep_db_close(db);
	return 0;
}

/* Prepares and runs; the first column of the first row. */
static int run(const char *sql, int64_t *ret)
{
	struct ep_stmt *stmt = NULL;
	bool row;
	int rc = ep_db_prepare(db, sql, &stmt, &err);

	if (rc < 0)
		return rc;
	rc = ep_db_step(stmt, &row, &err);
	if (rc == 0)
		*ret = row && !ep_db_col_null(stmt, 0) ? ep_db_col_int(stmt, 0)
						       : -1;
	ep_db_done(stmt);
	return rc;
}

static int64_t value(const char *sql)
{
	int64_t v = -2;

	if (run(sql, &v) < 0)
		fail_msg("%s: %s", sql, err.msg);
	return v;
}

static void traced(const char *sql, const char *want)
{
	struct ep_stmt *stmt = NULL;

	trace[0] = '\0';
	if (ep_db_prepare(db, sql, &stmt, &err) < 0)
		fail_msg("%s: %s", sql, err.msg);
	ep_db_done(stmt);
	if (!strstr(trace, want))
		fail_msg("%s read '%s'; wanted '%s'", sql, trace, want);
}

static void test_trace(void **state)
{
	(void)state;
	ep_db_guard_set(db, &guard);
	traced("SELECT who FROM seat", "seat.who/- ");
	traced("SELECT who FROM seat", "raw_seat.live/seat ");
	/* The shapes where absence means pass. */
	traced("SELECT count(*) FROM seat", "raw_seat.live/seat ");
	traced("SELECT count(*) FROM other", "other./- ");
	traced("SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM other)",
	       "other./- ");
	traced("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 "
	       "FROM n WHERE i < 9) SELECT i FROM n, other", "other.");
	traced("SELECT value FROM json_each('[1]')", "json_each.value");
	ep_db_guard_set(db, NULL);
	trace[0] = '\0';
	assert_int_equal(value("SELECT count(*) FROM other WHERE x = 5"), 0);
	assert_string_equal(trace, "");
}

/* A text that was prepared without the guard is not trusted under it. */
static void test_no_cached_statement(void **state)
{
	(void)state;
	assert_int_equal(value("SELECT count(*) FROM other"), 0);
	ep_db_guard_set(db, &guard);
	trace[0] = '\0';
	assert_int_equal(value("SELECT count(*) FROM other"), 0);
	assert_non_null(strstr(trace, "other."));
	trace[0] = '\0';
	assert_int_equal(value("SELECT count(*) FROM other"), 0);
	assert_non_null(strstr(trace, "other."));
}

/* What was compiled before a pause runs after it as it is, and the pause is
 * over then. */
static void test_pause(void **state)
{
	static const char schema[] = "SELECT count(*) FROM sqlite_schema";
	struct ep_stmt *stmt = NULL;
	bool row = false;
	int64_t n;

	(void)state;
	ep_db_guard_set(db, &guard);
	assert_true(run(schema, &n) < 0);
	assert_int_equal(ep_db_prepare(db, "SELECT x FROM other", &stmt, &err),
			 0);
	trace[0] = '\0';
	ep_db_guard_pause(db, true);
	assert_int_equal(value(schema), 4);
	ep_db_guard_pause(db, false);
	assert_int_equal(ep_db_step(stmt, &row, &err), 0);
	assert_string_equal(trace, "");
	ep_db_done(stmt);
	assert_true(run(schema, &n) < 0);
	ep_db_guard_pause(db, true);
	ep_db_guard_set(db, &guard);
	assert_true(run(schema, &n) < 0);
}

static void test_refused(void **state)
{
	static const char *const bad[] = {
		"INSERT INTO other VALUES (1)",
		"UPDATE other SET x = 1",
		"DELETE FROM other",
		"DROP TABLE other",
		"CREATE TABLE z(x)",
		"CREATE TEMP TABLE z(x)",
		"CREATE TEMP VIEW z AS SELECT 1",
		"ATTACH ':memory:' AS z",
		"PRAGMA query_only",
		"PRAGMA user_version = 5",
		"VACUUM",
		"VACUUM INTO 'stolen.db'",
		"REINDEX",
		"ANALYZE",
		"BEGIN",
		"COMMIT",
		"SAVEPOINT s",
		"SELECT load_extension('x')",
		"SELECT random()",
		"SELECT randomblob(8)",
		"SELECT datetime('now')",
		"SELECT strftime('%s', 'now')",
		"SELECT unixepoch()",
		"SELECT current_timestamp",
		"SELECT last_insert_rowid()",
		"SELECT changes()",
		"SELECT sqlite_version()",
		"SELECT zeroblob(1000000000)",
		"SELECT name FROM sqlite_schema",
		"SELECT name FROM sqlite_master",
		"SELECT name FROM pragma_table_info('other')",
		"SELECT * FROM pragma_database_list",
		"SELECT 1; DELETE FROM other",
		"EXPLAIN DELETE FROM other",
	};
	int64_t v;

	(void)state;
	ep_db_guard_set(db, &guard);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (run(bad[i], &v) != EP_ECONFIG)
			fail_msg("%s: %s", bad[i], err.msg);
	assert_int_equal(ep_db_exec(db, "DELETE FROM raw_seat", &err),
			 EP_ECONFIG);
	assert_int_equal(run("SELECT random()", &v), EP_ECONFIG);
	assert_non_null(strstr(err.msg, "function random"));
	ep_db_guard_set(db, NULL);
	assert_int_equal(value("SELECT count(*) FROM raw_seat"), 3);
	assert_int_equal(ep_db_exec(db, "INSERT INTO other VALUES (1)", &err),
			 0);
}

static void test_allowed(void **state)
{
	static const char *const good[] = {
		"SELECT count(*), sum(id), avg(id), min(id), max(id), "
		"total(id), group_concat(who) FROM seat",
		"SELECT row_number() OVER (ORDER BY id), lag(id) OVER "
		"(ORDER BY id), rank() OVER (ORDER BY id) FROM seat",
		"SELECT lower(who), upper(who), trim(who), substr(who, 1, 2), "
		"replace(who, 'a', 'b'), instr(who, '@'), length(who), "
		"coalesce(who, ''), ifnull(who, ''), nullif(who, ''), "
		"iif(id, 1, 2), abs(id), round(id), typeof(id), hex(who), "
		"quote(who), printf('%d', id), format('%d', id), "
		"char(65), unicode('A'), likely(id) FROM seat",
		"SELECT '{\"a\":1}' -> 'a', '{\"a\":1}' ->> 'a', "
		"json_extract('[1]', '$[0]'), json_valid('x'), "
		"json_array(1, 2), json_object('a', 1), json_type('1')",
		"SELECT json_group_array(who), json_group_object(id, who) "
		"FROM seat",
		"SELECT 1 FROM seat WHERE who LIKE 'a%' AND who GLOB 'a*' "
		"AND who REGEXP '^a' AND regexpi('A', who)",
		"SELECT iso(0), CASE WHEN id IN (SELECT x FROM other) THEN 1 "
		"END FROM seat",
	};
	int64_t v;

	(void)state;
	ep_db_guard_set(db, &guard);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (run(good[i], &v) < 0)
			fail_msg("%s: %s", good[i], err.msg);
}

/* --- work --------------------------------------------------------------- */

static const char endless[] =
	"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
	"SELECT count(*) FROM n";

static void test_step_limit(void **state)
{
	int64_t v;

	(void)state;
	ep_db_work_limit(db, 100, 0);
	assert_int_equal(run(endless, &v), EP_ELIMIT);
	assert_non_null(strstr(err.msg, "EP_RULE_KILOSTEPS_MAX"));
	assert_non_null(strstr(err.msg, "100 thousand"));
	/* Set anew or lifted, the next statement runs. */
	ep_db_work_limit(db, 100, 0);
	assert_int_equal(value("SELECT 5"), 5);
	ep_db_work_limit(db, 0, 0);
	assert_int_equal(value("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
			       "SELECT i + 1 FROM n WHERE i < 100000) "
			       "SELECT count(*) FROM n"), 100000);
}

static void test_time_limit(void **state)
{
	int64_t v;

	(void)state;
	ep_db_work_limit(db, 0, 1);
	assert_int_equal(run(endless, &v), EP_ELIMIT);
	assert_non_null(strstr(err.msg, "EP_RULE_SECONDS_MAX"));
	ep_db_work_limit(db, 0, 0);
}

/* --- functions ---------------------------------------------------------- */

static void test_regexp(void **state)
{
	(void)state;
	assert_int_equal(value("SELECT 'ann.lee' REGEXP '^ann\\.'"), 1);
	assert_int_equal(value("SELECT 'Ann.lee' REGEXP '^ann\\.'"), 0);
	assert_int_equal(value("SELECT regexp('^ann', 'annx')"), 1);
	assert_int_equal(value("SELECT regexpi('^ann', 'ANNX')"), 1);
	assert_int_equal(value("SELECT NULL REGEXP 'x'"), -1);
	assert_int_equal(value("SELECT 'x' REGEXP NULL"), -1);
	assert_int_equal(value("SELECT count(*) FROM raw_seat WHERE "
			       "who REGEXP '@acme'"), 2);
	assert_int_equal(value("SELECT '\303\251' REGEXP '^.$'"), 1);
	assert_int_equal(value("SELECT '' REGEXP '^$'"), 1);
	assert_int_equal(value("SELECT 15 REGEXP '^1'"), 1);
}

/* What could not be matched is an error, never "no match". */
static void test_sha256(void **state)
{
	(void)state;
	assert_int_equal(value("SELECT sha256('abc') = 'ba7816bf8f01cfea414140"
			       "de5dae2223b00361a396177a9cb410ff61f20015ad'"),
			 1);
	assert_int_equal(value("SELECT sha256('') LIKE 'e3b0c442%'"), 1);
	assert_int_equal(value("SELECT sha256(12) = sha256('12')"), 1);
	assert_int_equal(value("SELECT sha256(NULL) IS NULL"), 1);
}

static bool hide_a(void *to, const char *text, struct ep_buf *out)
{
	++*(int *)to;
	if (*text != 'a')
		return false;
	ep_buf_addf(out, "<%zu>", strlen(text));
	return true;
}

/* Texts pass the filter, each pointer lives as long as the row, and queries
 * see what is there. */
static void test_filter(void **state)
{
	int asked = 0;
	const struct ep_db_filter filter = { hide_a, &asked };
	struct ep_stmt *stmt;
	const char *a, *b;
	bool row;

	(void)state;
	ep_db_filter_set(db, &filter);
	assert_int_equal(ep_db_prepare(db, "SELECT 'ann', 'bob', 7, NULL, 'al'"
				       " WHERE 'ann' LIKE 'a%'", &stmt, &err),
			 0);
	assert_int_equal(ep_db_step(stmt, &row, &err), 0);
	assert_true(row);
	a = ep_db_col_text(stmt, 0);
	b = ep_db_col_text(stmt, 4);
	assert_string_equal(ep_db_col_text(stmt, 1), "bob");
	assert_string_equal(ep_db_col_text(stmt, 2), "7");
	assert_null(ep_db_col_text(stmt, 3));
	assert_string_equal(a, "<3>");
	assert_string_equal(b, "<2>");
	assert_int_equal(asked, 3);
	ep_db_filter_set(db, NULL);
	assert_string_equal(ep_db_col_text(stmt, 0), "ann");
	ep_db_done(stmt);
}

static void test_regexp_errors(void **state)
{
	int64_t v;

	(void)state;
	ep_db_guard_set(db, &guard);
	assert_true(run("SELECT 'x' REGEXP '('", &v) < 0);
	assert_int_equal(run("SELECT 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab' "
			     "REGEXP '^(a+)+$'", &v), EP_ELIMIT);
	assert_int_equal(run("SELECT count(*) FROM raw_seat WHERE NOT "
			     "CAST(x'61c328' AS TEXT) REGEXP 'b'", &v),
			 EP_EDATA);
	assert_int_equal(run("SELECT 'a' REGEXP CAST(x'610062' AS TEXT)", &v),
			 EP_EDATA);
	assert_int_equal(run("SELECT 'a' REGEXP (SELECT "
			     "replace(hex(printf('%5000d', 1)), '2', 'a'))",
			     &v), EP_ELIMIT);
	assert_non_null(strstr(err.msg, "EP_REGEX_PATTERN_BYTES_MAX"));
	/* The next statement is not tainted. */
	assert_int_equal(value("SELECT 'x' REGEXP 'x'"), 1);
}

/* Patterns from a column: more of them than are kept compiled. */
static void test_many_patterns(void **state)
{
	(void)state;
	assert_int_equal(
		value("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT "
		      "i + 1 FROM n WHERE i < 1500) SELECT count(*) FROM n "
		      "WHERE ('u' || i) REGEXP ('^u' || i || '$')"), 1500);
}

static void test_iso(void **state)
{
	int64_t v;

	(void)state;
	assert_int_equal(value("SELECT iso(1795140000) = "
			       "'2026-11-20T02:00:00Z'"), 1);
	assert_int_equal(value("SELECT iso(0) = '1970-01-01T00:00:00Z'"), 1);
	assert_int_equal(value("SELECT iso(NULL) IS NULL"), 1);
	assert_int_equal(value("SELECT iso(-1) = '@-1'"), 1);
	assert_int_equal(value("SELECT iso(253402300800) = "
			       "'@253402300800'"), 1);
	assert_int_equal(value("SELECT iso(253402300799) = "
			       "'9999-12-31T23:59:59Z'"), 1);
	assert_true(run("SELECT iso('2026')", &v) < 0);
	assert_non_null(strstr(err.msg, "whole seconds"));
}

/* The schema may use them too (a view of the store does). */
static void test_addresses(void **state)
{
	static const char *const holds[] = {
		"address_of('Ann@x.example', 'x\037bo') = 'Ann@x.example'",
		"address_of(NULL, 'x.example\037bo') = 'bo@x.example'",
		"address_of(NULL, 'x.example\037') = '@x.example'",
		"address_of(NULL, 'no key') IS NULL",
		"address_of(NULL, NULL) IS NULL",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(holds) / sizeof(holds[0]); i++) {
		char sql[128];

		snprintf(sql, sizeof(sql), "SELECT %s", holds[i]);
		if (value(sql) != 1)
			fail_msg("not so: %s", holds[i]);
	}
}

static void test_functions_in_views(void **state)
{
	(void)state;
	assert_int_equal(ep_db_exec(db, "CREATE VIEW v AS SELECT iso(id) AS t,"
				    " who REGEXP 'a' AS m FROM raw_seat",
				    &err), 0);
	assert_int_equal(value("SELECT count(t) FROM v WHERE m"), 2);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

/* Counted, not timed: twice the same, and an index shows. */
static void test_cost(void **state)
{
	struct ep_db_cost cost[2];
	struct ep_stmt *stmt = NULL;
	struct ep_buf plan;
	bool row = true;

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(ep_db_prepare(db, "SELECT id FROM raw_seat "
					       "WHERE who > '' ORDER BY who",
					       &stmt, &err), 0);
		while (ep_db_step(stmt, &row, &err) == 0 && row)
			;
		ep_db_cost(stmt, &cost[i]);
		ep_db_done(stmt);
	}
	assert_true(cost[0].steps > 10);
	assert_int_equal(cost[0].steps, cost[1].steps);
	/* Past each row but the first, which is not stepped to. */
	assert_int_equal(cost[0].scanned, 2);
	assert_int_equal(cost[0].sorts, 1);
	assert_int_equal(cost[0].indexed, 0);
	ep_buf_init(&plan, 4096);
	assert_int_equal(ep_db_plan(db, "SELECT 1 FROM other WHERE x = 3 OR "
				    "x IN (SELECT id FROM seat)", &plan,
				    &err), 0);
	/* As deep as it is nested. */
	assert_non_null(strstr(plan.s, "\n    SEARCH other USING"));
	assert_non_null(strstr(plan.s, "\n      SCAN raw_seat"));
	ep_buf_release(&plan);
	assert_true(ep_db_plan(db, "SELECT nothing", &plan, &err) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_cost),
		CASE(test_trace),
		CASE(test_no_cached_statement),
		CASE(test_pause),
		CASE(test_refused),
		CASE(test_allowed),
		CASE(test_step_limit),
		CASE(test_time_limit),
		CASE(test_regexp),
		CASE(test_sha256),
		CASE(test_filter),
		CASE(test_regexp_errors),
		CASE(test_many_patterns),
		CASE(test_iso),
		CASE(test_addresses),
		CASE(test_functions_in_views),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
