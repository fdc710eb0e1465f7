/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LDIF: what tools write, and what must not be taken for a whole file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/str.h"
#include "collect/ldif.h"
#include "collect/utf16.h"

/* All records as "dn{name=value,...}", then complaints as "!line message". */
static char *read_all(const char *s, size_t n, struct ep_buf *out)
{
	struct ep_ldif ldif;
	struct ep_diag diag;

	ep_buf_clear(out);
	ep_diag_init(&diag);
	if (ep_ldif_init(&ldif, "f", s, n, &diag)) {
		while (ep_ldif_next(&ldif)) {
			ep_buf_addf(out, "%s{", ep_ldif_dn(&ldif));
			for (size_t i = 0; i < ldif.values.n; i++)
				ep_buf_addf(out, "%s%s=%s", i ? "," : "",
					    ep_ldif_name(&ldif, i),
					    ep_ldif_bytes(&ldif, i));
			ep_buf_adds(out, "}");
		}
		ep_buf_addf(out, "%s%s", ldif.captured_at, ldif.captured_by);
	}
	for (size_t i = 0; i < diag.n; i++)
		ep_buf_addf(out, "!%d %s", diag.item[i].line,
			    diag.item[i].msg);
	ep_ldif_release(&ldif);
	ep_diag_release(&diag);
	return out->s;
}

static void test_records(void **state)
{
	static const struct {
		const char *text;
		const char *read;
	} cases[] = {
		{ "", "" },
		{ "\n\n# nothing\n", "" },
		{ "version: 1\n\ndn: CN=a\ncn: a\n\ndn: CN=b\ncn: b\ncn: c\n",
		  "CN=a{cn=a}CN=b{cn=b,cn=c}" },
		{ "dn: CN=a\r\ncn: a\r\n\r\ndn: CN=b\r\n", "CN=a{cn=a}CN=b{}" },
		{ "dn: CN=a\nchangetype: add\ncn: a\n", "CN=a{cn=a}" },
		/* Folded at any byte, comments and base64, too. */
		{ "dn: CN=lo\n ng\ncn: one\n  two\n# com\n ment\nsn: x\n",
		  "CN=long{cn=one two,sn=x}" },
		{ "dn:: Q049w6Q=\ncn:: YW\n Jj\n", "CN=\xc3\xa4{cn=abc}" },
		{ "dn: CN=a\ncn:\nsn:  two blanks\n", "CN=a{cn=,sn=two blanks}" },
		{ "dn: CN=a\nmember;range=0-1: x\n", "CN=a{member=x}" },
		{ "# captured_at: 2026-11-21\n# captured_by: it@a.example\n"
		  "dn: CN=a\n\n# captured_by: other\n",
		  "CN=a{}2026-11-21it@a.example" },
		{ "\xef\xbb\xbf" "dn: CN=a\n", "CN=a{}" },
	};
	struct ep_buf out = EP_BUF_INIT(65536);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(read_all(cases[i].text,
					     strlen(cases[i].text), &out),
				    cases[i].read);
	ep_buf_release(&out);
}

static void test_complaints(void **state)
{
	static const struct {
		const char *text;
		const char *part;
	} cases[] = {
		{ "dn: CN=a\ncn: cut", "!1 the file ends in the middle" },
		{ "dn: CN=a\nchangetype: delete\n", "!2 this file holds changes" },
		{ "dn: CN=a\nchangetype: modify\nreplace: cn\ncn: x\n-\n",
		  "changes" },
		{ "dn: CN=a\njpegPhoto:< file:///etc/passwd\n",
		  "!2 a value that lies in another file" },
		{ "dn: CN=a\ncn:: ***\n", "!2 the value is no base64" },
		{ "dn: CN=a\nno colon\n", "!2 a line is" },
		{ "cn: a\ndn: CN=a\n", "!1 a record starts with dn:" },
		{ "version: 2\ndn: CN=a\n", "!1 only version 1" },
		{ "dn: CN=a\ncn: \xff\n", "!2 the value is no text" },
		{ "\xff\xfe\x64", "!1 this is no text in UTF-16" },
	};
	struct ep_buf out = EP_BUF_INIT(65536);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *got = read_all(cases[i].text,
					   strlen(cases[i].text), &out);

		if (!strstr(got, cases[i].part))
			fail_msg("%zu: %s", i, got);
	}
	/* What follows a bad record is read all the same. */
	assert_non_null(strstr(read_all("x\n\ndn: CN=b\ncn: b\n", 18, &out),
			       "CN=b{cn=b}"));
	ep_buf_release(&out);
}

static void test_utf16(void **state)
{
	static const char text[] = "\xff\xfe" "d\0n\0:\0 \0C\0N\0=\0\xe4\0"
				   "\x3d\xd8\x00\xde\n\0";
	struct ep_buf out = EP_BUF_INIT(65536);

	(void)state;
	assert_string_equal(read_all(text, sizeof(text) - 1, &out),
			    "CN=\xc3\xa4\xf0\x9f\x98\x80{}");
	ep_buf_clear(&out);
	assert_false(ep_utf16_read("\x3d\xd8", 2, &out));
	assert_false(ep_utf16_read("\x00\xde", 2, &out));
	assert_false(ep_utf16_read("a", 1, &out));
	ep_buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_complaints),
		cmocka_unit_test(test_utf16),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
