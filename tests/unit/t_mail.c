/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mail: nothing that comes from outside adds a header, a recipient or a line
 * that is none of ours.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "ext/crypto.h"
#include "ext/mail.h"

static void test_addresses(void **state)
{
	static const char *const good[] = { "a@b.example",
					    "first.last+x@sub-1.example",
					    "A_b%c@d", NULL };
	static const char *const bad[] = { "",
					   "@",
					   "a@",
					   "@b",
					   "a b@c.example",
					   "a@b@c.example",
					   "a@b.example\n",
					   "a@b.example\r\nBcc: x@y.example",
					   "<a@b.example>",
					   "a@b.example,c@d.example",
					   "a@.example",
					   "\"a\"@b.example",
					   "a\x80@b.example",
					   "-a@b.example",
					   "a@-b.example",
					   "a@b.example>",
					   NULL };

	(void)state;
	for (int i = 0; good[i]; i++)
		if (!ep_mail_address_valid(good[i]))
			fail_msg("%s is refused", good[i]);
	for (int i = 0; bad[i]; i++)
		if (ep_mail_address_valid(bad[i]))
			fail_msg("%s is taken", bad[i]);
}

static void test_servers(void **state)
{
	static const char *const bad[] = { "mail.example",
					   "http://mail.example",
					   "smtp://",
					   "smtp://a@mail.example",
					   "smtp://mail.example/x",
					   "smtp://mail.example\r\n",
					   "smtps://mail.example?x",
					   NULL };

	(void)state;
	assert_true(ep_mail_server_valid("smtp://mail.example"));
	assert_true(ep_mail_server_valid("smtps://mail.example:465"));
	for (int i = 0; bad[i]; i++)
		if (ep_mail_server_valid(bad[i]))
			fail_msg("%s is taken", bad[i]);
}

static void write_mail(const char *subject, const char *text,
		       struct ep_buf *out)
{
	static const char *const to[] = { "a@b.example", "c@d.example" };
	const struct ep_mail mail = {
		.server = "smtps://mail.example",
		.from = "x@y.example",
		.to = to,
		.n_to = 2,
		.subject = subject,
		.text = text,
		.id = "0a",
		.date = 1763344800,
	};
	struct ep_err err = EP_ERR_INIT;

	ep_buf_init(out, 1024 * 1024);
	if (ep_mail_write(&mail, out, &err) < 0)
		fail_msg("%s", err.msg);
}

/* Every line but those of base64, and how many there are. */
static void test_no_line_from_outside(void **state)
{
	static const char evil[] = "x\r\nBcc: all@evil.example\r\n\r\n"
				   "<script>\n.\r\nQUIT\r\n";
	struct ep_buf out;

	(void)state;
	write_mail(evil, evil, &out);
	assert_null(strstr(out.s, "Bcc"));
	assert_null(strstr(out.s, "QUIT"));
	assert_null(strstr(out.s, "\n.\r"));
	assert_non_null(strstr(out.s, "Date: Mon, 17 Nov 2025 02:00:00 +0000"
				      "\r\nFrom: <x@y.example>\r\n"
				      "To: <a@b.example>,\r\n <c@d.example>"
				      "\r\nMessage-ID: <0a@y.example>\r\n"
				      "Subject: =?UTF-8?B?"));
	for (size_t i = 0; i < out.len; i++)
		assert_false(out.s[i] == '\n' &&
			     (i == 0 || out.s[i - 1] != '\r'));
	ep_buf_release(&out);
}

static void test_text_is_whole(void **state)
{
	struct ep_buf out, body, plain;
	struct ep_err err = EP_ERR_INIT;
	const char *at;

	(void)state;
	write_mail("\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc"
		   "\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc"
		   "\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc"
		   "\xc3\xbc",
		   "one\ntwo \xff three\n", &out);
	/* No encoded word is cut within a character, none is too long. */
	assert_non_null(strstr(out.s, "?=\r\n =?UTF-8?B?w7w=?="));
	at = strstr(out.s, "\r\n\r\n");
	assert_non_null(at);
	ep_buf_init(&body, 4096);
	ep_buf_init(&plain, 4096);
	for (at += 4; *at; at++)
		if (*at != '\r' && *at != '\n')
			ep_buf_addc(&body, *at);
	assert_int_equal(ep_base64_decode(body.s, body.len, &plain, &err), 0);
	assert_string_equal(plain.s, "one\r\ntwo \xef\xbf\xbd three\r\n");
	ep_buf_release(&out);
	ep_buf_release(&body);
	ep_buf_release(&plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_servers),
		cmocka_unit_test(test_no_line_from_outside),
		cmocka_unit_test(test_text_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
