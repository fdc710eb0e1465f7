/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading waivers and matching them with violations.
 */
#include "check/waiver.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "ext/yaml.h"

#define DAY 86400

#define TEXT_OF(number) #number
#define TEXT(macro) TEXT_OF(macro)
#define DAYS_MAX TEXT(EP_WAIVER_DAYS_MAX)

struct reader {
	const char *file;
	struct ep_diag *diag;
	const struct ep_yaml *node;
	bool bad;
};

static char *text(struct reader *rd, const char *key, bool must)
{
	const char *s = NULL;

	if (ep_yaml_get(rd->node, key) &&
	    ep_yaml_str(rd->node, key, rd->file, rd->diag, &s) && s && *s)
		return ep_strdup(s);
	if (must) {
		ep_diag_add(rd->diag, rd->file, rd->node->line, rd->node->col,
			    "a waiver needs \"%s\"", key);
		rd->bad = true;
	}
	return NULL;
}

static int64_t date(struct reader *rd, const char *key, bool must)
{
	EP_AUTO_FREE char *s = text(rd, key, must);
	int64_t t = 0;

	if (!s)
		return 0;
	if (strlen(s) != 10 || !ep_time_iso(s, false, &t)) {
		const struct ep_yaml *at = ep_yaml_get(rd->node, key);

		ep_diag_add(rd->diag, rd->file, at->line, at->col,
			    "%s: expected a date like 2026-11-17", key);
		rd->bad = true;
	}
	return t;
}

static void read_place(struct reader *rd, struct ep_waiver *waiver)
{
	char *tenant = text(rd, "tenant", false);
	char *unit = text(rd, "unit", false);
	char *customer = text(rd, "customer", false);

	if (!!tenant + !!unit + !!customer != 1) {
		ep_diag_add(rd->diag, rd->file, rd->node->line, rd->node->col,
			    "a waiver needs one of \"tenant\", \"customer\" "
			    "and \"unit\"");
		rd->bad = true;
		ep_free(tenant);
		ep_free(unit);
		ep_free(customer);
		return;
	}
	waiver->customer = customer != NULL;
	waiver->scope = tenant ? "tenant" : unit ? "unit" : "customer";
	waiver->place = tenant ? tenant : unit ? unit : customer;
}

static void waiver_clear(struct ep_waiver *waiver)
{
	ep_free(waiver->rule);
	ep_free(waiver->place);
	ep_free(waiver->subject);
	ep_free(waiver->reason);
	ep_free(waiver->approver);
	ep_free(waiver->ended_by);
	ep_free(waiver->file);
}

static void object(struct reader *rd, const char *msg)
{
	ep_diag_add(rd->diag, rd->file, rd->node->line, rd->node->col, "%s",
		    msg);
	rd->bad = true;
}

static void read_dates(struct reader *rd, struct ep_waiver *waiver)
{
	const struct ep_yaml *expires = ep_yaml_get(rd->node, "expires");

	waiver->approved = date(rd, "approved", true);
	waiver->expires = date(rd, "expires", true) + DAY;
	waiver->ended = date(rd, "ended", false);
	waiver->ended_by = text(rd, "ended_by", false);
	if (rd->bad)
		return;
	waiver->expires_line = expires->key_line;
	waiver->expires_col = expires->key_col;
	if (waiver->expires <= waiver->approved)
		object(rd, "expires before it is approved");
	else if (waiver->expires - waiver->approved >
		 (EP_WAIVER_DAYS_MAX + 1) * DAY)
		object(rd, "is for longer than " DAYS_MAX " days "
			   "(EP_WAIVER_DAYS_MAX)");
	else if (!waiver->ended != !waiver->ended_by)
		object(rd, "\"ended\" and \"ended_by\" go together");
}

static void read_waiver(struct ep_waivers *waivers, struct reader *rd)
{
	static const char *const known[] = {
		"rule", "tenant", "customer", "unit", "subject", "reason",
		"approver", "approved", "expires", "ended", "ended_by", NULL
	};
	struct ep_waiver waiver = { .line = rd->node->line };

	if (rd->node->type != EP_YAML_MAP) {
		ep_diag_add(rd->diag, rd->file, rd->node->line, rd->node->col,
			    "a waiver is a mapping");
		return;
	}
	rd->bad = false;
	ep_yaml_known(rd->node, known, "waiver", rd->file, rd->diag);
	waiver.rule = text(rd, "rule", true);
	waiver.subject = text(rd, "subject", false);
	waiver.reason = text(rd, "reason", true);
	waiver.approver = text(rd, "approver", true);
	waiver.file = ep_strdup(rd->file);
	read_place(rd, &waiver);
	read_dates(rd, &waiver);
	if (rd->bad)
		waiver_clear(&waiver);
	else
		EP_VEC_ADD(waivers) = waiver;
}

static void read_tree(struct ep_waivers *waivers, const char *file,
		      struct ep_yaml *root, struct ep_diag *diag)
{
	struct reader rd = { .file = file, .diag = diag };

	if (!root)
		return;
	if (root->type != EP_YAML_LIST)
		ep_diag_add(diag, file, root->line, root->col,
			    "expected a list of waivers");
	else
		for (rd.node = root->child; rd.node; rd.node = rd.node->next)
			read_waiver(waivers, &rd);
	ep_yaml_free(root);
}

void ep_waivers_text(struct ep_waivers *waivers, const char *file,
		     const char *s, size_t n, struct ep_diag *diag)
{
	read_tree(waivers, file, ep_yaml_text(file, s, n, diag), diag);
}

void ep_waivers_load(struct ep_waivers *waivers, const char *folder,
		     struct ep_diag *diag)
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

		read_tree(waivers, path, ep_yaml_file(path, diag), diag);
	}
	ep_file_list_free(names, n);
}

void ep_waivers_release(struct ep_waivers *waivers)
{
	for (size_t i = 0; i < waivers->n; i++)
		waiver_clear(&waivers->v[i]);
	ep_vec_release(waivers);
}

/* --- matching ----------------------------------------------------------- */

bool ep_waiver_glob(const char *pattern, const char *s)
{
	const char *star = NULL;
	const char *from = s;

	while (*s) {
		if (*pattern == '*') {
			star = pattern++;
			from = s;
		} else if (*pattern && (*pattern == '?' || *pattern == *s)) {
			pattern++;
			s++;
		} else if (star) {
			pattern = star + 1;
			s = ++from;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

bool ep_waiver_in_force(const struct ep_waiver *waiver, int64_t now)
{
	return waiver->approved <= now && now < waiver->expires &&
	       (!waiver->ended || now < waiver->ended);
}

bool ep_waiver_covers(const struct ep_waiver *waiver, const char *rule,
		      const struct ep_unit *unit, const char *subject,
		      const char *fingerprint)
{
	if (!ep_str_eq(waiver->rule, rule))
		return false;
	if (!ep_str_eq(waiver->place,
		       waiver->customer ? unit->customer : unit->uid))
		return false;
	return !waiver->subject || ep_str_eq(waiver->subject, fingerprint) ||
	       ep_waiver_glob(waiver->subject, subject);
}

struct ep_waiver *ep_waivers_match(struct ep_waivers *waivers,
				   const char *rule,
				   const struct ep_unit *unit,
				   const char *subject,
				   const char *fingerprint, int64_t now)
{
	struct ep_waiver *found = NULL;

	for (size_t i = 0; i < waivers->n; i++) {
		struct ep_waiver *it = &waivers->v[i];

		if (!ep_waiver_covers(it, rule, unit, subject, fingerprint))
			continue;
		it->hits++;
		if (!found || (ep_waiver_in_force(it, now) &&
			       !ep_waiver_in_force(found, now)))
			found = it;
	}
	return found;
}
