/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a rule says about one unit, and how much it matters.  The words are
 * the ones of reports, the database and the command line.
 */
#ifndef EP_RESULT_H
#define EP_RESULT_H

/* Only PASS is good news.  EMPTY looked and found nothing to look at;
 * UNDECIDED could not look. */
enum ep_result {
	EP_RESULT_PASS,
	EP_RESULT_FAIL,
	EP_RESULT_UNDECIDED,
	EP_RESULT_EMPTY,
	EP_RESULT_WAIVED,
	EP_RESULT_NOT_APPLICABLE,
	EP_RESULTS
};

enum ep_severity {
	EP_SEVERITY_INFO,
	EP_SEVERITY_LOW,
	EP_SEVERITY_MEDIUM,
	EP_SEVERITY_HIGH,
	EP_SEVERITY_CRITICAL,
	EP_SEVERITIES
};

/* "PASS" ... "NOT-APPLICABLE" */
const char *ep_result_word(enum ep_result result);
/* -1 when it is none. */
int ep_result_from_word(const char *word);
/* "info" ... "critical" */
const char *ep_severity_word(enum ep_severity severity);
int ep_severity_from_word(const char *word);
/* NULL-ended, for "did you mean". */
extern const char *const ep_severity_words[EP_SEVERITIES + 1];

#endif
