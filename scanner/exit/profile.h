/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exit profiles: which end states make an exit finished, in which order they
 * may be reached, and what humans have to attest (exitproof-profile(5)).
 */
#ifndef EP_PROFILE_H
#define EP_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/vec.h"
#include "check/rule.h"
#include "exit/act.h"

struct ep_store;

enum ep_exit_subject {
	EP_EXIT_PERSON,
	EP_EXIT_DEVICE,
	EP_EXIT_CUSTOMER,
	EP_EXIT_SUBJECTS
};
const char *ep_exit_subject_word(enum ep_exit_subject subject);

/* One end state.  Either its items come from a query, or they are the
 * violations of a shipped rule, or a human attests it. */
struct ep_end {
	char *id;
	char *title;	/* a claim, true when it is reached */
	enum ep_act act;
	bool broken;	/* what is found shows that the order was broken */
	bool attest;
	char *who;	/* of an attestation: who has to say it; else NULL */
	char *fix;	/* remedy, NULL none */
	/* What finds the items: own, or the shipped rule or the end state of
	 * another profile that the file names.  NULL for attestations. */
	const struct ep_rule *rule;
	struct ep_rule *own;
	bool shipped;	/* rule is one of rules/ and knows no subject */
	struct ep_words after;	/* ends that come first */
	/* Of an attestation: wanted only where none of these ends could be
	 * looked at in a tenancy of the customer; empty: always. */
	struct ep_words unless;
	/* Attestation that settles items up to the time it was made; NULL. */
	char *settled_by;
	char *rule_id;	/* as written, NULL none */
	char *use;	/* "PROFILE/END", NULL none */
	char *items;	/* the query as written, NULL none */
	int line;
	int col;
};

/* How long a vendor needs until what happened upstream arrives. */
struct ep_lag {
	char *system;
	char *why;
	int64_t seconds;
	struct ep_words from;	/* systems that are upstream */
	char *setting;	/* fact of the tenancy that has to be on, or NULL */
};

struct ep_profile {
	char *id;
	char *title;
	char *why;
	char *file;
	int64_t revision;
	enum ep_exit_subject subject;
	bool fleet;	/* every tenancy there is, not the customer's alone */
	int64_t freeze_days;	/* before the leave date; 0 none */
	EP_VEC(struct ep_end *) end;	/* in an order that keeps all after: */
	EP_VEC(struct ep_lag) lag;
	struct ep_words keyless;	/* systems whose seats own no keys */
};

struct ep_profiles {
	EP_VEC(struct ep_profile *) profile;	/* by id */
};

/* All of profiles/ in the rule folders, first folder wins.  NULL when there
 * is a complaint: a rule, remedy or end state that does not exist, a circle,
 * an unknown key or word each is one, with file, line and column. */
struct ep_profiles *ep_profiles_load(const char *const *folder, size_t n,
				     const struct ep_rules *rules,
				     struct ep_diag *diag);
void ep_profiles_free(struct ep_profiles *profiles);
const struct ep_profile *ep_profiles_find(const struct ep_profiles *profiles,
					  const char *id);
const struct ep_end *ep_profile_end(const struct ep_profile *profile,
				    const char *id);

/* Compiles every query against the store's views, as `rule lint` does. */
void ep_profiles_compile(struct ep_store *store,
			 const struct ep_profiles *profiles,
			 struct ep_diag *diag);

#endif
