/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stacked columns as inline SVG, with the numbers as a table for who cannot
 * see it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "base/vec.h"
#include "ext/db.h"
#include "ext/xml.h"
#include "report/html_draw.h"
#include "report/layout.h"
#include "report/page.h"

#define WIDTH 720
#define HEIGHT 160
#define BASE 140	/* y of the axis */
#define STEP_MAX 96	/* a column is no wider */
#define LABEL_ROOM 34	/* a date fits under a column of this width */
#define SHAPE_ROOM 14	/* and a shape into a part of this height */

struct part {
	char *label;
	char *series;
	char *tone;
	int64_t value;
};

EP_VEC_TYPE(parts, struct part);

static char *take(struct ep_stmt *stmt, int i)
{
	const char *s = ep_db_col_text(stmt, i);

	return ep_strdup(s ? s : "");
}

static int read_parts(struct ep_stmt *stmt, struct parts *to,
		      struct ep_err *err)
{
	bool more = true;

	if (ep_db_cols(stmt) != 4)
		return ep_err_set(err, EP_ECONFIG,
				  "a section drawn as stack needs the columns "
				  "label, series, value, tone");
	while (more) {
		EP_VEC_ADD(to) = (struct part){
			.label = take(stmt, 0),
			.series = take(stmt, 1),
			.value = ep_db_col_int(stmt, 2),
			.tone = take(stmt, 3),
		};
		if (ep_db_step(stmt, &more, err))
			return err->code;
	}
	return 0;
}

static void release_parts(struct parts *parts)
{
	for (size_t i = 0; i < parts->n; i++) {
		ep_free(parts->v[i].label);
		ep_free(parts->v[i].series);
		ep_free(parts->v[i].tone);
	}
	ep_vec_release(parts);
}

static bool same_column(const struct parts *parts, size_t i)
{
	return i > 0 &&
	       strcmp(parts->v[i].label, parts->v[i - 1].label) == 0;
}

/* The tallest column and how many there are. */
static int64_t measure(const struct parts *parts, int64_t *ret_columns)
{
	int64_t top = 1, sum = 0;

	*ret_columns = 0;
	for (size_t i = 0; i < parts->n; i++) {
		if (!same_column(parts, i)) {
			++*ret_columns;
			sum = 0;
		}
		sum += parts->v[i].value;
		if (sum > top)
			top = sum;
	}
	return top;
}

static const char *class_of(const char *tone)
{
	static const char *const known[] = { "bad", "warn", "info", "good" };

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcmp(tone, known[i]) == 0)
			return known[i];
	return "off";
}

static void label(struct ep_xml *xml, const char *class, int64_t x, int64_t y,
		  const char *text)
{
	ep_xml_open(xml, "text");
	if (class)
		ep_xml_attr(xml, "class", class);
	ep_xml_attrf(xml, "x", "%" PRId64, x);
	ep_xml_attrf(xml, "y", "%" PRId64, y);
	ep_xml_text(xml, text);
	ep_xml_close(xml);
}

static const char *shape_of(const char *series)
{
	const char *shape = "";

	(void)ep_page_tone(series, &shape);
	return shape;
}

/* The part of a column that is one series; its shape says without colour
 * which one it is, where there is room. */
static void draw_part(struct ep_xml *xml, const struct part *part, int64_t x,
		      int64_t y, int64_t w, int64_t h)
{
	ep_xml_open(xml, "rect");
	ep_xml_attrf(xml, "class", "%s", class_of(part->tone));
	ep_xml_attrf(xml, "x", "%" PRId64, x + 2);
	ep_xml_attrf(xml, "y", "%" PRId64, y);
	ep_xml_attrf(xml, "width", "%" PRId64, w > 5 ? w - 4 : 1);
	ep_xml_attrf(xml, "height", "%" PRId64, h);
	ep_xml_close(xml);
	if (h >= SHAPE_ROOM && w >= SHAPE_ROOM && *shape_of(part->series))
		label(xml, "on", x + w / 2, y + h / 2 + 4,
		      shape_of(part->series));
}

static void draw_columns(struct ep_xml *xml, const struct parts *parts)
{
	int64_t columns, top = measure(parts, &columns);
	int64_t step = columns ? WIDTH / columns : WIDTH, x, y = BASE, sum = 0;
	char total[32];

	if (step > STEP_MAX)
		step = STEP_MAX;
	x = -step;
	for (size_t i = 0; i < parts->n; i++) {
		int64_t h = parts->v[i].value * (BASE - 20) / top;

		if (!same_column(parts, i)) {
			x += step;
			y = BASE;
			sum = 0;
			if (step >= LABEL_ROOM || i == 0)
				label(xml, NULL, x + step / 2, HEIGHT - 4,
				      parts->v[i].label);
		}
		y -= h;
		sum += parts->v[i].value;
		draw_part(xml, &parts->v[i], x, y, step, h);
		if (step >= LABEL_ROOM &&
		    (i + 1 == parts->n || !same_column(parts, i + 1))) {
			snprintf(total, sizeof(total), "%" PRId64, sum);
			label(xml, NULL, x + step / 2, y - 4, total);
		}
	}
}

static bool first_of_series(const struct parts *parts, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(parts->v[k].series, parts->v[i].series) == 0)
			return false;
	return true;
}

static void draw_legend(struct ep_xml *xml, const struct parts *parts)
{
	ep_xml_open(xml, "p");
	ep_xml_attr(xml, "class", "legend");
	for (size_t i = 0; i < parts->n; i++) {
		const char *shape = shape_of(parts->v[i].series);

		if (!first_of_series(parts, i))
			continue;
		ep_xml_open(xml, "span");
		ep_xml_attrf(xml, "class", "pill %s",
			     class_of(parts->v[i].tone));
		if (*shape) {
			ep_xml_open(xml, "span");
			ep_xml_attr(xml, "aria-hidden", "true");
			ep_xml_text(xml, shape);
			ep_xml_close(xml);
			ep_xml_text(xml, " ");
		}
		ep_xml_text(xml, parts->v[i].series);
		ep_xml_close(xml);
		ep_xml_text(xml, " ");
	}
	ep_xml_close(xml);
}

static void draw_numbers(struct ep_xml *xml, const struct ep_section *section,
			 const struct parts *parts)
{
	ep_xml_open(xml, "details");
	ep_xml_leaf(xml, "summary", "The numbers");
	ep_xml_open(xml, "table");
	ep_xml_open(xml, "caption");
	ep_xml_attr(xml, "class", "sr");
	ep_xml_text(xml, section->title);
	ep_xml_close(xml);
	ep_xml_open(xml, "tbody");
	for (size_t i = 0; i < parts->n; i++) {
		ep_xml_open(xml, "tr");
		ep_xml_open(xml, "th");
		ep_xml_attr(xml, "scope", "row");
		ep_xml_textf(xml, "%s", parts->v[i].label);
		ep_xml_close(xml);
		ep_xml_open(xml, "td");
		ep_html_value(xml, parts->v[i].series);
		ep_xml_close(xml);
		ep_xml_open(xml, "td");
		ep_xml_attr(xml, "class", "n");
		ep_xml_textf(xml, "%" PRId64, parts->v[i].value);
		ep_xml_close(xml);
		ep_xml_close(xml);
	}
	ep_xml_close(xml);
	ep_xml_close(xml);
	ep_xml_close(xml);
}

int ep_html_stack(struct ep_xml *xml, const struct ep_section *section,
		  struct ep_stmt *stmt, struct ep_err *err)
{
	struct parts parts = { 0 };
	int rc = read_parts(stmt, &parts, err);

	if (rc == 0) {
		ep_xml_open(xml, "svg");
		ep_xml_attr(xml, "class", "chart");
		ep_xml_attrf(xml, "viewBox", "0 0 %d %d", WIDTH, HEIGHT);
		ep_xml_attr(xml, "role", "img");
		ep_xml_attr(xml, "aria-label", section->title);
		ep_xml_open(xml, "line");
		ep_xml_attr(xml, "x1", "0");
		ep_xml_attrf(xml, "y1", "%d", BASE);
		ep_xml_attrf(xml, "x2", "%d", WIDTH);
		ep_xml_attrf(xml, "y2", "%d", BASE);
		ep_xml_close(xml);
		draw_columns(xml, &parts);
		ep_xml_close(xml);
		draw_legend(xml, &parts);
		draw_numbers(xml, section, &parts);
	}
	release_parts(&parts);
	return rc;
}
