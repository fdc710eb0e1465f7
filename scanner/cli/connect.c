/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections by name, and the HTTP door with the configuration's options.
 */
#include "cli/connect.h"

#include <string.h>

#include "config.h"

static bool is_word(const struct ep_connection *connection, const char *word)
{
	size_t n = strlen(connection->connector);

	return strncmp(word, connection->connector, n) == 0 &&
	       word[n] == '/' && strcmp(word + n + 1, connection->tenant) == 0;
}

static const struct ep_connection *find(const struct ep_config *config,
					const char *word)
{
	for (size_t c = 0; c < config->customers.n; c++) {
		const struct ep_customer *customer = &config->customers.v[c];

		for (size_t i = 0; i < customer->connections.n; i++)
			if (is_word(&customer->connections.v[i], word))
				return &customer->connections.v[i];
	}
	return NULL;
}

int ep_connect_find(struct ep_app *app, const char *word,
		    const struct ep_connection **ret_connection,
		    const struct ep_spec **ret_spec)
{
	int status = ep_app_specs(app);

	if (status)
		return status;
	*ret_connection = find(app->config, word);
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

int ep_connect_http(struct ep_app *app, struct ep_http **ret)
{
	struct ep_http_options options = {
		.allow_loopback = app->config->testing.allow_loopback,
		.ca_file = app->config->testing.ca_file,
		.user_agent = PACKAGE_NAME "/" PACKAGE_VERSION,
		.connections_per_host =
			(long)app->config->connections_per_host,
	};

	return ep_http_open(&options, ret, &app->err);
}
