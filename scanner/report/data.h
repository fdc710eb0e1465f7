/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports for programs: JSON (all sections) and CSV (the first section, or a
 * folder with one file per section).
 */
#ifndef EP_REPORT_DATA_H
#define EP_REPORT_DATA_H

#include <stdint.h>

#include "base/err.h"

struct ep_store;
struct ep_stmt;
struct ep_layout;
struct ep_page;
struct ep_report_out;

/* Raised when a member changes its meaning or goes away. */
#define EP_REPORT_JSON_VERSION 1

int ep_json_report_write(struct ep_store *store, const struct ep_layout *layout,
			 const struct ep_page *page, struct ep_report_out *out,
			 struct ep_err *err) EP_MUST_CHECK;
/* RFC 4180 with CRLF; a cell that a spreadsheet could take for a formula
 * starts with an apostrophe. */
int ep_csv_report_write(struct ep_store *store, const struct ep_layout *layout,
			const struct ep_page *page, struct ep_report_out *out,
			struct ep_err *err) EP_MUST_CHECK;
/* Every section as ID.csv, beside it ID.json (which run, query, parameters,
 * rows, SHA-256), and SHA256SUMS over all of them for sha256sum(1). */
int ep_csv_folder_write(struct ep_store *store, const struct ep_layout *layout,
			const struct ep_page *page, const char *folder,
			struct ep_err *err) EP_MUST_CHECK;
/* One query's rows with their head; *ret_rows may be NULL. */
int ep_csv_rows(struct ep_stmt *stmt, struct ep_report_out *out,
		int64_t *ret_rows, struct ep_err *err) EP_MUST_CHECK;

#endif
