/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is what was read all that the import is about?  A file from which no row
 * comes must not stand for a tenancy that has nothing, and an export that was
 * made without the attribute by which users are told from computers must not
 * stand for a directory without users.
 */
#include "collect/import_priv.h"

#include <string.h>

#include "base/str.h"

/* The member of the record that rows of an emit depend on; NULL none. */
static const char *condition(const struct ep_spec_emit *emit)
{
	const char *path = emit->when;

	if (path && ep_str_starts(path, "^."))
		return path + 2;
	return emit->each ? NULL : path;
}

void ep_import_whole_note(struct ep_import_run *run,
			  const struct ep_json *record)
{
	const struct ep_spec_emits *emits = &run->request->import->emits;
	const struct ep_json *value;

	while (run->met.n < emits->n)
		EP_VEC_ADD(&run->met) = false;
	for (size_t i = 0; i < emits->n; i++) {
		const char *path = condition(&emits->v[i]);

		if (path && ep_json_path(record, path, &value) ==
				    EP_JSON_PRESENT)
			run->met.v[i] = true;
	}
}

/* The same member is complained about once. */
static bool said_before(const struct ep_spec_emits *emits, size_t i)
{
	for (size_t k = 0; k < i; k++) {
		if (ep_str_eq(condition(&emits->v[k]),
			      condition(&emits->v[i])))
			return true;
	}
	return false;
}

static void check_conditions(struct ep_import_run *run)
{
	const struct ep_spec_emits *emits = &run->request->import->emits;

	for (size_t i = 0; i < run->met.n; i++) {
		const char *path = condition(&emits->v[i]);

		if (!path || run->met.v[i] || said_before(emits, i))
			continue;
		ep_import_complain(run, NULL,
				   "no entry has %s, so it cannot be told "
				   "what is not there from what was not "
				   "exported; export it again with all names "
				   "and all kinds of entries",
				   path);
	}
}

void ep_import_whole_check(struct ep_import_run *run)
{
	const struct ep_spec_import *im = run->request->import;

	run->line = 0;
	run->record = 0;
	if (im->format == EP_IMPORT_LDIF)
		check_conditions(run);
	for (size_t i = 0; i < run->parts.n && !im->may_be_empty; i++) {
		if (run->parts.v[i]->seen.n == 0)
			ep_import_complain(run, NULL,
					   "nothing of what it is for is in "
					   "it; nothing was imported");
	}
}
