/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to the HTML writer: one section drawn.  Tenant text goes into
 * element content only, inside <bdi> or alone in a table cell (a paragraph of
 * its own for the direction of writing), never into an attribute.
 */
#ifndef EP_REPORT_HTML_DRAW_H
#define EP_REPORT_HTML_DRAW_H

#include "base/err.h"

struct ep_stmt;
struct ep_xml;
struct ep_section;

/* The statement stands on its first row. */
int ep_html_draw(struct ep_xml *xml, const struct ep_section *section,
		 struct ep_stmt *stmt, struct ep_err *err) EP_MUST_CHECK;
int ep_html_findings(struct ep_xml *xml, struct ep_stmt *stmt,
		     struct ep_err *err) EP_MUST_CHECK;
int ep_html_stack(struct ep_xml *xml, const struct ep_section *section,
		  struct ep_stmt *stmt, struct ep_err *err) EP_MUST_CHECK;

/* Text in <bdi>; a word of ours as a pill with its shape. */
void ep_html_value(struct ep_xml *xml, const char *text);
/* <span class="pill TONE"><span aria-hidden>SHAPE</span> WORD</span> */
void ep_html_pill(struct ep_xml *xml, const char *word);

#endif
