/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rule files: what is read from them, and that every mistake is named with
 * its place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/file.h"
#include "check/rule.h"

#define LICENCE "-- SPDX-License-Identifier: Apache-2.0\n"
#define MUST \
	"-- id: a-rule\n-- revision: 3\n-- title: No thing\n" \
	"-- why: One.\n--   Two.\n-- severity: low\n-- per: tenant\n"
#define NEEDS "-- needs: account\n"
#define FIX "-- fix: some-fix\n"
#define HEAD LICENCE MUST NEEDS FIX
#define QUERIES "-- population:\nSELECT 1\n-- violations:\nSELECT 2;\n"
#define FILE_NAME "rules/access/a-rule.sql"

static struct ep_rule *read_rule(const char *text, struct ep_diag *diag)
{
	ep_diag_init(diag);
	return ep_rule_text(FILE_NAME, text, strlen(text), diag);
}

static void refused(const char *text, const char *said)
{
	struct ep_diag diag;
	struct ep_buf out;

	assert_null(read_rule(text, &diag));
	ep_buf_init(&out, 65536);
	ep_diag_print(&diag, &out);
	if (!out.s || !strstr(out.s, said))
		fail_msg("\"%s\" is not in \"%s\"", said, out.s);
	ep_buf_release(&out);
	ep_diag_release(&diag);
}

static struct ep_rule *accepted(const char *text)
{
	struct ep_diag diag;
	struct ep_rule *rule = read_rule(text, &diag);

	if (!rule)
		fail_msg("%d:%d: %s", diag.item[0].line, diag.item[0].col,
			 diag.item[0].msg);
	ep_diag_release(&diag);
	return rule;
}

static void test_everything(void **state)
{
	struct ep_rule *rule = accepted(
		LICENCE MUST
		"-- systems: printix, dnsfilter\n"
		"-- needs: role[printix.users x.a|y.b],\n"
		"--   account@customer, setting\n"
		"-- param: days 30 \"Days of silence\"\n"
		"-- param: word \"two words\" \"A text\"\n" FIX
		"-- maps: soc2 CC6.2 direct \"It \'does\' so\"\n"
		"-- maps: iso A.5.18 supporting \"It helps\"\n"
		"--\n-- refs: one\n-- refs: two\n" QUERIES);

	(void)state;
	assert_string_equal(rule->id, "a-rule");
	assert_int_equal(rule->revision, 3);
	assert_string_equal(rule->why, "One. Two.");
	assert_int_equal(rule->severity, EP_SEVERITY_LOW);
	assert_string_equal(rule->group, "access");
	assert_int_equal(rule->systems.n, 2);
	assert_string_equal(rule->systems.v[1], "dnsfilter");
	assert_int_equal(rule->need.n, 3);
	assert_string_equal(rule->need.v[0].view, "role");
	assert_int_equal(rule->need.v[0].scope, EP_SCOPE_TENANT);
	assert_int_equal(rule->need.v[0].group.n, 2);
	assert_int_equal(rule->need.v[0].group.v[0].dataset.n, 1);
	assert_string_equal(rule->need.v[0].group.v[1].dataset.v[1], "y.b");
	assert_int_equal(rule->need.v[1].scope, EP_SCOPE_CUSTOMER);
	assert_int_equal(rule->need.v[2].kinds, 0);
	assert_int_equal(rule->param.n, 2);
	assert_string_equal(rule->param.v[1].value, "two words");
	assert_string_equal(rule->param.v[0].doc, "Days of silence");
	assert_true(rule->map.v[0].direct);
	assert_false(rule->map.v[1].direct);
	assert_string_equal(rule->map.v[1].control, "A.5.18");
	assert_int_equal(rule->refs.n, 2);
	assert_string_equal(rule->population, "SELECT 1");
	assert_string_equal(rule->violations, "SELECT 2;\n");
	assert_int_equal(rule->population_line, 21);
	assert_int_equal(rule->violations_line, 23);
	ep_rule_free(rule);
}

static void test_default_scope(void **state)
{
	struct ep_rule *rule = accepted(
		LICENCE "-- needs: account, person, moved, gone_agent,"
		" person_link\n-- id: a-rule\n-- revision: 1\n-- title: t\n"
		"-- why: w\n-- severity: info\n-- per: fleet\n" FIX QUERIES);

	(void)state;
	assert_int_equal(rule->need.v[0].scope, EP_SCOPE_FLEET);
	assert_true(rule->need.v[1].people);
	assert_true(rule->need.v[2].kinds != 0);
	assert_string_equal(rule->need.v[3].view, "gone_agent");
	assert_true(rule->need.v[4].links && rule->need.v[4].people);
	ep_rule_free(rule);
}

static void test_header_mistakes(void **state)
{
	(void)state;
	refused(MUST NEEDS FIX QUERIES, FILE_NAME ":1:1: the first line");
	refused(LICENCE "-- severty: low\n" MUST NEEDS FIX QUERIES,
		":2:4: unknown key \"severty\"; did you mean \"severity\"?");
	refused(HEAD "-- title: Again\n" QUERIES,
		":11:11: title: given twice");
	refused(LICENCE NEEDS FIX QUERIES, "the header has no \"severity\"");
	refused(LICENCE MUST FIX QUERIES, ":10:1: the header has no "
		"\"needs\"");
	refused(HEAD "-- refs:\n" QUERIES, "refs: has no value");
	refused(HEAD "SELECT 1\n" QUERIES, ":11:1: the header has only");
	refused(HEAD "--title: x\n" QUERIES, ":11:1: expected");
	refused(LICENCE "--   more\n" MUST NEEDS FIX QUERIES,
		":2:1: nothing above");
	refused(HEAD, "no line \"-- population:\"");
	refused(HEAD "-- population: SELECT 1\n-- violations:\nSELECT 2",
		"begins on the next line");
	refused(HEAD "-- population:\nSELECT 1\n",
		"no line \"-- violations:\"");
	refused(HEAD QUERIES "-- violations:\nSELECT 3", "two lines");
}

static void test_value_mistakes(void **state)
{
	(void)state;
	refused(HEAD "-- param: days 30\n" QUERIES, "param: expected");
	refused(HEAD "-- param: now 30 \"x\"\n" QUERIES, "cannot be a name");
	refused(HEAD "-- param: a 1 \"x\"\n-- param: a 2 \"y\"\n" QUERIES,
		":12:11: param: \"a\" again");
	refused(HEAD "-- maps: soc2 CC6.2 fully \"x\"\n" QUERIES,
		"maps: expected");
	refused(HEAD "-- maps: soc2 CC6.2 direct \"x\n" QUERIES,
		"maps: expected");
	refused(HEAD "-- systems: Printix\n" QUERIES, "no name of a system");
	refused(LICENCE "-- id: b\n-- revision: 0\n-- title: t\n-- why: w\n"
		"-- severity: bad\n-- per: night\n" NEEDS FIX QUERIES,
		":6:14: severity: expected info");
	refused(LICENCE "-- id: b\n-- revision: 1\n-- title: t\n-- why: w\n"
		"-- severity: low\n-- per: tenant\n" NEEDS FIX QUERIES,
		"the file must be called b.sql");
}

static void bad_need(const char *needs, const char *said)
{
	char text[2000];

	snprintf(text, sizeof(text), LICENCE MUST FIX "-- needs: %s\n" QUERIES,
		 needs);
	refused(text, said);
}

static void test_need_mistakes(void **state)
{
	static const char *const names[] = {
		"account[.b]", "account[a.]", "account[a.b.c]",
		"account[A.b]", "account[a.b c]",
		"account[a.b!]", "account[{.b]", "account[a. b]",
		"account[a.b:c]",
		("account[a.a a.b a.c a.d a.e a.f a.g a.h a.i a.j a.k a.l "
		 "a.m a.n a.o a.p a.q]"),
	};
	static const char *const settings[] = {
		"setting[name]",     "setting[=a]",    "setting[name=]",
		"setting[name=a||b]", "setting[name=-]", "setting[name=a|-]",
		"setting[]",
	};

	(void)state;
	bad_need("accounts", ":10:11: needs: accounts: no such view");
	bad_need("role, now_account", ":10:17: needs: now_account: no such");
	bad_need("account@all", "scope is none of");
	bad_need("account[users]", "expected [dataset");
	bad_need("account[]", "expected [dataset");
	bad_need("account[a.b", "expected [dataset");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		bad_need(names[i], "expected [dataset");
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		bad_need(settings[i], "expected setting[name=word");
	bad_need("setting[name=a", "expected [dataset");
	bad_need("setting@fleet", "takes no scope");
	bad_need("tenancy[a.b]", "takes no scope");
	bad_need("account, account", "again");
	bad_need("account,,role", "an empty entry");
}

static void misfits(const char *per, const char *needs, const char *said)
{
	char text[2000];

	snprintf(text, sizeof(text), LICENCE "-- id: a-rule\n-- revision: 3\n"
		 "-- title: No thing\n-- why: One.\n-- severity: low\n"
		 "-- per: %s\n" FIX "-- needs: %s\n" QUERIES, per, needs);
	if (said)
		refused(text, said);
	else
		ep_rule_free(accepted(text));
}

/* A scope that is narrower than the unit would gate on too little. */
static void test_need_misfits(void **state)
{
	(void)state;
	misfits("customer", "setting[name=a]", "a setting belongs to a");
	misfits("fleet", "setting[name=a]", "a setting belongs to a");
	misfits("tenant", "setting[name=a]", NULL);
	misfits("customer", "account@tenant", "narrower than the rule's unit");
	misfits("customer", "account@customer", NULL);
	misfits("customer", "account@msp", NULL);
	misfits("fleet", "account@tenant", "can need @msp or @fleet only");
	misfits("fleet", "account@customer", "can need @msp or @fleet only");
	misfits("fleet", "account@msp, role@fleet, setting", NULL);
}

static void bad_sql(const char *sql, const char *said)
{
	char text[2000];

	snprintf(text, sizeof(text), HEAD "-- population:\nSELECT 1\n"
		 "-- violations:\n%s\n", sql);
	refused(text, said);
}

static void good_sql(const char *sql)
{
	char text[2000];

	snprintf(text, sizeof(text), HEAD "-- population:\nSELECT 1\n"
		 "-- violations:\n%s\n", sql);
	ep_rule_free(accepted(text));
}

static void test_silent_sql(void **state)
{
	(void)state;
	bad_sql("SELECT 1 WHERE id\n  NOT IN (SELECT x)",
		":15:11: NOT IN (SELECT");
	bad_sql("SELECT 1 WHERE id not in account", "NOT IN over a table");
	bad_sql("SELECT 1 WHERE state NOT IN ('a')", "wrap it in coalesce");
	bad_sql("WITH account AS (SELECT 1) SELECT 2", "must not bear");
	bad_sql("WITH x AS (SELECT 1), \"role\"(a) AS (SELECT 1) SELECT 2",
		"must not bear");
	bad_sql("WITH moved AS NOT MATERIALIZED (SELECT 1) SELECT 2",
		"must not bear");
	good_sql("SELECT 1 WHERE coalesce(state, '') NOT IN ('a', 'b')");
	good_sql("SELECT 'x NOT IN (SELECT 1)' -- NOT IN (SELECT 1)\n"
		 "/* account AS ( */ FROM account AS a, role");
	good_sql("SELECT id IN (SELECT 1), NOT EXISTS (SELECT 1)");
}

/* --- folders ------------------------------------------------------------ */

static void put(const char *folder, const char *name, const char *text)
{
	EP_AUTO_FREE char *path = ep_file_join(folder, name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void make(const char *folder, const char *name)
{
	EP_AUTO_FREE char *path = ep_file_join(folder, name);

	assert_int_equal(mkdir(path, 0700), 0);
}

static void clear(const char *folder)
{
	static const char *const names[] = {
		"access/a-rule.sql", "access/b-rule.sql", "access/c-rule.sql",
		"a-rule.sql", "remedies/some-fix.yaml", "frameworks/fw.yaml",
		"frameworks",
		"access", "remedies", ""
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		EP_AUTO_FREE char *path = ep_file_join(folder, names[i]);

		remove(path);
	}
}

#define REMEDY "remedy: some-fix\ntitle: T\nsteps: [{do: x, only_after: y}]\n"

static void test_folders(void **state)
{
	char shipped[] = "t_rule.XXXXXX";
	char own[] = "t_rule.XXXXXX";
	const char *folders[2] = { own, shipped };
	struct ep_rules *rules;
	struct ep_diag diag;
	struct ep_buf json;

	(void)state;
	assert_non_null(mkdtemp(shipped));
	assert_non_null(mkdtemp(own));
	ep_diag_init(&diag);
	/* No rule at all is an error. */
	assert_null(ep_rules_load(folders, 2, &diag));
	assert_int_equal(diag.n, 1);
	ep_diag_release(&diag);
	ep_diag_init(&diag);
	make(shipped, "access");
	make(shipped, "remedies");
	put(shipped, "access/a-rule.sql", HEAD QUERIES);
	assert_null(ep_rules_load(folders, 2, &diag));
	assert_non_null(strstr(diag.item[0].msg, "no remedy \"some-fix\""));
	ep_diag_release(&diag);
	ep_diag_init(&diag);
	put(shipped, "remedies/some-fix.yaml", REMEDY);
	put(own, "a-rule.sql", HEAD "-- refs: mine\n" QUERIES);
	rules = ep_rules_load(folders, 2, &diag);
	assert_non_null(rules);
	assert_int_equal(rules->rule.n, 1);
	assert_int_equal(ep_rules_find(rules, "a-rule")->refs.n, 1);
	ep_buf_init(&json, 1000);
	ep_remedy_json(ep_remedies_find(&rules->remedies, "some-fix"), &json);
	assert_string_equal(json.s, "[{\"do\":\"x\",\"only_after\":\"y\"}]");
	ep_buf_release(&json);
	ep_rules_free(rules);
	ep_diag_release(&diag);
	clear(shipped);
	clear(own);
}

static void test_same_id_twice(void **state)
{
	char folder[] = "t_rule.XXXXXX";
	const char *folders[1] = { folder };
	struct ep_diag diag;

	(void)state;
	assert_non_null(mkdtemp(folder));
	ep_diag_init(&diag);
	make(folder, "access");
	make(folder, "remedies");
	put(folder, "remedies/some-fix.yaml", REMEDY);
	put(folder, "access/a-rule.sql", HEAD QUERIES);
	put(folder, "a-rule.sql", HEAD QUERIES);
	assert_null(ep_rules_load(folders, 1, &diag));
	assert_non_null(strstr(diag.item[0].msg, "is also in"));
	ep_diag_release(&diag);
	clear(folder);
}

/* Two controls with the same two rules are refused; a third rule under one
 * of them, or one rule alone, makes them two questions. */
static void test_same_rules_twice(void **state)
{
	static const char fw[] = "framework: fw\ntitle: F\n"
				 "controls: {C1: One, C2: Two}\n";
	static const char maps[] = "-- maps: fw C1 direct \"S\"\n"
				   "-- maps: fw C2 direct \"S\"\n";
	static const char *const ids[] = { "a-rule", "b-rule", "c-rule" };
	char folder[] = "t_rule.XXXXXX";
	const char *folders[1] = { folder };
	struct ep_rules *rules;
	struct ep_diag diag;

	(void)state;
	assert_non_null(mkdtemp(folder));
	make(folder, "access");
	make(folder, "frameworks");
	make(folder, "remedies");
	put(folder, "frameworks/fw.yaml", fw);
	put(folder, "remedies/some-fix.yaml", REMEDY);
	for (size_t i = 0; i < 3; i++) {
		EP_AUTO(ep_buf_release) struct ep_buf text =
			EP_BUF_INIT(4096);
		char path[64];

		ep_buf_addf(&text, LICENCE "-- id: %s\n-- revision: 3\n"
			    "-- title: T\n-- why: W\n-- severity: low\n"
			    "-- per: tenant\n" NEEDS FIX "%s" QUERIES, ids[i],
			    i < 2 ? maps : "-- maps: fw C2 direct \"S\"\n");
		snprintf(path, sizeof(path), "access/%s.sql", ids[i]);
		put(folder, path, text.s);
		ep_diag_init(&diag);
		rules = ep_rules_load(folders, 1, &diag);
		if (i == 1) {
			assert_null(rules);
			assert_non_null(strstr(diag.item[0].msg,
					       "\"C1\" and \"C2\""));
		} else {
			assert_non_null(rules);
		}
		ep_rules_free(rules);
		ep_diag_release(&diag);
	}
	clear(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everything),
		cmocka_unit_test(test_default_scope),
		cmocka_unit_test(test_header_mistakes),
		cmocka_unit_test(test_value_mistakes),
		cmocka_unit_test(test_need_mistakes),
		cmocka_unit_test(test_need_misfits),
		cmocka_unit_test(test_silent_sql),
		cmocka_unit_test(test_folders),
		cmocka_unit_test(test_same_id_twice),
		cmocka_unit_test(test_same_rules_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
