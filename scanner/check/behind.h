/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a violation of a unit that could not be decided was seen again, or
 * stands there only because what it is about was not read.
 */
#ifndef EP_BEHIND_H
#define EP_BEHIND_H

#include "check/gate.h"

/* What was not read for one unit, by need of the rule. */
struct ep_behind {
	const struct ep_gate *gate;
	const struct ep_unit *unit;
	EP_VEC(bool) bad;	/* of each need: one of its listings */
	bool register_bad;
};

void ep_behind_init(struct ep_behind *behind, const struct ep_gate *gate,
		    const struct ep_unit *unit);
void ep_behind_release(struct ep_behind *behind);

/* subject and evidence as the rule returned them.  The row is of the tenancy
 * that its column "tenant" names, or the first word of its subject, or the
 * unit; a need that this tenancy answers hangs on nobody else's listings, and
 * on one of them alone where the column "dataset" names it. */
bool ep_behind_read(const struct ep_behind *behind, const char *subject,
		    const char *evidence);

#endif
