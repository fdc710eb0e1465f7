/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compressed blobs come back as they were, and damage or a bomb is an error.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "ext/pack.h"

static struct ep_err err;

static void there_and_back(void **state)
{
	static char much[300000];
	struct ep_buf packed, back;
	size_t n;

	(void)state;
	for (n = 0; n < sizeof(much); n++)
		much[n] = (char)(n % 251 ^ n / 977);
	ep_buf_init(&packed, 1 << 20);
	ep_buf_init(&back, 1 << 20);
	for (n = 0; n <= sizeof(much); n += 60000) {
		ep_buf_clear(&packed);
		ep_buf_clear(&back);
		ep_pack(&packed, much, n);
		assert_int_equal(ep_unpack(packed.s, packed.len, n, &back,
					   &err), 0);
		assert_int_equal(back.len, n);
		assert_memory_equal(back.s, much, n);
	}
	ep_buf_release(&packed);
	ep_buf_release(&back);
}

static void bombs_are_refused(void **state)
{
	size_t size = 50 * 1024 * 1024;
	EP_AUTO_FREE char *zeros = ep_calloc(size, 1);
	struct ep_buf packed, back;

	(void)state;
	ep_buf_init(&packed, 1 << 20);
	ep_buf_init(&back, 1 << 20);
	ep_pack(&packed, zeros, size);
	assert_true(packed.len < 10000);
	assert_int_equal(ep_unpack(packed.s, packed.len, 1 << 20, &back, &err),
			 EP_ELIMIT);
	assert_int_equal(back.len, 0);
	assert_int_equal(ep_unpack(packed.s, packed.len, size - 1, &back, &err),
			 EP_ELIMIT);
	ep_buf_release(&packed);
	ep_buf_release(&back);
}

/* Each byte of a frame changed, and each length but the right one. */
static void damage_is_noticed(void **state)
{
	const char *text = "the same words, the same words, and some others";
	struct ep_buf packed, back;
	size_t i;

	(void)state;
	ep_buf_init(&packed, 1000);
	ep_buf_init(&back, 1 << 20);
	ep_pack(&packed, text, strlen(text));
	for (i = 0; i < packed.len; i++) {
		int rc;

		packed.s[i] ^= 0x10;
		ep_buf_clear(&back);
		rc = ep_unpack(packed.s, packed.len, 1000, &back, &err);
		/* A flag that means nothing here may change unseen; the
		 * content may not. */
		if (!rc)
			assert_string_equal(back.s, text);
		else
			assert_int_equal(back.len, 0);
		if (i >= 6)
			assert_true(rc < 0);
		packed.s[i] ^= 0x10;
	}
	for (i = 0; i < packed.len; i++)
		assert_int_equal(ep_unpack(packed.s, i, 1000, &back, &err),
				 EP_EDATA);
	/* Two frames are two blobs, even where the second is empty. */
	i = packed.len;
	ep_pack(&packed, "", 0);
	assert_int_equal(ep_unpack(packed.s, packed.len, 1000, &back, &err),
			 EP_EDATA);
	ep_buf_cut(&packed, i);
	ep_buf_addc(&packed, 'x');
	assert_int_equal(ep_unpack(packed.s, packed.len, 1000, &back, &err),
			 EP_EDATA);
	ep_buf_release(&packed);
	ep_buf_release(&back);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(bombs_are_refused),
		cmocka_unit_test(damage_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
