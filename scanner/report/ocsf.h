/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OCSF 1.8.0 compliance findings (class 2003): one array, one event a line.
 * The first event is the run itself, so that an export is never empty; then
 * what could not be read, the results, and the findings one by one.
 */
#ifndef EP_REPORT_OCSF_H
#define EP_REPORT_OCSF_H

#include "base/err.h"

struct ep_store;
struct ep_page;
struct ep_report_out;

int ep_ocsf_write(struct ep_store *store, const struct ep_page *page,
		  struct ep_report_out *out, struct ep_err *err) EP_MUST_CHECK;

#endif
