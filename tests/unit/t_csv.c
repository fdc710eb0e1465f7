/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV is read as RFC 4180 has it; whatever is doubtful is refused by line and
 * column and never guessed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "collect/csv.h"

static struct ep_diag diag;

static int set_up(void **state)
{
	(void)state;
	ep_diag_init(&diag);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	ep_diag_release(&diag);
	return 0;
}

/* Records as "[a|b][c|d]". */
static void read_all(const char *s, size_t n, struct ep_buf *out)
{
	struct ep_csv csv;

	ep_buf_init(out, 4 * EP_CSV_RECORD_BYTES_MAX);
	if (ep_csv_init(&csv, "f.csv", s, n, &diag)) {
		while (ep_csv_next(&csv)) {
			for (size_t i = 0; i < csv.fields.n; i++)
				ep_buf_addf(out, "%s%s", i ? "|" : "[",
					    ep_csv_text(&csv, i));
			ep_buf_addc(out, ']');
		}
	}
	ep_csv_release(&csv);
}

static void check(const char *s, const char *want)
{
	struct ep_buf out;

	read_all(s, strlen(s), &out);
	assert_string_equal(out.s ? out.s : "", want);
	assert_int_equal(diag.n, 0);
	ep_buf_release(&out);
}

static void refuse(const char *s, int line, int col, const char *msg)
{
	struct ep_buf out;

	ep_diag_release(&diag);
	ep_diag_init(&diag);
	read_all(s, strlen(s), &out);
	ep_buf_release(&out);
	assert_int_equal(diag.n, 1);
	assert_non_null(strstr(diag.item[0].msg, msg));
	assert_int_equal(diag.item[0].line, line);
	assert_int_equal(diag.item[0].col, col);
}

static void reads_what_spreadsheets_write(void **state)
{
	(void)state;
	check("a,b\nc,d\n", "[a|b][c|d]");
	check("a,b\r\nc,d", "[a|b][c|d]");
	check("\xef\xbb\xbf" "a,b\r\n", "[a|b]");
	check("\"a\",\"b c\"\n", "[a|b c]");
	check("a,,\n", "[a||]");
	check("", "");
	check("\n\r\n", "");
	check("a,b\n\n\nc,d\n\n", "[a|b][c|d]");
}

static void reads_quotes(void **state)
{
	(void)state;
	check("\"Lima, Ana\",x\n", "[Lima, Ana|x]");
	check("\"say \"\"hi\"\"\",x\n", "[say \"hi\"|x]");
	check("\"two\r\nlines\",x\ny,z\n", "[two\r\nlines|x][y|z]");
	check("\"\",\"\"\n", "[|]");
}

static void counts_lines_and_columns(void **state)
{
	const char *s = "a,b\n\"x\ny\",\xc3\xa9\xc3\xa9,z\n";
	struct ep_csv csv;

	(void)state;
	assert_true(ep_csv_init(&csv, "f.csv", s, strlen(s), &diag));
	assert_true(ep_csv_next(&csv));
	assert_int_equal(csv.line, 1);
	assert_int_equal(csv.fields.v[1].col, 3);
	assert_true(ep_csv_next(&csv));
	assert_int_equal(csv.line, 2);
	assert_int_equal(csv.fields.v[1].line, 3);
	assert_int_equal(csv.fields.v[1].col, 4);
	assert_int_equal(csv.fields.v[2].col, 7);
	assert_false(ep_csv_next(&csv));
	ep_csv_release(&csv);
}

static void refuses_what_is_doubtful(void **state)
{
	(void)state;
	refuse("a,b\"c\n", 1, 4, "a quote inside a field");
	refuse("a,b\n\"c\"d,e\n", 2, 4, "text after a closing quote");
	refuse("a,b\nc,\"d\ne,f\n", 2, 3, "never closed");
	refuse("a,b\rc\n", 1, 4, "carriage return");
	refuse("a,b\nc,\xff\n", 2, 1, "not text in UTF-8");
}

static void refuses_nul_and_utf16(void **state)
{
	struct ep_buf out;

	(void)state;
	read_all("a,b\0c\n", 6, &out);
	assert_int_equal(diag.n, 1);
	ep_buf_release(&out);
	read_all("\xff\xfe" "a\0,\0", 6, &out);
	assert_int_equal(diag.n, 2);
	assert_int_equal(out.len, 0);
	ep_buf_release(&out);
}

/* One look shows all that is wrong. */
static void goes_on_behind_an_error(void **state)
{
	struct ep_buf out;
	const char *s = "a\"b,c\nd,\"e\"f\ng,h\n";

	(void)state;
	read_all(s, strlen(s), &out);
	assert_string_equal(out.s, "[a\"b|c][d|e][g|h]");
	assert_int_equal(diag.n, 2);
	assert_int_equal(diag.item[1].line, 2);
	ep_buf_release(&out);
}

static void bounds_columns_and_records(void **state)
{
	size_t n = EP_CSV_RECORD_BYTES_MAX + 10;
	char *s = ep_alloc(n + 1);
	struct ep_buf out;

	(void)state;
	/* A million fields in one line take no time either. */
	memset(s, ',', n);
	s[n] = '\0';
	read_all(s, n - 100, &out);
	assert_int_equal(diag.n, 1);
	assert_non_null(strstr(diag.item[0].msg, "more columns"));
	ep_buf_release(&out);
	memset(s, 'x', n);
	read_all(s, n, &out);
	assert_int_equal(diag.n, 2);
	assert_non_null(strstr(diag.item[1].msg, "EP_CSV_RECORD_BYTES_MAX"));
	ep_buf_release(&out);
	ep_free(s);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(reads_what_spreadsheets_write),
		TEST(reads_quotes),
		TEST(counts_lines_and_columns),
		TEST(refuses_what_is_doubtful),
		TEST(refuses_nul_and_utf16),
		TEST(goes_on_behind_an_error),
		TEST(bounds_columns_and_records),
	};

	return cmocka_run_group_tests_name("csv", tests, NULL, NULL);
}
