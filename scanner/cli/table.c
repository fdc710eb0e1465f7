/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Aligned tables.  Column widths come from the rows, so they are kept until
 * the last one is there.
 */
#include "cli/table.h"

#include <string.h>

#include "base/str.h"
#include "base/vec.h"
#include "cli/app.h"
#include "ext/db.h"

/* A cell longer than this does not widen its column. */
#define WIDTH_MAX 44

#define COLUMNS_MAX 32

struct grid {
	struct ep_words cell;	/* row by row, heads first */
	size_t width[COLUMNS_MAX];
	int columns;
};

static size_t width_of(const char *s)
{
	size_t n = strlen(s), at = 0, width = 0, used;
	uint32_t cp;

	while (at < n && (used = ep_utf8_next(s + at, n - at, &cp)) > 0) {
		at += used;
		width++;
	}
	return width;
}

static void add_cell(struct grid *grid, int i, const char *s)
{
	struct ep_buf out;
	size_t width;

	ep_buf_init(&out, 8 * EP_TEXT_BYTES_MAX);
	ep_str_printable(&out, s, strlen(s));
	EP_VEC_ADD(&grid->cell) = ep_buf_take(&out);
	width = width_of(s);
	if (width > WIDTH_MAX)
		width = WIDTH_MAX;
	if (width > grid->width[i])
		grid->width[i] = width;
}

static void print_grid(const struct grid *grid)
{
	for (size_t i = 0; i < grid->cell.n; i++) {
		int column = (int)(i % (size_t)grid->columns);
		const char *s = grid->cell.v[i] ? grid->cell.v[i] : "";
		size_t width = width_of(s);

		ep_app_printf("%s", s);
		if (column + 1 == grid->columns) {
			ep_app_printf("\n");
			continue;
		}
		for (; width < grid->width[column] + 2; width++)
			ep_app_printf(" ");
	}
}

/* The first row brings the names of the columns with it. */
static void add_row(struct grid *grid, struct ep_stmt *stmt, bool first)
{
	const char *text;

	if (first) {
		grid->columns = ep_db_cols(stmt);
		if (grid->columns > COLUMNS_MAX)
			grid->columns = COLUMNS_MAX;
	}
	for (int i = 0; first && i < grid->columns; i++)
		add_cell(grid, i, ep_db_col_name(stmt, i));
	for (int i = 0; i < grid->columns; i++) {
		text = ep_db_col_text(stmt, i);
		add_cell(grid, i, text ? text : "");
	}
}

int ep_table_print(struct ep_db *db, const char *sql, const char *parameter,
		   int64_t *ret_rows, struct ep_err *err)
{
	struct grid grid = { .columns = 0 };
	struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc;

	*ret_rows = 0;
	rc = ep_db_prepare(db, sql, &stmt, err);
	if (rc == 0 && parameter)
		ep_db_text(stmt, 1, parameter);
	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row)
		add_row(&grid, stmt, (*ret_rows)++ == 0);
	ep_db_done(stmt);
	if (rc == 0)
		print_grid(&grid);
	ep_words_release(&grid.cell);
	return rc;
}
