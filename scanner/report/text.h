/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report for a terminal, a mail or a ticket, and the same as Markdown.
 */
#ifndef EP_REPORT_TEXT_H
#define EP_REPORT_TEXT_H

#include <stdbool.h>

#include "base/err.h"

struct ep_store;
struct ep_layout;
struct ep_page;
struct ep_report_out;

enum ep_text_style { EP_TEXT_PLAIN, EP_TEXT_COLOUR, EP_TEXT_MARKDOWN };

int ep_text_write(struct ep_store *store, const struct ep_layout *layout,
		  const struct ep_page *page, enum ep_text_style style,
		  struct ep_report_out *out, struct ep_err *err) EP_MUST_CHECK;

#endif
