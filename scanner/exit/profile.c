/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the files of exit profiles.
 */
#include "exit/profile.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/str.h"
#include "exit/profile_priv.h"

static const char *const subject_words[EP_EXIT_SUBJECTS + 1] = {
	"person", "device", "customer", NULL
};

const char *ep_exit_subject_word(enum ep_exit_subject subject)
{
	return subject_words[subject];
}

bool ep_profile_name_valid(const char *s)
{
	if (!(*s >= 'a' && *s <= 'z'))
		return false;
	for (; *s; s++)
		if (!((*s >= 'a' && *s <= 'z') || (*s >= '0' && *s <= '9') ||
		      *s == '-'))
			return false;
	return true;
}

char *ep_profile_text(const struct ep_profile_reader *rd,
		      const struct ep_yaml *map, const char *key, bool must)
{
	const char *file = rd->profile->file;
	const char *s = NULL;

	if (ep_yaml_str(map, key, file, rd->diag, &s) && s && *s)
		return ep_strdup(s);
	if (must)
		ep_diag_add(rd->diag, file, map->line, map->col, "no \"%s\"",
			    key);
	return NULL;
}

void ep_profile_words(const struct ep_profile_reader *rd,
		      const struct ep_yaml *map, const char *key,
		      struct ep_words *to)
{
	const struct ep_yaml *list = ep_yaml_get(map, key);

	if (!list)
		return;
	if (list->type != EP_YAML_LIST) {
		ep_diag_add(rd->diag, rd->profile->file, list->line, list->col,
			    "%s: expected a list", key);
		return;
	}
	for (const struct ep_yaml *it = list->child; it; it = it->next) {
		if (it->type != EP_YAML_SCALAR || !it->text ||
		    !ep_profile_name_valid(it->text))
			ep_diag_add(rd->diag, rd->profile->file, it->line,
				    it->col, "%s: expected a name of a-z, 0-9 "
				    "and -", key);
		else
			EP_VEC_ADD(to) = ep_strdup(it->text);
	}
}

/* --- members ------------------------------------------------------------ */

static void read_subject(const struct ep_profile_reader *rd,
			 const struct ep_yaml *root)
{
	EP_AUTO_FREE char *word = ep_profile_text(rd, root, "subject", true);
	const struct ep_yaml *at = ep_yaml_get(root, "subject");

	for (int i = 0; word && subject_words[i]; i++) {
		if (!ep_str_eq(subject_words[i], word))
			continue;
		rd->profile->subject = (enum ep_exit_subject)i;
		return;
	}
	if (word)
		ep_diag_add(rd->diag, rd->profile->file, at->line, at->col,
			    "subject: expected person, device or customer");
}

static void read_lag(const struct ep_profile_reader *rd,
		     const struct ep_yaml *node)
{
	static const char *const known[] = { "system", "minutes", "why",
					     "from", "setting", NULL };
	struct ep_lag lag = { 0 };
	int64_t minutes = 0;

	if (node->type != EP_YAML_MAP) {
		ep_diag_add(rd->diag, rd->profile->file, node->line, node->col,
			    "a lag is a mapping with system, minutes and why");
		return;
	}
	ep_yaml_known(node, known, "lag", rd->profile->file, rd->diag);
	lag.system = ep_profile_text(rd, node, "system", true);
	lag.why = ep_profile_text(rd, node, "why", true);
	lag.setting = ep_profile_text(rd, node, "setting", false);
	ep_profile_words(rd, node, "from", &lag.from);
	if (lag.from.n == 0)
		ep_diag_add(rd->diag, rd->profile->file, node->line, node->col,
			    "no \"from\": which systems are upstream?");
	if (!ep_yaml_int(node, "minutes", rd->profile->file, rd->diag, 1,
			 7 * 24 * 60, &minutes))
		ep_diag_add(rd->diag, rd->profile->file, node->line, node->col,
			    "no \"minutes\"");
	lag.seconds = 60 * minutes;
	EP_VEC_ADD(&rd->profile->lag) = lag;
}

static const struct ep_yaml *list_of(const struct ep_profile_reader *rd,
				     const struct ep_yaml *root,
				     const char *key, bool must)
{
	const struct ep_yaml *list = ep_yaml_get(root, key);

	if (!list && !must)
		return NULL;
	if (list && list->type == EP_YAML_LIST && list->child)
		return list->child;
	ep_diag_add(rd->diag, rd->profile->file, list ? list->line : root->line,
		    list ? list->col : root->col,
		    "\"%s\" must be a list with one entry at least", key);
	return NULL;
}

static void read_ends(const struct ep_profile_reader *rd,
		      const struct ep_yaml *root)
{
	const struct ep_yaml *it = list_of(rd, root, "ends", true);

	for (; it; it = it->next) {
		if (rd->profile->end.n == EP_EXIT_ENDS_MAX) {
			ep_diag_add(rd->diag, rd->profile->file, it->line,
				    it->col, "more than %d end states "
				    "(EP_EXIT_ENDS_MAX)", EP_EXIT_ENDS_MAX);
			return;
		}
		ep_profile_read_end(rd, it);
	}
}

static void read_profile(const struct ep_profile_reader *rd,
			 const struct ep_yaml *root)
{
	static const char *const known[] = { "profile", "revision", "title",
		"why", "subject", "fleet", "freeze_days", "lags", "keyless",
		"ends", NULL };
	struct ep_profile *profile = rd->profile;
	const struct ep_yaml *it;

	ep_yaml_known(root, known, "profile", profile->file, rd->diag);
	profile->id = ep_profile_text(rd, root, "profile", true);
	profile->title = ep_profile_text(rd, root, "title", true);
	profile->why = ep_profile_text(rd, root, "why", true);
	if (!ep_yaml_int(root, "revision", profile->file, rd->diag, 1,
			 INT32_MAX, &profile->revision))
		ep_diag_add(rd->diag, profile->file, root->line, root->col,
			    "no \"revision\"");
	(void)ep_yaml_bool(root, "fleet", profile->file, rd->diag,
			   &profile->fleet);
	(void)ep_yaml_int(root, "freeze_days", profile->file, rd->diag, 0, 366,
			  &profile->freeze_days);
	read_subject(rd, root);
	for (it = list_of(rd, root, "lags", false); it; it = it->next)
		read_lag(rd, it);
	ep_profile_words(rd, root, "keyless", &profile->keyless);
	read_ends(rd, root);
}

static void check_name(const struct ep_profile *profile, const char *name,
		       struct ep_diag *diag)
{
	size_t n = profile->id ? strlen(profile->id) : 0;

	if (n == 0)
		return;
	if (!ep_profile_name_valid(profile->id))
		ep_diag_add(diag, profile->file, 1, 1, "profile: only a-z, "
			    "0-9 and -, a letter first");
	if (!ep_str_starts(name, profile->id) ||
	    !ep_str_eq(name + n, ".yaml"))
		ep_diag_add(diag, profile->file, 1, 1, "holds \"%s\"; the "
			    "file must be called %s.yaml", profile->id,
			    profile->id);
}

/* --- all of them -------------------------------------------------------- */

static void profile_free(struct ep_profile *profile)
{
	for (size_t i = 0; i < profile->end.n; i++)
		ep_end_free(profile->end.v[i]);
	ep_vec_release(&profile->end);
	for (size_t i = 0; i < profile->lag.n; i++) {
		ep_free(profile->lag.v[i].system);
		ep_free(profile->lag.v[i].why);
		ep_free(profile->lag.v[i].setting);
		ep_words_release(&profile->lag.v[i].from);
	}
	ep_vec_release(&profile->lag);
	ep_words_release(&profile->keyless);
	ep_free(profile->id);
	ep_free(profile->title);
	ep_free(profile->why);
	ep_free(profile->file);
	ep_free(profile);
}

static void load_file(struct ep_profiles *profiles, const char *path,
		      const char *name, struct ep_diag *diag)
{
	struct ep_yaml *root = ep_yaml_file(path, diag);
	struct ep_profile_reader rd = { .diag = diag };

	if (!root)
		return;
	if (root->type != EP_YAML_MAP) {
		ep_diag_add(diag, path, 1, 1, "expected a mapping");
		ep_yaml_free(root);
		return;
	}
	rd.profile = ep_calloc(1, sizeof(*rd.profile));
	rd.profile->file = ep_strdup(path);
	read_profile(&rd, root);
	check_name(rd.profile, name, diag);
	ep_yaml_free(root);
	if (rd.profile->id && !ep_profiles_find(profiles, rd.profile->id))
		EP_VEC_ADD(&profiles->profile) = rd.profile;
	else
		profile_free(rd.profile);
}

static void load_folder(struct ep_profiles *profiles, const char *folder,
			struct ep_diag *diag)
{
	struct ep_err err = EP_ERR_INIT;
	char **names;
	size_t n;

	if (ep_file_list(folder, ".yaml", &names, &n, &err) < 0) {
		ep_diag_add(diag, folder, 0, 0, "%s", err.msg);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		EP_AUTO_FREE char *path = ep_file_join(folder, names[i]);

		load_file(profiles, path, names[i], diag);
	}
	ep_file_list_free(names, n);
}

static int compare_profiles(const void *a, const void *b)
{
	const struct ep_profile *const *x = a;
	const struct ep_profile *const *y = b;

	return strcmp((*x)->id, (*y)->id);
}

struct ep_profiles *ep_profiles_load(const char *const *folder, size_t n,
				     const struct ep_rules *rules,
				     struct ep_diag *diag)
{
	struct ep_profiles *profiles = ep_calloc(1, sizeof(*profiles));
	size_t before = diag->n + diag->dropped;

	for (size_t i = 0; i < n; i++) {
		EP_AUTO_FREE char *path = ep_file_join(folder[i], "profiles");

		load_folder(profiles, path, diag);
	}
	if (profiles->profile.n)
		qsort(profiles->profile.v, profiles->profile.n,
		      sizeof(*profiles->profile.v), compare_profiles);
	else
		ep_diag_add(diag, n ? folder[0] : "rules", 0, 0, "no exit "
			    "profile in profiles/");
	ep_profiles_check(profiles, rules, diag);
	if (diag->n + diag->dropped == before)
		return profiles;
	ep_profiles_free(profiles);
	return NULL;
}

void ep_profiles_free(struct ep_profiles *profiles)
{
	if (!profiles)
		return;
	for (size_t i = 0; i < profiles->profile.n; i++)
		profile_free(profiles->profile.v[i]);
	ep_vec_release(&profiles->profile);
	ep_free(profiles);
}

const struct ep_profile *ep_profiles_find(const struct ep_profiles *profiles,
					  const char *id)
{
	for (size_t i = 0; i < profiles->profile.n; i++)
		if (ep_str_eq(profiles->profile.v[i]->id, id))
			return profiles->profile.v[i];
	return NULL;
}

const struct ep_end *ep_profile_end(const struct ep_profile *profile,
				    const char *id)
{
	for (size_t i = 0; i < profile->end.n; i++)
		if (ep_str_eq(profile->end.v[i]->id, id))
			return profile->end.v[i];
	return NULL;
}
