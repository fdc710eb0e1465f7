/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Okta: what the parts of its dialect share.  One org per customer, whose
 * host name is the first part of the path below the prefix; a token belongs
 * to a user of the org and may do what this user may.
 */
#ifndef ES_OKTA_H
#define ES_OKTA_H

#include "vendor.h"

struct es_ok_call {
	struct es_req *req;
	struct es_answer *ans;
	const char **parts;	/* after the org's host */
	int nparts;
	const cJSON *org;	/* the one asked for */
	const cJSON *shown;	/* the one served: a fault may swap */
	bool super;		/* the caller is a super administrator */
};

void es_ok_handle(struct es_req *req, struct es_answer *ans);
void es_ok_error(struct es_answer *ans, int status, const char *text);
void es_ok_throttle(struct es_answer *ans, const struct es_req *req,
		    int seconds, bool date);
void es_ok_not_found(struct es_ok_call *c, const char *what);

/* Does the path have these parts?  "*" stands for any one. */
bool es_ok_is(const struct es_ok_call *c, const char *pattern);

/* A bare array in pages of `limit`, told by Link headers; only the records
 * that match the query's filter or search.  Takes docs. */
void es_ok_list(struct es_ok_call *c, cJSON *docs, int64_t size, int64_t max);
/* A bare array that is not paged.  Takes docs. */
void es_ok_whole(struct es_ok_call *c, cJSON *docs);
/* {"value": [...], "_links": {"next": ...}}.  Takes docs. */
void es_ok_values(struct es_ok_call *c, cJSON *docs, int64_t size);
/* Every instant of the world as Okta prints it, with milliseconds. */
cJSON *es_ok_stamped(cJSON *doc);

/* A user as the lists show him, from what the world says. */
cJSON *es_ok_user(const struct es_ok_call *c, const cJSON *rec);
/* All users of an org, written ones and the bulk. */
cJSON *es_ok_users_of(const struct es_ok_call *c);
const cJSON *es_ok_find(const cJSON *list, const char *id);

/* The resources; each false when the path is not theirs. */
bool es_ok_people(struct es_ok_call *c);
bool es_ok_rest(struct es_ok_call *c);

/* The token request of service apps, and the tokens that it gave. */
bool es_ok_may_post(const char *path);
void es_ok_token(struct es_req *req, struct es_answer *ans, const cJSON *org);
/* Is text such a token, with the scope of the path?  False: ans says no. */
bool es_ok_bearer(struct es_ok_call *c, const char *text);

void es_ok_truth(const struct es_world *w, cJSON *into);
void es_ok_credentials(const struct es_world *w, FILE *out);

#endif
