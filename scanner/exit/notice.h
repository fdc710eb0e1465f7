/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What somebody is told who has to know that something changed: one digest
 * over all customers that are his, and nothing while nothing changes.
 *
 * Table in the store's database, written here alone:
 *
 *  notice_sent(channel, recipient, run, status, at)
 *          PRIMARY KEY(channel, recipient): the run up to which he was told,
 *          and what its results were worth (0, 1, 2)
 *
 * A notice that did not get through is not noted, and tells more the next
 * time; none is ever left out.
 */
#ifndef EP_EXIT_NOTICE_H
#define EP_EXIT_NOTICE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/vec.h"

struct ep_db;

struct ep_notice_ask {
	const char *channel;
	const char *recipient;	/* "" when the channel has only one */
	/* Customers he is told about; "" is what nobody owns.  All: any. */
	const struct ep_words *customers;
	bool all;
	const char *from;	/* lowest severity; NULL: info */
};

struct ep_notice {
	bool due;	/* something changed since he was told */
	bool first;	/* he was never told anything */
	int64_t run;	/* newest that was checked */
	int64_t run_at;
	bool testing;
	int status;	/* of his customers: 0, 1 or 2 */
	char id[33];	/* equal for equal channel, recipient and run */
	struct ep_buf subject;
	struct ep_buf text;
	struct ep_buf json;	/* the same as an object */
};

void ep_notice_release(struct ep_notice *notice);
/* EP_ENOENT when no run was checked yet. */
int ep_notice_make(struct ep_db *db, const struct ep_notice_ask *ask,
		   struct ep_notice *ret, struct ep_err *err) EP_MUST_CHECK;
int ep_notice_sent(struct ep_db *db, const struct ep_notice_ask *ask,
		   const struct ep_notice *notice, int64_t now,
		   struct ep_err *err) EP_MUST_CHECK;

/* Appends the notice as a chat wants it, in which no name can act as a mention
 * or a link. */
void ep_notice_slack(const struct ep_notice *notice, struct ep_buf *out);
void ep_notice_teams(const struct ep_notice *notice, struct ep_buf *out);

#endif
