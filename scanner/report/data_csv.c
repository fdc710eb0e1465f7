/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first section of a report as CSV.
 */
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "ext/db.h"
#include "report/data.h"
#include "report/layout.h"
#include "report/out.h"
#include "report/page.h"

/* Spreadsheets also take the full-width forms of = + - @ for formulas. */
static bool formula(const char *s)
{
	static const char *const wide[] = { "\uff1d", "\uff0b", "\uff0d",
					    "\uff20", NULL };

	if (*s && strchr("=+-@\t\r\n", *s))
		return true;
	for (int i = 0; wide[i]; i++)
		if (ep_str_starts(s, wide[i]))
			return true;
	return false;
}

static void add_cell(struct ep_buf *buf, const char *s)
{
	ep_buf_addc(buf, '"');
	if (formula(s))
		ep_buf_addc(buf, '\'');
	for (; *s; s++) {
		if (*s == '"')
			ep_buf_addc(buf, '"');
		ep_buf_addc(buf, *s);
	}
	ep_buf_addc(buf, '"');
}

static void add_row(struct ep_buf *buf, struct ep_stmt *stmt, bool head)
{
	const char *s;

	for (int i = 0; i < ep_db_cols(stmt); i++) {
		if (i)
			ep_buf_addc(buf, ',');
		s = head ? ep_db_col_name(stmt, i) : ep_db_col_text(stmt, i);
		add_cell(buf, s ? s : "");
	}
	ep_buf_adds(buf, "\r\n");
}

int ep_csv_rows(struct ep_stmt *stmt, struct ep_report_out *out,
		int64_t *ret_rows, struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf buf =
		EP_BUF_INIT(EP_PAGE_BYTES_MAX);
	bool row = false;
	int64_t rows = 0;
	int rc;

	add_row(&buf, stmt, true);
	while ((rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		add_row(&buf, stmt, false);
		ep_report_out_write(out, buf.s, buf.len);
		ep_buf_clear(&buf);
		rows++;
	}
	ep_report_out_write(out, buf.s, buf.len);
	if (ret_rows)
		*ret_rows = rows;
	return rc;
}

int ep_csv_report_write(struct ep_store *store, const struct ep_layout *layout,
			const struct ep_page *page, struct ep_report_out *out,
			struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	int rc = ep_page_query(store, page, &layout->sections.v[0], &stmt, err);

	if (rc == 0)
		rc = ep_csv_rows(stmt, out, NULL, err);
	ep_db_done(stmt);
	return rc;
}
