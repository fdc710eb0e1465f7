/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Report definitions: what is read, and that every fault is told with its
 * line; and which remedy steps a group of findings needs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "report/finding_row.h"
#include "report/layout.h"

#define HEAD                                          \
	"-- SPDX-License-Identifier: Apache-2.0\n"    \
	"-- id: mine\n"                               \
	"-- title: My report\n"                       \
	"-- per: customer\n"                          \
	"\n"

static struct ep_layout *read_text(const char *text, struct ep_diag *diag)
{
	ep_diag_init(diag);
	return ep_layout_text("mine.sql", text, strlen(text), diag);
}

static void test_sections(void **state)
{
	struct ep_diag diag;
	struct ep_layout *layout =
		read_text(HEAD "-- section: a\n-- title: First\n"
			       "-- draw: cards\n-- empty: Nothing.\n"
			       "SELECT 1,\n-- a comment: inside\n 2\n\n"
			       "-- section: b\n-- title: Second\n"
			       "-- about: What it is.\nSELECT 3\n",
			  &diag);

	(void)state;
	assert_non_null(layout);
	assert_string_equal(layout->title, "My report");
	assert_true(layout->per_customer);
	assert_int_equal(layout->sections.n, 2);
	assert_int_equal(layout->sections.v[0].draw, EP_DRAW_CARDS);
	assert_string_equal(layout->sections.v[0].empty, "Nothing.");
	assert_string_equal(layout->sections.v[0].sql, "SELECT 1,\n 2\n\n");
	assert_int_equal(layout->sections.v[1].draw, EP_DRAW_TABLE);
	assert_null(layout->sections.v[1].empty);
	assert_string_equal(layout->sections.v[1].about, "What it is.");
	ep_layout_free(layout);
	ep_diag_release(&diag);
}

/* The text is refused, with words on that line. */
static void refused(const char *text, const char *wanted)
{
	EP_AUTO(ep_buf_release) struct ep_buf said = EP_BUF_INIT(65536);
	struct ep_diag diag;
	struct ep_layout *layout = read_text(text, &diag);

	assert_null(layout);
	ep_diag_print(&diag, &said);
	if (!strstr(said.s, wanted))
		fail_msg("\"%s\" is not in \"%s\"", wanted, said.s);
	ep_diag_release(&diag);
}

#define SECTION "-- section: a\n-- title: T\nSELECT 1\n"

static void test_refused(void **state)
{
	(void)state;
	refused("-- id: x\n" SECTION, "needs id and title");
	refused(HEAD, "needs a section");
	refused(HEAD "-- colour: red\n" SECTION, "mine.sql:6:1: ");
	refused(HEAD "-- title: again\n" SECTION, "a second 'title'");
	refused(HEAD "-- section: a\n-- title: T\n", "mine.sql:6:1: section");
	refused(HEAD "-- section: a\nSELECT 1\n", "has no title");
	refused(HEAD "-- section: a\n-- title: T\n-- draw: pie\nSELECT 1\n",
		"mine.sql:8:1: ");
	refused(HEAD "-- section: ../a\n-- title: T\nSELECT 1\n",
		"mine.sql:6:1: a section's id");
	refused(HEAD "-- section: \n-- title: T\nSELECT 1\n",
		"a section's id");
	refused(HEAD SECTION SECTION, "mine.sql:9:1: a second section");
	refused(HEAD "-- framework: a\n-- framework: b\n" SECTION,
		"a second 'framework'");
	refused(HEAD "-- use: a\nSELECT 1\n", "a query of its own");
	refused(HEAD "SELECT 1\n" SECTION, "mine.sql:6:1: ");
	refused(HEAD "-- no colon here\n" SECTION, "mine.sql:6:1: ");
	refused(HEAD "-- section: a\n-- title: \xff\nSELECT 1\n", "UTF-8");
}

static void test_find(void **state)
{
	struct ep_words folders = { 0 };
	struct ep_layout *layout = NULL;
	struct ep_err err = EP_ERR_INIT;

	(void)state;
	EP_VEC_ADD(&folders) = ep_strdup("/nonexistent");
	assert_int_equal(ep_layout_find(&folders, "nightly", &layout, &err),
			 EP_ENOENT);
	/* An id is part of a path. */
	assert_int_equal(ep_layout_find(&folders, "../nightly", &layout, &err),
			 EP_EUSAGE);
	assert_int_equal(ep_layout_find(&folders, "", &layout, &err),
			 EP_EUSAGE);
	ep_words_release(&folders);
}

static void write_file(const char *folder, const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void remove_file(const char *folder, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(unlink(path), 0);
}

#define NAMED(id) "-- id: " id "\n-- title: T\n-- per: fleet\n\n"

static void test_use(void **state)
{
	char folder[] = "t_layout.XXXXXX";
	struct ep_words folders = { 0 };
	struct ep_layout *layout = NULL;
	struct ep_err err = EP_ERR_INIT;

	(void)state;
	assert_non_null(mkdtemp(folder));
	EP_VEC_ADD(&folders) = ep_strdup(folder);
	write_file(folder, "parts.sql",
		   NAMED("parts") "-- section: keys\n-- title: Keys\n"
				  "-- draw: facts\n-- empty: None.\n"
				  "SELECT 7\n"
				  "-- section: more\n-- title: More\n"
				  "-- draw: facts\n-- empty: None.\n"
				  "SELECT 8\n");
	write_file(folder, "mine.sql",
		   NAMED("mine") "-- use: keys\n-- draw: table\n"
				 "-- use: more\n-- title: Again\n");
	write_file(folder, "lost.sql", NAMED("lost") "-- use: nothing\n");
	assert_int_equal(ep_layout_find(&folders, "mine", &layout, &err), 0);
	assert_int_equal(layout->sections.n, 2);
	assert_string_equal(layout->sections.v[0].title, "Keys");
	assert_int_equal(layout->sections.v[0].draw, EP_DRAW_TABLE);
	assert_string_equal(layout->sections.v[0].sql, "SELECT 7\n");
	assert_string_equal(layout->sections.v[1].title, "Again");
	assert_int_equal(layout->sections.v[1].draw, EP_DRAW_FACTS);
	assert_string_equal(layout->sections.v[1].empty, "None.");
	ep_layout_free(layout);
	assert_int_equal(ep_layout_find(&folders, "lost", &layout, &err),
			 EP_ECONFIG);
	assert_non_null(strstr(err.msg, "lost.sql:5:1: "));
	ep_words_release(&folders);
	remove_file(folder, "parts.sql");
	remove_file(folder, "mine.sql");
	remove_file(folder, "lost.sql");
	assert_int_equal(rmdir(folder), 0);
}

/* --- remedy ---------------------------------------------------------------- */

static void collect(void *to, int n, const char *act, const char *system,
		    const char *only_after)
{
	ep_buf_addf(to, "%d %s %s %s;", n, act, system ? system : "-",
		    only_after ? only_after : "-");
}

static void test_remedy(void **state)
{
	static const char json[] =
		"[{\"do\":\"ask\"},"
		"{\"do\":\"a\",\"system\":\"printix\",\"only_after\":\"x\"},"
		"{\"do\":\"b\",\"system\":\"printix-partner\"},"
		"{\"do\":\"c\",\"system\":\"okta\"}]";
	EP_AUTO(ep_buf_release) struct ep_buf got = EP_BUF_INIT(4096);
	struct ep_finding_systems systems;

	(void)state;
	ep_finding_systems_init(&systems);
	ep_finding_systems_add(&systems, "printix/t1");
	ep_finding_systems_add(&systems, "printix/t2");
	ep_finding_remedy(json, &systems, collect, &got);
	assert_string_equal(got.s, "1 ask - -;2 a printix x;");
	ep_buf_clear(&got);
	ep_finding_systems_add(&systems, "okta/o1");
	ep_finding_remedy(json, &systems, collect, &got);
	assert_string_equal(got.s, "1 ask - -;2 a printix x;3 c okta -;");
	ep_buf_clear(&got);
	/* A finding about a customer or the fleet needs every step. */
	ep_finding_systems_add(&systems, "acme");
	ep_finding_remedy(json, &systems, collect, &got);
	assert_string_equal(got.s, "1 ask - -;2 a printix x;"
				   "3 b printix-partner -;4 c okta -;");
	ep_finding_systems_release(&systems);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_use),
		cmocka_unit_test(test_remedy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
