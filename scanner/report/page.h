/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands at the head of every report whatever its sections are: which
 * run, whose, made how, and the verdict.  The verdict is computed here and
 * nowhere else, so that no format can be kinder than another.
 */
#ifndef EP_REPORT_PAGE_H
#define EP_REPORT_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct ep_store;
struct ep_stmt;
struct ep_section;

enum ep_verdict {
	EP_VERDICT_CLEAN,	/* nothing wrong and everything decided */
	EP_VERDICT_FINDINGS,	/* everything decided, something wrong */
	EP_VERDICT_UNDECIDED	/* something could not be decided */
};

struct ep_page {
	int64_t run;
	int64_t previous;	/* checked run before, 0 none */
	int64_t started_at;
	int64_t ended_at;
	bool testing;
	bool clock_fixed;
	bool redacted;		/* people are pseudonyms */
	char program[128];
	char host[256];
	char config_sha256[65];
	char rules_sha256[65];
	const char *customer;	/* NULL: the fleet */
	const char *framework;	/* :framework of its layout, or NULL */
	const char *seed;	/* :seed and :sample, for samples */
	int64_t sample;
	char name[512];		/* of the customer or the MSP */

	int64_t datasets;	/* expected */
	int64_t datasets_bad;	/* of them not complete and fresh */
	int64_t pass, fail, undecided, empty, waived, not_applicable;
	int64_t open;		/* findings, waived ones left out */
	int64_t open_critical;
	int64_t opened, fixed;	/* in this run */
	enum ep_verdict verdict;
	char sentence[512];	/* the verdict in words, with its coverage */
};

int ep_page_read(struct ep_store *store, int64_t run, const char *customer,
		 struct ep_page *ret, struct ep_err *err) EP_MUST_CHECK;

/* Samples are of so many records unless somebody wants another number; the
 * seed is then this word, so that nobody chose it for its result. */
#define EP_SAMPLE_DEFAULT 25
#define EP_SEED_DEFAULT "exitproof"
struct ep_report_options;
struct ep_layout;
/* What somebody asks for, and what the definition says (NULL: none). */
void ep_page_ask(struct ep_page *page, const struct ep_report_options *options,
		 const struct ep_layout *layout);

/* Prepares any query of a report, bound the same way. */
int ep_page_prepare(struct ep_store *store, const struct ep_page *page,
		    const char *sql, struct ep_stmt **ret, struct ep_err *err)
	EP_MUST_CHECK;

/* Prepares a section's query with :run, :previous, :customer, :framework,
 * :seed and :sample bound; the caller steps it and gives it back. */
int ep_page_query(struct ep_store *store, const struct ep_page *page,
		  const struct ep_section *section, struct ep_stmt **ret,
		  struct ep_err *err) EP_MUST_CHECK;

/* The banner of a run made under testing:, NULL otherwise. */
const char *ep_page_banner(const struct ep_page *page);

/* How a word of the program is to be shown: "good", "bad", "warn", "info",
 * "off", or NULL for text that is no such word.  shape is one character that
 * says the same without colour. */
const char *ep_page_tone(const char *word, const char **ret_shape);

#endif
