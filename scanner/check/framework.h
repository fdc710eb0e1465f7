/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control frameworks: the controls that rules may map to, with titles in our
 * own words, read from YAML.
 */
#ifndef EP_FRAMEWORK_H
#define EP_FRAMEWORK_H

#include "base/diag.h"
#include "base/vec.h"

struct ep_control {
	char *id;
	char *title;
};

struct ep_framework {
	char *id;
	char *title;
	EP_VEC(struct ep_control) control;
};

EP_VEC_TYPE(ep_frameworks, struct ep_framework *);

/* Adds the frameworks of a folder that are not there yet.  A missing folder
 * is fine. */
void ep_frameworks_load(struct ep_frameworks *frameworks, const char *folder,
			struct ep_diag *diag);
void ep_frameworks_release(struct ep_frameworks *frameworks);
const struct ep_framework *
ep_frameworks_find(const struct ep_frameworks *frameworks, const char *id);
const struct ep_control *ep_framework_control(const struct ep_framework *fw,
					      const char *id);

#endif
