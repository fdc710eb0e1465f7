/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ages of datasets as an exit sees them.
 */
#include "exit/fresh.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "ext/db.h"
#include "store/store.h"

static void set_free(void *p)
{
	struct ep_fresh_set *set = p;

	ep_free(set->customer);
	ep_free(set);
}

void ep_fresh_release(struct ep_fresh *fresh)
{
	ep_map_release(&fresh->set, set_free);
}

static void key_of(struct ep_buf *key, const char *tenant, const char *dataset)
{
	ep_buf_init(key, 4 * EP_TEXT_BYTES_MAX);
	ep_buf_addf(key, "%s\x1f%s", tenant, dataset);
}

const struct ep_fresh_set *ep_fresh_get(const struct ep_fresh *fresh,
					const char *tenant,
					const char *dataset)
{
	const struct ep_fresh_set *set;
	struct ep_buf key;

	key_of(&key, tenant, dataset);
	set = ep_map_get(&fresh->set, key.s);
	ep_buf_release(&key);
	return set;
}

static const char sets_sql[] =
	"SELECT v.tenant, v.dataset, v.imported, v.run,"
	" CASE WHEN v.imported THEN v.captured_at ELSE r.started_at END,"
	" v.customer, d.max_age FROM temp.coverage AS v"
	" LEFT JOIN main.run AS r ON r.id = v.run"
	" LEFT JOIN main.tenancy AS y ON y.uid = v.tenant"
	" LEFT JOIN main.dataset AS d"
	" ON d.tenancy = y.id AND d.name = v.dataset";

static struct ep_fleet_dataset *find_set(struct ep_fleet *fleet,
					 const char *tenant, const char *name)
{
	struct ep_fleet_tenancy *it = ep_map_get(&fleet->tenancies, tenant);

	for (size_t i = 0; i < it->dataset.n; i++)
		if (ep_str_eq(it->dataset.v[i].name, name))
			return &it->dataset.v[i];
	/* The fleet was made of this very view; nothing may be left without
	 * its age. */
	ep_die("a dataset of the coverage is missing in the fleet");
}

/* Never read is old whatever the limit. */
static bool too_old(const struct ep_exit_context *ctx,
		    const struct ep_fresh_set *set, int64_t max_age)
{
	int64_t age = set->read_at ? ctx->now - set->read_at : INT64_MAX;

	if (max_age > 0 && age > max_age)
		return true;
	if (set->imported)
		return ctx->import_max_age > 0 && age > ctx->import_max_age;
	return set->run < ctx->fresh_run;
}

static void take(const struct ep_exit_context *ctx, struct ep_stmt *stmt,
		 struct ep_fleet *fleet, struct ep_fresh *fresh)
{
	const char *tenant = ep_db_col_text(stmt, 0);
	const char *name = ep_db_col_text(stmt, 1);
	struct ep_fleet_dataset *of = find_set(fleet, tenant, name);
	struct ep_fresh_set *set = ep_calloc(1, sizeof(*set));
	struct ep_buf key;

	set->imported = ep_db_col_int(stmt, 2) != 0;
	set->run = ep_db_col_int(stmt, 3);
	set->read_at = ep_db_col_int(stmt, 4);
	set->customer = ep_strdup(ep_db_col_text(stmt, 5));
	of->age = set->read_at ? ctx->now - set->read_at : -1;
	of->stale = of->stale || too_old(ctx, set, ep_db_col_int(stmt, 6));
	key_of(&key, tenant, name);
	if (ep_map_set(&fresh->set, key.s, set))
		ep_die("a dataset twice in the coverage");
	ep_buf_release(&key);
}

int ep_fresh_load(const struct ep_exit_context *ctx, struct ep_fleet *fleet,
		  struct ep_fresh *ret, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row;
	int rc;

	ep_map_init(&ret->set);
	rc = ep_db_prepare(ep_store_db(ctx->store), sets_sql, &stmt, err);
	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row)
		take(ctx, stmt, fleet, ret);
	if (rc < 0)
		ep_fresh_release(ret);
	return rc;
}
