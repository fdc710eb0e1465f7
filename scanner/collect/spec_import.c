/* SPDX-License-Identifier: Apache-2.0 */
/*
 * imports: of a connector, the files that bring in what a vendor shows only
 * in its portal.
 */
#include "collect/spec_read.h"

#include <string.h>

#include "base/str.h"

#define DAY 86400

static const char *const import_keys[] = {
	"title",	 "file",	  "doc",
	"of_system",	 "tenant_column", "tenant_by",
	"one_tenant",	 "captured_at",	  "captured_by",
	"format",	 "records",	  "columns",
	"optional_columns", "other_columns", "may_be_empty",
	"expected",	 "max_age_days",  "emit",
	"attributes",	 "lists",	  "links",
	"through",	 "own_sid",	  NULL
};

static bool has_column(const struct ep_spec_import *im, const char *name)
{
	for (size_t i = 0; i < im->columns.n; i++) {
		if (ep_str_eq(im->columns.v[i], name))
			return true;
	}
	for (size_t i = 0; i < im->optional_columns.n; i++) {
		if (ep_str_eq(im->optional_columns.v[i], name))
			return true;
	}
	return false;
}

static void check_column(struct ep_spec_reader *rd, const struct ep_yaml *map,
			 const struct ep_spec_import *im, const char *key,
			 const char *name)
{
	if (!name)
		return;
	if (im->format == EP_IMPORT_CSV) {
		if (!has_column(im, name))
			ep_spec_complain(rd, ep_yaml_get(map, key),
					 "%s: \"%.100s\" is none of the "
					 "columns", key, name);
	} else if (!ep_spec_field_path_valid(name)) {
		ep_spec_complain(rd, ep_yaml_get(map, key),
				 "%s: \"%.200s\" is no path", key, name);
	}
}

/* Of files that are no tables. */
static void check_shape(struct ep_spec_reader *rd, const struct ep_yaml *map,
			const struct ep_spec_import *im)
{
	if (im->format == EP_IMPORT_LDIF) {
		if (im->records || im->columns.n == 0 || !im->one_tenant)
			ep_spec_complain(rd, map, "an LDIF import needs "
					 "attributes: and one_tenant: true, "
					 "and no records:");
		return;
	}
	if (im->columns.n || im->optional_columns.n)
		ep_spec_complain(rd, map, "columns: are for CSV");
	if (!im->records)
		ep_spec_complain(rd, map, "a JSON import needs records: "
				 "(\".\" when the file is the array)");
}

static void check_columns(struct ep_spec_reader *rd, const struct ep_yaml *map,
			  const struct ep_spec_import *im)
{
	if (im->format != EP_IMPORT_LDIF &&
	    (im->lists.n || im->links.n || im->through || im->own_sid))
		ep_spec_complain(rd, map, "lists:, links:, through: and "
				 "own_sid: are for LDIF");
	if (im->format != EP_IMPORT_CSV) {
		check_shape(rd, map, im);
		return;
	}
	if (im->columns.n == 0)
		ep_spec_complain(rd, map, "a CSV import needs columns:");
	if (im->records)
		ep_spec_complain(rd, map, "records: is for JSON");
	for (size_t i = 0; i < im->columns.n; i++) {
		for (size_t k = 0; k < i; k++) {
			if (ep_str_eq(im->columns.v[i], im->columns.v[k]))
				ep_spec_complain(rd, map,
						 "column \"%.100s\" is listed "
						 "twice", im->columns.v[i]);
		}
	}
}

static void check_import(struct ep_spec_reader *rd, const struct ep_yaml *map,
			 const struct ep_spec_import *im)
{
	check_columns(rd, map, im);
	check_column(rd, map, im, "tenant_column", im->tenant_column);
	check_column(rd, map, im, "captured_at", im->captured_at);
	check_column(rd, map, im, "captured_by", im->captured_by);
	if (im->one_tenant == (im->tenant_column != NULL))
		ep_spec_complain(rd, map,
				 "an import needs either tenant_column: or "
				 "one_tenant: true");
	if (im->file && strchr(im->file, '/'))
		ep_spec_complain(rd, map, "file: is a name, not a path");
	if (im->emits.n == 0)
		ep_spec_complain(rd, map, "an import needs emit:");
}

static void read_import(struct ep_spec_reader *rd, const struct ep_yaml *map,
			struct ep_spec_import *im)
{
	static const char *const formats[] = { "csv", "json", "ldif", NULL };
	static const char *const keys[] = { "id", "domain", NULL };
	struct ep_spec_columns columns = { &im->columns,
					   &im->optional_columns };
	int64_t days = 0;

	ep_yaml_known(map, import_keys, "an import", rd->file, rd->diag);
	im->title = ep_spec_must(rd, map, "title", "an import");
	im->file = ep_spec_must(rd, map, "file", "an import");
	im->doc = ep_spec_must(rd, map, "doc", "an import");
	im->of_system = ep_spec_text(rd, map, "of_system");
	if (!im->of_system)
		im->of_system = ep_strdup(rd->spec->system);
	im->tenant_column = ep_spec_text(rd, map, "tenant_column");
	im->tenant_by_domain = ep_spec_choice(rd, map, "tenant_by", keys, 0);
	im->one_tenant = ep_spec_bool(rd, map, "one_tenant");
	im->captured_at = ep_spec_text(rd, map, "captured_at");
	im->captured_by = ep_spec_text(rd, map, "captured_by");
	im->format = (enum ep_import_format)ep_spec_choice(
		rd, map, "format", formats, EP_IMPORT_CSV);
	im->records = ep_spec_json_path(rd, map, "records");
	ep_spec_words(rd, map, im->format == EP_IMPORT_LDIF ? "attributes" :
							    "columns",
		      &im->columns);
	ep_spec_words(rd, map, "lists", &im->lists);
	ep_spec_words(rd, map, "links", &im->links);
	im->through = ep_spec_text(rd, map, "through");
	im->own_sid = ep_spec_bool(rd, map, "own_sid");
	ep_spec_words(rd, map, "optional_columns", &im->optional_columns);
	im->other_columns = ep_spec_bool(rd, map, "other_columns");
	im->may_be_empty = ep_spec_bool(rd, map, "may_be_empty");
	im->expected = ep_spec_bool(rd, map, "expected");
	ep_spec_int(rd, map, "max_age_days", 1, 3660, &days);
	im->max_age = days * DAY;
	ep_spec_read_emits(rd, map,
			   im->format == EP_IMPORT_CSV ? &columns : NULL,
			   &im->emits);
	check_import(rd, map, im);
}

void ep_spec_read_imports(struct ep_spec_reader *rd, const struct ep_yaml *top)
{
	const struct ep_yaml *map = ep_spec_map(rd, top, "imports");

	for (const struct ep_yaml *m = map ? map->child : NULL; m;
	     m = m->next) {
		struct ep_spec_import *im;

		if (!ep_spec_name_valid(m->key))
			ep_spec_complain(rd, m,
					 "\"%.100s\" is no name of an import; "
					 "use a-z, 0-9, _ and -", m->key);
		if (!ep_spec_is_map(rd, m, "an import"))
			continue;
		im = &EP_VEC_ADD(&rd->spec->imports);
		memset(im, 0, sizeof(*im));
		im->name = ep_strdup(m->key);
		im->line = m->key_line;
		read_import(rd, m, im);
	}
}
