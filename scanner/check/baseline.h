/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Baselines: a value that somebody accepted on a day, for one place.  What
 * differs from it later fails against it, and says who accepted what.
 *
 * They live in YAML files in the folder `baselines` of the configuration, not
 * in the database: an approval is reviewed, signed and kept like the rest of
 * the configuration, and outlives a database that is lost.  Each check copies
 * them, with what it found, into two tables of its own, which rules and
 * reports read:
 *
 *  baseline(tenant, what, dataset, accepted, approver, approved_at,
 *           expires_at, reason, file)
 *           what is accepted and not taken back; needs no coverage
 *  baseline_seen(tenant, what, dataset, accepted, approver, approved_at,
 *           expires_at, reason, file, seen, same, unread)
 *           same: 1 the accepted value, 0 another one, NULL not known because
 *           of `unread`, the listing that was not complete and fresh
 */
#ifndef EP_BASELINE_H
#define EP_BASELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/vec.h"
#include "check/decision.h"

struct ep_db;
struct ep_yaml;

enum ep_baseline_what {
	EP_BASELINE_ROLE,	/* the accounts that hold a role */
	EP_BASELINE_TEAM,	/* the accounts in a team */
	EP_BASELINE_SETTING,	/* a fact of the configuration */
	EP_BASELINE_ROW		/* one column of one row */
};

struct ep_baseline {
	char *tenant;	/* "system/id" */
	enum ep_baseline_what what;
	char *name;	/* role, team, setting, or "kind:key" of a row */
	char *column;	/* of a row: a column of its view, or attr.NAME */
	char *dataset;	/* NULL: every listing of the kind */
	struct ep_words value;	/* sorted, each once; empty: nothing */
	struct ep_decision said;
};

EP_VEC_TYPE(ep_baselines, struct ep_baseline);

/* Every *.yaml of the folder; NULL or a missing folder: none. */
void ep_baselines_load(struct ep_baselines *baselines, const char *folder,
		       struct ep_diag *diag);
void ep_baselines_text(struct ep_baselines *baselines, const char *file,
		       const char *s, size_t n, struct ep_diag *diag);
/* The same from a list that is part of another file. */
void ep_baselines_list(struct ep_baselines *baselines, const char *file,
		       const struct ep_yaml *list, struct ep_diag *diag);
void ep_baselines_release(struct ep_baselines *baselines);
void ep_baseline_release(struct ep_baseline *baseline);

/* Approved by then and not taken back. */
bool ep_baseline_in_force(const struct ep_baseline *baseline, int64_t now);
/* About the same value of the same place. */
bool ep_baseline_alike(const struct ep_baseline *a,
		       const struct ep_baseline *b);
/* Sorts a value; two listings may show the same, which counts once. */
void ep_baseline_tidy(struct ep_words *value);
/* "role owner", "team 12", "setting mode", "account:17 mfa" */
void ep_baseline_label(const struct ep_baseline *baseline, struct ep_buf *out);
/* NULL, or what is wrong with name, column and kind. */
const char *ep_baseline_wrong(const struct ep_baseline *baseline);
/* Of a row: its kind and natural key; -1 when there is no such kind. */
int ep_baseline_key(const struct ep_baseline *baseline, struct ep_buf *key);

/* --- values (baseline_value.c); the views must be made -------------------- */

/* Adds the value as it is, sorted. */
int ep_baseline_value(struct ep_db *db, const struct ep_baseline *baseline,
		      struct ep_words *ret, struct ep_err *err) EP_MUST_CHECK;
/* Appends which listing of it was not complete and fresh, or missing at all;
 * nothing when everything was read. */
int ep_baseline_unread(struct ep_db *db, const struct ep_baseline *baseline,
		       struct ep_buf *ret, struct ep_err *err) EP_MUST_CHECK;
/* For a reader: accounts with their addresses. */
int ep_baseline_text(struct ep_db *db, const struct ep_baseline *baseline,
		     const struct ep_words *value, struct ep_buf *out,
		     struct ep_err *err) EP_MUST_CHECK;

/* What a baseline is about, its two values as texts, and what stood in the
 * way. */
struct ep_baseline_seen {
	struct ep_buf what;
	struct ep_buf accepted;
	struct ep_buf seen;
	struct ep_buf unread;
	int same;	/* 1, 0, or -1 when nobody can tell */
};
int ep_baseline_look(struct ep_db *db, const struct ep_baseline *baseline,
		     struct ep_baseline_seen *ret, struct ep_err *err)
	EP_MUST_CHECK;
void ep_baseline_seen_release(struct ep_baseline_seen *seen);

int ep_baseline_schema(struct ep_db *db, struct ep_err *err) EP_MUST_CHECK;
/* Fills both tables from what is in force at `now`. */
int ep_baseline_fill(struct ep_db *db, const struct ep_baselines *baselines,
		     int64_t now, struct ep_err *err) EP_MUST_CHECK;

/* --- files (baseline_write.c) --------------------------------------------- */

/* Writes a file of its own and ends what was in force about the same. */
int ep_baseline_approve(const char *folder, const struct ep_baselines *known,
			const struct ep_baseline *baseline, int64_t now,
			char **ret_path, struct ep_err *err) EP_MUST_CHECK;

#endif
