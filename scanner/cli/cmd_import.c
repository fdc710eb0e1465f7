/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exitproof import: portal evidence from files named on the command line.
 */
#include "cli/cmd.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "cli/resolve.h"
#include "model/sink.h"
#include "store/store.h"

struct wish {
	const char *as;
	const char *tenant;
	const char *captured_at;
	const char *captured_by;
};

static int fill_request(struct ep_app *app, const struct wish *wish,
			char **files, int n, struct ep_import_request *ret)
{
	const struct ep_spec *spec = NULL;

	*ret = (struct ep_import_request){
		.import = ep_import_find(&app->specs,
					 wish->as ? wish->as : files[0], &spec),
		.files = files,
		.n = (size_t)n,
		.captured_by = wish->captured_by,
		.tenant = wish->tenant,
		.max_age = app->config->import_max_age,
		.resolve = ep_resolve_tenancy,
		.to = app,
	};
	ret->spec = spec;
	if (!ret->import)
		return ep_app_usage("import",
				    "no connector imports '%s'; name one with "
				    "--as CONNECTOR.DATASET ('exitproof "
				    "connector list' shows them)",
				    wish->as ? wish->as : files[0]);
	if (ep_str_eq(spec->id, "register"))
		ret->max_age = app->config->leavers_max_age;
	if (wish->captured_at &&
	    !ep_time_iso(wish->captured_at, false, &ret->captured_at))
		return ep_app_usage("import", "--captured-at '%s' is no time",
				    wish->captured_at);
	return 0;
}

static int import_now(struct ep_app *app,
		      const struct ep_import_request *request)
{
	struct ep_run_info info = {
		.kind = "import",
		.program = ep_app_program(),
		.config_sha256 = app->config->sha256,
		.testing = app->config->testing.present,
	};
	struct ep_import_totals totals = { 0 };
	struct ep_sink sink;
	int64_t run;
	int rc;

	rc = ep_store_run_begin(app->store, &info, app->config, &run,
				&app->err);
	if (rc)
		return ep_app_fail(app);
	ep_store_sink(app->store, &sink);
	rc = ep_store_as_of(app->store, 0, &app->err);
	if (rc == 0)
		rc = ep_import(request, &sink, &totals, &app->diag, &app->err);
	if (rc == 0)
		rc = ep_store_flush(app->store, &app->err);
	if (rc) {
		struct ep_err ignored = EP_ERR_INIT;

		(void)ep_app_fail_diag(app, EP_EDATA);
		rc = ep_app_fail(app);
		if (ep_store_run_end(app->store, false, 0, 0, 0, &ignored))
			ep_log(EP_LOG_ERROR, "import", "%s", ignored.msg);
		return rc;
	}
	if (ep_store_run_end(app->store, true, 0, 0, 0, &app->err))
		return ep_app_fail(app);
	ep_app_printf("imported %" PRId64 " row%s from %" PRId64
		      " record%s about %zu tenanc%s\n",
		      totals.rows, EP_S(totals.rows), totals.records,
		      EP_S(totals.records), totals.tenancies,
		      EP_IES(totals.tenancies));
	if (totals.unmapped)
		ep_app_printf("%" PRId64 " words are in no list; they are kept "
			      "as they are and count as unknown\n",
			      totals.unmapped);
	return ep_app_finish();
}

int ep_cmd_import(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"import", "FILE...",
		"Brings in what a vendor shows only in its portal. Files of "
		"one import are taken together, and as a whole or not at all."
	};
	struct wish wish = { .as = NULL };
	const struct ep_opt table[] = {
		{ EP_OPT_TEXT, 0, "as", "CONNECTOR.DATASET", &wish.as,
		  "what the file is; by default its name says" },
		{ EP_OPT_TEXT, 't', "tenant", "ID", &wish.tenant,
		  "the tenancy that a whole file is about" },
		{ EP_OPT_TEXT, 0, "captured-at", "TIME", &wish.captured_at,
		  "when somebody looked, if the file does not say" },
		{ EP_OPT_TEXT, 0, "captured-by", "WHO", &wish.captured_by,
		  "who looked, if the file does not say" },
		EP_APP_OPTIONS(app)
	};
	struct ep_import_request request;
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands < 1)
		return ep_app_usage("import", "give a file");
	status = ep_app_specs(app);
	if (status == 0)
		status = fill_request(app, &wish, argv, operands, &request);
	if (status == 0)
		status = ep_app_store(app, true);
	return status ? status : import_now(app, &request);
}
