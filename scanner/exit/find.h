/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of finding an exit share.
 */
#ifndef EP_EXIT_FIND_H
#define EP_EXIT_FIND_H

#include "exit/exit.h"

struct ep_finder {
	const struct ep_exit_context *ctx;
	const struct ep_exit_ask *ask;
	struct ep_exit *exit;
};

void ep_exit_object(struct ep_exit *exit, const char *id,
		    enum ep_exit_state state, const char *advice,
		    const char *fmt, ...) EP_PRINTF(5, 6);

/* find_person.c, find_device.c: who or what is meant, by its word. */
int ep_find_person(struct ep_finder *fd, const char *word, struct ep_err *err)
	EP_MUST_CHECK;
int ep_find_device(struct ep_finder *fd, const char *word, struct ep_err *err)
	EP_MUST_CHECK;
int ep_find_customer(struct ep_finder *fd, const char *id, struct ep_err *err)
	EP_MUST_CHECK;
/* Fills name and whether it is the MSP; id must be one. */
int ep_find_employer(struct ep_finder *fd, const char *id, struct ep_err *err)
	EP_MUST_CHECK;

/* find_ticket.c: the tickets of that word; EP_ENOENT without any. */
int ep_find_tickets(struct ep_finder *fd, const char *word,
		    struct ep_err *err) EP_MUST_CHECK;
/* Whom the tickets that were found are about. */
int ep_find_from_tickets(struct ep_finder *fd, struct ep_err *err)
	EP_MUST_CHECK;
/* The tickets about the exit that is known, when none was named; else that
 * the named ones are about it. */
int ep_find_match_tickets(struct ep_finder *fd, struct ep_err *err)
	EP_MUST_CHECK;

/* find_problem.c: what makes the exit unsafe by itself. */
void ep_find_problems(struct ep_finder *fd);

#endif
