/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of findings: opened, still open, fixed, came back.  Only a unit
 * that was decided can fix one.
 */
#ifndef EP_FINDING_H
#define EP_FINDING_H

#include "check/check.h"
#include "check/eval.h"

struct ep_finding_run {
	struct ep_db *db;
	int64_t run;
	int64_t now;
	struct ep_check_summary *summary;
};

/* Matches the violations of one rule with the findings of earlier nights. */
int ep_findings_apply(const struct ep_finding_run *fr,
		      const struct ep_eval *eval, struct ep_err *err)
	EP_MUST_CHECK;
/* Findings of rules that were not checked in this run: not rechecked. */
int ep_findings_leave(const struct ep_finding_run *fr, struct ep_err *err)
	EP_MUST_CHECK;
/* Open findings by severity, of rules that are not disabled. */
int ep_findings_count(const struct ep_finding_run *fr, struct ep_err *err)
	EP_MUST_CHECK;

#endif
