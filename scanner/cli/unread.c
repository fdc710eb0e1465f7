/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Failed datasets for what could not even be asked.
 */
#include "cli/unread.h"

#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/vec.h"
#include "ext/db.h"
#include "model/sink.h"
#include "store/store.h"

#define REGISTER "register"

/* reason NULL: there is nothing to say against it. */
static int end_dataset(struct ep_sink *sink, const struct ep_dataset_ref *ref,
		       const char *advice, const char *reason,
		       struct ep_err *err)
{
	struct ep_coverage coverage;
	void *dataset;
	int rc;

	ep_coverage_init(&coverage);
	coverage.started_at = coverage.ended_at = ep_clock_now();
	if (reason)
		ep_coverage_spoil(&coverage, EP_COVERAGE_FAILED, advice, "%s",
				  reason);
	rc = sink->begin(sink->to, ref, &dataset, err);
	if (rc == 0)
		rc = sink->end(sink->to, dataset, &coverage, err);
	ep_coverage_release(&coverage);
	return rc;
}

/* Nobody knows what the connector would have read, so it counts as any kind:
 * no rule over this tenancy is decided. */
int ep_unread_connections(struct ep_app *app, struct ep_sink *sink,
			  struct ep_err *err)
{
	const struct ep_config *config = app->config;
	int rc = 0;

	for (size_t c = 0; c < config->customers.n; c++) {
		const struct ep_customer *customer = &config->customers.v[c];

		for (size_t i = 0; rc == 0 && i < customer->connections.n;
		     i++) {
			const struct ep_connection *connection =
				&customer->connections.v[i];
			struct ep_dataset_ref ref = {
				.customer = customer->id,
				.system = connection->connector,
				.tenant = connection->tenant,
				.name = connection->connector,
				.connector = connection->connector,
				.kinds = (1u << EP_KINDS) - 1,
				.max_age = config->api_max_age,
			};

			if (ep_specs_find(&app->specs, connection->connector))
				continue;
			rc = end_dataset(sink, &ref,
					 "correct its name, or put the file "
					 "into the folder connectors beside "
					 "the configuration",
					 "there is no connector of that name",
					 err);
		}
	}
	return rc;
}

/* --- imports ------------------------------------------------------------------ */

/* Ids of the tenancies that have the dataset, into tenants. */
static int list_tenancies(struct ep_app *app, const char *name,
			  struct ep_words *tenants, struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_store_flush(app->store, err);

	if (rc == 0)
		rc = ep_db_prepare(ep_store_db(app->store),
				   "SELECT t.id FROM temp.coverage c"
				   " JOIN temp.tenancy t USING (tenant)"
				   " WHERE c.dataset = ?1 ORDER BY t.id",
				   &stmt, err);
	if (rc == 0)
		ep_db_text(stmt, 1, name);
	while (rc == 0 && (rc = ep_db_step(stmt, &row, err)) == 0 && row)
		EP_VEC_ADD(tenants) = ep_strdup(ep_db_col_text(stmt, 0));
	ep_db_done(stmt);
	return rc;
}

/* A folder's name that is nobody's makes no tenancy: the file's complaint
 * says so. */
static int know_tenancy(struct ep_app *app, const char *system,
			const char *tenant, struct ep_words *tenants,
			struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	bool row = false;
	int rc = ep_store_flush(app->store, err);

	if (rc == 0)
		rc = ep_db_prepare(ep_store_db(app->store),
				   "SELECT t.id FROM temp.tenancy t"
				   " WHERE t.system = ?1 AND t.id = ?2",
				   &stmt, err);
	if (rc < 0)
		return rc;
	ep_db_text(stmt, 1, system);
	ep_db_text(stmt, 2, tenant);
	rc = ep_db_step(stmt, &row, err);
	if (rc == 0 && row)
		EP_VEC_ADD(tenants) = ep_strdup(ep_db_col_text(stmt, 0));
	ep_db_done(stmt);
	return rc;
}

static unsigned kinds_of(const struct ep_spec_import *import)
{
	unsigned kinds = 0;

	for (size_t i = 0; i < import->emits.n; i++)
		kinds |= 1u << import->emits.v[i].kind;
	return kinds;
}

int ep_unread_import(struct ep_app *app, struct ep_sink *sink,
		     const struct ep_spec *spec,
		     const struct ep_spec_import *import, const char *tenant,
		     const char *reason, struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf name = EP_BUF_INIT(512);
	const struct ep_customer *msp = &app->config->customers.v[0];
	struct ep_words tenants = { 0 };
	int rc;

	ep_buf_addf(&name, "%s.%s", spec->id, import->name);
	if (tenant)
		rc = know_tenancy(app, import->of_system, tenant, &tenants,
				  err);
	else
		rc = list_tenancies(app, name.s, &tenants, err);
	if (rc == 0 && tenants.n == 0 &&
	    strcmp(import->of_system, REGISTER) == 0)
		EP_VEC_ADD(&tenants) = ep_strdup(msp->id);
	for (size_t i = 0; rc == 0 && i < tenants.n; i++) {
		const struct ep_customer *customer = ep_config_claimant(
			app->config, import->of_system, tenants.v[i]);
		struct ep_dataset_ref ref = {
			.customer = customer ? customer->id : NULL,
			.system = import->of_system,
			.tenant = tenants.v[i],
			.name = name.s,
			.connector = spec->id,
			.connector_version = spec->version,
			.kinds = kinds_of(import),
			.max_age = import->max_age ?
					   import->max_age :
					   app->config->import_max_age,
			.imported = true,
		};

		if (strcmp(import->of_system, REGISTER) == 0)
			ref.customer = msp->id;
		rc = end_dataset(sink, &ref,
				 "correct the file, and run again; rows that "
				 "were imported earlier stay as they are",
				 reason, err);
	}
	ep_words_release(&tenants);
	return rc;
}

/* --- all of them -------------------------------------------------------------- */

/* A dataset without a row, whose coverage every report shows and every seal
 * covers. */
#define FILES REGISTER ".evidence_files"

static void complain(const struct ep_app *app, size_t first, size_t n,
		     struct ep_buf *to)
{
	const struct ep_diag_item *item = &app->diag.item[first];
	const char *slash = strrchr(item->file, '/');

	ep_buf_addf(to, "not every evidence file could be taken: %s: %s",
		    slash ? slash + 1 : item->file, item->msg);
	if (n > 1)
		ep_buf_addf(to, " (and %zu more)", n - 1);
}

int ep_unread_files(struct ep_app *app, struct ep_sink *sink, size_t first,
		    size_t n, struct ep_err *err)
{
	EP_AUTO(ep_buf_release) struct ep_buf reason = EP_BUF_INIT(4096);
	const struct ep_customer *msp = &app->config->customers.v[0];
	struct ep_dataset_ref ref = {
		.customer = msp->id,
		.system = REGISTER,
		.tenant = msp->id,
		.name = FILES,
		.connector = REGISTER,
		.kinds = 1u << EP_KIND_resource,
		.max_age = app->config->api_max_age,
	};
	struct ep_words known = { 0 };
	int rc = list_tenancies(app, FILES, &known, err);

	if (n)
		complain(app, first, n, &reason);
	if (rc == 0 && (n || known.n))
		rc = end_dataset(sink, &ref, "correct them or take them out of "
				 "the imports folder, and run again",
				 n ? reason.s : NULL, err);
	ep_words_release(&known);
	return rc;
}
