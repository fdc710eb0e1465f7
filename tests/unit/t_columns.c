/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values that are packed by column come back as they were, whatever they
 * are, in less room than row by row; and damage is an error.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "store/columns.h"

#define SLOTS_MAX 4
#define ROWS_MAX 300

static uint64_t seed;

/* xorshift64 */
static uint64_t draw(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* What was packed, as lines. */
static void say(struct ep_buf *out, int64_t rid, uint32_t absent,
		const struct ep_value *value, int slots)
{
	ep_buf_addf(out, "%lld %u", (long long)rid, absent);
	for (int i = 0; i < slots; i++)
		if (value[i].type == EP_VALUE_INT)
			ep_buf_addf(out, " %lld", (long long)value[i].number);
		else if (value[i].type == EP_VALUE_TEXT)
			ep_buf_addf(out, " '%.*s'", (int)value[i].len,
				    value[i].text);
		else
			ep_buf_adds(out, " -");
	ep_buf_addc(out, '\n');
}

struct said {
	struct ep_buf text;
	int slots;
};

static int take(void *to, int64_t rid, uint32_t absent,
		const struct ep_value *value, struct ep_err *err)
{
	struct said *said = to;

	(void)err;
	say(&said->text, rid, absent, value, said->slots);
	return 0;
}

static struct ep_value any_value(uint64_t kind)
{
	static const char *const texts[] = { "", "x", "Anne", "\xc3\xa5" };
	static const int64_t edges[] = { 0, -1, 1, INT64_MIN, INT64_MAX };
	struct ep_value value = { .type = EP_VALUE_INT };

	if (kind % 8 == 1)
		kind = draw();	/* of mixed types */
	value.number = 1795000000 + (int64_t)(draw() % 40000);
	if (kind % 8 == 2)
		value.number = edges[draw() % 5];
	else if (kind % 8 == 3)
		value.number = 1795000000;
	else if (kind % 8 == 4)
		value.type = EP_VALUE_NULL;
	if (kind % 8 != 5)
		return value;
	value.type = EP_VALUE_TEXT;
	value.text = texts[draw() % 4];
	value.len = strlen(value.text);
	return value;
}

/* Rows as a night has them, or as none ever had. */
static void fill(struct ep_columns *columns, struct ep_buf *want, size_t n)
{
	uint64_t how = draw();
	uint64_t kind[SLOTS_MAX];
	int64_t rid = how % 3 ? 1000 : (int64_t)draw();

	for (int i = 0; i < columns->slots; i++)
		kind[i] = draw();
	for (size_t row = 0; row < n; row++) {
		uint32_t absent = how & 64 ? (uint32_t)draw() : 32;
		struct ep_value value[SLOTS_MAX];

		rid = how % 3 == 2 ? (int64_t)draw() :
				     (int64_t)((uint64_t)rid + 1 +
					       draw() % 3 * (how % 3));
		ep_columns_row(columns, rid, absent);
		for (int i = 0; i < columns->slots; i++) {
			value[i] = any_value(kind[i]);
			ep_columns_value(columns, &value[i]);
		}
		say(want, rid, absent, value, columns->slots);
	}
}

static void test_there_and_back(void **state)
{
	struct ep_err err = EP_ERR_INIT;

	(void)state;
	for (uint64_t round = 1; round <= 2000; round++) {
		EP_AUTO(ep_buf_release) struct ep_buf want = EP_BUF_INIT(1 << 20);
		EP_AUTO(ep_buf_release) struct ep_buf packed =
			EP_BUF_INIT(1 << 20);
		struct said got = { .text = EP_BUF_INIT(1 << 20) };
		struct ep_columns columns;

		seed = round * UINT64_C(0x9e3779b97f4a7c15);
		got.slots = (int)(draw() % (SLOTS_MAX + 1));
		ep_columns_init(&columns, got.slots, 1 << 20);
		fill(&columns, &want, draw() % ROWS_MAX);
		ep_columns_pack(&columns, &packed);
		if (ep_columns_read(packed.s, packed.len, got.slots, take,
				    &got, &err) < 0)
			fail_msg("round %d: %s", (int)round, err.msg);
		assert_int_equal(got.text.len, want.len);
		assert_memory_equal(got.text.s, want.s, want.len);
		ep_columns_release(&columns);
		ep_buf_release(&got.text);
	}
}

/* Two of three users, who signed in at some second of the day before. */
static void test_room(void **state)
{
	EP_AUTO(ep_buf_release) struct ep_buf packed = EP_BUF_INIT(1 << 20);
	struct ep_columns columns;

	(void)state;
	seed = 1;
	ep_columns_init(&columns, 1, 0);
	for (int64_t rid = 1; rid <= 3000; rid++) {
		struct ep_value value = { .type = EP_VALUE_INT };

		if (rid % 3 == 0)
			continue;
		value.number = 1795000000 + (int64_t)(draw() % 65536);
		ep_columns_row(&columns, rid, 0);
		ep_columns_value(&columns, &value);
	}
	ep_columns_pack(&columns, &packed);
	/* 16 bits a time, and one for each of the 3,000. */
	assert_true(packed.len <= 2000 * 2 + 3000 / 8 + 24);
	ep_columns_release(&columns);
}

static void test_damage(void **state)
{
	EP_AUTO(ep_buf_release) struct ep_buf packed = EP_BUF_INIT(1 << 20);
	EP_AUTO(ep_buf_release) struct ep_buf want = EP_BUF_INIT(1 << 20);
	static const char bomb[] = { EP_COLUMNS_FORMAT, '\xff', '\xff',
				     '\xff', '\xff', '\x0f', 0, 0, 1, 0 };
	struct ep_err err = EP_ERR_INIT;
	struct said got = { .text = EP_BUF_INIT(1 << 20), .slots = 3 };
	struct ep_columns columns;

	(void)state;
	seed = 7;
	ep_columns_init(&columns, got.slots, 1 << 20);
	fill(&columns, &want, 40);
	ep_columns_pack(&columns, &packed);
	for (size_t n = 0; n < packed.len; n++) {
		/* Of exactly that size, so that a step beyond shows. */
		EP_AUTO_FREE char *copy = ep_alloc(n + !n);

		memcpy(copy, packed.s, n);
		assert_int_equal(ep_columns_read(copy, n, got.slots, take,
						 &got, &err), EP_EDATA);
	}
	assert_int_equal(got.text.len, 0);
	/* One bit may make other values of them, and nothing worse. */
	for (size_t i = 0; i < packed.len * 8; i++) {
		int rc;

		packed.s[i / 8] = (char)(packed.s[i / 8] ^ 1 << i % 8);
		ep_buf_clear(&got.text);
		rc = ep_columns_read(packed.s, packed.len, got.slots, take,
				     &got, &err);
		assert_true(rc == 0 || rc == EP_EDATA);
		packed.s[i / 8] = (char)(packed.s[i / 8] ^ 1 << i % 8);
	}
	assert_int_equal(ep_columns_read(bomb, sizeof(bomb), 1, take, &got,
					 &err), EP_EDATA);
	ep_columns_release(&columns);
	ep_buf_release(&got.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
