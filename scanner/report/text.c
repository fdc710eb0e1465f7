/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sections as lines of text.  Every value from outside passes through
 * ep_str_printable (and, for Markdown, loses the characters that would mean
 * something there), so one value stays on one line and cannot act.
 */
#include "report/text.h"

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "ext/db.h"
#include "report/finding_row.h"
#include "report/layout.h"
#include "report/out.h"
#include "report/page.h"


/* Where a row of a table goes on in a new line. */
#define LINE_WIDTH ((size_t)100)

struct writer {
	struct ep_report_out *out;
	enum ep_text_style style;
	struct ep_buf line;
};

static void flush_line(struct writer *wr)
{
	while (wr->line.len && wr->line.s[wr->line.len - 1] == ' ')
		ep_buf_cut(&wr->line, wr->line.len - 1);
	ep_report_out_write(wr->out, wr->line.s, wr->line.len);
	ep_report_out_text(wr->out, "\n");
	ep_buf_clear(&wr->line);
}

static void add_value(struct writer *wr, const char *s)
{
	EP_AUTO(ep_buf_release) struct ep_buf safe =
		EP_BUF_INIT(8 * EP_TEXT_BYTES_MAX);

	if (wr->style != EP_TEXT_MARKDOWN) {
		ep_str_printable(&wr->line, s, strlen(s));
		return;
	}
	ep_str_printable(&safe, s, strlen(s));
	for (size_t i = 0; i < safe.len; i++) {
		if (strchr("\\`*_{}[]<>#|!~&@", safe.s[i]))
			ep_buf_addc(&wr->line, '\\');
		ep_buf_addc(&wr->line, safe.s[i]);
	}
}

static void add_tone(struct writer *wr, const char *word)
{
	static const struct {
		const char *tone, *code;
	} codes[] = { { "good", "32" }, { "bad", "31" }, { "warn", "33" },
		      { "info", "36" }, { "off", "2" } };
	const char *shape, *tone = ep_page_tone(word, &shape);

	if (!tone || wr->style != EP_TEXT_COLOUR) {
		add_value(wr, word);
		return;
	}
	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
		if (strcmp(tone, codes[i].tone) == 0)
			ep_buf_addf(&wr->line, "\033[%sm", codes[i].code);
	add_value(wr, word);
	ep_buf_adds(&wr->line, "\033[0m");
}

static void heading(struct writer *wr, int level, const char *title)
{
	flush_line(wr);
	if (wr->style == EP_TEXT_MARKDOWN)
		ep_buf_addf(&wr->line, "%s ", level == 1 ? "#" : "##");
	else if (wr->style == EP_TEXT_COLOUR)
		ep_buf_adds(&wr->line, "\033[1m");
	add_value(wr, title);
	if (wr->style == EP_TEXT_COLOUR)
		ep_buf_adds(&wr->line, "\033[0m");
	flush_line(wr);
	if (wr->style == EP_TEXT_MARKDOWN)
		flush_line(wr);
}

/* --- findings ------------------------------------------------------------ */

static void add_step(void *to, int n, const char *act, const char *system,
		     const char *only_after)
{
	struct writer *wr = to;

	ep_buf_addf(&wr->line, wr->style == EP_TEXT_MARKDOWN ? "%d. " :
							       "      %d. ",
		    n);
	if (system) {
		add_value(wr, system);
		ep_buf_adds(&wr->line, ": ");
	}
	add_value(wr, act);
	if (only_after) {
		ep_buf_adds(&wr->line, " - only after: ");
		add_value(wr, only_after);
	}
	flush_line(wr);
}

static void rule_head(struct writer *wr, const struct ep_finding_row *row)
{
	flush_line(wr);
	ep_buf_adds(&wr->line, wr->style == EP_TEXT_MARKDOWN ? "### " : "  ");
	add_tone(wr, ep_finding_text(row, EP_F_SEVERITY));
	ep_buf_adds(&wr->line, "  ");
	add_value(wr, ep_finding_text(row, EP_F_TITLE));
	ep_buf_adds(&wr->line, "  [");
	add_value(wr, ep_finding_text(row, EP_F_RULE));
	ep_buf_adds(&wr->line, "]");
	flush_line(wr);
	if (wr->style == EP_TEXT_MARKDOWN)
		flush_line(wr);
}

static void finding_line(struct writer *wr, const struct ep_finding_row *row)
{
	const char *where = ep_finding_text(row, EP_F_UNIT_NAME);
	const char *wanted = ep_finding_text(row, EP_F_WANTED);
	const char *note = ep_finding_text(row, EP_F_NOTE);
	char since[EP_TIME_TEXT];

	ep_buf_adds(&wr->line, wr->style == EP_TEXT_MARKDOWN ? "- " : "    - ");
	add_value(wr, ep_finding_text(row, EP_F_NAME));
	ep_buf_adds(&wr->line, " | ");
	add_value(wr, *where ? where : ep_finding_text(row, EP_F_UNIT));
	ep_buf_adds(&wr->line, " | ");
	add_value(wr, ep_finding_text(row, EP_F_SEEN));
	if (*wanted) {
		ep_buf_adds(&wr->line, "; wanted: ");
		add_value(wr, wanted);
	}
	ep_buf_addf(&wr->line, " | since %s",
		    ep_time_date(ep_finding_since(row), since));
	if (*note) {
		ep_buf_adds(&wr->line, " | ");
		add_value(wr, note);
	}
	flush_line(wr);
}

static void add_remedy(struct writer *wr, const struct ep_finding_group *group)
{
	if (group->remedy.len)
		ep_finding_remedy(group->remedy.s, &group->systems, add_step,
				  wr);
}

static int draw_findings(struct writer *wr, struct ep_stmt *stmt,
			 struct ep_err *err)
{
	struct ep_finding_group group;
	struct ep_finding_row row;
	bool more = true;
	int rc = ep_finding_row_init(&row, stmt, err);

	ep_finding_group_init(&group);
	while (rc == 0 && more) {
		if (ep_finding_group_ends(&group, &row)) {
			add_remedy(wr, &group);
			ep_finding_group_start(&group, &row);
			rule_head(wr, &row);
		}
		ep_finding_systems_add(&group.systems,
				       ep_finding_text(&row, EP_F_UNIT));
		finding_line(wr, &row);
		rc = ep_db_step(stmt, &more, err);
	}
	add_remedy(wr, &group);
	ep_finding_group_release(&group);
	return rc;
}

/* --- other sections ------------------------------------------------------ */

static void markdown_row(struct writer *wr, struct ep_stmt *stmt)
{
	const char *s;

	ep_buf_adds(&wr->line, "| ");
	for (int i = 0; i < ep_db_cols(stmt); i++) {
		s = ep_db_col_text(stmt, i);
		add_tone(wr, s ? s : "");
		ep_buf_adds(&wr->line, " | ");
	}
	flush_line(wr);
}

/* One row on one line while it fits, then further lines indented under it;
 * the first column is padded so that the eye can run down it. */
static void table_row(struct writer *wr, struct ep_stmt *stmt)
{
	size_t start;
	const char *s;

	ep_buf_adds(&wr->line, "  ");
	for (int i = 0; i < ep_db_cols(stmt); i++) {
		s = ep_db_col_text(stmt, i);
		if (!s || !*s)
			continue;
		if (wr->line.len + strlen(s) > LINE_WIDTH && wr->line.len > 12) {
			flush_line(wr);
			ep_buf_adds(&wr->line, "              ");
		}
		start = wr->line.len;
		add_tone(wr, s);
		while (i == 0 && wr->line.len - start < 10)
			ep_buf_addc(&wr->line, ' ');
		ep_buf_adds(&wr->line, "  ");
	}
	flush_line(wr);
}

static void table_head(struct writer *wr, struct ep_stmt *stmt)
{
	int n = ep_db_cols(stmt);

	if (wr->style != EP_TEXT_MARKDOWN)
		return;
	ep_buf_adds(&wr->line, "|");
	for (int i = 0; i < n; i++) {
		ep_buf_adds(&wr->line, " ");
		add_value(wr, ep_db_col_name(stmt, i));
		ep_buf_adds(&wr->line, " |");
	}
	flush_line(wr);
	ep_buf_adds(&wr->line, "|");
	for (int i = 0; i < n; i++)
		ep_buf_adds(&wr->line, " --- |");
	flush_line(wr);
}

/* Cards, bars and facts are all "name: value (note)" here. */
static void fact_row(struct writer *wr, struct ep_stmt *stmt)
{
	const char *name = ep_db_col_text(stmt, 0);
	const char *value = ep_db_col_text(stmt, 1);
	const char *note = ep_db_cols(stmt) > 2 &&
					   strcmp(ep_db_col_name(stmt, 2),
						  "note") == 0 ?
				   ep_db_col_text(stmt, 2) :
				   NULL;

	ep_buf_adds(&wr->line, wr->style == EP_TEXT_MARKDOWN ? "- " : "  ");
	add_value(wr, name ? name : "");
	ep_buf_adds(&wr->line, ": ");
	add_value(wr, value ? value : "");
	if (note && *note) {
		ep_buf_adds(&wr->line, " (");
		add_value(wr, note);
		ep_buf_adds(&wr->line, ")");
	}
	flush_line(wr);
}

static int draw_rows(struct writer *wr, const struct ep_section *section,
		     struct ep_stmt *stmt, struct ep_err *err)
{
	bool table = section->draw == EP_DRAW_TABLE ||
		     section->draw == EP_DRAW_STACK;
	bool more = true;

	if (table)
		table_head(wr, stmt);
	while (more) {
		if (table && wr->style == EP_TEXT_MARKDOWN)
			markdown_row(wr, stmt);
		else if (table)
			table_row(wr, stmt);
		else
			fact_row(wr, stmt);
		if (ep_db_step(stmt, &more, err))
			return err->code;
	}
	return 0;
}

static int write_section(struct writer *wr, struct ep_store *store,
			 const struct ep_page *page,
			 const struct ep_section *section, struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_page_query(store, page, section, &stmt, err);

	if (rc == 0)
		rc = ep_db_step(stmt, &row, err);
	if (rc == 0 && (row || section->empty)) {
		heading(wr, 2, section->title);
		if (row && section->about) {
			add_value(wr, section->about);
			flush_line(wr);
		}
		if (!row) {
			ep_buf_adds(&wr->line, "  ");
			add_value(wr, section->empty);
			flush_line(wr);
		} else if (section->draw == EP_DRAW_FINDINGS) {
			rc = draw_findings(wr, stmt, err);
		} else {
			rc = draw_rows(wr, section, stmt, err);
		}
	}
	ep_db_done(stmt);
	return rc;
}

static void write_head(struct writer *wr, const struct ep_layout *layout,
		       const struct ep_page *page)
{
	EP_AUTO(ep_buf_release) struct ep_buf title;
	char time[EP_TIME_TEXT];

	ep_buf_init(&title, 2048);
	ep_buf_addf(&title, "%s: %s, run %" PRId64 " of %s%s", layout->title,
		    page->name, page->run,
		    ep_time_format(page->started_at, time),
		    page->redacted ? "; people are pseudonyms" : "");
	heading(wr, 1, title.s);
	if (ep_page_banner(page)) {
		ep_buf_adds(&wr->line, wr->style == EP_TEXT_MARKDOWN ? "**" : "");
		ep_buf_adds(&wr->line, ep_page_banner(page));
		ep_buf_adds(&wr->line, wr->style == EP_TEXT_MARKDOWN ? "**" : "");
		flush_line(wr);
		if (wr->style == EP_TEXT_MARKDOWN)
			flush_line(wr);
	}
	ep_buf_adds(&wr->line, page->sentence);
	flush_line(wr);
}

int ep_text_write(struct ep_store *store, const struct ep_layout *layout,
		  const struct ep_page *page, enum ep_text_style style,
		  struct ep_report_out *out, struct ep_err *err)
{
	struct writer wr = { .out = out, .style = style };
	int rc = 0;

	ep_buf_init(&wr.line, EP_FILE_BYTES_MAX);
	write_head(&wr, layout, page);
	for (size_t i = 0; rc == 0 && i < layout->sections.n; i++)
		rc = write_section(&wr, store, page, &layout->sections.v[i],
				   err);
	ep_buf_release(&wr.line);
	return rc;
}
