/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports for programs: JSON (all sections) and CSV (the first section).
 */
#ifndef EP_REPORT_DATA_H
#define EP_REPORT_DATA_H

#include "base/err.h"

struct ep_store;
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

#endif
