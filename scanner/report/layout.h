/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report definition: a header and sections, each a query and how to draw
 * it.  exitproof-report(5) is the reference.
 */
#ifndef EP_REPORT_LAYOUT_H
#define EP_REPORT_LAYOUT_H

#include <stdbool.h>

#include "base/diag.h"
#include "base/err.h"
#include "base/vec.h"

enum ep_draw {
	EP_DRAW_TABLE,		/* columns as they come */
	EP_DRAW_CARDS,		/* label, value, note, tone */
	EP_DRAW_FINDINGS,	/* see exitproof-report(5) for the columns */
	EP_DRAW_BARS,		/* label, value, tone: a bar each */
	EP_DRAW_STACK,		/* label, series, value, tone: stacked columns */
	EP_DRAW_FACTS,		/* name, value */
	EP_DRAW_CODE		/* name, hash, text: folded away */
};

struct ep_section {
	char *id;
	char *title;
	char *about;	/* a sentence under the title, or NULL */
	char *empty;	/* shown when there is no row; NULL: left out */
	enum ep_draw draw;
	bool draw_set;
	bool shared;	/* -- use: what it leaves open comes from parts.sql */
	char *sql;
	int line;
};

struct ep_layout {
	char *file;
	char *id;
	char *title;
	char *about;	/* what it is for, for readers of the file */
	char *framework;	/* of an evidence report, else NULL */
	bool per_customer;
	EP_VEC(struct ep_section) sections;
};

/* NULL when anything is wrong; diag has every complaint. */
struct ep_layout *ep_layout_load(const char *path, struct ep_diag *diag);
struct ep_layout *ep_layout_text(const char *file, const char *text, size_t n,
				 struct ep_diag *diag);
void ep_layout_free(struct ep_layout *layout);

/* Finds <id>.sql in the folders, the first one wins, and fills in the shared
 * sections from the first parts.sql.  EP_ENOENT, EP_ECONFIG with the
 * complaints in the message. */
int ep_layout_find(const struct ep_words *folders, const char *id,
		   struct ep_layout **ret, struct ep_err *err) EP_MUST_CHECK;

#endif
