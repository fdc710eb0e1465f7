/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading the fleet from the store's views.
 */
#include "check/fleet.h"

#include "base/alloc.h"
#include "base/str.h"
#include "check/baseline.h"
#include "ext/db.h"
#include "model/entity.h"

bool ep_fleet_good(const struct ep_fleet_dataset *dataset)
{
	return ep_str_eq(dataset->status, "complete") && !dataset->stale;
}

static struct ep_fleet_customer *add_customer(struct ep_fleet *fleet,
					      const char *id,
					      const char *name, bool msp)
{
	struct ep_fleet_customer *customer = ep_calloc(1, sizeof(*customer));

	customer->id = ep_strdup(id);
	customer->name = ep_strdup(name ? name : id);
	customer->msp = msp;
	EP_VEC_ADD(&fleet->customer) = customer;
	ep_map_set(&fleet->customers, id, customer);
	return customer;
}

static int load_customers(struct ep_db *db, struct ep_fleet *fleet,
			  struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row;
	int rc;

	add_customer(fleet, EP_FLEET_NOBODY, "claimed by nobody", false);
	rc = ep_db_prepare(db, "SELECT customer, name, msp FROM customer "
			   "ORDER BY customer", &stmt, err);
	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row)
		add_customer(fleet, ep_db_col_text(stmt, 0),
			     ep_db_col_text(stmt, 1),
			     ep_db_col_int(stmt, 2) != 0);
	return rc;
}

static void add_tenancy(struct ep_fleet *fleet, struct ep_stmt *stmt)
{
	struct ep_fleet_tenancy *tenancy = ep_calloc(1, sizeof(*tenancy));
	const char *customer = ep_db_col_text(stmt, 3);
	struct ep_fleet_customer *owner;

	tenancy->uid = ep_strdup(ep_db_col_text(stmt, 0));
	tenancy->name = ep_strdup(ep_db_col_text(stmt, 1));
	if (!tenancy->name)
		tenancy->name = ep_strdup(tenancy->uid);
	tenancy->system = ep_strdup(ep_db_col_text(stmt, 2));
	if (!customer)
		customer = EP_FLEET_NOBODY;
	owner = ep_map_get(&fleet->customers, customer);
	if (!owner)
		owner = add_customer(fleet, customer, NULL, false);
	tenancy->customer = owner;
	EP_VEC_ADD(&owner->tenancy) = tenancy;
	EP_VEC_ADD(&fleet->tenancy) = tenancy;
	ep_map_set(&fleet->tenancies, tenancy->uid, tenancy);
}

static int load_tenancies(struct ep_db *db, struct ep_fleet *fleet,
			  struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row;
	int rc = ep_db_prepare(db, "SELECT tenant, name, system, customer "
			       "FROM tenancy ORDER BY tenant", &stmt, err);

	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row)
		add_tenancy(fleet, stmt);
	return rc;
}

static unsigned kinds_of(const char *text)
{
	struct ep_str rest = ep_str(text ? text : "");
	struct ep_str word;
	unsigned kinds = 0;

	while (ep_str_cut(&rest, ' ', &word))
		for (int i = 0; i < EP_KINDS; i++)
			if (ep_str_eqn(word, ep_entity((enum ep_kind)i)->name))
				kinds |= 1u << i;
	return kinds;
}

static int add_dataset(struct ep_fleet *fleet, struct ep_stmt *stmt,
		       struct ep_err *err)
{
	const char *uid = ep_db_col_text(stmt, 0);
	struct ep_fleet_tenancy *tenancy = ep_map_get(&fleet->tenancies, uid);
	struct ep_fleet_dataset set = {
		.name = ep_strdup(ep_db_col_text(stmt, 1)),
		.kinds = kinds_of(ep_db_col_text(stmt, 2)),
		.status = ep_strdup(ep_db_col_text(stmt, 3)),
		.reason = ep_strdup(ep_db_col_text(stmt, 4)),
		.advice = ep_strdup(ep_db_col_text(stmt, 5)),
		.age = ep_db_col_null(stmt, 6) ? -1 : ep_db_col_int(stmt, 6),
		.stale = ep_db_col_int(stmt, 7) != 0,
		.rows = ep_db_col_int(stmt, 8),
	};
	bool skipped = ep_str_eq(set.status, "skipped");

	fleet->datasets++;
	if (!ep_fleet_good(&set)) {
		fleet->bad++;
		fleet->lost += !skipped;
	}
	if (tenancy) {
		EP_VEC_ADD(&tenancy->dataset) = set;
		return 0;
	}
	ep_free(set.name);
	ep_free(set.status);
	ep_free(set.reason);
	ep_free(set.advice);
	return ep_err_set(err, EP_EBUG, "coverage names the tenancy \"%s\", "
			  "which is in no list", uid ? uid : "");
}

static int load_datasets(struct ep_db *db, struct ep_fleet *fleet,
			 struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row;
	int rc = ep_db_prepare(db, "SELECT tenant, dataset, kinds, status, "
			       "reason, advice, age, stale, rows "
			       "FROM coverage ORDER BY tenant, dataset",
			       &stmt, err);

	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row)
		rc = add_dataset(fleet, stmt, err);
	return rc;
}

static void add_uncertain(struct ep_fleet *fleet, struct ep_stmt *stmt)
{
	const char *uid = ep_db_col_text(stmt, 0);
	struct ep_fleet_tenancy *tenancy =
		uid ? ep_map_get(&fleet->tenancies, uid) : NULL;

	if (!tenancy)
		return;
	for (size_t i = 0; i < tenancy->dataset.n; i++)
		if (ep_str_eq(tenancy->dataset.v[i].name,
			      ep_db_col_text(stmt, 1)))
			tenancy->dataset.v[i].uncertain =
				ep_db_col_int(stmt, 2);
}

static int load_uncertain(struct ep_db *db, struct ep_fleet *fleet,
			  struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row;
	int rc = ep_db_prepare(db, "SELECT tenant, dataset, "
			       "count(DISTINCT account) FROM person_link "
			       "WHERE certain = 0 AND (left_at IS NOT NULL "
			       "OR person IS NULL) GROUP BY tenant, dataset", &stmt, err);

	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row)
		add_uncertain(fleet, stmt);
	return rc;
}

static int load_settings(struct ep_db *db, struct ep_fleet *fleet,
			 struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row;
	int rc = ep_db_prepare(db, "SELECT tenant, name, value FROM setting "
			       "WHERE value IS NOT NULL", &stmt, err);

	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		struct ep_fleet_tenancy *tenancy = ep_map_get(
			&fleet->tenancies, ep_db_col_text(stmt, 0));

		if (tenancy)
			EP_VEC_ADD(&tenancy->setting) =
				(struct ep_fleet_setting){
					ep_strdup(ep_db_col_text(stmt, 1)),
					ep_strdup(ep_db_col_text(stmt, 2))
				};
	}
	return rc;
}

static int load_baselines(struct ep_db *db, struct ep_fleet *fleet,
			  struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool row;
	int rc = ep_baseline_schema(db, err);

	if (rc == 0)
		rc = ep_db_prepare(db, "SELECT tenant, what || ': ' || unread "
				   "FROM baseline_seen WHERE unread IS NOT "
				   "NULL ORDER BY 1, 2", &stmt, err);
	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row) {
		struct ep_fleet_tenancy *tenancy = ep_map_get(
			&fleet->tenancies, ep_db_col_text(stmt, 0));

		if (tenancy)
			EP_VEC_ADD(&tenancy->baseline_unread) =
				ep_strdup(ep_db_col_text(stmt, 1));
	}
	return rc;
}

int ep_fleet_load(struct ep_db *db, struct ep_fleet *ret, struct ep_err *err)
{
	int rc;

	*ret = (struct ep_fleet){ 0 };
	ep_map_init(&ret->tenancies);
	ep_map_init(&ret->customers);
	rc = load_customers(db, ret, err);
	if (rc == 0)
		rc = load_tenancies(db, ret, err);
	if (rc == 0)
		rc = load_settings(db, ret, err);
	if (rc == 0)
		rc = load_datasets(db, ret, err);
	if (rc == 0)
		rc = load_uncertain(db, ret, err);
	if (rc == 0)
		rc = load_baselines(db, ret, err);
	if (rc < 0)
		ep_fleet_release(ret);
	return rc;
}

static void tenancy_free(struct ep_fleet_tenancy *tenancy)
{
	for (size_t i = 0; i < tenancy->dataset.n; i++) {
		struct ep_fleet_dataset *set = &tenancy->dataset.v[i];

		ep_free(set->name);
		ep_free(set->status);
		ep_free(set->reason);
		ep_free(set->advice);
	}
	ep_vec_release(&tenancy->dataset);
	for (size_t i = 0; i < tenancy->setting.n; i++) {
		ep_free(tenancy->setting.v[i].name);
		ep_free(tenancy->setting.v[i].value);
	}
	ep_vec_release(&tenancy->setting);
	ep_words_release(&tenancy->baseline_unread);
	ep_free(tenancy->uid);
	ep_free(tenancy->name);
	ep_free(tenancy->system);
	ep_free(tenancy);
}

void ep_fleet_release(struct ep_fleet *fleet)
{
	for (size_t i = 0; i < fleet->tenancy.n; i++)
		tenancy_free(fleet->tenancy.v[i]);
	ep_vec_release(&fleet->tenancy);
	for (size_t i = 0; i < fleet->customer.n; i++) {
		ep_vec_release(&fleet->customer.v[i]->tenancy);
		ep_free(fleet->customer.v[i]->id);
		ep_free(fleet->customer.v[i]->name);
		ep_free(fleet->customer.v[i]);
	}
	ep_vec_release(&fleet->customer);
	ep_map_release(&fleet->tenancies, NULL);
	ep_map_release(&fleet->customers, NULL);
}
