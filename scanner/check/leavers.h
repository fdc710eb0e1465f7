/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who has left by what exit tickets and directories say: two datasets of the
 * register beside the CSV, made from what was read.
 *
 *  register.sources   one resource (kind activity) per statement, whatever it
 *          counts for.  id: 'ticket TENANCY ID' or 'directory TENANCY ID';
 *          name: the ticket's title or the account's name; owner: address of
 *          who is said to have left; parent: customer id of the employer;
 *          created_at: the leave date, NULL unknown; state:
 *            certain      counts, and makes a person of register.stated
 *            review       somebody has to look
 *            agrees       the register says so too
 *            contradicts  the register knows the person and keeps him
 *  register.stated    persons and aliases of statements that are certain and
 *          whom the register does not know; only where a customer's
 *          configuration lets a source count as certain
 *
 * A statement whose ticket or account is listed no more stays: a closed ticket
 * that left the board makes nobody return.
 */
#ifndef EP_LEAVERS_H
#define EP_LEAVERS_H

#include <stdint.h>

#include "base/err.h"
#include "model/config.h"

struct ep_db;
struct ep_sink;

#define EP_LEAVERS_SOURCES "register.sources"
#define EP_LEAVERS_PEOPLE "register.stated"

/* Reads the views of the store, which nothing else writes to meanwhile, then
 * writes to the sink. */
int ep_leavers_derive(struct ep_db *db, const struct ep_config *config,
		      struct ep_sink *sink, int64_t now, struct ep_err *err)
	EP_MUST_CHECK;

#endif
