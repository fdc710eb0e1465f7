/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV from bytes: every field lies in its record, positions only go forward,
 * and a file without complaints, written again with every field in quotes,
 * reads the same.
 */
#include "base/limits.h"
#include "collect/csv.h"
#include "reread.h"

static void write_field(struct ep_buf *out, const char *s, size_t n)
{
	ep_buf_addc(out, '"');
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '"')
			ep_buf_addc(out, '"');
		ep_buf_addc(out, s[i]);
	}
	ep_buf_addc(out, '"');
}

/* All records, each field in quotes. */
static void read_all(const char *s, size_t n, struct ep_diag *diag,
		     struct ep_buf *out)
{
	struct ep_csv csv;
	int line = 0;

	if (ep_csv_init(&csv, "fuzz", s, n, diag)) {
		while (ep_csv_next(&csv)) {
			must(csv.line > line && csv.fields.n > 0 &&
			     csv.fields.n <= EP_CSV_COLUMNS_MAX);
			line = csv.line;
			for (size_t i = 0; i < csv.fields.n; i++) {
				const struct ep_csv_field *f =
					&csv.fields.v[i];

				must(f->line >= csv.line && f->col > 0 &&
				     strlen(ep_csv_text(&csv, i)) == f->len);
				ep_buf_adds(out, i ? "," : "");
				write_field(out, ep_csv_text(&csv, i), f->len);
			}
			ep_buf_addc(out, '\n');
		}
	}
	ep_csv_release(&csv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	fuzz_reread(data, n, read_all);
	return 0;
}
