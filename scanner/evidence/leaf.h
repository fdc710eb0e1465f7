/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The leaves of the evidence tree: one line of JSON for each record, made
 * from a row of a view.  Members stand in the order of their names, no white
 * space; what is hashed are these bytes.
 *
 * Among the members is a nonce that nobody can guess: who is given the hash of
 * a neighbour's record in a proof cannot try names until one fits, and when
 * the secret behind it is deleted, the hash of an erased record says nothing
 * any more.  The nonce follows from the secret and the rest of the leaf, so
 * that the same record gives the same leaf each night.
 *
 *  evidence_secret(id, secret)   id: hash of what the record is called
 */
#ifndef EP_LEAF_H
#define EP_LEAF_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "evidence/merkle.h"
#include "model/entity.h"

struct ep_db;
struct ep_stmt;

#define EP_LEAF_MEMBERS_MAX 48
#define EP_LEAF_BYTES_MAX (1024 * 1024)
#define EP_NONCE_BYTES 16
#define EP_SECRET_ID_BYTES 16

/* What a record is called, for its secret; key may hold any bytes but NUL. */
struct ep_leaf_name {
	const char *tenant;
	const char *dataset;
	const char *entity;
	const char *key;
};

/* Which columns of a statement become members, in order. */
struct ep_leaf_shape {
	int n;
	struct {
		const char *name;
		int column;
		bool json;	/* the text is JSON already */
	} member[EP_LEAF_MEMBERS_MAX];
};

/* Of a column of an entity's view: it follows from other members or from a
 * claim that may move; the address that it is the look-up key of, or NULL; it
 * moves every night. */
bool ep_leaf_derived(const char *name);
const char *ep_leaf_looked_up(const struct ep_entity *entity,
			      const char *name);
bool ep_leaf_moving(const struct ep_entity *entity, const char *name);

/* The columns of a view of `entity`: those that move every night (moving) or
 * the others.  What follows from other columns or from the configuration is
 * no part of the record.  entity NULL: every column but `grp`.  stmt must
 * stand on a row: its names may move when it is stepped first, and live until
 * it is done. */
int ep_leaf_shape(struct ep_leaf_shape *ret, const struct ep_entity *entity,
		  bool moving, struct ep_stmt *stmt, struct ep_err *err)
	EP_MUST_CHECK;

/* Replaces out with the leaf of the row that stmt stands on.  entity is the
 * member of that name.  make: a record without a secret gets one, else
 * EP_EDATA says that it was erased or never sealed. */
int ep_leaf_write(struct ep_db *db, bool make,
		  const struct ep_leaf_shape *shape, struct ep_stmt *stmt,
		  const struct ep_leaf_name *name, struct ep_buf *out,
		  struct ep_err *err) EP_MUST_CHECK;

/* evidence_secret.id of a record. */
void ep_leaf_secret_id(const struct ep_leaf_name *name,
		       uint8_t ret[EP_SECRET_ID_BYTES]);

/* Runs `action` with the id of each secret (?1) of the records that `select`
 * names: tenant, dataset, key; its parameter, if any, is the kind. */
int ep_leaf_each_secret(struct ep_db *db, enum ep_kind kind,
			const char *select, const char *action,
			struct ep_err *err) EP_MUST_CHECK;

/* The two halves of it, for records whose nonce is kept with them: the leaf
 * without a nonce, and where that belongs; then the leaf with it. */
void ep_leaf_bare(const struct ep_leaf_shape *shape, struct ep_stmt *stmt,
		  const char *entity, struct ep_buf *out, size_t *ret_at);
int ep_leaf_seal(struct ep_buf *out, size_t at,
		 const uint8_t nonce[EP_NONCE_BYTES], struct ep_err *err)
	EP_MUST_CHECK;

int ep_leaf_schema(struct ep_db *db, struct ep_err *err) EP_MUST_CHECK;

#endif
