/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTML pages: one self-contained file per customer and an index of the fleet.
 * No script, one style sheet inside, nothing fetched.
 */
#ifndef EP_REPORT_HTML_H
#define EP_REPORT_HTML_H

#include <stdint.h>

#include "base/err.h"

struct ep_store;
struct ep_config;
struct ep_report_options;

int ep_html_write(struct ep_store *store, const struct ep_config *config,
		  const struct ep_report_options *options, int64_t run,
		  struct ep_err *err) EP_MUST_CHECK;

#endif
