/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waivers: what somebody accepted, for where, why and until when.
 */
#ifndef EP_WAIVER_H
#define EP_WAIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/vec.h"
#include "check/decision.h"
#include "check/gate.h"

struct ep_waiver {
	char *rule;
	char *place;	/* unit uid, tenancy uid or customer id */
	const char *scope;	/* the word for it: tenant customer unit */
	bool customer;	/* place is a customer: all its units */
	char *subject;	/* pattern or fingerprint, NULL: all */
	struct ep_decision said;	/* always expires */
	int64_t hits;		/* violations it matched in this check */
};

EP_VEC_TYPE(ep_waivers, struct ep_waiver);

/* Every *.yaml of the folder; NULL or a missing folder: none.  Complaints go
 * to diag. */
void ep_waivers_load(struct ep_waivers *waivers, const char *folder,
		     struct ep_diag *diag);
void ep_waivers_text(struct ep_waivers *waivers, const char *file,
		     const char *s, size_t n, struct ep_diag *diag);
void ep_waivers_release(struct ep_waivers *waivers);

bool ep_waiver_in_force(const struct ep_waiver *waiver, int64_t now);
/* The waiver for a violation: one in force before an expired one, NULL none.
 * Counts the hit. */
struct ep_waiver *ep_waivers_match(struct ep_waivers *waivers,
				   const char *rule,
				   const struct ep_unit *unit,
				   const char *subject,
				   const char *fingerprint, int64_t now);
/* Whether it is about that violation, in force or not. */
bool ep_waiver_covers(const struct ep_waiver *waiver, const char *rule,
		      const struct ep_unit *unit, const char *subject,
		      const char *fingerprint);
/* '*' any run, '?' one byte; everything else stands for itself. */
bool ep_waiver_glob(const char *pattern, const char *text);

#endif
