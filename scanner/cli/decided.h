/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the commands for dated decisions (waivers, baselines) share.
 */
#ifndef EP_DECIDED_H
#define EP_DECIDED_H

#include "base/vec.h"
#include "check/decision.h"
#include "cli/app.h"

/* Decisions that somebody else owns. */
EP_VEC_TYPE(ep_decided, const struct ep_decision *);

/* Status 0 when the configuration names the folder under that key. */
int ep_decided_folder(struct ep_app *app, const char *key, const char *folder);

/* "ended", "expired", "in force", "not yet" */
const char *ep_decided_state(const struct ep_decision *said, int64_t now);

/* Ends the one that word names: "w.yaml" or "w.yaml:3", with or without the
 * folder.  The exit status of the command (`waive end`); see_command lists
 * what there is. */
int ep_decided_end(struct ep_app *app, const char *command,
		   const char *see_command, const char *noun,
		   const struct ep_decided *all, const char *word,
		   const char *by_user);

#endif
