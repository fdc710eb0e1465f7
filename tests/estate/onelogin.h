/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OneLogin: what the parts of its dialect share.  One account per customer,
 * whose subdomain is the first part of the path below the prefix; version 1
 * wraps its lists, version 2 serves bare arrays with paging in headers.
 */
#ifndef ES_ONELOGIN_H
#define ES_ONELOGIN_H

#include "vendor.h"

struct es_ol_call {
	struct es_req *req;
	struct es_answer *ans;
	const char **parts;	/* after the subdomain */
	int nparts;
	const cJSON *account;	/* the one asked for */
	const cJSON *shown;	/* the one served: a fault may swap */
	const cJSON *credential;
};

void es_ol_handle(struct es_req *req, struct es_answer *ans);
bool es_ol_may_post(const char *path);
void es_ol_error(struct es_answer *ans, int status, const char *text);
void es_ol_throttle(struct es_answer *ans, const struct es_req *req,
		    int seconds, bool date);
/* An error in the form of the version that was asked. */
void es_ol_refuse(struct es_ol_call *c, int status, const char *text);

/* Does the path have these parts?  "*" stands for any one. */
bool es_ol_is(const struct es_ol_call *c, const char *pattern);

/* The token request. */
void es_ol_token(struct es_ol_call *c);
/* Whose token it is; false: ans holds the refusal. */
bool es_ol_identify(struct es_ol_call *c);

/* A version 2 list.  Takes docs. */
void es_ol_list(struct es_ol_call *c, cJSON *docs);
/* The same, whole.  Takes docs. */
void es_ol_whole(struct es_ol_call *c, cJSON *docs);
/* A version 1 list in its wrapper, in pages of size.  Takes docs. */
void es_ol_wrapped(struct es_ol_call *c, cJSON *docs, int64_t size);

/* The datasets; false when the path is none. */
bool es_ol_data(struct es_ol_call *c);

void es_ol_truth(const struct es_world *w, cJSON *into);
void es_ol_credentials(const struct es_world *w, FILE *out);

#endif
