/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CSV reader.
 */
#include "collect/csv.h"

#include <string.h>

#include "base/limits.h"
#include "base/str.h"

/* Counts on from where it was asked last, since a line may be a whole file. */
static int col_at(struct ep_csv *csv, const char *p)
{
	if (csv->col_p < csv->line_start || csv->col_p > p) {
		csv->col_p = csv->line_start;
		csv->col = 1;
	}
	for (; csv->col_p < p; csv->col_p++)
		csv->col += ((unsigned char)*csv->col_p & 0xc0) != 0x80;
	return csv->col;
}

static void complain(struct ep_csv *csv, const char *p, const char *msg)
{
	ep_diag_add(csv->diag, csv->file, csv->at_line, col_at(csv, p), "%s",
		    msg);
}

/* Tells where the text stops being UTF-8, by line. */
static bool check_text(struct ep_csv *csv)
{
	for (const char *p = csv->p; p < csv->end;) {
		const char *nl = memchr(p, '\n', (size_t)(csv->end - p));
		const char *next = nl ? nl + 1 : csv->end;
		size_t n = (size_t)(next - p);

		csv->line_start = p;
		if (!ep_utf8_valid(p, n) || memchr(p, '\0', n)) {
			complain(csv, p, "this line is not text in UTF-8; save "
					 "the file as \"CSV UTF-8\"");
			return false;
		}
		p = next;
		csv->at_line++;
	}
	return true;
}

bool ep_csv_init(struct ep_csv *csv, const char *file, const char *s, size_t n,
		 struct ep_diag *diag)
{
	memset(csv, 0, sizeof(*csv));
	csv->file = file;
	csv->diag = diag;
	csv->p = s;
	csv->end = s + n;
	csv->at_line = 1;
	ep_buf_init(&csv->text, EP_CSV_RECORD_BYTES_MAX);
	if (n >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0)
		csv->p += 3;
	s = csv->p;
	if (!check_text(csv))
		return false;
	csv->at_line = 1;
	csv->line_start = s;
	csv->col_p = NULL;
	return true;
}

void ep_csv_release(struct ep_csv *csv)
{
	ep_vec_release(&csv->fields);
	ep_buf_release(&csv->text);
}

static bool at_line_end(const struct ep_csv *csv)
{
	return csv->p == csv->end || *csv->p == '\n' ||
	       (*csv->p == '\r' && csv->p + 1 < csv->end &&
		csv->p[1] == '\n');
}

static void skip_line_end(struct ep_csv *csv)
{
	if (csv->p < csv->end && *csv->p == '\r')
		csv->p++;
	if (csv->p < csv->end) {
		csv->p++;
		csv->at_line++;
	}
	csv->line_start = csv->p;
}

static void read_plain(struct ep_csv *csv)
{
	bool told = false;

	while (!at_line_end(csv) && *csv->p != ',') {
		if ((*csv->p == '"' || *csv->p == '\r') && !told) {
			complain(csv, csv->p,
				 *csv->p == '"' ?
					 "a quote inside a field that does not "
					 "start with one; put the field in "
					 "quotes and write this one twice" :
					 "a carriage return inside a field; "
					 "put the field in quotes");
			told = true;
		}
		ep_buf_addc(&csv->text, *csv->p++);
	}
}

static void read_quoted(struct ep_csv *csv)
{
	const char *start = csv->p++;
	int line = csv->at_line;
	int col = col_at(csv, start);

	for (;; csv->p++) {
		if (csv->p == csv->end) {
			ep_diag_add(csv->diag, csv->file, line, col,
				    "this quote is never closed");
			return;
		}
		if (*csv->p == '"') {
			if (csv->p + 1 == csv->end || csv->p[1] != '"')
				break;
			csv->p++;
		}
		ep_buf_addc(&csv->text, *csv->p);
		if (*csv->p == '\n') {
			csv->at_line++;
			csv->line_start = csv->p + 1;
		}
	}
	csv->p++;
	if (at_line_end(csv) || *csv->p == ',')
		return;
	complain(csv, csv->p, "text after a closing quote");
	while (!at_line_end(csv) && *csv->p != ',')
		csv->p++;
}

static void read_field(struct ep_csv *csv)
{
	struct ep_csv_field field = { .at = csv->text.len,
				      .line = csv->at_line,
				      .col = col_at(csv, csv->p) };

	if (csv->p < csv->end && *csv->p == '"')
		read_quoted(csv);
	else
		read_plain(csv);
	field.len = csv->text.len - field.at;
	ep_buf_addc(&csv->text, '\0');
	if (csv->fields.n < EP_CSV_COLUMNS_MAX) {
		EP_VEC_ADD(&csv->fields) = field;
	} else if (!csv->too_many) {
		complain(csv, csv->p, "more columns than any import has");
		csv->too_many = true;
	}
}

bool ep_csv_next(struct ep_csv *csv)
{
	csv->fields.n = 0;
	csv->too_many = false;
	ep_buf_clear(&csv->text);
	while (csv->p < csv->end && at_line_end(csv))
		skip_line_end(csv);
	if (csv->p == csv->end)
		return false;
	csv->line = csv->at_line;
	for (;;) {
		read_field(csv);
		if (csv->p == csv->end || *csv->p != ',')
			break;
		csv->p++;
	}
	if (csv->text.overflow) {
		ep_diag_add(csv->diag, csv->file, csv->line, 1,
			    "this record is longer than %d bytes "
			    "(EP_CSV_RECORD_BYTES_MAX)",
			    EP_CSV_RECORD_BYTES_MAX);
		csv->fields.n = 0;
		return false;
	}
	skip_line_end(csv);
	return true;
}

const char *ep_csv_text(const struct ep_csv *csv, size_t field)
{
	return csv->text.s + csv->fields.v[field].at;
}
