/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What reaching an end state means, and the order that follows from it: no
 * profile can turn that order around.
 */
#ifndef EP_ACT_H
#define EP_ACT_H

#include <stdbool.h>

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

extern const char *const ep_act_words[EP_ACTS + 1];	/* NULL-ended */
const char *ep_act_word(enum ep_act act);
int ep_act_from_word(const char *word);	/* -1 */

/* Where one thing has to come before another. */
enum ep_reach {
	EP_REACH_NONE,
	EP_REACH_OBJECT,	/* for one account or agent of a system */
	EP_REACH_OWNER,		/* in one tenancy, and for one account of its
				 * system wherever that is used */
	EP_REACH_TENANT,	/* in one tenancy */
	EP_REACH_EXIT		/* anywhere in the exit */
};
/* How far `before` has to be reached before `after` may be done. */
enum ep_reach ep_act_before(enum ep_act before, enum ep_act after);

#endif
