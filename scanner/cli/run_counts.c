/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counts and callers between the collection and the store.
 */
#include "cli/run_counts.h"

#include "base/alloc.h"
#include "ext/db.h"
#include "store/caller.h"
#include "store/store.h"
#include "store/tally.h"

void ep_run_counts_take(void *to_counts, const struct ep_tally *tally)
{
	struct ep_run_counts *counts = to_counts;
	struct ep_tally *to = &EP_VEC_ADD(&counts->tally);

	*to = *tally;
	to->connector = ep_strdup(tally->connector);
	to->home = ep_strdup(tally->home);
	to->customer = ep_strdup(tally->customer);
	to->system = ep_strdup(tally->system);
	to->tenant = ep_strdup(tally->tenant);
	to->dataset = ep_strdup(tally->dataset);
}

void ep_run_counts_call(void *to_counts, const struct ep_caller *caller)
{
	struct ep_run_counts *counts = to_counts;

	EP_VEC_ADD(&counts->caller) = (struct ep_caller){
		.connector = ep_strdup(caller->connector),
		.home = ep_strdup(caller->home),
		.customer = ep_strdup(caller->customer),
		.credential = ep_strdup(caller->credential),
		.name = ep_strdup(caller->name),
	};
}

static void release_callers(struct ep_run_counts *counts)
{
	for (size_t i = 0; i < counts->caller.n; i++) {
		struct ep_caller *it = &counts->caller.v[i];

		ep_free((char *)(uintptr_t)it->connector);
		ep_free((char *)(uintptr_t)it->home);
		ep_free((char *)(uintptr_t)it->customer);
		ep_free((char *)(uintptr_t)it->credential);
		ep_free((char *)(uintptr_t)it->name);
	}
	ep_vec_release(&counts->caller);
}

void ep_run_counts_release(struct ep_run_counts *counts)
{
	for (size_t i = 0; i < counts->tally.n; i++) {
		struct ep_tally *it = &counts->tally.v[i];

		ep_free((char *)(uintptr_t)it->connector);
		ep_free((char *)(uintptr_t)it->home);
		ep_free((char *)(uintptr_t)it->customer);
		ep_free((char *)(uintptr_t)it->system);
		ep_free((char *)(uintptr_t)it->tenant);
		ep_free((char *)(uintptr_t)it->dataset);
	}
	ep_vec_release(&counts->tally);
	release_callers(counts);
}

int ep_run_counts_keep(struct ep_run_counts *counts, struct ep_store *store,
		       int64_t run, struct ep_err *err)
{
	struct ep_db *db = ep_store_db(store);
	int rc = ep_db_begin(db, err);

	if (rc == 0)
		rc = ep_tally_schema(db, err);
	for (size_t i = 0; rc == 0 && i < counts->tally.n; i++)
		rc = ep_tally_put(db, run, &counts->tally.v[i], err);
	if (rc == 0)
		rc = ep_caller_schema(db, err);
	for (size_t i = 0; rc == 0 && i < counts->caller.n; i++)
		rc = ep_caller_put(db, run, &counts->caller.v[i], err);
	if (rc == 0)
		rc = ep_db_commit(db, err);
	else
		ep_db_rollback(db);
	ep_run_counts_release(counts);
	return rc;
}
