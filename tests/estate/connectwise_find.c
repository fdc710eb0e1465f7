/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The expressions of ConnectWise PSA's `conditions`: comparisons of members
 * with and, or and parentheses.  A comparison with a member that is absent
 * or null is false, whatever it asks.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "connectwise.h"

#define TEXT_MAX 256
#define DEPTH_MAX 16

struct find {
	const char *p;
	const cJSON *record;
	int depth;
	bool bad;
};

static bool expression(struct find *f);

static void blanks(struct find *f)
{
	while (*f->p == ' ')
		f->p++;
}

static bool word(struct find *f, const char *text)
{
	size_t n = strlen(text);

	blanks(f);
	if (strncasecmp(f->p, text, n))
		return false;
	if (strchr("abcdefghijklmnopqrstuvwxyz", text[0]) &&
	    !strchr(" ('\"[", f->p[n]))
		return false;
	f->p += n;
	return true;
}

static const cJSON *member(struct find *f)
{
	const cJSON *o = f->record;
	char name[TEXT_MAX];
	bool any = false;

	blanks(f);
	for (;;) {
		size_t n = strspn(f->p, "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

		if (!n || n >= sizeof(name))
			break;
		snprintf(name, sizeof(name), "%.*s", (int)n, f->p);
		/* Kept among what is known about the record, searched as if
		 * it were a member of it. */
		if (o == f->record && !strcmp(name, "lastUpdated") &&
		    !es_get(o, name))
			o = es_get(o, "_info");
		o = es_get(o, name);
		any = true;
		f->p += n;
		if (*f->p != '/')
			break;
		f->p++;
	}
	f->bad |= !any;
	return o;
}

static int operation(struct find *f)
{
	static const char *const names[] = { "!=", "<=", ">=", "=", "<", ">",
					     "contains", "like" };
	int i;

	for (i = 0; i < 8; i++)
		if (word(f, names[i]))
			return i;
	f->bad = true;
	return 0;
}

/* The text between two marks; no mark can stand inside. */
static void quoted(struct find *f, char mark, char out[TEXT_MAX])
{
	const char *end = strchr(f->p, mark);

	if (!end || end - f->p >= TEXT_MAX) {
		f->bad = true;
		f->p += strlen(f->p);
		return;
	}
	snprintf(out, TEXT_MAX, "%.*s", (int)(end - f->p), f->p);
	f->p = end + 1;
}

static void value(struct find *f, char out[TEXT_MAX])
{
	size_t n;

	out[0] = '\0';
	blanks(f);
	if (*f->p == '\'' || *f->p == '"' || *f->p == '[') {
		char mark = *f->p++;

		quoted(f, mark == '[' ? ']' : mark, out);
		return;
	}
	n = strcspn(f->p, " )");
	if (n >= TEXT_MAX)
		n = 0;
	snprintf(out, TEXT_MAX, "%.*s", (int)n, f->p);
	f->p += n;
	f->bad |= !n || (strspn(out, "0123456789.-") != n &&
			 strcasecmp(out, "true") && strcasecmp(out, "false"));
}

/* -1, 0, 1 as strcmp. */
static int compared(const cJSON *left, const char *right)
{
	double d;

	if (cJSON_IsBool(left))
		return strcasecmp(cJSON_IsTrue(left) ? "true" : "false",
				  right);
	if (!cJSON_IsNumber(left))
		return strcasecmp(left->valuestring, right);
	d = strtod(right, NULL);
	return left->valuedouble < d ? -1 : left->valuedouble > d;
}

static bool within(const cJSON *left, const char *right)
{
	char text[TEXT_MAX];
	size_t n = strlen(right), skip = n && right[0] == '%';

	snprintf(text, sizeof(text), "%s", right + skip);
	n = strlen(text);
	if (n && text[n - 1] == '%')
		text[n - 1] = '\0';
	return cJSON_IsString(left) && strcasestr(left->valuestring, text);
}

static bool comparison(struct find *f)
{
	const cJSON *left = member(f);
	int op = operation(f), order;
	char right[TEXT_MAX];

	value(f, right);
	if (f->bad || !left || cJSON_IsNull(left) || cJSON_IsObject(left) ||
	    cJSON_IsArray(left))
		return false;
	if (op > 5)
		return within(left, right);
	order = compared(left, right);
	return op == 0 ? order != 0 : op == 1 ? order <= 0 :
	       op == 2 ? order >= 0 : op == 3 ? order == 0 :
	       op == 4 ? order < 0 : order > 0;
}

static bool factor(struct find *f)
{
	bool is;

	blanks(f);
	if (*f->p != '(')
		return comparison(f);
	f->p++;
	if (++f->depth > DEPTH_MAX) {
		f->bad = true;
		return false;
	}
	is = expression(f);
	f->depth--;
	blanks(f);
	f->bad |= *f->p != ')';
	f->p += *f->p == ')';
	return is;
}

static bool term(struct find *f)
{
	bool is = factor(f);

	while (!f->bad && word(f, "and"))
		is = factor(f) && is;
	return is;
}

static bool expression(struct find *f)
{
	bool is = term(f);

	while (!f->bad && word(f, "or"))
		is = term(f) || is;
	return is;
}

bool es_cw_meets(const cJSON *record, const char *text, bool *ret_bad)
{
	struct find f = { .p = text, .record = record };
	bool is = expression(&f);

	blanks(&f);
	*ret_bad = f.bad || *f.p;
	return is && !*ret_bad;
}
