/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rule as its file states it (exitproof-rule(5)), and the list of all of
 * them with the remedies and frameworks they name.  Loading judges the text
 * alone; ep_rules_trace judges it against the views of a store.
 */
#ifndef EP_RULE_H
#define EP_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/vec.h"
#include "check/framework.h"
#include "check/remedy.h"
#include "model/config.h"
#include "model/result.h"

enum ep_rule_per { EP_PER_TENANT, EP_PER_CUSTOMER, EP_PER_FLEET };
const char *ep_rule_per_word(enum ep_rule_per per);

/* Wider is larger. */
enum ep_rule_scope {
	EP_SCOPE_TENANT,
	EP_SCOPE_CUSTOMER,
	EP_SCOPE_MSP,
	EP_SCOPE_FLEET
};

bool ep_words_has(const struct ep_words *words, const char *word);

/* Names joined by '|': one must exist, all that exist count. */
struct ep_need_group {
	struct ep_words dataset;
};

struct ep_need {
	char *view;
	unsigned kinds;	/* of a dataset that counts; 0: needs no coverage */
	int narrow;	/* enum ep_kind whose views are narrowed, or -1 */
	bool people;	/* needs the leaver register */
	bool links;	/* needs certain links */
	bool baselines;	/* needs the listings that baselines are about */
	enum ep_rule_scope scope;
	EP_VEC(struct ep_need_group) group;	/* empty: every dataset */
	char *setting;	/* that has to be stated, or NULL */
	struct ep_words value;	/* what it may be; "-x": not for this rule */
	int line;
	int col;
};

struct ep_rule_param {
	char *name;
	char *value;	/* default */
	char *doc;
};

struct ep_rule_map {
	char *framework;
	char *control;
	bool direct;	/* else supporting */
	char *sentence;
	int line;
};

struct ep_rule {
	char *id;
	int64_t revision;
	char *title;
	char *why;
	enum ep_severity severity;
	enum ep_rule_per per;
	struct ep_words systems;
	EP_VEC(struct ep_need) need;
	EP_VEC(struct ep_rule_param) param;
	char *fix;
	EP_VEC(struct ep_rule_map) map;
	struct ep_words refs;
	char *population;	/* the queries */
	char *violations;
	int population_line;	/* of their first lines */
	int violations_line;
	char *needs_text;	/* as written, for reports */
	char *file;
	char *group;		/* name of its folder */
	char sha256[65];	/* of the file */
};

EP_VEC_TYPE(ep_rule_list, struct ep_rule *);

struct ep_rules {
	struct ep_rule_list rule;	/* by id */
	struct ep_remedies remedies;
	struct ep_frameworks frameworks;
	char *sha256;	/* over all rules' */
};

/* One file or text (with a NUL behind its n bytes).  NULL when anything is
 * wrong. */
struct ep_rule *ep_rule_file(const char *path, struct ep_diag *diag);
struct ep_rule *ep_rule_text(const char *file, const char *text, size_t n,
			     struct ep_diag *diag);
void ep_rule_free(struct ep_rule *rule);

/* All rules of the folders, first folder wins, with what they refer to:
 * unknown remedies, frameworks and controls are complaints.  NULL when there
 * is a complaint or no rule at all. */
struct ep_rules *ep_rules_load(const char *const *folder, size_t n,
			       struct ep_diag *diag);
void ep_rules_free(struct ep_rules *rules);
struct ep_rule *ep_rules_find(const struct ep_rules *rules, const char *id);
/* Settings of the configuration for rules or parameters that do not exist,
 * or with a severity that is none. */
void ep_rules_check_config(const struct ep_rules *rules,
			   const struct ep_config *config,
			   struct ep_diag *diag);
const struct ep_rule_setting *ep_rule_setting(const struct ep_config *config,
					      const char *id);

/* "account@customer[a.b|c.d e.f]": appends the needs of a comma list. col is
 * that of the text's first byte. */
void ep_need_parse(struct ep_rule *rule, const char *file, int line, int col,
		   const char *text, struct ep_diag *diag);
/* Whether name is a view that rules may read. */
bool ep_need_view(const char *name);

#endif
