/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exitproof connector list, lint, show and try.
 */
#include "cli/cmd.h"

#include <string.h>

#include "base/str.h"
#include "cli/connect.h"
#include "cli/connector.h"
#include "collect/collect.h"

int ep_connector_specs(struct ep_app *app)
{
	EP_AUTO(ep_buf_release) struct ep_buf shipped = { .s = NULL };
	char *folder;

	if (app->config_path)
		return ep_app_specs(app);
	ep_buf_init(&shipped, EP_URL_BYTES_MAX);
	ep_buf_addf(&shipped, "%s/connectors", ep_app_data_folder());
	folder = shipped.s;
	if (ep_specs_load(&folder, 1, &app->specs, &app->diag))
		return ep_app_fail_diag(app, EP_ECONFIG);
	return 0;
}

static void print_spec(const struct ep_spec *spec)
{
	ep_app_printf("%-16s %-12s %s\n", spec->id, spec->system, spec->title);
	for (size_t i = 0; i < spec->endpoints.n; i++)
		ep_app_printf("    read    %s.%s: %s\n", spec->id,
			      spec->endpoints.v[i].name,
			      spec->endpoints.v[i].title);
	for (size_t i = 0; i < spec->imports.n; i++)
		ep_app_printf("    import  %s.%s: %s (%s)\n", spec->id,
			      spec->imports.v[i].name, spec->imports.v[i].title,
			      spec->imports.v[i].file);
}

static int connector_list(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"connector list", "",
		"Prints every connector with what it reads and imports."
	};
	const struct ep_opt table[] = { EP_APP_OPTIONS(app) };
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	status = ep_connector_specs(app);
	for (size_t i = 0; status == 0 && i < app->specs.n; i++)
		print_spec(app->specs.v[i]);
	return status ? status : ep_app_finish();
}

static int connector_lint(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"connector lint", "FILE...", "Judges connector files."
	};
	const struct ep_opt table[] = { EP_APP_OPTIONS(app) };
	struct ep_spec *spec;
	int operands, status;
	bool bad = false;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands < 1)
		return ep_app_usage("connector lint", "give a file");
	for (int i = 0; i < operands; i++) {
		spec = ep_spec_load(argv[i], &app->diag);
		bad = bad || !spec;
		ep_spec_free(spec);
	}
	if (bad)
		return ep_app_fail_diag(app, EP_ECONFIG);
	ep_app_printf("%d connectors, nothing to complain about\n", operands);
	return ep_app_finish();
}

static int connector_show(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"connector show", "CONNECTOR|FILE|CONNECTOR/TENANT",
		"Prints the requests that a connector would make. Sends "
		"nothing and loads no secret."
	};
	const struct ep_opt table[] = { EP_APP_OPTIONS(app) };
	EP_AUTO(ep_buf_release) struct ep_buf out = { .s = NULL };
	const struct ep_connection *connection = NULL;
	const struct ep_spec *spec;
	struct ep_spec *own = NULL;
	int operands, status;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands != 1)
		return ep_app_usage("connector show", "give one connector");
	if (ep_str_ends(argv[0], ".yaml")) {
		spec = own = ep_spec_load(argv[0], &app->diag);
		if (!own)
			return ep_app_fail_diag(app, EP_ECONFIG);
	} else if (strchr(argv[0], '/')) {
		status = ep_connect_find(app, argv[0], &connection, &spec);
	} else {
		status = ep_connector_specs(app);
		spec = status > 0 ? NULL : ep_specs_find(&app->specs, argv[0]);
	}
	if (status > 0)
		return status;
	if (!spec)
		return ep_app_usage("connector show", "there is no connector "
						      "'%s'", argv[0]);
	ep_buf_init(&out, EP_PAGE_BYTES_MAX);
	ep_collect_plan(spec, connection, &out);
	ep_app_print(out.s, out.len);
	ep_spec_free(own);
	return ep_app_finish();
}

static int connector_try(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_opt_usage usage = {
		"connector try", "CONNECTOR/TENANT ENDPOINT",
		"Reads one page of one endpoint for real and prints the rows "
		"it becomes. Nothing is stored."
	};
	const struct ep_opt table[] = { EP_APP_OPTIONS(app) };
	EP_AUTO(ep_buf_release) struct ep_buf out = { .s = NULL };
	const struct ep_connection *connection;
	const struct ep_spec *spec;
	struct ep_http *http = NULL;
	int operands, status, rc;

	ep_app_options(app, argc, argv, table, &usage, &operands, &status);
	if (status >= 0)
		return status;
	if (operands != 2)
		return ep_app_usage("connector try",
				    "give CONNECTOR/TENANT and an endpoint");
	status = ep_connect_find(app, argv[0], &connection, &spec);
	if (status)
		return status;
	ep_buf_init(&out, EP_PAGE_BYTES_MAX);
	rc = ep_connect_http(app, &http);
	if (rc == 0)
		rc = ep_collect_try(app->config, &app->specs, connection,
				    argv[1], http, &out, &app->err);
	ep_http_close(http);
	if (out.len)
		ep_app_print(out.s, out.len);
	return rc ? ep_app_fail(app) : ep_app_finish();
}

int ep_cmd_connector(struct ep_app *app, int argc, char **argv)
{
	static const struct ep_cmd subs[] = {
		{ "list", connector_list, "what there is" },
		{ "doc", ep_cmd_connector_doc, "a vendor's page" },
		{ "lint", connector_lint, "judge connector files" },
		{ "show", connector_show, "the requests it would make" },
		{ "try", connector_try, "read one page for real" },
		{ NULL, NULL, NULL },
	};

	return ep_cmd_sub(app, subs, argc, argv);
}
