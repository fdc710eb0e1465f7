/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store as its own files see it.  While the writer's thread has work, db
 * belongs to it; the thread that calls the store then reads through reader.
 */
#ifndef EP_STORE_INSIDE_H
#define EP_STORE_INSIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/map.h"
#include "ext/hash.h"
#include "model/config.h"
#include "model/entity.h"
#include "store/writer.h"

struct ep_db;
struct ep_intake;
struct ep_look;
struct ep_preload;

/* A tenancy and a dataset as the thread that reads vendors knows them: ids
 * are given here, before the writer has stored them. */
struct ep_tenancy {
	int64_t id;
	char *system;
	char *tenant;
	char *customer;	/* NULL: nobody claims it */
	char *name;
	char *domain;
	bool retired;	/* until it is seen again */
};

struct ep_dataset {
	int64_t id;
	struct ep_tenancy *tenancy;
	char *name;
	char *connector;
	int64_t connector_version;
	unsigned kinds;
	int64_t max_age;
	bool imported;
	bool begun;	/* an epoch has: rows were stored */
	char *advice;	/* how to come by it, NULL none */
	bool settled;	/* read completely since its epoch began */
	bool fresh;	/* the database has nothing of it yet */
	bool busy;	/* between begin and end */
	bool touched;	/* has waiting or committed work of this run */
};

struct ep_store {
	char *path;
	char *folder;
	bool write;
	bool aside;	/* a copy, which goes when it is closed */
	int lock;	/* descriptor of the lock file, -1 none */
	struct ep_db *db;
	struct ep_db *reader;
	struct ep_writer *writer;
	struct ep_preload *preload;	/* or NULL */
	bool no_preload;	/* none in this run: it was tried */
	struct ep_look *look;	/* no run commits before its end; or NULL */
	uint8_t secret[EP_HASH_SECRET_BYTES];

	/* The run that is being written, 0 none. */
	int64_t run;
	const struct ep_config *config;
	struct ep_map tenancies;	/* "system/tenant" -> ep_tenancy */
	struct ep_map datasets;		/* uid U+001F name -> ep_dataset */
	struct ep_map facts;		/* settings by name, see facts.c */
	struct ep_intake *intakes;	/* begun and not ended */
	int64_t next_tenancy;
	int64_t next_dataset;

	/* The writer's: rid to give next, history written in this run. */
	int64_t next_rid[EP_KINDS];
	bool rids_used;

	/* What the views show. */
	int64_t as_of;
	bool snapshot;	/* a reader's transaction is open */
	bool rebuilt[EP_KINDS];	/* from a temporary table */
	char *narrow[EP_KINDS];	/* comma list of dataset names, or NULL */
};

/* The writer is idle and all is durable; db may be used by the caller. */
int ep_store_settle(struct ep_store *store, struct ep_err *err) EP_MUST_CHECK;

#endif
