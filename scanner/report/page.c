/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The head of every report.
 */
#include "report/page.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "ext/db.h"
#include "report/layout.h"
#include "report/report.h"
#include "store/store.h"

static void copy(char *to, size_t max, const char *from)
{
	size_t n = from ? strlen(from) : 0;

	if (n >= max)
		n = ep_utf8_cut(from, max - 1);
	if (n)
		memcpy(to, from, n);
	to[n] = '\0';
}

static void bind(struct ep_stmt *stmt, const struct ep_page *page)
{
	int i = ep_db_param(stmt, ":run");

	if (i)
		ep_db_int(stmt, i, page->run);
	i = ep_db_param(stmt, ":previous");
	if (i)
		ep_db_int(stmt, i, page->previous);
	i = ep_db_param(stmt, ":customer");
	if (i)
		ep_db_text(stmt, i, page->customer);
	i = ep_db_param(stmt, ":redacted");
	if (i)
		ep_db_int(stmt, i, page->redacted);
	i = ep_db_param(stmt, ":framework");
	if (i)
		ep_db_text(stmt, i, page->framework);
	i = ep_db_param(stmt, ":seed");
	if (i)
		ep_db_text(stmt, i, page->seed);
	i = ep_db_param(stmt, ":sample");
	if (i)
		ep_db_int(stmt, i, page->sample);
}

void ep_page_ask(struct ep_page *page, const struct ep_report_options *options,
		 const struct ep_layout *layout)
{
	if (options->seed)
		page->seed = options->seed;
	if (options->sample > 0)
		page->sample = options->sample;
	page->redacted = options->redact;
	page->framework = layout ? layout->framework : NULL;
}

/* A page of one customer does not ask whether there is one: with the choice
 * in it, SQLite would pass over the rows of all customers for each page. */
#define ANY_CUSTOMER ":customer IS NULL OR "

static void for_page(const struct ep_page *page, const char *sql,
		     struct ep_buf *out)
{
	const char *any;

	while (page->customer && (any = strstr(sql, ANY_CUSTOMER))) {
		ep_buf_add(out, sql, (size_t)(any - sql));
		sql = any + strlen(ANY_CUSTOMER);
	}
	ep_buf_adds(out, sql);
}

int ep_page_prepare(struct ep_store *store, const struct ep_page *page,
		    const char *sql, struct ep_stmt **ret, struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf text =
		EP_BUF_INIT(EP_DB_SQL_BYTES_MAX);

	for_page(page, sql, &text);
	if (text.overflow)
		return ep_err_set(err, EP_ELIMIT, "SQL text above %d bytes "
				  "(EP_DB_SQL_BYTES_MAX)",
				  EP_DB_SQL_BYTES_MAX);
	if (ep_db_prepare(ep_store_db(store), text.s, ret, err))
		return err->code;
	bind(*ret, page);
	return 0;
}

static int read_row(struct ep_store *store, struct ep_page *page,
		    const char *sql, struct ep_stmt **ret, struct ep_err *err)
{
	bool row = false;
	int rc = ep_page_prepare(store, page, sql, ret, err);

	if (rc)
		return rc;
	rc = ep_db_step(*ret, &row, err);
	if (rc == 0 && !row)
		rc = ep_err_set(err, EP_ENOENT,
				"run %" PRId64 " was never checked",
				page->run);
	if (rc) {
		ep_db_done(*ret);
		*ret = NULL;
	}
	return rc;
}

static int read_run(struct ep_store *store, struct ep_page *page,
		    struct ep_err *err)
{
	struct ep_stmt *stmt;

	if (read_row(store, page,
		     "SELECT r.started_at, coalesce(r.ended_at, c.at),"
		     " r.testing, r.clock_fixed, r.program, r.host,"
		     " r.config_sha256, c.rules_sha256,"
		     " coalesce((SELECT max(p.run) FROM main.check_run p"
		     " WHERE p.run < c.run), 0)"
		     " FROM main.check_run c JOIN main.run r ON r.id = c.run"
		     " WHERE c.run = :run",
		     &stmt, err))
		return err->code;
	page->started_at = ep_db_col_int(stmt, 0);
	page->ended_at = ep_db_col_int(stmt, 1);
	page->testing = ep_db_col_int(stmt, 2) != 0;
	page->clock_fixed = ep_db_col_int(stmt, 3) != 0;
	copy(page->program, sizeof(page->program), ep_db_col_text(stmt, 4));
	copy(page->host, sizeof(page->host), ep_db_col_text(stmt, 5));
	copy(page->config_sha256, sizeof(page->config_sha256),
	     ep_db_col_text(stmt, 6));
	copy(page->rules_sha256, sizeof(page->rules_sha256),
	     ep_db_col_text(stmt, 7));
	page->previous = ep_db_col_int(stmt, 8);
	ep_db_done(stmt);
	return 0;
}

static int read_name(struct ep_store *store, struct ep_page *page,
		     struct ep_err *err)
{
	struct ep_stmt *stmt;

	if (read_row(store, page,
		     "SELECT coalesce((SELECT name FROM temp.customer WHERE"
		     " CASE WHEN :customer IS NULL THEN msp"
		     " ELSE customer = :customer END LIMIT 1),"
		     " :customer, 'fleet')",
		     &stmt, err))
		return err->code;
	copy(page->name, sizeof(page->name), ep_db_col_text(stmt, 0));
	ep_db_done(stmt);
	return 0;
}

static int read_results(struct ep_store *store, struct ep_page *page,
			struct ep_err *err)
{
	struct ep_stmt *stmt;

	if (read_row(store, page,
		     "SELECT coalesce(sum(result = 'PASS'), 0),"
		     " coalesce(sum(result = 'FAIL'), 0),"
		     " coalesce(sum(result = 'UNDECIDED'), 0),"
		     " coalesce(sum(result = 'EMPTY'), 0),"
		     " coalesce(sum(result = 'WAIVED'), 0),"
		     " coalesce(sum(result = 'NOT-APPLICABLE'), 0)"
		     " FROM main.result_log WHERE first_run <= :run"
		     " AND (end_run IS NULL OR end_run > :run)"
		     " AND (:customer IS NULL OR customer = :customer)",
		     &stmt, err))
		return err->code;
	page->pass = ep_db_col_int(stmt, 0);
	page->fail = ep_db_col_int(stmt, 1);
	page->undecided = ep_db_col_int(stmt, 2);
	page->empty = ep_db_col_int(stmt, 3);
	page->waived = ep_db_col_int(stmt, 4);
	page->not_applicable = ep_db_col_int(stmt, 5);
	ep_db_done(stmt);
	return 0;
}

static int read_findings(struct ep_store *store, struct ep_page *page,
			 struct ep_err *err)
{
	struct ep_stmt *stmt;

	if (read_row(store, page,
		     "SELECT coalesce(sum(NOT waived), 0),"
		     " coalesce(sum(NOT waived AND severity = 'critical'), 0),"
		     " (SELECT count(*) FROM main.finding f"
		     " CROSS JOIN main.finding_event e USING (fingerprint)"
		     " WHERE e.run = :run AND e.event IN ('open', 'came_back')"
		     " AND (:customer IS NULL OR f.customer = :customer)),"
		     " (SELECT count(*) FROM main.finding f"
		     " CROSS JOIN main.finding_event e USING (fingerprint)"
		     " WHERE e.run = :run AND e.event = 'fixed'"
		     " AND NOT EXISTS (SELECT 1 FROM main.finding_event w"
		     " WHERE w.fingerprint = e.fingerprint"
		     " AND w.run = e.run AND w.event = 'withdrawn')"
		     " AND (:customer IS NULL OR f.customer = :customer))"
		     " FROM temp.open_finding"
		     " WHERE :customer IS NULL OR customer = :customer",
		     &stmt, err))
		return err->code;
	page->open = ep_db_col_int(stmt, 0);
	page->open_critical = ep_db_col_int(stmt, 1);
	page->opened = ep_db_col_int(stmt, 2);
	page->fixed = ep_db_col_int(stmt, 3);
	ep_db_done(stmt);
	return 0;
}

static int read_datasets(struct ep_store *store, struct ep_page *page,
			 struct ep_err *err)
{
	struct ep_stmt *stmt;

	if (read_row(store, page,
		     "SELECT count(*), coalesce(sum(status <> 'complete'"
		     " OR stale), 0) FROM temp.coverage"
		     " WHERE :customer IS NULL OR customer = :customer",
		     &stmt, err))
		return err->code;
	page->datasets = ep_db_col_int(stmt, 0);
	page->datasets_bad = ep_db_col_int(stmt, 1);
	ep_db_done(stmt);
	return 0;
}

/* Clean needs that something was read and something was decided. */
static void judge(struct ep_page *page)
{
	int64_t good = page->datasets - page->datasets_bad;
	char coverage[128];

	snprintf(coverage, sizeof(coverage),
		 "%" PRId64 " of %" PRId64 " dataset%s %s read completely",
		 good, page->datasets, EP_S(page->datasets),
		 good == 1 ? "was" : "were");
	if (page->undecided || page->datasets_bad || page->datasets == 0 ||
	    page->pass + page->fail + page->waived == 0) {
		page->verdict = EP_VERDICT_UNDECIDED;
		snprintf(page->sentence, sizeof(page->sentence),
			 "Not everything could be decided: %s, %" PRId64
			 " result%s %s undecided, %" PRId64
			 " finding%s %s open.",
			 coverage, page->undecided, EP_S(page->undecided),
			 EP_ARE(page->undecided), page->open,
			 EP_S(page->open), EP_ARE(page->open));
	} else if (page->fail || page->open) {
		page->verdict = EP_VERDICT_FINDINGS;
		snprintf(page->sentence, sizeof(page->sentence),
			 "Everything was decided and %" PRId64
			 " finding%s %s open; %s.",
			 page->open, EP_S(page->open), EP_ARE(page->open),
			 coverage);
	} else {
		page->verdict = EP_VERDICT_CLEAN;
		snprintf(page->sentence, sizeof(page->sentence),
			 "Nothing is wrong and everything was decided; %s.",
			 coverage);
	}
}

int ep_page_read(struct ep_store *store, int64_t run, const char *customer,
		 struct ep_page *ret, struct ep_err *err)
{
	*ret = (struct ep_page){ .run = run, .customer = customer,
				 .seed = EP_SEED_DEFAULT,
				 .sample = EP_SAMPLE_DEFAULT };
	if (read_run(store, ret, err) || read_name(store, ret, err) ||
	    read_results(store, ret, err) || read_findings(store, ret, err) ||
	    read_datasets(store, ret, err))
		return err->code;
	judge(ret);
	return 0;
}

int ep_page_query(struct ep_store *store, const struct ep_page *page,
		  const struct ep_section *section, struct ep_stmt **ret,
		  struct ep_err *err)
{
	if (ep_page_prepare(store, page, section->sql, ret, err))
		return ep_err_context(err, "section '%s'", section->id);
	return 0;
}

const char *ep_page_banner(const struct ep_page *page)
{
	if (!page->testing)
		return NULL;
	return page->clock_fixed ?
		       "Made under testing: settings and with a pretended "
		       "clock. This is no evidence." :
		       "Made under testing: settings. This is no evidence.";
}

const char *ep_page_tone(const char *word, const char **ret_shape)
{
	static const struct {
		const char *word;
		const char *tone;
		const char *shape;
	} known[] = {
		{ "PASS", "good", "\u2713" },
		{ "complete", "good", "\u2713" },
		{ "fixed", "good", "\u2713" },
		{ "not complete", "warn", "?" },
		{ "FAIL", "bad", "\u2715" },
		{ "critical", "bad", "\u25b2" },
		{ "high", "bad", "\u25b3" },
		{ "failed", "bad", "\u2715" },
		{ "denied", "bad", "\u2715" },
		{ "came_back", "bad", "\u21ba" },
		{ "open", "bad", "\u25cf" },
		{ "UNDECIDED", "warn", "?" },
		{ "partial", "warn", "\u25d0" },
		{ "held", "warn", "\u25d0" },
		{ "stale", "warn", "\u29d6" },
		{ "missing", "warn", "?" },
		{ "skipped", "warn", "\u2013" },
		{ "medium", "warn", "\u25c6" },
		{ "low", "info", "\u25c7" },
		{ "info", "info", "i" },
		{ "EMPTY", "off", "\u25cb" },
		{ "WAIVED", "off", "\u25a1" },
		{ "NOT-APPLICABLE", "off", "\u2013" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (ep_str_eq(word, known[i].word)) {
			*ret_shape = known[i].shape;
			return known[i].tone;
		}
	return NULL;
}
