/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cutting SQL into words, and the checks over them.
 */
#include "check/sql_scan.h"

#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/str.h"
#include "check/rule.h"

static bool word_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '$' ||
	       (unsigned char)c >= 0x80;
}

static void step(struct ep_sql_token *tok, size_t n)
{
	for (; n > 0 && *tok->at; n--) {
		if (*tok->at == '\n') {
			tok->next_line++;
			tok->line_start = tok->at + 1;
		}
		tok->at++;
	}
}

static void skip_blank(struct ep_sql_token *tok)
{
	for (;;) {
		const char *end;

		if (strchr(" \t\r\n", *tok->at) && *tok->at) {
			step(tok, 1);
		} else if (strncmp(tok->at, "--", 2) == 0) {
			step(tok, strcspn(tok->at, "\n"));
		} else if (strncmp(tok->at, "/*", 2) == 0) {
			end = strstr(tok->at + 2, "*/");
			step(tok, end ? (size_t)(end - tok->at) + 2
				      : strlen(tok->at));
		} else {
			return;
		}
	}
}

/* Bytes of a quoted token with its quotes; a doubled quote is inside. */
static size_t quoted_length(const char *s, char close)
{
	size_t n = 1;

	for (; s[n]; n++) {
		if (s[n] != close)
			continue;
		if (s[n + 1] != close || close == ']')
			return n + 1;
		n++;
	}
	return n;
}

static size_t measure(struct ep_sql_token *tok)
{
	const char *s = tok->at;
	size_t n = 0;

	tok->p = s;
	switch (*s) {
	case '\'':
		tok->type = EP_SQL_STRING;
		return tok->n = quoted_length(s, '\'');
	case '"':
	case '`':
	case '[':
		tok->type = EP_SQL_NAME;
		n = quoted_length(s, *s == '[' ? ']' : *s);
		tok->p = s + 1;
		tok->n = n >= 2 ? n - 2 : 0;
		return n;
	default:
		break;
	}
	if (*s == ':' && word_byte(s[1])) {
		tok->type = EP_SQL_PARAM;
		n = 1;
	} else {
		tok->type = word_byte(*s) ? EP_SQL_WORD : EP_SQL_OTHER;
	}
	while (word_byte(s[n]))
		n++;
	return tok->n = n ? n : 1;
}

bool ep_sql_next(struct ep_sql_token *tok)
{
	size_t n;

	if (!tok->line_start) {
		tok->line_start = tok->at;
		tok->next_line = tok->line;
	}
	skip_blank(tok);
	if (!*tok->at)
		return false;
	tok->line = tok->next_line;
	tok->col = (int)(tok->at - tok->line_start) + 1;
	n = measure(tok);
	step(tok, n);
	return true;
}

/* --- checks ------------------------------------------------------------- */

static bool is_word(const struct ep_sql_token *tok, const char *word)
{
	return tok->type == EP_SQL_WORD && strlen(word) == tok->n &&
	       strncasecmp(tok->p, word, tok->n) == 0;
}

static bool is_byte(const struct ep_sql_token *tok, char c)
{
	return tok->type == EP_SQL_OTHER && *tok->p == c;
}

/* Ends of values that are never NULL: a call such as coalesce(), a constant,
 * and the columns that every row has. */
static bool never_null(const struct ep_sql_token *tok)
{
	static const char *const columns[] = { "tenant", "system", "dataset",
					       "key", "id", "status", NULL };

	if (is_byte(tok, ')') || tok->type == EP_SQL_STRING ||
	    tok->type == EP_SQL_PARAM)
		return true;
	for (int i = 0; columns[i]; i++)
		if (is_word(tok, columns[i]))
			return true;
	return false;
}

static bool names_view(const struct ep_sql_token *tok)
{
	EP_AUTO_FREE char *name = NULL;

	if (tok->type != EP_SQL_WORD && tok->type != EP_SQL_NAME)
		return false;
	name = ep_strndup(tok->p, tok->n);
	ep_str_lower(name);
	return ep_need_view(name);
}

static const char *lint_not_in(struct ep_sql_lint *lint,
			       const struct ep_sql_token *tok)
{
	bool opened = lint->in_open;

	lint->in_open = lint->negated == EP_SQL_NOT_IN && is_byte(tok, '(');
	if (opened && (is_word(tok, "select") || is_word(tok, "with")))
		return "NOT IN (SELECT ...) is silent when the list holds a "
		       "NULL; write NOT EXISTS";
	if (lint->negated == EP_SQL_NOT_IN && !lint->in_open)
		return "NOT IN over a table is silent when it holds a NULL; "
		       "write NOT EXISTS";
	if (is_word(tok, "not")) {
		lint->negated = EP_SQL_NOT;
		lint->sure_not = lint->sure;
		return NULL;
	}
	if (lint->negated == EP_SQL_NOT && is_word(tok, "in")) {
		lint->negated = EP_SQL_NOT_IN;
		return lint->sure_not ? NULL
				      : "a column that may be NULL before NOT "
					"IN; wrap it in coalesce()";
	}
	lint->negated = EP_SQL_NO_NOT;
	return NULL;
}

static const char *lint_cte(struct ep_sql_lint *lint,
			    const struct ep_sql_token *tok)
{
	bool cte = (lint->view && is_byte(tok, '(')) ||
		   (lint->view_as && (is_byte(tok, '(') ||
				      is_word(tok, "materialized") ||
				      is_word(tok, "not")));

	lint->view_as = lint->view && is_word(tok, "as");
	lint->view = names_view(tok);
	return cte ? "a CTE must not bear the name of a view" : NULL;
}

const char *ep_sql_lint(struct ep_sql_lint *lint,
			const struct ep_sql_token *tok)
{
	const char *msg = lint_not_in(lint, tok);
	const char *cte = lint_cte(lint, tok);

	lint->sure = never_null(tok);
	return msg ? msg : cte;
}
