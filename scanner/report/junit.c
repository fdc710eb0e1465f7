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
#include "base/map.h"
#include "ext/db.h"
#include "ext/xml.h"
#include "report/junit_case.h"
#include "report/junit_stale.h"
#include "report/out.h"
#include "store/store.h"

/* Everything that has a case for one customer, counted per suite: a suite
 * states its counts before its cases. */
static const char suites_sql[] =
	"SELECT unit, max(customer), count(*), sum(bad = 1), sum(bad = 2),"
	" sum(bad = 3) FROM ("
	"SELECT l.unit, l.customer, CASE l.result WHEN 'PASS' THEN 0"
	" WHEN 'FAIL' THEN 1 WHEN 'UNDECIDED' THEN 2 ELSE 3 END AS bad"
	" FROM temp.junit_customer c CROSS JOIN main.result_log l"
	" ON l.customer IS c.id WHERE c.n = ?2 AND l.first_run <= ?1"
	" AND (l.end_run IS NULL OR l.end_run > ?1)"
	" UNION ALL SELECT v.tenant, v.customer,"
	" CASE WHEN v.status = 'complete' AND NOT v.stale THEN 0 ELSE 2 END"
	" FROM temp.junit_customer c CROSS JOIN temp.coverage v"
	" ON v.customer IS c.id WHERE c.n = ?2) GROUP BY unit ORDER BY unit";

/* Whoever has results or tenancies, and nobody, who comes first.  Suites are
 * written customer by customer: so many results are sorted at a time.  The
 * numbers are what queries are asked with, since names may be pseudonyms. */
static const char customers_sql[] =
	"DROP TABLE IF EXISTS temp.junit_customer;"
	"CREATE TEMP TABLE junit_customer(n INTEGER PRIMARY KEY, id TEXT);"
	"INSERT INTO temp.junit_customer(id) WITH RECURSIVE c(id) AS ("
	"SELECT min(customer) FROM main.result_log UNION ALL SELECT"
	" (SELECT min(l.customer) FROM main.result_log l"
	" WHERE l.customer > c.id) FROM c WHERE c.id IS NOT NULL)"
	" SELECT id FROM c UNION SELECT customer FROM main.tenancy"
	" UNION SELECT NULL ORDER BY 1;";

/* GitLab refuses a file of 30 MB or 250,000 elements as a whole.  A suite
 * that begins below these ends below those: see FILE_BYTES_LARGE. */
#define BYTES_MAX ((size_t)24 * 1024 * 1024)
#define ELEMENTS_MAX 240000

struct run_facts {
	char timestamp[EP_TIME_TEXT];
	char host[256];
	int64_t ms;
	bool testing;
};

/* One file. */
struct book {
	struct ep_db *db;
	struct ep_xml *xml;
	struct ep_report_out *out;
	int64_t run;
	struct run_facts facts;
	int64_t suites;		/* written so far */
	int64_t elements;
	struct {
		int64_t suites, tests, failures, errors;
	} omitted;		/* what did not fit */
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

static void start_suite(struct book *book, const struct suite_counts *counts)
{
	const struct run_facts *facts = &book->facts;
	struct ep_xml *xml = book->xml;
	char number[32];

	ep_xml_open(xml, "testsuite");
	ep_xml_attr(xml, "name", counts->name);
	ep_xml_attr(xml, "package", counts->package);
	ep_xml_attrf(xml, "id", "%" PRId64, book->suites++);
	ep_xml_attr(xml, "timestamp", facts->timestamp);
	ep_xml_attr(xml, "hostname", *facts->host ? facts->host : "localhost");
	ep_xml_attrf(xml, "tests", "%" PRId64, counts->tests);
	ep_xml_attrf(xml, "failures", "%" PRId64, counts->failures);
	ep_xml_attrf(xml, "errors", "%" PRId64, counts->errors);
	ep_xml_attrf(xml, "skipped", "%" PRId64, counts->skipped);
	ep_xml_attrf(xml, "time", "%" PRId64 ".%03" PRId64, facts->ms / 1000,
		     facts->ms % 1000);
	ep_xml_open(xml, "properties");
	snprintf(number, sizeof(number), "%" PRId64, book->run);
	property(xml, "run", number);
	property(xml, "decided", counts->errors ? "no" : "yes");
	if (facts->testing)
		property(xml, "testing",
			 "made under testing: settings; no evidence");
	ep_xml_close(xml);
}

static void end_suite(struct ep_xml *xml)
{
	ep_xml_leaf(xml, "system-out", NULL);
	ep_xml_leaf(xml, "system-err", NULL);
	ep_xml_close(xml);
}

/* Moves on when the cursor's unit is this suite's, and writes its case. */
static int write_cases(struct book *book, struct ep_junit_cursor *cursor,
		       const char *unit, struct ep_err *err)
{
	while (cursor->row && strcmp(ep_db_col_text(cursor->stmt, 0), unit) == 0) {
		if (cursor->write(book->xml, cursor, err))
			return err->code;
		if (ep_db_step(cursor->stmt, &cursor->row, err))
			return err->code;
	}
	return 0;
}

/* A suite has five elements of its own, a case one or two.  After the first
 * that does not fit none does: what is missing is then one end of the list. */
static bool fits(struct book *book, const struct suite_counts *counts)
{
	int64_t more = 5 + 2 * counts->tests;

	if (book->omitted.suites == 0 && book->out->bytes < BYTES_MAX &&
	    book->elements + more < ELEMENTS_MAX) {
		book->elements += more;
		return true;
	}
	book->omitted.suites++;
	book->omitted.tests += counts->tests;
	book->omitted.failures += counts->failures;
	book->omitted.errors += counts->errors;
	return false;
}

static int write_suite(struct book *book, struct ep_stmt *suite,
		       struct ep_junit_cursor cursor[2], struct ep_err *err)
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
	int rc;

	if (!fits(book, &counts))
		return 0;
	start_suite(book, &counts);
	rc = write_cases(book, &cursor[0], counts.name, err);
	if (rc == 0)
		rc = write_cases(book, &cursor[1], counts.name, err);
	end_suite(book->xml);
	return rc;
}

/* Suites are merged with their cases; those that are left out have none to
 * be found. */
static int write_suites(struct book *book, struct ep_stmt *suite, int64_t n,
			struct ep_err *err)
{
	struct ep_junit_cursor cursor[2] = { { .out = book->out },
					     { .out = book->out } };
	bool row = true, cases = !book->omitted.suites;
	int rc = 0;

	if (cases)
		rc = ep_junit_results(book->db, book->run, n, &cursor[0], err);
	if (cases && rc == 0)
		rc = ep_junit_coverage(book->db, n, &cursor[1], err);
	while (rc == 0 && row) {
		rc = write_suite(book, suite, cursor, err);
		if (rc == 0)
			rc = ep_db_step(suite, &row, err);
	}
	ep_junit_cursor_release(&cursor[0]);
	ep_junit_cursor_release(&cursor[1]);
	return rc;
}

/* n: of junit_customer. */
static int write_customer(struct book *book, int64_t n, struct ep_err *err)
{
	struct ep_stmt *suite = NULL;
	bool row = false;
	int rc = ep_db_prepare(book->db, suites_sql, &suite, err);

	if (rc)
		return rc;
	ep_db_int(suite, 1, book->run);
	ep_db_int(suite, 2, n);
	rc = ep_db_step(suite, &row, err);
	if (rc == 0 && row)
		rc = write_suites(book, suite, n, err);
	ep_db_done(suite);
	return rc;
}

/* What is not in the file must not look clean: a suite with one error. */
static void write_error(struct book *book, const char *name, const char *type,
			const char *message)
{
	struct ep_xml *xml = book->xml;

	start_suite(book, &(struct suite_counts){ .name = "exitproof",
						  .package = "exitproof",
						  .tests = 1, .errors = 1 });
	ep_xml_open(xml, "testcase");
	ep_xml_attr(xml, "name", name);
	ep_xml_attr(xml, "classname", "exitproof.report");
	ep_xml_attr(xml, "time", "0.000");
	ep_xml_open(xml, "error");
	ep_xml_attr(xml, "type", type);
	ep_xml_attr(xml, "message", message);
	ep_xml_text(xml, message);
	ep_xml_close(xml);
	ep_xml_close(xml);
	end_suite(xml);
}

static void write_omitted(struct book *book)
{
	char message[512];

	snprintf(message, sizeof(message),
		 "%" PRId64 " suites with %" PRId64 " cases, %" PRId64
		 " failures and %" PRId64 " errors are not in this file, since "
		 "readers refuse larger ones; --report junit=FOLDER/ writes "
		 "one file per customer",
		 book->omitted.suites, book->omitted.tests,
		 book->omitted.failures, book->omitted.errors);
	write_error(book, "everything is in this file", "report.cut", message);
}

/* Readers take a file without a case for one without a fault. */
static void write_nothing(struct book *book)
{
	if (book->suites == 0 && book->omitted.suites == 0)
		write_error(book, "something was looked at", "report.nothing",
			    "the run has neither a result nor a dataset here, "
			    "so nothing is known to be right");
}

/* customer NULL: all of them. */
static int write_wanted(struct book *book, const char *customer,
			struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_db_prepare(book->db,
			       "SELECT n FROM temp.junit_customer WHERE"
			       " ?1 IS NULL OR id IS nullif(?1, '')"
			       " ORDER BY n", &stmt, err);

	if (rc)
		return rc;
	ep_db_text(stmt, 1, customer);
	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row)
		rc = write_customer(book, ep_db_col_int(stmt, 0), err);
	ep_db_done(stmt);
	return rc;
}

static int begin(struct book *book, struct ep_report_out *out,
		 struct ep_err *err)
{
	book->out = out;
	book->xml = ep_xml_new(EP_XML_DOCUMENT, ep_report_out_write, out);
	ep_xml_open(book->xml, "testsuites");
	return read_run(book->db, book->run, &book->facts, err);
}

static int finish(struct book *book, int rc, struct ep_err *err)
{
	struct ep_err late = EP_ERR_INIT;

	if (rc == 0 && book->omitted.suites)
		write_omitted(book);
	if (ep_xml_end(book->xml, &late) && rc == 0) {
		*err = book->out->err.code ? book->out->err : late;
		rc = err->code;
	}
	return rc;
}

int ep_junit_write(struct ep_store *store, int64_t run, const char *customer,
		   struct ep_report_out *out, struct ep_err *err)
{
	struct book book = { .db = ep_store_db(store), .run = run };
	int rc = ep_store_temp(store, customers_sql, err);

	if (rc)
		return rc;
	rc = begin(&book, out, err);
	if (rc == 0)
		rc = write_wanted(&book, customer, err);
	if (rc == 0)
		write_nothing(&book);
	return finish(&book, rc, err);
}

/* That nothing is unclaimed is no fault where there is another file. */
static int write_file(struct ep_store *store, int64_t run, const char *folder,
		      struct ep_stmt *customer, struct ep_map *written,
		      struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf name = EP_BUF_INIT(256);
	struct book book = { .db = ep_store_db(store), .run = run };
	const char *id = ep_db_col_text(customer, 1);
	EP_AUTO_FREE char *path = NULL;
	struct ep_report_out out;
	int rc;

	ep_buf_addf(&name, "%s.xml", id ? id : "_unclaimed");
	ep_map_set(written, name.s, written);
	path = ep_file_join(folder, name.s);
	rc = ep_report_out_open(&out, path, err);
	if (rc)
		return rc;
	rc = begin(&book, &out, err);
	if (rc == 0)
		rc = write_customer(&book, ep_db_col_int(customer, 0), err);
	if (rc == 0 && ep_db_col_int(customer, 2) == 1)
		write_nothing(&book);
	rc = finish(&book, rc, err);
	return ep_report_out_close(&out, rc, err);
}

int ep_junit_folder(struct ep_store *store, int64_t run, const char *folder,
		    struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	struct ep_map written;
	bool row = false;
	int rc = ep_file_mkdirs(folder, 0750, err);

	ep_map_init(&written);
	if (rc == 0)
		rc = ep_store_temp(store, customers_sql, err);
	/* A customer who is gone has no file in a night that he was not in, and
	 * his of an earlier one goes. */
	if (rc == 0)
		rc = ep_db_prepare(ep_store_db(store),
				   "SELECT c.n, c.id, count(*) OVER ()"
				   " FROM temp.junit_customer c"
				   " WHERE c.id IS NULL OR EXISTS (SELECT 1"
				   " FROM main.result_log l"
				   " WHERE l.customer = c.id"
				   " AND l.first_run <= ?1 AND (l.end_run IS"
				   " NULL OR l.end_run > ?1)) OR EXISTS"
				   " (SELECT 1 FROM temp.coverage v WHERE"
				   " v.customer = c.id) ORDER BY c.n",
				   &stmt, err);
	if (rc == 0)
		ep_db_int(stmt, 1, run);
	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row)
		rc = write_file(store, run, folder, stmt, &written, err);
	ep_db_done(stmt);
	if (rc == 0)
		rc = ep_junit_stale(folder, &written, err);
	ep_map_release(&written, NULL);
	return rc;
}
