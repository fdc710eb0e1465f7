/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registry of tenancies and datasets.
 */
#include "store/tenancy.h"

#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/str.h"
#include "ext/db.h"
#include "store/facts.h"
#include "store/inside.h"
#include "store/layout.h"
#include "store/retire.h"

/* "system/tenant" and a dataset's name. */
#define UID_BYTES_MAX (2 * EP_TEXT_BYTES_MAX)

static char *uid_of(const char *system, const char *tenant, const char *name)
{
	struct ep_buf uid;

	ep_buf_init(&uid, 2 * UID_BYTES_MAX);
	ep_buf_addf(&uid, "%s/%s", system, tenant);
	if (name)
		ep_buf_addf(&uid, "\x1f%s", name);
	return ep_buf_take(&uid);
}

static void free_tenancy(void *p)
{
	struct ep_tenancy *tenancy = p;

	ep_free(tenancy->system);
	ep_free(tenancy->tenant);
	ep_free(tenancy->customer);
	ep_free(tenancy->name);
	ep_free(tenancy->domain);
	ep_free(tenancy);
}

static void free_dataset(void *p)
{
	struct ep_dataset *dataset = p;

	ep_free(dataset->name);
	ep_free(dataset->connector);
	ep_free(dataset->advice);
	ep_free(dataset);
}

void ep_registry_clear(struct ep_store *store)
{
	ep_map_release(&store->datasets, free_dataset);
	ep_map_release(&store->tenancies, free_tenancy);
	ep_facts_clear(store);
}

static void remember(struct ep_map *map, char *uid, void *value)
{
	ep_map_set(map, uid, value);
	ep_free(uid);
}

/* --- loading ------------------------------------------------------------ */

static int load_tenancy(struct ep_store *store, struct ep_stmt *stmt,
			struct ep_map *by_id, struct ep_err *err)
{
	struct ep_tenancy *tenancy;
	const char *system, *tenant;
	int rc = ep_db_col_need(stmt, 1, &system, err);

	if (rc == 0)
		rc = ep_db_col_need(stmt, 2, &tenant, err);
	if (rc < 0)
		return rc;
	tenancy = ep_calloc(1, sizeof(*tenancy));
	tenancy->id = ep_db_col_int(stmt, 0);
	tenancy->system = ep_strdup(system);
	tenancy->tenant = ep_strdup(tenant);
	tenancy->customer = ep_strdup(ep_db_col_text(stmt, 3));
	tenancy->name = ep_strdup(ep_db_col_text(stmt, 4));
	tenancy->domain = ep_strdup(ep_db_col_text(stmt, 5));
	tenancy->retired = !ep_db_col_null(stmt, 6);
	remember(&store->tenancies,
		 uid_of(tenancy->system, tenancy->tenant, NULL), tenancy);
	ep_map_setn(by_id, &tenancy->id, sizeof(tenancy->id), tenancy);
	if (tenancy->id >= store->next_tenancy)
		store->next_tenancy = tenancy->id + 1;
	return 0;
}

static int load_dataset(struct ep_store *store, struct ep_stmt *stmt,
			struct ep_map *by_id, struct ep_err *err)
{
	int64_t tenancy = ep_db_col_int(stmt, 1);
	struct ep_dataset *dataset;
	const char *name;
	int rc = ep_db_col_need(stmt, 2, &name, err);

	if (rc == 0 && !ep_map_getn(by_id, &tenancy, sizeof(tenancy)))
		rc = ep_err_set(err, EP_EDATA, "the database is damaged: the "
				"listing %.160s is of no tenancy; restore it "
				"from a backup", name);
	if (rc < 0)
		return rc;
	dataset = ep_calloc(1, sizeof(*dataset));
	dataset->id = ep_db_col_int(stmt, 0);
	dataset->tenancy = ep_map_getn(by_id, &tenancy, sizeof(tenancy));
	dataset->name = ep_strdup(name);
	dataset->connector = ep_strdup(ep_db_col_text(stmt, 3));
	dataset->connector_version = ep_db_col_int(stmt, 4);
	dataset->kinds = ep_kinds_of_text(ep_db_col_text(stmt, 5));
	dataset->max_age = ep_db_col_int(stmt, 6);
	dataset->imported = ep_db_col_int(stmt, 7) != 0;
	dataset->begun = !ep_db_col_null(stmt, 8);
	dataset->settled = !ep_db_col_null(stmt, 9);
	dataset->advice = ep_strdup(ep_db_col_text(stmt, 10));
	if (dataset->id >= store->next_dataset)
		store->next_dataset = dataset->id + 1;
	remember(&store->datasets,
		 uid_of(dataset->tenancy->system, dataset->tenancy->tenant,
			dataset->name), dataset);
	return 0;
}

static int load(struct ep_store *store, const char *sql,
		int (*take)(struct ep_store *store, struct ep_stmt *stmt,
			    struct ep_map *by_id, struct ep_err *err),
		struct ep_map *by_id, struct ep_err *err)
{
	EP_AUTO(ep_db_done_p) struct ep_stmt *stmt = NULL;
	bool more = false;
	int rc = ep_db_prepare(store->db, sql, &stmt, err);

	while (rc == 0) {
		rc = ep_db_step(stmt, &more, err);
		if (rc < 0 || !more)
			break;
		rc = take(store, stmt, by_id, err);
	}
	return rc;
}

static int load_all(struct ep_store *store, struct ep_err *err)
{
	struct ep_map by_id;
	int rc;

	ep_map_init(&by_id);
	store->next_tenancy = 1;
	store->next_dataset = 1;
	rc = load(store, "SELECT id, system, tenant, customer, name, domain, "
		  "retired_at FROM main.tenancy ORDER BY id", load_tenancy, &by_id, err);
	if (rc == 0)
		rc = load(store, "SELECT id, tenancy, name, connector, "
			  "connector_version, kinds, max_age, imported, "
			  "epoch_run, settled_run, advice FROM main.dataset "
			  "ORDER BY id",
			  load_dataset, &by_id, err);
	ep_map_release(&by_id, NULL);
	return rc;
}

/* --- storing ------------------------------------------------------------ */

struct tenancy_job {
	struct ep_store *store;
	struct ep_tenancy copy;
};

static int store_tenancy(struct ep_store *store,
			 const struct ep_tenancy *tenancy, struct ep_err *err)
{
	EP_AUTO_FREE char *uid = uid_of(tenancy->system, tenancy->tenant, NULL);
	struct ep_stmt *stmt;
	int rc = ep_db_prepare(store->db,
		"INSERT INTO main.tenancy(id, uid, customer, system, tenant, "
		"name, domain, first_run) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, "
		"?8) ON CONFLICT(id) DO UPDATE SET customer = ?3, name = ?6, "
		"domain = ?7, retired_at = iif(?9, retired_at, NULL)", &stmt,
		err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, tenancy->id);
	ep_db_text(stmt, 2, uid);
	ep_db_text(stmt, 3, tenancy->customer);
	ep_db_text(stmt, 4, tenancy->system);
	ep_db_text(stmt, 5, tenancy->tenant);
	ep_db_text(stmt, 6, tenancy->name);
	ep_db_text(stmt, 7, tenancy->domain);
	ep_db_int(stmt, 8, store->run);
	ep_db_int(stmt, 9, tenancy->retired);
	rc = ep_db_run(stmt, err);
	return rc == 0 && !tenancy->retired ?
		       ep_retire_end(store, tenancy->id, err) :
		       rc;
}

static int run_tenancy_job(void *arg, struct ep_err *err)
{
	struct tenancy_job *job = arg;

	return store_tenancy(job->store, &job->copy, err);
}

static void drop_tenancy_job(void *arg)
{
	struct tenancy_job *job = arg;

	ep_free(job->copy.system);
	ep_free(job->copy.tenant);
	ep_free(job->copy.customer);
	ep_free(job->copy.name);
	ep_free(job->copy.domain);
	ep_free(job);
}

static int put_tenancy(struct ep_store *store,
		       const struct ep_tenancy *tenancy, struct ep_err *err)
{
	struct tenancy_job *job = ep_calloc(1, sizeof(*job));
	struct ep_job put = { run_tenancy_job, drop_tenancy_job, job,
			      sizeof(*job) };

	job->store = store;
	job->copy.id = tenancy->id;
	job->copy.retired = tenancy->retired;
	job->copy.system = ep_strdup(tenancy->system);
	job->copy.tenant = ep_strdup(tenancy->tenant);
	job->copy.customer = ep_strdup(tenancy->customer);
	job->copy.name = ep_strdup(tenancy->name);
	job->copy.domain = ep_strdup(tenancy->domain);
	return ep_writer_put(store->writer, &put, err);
}

struct dataset_job {
	struct ep_store *store;
	struct ep_dataset copy;
	int64_t tenancy;
};

static int run_dataset_job(void *arg, struct ep_err *err)
{
	struct dataset_job *job = arg;
	char kinds[EP_KIND_LIST];
	struct ep_stmt *stmt;
	/* The version is the one that rows were last read with, which the
	 * end of a read stores; here it is for a dataset that is new. */
	int rc = ep_db_prepare(job->store->db,
		"INSERT INTO main.dataset(id, tenancy, name, connector, "
		"connector_version, kinds, max_age, imported, first_run, "
		"advice) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) "
		"ON CONFLICT(id) DO UPDATE SET connector = ?4, kinds = ?6, "
		"max_age = ?7, imported = ?8, advice = ?10", &stmt, err);

	if (rc < 0)
		return rc;
	ep_db_int(stmt, 1, job->copy.id);
	ep_db_int(stmt, 2, job->tenancy);
	ep_db_text(stmt, 3, job->copy.name);
	ep_db_text(stmt, 4, job->copy.connector);
	ep_db_int(stmt, 5, job->copy.connector_version);
	ep_db_text(stmt, 6, ep_kinds_text(job->copy.kinds, kinds));
	ep_db_int(stmt, 7, job->copy.max_age);
	ep_db_int(stmt, 8, job->copy.imported);
	ep_db_int(stmt, 9, job->store->run);
	ep_db_text(stmt, 10, job->copy.advice);
	return ep_db_run(stmt, err);
}

static void drop_dataset_job(void *arg)
{
	struct dataset_job *job = arg;

	ep_free(job->copy.name);
	ep_free(job->copy.connector);
	ep_free(job->copy.advice);
	ep_free(job);
}

static int put_dataset(struct ep_store *store,
		       const struct ep_dataset *dataset, struct ep_err *err)
{
	struct dataset_job *job = ep_calloc(1, sizeof(*job));
	struct ep_job put = { run_dataset_job, drop_dataset_job, job,
			      sizeof(*job) };

	job->store = store;
	job->tenancy = dataset->tenancy->id;
	job->copy = *dataset;
	job->copy.tenancy = NULL;
	job->copy.name = ep_strdup(dataset->name);
	job->copy.connector = ep_strdup(dataset->connector);
	job->copy.advice = ep_strdup(dataset->advice);
	return ep_writer_put(store->writer, &put, err);
}

/* --- finding or making -------------------------------------------------- */

static bool replace(char **at, const char *with)
{
	if (ep_str_eq(*at, with))
		return false;
	ep_free(*at);
	*at = ep_strdup(with);
	return true;
}

static const char *claimant(const struct ep_store *store, const char *system,
			    const char *tenant)
{
	const struct ep_customer *customer =
		ep_config_claimant(store->config, system, tenant);

	return customer ? customer->id : NULL;
}

static struct ep_tenancy *find_tenancy(struct ep_store *store,
				       const char *system, const char *tenant,
				       bool *ret_new)
{
	EP_AUTO_FREE char *uid = uid_of(system, tenant, NULL);
	struct ep_tenancy *tenancy = ep_map_get(&store->tenancies, uid);

	*ret_new = !tenancy;
	if (tenancy)
		return tenancy;
	tenancy = ep_calloc(1, sizeof(*tenancy));
	tenancy->id = store->next_tenancy++;
	tenancy->system = ep_strdup(system);
	tenancy->tenant = ep_strdup(tenant);
	ep_map_set(&store->tenancies, uid, tenancy);
	return tenancy;
}

/* Whoever answers is not retired, whatever somebody once said. */
static bool back(struct ep_tenancy *tenancy)
{
	bool was = tenancy->retired;

	tenancy->retired = false;
	return was;
}

static int know_tenancy(struct ep_store *store,
			const struct ep_dataset_ref *ref,
			struct ep_tenancy **ret, struct ep_err *err)
{
	bool changed;
	struct ep_tenancy *tenancy =
		find_tenancy(store, ref->system, ref->tenant, &changed);
	const char *customer = ref->customer;

	*ret = tenancy;
	changed = back(tenancy) || changed;
	if (!customer)
		customer = claimant(store, ref->system, ref->tenant);
	if (replace(&tenancy->customer, customer))
		changed = true;
	return changed ? put_tenancy(store, tenancy, err) : 0;
}

int ep_registry_seen(struct ep_store *store, const char *system,
		     const char *tenant, const char *name, const char *domain,
		     struct ep_err *err)
{
	bool changed;
	struct ep_tenancy *tenancy =
		find_tenancy(store, system, tenant, &changed);
	int rc;

	if (changed)
		tenancy->customer =
			ep_strdup(claimant(store, system, tenant));
	changed = back(tenancy) || changed;
	if (name && replace(&tenancy->name, name))
		changed = true;
	if (domain && replace(&tenancy->domain, domain))
		changed = true;
	if (!changed)
		return 0;
	rc = put_tenancy(store, tenancy, err);
	return rc == 0 ? ep_facts_put(store, tenancy, NULL, err) : rc;
}

static bool differs(struct ep_dataset *dataset,
		    const struct ep_dataset_ref *ref)
{
	bool changed = replace(&dataset->connector, ref->connector);

	if (ref->advice && replace(&dataset->advice, ref->advice))
		changed = true;
	changed = changed || dataset->kinds != ref->kinds ||
		  dataset->max_age != ref->max_age ||
		  dataset->imported != ref->imported;
	dataset->kinds = ref->kinds;
	dataset->max_age = ref->max_age;
	dataset->imported = ref->imported;
	return changed;
}

int ep_registry_dataset(struct ep_store *store,
			const struct ep_dataset_ref *ref,
			struct ep_dataset **ret, struct ep_err *err)
{
	EP_AUTO_FREE char *uid = uid_of(ref->system, ref->tenant, ref->name);
	struct ep_dataset *dataset = ep_map_get(&store->datasets, uid);
	struct ep_tenancy *tenancy;
	int rc = know_tenancy(store, ref, &tenancy, err);

	if (rc < 0)
		return rc;
	if (!dataset) {
		dataset = ep_calloc(1, sizeof(*dataset));
		dataset->id = store->next_dataset++;
		dataset->tenancy = tenancy;
		dataset->name = ep_strdup(ref->name);
		dataset->connector_version = ref->connector_version;
		dataset->fresh = true;
		ep_map_set(&store->datasets, uid, dataset);
	}
	if (differs(dataset, ref)) {
		rc = put_dataset(store, dataset, err);
		if (rc == 0)
			rc = ep_facts_put(store, tenancy, ref->connector, err);
	}
	*ret = dataset;
	return rc;
}

/* --- the configuration -------------------------------------------------- */

/* What the configuration says now; a claim that it does not repeat is gone
 * when its customer is. */
static int reclaim(struct ep_store *store, struct ep_tenancy *tenancy,
		   struct ep_err *err)
{
	const char *customer =
		claimant(store, tenancy->system, tenancy->tenant);

	if (!customer && tenancy->customer &&
	    ep_config_customer(store->config, tenancy->customer))
		return 0;
	if (!replace(&tenancy->customer, customer))
		return 0;
	return store_tenancy(store, tenancy, err);
}

int ep_registry_begin(struct ep_store *store, struct ep_err *err)
{
	const struct ep_map_entry *entry;
	size_t pos = 0;
	int rc;

	ep_registry_clear(store);
	rc = load_all(store, err);
	if (rc == 0)
		rc = ep_facts_begin(store, err);
	while (rc == 0 && (entry = ep_map_next(&store->tenancies, &pos)))
		rc = reclaim(store, entry->value, err);
	return rc;
}
