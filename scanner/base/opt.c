/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line parser; the help text is in base/opt_help.c.
 */
#include "base/opt.h"

#include <string.h>

#include "base/alloc.h"
#include "base/str.h"

struct parse {
	const struct ep_opt *table;
	bool *seen;	/* per entry of table */
	size_t n;
	int argc;
	char **argv;
	int at;		/* the argument being looked at */
	bool help;
};

static const struct ep_opt *by_name(const struct parse *parse,
				    struct ep_str name)
{
	size_t i;

	for (i = 0; i < parse->n; i++)
		if (ep_str_eqn(name, parse->table[i].name))
			return &parse->table[i];
	return NULL;
}

static const struct ep_opt *by_letter(const struct parse *parse, char letter)
{
	size_t i;

	for (i = 0; letter && i < parse->n; i++)
		if (parse->table[i].letter == letter)
			return &parse->table[i];
	return NULL;
}

static int unknown(const struct parse *parse, struct ep_str name,
		   struct ep_err *err)
{
	EP_AUTO_FREE char *word = ep_strndup(name.p, name.n);
	EP_AUTO_FREE const char **known = ep_calloc(parse->n + 2,
						    sizeof(*known));
	const char *near;
	size_t i;

	for (i = 0; i < parse->n; i++)
		known[i] = parse->table[i].name;
	known[i] = "help";
	near = ep_str_nearest(word, known);
	if (near)
		return ep_err_set(err, EP_EUSAGE,
				  "unknown option --%s; did you mean --%s?",
				  word, near);
	return ep_err_set(err, EP_EUSAGE,
			  "unknown option --%s; see --help", word);
}

static void list_add(struct ep_opt_list *list, const char *value)
{
	list->v = ep_realloc(list->v, (size_t)list->n + 1, sizeof(*list->v));
	list->v[list->n++] = value;
}

/* Stores a value; NULL for flags. */
static int store(struct parse *parse, const struct ep_opt *opt,
		 const char *value, struct ep_err *err)
{
	bool *seen = &parse->seen[opt - parse->table];

	if (*seen && opt->kind != EP_OPT_LIST)
		return ep_err_set(err, EP_EUSAGE,
				  "option --%s is given twice", opt->name);
	*seen = true;
	switch (opt->kind) {
	case EP_OPT_FLAG:
		*(bool *)opt->to = true;
		break;
	case EP_OPT_TEXT:
		*(const char **)opt->to = value;
		break;
	case EP_OPT_INT:
		if (!ep_str_int(value, opt->to))
			return ep_err_set(err, EP_EUSAGE,
					  "option --%s needs a whole number, "
					  "not '%s'", opt->name, value);
		break;
	case EP_OPT_LIST:
		list_add(opt->to, value);
		break;
	case EP_OPT_END:
		return ep_err_set(err, EP_EBUG, "option table without end");
	}
	return EP_OK;
}

/* The value in the argument after the option. */
static int next_value(struct parse *parse, const struct ep_opt *opt,
		      const char **ret, struct ep_err *err)
{
	const char *next = parse->at + 1 < parse->argc
				   ? parse->argv[parse->at + 1]
				   : NULL;

	/* Another option in the value's place is a forgotten value. */
	if (!next || ep_str_starts(next, "--"))
		return ep_err_set(err, EP_EUSAGE,
				  "option --%s needs a value: --%s=%s",
				  opt->name, opt->name,
				  opt->value_name ? opt->value_name : "VALUE");
	parse->at++;
	*ret = next;
	return EP_OK;
}

static int parse_long(struct parse *parse, const char *arg, struct ep_err *err)
{
	struct ep_str name = ep_str(arg);
	const char *value = strchr(arg, '=');
	const struct ep_opt *opt;
	int rc;

	if (value)
		name.n = (size_t)(value++ - arg);
	opt = by_name(parse, name);
	if (!opt && ep_str_eqn(name, "help") && !value) {
		parse->help = true;
		return EP_OK;
	}
	if (!opt)
		return unknown(parse, name, err);
	if (opt->kind == EP_OPT_FLAG && value)
		return ep_err_set(err, EP_EUSAGE, "option --%s takes no value",
				  opt->name);
	if (opt->kind != EP_OPT_FLAG && !value) {
		rc = next_value(parse, opt, &value, err);
		if (rc)
			return rc;
	}
	return store(parse, opt, value, err);
}

/* A letter that the table does not have. */
static int no_letter(struct parse *parse, char letter, struct ep_err *err)
{
	if (letter == 'h') {
		parse->help = true;
		return EP_OK;
	}
	return ep_err_set(err, EP_EUSAGE, "unknown option -%c; see --help",
			  letter > ' ' && letter < 127 ? letter : '?');
}

/* A bundle of letters; the first that takes a value takes the rest. */
static int parse_letters(struct parse *parse, const char *p,
			 struct ep_err *err)
{
	int rc = EP_OK;

	for (; *p && !rc; p++) {
		const struct ep_opt *opt = by_letter(parse, *p);
		const char *value = p[1] ? p + 1 : NULL;

		if (!opt)
			return no_letter(parse, *p, err);
		if (opt->kind == EP_OPT_FLAG) {
			rc = store(parse, opt, NULL, err);
			continue;
		}
		if (!value)
			rc = next_value(parse, opt, &value, err);
		return rc ? rc : store(parse, opt, value, err);
	}
	return rc;
}

int ep_opt_parse(int argc, char **argv, const struct ep_opt *table,
		 int *ret_operands, bool *ret_help, struct ep_err *err)
{
	struct parse parse = { .table = table, .argc = argc, .argv = argv };
	EP_AUTO_FREE bool *seen = NULL;
	bool only_operands = false;
	int operands = 0, rc = EP_OK;

	while (table[parse.n].kind != EP_OPT_END)
		parse.n++;
	seen = parse.seen = ep_calloc(parse.n, sizeof(*seen));
	for (parse.at = 1; parse.at < argc && !rc; parse.at++) {
		char *arg = argv[parse.at];

		if (only_operands || arg[0] != '-' || !arg[1])
			argv[operands++] = arg;
		else if (ep_str_eq(arg, "--"))
			only_operands = true;
		else if (arg[1] == '-')
			rc = parse_long(&parse, arg + 2, err);
		else
			rc = parse_letters(&parse, arg + 1, err);
		if (parse.help)
			break;
	}
	if (rc)
		return rc;
	*ret_operands = operands;
	*ret_help = parse.help;
	return EP_OK;
}

void ep_opt_list_release(struct ep_opt_list *list)
{
	ep_free(list->v);
	list->v = NULL;
	list->n = 0;
}
