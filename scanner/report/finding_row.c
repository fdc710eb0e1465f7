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

/* --- systems ---------------------------------------------------------------- */

void ep_finding_systems_init(struct ep_finding_systems *systems)
{
	ep_buf_init(&systems->list, EP_TEXT_BYTES_MAX);
	ep_finding_systems_clear(systems);
}

void ep_finding_systems_release(struct ep_finding_systems *systems)
{
	ep_buf_release(&systems->list);
}

void ep_finding_systems_clear(struct ep_finding_systems *systems)
{
	ep_buf_clear(&systems->list);
	ep_buf_addc(&systems->list, '/');
	systems->all = false;
}

static bool listed(const struct ep_finding_systems *systems, const char *name,
		   size_t n)
{
	const char *at = systems->list.s;

	while ((at = strchr(at, '/')) && at[1]) {
		at++;
		if (strncmp(at, name, n) == 0 && at[n] == '/')
			return true;
	}
	return false;
}

void ep_finding_systems_add(struct ep_finding_systems *systems,
			    const char *unit)
{
	const char *slash = strchr(unit, '/');

	if (!slash) {
		systems->all = true;
	} else if (!listed(systems, unit, (size_t)(slash - unit))) {
		ep_buf_add(&systems->list, unit, (size_t)(slash - unit));
		ep_buf_addc(&systems->list, '/');
	}
}

static bool needed(const struct ep_finding_systems *systems,
		   const char *system)
{
	return !systems || !system || systems->all || systems->list.overflow ||
	       listed(systems, system, strlen(system));
}

/* --- remedy ------------------------------------------------------------------ */

void ep_finding_remedy(const char *json,
		       const struct ep_finding_systems *systems,
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
		if (act && needed(systems, member(each, "system")))
			step(to, ++n, act, member(each, "system"),
			     member(each, "only_after"));
	}
	ep_json_free(steps);
}

/* --- group -------------------------------------------------------------------- */

void ep_finding_group_init(struct ep_finding_group *group)
{
	ep_buf_init(&group->rule, 1024);
	ep_buf_init(&group->remedy, EP_FILE_BYTES_MAX);
	ep_finding_systems_init(&group->systems);
}

void ep_finding_group_release(struct ep_finding_group *group)
{
	ep_buf_release(&group->rule);
	ep_buf_release(&group->remedy);
	ep_finding_systems_release(&group->systems);
}

bool ep_finding_group_ends(const struct ep_finding_group *group,
			   const struct ep_finding_row *row)
{
	return group->rule.len == 0 ||
	       strcmp(group->rule.s, ep_finding_text(row, EP_F_RULE)) != 0;
}

void ep_finding_group_start(struct ep_finding_group *group,
			    const struct ep_finding_row *row)
{
	ep_buf_clear(&group->rule);
	ep_buf_clear(&group->remedy);
	ep_finding_systems_clear(&group->systems);
	ep_buf_adds(&group->rule, ep_finding_text(row, EP_F_RULE));
	ep_buf_adds(&group->remedy, ep_finding_text(row, EP_F_REMEDY));
}
