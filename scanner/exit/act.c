/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of end states and the order between them.
 */
#include "exit/act.h"

#include <stddef.h>

#include "base/str.h"

const char *const ep_act_words[EP_ACTS + 1] = {
	[EP_ACT_APPROVE] = "approve",	[EP_ACT_EVIDENCE] = "evidence",
	[EP_ACT_OWNER] = "owner",	[EP_ACT_SCANNER] = "scanner",
	[EP_ACT_KEY] = "key",		[EP_ACT_SIGNIN] = "signin",
	[EP_ACT_GROUP] = "group",	[EP_ACT_ROLE] = "role",
	[EP_ACT_AGENT] = "agent",	[EP_ACT_ROW] = "row",
	[EP_ACT_SEAT] = "seat",		[EP_ACT_LIST] = "list",
	[EP_ACT_BILLING] = "billing",	[EP_ACT_TENANT] = "tenant",
	[EP_ACT_RECORD] = "record",
};

const char *ep_act_word(enum ep_act act)
{
	return ep_act_words[act];
}

int ep_act_from_word(const char *word)
{
	for (int i = 0; i < EP_ACTS; i++)
		if (ep_str_eq(ep_act_words[i], word))
			return i;
	return -1;
}

/* Each line is one order that cannot be put right afterwards. */
static const struct {
	enum ep_act before;
	enum ep_act after;
	enum ep_reach reach;
} order[] = {
	/* Nobody but its owner can revoke a key of DNSFilter. */
	{ EP_ACT_KEY, EP_ACT_SEAT, EP_REACH_OWNER },
	/* A living agent registers again. */
	{ EP_ACT_AGENT, EP_ACT_ROW, EP_REACH_OBJECT },
	/* Nobody but the owner can hand a tenancy over, and a directory whose
	 * last administrator is blocked lets nobody in. */
	{ EP_ACT_OWNER, EP_ACT_SIGNIN, EP_REACH_TENANT },
	{ EP_ACT_OWNER, EP_ACT_ROLE, EP_REACH_TENANT },
	{ EP_ACT_OWNER, EP_ACT_SEAT, EP_REACH_TENANT },
	/* What exitproof signs in with is needed to see the rest go. */
	{ EP_ACT_SCANNER, EP_ACT_KEY, EP_REACH_TENANT },
	{ EP_ACT_SCANNER, EP_ACT_SIGNIN, EP_REACH_TENANT },
	{ EP_ACT_SCANNER, EP_ACT_ROLE, EP_REACH_TENANT },
	{ EP_ACT_SCANNER, EP_ACT_SEAT, EP_REACH_TENANT },
	/* What is gone cannot be captured. */
	{ EP_ACT_EVIDENCE, EP_ACT_ROW, EP_REACH_TENANT },
	{ EP_ACT_EVIDENCE, EP_ACT_SEAT, EP_REACH_TENANT },
	{ EP_ACT_EVIDENCE, EP_ACT_LIST, EP_REACH_TENANT },
	{ EP_ACT_EVIDENCE, EP_ACT_BILLING, EP_REACH_TENANT },
	/* What ends a service, somebody has to want. */
	{ EP_ACT_APPROVE, EP_ACT_BILLING, EP_REACH_EXIT },
};

enum ep_reach ep_act_before(enum ep_act before, enum ep_act after)
{
	/* A deleted tenancy cannot be brought back: everything comes before
	 * it, and what is written down may come later. */
	if (after == EP_ACT_TENANT)
		return before == EP_ACT_TENANT || before == EP_ACT_RECORD
			       ? EP_REACH_NONE : EP_REACH_EXIT;
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (order[i].before == before && order[i].after == after)
			return order[i].reach;
	return EP_REACH_NONE;
}
