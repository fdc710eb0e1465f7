/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Needs of a rule: which view, whose datasets, which of them.
 */
#include "check/rule.h"

#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/str.h"
#include "model/entity.h"

#define KIND(kind) (1u << EP_KIND_##kind)

/* Views beside the entities and gone_<entity>. */
static const struct {
	const char *view;
	unsigned kinds;
	bool people;
	bool links;
	bool baselines;
} special[] = {
	{ "tenancy", 0, false, false, false },
	{ "setting", 0, false, false, false },
	{ "customer", 0, false, false, false },
	{ "domain", 0, false, false, false },
	{ "declared", 0, false, false, false },
	{ "authorised_owner", 0, false, false, false },
	{ "coverage", 0, false, false, false },
	{ "baseline", 0, false, false, false },
	{ "baseline_seen", 0, false, false, true },
	{ "moved", (1u << EP_KINDS) - 1, false, false, false },
	{ "person_link", KIND(account), true, true, false },
};

/* Beside each entity: what is gone of it, and what moved. */
static int kind_of_view(const char *name)
{
	static const char *const prefix[] = { "gone_", "moved_" };

	for (size_t i = 0; i < sizeof(prefix) / sizeof(prefix[0]); i++)
		if (ep_str_starts(name, prefix[i]))
			return ep_entity_kind(name + strlen(prefix[i]));
	return ep_entity_kind(name);
}

static bool fill_view(struct ep_need *need, const char *name)
{
	int kind = kind_of_view(name);

	if (kind >= 0) {
		need->kinds = 1u << kind;
		need->narrow = kind;
		need->people = kind == EP_KIND_person ||
			       kind == EP_KIND_alias;
		return true;
	}
	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++) {
		if (!ep_str_eq(special[i].view, name))
			continue;
		need->kinds = special[i].kinds;
		need->people = special[i].people;
		need->links = special[i].links;
		need->baselines = special[i].baselines;
		return true;
	}
	return false;
}

bool ep_need_view(const char *name)
{
	struct ep_need need = { .narrow = -1 };

	return fill_view(&need, name);
}

static int scope_from_word(struct ep_str word)
{
	static const char *const words[] = { "tenant", "customer", "msp",
					     "fleet" };

	for (int i = 0; i < 4; i++)
		if (ep_str_eqn(word, words[i]))
			return i;
	return -1;
}

static enum ep_rule_scope default_scope(enum ep_rule_per per)
{
	switch (per) {
	case EP_PER_TENANT:
		return EP_SCOPE_TENANT;
	case EP_PER_CUSTOMER:
		return EP_SCOPE_CUSTOMER;
	case EP_PER_FLEET:
	default:
		return EP_SCOPE_FLEET;
	}
}

static bool dataset_name_valid(struct ep_str name)
{
	bool dot = false;

	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (c == '.') {
			if (dot || i == 0 || i + 1 == name.n)
				return false;
			dot = true;
		} else if (!((c >= 'a' && c <= 'z') || c == '-' || c == '_' ||
			     (c >= '0' && c <= '9'))) {
			return false;
		}
	}
	return dot;
}

/* The text between the brackets; false when a name is malformed. */
static bool fill_groups(struct ep_need *need, struct ep_str text)
{
	struct ep_str part;
	struct ep_str name;

	while (ep_str_cut(&text, ' ', &part)) {
		struct ep_need_group group = { 0 };

		if (ep_str_trim(part).n == 0)
			continue;
		if (need->group.n == EP_NEED_GROUPS_MAX)
			return false;
		while (ep_str_cut(&part, '|', &name)) {
			EP_VEC_ADD(&group.dataset) =
				ep_strndup(name.p, name.n);
			if (dataset_name_valid(name))
				continue;
			ep_words_release(&group.dataset);
			return false;
		}
		EP_VEC_ADD(&need->group) = group;
	}
	return need->group.n > 0;
}

/* setting[name=word|word|-word] */
static const char *fill_setting(struct ep_need *need, struct ep_str text)
{
	struct ep_str name;
	struct ep_str word;

	/* There is always a part before the first sign, if an empty one. */
	ep_str_cut(&text, '=', &name);
	if (name.n == 0 || text.n == 0)
		return "expected setting[name=word|word ...]";
	need->setting = ep_strndup(name.p, name.n);
	while (ep_str_cut(&text, '|', &word)) {
		if (word.n == 0 || (word.n == 1 && *word.p == '-'))
			return "expected setting[name=word|word ...]";
		EP_VEC_ADD(&need->value) = ep_strndup(word.p, word.n);
	}
	return NULL;
}

static const char *fill(struct ep_need *need, struct ep_str text)
{
	const char *open = memchr(text.p, '[', text.n);
	struct ep_str head = text;
	const char *at;

	if (open) {
		head.n = (size_t)(open - text.p);
		if (ep_str_eqn(head, "setting") && text.p[text.n - 1] == ']') {
			need->view = ep_strdup("setting");
			(void)fill_view(need, need->view);
			return fill_setting(need, (struct ep_str){ open + 1,
					    text.n - head.n - 2 });
		}
		if (text.p[text.n - 1] != ']' ||
		    !fill_groups(need, (struct ep_str){ open + 1,
				 text.n - head.n - 2 }))
			return "expected [dataset dataset|dataset ...] with "
			       "names like printix.users";
	}
	at = memchr(head.p, '@', head.n);
	if (at) {
		int scope = scope_from_word((struct ep_str){ at + 1,
			(size_t)(head.p + head.n - at) - 1 });

		if (scope < 0)
			return "scope is none of @tenant @customer @msp "
			       "@fleet";
		need->scope = (enum ep_rule_scope)scope;
		head.n = (size_t)(at - head.p);
	}
	need->view = ep_strndup(head.p, head.n);
	if (!fill_view(need, need->view))
		return "no such view; see exitproof-schema(5)";
	if (need->kinds == 0 && (at || open))
		return "this view comes from the configuration and takes no "
		       "scope or datasets";
	return NULL;
}

static void need_clear(struct ep_need *need)
{
	for (size_t i = 0; i < need->group.n; i++)
		ep_words_release(&need->group.v[i].dataset);
	ep_vec_release(&need->group);
	ep_free(need->setting);
	ep_words_release(&need->value);
	ep_free(need->view);
}

static const char *misfit(const struct ep_rule *rule,
			  const struct ep_need *need)
{
	if (need->setting && rule->per != EP_PER_TENANT)
		return "a setting belongs to a tenancy, and the rule is per "
		       "customer or fleet";
	if (rule->per == EP_PER_CUSTOMER && need->scope == EP_SCOPE_TENANT)
		return "@tenant is narrower than the rule's unit";
	if (rule->per == EP_PER_FLEET && need->kinds &&
	    (need->scope == EP_SCOPE_TENANT ||
	     need->scope == EP_SCOPE_CUSTOMER))
		return "a rule per fleet can need @msp or @fleet only";
	for (size_t i = 0; i < rule->need.n; i++)
		if (ep_str_eq(rule->need.v[i].view, need->view) &&
		    rule->need.v[i].scope == need->scope)
			return "the same view with the same scope again";
	return NULL;
}

static void parse_one(struct ep_rule *rule, const char *file, int line,
		      int col, struct ep_str text, struct ep_diag *diag)
{
	struct ep_need need = { .narrow = -1, .line = line, .col = col,
				.scope = default_scope(rule->per) };
	const char *msg = fill(&need, text);

	if (!msg)
		msg = misfit(rule, &need);
	if (!msg) {
		EP_VEC_ADD(&rule->need) = need;
		return;
	}
	ep_diag_add(diag, file, line, col, "needs: %.*s: %s", (int)text.n,
		    text.p, msg);
	need_clear(&need);
}

void ep_need_parse(struct ep_rule *rule, const char *file, int line, int col,
		   const char *text, struct ep_diag *diag)
{
	struct ep_str rest = ep_str(text);
	struct ep_str part;

	while (ep_str_cut(&rest, ',', &part)) {
		struct ep_str one = ep_str_trim(part);

		if (one.n == 0) {
			ep_diag_add(diag, file, line, col,
				    "needs: an empty entry");
			continue;
		}
		parse_one(rule, file, line, col + (int)(one.p - text), one,
			  diag);
	}
}
