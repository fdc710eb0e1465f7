/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HaloPSA: what the parts of its dialect share.  One instance holds all
 * clients; what an application may see is said by its scopes.
 */
#ifndef ES_HALOPSA_H
#define ES_HALOPSA_H

#include "vendor.h"

struct es_ha_call {
	struct es_req *req;
	struct es_answer *ans;
	const char **parts;	/* after /api */
	int nparts;
	const cJSON *world;	/* the member halopsa */
	struct es_token *token;
};

void es_ha_handle(struct es_req *req, struct es_answer *ans);
void es_ha_error(struct es_answer *ans, int status, const char *text);
void es_ha_throttle(struct es_answer *ans, const struct es_req *req,
		    int seconds, bool date);
bool es_ha_may_post(const char *path);

/* The token request, for applications that log in as an agent. */
void es_ha_token(struct es_req *req, struct es_answer *ans);
/* Checks the token and the budget; false: ans holds the refusal. */
bool es_ha_admit(struct es_ha_call *c);
/* Whether the token holds the scope, or one that holds all of them. */
bool es_ha_may(const struct es_ha_call *c, const char *scope);

/* Is this argument there and true? */
bool es_ha_asked(const struct es_ha_call *c, const char *name);
/* The listings; false when the path is none. */
bool es_ha_data(struct es_ha_call *c);
/* The records of a listing, whatever may be seen of them.  NULL: no such. */
cJSON *es_ha_paged(const struct es_ha_call *c, const char *name);

/* What may be written; false when the request writes nothing. */
bool es_ha_desk(struct es_ha_call *c);
/* Tickets that were written, beside those of the world. */
void es_ha_written(const struct es_ha_call *c, cJSON *docs);
/* The same for the Actions or the Attachment of a ticket. */
void es_ha_hung(const struct es_ha_call *c, const char *path, int64_t ticket,
		cJSON *docs);

/* Agents, roles, applications, webhooks and statuses: bare arrays. */
bool es_ha_config(struct es_ha_call *c);
void es_ha_bare(struct es_ha_call *c, cJSON *records);
/* Every instant of the world in the service's notation: seven decimals, and
 * no zone in old records. */
cJSON *es_ha_stamped(cJSON *doc);

void es_ha_truth(const struct es_world *w, cJSON *into);
void es_ha_credentials(const struct es_world *w, FILE *out);

#endif
