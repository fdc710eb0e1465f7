/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leave_sources: of a customer: who beside the leaver register may say that
 * somebody has left.
 */
#include "model/config_read.h"

#include <string.h>

#include "base/str.h"
#include "ext/regex.h"

static enum ep_leave_counts read_counts(const struct ep_config_reader *rd,
					const struct ep_yaml *map,
					const char *key)
{
	static const char *const words[] = { "off", "review", "certain", NULL };
	EP_AUTO_FREE char *word = ep_config_text(rd, map, key);

	if (!word)
		return EP_LEAVE_OFF;
	for (int i = 0; words[i]; i++)
		if (ep_str_eq(word, words[i]))
			return (enum ep_leave_counts)i;
	ep_config_complain(rd, ep_yaml_get(map, key),
			   "'%s' is off, review or certain", key);
	return EP_LEAVE_OFF;
}

static char *read_pattern(const struct ep_config_reader *rd,
			  const struct ep_yaml *map, const char *key)
{
	char *pattern = ep_config_text(rd, map, key);
	struct ep_err err = EP_ERR_INIT;
	struct ep_regex *regex = NULL;

	if (pattern && ep_regex_compile(pattern, true, &regex, &err) < 0)
		ep_config_complain(rd, ep_yaml_get(map, key),
				   "'%s' is no pattern: %s", key, err.msg);
	else if (pattern && !strchr(pattern, '('))
		ep_config_complain(rd, ep_yaml_get(map, key),
				   "'%s' needs a group in parentheses", key);
	ep_regex_free(regex);
	return pattern;
}

void ep_config_read_leave(struct ep_config_reader *rd,
			  const struct ep_yaml *map,
			  struct ep_leave_sources *leave)
{
	static const char *const keys[] = { "tickets", "directory", "subject",
					    "date", "tenancies", NULL };
	const struct ep_yaml *node = ep_yaml_get(map, "leave_sources");

	if (!node)
		return;
	if (node->type != EP_YAML_MAP) {
		ep_config_complain(rd, node, "'leave_sources' must be a "
					     "mapping");
		return;
	}
	ep_yaml_known(node, keys, "'leave_sources'", rd->file, rd->diag);
	leave->tickets = read_counts(rd, node, "tickets");
	leave->directory = read_counts(rd, node, "directory");
	leave->subject = read_pattern(rd, node, "subject");
	leave->date = read_pattern(rd, node, "date");
	ep_config_words(rd, node, "tenancies", &leave->tenancies);
	for (size_t i = 0; i < leave->tenancies.n; i++)
		if (!strchr(leave->tenancies.v[i], '/'))
			ep_config_complain(rd, ep_yaml_get(node, "tenancies"),
					   "'tenancies' are written as "
					   "system/id");
}

void ep_config_leave_clear(struct ep_leave_sources *leave)
{
	ep_free(leave->subject);
	ep_free(leave->date);
	ep_words_release(&leave->tenancies);
}
