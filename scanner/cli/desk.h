/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way to the PSA: the only place that opens the network for writing.
 * Verbs that write come here after the operator said so.
 */
#ifndef EP_DESK_H
#define EP_DESK_H

#include "cli/app.h"
#include "collect/write.h"

struct ep_desk;

/* Needs app->config and app->specs. */
int ep_desk_open(struct ep_app *app, struct ep_desk **ret, struct ep_err *err)
	EP_MUST_CHECK;
void ep_desk_close(struct ep_desk *desk);

/* The writer of a connection ("connector/tenant"), opened once. */
int ep_desk_writer(struct ep_desk *desk, const char *through,
		   struct ep_writer **ret, struct ep_err *err) EP_MUST_CHECK;

/* May this be a number in a PSA's address?  Letters, digits, - and _. */
bool ep_desk_number_valid(const char *number);

#endif
