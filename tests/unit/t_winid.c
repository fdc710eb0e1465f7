/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Identifiers and times of a Windows directory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/winid.h"

static void test_sid(void **state)
{
	static const char user[] = "\x01\x05\0\0\0\0\0\x05\x15\0\0\0"
				   "\xdc\xe9\x83\xd3\x32\x75\x11\x8d"
				   "\x8d\x9f\x4b\x53\x51\x04\0";
	struct ep_buf out = EP_BUF_INIT(200);

	(void)state;
	assert_true(ep_winid_sid(user, 28, &out));
	assert_string_equal(out.s,
			    "S-1-5-21-3548637660-2366731570-1397464973-1105");
	ep_buf_clear(&out);
	assert_false(ep_winid_sid(user, 27, &out));
	assert_false(ep_winid_sid("\x02\0\0\0\0\0\0\x05", 8, &out));
	assert_false(ep_winid_sid("", 0, &out));
	assert_int_equal(out.len, 0);
	/* An export may have written it out. */
	assert_true(ep_winid_text(EP_WINID_SID, "S-1-5-32-544", 12, &out));
	assert_string_equal(out.s, "S-1-5-32-544");
	ep_buf_release(&out);
}

static void test_guid(void **state)
{
	static const uint8_t bytes[16] = { 0x32, 0xc2, 0xfb, 0x43, 0x3f, 0x64,
					   0x4d, 0x46, 0x8c, 0x10, 0x7b, 0x95,
					   0xaa, 0x93, 0x7b, 0x52 };
	static const char text[] = "43fbc232-643f-464d-8c10-7b95aa937b52";
	struct ep_buf out = EP_BUF_INIT(200);
	uint8_t back[16];

	(void)state;
	assert_true(ep_winid_guid(bytes, 16, &out));
	assert_string_equal(out.s, text);
	assert_true(ep_winid_guid_bytes(text, back));
	assert_memory_equal(back, bytes, 16);
	assert_true(ep_winid_guid_bytes("43FBC232-643F-464D-8C10-7B95AA937B52",
					back));
	assert_memory_equal(back, bytes, 16);
	assert_false(ep_winid_guid_bytes("43fbc232", back));
	assert_false(ep_winid_guid_bytes("", back));
	assert_false(ep_winid_guid_bytes("43fbc232-643f-464d-8c10-7b95aa937b5x",
					 back));
	assert_false(ep_winid_guid_bytes("43fbc232-643f-464d-8c10-"
					 "7b95aa937b5200", back));
	ep_buf_clear(&out);
	assert_false(ep_winid_guid(bytes, 15, &out));
	assert_int_equal(out.len, 0);
	ep_buf_release(&out);
	assert_int_equal(ep_winid_of("OBJECTGUID"), EP_WINID_GUID);
	assert_int_equal(ep_winid_of("cn"), EP_WINID_NONE);
}

static void test_times(void **state)
{
	int64_t t = 7;
	bool never;

	(void)state;
	assert_true(ep_winid_filetime(134084052000000000, &t, &never));
	assert_false(never);
	assert_int_equal(t, 1763931600);
	assert_true(ep_winid_filetime(0, &t, &never));
	assert_true(never);
	assert_true(ep_winid_filetime(INT64_MAX, &t, &never));
	assert_true(never);
	assert_false(ep_winid_filetime(-1, &t, &never));
	assert_true(ep_winid_span(-36288000000000, &t, &never));
	assert_int_equal(t, 42 * 86400);
	assert_true(ep_winid_span(INT64_MIN, &t, &never));
	assert_true(never);
	assert_false(ep_winid_span(5, &t, &never));
	assert_true(ep_winid_generalized("20261121075304.0Z", &t));
	assert_int_equal(t, 1795247584);
	assert_true(ep_winid_generalized("20261121075304Z", &t));
	assert_false(ep_winid_generalized("20261121075304.0+0100", &t));
	assert_false(ep_winid_generalized("2026112107", &t));
	assert_false(ep_winid_generalized("20261321075304.0Z", &t));
	assert_false(ep_winid_generalized("", &t));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sid),
		cmocka_unit_test(test_guid),
		cmocka_unit_test(test_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
