/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exitproof-schema(5) against the database: every view and column is there
 * and is in the page, and the page's examples run.  With --print, the part
 * of the page that is made from entity.def.
 */
#include "store_kit.h"

#include "base/alloc.h"
#include "base/file.h"

static char *page;

/* --- the generated part ------------------------------------------------- */

static void print_column(struct ep_buf *out, const struct ep_column *column)
{
	static const char *const types[] = { "text", "address", "time",
					     "number", "word" };

	ep_buf_addf(out, ".It Va %s\n%s.\n(%s", column->name, column->doc,
		    types[column->type]);
	if (column->flags & EP_COLUMN_KEY)
		ep_buf_adds(out, ", key");
	if (column->flags & EP_COLUMN_VOLATILE)
		ep_buf_adds(out, ", moving");
	if (column->type == EP_TYPE_ENUM) {
		ep_buf_adds(out, ":");
		for (const char *const *v = column->enumeration->value; *v;
		     v++)
			ep_buf_addf(out, "%s %s",
				    v == column->enumeration->value ? "" : ",",
				    *v);
	}
	ep_buf_adds(out, ")\n");
}

static char *print_entities(void)
{
	struct ep_buf out;

	ep_buf_init(&out, 1 << 20);
	for (int k = 0; k < EP_KINDS; k++) {
		const struct ep_entity *entity = ep_entity((enum ep_kind)k);

		ep_buf_addf(&out, ".Ss %s\n%s.\n"
			    ".Bl -tag -width \"uninstall_requested_at\" "
			    "-compact\n", entity->name, entity->doc);
		for (int i = 0; i < entity->columns; i++)
			print_column(&out, &entity->column[i]);
		ep_buf_adds(&out, ".El\n");
	}
	return ep_buf_take(&out);
}

static void test_entities_are_up_to_date(void **state)
{
	static const char begin[] = "\n.\\\" BEGIN\n";
	static const char end[] = ".\\\" END\n";
	char *want = print_entities();
	const char *at = strstr(page, begin);
	const char *to = strstr(page, end);

	(void)state;
	if (!at || !to ||
	    strlen(want) != (size_t)(to - at) + 1 - sizeof(begin) ||
	    memcmp(at + sizeof(begin) - 1, want, strlen(want)) != 0)
		fail_msg("docs/exitproof-schema.5 is older than entity.def: "
			 "put the output of t_schema --print between its "
			 "lines BEGIN and END");
	ep_free(want);
}

/* --- views and columns -------------------------------------------------- */

/* The section of the page that begins with a heading, up to the next one. */
static char *section(const char *macro, const char *name)
{
	char head[64];
	const char *at, *to;

	snprintf(head, sizeof(head), "\n.%s %s\n", macro, name);
	at = strstr(page, head);
	if (!at)
		fail_msg("the page has no \"%s\"", head + 1);
	at += strlen(head);
	for (to = at; *to && strncmp(to, "\n.S", 3) != 0; to++)
		continue;
	return ep_strndup(at, (size_t)(to - at));
}

static bool is_word(const char *s, const char *at, size_t n)
{
	const char *stop = " ,\n\"";

	return (at == s || strchr(stop, at[-1])) &&
	       (!at[n] || strchr(stop, at[n]));
}

static bool mentions(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = text; (p = strstr(p, word)); p++)
		if (is_word(text, p, n))
			return true;
	return false;
}

/* Columns of the database's object, one a line. */
static char *columns_of(struct kit *kit, const char *name)
{
	char sql[128];

	snprintf(sql, sizeof(sql), "SELECT name FROM pragma_table_xinfo('%s')",
		 name);
	return kit_dump(kit, sql);
}

static bool ends_in(const char *column, const char *suffix)
{
	size_t n = strlen(column);
	size_t k = strlen(suffix);

	return n > k && strcmp(column + n - k, suffix) == 0;
}

static void check_columns(struct kit *kit, const char *view, char *text,
			  const char *common)
{
	char *columns = columns_of(kit, view);
	int n = 0;

	for (char *p = columns, *end; (end = strchr(p, '\n')); p = end + 1) {
		*end = '\0';
		n++;
		if (common && (ends_in(p, "_word") || ends_in(p, "_key")))
			continue;
		if (!mentions(text, p) && (!common || !mentions(common, p)))
			fail_msg("column %s of %s is not in the page", p,
				 view);
	}
	assert_true(n > 1);
	ep_free(columns);
}

static void test_every_view_is_in_the_page(void **state)
{
	struct kit *kit = *state;
	char *common = section("Ss", "Columns of every entity view");
	char *gone = section("Sh", "RECORDS THAT ARE GONE");
	char *views = kit_dump(kit, "SELECT name FROM temp.sqlite_schema "
			       "WHERE type = 'view'");
	int n = 0;

	for (char *p = views, *end; (end = strchr(p, '\n')); p = end + 1) {
		bool is_gone = strncmp(p, "gone_", 5) == 0;
		bool is_moved = strncmp(p, "moved_", 6) == 0;
		char *own, *all;
		struct ep_buf both;

		*end = '\0';
		own = section("Ss", is_gone ? p + 5 : is_moved ? "moved" : p);
		ep_buf_init(&both, 1 << 20);
		ep_buf_addf(&both, "%s\n%s", own, is_gone ? gone : "");
		all = ep_buf_take(&both);
		check_columns(kit, p, all,
			      is_gone || ep_entity_kind(p) >= 0 ? common
								: NULL);
		ep_free(all);
		ep_free(own);
		n++;
	}
	assert_int_equal(n, 3 * EP_KINDS + 12);
	ep_free(views);
	ep_free(gone);
	ep_free(common);
}

/* And the other way round: what the page says of an entity is there. */
static void test_every_entity_column_is_in_its_view(void **state)
{
	struct kit *kit = *state;

	for (int k = 0; k < EP_KINDS; k++) {
		const struct ep_entity *entity = ep_entity((enum ep_kind)k);
		char *columns = columns_of(kit, entity->name);

		for (int i = 0; i < entity->columns; i++) {
			const struct ep_column *c = &entity->column[i];
			char more[64];

			assert_true(mentions(columns, c->name));
			snprintf(more, sizeof(more), "%s%s", c->name,
				 c->type == EP_TYPE_ENUM ? "_word" :
				 c->type == EP_TYPE_ADDRESS ? "_key" : "");
			assert_true(mentions(columns, more));
		}
		ep_free(columns);
	}
}

static void test_every_table_is_in_the_page(void **state)
{
	struct kit *kit = *state;
	char *text = section("Sh", "TABLES");
	char *tables = kit_dump(kit, "SELECT name FROM main.sqlite_schema "
				"WHERE type = 'table' AND name NOT GLOB "
				"'now_*' AND name NOT GLOB 'moving_*' AND "
				"name NOT GLOB 'sqlite_*'");

	for (char *p = tables, *end; (end = strchr(p, '\n')); p = end + 1) {
		*end = '\0';
		if (!mentions(text, p))
			fail_msg("table %s is not in the page", p);
	}
	ep_free(tables);
	ep_free(text);
}

static void check_table(struct kit *kit, const char *table, const char *text)
{
	char sql[128];
	char *columns;

	snprintf(sql, sizeof(sql), "SELECT name FROM pragma_table_xinfo('%s', "
		 "'main')", table);
	columns = kit_dump(kit, sql);
	for (char *p = columns, *end; (end = strchr(p, '\n')); p = end + 1) {
		*end = '\0';
		if (!mentions(text, p))
			fail_msg("column %s of table %s is not in the page", p,
				 table);
	}
	ep_free(columns);
}

static void test_table_columns_are_in_the_page(void **state)
{
	static const char *const tables[] = { "run", "meta", "kind", "dataset",
					      "coverage", "history",
					      "volatile_history" };
	struct kit *kit = *state;
	char *text = section("Sh", "TABLES");

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		check_table(kit, tables[i], text);
	ep_free(text);
}

static void test_examples_run(void **state)
{
	static const char begin[] = ".Bd -literal -offset indent\n";
	struct kit *kit = *state;
	const char *p = page;
	int n = 0;

	while ((p = strstr(p, begin))) {
		const char *end = strstr(p, "\n.Ed");
		char *sql;
		char *rows;

		assert_non_null(end);
		p += sizeof(begin) - 1;
		sql = ep_strndup(p, (size_t)(end - p));
		rows = kit_dump(kit, sql);
		assert_string_equal(rows, "");
		ep_free(rows);
		ep_free(sql);
		n++;
	}
	assert_int_equal(n, 4);
}

static int load_page(void)
{
	const char *src = getenv("EP_SRC");
	EP_AUTO_FREE char *path = ep_file_join(src ? src : ".",
					       "docs/exitproof-schema.5");
	struct ep_err err = EP_ERR_INIT;
	struct ep_buf out;

	ep_buf_init(&out, 1 << 20);
	if (ep_file_read(path, 1 << 20, &out, &err) < 0) {
		fprintf(stderr, "%s\n", err.msg);
		return -1;
	}
	page = ep_buf_take(&out);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
		cmocka_unit_test(test_entities_are_up_to_date),
		T(test_every_view_is_in_the_page),
		T(test_every_entity_column_is_in_its_view),
		T(test_every_table_is_in_the_page),
		T(test_table_columns_are_in_the_page),
		T(test_examples_run),
	};
	int failed;

	if (argc > 1 && strcmp(argv[1], "--print") == 0) {
		page = print_entities();
		fputs(page, stdout);
		ep_free(page);
		return 0;
	}
	if (load_page() < 0)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	ep_free(page);
	return failed;
}
