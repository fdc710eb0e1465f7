/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections by name, and the HTTP door with the configuration's options.
 */
#include "cli/connect.h"

#include "base/log.h"
#include "cli/guard.h"
#include "config.h"

int ep_connect_find(struct ep_app *app, const char *word,
		    const struct ep_connection **ret_connection,
		    const struct ep_spec **ret_spec)
{
	int status = ep_app_specs(app);

	if (status)
		return status;
	*ret_connection = ep_config_connection(app->config, word);
	if (!*ret_connection)
		return ep_app_usage("tenant list",
				    "no connection '%s' in the configuration; "
				    "write CONNECTOR/TENANT",
				    word);
	*ret_spec = ep_specs_find(&app->specs, (*ret_connection)->connector);
	if (*ret_spec)
		return 0;
	ep_err_set(&app->err, EP_ECONFIG, "there is no connector '%s'",
		   (*ret_connection)->connector);
	return ep_app_fail(app);
}

void ep_connect_alone(struct ep_app *app,
		      const struct ep_collect_totals *totals)
{
	if (!totals->alone[0] || app->alone_said)
		return;
	app->alone_said = true;
	ep_log(EP_LOG_WARN, "collect",
	       "rate budgets are counted for this process alone, so that two "
	       "at once may send too many requests: %s",
	       totals->alone);
}

enum may { READ, WRITE_TICKETS, TELL };

static int open_door(const struct ep_app *app, enum may may,
		     struct ep_http **ret, struct ep_err *err)
{
	struct ep_http_options options = {
		.allow_loopback = app->config->testing.allow_loopback,
		.allow_ticket_write = may == WRITE_TICKETS,
		.allow_notice = may == TELL,
		.ca_file = app->config->testing.ca_file,
		.user_agent = PACKAGE_NAME "/" PACKAGE_VERSION,
		.answer_ms = (long)app->config->testing.answer_ms,
		.connections_per_host =
			(long)app->config->connections_per_host,
	};

	ep_guard_tell(app);
	return ep_http_open(&options, ret, err);
}

int ep_connect_http(struct ep_app *app, struct ep_http **ret)
{
	return open_door(app, READ, ret, &app->err);
}

int ep_connect_http_write(struct ep_app *app, struct ep_http **ret,
			  struct ep_err *err)
{
	return open_door(app, WRITE_TICKETS, ret, err);
}

int ep_connect_http_notice(struct ep_app *app, struct ep_http **ret,
			   struct ep_err *err)
{
	return open_door(app, TELL, ret, err);
}
