/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writers by connection; see the header.
 */
#include "cli/desk.h"

#include <string.h>

#include "base/map.h"
#include "cli/connect.h"
#include "collect/transport.h"

struct ep_desk {
	struct ep_app *app;
	struct ep_http *http;
	struct ep_network network;
	struct ep_transport transport;
	struct ep_map writers; /* connection -> struct ep_writer */
};

int ep_desk_open(struct ep_app *app, struct ep_desk **ret, struct ep_err *err)
{
	struct ep_http *http;
	struct ep_desk *desk;
	int rc = ep_connect_http_write(app, &http, err);

	if (rc < 0)
		return rc;
	desk = ep_calloc(1, sizeof(*desk));
	desk->app = app;
	desk->http = http;
	ep_network_init(&desk->network, http, app->config);
	ep_network_transport(&desk->network, &desk->transport);
	ep_map_init(&desk->writers);
	*ret = desk;
	return 0;
}

static void close_writer(void *writer)
{
	ep_writer_close(writer);
}

void ep_desk_close(struct ep_desk *desk)
{
	if (!desk)
		return;
	ep_map_release(&desk->writers, close_writer);
	ep_network_release(&desk->network);
	ep_http_close(desk->http);
	ep_free(desk);
}

int ep_desk_writer(struct ep_desk *desk, const char *through,
		   struct ep_writer **ret, struct ep_err *err)
{
	const struct ep_config *config = desk->app->config;
	const struct ep_connection *connection;
	int rc = 0;

	*ret = ep_map_get(&desk->writers, through);
	if (*ret)
		return 0;
	connection = ep_config_connection(config, through);
	if (!connection)
		return ep_err_set(err, EP_ECONFIG,
				  "there is no connection '%s' any more",
				  through);
	rc = ep_writer_open(config, &desk->app->specs, connection,
			    &desk->transport, ret, err);
	if (rc == 0)
		ep_map_set(&desk->writers, through, *ret);
	return rc;
}

bool ep_desk_number_valid(const char *number)
{
	size_t n = strspn(number, "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

	return n > 0 && n < 64 && !number[n];
}
