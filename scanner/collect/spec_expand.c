/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Substitution of {name} in the texts of a connector.  There is nothing more
 * to the language than this: no defaults, no functions, no conditions.
 */
#include "collect/spec_read.h"

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "ext/json.h"

/* A name in braces: parent.PATH may be as long as a path gets. */
#define NAME_BYTES_MAX 256
#define DAY 86400
/* As far back as a report may reach; more is a slip of the hand. */
#define DAYS_MAX 3660

/* One step over a text: a literal piece, or the name of a substitution. */
struct piece {
	const char *p;
	size_t n;
	bool is_name;
};

/* 1 and the next piece, 0 at the end, -1 when braces do not match. */
static int next_piece(const char **s, struct piece *ret)
{
	const char *end;

	if (!**s)
		return 0;
	ret->p = *s;
	ret->is_name = false;
	if ((*s)[0] == (*s)[1] && (**s == '{' || **s == '}')) {
		ret->n = 1;
		*s += 2;
		return 1;
	}
	if (**s == '}')
		return -1;
	if (**s != '{') {
		ret->n = strcspn(*s, "{}");
		*s += ret->n;
		return 1;
	}
	end = *s + 1 + strcspn(*s + 1, "{}");
	ret->p = *s + 1;
	ret->n = (size_t)(end - ret->p);
	ret->is_name = true;
	*s = end;
	if (*end != '}' || ret->n == 0 || ret->n >= NAME_BYTES_MAX)
		return -1;
	(*s)++;
	return 1;
}

bool ep_spec_names(const char *text, void (*name)(void *to, const char *name),
		   void *to)
{
	struct piece piece;
	int more;

	while ((more = next_piece(&text, &piece)) > 0) {
		char buf[NAME_BYTES_MAX];

		if (!piece.is_name)
			continue;
		memcpy(buf, piece.p, piece.n);
		buf[piece.n] = '\0';
		name(to, buf);
	}
	return more == 0;
}

bool ep_spec_date(const char *name, char out[EP_TIME_TEXT])
{
	bool today = ep_str_starts(name, "today");
	const char *rest;
	int64_t days = 0;
	size_t n;

	if (!today && !ep_str_starts(name, "now"))
		return false;
	rest = name + (today ? 5 : 3);
	n = strlen(rest);
	if (n) {
		struct ep_str digits = { rest + 1, n > 1 ? n - 2 : 0 };

		if (rest[0] != '-' || rest[n - 1] != 'd' ||
		    !ep_str_intn(digits, &days) || days < 0 || days > DAYS_MAX)
			return false;
	}
	if (today)
		ep_time_date(ep_clock_now() - days * DAY, out);
	else
		ep_time_format(ep_clock_now() - days * DAY, out);
	return true;
}

enum how { HOW_PLAIN, HOW_PERCENT, HOW_JSON };

/* As ep_json_quote, without the quotes around. */
static void add_escaped(struct ep_buf *out, const char *value)
{
	struct ep_buf quoted;

	ep_buf_init(&quoted, out->max);
	ep_json_quote(&quoted, value);
	if (quoted.overflow)
		out->overflow = true;
	else
		ep_buf_add(out, quoted.s + 1, quoted.len - 2);
	ep_buf_release(&quoted);
}

static int add_value(const char *name, const char *value, enum how how,
		     struct ep_buf *out, struct ep_err *err)
{
	if (!value)
		return ep_err_set(err, EP_ECONFIG,
				  "{%s} has no value; set it in the "
				  "configuration",
				  name);
	if (how == HOW_PLAIN) {
		ep_buf_adds(out, value);
		return 0;
	}
	if (how == HOW_JSON) {
		add_escaped(out, value);
		return 0;
	}
	/* Any of these would make another path of it than the one meant. */
	if (!*value || ep_str_eq(value, ".") || ep_str_eq(value, ".."))
		return ep_err_set(err, EP_EDATA,
				  "{%s} is \"%s\", which cannot stand in a path",
				  name, value);
	ep_str_percent(out, value, strlen(value));
	return 0;
}

static int expand(const char *text, enum how how,
		  const char *(*lookup)(void *to, const char *name), void *to,
		  struct ep_buf *out, struct ep_err *err)
{
	struct piece piece;
	int more;

	while ((more = next_piece(&text, &piece)) > 0) {
		char name[NAME_BYTES_MAX];
		char date[EP_TIME_TEXT];
		const char *value;
		int rc;

		if (!piece.is_name) {
			ep_buf_add(out, piece.p, piece.n);
			continue;
		}
		memcpy(name, piece.p, piece.n);
		name[piece.n] = '\0';
		if (ep_spec_date(name, date))
			value = date;
		else
			value = lookup ? lookup(to, name) : NULL;
		rc = add_value(name, value, how, out, err);
		if (rc < 0)
			return rc;
	}
	if (more < 0)
		return ep_err_set(err, EP_ECONFIG,
				  "braces do not match before \"%.100s\"",
				  text);
	if (out->overflow)
		return ep_err_set(err, EP_ELIMIT,
				  "the text is longer than %zu bytes after "
				  "substitution",
				  out->max);
	return 0;
}

int ep_spec_expand(const char *text, bool percent,
		   const char *(*lookup)(void *to, const char *name), void *to,
		   struct ep_buf *out, struct ep_err *err)
{
	return expand(text, percent ? HOW_PERCENT : HOW_PLAIN, lookup, to, out,
		      err);
}

/* The end of a JSON string that starts after its quote. */
static const char *string_end(const char *s)
{
	while (*s && *s != '"')
		s += *s == '\\' && s[1] ? 2 : 1;
	return s;
}

/* The name in "{#name}", which stands for a number; NULL for other text. */
static char *number_name(const char *inside)
{
	size_t n = strlen(inside);

	if (n < 4 || inside[0] != '{' || inside[1] != '#' ||
	    strcspn(inside + 2, "{}") != n - 3 || inside[n - 1] != '}')
		return NULL;
	return ep_strndup(inside + 2, n - 3);
}

static int add_number(const char *name,
		      const char *(*lookup)(void *to, const char *name),
		      void *to, struct ep_buf *out, struct ep_err *err)
{
	const char *value = lookup ? lookup(to, name) : NULL;
	int64_t number = 0;

	if (!value)
		return add_value(name, value, HOW_JSON, out, err);
	if (*value && !ep_str_int(value, &number))
		return ep_err_set(err, EP_EDATA,
				  "{#%s} is \"%.60s\", which is no whole number",
				  name, value);
	ep_buf_addf(out, "%" PRId64, number);
	return 0;
}

/* One string of a JSON text, without its quotes. */
static int expand_string(const char *inside,
			 const char *(*lookup)(void *to, const char *name),
			 void *to, struct ep_buf *out, struct ep_err *err)
{
	char *name = number_name(inside);
	int rc;

	if (name) {
		rc = add_number(name, lookup, to, out, err);
		ep_free(name);
		return rc;
	}
	ep_buf_addc(out, '"');
	rc = expand(inside, HOW_JSON, lookup, to, out, err);
	ep_buf_addc(out, '"');
	return rc;
}

int ep_spec_expand_json(const char *body,
			const char *(*lookup)(void *to, const char *name),
			void *to, struct ep_buf *out, struct ep_err *err)
{
	while (*body) {
		size_t n = strcspn(body, "\"");
		const char *end;
		char *inside;
		int rc;

		ep_buf_add(out, body, n);
		body += n;
		if (!*body)
			break;
		end = string_end(body + 1);
		inside = ep_strndup(body + 1, (size_t)(end - body - 1));
		rc = expand_string(inside, lookup, to, out, err);
		ep_free(inside);
		if (rc < 0)
			return rc;
		body = *end ? end + 1 : end;
	}
	return 0;
}

bool ep_spec_names_json(const char *body,
			void (*name)(void *to, const char *name), void *to)
{
	bool ok = true;

	while (*(body += strcspn(body, "\""))) {
		const char *end = string_end(body + 1);
		char *inside =
			ep_strndup(body + 1, (size_t)(end - body - 1));

		char *number = number_name(inside);

		if (number)
			name(to, number);
		else
			ok = ep_spec_names(inside, name, to) && ok;
		ep_free(number);
		ep_free(inside);
		body = *end ? end + 1 : end;
	}
	return ok;
}
