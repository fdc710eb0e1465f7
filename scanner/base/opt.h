/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Table-driven command lines: one table per verb gives the parser, the
 * --help text and the shell completions.
 */
#ifndef EP_OPT_H
#define EP_OPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum ep_opt_kind {
	EP_OPT_FLAG,	/* bool *            --name */
	EP_OPT_TEXT,	/* const char **     --name=VALUE or --name VALUE */
	EP_OPT_INT,	/* int64_t * */
	EP_OPT_LIST,	/* struct ep_opt_list *, repeatable */
	EP_OPT_END
};

struct ep_opt_list {
	const char **v;
	int n;
};

struct ep_opt {
	enum ep_opt_kind kind;
	char letter;		/* 0 for none */
	const char *name;
	const char *value_name;	/* for help; NULL for flags */
	void *to;
	const char *help;
};

struct ep_opt_usage {
	const char *verb;	/* "run" or "exit plan" */
	const char *args;	/* "[TENANT...]" */
	const char *about;	/* one paragraph */
};

/* Parses argv[1..]; options and operands may mix, "--" ends options.
 * Operands are left in argv[0..*ret_operands-1].  --help is reported by
 * *ret_help.  Unknown, repeated (except LIST) or value-less options are
 * EP_EUSAGE with a message that names the nearest option. */
int ep_opt_parse(int argc, char **argv, const struct ep_opt *table,
		 int *ret_operands, bool *ret_help, struct ep_err *err)
	EP_MUST_CHECK;
void ep_opt_list_release(struct ep_opt_list *list);
void ep_opt_help(struct ep_buf *out, const struct ep_opt_usage *usage,
		 const struct ep_opt *table);

#endif
