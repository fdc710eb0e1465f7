/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads dated decisions from lists in YAML.
 */
#include "check/decision.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "ext/yaml.h"

#define DAY 86400

void ep_decision_release(struct ep_decision *decision)
{
	ep_free(decision->reason);
	ep_free(decision->approver);
	ep_free(decision->ended_by);
	ep_free(decision->file);
}

void ep_decision_object(struct ep_decision_reader *rd,
			const struct ep_yaml *at, const char *msg)
{
	ep_diag_add(rd->diag, rd->file, at->line, at->col, "%s", msg);
	rd->bad = true;
}

char *ep_decision_text(struct ep_decision_reader *rd, const char *key,
		       bool must)
{
	const char *s = NULL;

	if (ep_yaml_get(rd->node, key) &&
	    ep_yaml_str(rd->node, key, rd->file, rd->diag, &s) && s && *s)
		return ep_strdup(s);
	if (must) {
		ep_diag_add(rd->diag, rd->file, rd->node->line, rd->node->col,
			    "a %s needs \"%s\"", rd->noun, key);
		rd->bad = true;
	}
	return NULL;
}

static int64_t date(struct ep_decision_reader *rd, const char *key, bool must)
{
	EP_AUTO_FREE char *s = ep_decision_text(rd, key, must);
	int64_t t = 0;

	if (s && (strlen(s) != 10 || !ep_time_iso(s, false, &t))) {
		const struct ep_yaml *at = ep_yaml_get(rd->node, key);

		ep_diag_add(rd->diag, rd->file, at->line, at->col,
			    "%s: expected a date like 2026-11-17", key);
		rd->bad = true;
	}
	return t;
}

void ep_decision_read(struct ep_decision_reader *rd, bool must_expire,
		      struct ep_decision *ret)
{
	const struct ep_yaml *below = ep_yaml_get(rd->node, "expires");

	ret->file = ep_strdup(rd->file);
	ret->line = rd->node->line;
	ret->reason = ep_decision_text(rd, "reason", true);
	ret->approver = ep_decision_text(rd, "approver", true);
	ret->approved = date(rd, "approved", true);
	ret->expires = date(rd, "expires", must_expire);
	ret->ended = date(rd, "ended", false);
	ret->ended_by = ep_decision_text(rd, "ended_by", false);
	if (rd->bad)
		return;
	if (!below)
		below = ep_yaml_get(rd->node, "approved");
	ret->below_line = below->key_line;
	ret->below_col = below->key_col;
	if (ret->expires)
		ret->expires += DAY;
	if (ret->expires && ret->expires <= ret->approved)
		ep_decision_object(rd, rd->node,
				   "expires before it is approved");
	else if (!ret->ended != !ret->ended_by)
		ep_decision_object(rd, rd->node, "\"ended\" and \"ended_by\" "
						 "go together");
}

void ep_decisions_list(const struct ep_decision_kind *kind, void *into,
		       const char *file, const struct ep_yaml *list,
		       struct ep_diag *diag)
{
	struct ep_decision_reader rd = {
		.noun = kind->noun, .file = file, .diag = diag,
	};

	if (list->type != EP_YAML_LIST) {
		ep_diag_add(diag, file, list->line, list->col,
			    "expected a list of %ss", kind->noun);
		return;
	}
	for (rd.node = list->child; rd.node; rd.node = rd.node->next) {
		rd.bad = false;
		if (rd.node->type != EP_YAML_MAP) {
			ep_diag_add(diag, file, rd.node->line, rd.node->col,
				    "a %s is a mapping", kind->noun);
			continue;
		}
		ep_yaml_known(rd.node, kind->known, kind->noun, file, diag);
		kind->take(&rd, into);
	}
}

static void take_tree(const struct ep_decision_kind *kind, void *into,
		      const char *file, struct ep_yaml *root,
		      struct ep_diag *diag)
{
	if (root)
		ep_decisions_list(kind, into, file, root, diag);
	ep_yaml_free(root);
}

void ep_decisions_text(const struct ep_decision_kind *kind, void *into,
		       const char *file, const char *s, size_t n,
		       struct ep_diag *diag)
{
	take_tree(kind, into, file, ep_yaml_text(file, s, n, diag), diag);
}

void ep_decisions_load(const struct ep_decision_kind *kind, void *into,
		       const char *folder, struct ep_diag *diag)
{
	struct ep_err err = EP_ERR_INIT;
	char **names;
	size_t n;

	if (!folder)
		return;
	if (ep_file_list(folder, ".yaml", &names, &n, &err) < 0) {
		ep_diag_add(diag, folder, 0, 0, "%s", err.msg);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		EP_AUTO_FREE char *path = ep_file_join(folder, names[i]);

		take_tree(kind, into, path, ep_yaml_file(path, diag), diag);
	}
	ep_file_list_free(names, n);
}
