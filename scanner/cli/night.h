/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stages that run, collect, check and report share, each usable alone.
 */
#ifndef EP_NIGHT_H
#define EP_NIGHT_H

#include "base/opt.h"
#include "check/check.h"
#include "cli/app.h"
#include "cli/run_counts.h"
#include "collect/collect.h"

struct ep_night {
	struct ep_app *app;
	struct ep_opt_list reports;	/* FORMAT=PATH */
	struct ep_opt_list tenants;
	struct ep_opt_list datasets;
	struct ep_opt_list accept_empty;
	struct ep_opt_list only_rules;
	bool full;
	const char *progress;
	const char *threshold;
	const char *customer;
	const char *definition;
	const char *seed;
	bool redact;
	int64_t sample;
	int64_t run;		/* of report and check */
	int64_t now;		/* of a check of the past, 0: the clock's */
	struct ep_rules *rules;
	struct ep_collect_totals totals;
	struct ep_run_counts counts;
	struct ep_check_summary summary;
	int bad_imports;
};

#define EP_NIGHT_COLLECT(night)                                             \
	{ EP_OPT_LIST, 't', "tenant", "WORD", &(night)->tenants,             \
	  "only these: SYSTEM/ID, a system or a customer" },                \
	{ EP_OPT_LIST, 0, "dataset", "WORD", &(night)->datasets,             \
	  "only these datasets: CONNECTOR.NAME or a connector" },           \
	{ EP_OPT_LIST, 0, "accept-empty", "DATASET",                         \
	  &(night)->accept_empty,                                           \
	  "believe that it is empty although it was not" },                 \
	{ EP_OPT_FLAG, 0, "full", NULL, &(night)->full,                      \
	  "read everything, also where only changes are configured" },      \
	{ EP_OPT_TEXT, 0, "progress", "KIND", &(night)->progress,            \
	  "plain, json or none" }

#define EP_NIGHT_CHECK(night)                                               \
	{ EP_OPT_LIST, 0, "rule", "ID", &(night)->only_rules,                \
	  "only these rules" },                                             \
	{ EP_OPT_TEXT, 0, "threshold", "SEVERITY", &(night)->threshold,      \
	  "severity from which a finding gives status 1" }

#define EP_NIGHT_REPORT(night)                                              \
	{ EP_OPT_LIST, 'r', "report", "FORMAT=PATH", &(night)->reports,      \
	  "html, junit, text, markdown, csv, json, ocsf or oscal" },         \
	{ EP_OPT_TEXT, 0, "definition", "ID", &(night)->definition,          \
	  "report definition to use" },                                     \
	{ EP_OPT_FLAG, 0, "redact", NULL, &(night)->redact,                  \
	  "people become pseudonyms" },                                     \
	{ EP_OPT_TEXT, 0, "seed", "TEXT", &(night)->seed,                    \
	  "seed that an auditor gives for samples" },                       \
	{ EP_OPT_INT, 0, "sample", "N", &(night)->sample,                    \
	  "records in a sample" },                                          \
	{ EP_OPT_TEXT, 0, "customer", "ID", &(night)->customer,              \
	  "report on one customer" }

void ep_night_release(struct ep_night *night);

/* Each prints what is wrong and returns the process status, or 0. */
int ep_night_check_reports(struct ep_night *night, const char *verb);
int ep_night_rules(struct ep_night *night);
/* Opens the database for writing, starts a run, collects, imports. */
int ep_night_collect(struct ep_night *night, const char *kind);
/* Runs the rules; *ret_status is 0, 1 or 2. */
int ep_night_check(struct ep_night *night, int *ret_status);
/* Ends the run that ep_night_collect started. */
int ep_night_end(struct ep_night *night, bool complete);
/* The wanted reports, or the text report on standard output. */
int ep_night_report(struct ep_night *night, bool by_default);

#endif
