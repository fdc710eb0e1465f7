/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NinjaOne: what the parts of its dialect share.  One instance holds all
 * organisations; what a client app may see is said by the scopes of its
 * token.
 */
#ifndef ES_NINJAONE_H
#define ES_NINJAONE_H

#include "vendor.h"

struct es_nj_call {
	struct es_req *req;
	struct es_answer *ans;
	const char **parts;	/* after /v2 */
	int nparts;
	const cJSON *world;	/* the member ninjaone */
	const cJSON *client;	/* the caller's app */
	bool person;		/* with the token of a user, not a machine's */
	bool manages;		/* scope management */
};

void es_nj_handle(struct es_req *req, struct es_answer *ans);
void es_nj_error(struct es_answer *ans, int status, const char *text);
void es_nj_throttle(struct es_answer *ans, const struct es_req *req,
		    int seconds, bool date);
bool es_nj_may_post(const char *path);
void es_nj_not_found(struct es_nj_call *c);

/* The token request, for client apps and for nobody else. */
void es_nj_token(struct es_req *req, struct es_answer *ans);
/* Checks the token and the budget; false: ans holds the refusal. */
bool es_nj_admit(struct es_nj_call *c);

/* Whether the path below /v2 is this one; "*" stands for any part. */
bool es_nj_is(const struct es_nj_call *c, const char *pattern);
/* The number that a part of the path is, -1 when it is none. */
int64_t es_nj_number(const struct es_nj_call *c, int part);
const cJSON *es_nj_org(const struct es_nj_call *c, int64_t id);

/* Every UTC instant inside o becomes seconds since 1970 with nine decimals,
 * the service's notation. */
void es_nj_epoch(cJSON *o);

/* The four ways in which it gives lists; each takes the records over. */
void es_nj_all(struct es_nj_call *c, cJSON *records);
void es_nj_after(struct es_nj_call *c, cJSON *records);
void es_nj_report(struct es_nj_call *c, cJSON *records, const char *report);
void es_nj_activities(struct es_nj_call *c, cJSON *records);
/* Takes the record with the smallest id above `above` (below: the largest
 * one beneath it) out of records; NULL when there is none. */
cJSON *es_nj_take(cJSON *records, int64_t bound, bool below);
/* A number among the arguments, or otherwise; 0 is no number. */
int64_t es_nj_arg(const struct es_nj_call *c, const char *name,
		  int64_t otherwise);

/* The resources; each false when the path is not theirs. */
bool es_nj_organizations(struct es_nj_call *c);
bool es_nj_devices(struct es_nj_call *c);
bool es_nj_users(struct es_nj_call *c);
bool es_nj_rest(struct es_nj_call *c);
bool es_nj_tickets(struct es_nj_call *c);
/* Comments and logs of tickets. */
bool es_nj_desk(struct es_nj_call *c);

void es_nj_truth(const struct es_world *w, cJSON *into);
void es_nj_credentials(const struct es_world *w, FILE *out);

#endif
