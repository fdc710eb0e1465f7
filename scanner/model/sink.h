/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The interface that collect writes to and store implements; cli joins them.
 * Many datasets may be open at once; a dataset's rows are buffered or staged
 * and become visible, with its coverage, in one transaction at end.
 */
#ifndef EP_SINK_H
#define EP_SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "model/coverage.h"
#include "model/entity.h"

/* Which listing of which tenancy. */
struct ep_dataset_ref {
	const char *customer;	/* customer id of the configuration, NULL when
				 * nobody claims the tenancy */
	const char *system;	/* "printix" */
	const char *tenant;	/* the vendor's id of the tenancy */
	const char *name;	/* "printix.users": connector "." endpoint */
	const char *connector;
	int connector_version;	/* a new one starts an epoch */
	unsigned kinds;		/* bit set of 1u << enum ep_kind it may emit */
	int64_t max_age;	/* seconds until it counts as stale */
	const char *advice;	/* how to come by it when it is missing or too
				 * old: "provide printix-tenant-users.csv ...";
				 * NULL none */
	bool imported;		/* evidence import, not an API */
	bool transient;		/* may be empty from one night to the next */
	bool held_ok;		/* the operator accepts a collapse */
	bool changes;		/* this read tells what changed since another:
				 * rows that it does not mention stay */
	const char *basis;	/* everything beside a record's own text that
				 * decides which rows it makes; NULL: rows are
				 * not remembered by text */
};

/* Where a dataset's next read by changes goes on. */
struct ep_bookmark {
	char *token;		/* link or time; the caller frees it */
	int64_t full_at;	/* begin of the last read of everything */
};

/* Of a record's text, keyed by the sink. */
struct ep_text_print {
	uint64_t lo;
	uint64_t hi;
};

struct ep_sink {
	void *to;
	/* Makes the dataset known and expected, even if it is never read. */
	int (*expect)(void *to, const struct ep_dataset_ref *ref,
		      struct ep_err *err);
	/* It will be begun soon: what is known of it may be looked up while
	 * its first page is under way.  Said as often as a page is asked for
	 * before it begins.  May be NULL. */
	void (*prepare)(void *to, const struct ep_dataset_ref *ref);
	int (*begin)(void *to, const struct ep_dataset_ref *ref,
		     void **ret_dataset, struct ep_err *err);
	/* A repeated natural key: the later row wins, and it is counted by the
	 * sink (*ret_repeat), since listings shift while they are read. */
	int (*row)(void *to, void *dataset, const struct ep_row *row,
		   bool *ret_repeat, struct ep_err *err);
	/* For reads by changes; a sink without them has bookmark NULL.
	 *
	 * What the last complete read of the dataset left with `mark`, if
	 * nothing but such reads has changed the dataset's rows since and
	 * basis is still the same; else token is NULL. */
	int (*bookmark)(void *to, const struct ep_dataset_ref *ref,
			const char *basis, struct ep_bookmark *ret,
			struct ep_err *err);
	/* The source says that this record is no more; only the key columns
	 * of the row are looked at. */
	int (*gone)(void *to, void *dataset, const struct ep_row *key,
		    struct ep_err *err);
	/* For a dataset with a basis; a sink without them has known NULL.
	 * The text of a record is its bytes, or what is left of them when
	 * members that feed volatile columns only are taken out; *ret stands
	 * for it in the calls below. */
	void (*print)(void *to, void *dataset, const char *text, size_t n,
		      struct ep_text_print *ret);
	/* For each of n texts: true when the dataset still holds, unchanged,
	 * all rows that a record of this very text made before on this
	 * basis. */
	void (*known)(void *to, void *dataset,
		      const struct ep_text_print *print, size_t n,
		      bool *ret_known);
	/* Takes these rows as if they had been handed over again, when it is
	 * so; *ret_repeat as with row. */
	bool (*same)(void *to, void *dataset, const struct ep_text_print *print,
		     bool *ret_repeat);
	/* The same with the volatile columns of the one row of this kind,
	 * which are all that is looked at; *ret_same false: not taken. */
	int (*moved)(void *to, void *dataset, const struct ep_text_print *print,
		     const struct ep_row *row, bool *ret_same,
		     bool *ret_repeat, struct ep_err *err);
	/* The rows since the last same, moved or made are those of this
	 * record; not to be remembered by it when print is NULL. */
	void (*made)(void *to, void *dataset,
		     const struct ep_text_print *print);
	/* Why the changes that were handed over cannot be all that happened;
	 * NULL when nothing speaks against it.  Text of the sink. */
	const char *(*doubt)(void *to, void *dataset);
	/* Forgets the dataset as if it had not been begun. */
	void (*drop)(void *to, void *dataset);
	/* What to keep with the dataset when it ends COMPLETE. */
	int (*mark)(void *to, void *dataset, const char *basis,
		    const char *token, struct ep_err *err);
	/* Takes the dataset over whatever its coverage says; the sink may turn
	 * COMPLETE into HELD. */
	int (*end)(void *to, void *dataset, struct ep_coverage *coverage,
		   struct ep_err *err);
};

#endif
