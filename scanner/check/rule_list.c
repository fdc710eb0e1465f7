/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All rules of the rule folders with what they refer to.
 */
#include "check/rule.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/str.h"
#include "check/rule.h"
#include "ext/crypto.h"

static int compare_words(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_group(const char *path, const char *name)
{
	static const char *const others[] = { "remedies", "frameworks",
					      "profiles", NULL };
	struct stat st;

	if (name[0] == '.')
		return false;
	for (int i = 0; others[i]; i++)
		if (ep_str_eq(others[i], name))
			return false;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Paths of the folder and its groups, sorted. */
static void list_groups(const char *folder, struct ep_words *to,
			struct ep_diag *diag)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	if (!dir) {
		if (errno != ENOENT)
			ep_diag_add(diag, folder, 0, 0, "cannot be read: %s",
				    strerror(errno));
		return;
	}
	EP_VEC_ADD(to) = ep_strdup(folder);
	while ((entry = readdir(dir))) {
		char *path = ep_file_join(folder, entry->d_name);

		if (is_group(path, entry->d_name))
			EP_VEC_ADD(to) = path;
		else
			ep_free(path);
	}
	closedir(dir);
	qsort(to->v, to->n, sizeof(*to->v), compare_words);
}

static void load_file(struct ep_rules *rules, const char *path, size_t before,
		      struct ep_diag *diag)
{
	struct ep_rule *rule = ep_rule_file(path, diag);

	if (!rule)
		return;
	for (size_t i = 0; i < rules->rule.n; i++) {
		if (!ep_str_eq(rules->rule.v[i]->id, rule->id))
			continue;
		if (i >= before)
			ep_diag_add(diag, path, 1, 1, "rule \"%s\" is also in "
				    "%s", rule->id, rules->rule.v[i]->file);
		ep_rule_free(rule);
		return;
	}
	EP_VEC_ADD(&rules->rule) = rule;
}

static void load_group(struct ep_rules *rules, const char *folder,
		       size_t before, struct ep_diag *diag)
{
	struct ep_err err = EP_ERR_INIT;
	char **names;
	size_t n;

	if (ep_file_list(folder, ".sql", &names, &n, &err) < 0) {
		ep_diag_add(diag, folder, 0, 0, "%s", err.msg);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		EP_AUTO_FREE char *path = ep_file_join(folder, names[i]);

		load_file(rules, path, before, diag);
	}
	ep_file_list_free(names, n);
}

static void load_folder(struct ep_rules *rules, const char *folder,
			struct ep_diag *diag)
{
	EP_AUTO_FREE char *remedies = ep_file_join(folder, "remedies");
	EP_AUTO_FREE char *frameworks = ep_file_join(folder, "frameworks");
	size_t before = rules->rule.n;
	struct ep_words groups = { 0 };

	list_groups(folder, &groups, diag);
	for (size_t i = 0; i < groups.n; i++)
		load_group(rules, groups.v[i], before, diag);
	ep_words_release(&groups);
	ep_remedies_load(&rules->remedies, remedies, diag);
	ep_frameworks_load(&rules->frameworks, frameworks, diag);
}

static void check_references(const struct ep_rules *rules,
			     const struct ep_rule *rule, struct ep_diag *diag)
{
	if (!ep_remedies_find(&rules->remedies, rule->fix))
		ep_diag_add(diag, rule->file, 0, 0, "fix: there is no remedy "
			    "\"%s\" in remedies/", rule->fix);
	for (size_t i = 0; i < rule->map.n; i++) {
		const struct ep_rule_map *map = &rule->map.v[i];
		const struct ep_framework *fw =
			ep_frameworks_find(&rules->frameworks, map->framework);

		if (!fw)
			ep_diag_add(diag, rule->file, map->line, 1, "maps: "
				    "there is no framework \"%s\"",
				    map->framework);
		else if (!ep_framework_control(fw, map->control))
			ep_diag_add(diag, rule->file, map->line, 1, "maps: "
				    "%s has no control \"%s\"", map->framework,
				    map->control);
	}
}

static bool maps_to(const struct ep_rule *rule, const struct ep_framework *fw,
		    const struct ep_control *control)
{
	for (size_t i = 0; i < rule->map.n; i++)
		if (ep_str_eq(rule->map.v[i].framework, fw->id) &&
		    ep_str_eq(rule->map.v[i].control, control->id))
			return true;
	return false;
}

/* How many rules bear on both controls; 0 when a rule bears on one alone. */
static size_t same_rules(const struct ep_rules *rules,
			 const struct ep_framework *fw,
			 const struct ep_control *a,
			 const struct ep_control *b)
{
	size_t n = 0;

	for (size_t i = 0; i < rules->rule.n; i++) {
		bool to_a = maps_to(rules->rule.v[i], fw, a);

		if (to_a != maps_to(rules->rule.v[i], fw, b))
			return 0;
		n += to_a;
	}
	return n;
}

/* Two criteria ask two questions: where one list of rules stands under both,
 * at least one of them was filled in without reading it.  A single rule may
 * well bear on two. */
static void check_distinct(const struct ep_rules *rules,
			   const struct ep_framework *fw,
			   struct ep_diag *diag)
{
	for (size_t a = 0; a < fw->control.n; a++)
		for (size_t b = a + 1; b < fw->control.n; b++)
			if (same_rules(rules, fw, &fw->control.v[a],
				       &fw->control.v[b]) > 1)
				ep_diag_add(diag, fw->id, 0, 0,
					    "\"%s\" and \"%s\" have the very "
					    "same rules; map each rule to the "
					    "control that it bears on",
					    fw->control.v[a].id,
					    fw->control.v[b].id);
}

static int compare_rules(const void *a, const void *b)
{
	const struct ep_rule *const *x = a;
	const struct ep_rule *const *y = b;

	return strcmp((*x)->id, (*y)->id);
}

static void hash_rules(struct ep_rules *rules)
{
	struct ep_sha256 *sha = ep_sha256_new();
	uint8_t sum[EP_SHA256_BYTES];
	struct ep_buf hex;

	for (size_t i = 0; i < rules->rule.n; i++) {
		const struct ep_rule *rule = rules->rule.v[i];

		ep_sha256_add(sha, rule->id, strlen(rule->id) + 1);
		ep_sha256_add(sha, rule->sha256, strlen(rule->sha256));
	}
	ep_sha256_end(sha, sum);
	ep_buf_init(&hex, 2 * sizeof(sum) + 1);
	ep_str_hex(&hex, sum, sizeof(sum));
	rules->sha256 = ep_buf_take(&hex);
}

struct ep_rules *ep_rules_load(const char *const *folder, size_t n,
			       struct ep_diag *diag)
{
	struct ep_rules *rules = ep_calloc(1, sizeof(*rules));
	size_t before = diag->n + diag->dropped;

	for (size_t i = 0; i < n; i++)
		load_folder(rules, folder[i], diag);
	if (rules->rule.n)
		qsort(rules->rule.v, rules->rule.n, sizeof(*rules->rule.v),
		      compare_rules);
	for (size_t i = 0; i < rules->rule.n; i++)
		check_references(rules, rules->rule.v[i], diag);
	for (size_t i = 0; i < rules->frameworks.n; i++)
		check_distinct(rules, rules->frameworks.v[i], diag);
	if (rules->rule.n == 0)
		ep_diag_add(diag, n ? folder[0] : "rules", 0, 0,
			    "no rule at all; nothing would be checked");
	hash_rules(rules);
	if (diag->n + diag->dropped == before)
		return rules;
	ep_rules_free(rules);
	return NULL;
}

void ep_rules_free(struct ep_rules *rules)
{
	if (!rules)
		return;
	for (size_t i = 0; i < rules->rule.n; i++)
		ep_rule_free(rules->rule.v[i]);
	ep_vec_release(&rules->rule);
	ep_remedies_release(&rules->remedies);
	ep_frameworks_release(&rules->frameworks);
	ep_free(rules->sha256);
	ep_free(rules);
}

struct ep_rule *ep_rules_find(const struct ep_rules *rules, const char *id)
{
	for (size_t i = 0; i < rules->rule.n; i++)
		if (ep_str_eq(rules->rule.v[i]->id, id))
			return rules->rule.v[i];
	return NULL;
}

const struct ep_rule_setting *ep_rule_setting(const struct ep_config *config,
					      const char *id)
{
	for (size_t i = 0; i < config->rules.n; i++)
		if (ep_str_eq(config->rules.v[i].rule, id))
			return &config->rules.v[i];
	return NULL;
}

static bool has_param(const struct ep_rule *rule, const char *name)
{
	for (size_t i = 0; i < rule->param.n; i++)
		if (ep_str_eq(rule->param.v[i].name, name))
			return true;
	return false;
}

void ep_rules_check_config(const struct ep_rules *rules,
			   const struct ep_config *config,
			   struct ep_diag *diag)
{
	for (size_t i = 0; i < config->rules.n; i++) {
		const struct ep_rule_setting *set = &config->rules.v[i];
		const struct ep_rule *rule = ep_rules_find(rules, set->rule);

		if (!rule) {
			ep_diag_add(diag, config->path, 0, 0, "rules: there "
				    "is no rule \"%s\"", set->rule);
			continue;
		}
		if (set->severity && ep_severity_from_word(set->severity) < 0)
			ep_diag_add(diag, config->path, 0, 0, "rules: %s: "
				    "\"%s\" is no severity", set->rule,
				    set->severity);
		for (size_t j = 0; j < set->params.n; j++)
			if (!has_param(rule, set->params.v[j].name))
				ep_diag_add(diag, config->path, 0, 0,
					    "rules: %s has no parameter "
					    "\"%s\"", set->rule,
					    set->params.v[j].name);
	}
}
