/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report as one JSON document: the page's head, then each section with its
 * columns and rows.
 */
#include <inttypes.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "ext/db.h"
#include "ext/json.h"
#include "report/data.h"
#include "report/layout.h"
#include "report/out.h"
#include "report/page.h"

static void add_text(struct ep_buf *buf, const char *name, const char *value)
{
	ep_buf_addf(buf, "\"%s\":", name);
	if (value)
		ep_json_quote_shown(buf, value);
	else
		ep_buf_adds(buf, "null");
	ep_buf_addc(buf, ',');
}

static void add_number(struct ep_buf *buf, const char *name, int64_t value)
{
	ep_buf_addf(buf, "\"%s\":%" PRId64 ",", name, value);
}

static void add_head(struct ep_buf *buf, const struct ep_layout *layout,
		     const struct ep_page *page)
{
	static const char *const verdict[] = { "clean", "findings",
					       "undecided" };
	char time[EP_TIME_TEXT];

	ep_buf_adds(buf, "{");
	add_number(buf, "version", EP_REPORT_JSON_VERSION);
	add_text(buf, "report", layout->id);
	add_text(buf, "title", layout->title);
	add_text(buf, "verdict", verdict[page->verdict]);
	add_text(buf, "sentence", page->sentence);
	add_text(buf, "banner", ep_page_banner(page));
	add_text(buf, "customer", page->customer);
	add_number(buf, "run", page->run);
	add_text(buf, "started_at", ep_time_format(page->started_at, time));
	add_text(buf, "program", page->program);
	add_text(buf, "config_sha256", page->config_sha256);
	add_text(buf, "rules_sha256", page->rules_sha256);
	ep_buf_addf(buf, "\"redacted\":%s,",
		    page->redacted ? "true" : "false");
	add_number(buf, "datasets", page->datasets);
	add_number(buf, "datasets_not_complete", page->datasets_bad);
	add_number(buf, "undecided", page->undecided);
	add_number(buf, "findings_open", page->open);
	ep_buf_adds(buf, "\"sections\":[");
}

static void add_cell(struct ep_buf *buf, struct ep_stmt *stmt, int i)
{
	if (ep_db_col_null(stmt, i))
		ep_buf_adds(buf, "null");
	else if (ep_db_col_type(stmt, i) == EP_DB_INT)
		ep_buf_addf(buf, "%" PRId64, ep_db_col_int(stmt, i));
	else
		ep_json_quote_shown(buf, ep_db_col_text(stmt, i));
}

static int add_rows(struct ep_buf *buf, struct ep_stmt *stmt,
		    struct ep_report_out *out, struct ep_err *err)
{
	int n = ep_db_cols(stmt);
	bool row = false, first = true;
	int rc;

	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		ep_buf_adds(buf, first ? "\n[" : ",\n[");
		first = false;
		for (int i = 0; i < n; i++) {
			if (i)
				ep_buf_addc(buf, ',');
			add_cell(buf, stmt, i);
		}
		ep_buf_adds(buf, "]");
		ep_report_out_write(out, buf->s, buf->len);
		ep_buf_clear(buf);
	}
	return rc;
}

static int add_section(struct ep_buf *buf, struct ep_store *store,
		       const struct ep_page *page,
		       const struct ep_section *section,
		       struct ep_report_out *out, struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	int rc = ep_page_query(store, page, section, &stmt, err);

	if (rc)
		return rc;
	ep_buf_adds(buf, "\n{");
	add_text(buf, "id", section->id);
	add_text(buf, "title", section->title);
	ep_buf_adds(buf, "\"columns\":[");
	for (int i = 0; i < ep_db_cols(stmt); i++) {
		if (i)
			ep_buf_addc(buf, ',');
		ep_json_quote_shown(buf, ep_db_col_name(stmt, i));
	}
	ep_buf_adds(buf, "],\"rows\":[");
	rc = add_rows(buf, stmt, out, err);
	ep_buf_adds(buf, "]}");
	ep_db_done(stmt);
	return rc;
}

int ep_json_report_write(struct ep_store *store, const struct ep_layout *layout,
			 const struct ep_page *page, struct ep_report_out *out,
			 struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf buf;
	int rc = 0;

	ep_buf_init(&buf, EP_PAGE_BYTES_MAX);
	add_head(&buf, layout, page);
	for (size_t i = 0; rc == 0 && i < layout->sections.n; i++) {
		if (i)
			ep_buf_addc(&buf, ',');
		rc = add_section(&buf, store, page, &layout->sections.v[i],
				 out, err);
	}
	ep_buf_adds(&buf, "]}\n");
	ep_report_out_write(out, buf.s, buf.len);
	return rc;
}
