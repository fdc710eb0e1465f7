/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Command lines: every way to write an option, and every slip named with the
 * way out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/opt.h"

static struct {
	bool quiet;
	bool all;
	const char *config;
	int64_t jobs;
	struct ep_opt_list report;
} got;

static const struct ep_opt table[] = {
	{ EP_OPT_FLAG, 'q', "quiet", NULL, &got.quiet, "say less" },
	{ EP_OPT_FLAG, 'a', "all", NULL, &got.all, "everything" },
	{ EP_OPT_TEXT, 'c', "config", "FILE", &got.config,
	  "read this file instead of the usual one" },
	{ EP_OPT_INT, 0, "jobs", "N", &got.jobs, "how many at once" },
	{ EP_OPT_LIST, 'r', "report", "FORMAT=PATH", &got.report,
	  "write a report; may be repeated for more than one, each to a path "
	  "of its own, in the order given" },
	{ EP_OPT_END, 0, NULL, NULL, NULL, NULL },
};

static struct ep_err err;
static char *args[16];
static int operands;
static bool help;

/* Parses the words after "exitproof run". */
static int parse(const char *word, ...)
{
	va_list ap;
	int n = 1;

	ep_opt_list_release(&got.report);
	memset(&got, 0, sizeof(got));
	got.jobs = -1;
	operands = -1;
	help = false;
	err.code = EP_OK;
	err.msg[0] = '\0';
	args[0] = (char *)(uintptr_t)"run";
	va_start(ap, word);
	for (; word; word = va_arg(ap, const char *))
		args[n++] = (char *)(uintptr_t)word;
	va_end(ap);
	return ep_opt_parse(n, args, table, &operands, &help, &err);
}

static int tear_down(void **state)
{
	(void)state;
	ep_opt_list_release(&got.report);
	return 0;
}

static void every_spelling(void **state)
{
	(void)state;
	assert_int_equal(parse("--config=a", "--jobs", "4", "-q", NULL), 0);
	assert_string_equal(got.config, "a");
	assert_int_equal(got.jobs, 4);
	assert_true(got.quiet);
	assert_false(got.all);
	assert_int_equal(operands, 0);
	assert_int_equal(parse("--config", "b", "-qa", NULL), 0);
	assert_string_equal(got.config, "b");
	assert_true(got.quiet && got.all);
	assert_int_equal(parse("-cfile", NULL), 0);
	assert_string_equal(got.config, "file");
	assert_int_equal(parse("-qc", "file", NULL), 0);
	assert_true(got.quiet);
	assert_string_equal(got.config, "file");
	assert_int_equal(parse("--config=", NULL), 0);
	assert_string_equal(got.config, "");
	assert_int_equal(parse("--jobs", "-3", NULL), 0);
	assert_int_equal(got.jobs, -3);
}

static void operands_mix(void **state)
{
	(void)state;
	assert_int_equal(parse("acme", "-q", "-", "--", "--all", "-x", NULL),
			 0);
	assert_int_equal(operands, 4);
	assert_string_equal(args[0], "acme");
	assert_string_equal(args[1], "-");
	assert_string_equal(args[2], "--all");
	assert_string_equal(args[3], "-x");
	assert_true(got.quiet);
	assert_false(got.all);
}

static void lists_repeat(void **state)
{
	(void)state;
	assert_int_equal(parse("--report=html=x", "-r", "junit=y", NULL), 0);
	assert_int_equal(got.report.n, 2);
	assert_string_equal(got.report.v[0], "html=x");
	assert_string_equal(got.report.v[1], "junit=y");
}

static void help_wins(void **state)
{
	(void)state;
	assert_int_equal(parse("--help", "--bogus", NULL), 0);
	assert_true(help);
	assert_int_equal(parse("-qh", NULL), 0);
	assert_true(help);
	assert_int_equal(parse("--", "--help", NULL), 0);
	assert_false(help);
}

static void says(const char *part)
{
	assert_int_equal(err.code, EP_EUSAGE);
	if (!strstr(err.msg, part))
		fail_msg("'%s' is not in: %s", part, err.msg);
}

static void slips_are_named(void **state)
{
	(void)state;
	assert_int_equal(parse("--confg=x", NULL), EP_EUSAGE);
	says("--confg");
	says("did you mean --config");
	assert_int_equal(parse("--hlep", NULL), EP_EUSAGE);
	says("--help");
	assert_int_equal(parse("--zzz", NULL), EP_EUSAGE);
	says("see --help");
	assert_int_equal(parse("-x", NULL), EP_EUSAGE);
	says("-x");
	assert_int_equal(parse("--config", NULL), EP_EUSAGE);
	says("--config=FILE");
	assert_int_equal(parse("--config", "--quiet", NULL), EP_EUSAGE);
	says("needs a value");
	assert_int_equal(parse("-c", NULL), EP_EUSAGE);
	assert_int_equal(parse("--quiet=1", NULL), EP_EUSAGE);
	says("takes no value");
	assert_int_equal(parse("--jobs=many", NULL), EP_EUSAGE);
	says("whole number");
	assert_int_equal(parse("--config=a", "-c", "b", NULL), EP_EUSAGE);
	says("twice");
	assert_int_equal(parse("-q", "-q", NULL), EP_EUSAGE);
	/* A prefix is no option: a later one could take its meaning. */
	assert_int_equal(parse("--conf=x", NULL), EP_EUSAGE);
	assert_int_equal(operands, -1);
}

static void help_text_shows_every_option(void **state)
{
	const struct ep_opt_usage usage = {
		.verb = "run", .args = "[TENANT...]",
		.about = "Collects, checks and reports.",
	};
	const char *line, *end;
	struct ep_buf out;

	(void)state;
	ep_buf_init(&out, 10000);
	ep_opt_help(&out, &usage, table);
	assert_non_null(strstr(out.s, "Usage: exitproof run [OPTION]... "
				      "[TENANT...]\n"));
	assert_non_null(strstr(out.s, "  -q, --quiet             say less\n"));
	assert_non_null(strstr(out.s, "  -c, --config=FILE"));
	assert_non_null(strstr(out.s, "      --jobs=N"));
	assert_non_null(strstr(out.s, "  -h, --help"));
	assert_non_null(strstr(out.s, "in the order"));
	for (line = out.s; (end = strchr(line, '\n')); line = end + 1)
		assert_true(end - line <= 78);
	ep_buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_spelling),
		cmocka_unit_test(operands_mix),
		cmocka_unit_test(lists_repeat),
		cmocka_unit_test(help_wins),
		cmocka_unit_test(slips_are_named),
		cmocka_unit_test(help_text_shows_every_option),
	};

	return cmocka_run_group_tests(tests, NULL, tear_down);
}
