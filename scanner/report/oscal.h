/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OSCAL 1.2.1 assessment results: one result per run, an observation per rule
 * and tenancy that did not pass, and a finding per control about which the
 * rules can say something.  OSCAL knows only satisfied and not-satisfied, so
 * a control that something undecided bears on is not-satisfied for the reason
 * "other", with a risk; it is never satisfied.
 */
#ifndef EP_REPORT_OSCAL_H
#define EP_REPORT_OSCAL_H

#include "base/err.h"

struct ep_store;
struct ep_page;
struct ep_report_out;

int ep_oscal_write(struct ep_store *store, const struct ep_page *page,
		   struct ep_report_out *out, struct ep_err *err)
	EP_MUST_CHECK;

#endif
