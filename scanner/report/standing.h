/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings as they stood when a run was checked, for queries of reports.  The
 * table `finding` tells how they stand now: a waiver that was added since
 * must not hide what that night's report said.
 *
 *  open_span(fingerprint, customer, severity, first_run, end_run, waived,
 *           rechecked)
 *           open from first_run until before end_run (NULL: still), and all
 *           that time waived or not, seen by each run or not
 *  open_finding(fingerprint, rule, title, why, remedy, maps, severity, rank,
 *           customer, unit, unit_name, subject, name, seen, wanted, evidence,
 *           first_run, first_seen, last_seen, times, rechecked, waived,
 *           waiver_reason, waiver_approver, waiver_until, note)
 *           open at the end of the run.  severity: in force in that run;
 *           rank: 0 critical to 4 info; times: how often it was opened until
 *           then; rechecked 0: the run could not decide; note: all of this
 *           that a reader should know, in words, or ''.  What was seen, and
 *           the waiver, are known of the last time only; seen and note say
 *           when that was later.
 *  finding_leave(fingerprint, left_at, person)
 *           of every finding.  left_at: when the first of those left whom it
 *           tells of, NULL when it is about nobody's leave; person 1: it says
 *           whose
 */
#ifndef EP_STANDING_H
#define EP_STANDING_H

#include <stdint.h>

#include "base/err.h"

struct ep_store;

/* Makes them as temporary ones, anew for each report. */
int ep_standing_make(struct ep_store *store, int64_t run, struct ep_err *err)
	EP_MUST_CHECK;

#endif
