/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Remedies: ordered steps that undo a violation, read from YAML.
 */
#ifndef EP_REMEDY_H
#define EP_REMEDY_H

#include "base/buf.h"
#include "base/diag.h"
#include "base/vec.h"

struct ep_remedy_step {
	char *act;
	char *system;		/* NULL: any */
	char *only_after;	/* NULL: nothing to wait for */
};

struct ep_remedy {
	char *id;
	char *title;
	char *file;
	EP_VEC(struct ep_remedy_step) step;
};

EP_VEC_TYPE(ep_remedies, struct ep_remedy *);

/* Adds the remedies of a folder that are not there yet. A missing folder is
 * fine. */
void ep_remedies_load(struct ep_remedies *remedies, const char *folder,
		      struct ep_diag *diag);
void ep_remedies_release(struct ep_remedies *remedies);
const struct ep_remedy *ep_remedies_find(const struct ep_remedies *remedies,
					 const char *id);
/* [{"do":..,"system":..,"only_after":..}, ...] */
void ep_remedy_json(const struct ep_remedy *remedy, struct ep_buf *out);

#endif
