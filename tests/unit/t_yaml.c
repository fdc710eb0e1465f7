/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The YAML door: what is accepted arrives as written and with its place;
 * what could mean something else than it shows is refused by line and
 * column.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "ext/yaml.h"

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

static struct ep_yaml *parse(const char *text)
{
	return ep_yaml_text("f.yaml", text, strlen(text), &diag);
}

/* The text is refused or complained about, once, at line:col, with `part` in
 * the message. */
static void complains_n(const char *text, size_t n, int line, int col,
			const char *part)
{
	struct ep_yaml *y;

	ep_diag_release(&diag);
	ep_diag_init(&diag);
	y = ep_yaml_text("f.yaml", text, n, &diag);
	ep_yaml_free(y);
	if (diag.n != 1)
		fail_msg("%zu complaints about: %.60s", diag.n, text);
	if (diag.item[0].line != line || diag.item[0].col != col ||
	    !strstr(diag.item[0].msg, part))
		fail_msg("%d:%d: %s; wanted %d:%d and '%s'", diag.item[0].line,
			 diag.item[0].col, diag.item[0].msg, line, col, part);
}

static void complains(const char *text, int line, int col, const char *part)
{
	complains_n(text, strlen(text), line, col, part);
}

static void test_tree(void **state)
{
	struct ep_yaml *y = parse("# a customer\n"
				  "name: Acme\n"
				  "tenants:\n"
				  "  - id: 010\n"
				  "    on: yes\n"
				  "  - plain\n"
				  "empty:\n"
				  "quoted: \"\"\n"
				  "flow: {a: [1, 2]}\n");
	const struct ep_yaml *t;

	(void)state;
	assert_non_null(y);
	assert_int_equal(diag.n, 0);
	assert_int_equal(y->type, EP_YAML_MAP);
	assert_int_equal(y->n, 5);
	assert_string_equal(ep_yaml_get(y, "name")->text, "Acme");
	t = ep_yaml_get(y, "tenants");
	assert_int_equal(t->type, EP_YAML_LIST);
	assert_int_equal(t->n, 2);
	assert_string_equal(ep_yaml_get(t->child, "id")->text, "010");
	assert_int_equal(ep_yaml_get(t->child, "id")->line, 4);
	assert_int_equal(ep_yaml_get(t->child, "id")->col, 9);
	assert_int_equal(ep_yaml_get(t->child, "id")->key_col, 5);
	assert_string_equal(ep_yaml_get(t->child, "on")->text, "yes");
	assert_string_equal(t->child->next->text, "plain");
	assert_null(ep_yaml_get(y, "empty")->text);
	assert_int_equal(ep_yaml_get(y, "empty")->line, 7);
	assert_string_equal(ep_yaml_get(y, "quoted")->text, "");
	assert_true(ep_yaml_get(y, "quoted")->quoted);
	assert_int_equal(ep_yaml_get(ep_yaml_get(y, "flow"), "a")->n, 2);
	assert_null(ep_yaml_get(y, "absent"));
	assert_null(ep_yaml_get(t, "id"));
	ep_yaml_free(y);
}

static void test_byte_order_mark(void **state)
{
	struct ep_yaml *y = parse("\xef\xbb\xbfname: x\n");

	(void)state;
	assert_non_null(y);
	assert_int_equal(diag.n, 0);
	assert_string_equal(ep_yaml_get(y, "name")->text, "x");
	ep_yaml_free(y);
}

static void test_refused(void **state)
{
	(void)state;
	complains("a: &x 1\n", 1, 4, "anchors");
	complains("a: &x [1]\n", 1, 4, "anchors");
	complains("a: &x {b: 1}\n", 1, 4, "anchors");
	complains("&x a: 1\n", 1, 1, "anchors");
	complains("a: *x\n", 1, 4, "aliases");
	complains("a: !!int 1\n", 1, 4, "tags");
	complains("a: ! 1\n", 1, 4, "tags");
	complains("a: !<tag:x.example> [1]\n", 1, 4, "tags");
	complains("<<: {a: 1}\n", 1, 1, "merge");
	complains("a: 1\nb: 2\na: 3\n", 3, 1, "'a' is there twice");
	complains("x: {k: 1, k: 2}\n", 1, 11, "'k' is there twice");
	complains("? [a]\n: 1\n", 1, 3, "key must be");
	complains("\"\": 1\n", 1, 1, "key must be");
	complains("a: 1\n---\nb: 2\n", 2, 1, "one document");
	complains("%YAML 1.1\n---\na: 1\n", 1, 1, "directives");
	complains("%TAG ! tag:x.example,2000:\n---\na: 1\n", 1, 1,
		  "directives");
	complains("", 1, 1, "empty");
	complains("# nothing\n", 2, 1, "empty");
	complains("a: \"x\\0y\"\n", 1, 4, "NUL");
	complains("a: [1\nb: 2\n", 2, 2, "flow sequence");
	complains("a: 1\n\tb: 2\n", 2, 1, "tab character");
	complains("a: 1\nb: x\xc3(\n", 2, 5, "UTF-8");
	complains("a: 1\nb: \x01\n", 2, 4, "control");
	complains_n("a: 1\0\n", 6, 1, 5, "control");
	complains_n("a\0:\0 \0", 6, 1, 2, "control");
}

/* The first of two keys is what a reader gets, so that a complaint is not
 * the only difference between two files. */
static void test_shape_after_complaint(void **state)
{
	struct ep_yaml *y = parse("a: 1\na: 2\nb: *x\n");

	(void)state;
	assert_int_equal(diag.n, 2);
	assert_non_null(y);
	assert_string_equal(ep_yaml_get(y, "a")->text, "1");
	assert_null(ep_yaml_get(y, "b")->text);
	ep_yaml_free(y);
}

static void test_depth(void **state)
{
	char text[2 * (EP_YAML_DEPTH_MAX + 1) + 1];
	struct ep_yaml *y;

	(void)state;
	memset(text, '[', EP_YAML_DEPTH_MAX + 1);
	memset(text + EP_YAML_DEPTH_MAX + 1, ']', EP_YAML_DEPTH_MAX + 1);
	text[sizeof(text) - 1] = '\0';
	y = parse(text);
	assert_non_null(y);
	ep_yaml_free(y);
	complains("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", 1, 34,
		  "EP_YAML_DEPTH_MAX");
	complains("{? {? {? {? {? {? {? {? {? {? {? {? {? {? {? {? {? {? {? {?"
		  " {? {? {? {? {? {? {? {? {? {? {? {? {? {? {? {? {? {? {? {?",
		  1, 100, "EP_YAML_DEPTH_MAX");
}

static void test_size(void **state)
{
	size_t n = 2 * (EP_YAML_NODES_MAX + 10);
	char *big = ep_alloc(EP_FILE_BYTES_MAX + 2);
	struct ep_yaml *y;

	(void)state;
	big[0] = '[';
	for (size_t i = 1; i < n; i += 2) {
		big[i] = '1';
		big[i + 1] = ',';
	}
	big[n] = ']';
	y = ep_yaml_text("f.yaml", big, n + 1, &diag);
	assert_null(y);
	assert_int_equal(diag.n, 1);
	assert_non_null(strstr(diag.item[0].msg, "EP_YAML_NODES_MAX"));

	memset(big, 'a', EP_FILE_BYTES_MAX + 1);
	y = ep_yaml_text("f.yaml", big, EP_FILE_BYTES_MAX + 1, &diag);
	assert_null(y);
	assert_non_null(strstr(diag.item[1].msg, "EP_FILE_BYTES_MAX"));
	ep_free(big);
}

static void test_typed(void **state)
{
	struct ep_yaml *y = parse("s: text\n"
				  "i: -12\n"
				  "b: true\n"
				  "n: no\n");
	const char *s = NULL;
	int64_t i = 0;
	bool b = false;

	(void)state;
	assert_true(ep_yaml_str(y, "s", "f.yaml", &diag, &s));
	assert_string_equal(s, "text");
	assert_true(ep_yaml_str(y, "i", "f.yaml", &diag, &s));
	assert_string_equal(s, "-12");
	assert_true(ep_yaml_int(y, "i", "f.yaml", &diag, -12, -12, &i));
	assert_int_equal(i, -12);
	assert_true(ep_yaml_bool(y, "b", "f.yaml", &diag, &b));
	assert_true(b);
	assert_true(ep_yaml_bool(y, "n", "f.yaml", &diag, &b));
	assert_false(b);
	assert_false(ep_yaml_str(y, "absent", "f.yaml", &diag, &s));
	assert_false(ep_yaml_int(y, "absent", "f.yaml", &diag, 0, 9, &i));
	assert_false(ep_yaml_bool(y, "absent", "f.yaml", &diag, &b));
	assert_int_equal(diag.n, 0);
	ep_yaml_free(y);
}

/* Words that YAML readers disagree about are never guessed. */
static void test_typed_refused(void **state)
{
	static const char *const not_int[] = {
		"010", "0x10", "1_000", "1e3", "1.0", "\"5\"", "+5", "5s",
		"9223372036854775808", "-", "--5", "[5]", "{a: 5}", "-01",
	};
	static const char *const not_bool[] = {
		"on", "off", "y", "1", "\"true\"", "truthy", "[true]",
	};
	static const char *const not_str[] = {
		"~", "null", "NULL", "", "[a]", "{a: b}",
	};
	int64_t i = 77;
	bool b = false;
	const char *s = NULL;
	char text[64];
	struct ep_yaml *y;

	(void)state;
	for (size_t k = 0; k < sizeof(not_int) / sizeof(not_int[0]); k++) {
		snprintf(text, sizeof(text), "k: %s\n", not_int[k]);
		y = parse(text);
		assert_false(ep_yaml_int(y, "k", "f", &diag, INT64_MIN,
					 INT64_MAX, &i));
		assert_int_equal(diag.n, k + 1);
		ep_yaml_free(y);
	}
	assert_int_equal(i, 77);
	for (size_t k = 0; k < sizeof(not_bool) / sizeof(not_bool[0]); k++) {
		snprintf(text, sizeof(text), "k: %s\n", not_bool[k]);
		y = parse(text);
		assert_false(ep_yaml_bool(y, "k", "f", &diag, &b));
		ep_yaml_free(y);
	}
	for (size_t k = 0; k < sizeof(not_str) / sizeof(not_str[0]); k++) {
		snprintf(text, sizeof(text), "k: %s\n", not_str[k]);
		y = parse(text);
		assert_false(ep_yaml_str(y, "k", "f", &diag, &s));
		ep_yaml_free(y);
	}
	assert_int_equal(diag.n, 14 + 7 + 6);
}

static void test_range(void **state)
{
	struct ep_yaml *y = parse("a: 1\nn: 101\n");
	int64_t i = 0;

	(void)state;
	assert_false(ep_yaml_int(y, "n", "f", &diag, 1, 100, &i));
	assert_int_equal(diag.n, 1);
	assert_int_equal(diag.item[0].line, 2);
	assert_int_equal(diag.item[0].col, 4);
	assert_non_null(strstr(diag.item[0].msg, "from 1 to 100"));
	ep_yaml_free(y);
}

static void test_known(void **state)
{
	static const char *const keys[] = { "name", "tenants", NULL };
	struct ep_yaml *y = parse("name: x\ntenant: []\nqqqqqq: 1\n");

	(void)state;
	ep_yaml_known(y, keys, "a customer", "f", &diag);
	assert_int_equal(diag.n, 2);
	assert_int_equal(diag.item[0].line, 2);
	assert_int_equal(diag.item[0].col, 1);
	assert_non_null(strstr(diag.item[0].msg, "did you mean 'tenants'"));
	assert_null(strstr(diag.item[1].msg, "did you mean"));
	ep_yaml_free(y);
}

static void test_file(void **state)
{
	char path[] = "t_yaml_XXXXXX";
	int fd = mkstemp(path);
	struct ep_yaml *y;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "a: 1\n", 5), 5);
	close(fd);
	y = ep_yaml_file(path, &diag);
	assert_non_null(y);
	assert_string_equal(ep_yaml_get(y, "a")->text, "1");
	ep_yaml_free(y);
	unlink(path);
	assert_int_equal(diag.n, 0);
	assert_null(ep_yaml_file(path, &diag));
	assert_int_equal(diag.n, 1);
	assert_string_equal(diag.item[0].file, path);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_tree),
		CASE(test_byte_order_mark),
		CASE(test_refused),
		CASE(test_shape_after_complaint),
		CASE(test_depth),
		CASE(test_size),
		CASE(test_typed),
		CASE(test_typed_refused),
		CASE(test_range),
		CASE(test_known),
		CASE(test_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
