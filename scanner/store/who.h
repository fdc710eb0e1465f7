/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who held a role, and when: what the reads of a listing prove about one
 * moment, and what they leave open.
 *
 * A read is a point in time at which a listing was looked at.  Only a
 * complete read can show that somebody does not hold a role; a partial one
 * shows what it added or changed and nothing else; all others show nothing.
 * Between two reads nobody looked, so that the answer for a moment is certain
 * only where the reads on both sides of it agree, are not further apart than
 * the listing may be old, and none between them broke off.
 *
 * What was first listed when a listing was read for the first time, or by a
 * new version of its connector, may have been there for long: before that
 * read it is not known, which is not the same as no.
 */
#ifndef EP_WHO_H
#define EP_WHO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"

struct ep_db;

/* One look at a listing.  An evidence import counts at the time somebody
 * looked into the portal, whenever the file came in. */
struct ep_who_read {
	int64_t run;
	int64_t from;
	int64_t to;
	bool captured;	/* at that time, by somebody; imported in the run */
	bool complete;
	char *status;
	char *reason;	/* NULL none */
};

/* A dataset with roles, or with the accounts of a person. */
struct ep_who_listing {
	int64_t id;
	int64_t tenancy;
	char *customer;		/* NULL nobody's */
	char *tenant;		/* "system/id" */
	char *tenant_name;
	char *name;
	unsigned kinds;
	int64_t max_age;
	bool imported;
	EP_VEC(struct ep_who_read) read;	/* by time */
};

/* From one opening of a row to its end, in runs. */
struct ep_who_life {
	int64_t rid;
	int64_t first_run;
	int64_t close_run;	/* 0: still there */
	bool quiet;		/* it opened with an epoch */
	EP_VEC(int64_t) touched;	/* runs that changed it */
};

/* One role of one account, whenever it was held. */
struct ep_who_holding {
	const struct ep_who_listing *listing;
	char *account;
	char *account_name;	/* address or name, NULL unknown */
	char *role;
	char *scope;
	char *privileged;	/* yes no unknown, NULL when never said */
	EP_VEC(struct ep_who_life) life;	/* by first_run */
};

struct ep_who_query {
	const char *role;	/* NULL any; case, '_', '-' and blank are one */
	const char *person;	/* address, login or register id; NULL any */
	const char *tenant;	/* "system/id" or the id alone; NULL any */
	const char *system;
	const char *customer;
};

struct ep_who {
	EP_VEC(struct ep_who_listing *) listing;
	EP_VEC(struct ep_who_holding *) holding;
	struct ep_words other_roles;	/* words seen that the query is not */
	int64_t accounts;	/* that are the person's for certain */
	int64_t uncertain;	/* that may be */
};

/* Everything that was ever read about the query; the views must be made
 * (ep_store_as_of).  No listing of roles in scope: EP_ENOENT. */
int ep_who_load(struct ep_db *db, const struct ep_who_query *query,
		struct ep_who *ret, struct ep_err *err) EP_MUST_CHECK;
void ep_who_release(struct ep_who *who);

bool ep_who_same_role(const char *a, const char *b);

/* A time; or a run, whose end is the time: what that run read, and evidence
 * that was young enough in it, counts as the moment itself. */
struct ep_who_moment {
	int64_t at;
	int64_t run;	/* 0: a time was named */
};

enum ep_who_answer { EP_WHO_YES, EP_WHO_NO, EP_WHO_BETWEEN };

enum ep_who_why {
	EP_WHO_AGREED,		/* both reads say so */
	EP_WHO_MOVED,		/* one says yes, the other no */
	EP_WHO_GAP,		/* a read between them broke off */
	EP_WHO_FAR,		/* they are too far apart */
	EP_WHO_NOT_BEFORE,	/* nothing was known that early */
	EP_WHO_NOT_AFTER	/* nothing was read since */
};

struct ep_who_verdict {
	enum ep_who_answer answer;
	enum ep_who_why why;
	const struct ep_who_read *before;	/* NULL none */
	const struct ep_who_read *after;
	bool before_held;
	bool after_held;
	const struct ep_who_read *gap;	/* the first of them */
	int gaps;
};

/* Of a holding; or, with holding NULL, whether the listing itself was known
 * at the moment (YES or BETWEEN). */
void ep_who_at(const struct ep_who_listing *listing,
	       const struct ep_who_holding *holding,
	       const struct ep_who_moment *moment,
	       struct ep_who_verdict *ret);

/* A time through which the role was seen at every look. */
struct ep_who_span {
	const struct ep_who_read *before;	/* last look without it */
	bool not_before;	/* what came before first is not known */
	const struct ep_who_read *first;
	const struct ep_who_read *last;
	const struct ep_who_read *after;	/* first look without it */
	const struct ep_who_read *gap;
	int gaps;	/* looks between before and after that broke off */
};
EP_VEC_TYPE(ep_who_spans, struct ep_who_span);

/* In the order of time; borrowed reads. */
void ep_who_spans(const struct ep_who_holding *holding,
		  struct ep_who_spans *ret);

#endif
