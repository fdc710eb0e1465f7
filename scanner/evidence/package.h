/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A folder that somebody can check with sh, sqlite3, sha256sum, xxd, openssl
 * and ssh-keygen, and without us:
 *
 *  evidence.db   leaf(grp, pos, leaf, part, <every member as a generated
 *                column>): all records; grp(name, pos, head, ..): the heads
 *                of the groups; views named like those that rules read, made
 *                of the leaves; param(rule, name, value): what the rules were
 *                given; run_time(run, started_at); copied_*: what the rules
 *                read that is no record of this run (what is gone, what
 *                moved), bound by SHA256SUMS alone
 *  run.leaf run.path checkpoint      as evidence/prove.h
 *  check.sh      does the checking: files, groups, tree, log, counts
 *  SHA256SUMS    of all the others
 */
#ifndef EP_PACKAGE_H
#define EP_PACKAGE_H

#include "base/err.h"
#include "evidence/evidence.h"
#include "model/config.h"

struct ep_package_options {
	const struct ep_config *config;	/* parameters of rules */
	const char *script;	/* path of the check.sh that is put in */
};

/* Into a folder that is not there yet or empty.  The views must show the run.
 * EP_EDATA when what is written does not come to the sealed root. */
int ep_package(struct ep_store *store, const struct ep_sealed *sealed,
	       const struct ep_package_options *options, const char *folder,
	       struct ep_err *err) EP_MUST_CHECK;

#endif
