/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every decision has that people keep in YAML lists under version
 * control (waivers, baselines): who answers for it, why, from when until
 * when, and who took it back.
 */
#ifndef EP_DECISION_H
#define EP_DECISION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/err.h"

struct ep_yaml;

struct ep_decision {
	char *reason;
	char *approver;
	int64_t approved;
	int64_t expires;	/* the first second it is over, 0 never */
	int64_t ended;		/* taken back at that time, 0 never */
	char *ended_by;
	char *file;
	int line;		/* of its entry in the list */
	int below_line;		/* of the key that its end is written below */
	int below_col;
};

void ep_decision_release(struct ep_decision *decision);

/* --- reading --------------------------------------------------------------- */

struct ep_decision_reader {
	const char *noun;	/* "waiver" */
	const char *file;
	struct ep_diag *diag;
	const struct ep_yaml *node;	/* the entry */
	bool bad;		/* something was complained about */
};

/* One kind of list.  take() reads the mapping rd->node into a list of its
 * own, and adds nothing when rd->bad is set at its end. */
struct ep_decision_kind {
	const char *noun;
	const char *const *known;	/* members, NULL-ended */
	void (*take)(struct ep_decision_reader *rd, void *into);
};

void ep_decisions_list(const struct ep_decision_kind *kind, void *into,
		       const char *file, const struct ep_yaml *list,
		       struct ep_diag *diag);
void ep_decisions_text(const struct ep_decision_kind *kind, void *into,
		       const char *file, const char *s, size_t n,
		       struct ep_diag *diag);
/* Every *.yaml of the folder; NULL or a missing folder: none. */
void ep_decisions_load(const struct ep_decision_kind *kind, void *into,
		       const char *folder, struct ep_diag *diag);

/* The members of this struct; `expires` must be there when asked for. */
void ep_decision_read(struct ep_decision_reader *rd, bool must_expire,
		      struct ep_decision *ret);
/* A text that is not empty, the caller's to free. */
char *ep_decision_text(struct ep_decision_reader *rd, const char *key,
		       bool must);
void ep_decision_object(struct ep_decision_reader *rd,
			const struct ep_yaml *at, const char *msg);

/* --- taking back (decision_end.c) ------------------------------------------ */

/* Adds the lines `ended` and `ended_by` and touches no other byte.  Where the
 * file would not say just that afterwards (flow style) it is refused. */
int ep_decision_end(const struct ep_decision *decision, const char *noun,
		    int64_t now, const char *by_user, struct ep_err *err)
	EP_MUST_CHECK;

#endif
