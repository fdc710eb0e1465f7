/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DNSFilter: what the parts of its dialect share.  A key belongs to a user,
 * the user's memberships decide which organisations he sees, and every list
 * is cut out of those.
 */
#ifndef ES_DNSFILTER_H
#define ES_DNSFILTER_H

#include "vendor.h"
#include "world/list.h"

/* Numbers of generated organisations and what belongs to them. */
#define ES_DF_ORG_GEN 900000
#define ES_DF_NETWORK_GEN 2000000
#define ES_DF_POLICY_GEN 3000000
#define ES_DF_USER_GEN 5000000
#define ES_DF_LOCAL_GEN 10000000

struct es_df_org {
	const cJSON *rec;	/* NULL for a generated one */
	int64_t number;		/* of a generated one, else -1 */
	int64_t id;
};

/* What a listing takes to say whose records it shall have, and what it does
 * when nothing is said. */
#define ES_DF_BY_IDS 1u		/* organization_ids, in three spellings */
#define ES_DF_BY_ID 2u		/* organization_id */
#define ES_DF_BY_MSP 4u		/* msp_id: all customers of it */
#define ES_DF_ELSE_HOME 8u	/* the caller's own; else all he sees */

struct es_df_call {
	struct es_req *req;
	struct es_answer *ans;
	const char **parts;	/* after /v1 */
	int nparts;
	const cJSON *key;	/* the caller's */
	const cJSON *user;
	const cJSON *home;	/* the organisation that lists the user */
	struct es_df_org *orgs;	/* all the caller sees */
	int norgs;
	bool all;		/* asked for the /all twin */
	unsigned int scope;	/* ES_DF_BY_... of this listing */
	bool bare;	/* lists without a wrapper */
};

void es_df_handle(struct es_req *req, struct es_answer *ans);
void es_df_error(struct es_answer *ans, int status, const char *text);
void es_df_throttle(struct es_answer *ans, const struct es_req *req,
		    int seconds, bool date);
void es_df_not_found(struct es_df_call *c);

/* Who calls: false when the key is unknown, revoked or expired. */
bool es_df_identify(struct es_df_call *c);
void es_df_see(struct es_df_call *c);	/* fills orgs */
const struct es_df_org *es_df_org_seen(const struct es_df_call *c,
				       int64_t id);
/* The caller's role in an organisation he sees. */
const char *es_df_role_in(const struct es_df_call *c,
			  const struct es_df_org *org);
const char *es_df_org_name(const struct es_df_org *org, char room[64]);

/* Whether a listing is asked for that organisation, by c->scope. */
bool es_df_org_wanted(const struct es_df_call *c, const struct es_df_org *o);

typedef bool es_df_filter_fn(const struct es_df_call *c, const cJSON *rec);

/* Records `member` of the wanted organisations; gen is how many generated
 * ones each generated organisation has. */
void es_df_collect(const struct es_df_call *c, const char *member,
		   es_df_filter_fn *filter, int64_t gen,
		   struct es_list *list);
/* {"data": [...], "links": {...}} in pages of page[size]. */
void es_df_list(struct es_df_call *c, const struct es_list *list,
		es_put_fn *put);
/* {"data": [...]} without paging and without links. */
void es_df_unpaged(struct es_df_call *c, const struct es_list *list,
		   es_put_fn *put);
/* {"data": {...}} */
void es_df_single(struct es_df_call *c, const struct es_seg *seg,
		  es_put_fn *put, int64_t index);

/* A JSON:API record.  id as text outside; uuid made from type and id unless
 * the record names one.  Takes attributes and relationships over. */
cJSON *es_df_document(const char *type, const cJSON *rec, const char *id,
		      cJSON *attributes, cJSON *relationships);
cJSON *es_df_reference(const char *type, int64_t id);
/* Every UTC instant inside o becomes the service's Eastern notation. */
void es_df_eastern(cJSON *o);

/* The resources; each false when the path is not theirs. */
bool es_df_organizations(struct es_df_call *c);
bool es_df_users(struct es_df_call *c);
bool es_df_agents(struct es_df_call *c);
bool es_df_rest(struct es_df_call *c);

void es_df_truth(const struct es_world *w, cJSON *into);
void es_df_credentials(const struct es_world *w, FILE *out);

#endif
