/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a finding tells of all rows that a rule returned about its subject: a
 * key may be that of two people, and each of them is named.
 */
#ifndef EP_TOLD_H
#define EP_TOLD_H

#include "base/buf.h"

struct ep_eval;
struct ep_violation;

/* What was seen: of the row that stands for all, then what those others say
 * otherwise whose evidence is kept, and how many are left. */
void ep_told_seen(const struct ep_eval *eval, const struct ep_violation *v,
		  struct ep_buf *out);

/* The row's evidence; with others, these are its member "also", a list of
 * EP_TOLD_TWINS_MAX that ends where EP_ATTR_BYTES_MAX would be passed; how
 * many are not in it says "also_left". */
void ep_told_evidence(const struct ep_eval *eval, const struct ep_violation *v,
		      struct ep_buf *out);

#endif
