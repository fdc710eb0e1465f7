/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The entity tables are what entity.def says, and two records that are not
 * the same thing never share a key.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "model/entity.h"

static struct ep_cell text(const char *s)
{
	return (struct ep_cell){ .state = EP_CELL_VALUE, .text = s };
}

static void knows_every_kind(void **state)
{
	static const char *const kinds[] = {
		"tenant", "account",  "role",	      "team",
		"membership", "credential", "agent",  "subscription",
		"resource",   "ticket",	    "person", "alias",
	};

	(void)state;
	assert_int_equal(EP_KINDS, sizeof(kinds) / sizeof(kinds[0]));
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		int kind = ep_entity_kind(kinds[i]);

		assert_int_equal(kind, (int)i);
		assert_string_equal(ep_entity((enum ep_kind)kind)->name,
				    kinds[i]);
	}
	assert_int_equal(ep_entity_kind("Account"), -1);
	assert_int_equal(ep_entity_kind(""), -1);
}

static void finds_columns(void **state)
{
	const struct ep_entity *account = ep_entity(EP_KIND_account);
	int seen = ep_entity_column(account, "last_seen_at");
	int class = ep_entity_column(account, "class");

	(void)state;
	assert_int_equal(account->columns, 12);
	assert_int_equal(account->column[seen].type, EP_TYPE_TIME);
	assert_int_equal(account->column[seen].flags, EP_COLUMN_VOLATILE);
	assert_int_equal(account->column[0].flags, EP_COLUMN_KEY);
	assert_int_equal(account->column[class].type, EP_TYPE_ENUM);
	assert_string_equal(account->column[class].enumeration->name,
			    "account_class");
	assert_null(account->column[0].enumeration);
	assert_int_equal(ep_entity_column(account, "password"), -1);
}

/* An unknown word has to have somewhere to go. */
static void every_enumeration_ends_in_unknown(void **state)
{
	int enumerations = 0;

	(void)state;
	for (int k = 0; k < EP_KINDS; k++) {
		const struct ep_entity *entity = ep_entity((enum ep_kind)k);

		for (int c = 0; c < entity->columns; c++) {
			const struct ep_enum *e =
				entity->column[c].enumeration;
			int n = 0;

			if (!e)
				continue;
			enumerations++;
			while (e->value[n])
				n++;
			assert_true(n > 1);
			assert_string_equal(e->value[n - 1], "unknown");
		}
	}
	assert_true(enumerations > 10);
}

static void finds_enum_values(void **state)
{
	const struct ep_entity *role = ep_entity(EP_KIND_role);
	const struct ep_enum *answer =
		role->column[ep_entity_column(role, "privileged")].enumeration;

	(void)state;
	assert_int_equal(ep_enum_value(answer, "yes"), 0);
	assert_int_equal(ep_enum_value(answer, "no"), 1);
	assert_int_equal(ep_enum_value(answer, "unknown"), 2);
	assert_int_equal(ep_enum_value(answer, "Yes"), -1);
	assert_int_equal(ep_enum_value(answer, "yes no"), -1);
}

static void joins_key_cells(void **state)
{
	struct ep_row row = { .kind = EP_KIND_role };
	struct ep_err err = EP_ERR_INIT;
	struct ep_buf key;

	(void)state;
	ep_buf_init(&key, 1000);
	row.cell[0] = text("7");
	row.cell[1] = text("owner");
	row.cell[2] = text("");
	assert_int_equal(ep_row_key(&row, &key, &err), 0);
	assert_string_equal(key.s, "7\x1fowner\x1f");
	ep_buf_release(&key);
}

static void refuses_a_missing_key(void **state)
{
	struct ep_row row = { .kind = EP_KIND_account };
	struct ep_err err = EP_ERR_INIT;
	struct ep_buf key;

	(void)state;
	ep_buf_init(&key, 1000);
	row.cell[1] = text("a@acme.example");
	assert_int_equal(ep_row_key(&row, &key, &err), EP_EDATA);
	assert_non_null(strstr(err.msg, "account without id"));
	row.cell[0].state = EP_CELL_NULL;
	assert_int_equal(ep_row_key(&row, &key, NULL), EP_EDATA);
	row.cell[0] = text("");
	assert_int_equal(ep_row_key(&row, &key, NULL), EP_EDATA);
	ep_buf_release(&key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_every_kind),
		cmocka_unit_test(finds_columns),
		cmocka_unit_test(every_enumeration_ends_in_unknown),
		cmocka_unit_test(finds_enum_values),
		cmocka_unit_test(joins_key_cells),
		cmocka_unit_test(refuses_a_missing_key),
	};

	return cmocka_run_group_tests_name("entity", tests, NULL, NULL);
}
