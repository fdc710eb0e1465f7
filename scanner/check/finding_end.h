/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a finding about somebody who left is over: what he held is gone, or he
 * did not leave after all.
 */
#ifndef EP_FINDING_END_H
#define EP_FINDING_END_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/map.h"

struct ep_db;

/* Who is gone as of tonight, read when it is first asked. */
struct ep_finding_end {
	struct ep_map gone;
	bool known;
};

void ep_finding_end_init(struct ep_finding_end *end);
void ep_finding_end_release(struct ep_finding_end *end);

/* true: of somebody whom the finding tells of no register says that he has
 * left by now, or only that he left later, which a rule may wait for; nobody
 * was seen to take anything from him, and the finding was withdrawn, not
 * fixed. */
int ep_finding_end_withdrawn(struct ep_finding_end *end, struct ep_db *db,
			     const char *fingerprint, int64_t now, bool *ret,
			     struct ep_err *err) EP_MUST_CHECK;

#endif
