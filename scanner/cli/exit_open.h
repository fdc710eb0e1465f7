/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the verbs about exits share: options, rules and profiles, the people
 * linked, the exit that is meant.
 */
#ifndef EP_EXIT_OPEN_H
#define EP_EXIT_OPEN_H

#include "cli/app.h"
#include "exit/exit.h"

struct ep_exit_open {
	struct ep_exit_ask ask;
	struct ep_rules *rules;
	struct ep_profiles *profiles;
	struct ep_exit_context ctx;
	struct ep_exit *exit;
	/* A question: a copy will do while another process writes. */
	bool may_copy;
	bool copied;	/* and it had to: nothing that is written stays */
};

/* Which exit, for a verb's table. */
#define EP_EXIT_OPTIONS(open)                                               \
	{ EP_OPT_TEXT, 0, "ticket", "ID", &(open)->ask.ticket,               \
	  "the exit of this ticket: number or SYSTEM/NUMBER" },              \
	{ EP_OPT_TEXT, 0, "person", "ADDRESS", &(open)->ask.person,          \
	  "the exit of this person" },                                       \
	{ EP_OPT_TEXT, 0, "device", "NAME", &(open)->ask.device,             \
	  "of this device: host name, serial number or id" },                \
	{ EP_OPT_TEXT, 0, "customer", "ID", &(open)->ask.customer,           \
	  "of this customer; with the others: it has to be theirs" },        \
	{ EP_OPT_TEXT, 0, "profile", "ID", &(open)->ask.profile,             \
	  "the profile to use; found by itself otherwise" }

/* Loads rules and profiles; prints what is wrong and returns the status. */
int ep_exit_open_profiles(struct ep_app *app, struct ep_exit_open *open);
/* All of it for the newest run: opens the database, links people.  When another
 * process writes it, waits for it, and for a question reads a copy then. */
int ep_exit_open_store(struct ep_app *app, struct ep_exit_open *open);
/* The same and finds the exit. */
int ep_exit_open(struct ep_app *app, struct ep_exit_open *open);
void ep_exit_open_release(struct ep_exit_open *open);

#endif
