/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence that can be checked without this program: every sealed run is the
 * root of a hash tree over its groups (evidence/walk.h), the log is the tree
 * over the heads of the sealed runs in their order, and a checkpoint is the
 * log's size and root in three lines that somebody else signs and keeps.
 *
 *  evidence_run(seq, run, head, hash, groups, sealed_at)
 *          seq from 1; head: {"clock_fixed":..,"config_sha256":..,
 *          "ended_at":..,"entity":"run","groups":n,"host":..,"kind":..,
 *          "not_sealed":"[runs since the one before that did not end well]",
 *          "prev":hex hash of the head before or null,"program":..,
 *          "records":n,"root":hex,"rules_sha256":..,"run":..,"sealed_at":..,
 *          "seq":..,"started_at":..,"testing":..}; hash: of the head as a
 *          leaf; groups: for each group, in order, 4 bytes of the SHA-256 of
 *          its name and 8 of its hash, to name what was altered
 *  meta 'sealed_before_changes'   the last seq that was sealed under schema
 *          version 1: their heads have no words about reads by changes
 *  evidence_secret, evidence_kept       evidence/leaf.h, evidence/kept.h
 *
 * Sealing binds what the database says from then on.  It cannot vouch for
 * what happened to it before, nor for a checkpoint that nobody else keeps.
 */
#ifndef EP_EVIDENCE_H
#define EP_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "evidence/kept.h"
#include "evidence/merkle.h"

struct ep_config;
struct ep_store;
struct ep_db;

#define EP_CHECKPOINT_BYTES_MAX 4096

struct ep_sealed {
	int64_t seq;
	int64_t run;
	int64_t groups;
	int64_t records;
	struct ep_hash root;
	int64_t erased;	/* of a check: of the records */
	bool purged;	/* of a check: its head alone could be hashed again */
};

struct ep_checkpoint {
	char origin[256];
	uint64_t size;
	struct ep_hash root;
};

int ep_evidence_schema(struct ep_db *db, struct ep_err *err) EP_MUST_CHECK;

/* Seals each complete run that is not yet sealed, oldest first.  The store
 * must be open for writing with no run under way.  roles: what the connectors
 * know to be privileged.  What the last check said of who is whose is that of
 * its run: for an older one it is found anew, by config (NULL: never). */
int ep_evidence_seal(struct ep_store *store, const struct ep_config *config,
		     const struct ep_evidence_role *roles, size_t n_roles,
		     void (*tell)(void *to, const struct ep_sealed *sealed),
		     void *to, struct ep_err *err) EP_MUST_CHECK;

/* The sealed run of a number of the log or, with seq 0, of a run; EP_ENOENT. */
int ep_evidence_find(struct ep_db *db, int64_t seq, int64_t run,
		     struct ep_sealed *ret, struct ep_err *err) EP_MUST_CHECK;

/* The hashes of the log's leaves. */
int ep_evidence_log(struct ep_db *db, struct ep_hashes *ret,
		    struct ep_err *err) EP_MUST_CHECK;

/* How many runs the log has, and its root in hex. */
int ep_evidence_log_root(struct ep_db *db, int64_t *ret_size,
			 struct ep_buf *ret_hex, struct ep_err *err)
	EP_MUST_CHECK;

/* "origin\nsize\nroot in base64\n" of the log as it is; EP_ENOENT when
 * nothing is sealed. */
int ep_evidence_checkpoint(struct ep_db *db, struct ep_buf *out,
			   struct ep_err *err) EP_MUST_CHECK;
int ep_checkpoint_parse(const char *text, size_t n, struct ep_checkpoint *ret,
			struct ep_err *err) EP_MUST_CHECK;

/* Hashes again what the database says, of one sealed run (seq) or of all (0),
 * and names the first that is altered: EP_EDATA.  Of purged runs only the
 * heads can be hashed, which tell is told.  A file of which the indexes say
 * something else than the tables is damaged: EP_EDATA.  older: a checkpoint that was kept
 * elsewhere, which the log must have grown from; NULL none. */
int ep_evidence_verify(struct ep_store *store, int64_t seq,
		       const struct ep_checkpoint *older,
		       void (*tell)(void *to, const struct ep_sealed *sealed),
		       void *to, struct ep_err *err) EP_MUST_CHECK;

#endif
