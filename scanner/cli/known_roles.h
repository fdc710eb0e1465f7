/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The role words that the connectors know to be privileged, so that a role
 * which nobody holds has its empty group in the evidence as well.
 */
#ifndef EP_KNOWN_ROLES_H
#define EP_KNOWN_ROLES_H

#include "collect/spec.h"
#include "evidence/kept.h"

EP_VEC_TYPE(ep_known_roles, struct ep_evidence_role);

/* Words point into specs; datasets are owned. */
void ep_known_roles_gather(const struct ep_specs *specs,
			   struct ep_known_roles *ret);
void ep_known_roles_release(struct ep_known_roles *roles);

#endif
