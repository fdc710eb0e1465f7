/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps what a check said: texts of rules, results as intervals of runs,
 * notes, and the run's summary.
 */
#ifndef EP_RECORD_H
#define EP_RECORD_H

#include "check/check.h"
#include "check/eval.h"

struct ep_record {
	struct ep_db *db;
	int64_t run;
	int64_t now;
};

/* Forgets what an earlier check of the same run noted. */
int ep_record_begin(const struct ep_record *rec, struct ep_err *err)
	EP_MUST_CHECK;
int ep_record_rule_text(const struct ep_record *rec,
			const struct ep_rules *rules,
			const struct ep_rule *rule, struct ep_err *err)
	EP_MUST_CHECK;
int ep_record_disabled(const struct ep_record *rec,
		       const struct ep_rule *rule, const char *reason,
		       struct ep_err *err) EP_MUST_CHECK;
int ep_record_eval(const struct ep_record *rec, const struct ep_eval *eval,
		   struct ep_err *err) EP_MUST_CHECK;
/* results.c: the intervals of one rule's units. */
int ep_results_apply(const struct ep_record *rec, const struct ep_eval *eval,
		     struct ep_err *err) EP_MUST_CHECK;
/* Results of rules that this run did not check hold no longer. */
int ep_record_close_others(const struct ep_record *rec, struct ep_err *err)
	EP_MUST_CHECK;
int ep_record_note(const struct ep_record *rec, const char *kind,
		   const char *rule, const char *unit, const char *text,
		   struct ep_err *err) EP_MUST_CHECK;
int ep_record_summary(const struct ep_record *rec,
		      const struct ep_rules *rules, const char *threshold,
		      const struct ep_check_summary *sum, struct ep_err *err)
	EP_MUST_CHECK;

#endif
