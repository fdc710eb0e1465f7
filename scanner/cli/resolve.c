/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence files on their way in.
 */
#include "cli/resolve.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/map.h"
#include "base/str.h"
#include "cli/unread.h"
#include "ext/db.h"
#include "model/sink.h"
#include "store/store.h"

/* The register is one for the whole MSP. */
#define REGISTER "register"

static void copy_id(struct ep_import_tenancy *ret, const char *id)
{
	snprintf(ret->tenant, sizeof(ret->tenant), "%s", id);
}

static bool found_one(struct ep_stmt *stmt, struct ep_import_tenancy *ret,
		      int *ret_n, struct ep_err *err)
{
	bool row = false;

	*ret_n = 0;
	while (ep_db_step(stmt, &row, err) == 0 && row) {
		if (++*ret_n == 1)
			copy_id(ret, ep_db_col_text(stmt, 0));
	}
	return *ret_n == 1;
}

static int look_up(struct ep_app *app, const char *system, const char *key,
		   bool by_domain, struct ep_import_tenancy *ret, int *ret_n,
		   struct ep_err *err)
{
	struct ep_stmt *stmt = NULL;
	int rc;

	/* The connection belongs to the writer while it has work. */
	rc = ep_store_flush(app->store, err);
	if (rc)
		return rc;
	rc = ep_db_prepare(ep_store_db(app->store),
			   "SELECT id FROM temp.tenancy WHERE system = ?1 AND"
			   " CASE WHEN ?2 IS NULL THEN 1 WHEN ?3 THEN"
			   " lower(domain) = lower(?2) ELSE id = ?2 END"
			   " ORDER BY id LIMIT 2",
			   &stmt, err);
	if (rc)
		return rc;
	ep_db_text(stmt, 1, system);
	ep_db_text(stmt, 2, key);
	ep_db_int(stmt, 3, by_domain);
	err->code = EP_OK;
	found_one(stmt, ret, ret_n, err);
	ep_db_done(stmt);
	return err->code;
}

/* A file that is about one tenancy and does not say which is about the one
 * that the configuration connects to, when that is one only. */
static bool connected(const struct ep_app *app, const char *system,
		      struct ep_import_tenancy *ret)
{
	const struct ep_spec *spec;
	int n = 0;

	for (size_t c = 0; c < app->config->customers.n; c++) {
		const struct ep_customer *customer =
			&app->config->customers.v[c];

		for (size_t i = 0; i < customer->connections.n; i++) {
			spec = ep_specs_find(
				&app->specs,
				customer->connections.v[i].connector);
			if (!spec || strcmp(spec->system, system) != 0)
				continue;
			copy_id(ret, customer->connections.v[i].tenant);
			n++;
		}
	}
	return n == 1;
}

static int not_one(const char *system, const char *key, int n,
		   struct ep_err *err)
{
	const char *called = key ? " called " : "";

	if (!key)
		key = "";
	if (n > 1)
		return ep_err_set(err, EP_ENOENT,
				  "there are several %s tenancies%s%s; name "
				  "one by its id",
				  system, called, key);
	return ep_err_set(err, EP_ENOENT,
			  "no %s tenancy%s%s is known; 'exitproof tenant "
			  "list' shows those that are",
			  system, called, key);
}

static void note(struct ep_import_tenancy *ret, const char *key,
		 const char *tenant, int *n)
{
	if (!tenant || (key && strcmp(key, tenant) != 0) ||
	    (*n > 0 && strcmp(ret->tenant, tenant) == 0))
		return;
	copy_id(ret, tenant);
	(*n)++;
}

/* Of which nothing was ever read, but which a customer names: how many. */
static int configured(const struct ep_app *app, const char *system,
		      const char *key, struct ep_import_tenancy *ret)
{
	const struct ep_config *config = app->config;
	const struct ep_spec *spec;
	int n = 0;

	for (size_t c = 0; c < config->customers.n; c++) {
		const struct ep_customer *customer = &config->customers.v[c];

		for (size_t i = 0; i < customer->claims.n; i++)
			if (strcmp(customer->claims.v[i].system, system) == 0)
				note(ret, key, customer->claims.v[i].tenant,
				     &n);
		for (size_t i = 0; i < customer->connections.n; i++) {
			spec = ep_specs_find(
				&app->specs,
				customer->connections.v[i].connector);
			if (spec && strcmp(spec->system, system) == 0)
				note(ret, key,
				     customer->connections.v[i].tenant, &n);
		}
	}
	return n;
}

int ep_resolve_tenancy(void *to, const char *system, const char *key,
		       bool by_domain, struct ep_import_tenancy *ret,
		       struct ep_err *err)
{
	struct ep_app *app = to;
	const struct ep_customer *customer;
	int n = 0;

	if (strcmp(system, REGISTER) == 0) {
		copy_id(ret, app->config->customers.v[0].id);
		ret->customer = app->config->customers.v[0].id;
		return 0;
	}
	if (look_up(app, system, key, by_domain, ret, &n, err))
		return err->code;
	if (n > 1 && !key && connected(app, system, ret))
		n = 1;
	if (n == 0 && !by_domain)
		n = configured(app, system, key, ret);
	if (n != 1)
		return not_one(system, key, n, err);
	customer = ep_config_claimant(app->config, system, ret->tenant);
	ret->customer = customer ? customer->id : NULL;
	return 0;
}

/* --- what waits -------------------------------------------------------------- */

struct batch {
	const struct ep_spec *spec;
	const struct ep_spec_import *import;
	char *tenant;	/* that a folder of its own names, or NULL */
	struct ep_words files;
};
EP_VEC_TYPE(batches, struct batch);

static struct batch *batch_for(struct batches *batches,
			       const struct ep_spec *spec,
			       const struct ep_spec_import *import,
			       const char *tenant)
{
	for (size_t i = 0; i < batches->n; i++)
		if (batches->v[i].import == import &&
		    ep_str_eq(batches->v[i].tenant, tenant))
			return &batches->v[i];
	EP_VEC_ADD(batches) = (struct batch){ .spec = spec,
					      .import = import,
					      .tenant = ep_strdup(tenant) };
	return &batches->v[batches->n - 1];
}

/* The tenancy that a folder "SYSTEM-ID" is of; NULL and a complaint when this
 * file cannot be about it alone. */
static const char *tenant_of(struct ep_app *app, const char *folder,
			     const char *name, const char *path,
			     const struct ep_spec_import *import)
{
	size_t n = strlen(import->of_system);

	if (!import->one_tenant)
		ep_diag_add(&app->diag, path, 0, 0,
			    "'%s' says itself which tenancies it is about; put "
			    "it into the imports folder", name);
	else if (strncmp(folder, import->of_system, n) != 0 ||
		 folder[n] != '-' || !folder[n + 1])
		ep_diag_add(&app->diag, path, 0, 0,
			    "'%s' is about a tenancy of %s, and the folder of "
			    "one is called %s-ID", name, import->of_system,
			    import->of_system);
	else
		return folder + n + 1;
	return NULL;
}

/* folder: name of one in the imports folder, NULL for that itself. */
static int list_files(struct ep_app *app, struct batches *batches,
		      const char *folder, struct ep_err *err)
{
	EP_AUTO_FREE char *path =
		folder ? ep_file_join(app->config->imports, folder) :
			 ep_strdup(app->config->imports);
	char **names;
	size_t n;

	if (ep_file_list(path, "", &names, &n, err))
		return err->code;
	for (size_t i = 0; i < n; i++) {
		const struct ep_spec *spec;
		const struct ep_spec_import *import =
			ep_import_find(&app->specs, names[i], &spec);
		const char *tenant = NULL;

		if (!import)
			ep_diag_add(&app->diag, path, 0, 0,
				    "no connector imports a file named '%s'",
				    names[i]);
		else if (folder)
			tenant = tenant_of(app, folder, names[i], path,
					   import);
		if (import && (tenant || !folder))
			EP_VEC_ADD(&batch_for(batches, spec, import,
					      tenant)->files) =
				ep_file_join(path, names[i]);
	}
	ep_file_list_free(names, n);
	return 0;
}

/* One that is called like a file: reading it says what is wrong. */
static bool is_for_file(struct ep_app *app, struct batches *batches,
			const char *folder)
{
	const struct ep_spec *spec;
	const struct ep_spec_import *import =
		ep_import_find(&app->specs, folder, &spec);

	if (!import)
		return false;
	EP_VEC_ADD(&batch_for(batches, spec, import, NULL)->files) =
		ep_file_join(app->config->imports, folder);
	return true;
}

static int list_folders(struct ep_app *app, struct batches *batches,
			struct ep_err *err)
{
	struct stat st;
	char **names;
	size_t n;
	int rc;

	if (stat(app->config->imports, &st) != 0)
		return ep_err_errno(err, EP_ENOENT, "the imports folder");
	rc = list_files(app, batches, NULL, err);
	if (rc == 0)
		rc = ep_file_folders(app->config->imports, &names, &n, err);
	if (rc < 0)
		return rc;
	for (size_t i = 0; rc == 0 && i < n; i++)
		if (!is_for_file(app, batches, names[i]))
			rc = list_files(app, batches, names[i], err);
	ep_file_list_free(names, n);
	return rc;
}

/* A share that is not there costs its files, not the night. */
static void list_waiting(struct ep_app *app, struct batches *batches)
{
	struct ep_err err = EP_ERR_INIT;

	if (app->config->imports && list_folders(app, batches, &err) < 0)
		ep_diag_add(&app->diag, app->config->imports, 0, 0, "%s",
			    err.msg);
}

static int add_register(struct ep_app *app, struct batches *batches,
			struct ep_sink *sink, struct ep_err *err)
{
	const struct ep_spec_import *import;
	const struct ep_spec *spec;
	struct stat st;

	if (!app->config->leavers)
		return 0;
	import = ep_import_find(&app->specs, REGISTER ".leavers", &spec);
	if (!import)
		return ep_err_set(err, EP_ECONFIG,
				  "there is no connector 'register'; is the "
				  "installation whole?");
	if (stat(app->config->leavers, &st) != 0) {
		ep_diag_add(&app->diag, app->config->leavers, 0, 0,
			    "the leaver register is not there");
		return ep_unread_import(app, sink, spec, import, NULL,
					"its file is not there", err);
	}
	EP_VEC_ADD(&batch_for(batches, spec, import, NULL)->files) =
		ep_strdup(app->config->leavers);
	return 0;
}

/* When the oldest file was last written is when it was captured, where a file
 * need not say it.  A pretended clock makes that meaningless: then it is now. */
static int64_t written_at(const struct ep_words *files)
{
	int64_t now = ep_clock_now();
	int64_t at = now;

	for (size_t i = 0; i < files->n && !ep_clock_is_fixed(); i++) {
		struct stat st;

		if (stat(files->v[i], &st) == 0 && st.st_mtime < at)
			at = (int64_t)st.st_mtime;
	}
	return at;
}

/* The file has a column for it, which somebody left empty: to look at when it
 * was written would make an old look fresh again by each copy. */
static bool has_to_say(const struct ep_spec_import *import, const char *column)
{
	for (size_t i = 0; column && i < import->columns.n; i++) {
		if (ep_str_eq(import->columns.v[i], column))
			return true;
	}
	return false;
}

/* The error names the file, and so does what it is shown with. */
static void complain_of(struct ep_app *app, const char *path, const char *msg)
{
	size_t n = strlen(path);

	if (ep_str_starts(msg, path) && ep_str_starts(msg + n, ": "))
		msg += n + 2;
	ep_diag_add(&app->diag, path, 0, 0, "%s", msg);
}

static int import_batch(struct ep_app *app, const struct batch *batch,
			struct ep_sink *sink, struct ep_err *err)
{
	const struct ep_spec_import *im = batch->import;
	bool leavers = strcmp(batch->spec->id, REGISTER) == 0;
	struct ep_import_request request = {
		.spec = batch->spec,
		.import = batch->import,
		.files = batch->files.v,
		.n = batch->files.n,
		.captured_at = has_to_say(im, im->captured_at)
				       ? 0 : written_at(&batch->files),
		.captured_by = has_to_say(im, im->captured_by)
				       ? NULL : "the imports folder",
		.tenant = batch->tenant,
		.max_age = leavers ? app->config->leavers_max_age :
				     app->config->import_max_age,
		.resolve = ep_resolve_tenancy,
		.to = app,
	};
	struct ep_import_totals totals;
	size_t before = app->diag.n;
	int rc = ep_import(&request, sink, &totals, &app->diag, err);

	if (rc < 0 && totals.unread)
		complain_of(app, totals.unread, err->msg);
	if (rc == 0 || app->diag.n == before)
		return rc;
	return ep_unread_import(app, sink, batch->spec, batch->import,
				batch->tenant, err->msg, err);
}

/* An import that went wrong has said so in diag; the machinery's own errors
 * end the run. */
int ep_import_waiting(struct ep_app *app, struct ep_sink *sink, int *ret_bad,
		      struct ep_err *err)
{
	struct batches batches = { 0 };
	size_t before = app->diag.n;
	int rc;

	rc = ep_import_expect(&app->specs, app->config, sink, err);
	if (rc == 0)
		rc = add_register(app, &batches, sink, err);
	if (rc == 0)
		list_waiting(app, &batches);
	for (size_t i = 0; rc == 0 && i < batches.n; i++)
		rc = import_batch(app, &batches.v[i], sink, err);
	for (size_t i = 0; i < batches.n; i++) {
		ep_free(batches.v[i].tenant);
		ep_words_release(&batches.v[i].files);
	}
	ep_vec_release(&batches);
	*ret_bad = (int)(app->diag.n - before);
	return rc < 0 ? rc : ep_unread_files(app, sink, before,
					     (size_t)*ret_bad, err);
}
