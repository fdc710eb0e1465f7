/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads what sections drawn as findings return.
 */
#include "report/finding_row.h"

#include <string.h>

#include "ext/db.h"
#include "ext/json.h"

static const char *const names[EP_F_COLUMNS] = {
	"severity", "rule",	 "title",   "why",  "remedy",
	"customer", "unit",	 "unit_name", "subject", "name",
	"seen",	    "wanted",	 "first_seen", "note",
};

int ep_finding_row_init(struct ep_finding_row *row, struct ep_stmt *stmt,
			struct ep_err *err)
{
	int n = ep_db_cols(stmt);

	row->stmt = stmt;
	for (int i = 0; i < EP_F_COLUMNS; i++) {
		row->column[i] = -1;
		for (int c = 0; c < n; c++)
			if (strcmp(ep_db_col_name(stmt, c), names[i]) == 0)
				row->column[i] = c;
		if (row->column[i] < 0)
			return ep_err_set(err, EP_ECONFIG,
					  "a section drawn as findings needs a "
					  "column '%s'",
					  names[i]);
	}
	return 0;
}

const char *ep_finding_text(const struct ep_finding_row *row,
			    enum ep_finding_column column)
{
	const char *s = ep_db_col_text(row->stmt, row->column[column]);

	return s ? s : "";
}

int64_t ep_finding_since(const struct ep_finding_row *row)
{
	return ep_db_col_int(row->stmt, row->column[EP_F_FIRST_SEEN]);
}

static const char *member(const struct ep_json *step, const char *name)
{
	const struct ep_json *value;

	if (ep_json_get(step, name, &value) != EP_JSON_PRESENT)
		return NULL;
	return ep_json_text(value);
}

void ep_finding_remedy(const char *json,
		       void (*step)(void *to, int n, const char *act,
				    const char *system, const char *only_after),
		       void *to)
{
	struct ep_err err = EP_ERR_INIT;
	const struct ep_json *each;
	struct ep_json *steps;
	const char *act;
	int n = 0;

	if (ep_json_parse(json, strlen(json), &steps, NULL, &err))
		return;
	for (each = ep_json_first(steps); each; each = ep_json_next(each)) {
		act = member(each, "do");
		if (act)
			step(to, ++n, act, member(each, "system"),
			     member(each, "only_after"));
	}
	ep_json_free(steps);
}
