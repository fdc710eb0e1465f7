/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The --help text of one verb, from the same table that parses it.
 */
#include "base/opt.h"

#include <string.h>

#include "base/str.h"

#define HELP_WIDTH 78
#define HELP_COLUMN 26

static void spaces(struct ep_buf *out, size_t n)
{
	while (n--)
		ep_buf_addc(out, ' ');
}

/* Words of text, broken before HELP_WIDTH; at is the column reached and
 * indent where further lines start. */
static void wrapped(struct ep_buf *out, const char *text, size_t at,
		    size_t indent)
{
	struct ep_str rest = ep_str(text), word;
	bool first = true;

	while (ep_str_cut(&rest, ' ', &word)) {
		if (!word.n)
			continue;
		if (!first && at + 1 + word.n > HELP_WIDTH) {
			ep_buf_addc(out, '\n');
			spaces(out, indent);
			at = indent;
			first = true;
		}
		if (!first) {
			ep_buf_addc(out, ' ');
			at++;
		}
		ep_buf_add(out, word.p, word.n);
		at += word.n;
		first = false;
	}
	ep_buf_addc(out, '\n');
}

static void option(struct ep_buf *out, char letter, const char *name,
		   const char *value_name, const char *help)
{
	size_t start = out->len, used;

	if (letter)
		ep_buf_addf(out, "  -%c, --%s", letter, name);
	else
		ep_buf_addf(out, "      --%s", name);
	if (value_name)
		ep_buf_addf(out, "=%s", value_name);
	used = out->len - start;
	if (used + 2 > HELP_COLUMN) {
		ep_buf_addc(out, '\n');
		used = 0;
	}
	spaces(out, HELP_COLUMN - used);
	wrapped(out, help ? help : "", HELP_COLUMN, HELP_COLUMN);
}

static bool has_letter(const struct ep_opt *table, char letter)
{
	for (; table->kind != EP_OPT_END; table++)
		if (table->letter == letter)
			return true;
	return false;
}

void ep_opt_help(struct ep_buf *out, const struct ep_opt_usage *usage,
		 const struct ep_opt *table)
{
	const struct ep_opt *opt;

	ep_buf_addf(out, "Usage: exitproof %s [OPTION]...%s%s\n", usage->verb,
		    usage->args && usage->args[0] ? " " : "",
		    usage->args ? usage->args : "");
	if (usage->about && usage->about[0]) {
		ep_buf_addc(out, '\n');
		wrapped(out, usage->about, 0, 0);
	}
	ep_buf_adds(out, "\nOptions:\n");
	for (opt = table; opt->kind != EP_OPT_END; opt++)
		option(out, opt->letter, opt->name,
		       opt->kind == EP_OPT_FLAG ? NULL
		       : opt->value_name	? opt->value_name
						: "VALUE",
		       opt->help);
	option(out, has_letter(table, 'h') ? '\0' : 'h', "help", NULL,
	       "print this text");
}
