/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a vendor plugs into the simulated MSP.  One listener serves all
 * vendors; the first part of the path tells which.  To add a vendor: write
 * <vendor>.c with a handler that speaks its dialect exactly as its API notes
 * say, and add one row per host of that vendor to the table in vendors.c.
 * The handler reads the world, writes the answer and does not know about
 * faults: those are laid over the finished answer, with es_shape telling
 * where in the body the records and links are.
 */
#ifndef ES_VENDOR_H
#define ES_VENDOR_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "state.h"
#include "util/buf.h"
#include "world/world.h"

#define ES_ARGS_MAX 64
#define ES_HEADERS_MAX 16

struct es_arg {
	char *name;
	char *value;
};

/* Deviations a handler has to make itself, since they concern which records
 * it serves: told by a fault. */
#define ES_TWIST_FOREIGN 1u	/* another tenant's records */
#define ES_TWIST_ENDLESS 2u	/* pages past the end start over */
#define ES_TWIST_KILL_TOKEN 4u	/* this credential stops working now */

struct es_req {
	const char *method;
	const char *path;	/* below the prefix, still encoded: "/v1/x" */
	const char *query;	/* raw, without '?'; "" when there is none */
	struct es_arg args[ES_ARGS_MAX];	/* decoded, in order */
	int nargs;
	const char *authorization;	/* "" when absent */
	const char *content_type;
	const char *(*header)(void *to, const char *name);
	void *to;
	const char *body;
	const char *base;	/* "https://127.0.0.1:8443/printix-api" */
	const struct es_world *world;
	struct es_state *state;
	unsigned int twist;
	/* set by the handler for the journal */
	char who[96];		/* which credential, never its secret */
	const char *forbidden;	/* why a read-only client must not do this */
	const char *wrote;	/* what it has just written, or NULL */
};

/* Where in a list answer things are; paths as for es_at, NULL: not there. */
struct es_shape {
	const char *records;
	const char *total;
	const char *pages;
	const char *links;	/* the object that holds "next" */
	bool hal;		/* next is {"href": ...}, not a string */
	const char *role;	/* member of a record that names its role */
	const char *next;	/* member of the answer that is the next URL,
				 * and missing at the end */
	const char *link;	/* what "next" is called in links; NULL: so */
};

struct es_header {
	const char *name;
	char value[768];
};

struct es_answer {
	int status;
	const char *type;	/* NULL: application/json */
	struct es_buf body;
	struct es_header headers[ES_HEADERS_MAX];
	int nheaders;
	const struct es_shape *shape;	/* NULL: not a list */
	int64_t page;		/* of the list, zero based */
	int64_t pages;
	int64_t rows;		/* records in this answer */
};

struct es_vendor {
	const char *name;
	const char *prefix;	/* first part of the path */
	void (*handle)(struct es_req *req, struct es_answer *ans);
	/* An error in the vendor's own form; text may be NULL. */
	void (*error)(struct es_answer *ans, int status, const char *text);
	/* 429 with the vendor's own headers; date: as an HTTP date if the
	 * vendor has that form. */
	void (*throttle)(struct es_answer *ans, const struct es_req *req,
			 int seconds, bool date);
	/* Token requests, searches, and what a handler lets some write. */
	bool (*may_post)(const char *path);
	/* Adds the vendor's true counts by tenant and dataset; may be NULL */
	void (*truth)(const struct es_world *w, cJSON *into);
	/* Lists every credential: vendor, tenant, application or name of the
	 * key, client or user id, secret; tab separated.  May be NULL. */
	void (*credentials)(const struct es_world *w, FILE *out);
};

/* Ends with a row whose name is NULL. */
extern const struct es_vendor es_vendors[];
const struct es_vendor *es_vendor_of(const char *prefix, size_t n);

/* Request helpers. */
const char *es_req_arg(const struct es_req *req, const char *name);
/* Any header of the request; "" when absent. */
const char *es_req_header(const struct es_req *req, const char *name);
/* Splits the path below from into decoded parts ("/a/b" gives a, b); the
 * parts live in room.  Returns their number, or -1 when there are more than
 * max. */
int es_req_parts(const char *path, struct es_buf *room, const char **parts,
		 int max);
void es_req_parse_args(struct es_req *req, const char *text);
void es_req_release(struct es_req *req);

/* Answer helpers. */
void es_answer_header(struct es_answer *ans, const char *name,
		      const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void es_answer_json(struct es_answer *ans, int status, cJSON *body);
void es_answer_release(struct es_answer *ans);

/* An object with the members of defaults (JSON text), overlaid with those
 * of record except `about`, which explains it to the reader of the world,
 * and the ones named in skip (NULL terminated, may be NULL). */
cJSON *es_overlay(const char *defaults, const cJSON *record,
		  const char *const *skip);
/* Appends o as JSON text and frees it. */
void es_buf_take(struct es_buf *out, cJSON *o);

#endif
