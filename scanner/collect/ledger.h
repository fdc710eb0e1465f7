/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every process of this machine spent of the vendors' budgets, in one
 * small database: a night, a verify beside it and the passes of one run count
 * together.  It holds numbers and hashes, no names, and losing it costs
 * nothing but some answers that say "too many requests": a ledger that cannot
 * be used says why once and everybody counts alone again.
 *
 * Times are those of the machine's monotonic clock, so a wall clock that
 * jumps moves nothing; after another boot they are carried over by the wall
 * clock, but never to before now.  Locks are SQLite's and go with their
 * process; nothing that is written has to be taken back when it dies.
 */
#ifndef EP_LEDGER_H
#define EP_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "collect/budget.h"

struct ep_ledger;

/* What stands for a budget's key in the ledger, and elsewhere. */
int64_t ep_ledger_id(const char *key);

/* The file is made with mode 0600 when it is not there.  A damaged one is
 * made anew: what it knew is over in minutes.  One of anybody else is an
 * error, and stays as it is. */
int ep_ledger_open(const char *path, int64_t now_ms, struct ep_ledger **ret,
		   struct ep_err *err) EP_MUST_CHECK;
void ep_ledger_close(struct ep_ledger *ledger);
/* Why it is not used any more; NULL while it is. */
const char *ep_ledger_trouble(const struct ep_ledger *ledger);

/* From now on what others spend of the budget `key` counts in it, too; until
 * _leave the ledger knows the budget by its address. */
void ep_ledger_join(struct ep_ledger *ledger, const char *key,
		    struct ep_budget *budget, int64_t now_ms);
void ep_ledger_leave(struct ep_ledger *ledger, const char *key);
/* Sends one request if all of them together may: true, and it is written
 * down before anybody else can look.  Else ep_budget_when knows better now. */
bool ep_ledger_send(struct ep_ledger *ledger, const char *key,
		    struct ep_budget *budget, int64_t now_ms);
/* What the vendor said, for everybody: see ep_budget_block and
 * ep_budget_remaining. */
void ep_ledger_block(struct ep_ledger *ledger, const char *key,
		     struct ep_budget *budget, int64_t until_ms);
void ep_ledger_remaining(struct ep_ledger *ledger, const char *key,
			 struct ep_budget *budget, int64_t now_ms,
			 int64_t remaining, int64_t end_ms);

#endif
