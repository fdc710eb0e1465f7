/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a credential may do, by what its vendor tells, against what its
 * datasets need: permissions that lack and permissions too many.
 */
#ifndef EP_PERMIT_H
#define EP_PERMIT_H

#include <stdbool.h>

#include "base/err.h"
#include "base/vec.h"
#include "ext/json.h"

struct ep_auth;
struct ep_site;
struct ep_use;

struct ep_permit {
	/* Where the vendor said what is granted; NULL: it did not say, and
	 * nothing below means anything. */
	const char *told_by;
	size_t granted;	/* how many in all */
	EP_VEC(struct ep_permit_lack {
		char *permission;	/* "a|b": neither is there */
		char *datasets;		/* which need it, with commas */
	}) lacks;
	EP_VEC(struct ep_permit_extra {
		char *permission;
		bool writes;
	}) extras;
	/* Permissions of which it could not be found out. */
	struct ep_words unclear;
	/* Datasets whose needs the connector does not state. */
	struct ep_words unstated;
};

/* Reads what the answer with a token says about it into auth->granted. */
void ep_permit_hear(struct ep_auth *auth, const struct ep_json *answer);

/* Asks what is still to be asked and compares.  Sends token requests, whose
 * tokens are thrown away at once, and at most one page. */
void ep_permit_judge(struct ep_site *site, struct ep_use *use,
		     struct ep_permit *ret, struct ep_err *err);
void ep_permit_release(struct ep_permit *permit);

/* Adds the words of a text (blanks or commas between) or of an array; false
 * when there are too many or one is too long to be a name. */
bool ep_permit_words(const struct ep_json *value, struct ep_words *to);

#endif
