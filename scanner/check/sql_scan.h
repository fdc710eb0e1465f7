/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A look at SQL text word by word, for what the authorizer cannot see:
 * constructs that are legal and wrong in a rule.
 */
#ifndef EP_SQL_SCAN_H
#define EP_SQL_SCAN_H

#include <stdbool.h>
#include <stddef.h>

enum ep_sql_type {
	EP_SQL_WORD,	/* keyword or bare name */
	EP_SQL_NAME,	/* quoted name, text without the quotes */
	EP_SQL_STRING,
	EP_SQL_PARAM,	/* :name */
	EP_SQL_OTHER	/* one byte */
};

/* Start with at, and line of its first byte. */
struct ep_sql_token {
	const char *at;	/* behind the token */
	const char *line_start;
	int line;
	int col;
	int next_line;	/* of at */
	enum ep_sql_type type;
	const char *p;
	size_t n;
};

/* The next token, comments left out; false at the end. */
bool ep_sql_next(struct ep_sql_token *tok);

/* What the last tokens were, for the checks.  Zero it first. */
struct ep_sql_lint {
	enum ep_sql_not { EP_SQL_NO_NOT, EP_SQL_NOT, EP_SQL_NOT_IN } negated;
	bool sure;	/* the last token ends a value that is never NULL */
	bool sure_not;	/* the value before NOT was such */
	bool in_open;	/* NOT IN ( was just read */
	bool view;	/* the last token is a view's name */
	bool view_as;	/* a view's name and AS */
};

/* A complaint about what ends with this token, or NULL. */
const char *ep_sql_lint(struct ep_sql_lint *lint,
			const struct ep_sql_token *tok);

#endif
