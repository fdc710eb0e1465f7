/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of results and severities.
 */
#include "model/result.h"

#include "base/str.h"

static const char *const result_words[EP_RESULTS] = {
	[EP_RESULT_PASS] = "PASS",
	[EP_RESULT_FAIL] = "FAIL",
	[EP_RESULT_UNDECIDED] = "UNDECIDED",
	[EP_RESULT_EMPTY] = "EMPTY",
	[EP_RESULT_WAIVED] = "WAIVED",
	[EP_RESULT_NOT_APPLICABLE] = "NOT-APPLICABLE",
};

const char *const ep_severity_words[EP_SEVERITIES + 1] = {
	[EP_SEVERITY_INFO] = "info",
	[EP_SEVERITY_LOW] = "low",
	[EP_SEVERITY_MEDIUM] = "medium",
	[EP_SEVERITY_HIGH] = "high",
	[EP_SEVERITY_CRITICAL] = "critical",
};

const char *ep_result_word(enum ep_result result)
{
	return result_words[result];
}

int ep_result_from_word(const char *word)
{
	for (int i = 0; i < EP_RESULTS; i++)
		if (ep_str_eq(word, result_words[i]))
			return i;
	return -1;
}

const char *ep_severity_word(enum ep_severity severity)
{
	return ep_severity_words[severity];
}

int ep_severity_from_word(const char *word)
{
	for (int i = 0; i < EP_SEVERITIES; i++)
		if (ep_str_eq(word, ep_severity_words[i]))
			return i;
	return -1;
}
