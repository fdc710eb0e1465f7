/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exitproof tenant retire: a tenancy that nobody configures any more would
 * be stale for ever.  Somebody says why it is not read, and that stays.
 */
#include "cli/cmd.h"

#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/whoami.h"
#include "store/store.h"

struct wish {
	const char *uid;
	const char *reason;
	const char *by;
};

/* A connector's tenancies are those of its system. */
static bool is_connected(const struct ep_app *app, const char *system,
			 const char *tenant)
{
	const struct ep_config *config = app->config;

	for (size_t i = 0; i < config->customers.n; i++) {
		const struct ep_customer *customer = &config->customers.v[i];

		for (size_t k = 0; k < customer->connections.n; k++) {
			const struct ep_connection *c =
				&customer->connections.v[k];
			const struct ep_spec *spec =
				ep_specs_find(&app->specs, c->connector);

			if (spec && ep_str_eq(spec->system, system) &&
			    ep_str_eqcase(c->tenant, tenant))
				return true;
		}
	}
	return false;
}

static int check_config(struct ep_app *app, const struct wish *wish)
{
	const char *slash = strchr(wish->uid, '/');
	EP_AUTO_FREE char *system = NULL;
	int status;

	if (!slash || slash == wish->uid || !slash[1])
		return ep_app_usage("tenant retire", "write SYSTEM/ID, as "
				    "'exitproof tenant list' does");
	status = ep_app_specs(app);
	if (status)
		return status;
	system = ep_strndup(wish->uid, (size_t)(slash - wish->uid));
	if (!ep_config_claimant(app->config, system, slash + 1) &&
	    !is_connected(app, system, slash + 1))
		return 0;
	ep_err_set(&app->err, EP_EDATA, "the configuration still names "
		   "%.200s; take its connection or claim out first",
		   wish->uid);
	return ep_app_fail(app);
}

static int retire(struct ep_app *app, const struct wish *wish)
{
	EP_AUTO(ep_buf_release) struct ep_buf shown;
	int status = check_config(app, wish);

	ep_buf_init(&shown, EP_TEXT_BYTES_MAX);
	if (status == 0)
		status = ep_app_store(app, true);
	if (status)
		return status;
	if (ep_store_retire(app->store, wish->uid, wish->by, wish->reason,
			    &app->err))
		return ep_app_fail(app);
	ep_str_printable(&shown, wish->uid, strlen(wish->uid));
	ep_app_printf("%s is retired from the next run on; its findings stay "
		      "as they are, and a run that sees it takes it back\n",
		      shown.s ? shown.s : "");
	return ep_app_finish();
}

int ep_cmd_tenant_retire(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"tenant retire", "SYSTEM/ID",
		"Says that a tenancy which the configuration does not name any "
		"more is not to be read. Reports go on naming it, with who "
		"said so and why."
	};
	struct wish wish = { .by = ep_whoami_user() };
	const struct ep_opt table[] = {
		{ EP_OPT_TEXT, 0, "reason", "TEXT", &wish.reason,
		  "why; has to be given" },
		{ EP_OPT_TEXT, 0, "by", "WHO", &wish.by,
		  "who says so, else whoever runs this" },
		EP_APP_OPTIONS(app)
	};
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands != 1)
		return ep_app_usage("tenant retire", "takes SYSTEM/ID");
	if (!wish.reason || !*wish.reason || !wish.by || !*wish.by)
		return ep_app_usage("tenant retire", "--reason is needed: it "
				    "stands in every report");
	if (strlen(wish.reason) > EP_TEXT_BYTES_MAX)
		return ep_app_usage("tenant retire", "--reason is too long");
	wish.uid = argv[1];
	return retire(app, &wish);
}
