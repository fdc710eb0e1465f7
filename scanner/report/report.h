/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents from the database alone: the same run gives the same bytes, and
 * any past night can be rendered again.
 */
#ifndef EP_REPORT_H
#define EP_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "model/config.h"

struct ep_store;

enum ep_report_format {
	EP_REPORT_HTML,		/* path is a folder: index.html and one file
				 * per customer */
	EP_REPORT_JUNIT,
	EP_REPORT_TEXT,
	EP_REPORT_MARKDOWN,
	EP_REPORT_CSV,
	EP_REPORT_JSON,
	EP_REPORT_OCSF,
	EP_REPORT_OSCAL,
	EP_REPORT_FORMATS
};

/* "html" ...; -1 when it is none. */
int ep_report_format(const char *word);

struct ep_report_options {
	enum ep_report_format format;
	const char *path;	/* "-": standard output (not html) */
	const char *definition;	/* id of a file in the report folders; NULL:
				 * the one that suits the format */
	const char *customer;	/* NULL: all */
	int64_t run;		/* a checked run; 0: the newest */
	bool redact;		/* people become pseudonyms */
	const char *seed;	/* of samples; NULL and 0: as page.h says */
	int64_t sample;
	bool colour;		/* text only */
};

/* Writes one report.  Files are replaced only when they are whole; a target
 * that is a link, FIFO or folder is refused.  EP_ENOENT when no run was
 * checked yet. */
int ep_report_write(struct ep_store *store, const struct ep_config *config,
		    const struct ep_report_options *options,
		    struct ep_err *err) EP_MUST_CHECK;

#endif
