/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The suites and cases of a JUnit report.  Windy Road's schema wants
 * properties, system-out and system-err in every suite and no attribute on
 * the root; junit-10 wants plain seconds with three decimals.  No tenant text
 * goes into system-out, where some readers obey orders.
 */
#include "report/junit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "ext/db.h"
#include "ext/xml.h"
#include "report/junit_case.h"
#include "report/out.h"
#include "store/store.h"

/* Everything that has a case, counted per suite: a suite states its counts
 * before its cases. */
static const char suites_sql[] =
	"SELECT unit, max(customer), count(*), sum(bad = 1), sum(bad = 2),"
	" sum(bad = 3) FROM ("
	"SELECT unit, customer, CASE result WHEN 'PASS' THEN 0 WHEN 'FAIL'"
	" THEN 1 WHEN 'UNDECIDED' THEN 2 ELSE 3 END AS bad"
	" FROM main.result_log WHERE first_run <= ?1"
	" AND (end_run IS NULL OR end_run > ?1)"
	" UNION ALL SELECT tenant, customer,"
	" CASE WHEN status = 'complete' AND NOT stale THEN 0 ELSE 2 END"
	" FROM temp.coverage) GROUP BY unit ORDER BY unit";

/* GitLab refuses a file of 30 MB or 250,000 elements as a whole.  A suite
 * that begins below these ends below those: see FILE_BYTES_LARGE. */
#define BYTES_MAX ((size_t)24 * 1024 * 1024)
#define ELEMENTS_MAX 240000

/* What did not fit. */
struct omitted {
	int64_t suites, tests, failures, errors;
	int64_t elements;	/* written so far */
};

struct run_facts {
	char timestamp[EP_TIME_TEXT];
	char host[256];
	int64_t ms;
	bool testing;
};

static int read_run(struct ep_db *db, int64_t run, struct run_facts *facts,
		    struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	const char *host;
	bool row = false;
	size_t n;
	int rc;

	rc = ep_db_prepare(db,
			   "SELECT started_at, host, testing,"
			   " coalesce(ended_at - started_at, 0) * 1000"
			   " FROM main.run WHERE id = ?",
			   &stmt, err);
	if (rc)
		return rc;
	ep_db_int(stmt, 1, run);
	rc = ep_db_step(stmt, &row, err);
	if (rc == 0 && row) {
		/* The schema's dateTime goes without a zone: UTC. */
		ep_time_format(ep_db_col_int(stmt, 0), facts->timestamp);
		n = strlen(facts->timestamp);
		facts->timestamp[n - 1] = '\0';
		host = ep_db_col_text(stmt, 1);
		n = host ? strnlen(host, sizeof(facts->host) - 1) : 0;
		memcpy(facts->host, n ? host : "", n);
		facts->host[n] = '\0';
		facts->testing = ep_db_col_int(stmt, 2) != 0;
		facts->ms = ep_db_col_int(stmt, 3);
	}
	ep_db_done(stmt);
	return rc;
}

static void property(struct ep_xml *xml, const char *name, const char *value)
{
	ep_xml_open(xml, "property");
	ep_xml_attr(xml, "name", name);
	ep_xml_attr(xml, "value", value);
	ep_xml_close(xml);
}

struct suite_counts {
	const char *name, *package;
	int64_t tests, failures, errors, skipped;
};

static void start_suite(struct ep_xml *xml, const struct suite_counts *counts,
			int64_t id, int64_t run, const struct run_facts *facts)
{
	char number[32];

	ep_xml_open(xml, "testsuite");
	ep_xml_attr(xml, "name", counts->name);
	ep_xml_attr(xml, "package", counts->package);
	ep_xml_attrf(xml, "id", "%" PRId64, id);
	ep_xml_attr(xml, "timestamp", facts->timestamp);
	ep_xml_attr(xml, "hostname", *facts->host ? facts->host : "localhost");
	ep_xml_attrf(xml, "tests", "%" PRId64, counts->tests);
	ep_xml_attrf(xml, "failures", "%" PRId64, counts->failures);
	ep_xml_attrf(xml, "errors", "%" PRId64, counts->errors);
	ep_xml_attrf(xml, "skipped", "%" PRId64, counts->skipped);
	ep_xml_attrf(xml, "time", "%" PRId64 ".%03" PRId64, facts->ms / 1000,
		     facts->ms % 1000);
	ep_xml_open(xml, "properties");
	snprintf(number, sizeof(number), "%" PRId64, run);
	property(xml, "run", number);
	property(xml, "decided", counts->errors ? "no" : "yes");
	if (facts->testing)
		property(xml, "testing",
			 "made under testing: settings; no evidence");
	ep_xml_close(xml);
}

static void open_suite(struct ep_xml *xml, struct ep_stmt *suite, int64_t id,
		       int64_t run, const struct run_facts *facts)
{
	const char *customer = ep_db_col_text(suite, 1);
	struct suite_counts counts = {
		.name = ep_db_col_text(suite, 0),
		.package = customer ? customer : "unclaimed",
		.tests = ep_db_col_int(suite, 2),
		.failures = ep_db_col_int(suite, 3),
		.errors = ep_db_col_int(suite, 4),
		.skipped = ep_db_col_int(suite, 5),
	};

	start_suite(xml, &counts, id, run, facts);
}

/* Moves on when the cursor's unit is this suite's, and writes its case. */
static int write_cases(struct ep_xml *xml, struct ep_junit_cursor *cursor,
		       const char *unit, struct ep_err *err)
{
	while (cursor->row && strcmp(ep_db_col_text(cursor->stmt, 0), unit) == 0) {
		if (cursor->write(xml, cursor, err))
			return err->code;
		if (ep_db_step(cursor->stmt, &cursor->row, err))
			return err->code;
	}
	return 0;
}

static bool wanted(struct ep_stmt *suite, const char *customer)
{
	const char *whose = ep_db_col_text(suite, 1);

	if (!customer)
		return true;
	return strcmp(whose ? whose : "", customer) == 0;
}

static int skip_cases(struct ep_junit_cursor *cursor, const char *unit,
		      struct ep_err *err)
{
	while (cursor->row && strcmp(ep_db_col_text(cursor->stmt, 0), unit) == 0)
		if (ep_db_step(cursor->stmt, &cursor->row, err))
			return err->code;
	return 0;
}

static int write_suite(struct ep_xml *xml, struct ep_stmt *suite, int64_t id,
		       int64_t run, const struct run_facts *facts,
		       struct ep_junit_cursor cursor[2], struct ep_err *err)
{
	const char *unit = ep_db_col_text(suite, 0);

	open_suite(xml, suite, id, run, facts);
	if (write_cases(xml, &cursor[0], unit, err) ||
	    write_cases(xml, &cursor[1], unit, err))
		return err->code;
	ep_xml_leaf(xml, "system-out", NULL);
	ep_xml_leaf(xml, "system-err", NULL);
	ep_xml_close(xml);
	return 0;
}

/* A suite has five elements of its own, a case one or two. */
static bool fits(const struct ep_report_out *out, struct ep_stmt *suite,
		 struct omitted *omitted)
{
	int64_t more = 5 + 2 * ep_db_col_int(suite, 2);

	if (omitted->suites == 0 && out->bytes < BYTES_MAX &&
	    omitted->elements + more < ELEMENTS_MAX) {
		omitted->elements += more;
		return true;
	}
	omitted->suites++;
	omitted->tests += ep_db_col_int(suite, 2);
	omitted->failures += ep_db_col_int(suite, 3);
	omitted->errors += ep_db_col_int(suite, 4);
	return false;
}

/* What is not in the file must not look clean. */
static void write_omitted(struct ep_xml *xml, int64_t id, int64_t run,
			  const struct run_facts *facts,
			  const struct omitted *omitted)
{
	char message[512];

	snprintf(message, sizeof(message),
		 "%" PRId64 " suites with %" PRId64 " cases, %" PRId64
		 " failures and %" PRId64 " errors are not in this file, since "
		 "readers refuse larger ones; --report junit=FOLDER/ writes "
		 "one file per customer",
		 omitted->suites, omitted->tests, omitted->failures,
		 omitted->errors);
	start_suite(xml, &(struct suite_counts){ .name = "exitproof",
						 .package = "exitproof",
						 .tests = 1, .errors = 1 },
		    id, run, facts);
	ep_xml_open(xml, "testcase");
	ep_xml_attr(xml, "name", "everything is in this file");
	ep_xml_attr(xml, "classname", "exitproof.report");
	ep_xml_attr(xml, "time", "0.000");
	ep_xml_open(xml, "error");
	ep_xml_attr(xml, "type", "report.cut");
	ep_xml_attr(xml, "message", message);
	ep_xml_text(xml, message);
	ep_xml_close(xml);
	ep_xml_close(xml);
	ep_xml_leaf(xml, "system-out", NULL);
	ep_xml_leaf(xml, "system-err", NULL);
	ep_xml_close(xml);
}

static int pass_suite(struct ep_junit_cursor cursor[2], const char *unit,
		      struct ep_err *err)
{
	int rc = skip_cases(&cursor[0], unit, err);

	return rc ? rc : skip_cases(&cursor[1], unit, err);
}

static int write_suites(struct ep_xml *xml, struct ep_db *db, int64_t run,
			const char *customer, struct ep_report_out *out,
			struct ep_err *err)
{
	struct ep_junit_cursor cursor[2] = { { .out = out }, { .out = out } };
	struct run_facts facts = { .ms = 0 };
	struct omitted omitted = { .suites = 0 };
	struct ep_stmt *suite = NULL;
	bool row = false;
	int64_t id = 0;
	int rc;

	rc = read_run(db, run, &facts, err);
	if (rc == 0)
		rc = ep_junit_results(db, run, &cursor[0], err);
	if (rc == 0)
		rc = ep_junit_coverage(db, &cursor[1], err);
	if (rc == 0)
		rc = ep_db_prepare(db, suites_sql, &suite, err);
	if (rc == 0)
		ep_db_int(suite, 1, run);
	while (rc == 0 && (rc = ep_db_step(suite, &row, err)) == 0 && row) {
		const char *unit = ep_db_col_text(suite, 0);

		if (wanted(suite, customer) && fits(out, suite, &omitted))
			rc = write_suite(xml, suite, id++, run, &facts, cursor,
					 err);
		else
			rc = pass_suite(cursor, unit, err);
	}
	if (rc == 0 && omitted.suites)
		write_omitted(xml, id, run, &facts, &omitted);
	ep_db_done(suite);
	ep_junit_cursor_release(&cursor[0]);
	ep_junit_cursor_release(&cursor[1]);
	return rc;
}

int ep_junit_write(struct ep_store *store, int64_t run, const char *customer,
		   struct ep_report_out *out, struct ep_err *err)
{
	struct ep_db *db = ep_store_db(store);
	struct ep_xml *xml;
	struct ep_err late = EP_ERR_INIT;
	int rc;

	xml = ep_xml_new(EP_XML_DOCUMENT, ep_report_out_write, out);
	ep_xml_open(xml, "testsuites");
	rc = write_suites(xml, db, run, customer, out, err);
	if (ep_xml_end(xml, &late) && rc == 0) {
		*err = out->err.code ? out->err : late;
		rc = err->code;
	}
	return rc;
}

static int write_file(struct ep_store *store, int64_t run, const char *folder,
		      const char *customer, struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf name = EP_BUF_INIT(256);
	EP_AUTO_FREE char *path = NULL;
	struct ep_report_out out;
	int rc;

	ep_buf_addf(&name, "%s.xml", *customer ? customer : "_unclaimed");
	path = ep_file_join(folder, name.s);
	rc = ep_report_out_open(&out, path, err);
	if (rc)
		return rc;
	rc = ep_junit_write(store, run, customer, &out, err);
	return ep_report_out_close(&out, rc, err);
}

int ep_junit_folder(struct ep_store *store, int64_t run, const char *folder,
		    struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_file_mkdirs(folder, 0750, err);

	if (rc == 0)
		rc = ep_db_prepare(ep_store_db(store),
				   "SELECT coalesce(customer, '') FROM"
				   " main.result_log WHERE first_run <= ?1 AND"
				   " (end_run IS NULL OR end_run > ?1) UNION"
				   " SELECT coalesce(customer, '')"
				   " FROM temp.coverage UNION SELECT ''"
				   " ORDER BY 1",
				   &stmt, err);
	if (rc == 0)
		ep_db_int(stmt, 1, run);
	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row)
		rc = write_file(store, run, folder, ep_db_col_text(stmt, 0),
				err);
	ep_db_done(stmt);
	return rc;
}
