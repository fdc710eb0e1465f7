/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The interface that collect writes to and store implements; cli joins them.
 * Many datasets may be open at once; a dataset's rows are buffered or staged
 * and become visible, with its coverage, in one transaction at end.
 */
#ifndef EP_SINK_H
#define EP_SINK_H

#include <stdbool.h>

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
};

struct ep_sink {
	void *to;
	/* Makes the dataset known and expected, even if it is never read. */
	int (*expect)(void *to, const struct ep_dataset_ref *ref,
		      struct ep_err *err);
	int (*begin)(void *to, const struct ep_dataset_ref *ref,
		     void **ret_dataset, struct ep_err *err);
	/* A repeated natural key: the later row wins, and it is counted by the
	 * sink (*ret_repeat), since listings shift while they are read. */
	int (*row)(void *to, void *dataset, const struct ep_row *row,
		   bool *ret_repeat, struct ep_err *err);
	/* Takes the dataset over whatever its coverage says; the sink may turn
	 * COMPLETE into HELD. */
	int (*end)(void *to, void *dataset, struct ep_coverage *coverage,
		   struct ep_err *err);
};

#endif
