/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One record, as a line of CSV, an entry of LDIF or an object of JSON.
 */
#include "import_seed.h"

#include "base/file.h"
#include "base/str.h"
#include "office.h"
#include "page_seed.h"

static const struct ep_spec_field *
field_of(const struct ep_spec_import *im, const char *column)
{
	for (size_t i = 0; i < im->emits.n; i++) {
		const struct ep_spec_emit *emit = &im->emits.v[i];

		for (size_t k = 0; k < emit->fields.n; k++) {
			const struct ep_spec_field *field = &emit->fields.v[k];

			for (size_t m = 0; m < field->path.n; m++) {
				if (ep_str_eq(field->path.v[m], column))
					return field;
			}
		}
	}
	return NULL;
}

/* Without the quotes of JSON. */
static void put_value(const struct ep_spec_import *im, const char *column,
		      struct ep_buf *out)
{
	const struct ep_spec_field *field = field_of(im, column);
	struct ep_words kept = { .n = 0 };
	const char *text;
	size_t n;

	if (ep_str_eq(column, im->captured_at)) {
		ep_buf_adds(out, "2026-11-21T10:00:00Z");
	} else if (ep_str_eq(column, im->captured_by)) {
		ep_buf_adds(out, "ada@northwind.example");
	} else if (ep_str_eq(column, im->tenant_column)) {
		ep_buf_adds(out, OFFICE_TENANT);
	} else if (field) {
		text = page_seed_word(field, &kept);
		n = strlen(text);
		if (text[0] == '"')
			ep_buf_add(out, text + 1, n - 2);
		else
			ep_buf_add(out, text, n);
	} else {
		ep_buf_adds(out, "v1");
	}
	ep_words_release(&kept);
}

static void write_csv(const struct ep_spec_import *im, struct ep_buf *out)
{
	for (size_t i = 0; i < im->columns.n; i++)
		ep_buf_addf(out, "%s%s", i ? "," : "", im->columns.v[i]);
	ep_buf_addc(out, '\n');
	for (size_t i = 0; i < im->columns.n; i++) {
		ep_buf_adds(out, i ? "," : "");
		put_value(im, im->columns.v[i], out);
	}
	ep_buf_addc(out, '\n');
}

static void write_ldif(const struct ep_spec_import *im, struct ep_buf *out)
{
	ep_buf_adds(out, "dn: DC=corp,DC=example\nobjectClass: domainDNS\n"
			 "objectSid:: AQQAAAAAAAUVAAAAAQAAAAIAAAADAAAA\n\n"
			 "dn: CN=Ada,DC=corp,DC=example\n");
	for (size_t i = 0; i < im->columns.n; i++) {
		ep_buf_addf(out, "%s: ", im->columns.v[i]);
		put_value(im, im->columns.v[i], out);
		ep_buf_addc(out, '\n');
	}
}

void import_seed_write(const char *folder, size_t number,
		       const struct ep_spec_import *im)
{
	struct ep_err err = EP_ERR_INIT;
	EP_AUTO_FREE char *path = NULL;
	struct ep_buf out;
	char name[64];

	snprintf(name, sizeof(name), "%zu-%s", number, im->name);
	path = ep_file_join(folder, name);
	ep_buf_init(&out, 1024 * 1024);
	ep_buf_addc(&out, (char)number);
	if (im->format == EP_IMPORT_CSV)
		write_csv(im, &out);
	else if (im->format == EP_IMPORT_LDIF)
		write_ldif(im, &out);
	else
		page_seed_record(im->records, &im->emits, &out);
	must(ep_file_put(path, 0644, out.s, out.len, &err) == 0);
	ep_buf_release(&out);
}
