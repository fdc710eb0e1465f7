/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The map: what was put in is found, what was taken out is not, and the
 * order of a walk is the order of insertion whatever the seed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/map.h"

static int values[20000];

static void finds_what_was_set(void **state)
{
	struct ep_map map;
	char key[16];
	int i;

	(void)state;
	ep_map_init(&map);
	assert_null(ep_map_get(&map, "k1"));
	for (i = 0; i < 20000; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		assert_null(ep_map_set(&map, key, &values[i]));
	}
	for (i = 0; i < 20000; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		assert_ptr_equal(ep_map_get(&map, key), &values[i]);
	}
	assert_null(ep_map_get(&map, "k20000"));
	assert_null(ep_map_get(&map, ""));
	assert_int_equal(map.live, 20000);
	ep_map_release(&map, NULL);
}

static void set_returns_the_old_value(void **state)
{
	struct ep_map map;

	(void)state;
	ep_map_init(&map);
	assert_null(ep_map_set(&map, "k", &values[1]));
	assert_ptr_equal(ep_map_set(&map, "k", &values[2]), &values[1]);
	assert_ptr_equal(ep_map_get(&map, "k"), &values[2]);
	assert_int_equal(map.live, 1);
	assert_ptr_equal(ep_map_remove(&map, "k"), &values[2]);
	assert_null(ep_map_remove(&map, "k"));
	assert_null(ep_map_get(&map, "k"));
	assert_int_equal(map.live, 0);
	ep_map_release(&map, NULL);
}

/* Keys are bytes: one that ends inside another is another key. */
static void keys_are_bytes(void **state)
{
	struct ep_map map;
	char text[] = "admin";

	(void)state;
	ep_map_init(&map);
	ep_map_setn(&map, "admin\0x", 7, &values[1]);
	assert_null(ep_map_get(&map, "admin"));
	ep_map_set(&map, text, &values[2]);
	text[0] = 'X';
	assert_ptr_equal(ep_map_get(&map, "admin"), &values[2]);
	assert_ptr_equal(ep_map_getn(&map, "admin\0x", 7), &values[1]);
	assert_null(ep_map_getn(&map, "admin\0y", 7));
	ep_map_release(&map, NULL);
}

static void check_order(uint64_t seed)
{
	struct ep_map_entry *e;
	struct ep_map map;
	size_t pos = 0;
	char key[16];
	int i, want = 1;

	ep_map_seed(seed);
	ep_map_init(&map);
	for (i = 0; i < 500; i++) {
		snprintf(key, sizeof(key), "%d", i);
		ep_map_set(&map, key, &values[i]);
	}
	for (i = 0; i < 500; i += 2) {
		snprintf(key, sizeof(key), "%d", i);
		ep_map_remove(&map, key);
	}
	/* Growth drops the dead ones and must keep the rest in order. */
	for (i = 501; i < 3000; i += 2) {
		snprintf(key, sizeof(key), "%d", i);
		ep_map_set(&map, key, &values[i]);
	}
	while ((e = ep_map_next(&map, &pos))) {
		assert_ptr_equal(e->value, &values[want]);
		want += 2;
	}
	assert_int_equal(want, 3001);
	ep_map_release(&map, NULL);
}

static void order_does_not_depend_on_the_seed(void **state)
{
	(void)state;
	check_order(1);
	check_order(UINT64_C(0xfeedfacecafebeef));
}

static void seed_changes_the_hash(void **state)
{
	uint64_t first;
	struct ep_map map;

	(void)state;
	ep_map_seed(1);
	ep_map_init(&map);
	ep_map_set(&map, "key", &values[0]);
	first = map.entry[0].hash;
	ep_map_release(&map, NULL);
	ep_map_seed(2);
	ep_map_init(&map);
	ep_map_set(&map, "key", &values[0]);
	assert_true(map.entry[0].hash != first);
	ep_map_release(&map, NULL);
}

/* A queue that lives long must not fill the table with graves. */
static void set_and_remove_for_ever(void **state)
{
	struct ep_map map;
	char key[16];
	int i;

	(void)state;
	ep_map_init(&map);
	for (i = 0; i < 50000; i++) {
		snprintf(key, sizeof(key), "%d", i);
		ep_map_set(&map, key, &values[0]);
		ep_map_remove(&map, key);
	}
	assert_int_equal(map.live, 0);
	assert_true(map.slots <= 64);
	assert_true(map.cap <= 64);
	ep_map_release(&map, NULL);
}

static void release_frees_values(void **state)
{
	struct ep_map map;

	(void)state;
	ep_map_init(&map);
	ep_map_set(&map, "a", ep_strdup("x"));
	ep_map_set(&map, "b", ep_strdup("y"));
	ep_free(ep_map_remove(&map, "a"));
	/* A leak or a double free shows under the sanitizer. */
	ep_map_release(&map, ep_free);
	assert_int_equal(map.live, 0);
	assert_null(ep_map_get(&map, "b"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_was_set),
		cmocka_unit_test(set_returns_the_old_value),
		cmocka_unit_test(keys_are_bytes),
		cmocka_unit_test(order_does_not_depend_on_the_seed),
		cmocka_unit_test(seed_changes_the_hash),
		cmocka_unit_test(set_and_remove_for_ever),
		cmocka_unit_test(release_frees_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
