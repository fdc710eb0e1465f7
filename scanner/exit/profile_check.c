/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can be judged once all exit profiles are read: names that must exist,
 * circles, and seats whose keys nobody would look at.
 */
#include "exit/profile_priv.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "check/eval.h"
#include "store/store.h"

struct checker {
	struct ep_profiles *profiles;
	const struct ep_rules *rules;
	struct ep_diag *diag;
	struct ep_profile *profile;
};

/* --- names -------------------------------------------------------------- */

static const struct ep_end *find_used(const struct checker *chk,
				      const char *use)
{
	const char *slash = strchr(use, '/');
	EP_AUTO_FREE char *id = NULL;
	const struct ep_profile *from;

	if (!slash)
		return NULL;
	id = ep_strndup(use, (size_t)(slash - use));
	from = ep_profiles_find(chk->profiles, id);
	if (!from || from->subject != chk->profile->subject)
		return NULL;
	return ep_profile_end(from, slash + 1);
}

static void resolve_use(const struct checker *chk, struct ep_end *end)
{
	const struct ep_end *of = find_used(chk, end->use);

	if (!of || of->use) {
		ep_diag_add(chk->diag, chk->profile->file, end->line, end->col,
			    "use: \"%s\" is no end state of a profile for a "
			    "%s that says itself what it is", end->use,
			    ep_exit_subject_word(chk->profile->subject));
		return;
	}
	end->title = ep_strdup(of->title);
	end->who = ep_strdup(of->who);
	end->fix = ep_strdup(of->fix);
	end->settled_by = ep_strdup(of->settled_by);
	for (size_t i = 0; i < of->unless.n; i++)
		EP_VEC_ADD(&end->unless) = ep_strdup(of->unless.v[i]);
	end->act = of->act;
	end->broken = of->broken;
	end->attest = of->attest;
	end->shipped = of->shipped;
	end->rule = of->rule;
	end->rule_id = ep_strdup(of->rule_id);
}

static void check_settled(const struct checker *chk, const struct ep_end *end)
{
	const struct ep_end *by =
		end->settled_by ? ep_profile_end(chk->profile, end->settled_by)
				: NULL;

	if (end->settled_by && (!by || !by->attest || end->attest))
		ep_diag_add(chk->diag, chk->profile->file, end->line, end->col,
			    "settled_by: \"%s\" is no attestation of this "
			    "profile that could settle items",
			    end->settled_by);
}

static void check_ends(const struct checker *chk, const struct ep_end *end,
		       const char *key, const struct ep_words *ids)
{
	for (size_t i = 0; i < ids->n; i++)
		if (!ep_profile_end(chk->profile, ids->v[i]))
			ep_diag_add(chk->diag, chk->profile->file, end->line,
				    end->col, "%s: there is no end state "
				    "\"%s\" here", key, ids->v[i]);
}

static void check_names(const struct checker *chk, struct ep_end *end)
{
	const char *file = chk->profile->file;

	check_settled(chk, end);
	check_ends(chk, end, "unless", &end->unless);
	check_ends(chk, end, "after", &end->after);
	if (end->rule_id) {
		end->rule = ep_rules_find(chk->rules, end->rule_id);
		if (!end->rule)
			ep_diag_add(chk->diag, file, end->line, end->col,
				    "rule: there is no rule \"%s\"",
				    end->rule_id);
		else if (!end->fix)
			end->fix = ep_strdup(end->rule->fix);
	}
	if (end->fix && !ep_remedies_find(&chk->rules->remedies, end->fix))
		ep_diag_add(chk->diag, file, end->line, end->col,
			    "fix: there is no remedy \"%s\" in remedies/",
			    end->fix);
	else if (!end->fix && !end->attest && !end->use)
		ep_diag_add(chk->diag, file, end->line, end->col, "no "
			    "\"fix\": a plan could not say what to do");
}

/* --- order -------------------------------------------------------------- */

static bool comes_before(const struct ep_end *a, const struct ep_end *b)
{
	return ep_words_has(&b->after, a->id) ||
	       ep_act_before(a->act, b->act) != EP_REACH_NONE;
}

static bool is_free(const struct ep_profile *profile, const bool *placed,
		    size_t i)
{
	for (size_t j = 0; j < profile->end.n; j++)
		if (!placed[j] && comes_before(profile->end.v[j],
					       profile->end.v[i]))
			return false;
	return true;
}

/* Each end that is left waits for another one that is left; after as many
 * steps back as there are ends one stands inside the circle. */
static size_t step_back(const struct ep_profile *profile, const bool *placed,
			size_t at)
{
	size_t j = 0;

	while (placed[j] || !comes_before(profile->end.v[j],
					  profile->end.v[at]))
		j++;
	return j;
}

static void name_circle(const struct checker *chk, const bool *placed)
{
	const struct ep_profile *profile = chk->profile;
	EP_AUTO(ep_buf_release) struct ep_buf text;
	size_t start = 0, at;

	ep_buf_init(&text, EP_ERR_MSG_MAX);
	while (placed[start])
		start++;
	for (size_t i = 0; i < profile->end.n; i++)
		start = step_back(profile, placed, start);
	at = start;
	do {
		ep_buf_addf(&text, "%s after ", profile->end.v[at]->id);
		at = step_back(profile, placed, at);
	} while (at != start);
	ep_diag_add(chk->diag, profile->file, profile->end.v[start]->line,
		    profile->end.v[start]->col,
		    "end states in a circle: %s%s", text.s,
		    profile->end.v[start]->id);
}

/* Stable: as in the file, but for what has to wait. */
static void sort_ends(const struct checker *chk)
{
	struct ep_profile *profile = chk->profile;
	size_t n = profile->end.n;
	struct ep_end **sorted = ep_calloc(n + 1, sizeof(struct ep_end *));
	bool *placed = ep_calloc(n + 1, sizeof(*placed));
	size_t done = 0;

	while (done < n) {
		size_t i = 0;

		while (i < n && (placed[i] || !is_free(profile, placed, i)))
			i++;
		if (i == n)
			break;
		placed[i] = true;
		sorted[done++] = profile->end.v[i];
	}
	if (done < n)
		name_circle(chk, placed);
	else if (n)
		memcpy(profile->end.v, sorted, n * sizeof(*sorted));
	ep_free(sorted);
	ep_free(placed);
}

/* --- seats and keys ----------------------------------------------------- */

static bool has_keys(const struct ep_profile *profile, const char *system)
{
	if (ep_words_has(&profile->keyless, system))
		return true;
	for (size_t i = 0; i < profile->end.n; i++) {
		const struct ep_end *end = profile->end.v[i];

		if (end->act == EP_ACT_KEY && end->rule && !end->broken &&
		    ep_words_has(&end->rule->systems, system))
			return true;
	}
	return false;
}

static void check_seat(const struct checker *chk, const struct ep_end *end)
{
	if (end->act != EP_ACT_SEAT || !end->rule)
		return;
	if (end->rule->systems.n == 0)
		ep_diag_add(chk->diag, chk->profile->file, end->line, end->col,
			    "an end state with the act seat names its systems");
	for (size_t i = 0; i < end->rule->systems.n; i++)
		if (!has_keys(chk->profile, end->rule->systems.v[i]))
			ep_diag_add(chk->diag, chk->profile->file, end->line,
				    end->col, "removes seats of %s, and no "
				    "end state with the act key looks at keys "
				    "there: add one, or %s to keyless",
				    end->rule->systems.v[i],
				    end->rule->systems.v[i]);
}

/* A tenancy goes only after somebody approved and evidence is there. */
static void check_tenant(const struct checker *chk, const struct ep_end *end)
{
	bool approve = false, evidence = false;

	if (end->act != EP_ACT_TENANT)
		return;
	for (size_t i = 0; i < chk->profile->end.n; i++) {
		const struct ep_end *it = chk->profile->end.v[i];

		approve = approve || (it->act == EP_ACT_APPROVE && it->attest);
		evidence = evidence || it->act == EP_ACT_EVIDENCE;
	}
	if (!approve || !evidence)
		ep_diag_add(chk->diag, chk->profile->file, end->line, end->col,
			    "deletes a tenancy: the profile needs an "
			    "attestation with the act approve and an end "
			    "state with the act evidence");
}

/* --- all ---------------------------------------------------------------- */

static void each_end(struct checker *chk,
		     void (*check)(const struct checker *chk,
				   struct ep_end *end))
{
	for (size_t i = 0; i < chk->profiles->profile.n; i++) {
		chk->profile = chk->profiles->profile.v[i];
		for (size_t j = 0; j < chk->profile->end.n; j++)
			check(chk, chk->profile->end.v[j]);
	}
}

static void use_one(const struct checker *chk, struct ep_end *end)
{
	if (end->use)
		resolve_use(chk, end);
}

static void judge_one(const struct checker *chk, struct ep_end *end)
{
	check_seat(chk, end);
	check_tenant(chk, end);
}

void ep_profiles_check(struct ep_profiles *profiles,
		       const struct ep_rules *rules, struct ep_diag *diag)
{
	struct checker chk = { .profiles = profiles, .rules = rules,
			       .diag = diag };
	size_t before = diag->n + diag->dropped;

	each_end(&chk, use_one);
	each_end(&chk, check_names);
	each_end(&chk, judge_one);
	/* Of what exists only. */
	if (diag->n + diag->dropped != before)
		return;
	for (size_t i = 0; i < profiles->profile.n; i++) {
		chk.profile = profiles->profile.v[i];
		sort_ends(&chk);
	}
}

void ep_profiles_compile(struct ep_store *store,
			 const struct ep_profiles *profiles,
			 struct ep_diag *diag)
{
	static const struct ep_config none;
	struct ep_eval_context ctx = { .store = store, .config = &none,
				       .now = ep_clock_now() };

	for (size_t i = 0; i < profiles->profile.n; i++) {
		const struct ep_profile *profile = profiles->profile.v[i];

		for (size_t j = 0; j < profile->end.n; j++) {
			const struct ep_end *end = profile->end.v[j];
			struct ep_err wrong = EP_ERR_INIT;

			if (end->own &&
			    ep_eval_compile(&ctx, end->own, &wrong) < 0)
				ep_diag_add(diag, profile->file, end->line,
					    end->col, "%s: %s", end->id,
					    wrong.msg);
		}
	}
}
