/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forgets a person for good.  Everything that names him, in rows, history,
 * observations, findings, reviews and notes, gets a word in its place that
 * nothing leads back from; the secrets behind the nonces of his records go,
 * and the hashes that were sealed stay (evidence/erased.h), so that every
 * other proof is what it was.
 *
 * Only who is gone everywhere can be forgotten: a system that lists him would
 * bring him back with the next night, and one that was not read completely
 * cannot say that it does not.  Retired tenancies do not count.
 *
 * Who did something with this program (approved, decided, attested, brought
 * in a file) answers for it under his name: such names stay, and are told.
 */
#ifndef EP_ERASE_H
#define EP_ERASE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct ep_store;

struct ep_erase_options {
	const char *person;	/* address, login or id of the register */
	const char *by;
	const char *reason;
	bool yes;	/* false: all of it is taken back */
};

struct ep_erase_result {
	char word[32];		/* what stands for the person from now on */
	int64_t words;		/* that he was known by */
	int64_t rows;
	int64_t leaves;		/* of sealed runs */
	struct ep_buf left;	/* where a name stays, and how often */
};

/* The store must be open for writing with no run under way. */
int ep_erase(struct ep_store *store, const struct ep_erase_options *options,
	     struct ep_erase_result *ret, struct ep_err *err) EP_MUST_CHECK;

#endif
