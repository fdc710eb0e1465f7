/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JUnit XML in a dialect that is valid under both schemas in use (junit-10
 * of Jenkins and Windy Road): a suite per unit, a case per rule and a case
 * per dataset, present every night under the same name.  UNDECIDED and a
 * dataset that is not complete are errors; WAIVED, EMPTY and NOT-APPLICABLE
 * are skipped with their reason; only PASS is a bare case.
 */
#ifndef EP_REPORT_JUNIT_H
#define EP_REPORT_JUNIT_H

#include <stdint.h>

#include "base/err.h"

struct ep_store;
struct ep_report_out;

/* The store's views show `run`.  customer NULL: all, "": what is nobody's.
 * Suites that would bring the file above what GitLab reads (30 MB, 250,000
 * elements) are left out, and one more case, an error, says which. */
int ep_junit_write(struct ep_store *store, int64_t run, const char *customer,
		   struct ep_report_out *out, struct ep_err *err)
	EP_MUST_CHECK;

/* One file per customer in a folder, CUSTOMER.xml, and _unclaimed.xml for
 * what is nobody's; those of another run that this one does not write are
 * removed. */
int ep_junit_folder(struct ep_store *store, int64_t run, const char *folder,
		    struct ep_err *err) EP_MUST_CHECK;

#endif
