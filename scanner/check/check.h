/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks the state of a store against rules, keeps results and findings, and
 * says what the night is worth.
 *
 * Tables in the store's database, written here alone.  Times are seconds.
 *
 *  check_run(run, at, rules_sha256, rules, units, threshold, pass, fail,
 *           undecided, empty, waived, not_applicable, datasets,
 *           datasets_bad, status)          one row per checked run;
 *           datasets_bad counts those that are not complete and fresh;
 *           status is the exit status
 *  rule_text(sha256, id, revision, title, why, severity, per, systems, needs,
 *           fix, fix_title, remedy, maps, refs, params, grp, population,
 *           violations)      what a rule said, for ever.  remedy: JSON
 *           [{"do","system","only_after"}]; maps: JSON [{"framework",
 *           "control","relation","sentence"}]; refs: JSON [..];
 *           params: JSON {"name":"default"}
 *  rule_run(run, rule, sha256, state, severity, reason, units, population,
 *           violations, ms)                PRIMARY KEY(run, rule)
 *           state: checked disabled error; severity: in force
 *  result_log(id, rule, unit, unit_name, customer, first_run, end_run,
 *           result, population, violations, waived, reason, advice)
 *           a row holds from first_run until before end_run (NULL: still),
 *           so the results of run R are the rows with first_run <= R and
 *           (end_run IS NULL or end_run > R), for R in check_run.
 *           unit: 'system/id', a customer id, '-' (tenancies that nobody
 *           claims) or 'fleet'; result as in model/result.h; violations
 *           counts those not waived, waived the others
 *  result   view: the rows of result_log that still hold
 *  finding(fingerprint, rule, unit, unit_name, customer, subject, name,
 *           severity, state, rechecked, first_run, first_seen, last_run,
 *           last_seen, fixed_run, fixed_at, times, seen, wanted, evidence,
 *           waived, waiver_reason, waiver_approver, waiver_until,
 *           waiver_note)
 *           state: open came_back fixed; came_back is open again.
 *           rechecked 0: open, and the last check could not decide, or a
 *           listing behind it was not read whole; last_run and last_seen,
 *           seen, wanted and evidence are those of the last read;
 *           times: how often it was opened; evidence: JSON object;
 *           waived 1: covered by a waiver in force; waiver_note: what to
 *           know about an expired one
 *  finding_event(run, fingerprint, event, at)   event: open came_back fixed
 *           waived waiver_ended withdrawn; withdrawn stands beside fixed
 *           when the person of the evidence had not left by then after all
 *  finding_look(run, fingerprint, rechecked)   where rechecked of an open
 *           finding changed; what opens or comes back was seen, unless this
 *           says otherwise
 *  person_match(tenant, account, person, same, by_user, at)
 *           what somebody decided about an uncertain link
 *  baseline, baseline_seen      see baseline.h
 *  check_note(run, kind, rule, unit, text)
 *           kind: waiver_unused waiver_expired rule_disabled rule_error
 */
#ifndef EP_CHECK_H
#define EP_CHECK_H

#include <stdint.h>

#include "base/diag.h"
#include "check/rule.h"
#include "model/config.h"
#include "model/result.h"

struct ep_store;
struct ep_db;
struct ep_baselines;

struct ep_check_options {
	int64_t now;	/* :now of the rules and the findings' times */
	/* Severity from which a finding gives status 1; NULL: the
	 * configuration's, and low without one. */
	const char *threshold;
	const struct ep_words *only;	/* ids of rules; NULL: all */
	/* NULL: those of the configuration's folder */
	const struct ep_baselines *baselines;
};

struct ep_check_summary {
	int64_t run;
	int64_t rules;		/* checked */
	int64_t rules_disabled;
	int64_t rules_error;
	int64_t units;		/* tenancies of the fleet */
	int64_t result[EP_RESULTS];
	int64_t open[EP_SEVERITIES];	/* findings, waived ones left out */
	int64_t opened;		/* in this run */
	int64_t came_back;
	int64_t fixed;
	int64_t waived;
	int64_t datasets;
	int64_t datasets_bad;	/* not complete or stale, all reasons */
	/* Of these, such as should have been read: not merely skipped for want
	 * of a credential. */
	int64_t datasets_lost;
	int status;		/* 0, 1 or 2: DESIGN 13 */
};

/* Creates or completes the tables above; part of every check. */
int ep_check_schema(struct ep_db *db, struct ep_err *err) EP_MUST_CHECK;

/* Empties them, for a check of the past inside a transaction that is rolled
 * back afterwards: what was found later must not be known then. */
int ep_check_forget(struct ep_db *db, struct ep_err *err) EP_MUST_CHECK;

/* Checks the run that the store's views show.  When a newer run has been
 * checked already, nothing is kept but the summary is computed.  No rules or
 * no tenancies: EP_ECONFIG.  diag takes complaints about waivers. */
int ep_check_run(struct ep_store *store, const struct ep_config *config,
		 const struct ep_rules *rules,
		 const struct ep_check_options *options,
		 struct ep_check_summary *ret, struct ep_diag *diag,
		 struct ep_err *err) EP_MUST_CHECK;

/* Compiles every rule against the store's views: SQL errors, needs that
 * differ from what is read, columns that lack, parameters unknown. */
int ep_check_lint(struct ep_store *store, const struct ep_rules *rules,
		  struct ep_diag *diag, struct ep_err *err) EP_MUST_CHECK;

#endif
