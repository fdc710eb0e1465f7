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

enum ep_exit_subject {
	EP_EXIT_PERSON,
	EP_EXIT_DEVICE,
	EP_EXIT_CUSTOMER,
	EP_EXIT_SUBJECTS
};
const char *ep_exit_subject_word(enum ep_exit_subject subject);

/* What reaching an end state means.  The order of promise 5 hangs on these
 * words, so no profile can turn it around. */
enum ep_act {
	EP_ACT_APPROVE,		/* somebody approves */
	EP_ACT_EVIDENCE,	/* capture before access goes */
	EP_ACT_OWNER,		/* see that an authorised owner remains */
	EP_ACT_SCANNER,		/* give exitproof another identity */
	EP_ACT_KEY,		/* revoke a key, token or grant */
	EP_ACT_SIGNIN,		/* switch the sign-in off */
	EP_ACT_GROUP,		/* take out of groups */
	EP_ACT_ROLE,		/* take a role away */
	EP_ACT_AGENT,		/* uninstall an agent */
	EP_ACT_ROW,		/* delete the row of an agent */
	EP_ACT_SEAT,		/* remove an account */
	EP_ACT_LIST,		/* retire lists, queues, integrations */
	EP_ACT_BILLING,		/* end or change what is paid for */
	EP_ACT_TENANT,		/* delete a tenancy */
	EP_ACT_RECORD,		/* write something down */
	EP_ACTS
};
const char *ep_act_word(enum ep_act act);
int ep_act_from_word(const char *word);	/* -1 */
extern const char *const ep_act_words[EP_ACTS + 1];	/* NULL-ended */

/* One end state.  Either items come from a query, or they are the violations
 * of a shipped rule, or a human attests it. */
struct ep_end {
	char *id;
	char *title;	/* a claim, true when it is reached */
	enum ep_act act;
	bool broken;	/* what is found shows that the order was broken */
	char *needed;	/* NULL: the items say */
	char *fix;	/* remedy, NULL none */
	char *rule_id;	/* NULL unless it names a rule */
	char *who;	/* of an attestation: who has to say it; else NULL */
	bool attest;
	struct ep_rule *rule;	/* made of needs and items; NULL otherwise */
	struct ep_words after;	/* ends that come first */
	int line;
	int col;
};

struct ep_lag {
	char *system;
	char *why;
	int64_t seconds;
};

struct ep_profile {
	char *id;
	char *title;
	char *why;
	char *file;
	int64_t revision;
	enum ep_exit_subject subject;
	bool msp;	/* for people of the MSP: every tenancy of the fleet */
	int64_t freeze_seconds;	/* before the leave date; 0 none */
	EP_VEC(struct ep_end *) end;	/* in an order that keeps all after: */
	EP_VEC(struct ep_lag) lag;
	struct ep_words keyless;	/* systems whose seats own no keys */
};

struct ep_profiles {
	EP_VEC(struct ep_profile *) profile;	/* by id */
};

/* All of profiles/ in the rule folders, first folder wins.  NULL when there
 * is a complaint; a rule, remedy or end state that does not exist, a cycle,
 * an unknown key or word each is one, with file, line and column. */
struct ep_profiles *ep_profiles_load(const char *const *folder, size_t n,
				     const struct ep_rules *rules,
				     struct ep_diag *diag);
void ep_profiles_free(struct ep_profiles *profiles);
const struct ep_profile *ep_profiles_find(const struct ep_profiles *profiles,
					  const char *id);
const struct ep_end *ep_profile_end(const struct ep_profile *profile,
				    const char *id);

#endif
