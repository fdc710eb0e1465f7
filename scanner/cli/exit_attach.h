/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A verdict on its way to the ticket: an internal note and the page, once.
 */
#ifndef EP_EXIT_ATTACH_H
#define EP_EXIT_ATTACH_H

#include "cli/app.h"
#include "exit/verdict.h"

/* word: the ticket that was asked for, NULL when the exit has only one.
 * Prints what happened and returns the process status, 0 when all of it is on
 * the ticket. */
int ep_exit_attach(struct ep_app *app, const struct ep_verdict *verdict,
		   const char *word);
/* Says beforehand why it cannot be done: no ticket, several, no credential. */
int ep_exit_attach_check(struct ep_app *app, const struct ep_exit *exit,
			 const char *word);

#endif
