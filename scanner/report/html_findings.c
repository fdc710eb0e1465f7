/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings as HTML: one block per rule with its subjects and the remedy in
 * order.
 */
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "ext/db.h"
#include "ext/xml.h"
#include "report/finding_row.h"
#include "report/html_draw.h"

static void add_step(void *to, int n, const char *act, const char *system,
		     const char *only_after)
{
	struct ep_xml *xml = to;

	(void)n;
	ep_xml_open(xml, "li");
	if (system) {
		ep_xml_open(xml, "span");
		ep_xml_attr(xml, "class", "where");
		ep_xml_text(xml, system);
		ep_xml_close(xml);
		ep_xml_text(xml, " ");
	}
	ep_xml_text(xml, act);
	if (only_after) {
		ep_xml_open(xml, "span");
		ep_xml_attr(xml, "class", "gate");
		ep_xml_textf(xml, " Only after: %s", only_after);
		ep_xml_close(xml);
	}
	ep_xml_close(xml);
}

static void open_rule(struct ep_xml *xml, const struct ep_finding_row *row)
{
	static const char *const head[] = { "Who or what", "Seen", "Since" };

	ep_xml_open(xml, "article");
	ep_xml_attr(xml, "class", "rule");
	ep_xml_open(xml, "h3");
	ep_html_pill(xml, ep_finding_text(row, EP_F_SEVERITY));
	ep_xml_text(xml, " ");
	ep_xml_text(xml, ep_finding_text(row, EP_F_TITLE));
	ep_xml_close(xml);
	ep_xml_open(xml, "p");
	ep_xml_attr(xml, "class", "why");
	ep_xml_text(xml, ep_finding_text(row, EP_F_WHY));
	ep_xml_text(xml, " ");
	ep_xml_leaf(xml, "code", ep_finding_text(row, EP_F_RULE));
	ep_xml_close(xml);
	ep_xml_open(xml, "div");
	ep_xml_attr(xml, "class", "scroll");
	ep_xml_attr(xml, "tabindex", "0");
	ep_xml_open(xml, "table");
	ep_xml_open(xml, "caption");
	ep_xml_attr(xml, "class", "sr");
	ep_xml_textf(xml, "Findings of %s", ep_finding_text(row, EP_F_RULE));
	ep_xml_close(xml);
	ep_xml_open(xml, "thead");
	ep_xml_open(xml, "tr");
	for (size_t i = 0; i < sizeof(head) / sizeof(*head); i++) {
		ep_xml_open(xml, "th");
		ep_xml_attr(xml, "scope", "col");
		ep_xml_text(xml, head[i]);
		ep_xml_close(xml);
	}
	ep_xml_close(xml);
	ep_xml_close(xml);
}

static void close_rule(struct ep_xml *xml, const struct ep_finding_group *group)
{
	ep_xml_close(xml);	/* tbody */
	ep_xml_close(xml);	/* table */
	ep_xml_close(xml);	/* div */
	if (group->remedy.len) {
		ep_xml_open(xml, "p");
		ep_xml_attr(xml, "class", "todo");
		ep_xml_text(xml, "What to do, in this order");
		ep_xml_close(xml);
		ep_xml_open(xml, "ol");
		ep_finding_remedy(group->remedy.s, &group->systems, add_step,
				  xml);
		ep_xml_close(xml);
	}
	ep_xml_close(xml);	/* article */
}

/* What the rows of one place have in common stands above them once: a rule
 * with a thousand findings says the same of each. */
struct place {
	struct ep_buf unit, wanted;
	bool open;	/* its rows are being written */
};

static bool is_new(const struct place *place, const struct ep_finding_row *row)
{
	return !place->open ||
	       strcmp(place->unit.s, ep_finding_text(row, EP_F_UNIT)) != 0 ||
	       strcmp(place->wanted.s, ep_finding_text(row, EP_F_WANTED)) != 0;
}

static void start_place(struct ep_xml *xml, struct place *place,
			const struct ep_finding_row *row)
{
	const char *name = ep_finding_text(row, EP_F_UNIT_NAME);

	if (place->open)
		ep_xml_close(xml);
	place->open = true;
	ep_buf_clear(&place->unit);
	ep_buf_clear(&place->wanted);
	ep_buf_adds(&place->unit, ep_finding_text(row, EP_F_UNIT));
	ep_buf_adds(&place->wanted, ep_finding_text(row, EP_F_WANTED));
	ep_xml_open(xml, "tbody");
	ep_xml_open(xml, "tr");
	ep_xml_open(xml, "td");
	ep_xml_attr(xml, "colspan", "3");
	if (*name && strcmp(name, place->unit.s) != 0) {
		ep_xml_leaf(xml, "bdi", name);
		ep_xml_text(xml, ", ");
	}
	ep_xml_leaf(xml, "bdi", place->unit.s);
	if (place->wanted.len) {
		ep_xml_text(xml, "; wanted: ");
		ep_xml_leaf(xml, "bdi", place->wanted.s);
	}
	ep_xml_close(xml);
	ep_xml_close(xml);
}

/* The second text stands under the first, smaller: see style.css. */
static void cell(struct ep_xml *xml, const char *text, const char *second)
{
	ep_xml_open(xml, "td");
	ep_xml_text(xml, text);
	if (*second && strcmp(second, text) != 0)
		ep_xml_leaf(xml, "bdi", second);
	ep_xml_close(xml);
}

static void subject(struct ep_xml *xml, const struct ep_finding_row *row)
{
	char since[EP_TIME_TEXT];

	ep_xml_open(xml, "tr");
	cell(xml, ep_finding_text(row, EP_F_NAME),
	     ep_finding_text(row, EP_F_SUBJECT));
	cell(xml, ep_finding_text(row, EP_F_SEEN),
	     ep_finding_text(row, EP_F_NOTE));
	ep_xml_leaf(xml, "td", ep_time_date(ep_finding_since(row), since));
	ep_xml_close(xml);
}

int ep_html_findings(struct ep_xml *xml, struct ep_stmt *stmt,
		     struct ep_err *err)
{
	struct place place = { .open = false };
	struct ep_finding_group group;
	struct ep_finding_row row;
	bool more = true;
	int rc = ep_finding_row_init(&row, stmt, err);

	ep_buf_init(&place.unit, EP_TEXT_BYTES_MAX);
	ep_buf_init(&place.wanted, EP_TEXT_BYTES_MAX);
	ep_finding_group_init(&group);
	while (rc == 0 && more) {
		if (ep_finding_group_ends(&group, &row)) {
			if (group.rule.len)
				close_rule(xml, &group);
			ep_finding_group_start(&group, &row);
			open_rule(xml, &row);
			place.open = false;
		}
		if (is_new(&place, &row))
			start_place(xml, &place, &row);
		ep_finding_systems_add(&group.systems,
				       ep_finding_text(&row, EP_F_UNIT));
		subject(xml, &row);
		rc = ep_db_step(stmt, &more, err);
	}
	if (group.rule.len)
		close_rule(xml, &group);
	ep_finding_group_release(&group);
	ep_buf_release(&place.unit);
	ep_buf_release(&place.wanted);
	return rc;
}
