/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes a dated decision back: two lines in its file.
 */
#include "check/decision.h"

#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "check/edit.h"
#include "ext/json.h"
#include "ext/yaml.h"

/* The first byte after line n, or NULL. */
static const char *after_line(const char *s, int n)
{
	while (n-- > 0) {
		s = strchr(s, '\n');
		if (!s)
			return NULL;
		s++;
	}
	return s;
}

static int make_texts(const struct ep_decision *decision, const char *day,
		      const char *by_user, struct ep_buf *before,
		      struct ep_buf *after, struct ep_err *err)
{
	int indent = decision->below_col - 1;
	const char *at;
	int rc = ep_file_read(decision->file, EP_FILE_BYTES_MAX, before, err);

	if (rc < 0)
		return rc;
	/* A last line without its end gets one. */
	if (before->len && before->s[before->len - 1] != '\n')
		ep_buf_addc(before, '\n');
	at = after_line(before->s, decision->below_line);
	if (!at)
		return ep_err_set(err, EP_EDATA, "%s changed while it was "
				  "read", decision->file);
	ep_buf_add(after, before->s, (size_t)(at - before->s));
	ep_buf_addf(after, "%*sended: %s\n%*sended_by: ", indent, "", day,
		    indent, "");
	ep_json_quote(after, by_user);
	ep_buf_addc(after, '\n');
	ep_buf_adds(after, at);
	return 0;
}

/* --- proof ------------------------------------------------------------------ */

struct proof {
	int line;	/* of the entry that is ended */
	const char *day;
	const char *by_user;
	bool met;
};

static bool says(const struct ep_yaml *map, const char *key, const char *text)
{
	const struct ep_yaml *it = ep_yaml_get(map, key);

	return it && it->type == EP_YAML_SCALAR && ep_str_eq(it->text, text);
}

/* The two new members, which no other entry may have got. */
static const struct ep_yaml *skip_end(const struct ep_yaml *it)
{
	while (it && (ep_str_eq(it->key, "ended") ||
		      ep_str_eq(it->key, "ended_by")))
		it = it->next;
	return it;
}

/* The same but for members and elements. */
static bool same_node(const struct ep_yaml *was, const struct ep_yaml *is)
{
	return was->type == is->type && ep_str_eq(was->key, is->key) &&
	       ep_str_eq(was->text, is->text);
}

/* The same trees, but for the end of that one entry. */
static bool only_ended(struct proof *proof, const struct ep_yaml *was,
		       const struct ep_yaml *is)
{
	bool it_is = was->type == EP_YAML_MAP && was->line == proof->line &&
		     !proof->met;
	const struct ep_yaml *a = was->child, *b = is->child;

	if (!same_node(was, is) || is->n != was->n + (it_is ? 2 : 0))
		return false;
	if (it_is)
		proof->met = says(is, "ended", proof->day) &&
			     says(is, "ended_by", proof->by_user);
	for (; a; a = a->next, b = b->next) {
		if (it_is)
			b = skip_end(b);
		if (!b || !only_ended(proof, a, b))
			return false;
	}
	return true;
}

/* Read again as a loader will. */
static bool proved(struct proof *proof, const struct ep_buf *before,
		   const struct ep_buf *after)
{
	struct ep_yaml *was, *is;
	struct ep_diag diag;
	bool good;

	ep_diag_init(&diag);
	was = ep_yaml_text("before", before->s, before->len, &diag);
	is = ep_yaml_text("after", after->s, after->len, &diag);
	good = was && is && diag.n == 0 && only_ended(proof, was, is) &&
	       proof->met;
	ep_yaml_free(was);
	ep_yaml_free(is);
	ep_diag_release(&diag);
	return good;
}

int ep_decision_end(const struct ep_decision *decision, const char *noun,
		    int64_t now, const char *by_user, struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf before =
		EP_BUF_INIT(EP_FILE_BYTES_MAX);
	EP_AUTO(ep_buf_release) struct ep_buf after =
		EP_BUF_INIT(EP_FILE_BYTES_MAX);
	char day[EP_TIME_TEXT];
	struct proof proof = {
		.line = decision->line,
		.day = ep_time_date(now, day),
		.by_user = by_user,
	};
	int rc;

	if (decision->ended)
		return ep_err_set(err, EP_EUSAGE, "the %s %s:%d was ended by "
				  "%s already", noun, decision->file,
				  decision->line, decision->ended_by);
	if (ep_edit_blank(by_user))
		return ep_err_set(err, EP_EUSAGE, "say who ends it");
	rc = make_texts(decision, day, by_user, &before, &after, err);
	if (rc < 0)
		return rc;
	if (!proved(&proof, &before, &after))
		return ep_err_set(err, EP_EDATA, "%s:%d is written in a way "
				  "that cannot be added to; put \"ended\" and "
				  "\"ended_by\" there by hand",
				  decision->file, decision->line);
	return ep_edit_write(decision->file, &after, err);
}
