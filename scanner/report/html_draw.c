/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables, cards, bars and facts as HTML.
 */
#include "report/html_draw.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "ext/db.h"
#include "ext/xml.h"
#include "report/layout.h"
#include "report/page.h"

void ep_html_pill(struct ep_xml *xml, const char *word)
{
	const char *shape, *tone = ep_page_tone(word, &shape);

	ep_xml_open(xml, "span");
	ep_xml_attrf(xml, "class", "pill %s", tone ? tone : "off");
	if (tone) {
		ep_xml_open(xml, "span");
		ep_xml_attr(xml, "aria-hidden", "true");
		ep_xml_text(xml, shape);
		ep_xml_close(xml);
		ep_xml_text(xml, " ");
	}
	ep_xml_text(xml, word);
	ep_xml_close(xml);
}

void ep_html_value(struct ep_xml *xml, const char *text)
{
	const char *shape;

	if (ep_page_tone(text, &shape))
		ep_html_pill(xml, text);
	else
		ep_xml_leaf(xml, "bdi", text);
}

static const char *col(struct ep_stmt *stmt, const char *name)
{
	for (int i = 0; i < ep_db_cols(stmt); i++)
		if (strcmp(ep_db_col_name(stmt, i), name) == 0)
			return ep_db_col_text(stmt, i);
	return NULL;
}

/* --- table ----------------------------------------------------------------- */

/* Customer ids name the files of their pages. */
static bool is_link(struct ep_stmt *stmt, int i)
{
	const char *s = ep_db_col_text(stmt, i);

	return strcmp(ep_db_col_name(stmt, i), "Id") == 0 && s && *s &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(s);
}

static void table_cell(struct ep_xml *xml, struct ep_stmt *stmt, int i)
{
	const char *shape, *s = ep_db_col_text(stmt, i);

	ep_xml_open(xml, "td");
	if (ep_db_col_type(stmt, i) == EP_DB_INT)
		ep_xml_attr(xml, "class", s && strcmp(s, "0") == 0 ? "n z" : "n");
	if (is_link(stmt, i)) {
		ep_xml_open(xml, "a");
		ep_xml_attrf(xml, "href", "%s.html", s);
		ep_xml_text(xml, s);
		ep_xml_close(xml);
	} else if (s && ep_page_tone(s, &shape)) {
		ep_html_pill(xml, s);
	} else if (s) {
		ep_xml_text(xml, s);
	}
	ep_xml_close(xml);
}

static void table_head(struct ep_xml *xml, const struct ep_section *section,
		       struct ep_stmt *stmt)
{
	ep_xml_open(xml, "table");
	ep_xml_open(xml, "caption");
	ep_xml_attr(xml, "class", "sr");
	ep_xml_text(xml, section->title);
	ep_xml_close(xml);
	ep_xml_open(xml, "thead");
	ep_xml_open(xml, "tr");
	for (int i = 0; i < ep_db_cols(stmt); i++) {
		ep_xml_open(xml, "th");
		ep_xml_attr(xml, "scope", "col");
		if (ep_db_col_type(stmt, i) == EP_DB_INT)
			ep_xml_attr(xml, "class", "n");
		ep_xml_text(xml, ep_db_col_name(stmt, i));
		ep_xml_close(xml);
	}
	ep_xml_close(xml);
	ep_xml_close(xml);
	ep_xml_open(xml, "tbody");
}

static int draw_table(struct ep_xml *xml, const struct ep_section *section,
		      struct ep_stmt *stmt, struct ep_err *err)
{
	bool more = true;

	ep_xml_open(xml, "div");
	ep_xml_attr(xml, "class", "scroll");
	ep_xml_attr(xml, "tabindex", "0");
	table_head(xml, section, stmt);
	while (more) {
		ep_xml_open(xml, "tr");
		for (int i = 0; i < ep_db_cols(stmt); i++)
			table_cell(xml, stmt, i);
		ep_xml_close(xml);
		if (ep_db_step(stmt, &more, err))
			return err->code;
	}
	ep_xml_close(xml);
	ep_xml_close(xml);
	ep_xml_close(xml);
	return 0;
}

/* --- cards, facts, bars ------------------------------------------------------ */

static const char *tone_class(const char *tone)
{
	static const char *const known[] = { "good", "bad", "warn", "info",
					     "off" };

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (ep_str_eq(tone, known[i]))
			return known[i];
	return "off";
}

static int draw_cards(struct ep_xml *xml, struct ep_stmt *stmt,
		      struct ep_err *err)
{
	const char *note;
	bool more = true;

	ep_xml_open(xml, "dl");
	ep_xml_attr(xml, "class", "cards");
	while (more) {
		ep_xml_open(xml, "div");
		ep_xml_attrf(xml, "class", "card %s",
			     tone_class(col(stmt, "tone")));
		ep_xml_leaf(xml, "dt", col(stmt, "label"));
		ep_xml_leaf(xml, "dd", col(stmt, "value"));
		note = col(stmt, "note");
		if (note && *note) {
			ep_xml_open(xml, "dd");
			ep_xml_attr(xml, "class", "note");
			ep_xml_text(xml, note);
			ep_xml_close(xml);
		}
		ep_xml_close(xml);
		if (ep_db_step(stmt, &more, err))
			return err->code;
	}
	ep_xml_close(xml);
	return 0;
}

static int draw_facts(struct ep_xml *xml, struct ep_stmt *stmt,
		      struct ep_err *err)
{
	bool more = true;

	ep_xml_open(xml, "dl");
	ep_xml_attr(xml, "class", "facts");
	while (more) {
		ep_xml_open(xml, "div");
		ep_xml_leaf(xml, "dt", ep_db_col_text(stmt, 0));
		ep_xml_open(xml, "dd");
		ep_html_value(xml, ep_db_col_text(stmt, 1) ?
					   ep_db_col_text(stmt, 1) :
					   "");
		ep_xml_close(xml);
		ep_xml_close(xml);
		if (ep_db_step(stmt, &more, err))
			return err->code;
	}
	ep_xml_close(xml);
	return 0;
}

/* Long texts of our own files: folded on a screen, whole in the file. */
static int draw_code(struct ep_xml *xml, struct ep_stmt *stmt,
		     struct ep_err *err)
{
	bool more = true;

	while (more) {
		ep_xml_open(xml, "details");
		ep_xml_attr(xml, "class", "code");
		ep_xml_open(xml, "summary");
		ep_xml_text(xml, col(stmt, "name"));
		ep_xml_text(xml, " ");
		ep_xml_leaf(xml, "code", col(stmt, "hash"));
		ep_xml_close(xml);
		ep_xml_open(xml, "pre");
		ep_xml_attr(xml, "tabindex", "0");
		ep_xml_text(xml, col(stmt, "text"));
		ep_xml_close(xml);
		ep_xml_close(xml);
		if (ep_db_step(stmt, &more, err))
			return err->code;
	}
	return 0;
}

static void bar(struct ep_xml *xml, struct ep_stmt *stmt)
{
	const char *share = col(stmt, "share");
	int64_t percent = 0;

	if (!share || !ep_str_int(share, &percent) || percent < 0)
		percent = 0;
	if (percent > 100)
		percent = 100;
	ep_xml_open(xml, "div");
	ep_xml_attr(xml, "class", "bar");
	ep_xml_open(xml, "dt");
	ep_html_value(xml, col(stmt, "label"));
	ep_xml_close(xml);
	ep_xml_open(xml, "dd");
	ep_xml_open(xml, "svg");
	ep_xml_attr(xml, "viewBox", "0 0 100 8");
	ep_xml_attr(xml, "preserveAspectRatio", "none");
	ep_xml_attr(xml, "aria-hidden", "true");
	ep_xml_open(xml, "rect");
	ep_xml_attr(xml, "class", "track");
	ep_xml_attr(xml, "width", "100");
	ep_xml_attr(xml, "height", "8");
	ep_xml_close(xml);
	ep_xml_open(xml, "rect");
	ep_xml_attr(xml, "class", tone_class(col(stmt, "tone")));
	ep_xml_attrf(xml, "width", "%" PRId64, percent);
	ep_xml_attr(xml, "height", "8");
	ep_xml_close(xml);
	ep_xml_close(xml);
	ep_xml_open(xml, "span");
	ep_xml_text(xml, col(stmt, "note"));
	ep_xml_close(xml);
	ep_xml_close(xml);
	ep_xml_close(xml);
}

static int draw_bars(struct ep_xml *xml, struct ep_stmt *stmt,
		     struct ep_err *err)
{
	bool more = true;

	ep_xml_open(xml, "dl");
	ep_xml_attr(xml, "class", "bars");
	while (more) {
		bar(xml, stmt);
		if (ep_db_step(stmt, &more, err))
			return err->code;
	}
	ep_xml_close(xml);
	return 0;
}

int ep_html_draw(struct ep_xml *xml, const struct ep_section *section,
		 struct ep_stmt *stmt, struct ep_err *err)
{
	switch (section->draw) {
	case EP_DRAW_TABLE:
		return draw_table(xml, section, stmt, err);
	case EP_DRAW_CARDS:
		return draw_cards(xml, stmt, err);
	case EP_DRAW_FINDINGS:
		return ep_html_findings(xml, stmt, err);
	case EP_DRAW_BARS:
		return draw_bars(xml, stmt, err);
	case EP_DRAW_STACK:
		return ep_html_stack(xml, section, stmt, err);
	case EP_DRAW_FACTS:
		return draw_facts(xml, stmt, err);
	case EP_DRAW_CODE:
		return draw_code(xml, stmt, err);
	}
	return ep_err_set(err, EP_EBUG, "section '%s' cannot be drawn",
			  section->id);
}
