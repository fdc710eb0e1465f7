/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Populations for an auditor: a folder with one CSV file per section, what it
 * was made from beside it, and a list of hashes.  A file is renamed into
 * place when it is whole; the list of hashes comes last, so a folder whose
 * list fits is whole.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "ext/crypto.h"
#include "ext/db.h"
#include "report/data.h"
#include "report/json_out.h"
#include "report/layout.h"
#include "report/out.h"
#include "report/page.h"

struct folder {
	struct ep_store *store;
	const struct ep_layout *layout;
	const struct ep_page *page;
	const char *path;
	struct ep_buf sums;
};

/* What one file of the folder is called, how long it is, its hash. */
struct written {
	char name[80];
	char sha256[65];
	int64_t rows;
};

static int open_file(const struct folder *folder, const char *name,
		     struct ep_report_out *out, struct ep_err *err)
{
	EP_AUTO_FREE char *path = ep_file_join(folder->path, name);
	int rc = ep_report_out_open(out, path, err);

	if (rc == 0)
		ep_report_out_hash(out);
	return rc;
}

static int close_file(struct folder *folder, struct ep_report_out *out,
		      int rc, struct written *file, struct ep_err *err)
{
	if (rc == 0)
		ep_report_out_digest(out, file->sha256);
	rc = ep_report_out_close(out, rc, err);
	if (rc == 0)
		ep_buf_addf(&folder->sums, "%s  %s\n", file->sha256,
			    file->name);
	return rc;
}

static void add_columns(struct ep_json_out *js, struct ep_stmt *stmt)
{
	ep_json_out_array(js, "columns");
	for (int i = 0; i < ep_db_cols(stmt); i++)
		ep_json_out_text(js, NULL, ep_db_col_name(stmt, i));
	ep_json_out_end(js, ']');
}

static void add_run(struct ep_json_out *js, const struct ep_page *page)
{
	char time[EP_TIME_TEXT];

	ep_json_out_int(js, "run", page->run);
	ep_json_out_text(js, "started_at",
			 ep_time_format(page->started_at, time));
	ep_json_out_text(js, "program", page->program);
	ep_json_out_text(js, "host", page->host);
	ep_json_out_text(js, "config_sha256", page->config_sha256);
	ep_json_out_text(js, "rules_sha256", page->rules_sha256);
	ep_json_out_text(js, "customer", page->customer);
	ep_json_out_raw(js, "redacted", page->redacted ? "true" : "false");
	ep_json_out_text(js, "coverage", page->sentence);
	ep_json_out_text(js, "banner", ep_page_banner(page));
}

static void add_query(struct ep_json_out *js, const char *sql)
{
	EP_AUTO(ep_buf_release) struct ep_buf hex = EP_BUF_INIT(128);
	uint8_t sha[EP_SHA256_BYTES];

	ep_sha256_of(sql, strlen(sql), sha);
	ep_str_hex(&hex, sha, sizeof(sha));
	ep_json_out_text(js, "query", sql);
	ep_json_out_text(js, "query_sha256", hex.s);
}

static int write_head(struct folder *folder, const struct ep_section *section,
		      struct ep_stmt *stmt, const struct written *data,
		      struct ep_err *err)
{
	struct written file = { .rows = 0 };
	struct ep_report_out out;
	struct ep_json_out js;

	snprintf(file.name, sizeof(file.name), "%.64s.json", section->id);
	if (open_file(folder, file.name, &out, err))
		return err->code;
	ep_json_out_init(&js, &out);
	ep_json_out_object(&js, NULL);
	ep_json_out_int(&js, "version", EP_REPORT_JSON_VERSION);
	ep_json_out_text(&js, "report", folder->layout->id);
	ep_json_out_text(&js, "section", section->id);
	ep_json_out_text(&js, "title", section->title);
	ep_json_out_text(&js, "about", section->about);
	ep_json_out_text(&js, "file", data->name);
	ep_json_out_text(&js, "sha256", data->sha256);
	ep_json_out_int(&js, "rows", data->rows);
	add_columns(&js, stmt);
	add_query(&js, section->sql);
	add_run(&js, folder->page);
	ep_json_out_end(&js, '}');
	ep_buf_addc(&js.buf, '\n');
	ep_json_out_release(&js);
	return close_file(folder, &out, 0, &file, err);
}

static int write_section(struct folder *folder,
			 const struct ep_section *section, struct ep_err *err)
{
	struct written file = { .rows = 0 };
	struct ep_stmt *stmt = NULL;
	struct ep_report_out out;
	int rc;

	snprintf(file.name, sizeof(file.name), "%.64s.csv", section->id);
	rc = ep_page_query(folder->store, folder->page, section, &stmt, err);
	if (rc == 0)
		rc = open_file(folder, file.name, &out, err);
	if (rc == 0) {
		rc = ep_csv_rows(stmt, &out, &file.rows, err);
		rc = close_file(folder, &out, rc, &file, err);
	}
	if (rc == 0)
		rc = write_head(folder, section, stmt, &file, err);
	ep_db_done(stmt);
	return rc;
}

static int write_sums(const struct folder *folder, struct ep_err *err)
{
	EP_AUTO_FREE char *path = ep_file_join(folder->path, "SHA256SUMS");
	struct ep_report_out out;

	if (ep_report_out_open(&out, path, err))
		return err->code;
	ep_report_out_write(&out, folder->sums.s, folder->sums.len);
	return ep_report_out_close(&out, 0, err);
}

int ep_csv_folder_write(struct ep_store *store, const struct ep_layout *layout,
			const struct ep_page *page, const char *folder,
			struct ep_err *err)
{
	struct folder to = { .store = store, .layout = layout, .page = page,
			     .path = folder };
	int rc = ep_file_mkdirs(folder, 0750, err);

	ep_buf_init(&to.sums, EP_FILE_BYTES_MAX);
	for (size_t i = 0; rc == 0 && i < layout->sections.n; i++)
		rc = write_section(&to, &layout->sections.v[i], err);
	if (rc == 0)
		rc = write_sums(&to, err);
	ep_buf_release(&to.sums);
	return rc;
}
