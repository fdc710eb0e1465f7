/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An exit: somebody, some device or a whole customer leaves.  Finds the one
 * that is meant, and compares its profile's end states with what was read:
 * what is done, what is left and in which order, and what nobody can tell.
 *
 * Table in the store's database, written by ep_exit_attest alone:
 *
 *  exit_attest(id INTEGER PRIMARY KEY, exit, leave_at, what, by_name, note,
 *              ticket, at, by_user, host)
 *          append only (triggers refuse UPDATE and DELETE); exit: ep_exit.key;
 *          leave_at: the leave date it was said for, NULL none.  One that was
 *          said for another leave date does not count.
 */
#ifndef EP_EXIT_H
#define EP_EXIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "check/rule.h"
#include "exit/profile.h"
#include "model/config.h"

struct ep_store;
struct ep_db;
struct ep_exit_ground;

/* UNKNOWN and PENDING are never as good as DONE. */
enum ep_exit_state {
	EP_EXIT_DONE,		/* looked at completely: nothing is left */
	EP_EXIT_OPEN,		/* left over, seen */
	EP_EXIT_PENDING,	/* gone upstream; the vendor needs until .until */
	EP_EXIT_UNKNOWN,	/* could not be looked at */
	EP_EXIT_STATES
};
/* "done", "open", "pending", "cannot tell" */
const char *ep_exit_state_word(enum ep_exit_state state);

/* --- which exit --------------------------------------------------------- */

/* What was asked for; members may be NULL.  Several must agree: a ticket of
 * another customer, or a person who is not the ticket's, is EP_EDATA. */
struct ep_exit_ask {
	const char *ticket;	/* "system/id" or id, or exit: ticket of a
				 * customer's file */
	const char *person;	/* address, or id of the register */
	const char *device;	/* host name, serial number or agent's id */
	const char *customer;	/* alone: the customer leaves */
	const char *profile;	/* NULL: found from the subject */
};

struct ep_exit_ticket {
	char *tenant;	/* 'system/id' of the PSA */
	char *system;
	char *id;
	char *subject;
	char *state;	/* open waiting closed unknown */
	char *customer;	/* customer id, NULL unknown */
	char *owner;	/* address or name of the technician, NULL */
	int64_t closed_at;	/* 0 none or not told */
};

/* Why an exit cannot be safe whatever its items say. */
struct ep_exit_problem {
	char *id;	/* no-leave-date, ticket-closed, own-approver, ... */
	enum ep_exit_state state;	/* OPEN: not safe; UNKNOWN: cannot tell */
	char *text;
	char *advice;	/* NULL none */
};

struct ep_exit {
	char *key;		/* "person:otto-berg", "customer:cedar" */
	enum ep_exit_subject subject;
	char *id;		/* of person or customer, or the device's name */
	char *name;
	char *hardware;		/* of a device, NULL unknown */
	struct ep_words address;	/* of a person, folded */
	char *customer;		/* employer, or whose device; NULL unknown */
	char *customer_name;
	const struct ep_profile *profile;
	int64_t leave_at;	/* 0: no leave date is on record */
	char *source;		/* who says so: register, ticket, file */
	char *approver;		/* of the attestation `approval`, NULL none */
	int64_t approved_at;
	EP_VEC(struct ep_exit_ticket) ticket;
	EP_VEC(struct ep_exit_problem) problem;
};

/* Everything that looking needs.  The store shows the run to look at
 * (ep_store_as_of) and ep_people_link was called for it. */
struct ep_exit_context {
	struct ep_store *store;
	const struct ep_config *config;
	const struct ep_rules *rules;
	const struct ep_profiles *profiles;
	int64_t now;
	/* Imports older than this are not looked at; 0: each its own limit.
	 * A verify wants 24 hours. */
	int64_t import_max_age;
	/* Datasets that are not imported must have been read in this run or
	 * later; 0: any fresh read. */
	int64_t fresh_run;
	/* NULL, or what several looks share: of this very context, and as long
	 * as the store shows the same (ep_exit_ground_load). */
	struct ep_exit_ground *ground;
};

/* EP_ENOENT: no such ticket, person, device, customer.  EP_EDATA: what was
 * asked for does not agree, or fits several (the message names them). */
int ep_exit_find(const struct ep_exit_context *ctx,
		 const struct ep_exit_ask *ask, struct ep_exit **ret,
		 struct ep_err *err) EP_MUST_CHECK;
void ep_exit_free(struct ep_exit *exit);

/* --- where it stands ---------------------------------------------------- */

struct ep_exit_step {
	char *act;		/* menu path or uninstall way */
	char *only_after;	/* NULL */
};

/* One end state in one place.  A place with nothing left has one item, DONE;
 * one that could not be read has one UNKNOWN item beside those that are OPEN
 * all the same. */
struct ep_exit_item {
	const struct ep_end *end;	/* of the profile: id, title, act;
					 * broken: the order is already broken
					 * here, the steps are the way back */
	enum ep_exit_state state;
	char *customer;		/* NULL: nobody's, or an attestation */
	char *tenant;		/* 'system/id', NULL: the exit as a whole */
	char *tenant_name;
	char *system;		/* NULL with tenant NULL */
	char *object;		/* account or agent that it hangs on, NULL */
	char *subject;		/* natural key of what is left, NULL: none */
	char *name;		/* for people */
	char *needed;		/* state needed */
	char *seen;		/* state seen */
	char *dataset;		/* that shows it, NULL several or none */
	int64_t run;		/* that read it, 0 unknown */
	int64_t read_at;	/* when; 0 unknown */
	int64_t until;		/* PENDING: look again then */
	char *reason;		/* UNKNOWN: what could not be read */
	char *advice;		/* which file or permission changes that */
	EP_VEC(struct ep_exit_step) step;
	EP_VEC(size_t) blocked_by;	/* indices of items that come first
					 * and are not DONE */
};

/* One dataset of one tenancy that the exit has to know. */
struct ep_exit_dataset {
	char *customer;		/* NULL nobody's */
	char *tenant;		/* 'system/id' */
	char *system;
	char *dataset;		/* "printix.users" */
	char *status;		/* complete ... missing */
	char *reason;
	char *advice;
	bool imported;
	bool good;		/* complete, and young enough for the context */
	int64_t age;		/* seconds, -1 never */
	int64_t run;
	int64_t read_at;	/* or captured */
};

/* Items in an order that can be worked through: no item stands before one
 * that has to come first. */
struct ep_exit_look {
	EP_VEC(struct ep_exit_item) item;
	EP_VEC(struct ep_exit_dataset) dataset;	/* by tenant and name */
	size_t count[EP_EXIT_STATES];	/* items and problems */
};

int ep_exit_look(const struct ep_exit_context *ctx, const struct ep_exit *exit,
		 struct ep_exit_look *ret, struct ep_err *err) EP_MUST_CHECK;
void ep_exit_look_release(struct ep_exit_look *look);

/* --- attestations ------------------------------------------------------- */

int ep_exit_schema(struct ep_db *db, struct ep_err *err) EP_MUST_CHECK;

struct ep_exit_attestation {
	const char *what;	/* a word of the profile's `attest` */
	const char *by;		/* who says so: name or address */
	const char *note;	/* NULL none */
	const char *user;	/* account on this host */
	const char *host;
};
/* EP_EDATA: no such word in the profile, nobody's name, or the leaver's own. */
int ep_exit_attest(const struct ep_exit_context *ctx,
		   const struct ep_exit *exit,
		   const struct ep_exit_attestation *said, struct ep_err *err)
	EP_MUST_CHECK;

/* The newest attestation of that word for the exit's leave date, not after
 * now; by is NULL when there is none. */
struct ep_exit_said {
	char *by;
	char *note;
	int64_t at;
};
int ep_exit_attested(const struct ep_exit_context *ctx,
		     const struct ep_exit *exit, const char *what,
		     struct ep_exit_said *ret, struct ep_err *err)
	EP_MUST_CHECK;
void ep_exit_said_release(struct ep_exit_said *said);

#endif
