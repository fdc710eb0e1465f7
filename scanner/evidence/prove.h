/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proofs as small files that a shell can walk: X.leaf holds exactly the bytes
 * that are hashed; X.path has "index size" on its first line and then a
 * sibling's hash on each, from the leaf up.
 *
 *  record.leaf record.path   one record; leads to "root" in group.leaf
 *  group.records             all records of the group, a line each: their
 *                            SHA-256 is "flat_sha256" in group.leaf
 *  group.hashes              when some are erased: a hash for each, of which
 *                            "root" in group.leaf follows
 *  group.leaf group.path     its head; leads to "root" in run.leaf
 *  run.leaf run.path         the run's head; leads to the root in checkpoint
 *  checkpoint                of the log as it is
 */
#ifndef EP_PROVE_H
#define EP_PROVE_H

#include <stdint.h>

#include "base/err.h"
#include "evidence/evidence.h"

/* Writes the proof of a group of a sealed run, also when it is empty, into a
 * folder.  key NULL: with all its records, which proves that there are no
 * others; else of this one record and nothing of its neighbours but hashes.
 * The views must show the run.  EP_ENOENT: no such group or record. */
int ep_prove(struct ep_store *store, const struct ep_sealed *sealed,
	     const char *group, const char *key, const char *folder,
	     struct ep_err *err) EP_MUST_CHECK;

/* run.leaf, run.path and the checkpoint alone, into a folder that exists. */
int ep_prove_run(struct ep_db *db, int64_t seq, const char *folder,
		 struct ep_err *err) EP_MUST_CHECK;

/* Names of the groups of a sealed run with their counts, for a choice. */
int ep_prove_groups(struct ep_store *store, const struct ep_sealed *sealed,
		    void (*tell)(void *to, const char *name, uint64_t count),
		    void *to, struct ep_err *err) EP_MUST_CHECK;

/* The hashes by which the log grew from `old` sealed runs to what it is, as
 * growth.path ("old size", a hash on each line), and the checkpoint. */
int ep_prove_growth(struct ep_db *db, const struct ep_checkpoint *older,
		    const char *folder, struct ep_err *err) EP_MUST_CHECK;

/* path: "index size" and the hashes. */
int ep_prove_path(const struct ep_hashes *leaves, size_t index,
		  struct ep_buf *out, struct ep_err *err) EP_MUST_CHECK;

#endif
