/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies the facts of the configuration.
 *
 * Settings stand at a connection, which names a connector and the tenant it
 * is pinned to, or at a claim, which names system and tenant.  Which system
 * a connector reads is known only once one of its datasets is; so settings
 * are found by what a tenancy and its datasets are called, and stored again
 * when a dataset brings a further connector.
 */
#include "store/facts.h"

#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/vec.h"
#include "ext/db.h"
#include "store/inside.h"

#define NAME_BYTES_MAX (2 * EP_TEXT_BYTES_MAX)

EP_VEC_TYPE(settings_list, const struct ep_settings *);

static void free_list(void *p)
{
	struct settings_list *list = p;

	ep_vec_release(list);
	ep_free(list);
}

void ep_facts_clear(struct ep_store *store)
{
	ep_map_release(&store->facts, free_list);
}

static char *fact_name(char what, const char *of, const char *tenant)
{
	struct ep_buf name;

	ep_buf_init(&name, NAME_BYTES_MAX);
	ep_buf_addf(&name, "%c%s\x1f%s", what, of, tenant);
	return ep_buf_take(&name);
}

static void index_settings(struct ep_store *store, char what, const char *of,
			   const char *tenant,
			   const struct ep_settings *settings)
{
	struct settings_list *list;
	EP_AUTO_FREE char *name = NULL;

	if (!tenant || settings->n == 0)
		return;
	name = fact_name(what, of, tenant);
	list = ep_map_get(&store->facts, name);
	if (!list) {
		list = ep_calloc(1, sizeof(*list));
		ep_map_set(&store->facts, name, list);
	}
	EP_VEC_ADD(list) = settings;
}

static void index_customer(struct ep_store *store,
			   const struct ep_customer *customer)
{
	for (size_t i = 0; i < customer->connections.n; i++) {
		const struct ep_connection *c = &customer->connections.v[i];

		index_settings(store, 'c', c->connector, c->tenant,
			       &c->settings);
	}
	for (size_t i = 0; i < customer->claims.n; i++) {
		const struct ep_claim *c = &customer->claims.v[i];

		index_settings(store, 's', c->system, c->tenant, &c->settings);
	}
}

/* --- settings ----------------------------------------------------------- */

static int store_settings(struct ep_db *db, int64_t tenancy,
			  const struct settings_list *list, struct ep_err *err)
{
	for (size_t i = 0; list && i < list->n; i++) {
		for (size_t k = 0; k < list->v[i]->n; k++) {
			struct ep_stmt *stmt;
			int rc = ep_db_prepare(db, "INSERT OR REPLACE INTO "
				"main.tenancy_setting(tenancy, name, value) "
				"VALUES(?1, ?2, ?3)", &stmt, err);

			if (rc < 0)
				return rc;
			ep_db_int(stmt, 1, tenancy);
			ep_db_text(stmt, 2, list->v[i]->v[k].name);
			ep_db_text(stmt, 3, list->v[i]->v[k].value);
			rc = ep_db_run(stmt, err);
			if (rc < 0)
				return rc;
		}
	}
	return 0;
}

struct facts_job {
	struct ep_db *db;
	int64_t tenancy;
	/* Borrowed from the map, which outlives the writer's work. */
	const struct settings_list *list;
};

static int run_facts_job(void *arg, struct ep_err *err)
{
	const struct facts_job *job = arg;

	return store_settings(job->db, job->tenancy, job->list, err);
}

static int put_list(struct ep_store *store, const struct ep_tenancy *tenancy,
		    char what, const char *of, struct ep_err *err)
{
	EP_AUTO_FREE char *name = fact_name(what, of, tenancy->tenant);
	const struct settings_list *list = ep_map_get(&store->facts, name);
	struct facts_job *arg;
	struct ep_job job;

	if (!list)
		return 0;
	arg = ep_calloc(1, sizeof(*arg));
	arg->db = store->db;
	arg->tenancy = tenancy->id;
	arg->list = list;
	job = (struct ep_job){ run_facts_job, ep_free, arg, sizeof(*arg) };
	return ep_writer_put(store->writer, &job, err);
}

int ep_facts_put(struct ep_store *store, const struct ep_tenancy *tenancy,
		 const char *connector, struct ep_err *err)
{
	int rc = 0;

	if (connector)
		rc = put_list(store, tenancy, 'c', connector, err);
	/* Last, since a claim says more than a connection. */
	if (rc == 0)
		rc = put_list(store, tenancy, 's', tenancy->system, err);
	return rc;
}

static int store_dataset_settings(struct ep_store *store,
				  const struct ep_dataset *dataset,
				  struct ep_err *err)
{
	const struct ep_tenancy *tenancy = dataset->tenancy;
	EP_AUTO_FREE char *name =
		fact_name('c', dataset->connector, tenancy->tenant);

	return store_settings(store->db, tenancy->id,
			      ep_map_get(&store->facts, name), err);
}

static int store_known_settings(struct ep_store *store, struct ep_err *err)
{
	const struct ep_map_entry *entry;
	size_t pos = 0;
	int rc = ep_db_exec(store->db, "DELETE FROM main.tenancy_setting",
			    err);

	while (rc == 0 && (entry = ep_map_next(&store->datasets, &pos)))
		rc = store_dataset_settings(store, entry->value, err);
	pos = 0;
	while (rc == 0 && (entry = ep_map_next(&store->tenancies, &pos))) {
		const struct ep_tenancy *tenancy = entry->value;
		EP_AUTO_FREE char *name =
			fact_name('s', tenancy->system, tenancy->tenant);

		rc = store_settings(store->db, tenancy->id,
				    ep_map_get(&store->facts, name), err);
	}
	return rc;
}

/* --- customers ---------------------------------------------------------- */

static void bind_time(struct ep_stmt *stmt, int i, int64_t t)
{
	if (t)
		ep_db_int(stmt, i, t);
	else
		ep_db_null(stmt, i);
}

static int store_customer(struct ep_db *db, const struct ep_customer *customer,
			  struct ep_err *err)
{
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(db, "INSERT INTO main.customer(id, name, msp, "
			       "exit_at, exit_ticket) VALUES(?1, ?2, ?3, ?4, "
			       "?5)", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, customer->id);
	ep_db_text(stmt, 2, customer->name);
	ep_db_int(stmt, 3, customer->msp);
	bind_time(stmt, 4, customer->exit_at);
	ep_db_text(stmt, 5, customer->exit_ticket);
	return ep_db_run(stmt, err);
}

static int store_pair(struct ep_db *db, const char *sql, const char *customer,
		      const char *value, struct ep_err *err)
{
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(db, sql, &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, customer);
	ep_db_text(stmt, 2, value);
	return ep_db_run(stmt, err);
}

static int store_declared(struct ep_db *db, const char *customer,
			  const struct ep_declared *declared,
			  struct ep_err *err)
{
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(db, "INSERT INTO main.declared(customer, "
			       "address, class, owner, review_by, reason) "
			       "VALUES(?1, ?2, ?3, ?4, ?5, ?6)", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, customer);
	ep_db_text(stmt, 2, declared->address);
	ep_db_text(stmt, 3, declared->class);
	ep_db_text(stmt, 4, declared->owner);
	bind_time(stmt, 5, declared->review_by);
	ep_db_text(stmt, 6, declared->reason);
	return ep_db_run(stmt, err);
}

static int store_facts_of(struct ep_db *db, const struct ep_customer *customer,
			  struct ep_err *err)
{
	int rc = store_customer(db, customer, err);

	for (size_t i = 0; rc == 0 && i < customer->domains.n; i++)
		rc = store_pair(db, "INSERT OR IGNORE INTO main.domain("
				"customer, domain) VALUES(?1, lower(?2))",
				customer->id, customer->domains.v[i], err);
	for (size_t i = 0; rc == 0 && i < customer->authorised_owners.n; i++)
		rc = store_pair(db, "INSERT OR IGNORE INTO "
				"main.authorised_owner(customer, address) "
				"VALUES(?1, lower(?2))", customer->id,
				customer->authorised_owners.v[i], err);
	for (size_t i = 0; rc == 0 && i < customer->declared.n; i++)
		rc = store_declared(db, customer->id, &customer->declared.v[i],
				    err);
	return rc;
}

/* The customer '' stands for everybody who has no limit of his own. */
static int store_limits(struct ep_db *db, const struct ep_config *config,
			struct ep_err *err)
{
	int rc = ep_db_exec(db, "CREATE TABLE IF NOT EXISTS "
			    "main.customer_limit(customer TEXT PRIMARY KEY, "
			    "revoke_hours INTEGER NOT NULL) WITHOUT ROWID; "
			    "DELETE FROM main.customer_limit;", err);

	for (size_t i = 0; rc == 0 && i <= config->customers.n; i++) {
		const struct ep_customer *customer =
			i ? &config->customers.v[i - 1] : NULL;
		int64_t hours = customer && customer->revoke_hours ?
					customer->revoke_hours :
					config->revoke_hours;
		struct ep_stmt *stmt = NULL;

		rc = ep_db_prepare(db, "INSERT INTO main.customer_limit("
				   "customer, revoke_hours) VALUES(?1, ?2)",
				   &stmt, err);
		if (rc < 0)
			break;
		ep_db_text(stmt, 1, customer ? customer->id : "");
		ep_db_int(stmt, 2, hours ? hours : EP_REVOKE_HOURS);
		rc = ep_db_run(stmt, err);
	}
	return rc;
}

int ep_facts_begin(struct ep_store *store, struct ep_err *err)
{
	const struct ep_config *config = store->config;
	int rc = ep_db_exec(store->db, "DELETE FROM main.customer;"
			    "DELETE FROM main.domain;"
			    "DELETE FROM main.declared;"
			    "DELETE FROM main.authorised_owner;", err);

	for (size_t i = 0; rc == 0 && i < config->customers.n; i++) {
		index_customer(store, &config->customers.v[i]);
		rc = store_facts_of(store->db, &config->customers.v[i], err);
	}
	if (rc == 0)
		rc = store_limits(store->db, config, err);
	if (rc == 0)
		rc = store_known_settings(store, err);
	return rc;
}
