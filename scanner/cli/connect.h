/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding one connection of the configuration, and opening the way to the
 * vendors, for every verb that talks to them.
 */
#ifndef EP_CONNECT_H
#define EP_CONNECT_H

#include "cli/app.h"
#include "collect/collect.h"
#include "ext/http.h"

/* word is CONNECTOR/TENANT.  Loads configuration and connectors; prints what
 * is wrong and returns the process status. */
int ep_connect_find(struct ep_app *app, const char *word,
		    const struct ep_connection **ret_connection,
		    const struct ep_spec **ret_spec);
/* Says once why rate budgets were not shared with other processes. */
void ep_connect_alone(struct ep_app *app,
		      const struct ep_collect_totals *totals);
/* The error is in app->err. */
int ep_connect_http(struct ep_app *app, struct ep_http **ret);
/* The same with the one write allowed; for cli/desk.c alone. */
int ep_connect_http_write(struct ep_app *app, struct ep_http **ret,
			  struct ep_err *err) EP_MUST_CHECK;
/* The same for notices; for cli/cmd_notify.c alone. */
int ep_connect_http_notice(struct ep_app *app, struct ep_http **ret,
			   struct ep_err *err) EP_MUST_CHECK;

#endif
